"""What came before a session: load, form, hours trained, habits, days in the heat.

Everything is computed for many sessions at once from sorted arrays and running sums; one
session is a table of one row.  Only what started strictly earlier counts.
"""

from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

from riskfit._common import DAY_S, FloatArray, IntArray
from riskfit.athlete import History
from riskfit.formulas.pacing import power_duration, riegel_speed
from riskfit.formulas.training_load import (
    acute_training_load,
    chronic_training_load,
    ewma_load_ratio,
    rolling_monotony_and_strain,
)
from riskfit.sports import BIKE, DAILY, FOOT, RUN, accustoming

_WINDOW_DAYS: Final = 28
#: Sessions so long ago still make a return easier than a first time: repeated-bout protection is
#: whole after 8 weeks and partly gone after 12 (Nosaka 2005, Can J Appl Physiol 30:529).
_BREAK_DAYS: Final = 84
#: Load of a session without any measure of intensity: 42 TSS an hour, an intensity factor of
#: 0.65, the middle of what coaches call endurance riding (assumption). [TSS/h]
ASSUMED_LOAD_PER_HOUR: Final = 42.0
#: Descent on foot that tires the legs as another hour of training does: half an hour downhill at
#: 10 km/h and 10 %, after which strength is down as after hours on the level (assumption). [m/h]
_DESCENT_M_PER_H: Final = 500.0
#: No session is shorter than this when it is the yardstick of O1. [s]
SHORTEST_YARDSTICK_S: Final = 1800.0
#: A day counts as a day in the heat from this air temperature on, as Garmin's acclimation does
#: (owner's manuals, "heat acclimation ... above 22 °C"), with half an hour of exercise.
HEAT_DAY_C: Final = 22.0
_HEAT_DAY_S: Final = 1800.0


class RecoveryTable(Struct, frozen=True, kw_only=True, eq=False):
    """Recovery quantities, a row a query; nan where the history does not tell.

    ``columns`` holds catalogue features; the rest is what a session's own load and duration
    are set against.
    """

    columns: dict[str, FloatArray]
    covered_days: FloatArray
    reached_days: FloatArray
    load_7d: FloatArray
    weekly_load: FloatArray
    longest_28d_s: FloatArray
    hour_speed_m_s: FloatArray
    hour_power_w: FloatArray


def recovery_table(history: History, at_s: ArrayLike, sport: ArrayLike) -> RecoveryTable:
    """Compute the recovery quantities of many sessions.

    Parameters
    ----------
    history : History
        Sessions in order of time; those of the queries may be among them.
    at_s : array_like
        Starts of the sessions asked for, POSIX time. [s]
    sport : array_like of str
        Their sports.

    Notes
    -----
    A rest day is a day of load zero.  For load and form a silence of 28 days or more may be an
    archive that lacks something: its days are unknown, and coverage starts again behind it.  For
    what a body is used to it is a break.
    """
    at = np.atleast_1d(np.asarray(at_s, dtype=float))
    sports = np.atleast_1d(np.asarray(sport, dtype="U32"))
    if not len(history):
        return _nothing_known(len(at))
    start, duration = history.start_s, history.duration_s
    load = _loads(history)
    before = np.searchsorted(start, at, side="left")
    covered_days = _covered_days(history, at, before)
    since = {
        days: np.searchsorted(start, at - days * DAY_S, side="left") for days in (3, 7, 28, 35)
    }

    hours = _running_sum(duration / 3600 + _descent_h(history))
    loads = _running_sum(load)
    trained_72h = hours[before] - hours[since[3]]
    usual_72h = (hours[since[3]] - hours[since[28]]) / (_WINDOW_DAYS - 3) * 3
    weeks = np.clip((covered_days - 7) / 7, 0.0, 4.0)
    older = (loads[since[7]] - loads[since[35]]) / np.where(weeks >= 3, weeks, np.nan)

    same_28d, same_84d, longest, ever = _same_sport(history, at, sports)
    # People do not log walks: none at all in the archive means not recorded.
    unlogged = np.isin(sports, list(DAILY)) & ~ever
    unheard = unlogged & (same_84d == 0)
    ended = start + duration
    last_end = np.maximum.accumulate(ended)[np.maximum(before - 1, 0)]
    clock_h = _running_sum(duration / 3600)
    columns = {
        "training_72h_h": clock_h[before] - clock_h[since[3]],
        "training_72h_above_usual_h": trained_72h - usual_72h,
        "hours_since_last_session_h": np.maximum(at - last_end, 0.0) / 3600,
        "same_sport_sessions_28d": np.where(unheard, np.nan, same_28d),
        "same_sport_sessions_29_84d": np.where(unheard, np.nan, same_84d - same_28d),
        **_by_day_before(history, load, at, before),
    }
    full, any_before = covered_days >= _WINDOW_DAYS, (before > 0) & (covered_days > 0)
    reached_days = _reached_days(history, at, before)
    for name, days in NEEDED_DAYS.items():
        covered = reached_days if name in OF_A_SPORT else covered_days
        enough = covered >= days if days else any_before
        columns[name] = np.where(enough, columns[name], np.nan)
    best_since = np.searchsorted(start, at - 90 * DAY_S, side="left")
    speed, power = _hour_equivalents(history)
    return RecoveryTable(
        columns=columns,
        covered_days=covered_days,
        reached_days=reached_days,
        load_7d=np.where(full, loads[before] - loads[since[7]], np.nan),
        weekly_load=np.where(full & (older > 0), older, np.nan),
        longest_28d_s=np.where(
            (before > 0) & (reached_days > 0) & ~unlogged,
            np.maximum(longest, SHORTEST_YARDSTICK_S),
            np.nan,
        ),
        hour_speed_m_s=_window_max(speed, best_since, before),
        hour_power_w=_window_max(power, best_since, before),
    )


