"""How far output fell in the last quarter of a session, and how far the heart says so: rule F3."""

from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from riskfit._common import FloatArray
from riskfit.features.results import Column, known, largest, missing
from riskfit.features.traces import LegTrace
from riskfit.sports import FOOT, RUN

#: The early and the late part, as shares of the time under way (Smyth 2022, doi
#: 10.1007/s40279-022-01680-5, sets kilometres 35 to 40 of a marathon against 5 to 10). [fraction]
_PARTS: Final = ((0.10, 0.35), (0.75, 1.0))
#: Shorter sessions have no late part. [s]
_SHORTEST_S: Final = 3600
#: Where the grade-adjusted speed is not trusted; below which a runner walks (the change of gait,
#: 2.07 m/s); how far the two parts' mean grades may lie apart. [fraction, m/s, fraction]
_STEEPEST: Final = 0.15
_WALKING_M_S: Final = 2.07
_SAME_GRADE: Final = 0.02
#: So much of either part has to be left: running, and of a ride, which coasts downhill.
_LEFT: Final = {"on foot": 0.6, "on a bike": 0.3}
#: A rise of the heart rate without a fall of output counts half, and the less the more WBGT rose:
#: at 2 °C it is the heat's.
_HEART_ALONE: Final = 0.5
_WARMER_C: Final = (1.0, 2.0)

_NOTHING_TO_TELL_BY: Final = "needs running speed or cycling power"
_TOO_HILLY: Final = "too hilly to tell: too little of it was run on like grades"
_SLOWER: Final = "no heart rate to tell fatigue from slowing down on purpose: --race would"


class LegFade(Struct, frozen=True, kw_only=True, eq=False):
    """The fade of one leg along the steps.

    Attributes
    ----------
    output : ndarray
        Fall of output; nan where too little is left to tell, 0 before an hour. [fraction]
    per_beat : ndarray or None
        Fall of output a heart beat; None without heart rate. [fraction]
    edges : ndarray of int
        Where the two parts begin and end in the leg's seconds, 4 x steps.
    ends : ndarray of int
        How many of the leg's seconds lie before the end of each step.
    """

    output: FloatArray
    per_beat: FloatArray | None
    edges: NDArray[np.intp]
    ends: NDArray[np.intp]


def leg_fade(trace: LegTrace) -> LegFade | Column:
    """Set the last quarter of a leg against its early part; or say why it cannot be."""
    output, kept, share = _kept(trace)
    if output is None:
        return missing(_NOTHING_TO_TELL_BY)
    edges = np.array(
        [np.rint(part * trace.ends) for pair in _PARTS for part in pair], dtype=np.intp
    )
    width = np.maximum(np.diff(edges, axis=0)[::2], 1)
    left = _sums(kept.astype(float), edges) / width
    comparable = (left >= share).all(axis=0)
    if trace.leg.sport in RUN:
        early, late = _means(trace.grade_fraction, kept, edges)
        comparable &= np.abs(late - early) <= _SAME_GRADE
    late_enough = trace.ends >= _SHORTEST_S

    def fall(early: FloatArray, late: FloatArray) -> FloatArray:
        with np.errstate(invalid="ignore", divide="ignore"):
            found = np.where(comparable, 1 - late / early, np.nan)
        return np.where(late_enough, found, 0.0)

    heart = trace.sampled_heart_rate_bpm
    per_beat = None
    if heart is not None:
        both = kept & np.isfinite(heart)
        outputs, beats = _means(output, both, edges), _means(heart, both, edges)
        per_beat = fall(outputs[0] / beats[0], outputs[1] / beats[1])
    return LegFade(
        output=fall(*_means(output, kept, edges)), per_beat=per_beat, edges=edges, ends=trace.ends
    )


def late_fade_column(
    fades: list[LegFade | Column], race: bool, wbgt: Column, active_s: FloatArray
) -> Column:
    """Return the late fade of a session: the leg's that faded most.

    Parameters
    ----------
    fades : list of LegFade or Column
        A leg each, or why it tells none.
    race : bool
        Output counts whole in a race; elsewhere people slow down because they mean to, and only
        what the heart confirms does.
    wbgt : Column
        Mean WBGT so far. [°C]
    active_s : ndarray
        Time under way within each step. [s]
    """
    if not fades:
        return missing("nothing recorded")
    return largest(
        one if isinstance(one, Column) else _of_leg(one, race, wbgt, active_s) for one in fades
    )


def _of_leg(fade: LegFade, race: bool, wbgt: Column, active_s: FloatArray) -> Column:
    if fade.ends[-1] < _SHORTEST_S:
        return known(0.0, "too_short_to_fade")
    if np.isnan(fade.output[-1]):
        return missing(_TOO_HILLY)
    slower = np.maximum(fade.output, 0.0)
    if fade.per_beat is None or np.isnan(fade.per_beat[-1]):
        return known(slower, "last_quarter") if race else missing(_SLOWER)
    beats = np.maximum(fade.per_beat, 0.0)
    confirmed = np.minimum(slower, beats)
    alone = _HEART_ALONE * (beats - confirmed) * (1 - _warmer(fade, wbgt, active_s))
    by_heart = confirmed + alone
    if race:
        return largest([known(slower, "last_quarter"), known(by_heart, "last_quarter_per_beat")])
    return known(by_heart, "last_quarter_per_beat")


def _warmer(fade: LegFade, wbgt: Column, active_s: FloatArray) -> FloatArray:
    """Return how far heat explains the heart, 0 to 1; where WBGT is unknown it does not."""
    if wbgt.missing_because or len(wbgt.values) == 1:
        return np.zeros(1)
    weights = np.cumsum(active_s)
    degrees = np.nan_to_num(wbgt.values) * weights
    at = np.concatenate([[0], fade.ends]).astype(float)
    seconds, summed = (
        np.diff(np.interp(fade.edges, at, np.concatenate([[0.0], total])), axis=0)[::2]
        for total in (weights, degrees)
    )
    early, late = summed / np.maximum(seconds, 1e-9)
    return np.asarray(np.interp(late - early, _WARMER_C, (0.0, 1.0)))


def _kept(trace: LegTrace) -> tuple[FloatArray | None, NDArray[np.bool_], float]:
    """Return output, the seconds of it that count, and the share of a part that has to be left."""
    nothing = np.zeros(len(trace.rows), dtype=bool)
    if trace.leg.sport in RUN and trace.adjusted_speed_m_s is not None:
        run = trace.speed_m_s >= _WALKING_M_S  # type: ignore[operator]
        gentle = np.abs(trace.grade_fraction) <= _STEEPEST
        return trace.adjusted_speed_m_s, np.asarray(run & gentle), _LEFT["on foot"]
    if trace.leg.sport not in FOOT and trace.power_w is not None:
        return trace.power_w, trace.power_w > 0, _LEFT["on a bike"]
    return None, nothing, 1.0


def _sums(values: FloatArray, edges: NDArray[np.intp]) -> FloatArray:
    """Return the sums over the two parts, 2 x steps."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    return np.diff(total[edges], axis=0)[::2]


def _means(
    values: FloatArray, kept: NDArray[np.bool_], edges: NDArray[np.intp]
) -> tuple[FloatArray, FloatArray]:
    """Return the means over the two parts of the seconds that count, nan where none does."""
    total = _sums(np.where(kept, values, 0.0), edges)
    count = _sums(kept.astype(float), edges)
    early, late = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return early, late
