"""From a file's bytes to tables: headers, chained parts, developer fields, the clock.

A FIT file may hold several files one after the other.  Each becomes a `Part`; what could not be
read is said in its notes, with the byte where it lies.
"""

import math
import struct
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from riskfit._common import FloatArray
from riskfit.readers.fit import dictionary
from riskfit.readers.fit.columns import ColumnTable
from riskfit.readers.fit.decoded import DeveloperField
from riskfit.readers.fit.layouts import Layout
from riskfit.readers.fit.scan import Scanner


@dataclass(slots=True, eq=False)
class Part:
    """One file of a chain: its scanner and what happened on the way."""

    scanner: Scanner
    start: int
    end: int
    notes: list[str] = field(default_factory=list)
    damaged: bool = False
    _tables: dict[int, ColumnTable] | None = None

    def tables(self) -> dict[int, ColumnTable]:
        """Return the tables of this file alone."""
        if self._tables is None:
            self._tables = _make_tables(self.scanner.data, [self.scanner])
        return self._tables

    def forget_tables(self) -> None:
        """Drop the tables: messages were added or taken away."""
        self._tables = None


def tables_of(parts: list[Part]) -> dict[int, ColumnTable]:
    """Return the tables of these parts together, by message number."""
    if len(parts) == 1:
        return parts[0].tables()
    scanners = [part.scanner for part in parts]
    return _make_tables(scanners[0].data, scanners) if scanners else {}


def _make_tables(data: bytes, scanners: list[Scanner]) -> dict[int, ColumnTable]:
    layouts: dict[int, list[Layout]] = {}
    clock: dict[int, FloatArray] = {}
    for scanner in scanners:
        used = [one for one in scanner.layouts.values() if one.used]
        for layout in used:
            layouts.setdefault(layout.number, []).append(layout)
        if any(layout.compressed for layout in used):
            clock.update(_compressed_clock(used, data))
    descriptions = layouts.get(dictionary.FIELD_DESCRIPTION)
    described = _descriptions(data, descriptions) if descriptions else {}
    return {
        number: ColumnTable(
            number, data, found, described, _joined_clock(data, found, clock) if clock else None
        )
        for number, found in layouts.items()
    }


def _descriptions(
    data: bytes, layouts: list[Layout]
) -> dict[tuple[int, int], list[tuple[int, DeveloperField]]]:
    """Return the developer fields by index and number, each with the offset where it is."""
    owners = {place: layout for layout in layouts for place in layout.places()}
    places = sorted(owners)
    messages = tuple((owners[at].definition, data[at : at + owners[at].size]) for at in places)
    found: dict[tuple[int, int], list[tuple[int, DeveloperField]]] = {}
    for place, described in zip(places, _described_by(messages), strict=True):
        if described is not None:
            found.setdefault((described.index, described.number), []).append((place, described))
    return found


# Apps write the same descriptions into each file.
@lru_cache(maxsize=1 << 8)
def _described_by(messages: tuple[tuple[bytes, bytes], ...]) -> tuple[DeveloperField | None, ...]:
    """Return what each of these says; a message is given with its definition."""
    layouts: dict[bytes, Layout] = {}
    at = 0
    for definition, message in messages:
        if definition not in layouts:
            layouts[definition] = Scanner.layout_of(definition, 0)
        layouts[definition].singles.append(at)
        at += len(message)
    data = b"".join(message for _, message in messages)
    table = ColumnTable(dictionary.FIELD_DESCRIPTION, data, list(layouts.values()))
    numbers = (
        [None if math.isnan(value) else value for value in table.values(wanted)]
        for wanted in (0, 1, 2, 6, 7, 15)
    )
    rows = zip(*numbers, table.strings(3), table.strings(8), strict=True)
    return tuple(_description(*row) for row in rows)


