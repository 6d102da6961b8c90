"""How long a planned way takes, and how hard a race is: time, way and intensity agree."""

from dataclasses import replace
from typing import Final

import numpy as np

from riskfit.activity import PlannedSession
from riskfit.athlete import Athlete, Conditions, History
from riskfit.features.person import threshold_of
from riskfit.features.plan.effort import ASSUMED_FRACTION
from riskfit.features.plan.table import prepare
from riskfit.formulas.pacing import power_duration, riegel_speed
from riskfit.origin import Origin
from riskfit.sports import FOOT, PEDALLED, WALK

_HOUR_S: Final = 3600.0
#: Rounds of making a race's pace and its time agree, and when they do. [s]
_ROUNDS: Final = 40
_AGREE_S: Final = 1e-6
_AS_PEOPLE_WALK: Final = "Duration: not told, taken as at the speed people walk (Tobler)."


def timed(
    plan: PlannedSession, athlete: Athlete, history: History, *, race: bool = False
) -> PlannedSession | None:
    """Return a plan whose time and intensity agree; a race is what can be held for its time.

    Parameters
    ----------
    plan : PlannedSession
        One that only knows its way lasts 0 s.
    athlete, history
        For what a share of threshold means.
    race : bool
        Its intensity is a race's.

    Returns
    -------
    PlannedSession or None
        None where nothing tells how fast it is.
    """
    if (plan.duration_s and not race) or (race and plan.segments):
        return plan
    walking = plan.sport in WALK and _nothing_told(plan) and not race
    time_s = plan.duration_s or _HOUR_S
    for _ in range(_ROUNDS):
        if race:
            plan = replace(plan, intensity_fraction=_race_fraction(plan.sport, time_s))
        if plan.duration_s or plan.distance_m is None:
            break
        asked = replace(plan, duration_s=time_s)
        if walking:
            asked = replace(asked, intensity_fraction=ASSUMED_FRACTION)
        speed_m_s = _speed_m_s(asked, athlete, history)
        if not speed_m_s > 0:
            return None
        found_s = plan.distance_m / speed_m_s
        if abs(found_s - time_s) < _AGREE_S:
            break
        time_s = found_s
    notes = (*plan.notes, _AS_PEOPLE_WALK) if walking and not plan.duration_s else plan.notes
    return replace(plan, duration_s=plan.duration_s or time_s, notes=notes)


def _nothing_told(plan: PlannedSession) -> bool:
    """Say whether the plan leaves open how hard it is."""
    told = (plan.speed_m_s, plan.heart_rate_bpm, plan.intensity_fraction)
    return not plan.segments and told == (None, None, None)


def _race_fraction(sport: str, time_s: float) -> float:
    """Return the share of threshold that can just be held for so long."""
    curve = riegel_speed if sport in FOOT else power_duration
    return float(curve(1.0, _HOUR_S, time_s))


def _speed_m_s(plan: PlannedSession, athlete: Athlete, history: History) -> float:
    """Return how fast an intensity is, nan where it would be a guess."""
    if plan.speed_m_s is not None:
        return plan.speed_m_s
    # On foot the way says how steep it is and the share how fast; else way over time would.
    on_foot = plan.sport in FOOT
    by_share = plan.intensity_fraction is not None
    bare = plan if on_foot and by_share else replace(plan, distance_m=None)
    planning = prepare(bare, athlete, Conditions(), history)
    recovery = planning.recovery
    best = recovery.hour_speed_m_s if on_foot else recovery.hour_power_w
    share_of_unknown = (
        by_share
        and plan.power_w is None
        and planning.person.assumes(threshold_of(plan.sport))
        and not np.isfinite(best).any()
    )
    guessed = Origin.ASSUMED in planning.effort.origins or share_of_unknown
    if plan.sport not in FOOT | PEDALLED or (guessed and plan.sport not in WALK):
        return float("nan")
    return float(planning.effort.rates().speed_m_s[0].mean())
