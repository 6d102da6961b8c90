"""The reference: the same tables, decoded message by message with fitparse.

Slow and strict, so that every column of the fast reader can be compared with it, and so that
`--reader fitparse` exists.  It keeps what was read before fitparse gave up.
"""

import math
import warnings
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray
from riskfit.readers.fit import dictionary
from riskfit.readers.fit.decoded import DeveloperField

_FIT_EPOCH = datetime(1989, 12, 31)  # fitparse's times are naive and mean UTC


_ESCAPING = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError)


class ReferenceTable:
    """Messages of one type as fitparse decoded them; see `decoded.Table`."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.places: list[int] = []
        self.messages: list[Any] = []
        self.described: dict[tuple[int, int, str], DeveloperField] = {}

    def __len__(self) -> int:
        return len(self.messages)

    def positions(self) -> NDArray[np.int64]:
        """Return the messages' ordinal numbers in the file."""
        return np.array(self.places, dtype=np.int64)

    def times(self) -> FloatArray:
        """Return the time stamps. [s since the FIT epoch]."""
        return self.column(dictionary.TIMESTAMP)

    def has(self, number: int) -> bool:
        """Say whether any message holds this field."""
        return any(_native(message, number) for message in self.messages)

    def column(self, number: int) -> FloatArray:
        """Return a field, as fitparse scaled it, or where it is too new for that as we know it."""
        values = self._each(lambda message: _first(_native(message, number)))
        newer = dictionary.field(self.number, number) is None
        scale = dictionary.scaling(self.number, number)[0] if newer else None
        return values if scale is None else values / scale

    def values(self, number: int) -> list[float]:
        """Return a field as a list."""
        values: list[float] = self.column(number).tolist()
        return values

    def _each(self, value_of: Callable[[Any], float]) -> FloatArray:
        return np.array([value_of(message) for message in self.messages], dtype=np.float64)

    def matrix(self, number: int) -> FloatArray:
        """Return an array field's raw numbers."""
        rows = []
        for message in self.messages:
            # Unpacked components have no definition; only what stands in the file counts here.
            found = [data for data in _native(message, number) if data.field_def is not None]
            raw = found[0].raw_value if found else None
            rows.append([_number(one) for one in (raw if isinstance(raw, tuple) else (raw,))])
        width = max((len(row) for row in rows), default=0)
        padded = [row + [np.nan] * (width - len(row)) for row in rows]
        return np.array(padded, dtype=np.float64).reshape(len(rows), width)

    def strings(self, number: int) -> list[str | None]:
        """Return a text field."""
        texts: list[str | None] = []
        for message in self.messages:
            values = [data.raw_value for data in _native(message, number)]
            text = next((value for value in values if isinstance(value, str)), None)
            texts.append((text.strip() or None) if text else None)
        return texts

    def developer_fields(self) -> list[DeveloperField]:
        """Return the developer fields that a message holds."""
        found: dict[DeveloperField, None] = {}
        for message in self.messages:
            for data in message.fields:
                described = self._described(data)
                if described is not None:
                    found[described] = None
        return list(found)

    def developer_column(self, described: DeveloperField) -> FloatArray:
        """Return a developer field's numbers, scaled as its description says."""

        def value_of(message: Any) -> float:
            found = [data for data in message.fields if self._described(data) == described]
            return _number(_scalar(found[0].raw_value)) if found else float("nan")

        values = self._each(value_of)
        if described.scale:
            values = values / described.scale
        if described.offset:
            values = values - described.offset
        return values

    def _described(self, data: Any) -> DeveloperField | None:
        if getattr(data.field, "field_type", None) != "devfield":
            return None
        name = data.field.name or ""
        return self.described.get((data.field.dev_data_index, data.field.def_num, name.strip()))


def _native(message: Any, number: int) -> list[Any]:
    """Return a field's data: what stands in the file first, then what was unpacked."""
    found = [
        data
        for data in message.fields
        if _number_of(data) == number and getattr(data.field, "field_type", "") != "devfield"
    ]
    return sorted(found, key=lambda data: data.field_def is None)


def _number_of(data: Any) -> int | None:
    if data.field_def is not None:
        return int(data.field_def.def_num)
    return None if data.field is None else int(data.field.def_num)


