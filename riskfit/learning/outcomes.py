"""What came of sessions, as people tell it: words, CSV, and the way back to the sessions."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO

import numpy as np

from riskfit._common import DAY_S, FloatArray, utc_text
from riskfit.errors import InputError
from riskfit.features.athlete_rows import FEATURE_INDEX, HISTORY_FEATURES
from riskfit.features.catalogue import CATALOGUE
from riskfit.learning.cohort_csv import cramp_of
from riskfit.learning.outcome_table import OutcomeTable
from riskfit.rules.model import Model
from riskfit.store import Store
from riskfit.store.activities import read_rows
from riskfit.store.past import reduce_rows
from riskfit.store.rows import Rows
from riskfit.store.told import Outcome, log_outcome, outcomes

WHEN: Final = ("during", "after", "night")
SEVERITY: Final = ("mild", "moderate", "severe")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How a session went: a cramp or none, and what the person said of it.

    ``when`` is during, after or night; ``severity`` mild, moderate or severe; ``context`` the
    kind of session, None for ordinary training.
    """

    cramp: bool
    muscle: str | None = None
    when: str | None = None
    severity: str | None = None
    context: str | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        for name, words in (("when", WHEN), ("severity", SEVERITY)):
            value = getattr(self, name)
            if value is not None and value not in words:
                raise InputError(f"{name} is {value!r}: use one of {', '.join(words)}")
        if not self.cramp and (self.muscle or self.when or self.severity):
            raise InputError("without a cramp there is no muscle, when or severity to tell")

    def plain(self) -> dict[str, Any]:
        """Return what was told, without what was not."""
        pairs = {name: getattr(self, name) for name in Told.__dataclass_fields__}
        return {name: value for name, value in pairs.items() if value is not None}


def find_session(rows: Rows, moment_s: float, *, whole_day: bool) -> int | None:
    """Return the one session that starts then, or on that day; None where there is none.

    Parameters
    ----------
    rows : Rows
    moment_s : float
        POSIX time; of a day its midnight. [s]
    whole_day : bool
        A day is meant, where the session was held.

    Raises
    ------
    InputError
        Where there are several.
    """
    if whole_day:
        offset = np.nan_to_num(rows.utc_offset_s.astype(float))
        local = rows.start_s + offset
        found = np.flatnonzero((local >= moment_s) & (local < moment_s + DAY_S))
    else:
        found = np.flatnonzero(np.abs(rows.start_s - moment_s) < 1800)
    if len(found) > 1:
        starts = [utc_text(start) for start in rows.start_s[found].tolist()]
        raise InputError(f"there are several sessions: name one by its time, {', '.join(starts)}")
    return int(found[0]) if len(found) else None


def keep(
    store: Store, athlete: int, rows: Rows, moment: datetime, told: Told, *, whole_day: bool
) -> bool:
    """Log an outcome, for the session of that moment where the store holds one.

    Returns
    -------
    bool
        Whether a session was found; else the outcome waits for its import.
    """
    moment_s = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    row = find_session(rows, moment_s, whole_day=whole_day)
    if row is None:
        log_outcome(store, athlete, moment_s, {**told.plain(), "day": whole_day})
        return False
    _forget_day(store, athlete, rows, row)
    log_outcome(store, athlete, float(rows.start_s[row]), told.plain(), rows.sha256[row])
    return True


def _forget_day(store: Store, athlete: int, rows: Rows, row: int) -> None:
    """Drop what was logged for the day before its session was there."""
    for outcome in outcomes(store, athlete):
        if outcome.sha256 is None and row_of(outcome, rows) == row:
            with store.transaction() as run:
                run.execute("DELETE FROM outcome WHERE id = ?", (outcome.key,))


def row_of(outcome: Outcome, rows: Rows) -> int | None:
    """Return the session that an outcome is of."""
    if outcome.sha256 is not None and outcome.sha256 in rows.sha256:
        starts = [
            abs(start - outcome.start_s) if digest == outcome.sha256 else np.inf
            for digest, start in zip(rows.sha256, rows.start_s.tolist(), strict=True)
        ]
        return int(np.argmin(starts))
    try:
        return find_session(rows, outcome.start_s, whole_day=bool(outcome.told.get("day")))
    except InputError:
        return None


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
    matched = 0
    for athlete, moment, whole_day, told in parsed:
        key = store.add_athlete(athlete or usual)
        rows = read_rows(store, key, details=False)
        matched += keep(store, key, rows, moment, told, whole_day=whole_day)
    return len(parsed), matched


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


def parse_moment(text: str, place: str) -> tuple[datetime, bool]:
    """Read a day or a moment; tell which it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"{place}: {text!r} is no day or moment: write 2026-07-31 or 2026-07-31T09:30:00Z"
        ) from None
    return moment, len(text) <= len("2026-07-31")


def table_of_store(store: Store, names: Iterable[str], model: Model) -> OutcomeTable:
    """Return the outcomes of athletes beside the features of their sessions.

    Parameters
    ----------
    store : Store
    names : iterable of str
        Athletes, the owner as an empty name.
    model : Model
        Says which contexts there are.

    Returns
    -------
    OutcomeTable
        Outcomes whose session is not in the store are counted in its notes.
    """
    values, cramp, athlete, context, start = [], [], [], [], []
    lost = 0
    for name in names:
        key = store.athlete_id(name)
        told = outcomes(store, key) if key is not None else []
        if key is None or not told:
            continue
        rows = read_rows(store, key)
        table = with_history(rows)
        for outcome in told:
            row = row_of(outcome, rows)
            if row is None:
                lost += 1
                continue
            values.append(table[row])
            cramp.append(float(outcome.told["cramp"]))
            athlete.append(name)
            context.append(model.context(outcome.told.get("context")).id)
            start.append(float(rows.start_s[row]))
    if not values:
        raise InputError(
            f"{store.path}: no outcome belongs to a session in the store: `riskfit import` "
            "sessions and `riskfit log` how they went, with cramps and without, or name a CSV file "
            "that has a column cramp"
        )
    matrix = np.array(values)
    return OutcomeTable(
        columns={spec: matrix[:, number] for number, spec in enumerate(CATALOGUE)},
        cramp=np.array(cramp),
        athlete=np.array(athlete),
        context=np.array(context),
        start_s=np.array(start),
        source=str(store.path),
        notes=(f"{lost} outcomes have no session in the store: left out",) if lost else (),
    )


def with_history(rows: Rows) -> FloatArray:
    """Return the features of sessions, those that rest on what came before among them."""
    values = rows.values.copy()
    reduced = reduce_rows(rows)
    for name in HISTORY_FEATURES:
        values[:, FEATURE_INDEX[name]] = reduced.columns[name]
    return values
