"""The times of a FIT file's messages, and which of them can be believed.

A time stamp is four bytes; read at a wrong place it is within three days of the session with a
chance of one in eight thousand, and several in a row are as good as certain.  A device that gets
its date late has more than one clock: times that go on from message to message open another.
"""

from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from riskfit._common import runs_of
from riskfit.readers.fit import dictionary
from riskfit.readers.fit.layouts import Layout
from riskfit.readers.fit.scan import Scanner

#: How far a time may lie from the session's middle and be believed. [s]
_DAY_S = 86400
_NEAR_S = 3 * _DAY_S
#: Where no time is known yet: from 2002 to 2040. [s since the FIT epoch]
_EARLIEST, _LATEST = 400_000_000, 1_600_000_000
NO_TIME = 0xFFFFFFFF
_FEWEST, _FIRST = 3, 25
#: Steps forward from message to message, at most this long, that show another clock [s]: read at a
#: wrong place a time stands still, or runs 256 times too fast.
LONGEST_STEP_S, FEWEST_STEPS = 60, 4
STAMPED = {
    dictionary.RECORD,
    dictionary.EVENT,
    dictionary.LAP,
    dictionary.SESSION,
    dictionary.LENGTH,
}


class Stamps(NamedTuple):
    """Messages with a time, in file order.

    Where they begin, what times they hold [s since the FIT epoch], where the next message begins,
    and by which layout they were read.
    """

    places: NDArray[np.int64]
    times: NDArray[np.int64]
    ends: NDArray[np.int64]
    layouts: NDArray[np.int64]