#: Days that the history has to cover for each; 0: any session before will do.
NEEDED_DAYS: Final = {
    "training_72h_h": 0,
    "training_72h_above_usual_h": 28,
    "hours_since_last_session_h": 0,
    "same_sport_sessions_28d": 28,
    "same_sport_sessions_29_84d": 28,
    "fitness_ctl": 28,
    "fatigue_atl": 28,
    "form_tsb": 28,
    "ewma_load_ratio": 28,
    "monotony": 7,
    "strain": 7,
    "rest_days_7d": 7,
    "heat_days_14d": 0,
    "mean_temperature_14d_c": 0,
}


#: What a body is used to: a silence is a break, as long as the history reaches back so far.
OF_A_SPORT: Final = ("same_sport_sessions_28d", "same_sport_sessions_29_84d")


_NEVER_LOGGED: Final = "none was ever logged, and people do not log walks and days on their feet"


def recovery_because(covered_days: float) -> str:
    """Say why a recovery feature is missing."""
    if not covered_days > 0:
        return "no earlier sessions are known: give --history, or import them"
    if covered_days >= _WINDOW_DAYS:
        return _NEVER_LOGGED
    return f"the history covers {covered_days:.0f} of the 28 days needed"


def no_yardstick_because(reached_days: float) -> str:
    """Say why nothing is known that a duration could be set against."""
    return _NEVER_LOGGED if reached_days > 0 else recovery_because(0.0)


def load_ratio(load_7d: ArrayLike, own: ArrayLike, weekly_load: ArrayLike) -> FloatArray:
    """Return the week's load with the session's own over the mean week of the four before."""
    return np.asarray((np.asarray(load_7d) + own) / np.asarray(weekly_load))


def duration_ratio(active_s: ArrayLike, longest_28d_s: ArrayLike) -> FloatArray:
    """Return a duration over the longest of the same sport in the 28 days before."""
    return np.asarray(np.asarray(active_s) / np.asarray(longest_28d_s))


def _nothing_known(rows: int) -> RecoveryTable:
    unknown = np.full(rows, np.nan)
    return RecoveryTable(
        columns=dict.fromkeys(NEEDED_DAYS, unknown),
        covered_days=np.zeros(rows),
        reached_days=np.zeros(rows),
        load_7d=unknown,
        weekly_load=unknown,
        longest_28d_s=unknown,
        hour_speed_m_s=unknown,
        hour_power_w=unknown,
    )


def _loads(history: History) -> FloatArray:
    """Return each session's load; where none was measured, by its hours."""
    by_hours = history.duration_s / 3600 * ASSUMED_LOAD_PER_HOUR
    return np.where(np.isnan(history.load), by_hours, history.load)


