"""Damaged FIT files by seed: recordings and made swims, with clocks that were set meanwhile."""

import random
from collections.abc import Set
from dataclasses import dataclass
from functools import cache

import numpy as np

from riskfit.readers.fit.recover import read_parts
from riskfit.readers.fit.stamps import stamp_offset
from tools.corpus import manifest, path_of
from tools.fit_writer import FitWriter, fit_crc

_DAY_S = 86400
_T0 = 1_120_000_000
_STAMPED = {18, 19, 20, 21, 101}


@dataclass(frozen=True)
class Damaged:
    """A file with bits flipped, its end cut off, or both.

    Attributes
    ----------
    clocks : tuple of tuple of float
        From when to when the whole recording's times reach, by each clock it had.
        [s since the FIT epoch]
    """

    name: str
    whole: bytes
    data: bytes
    kind: str
    clocks: tuple[tuple[float, float], ...]


@cache
def real_files() -> list[tuple[str, bytes]]:
    """Return the recordings of 5 to 60 kB."""
    return [
        (row["path"], path_of(row).read_bytes())
        for row in manifest()
        if row["format"] == "fit"
        and row["file_type"] == "activity"
        and 5_000 <= int(row["bytes"]) <= 60_000
        and int(row["records"]) > 50
    ]


def damage(seed: int) -> Damaged:
    """Return a damaged file: a third had a clock set, a third are swims."""
    chance = random.Random(seed)
    if seed % 3 == 2:
        name, whole = f"swim {seed % 12}", swim(seed % 12)
    else:
        name, whole = chance.choice(real_files())
    if seed % 3 == 1 and "chained" not in name:
        days = chance.choice([30, 60, 120, 400, 2000, 6000])
        kinds = chance.choice([_STAMPED, {20}])
        whole = with_late_date(whole, chance.uniform(0.0, 1.0), days, kinds)
    data = bytearray(whole)
    kind = chance.choice(["cut", "one bit", "bits", "bits and cut"])
    if "bit" in kind:
        for _ in range(1 if kind == "one bit" else chance.randint(2, 12)):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    if "cut" in kind:
        del data[chance.randrange(20, len(data)) :]
    return Damaged(name, whole, bytes(data), kind, _clocks(whole))


def _stamps(data: bytes, kinds: Set[int] = _STAMPED) -> list[tuple[int, str, int]]:
    """Return where the times of a sound file's messages stand, their byte order, and they."""
    found = []
    for part in read_parts(data):
        for layout in part.scanner.layouts.values():
            offset = stamp_offset(layout) if layout.number in kinds else None
            order = "big" if layout.big_endian else "little"
            for place in [] if offset is None else (layout.positions() + offset).tolist():
                found.append((place, order, int.from_bytes(data[place : place + 4], order)))
    return sorted(one for one in found if one[2] != 0xFFFFFFFF)


@cache
def _clocks(whole: bytes) -> tuple[tuple[float, float], ...]:
    times = np.array([one[2] for one in _stamps(whole)], dtype=float)
    clocks = np.split(np.sort(times), np.flatnonzero(np.diff(np.sort(times)) > 5 * _DAY_S) + 1)
    return tuple((float(one[0]), float(one[-1])) for one in clocks)


def with_late_date(whole: bytes, share: float, days: int, kinds: Set[int] = _STAMPED) -> bytes:
    """Return a sound file whose device was some days early for this share of its stamps.

    Of messages of other kinds than these the times stay: the device mended them itself.
    """
    changed = bytearray(whole)
    stamps = _stamps(whole, kinds)
    for place, order, time in stamps[: round(share * len(stamps))]:
        changed[place : place + 4] = (time - days * _DAY_S).to_bytes(4, order)
    end = changed[0] + int.from_bytes(changed[4:8], "little")
    if end + 2 == len(changed):
        changed[end:] = fit_crc(bytes(changed[:end])).to_bytes(2, "little")
    return bytes(changed)


@cache
def swim(number: int) -> bytes:
    """Return a pool swim of 120 lengths, its records and session in one of twelve ways.

    Records there are none, one at each wall, or one each second; the lengths stand among them or
    behind; a session and the lengths' own starts stand there or do not.
    """
    records, behind = number % 3, number % 2
    chance = np.random.RandomState(number)
    took = chance.randint(25, 45, 120)
    starts = _T0 + np.concatenate([[0], np.cumsum(took)[:-1]])
    made = FitWriter()
    made.add("file_id", type=4, manufacturer=1, product=3113, time_created=_T0)
    made.add("event", timestamp=_T0, event=0, event_type=0)
    for row, (start, seconds) in enumerate(zip(starts.tolist(), took.tolist(), strict=True)):
        end = start + seconds
        if records:
            times = np.arange(start + 1, end + 1) if records == 2 else np.array([end])
            made.add_rows("record", timestamp=times, heart_rate=120 + row % 30)
        if not behind:
            _add_length(made, start, seconds, row)
    if behind:
        for row, (start, seconds) in enumerate(zip(starts.tolist(), took.tolist(), strict=True)):
            _add_length(made, start, seconds, row)
    end = int(starts[-1] + took[-1])
    made.add("event", timestamp=end, event=0, event_type=4)
    if number < 9:
        made.add(
            "session",
            timestamp=end,
            start_time=_T0,
            total_elapsed_time=float(took.sum()),
            total_distance=25.0 * 108,
            sport=5,
            sub_sport=17,
            pool_length=25.0,
        )
    return made.finish()


def _add_length(made: FitWriter, start: int, seconds: int, row: int) -> None:
    active = row % 10 != 9
    made.add(
        "length",
        timestamp=start + seconds,
        start_time=start,
        total_elapsed_time=float(seconds),
        total_timer_time=float(seconds),
        avg_speed=25.0 / seconds if active else np.nan,
        length_type=int(active),
    )