def _description(
    index: float | None,
    number: float | None,
    base: float | None,
    scale: float | None,
    offset: float | None,
    native: float | None,
    name: str | None,
    units: str | None,
) -> DeveloperField | None:
    if index is None or number is None:
        return None
    return DeveloperField(
        index=int(index),
        number=int(number),
        name=name or "",
        units=units or "",
        native_field=None if native is None else int(native),
        base_type=0x0D if base is None else int(base),
        scale=scale,
        offset=offset,
    )


def _compressed_clock(layouts: list[Layout], data: bytes) -> dict[int, FloatArray]:
    """Return the times of each layout's messages, by identity, where headers hold seconds.

    Such a header gives the last five bits of the time; they run on from the last full time stamp
    of any message before it.
    """
    places = [layout.positions() for layout in layouts]
    full_stamps = [
        ColumnTable(layout.number, data, [layout]).column(dictionary.TIMESTAMP)
        for layout in layouts
    ]
    order = np.argsort(np.concatenate(places), kind="stable")
    full = np.concatenate(full_stamps)[order]
    head = np.frombuffer(data, dtype=np.uint8)[np.concatenate(places)[order]].astype(np.int64)
    clock = _roll_on(full, np.where(head & 0x80, head & 0x1F, -1))
    result = np.empty(len(full))
    result[order] = clock
    pieces = np.split(result, np.cumsum([len(place) for place in places])[:-1])
    return {id(layout): piece for layout, piece in zip(layouts, pieces, strict=True)}


def _roll_on(full: FloatArray, bits: NDArray[np.int64]) -> FloatArray:
    """Return times from full stamps (nan where none) and five-bit ones (-1 where none)."""
    stamped, counts = ~np.isnan(full), bits >= 0
    clock = np.full(len(full), np.nan)
    active = np.flatnonzero(stamped | counts)
    if not len(active):
        return clock
    low = np.where(stamped, full % 32, bits)[active]
    steps = np.diff(low, prepend=low[0]) % 32
    steps[stamped[active]] = 0.0
    since = np.cumsum(steps)
    latest = np.maximum.accumulate(np.where(stamped[active], np.arange(len(active)), -1))
    base = np.where(latest >= 0, full[active][latest] - since[latest], np.nan)
    clock[active] = base + since
    # Where one message has both, the full stamp sets the clock and the bits move it.
    both = stamped & counts
    clock[both] = full[both] + (bits[both] - full[both]) % 32
    return clock


def _joined_clock(
    data: bytes, layouts: list[Layout], clock: dict[int, FloatArray]
) -> FloatArray | None:
    """Return one table's times in file order, None where the time stamps are all there is."""
    if not any(id(layout) in clock for layout in layouts):
        return None
    times = [
        clock[id(layout)]
        if id(layout) in clock
        else ColumnTable(layout.number, data, [layout]).column(dictionary.TIMESTAMP)
        for layout in layouts
    ]
    places = np.concatenate([layout.positions() for layout in layouts])
    return np.concatenate(times)[np.argsort(places, kind="stable")]


class Header(Struct, frozen=True):
    """A file header: where its messages begin and where it says they end. [byte]."""

    at: int
    start: int
    end: int
    signed: bool = True


def read_header(data: bytes, at: int) -> Header | None:
    """Return the file header at this byte, None where there is none."""
    if len(data) < at + 12 or data[at + 8 : at + 12] != b".FIT":
        return None
    size = data[at]
    if size not in (12, 14) or not _is_definition(data, at + size):
        sizes = [one for one in (14, 12, size) if _is_definition(data, at + one)]
        size = sizes[0] if sizes else (size if size in (12, 14) else 14)
    declared = struct.unpack_from("<I", data, at + 4)[0]
    return Header(at, at + size, at + size + declared)


def _is_definition(data: bytes, at: int) -> bool:
    return len(data) > at + 2 and data[at] & 0xC0 == 0x40 and data[at + 1] == 0 and data[at + 2] < 2
