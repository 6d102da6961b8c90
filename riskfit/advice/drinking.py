"""What to drink, decided once: from sweat, length and the person, never from the score.

Whoever shows an amount takes it from here.  Floors are floors and ceilings ceilings: no amount is
above the sweat rate, nobody gains mass, and those whom overdrinking has harmed most go by thirst.
Where an illness or a medicine makes drinking a doctor's matter there is no amount at all.
"""

from collections.abc import Mapping, Sequence
from math import floor
from typing import Any, Final, Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import asdict, replace
from numpy.typing import ArrayLike, NDArray

from riskfit._common import FloatArray
from riskfit.advice.heat_limits import only_usual
from riskfit.advice.limits import (
    LONG_MIN,
    fluid_limited_by,
    number,
    overdrinks_easily,
    salt_limited,
    thirst_reasons,
)
from riskfit.athlete import Athlete
from riskfit.features.results import Feature
from riskfit.formulas.fluid import (
    allowed_loss_pct,
    drink_after_l,
    drink_before_l,
    drink_ceiling_l_h,
    drink_floor_l_h,
)
from riskfit.origin import Origin
from riskfit.scoring.given import Given

Kind = Literal["nothing", "thirst", "plan", "ceiling", "limited"]

#: Shorter sessions need no drinking; from the second on thirst alone may not do. [min]
_NOTHING_MIN: Final = 60.0
_THIRST_MIN: Final = 120.0
#: Less an hour is not worth a number.
_LEAST_L_H: Final = 0.05
#: A loss below this is written as 0.0 %.
_NO_LOSS_PCT: Final = 0.05
#: From here texts warn of the heat, and nobody should hear that thirst is enough. [°C]
_HEAT_WBGT_C: Final = 25.0
FLUID_LIMITED: Final = (
    "How much to drink is a question for your doctor, so no amounts are given here."
)


class DrinkingPlan(Struct, frozen=True, kw_only=True):
    """What to drink before, during and after, and what is for a doctor to say.

    Everybody who shows an amount takes it from here, and `written` says how it is written.
    None is an amount that must not be shown.

    Attributes
    ----------
    kind : str
        ``nothing`` to an hour, ``thirst`` to two, ``plan`` to four, ``ceiling`` beyond;
        ``limited`` where drinking is a doctor's matter. Who overdrinks easily has no plan.
    sweat_rate_l_h, sweat_low_l_h, sweat_high_l_h : float or None
    floor_l_h : float or None
        The least that keeps the loss as allowed, where the ceiling lets it; in a plan. [L/h]
    ceiling_l_h : float or None
        What nobody should drink more of. [L/h]
    every_15_min_l, every_20_min_l : float or None
        The floor in sips. [L]
    sodium_mg_h, sodium_low_mg_h, sodium_high_mg_h : float or None
        Sodium lost with the sweat, and its range. [mg/h]
    allowed_loss_pct : float
        How much lighter a session of this length may leave a body. [%]
    loss_pct_at_end : float or None
        Body-mass loss with the floor. [%]
    before_l, after_l : tuple of float, or None
        About four hours before; after, when the next session is near, by the scales alone. [L]
    caps : tuple of str
        What held the plan back, and what it cannot replace.
    thirst_enough, thirst_alone : bool
        Nothing drunk would do as well; no schedule for this person.
    thirst_because : tuple of str
        Features that call for thirst alone.
    gain : bool
        What is drunk is at least what is sweated: the sign of overdrinking.
    salt_limited : bool
    fluid_limited_by : tuple of str
        Ids of what makes salt, and drinking, a matter for a doctor.
    """

    kind: Kind
    sweat_rate_l_h: float | None
    sweat_low_l_h: float | None
    sweat_high_l_h: float | None
    floor_l_h: float | None
    ceiling_l_h: float | None
    every_15_min_l: float | None
    every_20_min_l: float | None
    sodium_mg_h: float | None
    sodium_low_mg_h: float | None
    sodium_high_mg_h: float | None
    allowed_loss_pct: float
    loss_pct_at_end: float | None
    before_l: tuple[float, float] | None
    after_l: tuple[float, float] | None
    caps: tuple[str, ...]
    thirst_enough: bool
    thirst_alone: bool
    thirst_because: tuple[str, ...]
    gain: bool
    salt_limited: bool
    fluid_limited_by: tuple[str, ...]


