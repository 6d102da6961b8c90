"""What is lost and taken in along a session: sweat, fluid, sodium, carbohydrate."""

from typing import Final, NamedTuple

import numpy as np

from riskfit._common import FloatArray
from riskfit.athlete import Athlete, Conditions, WeighedSession
from riskfit.features.answers import plain_water_only, underfuelled
from riskfit.features.basis import Basis, basis
from riskfit.features.course import STEP_S, Course
from riskfit.features.energy import Energy
from riskfit.features.heat import Surroundings, sunlight_w_m2
from riskfit.features.person import Person
from riskfit.features.results import Columns, known, missing, zero_unknown
from riskfit.formulas.fluid import (
    SODIUM_MMOL_L,
    THIRST_SHARE,
    THIRST_SHARE_AT_HAND,
    WEIGH_IN_LOG_SD,
    allowed_loss_pct,
    sodium_loss_g,
    sweat_interval,
)
from riskfit.formulas.resting import body_surface_area_m2
from riskfit.formulas.sun import air_pressure_hpa
from riskfit.formulas.sweat import (
    air_speed_m_s,
    mean_radiant_temperature_c,
    sweat_along_l,
    sweat_rate_l_h,
    typical_clothing_clo,
)
from riskfit.sports import WATER

#: 10 to 90 % half-width of an estimated sweat loss, as a share; of one learnt from weigh-ins.
_SWEAT_SPREAD: Final = 0.30
_LEARNT_SPREAD: Final = 0.15
#: Of one that the scales showed: 10 to 90 % of the error of a weigh-in.
_WEIGHED_SPREAD: Final = 1.28 * WEIGH_IN_LOG_SD
#: Drinking that nobody told: what thirst replaces, 20 to 80 % of the sweat ...
_DRUNK_SPREAD: Final = 0.3
#: ... and more where that would leave a body lighter by more than this: runners of 80 to 161 km
#: lost 2 to 4 % on average, whatever their strategy, up to 39 °C (Hoffman & Stuempfle 2014,
#: doi 10.1080/15438627.2014.915838); so far as nobody drinks beyond the lowest of the ceilings of
#: `drink_ceiling_l_h` for it. [% of body mass, L/h]
_THIRST_HOLDS_PCT: Final = 4.0
_THIRST_MOST_L_H: Final = 0.6
#: Below this share of the sweat, the least that is assumed of anybody, drinking fades into none.
_DRY_SHARE: Final = 0.2
#: Sodium of a drink that nobody told: half of the 460 mg/L at which sports drinks begin, from
#: plain water to that (ACSM 2007, doi 10.1249/mss.0b013e31802ca597). [mg/L]
DRINK_SODIUM_MG_L: Final = 230.0
#: Sodium of people who see salt on their clothes (Stofan et al. 2005, crampers). [mmol/L]
_SALTY_MMOL_L: Final = 54.6
#: Between-person standard deviation of whole-body sweat sodium (Baker et al. 2016,
#: doi 10.1080/02640414.2015.1055291). [mmol/L]
_SODIUM_SD_MMOL_L: Final = 10.4
#: 10 to 90 % of a normal distribution reach this many standard deviations out.
_Z90: Final = 1.28
#: Sweat in the water, where no heat balance in air holds: trained swimmers lost 0.31 L/h
#: (Maughan et al. 2009, doi 10.1080/17461390802579129). [L/h]
_SWIMMING_L_H: Final = 0.31


def fluid_columns(
    course: Course,
    energy: Energy,
    around: Surroundings,
    person: Person,
    athlete: Athlete,
    conditions: Conditions,
    device_sweat_l: float | None = None,
    *,
    sweat_l: FloatArray | None = None,
    fluid_l_h: FloatArray | float | None = None,
) -> Columns:
    """Return sweat, drinking, body-mass and sodium features, summed along the session.

    A what-if gives its own ``sweat_l`` (without the personal factor) and ``fluid_l_h``, a row a
    plan; the drinking beats that of the conditions.
    """
    active_h = np.cumsum(course.active_s, axis=-1) / 3600
    estimate_l = sweat_loss_l(course, energy, around, person) if sweat_l is None else sweat_l
    sweat_l, spread, method = _sweated(estimate_l, athlete, conditions.weigh_in)
    balance = basis(method, energy.basis, around.temperature_basis)
    if method == "weighed":
        balance = basis(method)
    fluid_l_h = _told_l_h(conditions, active_h) if fluid_l_h is None else fluid_l_h
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(active_h > 0, sweat_l / active_h, np.nan)
    drinking = _drunk(sweat_l, active_h, fluid_l_h, conditions, person.mass_kg)
    drunk, half = drinking.drunk_l, drinking.spread_l
    area = float(body_surface_area_m2(person.mass_kg, person.height_m))
    metabolic = np.sum(energy.metabolic_rate_w * course.active_s, axis=-1) / np.maximum(
        np.sum(course.active_s, axis=-1), 1e-9
    )
    low_rate, high_rate = (
        sweat_interval(rate)
        if method == "heat_balance"
        else (rate * (1 - spread), rate * (1 + spread))
    )
    gross_pct = 100 * sweat_l / person.mass_kg
    return {
        "metabolic_rate_w_m2": known(metabolic[..., None] / area, energy.basis),
        "sweat_rate_l_h": known(rate, balance, low_rate, high_rate),
        "sweat_loss_l": known(sweat_l, balance, sweat_l * (1 - spread), sweat_l * (1 + spread)),
        "device_sweat_loss_l": missing("the device gives none")
        if device_sweat_l is None
        else known(device_sweat_l, "makers_estimate"),
        "sweat_loss_pct": known(
            gross_pct, balance, gross_pct * (1 - spread), gross_pct * (1 + spread)
        ),
        "fluid_intake_l": known(drunk, drinking.basis, drunk - half, drunk + half),
        **_mass_lost(sweat_l, drinking, spread, active_h, person.mass_kg, balance),
        **_sodium(sweat_l, drinking.counted_l, spread, balance, athlete, conditions),
        "plain_water_only": plain_water_only(gross_pct, drinking.dry, conditions),
        "underfuelled": underfuelled(active_h * 60, conditions),
    }


