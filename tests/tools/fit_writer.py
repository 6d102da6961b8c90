"""A small FIT encoder: clean, odd and damaged files for the tests.

Two levels.  ``define`` and ``message`` / ``rows`` write exactly the bytes they are told, sizes
and undefined local types included; ``add`` and ``add_rows`` take a message's name and values in
plain units, and define what they need.  ``finish`` puts header and CRC round it, wrong ones on
request.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tools.fit_messages import MESSAGES

FIT_EPOCH_S = 631_065_600  # 1989-12-31T00:00:00Z as POSIX time

#: base type -> (byte in the definition, numpy code, invalid value)
BASE_TYPES: dict[str, tuple[int, str, int]] = {
    "enum": (0x00, "u1", 0xFF),
    "sint8": (0x01, "i1", 0x7F),
    "uint8": (0x02, "u1", 0xFF),
    "sint16": (0x83, "i2", 0x7FFF),
    "uint16": (0x84, "u2", 0xFFFF),
    "sint32": (0x85, "i4", 0x7FFFFFFF),
    "uint32": (0x86, "u4", 0xFFFFFFFF),
    "string": (0x07, "S", 0),
    "float32": (0x88, "f4", 0xFFFFFFFF),
    "float64": (0x89, "f8", 0xFFFFFFFFFFFFFFFF),
    "uint8z": (0x0A, "u1", 0),
    "uint16z": (0x8B, "u2", 0),
    "uint32z": (0x8C, "u4", 0),
    "byte": (0x0D, "u1", 0xFF),
    "sint64": (0x8E, "i8", 0x7FFFFFFFFFFFFFFF),
    "uint64": (0x8F, "u8", 0xFFFFFFFFFFFFFFFF),
    "uint64z": (0x90, "u8", 0),
}

FieldSpec = tuple[int, str] | tuple[int, str, int]


def fit_time(moment: datetime) -> int:
    """Return an aware time as FIT counts it. [s since 1989-12-31]"""
    return round(moment.timestamp()) - FIT_EPOCH_S


def semicircles(degrees: ArrayLike) -> NDArray[np.float64]:
    """Return degrees as FIT stores positions (still float, nan kept)."""
    return np.rint(np.asarray(degrees, dtype=float) * (2**31 / 180))


def _crc_tables() -> tuple[list[int], list[int]]:
    one = np.arange(256)
    for _ in range(8):
        one = (one >> 1) ^ (0xA001 * (one & 1))
    pair = np.arange(65536)
    for _ in range(2):
        pair = (pair >> 8) ^ one[pair & 0xFF]
    return one.tolist(), pair.tolist()


_CRC_BYTE, _CRC_PAIR = _crc_tables()


def fit_crc(data: bytes, crc: int = 0) -> int:
    """Return the FIT CRC-16 of the bytes, two bytes a step."""
    even = len(data) & ~1
    table = _CRC_PAIR
    for word in np.frombuffer(data[:even], dtype="<u2").tolist():
        crc = table[crc ^ word]
    for byte in data[even:]:
        crc = (crc >> 8) ^ _CRC_BYTE[(crc ^ byte) & 0xFF]
    return crc


class _Layout:
    """What a definition message promised: the dtype of a row and how to fill it."""

    def __init__(self, fields: list[tuple[str, int]], big_endian: bool) -> None:
        self.bases = [base for base, _ in fields]
        order = ">" if big_endian else "<"
        columns: list[tuple[Any, ...]] = [("header", "u1")]
        for position, (base, size) in enumerate(fields):
            code = BASE_TYPES[base][1]
            width = 1 if code == "S" else int(code[1])
            if code == "S" or size % width:
                # a size that is no multiple of the type: the bytes are given as they shall be
                columns.append((f"f{position}", f"S{size}"))
            else:
                shape = () if size == width else (size // width,)
                columns.append((f"f{position}", order + code, shape))
        self.dtype = np.dtype(columns)

    def rows(self, header: ArrayLike, columns: Sequence[Any], count: int) -> NDArray[np.void]:
        table = np.zeros(count, dtype=self.dtype)
        table["header"] = header
        for position, (base, values) in enumerate(zip(self.bases, columns, strict=True)):
            _fill(table[f"f{position}"], base, values)
        return table


def _fill(target: NDArray[Any], base: str, values: Any) -> None:
    if target.dtype.kind == "S":
        target[...] = values.encode() if isinstance(values, str) else (values or b"")
        return
    _, code, invalid = BASE_TYPES[base]
    if values is None:
        _bits(target, code)[...] = invalid
        return
    column = np.asarray(values)
    if column.dtype.kind != "f":
        target[...] = column
    elif code[0] == "f":
        target[...] = column
        _bits(target, code)[np.isnan(target)] = invalid
    else:
        bad = np.isnan(column)
        if bad.any():
            # assigned apart, as a 64-bit invalid value does not fit in a float
            whole = np.where(bad, 0, np.rint(column)).astype(target.dtype)
            target[...] = np.where(bad, np.array(invalid, dtype=target.dtype), whole)
        else:
            target[...] = np.rint(column)


def _bits(target: NDArray[Any], code: str) -> NDArray[Any]:
    """Return the column as unsigned integers of the same bytes where it holds floats."""
    return target.view(target.dtype.byteorder + f"u{code[1]}") if code[0] == "f" else target


class FitWriter:
    """Collects messages; ``finish`` makes the file."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._layouts: dict[int, _Layout] = {}
        self._slots: dict[Any, int] = {}

    # -- exactly these bytes -------------------------------------------------------------

    def raw(self, data: bytes) -> None:
        """Append bytes as they are."""
        self._parts.append(data)

    def define(
        self,
        local: int,
        number: int,
        fields: Iterable[FieldSpec],
        developer: Iterable[tuple[int, str, int] | tuple[int, str, int, int]] = (),
        *,
        big_endian: bool = False,
    ) -> None:
        """Write a definition message.

        ``fields`` are (field number, base type[, size in bytes]), ``developer`` (field number,
        base type, developer data index[, size]); a size may be any number, the right one or not.
        """
        self._slots = {key: slot for key, slot in self._slots.items() if slot != local}
        plain = [(n, base, *(size or [_width(base)])) for n, base, *size in fields]
        foreign = [
            (n, base, index, *(size or [_width(base)])) for n, base, index, *size in developer
        ]
        head = bytes([0x40 | (0x20 if foreign else 0) | local, 0, int(big_endian)])
        out = head + number.to_bytes(2, "big" if big_endian else "little") + bytes([len(plain)])
        out += b"".join(bytes([n, size, BASE_TYPES[base][0]]) for n, base, size in plain)
        if foreign:
            out += bytes([len(foreign)])
            out += b"".join(bytes([n, size, index]) for n, _, index, size in foreign)
        self.raw(out)
        sizes = [(base, size) for _, base, size in plain] + [
            (base, size) for _, base, _, size in foreign
        ]
        self._layouts[local] = _Layout(sizes, big_endian)

    def message(self, local: int, *values: Any, compressed_s: int | None = None) -> None:
        """Write one data message of raw values in the order of its definition.

        None is the invalid value, a tuple an array, bytes what a string or a field of a wrong
        size holds.  ``compressed_s`` gives it a compressed timestamp header of that time.
        """
        self.rows(local, values, count=1, compressed_s=compressed_s)

    def rows(
        self,
        local: int,
        columns: Sequence[Any],
        *,
        count: int | None = None,
        compressed_s: ArrayLike | None = None,
    ) -> None:
        """Write many data messages at once, one array of raw values a field; nan is invalid."""
        self.raw(self._table(local, columns, count, compressed_s).tobytes())

    def alternate(self, *groups: tuple[int, Sequence[Any]]) -> None:
        """Write messages of several local types in turn: a b a b ...

        Each group is (local, columns) as ``rows`` takes them.
        """
        tables = [self._table(local, columns, None, None) for local, columns in groups]
        blocks = [table.view("u1").reshape(len(table), -1) for table in tables]
        self.raw(np.hstack(blocks).tobytes())

    def _table(
        self, local: int, columns: Sequence[Any], count: int | None, compressed_s: ArrayLike | None
    ) -> NDArray[np.void]:
        if count is None:
            count = max(len(column) for column in columns if isinstance(column, np.ndarray))
        header: ArrayLike = local
        if compressed_s is not None:
            header = 0x80 | (local & 3) << 5 | (np.asarray(compressed_s, dtype=np.int64) & 31)
        return self._layouts[local].rows(header, columns, count)

    # -- by name and in plain units ------------------------------------------------------

    def add(self, name: str, *, local: int | None = None, **values: Any) -> None:
        """Write one message by name, e.g. ``add("lap", total_distance=1000.0)``."""
        self.add_rows(name, local=local, count=1, **values)

    def add_rows(self, name: str, **columns: Any) -> None:
        """Write many messages by name; arguments as for ``table``."""
        self.raw(self.table(name, **columns).tobytes())

    def table(
        self,
        name: str,
        *,
        local: int | None = None,
        count: int | None = None,
        big_endian: bool = False,
        developer: Mapping[tuple[int, str, int], Any] | None = None,
        **columns: Any,
    ) -> NDArray[np.void]:
        """Return messages by name, defined but not yet written: slices of it go to ``raw``.

        One array (or one value for all) a field, in plain units, nan is invalid;
        ``developer`` maps (field number, base type, developer data index) to raw values.
        """
        number, known = MESSAGES[name]
        specs: list[FieldSpec] = []
        raw: list[Any] = []
        for field, value in columns.items():
            field_number, base, scale, offset = known[field]
            scaled = _scaled(value, base, scale, offset)
            specs.append((field_number, base, _size(scaled, base)))
            raw.append(scaled)
        extra = developer or {}
        slot = self._slot((number, tuple(specs), tuple(extra), big_endian), local)
        return self._table(slot, [*raw, *extra.values()], count, None)

    def _slot(self, key: tuple[Any, ...], local: int | None) -> int:
        """Return the local type that holds this layout, defining it where none does."""
        slot = self._slots.get(key)
        if slot is not None and local in (None, slot):
            return slot
        if local is None:
            free = [n for n in range(16) if n not in self._layouts]
            local = free[0] if free else next(iter(self._slots.values()), 0)
        number, specs, developer, big_endian = key
        self.define(local, number, specs, developer, big_endian=big_endian)
        self._slots[key] = local
        return local

    def add_developer_field(
        self, number: int, base: str, name: str, units: str, *, index: int = 0, **more: int
    ) -> None:
        """Describe a developer field (``native_mesg_num=``, ``native_field_num=`` in ``more``)."""
        self.add("developer_data_id", application_id=bytes(range(16)), developer_data_index=index)
        self.add(
            "field_description",
            developer_data_index=index,
            field_definition_number=number,
            fit_base_type_id=BASE_TYPES[base][0],
            field_name=name,
            units=units,
            **more,
        )

    def add_heart_rates(self, start_s: int, beats_s: ArrayLike, bpm: ArrayLike) -> None:
        """Write ``hr`` messages as swim straps do: one anchor, then eight beats a message."""
        ticks = np.rint(np.asarray(beats_s, dtype=float) * 1024).astype(np.int64)
        rates = np.asarray(bpm, dtype=np.int64)
        self.add(
            "hr",
            timestamp=start_s,
            fractional_timestamp=0.0,
            event_timestamp=float(ticks[0] / 1024),
            filtered_bpm=int(rates[0]),
        )
        whole = 1 + (len(ticks) - 1) // 8 * 8
        low, high = (ticks[1:whole].reshape(-1, 4, 2) & 0xFFF).transpose(2, 0, 1)
        packed = np.stack([low & 0xFF, low >> 8 | (high & 0xF) << 4, high >> 4], axis=-1)
        columns = {
            "filtered_bpm": rates[1:whole].reshape(-1, 8),
            "event_timestamp_12": packed.reshape(-1, 12),
        }
        if whole > 1:
            self.add_rows("hr", **columns)

    # -- the file ------------------------------------------------------------------------

    def finish(
        self,
        *,
        header_size: int = 14,
        data_size: int | None = None,
        header_crc: bool | int = True,
        crc: bool | int = True,
        protocol: int = 0x20,
        profile: int = 2132,
        signature: bytes = b".FIT",
    ) -> bytes:
        """Return header, messages and CRC.

        ``crc`` and ``header_crc`` are True (right), False (left out; 0 in the header) or a
        number to write instead; ``data_size`` may lie.
        """
        body = b"".join(self._parts)
        size = len(body) if data_size is None else data_size
        head = bytes([header_size, protocol]) + profile.to_bytes(2, "little")
        head += size.to_bytes(4, "little") + signature
        if header_size >= 14:
            check = fit_crc(head) if header_crc is True else int(header_crc)
            head += check.to_bytes(2, "little") + bytes(header_size - 14)
        whole = head + body
        if crc is False:
            return whole
        return whole + (fit_crc(whole) if crc is True else crc).to_bytes(2, "little")


def _width(base: str) -> int:
    code = BASE_TYPES[base][1]
    return 1 if code == "S" else int(code[1])


def _size(value: Any, base: str) -> int:
    """Return the bytes a field needs: one value, a string, or an array of values."""
    if base == "string":
        return len(value) + 1
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, tuple):
        return len(value) * _width(base)
    if isinstance(value, np.ndarray) and value.ndim == 2:
        return value.shape[1] * _width(base)
    return _width(base)


def _scaled(value: Any, base: str, scale: float, offset: float) -> Any:
    """Return a value in plain units as the number the file stores."""
    if base == "string":
        return value.encode() if isinstance(value, str) else value
    if isinstance(value, bytes):
        return tuple(value)
    if value is None or (scale == 1 and offset == 0):
        return value
    if isinstance(value, tuple):
        return tuple(_scaled(part, base, scale, offset) for part in value)
    return (np.asarray(value, dtype=float) + offset) * scale
