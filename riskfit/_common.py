"""What every module would write again: array types, a day, moments, counts and names."""

import re
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

DAY_S = 86400.0


def utc_text(moment: datetime | float) -> str:
    """Return a moment as ISO 8601 with Z.

    Parameters
    ----------
    moment : datetime or float
        Aware, or POSIX time. [s]

    Returns
    -------
    str

    Examples
    --------
    >>> utc_text(0.0)
    '1970-01-01T00:00:00Z'
    """
    when = moment if isinstance(moment, datetime) else datetime.fromtimestamp(moment, UTC)
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


def local_moment(posix_s: float, offset_s: float | None = None) -> datetime:
    """Return a moment by the clock where it was; where nobody told, by that of this computer.

    Parameters
    ----------
    posix_s : float
        POSIX time. [s]
    offset_s : float, optional
        How far that clock is ahead of UTC; None or nan where nobody told. [s]

    Returns
    -------
    datetime
        Aware.

    Examples
    --------
    >>> local_moment(0.0, 7200.0).isoformat()
    '1970-01-01T02:00:00+02:00'
    """
    moment = datetime.fromtimestamp(posix_s, UTC)
    if offset_s is None or np.isnan(offset_s):
        return moment.astimezone()
    return moment.astimezone(timezone(timedelta(seconds=round(offset_s))))


def local_s(start_s: FloatArray, offset_s: FloatArray) -> FloatArray:
    """Return moments by the clocks where they were, as seconds that read as UTC.

    Parameters
    ----------
    start_s : ndarray
        POSIX time. [s]
    offset_s : ndarray
        How far each clock is ahead of UTC; nan where nobody told, then it is this computer's. [s]
    """
    away = offset_s.astype(float)
    for row in np.flatnonzero(np.isnan(away)).tolist():
        here = local_moment(float(start_s[row])).utcoffset()
        away[row] = 0.0 if here is None else here.total_seconds()
    moved: FloatArray = start_s + away
    return moved


def zone_words(moment: datetime) -> str:
    """Return how far an aware moment's clock is from UTC, as people write it.

    Examples
    --------
    >>> zone_words(local_moment(0.0, 7200.0)), zone_words(local_moment(0.0, -12600.0))
    ('UTC+2', 'UTC-3:30')
    >>> zone_words(local_moment(0.0, 0.0))
    'UTC'
    """
    minutes = round((moment.utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    ahead = f"{'+' if minutes > 0 else '-'}{hours}" if minutes else ""
    return f"UTC{ahead}{f':{rest:02d}' if rest else ''}"


def stamp_words(posix_s: float, offset_s: float | None = None) -> str:
    """Return a moment for lists, as it can be typed in again.

    Examples
    --------
    >>> stamp_words(1_780_000_000, 7200.0)
    '2026-05-28 22:26 UTC+2'
    """
    moment = local_moment(posix_s, offset_s)
    return f"{moment:%Y-%m-%d %H:%M} {zone_words(moment)}"


def upper_median(values: FloatArray) -> float:
    """Return the median, of an even number of values the upper of the two in the middle.

    A partition, as np.median loads numpy's masked arrays, which takes longer than it.

    Examples
    --------
    >>> upper_median(np.array([3.0, 1.0, 2.0, 9.0]))
    3.0
    """
    half = len(values) // 2
    return float(np.partition(values, half)[half])


def runs_of(mark: NDArray[np.bool_]) -> IntArray:
    """Return where each run of marked rows begins, and the row past its end.

    Examples
    --------
    >>> runs_of(np.array([True, True, False, True])).tolist()
    [[0, 2], [3, 4]]
    """
    return np.flatnonzero(np.diff(mark, prepend=False, append=False)).reshape(-1, 2)


def plural(count: int, word: str) -> str:
    """Return a count with its word.

    Examples
    --------
    >>> plural(1, "session"), plural(5000, "session")
    ('1 session', '5,000 sessions')
    """
    if count == 1:
        return f"1 {word}"
    several = word.removesuffix("y") + "ies" if word.endswith(("py", "ty", "ry")) else f"{word}s"
    return f"{count:,} {several}"


def channel_words(name: str) -> str:
    """Return a channel's name without its unit, as people say it.

    Examples
    --------
    >>> channel_words("heart_rate_bpm"), channel_words("speed_m_s")
    ('heart rate', 'speed')
    """
    return re.sub(r"_(bpm|w|m_s|m|rpm|spm|c|deg|pct|per_min)$", "", name).replace("_", " ")
