"""The training between now and a planned session, as the options tell it."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from riskfit.cli.plan_types import INTENSITY
from riskfit.cli.planning import make_plan
from riskfit.units import DURATION

if TYPE_CHECKING:
    from riskfit._common import FloatArray
    from riskfit.athlete import Athlete, History
    from riskfit.rules.model import Model
    from riskfit.whatif.until_then import UntilThen

#: A day's session begins at this hour, where the plan is held: only days matter (assumption).
_HOUR: Final = 12
_COLUMNS: Final = ("date", "sport", "duration", "intensity")


def read_until_then(
    told: str,
    start: datetime,
    now: datetime,
    athlete: "Athlete",
    history: "History",
    model: "Model",
) -> "UntilThen":
    """Return what is done until a start: ``usual``, ``rest``, or the sessions of a CSV file."""
    from riskfit.whatif.until_then import UntilThen

    if told == "usual":
        return UntilThen()
    if told == "rest":
        return UntilThen(kind="rest")
    if not Path(told).is_file():
        raise click.BadParameter(
            f"{told!r} is no file: give rest, usual, or a CSV file with {','.join(_COLUMNS)}",
            param_hint="--until-then",
        )
    legs = []
    for place, cells in _lines(Path(told)):
        moment = _moment(cells["date"], place, start, now)
        legs.append(_leg(cells, moment, place, athlete, history, model))
    return UntilThen(kind="plan", sessions=_history(legs))


def _lines(path: Path) -> list[tuple[str, dict[str, str]]]:
    """Return the rows of the file by column, and what to call each."""
    import csv

    from riskfit.errors import InputError

    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as CSV: {error}") from None
    missing = [name for name in _COLUMNS[:3] if name not in (reader.fieldnames or ())]
    if missing:
        raise InputError(
            f"{path}: there is no column {', '.join(missing)}: its first line is "
            f"{','.join(_COLUMNS)}"
        )
    return [
        (f"{path}, line {number}", {name: (row.get(name) or "").strip() for name in _COLUMNS})
        for number, row in enumerate(rows, start=2)
    ]


def _moment(text: str, place: str, start: datetime, now: datetime) -> datetime:
    """Return when a day's session begins; only days from today to the start can be planned."""
    from riskfit.errors import InputError

    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{place}: {text!r} is no date: write 2026-07-31") from None
    moment = datetime(day.year, day.month, day.day, _HOUR, tzinfo=start.tzinfo)
    if not (now.astimezone(start.tzinfo).date() <= day and moment < start):
        raise InputError(f"{place}: {text} does not lie between today and the start")
    return moment


def _leg(
    cells: dict[str, str],
    moment: datetime,
    place: str,
    athlete: "Athlete",
    history: "History",
    model: "Model",
) -> dict[str, Any]:
    """Return what a session of the plan leaves behind, by its own plan."""
    from riskfit.athlete import Conditions
    from riskfit.errors import InputError
    from riskfit.whatif.baseline import case_of, score_variants

    told: dict[str, Any] = {"sport": cells["sport"], "start_time": moment}
    try:
        told["duration_s"] = DURATION.convert(cells["duration"], None, None)
        if cells["intensity"]:
            told["intensity"] = INTENSITY.convert(cells["intensity"], None, None)
        plan, race = make_plan(told, athlete, history)
    except click.UsageError as error:
        raise InputError(f"{place}: {error.message}") from None
    case = case_of(plan, athlete, Conditions(race=race or None), history, model=model)
    load = float(score_variants(case).values["training_stress_score"][0])
    return {
        "start_s": moment.timestamp(),
        "duration_s": plan.duration_s,
        "load": load,
        "sport": plan.sport,
    }


def _history(legs: list[dict[str, Any]]) -> "History":
    import numpy as np

    from riskfit.athlete import History

    def column(name: str) -> "FloatArray":
        return np.array([leg[name] for leg in legs], dtype=float)

    return History(
        start_s=column("start_s"),
        duration_s=column("duration_s"),
        load=column("load"),
        sport=np.array([leg["sport"] for leg in legs], dtype="U24"),
    )
