"""A clock that never runs back, from the times as they were recorded."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from riskfit._common import DAY_S, FloatArray, plural
from riskfit.activity import Activity, Samples

#: A step forward beyond this is a clock that was set, not a session that went on. [s]
_CLOCK_JUMP_S: Final = DAY_S
#: Rows are the same when these are; fewer of them are chance.
_TELLS_APART: Final = ("latitude_deg", "longitude_deg", "distance_m", "heart_rate_bpm")
_FEWEST_REPEATS: Final = 10
#: Up to so many samples that ran back are strays; more are a clock that was set back.
_FEW_LATE: Final = 5
#: Longer is no session; what lies behind is left out. [s]
_LONGEST_S: Final = 14 * DAY_S


def usable_times(activity: Activity, notes: list[str]) -> tuple[NDArray[np.intp], FloatArray]:
    """Return the rows to keep and their times on a clock that never runs back.

    A jump forward that lies in a pause is the pause: its clock is kept.
    """
    elapsed_s = activity.samples.elapsed_s
    keep = np.flatnonzero(np.isfinite(elapsed_s))
    if len(keep) < len(elapsed_s):
        untimed = len(elapsed_s) - len(keep)
        notes.append(f"clock: {plural(untimed, 'sample')} without a time left out")
    clock = elapsed_s[keep]
    if not len(clock):
        return keep, clock
    if (np.diff(clock) < 0).any():
        keep = keep[~_repeats(activity.samples, keep, clock, notes)]
        clock = elapsed_s[keep]
    step = np.diff(clock)
    if (step < 0).any() or (step > _CLOCK_JUMP_S).any():
        keep, clock = _mend_clock(activity, keep, clock, notes)
    too_late = clock - clock[0] > _LONGEST_S
    if too_late.any():
        count = int(too_late.sum())
        notes.append(f"clock: {plural(count, 'sample')} after more than 14 days left out")
        keep, clock = keep[~too_late], clock[~too_late]
    return keep, clock


def _repeats(
    samples: Samples, keep: NDArray[np.intp], clock: FloatArray, notes: list[str]
) -> NDArray[np.bool_]:
    """Mark rows of the past that were written before: segments that begin with the one before."""
    behind = clock < np.maximum.accumulate(clock)
    told = np.stack([clock, *(getattr(samples, name)[keep] for name in _TELLS_APART)])
    order = np.lexsort(told)
    same = (told[:, order[1:]] == told[:, order[:-1]]) | np.isnan(told[:, order[1:]])
    repeated = np.zeros(len(clock), dtype=bool)
    repeated[order[1:]] = same.all(axis=0)  # the sort is stable: the first of equals stays
    # Equal beats at equal times are chance; equal places or ways are not.
    placed = ~np.isnan(told[1]) | ~np.isnan(told[3])
    repeated &= behind & placed
    count = int(repeated.sum())
    if count < _FEWEST_REPEATS:
        return np.zeros(len(clock), dtype=bool)
    notes.append(f"clock: {count} samples that repeat earlier ones left out")
    return repeated


def _in_a_pause(activity: Activity, before_s: float, after_s: float) -> bool:
    """Say whether most of a stretch lies in a pause that is marked."""
    paused = sum(
        min(pause.end_s, after_s) - max(pause.start_s, before_s)
        for pause in activity.pauses
        if pause.end_s > before_s and pause.start_s < after_s
    )
    return paused > 0.5 * (after_s - before_s)


def _mend_clock(
    activity: Activity, keep: NDArray[np.intp], clock: FloatArray, notes: list[str]
) -> tuple[NDArray[np.intp], FloatArray]:
    """Undo set clocks: one that stays behind is shifted, single late samples are left out."""
    step = np.diff(clock)
    for jump in np.flatnonzero(step > _CLOCK_JUMP_S):
        if _in_a_pause(activity, float(clock[jump]), float(clock[jump + 1])):
            continue
        clock = clock.copy()
        clock[jump + 1 :] -= step[jump] - 1.0
        notes.append(f"clock: a jump of {step[jump] / 3600:.0f} h forward taken as one second")
    while True:
        latest = np.maximum.accumulate(clock)
        late = clock < latest
        if not late.any():
            break
        first = int(np.argmax(late))
        caught_up = np.flatnonzero(~late[first:])
        if len(caught_up) and caught_up[0] <= _FEW_LATE:
            stop = first + int(caught_up[0])
            notes.append(f"clock: {plural(stop - first, 'sample')} that ran back in time left out")
            keep, clock = np.delete(keep, slice(first, stop)), np.delete(clock, slice(first, stop))
        else:
            behind = float(latest[first] - clock[first])
            clock = clock.copy()
            clock[first:] += behind + 1.0
            by = f"{behind:.0f} s" if behind < 600 else f"{behind / 60:.0f} min"
            by = by if behind < 7200 else f"{behind / 3600:.0f} h"
            notes.append(f"clock: set back by {by} in mid-session, set forward again")
    return keep, clock
