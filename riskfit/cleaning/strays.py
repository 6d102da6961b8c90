"""Positions that lie aside of the way: the receiver's, not the athlete's."""

from typing import Final

import numpy as np

from riskfit._common import FloatArray, IntArray, plural

#: So many positions in a row may stray before they come back: more is another way.
_FEW: Final = 5
#: What a receiver's scatter adds to a step. [m]
_SCATTER_M: Final = 15.0
#: A detour to one position is a stray when it is so many times the straight way and so much
#: longer, at speeds that are twice those before and after and half the fastest of the sport.
_DETOUR_TIMES: Final = 5.0
_DETOUR_M: Final = 50.0
_FASTER: Final = 2.0
_METRES_A_DEGREE: Final = 111_195.0  # on a sphere of IUGG's mean radius


def without_null_island(
    latitude_deg: FloatArray, longitude_deg: FloatArray, notes: list[str]
) -> tuple[FloatArray, FloatArray]:
    """Turn positions at exactly 0, 0 into nan: a receiver without a fix, not a place."""
    nowhere = (np.abs(latitude_deg) < 1e-6) & (np.abs(longitude_deg) < 1e-6)
    if not nowhere.any():
        return latitude_deg, longitude_deg
    notes.append(f"position: {plural(int(nowhere.sum()), 'point')} at 0° N 0° E left out")
    return np.where(nowhere, np.nan, latitude_deg), np.where(nowhere, np.nan, longitude_deg)


def without_strays(
    second: IntArray,
    latitude_deg: FloatArray,
    longitude_deg: FloatArray,
    fastest: float,
    notes: list[str],
) -> tuple[FloatArray, FloatArray]:
    """Turn positions into nan to which nobody went and from which nobody came back.

    Parameters
    ----------
    second : ndarray of int
        The grid's second of each row, in order. [s]
    latitude_deg, longitude_deg : ndarray
        nan where unknown. [deg]
    fastest : float
        What nobody exceeds in the sport. [m/s]
    notes : list of str

    Returns
    -------
    latitude_deg, longitude_deg : ndarray
        The same arrays where nothing was found.
    """
    known = np.flatnonzero(~np.isnan(latitude_deg) & ~np.isnan(longitude_deg))
    if len(known) < 3:
        return latitude_deg, longitude_deg
    at, latitude, longitude = second[known], latitude_deg[known], longitude_deg[known]

    # Near by, the Earth is a plane; one cosine does for a session.
    narrow = float(np.cos(np.radians(latitude.mean())))

    def apart_m(one: slice, other: slice) -> FloatArray:
        north, east = latitude[other] - latitude[one], longitude[other] - longitude[one]
        if (np.abs(east) > 180).any():  # across the date line
            east = (east + 180.0) % 360.0 - 180.0
        return np.asarray(_METRES_A_DEGREE * np.sqrt(north**2 + (narrow * east) ** 2))

    step, took = apart_m(slice(-1), slice(1, None)), np.maximum(np.diff(at), 1)
    if (step <= fastest / 2 * took).all():
        return latitude_deg, longitude_deg
    stray = _detours(step, took, apart_m(slice(-2), slice(2, None)), fastest)
    leap = step > fastest * took + _SCATTER_M
    for row in np.flatnonzero(leap).tolist():
        if stray[row]:
            continue  # the way back from a stray
        for back in range(row + 2, min(row + 2 + _FEW, len(known))):
            far = apart_m(slice(row, row + 1), slice(back, back + 1))[0]
            if leap[back - 1] and far <= fastest * (at[back] - at[row]) + _SCATTER_M:
                stray[row + 1 : back] = True
                break
    if not stray.any():
        return latitude_deg, longitude_deg
    latitude_deg, longitude_deg = latitude_deg.copy(), longitude_deg.copy()
    latitude_deg[known[stray]] = longitude_deg[known[stray]] = np.nan
    notes.append(f"position: {plural(int(stray.sum()), 'stray point')} left out")
    return latitude_deg, longitude_deg


def _detours(
    step_m: FloatArray, took: IntArray, straight_m: FloatArray, fastest: float
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Mark single positions that lie off the way, though somebody might have been there."""
    stray = np.zeros(len(step_m) + 1, dtype=bool)
    speed = step_m / took
    there, back = speed[:-1], speed[1:]
    beside = np.maximum(np.concatenate([[0.0], speed[:-2]]), np.concatenate([speed[2:], [0.0]]))
    stray[1:-1] = (step_m[:-1] + step_m[1:] > _DETOUR_TIMES * straight_m + _DETOUR_M) & (
        np.minimum(there, back) > np.maximum(_FASTER * beside, fastest / 2)
    )
    return stray
