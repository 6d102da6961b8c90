"""Find the same activity among copies of several devices, formats and takeouts."""

from typing import Final

import numpy as np

from riskfit._common import FloatArray, IntArray

#: Two people press two buttons within so long of each other (assumption). [s]
START_WITHIN_S: Final = 90.0
#: And the shorter lies within the longer for at least this share of it (assumption).
_OVERLAP_FRACTION: Final = 0.5


def pair_copies(
    start_s: FloatArray, end_s: FloatArray, richness: FloatArray, keys: list[tuple[bytes, int]]
) -> IntArray:
    """Tell which activities of one athlete are copies of a richer one.

    Parameters
    ----------
    start_s, end_s : ndarray
        POSIX time. [s]
    richness : ndarray
        What the copies hold; of equal ones the first by key stays.
    keys : list
        Content and part, so that the answer does not depend on the order of rows.

    Returns
    -------
    ndarray of int
        Row that stays for each row: its own number where it is that one.
    """
    count = len(start_s)
    stays = np.arange(count)
    order = np.argsort(start_s, kind="stable")
    times = start_s[order]
    handled = 0
    for begin in np.flatnonzero(np.diff(times) <= START_WITHIN_S).tolist():
        if begin < handled:
            continue
        stop = int(np.searchsorted(times, times[begin] + START_WITHIN_S, side="right"))
        _settle_group(order[begin:stop].tolist(), start_s, end_s, richness, keys, stays)
        handled = stop
    return stays


def _settle_group(
    group: list[int],
    start_s: FloatArray,
    end_s: FloatArray,
    richness: FloatArray,
    keys: list[tuple[bytes, int]],
    stays: IntArray,
) -> None:
    """Let the richest stay, and take every other that overlaps with it for its copy."""
    rest = sorted(group, key=lambda row: (-richness[row], keys[row]))
    while rest:
        best, others = rest[0], rest[1:]
        rest = []
        for row in others:
            if overlaps(start_s[row], end_s[row], start_s[best], end_s[best]):
                stays[row] = best
            else:
                rest.append(row)


def overlaps(start_s: float, end_s: float, begin_s: float, until_s: float) -> bool:
    """Say whether a recording is of the same activity as one from ``begin_s`` to ``until_s``."""
    if abs(start_s - begin_s) > START_WITHIN_S:
        return False
    common = min(end_s, until_s) - max(start_s, begin_s)
    shorter = min(end_s - start_s, until_s - begin_s)
    return common > 0 and common >= _OVERLAP_FRACTION * shorter
