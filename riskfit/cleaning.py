"""Repair what was recorded, apart from reading it: each step named and reported.

The steps, in this order: rows without time, clock jumps, impossible values, spikes, one row
a second, short gaps filled, pauses, distance and speed from each other or from positions.
"""

from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from riskfit._common import DAY_S, FloatArray, IntArray
from riskfit.activity import CHANNELS, Activity, Samples, absent_channel
from riskfit.errors import NotAnActivityError

#: What a sensor can say of a living, moving person; outside is an artefact.  Heart rate: 0 and
#: 255 are the straps' words for "lost"; speed: above 40 m/s nobody moves on muscles; power and
#: cadence: above the track sprinters' peaks; temperatures: the sensors' operating ranges;
#: core temperature: survivable range; altitude: the Dead Sea to Everest with a margin.
POSSIBLE: Final[dict[str, tuple[float, float]]] = {
    "heart_rate_bpm": (25, 240),
    "power_w": (0, 2600),
    "speed_m_s": (0, 40),
    "altitude_m": (-500, 9500),
    "cadence_rpm": (0, 250),
    "cadence_spm": (0, 350),
    "temperature_c": (-40, 60),
    "core_temperature_c": (30, 44),
    "skin_temperature_c": (5, 50),
    "latitude_deg": (-90, 90),
    "longitude_deg": (-180, 180),
}
#: A single sample this far from its neighbours' middle, which agree, is a spike.
_SPIKE: Final[dict[str, float]] = {"heart_rate_bpm": 40, "speed_m_s": 15, "altitude_m": 100}
#: Longest gap that is filled in a straight line. [s]  Smart recording leaves up to about 10 s
#: between rows; watches that write heart rate on change up to a minute; air changes slowly.
_FILL_S: Final[dict[str, float]] = {
    "power_w": 10,
    "heart_rate_bpm": 60,
    "temperature_c": 1800,
    "core_temperature_c": 600,
    "skin_temperature_c": 600,
}
_FILL_DEFAULT_S: Final = 60.0
#: A silence that is at least this long and ten usual steps is a pause nobody marked. [s]
_SILENCE_S: Final = 60.0
#: A step forward beyond this is a clock that was set, not a session that went on. [s]
_CLOCK_JUMP_S: Final = DAY_S
#: Up to so many samples that ran back are strays; more are a clock that was set back.
_FEW_LATE: Final = 5
#: A leap of distance is more than rounding between rows. [m]
_LEAP_M: Final = 100.0
#: Longer is no session; what lies behind is left out. [s]
_LONGEST_S: Final = 14 * DAY_S


class CleanSession(Struct, frozen=True, kw_only=True, eq=False):
    """A session with one row a second.

    Attributes
    ----------
    samples : Samples
        ``elapsed_s`` is 0, 1, 2 ... [s]
    active : ndarray of bool
        True where the session was under way.
    leg : ndarray of int
        Index into the activity's legs.
    offset_s : float
        Elapsed time of row 0 on the activity's clock. [s]
    notes : tuple of str
        Each repair that was made.
    """

    samples: Samples
    active: NDArray[np.bool_]
    leg: IntArray
    offset_s: float
    notes: tuple[str, ...]


def clean(activity: Activity) -> CleanSession:
    """Put an activity on a grid of one second, repaired, every repair noted.

    Raises
    ------
    NotAnActivityError
        If fewer than two samples carry a time.
    """
    notes: list[str] = []
    keep, clock_s = _usable_times(activity.samples.elapsed_s, notes)
    if len(keep) < 2 or clock_s[-1] <= clock_s[0]:
        raise NotAnActivityError("fewer than two samples with different times: nothing to analyse")
    offset_s = float(clock_s[0])
    second = np.rint(clock_s - offset_s).astype(np.intp)
    length = int(second[-1]) + 1
    everything = len(keep) == len(activity.samples)
    each_second = len(second) == length and bool((np.diff(second) == 1).all())

    grid: dict[str, FloatArray] = {}
    for name in CHANNELS:
        column = getattr(activity.samples, name)
        if column is absent_channel(len(activity.samples)):
            continue
        values = _possible(name, column if everything else column[keep], notes)
        valid = ~np.isnan(values)
        if each_second and valid.all():
            grid[name] = values
        elif valid.any():
            grid[name] = _on_grid(name, second[valid], values[valid], length)
    _drop_null_island(grid, notes)

    active = _active(activity, second, offset_s, length, notes)
    _derive_distance_and_speed(grid, active, notes)
    leg = _leg_of_each_second(activity, keep, second, length)
    samples = Samples(elapsed_s=np.arange(length, dtype=float), **grid)
    return CleanSession(
        samples=samples, active=active, leg=leg, offset_s=offset_s, notes=tuple(notes)
    )