def _sweated(
    estimate_l: FloatArray, athlete: Athlete, weigh_in: WeighedSession | None
) -> tuple[FloatArray, float, str]:
    """Return what was sweated, its half-width as a share, and the method. [L].

    The scales of this session beat what others taught, and that beats the estimate.
    """
    total = float(estimate_l[..., -1].flat[0])
    if weigh_in is not None and total > 0:
        return estimate_l * (weigh_in.sweat_l / total), _WEIGHED_SPREAD, "weighed"
    if athlete.sweat_factor:
        return athlete.sweat_factor * estimate_l, _LEARNT_SPREAD, "heat_balance_learnt"
    return estimate_l, _SWEAT_SPREAD, "heat_balance"


def _told_l_h(conditions: Conditions, active_h: FloatArray) -> float | None:
    """Return what was drunk as it was told, with the scales or without. [L/h]."""
    hours = float(active_h[..., -1].flat[0])
    if conditions.weigh_in is None or not hours:
        return conditions.fluid_l_h
    return conditions.weigh_in.intake_l / hours


def sweat_loss_l(
    course: Course, energy: Energy, around: Surroundings, person: Person
) -> FloatArray:
    """Integrate the sweat rate along the steps, with the lag of its onset. [L]."""
    rate = steady_sweat_l_h(course, energy, around, person)
    elapsed = np.diff(course.end_s, prepend=0.0)
    # A plan has no pauses: time beyond its end is no time at all.
    share = np.minimum(elapsed, STEP_S) if course.active_s.ndim == 1 else course.active_s
    return np.asarray(sweat_along_l(rate, share), dtype=float)


def steady_sweat_l_h(
    course: Course, energy: Energy, around: Surroundings, person: Person
) -> FloatArray:
    """Return the sweat rate that each step would settle at [L/h]."""
    speed = zero_unknown(course.speed_m_s)
    altitude = 0.0 if np.isnan(course.altitude_m) else course.altitude_m
    rate = sweat_rate_l_h(
        energy.metabolic_rate_w,
        energy.external_work_w,
        mass_kg=person.mass_kg,
        height_m=person.height_m,
        air_temperature_c=around.air_temperature_c,
        relative_humidity_pct=around.relative_humidity_pct,
        air_speed_m_s=air_speed_m_s(speed, around.wind_m_s, around.indoor),
        mean_radiant_temperature_c=mean_radiant_temperature_c(
            around.air_temperature_c, sunlight_w_m2(course, around), around.indoor
        ),
        clothing_clo=_clothing_clo(course, around.air_temperature_c),
        pressure_hpa=air_pressure_hpa(altitude),
    )
    for index, leg in enumerate(course.legs):
        if leg.sport in WATER:
            rate = np.where(course.leg == index, _SWIMMING_L_H, rate)
    return np.asarray(rate, dtype=float)


def _clothing_clo(course: Course, air_temperature_c: FloatArray) -> FloatArray:
    """Return what is usually worn, by the leg where there are several."""
    clo = typical_clothing_clo(air_temperature_c, course.legs[0].sport)
    for index, leg in enumerate(course.legs[1:], start=1):
        other = typical_clothing_clo(air_temperature_c, leg.sport)
        clo = np.where(course.leg == index, other, clo)
    return clo


class _Drinking(NamedTuple):
    """What was drunk, its half-width, what of it counts in the score, and what it rests on. [L].

    Drinking counts up to what thirst replaces: more never makes a session look safer. ``dry`` is 1
    where nothing is drunk, 0 where something is, None where nobody told.
    """

    drunk_l: FloatArray
    spread_l: FloatArray
    counted_l: FloatArray
    share: float
    dry: FloatArray | None
    basis: Basis