def plan_drinking(features: Mapping[str, Feature], athlete: Athlete) -> DrinkingPlan | None:
    """Return what to drink at this sweat rate and length, None where they are unknown."""
    rate = features["sweat_rate_l_h"]
    minutes, mass_kg = features["duration_min"].value, features["body_mass_kg"].value
    if rate.value is None or not minutes or not mass_kg:
        return None
    hours, per_l_h = minutes / 60, minutes / 60 / mass_kg * 100
    limits, no_salt = fluid_limited_by(features, athlete), salt_limited(features, athlete)
    thirst = thirst_reasons(features, athlete)
    careful = overdrinks_easily(thirst)
    least = float(drink_floor_l_h(rate.value, mass_kg, hours))
    kind: Kind = "limited" if limits else _kind(minutes, least, careful)
    planned = kind == "plan"
    capped = kind in ("thirst", "plan", "ceiling") and not (careful and minutes <= _THIRST_MIN)
    allowed = float(allowed_loss_pct(hours))
    enough = (
        kind in ("nothing", "thirst") and rate.value * per_l_h <= allowed and not _hot(features)
    )
    sodium = (None,) * 3 if limits or no_salt else _sodium_mg_h(features["sodium_loss_g"], hours)
    sweat = (None,) * 3 if limits else _ends(rate)
    before = kind != "nothing" and not limits and not no_salt
    plan = DrinkingPlan(
        kind=kind,
        sweat_rate_l_h=sweat[0],
        sweat_low_l_h=sweat[1],
        sweat_high_l_h=sweat[2],
        floor_l_h=least if planned else None,
        ceiling_l_h=float(drink_ceiling_l_h(rate.value, hours, careful)) if capped else None,
        every_15_min_l=least / 4 if planned else None,
        every_20_min_l=least / 3 if planned else None,
        sodium_mg_h=sodium[0],
        sodium_low_mg_h=sodium[1],
        sodium_high_mg_h=sodium[2],
        allowed_loss_pct=allowed,
        loss_pct_at_end=(rate.value - least) * per_l_h if planned else None,
        before_l=_pair(drink_before_l(mass_kg)) if before else None,
        after_l=None if limits or no_salt else _after_l(features, minutes, mass_kg),
        caps=(),
        thirst_enough=enough,
        thirst_alone=bool(thirst),
        thirst_because=tuple(thirst),
        gain=gains(features),
        salt_limited=no_salt,
        fluid_limited_by=limits,
    )
    return replace(plan, caps=_caps(plan, rate.value, list(thirst.values())))


def _kind(minutes: float, floor_l_h: float, careful: bool) -> Kind:
    """Return how a session of this length is drunk."""
    if minutes > LONG_MIN:
        return "ceiling"
    if minutes < _NOTHING_MIN:
        return "nothing"
    return "plan" if has_plan(minutes, floor_l_h, careful) else "thirst"


def has_plan(minutes: ArrayLike, floor_l_h: ArrayLike, careful: ArrayLike) -> NDArray[np.bool_]:
    """Say whether there is a plan to drink by; one that asks for nothing is none."""
    length, least = np.asarray(minutes), np.asarray(floor_l_h)
    fits = (length > _THIRST_MIN) & (length <= LONG_MIN)
    return np.asarray(fits & (least >= _LEAST_L_H) & ~np.asarray(careful, dtype=bool))


def gains(features: Mapping[str, Given]) -> bool:
    """Say whether drinking is known to exceed the sweat, or after two hours to equal it."""
    loss_pct, minutes = number(features, "body_mass_loss_pct"), number(features, "duration_min")
    return loss_pct < 0 or (loss_pct < _NO_LOSS_PCT and minutes >= _THIRST_MIN)


