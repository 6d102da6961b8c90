"""Repair what was recorded, apart from reading it: each step named and reported.

The steps, in this order: rows without time, clock jumps, impossible values, spikes, stray
positions, one row a second, short gaps filled, the way (`riskfit.cleaning.way`), time under way
(`riskfit.cleaning.timer`), what was climbed in it (`riskfit.cleaning.climb`), the device's means
where samples are missing (`riskfit.cleaning.stand_ins`), and steps taken for heart beats.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from riskfit._common import FloatArray, IntArray
from riskfit.activity import CHANNELS, Activity, Samples, absent_channel
from riskfit.cleaning.artefacts import POSSIBLE, possible, without_power_spikes
from riskfit.cleaning.climb import climbed_m
from riskfit.cleaning.pulse import notes_of_known, without_lock, without_spikes
from riskfit.cleaning.stand_ins import stand_ins
from riskfit.cleaning.strays import without_null_island, without_strays
from riskfit.cleaning.timer import by_the_minute, crow_flies_m, net_way_m, under_way
from riskfit.cleaning.times import usable_times
from riskfit.cleaning.way import (
    Verdict,
    Way,
    believed,
    by_distance,
    by_positions,
    by_speed,
    fastest_m_s,
    laid_evenly,
    stood,
    under_way_m,
)
from riskfit.errors import NotAnActivityError

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
#: A device that starts this long before its first record was waiting for a sensor. [s]
_LATEST_FIRST_ROW_S: Final = 1800.0


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
    ascent_m, descent_m : ndarray
        Climbed while under way, summed up to each second; nan where unknown. [m]
    offset_s : float
        Elapsed time of row 0 on the activity's clock. [s]
    notes : tuple of str
        Each repair that was made.
    stand_ins : mapping of str to ndarray of bool
        Channel -> the seconds in which a mean of the device's stands in for samples.
    """

    samples: Samples
    active: NDArray[np.bool_]
    leg: NDArray[np.intp]
    ascent_m: FloatArray
    descent_m: FloatArray
    offset_s: float
    notes: tuple[str, ...]
    stand_ins: Mapping[str, NDArray[np.bool_]]


def clean(activity: Activity) -> CleanSession:
    """Put an activity on a grid of one second, repaired, every repair noted.

    Raises
    ------
    NotAnActivityError
        If fewer than two samples carry a time.
    """
    notes: list[str] = []
    keep, clock_s = usable_times(activity, notes)
    if len(keep) < 2 or clock_s[-1] <= clock_s[0]:
        raise NotAnActivityError("fewer than two samples with different times: nothing to analyse")
    offset_s = _begin_s(activity, clock_s)
    second = np.rint(clock_s - offset_s).astype(np.intp)
    length = int(second[-1]) + 1
    grid = _gridded(activity, keep, second, length, notes)

    verdict = _verdict(activity, grid, notes)
    step_m = None if verdict is None else verdict.way.step_m
    net_m = _net_m(grid, verdict)
    timer = under_way(activity, second, offset_s, length, step_m, net_m, notes)
    active = timer.active
    if verdict is not None and net_m is not None:
        way = verdict.way
        step_m = by_the_minute(way.step_m, net_m, timer.still)
        verdict = replace(verdict, way=replace(way, step_m=step_m))
    _set_way(activity, grid, verdict, active | timer.gap | timer.still, notes)
    altitude = grid.get("altitude_m", absent_channel(length))
    ascent_m, descent_m = climbed_m(altitude, active, activity.summary)
    leg = _leg_of_each_second(activity, keep, second, length)
    filled = stand_ins(activity, grid, leg, active, offset_s, notes)
    if "heart_rate_bpm" in grid:
        told = filled.get("heart_rate_bpm")
        if "cadence_spm" in grid:
            steps = grid["cadence_spm"]
            grid["heart_rate_bpm"] = without_lock(grid["heart_rate_bpm"], told, steps, notes)
        told = None if told is None else told[active]
        notes_of_known(grid["heart_rate_bpm"][active], told, activity.summary, notes)
    return CleanSession(
        samples=Samples(elapsed_s=np.arange(length, dtype=float), **grid),
        active=active,
        leg=leg,
        ascent_m=ascent_m,
        descent_m=descent_m,
        offset_s=offset_s,
        notes=tuple(notes),
        stand_ins=filled,
    )


def _begin_s(activity: Activity, clock_s: FloatArray) -> float:
    """Return when the session began: before its first row where the device's totals say so [s]."""
    first, span = float(clock_s[0]), float(clock_s[-1] - clock_s[0])
    total = activity.summary.elapsed_s or activity.summary.timer_s or 0.0
    waited = 0 < first <= min(_LATEST_FIRST_ROW_S, total - span + 1)
    return 0.0 if waited else first


