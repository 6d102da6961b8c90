"""How a field is encoded in the messages of a layout: where its bytes stand, what they mean."""

import math
import struct
from functools import lru_cache
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from riskfit._common import FloatArray
from riskfit.readers.fit import dictionary
from riskfit.readers.fit.dictionary import BaseType
from riskfit.readers.fit.layouts import FieldSlot, fields_of

_SMALLER = {1, 2, 4}
_LETTERS = {
    "u1": "B",
    "u2": "H",
    "u4": "I",
    "u8": "Q",
    "i1": "b",
    "i2": "h",
    "i4": "i",
    "i8": "q",
    "f4": "f",
    "f8": "d",
}
_FORMS = {
    order + code: struct.Struct(order + letter)
    for order in "<>"
    for code, letter in _LETTERS.items()
}


class Place(Struct, frozen=True):
    """Where and how a field's first value stands in a message, by size and meaning."""

    offset: int
    dtype: str
    invalid: int | None

    def fits(self, bits: int) -> bool:
        """Say whether this is an unsigned number of no more bits."""
        return self.dtype[1] == "u" and 8 * int(self.dtype[2:]) <= bits


def form_of(slot: FieldSlot, declared: BaseType | None) -> BaseType | None:
    """Return how to read a field's values, None where nobody can know.

    Sizes that are no multiple of the type are read as a smaller unsigned number where there is
    one (Coros writes a uint32 of one byte); a number written as bytes as the profile says.
    """
    written = dictionary.base_type(slot.source)
    if written is None:
        # An impossible type; only of a time stamp is it known what the bytes must be.
        return declared if (slot.number, slot.size) == (dictionary.TIMESTAMP, 4) else None
    if written.name == "byte" and slot.size > 1:
        fits = declared is not None and declared.size == slot.size and declared.kind != "S"
        return declared if fits else written
    if slot.size % written.size:
        if slot.size in _SMALLER:
            return BaseType("short", "u", slot.size, (1 << 8 * slot.size) - 1)
        return None
    return written


def place_of(
    slot: FieldSlot, form: BaseType | None, big_endian: bool, index: int = 0
) -> Place | None:
    """Return where the ``index``-th number of a field stands; bytes in a row are no number."""
    if form is None or form.kind == "S" or form.size > slot.size:
        return None
    if form.name == "byte" and slot.size > 1:
        return None
    order = ">" if big_endian else "<"
    return Place(slot.offset + index * form.size, f"{order}{form.kind}{form.size}", form.invalid)


@lru_cache(maxsize=1 << 14)
def native_place(message: int, row: tuple[int, int, int, int], big_endian: bool) -> Place | None:
    """Return where a message's field stands; files of one device ask the same again and again."""
    slot = FieldSlot._make(row)
    return place_of(slot, form_of(slot, dictionary.declared_type(message, slot.number)), big_endian)


@lru_cache(maxsize=1 << 14)
def defined_place(message: int, definition: bytes, number: int) -> Place | None:
    """Return where the messages of a definition hold a field, None where they do not."""
    row = fields_of(definition).get(number)
    return None if row is None else native_place(message, row, definition[2] != 0)


class MessageForm(Struct, frozen=True, eq=False):
    """How to take a whole message apart, and which part is which field: index, invalid value."""

    form: struct.Struct
    columns: dict[int, tuple[int, int | None]]


@lru_cache(maxsize=1 << 10)
def message_form(message: int, definition: bytes) -> MessageForm:
    """Return how to read the first number of each field of a message."""
    letters, at = ["x"], 1
    columns: dict[int, tuple[int, int | None]] = {}
    for start in range(6, 6 + 3 * definition[5], 3):
        number, size, source = definition[start : start + 3]
        place = native_place(message, (number, size, source, at), definition[2] != 0)
        if place is None:
            letters.append(f"{size}x")
        else:
            letter = _LETTERS[place.dtype[1:]]
            letters.append(f"{letter}{size - int(place.dtype[2:])}x")
            columns.setdefault(number, (len(columns), place.invalid))
        at += size
    order = ">" if definition[2] else "<"
    return MessageForm(struct.Struct(order + "".join(letters)), columns)


def one_number(data: bytes, position: int, place: Place) -> float:
    """Return the number at this place of the message at this byte."""
    raw = _FORMS[place.dtype].unpack_from(data, position + place.offset)[0]
    return math.nan if raw == place.invalid else float(raw)


def anywhere(data: bytes, dtype: str) -> NDArray[Any]:
    """Return what stands at every byte, to pick from by the places of messages."""
    size = np.dtype(dtype).itemsize
    return np.ndarray((len(data) - size + 1,), dtype=dtype, buffer=data, strides=(1,))


def converted(raw: NDArray[Any], invalid: int | None) -> FloatArray:
    """Return raw numbers as float64, the invalid value as nan."""
    raw = raw.copy()  # side by side, the two passes below are three times as fast
    values = raw.astype(np.float64)
    if invalid is not None:
        none = raw == invalid
        if none.any():
            values[none] = np.nan
    return values


def unpacked(values: NDArray[Any], component: Any) -> FloatArray:
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
