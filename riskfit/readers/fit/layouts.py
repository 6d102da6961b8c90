"""What a FIT definition message says: the layout of the messages behind it, and where they lie."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from struct import pack
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]

#: Runs of one layout begin one after the other, and at most two lie side by side. [numbers]
_SIDE_BY_SIDE = 6
_FEW = 64
_NOWHERE: Positions = np.empty(0, dtype=np.int64)


class FieldSlot(NamedTuple):
    """Where one field lies in each message of a layout; ``source`` is a base type or an index."""

    number: int
    size: int
    source: int
    offset: int


# Devices write the same definitions into each of their files: what they say is kept.
@lru_cache(maxsize=1 << 11)
def fields_of(definition: bytes) -> Mapping[int, tuple[int, int, int, int]]:
    """Return by number what is in a `FieldSlot`, as plain tuples."""
    stop = 6 + 3 * definition[5]
    numbers, sizes = definition[6:stop:3], definition[7:stop:3]
    offsets = accumulate(sizes, initial=1)
    rows = list(zip(numbers, sizes, definition[8:stop:3], offsets, strict=False))
    # Backwards, so that the first of two equal fields stays.
    return {row[0]: row for row in reversed(rows)}


@lru_cache(maxsize=1 << 11)
def message_of(definition: bytes) -> tuple[int, int]:
    """Return the global number of a definition's messages and their length with header. [byte]."""
    stop = 6 + 3 * definition[5]
    size = 1 + sum(definition[7:stop:3])
    if definition[0] & 0x20:
        size += sum(definition[stop + 2 :: 3])
    return int.from_bytes(definition[3:5], "big" if definition[2] else "little"), size


@lru_cache(maxsize=1 << 11)
def _developer_slots_of(definition: bytes) -> Mapping[tuple[int, int], FieldSlot]:
    stop = 6 + 3 * definition[5]
    offset = 1 + sum(definition[7:stop:3])
    slots: dict[tuple[int, int], FieldSlot] = {}
    for at in range(stop + 1, len(definition), 3):
        number, size, source = definition[at : at + 3]
        slots[source, number] = FieldSlot(number, size, source, offset)
        offset += size
    return slots