def _drunk(
    sweat_l: FloatArray,
    active_h: FloatArray,
    fluid_l_h: FloatArray | float | None,
    conditions: Conditions,
    mass_kg: float,
) -> _Drinking:
    """Return what was drunk: as told, or what thirst replaces."""
    share = THIRST_SHARE_AT_HAND if conditions.drink_at_hand else THIRST_SHARE
    thirst_l = _thirst_l(sweat_l, active_h, share, mass_kg)
    if fluid_l_h is None:
        method = basis("drink_at_hand" if conditions.drink_at_hand else "by_thirst")
        half_l = _DRUNK_SPREAD / (1 - share) * (sweat_l - thirst_l)
        return _Drinking(thirst_l, half_l, thirst_l, share, None, method)
    drunk = np.asarray(fluid_l_h * active_h)
    dry = np.clip(1 - drunk / np.maximum(_DRY_SHARE * sweat_l, 1e-9), 0.0, 1.0)
    counted = np.minimum(drunk, thirst_l)
    return _Drinking(drunk, np.zeros_like(drunk), counted, share, dry, basis("told"))


def _thirst_l(
    sweat_l: FloatArray, active_h: FloatArray, share: float, mass_kg: float
) -> FloatArray:
    """Return what thirst replaces of a sweat loss [L]."""
    held_l = sweat_l - _THIRST_HOLDS_PCT / 100 * mass_kg
    return np.maximum(share * sweat_l, np.minimum(held_l, _THIRST_MOST_L_H * active_h))


def _mass_lost(
    sweat_l: FloatArray,
    drinking: _Drinking,
    spread: float,
    active_h: FloatArray,
    mass_kg: float,
    balance: Basis,
) -> Columns:
    """Return the share of body mass that is lost, and what of it counts for that length.

    Its range is that of the sweat, and of drinking that nobody told.
    """
    net, counted = sweat_l - drinking.drunk_l, sweat_l - drinking.counted_l
    if drinking.dry is not None:
        ends = [sweat_l * factor for factor in (1 - spread, 1 + spread)]
        low, high = (end - drinking.drunk_l for end in ends)
        least, most = (
            end - np.minimum(drinking.drunk_l, _thirst_l(end, active_h, drinking.share, mass_kg))
            for end in ends
        )
    else:
        half = np.hypot(spread * net, drinking.spread_l)
        low, high = net - half, net + half
        least, most = (1 - spread) * counted, counted + half
    both = basis("sweat_and_drinking", balance, drinking.basis)
    scale = 100 / mass_kg
    longer = allowed_loss_pct(active_h) - 2.0
    held = _held_pct(scale * (1 - drinking.share) * sweat_l, active_h)
    judged = np.maximum(scale * counted - longer, held)
    return {
        "body_mass_loss_pct": known(scale * net, both, scale * low, scale * high),
        "body_mass_loss_for_length_pct": known(
            judged,
            both,
            np.minimum(scale * least - longer, judged),
            np.maximum(scale * most - longer, judged),
        ),
    }


def _held_pct(lost_pct: FloatArray, active_h: FloatArray) -> FloatArray:
    """Return what counts of a loss that thirst holds: what it was when it began to hold.

    What a session may lose grows on behind that, and a longer session must not count for less.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        held_from_h = np.fmin(_THIRST_HOLDS_PCT / lost_pct, 1.0) * active_h
    longer = np.asarray(allowed_loss_pct(held_from_h)) - 2.0
    return np.minimum(lost_pct, _THIRST_HOLDS_PCT) - longer


def _sodium(
    sweat_l: FloatArray,
    drunk_l: FloatArray,
    spread: float,
    balance: Basis,
    athlete: Athlete,
    conditions: Conditions,
) -> Columns:
    """Return sodium lost and the deficit left after what was drunk."""
    concentration, spread_mmol = SODIUM_MMOL_L, _Z90 * _SODIUM_SD_MMOL_L
    salt = basis("usual_sodium", SODIUM_MMOL_L)
    if athlete.sweat_sodium_mmol_l is not None:
        concentration, spread_mmol = athlete.sweat_sodium_mmol_l, 5.0
        salt = basis("measured_sodium")
    elif athlete.salty_sweater:
        concentration, salt = _SALTY_MMOL_L, basis("salty_sweater", _SALTY_MMOL_L)
    lost = np.asarray(sodium_loss_g(sweat_l, concentration))
    lost_spread = lost * float(np.hypot(spread, spread_mmol / concentration))
    taken_mg_l, taken_spread = DRINK_SODIUM_MG_L, DRINK_SODIUM_MG_L
    if conditions.drink_sodium_mg_l is not None:
        taken_mg_l, taken_spread = conditions.drink_sodium_mg_l, 0.0
    deficit = lost - drunk_l * taken_mg_l / 1000
    deficit_spread = np.hypot(lost_spread, drunk_l * taken_spread / 1000)
    drink = basis("assumed" if conditions.drink_sodium_mg_l is None else "told")
    return {
        "sodium_loss_g": known(
            lost, basis("sodium_in_sweat", salt, balance), lost - lost_spread, lost + lost_spread
        ),
        "sodium_deficit_g": known(
            deficit,
            basis("sodium_balance", salt, drink, balance),
            deficit - deficit_spread,
            deficit + deficit_spread,
        ),
    }
