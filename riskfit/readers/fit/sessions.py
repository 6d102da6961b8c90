"""Legs, laps, pauses and totals: what a FIT file's session, lap and event messages say."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from riskfit._common import FloatArray
from riskfit.activity import Lap, Leg, Pause, Summary
from riskfit.readers.fit import dictionary
from riskfit.readers.fit.message_tables import Table

Tables = Mapping[int, Table]

_SPORT, _SUB_SPORT, _START_TIME, _ELAPSED = 5, 6, 2, 7
_SWEAT_ML, _EFFORT = 178, 193
#: A session may end this long after its last record and still be believed. [s]
_LATE_END_S = 60.0


class Spans:
    """Sessions or laps: their times, words and totals, row by row."""

    def __init__(self, table: Table | None, number: int, zero: float) -> None:
        self.table, self.number = table, number
        self.length = 0 if table is None else len(table)
        self._values: dict[int, list[float | None]] = {}
        self.starts: list[float] = []
        self.ends: list[float] = []
        stamps = [] if table is None else (table.times() - zero).tolist()
        for stamp, start, elapsed in zip(
            stamps, self.values(_START_TIME), self.values(_ELAPSED), strict=True
        ):
            # The stamp may be written long after the end: trust start and duration first.
            if start is not None:
                self.starts.append(start - zero)
            else:
                self.starts.append(math.nan if elapsed is None else stamp - elapsed)
            self.ends.append(stamp if elapsed is None else self.starts[-1] + elapsed)

    def __len__(self) -> int:
        return self.length

    def values(self, field: int) -> list[float | None]:
        """Return a field of all rows, None where it is absent."""
        values = self._values.get(field)
        if values is None:
            column = [] if self.table is None else self.table.values(field)
            values = [None if math.isnan(value) else value for value in column]
            self._values[field] = values
        return values

    def value(self, row: int, field: int) -> float | None:
        """Return a row's field, None where it is absent."""
        return self.values(field)[row]


#: Fields of session and lap messages by what they total (profile numbers differ).
_TOTALS: dict[str, dict[int, int]] = {
    "elapsed_s": {dictionary.SESSION: 7, dictionary.LAP: 7},
    "timer_s": {dictionary.SESSION: 8, dictionary.LAP: 8},
    "distance_m": {dictionary.SESSION: 9, dictionary.LAP: 9},
    "energy_kcal": {dictionary.SESSION: 11, dictionary.LAP: 11},
    "resting_energy_kcal": {dictionary.SESSION: 196},
    "heart_rate_avg_bpm": {dictionary.SESSION: 16, dictionary.LAP: 15},
    "heart_rate_max_bpm": {dictionary.SESSION: 17, dictionary.LAP: 16},
    "power_avg_w": {dictionary.SESSION: 20, dictionary.LAP: 19},
    "normalized_power_w": {dictionary.SESSION: 34, dictionary.LAP: 33},
    "temperature_avg_c": {dictionary.SESSION: 57, dictionary.LAP: 50},
    "ascent_m": {dictionary.SESSION: 22, dictionary.LAP: 21},
    "descent_m": {dictionary.SESSION: 23, dictionary.LAP: 22},
    "training_stress_score": {dictionary.SESSION: 35},
}


def summaries_of(spans: Spans) -> list[Summary]:
    """Return what the device totalled for each session or lap."""
    if not len(spans):
        return []
    columns = {
        name: spans.values(numbers[spans.number])
        for name, numbers in _TOTALS.items()
        if spans.number in numbers
    }
    if spans.number == dictionary.SESSION:
        columns["sweat_loss_l"] = [_over(value, 1000.0) for value in spans.values(_SWEAT_ML)]
        # Stored as 0 to 100 in steps of ten.
        columns["rpe"] = [_over(value, 10.0, most=10.0) for value in spans.values(_EFFORT)]
    names = tuple(columns)
    rows = zip(*columns.values(), strict=True)
    return [Summary(**dict(zip(names, row, strict=True))) for row in rows]


def _over(value: float | None, scale: float, most: float = math.inf) -> float | None:
    return None if value is None or value / scale > most else value / scale


_SUMMED = (
    "elapsed_s",
    "timer_s",
    "distance_m",
    "energy_kcal",
    "resting_energy_kcal",
    "ascent_m",
    "descent_m",
    "training_stress_score",
)
_AVERAGED = ("heart_rate_avg_bpm", "power_avg_w", "temperature_avg_c")


def total_of(parts: Sequence[Summary]) -> Summary:
    """Total the legs: sums, means weighted by time, the highest heart rate, effort and sweat."""
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
    # The maker's sweat runs on from leg to leg (187, 213, 567, 582, 1122 mL in a triathlon).
    for name in ("heart_rate_max_bpm", "rpe", "sweat_loss_l"):
        known = [value for part in parts if (value := getattr(part, name)) is not None]
        values[name] = max(known) if known else None
    return Summary(**values)


