"""A pool swim that was recorded as lengths only: a sample at each wall."""

from collections.abc import Mapping

import numpy as np

from riskfit._common import FloatArray
from riskfit.readers.fit import dictionary
from riskfit.readers.fit.decoded import Table

Tables = Mapping[int, Table]

_START_TIME, _ELAPSED, _TIMER, _SPEED, _TYPE = 2, 3, 4, 6, 12
_ACTIVE = 1
_POOL_LENGTH, _DISTANCE = 44, 9


def times_of_lengths(tables: Tables) -> FloatArray:
    """Return when the first length began and when each ended. [s since the FIT epoch]."""
    table = tables.get(dictionary.LENGTH)
    if table is None or not len(table):
        return np.empty(0)
    starts, ends = table.column(_START_TIME), _ends(table)
    known = ~np.isnan(ends)
    if not known.any():
        return np.empty(0)
    return np.concatenate((starts[known][:1], ends[known]))


def _ends(table: Table) -> FloatArray:
    timer, elapsed = table.column(_TIMER), table.column(_ELAPSED)
    return table.column(_START_TIME) + np.where(np.isnan(elapsed), timer, elapsed)


def channels_of_lengths(tables: Tables, said: list[str]) -> dict[str, FloatArray]:
    """Return distance and speed at each wall.

    Parameters
    ----------
    tables : mapping of int to Table
        With a table of lengths.
    said : list of str
        Gets a line about it.

    Returns
    -------
    dict of str to ndarray
        A row for each time of `times_of_lengths`.
    """
    table = tables[dictionary.LENGTH]
    known = ~np.isnan(_ends(table))
    active = (table.column(_TYPE) == _ACTIVE)[known]
    said.append(f"the swim holds no records: {len(active)} pool lengths are its samples")
    pool = _pool_length(tables, int(active.sum()))
    speed = np.where(active, table.column(_SPEED)[known], 0.0)
    covered = np.cumsum(np.where(active, pool, 0.0))
    channels = {"speed_m_s": np.concatenate((speed[:1], speed))}
    if pool > 0:
        channels["distance_m"] = np.concatenate(([0.0], covered))
    return channels


def _pool_length(tables: Tables, active: int) -> float:
    """Return the pool's length from the session or its distance, nan where unknown. [m]."""
    session = tables.get(dictionary.SESSION)
    if session is None or not len(session):
        return float("nan")
    pool = float(session.column(_POOL_LENGTH)[0])
    distance = float(session.column(_DISTANCE)[0])
    return pool if pool > 0 else distance / active if active else float("nan")
