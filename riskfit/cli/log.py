"""``riskfit log``: how a session went, a cramp or none."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskfit.cli.options import FILE, STORE, in_a_folder, takes
from riskfit.cli.stores import open_store

if TYPE_CHECKING:
    from datetime import datetime

    from riskfit.store import Store
    from riskfit.store.rows import Rows


@click.command(
    epilog="Examples: riskfit log last --none; riskfit log 2026-07-31 --cramp --muscle calf "
    "--when during --severity mild"
)
@click.argument("session", required=False)
@click.option("--cramp/--none", "cramp", default=None, help="A cramp, or none.")
@click.option("--muscle", metavar="NAME", help="Which muscle: calf, hamstring, foot ...")
@click.option("--when", type=click.Choice(["during", "after", "night"]), help="When it came.")
@click.option("--severity", type=click.Choice(["mild", "moderate", "severe"]), help="How bad.")
@takes(
    "--context",
    default=None,
    help="What kind of session it was; `riskfit card` lists them.",
)
@click.option("--note", help="Anything else.")
@click.option(
    "--import",
    "import_file",
    type=FILE,
    help="Log what a CSV file holds.",
)
@click.option(
    "--export",
    "export_file",
    metavar="FILE",
    callback=in_a_folder,
    help="Write all as CSV; - is stdout.",
)
@takes(*STORE)
def log(session: str | None, cramp: bool | None, **values: Any) -> None:
    """Log how a session went; "none" matters as much as a cramp.

    SESSION is a date (2026-07-31), a moment (2026-07-31T09:30Z), the key that `riskfit history`
    shows, or "last". A date without a session in the store waits until it is imported. Without
    SESSION what was logged is listed.
    """
    from riskfit.errors import InputError
    from riskfit.store import OWNER

    import_file, export_file = values.pop("import_file"), values.pop("export_file")
    name = values.pop("athlete_name") or OWNER
    told = {key: values.pop(key) for key in ("muscle", "when", "severity", "context", "note")}
    if sum((session is not None, import_file is not None, export_file is not None)) > 1:
        raise click.UsageError("give one of SESSION, --import and --export")
    if (session is not None) != (cramp is not None):
        raise click.UsageError("name the SESSION, and say --cramp or --none")
    writes = session is not None or import_file is not None
    with open_store(values, create=writes) as store:
        if import_file is not None:
            _import(store, import_file, name)
        elif session is not None and cramp is not None:
            if told["context"] is not None:
                from riskfit.rules.load import load_model

                told["context"] = load_model().context(told["context"]).id
            _log(store, name, session, {"cramp": cramp, **told})
        elif any(told.values()):
            raise InputError("name the SESSION that this is about, and say --cramp or --none")
        else:
            _export(store, name, export_file)


def _log(store: "Store", name: str, session: str, words: dict[str, Any]) -> None:
    from riskfit.learning.outcomes import Told, keep
    from riskfit.store.activities import read_rows

    told = Told(**words)
    key = store.add_athlete(name)
    rows = read_rows(store, key, details=False)
    moment, whole_day = _moment_of(rows, session)
    found = keep(store, key, rows, moment, told, whole_day=whole_day)
    what = "a cramp" if told.cramp else "no cramp"
    when = f"{moment:%Y-%m-%d}" if whole_day else f"{moment:%Y-%m-%d %H:%M}"
    waits = "" if found else "; no session of then is in the store yet, it waits for the import"
    click.echo(f"logged {what} for {when}{waits}", err=True)


def _moment_of(rows: "Rows", session: str) -> "tuple[datetime, bool]":
    """Return the moment or day that SESSION names."""
    from datetime import UTC, datetime

    from riskfit.errors import InputError
    from riskfit.learning.outcomes import parse_moment

    if session == "last":
        if not len(rows):
            raise InputError("the store holds no session yet: give a date, or `riskfit import`")
        return datetime.fromtimestamp(float(rows.start_s[-1]), UTC), False
    found = rows.of_key(session)
    if len(session) >= 6 and "-" not in session and len({rows.sha256[row] for row in found}) == 1:
        return datetime.fromtimestamp(float(rows.start_s[found[-1]]), UTC), False
    return parse_moment(session, "SESSION")


def _import(store: "Store", path: Path, name: str) -> None:
    from riskfit._common import plural
    from riskfit.learning.outcomes import import_csv

    count, matched = import_csv(store, path, name)
    logged = plural(count, "outcome")
    click.echo(f"logged {logged}, {matched} of them for sessions in the store", err=True)


def _export(store: "Store", name: str, target: str | None) -> None:
    """Write outcomes as CSV: to a file, or all that is said of one athlete on the screen."""
    from riskfit._common import plural
    from riskfit.learning.outcomes import export_csv

    names = [name] if name or target is None else store.athletes()
    if target is None or target == "-":
        export_csv(store, names, sys.stdout)
        return
    with Path(target).open("w", encoding="utf-8", newline="") as file:
        count = export_csv(store, names, file)
    click.echo(f"{plural(count, 'outcome')} written to {target}", err=True)
