"""Turn runs of FIT messages into columns: one gather a layout, one conversion a field.

A layout's messages are copied once into rows of equal width (or used in place when they are one
run); each field is then a strided view of its bytes, converted as a whole: invalid value to nan,
scale and offset applied once a column.  Nothing is converted before it is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskfit.readers.fit import profile
from riskfit.readers.fit.profile import BaseType
from riskfit.readers.fit.scan import FieldSlot, Layout, Positions
from riskfit.readers.fit.tables import DeveloperField, FloatArray

#: Developer fields with the byte where each is described.
Descriptions = Sequence[tuple[int, DeveloperField]]

_SMALLER = {1: "u1", 2: "u2", 4: "u4"}


@dataclass(slots=True, eq=False)
class Block:
    """The messages of one layout, and the descriptions its developer fields may refer to."""

    data: bytes
    layout: Layout
    described: Descriptions = ()
    _developer: dict[FieldSlot, DeveloperField] | None = None

    def __len__(self) -> int:
        return self.layout.count

    def raw(self, offset: int, dtype: str) -> NDArray[Any]:
        """Return one value of this type from each message."""
        return self.layout.raw(self.data, offset, dtype)

    @property
    def developer(self) -> dict[FieldSlot, DeveloperField]:
        """Return what the developer fields mean: the last description before, or the first."""
        if self._developer is None:
            self._developer = {}
            for slot in self.layout.developer_slots():
                key = slot.source, slot.number
                fitting = [
                    (at, one) for at, one in self.described if (one.index, one.number) == key
                ]
                before = [one for at, one in fitting if at < self.layout.defined_at]
                if fitting:
                    self._developer[slot] = before[-1] if before else fitting[0][1]
        return self._developer

    def bytes_of(self, slot: FieldSlot) -> NDArray[np.uint8]:
        """Return a field's bytes, a row a message."""
        buffer, first, stride, count = self.layout.rows(self.data)
        return np.ndarray(
            (count, slot.size),
            dtype="u1",
            buffer=buffer,
            offset=first + slot.offset,
            strides=(stride, 1),
        )

    def form(self, slot: FieldSlot, declared: BaseType | None) -> BaseType | None:
        """Return how to read this field's values, None where nobody can know.

        Sizes that are no multiple of the type are read as a smaller unsigned number where there
        is one (Coros writes a uint32 of one byte); a number written as bytes as the profile says.
        """
        written = profile.base_type(slot.source)
        if written is None:
            return None
        if written.name == "byte" and slot.size > 1:
            fits = declared is not None and declared.size == slot.size and declared.kind != "S"
            return declared if fits else written
        if slot.size % written.size:
            if slot.size in _SMALLER:
                return BaseType("short", "u", slot.size, (1 << 8 * slot.size) - 1)
            return None
        return written

    def numbers(self, slot: FieldSlot, form: BaseType | None, index: int = 0) -> FloatArray:
        """Return the ``index``-th value of a field as numbers, nan where invalid.

        Several bytes in a row are no number, whatever they hold.
        """
        several_bytes = form is not None and form.name == "byte" and slot.size > 1
        if form is None or several_bytes or form.kind == "S" or form.size > slot.size:
            return np.full(len(self), np.nan)
        order = ">" if self.layout.big_endian else "<"
        raw = self.raw(slot.offset + index * form.size, f"{order}{form.kind}{form.size}")
        values = raw.astype(np.float64)
        if form.invalid is not None:
            invalid = raw == form.invalid
            if invalid.any():
                values[invalid] = np.nan
        return values


def _unpacked(values: NDArray[Any], component: Any) -> FloatArray:
    """Return a component's bits of packed integers (uint64), accumulated where it rolls over."""
    part = (values >> np.uint64(component.bit_offset)) & np.uint64((1 << component.bits) - 1)
    number = part.astype(np.float64)
    if component.accumulate:
        steps = np.diff(number, prepend=0.0)
        number = np.cumsum(np.where(steps < 0, steps + (1 << component.bits), steps))
    if component.scale:
        number /= component.scale
    if component.offset:
        number -= component.offset
    return number


