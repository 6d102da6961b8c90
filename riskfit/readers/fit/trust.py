"""What can be believed in damaged bytes: several messages in a row that make sense."""

import struct
from collections.abc import Callable, Container, Iterator

import numpy as np
from msgspec import Struct

from riskfit.readers.fit import dictionary
from riskfit.readers.fit.layouts import Layout
from riskfit.readers.fit.parts import read_header
from riskfit.readers.fit.scan import Scanner, definition_length
from riskfit.readers.fit.stamps import (
    FEWEST_STEPS,
    LONGEST_STEP_S,
    NO_TIME,
    STAMPED,
    Clock,
    stamp_offset,
    times_at,
)

#: Messages in a row that must make sense, and how many of them must hold a believable time.
_STEPS, _ENOUGH_STAMPS = 10, 3
_WINDOWS = (1 << 11, 1 << 14, 1 << 17)


def forget_untimed(scanner: Scanner, start: int) -> None:
    """Undo messages from this byte on that ought to have a time of their own.

    Behind the last believable time there is none among them that has one.
    """
    for layout in scanner.layouts.values():
        if layout.number in STAMPED and stamp_offset(layout) is not None:
            layout.keep_before(start)


_PLAIN, _STAMP, _DEFINITION, _ROLLED = range(4)


class _Taken(Struct, frozen=True):
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
            if times and not 0 <= taken.time - times[-1] <= LONGEST_STEP_S:
                return False
            times.append(taken.time)
            if len(set(times)) > FEWEST_STEPS:
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
        if time != NO_TIME:
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
        offset = stamp_offset(layout) if layout.number in STAMPED else None
        if offset is None:
            continue
        places = np.flatnonzero(heads == local) + low
        places = places[places + layout.size <= end]
        times = times_at(data, places + offset, layout.big_endian)
        found.append(places[clock.believed(times)])
    ahead = np.frombuffer(data, dtype=np.uint8, count=min(high + 2, end) - low, offset=low)
    if len(ahead) > 2:
        starts = (ahead[:-2] & 0xD0) == 0x40
        starts &= (ahead[1:-1] == 0) & (ahead[2:] < 2)
        found.append(np.flatnonzero(starts) + low)
    places = np.unique(np.concatenate(found)).tolist() if found else []
    at = data.find(b".FIT", low + 8, high + 12)
    return sorted([*places, at - 8]) if at >= 0 else places
