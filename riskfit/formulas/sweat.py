"""Sweat from a heat balance of the body, smooth over all weather and intensities.

What the body makes and the air does not take dry must leave wet. The balance is solved for
one unknown per sample, the drive for sweating follows, and what cannot evaporate drips.
``docs/sweat.md`` holds the figures against the published tables. All inside is per square
metre of body surface: W/m², kPa, °C.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskfit.formulas.energy import body_surface_area_m2
from riskfit.formulas.fluid import (
    BETWEEN_PERSON_LOG_SD,
    DRINK_SODIUM_MG_L,
    SODIUM_MMOL_L,
    SODIUM_RANGE_MMOL_L,
    body_mass_loss_pct,
    drink_after_l,
    drink_before_l,
    drink_cap_l_h,
    drink_plan_l_h,
    personal_factor,
    sodium_loss_g,
    sweat_from_weigh_in,
    sweat_interval,
)
from riskfit.formulas.humidity import vapour_pressure_kpa

__all__ = [
    "BETWEEN_PERSON_LOG_SD",
    "DRINK_SODIUM_MG_L",
    "SODIUM_MMOL_L",
    "SODIUM_RANGE_MMOL_L",
    "SWEAT_LAG_S",
    "air_speed_m_s",
    "body_mass_loss_pct",
    "drink_after_l",
    "drink_before_l",
    "drink_cap_l_h",
    "drink_plan_l_h",
    "mean_radiant_temperature_c",
    "personal_factor",
    "sodium_loss_g",
    "sweat_along_l",
    "sweat_from_weigh_in",
    "sweat_interval",
    "sweat_rate_l_h",
    "typical_clothing_clo",
]

FloatArray = NDArray[np.float64]

#: Sweating follows its steady rate with this time constant. [s]
SWEAT_LAG_S = 300.0
#: Relative humidity where nobody measured it. [%]
ASSUMED_HUMIDITY_PCT = 55.0

_EVAPORATION_J_G = 2426.0  # latent heat at 30 °C; ISO 7933:2004, 8.1
_LEWIS_K_KPA = 16.7  # Lewis relation at sea level; ISO 9920:2007
_PERMEABILITY = 0.38  # static moisture permeability of ordinary clothing; ISO 9920:2007
_RADIATIVE_W_M2_K = 4.5  # linear exchange of a standing body; Fanger 1970, ISO 7730:2005
_STILL_AIR_M_S = 0.3  # a moving body stirs at least this

# Found by fitting to the ACSM table, ISO 7933 and makers' estimates together: docs/sweat.md
_DRIVE_PER_METABOLISM = 0.50  # W/m² of sweat drive a W/m² of metabolism
_DRIVE_PER_DEGREE = 14.0  # W/m² a degree of the skin
_DRIVE_REST_W_M2 = 58.0  # 1 met, where drive from metabolism begins
_DRIVE_SKIN_C = 33.0
_DRIVE_WIDTH_W_M2 = 120.0  # how gently sweating sets in
_OWN_MOTION = 0.6  # share of the own speed that reaches the skin as wind

_NEWTON_STEPS = 40


@dataclass(frozen=True, slots=True, eq=False)
class _Balance:
    """What the balance needs of the surroundings, each an array over samples."""

    metabolism: FloatArray
    heat: FloatArray
    operative_c: FloatArray
    dry: FloatArray
    wet_resistance: FloatArray
    vapour_kpa: FloatArray


def _softplus(x: FloatArray) -> FloatArray:
    """Return ln(1 + e^x) without overflow."""
    return np.asarray(np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x))))


def _surroundings(
    metabolism: FloatArray,
    work: FloatArray,
    air_c: FloatArray,
    humidity_pct: FloatArray,
    air_m_s: FloatArray,
    radiant_c: FloatArray,
    clo: FloatArray,
    pressure_hpa: FloatArray,
) -> _Balance:
    """Return heat to be lost and the resistances to losing it."""
    vapour = vapour_pressure_kpa(air_c, humidity_pct)
    # Fanger 1970: warming and moistening the breath
    breath = metabolism * (0.0014 * (34.0 - air_c) + 0.0173 * (5.87 - vapour))
    density = pressure_hpa / 1013.25
    stirred = np.hypot(_STILL_AIR_M_S, air_m_s)
    # free and forced convection join smoothly; Mitchell 1974 gives 8.3 v^0.6
    convective = np.hypot(3.1, 8.3 * (stirred * density) ** 0.6)
    operative = (convective * air_c + _RADIATIVE_W_M2_K * radiant_c) / (
        convective + _RADIATIVE_W_M2_K
    )
    larger = 1.0 + 0.28 * clo  # the clothed body's surface; ISO 7933:2023
    cloth = 0.155 * clo / (1.0 + 0.3 * stirred)  # wind and motion pump air through it
    lewis = _LEWIS_K_KPA / density
    return _Balance(
        metabolism=metabolism,
        heat=metabolism - work - breath,
        operative_c=operative,
        dry=1.0 / (cloth + 1.0 / (larger * (convective + _RADIATIVE_W_M2_K))),
        wet_resistance=cloth / (_LEWIS_K_KPA * _PERMEABILITY) + 1.0 / (lewis * larger * convective),
        vapour_kpa=vapour,
    )


def _drive(balance: _Balance, skin_c: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the drive for sweating and its slope over skin temperature."""
    x = (
        _DRIVE_PER_METABOLISM * (balance.metabolism - _DRIVE_REST_W_M2)
        + _DRIVE_PER_DEGREE * (skin_c - _DRIVE_SKIN_C)
    ) / _DRIVE_WIDTH_W_M2
    small = np.exp(-np.abs(x))
    drive = _DRIVE_WIDTH_W_M2 * (np.maximum(x, 0.0) + np.log1p(small))
    return drive, _DRIVE_PER_DEGREE * np.where(x > 0.0, 1.0, small) / (1.0 + small)


