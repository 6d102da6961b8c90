"""What a format's reader hands to the assembly: what the file says, and nothing concluded from it.

Times are seconds since the recording's start and nan where the file does not say; rows are those
of the samples.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from msgspec import Struct, field

from riskfit._common import FloatArray
from riskfit.activity import Device, Summary
from riskfit.athlete import Athlete, Conditions

_UNKNOWN = float("nan")
#: Channels of a recording that `Samples` has not: what a cadence counts depends on the sport of
#: its leg, unless the file itself says that it counts steps.
CADENCE, STEPS = "cadence", "steps"


class Part(Struct, frozen=True, kw_only=True):
    """One sport's stretch: a session of FIT, a track of GPX, an ``<Activity>`` of TCX.

    A part without rows has those from its start to the next part's.
    """

    sport: str = "unknown"
    sub_sport: str | None = None
    rows: slice | None = None
    start_s: float = _UNKNOWN
    end_s: float = _UNKNOWN
    totals: Summary = Summary()


class MarkedLap(Struct, frozen=True, kw_only=True):
    """A lap, with the rows that stand inside of it where the format tells."""

    start_s: float = _UNKNOWN
    end_s: float = _UNKNOWN
    rows: slice = slice(0)
    totals: Summary = Summary()


class Break(NamedTuple):
    """Something ends before this row: the file marks it as a pause, or it may be one."""

    row: int
    marked: bool


class Recording(Struct, frozen=True, kw_only=True, eq=False):
    """One recorded session as its file has it.

    Attributes
    ----------
    start_time : datetime
        Aware UTC time of ``elapsed_s == 0``, not after the earliest of the rows.
    elapsed_s : ndarray
        Of each row; there may be none where laps or parts have times. [s]
    channels : mapping of str to ndarray
        Those of `Samples` in its units, but `CADENCE` and `STEPS` for the two that are made of
        them.
    parts : sequence of Part
        At least one; all of them with rows, or all without.
    laps, breaks : sequence
        In file order.
    timer : sequence of tuple of float and bool
        When the timer was started (True) or stopped, in file order. [s]
    sets_s : sequence of float
        When sets of exercises began and ended.
    """

    start_time: datetime
    elapsed_s: FloatArray
    channels: Mapping[str, FloatArray]
    parts: Sequence[Part]
    laps: Sequence[MarkedLap] = ()
    timer: Sequence[tuple[float, bool]] = ()
    breaks: Sequence[Break] = ()
    sets_s: Sequence[float] = ()
    utc_offset_s: float | None = None
    device: Device = field(default_factory=Device)
    athlete: Athlete = field(default_factory=Athlete)
    weather: Conditions = field(default_factory=Conditions)
    name: str | None = None
    notes: Sequence[str] = ()


def latest_so_far(times_s: FloatArray) -> FloatArray:
    """Return the latest time up to each row, which ascends where rows need not. [s]."""
    return np.asarray(np.maximum.accumulate(np.where(np.isnan(times_s), -np.inf, times_s)))