def _gridded(
    activity: Activity, keep: IntArray, second: IntArray, length: int, notes: list[str]
) -> dict[str, FloatArray]:
    """Return the recorded channels with one row a second, without what is impossible."""
    everything = len(keep) == len(activity.samples)
    rows: dict[str, FloatArray] = {}
    for name in CHANNELS:
        column = getattr(activity.samples, name)
        if column is not absent_channel(len(activity.samples)):
            rows[name] = possible(name, column if everything else column[keep], notes)
    _drop_artefacts(rows, second, _fastest_m_s(activity), notes)
    each_second = len(second) == length and bool((np.diff(second) == 1).all())
    grid: dict[str, FloatArray] = {}
    for name, values in rows.items():
        valid = ~np.isnan(values)
        if each_second and valid.all():
            grid[name] = values
        elif valid.any():
            grid[name] = _on_grid(name, second[valid], values[valid], length)
    return grid


def _drop_artefacts(
    rows: dict[str, FloatArray], second: IntArray, fastest: float, notes: list[str]
) -> None:
    """Leave out of the rows what only their neighbours in time show to be wrong."""
    if "heart_rate_bpm" in rows:
        rows["heart_rate_bpm"] = without_spikes(second, rows["heart_rate_bpm"], notes)
    if "power_w" in rows:
        rows["power_w"] = without_power_spikes(second, rows["power_w"], notes)
    if "latitude_deg" in rows and "longitude_deg" in rows:
        place = without_null_island(rows["latitude_deg"], rows["longitude_deg"], notes)
        place = without_strays(second, *place, fastest, notes)
        rows["latitude_deg"], rows["longitude_deg"] = place


def _fastest_m_s(activity: Activity) -> float:
    return fastest_m_s({leg.sport for leg in activity.legs} or {activity.sport})


def _on_grid(name: str, second: NDArray[np.intp], values: FloatArray, length: int) -> FloatArray:
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


def _verdict(activity: Activity, grid: dict[str, FloatArray], notes: list[str]) -> Verdict | None:
    """Hear the witnesses of the way; None where there is none."""
    ways: list[Way] = []
    if "distance_m" in grid:
        ways.append(by_distance(grid["distance_m"], notes))
    if "latitude_deg" in grid and "longitude_deg" in grid:
        latitude, longitude = grid["latitude_deg"], grid["longitude_deg"]
        ways.append(by_positions(latitude, longitude, _fastest_m_s(activity), notes))
    if "speed_m_s" in grid:
        ways.append(by_speed(grid["speed_m_s"]))
    return believed(ways, activity.summary.distance_m or None, notes) if ways else None


def _net_m(grid: dict[str, FloatArray], verdict: Verdict | None) -> FloatArray | None:
    """Return how far the minute around each second led; None where nothing tells."""
    if verdict is None:
        return None
    if verdict.way.name == "positions":
        return crow_flies_m(grid["latitude_deg"], grid["longitude_deg"])
    return net_way_m(verdict.way.step_m)


def _set_way(
    activity: Activity,
    grid: dict[str, FloatArray],
    verdict: Verdict | None,
    active: NDArray[np.bool_],
    notes: list[str],
) -> None:
    """Put the way that is believed, and a speed that agrees with it, into the grid."""
    total_m = activity.summary.distance_m or None
    if verdict is None or stood(verdict.way, total_m):
        fastest = _fastest_m_s(activity)
        even = None if total_m is None else laid_evenly(total_m, active, fastest)
        if even is not None:
            grid["distance_m"] = even
            grid["speed_m_s"] = _speed_from_distance(even)
            notes.append("distance: the device's total, laid evenly over the time under way")
        if verdict is None or even is not None:
            return
    first = np.flatnonzero(~np.isnan(grid["distance_m"])) if "distance_m" in grid else [0]
    grid["distance_m"] = under_way_m(verdict.way, active, int(first[0]), total_m, notes)
    if verdict.way.name != "distance":
        notes.append(f"distance: summed from {verdict.way.name}")
    if np.isfinite(verdict.speed_factor):
        grid["speed_m_s"] = grid["speed_m_s"] * verdict.speed_factor
    else:
        grid["speed_m_s"] = _speed_from_distance(grid["distance_m"])
        notes.append("speed: from distance, over 10 s")


def _speed_from_distance(distance_m: FloatArray) -> FloatArray:
    """Mean speed over the ten seconds around each sample."""
    length = len(distance_m)
    left = np.maximum(np.arange(length) - 5, 0)
    right = np.minimum(np.arange(length) + 5, length - 1)
    speed = (distance_m[right] - distance_m[left]) / np.maximum(right - left, 1)
    return np.asarray(np.where(speed > POSSIBLE["speed_m_s"][1], np.nan, speed))


def _leg_of_each_second(
    activity: Activity, keep: NDArray[np.intp], second: NDArray[np.intp], length: int
) -> NDArray[np.intp]:
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