def _solve(balance: _Balance) -> FloatArray:
    """Return the drive at which heat made and heat lost are equal: the balance's one root."""
    shape = balance.heat.shape
    skin = np.full(shape, 35.0)
    low, high = np.full(shape, -150.0), np.full(shape, 200.0)
    for _ in range(_NEWTON_STEPS):
        drive, drive_slope = _drive(balance, skin)
        over = 243.04 + np.maximum(skin, -150.0)
        saturated = 0.61094 * np.exp(17.625 * skin / over)
        room = saturated - balance.vapour_kpa
        most = np.maximum(room, 0.05) / balance.wet_resistance
        most_slope = np.where(
            room > 0.05, saturated * 17.625 * 243.04 / over**2 / balance.wet_resistance, 0.0
        )
        load = drive / most
        share = 1.0 / np.sqrt(1.0 + load * load)
        surplus = balance.heat - balance.dry * (skin - balance.operative_c) - drive * share
        slope = balance.dry + share**3 * (drive_slope + load**3 * most_slope)
        low, high = np.where(surplus > 0.0, skin, low), np.where(surplus > 0.0, high, skin)
        step = skin + surplus / slope
        step = np.where((step > low) & (step < high), step, 0.5 * (low + high))
        done = np.nanmax(np.abs(step - skin), initial=0.0) < 1e-5
        skin = step
        if done:
            break
    return _drive(balance, skin)[0]


