"""The reference: the same tables, decoded message by message with fitparse.

Slow and strict, so that every column of the fast reader can be compared with it, and so that
`--reader fitparse` exists.  It keeps what was read before fitparse gave up.
"""

import warnings
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskfit.readers.fit import profile
from riskfit.readers.fit.tables import DeveloperField, FloatArray

_FIT_EPOCH = datetime(1989, 12, 31)  # fitparse's times are naive and mean UTC


class ReferenceTable:
    """Messages of one type as fitparse decoded them; see `tables.Table`."""

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
        return self.column(profile.TIMESTAMP)

    def has(self, number: int) -> bool:
        """Say whether any message holds this field."""
        return any(_native(message, number) for message in self.messages)

    def column(self, number: int) -> FloatArray:
        """Return a field, as fitparse scaled it."""
        return self._each(lambda message: _first(_native(message, number)))

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
        if number == number:
            return number
    return float("nan")


def reference_tables(data: bytes) -> tuple[dict[int, ReferenceTable], list[str]]:
    """Decode a file with fitparse.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    tables : dict of int to ReferenceTable
        By global message number.
    notes : list of str
        Where and why fitparse stopped, if it did.
    """
    from fitparse import FitFile

    tables: dict[int, ReferenceTable] = {}
    described: dict[tuple[int, int, str], DeveloperField] = {}
    notes: list[str] = []
    place = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for message in FitFile(BytesIO(data)).get_messages():
                number = int(message.mesg_num)
                table = tables.setdefault(number, ReferenceTable(number))
                table.described = described
                table.places.append(place)
                table.messages.append(message)
                place += 1
                if number == profile.FIELD_DESCRIPTION:
                    _describe(table, described)
        # fitparse lets errors of many kinds escape on damaged bytes: all mean the same here.
        except (
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            IndexError,
            OverflowError,
        ) as error:
            notes.append(f"fitparse stopped after {place} messages: {error}")
    return tables, notes


def _describe(table: ReferenceTable, described: dict[tuple[int, int, str], DeveloperField]) -> None:
    """Add the newest description message's field."""
    newest = ReferenceTable(table.number)
    newest.places, newest.messages = table.places[-1:], table.messages[-1:]
    index, number, base, scale, offset, native = (
        float(newest.matrix(wanted)[0, 0]) if newest.has(wanted) else float("nan")
        for wanted in (0, 1, 2, 6, 7, 15)
    )
    if index != index or number != number:
        return
    name = newest.strings(3)[0] or ""
    known_as = name or f"unnamed_dev_field_{int(number)}"  # fitparse's name for it
    described[int(index), int(number), known_as] = DeveloperField(
        index=int(index),
        number=int(number),
        name=name,
        units=newest.strings(8)[0] or "",
        native_field=None if native != native else int(native),
        base_type=int(base) if base == base else 0x0D,
        scale=scale if scale == scale else None,
        offset=offset if offset == offset else None,
    )
