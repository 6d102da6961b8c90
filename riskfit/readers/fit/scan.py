"""Find where every message of a FIT file lies, without looking at a single field.

A definition message is a schema (a `Layout`), the data messages behind it are rows of one width.
`Scanner.walk` follows the messages and stores them as runs (first byte, stride, count) of one
message or of a repeating group of two or three, which it verifies by comparing strided bytes: the
header byte at each stride says which message lies there, so a run is proven, not guessed.
"""

import struct
from collections.abc import Callable

from riskfit.readers.fit import profile
from riskfit.readers.fit.layouts import Layout

#: Why a walk ended before its end.
CUT, UNDEFINED, BAD_DEFINITION = "cut", "undefined", "bad definition"

_HEADS = [bytes([value]) for value in range(256)]
_WINDOW, _WINDOW_GROWTH = 48, 16


def definition_length(data: bytes, at: int, end: int) -> int | None:
    """Return the length of the definition message at this byte, None where it is cut off."""
    if at + 6 > end:
        return None
    length = 6 + 3 * data[at + 5]
    if data[at] & 0x20:
        if at + length >= end:
            return None
        length += 1 + 3 * data[at + length]
    return length if at + length <= end else None


def _with_byte_order(definition: bytes) -> bytes | None:
    """Return a definition with an impossible byte order in the one that names a known message."""
    little, big = (int.from_bytes(definition[3:5], order) for order in ("little", "big"))
    for order, number in ((b"\0", little), (b"\1", big)):
        sources = definition[8 : 6 + 3 * definition[5] : 3]
        known = profile.is_message(number) and all(profile.base_type(one) for one in sources)
        if known and sources and not definition[1]:
            return definition[:2] + order + definition[3:]
    return None