def _descent_h(history: History) -> FloatArray:
    """Return the hours of training that the braking of each descent adds; unknown is none [h]."""
    if not len(history.descent_m):
        return np.zeros(len(history))
    on_foot = np.isin(history.sport, list(FOOT))
    return np.where(on_foot, np.nan_to_num(history.descent_m), 0.0) / _DESCENT_M_PER_H


def _running_sum(values: ArrayLike) -> FloatArray:
    return np.concatenate([[0.0], np.cumsum(values)])


def _covered_days(history: History, at: FloatArray, before: IntArray) -> FloatArray:
    """Return for how many days without a long silence the history reaches back."""
    start = history.start_s
    if np.isfinite(history.covered_from_s):
        return np.maximum(at - history.covered_from_s, 0.0) / DAY_S
    silence = np.diff(start, prepend=start[0]) >= _WINDOW_DAYS * DAY_S
    origin = np.maximum.accumulate(np.where(silence, start, start[0]))
    last = np.maximum(before - 1, 0)
    covered = (at - origin[last]) / DAY_S
    stale = at - start[last] >= _WINDOW_DAYS * DAY_S
    return np.where((before > 0) & ~stale, covered, 0.0)


def _reached_days(history: History, at: FloatArray, before: IntArray) -> FloatArray:
    """Return for how many days the history reaches back, silences among them."""
    if np.isfinite(history.covered_from_s):
        return np.maximum(at - history.covered_from_s, 0.0) / DAY_S
    return np.where(before > 0, np.maximum(at - history.start_s[0], 0.0), 0.0) / DAY_S


def _same_sport(
    history: History, at: FloatArray, sports: NDArray[np.str_]
) -> tuple[FloatArray, FloatArray, FloatArray, NDArray[np.bool_]]:
    """Return what the body is used to in a sport.

    Sessions of the 28 and of the 84 days before, the longest of the 28, and whether any was ever
    logged; running makes used to walking, but is not among its own.
    """
    count, count_84d, longest = (np.zeros(len(at)) for _ in range(3))
    ever = np.zeros(len(at), dtype=bool)
    for sport in sorted(set(sports.tolist())):
        asked = sports == sport
        start, duration = _sessions_of(history, sport)
        high = np.searchsorted(start, at[asked], side="left")
        low, low_84d = (
            np.searchsorted(start, at[asked] - days * DAY_S, side="left")
            for days in (_WINDOW_DAYS, _BREAK_DAYS)
        )
        count[asked] = high - low
        count_84d[asked] = high - low_84d
        longest[asked] = np.nan_to_num(_window_max(duration, low, high))
        own = history.start_s[np.isin(history.sport, list(accustoming(sport) - RUN or RUN))]
        ever[asked] = np.searchsorted(own, at[asked], side="left") > 0
    return count, count_84d, longest, ever


def _sessions_of(history: History, sport: str) -> tuple[FloatArray, FloatArray]:
    """Return starts and durations of the sessions that make a body used to a sport.

    Legs of one session that follow on each other, with other sports between them, are one.
    """
    rows = np.flatnonzero(np.isin(history.sport, list(accustoming(sport))))
    start, duration = history.start_s[rows], history.duration_s[rows]
    session = history.session_s[rows] if len(history.session_s) else start
    first = np.flatnonzero(np.diff(session, prepend=np.nan) != 0)
    return start[first], np.add.reduceat(duration, first) if len(first) else duration


def _by_day_before(
    history: History, load: FloatArray, at: FloatArray, before: IntArray
) -> dict[str, FloatArray]:
    """Return `_by_day` of what came before; inside a silence nobody knows yet that it is one."""
    found = _by_day(history, load, at)
    gaps = np.flatnonzero(np.diff(history.start_s) >= _WINDOW_DAYS * DAY_S) + 1
    for end in gaps[np.isin(gaps, before)].tolist():
        asked = np.flatnonzero(before == end)
        for name, values in _by_day(history.only(slice(end)), load[:end], at[asked]).items():
            found[name][asked] = values
    return found


