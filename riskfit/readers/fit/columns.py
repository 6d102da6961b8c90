"""Turn runs of FIT messages into columns: one gather a table, one conversion a field.

All messages of one type are copied once, in file order, into rows as wide as the widest (or used
in place when they are a single run); a field is then a strided view of its bytes, converted as a
whole: invalid value to nan, scale and offset applied once a column.  Layouts that hold the field
elsewhere are put right row by row.  Nothing is converted before it is asked for.
"""

import math
from collections.abc import Mapping, Sequence, Set
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from riskfit._common import FloatArray
from riskfit.readers.fit import dictionary
from riskfit.readers.fit.decoded import DeveloperField
from riskfit.readers.fit.encodings import (
    MessageForm,
    Place,
    anywhere,
    converted,
    defined_place,
    form_of,
    message_form,
    one_number,
    place_of,
    unpacked,
)
from riskfit.readers.fit.layouts import FieldSlot, Layout, Positions

#: By developer index and field number: the descriptions with the byte where each stands.
Descriptions = Mapping[tuple[int, int], Sequence[tuple[int, DeveloperField]]]

#: Up to this many messages are read one by one.
_FEW = 40
#: So much of each message is copied into rows, where the usual fields lie; the rest may be apps'
#: fields that nobody asks for.  Short rows stay in the processor's cache. [byte]
_WIDE = 64


class _Rows(Struct, frozen=True, eq=False):
    """Beginnings of messages in file order, so wide, and what layout each message has."""

    buffer: Any
    first: int
    stride: int
    width: int
    #: The file's bytes, with more behind where a message of another layout would reach over them.
    data: bytes
    #: The layout that most messages have, and the rows of each of the others.
    main: int = 0
    others: Sequence[tuple[int, NDArray[np.intp]]] = ()
    #: Row and first byte of each message, of the layouts that have but a few.
    few: Mapping[int, list[tuple[int, int]]] = MappingProxyType({})


