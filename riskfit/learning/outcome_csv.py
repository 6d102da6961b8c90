"""What was logged, as CSV."""

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TextIO

from riskfit._common import utc_text
from riskfit.errors import InputError
from riskfit.learning.cohort_csv import cramp_of
from riskfit.learning.log_book import logged_at, place_of
from riskfit.learning.outcomes import Told, parse_moment
from riskfit.store import Store
from riskfit.store.activities import read_rows
from riskfit.store.told import change_outcomes, outcomes

#: Columns of an exported file, in this order.
COLUMNS: Final = (
    "athlete",
    "start_time",
    "cramp",
    "muscle",
    "when",
    "severity",
    "context",
    "note",
    "sha256",
)
_FORMULA: Final = frozenset("=+-@\t")


def export_csv(store: Store, names: Sequence[str], stream: TextIO) -> int:
    """Write outcomes of athletes as CSV; return how many."""
    writer = csv.DictWriter(stream, COLUMNS, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    count = 0
    for name in names:
        key = store.athlete_id(name)
        for outcome in outcomes(store, key) if key is not None else ():
            day = bool(outcome.told.get("day"))
            told = dict(outcome.told)
            told["cramp"] = int(told["cramp"])
            told["athlete"] = name
            told["start_time"] = utc_text(outcome.start_s)[: 10 if day else None]
            told["sha256"] = outcome.sha256.hex() if outcome.sha256 else ""
            writer.writerow({column: _harmless(value) for column, value in told.items()})
            count += 1
    return count


def _harmless(value: Any) -> Any:
    """Keep spreadsheets from taking what somebody wrote for a formula."""
    told = isinstance(value, str) and value[:1] in _FORMULA
    return f"'{value}" if told else value


def import_csv(store: Store, path: Path, usual: str) -> tuple[int, int]:
    """Log the outcomes of a CSV file, all of them or none; return how many, and those matched.

    Parameters
    ----------
    store : Store
    path : Path
        Columns as `export_csv` writes them; ``cramp`` and ``start_time`` (or ``date``) must be
        there, the others may.
    usual : str
        Athlete of rows that name none.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as CSV: {error}") from None
    parsed = [_parse(line, f"{path}, line {number}") for number, line in enumerate(lines, start=2)]
    by_athlete: dict[str, list[tuple[datetime, bool, Told]]] = {}
    for athlete, moment, whole_day, told in parsed:
        by_athlete.setdefault(athlete or usual, []).append((moment, whole_day, told))
    matched = sum(_keep_all(store, name, theirs) for name, theirs in by_athlete.items())
    return len(parsed), matched


def _keep_all(store: Store, name: str, told: list[tuple[datetime, bool, Told]]) -> int:
    """Log an athlete's outcomes as one change; return how many have a session."""
    key = store.add_athlete(name)
    rows, known = read_rows(store, key, details=False), outcomes(store, key)
    placed = [
        (place_of(known, rows, moment, whole_day=whole_day), one) for moment, whole_day, one in told
    ]
    change_outcomes(
        store,
        key,
        add=[logged_at(place, one) for place, one in placed],
        remove=[one.key for place, _ in placed for one in place.before],
    )
    return sum(place.row is not None for place, _ in placed)


def _parse(line: dict[str, Any], place: str) -> tuple[str, datetime, bool, Told]:
    """Return athlete, moment, whether a day is meant, and what was told."""
    cells = {name: (value or "").strip() for name, value in line.items() if isinstance(name, str)}
    try:
        cramp = bool(cramp_of(cells.get("cramp", "")))
    except ValueError as error:
        raise InputError(f"{place}, column cramp: {error}") from None
    moment, whole_day = parse_moment(cells.get("start_time") or cells.get("date", ""), place)
    for name, cell in cells.items():
        if cell[:1] == "'" and cell[1:2] in _FORMULA:
            cells[name] = cell[1:]
    named = ("muscle", "when", "severity", "context", "note")
    words: dict[str, Any] = {name: cells.get(name) or None for name in named}
    try:
        told = Told(cramp=cramp, **words)
    except InputError as error:
        raise InputError(f"{place}: {error}") from None
    return cells.get("athlete", ""), moment, whole_day, told
