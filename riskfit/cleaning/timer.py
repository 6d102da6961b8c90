"""When a session was under way: one notion of moving time for all formats.

In this order count: timer events and the breaks a file marks, the file's own timer total, gaps
in which nobody moved, and standing still with the device running.
"""

from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from riskfit._common import FloatArray, IntArray, runs_of, upper_median
from riskfit.activity import Activity
from riskfit.cleaning.way import great_circle_m
from riskfit.sports import KEEPS_CLOCK, WATER

BoolArray = NDArray[np.bool_]

#: A silence of several usual steps is a gap from here on: devices that record on change fall silent
#: for less while their runner waits and their timer runs (docs/accuracy.md). [s]
_GAP_S: Final = 30.0
_GAP_STEPS: Final = 3.0
#: A gap in channels that tell no way is a pause when it is this long, and ten usual steps. [s]
_SILENCE_S: Final = 60.0
_SILENCE_STEPS: Final = 10.0
#: Slower than this over a minute nobody is under way: the threshold for "stopped" that gpxpy
#: uses as well, 1 km/h. [m/s]
_STANDS_M_S: Final = 1 / 3.6
_STANDS_FOR_S: Final = 60
#: A halt counts as a pause from here on: timers of watches run on through shorter ones, at lights
#: and gates (docs/accuracy.md). [s]
_SHORTEST_HALT_S: Final = 300
#: Moments of that minute, from its middle, at which a round may be half way. [s]
_MEANWHILE_S: Final = (-17, -7, 7, 17)
#: In a gap somebody moved who came on at this share of the session's usual speed (assumption).
_MOVES: Final = 0.25
#: A count of seconds this close to the device's timer agrees with it.
_TIMER_SHARE: Final = 0.01
_TIMER_ROOM_S: Final = 5.0


class Timer(Struct, frozen=True, eq=False):
    """Which seconds were under way, and what the others were.

    ``gap`` had no sample and no motion to speak of, ``still`` led nowhere; neither is set where
    the file itself marks a pause.
    """

    active: BoolArray
    gap: BoolArray
    still: BoolArray


def under_way(
    activity: Activity,
    second: IntArray,
    offset_s: float,
    length: int,
    step_m: FloatArray | None,
    net_m: FloatArray | None,
    notes: list[str],
) -> Timer:
    """Mark the seconds under way.

    Parameters
    ----------
    activity : Activity
        Its pauses and timer total.
    second : ndarray of int
        The grid's second of each row, in order.
    offset_s : float
        Elapsed time of the grid's first second. [s]
    length : int
        Seconds of the grid.
    step_m : ndarray or None
        The way in each second by the witness that is believed. [m]
    net_m : ndarray or None
        How far one got from each second within the minute around it, as the crow flies where
        there are positions. [m]
    notes : list of str

    Returns
    -------
    Timer
    """
    marked = _marked(activity, offset_s, length)
    if not marked.any():
        notes.append("pauses: the timer never ran, so all of the session counts")
        marked[:] = True
    gap = _gaps(second, step_m, marked)
    still = marked & ~gap
    if step_m is not None and net_m is not None and _may_stand(activity):
        still &= ~_standing(net_m)
    timer_s = activity.summary.timer_s
    if timer_s:
        candidates = [marked, marked & ~gap, still]
        if all(pause.inferred for pause in activity.pauses):
            candidates.append(np.ones(length, dtype=bool))
        # A timer total that knows nothing of the pauses is the elapsed time by another name.
        elsewhere = np.count_nonzero(marked) < (1 - _TIMER_SHARE) * timer_s
        if elsewhere and len(candidates) == 3 and timer_s > (1 - _TIMER_SHARE) * length:
            return Timer(marked & ~gap, marked & gap, np.zeros(length, dtype=bool))
        active = _as_the_timer_says(candidates, timer_s, notes)
        return Timer(active, marked & gap, marked & ~gap & ~active)
    active = still
    if not active.any():
        active = marked
    for rows, what in ((marked & gap, "without a sample"), (marked & ~gap & ~active, "standing")):
        if np.count_nonzero(rows) >= 30:
            notes.append(f"pauses: {np.count_nonzero(rows) / 60:.0f} min {what} taken as pauses")
    return Timer(active, marked & gap, marked & ~gap & ~active)


def _marked(activity: Activity, offset_s: float, length: int) -> BoolArray:
    """Mark all but the pauses of timer events and marked breaks."""
    active = np.ones(length, dtype=bool)
    for pause in activity.pauses:
        start, stop = pause.start_s - offset_s, pause.end_s - offset_s
        if np.isfinite(start) and np.isfinite(stop) and stop > start:
            active[max(0, round(start) + 1) : max(0, round(stop))] = False
    return active