def _by_day(history: History, load: FloatArray, at: FloatArray) -> dict[str, FloatArray]:
    """Return what is counted by calendar days: form, monotony, rest days, days in the heat."""
    offset = history.utc_offset_s
    first = np.floor((history.start_s[0] + offset) / DAY_S)
    day = (np.floor((history.start_s + offset) / DAY_S) - first).astype(np.intp)
    # Who asks about a time before all of it asks about its first day, of which nothing is known.
    asked = np.maximum(np.floor((at + offset) / DAY_S) - first, 0).astype(np.intp)
    days = int(max(day.max(), asked.max())) + 1
    daily = np.bincount(day, weights=load, minlength=days)
    daily[_silent_days(history, day, days)] = np.nan
    yesterday = np.maximum(asked - 1, 0)
    none_before = asked < 1

    chronic, acute = chronic_training_load(daily), acute_training_load(daily)
    monotony, strain = rolling_monotony_and_strain(daily)
    trained = _running_sum((np.bincount(day, minlength=days) > 0).astype(float))
    hot = (history.temperature_c >= HEAT_DAY_C) & (history.duration_s >= _HEAT_DAY_S)
    hot_days = _running_sum((np.bincount(day[hot], minlength=days) > 0).astype(float))
    told = ~np.isnan(history.temperature_c)
    told_until = _running_sum(np.bincount(day[told], minlength=days).astype(float))
    degrees = np.bincount(day[told], weights=history.temperature_c[told], minlength=days)
    degrees_until = _running_sum(degrees)

    week_ago, fortnight_ago = np.maximum(asked - 7, 0), np.maximum(asked - 14, 0)
    told_14 = told_until[asked] - told_until[fortnight_ago]
    with np.errstate(invalid="ignore", divide="ignore"):
        result = {
            "fitness_ctl": chronic[yesterday],
            "fatigue_atl": acute[yesterday],
            "form_tsb": chronic[yesterday] - acute[yesterday],
            "ewma_load_ratio": ewma_load_ratio(daily)[yesterday],
            "monotony": np.where(asked >= 7, monotony[yesterday], np.nan),
            "strain": np.where(asked >= 7, strain[yesterday], np.nan),
            "rest_days_7d": np.where(asked >= 7, 7 - trained[asked] + trained[week_ago], np.nan),
            "heat_days_14d": np.where(
                told_14 > 0, hot_days[asked] - hot_days[fortnight_ago], np.nan
            ),
            "mean_temperature_14d_c": np.where(
                told_14 > 0, (degrees_until[asked] - degrees_until[fortnight_ago]) / told_14, np.nan
            ),
        }
    return {name: np.where(none_before, np.nan, values) for name, values in result.items()}


def _silent_days(history: History, day: IntArray, days: int) -> NDArray[np.bool_]:
    """Return the days of long silences: nobody knows what was done, so they are no rest."""
    edge = np.zeros(days + 1, dtype=np.intp)
    gaps = np.flatnonzero(np.diff(history.start_s) >= _WINDOW_DAYS * DAY_S)
    np.add.at(edge, day[gaps] + 1, 1)
    np.add.at(edge, day[gaps + 1], -1)
    silent: NDArray[np.bool_] = np.cumsum(edge[:-1]) > 0
    return silent


def _hour_equivalents(history: History) -> tuple[FloatArray, FloatArray]:
    """Return each session's best effort as the speed or power it stands for over an hour."""
    runs = np.isin(history.sport, list(RUN))
    rides = np.isin(history.sport, list(BIKE))
    unknown = np.full(len(history), np.nan)
    speed = riegel_speed(history.best_speed_m_s, history.best_duration_s, 3600.0)
    power = power_duration(history.best_power_w, history.best_duration_s, 3600.0)
    return np.where(runs, speed, unknown), np.where(rides, power, unknown)


def _window_max(values: FloatArray, low: IntArray, high: IntArray) -> FloatArray:
    """Return the largest of ``values[low:high]`` for many windows, nan where there is none."""
    padded = np.append(np.where(np.isnan(values), -np.inf, values), -np.inf)
    # Every second stretch is a window, the others lie between two of them.
    largest = np.maximum.reduceat(padded, np.stack([low, high], axis=1).ravel())[::2]
    return np.where((high > low) & np.isfinite(largest), largest, np.nan)
