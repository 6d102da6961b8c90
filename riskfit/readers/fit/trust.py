"""What can be believed in damaged bytes: times near the others, messages that follow each other.

A time stamp is four bytes; read at a wrong place it is within three days of the session with a
chance of one in eight thousand, and several in a row are as good as certain.  A device that gets
its date late has more than one clock: times that go on from message to message open another.
"""

import struct
from collections.abc import Callable, Container, Iterator
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from riskfit.readers.fit import dictionary
from riskfit.readers.fit.layouts import Layout
from riskfit.readers.fit.parts import read_header
from riskfit.readers.fit.scan import Scanner, definition_length

#: How far a time may lie from the session's middle and be believed. [s]
_DAY_S = 86400
_NEAR_S = 3 * _DAY_S
#: Where no time is known yet: from 2002 to 2040. [s since the FIT epoch]
_EARLIEST, _LATEST = 400_000_000, 1_600_000_000
_NONE = 0xFFFFFFFF
_FEWEST, _FIRST = 3, 25
#: Steps forward from message to message, at most this long, that show another clock [s]: read at a
#: wrong place a time stands still, or runs 256 times too fast.
_STEP_S, _FEWEST_STEPS = 60, 4
_STAMPED = {
    dictionary.RECORD,
    dictionary.EVENT,
    dictionary.LAP,
    dictionary.SESSION,
    dictionary.LENGTH,
}
#: Messages in a row that must make sense, and how many of them must hold a believable time.
_STEPS, _ENOUGH_STAMPS = 10, 3
_WINDOWS = (1 << 11, 1 << 14, 1 << 17)


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
    goes_on = odd[:-1] & odd[1:] & (step >= 0) & (step <= _STEP_S)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], goes_on, [False])).astype(np.int8)))
    for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        forward = int(np.count_nonzero(step[begin:end]))
        if not clock.believes(int(times[begin])) and (
            forward >= max(_FEWEST_STEPS, (end - begin) / 2)
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
        if layout.number not in _STAMPED or not (layout.runs or layout.singles):
            continue
        offset = stamp_offset(layout)
        if offset is None:
            continue
        where = layout.positions_from(start)
        if not len(where):
            continue
        values = _at(scanner.data, where + offset, layout.big_endian)
        rows = (where, values, where + layout.size, np.full(len(where), index))
        found.append(np.stack(rows)[:, values != _NONE])
    if not found:
        return Stamps(*np.empty((4, 0), dtype=np.int64))
    joined = np.concatenate(found, axis=1)
    return Stamps(*joined[:, np.argsort(joined[0], kind="stable")])


def stamp_offset(layout: Layout) -> int | None:
    """Return where a layout's messages hold their time, None where they do not."""
    slot = layout.slot(dictionary.TIMESTAMP)
    return slot.offset if slot is not None and slot.size == 4 else None


def _at(data: bytes, places: NDArray[np.int64], big_endian: bool) -> NDArray[np.int64]:
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
    if (
        first
        and stamps.ends[first - 1] == stamps.places[first]
        and stamps.layouts[first - 1] == stamps.layouts[first]
    ):
        first += 1
    return first if first < len(odd) else None


def forget_untimed(scanner: Scanner, start: int) -> None:
    """Undo messages from this byte on that ought to have a time of their own.

    Behind the last believable time there is none among them that has one.
    """
    for layout in scanner.layouts.values():
        if layout.number in _STAMPED and stamp_offset(layout) is not None:
            layout.keep_before(start)


_PLAIN, _STAMP, _DEFINITION, _ROLLED = range(4)


class _Taken(NamedTuple):
    """The byte behind a message, its kind, and its time where it has one."""

    after: int
    kind: int
    time: int | None = None


def trusted(scanner: Scanner, position: int, end: int, clock: Clock) -> bool:
    """Say whether messages can be read from this byte on: several in a row make sense."""
    local = scanner.local_types_at(position)
    seen = [0, 0, 0, 0]
    at = position
    for step in range(_STEPS):
        if at >= end or end - at == 2:  # the end, or its checksum
            return at <= end and step > 0 and seen[_STAMP] + seen[_DEFINITION] > 0
        taken = _take(scanner, local, at, end, clock)
        if taken is None:
            # The last message may be cut off.
            return seen[_STAMP] >= 2 and _reaches_over(scanner.data, local, at, end)
        at = taken.after
        seen[taken.kind] += 1
        if seen[_STAMP] >= _ENOUGH_STAMPS or (seen[_DEFINITION] and seen[_STAMP]):
            return True
    return seen[_STAMP] + seen[_DEFINITION] > 0 or seen[_ROLLED] == _STEPS


def _goes_on(scanner: Scanner, position: int, end: int) -> bool:
    """Say whether from this byte on times go on from message to message, whatever the date."""
    local, at = scanner.local_types_at(position), position
    times: list[int] = []
    for _ in range(2 * _STEPS):
        taken = None if at >= end else _take(scanner, local, at, end, Clock())
        if taken is None:
            return False
        at = taken.after
        if taken.time is not None:
            if times and not 0 <= taken.time - times[-1] <= _STEP_S:
                return False
            times.append(taken.time)
            if len(set(times)) > _FEWEST_STEPS:
                return True
    return False


def _layout_at(data: bytes, local: list[Layout | None], at: int) -> Layout | None:
    head = data[at]
    return local[(head >> 5) & 3 if head & 0x80 else head & 15]


def _reaches_over(data: bytes, local: list[Layout | None], at: int, end: int) -> bool:
    layout = None if data[at] & 0xC0 == 0x40 else _layout_at(data, local, at)
    return layout is not None and at + layout.size > end


def _take(
    scanner: Scanner, local: list[Layout | None], at: int, end: int, clock: Clock
) -> _Taken | None:
    """Return what the message at this byte is, None if it is unbelievable."""
    data, head = scanner.data, scanner.data[at]
    if head & 0xC0 == 0x40:
        length = definition_length(data, at, end)
        if length is None or not sound_definition(data[at : at + length]):
            return None
        local[head & 15] = scanner.layout_of(data[at : at + length], at)
        return _Taken(at + length, _DEFINITION)
    layout = _layout_at(data, local, at)
    if layout is None or head & 0x90 == 0x10 or at + layout.size > end:
        return None
    kind, offset = _ROLLED if head & 0x80 else _PLAIN, stamp_offset(layout)
    if offset is not None:
        time = struct.unpack_from(">I" if layout.big_endian else "<I", data, at + offset)[0]
        if time != _NONE:
            return _Taken(at + layout.size, _STAMP, time) if clock.believes(time) else None
    return _Taken(at + layout.size, kind)


def sound_definition(definition: bytes) -> bool:
    """Say whether a definition breaks no rule of the protocol."""
    number = struct.unpack_from(">H" if definition[2] else "<H", definition, 3)[0]
    count = definition[5]
    if definition[0] & 0x10 or definition[1] or definition[2] > 1 or not count:
        return False
    seen = set()
    for at in range(6, 6 + 3 * count, 3):
        field, size, source = definition[at : at + 3]
        base = dictionary.base_type(source)
        if base is None or not size or size % base.size or field in seen:
            return False
        seen.add(field)
    return dictionary.is_message(number) or number >= 0xFF00 or dictionary.TIMESTAMP in seen


def next_trusted(
    scanner: Scanner, start: int, end: int, clock: Clock, walked: Container[int] = ()
) -> tuple[int, bool] | None:
    """Find the next byte from which messages, or another file, can be read.

    Parameters
    ----------
    scanner : Scanner
    start, end : int
        Where to search. [byte]
    clock : Clock
    walked : container of int
        Where messages were read on the way into the damage: not there once more. [byte]

    Returns
    -------
    tuple of int and bool, or None
        The byte, and whether a file header stands there.
    """
    found = _next(scanner, start, end, clock, lambda at: trusted(scanner, at, end, clock), walked)
    if found is not None and not found[1]:
        return found
    # The clock may have been set where the damage is.
    stop = end if found is None else found[0]
    later = _next(scanner, start, stop, Clock(), lambda at: _goes_on(scanner, at, stop), walked)
    return later or found


def _next(
    scanner: Scanner,
    start: int,
    end: int,
    clock: Clock,
    believable: Callable[[int], bool],
    walked: Container[int],
) -> tuple[int, bool] | None:
    for low, high in _windows(start, end):
        for place in _candidates(scanner, low, high, end, clock):
            if read_header(scanner.data, place) is not None:
                return place, True
            if place not in walked and believable(place):
                return place, False
    return None


def _windows(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield pieces of the bytes to search, larger and larger."""
    low = start
    sizes = iter(_WINDOWS)
    size = _WINDOWS[-1]
    while low < end:
        size = next(sizes, size)
        yield low, min(low + size, end)
        low += size


def _candidates(scanner: Scanner, low: int, high: int, end: int, clock: Clock) -> list[int]:
    """Return the bytes where a message with a believable time, or a definition, may begin."""
    data = scanner.data
    piece = np.frombuffer(data, dtype=np.uint8, count=high - low, offset=low)
    found, heads = [], piece & 0xDF
    for local, layout in {(local, layout) for _, local, layout in scanner.definitions}:
        offset = stamp_offset(layout) if layout.number in _STAMPED else None
        if offset is None:
            continue
        places = np.flatnonzero(heads == local) + low
        places = places[places + layout.size <= end]
        times = _at(data, places + offset, layout.big_endian)
        found.append(places[clock.believed(times)])
    ahead = np.frombuffer(data, dtype=np.uint8, count=min(high + 2, end) - low, offset=low)
    if len(ahead) > 2:
        starts = (ahead[:-2] & 0xD0) == 0x40
        starts &= (ahead[1:-1] == 0) & (ahead[2:] < 2)
        found.append(np.flatnonzero(starts) + low)
    places = np.unique(np.concatenate(found)).tolist() if found else []
    at = data.find(b".FIT", low + 8, high + 12)
    return sorted([*places, at - 8]) if at >= 0 else places