def _gaps(second: IntArray, step_m: FloatArray | None, marked: BoolArray) -> BoolArray:
    """Mark the seconds of gaps between rows in which nobody moved."""
    gap = np.zeros(len(marked), dtype=bool)
    between = np.diff(second)
    if not len(between) or between.max() <= _GAP_S:
        return gap
    usual = _median_of_counts(between)
    if step_m is None:
        silent = np.flatnonzero(between >= max(_SILENCE_S, _SILENCE_STEPS * usual))
    else:
        silent = np.flatnonzero(between > max(_GAP_S, _GAP_STEPS * usual))
        so_far = np.cumsum(step_m)
        came_on = (so_far[second[silent + 1]] - so_far[second[silent]]) / between[silent]
        slow = max(_STANDS_M_S, _MOVES * _usual_speed(step_m[marked])) if len(silent) else 0.0
        silent = silent[came_on < slow]
    for index in silent:
        gap[second[index] + 1 : second[index + 1]] = True
    return gap


def _median_of_counts(values: IntArray) -> int:
    """Return the median of small whole numbers, most of which are equal; an hour stands for more.

    Partitions are slow where nearly all is equal, and np.median loads numpy's masked arrays.
    """
    counted = np.cumsum(np.bincount(np.clip(values, 0, 3600)))
    return int(np.searchsorted(counted, len(values) // 2, "right"))


def _usual_speed(step_m: FloatArray) -> float:
    """Return the median speed of the seconds that moved at all [m/s]."""
    moved = step_m[step_m > _STANDS_M_S]
    return upper_median(moved) if len(moved) else 0.0


def _may_stand(activity: Activity) -> bool:
    """Say whether standing still is a pause: not in sports done in place, or adrift."""
    return not any(leg.sport in KEEPS_CLOCK | WATER for leg in activity.legs)


def _standing(net_m: FloatArray) -> BoolArray:
    """Mark stretches that lead nowhere, from the shortest halt that counts as one."""
    slow = net_m < _STANDS_M_S * _STANDS_FOR_S
    out = np.zeros(len(slow), dtype=bool)
    for begin, end in runs_of(slow).tolist():
        # Slow is said of the middle of a minute: half of it lies to either side.
        if end - begin + _STANDS_FOR_S < _SHORTEST_HALT_S:
            continue
        out[max(0, begin - _STANDS_FOR_S // 2 + 1) : end + _STANDS_FOR_S // 2 - 1] = True
    return out


def net_way_m(step_m: FloatArray) -> FloatArray:
    """Return the way covered within the minute around each second [m]."""
    so_far = np.concatenate([[0.0], np.cumsum(step_m)])
    before, after = _minute_around(len(step_m))
    return np.asarray(so_far[after + 1] - so_far[before])


def crow_flies_m(latitude_deg: FloatArray, longitude_deg: FloatArray) -> FloatArray:
    """Return how far apart the ends and the middle of the minute around each second are [m].

    A receiver's noise adds up along the way, not as the crow flies.  Infinite where unknown.
    """
    before, after = _minute_around(len(latitude_deg))
    rows = np.arange(len(latitude_deg))
    apart = [
        great_circle_m(
            np.stack([latitude_deg[one], latitude_deg[other]]),
            np.stack([longitude_deg[one], longitude_deg[other]]),
        )[0]
        for one, other in ((before, after), (before, rows), (rows, after))
    ]
    net_m = np.asarray(np.nan_to_num(np.max(apart, axis=0), nan=np.inf))
    # Who goes round or to and fro in half a minute or in a whole one comes back to where he was.
    slow = np.flatnonzero(net_m < _STANDS_M_S * _STANDS_FOR_S)
    for seconds in _MEANWHILE_S:
        other = np.clip(slow + seconds, 0, len(rows) - 1)
        meanwhile = great_circle_m(
            np.stack([latitude_deg[slow], latitude_deg[other]]),
            np.stack([longitude_deg[slow], longitude_deg[other]]),
        )[0]
        net_m[slow] = np.fmax(net_m[slow], meanwhile)
    return net_m


def by_the_minute(step_m: FloatArray, net_m: FloatArray, still: BoolArray) -> FloatArray:
    """Return the steps with those of standing replaced by what each minute of it led to [m]."""
    rows = np.flatnonzero(still)
    out = step_m.copy()
    out[rows] = np.minimum(step_m[rows], net_m[rows] / _STANDS_FOR_S)
    return out


def _minute_around(length: int) -> tuple[IntArray, IntArray]:
    rows = np.arange(length)
    half = _STANDS_FOR_S // 2
    return np.maximum(rows - half, 0), np.minimum(rows + half, length - 1)


def _as_the_timer_says(candidates: list[BoolArray], timer_s: float, notes: list[str]) -> BoolArray:
    """Return the first of the candidates whose seconds come closest to the device's timer."""
    off = [abs(np.count_nonzero(active) - timer_s) for active in candidates]
    room = max(_TIMER_ROOM_S, _TIMER_SHARE * timer_s)
    best = next((n for n, o in enumerate(off) if o <= min(off) + room / 2), 0)
    active = candidates[best]
    if off[best] > 2 * room:
        notes.append(
            f"time: {np.count_nonzero(active) / 60:.0f} min under way found, although the "
            f"device's timer says {timer_s / 60:.0f} min"
        )
    return active