def legs_of(sessions: Spans, elapsed: FloatArray, tables: Tables) -> tuple[Leg, ...]:
    """Cut the records into legs, one a session, without gap or overlap.

    Parameters
    ----------
    sessions : Spans
    elapsed : ndarray
        Time of each record since the start. [s]
    tables : mapping of int to Table
        Name the sport where there is no session.

    Returns
    -------
    tuple of Leg
        In order of time, at least one.
    """
    if not len(sessions):
        sport, sub_sport = _named_sport(tables)
        return (_leg(sport, sub_sport, slice(0, len(elapsed)), elapsed),)
    unknown_last = [math.inf if math.isnan(start) else start for start in sessions.starts]
    order = sorted(range(len(sessions)), key=lambda row: unknown_last[row])
    cuts = _cuts([sessions.starts[row] for row in order], elapsed)
    summaries = summaries_of(sessions)
    legs = []
    for row, first, stop in zip(order, cuts[:-1], cuts[1:], strict=True):
        sport = dictionary.word("sport", sessions.value(row, _SPORT)) or "unknown"
        sub_sport = dictionary.word("sub_sport", sessions.value(row, _SUB_SPORT))
        legs.append(
            _leg(
                "unknown" if sport == "generic" and len(order) == 1 else sport,
                None if sub_sport == "generic" else sub_sport,
                slice(first, stop),
                elapsed,
                summaries[row],
                (sessions.starts[row], sessions.ends[row]),
            )
        )
    return tuple(legs)


def _cuts(starts: Sequence[float], elapsed: FloatArray) -> list[int]:
    """Return the first row of each leg and the end: each begins where its session does."""
    cuts = [0]
    if len(starts) > 1:
        # Rows need not ascend: compare with the latest time seen so far.
        latest = np.maximum.accumulate(np.where(np.isnan(elapsed), -np.inf, elapsed))
        for start in starts[1:]:
            known = not math.isnan(start)
            at = int(np.searchsorted(latest, start, "left")) if known else len(elapsed)
            cuts.append(max(at, cuts[-1]))
    return [*cuts, len(elapsed)]


def _leg(
    sport: str,
    sub_sport: str | None,
    rows: slice,
    elapsed: FloatArray,
    summary: Summary | None = None,
    span: tuple[float, float] = (math.nan, math.nan),
) -> Leg:
    """Return a leg from its first record to its last, or to its session's end just after."""
    start, end = span
    times = elapsed[rows]
    if len(times):
        low, high = float(times.min()), float(times.max())
        if math.isnan(low):
            times = times[~np.isnan(times)]
            low, high = (float(times.min()), float(times.max())) if len(times) else span
        start = low
        end = end if high <= end <= high + _LATE_END_S else high
    return Leg(
        sport=sport,
        sub_sport=sub_sport,
        rows=rows,
        start_s=start,
        end_s=end,
        summary=summary or Summary(),
    )


def _named_sport(tables: Tables) -> tuple[str, str | None]:
    """Return the sport of a file without a session: from its sport or lap message."""
    for number, sport_field, sub_field in ((12, 0, 1), (dictionary.LAP, 25, 39)):
        table = tables.get(number)
        if table is None or not len(table):
            continue
        sport = dictionary.word("sport", table.values(sport_field)[-1])
        sub_sport = dictionary.word("sub_sport", table.values(sub_field)[-1])
        if sport is not None and sport != "generic":
            return sport, None if sub_sport == "generic" else sub_sport
    return "unknown", None


def laps_of(tables: Tables, zero: float) -> tuple[Lap, ...]:
    """Return the laps in order of time; ``zero`` is the start. [s since the FIT epoch]."""
    spans = Spans(tables.get(dictionary.LAP), dictionary.LAP, zero)
    laps = [
        Lap(start_s=start, end_s=end, summary=summary)
        for start, end, summary in zip(spans.starts, spans.ends, summaries_of(spans), strict=True)
        if not math.isnan(start) and not math.isnan(end)
    ]
    return tuple(sorted(laps, key=lambda lap: lap.start_s))


_TIMER, _START = 0, 0
_STOPS = {1, 4, 8, 9}  # stop, stop_all, stop_disable, stop_disable_all


def pauses_of(tables: Tables, zero: float, last: float) -> tuple[Pause, ...]:
    """Return where the timer stood: from each stop to the next start.

    Parameters
    ----------
    tables : mapping of int to Table
    zero : float
        The start. [s since the FIT epoch]
    last : float
        Time of the last record since the start: no pause begins after it. [s]

    Returns
    -------
    tuple of Pause
    """
    events = tables.get(dictionary.EVENT)
    if events is None or not len(events):
        return ()
    timer = events.column(0) == _TIMER
    times = (events.times() - zero)[timer]
    kinds = events.column(1)[timer]
    pauses = []
    stopped: float | None = None
    for time, kind in zip(times.tolist(), kinds.tolist(), strict=True):
        if math.isnan(time):
            continue
        if kind in _STOPS and stopped is None:
            stopped = time
        elif kind == _START and stopped is not None:
            if time > stopped and stopped < last:
                pauses.append(Pause(start_s=stopped, end_s=time))
            stopped = None
    return tuple(pauses)