class ColumnTable:
    """All messages of one type out of any number of layouts; see `decoded.Table`."""

    def __init__(
        self,
        number: int,
        data: bytes,
        layouts: Sequence[Layout],
        described: Descriptions | None = None,
        clock: FloatArray | None = None,
    ) -> None:
        self.number = number
        self.data = data
        self.layouts = layouts
        self.described = described or {}
        self._developer: list[tuple[DeveloperField, dict[int, FieldSlot]]] | None = None
        self._clock = clock
        self._held: set[int] | None = None
        self._where: Positions | None = None
        self._rows: _Rows | None = None
        self._handful: list[tuple[int, int]] | None = None
        self._messages: list[tuple[int, tuple[Any, ...]]] | None = None
        self._forms: list[MessageForm] = []

    def __len__(self) -> int:
        return self._count

    @cached_property
    def _count(self) -> int:
        return sum(layout.count for layout in self.layouts)

    def positions(self) -> Positions:
        """Return the first byte of each message, ascending. [byte]."""
        if self._where is None:
            if self._count <= _FEW:
                places = [position for position, _ in self._one_by_one()]
                self._where = np.array(places, dtype=np.int64)
            elif len(self.layouts) == 1:
                self._where = self.layouts[0].positions()
            else:
                self._gather()
        return self._where if self._where is not None else np.empty(0, dtype=np.int64)

    def _lay_out(self) -> _Rows:
        """Return the messages as rows of equal width."""
        if self._rows is None:
            run = self.layouts[0].one_run() if len(self.layouts) == 1 else None
            if run is None:
                self._rows = self._gather()
            else:
                self._rows = _Rows(self.data, *run, self.layouts[0].size, self.data)
        return self._rows

    def _gather(self) -> _Rows:
        every = [layout.pieces() for layout in self.layouts]
        where = np.concatenate(every)
        where.sort(kind="stable")  # quickest for a few pieces in order
        main = max(range(len(every)), key=lambda index: len(every[index]))
        others = [
            (index, np.searchsorted(where, places))
            for index, places in enumerate(every)
            if index != main
        ]
        few = {
            index: list(zip(own.tolist(), every[index].tolist(), strict=True))
            for index, own in others
            if len(own) <= _FEW
        }
        self._where = where
        widest = max(layout.size for layout in self.layouts)
        data = self.data
        if int(where[-1]) + widest > len(data):
            data += bytes(widest)
        width = min(widest, _WIDE)
        rows = anywhere(data, f"V{width}")[where]
        return _Rows(rows, 0, width, width, data, main, others, few)

    def _raw(self, offset: int, dtype: str) -> NDArray[Any]:
        """Return what stands at this byte of each message."""
        rows = self._lay_out()
        if offset + int(dtype[-1]) > rows.width:
            return anywhere(rows.data, dtype)[self.positions() + offset]
        return np.ndarray(
            (self._count,),
            dtype=dtype,
            buffer=rows.buffer,
            offset=rows.first + offset,
            strides=(rows.stride,),
        )

    def _numbers(self, places: Sequence[Place | None]) -> FloatArray:
        """Return the numbers at these places, one a layout, nan where a layout has none."""
        rows = self._lay_out()
        # The commonest layout's place serves all rows; the others' are put right.
        most = places[rows.main]
        if most is None:
            values = np.full(self._count, np.nan)
        else:
            values = converted(self._raw(most.offset, most.dtype), most.invalid)
        for index, own in rows.others:
            place = places[index]
            if place == most:
                continue
            if place is None:
                values[own] = np.nan
            elif index in rows.few:
                for row, position in rows.few[index]:
                    values[row] = one_number(self.data, position, place)
            else:
                values[own] = converted(self._raw(place.offset, place.dtype)[own], place.invalid)
        return values

    def _one_by_one(self) -> list[tuple[int, int]]:
        """Return the first byte of each message and the index of its layout, in file order."""
        if self._handful is None:
            self._handful = sorted(
                (place, index)
                for index, layout in enumerate(self.layouts)
                for place in layout.places()
            )
        return self._handful

    def _few_numbers(self, number: int) -> list[float]:
        """Return a field of a handful of messages: quicker by whole messages than by arrays."""
        if self._messages is None:
            self._forms = [message_form(self.number, one.definition) for one in self.layouts]
            self._messages = [
                (index, self._forms[index].form.unpack_from(self.data, position))
                for position, index in self._one_by_one()
            ]
        columns = [form.columns.get(number) for form in self._forms]
        if len(columns) == 1:
            (only,) = columns
            if only is None:
                return [math.nan] * len(self._messages)
            at, invalid = only[0], only[1]
            return [
                math.nan if (raw := message[at]) == invalid else float(raw)
                for _, message in self._messages
            ]
        values = []
        for index, message in self._messages:
            column = columns[index]
            raw = math.nan if column is None else message[column[0]]
            values.append(math.nan if column is None or raw == column[1] else float(raw))
        return values

    def times(self) -> FloatArray:
        """Return the time stamps. [s since the FIT epoch]."""
        if self._clock is None:
            self._clock = self.column(dictionary.TIMESTAMP)
        return self._clock

    def has(self, number: int) -> bool:
        """Say whether a layout holds this field or a packed form of it."""
        held = self._fields_held()
        return number in held or any(source in held for source, _ in self._sources(number))

    def _fields_held(self) -> Set[int]:
        """Return the numbers of the fields that a layout holds."""
        if self._held is None:
            self._held = set().union(*(layout.fields() for layout in self.layouts))
        return self._held

    def _sources(self, number: int) -> tuple[tuple[int, Any], ...]:
        return dictionary.components(self.number).get(number, ())

    def column(self, number: int) -> FloatArray:
        """Return a field, scaled, filled from packed forms where it is absent itself."""
        held = self._fields_held()
        values = None
        if number in held:
            values = _scaled(self._field(number), *dictionary.scaling(self.number, number))
        for source, component in self._sources(number):
            if source not in held:
                continue
            if values is None:
                values = self._component(source, component)
                continue
            missing = np.isnan(values)
            if missing.any():
                values = np.where(missing, self._component(source, component), values)
        return np.full(self._count, np.nan) if values is None else values

    def values(self, number: int) -> list[float]:
        """Return what `column` does, as a list: quicker for a few messages."""
        held = self._fields_held()
        sources = self._sources(number)
        if self._count > _FEW or (sources and any(source in held for source, _ in sources)):
            many: list[float] = self.column(number).tolist()
            return many
        if number not in held:
            return [math.nan] * self._count
        values = self._few_numbers(number)
        scale, offset = dictionary.scaling(self.number, number)
        if scale:
            values = [value / scale for value in values]
        return [value - offset for value in values] if offset else values

    def _field(self, number: int) -> FloatArray:
        """Return a field's first number as it stands."""
        if self._count <= _FEW:
            return np.array(self._few_numbers(number))
        return self._numbers(
            [defined_place(self.number, one.definition, number) for one in self.layouts]
        )

    def _component(self, source: int, component: Any) -> FloatArray:
        """Unpack one component of a packed field, or the field itself where it fills that."""
        if not component.bit_offset and not component.accumulate and self._fits(source, component):
            return _scaled(self._field(source), component.scale, component.offset)
        packed = self._packed(source)
        known = packed >= 0
        values = np.full(len(packed), np.nan)
        values[known] = unpacked(packed[known].astype(np.uint64), component)
        return values

    def _fits(self, source: int, component: Any) -> bool:
        """Say whether a field is an unsigned number of no more bits than the component has."""
        declared = dictionary.declared_type(self.number, source)
        places = [defined_place(self.number, one.definition, source) for one in self.layouts]
        return (declared is None or declared.name != "byte") and all(
            place is None or place.fits(component.bits) for place in places
        )

    def _packed(self, source: int) -> NDArray[np.int64]:
        """Return a packed field as integers, -1 where invalid or absent."""
        declared = dictionary.declared_type(self.number, source)
        if declared is None or declared.name != "byte":
            numbers = self._field(source)
            return np.where(np.isnan(numbers), -1, numbers).astype(np.int64)
        parts = self.matrix(source)[:, :7]
        weights = 256.0 ** np.arange(parts.shape[1])
        return np.where(np.isnan(parts).any(axis=1), -1, (parts * weights).sum(axis=1)).astype(
            np.int64
        )

    def matrix(self, number: int) -> FloatArray:
        """Return an array field unscaled, padded with nan."""
        declared = dictionary.declared_type(self.number, number)
        rows = self._lay_out()
        slots = [layout.slot(number) for layout in self.layouts]
        forms = [None if slot is None else form_of(slot, declared) for slot in slots]
        lengths = [
            0 if slot is None or form is None or form.kind == "S" else slot.size // form.size
            for slot, form in zip(slots, forms, strict=True)
        ]
        values = np.full((self._count, max(lengths, default=0)), np.nan)
        # First the commonest layout for all rows, as if all had it; then each of the others'.
        everywhere: tuple[int, slice | NDArray[np.intp]] = (rows.main, slice(None))
        for index, own in (everywhere, *rows.others):
            slot, form, length = slots[index], forms[index], lengths[index]
            values[own] = np.nan
            if slot is None or form is None or not length:
                continue
            if form.name == "byte":
                # Bytes are invalid together: only all 0xFF means none.
                part = np.stack([self._raw(slot.offset + at, "u1")[own] for at in range(length)], 1)
                none = (part == form.invalid).all(axis=1)[:, None]
                values[own, :length] = np.where(none, np.nan, part)
                continue
            for nth in range(length):
                place = place_of(slot, form, self.layouts[index].big_endian, nth)
                if place is not None:
                    raw = self._raw(place.offset, place.dtype)[own]
                    values[own, nth] = converted(raw, place.invalid)
        return values

    def strings(self, number: int) -> list[str | None]:
        """Return a text field, up to its first zero byte."""
        slots = [layout.slot(number) for layout in self.layouts]
        texts: list[str | None] = []
        for position, index in self._one_by_one():
            slot = slots[index]
            start = 0 if slot is None else position + slot.offset
            texts.append(
                None if slot is None else decode_text(self.data[start : start + slot.size])
            )
        return texts

    def developer_fields(self) -> list[DeveloperField]:
        """Return the developer fields of all layouts, each once."""
        return [one for one, _ in self._brought()]

    def _brought(self) -> list[tuple[DeveloperField, dict[int, FieldSlot]]]:
        """Return the developer fields, and where each layout (by its number here) holds them."""
        if self._developer is None:
            found: dict[int, tuple[DeveloperField, dict[int, FieldSlot]]] = {}
            for index, layout in enumerate(self.layouts):
                for key, slot in layout.developer_slots().items():
                    said = self.described.get(key)
                    if said:
                        one = said[0][1] if len(said) == 1 else _meaning(said, layout)
                        known = found.get(id(one))
                        if known is None:
                            known = found[id(one)] = (one, {})
                        known[1][index] = slot
            self._developer = list(found.values())
        return self._developer

    def developer_column(self, described: DeveloperField) -> FloatArray:
        """Return a developer field's numbers, scaled as its description says."""
        places: list[Place | None] = [None] * len(self.layouts)
        for one, slots in self._brought():
            for index, slot in slots.items() if one == described else ():
                written = slot._replace(source=described.base_type)
                big_endian = self.layouts[index].big_endian
                places[index] = place_of(written, form_of(written, None), big_endian)
        values = self._numbers(places)
        return _scaled(values, described.scale, described.offset)


def _scaled(values: FloatArray, scale: float | None, offset: float | None) -> FloatArray:
    """Scale numbers in place, as the profile does: divided, then the offset taken away."""
    if scale:
        values /= scale
    if offset:
        values -= offset
    return values


def _meaning(descriptions: Sequence[tuple[int, DeveloperField]], layout: Layout) -> DeveloperField:
    """Return what a developer field was described as: the last time before, or the first."""
    meaning = descriptions[0][1]
    for at, one in descriptions:
        if at < layout.defined_at:
            meaning = one
    return meaning


def decode_text(text: bytes) -> str | None:
    """Return a FIT string: up to its first zero byte, undecodable bytes replaced."""
    return text.split(b"\0", 1)[0].decode("utf-8", errors="replace").strip() or None