def _scalar(value: Any) -> Any:
    return value[0] if isinstance(value, tuple) and value else value


def _is_bytes(data: Any) -> bool:
    """Say whether these are bytes without meaning, several of them."""
    base = None if data.field_def is None else data.field_def.base_type
    return base is not None and base.name == "byte" and data.field_def.size > 1


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return float("nan")
    return float(value)


def _first(found: list[Any]) -> float:
    """Return the first value there is; words and dates as the numbers they stand for."""
    for data in found:
        if _is_bytes(data):
            continue
        value = _scalar(data.value)
        if isinstance(value, datetime):
            return (value - _FIT_EPOCH).total_seconds()
        if isinstance(value, bool) or not isinstance(value, int | float):
            value = _scalar(data.raw_value)
        number = _number(value)
        if not math.isnan(number):
            return number
    return float("nan")


def reference_tables(data: bytes) -> list[tuple[dict[int, ReferenceTable], list[str]]]:
    """Decode a file with fitparse.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    list of (tables, notes)
        For each activity of a chain: tables by global message number, and where and why
        fitparse stopped, if it did.
    """
    from fitparse import FitFile

    reading = _Chain()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for message in FitFile(BytesIO(data)).get_messages():
                reading.take(message)
        # fitparse lets errors of many kinds escape on damaged bytes: all mean the same here.
        except (
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            IndexError,
            OverflowError,
        ) as error:
            count = reading.count
            reading.notes[-1].append(f"fitparse stopped after {count} messages: {error}")
    reading.end()
    return list(zip(reading.activities, reading.notes, strict=True))


class _Chain:
    """Sorts messages into tables, and into activities where a file identifies itself anew."""

    def __init__(self) -> None:
        self.activities: list[dict[int, ReferenceTable]] = [{}]
        self.notes: list[list[str]] = [[]]
        self.described: dict[tuple[int, int, str], DeveloperField] = {}
        self.count = 0
        self._pending: dict[int, ReferenceTable] | None = None

    def take(self, message: Any) -> None:
        """Add the next message."""
        number = int(message.mesg_num)
        if number == dictionary.FILE_ID and self.activities[-1]:
            self._pending = {}
        if self._pending is not None and number in {dictionary.RECORD, dictionary.LENGTH}:
            # The new file has records: an activity of its own, if the one before has them too.
            if any(one in self.activities[-1] for one in (dictionary.RECORD, dictionary.LENGTH)):
                self.activities.append({})
                self.notes.append([])
            self._settle()
        into = self.activities[-1] if self._pending is None else self._pending
        table = into.setdefault(number, ReferenceTable(number))
        table.described = self.described
        table.places.append(self.count)
        table.messages.append(message)
        self.count += 1
        if number == dictionary.FIELD_DESCRIPTION:
            _describe(table, self.described)

    def _settle(self) -> None:
        """Put what waited for the first record where it belongs."""
        for number, table in (self._pending or {}).items():
            known = self.activities[-1].setdefault(number, ReferenceTable(number))
            known.described = self.described
            known.places += table.places
            known.messages += table.messages
        self._pending = None

    def end(self) -> None:
        """Settle what is left."""
        self._settle()


def _describe(table: ReferenceTable, described: dict[tuple[int, int, str], DeveloperField]) -> None:
    """Add the newest description message's field."""
    newest = ReferenceTable(table.number)
    newest.places, newest.messages = table.places[-1:], table.messages[-1:]
    index, number, base, scale, offset, native = (
        float(newest.matrix(wanted)[0, 0]) if newest.has(wanted) else float("nan")
        for wanted in (0, 1, 2, 6, 7, 15)
    )
    if math.isnan(index) or math.isnan(number):
        return
    name = newest.strings(3)[0] or ""
    known_as = name or f"unnamed_dev_field_{int(number)}"  # fitparse's name for it
    described[int(index), int(number), known_as] = DeveloperField(
        index=int(index),
        number=int(number),
        name=name,
        units=newest.strings(8)[0] or "",
        native_field=None if math.isnan(native) else int(native),
        base_type=0x0D if math.isnan(base) else int(base),
        scale=None if math.isnan(scale) else scale,
        offset=None if math.isnan(offset) else offset,
    )
