"""What every module would write again: array types, a day, moments, counts and names."""

import re
from datetime import UTC, datetime

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
