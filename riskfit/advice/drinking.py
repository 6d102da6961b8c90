"""The drinking plan: from sweat alone, never from the score.

It never exceeds the sweat rate, never gains mass, keeps to the cap, and gives way to thirst
for everybody whom over-drinking has harmed most.
"""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from riskfit._common import FloatArray
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
#: Less an hour is not worth a number.
_LEAST_L_H: Final = 0.05


class DrinkingPlan(Struct, frozen=True, kw_only=True):
    """What to drink before, during and after, and whether salt is for a clinician to say.

    Everybody who shows an amount takes it from here, and `written` says how it is written.

    Attributes
    ----------
    sweat_rate_l_h, sweat_low_l_h, sweat_high_l_h : float
    plan_l_h, cap_l_h : float
        The least that keeps the loss within 2 % where the cap allows it; what no plan may
        exceed. [L/h]
    most_l_h : float
        What nobody should drink more of: the plan, or the cap where there is no plan. [L/h]
    every_15_min_l, every_20_min_l : float or None
        The plan in sips; None for those who should go by thirst alone. [L]
    sodium_mg_h, sodium_low_mg_h, sodium_high_mg_h : float or None
        Sodium lost with the sweat, and its range; None where it is a clinician's matter. [mg/h]
    loss_pct_at_end : float
        Body-mass loss if the plan is followed. [%]
    before_l, after_l : tuple of float, or None
        About four hours before; after, when the next session is near: for what is missing
        after the plan, or after what was drunk where that is less. None where salt is a
        clinician's matter. [L]
    caps : tuple of str
        What held the plan back, and what it cannot replace.
    thirst_alone, salt_limited : bool
        No schedule for this person; salt is for their clinician to say.
    thirst_because : tuple of str
        Features that call for thirst alone.
    """

    sweat_rate_l_h: float
    sweat_low_l_h: float
    sweat_high_l_h: float
    plan_l_h: float
    cap_l_h: float
    most_l_h: float
    every_15_min_l: float | None
    every_20_min_l: float | None
    sodium_mg_h: float | None
    sodium_low_mg_h: float | None
    sodium_high_mg_h: float | None
    loss_pct_at_end: float
    before_l: tuple[float, float] | None
    after_l: tuple[float, float] | None
    caps: tuple[str, ...]
    thirst_alone: bool
    thirst_because: tuple[str, ...]
    salt_limited: bool


def plan_drinking(features: Mapping[str, Feature], athlete: Athlete) -> DrinkingPlan | None:
    """Return a plan for a session of this sweat rate and length, None where it is unknown."""
    rate = features["sweat_rate_l_h"]
    minutes, mass_kg = features["duration_min"].value, features["body_mass_kg"].value
    if rate.value is None or not minutes or not mass_kg:
        return None
    hours = minutes / 60
    plan = float(drink_plan_l_h(rate.value, mass_kg, hours))
    cap = float(drink_cap_l_h(rate.value))
    left_l = (rate.value - plan) * hours
    loss_pct = left_l / mass_kg * 100
    lost_pct = features["body_mass_loss_pct"].value
    missing_l = left_l if lost_pct is None else min(left_l, lost_pct / 100 * mass_kg)
    thirst = _thirst_reasons(features, athlete, minutes, mass_kg)
    limited = salt_limited(features, athlete)
    caps = _caps(rate.value, plan, cap, loss_pct, list(thirst.values()), limited)
    sodium, low, high = (None,) * 3 if limited else _sodium_mg_h(features["sodium_loss_g"], hours)
    return DrinkingPlan(
        sweat_rate_l_h=rate.value,
        sweat_low_l_h=rate.value if rate.low is None else rate.low,
        sweat_high_l_h=rate.value if rate.high is None else rate.high,
        plan_l_h=plan,
        cap_l_h=cap,
        most_l_h=cap if thirst_is_enough(plan) else plan,
        every_15_min_l=None if thirst else plan / 4,
        every_20_min_l=None if thirst else plan / 3,
        sodium_mg_h=sodium,
        sodium_low_mg_h=low,
        sodium_high_mg_h=high,
        loss_pct_at_end=loss_pct,
        before_l=None if limited else _pair(drink_before_l(mass_kg)),
        after_l=None if limited else _pair(drink_after_l(missing_l)),
        caps=caps,
        thirst_alone=bool(thirst),
        thirst_because=tuple(thirst),
        salt_limited=limited,
    )


