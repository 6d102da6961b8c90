"""The features that rest on history, for all of an athlete's sessions at once.

`compute_features` does the same for one session along its steps; the arithmetic is shared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from riskfit._common import FloatArray, IntArray
from riskfit.athlete import History
from riskfit.features.basis import basis
from riskfit.features.catalogue import CATALOGUE
from riskfit.features.early_pace import early_excess_of_legs
from riskfit.features.history import LegArray
from riskfit.features.recovery import (
    NEEDED_DAYS,
    OF_A_SPORT,
    RecoveryTable,
    duration_ratio,
    load_ratio,
    no_yardstick_because,
    recovery_because,
    recovery_table,
)
from riskfit.features.results import Feature
from riskfit.origin import weakest
from riskfit.sports import accustoming

FEATURE_INDEX: Final = {name: number for number, name in enumerate(CATALOGUE)}
#: Features that a session alone cannot have: those whose reason is the same with a history that
#: does not suffice as without one, and the rest.
_OWN_REASON: Final = (
    "duration_vs_longest_28d_ratio",
    "early_pace_excess_fraction",
    "week_load_ratio",
    "temperature_above_14d_c",
)
HISTORY_FEATURES: Final = (*_OWN_REASON, *(name for name in NEEDED_DAYS if name in CATALOGUE))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reduced:
    """History features of many sessions: ``columns[name]`` has a number a session."""

    columns: dict[str, FloatArray]
    recovery: RecoveryTable

    def feature(self, name: str, row: int, alone: Mapping[str, Feature]) -> Feature:
        """Return one session's feature; ``alone`` are all of them without a history."""
        value, before, unit = float(self.columns[name][row]), alone[name], CATALOGUE[name].unit
        if np.isfinite(value):
            if name in _OF_HABIT and before.value == value:
                return before
            if name == "early_pace_excess_fraction" and before.value == value:
                return replace(before, low=None, high=None)
            rests_on = basis(_METHODS.get(name, "history"))
            own = alone[_SET_AGAINST[name]].origin if name in _SET_AGAINST else None
            origin = rests_on.origin if own is None else weakest(rests_on.origin, own)
            return Feature(value=value, unit=unit, source=rests_on.words, origin=origin)
        because, reached = before.missing_because, float(self.recovery.reached_days[row])
        if name == "duration_vs_longest_28d_ratio":
            because = no_yardstick_because(reached)
        elif name in OF_A_SPORT:
            because = recovery_because(reached)
        elif name not in _OWN_REASON:
            because = recovery_because(float(self.recovery.covered_days[row]))
        return Feature(unit=unit, missing_because=because)


#: What rests on something else than the history as a whole; what of the session itself decides.
_METHODS: Final = {"early_pace_excess_fraction": "best_efforts"}
_SET_AGAINST: Final = {
    "week_load_ratio": "training_stress_score",
    "temperature_above_14d_c": "air_temperature_c",
}


def reduce_features(
    start_s: FloatArray,
    sport: NDArray[np.str_],
    values: FloatArray,
    legs: LegArray,
    session: IntArray,
    history: History,
) -> Reduced:
    """Compute the history features of many sessions of one athlete.

    Parameters
    ----------
    start_s : ndarray
        Starts, POSIX time. [s]
    sport : ndarray of str
        Sport of each session's first leg.
    values : ndarray, sessions x catalogue
        Features of each session alone.
    legs : structured array of `riskfit.features.history.LEG_DTYPE`
        Their legs.
    session : ndarray of int
        The session each leg belongs to.
    history : History
        What to look back on; only what started strictly earlier counts.

    Returns
    -------
    Reduced
    """
    count = len(start_s)
    recovery = recovery_table(history, start_s, sport)
    own = {name: values[:, FEATURE_INDEX[name]] for name in _OWN}
    columns = {name: found for name, found in recovery.columns.items() if name in HISTORY_FEATURES}
    usual = recovery.columns["mean_temperature_14d_c"]
    columns["temperature_above_14d_c"] = own["air_temperature_c"] - usual
    columns["week_load_ratio"] = load_ratio(
        recovery.load_7d, own["training_stress_score"], recovery.weekly_load
    )
    moving = legs["course_s"] > 0
    legs, session = legs[moving], session[moving]
    by_leg = recovery_table(history, start_s[session], legs["sport"].astype("U24"))
    with_legs = np.zeros(count, dtype=bool)
    with_legs[session] = True
    same_s = _same_sport_s(legs, session)
    columns["duration_vs_longest_28d_ratio"] = np.where(
        with_legs,
        _over_legs(np.fmax, duration_ratio(same_s, by_leg.longest_28d_s), session, count),
        duration_ratio(own["duration_min"] * 60, recovery.longest_28d_s),
    )
    for name in OF_A_SPORT:
        columns[name] = np.where(
            with_legs,
            _over_legs(np.fmin, by_leg.columns[name], session, count),
            recovery.columns[name],
        )
    for name in _OF_HABIT:  # what the person told stands in where the history does not say
        columns[name] = np.where(np.isnan(columns[name]), own[name], columns[name])
    columns["early_pace_excess_fraction"] = _over_legs(
        np.fmax, early_excess_of_legs(legs, by_leg), session, count
    )
    return Reduced(columns=columns, recovery=recovery)


def _same_sport_s(legs: LegArray, session: IntArray) -> FloatArray:
    """Return for each leg the time under way in all legs of its session that are alike [s]."""
    total = legs["course_s"].copy()
    several = np.flatnonzero(np.bincount(session, minlength=1)[session] > 1)
    for row in several.tolist():
        alike = [one.encode() for one in accustoming(legs["sport"][row].decode())]
        mine = several[session[several] == session[row]]
        total[row] = legs["course_s"][mine][np.isin(legs["sport"][mine], alike)].sum()
    return np.asarray(total)


#: What `riskfit.features.habit` may have told of a session alone.
_OF_HABIT: Final = ("same_sport_sessions_28d", "duration_vs_longest_28d_ratio")
_OWN: Final = ("air_temperature_c", "training_stress_score", "duration_min", *_OF_HABIT)


def _over_legs(pick: np.ufunc, values: FloatArray, session: IntArray, count: int) -> FloatArray:
    """Combine the legs of each session into the one that responds most, nan where none is."""
    out = np.full(count, np.nan)
    pick.at(out, session, values)
    return out
