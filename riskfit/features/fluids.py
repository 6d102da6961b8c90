"""What is lost and taken in along a session: sweat, fluid, sodium, carbohydrate."""

from typing import Final

import numpy as np

from riskfit._common import FloatArray
from riskfit.athlete import Athlete, Conditions
from riskfit.features.answers import plain_water_only, underfuelled
from riskfit.features.basis import Basis, basis
from riskfit.features.course import STEP_S, Course
from riskfit.features.energy import Energy
from riskfit.features.heat import Surroundings, sunlight_w_m2
from riskfit.features.person import Person
from riskfit.features.results import Columns, known, missing, zero_unknown
from riskfit.formulas.fluid import (
    SODIUM_MMOL_L,
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
#: Drinking that nobody told: half the sweat, 20 to 80 % of it.
_DRUNK_FRACTION: Final = 0.5
_DRUNK_SPREAD: Final = 0.3
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
    factor = athlete.sweat_factor or 1.0
    fluid_l_h = conditions.fluid_l_h if fluid_l_h is None else fluid_l_h
    sweat_l = factor * (
        sweat_loss_l(course, energy, around, person) if sweat_l is None else sweat_l
    )
    spread = _LEARNT_SPREAD if athlete.sweat_factor else _SWEAT_SPREAD
    balance = basis(
        "heat_balance_learnt" if athlete.sweat_factor else "heat_balance",
        energy.basis,
        around.temperature_basis,
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(active_h > 0, sweat_l / active_h, np.nan)
    drunk, drunk_spread, drinking = _drunk(sweat_l, active_h, fluid_l_h)
    # Drinking that nobody told follows the sweat; what was told does not.
    follows = 1.0 if fluid_l_h is not None else 1 - _DRUNK_FRACTION
    net_spread = np.hypot(follows * spread * sweat_l, drunk_spread)
    area = float(body_surface_area_m2(person.mass_kg, person.height_m))
    metabolic = np.sum(energy.metabolic_rate_w * course.active_s, axis=-1) / np.maximum(
        np.sum(course.active_s, axis=-1), 1e-9
    )
    low_rate, high_rate = (
        (rate * (1 - spread), rate * (1 + spread)) if athlete.sweat_factor else sweat_interval(rate)
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
        "fluid_intake_l": known(drunk, drinking, drunk - drunk_spread, drunk + drunk_spread),
        **_body_mass_loss(
            100 * (sweat_l - drunk) / person.mass_kg,
            100 * net_spread / person.mass_kg,
            active_h,
            basis("sweat_and_drinking", balance, drinking),
        ),
        **_sodium(sweat_l, drunk, spread, balance, athlete, conditions),
        "plain_water_only": plain_water_only(gross_pct, fluid_l_h, conditions),
        "underfuelled": underfuelled(active_h * 60, conditions),
    }


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


def _drunk(
    sweat_l: FloatArray, active_h: FloatArray, fluid_l_h: FloatArray | float | None
) -> tuple[FloatArray, FloatArray, Basis]:
    """Return what was drunk, its half-width, and what it rests on. [L]."""
    if fluid_l_h is not None:
        drunk = np.asarray(fluid_l_h * active_h)
        return drunk, np.zeros_like(drunk), basis("told")
    return _DRUNK_FRACTION * sweat_l, _DRUNK_SPREAD * sweat_l, basis("half_the_sweat")


def _body_mass_loss(
    net_pct: FloatArray, spread_pct: FloatArray, active_h: FloatArray, rests_on: Basis
) -> Columns:
    """Return the loss, and the same less what a session of this length may leave above 2 %."""
    longer_pct = allowed_loss_pct(active_h) - allowed_loss_pct(0.0)
    return {
        name: known(middle, rests_on, middle - spread_pct, middle + spread_pct)
        for name, middle in (
            ("body_mass_loss_pct", net_pct),
            ("body_mass_loss_for_length_pct", net_pct - longer_pct),
        )
    }


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