@dataclass(slots=True, eq=False)
class Layout:
    """One definition message and the places of all messages it describes.

    Attributes
    ----------
    definition : bytes
        The definition message itself.
    defined_at : int
        Its offset. [byte]
    number : int
        Global message number.
    size : int
        Length of a data message with its header. [byte]
    runs : list of int
        First byte, stride and count of messages in a row, again and again.
    singles, compressed : list of int
        First byte of each other message; apart those of the messages whose header holds the time.
    """

    definition: bytes
    defined_at: int
    number: int
    size: int
    runs: list[int] = field(default_factory=list)
    singles: list[int] = field(default_factory=list)
    compressed: list[int] = field(default_factory=list)
    _positions: Positions | None = None
    #: Length of the lists of runs when positions were last made of them.
    _known: int = -1

    @property
    def big_endian(self) -> bool:
        """Say whether numbers of this layout begin with their largest byte."""
        return self.definition[2] != 0

    @property
    def count(self) -> int:
        """Return how many data messages there are."""
        return sum(self.runs[2::3]) + len(self.singles) + len(self.compressed)

    @property
    def used(self) -> bool:
        """Say whether there is any data message."""
        return bool(self.singles or self.runs or self.compressed)

    def one_run(self) -> tuple[int, int] | None:
        """Return first byte and stride where all messages are one run."""
        if len(self.runs) != 3 or self.singles or self.compressed:
            return None
        return self.runs[0], self.runs[1]

    def places(self) -> list[int]:
        """Return what `positions` does, as a list: quicker for a few."""
        return sorted([*_few_places(self.runs), *self.singles, *self.compressed])

    def fields(self) -> Mapping[int, tuple[int, int, int, int]]:
        """Return by number what is in a `FieldSlot`, as plain tuples."""
        return fields_of(self.definition)

    def slot(self, number: int) -> FieldSlot | None:
        """Return the field of this number, None where the layout lacks it."""
        row = self.fields().get(number)
        return None if row is None else FieldSlot._make(row)

    def developer_slots(self) -> Mapping[tuple[int, int], FieldSlot]:
        """Return the developer fields by developer index (their source) and number."""
        return _developer_slots_of(self.definition) if self.definition[0] & 0x20 else {}

    def positions(self) -> Positions:
        """Return the first byte of every message, ascending."""
        known = self._known_now()
        if self._positions is None or self._known != known:
            places = self.pieces()
            if self.runs or (self.singles and self.compressed):
                places = np.sort(places, kind="stable")  # quickest for a few pieces in order
            self._positions, self._known = places, known
        return self._positions

    def pieces(self) -> Positions:
        """Return the first byte of every message, those in runs first."""
        return expand(self.runs, self.singles + self.compressed)

    def _known_now(self) -> int:
        return len(self.runs) + len(self.singles) + len(self.compressed)

    def keep_before(self, offset: int) -> None:
        """Forget the messages that begin at or after this byte."""
        for places in (self.singles, self.compressed):
            # In place: the scanner's table of header bytes holds this very list.
            if places and places[-1] >= offset:
                del places[bisect_left(places, offset) :]
                self._known = -1
        runs = self.runs
        while runs and runs[-3] >= offset:
            del runs[-3:]
            self._known = -1
        for at in range(max(len(runs) - _SIDE_BY_SIDE, 0), len(runs), 3):
            first, stride, count = runs[at : at + 3]
            kept = (offset - first - 1) // stride + 1
            if kept < count:
                runs[at + 2] = kept
                self._known = -1

    def positions_from(self, start: int) -> Positions:
        """Return the first byte of every message from this byte on, ascending."""
        if self._positions is not None and self._known == self._known_now():
            return self._positions[np.searchsorted(self._positions, start) :]
        runs, singles = _tail(self.runs, start), self.singles[bisect_left(self.singles, start) :]
        singles += self.compressed[bisect_left(self.compressed, start) :]
        if not runs and not singles:
            return _NOWHERE
        if sum(runs[2::3]) + len(singles) <= _FEW:
            few = sorted([*_few_places(runs), *singles])
            return np.array(few[bisect_left(few, start) :], dtype=np.int64)
        places = np.sort(expand(runs, singles), kind="stable")
        return places[np.searchsorted(places, start) :]


def _few_places(runs: list[int]) -> list[int]:
    triples = zip(runs[::3], runs[1::3], runs[2::3], strict=True)
    return [first + stride * row for first, stride, count in triples for row in range(count)]


def _tail(runs: list[int], start: int) -> list[int]:
    """Return the last runs, all among them that reach to this byte or behind it."""
    at, reaching, before = len(runs), len(runs), 0
    while at > 0 and before < _SIDE_BY_SIDE:
        at -= 3
        first, stride, count = runs[at : at + 3]
        if first + stride * (count - 1) < start:
            before += 3
        else:
            reaching, before = at, 0
    return runs[reaching:]


def _numbers(places: list[int]) -> Positions:
    """Return a list as an array: packed, in half the time that numpy takes to look at each."""
    return np.frombuffer(pack(f"{len(places)}q", *places), dtype=np.int64)


def expand(runs: list[int], singles: list[int]) -> Positions:
    """Return the first byte of every message of these runs, and of the single ones behind."""
    alone = _numbers(singles)
    if not runs:
        return alone
    table = _numbers(runs).reshape(-1, 3)
    first, stride, count = table[:, 0], table[:, 1], table[:, 2]
    # Each step is the run's stride, from a run's last message to the next run's first what it is.
    places = np.repeat(stride, count)
    last = first + stride * (count - 1)
    places[0] = first[0]
    places[np.cumsum(count[:-1])] = first[1:] - last[:-1]
    np.cumsum(places, out=places)
    return np.concatenate((places, alone)) if singles else places