def _usable_times(elapsed_s: FloatArray, notes: list[str]) -> tuple[IntArray, FloatArray]:
    """Return the rows to keep and their times on a clock that never runs back."""
    keep = np.flatnonzero(np.isfinite(elapsed_s))
    if len(keep) < len(elapsed_s):
        notes.append(f"clock: {len(elapsed_s) - len(keep)} samples without a time left out")
    clock = elapsed_s[keep]
    if not len(clock):
        return keep, clock
    step = np.diff(clock)
    if (step < 0).any() or (step > _CLOCK_JUMP_S).any():
        keep, clock = _mend_clock(keep, clock, notes)
    too_late = clock - clock[0] > _LONGEST_S
    if too_late.any():
        notes.append(f"clock: {int(too_late.sum())} samples after more than 14 days left out")
        keep, clock = keep[~too_late], clock[~too_late]
    return keep, clock


def _mend_clock(keep: IntArray, clock: FloatArray, notes: list[str]) -> tuple[IntArray, FloatArray]:
    """Undo set clocks: one that stays behind is shifted, single late samples are left out."""
    step = np.diff(clock)
    for jump in np.flatnonzero(step > _CLOCK_JUMP_S):
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
            notes.append(f"clock: {stop - first} samples that ran back in time left out")
            keep, clock = np.delete(keep, slice(first, stop)), np.delete(clock, slice(first, stop))
        else:
            behind = float(latest[first] - clock[first])
            clock = clock.copy()
            clock[first:] += behind + 1.0
            notes.append(f"clock: set back by {behind:.0f} s in mid-session, set forward again")
    return keep, clock


def _possible(name: str, values: FloatArray, notes: list[str]) -> FloatArray:
    """Turn impossible values and single spikes into nan."""
    bounds = POSSIBLE.get(name)
    if bounds is None:
        return values
    with np.errstate(invalid="ignore"):
        impossible = (values < bounds[0]) | (values > bounds[1])
    count = int(np.count_nonzero(impossible))
    if count:
        values = np.where(impossible, np.nan, values)
        notes.append(f"{name}: {count} impossible values left out")
    limit = _SPIKE.get(name)
    if limit is None or len(values) < 3:
        return values
    before, here, after = values[:-2], values[1:-1], values[2:]
    with np.errstate(invalid="ignore"):
        apart = np.abs(here - (before + after) / 2) > limit
        spike = apart & (np.abs(before - after) < limit / 2)
    if spike.any():
        values = values.copy()
        values[1:-1][spike] = np.nan
        notes.append(f"{name}: {int(spike.sum())} spikes left out")
    return values


def _on_grid(name: str, second: IntArray, values: FloatArray, length: int) -> FloatArray:
    """Put values on whole seconds (of equal ones the last holds) and fill short gaps."""
    grid = np.full(length, np.nan)
    grid[second] = values
    unknown = np.isnan(grid)
    known = np.flatnonzero(~unknown)
    missing = np.flatnonzero(unknown[: known[-1]])
    missing = missing[missing > known[0]]
    if not len(missing):
        return grid
    after = np.searchsorted(known, missing)
    short = known[after] - known[after - 1] <= _FILL_S.get(name, _FILL_DEFAULT_S)
    missing, before, seen = missing[short], known[after[short] - 1], grid[known]
    if name == "longitude_deg" and (np.abs(np.diff(seen)) > 180).any():
        # Across the date line a straight line runs round the wrong side of the world.
        grid[missing] = grid[before]
    else:
        grid[missing] = np.interp(missing, known, seen)
    return grid


def _drop_null_island(grid: dict[str, FloatArray], notes: list[str]) -> None:
    """Leave out positions at exactly 0, 0: a receiver without a fix, not a place."""
    if "latitude_deg" not in grid or "longitude_deg" not in grid:
        return
    nowhere = (np.abs(grid["latitude_deg"]) < 1e-6) & (np.abs(grid["longitude_deg"]) < 1e-6)
    if nowhere.any():
        notes.append(f"position: {int(nowhere.sum())} seconds at 0° N 0° E left out")
        for name in ("latitude_deg", "longitude_deg"):
            grid[name] = np.where(nowhere, np.nan, grid[name])


