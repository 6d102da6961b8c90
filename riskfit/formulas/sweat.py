"""Sweat from a heat balance of the body, smooth over all weather and intensities.

What the body makes and the air does not take dry must leave wet. The balance is solved for
one unknown per sample, the drive for sweating follows, and what cannot evaporate drips.
``docs/sweat.md`` holds the figures against the published tables. All inside is per square
metre of body surface: W/m², kPa, °C.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskfit._common import FloatArray
from riskfit.formulas.heat import ASSUMED_COS_ZENITH, ASSUMED_WIND_M_S
from riskfit.formulas.humidity import saturation_vapour_pressure_kpa, vapour_pressure_kpa
from riskfit.formulas.numbers import array
from riskfit.formulas.resting import body_surface_area_m2
from riskfit.formulas.sun import clear_sky_irradiance_w_m2

#: Sweating follows its steady rate with this time constant. [s]
SWEAT_LAG_S = 420.0
#: Relative humidity where nobody measured it. [%]
ASSUMED_HUMIDITY_PCT = 55.0

_EVAPORATION_J_G = 2426.0  # latent heat at 30 °C; ISO 7933:2004, 8.1
_LEWIS_K_KPA = 16.7  # Lewis relation at sea level; ISO 9920:2007
_PERMEABILITY = 0.38  # static moisture permeability of ordinary clothing; ISO 9920:2007
_RADIATIVE_W_M2_K = 4.5  # linear exchange of a standing body; Fanger 1970, ISO 7730:2005
_STILL_AIR_M_S = 0.3  # a moving body stirs at least this

# Fitted to the ACSM table, ISO 7933 and the makers' estimates together: docs/sweat.md
_DRIVE_PER_METABOLISM = 0.565  # W/m² of sweat a W/m² of metabolism: the core's part
_DRIVE_PER_DEGREE = 16.0  # W/m² a degree of the skin
_DRIVE_SKIN_C = 32.9
_DRIVE_WIDTH_W_M2 = 15.0  # how gently one drive hands over to the other
_EXERCISE_DRIVE = 10.2  # times the root of metabolism above rest: sweat that heat does not ask for
_REST_W_M2 = 58.2  # 1 met
_REST_WIDTH_W_M2 = 20.0

# Sports Medicine Australia, Extreme Heat Policy 2021: clothing by sport. [clo]
_SPORT_CLOTHING_CLO = {
    "american_football": 0.47,
    "baseball": 0.70,
    "basketball": 0.37,
    "cycling": 0.40,
    "hiking": 0.50,
    "mountain_biking": 0.55,
    "rowing": 0.40,
    "rugby": 0.47,
    "running": 0.37,
    "soccer": 0.47,
    "tennis": 0.40,
    "walking": 0.50,
}

_NEWTON_STEPS, _COMMON_STEPS = 60, 3
_MAGNUS_SLOPE = 17.625 * 243.04  # derivative of the saturation pressure's exponent


class _Balance(NamedTuple):
    """What the balance needs, each an array over samples.

    ``core`` and ``exercise`` are the drives that do not depend on the skin.
    """

    heat: FloatArray
    operative_c: FloatArray
    dry: FloatArray
    wet_resistance: FloatArray
    vapour_kpa: FloatArray
    core: FloatArray
    exercise: FloatArray

    def only(self, chosen: NDArray[np.bool_]) -> "_Balance":
        """Return the balance of some of the samples."""
        return _Balance(*(value[chosen] for value in self))


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
        heat=metabolism - work - breath,
        operative_c=operative,
        dry=1.0 / (cloth + 1.0 / (larger * (convective + _RADIATIVE_W_M2_K))),
        wet_resistance=cloth / (_LEWIS_K_KPA * _PERMEABILITY) + 1.0 / (lewis * larger * convective),
        vapour_kpa=vapour,
        core=_DRIVE_PER_METABOLISM * (metabolism - _REST_W_M2) - _DRIVE_PER_DEGREE * _DRIVE_SKIN_C,
        exercise=_exercise_drive(metabolism),
    )


def _exercise_drive(metabolism: FloatArray) -> FloatArray:
    """Return the sweating that exercise brings even where no heat is left to lose."""
    above = metabolism - _REST_W_M2
    return np.asarray(_EXERCISE_DRIVE * np.sqrt(0.5 * (above + np.hypot(above, _REST_WIDTH_W_M2))))


def _drive(balance: _Balance, skin_c: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the drive for sweating and its slope over skin temperature.

    It is the larger of what heat and what exercise ask for, joined without a corner.
    """
    thermal = balance.core + _DRIVE_PER_DEGREE * skin_c
    lead = (thermal - balance.exercise) / _DRIVE_WIDTH_W_M2
    small = np.exp(-np.abs(lead))
    drive = balance.exercise + _DRIVE_WIDTH_W_M2 * (np.maximum(lead, 0.0) + np.log1p(small))
    return drive, _DRIVE_PER_DEGREE * np.where(lead > 0.0, 1.0, small) / (1.0 + small)


