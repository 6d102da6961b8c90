"""How far the first half of a session lay above what could be held for the whole of it."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from riskfit._common import FloatArray, IntArray
from riskfit.features.basis import Basis, basis
from riskfit.features.history import LegArray
from riskfit.features.person import Person, threshold_of
from riskfit.features.recovery import RecoveryTable
from riskfit.features.results import Column, known, missing
from riskfit.features.traces import LegTrace, mean_so_far
from riskfit.formulas.pacing import power_duration, riegel_speed
from riskfit.sports import BIKE, RUN

#: Before 10 minutes there is no early pace to speak of; the curves begin there, too.
_EARLY_S: Final = 600


def early_output(trace: LegTrace) -> FloatArray | None:
    """Return speed or power of the first half up to each step, None where neither is known."""
    return output_held(trace, trace.ends // 2)


def output_held(trace: LegTrace, until: IntArray) -> FloatArray | None:
    """Return speed or power held up to some of a leg's seconds, None where neither is known."""
    held = None
    if trace.leg.sport in RUN and trace.adjusted_speed_m_s is not None:
        held = mean_so_far(trace.adjusted_speed_m_s, until)
    elif trace.normalized_power_w is not None:
        held = trace.normalized_power_w[np.maximum(until - 1, 0)]
    return held if held is not None and np.isfinite(held[-1]) else None


def hour_told(sport: str, person: Person) -> float:
    """Return what the person's own threshold says could be held for an hour, nan if assumed."""
    threshold = threshold_of(sport)
    return float("nan") if person.assumes(threshold) else float(getattr(person, threshold))


def early_pace_column(
    held: FloatArray | None,
    ends_s: ArrayLike,
    sport: str,
    person: Person,
    recovery: RecoveryTable,
    row: int = 0,
    *,
    share_of: Basis | None = None,
) -> Column:
    """Return the early excess along a leg.

    Parameters
    ----------
    held : ndarray or None
        Speed or power of the first half up to each step. [m/s, W]
    ends_s : array_like
        Ends of the steps. [s]
    sport, person
    recovery : RecoveryTable
    row : int
        The leg's row in it.
    share_of : Basis, optional
        What the first half rests on where it is a share of the person's threshold: a share of a
        threshold nobody knows is still a share of what can be held.
    """
    if held is None:
        return missing("needs running speed or cycling power")
    told = hour_told(sport, person)
    hour = hour_output(best_hour(recovery, sport)[row], told)
    rests_on = basis("best_efforts")
    if hour == told:
        rests_on = basis("threshold", person.bases[threshold_of(sport)])
    elif not np.isfinite(hour):
        if share_of is None:
            return missing("needs a history of 90 days, or a threshold in the profile")
        hour, rests_on = np.asarray(getattr(person, threshold_of(sport))), share_of
    return known(early_excess_fraction(held, hour, ends_s, sport in RUN), rests_on)


def early_excess_of_legs(legs: LegArray, recovery: RecoveryTable) -> FloatArray:
    """Return each leg's early excess, nan where nothing tells what could be held."""
    sports = legs["sport"].astype("U24")
    excess = np.full(len(legs), np.nan)
    for words in (RUN, BIKE):
        sport = next(iter(words))
        hour = hour_output(best_hour(recovery, sport), legs["hour_told"])
        there = np.isin(sports, list(words)) & np.isfinite(legs["early_output"]) & np.isfinite(hour)
        excess[there] = early_excess_fraction(
            legs["early_output"][there], hour[there], legs["duration_s"][there], words is RUN
        )
    return excess


def best_hour(recovery: RecoveryTable, sport: str) -> FloatArray:
    """Return what the best efforts of the history stand for over an hour [m/s running, else W]."""
    return recovery.hour_speed_m_s if sport in RUN else recovery.hour_power_w


def hour_output(from_history: ArrayLike, told: ArrayLike) -> FloatArray:
    """Return what could be held for an hour: the better of history and threshold."""
    best = np.asarray(from_history, dtype=float)
    return np.where(np.isfinite(best) & ~(np.asarray(told) > best), best, told)


def early_excess_fraction(
    held: FloatArray, hour: FloatArray, ends_s: ArrayLike, run: bool
) -> FloatArray:
    """Return the first half over what could be held for so long, less one."""
    ends = np.asarray(ends_s, dtype=float)
    curve = riegel_speed if run else power_duration
    possible = curve(hour, 3600.0, np.maximum(ends, 1.0))
    return np.nan_to_num(np.where(ends >= _EARLY_S, held / possible - 1, 0.0))
