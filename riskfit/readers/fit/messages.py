"""Make an Activity of the tables of a FIT file, whichever reader they come from."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from riskfit.activity import Activity, Lap, Leg, Pause, Summary
from riskfit.athlete import Athlete, Conditions
from riskfit.errors import DamagedFileError, NotAnActivityError
from riskfit.readers.fit import profile
from riskfit.readers.fit.channels import read_samples
from riskfit.readers.fit.people import read_athlete, read_device, read_weather
from riskfit.readers.fit.tables import FloatArray, Table

Tables = Mapping[int, Table]

_FIT_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
#: Below this a time stamp counts seconds since the device was switched on, by the protocol. [s]
_ABSOLUTE_FROM = 0x10000000
_DAY_S = 86400.0
_FAR_S = 30 * _DAY_S


def assemble(tables: Tables, notes: Sequence[str] = ()) -> Activity:
    """Make the Activity that these tables hold.

    Parameters
    ----------
    tables : mapping of int to Table
        By global message number.
    notes : sequence of str
        What the reader had to say so far.

    Returns
    -------
    Activity

    Raises
    ------
    NotAnActivityError
        When no timed record is in them.
    """
    said = list(notes)
    kind = _file_kind(tables)
    _refuse_other_kinds(kind, tables, said)
    records = tables[profile.RECORD]
    times, zero = _clock(records.times(), said)
    elapsed = times - zero
    sessions = _Spans(tables.get(profile.SESSION), profile.SESSION, zero, "session")
    legs = _legs(sessions, elapsed, tables)
    samples = read_samples(tables, elapsed, zero, legs, said)
    sports = list(dict.fromkeys(leg.sport for leg in legs if leg.sport != "transition"))
    device = read_device(tables, said)
    return Activity(
        start_time=_FIT_EPOCH + timedelta(seconds=zero),
        samples=samples,
        sport=sports[0] if len(sports) == 1 else ("multisport" if sports else legs[0].sport),
        utc_offset_s=_utc_offset(tables, zero),
        device=device,
        legs=legs,
        laps=_laps(tables, zero),
        pauses=_pauses(tables, zero, elapsed),
        athlete=read_athlete(tables, said),
        weather=read_weather(tables, legs),
        summary=_total([leg.summary for leg in legs]) if len(sessions) else Summary(),
        name=_name(tables),
        notes=tuple(said),
    )


def _file_kind(tables: Tables) -> str | None:
    """Return the file type's word, activity winning where chained files differ."""
    table = tables.get(profile.FILE_ID)
    if table is None or not len(table):
        return None
    words = [profile.word("file", value) for value in table.column(0).tolist()]
    known = [word for word in words if word is not None]
    return "activity" if "activity" in known else (known[0] if known else None)


_REMEDY = {
    "workout": "a planned workout is judged with `riskfit check --plan FILE`",
    "course": "a course is a plan of the way, not a recording",
    "activity_summary": "only totals are in it",
}


def _refuse_other_kinds(kind: str | None, tables: Tables, said: list[str]) -> None:
    records = tables.get(profile.RECORD)
    timed = records is not None and len(records) and not np.isnan(records.times()).all()
    if timed and (kind is None or kind == "activity" or profile.SESSION in tables):
        if kind not in (None, "activity"):
            said.append(f"the file calls itself {kind!r} but holds a recorded session")
        return
    if timed and kind == "course":
        said.append("the file is a course with times: they may be planned and not recorded")
        return
    if timed and kind not in _REMEDY and kind in {None, "0", "247", "254"}:
        return
    if kind is not None and kind != "activity":
        remedy = _REMEDY.get(kind, "give a recorded activity")
        raise NotAnActivityError(
            f"this FIT file holds {_a(kind)}, not a recorded session: {remedy}"
        )
    if any(number in tables for number in (profile.SESSION, profile.LENGTH, profile.LAP)):
        raise NotAnActivityError(
            "this FIT activity holds totals but no timed records: export the original recording"
        )
    raise NotAnActivityError(
        "this FIT file holds no timed records (byte 0 to its end): give a recorded activity"
    )


def _a(kind: str) -> str:
    word = kind.replace("_", " ")
    if word.isdigit():
        return f"data of file type {word}"
    return word if word.endswith("s") else f"a {word} file"


def _clock(times: FloatArray, said: list[str]) -> tuple[FloatArray, float]:
    """Return the records' times without the impossible ones, and the first of them. [s]"""
    low, high = float(np.nanmin(times)), float(np.nanmax(times))
    if high - low > _FAR_S:
        middle = float(np.nanmedian(times))
        far = np.abs(times - middle) > _FAR_S
        said.append(
            f"{int(far.sum())} records with times more than 30 days from the others have no time"
        )
        times = np.where(far, np.nan, times)
        low = float(np.nanmin(times))
    missing = int(np.isnan(times).sum())
    if missing and high - low <= _FAR_S:
        said.append(f"{missing} records have no time")
    if low < _ABSOLUTE_FROM:
        said.append("times count from when the device was switched on: the date is unknown")
    return times, low