def _solve(balance: _Balance) -> FloatArray:
    """Return the drive at which heat made and heat lost are equal: the balance's one root."""
    supply = balance.heat + balance.dry * balance.operative_c
    # exact where all sweat evaporates and one drive has the lead
    skin = np.minimum(
        (supply - balance.core) / (balance.dry + _DRIVE_PER_DEGREE),
        (supply - balance.exercise) / balance.dry,
    )
    skin = np.clip(skin, 0.0, 40.0)
    low, high = np.full_like(skin, -150.0), np.full_like(skin, 200.0)
    active = np.arange(skin.size)
    for number in range(_NEWTON_STEPS):
        step, low, high = _next_skin(balance, skin[active], (low, high), number % 4 == 3)
        moved = np.abs(step - skin[active]) >= 1e-3  # the next step would be its square
        skin[active] = step
        if number >= _COMMON_STEPS:  # most are done: go on with the rest alone
            active, low, high = active[moved], low[moved], high[moved]
            balance = balance.only(moved)
        if not moved.any():
            break
    return skin


def _next_skin(
    balance: _Balance, skin_c: FloatArray, bracket: tuple[FloatArray, FloatArray], halve: bool
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return Newton's next skin temperature and the bracket that holds the root.

    Where it leads out of the bracket, or with ``halve`` is still far, the bracket is halved:
    at the dew point of hot wet air the curve has a bend that would hold Newton up.
    """
    surplus, slope = _surplus(balance, skin_c)
    warmer = surplus > 0.0
    low, high = np.where(warmer, skin_c, bracket[0]), np.where(warmer, bracket[1], skin_c)
    step = surplus / slope
    found = skin_c + step
    lost = (found < low) | (found > high)
    if halve:
        lost |= np.abs(step) > 0.1
    if lost.any():
        found = np.where(lost, 0.5 * (low + high), found)
    return found, low, high


def _surplus(balance: _Balance, skin_c: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return heat made less heat lost at a skin temperature, and how fast it falls with it."""
    drive, drive_slope = _drive(balance, skin_c)
    saturated = saturation_vapour_pressure_kpa(skin_c)
    room = saturated - balance.vapour_kpa
    # nothing condenses on a sweating skin: the room for vapour ends above zero, softly
    soft = np.hypot(room, 0.1)
    most = 0.5 * (room + soft) / balance.wet_resistance
    most_slope = most / soft * saturated * _MAGNUS_SLOPE / (243.04 + skin_c) ** 2
    load = drive / most
    share = 1.0 / np.sqrt(1.0 + load * load)  # of the sweat that evaporates; the rest drips
    surplus = balance.heat - balance.dry * (skin_c - balance.operative_c) - drive * share
    return surplus, balance.dry + share**3 * (drive_slope + load**3 * most_slope)


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
        Insulation of clothing; default typical for running in such weather. [clo]
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
    .. [5] M. Shibasaki, T. E. Wilson, C. G. Crandall, "Neural control and mechanisms of eccrine
       sweating during heat stress and exercise," J. Appl. Physiol. 100, 1692-1701, 2006,
       doi:10.1152/japplphysiol.01124.2005 (sweating that heat alone does not ask for).

    Examples
    --------
    >>> rate = sweat_rate_l_h(
    ...     850.0, 0.0, mass_kg=70.0, height_m=1.75, air_temperature_c=25.0, air_speed_m_s=1.7
    ... )
    >>> f"{rate:.2f}"
    '0.89'
    """
    air = array(air_temperature_c)
    radiant = air if mean_radiant_temperature_c is None else mean_radiant_temperature_c
    clo = typical_clothing_clo(air) if clothing_clo is None else clothing_clo
    area = body_surface_area_m2(mass_kg, height_m)
    columns = (
        array(metabolic_rate_w) / area,
        array(external_work_w) / area,
        air,
        relative_humidity_pct,
        air_speed_m_s,
        radiant,
        clo,
        pressure_hpa,
    )
    arrays = np.broadcast_arrays(*(array(c) for c in columns))
    balance = _surroundings(*(np.ravel(a) for a in arrays))
    drive = _drive(balance, _solve(balance))[0].reshape(arrays[0].shape)
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
    '0.883'
    """
    steady = np.nan_to_num(array(steady_rate_l_h))
    step = np.broadcast_to(np.nan_to_num(array(step_s)), steady.shape)
    start = array(start_rate_l_h)[..., np.newaxis]
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
        Sport; one that is not listed is dressed as for running.

    Returns
    -------
    ndarray
        Insulation of clothing. [clo]

    Notes
    -----
    In the heat the kit of [1]_ less 0.08 clo; below 30 °C about 0.15 clo more for every 10
    degrees. Offset and slope are fitted assumptions: ``docs/sweat.md``.

    References
    ----------
    .. [1] Sports Medicine Australia, Extreme Heat Policy, 2021: kit by sport, as in
       ``pythermalcomfort.models.sports_heat_stress_risk``.

    Examples
    --------
    >>> [f"{clo:.2f}" for clo in typical_clothing_clo([35.0, 20.0, 5.0])]
    ['0.30', '0.44', '0.67']
    """
    air = array(air_temperature_c)
    base = _SPORT_CLOTHING_CLO.get(sport, _SPORT_CLOTHING_CLO["running"])
    return np.asarray(base - 0.08 + 0.045 * _softplus(10.0 - air / 3.0))


def air_speed_m_s(
    own_speed_m_s: ArrayLike, wind_m_s: ArrayLike = 0.0, indoor: ArrayLike = False
) -> FloatArray:
    """Return how fast the air passes the skin.

    Parameters
    ----------
    own_speed_m_s : float or ndarray
        Speed over ground; indoors it moves no air and is left out. [m/s]
    wind_m_s : float or ndarray, optional
        Wind at 2 m above ground, nan where unknown: 2. [m/s]
    indoor : bool or ndarray, optional
        In a room: 0.2 m/s.

    Returns
    -------
    ndarray
        Air speed. [m/s]

    Notes
    -----
    Own motion and wind add as squares, as they do on average over all directions. Of the
    wind at 2 m 0.83 arrives at 1 m, the middle of the body: the logarithmic profile over
    grass, roughness 0.03 m [2]_.

    References
    ----------
    .. [1] ISO 7730:2005, annex A: mean air speed of occupied rooms, 0.1 to 0.24 m/s.
    .. [2] T. R. Oke, Boundary Layer Climates, 2nd ed., 1987, eq. 2.10 and table 2.2.

    Examples
    --------
    >>> f"{air_speed_m_s(3.0, 4.0):.1f} {air_speed_m_s(9.0, indoor=True):.1f}"
    '4.5 0.2'
    """
    own = np.nan_to_num(array(own_speed_m_s))
    wind = np.nan_to_num(array(wind_m_s), nan=ASSUMED_WIND_M_S)
    return np.asarray(np.where(indoor, 0.2, np.hypot(own, 0.83 * wind)))


def mean_radiant_temperature_c(
    air_temperature_c: ArrayLike, solar_w_m2: ArrayLike = np.nan, indoor: ArrayLike = False
) -> FloatArray:
    """Return the temperature that surfaces and sun have for a body.

    Parameters
    ----------
    air_temperature_c : float or ndarray
        Air temperature. [°C]
    solar_w_m2 : float or ndarray, optional
        Global horizontal irradiance; nan: half the clear-sky sun 45 degrees high. [W/m²]
    indoor : bool or ndarray, optional
        In a room: walls as warm as the air.

    Returns
    -------
    ndarray
        Mean radiant temperature. [°C]

    Notes
    -----
    0.05 °C a W/m²: an assumption that gives 35 °C above the air in full summer sun, where 25
    to 40 were measured [1]_, and about 18 under an unknown sky.

    References
    ----------
    .. [1] S. Thorsson et al., "Different methods for estimating the mean radiant temperature
       in an outdoor urban setting," Int. J. Climatol. 27, 1983-1993, 2007,
       doi:10.1002/joc.1537.

    Examples
    --------
    >>> f"{mean_radiant_temperature_c(20.0, 700.0):.0f}"
    '55'
    """
    air = array(air_temperature_c)
    unknown_sky = 0.5 * float(clear_sky_irradiance_w_m2(ASSUMED_COS_ZENITH))
    solar = np.nan_to_num(array(solar_w_m2), nan=unknown_sky)
    return np.asarray(air + np.where(indoor, 0.0, 0.05 * solar))