def written(drinking: Mapping[str, Any]) -> dict[str, str]:
    """Return the amounts of a plan that are known, as they are written: no finer than known.

    A ceiling is rounded down, so that no amount above it is said; a floor that is no less than the
    ceiling is not written.
    """
    texts = {}
    for name in ("sweat_rate_l_h", "floor_l_h", "loss_pct_at_end"):
        texts[name] = _text(drinking.get(name), 1)
    ceiling = drinking.get("ceiling_l_h")
    texts["ceiling_l_h"] = _text(None if ceiling is None else floor(10 * ceiling + 1e-9) / 10, 1)
    if texts["floor_l_h"] >= texts["ceiling_l_h"] > "":
        del texts["floor_l_h"]
    for name in ("sodium_mg_h", "sodium_low_mg_h", "sodium_high_mg_h"):
        texts[name] = _text(drinking.get(name), -1)
    for name, scale, unit, digits in (("before", 1000, "ml", -1), ("after", 1, "l", 1)):
        ends = drinking.get(f"{name}_l") or (None, None)
        for end, litres in zip(("low", "high"), ends, strict=True):
            texts[f"{name}_{end}_{unit}"] = _text(litres, digits, scale)
    return {name: text for name, text in texts.items() if text and text != "0.0"}


def _text(number: float | None, digits: int, scale: float = 1) -> str:
    return "" if number is None else f"{round(number * scale, digits):,.{max(digits, 0)}f}"


def _pair(ends: tuple[FloatArray, FloatArray]) -> tuple[float, float]:
    return float(ends[0]), float(ends[1])


def _ends(feature: Feature) -> tuple[float | None, float | None, float | None]:
    """Return a feature's value and range."""
    low, high = feature.low, feature.high
    return (
        feature.value,
        feature.value if low is None else low,
        feature.value if high is None else high,
    )


def _hot(features: Mapping[str, Feature]) -> bool:
    """Say whether texts warn of the heat, by the upper end where WBGT is a range."""
    value, _, high = _ends(features["wbgt_c"])
    most = value if only_usual(features["wbgt_c"]) else high
    return value is not None and max(value, most or value) >= _HEAT_WBGT_C


def _after_l(
    features: Mapping[str, Feature], minutes: float, mass_kg: float
) -> tuple[float, float] | None:
    """Return what replaces a loss that the scales showed; an estimate is no reason to drink."""
    lost = features["body_mass_loss_pct"]
    if lost.value is None or lost.origin is not Origin.SCALES or minutes > LONG_MIN:
        return None
    return _pair(drink_after_l(lost.value / 100 * mass_kg))


def _sodium_mg_h(lost: Feature, hours: float) -> tuple[float | None, float | None, float | None]:
    """Return the sodium lost an hour, with its range."""
    value, low, high = (None if end is None else 1000 * end / hours for end in _ends(lost))
    return value, low, high


def _caps(plan: DrinkingPlan, sweat_l_h: float, reasons: Sequence[str]) -> tuple[str, ...]:
    """Say what held the plan back."""
    caps = []
    if plan.kind == "limited":
        caps.append(FLUID_LIMITED)
    if plan.thirst_enough and plan.kind == "thirst":
        caps.append("Thirst is enough. Even without drinking you stay within 2 % of your weight.")
    ceiling, least = plan.ceiling_l_h, plan.floor_l_h
    if least is not None and ceiling is not None and ceiling <= least < sweat_l_h:
        caps.append(
            f"Held at {written(asdict(plan))['ceiling_l_h']} L an hour. More has made people ill, "
            "and your gut cannot take in much more."
        )
    loss_pct = plan.loss_pct_at_end
    if loss_pct is not None and loss_pct > plan.allowed_loss_pct + 1e-9:
        caps.append(
            f"You end about {loss_pct:.1f} % lighter even with this plan. Cooler, shorter or "
            "easier would lower that; more drinking would not be safe."
        )
    if reasons and plan.kind in ("thirst", "ceiling"):
        most = "" if ceiling is None else ", and never more than the amount above"
        why = "; ".join(reasons)
        caps.append(f"By thirst, not by the clock{most}, because {why}.")
    if plan.salt_limited:
        caps.append("Ask your doctor about salt; we give no amount in your case.")
    return tuple(caps)