def thirst_is_enough(plan_l_h: float) -> bool:
    """Say whether a plan asks for so little that no amount is worth saying."""
    return plan_l_h < _LEAST_L_H


def salt_limited(features: Mapping[str, Given], athlete: Athlete) -> bool:
    """Say whether salt, and amounts beside the drinking plan, are for a clinician to say."""
    told = any(
        numbers_of(disease.id, features.get(disease.id))[1] > 0
        for disease in load_diseases()
        if "salt" in disease.acts_on
    )
    return told or bool(acting_on("salt", athlete))


def written(drinking: Mapping[str, Any]) -> dict[str, str]:
    """Return the amounts of a plan that are known, as they are written: no finer than known."""
    texts = {}
    for name in ("sweat_rate_l_h", "plan_l_h", "most_l_h", "loss_pct_at_end"):
        texts[name] = _text(drinking.get(name), 1)
    for name in ("sodium_mg_h", "sodium_low_mg_h", "sodium_high_mg_h"):
        texts[name] = _text(drinking.get(name), -1)
    for name, scale, unit, digits in (("before", 1000, "ml", -1), ("after", 1, "l", 1)):
        ends = drinking.get(f"{name}_l") or (None, None)
        for end, litres in zip(("low", "high"), ends, strict=True):
            texts[f"{name}_{end}_{unit}"] = _text(litres, digits, scale)
    return {name: text for name, text in texts.items() if text}


def _text(number: float | None, digits: int, scale: float = 1) -> str:
    return "" if number is None else f"{round(number * scale, digits):,.{max(digits, 0)}f}"


def _pair(ends: tuple[FloatArray, FloatArray]) -> tuple[float, float]:
    return float(ends[0]), float(ends[1])


def _thirst_reasons(
    features: Mapping[str, Feature], athlete: Athlete, minutes: float, mass_kg: float
) -> dict[str, str]:
    """Return why this person should have no schedule: features, each in words."""
    reasons = {}
    if minutes > _LONG_MIN:
        reasons["duration_min"] = "the session is longer than 4 h"
    if features["male_sex"].value == 0:
        reasons["male_sex"] = "women are affected more often"
    if mass_kg < _SMALL_KG:
        reasons["body_mass_kg"] = "of low body mass"
    speed = features["speed_avg_km_h"].value if "speed_avg_km_h" in features else None
    long_enough = minutes > _LONG_MIN / 2
    if speed is not None and 3 < speed < _SLOW_KM_H and long_enough and not reasons:
        reasons["speed_avg_km_h"] = "the pace leaves much time to drink"
    medicines = acting_on("thirst", athlete)
    if medicines:
        reasons["medication_response"] = " and because ".join(f"of {name}" for name in medicines)
    return reasons


def _caps(
    sweat_l_h: float,
    plan_l_h: float,
    cap_l_h: float,
    loss_pct: float,
    reasons: list[str],
    limited: bool,
) -> tuple[str, ...]:
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
    if limited:
        caps.append("Salt: ask your clinician; this tool gives no amount in your case.")
    return tuple(caps)


def _sodium_mg_h(lost: Feature, hours: float) -> tuple[float | None, float | None, float | None]:
    """Return the sodium lost an hour, with its range."""
    if lost.value is None:
        return None, None, None
    low, high = (lost.value if bound is None else bound for bound in (lost.low, lost.high))
    return 1000 * lost.value / hours, 1000 * low / hours, 1000 * high / hours