def sweat_rate_l_h(
    metabolic_rate_w: ArrayLike,
    external_work_w: ArrayLike,
    *,
    mass_kg: ArrayLike,
    height_m: ArrayLike,
    air_temperature_c: ArrayLike,
    relative_humidity_pct: ArrayLike = ASSUMED_HUMIDITY_PCT,
    air_speed_m_s: ArrayLike = 0.0,
    mean_radiant_temperature_c: ArrayLike | None = None,
    clothing_clo: ArrayLike | None = None,
    pressure_hpa: ArrayLike = 1013.25,
) -> FloatArray:
    """Return the steady sweat rate of a session's moment.

    Parameters
    ----------
    metabolic_rate_w, external_work_w : float or ndarray
        Energy turned over, and the part of it that leaves as work. [W]
    mass_kg, height_m : float or ndarray
        Of the body. [kg], [m]
    air_temperature_c : float or ndarray
        Air temperature. [°C]
    relative_humidity_pct : float or ndarray, optional
        Relative humidity, 55 where unknown. [%]
    air_speed_m_s : float or ndarray, optional
        Air over the skin, from `air_speed_m_s`. [m/s]
    mean_radiant_temperature_c : float or ndarray, optional
        From `mean_radiant_temperature_c`; default the air's. [°C]
    clothing_clo : float or ndarray, optional
        Insulation of clothing; default typical for the temperature. [clo]
    pressure_hpa : float or ndarray, optional
        Air pressure. [hPa]

    Returns
    -------
    ndarray
        Sweat rate in steady state, nan where an input is. [L/h]

    Notes
    -----
    The model has no ranges. It was held against 18 to 28 °C (ACSM), 15 to 40 °C (ISO 7933)
    and sessions from 6 to 26 °C; see ``docs/sweat.md`` for its errors there. One person
    differs from it by times or divided by 2: `sweat_interval`.

    References
    ----------
    .. [1] P. O. Fanger, Thermal Comfort, 1970 (breath, radiation).
    .. [2] ISO 7933:2023, predicted heat strain (clothing area, latent heat), and ISO 9920:2007.
    .. [3] D. Mitchell, "Convective heat transfer from man and other animals," 1974.
    .. [4] S. J. Montain, S. N. Cheuvront, M. N. Sawka, Br. J. Sports Med. 40, 98-106, 2006,
       doi:10.1136/bjsm.2005.018481 (the table of ACSM 2007).

    Examples
    --------
    >>> rate = sweat_rate_l_h(
    ...     850.0, 0.0, mass_kg=70.0, height_m=1.75, air_temperature_c=25.0, air_speed_m_s=1.7
    ... )
    >>> f"{rate:.2f}"
    '0.83'
    """
    air = np.asarray(air_temperature_c, dtype=np.float64)
    radiant = air if mean_radiant_temperature_c is None else mean_radiant_temperature_c
    clo = typical_clothing_clo(air) if clothing_clo is None else clothing_clo
    area = body_surface_area_m2(mass_kg, height_m)
    columns = (
        np.asarray(metabolic_rate_w, dtype=np.float64) / area,
        np.asarray(external_work_w, dtype=np.float64) / area,
        air,
        relative_humidity_pct,
        air_speed_m_s,
        radiant,
        clo,
        pressure_hpa,
    )
    arrays = np.broadcast_arrays(*(np.asarray(c, dtype=np.float64) for c in columns))
    drive = _solve(_surroundings(*arrays))
    return np.asarray(3.6 * area * drive / _EVAPORATION_J_G)


def sweat_along_l(
    steady_rate_l_h: ArrayLike,
    step_s: ArrayLike,
    *,
    lag_s: float = SWEAT_LAG_S,
    start_rate_l_h: ArrayLike = 0.0,
) -> FloatArray:
    """Return the sweat lost by the end of every sample, sweating lagging behind its cause.

    Parameters
    ----------
    steady_rate_l_h : ndarray
        Steady sweat rate during each sample, samples on the last axis. [L/h]
    step_s : float or ndarray
        Length of each sample. [s]
    lag_s : float, optional
        Time constant of the lag. [s]
    start_rate_l_h : float or ndarray, optional
        Sweat rate at the start, 0 from rest. [L/h]

    Returns
    -------
    ndarray
        Cumulative loss, of the same shape; a sample without a rate adds nothing. [L]

    Notes
    -----
    A first-order lag is exact without a loop: what was lost is the integral of the steady
    rate less the lag times the rise of the actual rate.

    Examples
    --------
    >>> f"{sweat_along_l(np.full(60, 1.0), 60.0)[-1]:.3f}"
    '0.917'
    """
    steady = np.nan_to_num(np.asarray(steady_rate_l_h, dtype=np.float64))
    step = np.broadcast_to(np.nan_to_num(np.asarray(step_s, dtype=np.float64)), steady.shape)
    start = np.asarray(start_rate_l_h, dtype=np.float64)[..., np.newaxis]
    total = np.cumsum(steady * step, axis=-1)
    rate = _lagged(steady, step / lag_s, start)
    return np.asarray((total - lag_s * (rate - start)) / 3600.0)


