"""How far up and down a session went while it was under way."""

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray, upper_median
from riskfit.activity import Summary

#: Altitude is averaged over so long, and its trend has to turn by so much to count.  A
#: barometer's: of 52 devices' own totals this comes closest (docs/accuracy.md).  A receiver's: see
#: [2]. [s, m]
_BAROMETER: Final = (11, 2.0)
_RECEIVER: Final = (61, 10.0)
#: Altitude bends by less than this over a quarter of a minute where a barometer tells it, in the
#: middle of all seconds: 0.6 m (0 to 1.2) with one, 1.8 to 3.4 m without (docs/accuracy.md). [m]
_BEND_S: Final = 15
_BEND_M: Final = 1.5
#: A total of 0 is none where the samples climb more: several makers write no descent. [m]
_NOT_COUNTED_M: Final = 30.0


def climbed_m(
    altitude_m: FloatArray, active: NDArray[np.bool_], totals: Summary
) -> tuple[FloatArray, FloatArray]:
    """Sum ascent and descent of what was climbed while under way.

    Parameters
    ----------
    altitude_m : ndarray
        One row a second, nan where unknown. [m]
    active : ndarray of bool
        The seconds under way: what lies between is neither climbed nor descended.
    totals : Summary
        The device's own ascent and descent, to which the climb is stretched: its barometer
        knows better.

    Returns
    -------
    ascent_m, descent_m : ndarray
        Summed up to each second; nan where no altitude is known. [m]

    Notes
    -----
    Altitude is averaged, more where it is noisier than a barometer's; rises and falls count from
    turning point to turning point, those below a threshold being noise [1]_.

    References
    ----------
    .. [1] Strava Support, "Elevation Gain": altitude is smoothed, and a gain from low point to
       high point counts when it exceeds a threshold.
    .. [2] OsmAnd project, ticket 4481 (2017): a running average, then turning points of at least
       10 m, tried on recorded tracks of walkers, cyclists and cars.
    """
    known = np.flatnonzero(~np.isnan(altitude_m) & active)
    if len(known) < 2:
        nowhere = np.full(len(altitude_m), np.nan)
        return nowhere, nowhere
    inside = np.flatnonzero(active)
    whole = np.interp(inside, known, altitude_m[known])
    breaks = np.flatnonzero(np.diff(inside) > 1) + 1
    width_s, turn_m = _RECEIVER if _bend_m(whole) > _BEND_M else _BAROMETER
    rises = np.zeros((2, len(altitude_m)))  # by the trend, and by all that the mean does
    for part in np.split(np.arange(len(inside)), breaks):
        smooth = _smooth(whole[part], width_s)
        for row, line in enumerate((_trend(smooth, turn_m), smooth)):
            rises[row, inside[part]] = np.diff(line, prepend=line[0])
    ascent_m, descent_m = _totals(totals, rises[0])
    return _stretched(np.maximum(rises, 0.0), ascent_m), _stretched(
        np.maximum(-rises, 0.0), descent_m
    )


def _totals(totals: Summary, rise_m: FloatArray) -> tuple[float | None, float | None]:
    """Return the device's own ascent and descent, without a 0 that stands for "not counted"."""
    up, down = float(np.maximum(rise_m, 0.0).sum()), float(np.maximum(-rise_m, 0.0).sum())
    ascent_m, descent_m = totals.ascent_m, totals.descent_m
    if ascent_m == 0 and up - down > _NOT_COUNTED_M:
        ascent_m = None
    if descent_m == 0 and (ascent_m or 0) > 0 and down > _NOT_COUNTED_M:
        descent_m = None
    return ascent_m, descent_m


def _stretched(climb_m: FloatArray, total_m: float | None) -> FloatArray:
    """Sum a climb up, stretched to the device's own total."""
    trend, all_of_it = climb_m
    chosen = all_of_it if total_m and not trend.any() else trend
    own = float(chosen.sum())
    return np.cumsum(chosen * (total_m / own if total_m is not None and own > 0 else 1.0))


def _smooth(altitude_m: FloatArray, width_s: int) -> FloatArray:
    """Average over the seconds around each one."""
    summed = np.concatenate([[0.0], np.cumsum(altitude_m)])
    rows = np.arange(len(altitude_m))
    half = width_s // 2
    left, right = np.maximum(rows - half, 0), np.minimum(rows + half + 1, len(altitude_m))
    return np.asarray((summed[right] - summed[left]) / (right - left))


def _bend_m(altitude_m: FloatArray) -> float:
    """Return how much altitude bends over a quarter of a minute, in the middle of all [m]."""
    if len(altitude_m) <= 2 * _BEND_S:
        return 0.0
    ends, middle = (
        altitude_m[: -2 * _BEND_S] + altitude_m[2 * _BEND_S :],
        altitude_m[_BEND_S:-_BEND_S],
    )
    bend = np.abs(ends - 2 * middle)
    return upper_median(bend)


def _trend(altitude_m: FloatArray, turn_m: float) -> FloatArray:
    """Return altitude without what does not add up to a turn: it never runs against its trend."""
    if np.ptp(altitude_m) < turn_m:
        return np.full(len(altitude_m), altitude_m[0])
    # Between two changes of direction nothing can turn: only there has one to look.
    way = np.sign(np.diff(altitude_m))
    bends = np.flatnonzero(np.diff(way)) + 1
    bends = np.concatenate([[0], bends, [len(altitude_m) - 1]])
    turns = bends[_turns(altitude_m[bends].tolist(), turn_m)].tolist()
    out = np.full(len(altitude_m), altitude_m[turns[0]])
    for begin, end in pairwise(turns):
        rise = altitude_m[begin : end + 1]
        up = altitude_m[end] > altitude_m[begin]
        out[begin : end + 1] = np.maximum.accumulate(rise) if up else np.minimum.accumulate(rise)
    out[turns[-1] :] = altitude_m[turns[-1]]
    return out


def _turns(altitude_m: list[float], turn_m: float) -> list[int]:
    """Return the rows at which a trend of at least the threshold begins, turns and ends."""
    turns, trend = [0], 0
    low = high = 0
    for row, here in enumerate(altitude_m):
        if here < altitude_m[low]:
            low = row
        if here > altitude_m[high]:
            high = row
        if trend <= 0 and here - altitude_m[low] >= turn_m:
            turns.append(low)
            trend, high = 1, row
        elif trend >= 0 and altitude_m[high] - here >= turn_m:
            turns.append(high)
            trend, low = -1, row
        if trend > 0:
            low = high
        elif trend < 0:
            high = low
    turns.append(high if trend > 0 else low)
    # What is left before the first turn is noise, too.
    return turns[1:] if abs(altitude_m[turns[1]] - altitude_m[0]) < turn_m else turns
