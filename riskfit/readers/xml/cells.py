"""Numbers and times as text, whole columns at once where they are regular.

Two ways lead from text to numbers: ``parse_*_cells`` work on cells of a byte buffer and answer
None as soon as one of them is unusual; ``parse_*_texts`` take any text one by one.  Both give
the same doubles.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray

LongArray = NDArray[np.int64]
ByteArray = NDArray[np.uint8]

#: Stands for "no usable time" in a column of times. [µs]
NO_TIME = int(np.iinfo(np.int64).min)
#: Begin of GPS time, 1980-01-06. Earlier ones are overflows (1901-12-13 is the lowest 32-bit
#: clock) or clocks never set (1970-01-01), not sessions. [µs]
EARLIEST_US = 315_964_800_000_000
#: Offset from UTC that times state [s], None for none -> how many do.
Offsets = dict[int | None, int]
#: Longest number or time the fast way takes; parsers pad their buffers by this much. [bytes]
WIDEST_CELL = 40
#: A mantissa of 15 digits and a power of ten up to 22 are exact doubles, so one division
#: rounds correctly (Clinger 1990, "How to read floating point numbers accurately").
_EXACT_DIGITS = 15
_POWERS = np.array([float(10**power) for power in range(_EXACT_DIGITS + 2)])
_ORDINAL_1970 = datetime(1970, 1, 1, tzinfo=UTC).toordinal()
_DAY_US = 86_400_000_000
#: Where the digits stand in YYYY-MM-DDTHH:MM:SS, and what stands between them.
_TIME_DIGITS = {"year": 0, "month": 5, "day": 8, "hour": 11, "minute": 14, "second": 17}
_TIME_MARKS = {4: b"-", 7: b"-", 10: b"T", 13: b":", 16: b":"}


def _cells(padded: ByteArray, starts: LongArray, width: int) -> ByteArray:
    """Return ``width`` bytes from each start as rows."""
    windows = np.lib.stride_tricks.as_strided(
        padded, shape=(len(padded) - width + 1, width), strides=(1, 1), writeable=False
    )
    picked: ByteArray = windows[starts]
    return picked


def parse_number_cells(
    padded: ByteArray, starts: LongArray, lengths: LongArray
) -> FloatArray | None:
    """Return the numbers in cells of a buffer, or None where one of them is unusual.

    Parameters
    ----------
    padded : ndarray
        Bytes, with at least `WIDEST_CELL` bytes behind the last cell.
    starts, lengths : ndarray
        Where each cell begins and how long it is. [bytes]

    Returns
    -------
    ndarray or None
        Finite doubles, correctly rounded.

    References
    ----------
    Clinger W.D. (1990), How to read floating point numbers accurately, PLDI '90,
    doi:10.1145/93542.93557 (the exact case: one division of two exact doubles).
    """
    if len(starts) == 0:
        return np.empty(0)
    width = int(lengths.max())
    if width > WIDEST_CELL or int(lengths.min()) < 1:
        return None
    columns = padded[starts + np.arange(width)[:, None]]
    numbers = _short_decimals(columns, lengths)
    if numbers is None:
        columns[np.arange(width)[:, None] >= lengths] = 0
        numbers = _long_decimals(np.ascontiguousarray(columns.T))
    return numbers


def _short_decimals(columns: ByteArray, lengths: LongArray) -> FloatArray | None:
    """Return plain decimals of up to 15 digits, or None; a row of ``columns`` is a place."""
    width = len(columns)
    if width > _EXACT_DIGITS + 2:
        return None
    digits = columns - np.uint8(ord("0"))  # wraps round for bytes below "0"
    is_digit, is_point = digits < 10, columns == ord(".")
    negative = columns[0] == ord("-")
    usual = is_digit | is_point
    usual[0] |= negative
    if int(lengths.min()) < width:
        behind = np.arange(width)[:, None] >= lengths
        usual |= behind
        is_digit &= ~behind
        is_point &= ~behind
    points, known = _column_sums(is_point), _column_sums(is_digit)
    if not usual.all() or int(points.max()) > 1:
        return None
    if int(known.min()) < 1 or int(known.max()) > _EXACT_DIGITS:
        return None
    mantissa = np.zeros(columns.shape[1])
    for digit, real in zip(digits, is_digit, strict=True):
        longer = mantissa * 10.0 + digit
        mantissa = longer if real.all() else np.where(real, longer, mantissa)
    place = _column_sums(is_point * np.arange(width, dtype=np.uint8)[:, None])
    value: FloatArray = mantissa / _POWERS[(lengths - 1 - place) * points]
    return np.where(negative, -value, value)


def _column_sums(table: NDArray[np.bool_] | ByteArray) -> ByteArray:
    """Add up small numbers."""
    sums: ByteArray = np.add.reduce(table.view(np.uint8), axis=0, dtype=np.uint8)
    return sums


def _long_decimals(rows: ByteArray) -> FloatArray | None:
    """Return decimals of any length through numpy's own parser, or None."""
    allowed = np.zeros(256, dtype=bool)
    allowed[list(b"0123456789.+-eE\0")] = True
    if not allowed[rows].all():
        return None
    try:
        values = np.ascontiguousarray(rows).view(f"S{rows.shape[1]}")[:, 0].astype(np.float64)
    except ValueError:
        return None
    return values if bool(np.isfinite(values).all()) else None


