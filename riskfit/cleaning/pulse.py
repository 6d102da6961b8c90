"""Heart rate that no heart had: spikes, and steps taken for beats; and the highest it did have."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray, IntArray, plural, runs_of, upper_median
from riskfit.activity import Summary

BoolArray = NDArray[np.bool_]

#: A spike lies this far from the middle of the time around it [bpm], and what surrounds it by
#: half as much belongs to it.  Of 67 recordings the heart rate of 64 stays within 21 bpm.
_OFF_BPM: Final = 30.0
_FLANK_BPM: Final = 15.0
#: It comes and goes within so many seconds (no heart changes by 10 bpm in a second) ...
_EDGE_S: Final = 3
#: ... or, of rows farther apart, from one to the next, and then by more.
_THIN_EDGE_S: Final = 15
_THIN_OFF_BPM: Final = 40.0
#: Longer is no spike, and this much to either side tells what is usual. [s]
_SPIKE_S: Final = 20
_AROUND_S: Final = 45

#: An optical sensor that follows the steps shows their number, this closely and for this long.
#: People do run at as many beats as steps: the longest such time by chance in our recordings is
#: 115 s.  What tells is the leap with which it begins or ends. [bpm, s]
_LOCK_BPM: Final = 3.0
_LOCK_S: Final = 120
_LOCK_BREAK_S: Final = 5
_LOCK_LEAP_BPM: Final = 12.0
_LOCK_LEAP_S: Final = 5

#: A highest heart rate was held for so long, and not on a height of less than five minutes that
#: ended with a fall no heart makes. [s, bpm in two seconds]
_HELD_S: Final = 10
_HEIGHT_S: Final = 300
_FALL_BPM: Final = 20.0
#: Less of the time than this is worth a note.
_MOST: Final = 0.9
#: Further from the device's total than this is worth one, too. [bpm]
_SAME_BPM: Final = 5.0


def without_spikes(second: IntArray, bpm: FloatArray, notes: list[str]) -> FloatArray:
    """Turn short leaps away from the heart rate around them, and back, into nan.

    Parameters
    ----------
    second : ndarray of int
        The grid's second of each row, in order. [s]
    bpm : ndarray
        Heart rate of each row, nan where unknown. [beats/min]
    notes : list of str

    Returns
    -------
    ndarray
        The same array where nothing was found.
    """
    known = np.flatnonzero(~np.isnan(bpm))
    at, value = second[known], bpm[known]
    if len(known) < 3:
        return bpm
    leaps = np.flatnonzero(np.abs(np.diff(value)) >= _OFF_BPM / _EDGE_S) + 1
    bad: list[tuple[int, int]] = []
    done = 0
    for row in leaps.tolist():
        if row < done:
            continue
        for seed in (row, row - 1):  # a leap leads into a spike, or out of one
            run = _spike_at(at, value, seed)
            if run is not None and run[0] >= done:
                bad.append(run)
                done = run[1]
                break
    if not bad:
        return bpm
    bpm = bpm.copy()
    for begin, end in bad:
        bpm[known[begin:end]] = np.nan
    count = sum(end - begin for begin, end in bad)
    notes.append(f"heart rate: {plural(count, 'sample')} in {plural(len(bad), 'spike')} left out")
    return bpm


def _spike_at(at: IntArray, value: FloatArray, row: int) -> tuple[int, int] | None:
    """Return the rows of the spike that a row belongs to, None if it belongs to none."""
    low, high = np.searchsorted(at, [at[row] - _AROUND_S, at[row] + _AROUND_S + 1])
    off = value[low:high] - upper_median(value[low:high])
    off = off if off[row - low] > 0 else -off
    here = row - low
    if off[here] <= _OFF_BPM:
        return None
    outside = np.flatnonzero(off <= _FLANK_BPM)
    after = int(np.searchsorted(outside, here))
    begin = int(outside[after - 1]) + 1 if after else 0
    end = int(outside[after]) if after < len(outside) else len(off)
    core = begin + np.flatnonzero(off[begin:end] > _OFF_BPM)
    time = at[low:high]
    if time[core[-1]] - time[core[0]] > _SPIKE_S:
        return None
    # At the recording's very beginning or end a spike has one edge.
    edges = []
    if begin or low:
        edges.append((time[core[0]] - at[low + begin - 1], core[0] == begin))
    if low + end < len(at):
        edges.append((at[low + end] - time[core[-1]], core[-1] == end - 1))
    thin = off[core].min() > _THIN_OFF_BPM
    sharp = all(
        took <= _EDGE_S or (thin and steep and took <= _THIN_EDGE_S) for took, steep in edges
    )
    return (low + begin, low + end) if edges and sharp else None


def without_lock(
    bpm: FloatArray, told: BoolArray | None, spm: FloatArray, notes: list[str]
) -> FloatArray:
    """Turn heart rate into nan where the sensor showed the steps a minute for it.

    Parameters
    ----------
    bpm, spm : ndarray
        One row a second, nan where unknown. [beats/min, steps/min]
    told : ndarray of bool or None
        Where the device's means stand in for samples.
    notes : list of str

    Returns
    -------
    ndarray
        The same array where nothing was found.
    """
    locked = np.zeros(len(bpm), dtype=bool)
    with np.errstate(invalid="ignore"):
        near = np.abs(bpm - spm) <= _LOCK_BPM
    if told is not None:
        near &= ~told
    for begin, end in _runs(near, _LOCK_BREAK_S):
        if end - begin >= _LOCK_S and (_leaps(bpm, begin, -1) or _leaps(bpm, end - 1, 1)):
            locked[begin:end] = True
    count = int(np.count_nonzero(locked))
    if not count:
        return bpm
    notes.append(
        f"heart rate: {plural(count, 'second')} left out in which the sensor counted steps"
    )
    return np.where(locked, np.nan, bpm)


def _runs(mark: BoolArray, bridge: int) -> list[tuple[int, int]]:
    """Return first and past-the-last row of each run, over breaks of up to so many rows."""
    runs: list[tuple[int, int]] = []
    for begin, end in runs_of(mark).tolist():
        if runs and begin - runs[-1][1] <= bridge:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((begin, end))
    return runs


def _leaps(bpm: FloatArray, row: int, way: int) -> bool:
    """Say whether heart rate leaps from inside a run, at its edge, to the outside."""
    outside = bpm[max(row - _LOCK_LEAP_S, 0) : row] if way < 0 else bpm[row + 1 :][:_LOCK_LEAP_S]
    inside = bpm[row : row + 3] if way < 0 else bpm[max(row - 2, 0) : row + 1]
    outside, inside = outside[~np.isnan(outside)], inside[~np.isnan(inside)]
    if not len(outside) or not len(inside):
        return False
    return bool(np.abs(outside - upper_median(inside)).max() >= _LOCK_LEAP_BPM)


def held_max_bpm(bpm: FloatArray) -> float:
    """Return the highest heart rate that was held and fits the rest, nan where none was.

    Parameters
    ----------
    bpm : ndarray
        One row a second, nan where unknown. [beats/min]

    Returns
    -------
    float
        What may be a person's own maximum. [beats/min]
    """
    if len(bpm) < _HELD_S:
        return float("nan")
    rate = np.nan_to_num(bpm, nan=0.0)
    rise = rate[2:] - rate[:-2]
    known = (rate[2:] > 0) & (rate[:-2] > 0)
    falls = np.flatnonzero(known & (rise <= -_FALL_BPM))
    if len(falls):
        rate = rate.copy()
        rises = np.flatnonzero(known & (rise >= _FALL_BPM)) + 1
        for fall in falls.tolist():
            before = rises[rises <= fall]
            begin = int(before[-1]) if len(before) else 0
            if fall - begin < _HEIGHT_S:
                rate[begin : fall + 2] = 0.0
    held = rate[_HELD_S - 1 :].copy()
    for back in range(1, _HELD_S):
        np.minimum(held, rate[_HELD_S - 1 - back : len(rate) - back], out=held)
    highest = float(held.max())
    return highest if highest > 0 else float("nan")


def notes_of_known(
    bpm: FloatArray, told: BoolArray | None, totals: Summary, notes: list[str]
) -> None:
    """Say how much of heart rate is known, and where the device says otherwise.

    Parameters
    ----------
    bpm : ndarray
        Of the seconds under way, nan where unknown. [beats/min]
    told : ndarray of bool or None
        Where the device's means stand in for samples.
    totals : Summary
        The device's own.
    notes : list of str
    """
    known = bpm[~np.isnan(bpm)]
    if not len(known):
        return
    if len(known) < _MOST * len(bpm):
        notes.append(
            f"heart rate: known for {100 * len(known) / len(bpm):.0f} % of the time under way: "
            "what is said of it, and a load by it, rest on that part"
        )
    sampled = known if told is None else bpm[~np.isnan(bpm) & ~told]
    if not len(sampled):
        return
    for what, ours, its in (
        ("mean", float(sampled.mean()), totals.heart_rate_avg_bpm),
        ("highest", float(sampled.max()), totals.heart_rate_max_bpm),
    ):
        if its and abs(ours - its) > _SAME_BPM:
            notes.append(
                f"heart rate: {ours:.0f} bpm is the {what} of the samples, although the device "
                f"says {its:.0f} bpm"
            )
