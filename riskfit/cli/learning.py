"""What the commands of learning share: where outcomes come from, and where results go."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskfit.cli.output import console_on, write

if TYPE_CHECKING:
    from riskfit.learning.outcome_table import OutcomeTable
    from riskfit.rules.model import Model


def load_outcomes(cohort: Path | None, model: "Model", values: dict[str, Any]) -> "OutcomeTable":
    """Read outcomes with features: from a cohort file, or from the store."""
    from riskfit.learning.outcome_table import read_cohort

    store_file, name = values["store_file"], values["athlete_name"]
    if cohort is not None:
        table = read_cohort(cohort, model)
        return table if name is None else table.of_athlete(name)
    from riskfit.errors import StoreError
    from riskfit.folders import store_path
    from riskfit.learning.outcomes import table_of_store
    from riskfit.store import OWNER, Store

    path = store_file or store_path()
    if not path.exists():
        raise StoreError(
            f"there is no store at {path}, and no CSV file was named: `riskfit import` sessions "
            "and `riskfit log` how they went, or name a CSV file that has a column cramp"
        )
    with Store(path, create=False) as store:
        names = store.athletes() if values["everybody"] else [name or OWNER]
        return table_of_store(store, names, model)


def show(parts: Iterable[Any], output: str | None = None) -> None:
    """Print texts and tables, or write them to a file."""
    with console_on(output, width=110, markup=False) as console:
        for part in parts:
            console.print(part)


def print_json(entry: dict[str, Any], output: str | None = None) -> None:
    """Print one strict JSON document, or write it to a file."""
    from riskfit.report.json.encoding import encode

    write([encode(versioned(entry))], output)


def versioned(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry as a document: with the version that made it."""
    from riskfit import __version__

    return {"riskfit": __version__, **entry}
