"""Pool swims: the way by their lengths, and walls as samples where there are no records."""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from riskfit._common import FloatArray, plural, upper_median
from riskfit.readers.fit import dictionary
from riskfit.readers.fit.decoded import Table
from riskfit.readers.recording import latest_so_far

Tables = Mapping[int, Table]

_START_TIME, _ELAPSED, _TIMER, _SPEED, _TYPE = 2, 3, 4, 6, 12
_ACTIVE = 1
_POOL_LENGTH, _DISTANCE = 44, 9
#: A wall this far from every record is a sample of its own; farther than that its time is odd. [s]
_APART_S, _FARTHEST_S = 60.0, 7200.0
#: A length out of the order of its neighbours by more has an odd time. [s]
_ODD_S = 600.0
#: A device's total is not believed beyond this factor of what the lengths sum up to.
_MOST_APART = 5.0


class Swim(Struct, frozen=True, eq=False):
    """The lengths of a file, in its order.

    Attributes
    ----------
    start_s, end_s : ndarray
        nan where unknown. [s since the FIT epoch]
    covered_m : ndarray
        In each length, 0 in a rest; nan where nothing tells how long the pool is. [m]
    speed_m_s : ndarray
        As the device has it, 0 in a rest. [m/s]
    pool_m : float
        The pool's length, nan where unknown. [m]
    """

    start_s: FloatArray
    end_s: FloatArray
    covered_m: FloatArray
    speed_m_s: FloatArray
    pool_m: float

    @property
    def walls_s(self) -> FloatArray:
        """When the first length began and when each ended [s since the FIT epoch]."""
        known = np.flatnonzero(~np.isnan(self.end_s))
        return np.concatenate((self.start_s[known[:1]], self.end_s[known]))

    def way_m(self, times_s: FloatArray) -> FloatArray:
        """Return what was covered by these times, evenly within a length [m]."""
        usual = ~(np.abs(self.start_s - _median_of_five(self.start_s)) > _ODD_S)
        known = usual & ~np.isnan(self.end_s) & ~np.isnan(self.covered_m)
        edges = np.stack((self.start_s[known], self.end_s[known]), axis=1).ravel()
        covered = np.cumsum(self.covered_m[known])
        so_far = np.stack((covered - self.covered_m[known], covered), axis=1).ravel()
        return np.interp(times_s, np.maximum.accumulate(edges), so_far, left=0.0)


def _median_of_five(values: FloatArray) -> FloatArray:
    if len(values) < 5:
        return values
    padded = np.pad(values, 2, mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 5)
    return np.asarray(np.sort(around, axis=1)[:, 2])


def swim_of(tables: Tables) -> Swim | None:
    """Return the lengths of a file, None where there are none with a time."""
    table = tables.get(dictionary.LENGTH)
    if table is None or not len(table):
        return None
    elapsed, timer = table.column(_ELAPSED), table.column(_TIMER)
    took = np.where(np.isnan(elapsed), timer, elapsed)
    start_s = table.column(_START_TIME)
    start_s = np.where(np.isnan(start_s), table.times() - took, start_s)
    end_s = start_s + took
    if np.isnan(end_s).all():
        return None
    active = table.column(_TYPE) == _ACTIVE
    speed = np.where(active, table.column(_SPEED), 0.0)
    covered = np.zeros(len(table))
    pool_m = np.nan
    sessions = tables.get(dictionary.SESSION)
    own = _session_of(sessions, start_s)
    for session in np.unique(own).tolist():
        mine = active & (own == session)
        pool_m = _pool_m(sessions, session, (speed * took)[mine])
        covered[mine] = _each_m(sessions, session, pool_m, int(mine.sum()))
    return Swim(start_s, end_s, covered, speed, pool_m)


def _session_of(sessions: Table | None, times_s: FloatArray) -> NDArray[np.intp]:
    """Return the index of the session that each of these times lies in."""
    if sessions is None or len(sessions) < 2:
        return np.zeros(len(times_s), dtype=np.intp)
    starts = np.maximum.accumulate(np.nan_to_num(sessions.column(_START_TIME)))
    return np.maximum(np.searchsorted(starts, times_s, "right") - 1, 0)


def _of_session(sessions: Table | None, session: int, field: int) -> float:
    known = sessions is not None and session < len(sessions)
    return float(sessions.column(field)[session]) if known and sessions is not None else np.nan


def _pool_m(sessions: Table | None, session: int, swum_m: FloatArray) -> float:
    """Return the pool's length: as the session says, else as most lengths' speeds do [m]."""
    pool_m = _of_session(sessions, session, _POOL_LENGTH)
    known = swum_m[swum_m > 0]
    if not pool_m > 0 and len(known):
        pool_m = upper_median(known)
    return pool_m if pool_m > 0 else np.nan


def _each_m(sessions: Table | None, session: int, pool_m: float, active: int) -> float:
    """Return what each length counts: the pool's, or its share of a total that differs [m]."""
    total_m = _of_session(sessions, session, _DISTANCE)
    if not active or not total_m > 0:
        return pool_m
    summed_m = active * pool_m
    if abs(summed_m - total_m) <= pool_m or not (
        np.isnan(pool_m) or 1 / _MOST_APART <= total_m / summed_m <= _MOST_APART
    ):
        return pool_m
    return total_m / active


def with_lengths(
    swim: Swim, times_s: FloatArray, channels: dict[str, FloatArray], said: list[str]
) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Return the records with the way that the lengths tell, and walls where there are no records.

    Parameters
    ----------
    swim : Swim
    times_s : ndarray
        Of the records, none where there are none. [s since the FIT epoch]
    channels : dict of ndarray
        Of the records.
    said : list of str
        Gets a line about it.

    Returns
    -------
    times_s : ndarray
        Of records and walls. [s since the FIT epoch]
    channels : dict of ndarray
    """
    walls = swim.walls_s
    known = np.sort(times_s[~np.isnan(times_s)])
    if len(known):
        after = np.minimum(np.searchsorted(known, walls), len(known) - 1)
        apart = np.abs(known[after] - walls)
        apart = np.minimum(apart, np.abs(walls - known[np.maximum(after - 1, 0)]))
        own = (apart > _APART_S) & (apart <= _FARTHEST_S)
        places = np.searchsorted(latest_so_far(times_s), walls[own], "right")
    else:
        said.append(f"the swim holds no records: {plural(len(walls) - 1, 'pool length')} tell it")
        own, places = np.ones(len(walls), dtype=bool), np.zeros(len(walls), dtype=np.intp)
    times_s = np.insert(times_s, places, walls[own])
    channels = {name: np.insert(one, places, np.nan) for name, one in channels.items()}
    if not len(known):
        speed = swim.speed_m_s[~np.isnan(swim.end_s)]
        channels["speed_m_s"] = np.concatenate((speed[:1], speed))
    if not np.isnan(swim.covered_m).any():
        inside = (times_s >= walls.min() - _APART_S) & (times_s <= walls.max() + _APART_S)
        recorded = channels.get("distance_m", np.full(len(times_s), np.nan))
        channels["distance_m"] = np.where(inside, swim.way_m(times_s), recorded)
        swum = int((swim.covered_m > 0).sum())
        said.append(f"distance: {plural(swum, 'pool length')} of {swim.pool_m:.4g} m")
    return times_s, channels