def _active(
    activity: Activity,
    second: IntArray,
    offset_s: float,
    length: int,
    notes: list[str],
) -> NDArray[np.bool_]:
    """Mark the seconds under way: timer events, and silences that nobody marked."""
    active = np.ones(length, dtype=bool)
    for pause in activity.pauses:
        start, stop = pause.start_s - offset_s, pause.end_s - offset_s
        if np.isfinite(start) and np.isfinite(stop) and stop > start:
            active[max(0, round(start) + 1) : max(0, round(stop))] = False
    gaps = np.diff(second)
    middle = len(gaps) // 2
    # A partition is the median without numpy's masked arrays, which np.median loads.
    usual = float(np.partition(gaps, middle)[middle]) if len(gaps) else 1.0
    silences = np.flatnonzero(gaps >= max(_SILENCE_S, 10 * usual))
    found = 0
    for index in silences:
        silent = active[second[index] + 1 : second[index + 1]]
        found += int(silent.sum())
        silent[:] = False
    if found:
        notes.append(f"pauses: {found / 60:.0f} min without a sample taken as pauses")
    if not active.any():
        notes.append("pauses: the timer never ran, so all of the session counts")
        active[:] = True
    return active


def _derive_distance_and_speed(
    grid: dict[str, FloatArray], active: NDArray[np.bool_], notes: list[str]
) -> None:
    """Give distance and speed from each other, or from positions."""
    if "distance_m" not in grid and "speed_m_s" in grid:
        moved = np.where(active & ~np.isnan(grid["speed_m_s"]), grid["speed_m_s"], 0.0)
        grid["distance_m"] = np.cumsum(moved)
        notes.append("distance: summed from speed")
    elif "distance_m" not in grid and "latitude_deg" in grid and "longitude_deg" in grid:
        step = _great_circle_m(grid["latitude_deg"], grid["longitude_deg"])
        grid["distance_m"] = np.concatenate([[0.0], np.cumsum(np.nan_to_num(step))])
        notes.append("distance: summed from positions")
    if "distance_m" in grid:
        grid["distance_m"] = _never_back(grid["distance_m"], notes)
    if "speed_m_s" not in grid and "distance_m" in grid:
        grid["speed_m_s"] = _speed_from_distance(grid["distance_m"])
        notes.append("speed: from distance, over 10 s")


def _great_circle_m(latitude_deg: FloatArray, longitude_deg: FloatArray) -> FloatArray:
    """Distance between neighbours on a sphere of 6,371,009 m (IUGG mean radius)."""
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    a = (
        np.sin(np.diff(lat) / 2) ** 2
        + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    )
    return np.asarray(2 * 6371009.0 * np.arcsin(np.sqrt(np.minimum(a, 1.0))))


def _never_back(distance_m: FloatArray, notes: list[str]) -> FloatArray:
    """Carry a distance over its gaps, over counters that start again, and over leaps.

    A leap is what nobody covers in the time: watches add what a treadmill showed at its end.
    """
    known = np.flatnonzero(~np.isnan(distance_m))
    values = distance_m[known]
    step = np.diff(values)
    leap = step > POSSIBLE["speed_m_s"][1] * np.diff(known) + _LEAP_M
    if leap.any():
        notes.append(f"distance: {step[leap].sum() / 1000:.1f} km covered in no time left out")
        step = np.where(leap, 0.0, step)
    if leap.any() or (step < 0).any():
        values = np.cumsum(np.concatenate(([0.0], np.maximum(step, 0.0))))
    # each holds until the next; before the first nothing was covered
    out = np.zeros(len(distance_m))
    out[known[0] :] = np.repeat(values - values[0], np.diff(known, append=len(out)))
    return out


def _speed_from_distance(distance_m: FloatArray) -> FloatArray:
    """Mean speed over the ten seconds around each sample."""
    length = len(distance_m)
    left = np.maximum(np.arange(length) - 5, 0)
    right = np.minimum(np.arange(length) + 5, length - 1)
    speed = (distance_m[right] - distance_m[left]) / np.maximum(right - left, 1)
    return np.asarray(np.where(speed > POSSIBLE["speed_m_s"][1], np.nan, speed))


def _leg_of_each_second(
    activity: Activity, keep: IntArray, second: IntArray, length: int
) -> IntArray:
    """Say which leg each second belongs to; between legs the one before holds."""
    leg = np.zeros(length, dtype=np.intp)
    if len(activity.legs) < 2:
        return leg
    starts = []
    for part in activity.legs:
        row = int(np.searchsorted(keep, part.rows.start or 0))
        starts.append(int(second[min(row, len(second) - 1)]))
    for index, start in enumerate(starts[1:], 1):
        leg[start:] = index
    return leg