class _Spans:
    """Sessions or laps: their times, words and totals, row by row."""

    def __init__(self, table: Table | None, number: int, zero: float, name: str) -> None:
        self.table, self.number, self.name = table, number, name
        self.length = 0 if table is None else len(table)
        self._columns: dict[int, FloatArray] = {}
        self._values: dict[int, list[float | None]] = {}
        if table is None:
            return
        ends = table.times() - zero
        starts = self.column(2) - zero
        elapsed = self.column(7)
        # A stamp may be written long after the end: trust start and duration first.
        self.starts = np.where(np.isnan(starts), ends - elapsed, starts)
        self.ends = np.where(np.isnan(elapsed), ends, self.starts + elapsed)

    def __len__(self) -> int:
        return self.length

    def column(self, field: int) -> FloatArray:
        if field not in self._columns:
            table = self.table
            self._columns[field] = (
                table.column(field)
                if table is not None and table.has(field)
                else np.full(self.length, np.nan)
            )
        return self._columns[field]

    def value(self, row: int, field: int) -> float | None:
        """Return a row's field, None where it is absent."""
        values = self._values.get(field)
        if values is None:
            column = self.column(field).tolist()
            values = [None if math.isnan(value) else value for value in column]
            self._values[field] = values
        return values[row]


#: Fields of session and lap messages by what they total (profile numbers differ).
_TOTALS: dict[str, dict[int, int]] = {
    "elapsed_s": {profile.SESSION: 7, profile.LAP: 7},
    "timer_s": {profile.SESSION: 8, profile.LAP: 8},
    "distance_m": {profile.SESSION: 9, profile.LAP: 9},
    "energy_kcal": {profile.SESSION: 11, profile.LAP: 11},
    "resting_energy_kcal": {profile.SESSION: 196},
    "heart_rate_avg_bpm": {profile.SESSION: 16, profile.LAP: 15},
    "heart_rate_max_bpm": {profile.SESSION: 17, profile.LAP: 16},
    "power_avg_w": {profile.SESSION: 20, profile.LAP: 19},
    "normalized_power_w": {profile.SESSION: 34, profile.LAP: 33},
    "temperature_avg_c": {profile.SESSION: 57, profile.LAP: 50},
    "ascent_m": {profile.SESSION: 22, profile.LAP: 21},
    "descent_m": {profile.SESSION: 23, profile.LAP: 22},
    "training_stress_score": {profile.SESSION: 35},
}


def _summary(spans: _Spans, row: int) -> Summary:
    values = {
        name: spans.value(row, numbers[spans.number])
        for name, numbers in _TOTALS.items()
        if spans.number in numbers
    }
    if spans.number == profile.SESSION:
        sweat_ml, effort = spans.value(row, 178), spans.value(row, 193)
        values["sweat_loss_l"] = None if sweat_ml is None else sweat_ml / 1000.0
        # Stored as 0 to 100 in steps of ten.
        values["rpe"] = None if effort is None or effort > 100 else effort / 10.0
    return Summary(**values)


_SUMMED = (
    "elapsed_s",
    "timer_s",
    "distance_m",
    "energy_kcal",
    "resting_energy_kcal",
    "sweat_loss_l",
    "ascent_m",
    "descent_m",
    "training_stress_score",
)
_AVERAGED = ("heart_rate_avg_bpm", "power_avg_w", "temperature_avg_c")


def _total(parts: Sequence[Summary]) -> Summary:
    """Total the legs: sums, means weighted by time, the highest heart rate and effort."""
    if len(parts) == 1:
        return parts[0]
    values: dict[str, float | None] = {}
    for name in _SUMMED:
        known = [value for part in parts if (value := getattr(part, name)) is not None]
        values[name] = sum(known) if known else None
    for name in _AVERAGED:
        pairs = [
            (value, part.timer_s or part.elapsed_s or 0.0)
            for part in parts
            if (value := getattr(part, name)) is not None
        ]
        weight = sum(time for _, time in pairs)
        values[name] = sum(value * time for value, time in pairs) / weight if weight else None
    for name in ("heart_rate_max_bpm", "rpe"):
        known = [value for part in parts if (value := getattr(part, name)) is not None]
        values[name] = max(known) if known else None
    return Summary(**values)


