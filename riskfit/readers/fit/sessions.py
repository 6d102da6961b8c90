"""What a FIT file's session, lap and event messages say of its parts, laps and timer."""

import math
from collections.abc import Iterator, Mapping, Set

from riskfit.activity import Summary
from riskfit.readers.fit import dictionary
from riskfit.readers.fit.decoded import Table
from riskfit.readers.recording import MarkedLap, Part

Tables = Mapping[int, Table]

_START_TIME, _SPORT, _SUB_SPORT, _ELAPSED = 2, 5, 6, 7
#: Fields of session and lap messages by what they total (profile numbers differ).
_TOTALS: dict[int, dict[str, int]] = {
    dictionary.SESSION: {
        "elapsed_s": 7,
        "timer_s": 8,
        "distance_m": 9,
        "energy_kcal": 11,
        "resting_energy_kcal": 196,
        "heart_rate_avg_bpm": 16,
        "heart_rate_max_bpm": 17,
        "power_avg_w": 20,
        "normalized_power_w": 34,
        "temperature_avg_c": 57,
        "ascent_m": 22,
        "descent_m": 23,
        "training_stress_score": 35,
        "sweat_loss_l": 178,
        "rpe": 193,
    },
    dictionary.LAP: {
        "elapsed_s": 7,
        "timer_s": 8,
        "distance_m": 9,
        "energy_kcal": 11,
        "heart_rate_avg_bpm": 15,
        "heart_rate_max_bpm": 16,
        "power_avg_w": 19,
        "normalized_power_w": 33,
        "temperature_avg_c": 50,
        "ascent_m": 21,
        "descent_m": 22,
    },
}
#: Sweat is stored in millilitres, the rating as 0 to 100 in steps of ten: divisor and maximum.
_STORED = {"sweat_loss_l": (1000.0, math.inf), "rpe": (10.0, 10.0)}


def parts_of(tables: Tables, zero: float) -> list[Part]:
    """Return a part a session, one that is everything where there is no session.

    Parameters
    ----------
    tables : mapping of int to Table
    zero : float
        The start. [s since the FIT epoch]

    Returns
    -------
    list of Part
    """
    sessions = tables.get(dictionary.SESSION)
    if sessions is None or not len(sessions):
        return [_named_part(tables)]
    parts = []
    # "Generic" says nothing, but among others it is a sport of its own.
    silent = {"generic"} if len(sessions) == 1 else set()
    for sport, sub_sport, (start_s, end_s), totals in zip(
        _words(sessions, "sport", _SPORT, silent),
        _words(sessions, "sub_sport", _SUB_SPORT, {"generic"}),
        _spans(sessions, zero),
        _summaries(sessions, dictionary.SESSION),
        strict=True,
    ):
        parts.append(
            Part(
                sport=sport or "unknown",
                sub_sport=sub_sport,
                start_s=start_s,
                end_s=end_s,
                totals=totals,
            )
        )
    return parts


def laps_of(tables: Tables, zero: float) -> list[MarkedLap]:
    """Return the laps whose start and end are known; ``zero`` as of `parts_of`."""
    laps = tables.get(dictionary.LAP)
    if laps is None or not len(laps):
        return []
    spans, totals = _spans(laps, zero), _summaries(laps, dictionary.LAP)
    return [
        MarkedLap(start_s=start_s, end_s=end_s, totals=total)
        for (start_s, end_s), total in zip(spans, totals, strict=True)
        if not (math.isnan(start_s) or math.isnan(end_s))
    ]


_SET_DURATION, _SET_START = 0, 6


def sets_of(tables: Tables, zero: float) -> list[float]:
    """Return when sets of strength exercises began and ended; ``zero`` as of `parts_of`."""
    sets = tables.get(dictionary.SET)
    if sets is None or not len(sets):
        return []
    spans = zip(sets.values(_SET_START), sets.values(_SET_DURATION), strict=True)
    moments = {at - zero for start, took_s in spans for at in (start, start + took_s)}
    return sorted(at for at in moments if not math.isnan(at))


def _words(table: Table, kind: str, field: int, silent: Set[str]) -> list[str | None]:
    """Return FIT's words of a field, None for those that say nothing."""
    words = [dictionary.word(kind, value) for value in table.values(field)]
    return [None if word in silent else word for word in words]


def _spans(table: Table, zero: float) -> Iterator[tuple[float, float]]:
    """Yield start and end of sessions or laps.

    The stamp may be written long after the end: start and duration come first.
    """
    rows = (table.times().tolist(), table.values(_START_TIME), table.values(_ELAPSED))
    for stamp, began, elapsed_s in zip(*rows, strict=True):
        stamp_s = stamp - zero
        start_s = stamp_s - elapsed_s if math.isnan(began) else began - zero
        yield start_s, stamp_s if math.isnan(elapsed_s) else start_s + elapsed_s


def _summaries(table: Table, number: int) -> Iterator[Summary]:
    """Yield what the device totalled for each session or lap."""
    columns = {
        name: [None if math.isnan(value) else value for value in table.values(field)]
        for name, field in _TOTALS[number].items()
    }
    for name, (divisor, highest) in _STORED.items():
        if name in columns:
            values = [None if value is None else value / divisor for value in columns[name]]
            columns[name] = [
                None if value is None or value > highest else value for value in values
            ]
    for row in zip(*columns.values(), strict=True):
        yield Summary(**dict(zip(columns, row, strict=True)))


def _named_part(tables: Tables) -> Part:
    """Return the part that a file without a session is: its sport or lap message names it."""
    for number, sport_field, sub_field in ((12, 0, 1), (dictionary.LAP, 25, 39)):
        table = tables.get(number)
        if table is None or not len(table):
            continue
        sport = dictionary.word("sport", table.values(sport_field)[-1])
        sub_sport = dictionary.word("sub_sport", table.values(sub_field)[-1])
        if sport is not None and sport != "generic":
            return Part(sport=sport, sub_sport=None if sub_sport == "generic" else sub_sport)
    return Part()


_TIMER, _START = 0, 0
_STOPS = {1, 4, 8, 9}  # stop, stop_all, stop_disable, stop_disable_all


def timer_of(tables: Tables, zero: float) -> list[tuple[float, bool]]:
    """Return when the timer started (True) and stopped; ``zero`` as of `parts_of`."""
    events = tables.get(dictionary.EVENT)
    if events is None or not len(events):
        return []
    timer = events.column(0) == _TIMER
    times_s, kinds = (events.times() - zero)[timer].tolist(), events.column(1)[timer].tolist()
    return [
        (time_s, kind == _START)
        for time_s, kind in zip(times_s, kinds, strict=True)
        if (kind == _START or kind in _STOPS) and not math.isnan(time_s)
    ]