class Clock(Struct, frozen=True):
    """The times that can be believed, in windows. [s since the FIT epoch]."""

    windows: tuple[tuple[int, int], ...] = ((_EARLIEST, _LATEST),)

    def believes(self, time: int) -> bool:
        """Say whether this time is possible here."""
        return any(low <= time <= high for low, high in self.windows)

    def believed(self, times: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say of each time whether it is possible here."""
        possible = np.zeros(len(times), dtype=bool)
        for low, high in self.windows:
            possible |= (times >= low) & (times <= high)
        return possible

    def near(self, first: int, last: int) -> "Clock":
        """Return a clock that believes what lies near these times, too."""
        return Clock((*self.windows, (first - _NEAR_S, last + _NEAR_S)))


def clock_of(stamps: Stamps) -> Clock:
    """Return the clock of these messages: what most of the first agree on, and where it was set.

    Reading goes wrong behind damage, never before it, and a stretch of garbage can be longer
    than all that was read well: so the first times count.
    """
    times = stamps.times
    possible = times[(times >= _EARLIEST) & (times <= _LATEST)]
    first = (possible if len(possible) else times)[:_FIRST]
    if not len(first):
        return Clock()
    agreeing = (np.abs(first[:, None] - first[None, :]) <= _NEAR_S).sum(axis=1)
    best = int(agreeing.argmax())
    if not len(possible) and agreeing[best] < _FEWEST:
        return Clock()
    # Where no two agree the very first are still what the device wrote.
    middles = first[:_FEWEST] if agreeing[best] == 1 else first[best : best + 1]
    clock = Clock(tuple((middle - _NEAR_S, middle + _NEAR_S) for middle in middles.tolist()))
    return _with_set_clocks(clock, stamps)


def _with_set_clocks(clock: Clock, stamps: Stamps) -> Clock:
    """Open a window where times go on from one to the next though the clock does not know them."""
    times = stamps.times
    odd = ~clock.believed(times)
    if not odd.any():
        return clock
    step = np.diff(times)
    goes_on = odd[:-1] & odd[1:] & (step >= 0) & (step <= LONGEST_STEP_S)
    for begin, end in runs_of(goes_on).tolist():
        forward = int(np.count_nonzero(step[begin:end]))
        if not clock.believes(int(times[begin])) and (
            forward >= max(FEWEST_STEPS, (end - begin) / 2)
            or _agree(begin, end, stamps)
            or _joins(begin, end, stamps, clock)
        ):
            clock = clock.near(int(times[begin]), int(times[end]))
    return clock


def _agree(begin: int, end: int, stamps: Stamps) -> bool:
    """Say whether these are messages of different kinds: no garbage gives both one date."""
    alike = stamps.layouts[begin : end + 1] == stamps.layouts[begin]
    return not alike.all() and int(stamps.times[begin]) >= _EARLIEST


def _joins(begin: int, end: int, stamps: Stamps, clock: Clock) -> bool:
    """Say whether these messages stand beside a believable one of their kind, as time goes.

    Behind it they may hold one time throughout, if they are in step with it: boundaries cannot
    have been lost between them.
    """
    own = slice(begin, end + 1)
    beside = [
        row
        for row in (begin - 1, end + 1)
        if 0 <= row < len(stamps.times)
        and clock.believes(int(stamps.times[row]))
        and bool((stamps.layouts[own] == stamps.layouts[row]).all())
    ]
    if beside and bool((np.diff(stamps.times[own]) > 0).all()):
        return True
    strides = np.diff(stamps.places[max(begin - 1, 0) : end + 1])
    return begin - 1 in beside and bool((strides == strides[0]).all())


def stamps_of(scanner: Scanner, start: int = 0) -> Stamps:
    """Return the messages with a time from this byte on."""
    found = []
    for index, layout in enumerate(scanner.layouts.values()):
        if layout.number not in STAMPED or not (layout.runs or layout.singles):
            continue
        offset = stamp_offset(layout)
        if offset is None:
            continue
        where = layout.positions_from(start)
        if not len(where):
            continue
        values = times_at(scanner.data, where + offset, layout.big_endian)
        rows = (where, values, where + layout.size, np.full(len(where), index))
        found.append(np.stack(rows)[:, values != NO_TIME])
    if not found:
        return Stamps(*np.empty((4, 0), dtype=np.int64))
    joined = np.concatenate(found, axis=1)
    return Stamps(*joined[:, np.argsort(joined[0], kind="stable")])


def stamp_offset(layout: Layout) -> int | None:
    """Return where a layout's messages hold their time, None where they do not."""
    slot = layout.slot(dictionary.TIMESTAMP)
    return slot.offset if slot is not None and slot.size == 4 else None


def times_at(data: bytes, places: NDArray[np.int64], big_endian: bool) -> NDArray[np.int64]:
    """Return the unsigned 32-bit numbers at any bytes."""
    dtype = ">u4" if big_endian else "<u4"
    every = np.ndarray((max(len(data) - 3, 0),), dtype=dtype, buffer=data, strides=(1,))
    return every[places].astype(np.int64)


def first_odd(stamps: Stamps, clock: Clock, *, torn: bool) -> int | None:
    """Return the index of the first time that shows lost boundaries, None where none does.

    A single odd time is a wrong value; two in a row, or one just before the damage
    (``torn``), mean that the messages' boundaries were lost.  One right behind a believable
    message of the same kind cannot have lost them yet.
    """
    odd = ~clock.believed(stamps.times)
    if not odd.any():
        return None
    pairs = np.flatnonzero(odd[:-1] & odd[1:])
    if len(pairs):
        first = int(pairs[0])
    elif torn and odd[-1]:
        first = len(odd) - 1
    else:
        return None
    if first and _in_step(first, stamps):
        first += 1
    return first if first < len(odd) else None


def _in_step(row: int, stamps: Stamps) -> bool:
    """Say whether a message stands right behind one of its kind, or in step with two of them."""
    places, layouts = stamps.places, stamps.layouts
    if layouts[row - 1] != layouts[row]:
        return False
    return bool(stamps.ends[row - 1] == places[row]) or (
        row > 1
        and layouts[row - 2] == layouts[row]
        and bool(places[row] - places[row - 1] == places[row - 1] - places[row - 2])
    )