def _legs(sessions: _Spans, elapsed: FloatArray, tables: Tables) -> tuple[Leg, ...]:
    """Cut the records into legs, one a session, without gap or overlap."""
    count = len(elapsed)
    if not len(sessions):
        sport, sub_sport = _named_sport(tables)
        return (_leg(sport, sub_sport, slice(0, count), elapsed, Summary()),)
    rows = range(len(sessions))
    order = sorted(rows, key=lambda row: _or(float(sessions.starts[row]), float("inf")))
    cuts = _cuts(sessions, order, elapsed)
    legs = []
    for place, row in enumerate(order):
        sport = profile.word("sport", sessions.value(row, 5)) or "unknown"
        sub_sport = profile.word("sub_sport", sessions.value(row, 6))
        rows_of = slice(cuts[place], cuts[place + 1])
        leg = _leg(
            "unknown" if sport == "generic" and len(order) == 1 else sport,
            None if sub_sport == "generic" else sub_sport,
            rows_of,
            elapsed,
            _summary(sessions, row),
            (float(sessions.starts[row]), float(sessions.ends[row])),
        )
        legs.append(leg)
    return tuple(legs)


def _or(value: float, other: float) -> float:
    return value if value == value else other


def _cuts(sessions: _Spans, order: Sequence[int], elapsed: FloatArray) -> list[int]:
    """Return the first row of each leg and the end: each begins where its session does."""
    # Rows need not ascend: compare with the latest time seen so far.
    known = np.where(np.isnan(elapsed), -np.inf, elapsed)
    latest = np.maximum.accumulate(known)
    cuts = [0]
    for row in order[1:]:
        start = float(sessions.starts[row])
        at = int(np.searchsorted(latest, start, "left")) if start == start else len(elapsed)
        cuts.append(max(at, cuts[-1]))
    return [*cuts, len(elapsed)]


def _leg(
    sport: str,
    sub_sport: str | None,
    rows: slice,
    elapsed: FloatArray,
    summary: Summary,
    span: tuple[float, float] = (float("nan"), float("nan")),
) -> Leg:
    times = elapsed[rows]
    times = times[~np.isnan(times)]
    first, last = (float(times.min()), float(times.max())) if len(times) else span
    return Leg(
        sport=sport,
        sub_sport=sub_sport,
        rows=rows,
        start_s=_or(span[0], first) if not len(times) else first,
        end_s=max(last, span[1]) if span[1] == span[1] and span[1] - last < 60.0 else last,
        summary=summary,
    )


def _named_sport(tables: Tables) -> tuple[str, str | None]:
    """Return the sport of a file without a session: from its sport or lap message."""
    for number, sport_field, sub_field in ((12, 0, 1), (profile.LAP, 25, 39)):
        table = tables.get(number)
        if table is None or not len(table):
            continue
        sport = profile.word("sport", float(table.column(sport_field)[-1]))
        sub_sport = profile.word("sub_sport", float(table.column(sub_field)[-1]))
        if sport is not None and sport != "generic":
            return sport, None if sub_sport == "generic" else sub_sport
    return "unknown", None


def _laps(tables: Tables, zero: float) -> tuple[Lap, ...]:
    spans = _Spans(tables.get(profile.LAP), profile.LAP, zero, "lap")
    laps = [
        Lap(
            start_s=float(spans.starts[row]),
            end_s=float(spans.ends[row]),
            summary=_summary(spans, row),
        )
        for row in range(len(spans))
        if spans.starts[row] == spans.starts[row] and spans.ends[row] == spans.ends[row]
    ]
    return tuple(sorted(laps, key=lambda lap: lap.start_s))


_START, _STOPS = 0, {1, 4, 8, 9}


def _pauses(tables: Tables, zero: float, elapsed: FloatArray) -> tuple[Pause, ...]:
    """Return where the timer stood: from each stop to the next start."""
    events = tables.get(profile.EVENT)
    if events is None or not len(events):
        return ()
    timer = events.column(0) == 0
    times = (events.times() - zero)[timer]
    kinds = events.column(1)[timer]
    pauses, stopped = [], None
    for time, kind in zip(times.tolist(), kinds.tolist(), strict=True):
        if time != time:
            continue
        if kind in _STOPS and stopped is None:
            stopped = time
        elif kind == _START and stopped is not None:
            if time > stopped:
                pauses.append(Pause(start_s=stopped, end_s=time))
            stopped = None
    last = float(np.nanmax(elapsed))
    return tuple(pause for pause in pauses if pause.start_s < last)


def _utc_offset(tables: Tables, zero: float) -> float | None:
    """Return local time minus UTC from the activity message. [s]"""
    table = tables.get(profile.ACTIVITY)
    if table is None or not len(table):
        return None
    differences = table.column(5) - table.times()
    known = differences[~np.isnan(differences)]
    # Zwift writes a local time in 1989; no place is further than 14 hours from UTC.
    if not len(known) or abs(float(known[-1])) > 14.5 * 3600 or zero < _ABSOLUTE_FROM:
        return None
    return float(round(float(known[-1]) / 60.0) * 60)


def _name(tables: Tables) -> str | None:
    """Return the name of the workout or profile the session was recorded with, if any."""
    table = tables.get(26)
    names = table.strings(8) if table is not None and len(table) else []
    return next((name for name in names if name), None)


__all__ = ["Athlete", "Conditions", "DamagedFileError", "NDArray", "assemble"]
