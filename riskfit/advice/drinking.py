"""The drinking plan: from sweat alone, never from the score.

It never exceeds the sweat rate, never gains mass, keeps to the cap, and gives way to thirst
for everybody whom over-drinking has harmed most.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from riskfit.athlete import Athlete
from riskfit.features.results import Feature
from riskfit.formulas.fluid import (
    drink_after_l,
    drink_before_l,
    drink_cap_l_h,
    drink_plan_l_h,
)
from riskfit.medical import acting_on, load_diseases
from riskfit.scoring.given import Given, numbers_of

#: Who over-drinking has harmed most: sessions beyond 4 h, small people, women, users of
#: anti-inflammatory painkillers (Hew-Butler et al. 2015, doi 10.1136/bjsports-2015-095004;
#: Almond et al. 2005, doi 10.1056/NEJMoa043901: body-mass index below 20).
_LONG_MIN: Final = 240.0
_SMALL_KG: Final = 55.0
#: Speed on foot below which a race lasts long for its distance: 4 h over the marathon. [km/h]
_SLOW_KM_H: Final = 42.195 / 4
_LOSS_LIMIT_PCT: Final = 2.0


class DrinkingPlan(Struct, frozen=True, kw_only=True):
    """What to drink before, during and after; None where the sweat rate is not known.

    Attributes
    ----------
    sweat_rate_l_h, sweat_low_l_h, sweat_high_l_h : float
    plan_l_h, cap_l_h : float
        The least that keeps the loss within 2 % where the cap allows it; the most. [L/h]
    every_15_min_l, every_20_min_l : float or None
        The plan in sips; None for those who should go by thirst alone. [L]
    sodium_mg_h, sodium_low_mg_h, sodium_high_mg_h : float or None
        Sodium lost with the sweat, and its range; None where it is a clinician's matter. [mg/h]
    loss_pct_at_end : float
        Body-mass loss if the plan is followed. [%]
    before_l, after_l : tuple of float
        About four hours before; after, per session, when the next one is near. [L]
    caps : tuple of str
        What held the plan back, and what it cannot replace.
    thirst_alone : bool
        True for those who should have no schedule.
    """

    sweat_rate_l_h: float
    sweat_low_l_h: float
    sweat_high_l_h: float
    plan_l_h: float
    cap_l_h: float
    every_15_min_l: float | None
    every_20_min_l: float | None
    sodium_mg_h: float | None
    sodium_low_mg_h: float | None
    sodium_high_mg_h: float | None
    loss_pct_at_end: float
    before_l: tuple[float, float]
    after_l: tuple[float, float]
    caps: tuple[str, ...]
    thirst_alone: bool


def plan_drinking(features: Mapping[str, Feature], athlete: Athlete) -> DrinkingPlan | None:
    """Return a plan for a session of this sweat rate and length, None where it is unknown."""
    rate = features["sweat_rate_l_h"]
    minutes, mass_kg = features["duration_min"].value, features["body_mass_kg"].value
    if rate.value is None or not minutes or not mass_kg:
        return None
    hours = minutes / 60
    plan = float(drink_plan_l_h(rate.value, mass_kg, hours))
    cap = float(drink_cap_l_h(rate.value))
    loss_pct = (rate.value - plan) * hours / mass_kg * 100
    reasons = _thirst_reasons(features, athlete, minutes, mass_kg)
    caps = _caps(rate.value, plan, cap, loss_pct, reasons)
    sodium, sodium_cap = _sodium(features, athlete, hours)
    before, after = drink_before_l(mass_kg), drink_after_l((rate.value - plan) * hours)
    return DrinkingPlan(
        sweat_rate_l_h=rate.value,
        sweat_low_l_h=rate.value if rate.low is None else rate.low,
        sweat_high_l_h=rate.value if rate.high is None else rate.high,
        plan_l_h=plan,
        cap_l_h=cap,
        every_15_min_l=None if reasons else plan / 4,
        every_20_min_l=None if reasons else plan / 3,
        sodium_mg_h=sodium[0],
        sodium_low_mg_h=sodium[1],
        sodium_high_mg_h=sodium[2],
        loss_pct_at_end=loss_pct,
        before_l=(float(before[0]), float(before[1])),
        after_l=(float(after[0]), float(after[1])),
        caps=(*caps, *sodium_cap),
        thirst_alone=bool(reasons),
    )


def _thirst_reasons(
    features: Mapping[str, Feature], athlete: Athlete, minutes: float, mass_kg: float
) -> list[str]:
    """Return why this person should have no schedule, in words."""
    reasons = []
    if minutes > _LONG_MIN:
        reasons.append("the session is longer than 4 h")
    if features["male_sex"].value == 0:
        reasons.append("women are affected more often")
    if mass_kg < _SMALL_KG:
        reasons.append("of low body mass")
    speed = features["speed_avg_km_h"].value if "speed_avg_km_h" in features else None
    long_enough = minutes > _LONG_MIN / 2
    if speed is not None and 3 < speed < _SLOW_KM_H and long_enough and not reasons:
        reasons.append("the pace leaves much time to drink")
    return reasons + [f"of {name}" for name in acting_on("thirst", athlete)]


def _caps(
    sweat_l_h: float, plan_l_h: float, cap_l_h: float, loss_pct: float, reasons: list[str]
) -> list[str]:
    """Say what held the plan back."""
    caps = []
    if plan_l_h == 0:
        caps.append("Thirst is enough: without a drop the loss stays within 2 % of body mass.")
    if plan_l_h >= cap_l_h and cap_l_h < sweat_l_h:
        caps.append(
            f"Held at {cap_l_h:.1f} L/h: more has made people ill (hyponatraemia) "
            "and the gut takes up little more."
        )
    if loss_pct > _LOSS_LIMIT_PCT + 1e-9:
        caps.append(
            f"The plan cannot replace everything: about {loss_pct:.1f} % of body mass is lost "
            "even with it. Cooler, shorter or easier would lower that; drinking more would not "
            "be safe."
        )
    if reasons:
        caps.append(
            "By thirst, not by the clock, and never more than the amount above, because "
            + " and because ".join(reasons)
            + "."
        )
    return caps


def _sodium(
    features: Mapping[str, Feature], athlete: Athlete, hours: float
) -> tuple[tuple[float | None, float | None, float | None], list[str]]:
    """Return the sodium lost an hour with its range, unless salt is for a clinician to say."""
    if salt_limited(features, athlete):
        return (None, None, None), [
            "Salt: ask your clinician; this tool gives no amount in your case."
        ]
    lost = features["sodium_loss_g"]
    if lost.value is None:
        return (None, None, None), []
    low, high = (lost.value if bound is None else bound for bound in (lost.low, lost.high))
    value, low, high = (1000 * grams / hours for grams in (lost.value, low, high))
    return (value, low, high), []


def salt_limited(features: Mapping[str, Given], athlete: Athlete) -> bool:
    """Say whether salt, and amounts beside the drinking plan, are for a clinician to say."""
    told = any(
        numbers_of(disease.id, features.get(disease.id))[1] > 0
        for disease in load_diseases()
        if "salt" in disease.acts_on
    )
    return told or bool(acting_on("salt", athlete))