class Scanner:
    """Walks the messages of one file (a part of a chain), keeping its layouts."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.layouts: dict[tuple[bytes, int], Layout] = {}
        self.described = 0
        #: Where a damaged byte order was guessed.
        self.repaired: list[int] = []
        #: Every change of a local type: offset, local type, layout.
        self.definitions: list[tuple[int, int, Layout]] = []
        self._local: list[Layout | None] = [None] * 16
        # By header byte: the length of the message it announces (0: look closer) and its runs.
        self._size: list[int] = [0] * 256
        self._runs: list[list[int]] = [[]] * 256

    def local(self, header: int) -> Layout | None:
        """Return the layout that a data message with this header byte has now."""
        return self._local[(header >> 5) & 3 if header & 0x80 else header & 15]

    def walk(self, position: int, end: int) -> tuple[int, str | None]:
        """Follow the messages from this byte on.

        Returns
        -------
        position : int
            ``end``, or the header of the message that could not be read. [byte]
        why : str or None
            None at the end, else `CUT`, `UNDEFINED` or `BAD_DEFINITION`.
        """
        data, size, runs = self.data, self._size, self._runs
        while position < end:
            head = data[position]
            length = size[head]
            if not length:
                position, why = self._look_closer(position, end)
                if why is not None:
                    return position, why
                continue
            second = position + length
            if second >= end:
                if second > end:
                    return position, CUT
                runs[head] += (position, length, 1)
                return end, None
            head2 = data[second]
            if head2 == head:
                # A slice and a strip look at 48 headers in the time of three Python steps.
                stop = second + _WINDOW * length
                column = data[second : min(stop, end - length + 1) : length]
                count = 1 + len(column) - len(column.lstrip(_HEADS[head]))
                if count > _WINDOW:
                    count += _repeats(data, stop, end - length + 1, length, _HEADS[head])
                runs[head] += (position, length, count)
                position += length * count
                continue
            third = second + size[head2]
            if third == second or third >= end:
                runs[head] += (position, length, 1)
                position = second
                continue
            if data[third] == head:
                stride = third - position
                stop = third + _WINDOW * stride
                column = data[third : min(stop, end - stride + 1) : stride]
                count = 1 + len(column) - len(column.lstrip(_HEADS[head]))
                if count > _WINDOW:
                    count += _repeats(data, stop, end - stride + 1, stride, _HEADS[head])
                column = data[second : second + (count - 1) * stride + 1 : stride]
                count = len(column) - len(column.lstrip(_HEADS[head2]))
                runs[head] += (position, stride, count)
                runs[head2] += (second, stride, count)
                position += stride * count
                continue
            fourth = third + size[data[third]]
            if fourth == third or fourth >= end or data[fourth] != head:
                runs[head] += (position, length, 1)
                runs[head2] += (second, length, 1)
                position = third
                continue
            position = self._take_threes(position, second, third, fourth, end)
        return position, None

    def _take_threes(self, first: int, second: int, third: int, fourth: int, end: int) -> int:
        """Take a repeating group of three messages; return the byte behind its last."""
        data, runs, stride = self.data, self._runs, fourth - first
        head, head2, head3 = data[first], data[second], data[third]
        count = 1 + _repeats(data, fourth, end - stride + 1, stride, _HEADS[head])
        column = data[second : second + (count - 1) * stride + 1 : stride]
        count = len(column) - len(column.lstrip(_HEADS[head2]))
        column = data[third : third + (count - 1) * stride + 1 : stride]
        count = len(column) - len(column.lstrip(_HEADS[head3]))
        runs[head] += (first, stride, count)
        runs[head2] += (second, stride, count)
        runs[head3] += (third, stride, count)
        return first + stride * count

    def local_types_at(self, position: int) -> list[Layout | None]:
        """Return what each local type meant at this byte."""
        local: list[Layout | None] = [None] * 16
        for at, number, layout in self.definitions:
            if at >= position:
                break
            local[number] = layout
        return local

    def places_between(self, start: int, end: int) -> set[int]:
        """Return where messages and definitions were read in these bytes."""
        places = {at for at, _, _ in self.definitions if start <= at < end}
        for layout in self.layouts.values():
            where = layout.positions_from(start)
            places.update(place for place in where.tolist() if place < end)
        return places

    def forget_from(self, position: int) -> None:
        """Undo everything that was read from this byte on."""
        for layout in self.layouts.values():
            layout.keep_before(position)
        self._restore([one for one in self.definitions if one[0] < position])

    def forget_definitions(self, doubted: Callable[[Layout], bool], start: int) -> None:
        """Undo the doubted definitions from this byte on, and what was read by them."""
        kept = []
        for at, local, layout in self.definitions:
            if at >= start and layout.defined_at == at and doubted(layout):
                layout.keep_before(start)
            else:
                kept.append((at, local, layout))
        self._restore(kept)

    def _restore(self, definitions: list[tuple[int, int, Layout]]) -> None:
        if len(definitions) == len(self.definitions):
            return
        self.definitions = definitions
        self._local = [None] * 16
        self._size, self._runs = [0] * 256, [[] for _ in range(256)]
        for _, local, layout in definitions:
            self._assign(local, layout)

    def step(self, position: int, end: int) -> tuple[int, str | None]:
        """Follow one message."""
        return self._look_closer(position, end)

    def _look_closer(self, position: int, end: int) -> tuple[int, str | None]:
        """Read a definition, a developer field's description, or say what is wrong here."""
        head = self.data[position]
        if head & 0xC0 == 0x40:
            return self._define(position, end)
        layout = self.local(head)
        if layout is None:
            return position, UNDEFINED
        after = position + layout.size
        if after > end:
            return position, CUT
        (layout.compressed if head & 0x80 else layout.runs).extend((position, layout.size, 1))
        if layout.number == profile.FIELD_DESCRIPTION:
            self.described += 1
        return after, None

    def _define(self, position: int, end: int) -> tuple[int, str | None]:
        data = self.data
        length = definition_length(data, position, end)
        if length is None:
            return position, CUT
        definition = data[position : position + length]
        if definition[2] > 1:
            repaired = _with_byte_order(definition)
            if repaired is None:
                return position, BAD_DEFINITION
            definition = repaired
            self.repaired.append(position)
        # Developer fields mean what was described last, so their layouts do not outlive that.
        key = (definition, self.described if definition[0] & 0x20 else 0)
        layout = self.layouts.get(key)
        if layout is None:
            layout = self.layout_of(definition, position)
            self.layouts[key] = layout
        if self._local[definition[0] & 15] is not layout:
            self._assign(definition[0] & 15, layout)
            self.definitions.append((position, definition[0] & 15, layout))
        return position + length, None

    @staticmethod
    def layout_of(definition: bytes, position: int) -> Layout:
        """Return the layout that a definition message at this byte describes."""
        count = definition[5]
        size = 1 + sum(definition[7 : 6 + 3 * count : 3])
        if definition[0] & 0x20:
            size += sum(definition[6 + 3 * count + 2 :: 3])
        number = struct.unpack_from(">H" if definition[2] else "<H", definition, 3)[0]
        return Layout(definition, position, number, size)

    def _assign(self, local: int, layout: Layout) -> None:
        self._local[local] = layout
        plain = layout.number != profile.FIELD_DESCRIPTION
        length = layout.size if plain else 0
        self._size[local:64:16] = [length] * 4
        self._runs[local:64:16] = [layout.runs] * 4
        for head in range(0x40 + local, 0x80, 16):
            self._size[head] = 0
        if local < 4:
            compressed = slice(0x80 + 32 * local, 0xA0 + 32 * local)
            self._size[compressed] = [length] * 32
            self._runs[compressed] = [layout.compressed] * 32


def _repeats(data: bytes, first: int, limit: int, stride: int, head: bytes) -> int:
    """Count how often this header byte stands at this stride, in windows that grow."""
    window, seen = _WINDOW, 0
    while True:
        start = first + seen * stride
        stop = min(start + window * stride, limit)
        column = data[start:stop:stride]
        count = len(column) - len(column.lstrip(head))
        seen += count
        if count < len(column) or stop >= limit:
            return seen
        window *= _WINDOW_GROWTH
