"""Find where every message of a FIT file lies, without looking at a single field.

A definition message is a schema (a `Layout`), the data messages behind it are rows of one width.
`Scanner.walk` steps from message to message.  Now and then it looks whether one message, or two
in turn, repeat for long, and takes them at once as runs (first byte, stride, count), which it
verifies by comparing strided bytes: the header byte at each stride says which message lies there,
so a run is proven, not guessed.
"""

from collections.abc import Callable

from riskfit.readers.fit import dictionary
from riskfit.readers.fit.layouts import Layout, message_of

#: Why a walk ended before its end.
CUT, UNDEFINED, BAD_DEFINITION = "cut", "undefined", "bad definition"

_HEADS = [bytes([value]) for value in range(256)]
_WINDOW, _WINDOW_GROWTH = 48, 16
#: Fewer messages in a row, or pairs, are stepped over as fast as they are taken at once.
_AHEAD = 12
#: From one look for a run to the next: farther where the last one found none. [byte]
_NEAR, _FAR = 1 << 7, 1 << 14

#: What a header byte announces: the message's length, and the places of its like.
_Announced = tuple[int, list[int]]
#: Length of a message that must be looked at closer: it reaches beyond any end. [byte]
_UNKNOWN = 1 << 62
_LOOK_CLOSER: _Announced = (_UNKNOWN, [])


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
        known = dictionary.is_message(number) and all(dictionary.base_type(one) for one in sources)
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
        self._announced: list[_Announced] = [_LOOK_CLOSER] * 256
        # By local type.
        self._runs: list[list[int]] = [[]] * 16

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
        data, announced, near = self.data, self._announced, _NEAR
        while position < end:
            after = self._take_run(position, end)
            near = _NEAR if after > position else 2 * near if near < _FAR else _FAR
            position = after
            stop = position + near if position + near < end else end
            while position < stop:
                length, places = announced[data[position]]
                places.append(position)
                position += length
            if position > end:
                position = places.pop()
                if length < _UNKNOWN:
                    return position, CUT
            while position < end and announced[data[position]][0] == _UNKNOWN:
                position, why = self._look_closer(position, end)
                if why is not None:
                    return position, why
        return position, None

    def _take_run(self, position: int, end: int) -> int:
        """Take the message that repeats here, or two in turn; return the byte behind them."""
        data, announced = self.data, self._announced
        head, second = data[position], position + announced[data[position]][0]
        if second >= end:
            return position
        head2, stride = data[second], second - position
        if head2 != head:
            stride += announced[head2][0]
        ahead = position + _AHEAD * stride
        # Most places where nothing repeats are told by one byte.
        if ahead >= end or data[ahead] != head or (head | head2) & 0x80:
            return position
        count = _repeats(data, position, end - stride + 1, stride, _HEADS[head])
        if head2 != head:
            column = data[second : second + (count - 1) * stride + 1 : stride]
            count = len(column) - len(column.lstrip(_HEADS[head2]))
        if count < _AHEAD:
            return position
        self._runs[head & 15] += (position, stride, count)
        if head2 != head:
            self._runs[head2 & 15] += (second, stride, count)
        return position + stride * count

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

    def forget_messages(self, position: int) -> None:
        """Undo the messages that were read from this byte on, but no definition."""
        for layout in self.layouts.values():
            layout.keep_before(position)

    def forget_from(self, position: int) -> None:
        """Undo everything that was read from this byte on."""
        self.forget_messages(position)
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
        # In place: a walk may hold it.
        self._announced[:] = [_LOOK_CLOSER] * 256
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
        (layout.compressed if head & 0x80 else layout.singles).append(position)
        if layout.number == dictionary.FIELD_DESCRIPTION:
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
        return Layout(definition, position, *message_of(definition))

    def _assign(self, local: int, layout: Layout) -> None:
        self._local[local] = layout
        self._runs[local] = layout.runs
        plain = layout.number != dictionary.FIELD_DESCRIPTION
        length = layout.size if plain else _UNKNOWN
        self._announced[local:64:16] = [(length, layout.singles)] * 4
        if local < 4:
            compressed = slice(0x80 + 32 * local, 0xA0 + 32 * local)
            self._announced[compressed] = [(length, layout.compressed)] * 32


def _repeats(data: bytes, first: int, limit: int, stride: int, head: bytes) -> int:
    """Count how often this header byte stands at this stride, in windows that grow."""
    column = data[first : min(first + _WINDOW * stride, limit) : stride]
    seen = len(column) - len(column.lstrip(head))
    if seen < _WINDOW:
        return seen
    window = _WINDOW
    while True:
        window *= _WINDOW_GROWTH
        start = first + seen * stride
        stop = min(start + window * stride, limit)
        column = data[start:stop:stride]
        count = len(column) - len(column.lstrip(head))
        seen += count
        if count < len(column) or stop >= limit:
            return seen