def _lagged(steady: FloatArray, steps: FloatArray, start: FloatArray) -> FloatArray:
    """Return the lagged rate at the end of each step; steps are in time constants."""
    # The closed form multiplies by e^t, which overflows; blocks of some 100 lags keep it
    # exact, and the state is handed from block to block.
    steps = np.minimum(steps, 50.0)  # by then nothing of the old rate is left
    clock = np.cumsum(steps, axis=-1)
    gain = -np.expm1(-steps)
    result = np.empty(steady.shape)
    state = np.broadcast_to(start, (*steady.shape[:-1], 1))
    block = np.floor(np.max(clock.reshape(-1, clock.shape[-1]), axis=0) / 100.0)
    edges = np.concatenate(([0], np.flatnonzero(np.diff(block)) + 1, [steady.shape[-1]]))
    for first, last in pairwise(edges):
        origin = clock[..., first : first + 1] - steps[..., first : first + 1]
        grown = np.exp(clock[..., first:last] - origin)
        part = np.cumsum(steady[..., first:last] * gain[..., first:last] * grown, axis=-1)
        result[..., first:last] = (state + part) / grown
        state = result[..., last - 1 : last]
    return result


def typical_clothing_clo(air_temperature_c: ArrayLike, sport: str = "running") -> FloatArray:
    """Return what people usually wear for a sport in such weather.

    Parameters
    ----------
    air_temperature_c : float or ndarray
        Air temperature. [°C]
    sport : str, optional
        Sport.

    Returns
    -------
    ndarray
        Insulation of clothing. [clo]

    Notes
    -----
    Shorts and shirt (0.3 clo, ISO 9920:2007) and about 0.1 clo more for every 10 degrees
    below 30; the slope is an assumption of this project.

    Examples
    --------
    >>> [f"{clo:.2f}" for clo in typical_clothing_clo([30.0, 10.0])]
    ['0.32', '0.50']
    """
    air = np.asarray(air_temperature_c, dtype=np.float64)
    del sport
    return np.asarray(0.3 + 0.03 * _softplus(10.0 - air / 3.0))


def air_speed_m_s(
    own_speed_m_s: ArrayLike, wind_m_s: ArrayLike = 0.0, indoor: ArrayLike = False
) -> FloatArray:
    """Return how fast the air passes the skin.

    Parameters
    ----------
    own_speed_m_s : float or ndarray
        Speed over ground; indoors it moves no air and is left out. [m/s]
    wind_m_s : float or ndarray, optional
        Wind at body height, nan where unknown: none. [m/s]
    indoor : bool or ndarray, optional
        In a room: 0.2 m/s, the air of occupied rooms (ISO 7730:2005).

    Returns
    -------
    ndarray
        Air speed. [m/s]

    Notes
    -----
    Wind and own motion add as squares, as they do on average over a course in all
    directions. Of the own speed 0.6 counts: others and the own body shelter the skin. The
    share was fitted (``docs/sweat.md``).

    Examples
    --------
    >>> f"{air_speed_m_s(3.0):.1f} {air_speed_m_s(9.0, indoor=True):.1f}"
    '1.8 0.2'
    """
    own = _OWN_MOTION * np.nan_to_num(np.asarray(own_speed_m_s, dtype=np.float64))
    wind = np.nan_to_num(np.asarray(wind_m_s, dtype=np.float64))
    return np.asarray(np.where(indoor, 0.2, np.hypot(own, wind)))


def mean_radiant_temperature_c(
    air_temperature_c: ArrayLike, solar_w_m2: ArrayLike = np.nan, indoor: ArrayLike = False
) -> FloatArray:
    """Return the temperature that surfaces and sun have for a body.

    Parameters
    ----------
    air_temperature_c : float or ndarray
        Air temperature. [°C]
    solar_w_m2 : float or ndarray, optional
        Global horizontal irradiance; nan: 25 degrees more outdoors. [W/m²]
    indoor : bool or ndarray, optional
        In a room: walls as warm as the air.

    Returns
    -------
    ndarray
        Mean radiant temperature. [°C]

    Examples
    --------
    >>> f"{mean_radiant_temperature_c(20.0, 700.0):.0f}"
    '48'
    """
    air = np.asarray(air_temperature_c, dtype=np.float64)
    solar = np.asarray(solar_w_m2, dtype=np.float64)
    excess = np.where(np.isfinite(solar), 0.04 * solar, 25.0)
    return np.asarray(air + np.where(indoor, 0.0, excess))
