"""Find the same activity among copies of several devices, formats and takeouts.

Two recordings of one person are one session when they overlap in time and nothing speaks against
it, or when one is the other in the time of another zone.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray, IntArray
from riskfit.activity import Activity
from riskfit.sports import BIKE, FOOT, WATER
from riskfit.store.fingerprints import Likeness, compare, trace_of

# What follows are assumptions, but for the time zones.
#: Two buttons are pressed within so long of each other; then this share of the shorter recording
#: lies within the longer one. [s, fraction]
_START_WITHIN_S: Final = 90.0
_HALF: Final = 0.5
#: Devices that were started and stopped at different moments have more in common, and either both
#: ends within so long of each other or traces that agree. [fraction, s]
_MOST: Final = 0.7
_ENDS_WITHIN_S: Final = 300.0
#: Traces agree when the median of their places lies as close (receivers scatter by 10 m, and
#: clocks differ by seconds), or that of their heart rates, which rise and fall together unless
#: they are steady. [m, beats/min]
_PLACES_WITHIN_M: Final = 100.0
_BEATS_WITHIN_BPM: Final = 6.0
_CORRELATED: Final = 0.8
_STEADY_BPM: Final = 5.0
_FEWEST_MOMENTS: Final = 5
#: Zones lie whole quarters of an hour apart, from -12 to +14 hours.  A copy in another one is the
#: same at every moment: nobody runs a loop twice within seconds throughout. [s, m, beats/min]
_QUARTER_S: Final = 900.0
LONGEST_SHIFT_S: Final = 14 * 3600.0
_SHIFT_WITHIN_S: Final = 2.0
_LENGTH_WITHIN: Final = 0.01
_SAME_PLACE_M: Final = 30.0
_SAME_BEATS_BPM: Final = 2.0
_SAME_SHARE: Final = 0.9
#: Who stayed where they were has left no trace to tell one session from another by. [m]
_MOVED_M: Final = 100.0
#: What says nothing against any sport, and sports that are one in this respect.
_OPEN_SPORTS: Final = frozenset({"unknown", "generic", "other", "multisport", "fitness_equipment"})
_KINDS: Final = (FOOT, BIKE, WATER, frozenset({"training", "hiit", "cross_training"}))


class Recorded(NamedTuple):
    """What tells one recording from another; times are POSIX [s]."""

    start_s: float
    end_s: float
    sport: str
    trace: bytes


def recorded(activity: Activity) -> Recorded:
    """Return what tells an activity from others."""
    start_s = activity.start_time.timestamp()
    elapsed_s = activity.samples.elapsed_s
    length_s = float(np.nanmax(elapsed_s)) if np.isfinite(elapsed_s).any() else 0.0
    return Recorded(start_s, start_s + length_s, activity.sport, trace_of(activity))


def pair_copies(
    found: Sequence[Recorded], richness: FloatArray, keys: Sequence[tuple[bytes, int]]
) -> IntArray:
    """Tell which activities of one athlete are copies of a richer one.

    Parameters
    ----------
    found : sequence of Recorded
    richness : ndarray
        What the copies hold; of equal ones the first by key stays.
    keys : sequence
        Content and part, so that the answer does not depend on the order of rows.

    Returns
    -------
    ndarray of int
        Row that stays for each row: its own number where it is that one.
    """
    by_worth = sorted(range(len(found)), key=lambda row: (-richness[row], keys[row]))
    # of equal times and sport the first stands for all: there may be any number of them
    first: dict[tuple[float, float, str], int] = {}
    stays = np.arange(len(found))
    for row in by_worth:
        stays[row] = first.setdefault(found[row][:3], row)
    asked = list(first.values())
    alike: dict[int, list[int]] = {}
    for pair in same_sessions([found[row] for row in asked]).tolist():
        one, other = (asked[place] for place in pair)
        alike.setdefault(one, []).append(other)
        alike.setdefault(other, []).append(one)
    decided: set[int] = set()
    for row in asked:
        if row not in decided and row in alike:
            copies = [other for other in alike[row] if other not in decided]
            stays[copies] = row
            decided.update((row, *copies))
    return stays[stays]


def same_sessions(found: Sequence[Recorded]) -> IntArray:
    """Return the pairs of recordings that are of one session, pairs x 2."""
    start_s, end_s = (np.array([one[place] for one in found]) for place in (0, 1))
    pairs = _near(start_s, end_s)
    kinds = _kinds_of([one.sport for one in found])
    one, other = kinds[pairs].T
    pairs = pairs[(one == other) | (one < 0) | (other < 0)]
    first, second = pairs.T
    later_s = start_s[second] - start_s[first]
    common_s = np.minimum(end_s[first], end_s[second]) - start_s[second]
    length_s = end_s - start_s
    shorter_s = np.minimum(length_s[first], length_s[second])
    ends_s = np.maximum(later_s, np.abs(end_s[first] - end_s[second]))
    certain = (later_s <= _START_WITHIN_S) & (common_s >= _HALF * shorter_s)
    overlap = common_s >= _MOST * shorter_s
    certain |= overlap & (ends_s <= _ENDS_WITHIN_S)
    certain &= common_s > 0
    shift_s = np.rint(later_s / _QUARTER_S) * _QUARTER_S
    zone = (shift_s > 0) & (np.abs(later_s - shift_s) <= _SHIFT_WITHIN_S)
    longer_s = np.maximum(length_s[first], length_s[second])
    zone &= longer_s - shorter_s <= np.maximum(_LENGTH_WITHIN * longer_s, _SHIFT_WITHIN_S)
    for asked, shown_s, agree in (
        (overlap & (common_s > 0), np.zeros(len(pairs)), _agree),
        (zone, shift_s, _equal),
    ):
        open_ones = np.flatnonzero(asked & ~certain)
        if len(open_ones):
            certain[open_ones] = agree(_alike(found, pairs[open_ones], shown_s[open_ones]))
    return np.asarray(pairs[certain])


def _near(start_s: FloatArray, end_s: FloatArray) -> IntArray:
    """Return the pairs that could be one session by their times, the earlier one first."""
    order = np.argsort(start_s, kind="stable")
    start_s, end_s = start_s[order], end_s[order]
    found = [np.empty((0, 2), dtype=np.intp)]
    for ahead in range(1, len(order)):
        later_s = start_s[ahead:] - start_s[:-ahead]
        near = later_s <= LONGEST_SHIFT_S + _SHIFT_WITHIN_S
        rows = np.flatnonzero(near | (start_s[ahead:] < end_s[:-ahead]))
        if not len(rows):
            break
        found.append(np.column_stack([order[rows], order[rows + ahead]]))
    return np.concatenate(found)


def _kinds_of(sports: list[str]) -> IntArray:
    """Return a number a kind of sport, -1 where it may be any."""
    numbers: dict[str, int] = dict.fromkeys(_OPEN_SPORTS, -1)
    for number, words in enumerate(_KINDS):
        numbers |= dict.fromkeys(words, number)
    for sport in sports:
        numbers.setdefault(sport, len(numbers))
    return np.array([numbers[sport] for sport in sports], dtype=np.intp)


def _alike(found: Sequence[Recorded], pairs: IntArray, shift_s: FloatArray) -> Likeness:
    rows, places = np.unique(pairs, return_inverse=True)
    first, second = places.reshape(pairs.shape).T
    return compare([found[row].trace for row in rows.tolist()], first, second, shift_s)


def _agree(like: Likeness) -> NDArray[np.bool_]:
    """Say which traces are of one body, as far as two devices tell."""
    together = (like.correlation >= _CORRELATED) | (like.swing_bpm < _STEADY_BPM)
    hearts = (like.beats <= _BEATS_WITHIN_BPM) & together
    return (like.moments >= _FEWEST_MOMENTS) & ((like.apart_m <= _PLACES_WITHIN_M) | hearts)


def _equal(like: Likeness) -> NDArray[np.bool_]:
    """Say which traces are one recording, and differ from others of the same person."""
    places = (like.most_apart_m <= _SAME_PLACE_M) & (like.moved_m >= _MOVED_M)
    hearts = (like.most_beats <= _SAME_BEATS_BPM) & (like.swing_bpm >= _STEADY_BPM)
    told = places | (np.isnan(like.most_apart_m) & hearts)
    contradicted = like.most_beats > _SAME_BEATS_BPM
    enough = (like.moments >= _FEWEST_MOMENTS) & (like.share >= _SAME_SHARE)
    return told & ~contradicted & enough
