"""From a file's bytes to tables: headers, chained parts, developer fields, the clock.

A FIT file may hold several files one after the other.  Each becomes a `Part`; what could not be
read is said in its notes, with the byte where it lies.
"""

import struct
from dataclasses import dataclass, field

import numpy as np

from riskfit.readers.fit import profile
from riskfit.readers.fit.columns import Block, ColumnTable
from riskfit.readers.fit.scan import Layout, Scanner
from riskfit.readers.fit.tables import DeveloperField, FloatArray


@dataclass(slots=True, eq=False)
class Part:
    """One file of a chain: its scanner and what happened on the way."""

    scanner: Scanner
    start: int
    end: int
    notes: list[str] = field(default_factory=list)
    damaged: bool = False

    def layouts(self) -> list[Layout]:
        """Return the layouts that have messages."""
        return [layout for layout in self.scanner.layouts.values() if layout.count]


def tables_of(parts: list[Part]) -> dict[int, ColumnTable]:
    """Return the tables of these parts together, by message number."""
    blocks: dict[int, list[Block]] = {}
    clock: dict[int, FloatArray] = {}
    for part in parts:
        layouts = part.layouts()
        described = _descriptions(layouts, part.scanner.data)
        for layout in layouts:
            block = Block(part.scanner.data, layout, described)
            blocks.setdefault(layout.number, []).append(block)
        if any(layout.compressed for layout in layouts):
            clock.update(_compressed_clock(layouts, part.scanner.data))
    if clock:
        return {
            n: ColumnTable(n, found, _joined_clock(found, clock)) for n, found in blocks.items()
        }
    return {number: ColumnTable(number, found) for number, found in blocks.items()}


def _descriptions(layouts: list[Layout], data: bytes) -> list[tuple[int, DeveloperField]]:
    """Return the developer fields that are described, each with the offset where it is."""
    blocks = [Block(data, one) for one in layouts if one.number == profile.FIELD_DESCRIPTION]
    table = ColumnTable(profile.FIELD_DESCRIPTION, blocks)
    if not len(table):
        return []
    index, number, base, scale, offset, native = (
        table.column(wanted).tolist() for wanted in (0, 1, 2, 6, 7, 15)
    )
    names, units = table.strings(3), table.strings(8)
    found = []
    for row, place in enumerate(table.positions().tolist()):
        if index[row] != index[row] or number[row] != number[row]:
            continue
        found.append(
            (
                place,
                DeveloperField(
                    index=int(index[row]),
                    number=int(number[row]),
                    name=names[row] or "",
                    units=units[row] or "",
                    native_field=None if native[row] != native[row] else int(native[row]),
                    base_type=int(base[row]) if base[row] == base[row] else 0x0D,
                    scale=scale[row] if scale[row] == scale[row] else None,
                    offset=offset[row] if offset[row] == offset[row] else None,
                ),
            )
        )
    return found


def _compressed_clock(layouts: list[Layout], data: bytes) -> dict[int, FloatArray]:
    """Return the times of each layout's messages, by identity, where headers hold seconds.

    Such a header gives the last five bits of the time; they run on from the last full time stamp
    of any message before it.
    """
    places, times, packed = [], [], []
    for layout in layouts:
        block = Block(data, layout)
        slot = layout.slot(profile.TIMESTAMP)
        own = np.full(len(block), np.nan)
        if slot is not None:
            declared = profile.declared_type(layout.number, profile.TIMESTAMP)
            own = block.numbers(slot, block.form(slot, declared))
        head = block.raw(0, "u1").astype(np.int64)
        places.append(layout.positions())
        times.append(own)
        packed.append(np.where(head & 0x80, head & 0x1F, -1))
    order = np.argsort(np.concatenate(places), kind="stable")
    full = np.concatenate(times)[order]
    bits = np.concatenate(packed)[order].astype(np.float64)
    stamped = ~np.isnan(full)
    counts = bits >= 0
    # Where both stand in one message the full stamp sets the clock first, then the bits move it.
    low = np.where(stamped, full % 32, np.where(counts, bits, np.nan))
    active = np.flatnonzero(stamped | counts)
    clock = np.full(len(full), np.nan)
    if len(active):
        steps = np.diff(low[active], prepend=0.0) % 32
        steps[stamped[active]] = 0.0
        since = np.cumsum(steps)
        group = np.maximum.accumulate(np.where(stamped[active], np.arange(len(active)), -1))
        started = group >= 0
        base = np.where(started, full[active][group] - since[group], np.nan)
        clock[active] = base + since
    both = stamped & counts
    clock[both] = full[both] + (bits[both] - full[both]) % 32
    result = np.empty(len(full))
    result[order] = clock
    pieces = np.split(result, np.cumsum([len(place) for place in places])[:-1])
    return {id(layout): piece for layout, piece in zip(layouts, pieces, strict=True)}


def _joined_clock(blocks: list[Block], clock: dict[int, FloatArray]) -> FloatArray:
    """Return one table's times in file order."""
    places = np.concatenate([block.layout.positions() for block in blocks])
    times = []
    for block in blocks:
        known = clock.get(id(block.layout))
        if known is None:
            known = ColumnTable(block.layout.number, [block]).column(profile.TIMESTAMP)
        times.append(known)
    return np.concatenate(times)[np.argsort(places, kind="stable")]


def file_word(data: bytes) -> str | None:
    """Return the file type of a FIT file's first message in FIT's word, quickly.

    Parameters
    ----------
    data : bytes
        The file, or its first bytes (100 are enough for most).

    Returns
    -------
    str or None
        ``"activity"``, ``"workout"``, ``"course"``, ``"monitoring_b"`` ...; None where the
        first message does not say.
    """
    header = read_header(data, 0)
    if header is None:
        return None
    scanner, position = Scanner(data), header.start
    for _ in range(4):
        layouts = [one for one in scanner.layouts.values() if one.number == profile.FILE_ID]
        slot = layouts[0].slot(0) if layouts else None
        head = data[position] if position < len(data) else 0x40
        if slot is not None and scanner.local(head) is layouts[0] and head & 0xC0 != 0x40:
            at = position + slot.offset
            return profile.word("file", data[at]) if at < len(data) and data[at] != 0xFF else None
        position, why = scanner.step(position, len(data))
        if why is not None:
            return None
    return None


@dataclass(frozen=True, slots=True)
class Header:
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