class ColumnTable:
    """All messages of one type out of any number of layouts; see `tables.Table`."""

    def __init__(self, number: int, blocks: list[Block], clock: FloatArray | None = None) -> None:
        self.number = number
        self.blocks = [block for block in blocks if len(block)]
        self._clock = clock
        self._order: NDArray[np.intp] | None = None
        self._positions: Positions | None = None

    def __len__(self) -> int:
        return sum(len(block) for block in self.blocks)

    def positions(self) -> Positions:
        """Return the first byte of each message, ascending. [byte]."""
        if self._positions is None:
            if len(self.blocks) == 1:
                self._positions = self.blocks[0].layout.positions()
            else:
                places = [block.layout.positions() for block in self.blocks]
                together = np.concatenate(places) if places else np.empty(0, dtype=np.int64)
                self._order = np.argsort(together, kind="stable")
                self._positions = together[self._order]
        return self._positions

    def _in_order(self, parts: list[NDArray[Any]]) -> NDArray[Any]:
        """Join the layouts' rows and put them in file order."""
        if len(parts) == 1:
            return parts[0]
        self.positions()
        return np.concatenate(parts)[self._order] if parts else np.empty(0)

    def times(self) -> FloatArray:
        """Return the time stamps. [s since the FIT epoch]."""
        if self._clock is None:
            self._clock = self.column(profile.TIMESTAMP)
        return self._clock

    def has(self, number: int) -> bool:
        """Say whether a layout holds this field or a packed form of it."""
        wanted = [number, *(source for source, _ in self._sources(number))]
        return any(block.layout.slot(one) for block in self.blocks for one in wanted)

    def _sources(self, number: int) -> tuple[tuple[int, Any], ...]:
        return profile.components(self.number).get(number, ())

    def column(self, number: int) -> FloatArray:
        """Return a field, scaled, filled from packed forms where it is absent itself."""
        declared = profile.declared_type(self.number, number)
        scale, offset = profile.scaling(self.number, number)
        parts = []
        for block in self.blocks:
            slot = block.layout.slot(number)
            if slot is None:
                values = np.full(len(block), np.nan)
            else:
                values = block.numbers(slot, block.form(slot, declared))
                if scale is not None:
                    values /= scale
                if offset is not None:
                    values -= offset
            parts.append(values)
        values = self._in_order(parts)
        for source, component in self._sources(number):
            if any(block.layout.slot(source) for block in self.blocks):
                missing = np.isnan(values)
                if missing.any():
                    values = np.where(missing, self._component(source, component), values)
        return values

    def _component(self, source: int, component: Any) -> FloatArray:
        """Unpack one component of a packed field."""
        packed = self._in_order([self._packed(block, source) for block in self.blocks])
        known = packed >= 0
        values = np.full(len(packed), np.nan)
        values[known] = _unpacked(packed[known].astype(np.uint64), component)
        return values

    def _packed(self, block: Block, source: int) -> NDArray[np.int64]:
        """Return a packed field as integers, -1 where invalid or absent."""
        slot = block.layout.slot(source)
        packed = np.full(len(block), -1, dtype=np.int64)
        if slot is None:
            return packed
        form = block.form(slot, profile.declared_type(self.number, source))
        if form is not None and form.name == "byte":
            places = block.bytes_of(slot)[:, :7].astype(np.int64)
            value = (places << (8 * np.arange(places.shape[1]))).sum(axis=1)
            known = (places != 0xFF).any(axis=1)
        else:
            numbers = block.numbers(slot, form)
            known = ~np.isnan(numbers)
            value = np.where(known, numbers, 0).astype(np.int64)
        packed[known] = value[known]
        return packed

    def matrix(self, number: int) -> FloatArray:
        """Return an array field unscaled, padded with nan."""
        declared = profile.declared_type(self.number, number)
        parts = [_array(block, block.layout.slot(number), declared) for block in self.blocks]
        width = max((part.shape[1] for part in parts), default=0)
        padded = []
        for part in parts:
            values = np.full((len(part), width), np.nan)
            values[:, : part.shape[1]] = part
            padded.append(values)
        return self._in_order(padded) if padded else np.empty((0, 0))

    def strings(self, number: int) -> list[str | None]:
        """Return a text field, up to its first zero byte."""
        texts: list[tuple[int, str | None]] = []
        for block in self.blocks:
            slot = block.layout.slot(number)
            for place in block.layout.positions().tolist():
                text = None
                if slot is not None:
                    start = place + slot.offset
                    text = decode_text(block.data[start : start + slot.size])
                texts.append((place, text))
        return [text for _, text in sorted(texts, key=lambda pair: pair[0])]

    def developer_fields(self) -> list[DeveloperField]:
        """Return the developer fields of all layouts, each once."""
        found: dict[DeveloperField, None] = {}
        for block in self.blocks:
            found.update(dict.fromkeys(block.developer.values()))
        return list(found)

    def developer_column(self, described: DeveloperField) -> FloatArray:
        """Return a developer field's numbers, scaled as its description says."""
        parts = []
        for block in self.blocks:
            slot = next((s for s, d in block.developer.items() if d == described), None)
            if slot is None:
                parts.append(np.full(len(block), np.nan))
                continue
            written = FieldSlot(slot.number, slot.size, described.base_type, slot.offset)
            parts.append(block.numbers(written, block.form(written, None)))
        values = self._in_order(parts)
        if described.scale:
            values = values / described.scale
        if described.offset:
            values = values - described.offset
        return values


def _array(block: Block, slot: FieldSlot | None, declared: BaseType | None) -> FloatArray:
    """Return one layout's array field: a row a message."""
    form = None if slot is None else block.form(slot, declared)
    if slot is None or form is None or form.kind == "S":
        return np.empty((len(block), 0))
    if form.name == "byte":
        # Bytes are invalid together: only all 0xFF means none.
        rows = block.bytes_of(slot)
        return np.where((rows == form.invalid).all(axis=1)[:, None], np.nan, rows.astype(float))
    columns = [block.numbers(slot, form, index) for index in range(slot.size // form.size)]
    return np.stack(columns, axis=1)


def decode_text(text: bytes) -> str | None:
    """Return a FIT string: up to its first zero byte, undecodable bytes replaced."""
    return text.split(b"\0", 1)[0].decode("utf-8", errors="replace").strip() or None