def parse_time_cells(
    padded: ByteArray, starts: LongArray, lengths: LongArray
) -> tuple[LongArray, Offsets] | None:
    """Return times of one regular shape, or None where one of them differs.

    Takes ``YYYY-MM-DDTHH:MM:SS`` with any fraction, ending in ``Z`` or ``+HH:MM``.

    Parameters
    ----------
    padded : ndarray
        Bytes, with at least `WIDEST_CELL` bytes behind the last cell.
    starts, lengths : ndarray
        Where each cell begins and how long it is. [bytes]

    Returns
    -------
    times : ndarray
        POSIX time, `NO_TIME` where a text is none. [µs]
    offsets : dict
        As of `parse_time_texts`.
    """
    times = np.empty(len(starts), dtype=np.int64)
    offsets: Offsets = {}
    for width in np.unique(lengths).tolist():
        if not 20 <= width <= WIDEST_CELL:
            return None
        own = np.flatnonzero(lengths == width)
        found = _uniform_times(_cells(padded, starts[own], width))
        if found is None:
            return None
        times[own], offset_s = found
        offsets[offset_s] = offsets.get(offset_s, 0) + len(own)
    return times, offsets


def _uniform_times(rows: ByteArray) -> tuple[LongArray, int] | None:
    """Return times of one width, and the offset from UTC they share [s], or None."""
    zone = re.search(rb"(?:Z|([+-])([01]\d):([0-5]\d))$", rows[0].tobytes())
    if zone is None:
        return None
    body = rows.shape[1] - len(zone[0])
    marks = _TIME_MARKS | ({19: b"."} if body > 19 else {})
    marks |= {body + i: zone[0][i : i + 1] for i in range(len(zone[0]))}
    if body < 19 or body == 20 or any((rows[:, at] != m[0]).any() for at, m in marks.items()):
        return None
    digits = rows[:, :body].T - np.uint8(ord("0"))  # wraps round for bytes below "0"
    if (np.delete(digits, [at for at in marks if at < body], axis=0) > 9).any():
        return None
    posix_us = _posix_us(digits.astype(np.int64, order="C"))
    if posix_us is None:
        return None
    offset_s = (int(zone[2]) * 60 + int(zone[3])) * 60 if zone[1] else 0
    offset_s = -offset_s if zone[1] == b"-" else offset_s
    posix_us[posix_us != NO_TIME] -= offset_s * 1_000_000
    return posix_us, offset_s


def _posix_us(digits: LongArray) -> LongArray | None:
    """Return times from digits, a row a place of ``YYYY-MM-DDTHH:MM:SS.ffffff``, or None."""
    part = {name: digits[at] * 10 + digits[at + 1] for name, at in _TIME_DIGITS.items()}
    year = part["year"] * 100 + digits[2] * 10 + digits[3]
    days = _days(year * 10_000 + part["month"] * 100 + part["day"])
    if days is None or (part["hour"] > 23).any() or (part["minute"] > 59).any():
        return None
    if (part["second"] > 59).any():
        return None
    second = (part["hour"] * 60 + part["minute"]) * 60 + part["second"]
    fraction = np.zeros(digits.shape[1], dtype=np.int64)
    for place in range(20, 26):
        fraction = fraction * 10 + (digits[place] if place < len(digits) else 0)
    posix_us: LongArray = days * _DAY_US + second * 1_000_000 + fraction
    posix_us[posix_us < EARLIEST_US] = NO_TIME
    return posix_us


def _days(dates: LongArray) -> LongArray | None:
    """Return days since 1970 of dates written as the number yyyymmdd, or None."""
    changes = np.flatnonzero(np.diff(dates, prepend=-1))
    days = np.empty(len(changes), dtype=np.int64)
    try:
        for i, row in enumerate(changes):
            year, rest = divmod(int(dates[row]), 10_000)
            days[i] = datetime(year, *divmod(rest, 100), tzinfo=UTC).toordinal() - _ORDINAL_1970
    except ValueError:
        return None
    repeats = np.diff(np.append(changes, len(dates)))
    spread: LongArray = np.repeat(days, repeats)
    return spread


def _loose_number(text: str) -> float:
    """Return a number with a decimal comma, nan where it is none."""
    try:
        return float(text.replace(",", ".")) if text.count(",") == 1 else float("nan")
    except ValueError:
        return float("nan")


def parse_number_texts(texts: Sequence[str]) -> tuple[FloatArray, int]:
    """Return numbers from any text, nan where it is none, and how many were none.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    numbers : ndarray
    bad : int
    """
    numbers = np.empty(len(texts))
    for i, text in enumerate(texts):
        try:
            numbers[i] = float(text)
        except ValueError:
            numbers[i] = _loose_number(text)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers, int(np.isnan(numbers).sum())


#: Times as people's devices write them beside ISO 8601: single digits, other separators, AM and PM,
#: a zone's name behind, in brackets or not.  Digits of any script.
_LOOSE_TIME: Final = re.compile(
    r"""\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2}) (?:\s*T\s*|\s+)
    (\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2})(?:[.,](\d+))?)?
    \s*([ap])?\.?(?:m\.?)? \s*(?:(Z|UTC|GMT)|([+-])(\d{1,2}):?(\d{2})?)?
    \s*(?:\[[^]]*\])?\s*""",
    re.IGNORECASE | re.VERBOSE,
)
#: Seconds since 1970, or thousandths of them: digits alone.
_POSIX_TIME: Final = re.compile(r"\s*(\d{9,10})(?:\.\d+)?\s*|\s*(\d{12,13})\s*")


def parse_time(text: str) -> tuple[int, int | None] | None:
    """Return the UTC time a text names and the offset it states, or None.

    Parameters
    ----------
    text : str
        ISO 8601, or what devices write in its place.

    Returns
    -------
    tuple of int, or None
        POSIX time [µs] and offset from UTC [s]; the offset is None where the text has none
        (the time is then taken as UTC).

    Examples
    --------
    >>> parse_time("2025-7-30T15:12:4Z"), parse_time("2025-07-30T17:12:04+02:00[Europe/Berlin]")
    ((1753888324000000, 0), (1753888324000000, 7200))
    >>> parse_time("2025/7/30 3:12:04 PM GMT")
    (1753888324000000, 0)
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return _loose_time(text)
    offset = moment.utcoffset()
    if offset is None:
        moment = moment.replace(tzinfo=UTC)
    return _since_1970_us(moment), None if offset is None else int(offset.total_seconds())


def _loose_time(text: str) -> tuple[int, int | None] | None:
    """Return the time of a text that is not ISO 8601 to the letter, or None."""
    if number := _POSIX_TIME.fullmatch(text):
        return int(float(number[1] or int(number[2]) / 1000) * 1_000_000), 0
    found = _LOOSE_TIME.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute = (int(found[at]) for at in range(1, 6))
    if found[8]:
        hour = hour % 12 + (12 if found[8].lower() == "p" else 0)
    fraction = int((found[7] or "").ljust(6, "0")[:6])
    offset_s = (int(found[11]) * 60 + int(found[12] or 0)) * 60 if found[10] else 0
    offset_s = -offset_s if found[10] == "-" else offset_s
    try:
        midnight = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
    if hour > 24 or minute > 59 or int(found[6] or 0) > 60:
        return None
    second = (hour * 60 + minute) * 60 + int(found[6] or 0)  # 24:00:00 and leap seconds run over
    posix_us = _since_1970_us(midnight) + (second - offset_s) * 1_000_000 + fraction
    return posix_us, offset_s if found[9] or found[10] else None


def _since_1970_us(moment: datetime) -> int:
    span = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return span.days * _DAY_US + span.seconds * 1_000_000 + span.microseconds


def parse_time_texts(texts: Sequence[str]) -> tuple[LongArray, Offsets, int]:
    """Return times from any text, which offsets they state how often, and how many are bad.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    times : ndarray
        POSIX time, `NO_TIME` where a text is none. [µs]
    offsets : dict
        Offset from UTC [s], None for times without one -> how many.
    bad : int
    """
    times = np.full(len(texts), NO_TIME, dtype=np.int64)
    offsets: Offsets = {}
    bad = 0
    for i, text in enumerate(texts):
        found = parse_time(text)
        if found is None or found[0] < EARLIEST_US:
            bad += 1
        else:
            times[i], offset = found
            offsets[offset] = offsets.get(offset, 0) + 1
    return times, offsets, bad


def wide_encoding(data: bytes) -> str | None:
    """Return the name of the encoding with two or four bytes a letter that a document betrays.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    str or None
        None for encodings that extend ASCII.
    """
    if data[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        return "utf-32"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    at = data[:64].find(b"<")
    if at < 0 or data[at + 1 : at + 2] != b"\0":
        return None
    if data[at + 1 : at + 4] == b"\0\0\0":
        return "utf-32-be" if at % 4 == 3 else "utf-32-le"
    return "utf-16-be" if at % 2 else "utf-16-le"
