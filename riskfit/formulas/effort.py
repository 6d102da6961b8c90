"""Efforts as people plan them: zones and words as shares of threshold, speed from power."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from riskfit._common import FloatArray
from riskfit.formulas.numbers import array, plain

#: Coggan's levels of power, `zone_fraction` [1]: shares of threshold power. [fraction]
POWER_ZONES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "z1": (0.45, 0.55),  # "under 55 %"; the lower end is an assumption
        "z2": (0.56, 0.75),
        "z3": (0.76, 0.90),
        "z4": (0.91, 1.05),
        "z5": (1.06, 1.20),
        "z6": (1.21, 1.50),
    }
)
#: Friel's zones of pace, `zone_fraction` [2]: given as shares of threshold pace (time a
#: kilometre), here turned round into shares of threshold speed. [fraction]
PACE_ZONES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "z1": (0.70, 1 / 1.29),  # "slower than 129 %"; the lower end is an assumption
        "z2": (1 / 1.29, 1 / 1.14),
        "z3": (1 / 1.13, 1 / 1.06),
        "z4": (1 / 1.05, 1 / 0.99),
        "z5": (1 / 0.97, 1 / 0.90),
        "z6": (1 / 0.90, 1 / 0.80),  # "faster than 90 %"; the upper end is an assumption
    }
)
#: Words for zones: the names that both authors give them, and what people say for these.
ZONE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "recovery": "z1",
        "easy": "z2",
        "endurance": "z2",
        "steady": "z2",
        "moderate": "z3",
        "tempo": "z3",
        "threshold": "z4",
        "hard": "z4",
        "vo2max": "z5",
        "intervals": "z5",
    }
)

#: Drag area on the hoods of a road bike and the bike's mass (assumptions). [m2; kg]
BIKE_DRAG_AREA_M2 = 0.32
BIKE_MASS_KG = 10.0
#: Rolling resistance and drivetrain efficiency of Martin et al. 1998, see `bike_power_w`. [-]
BIKE_ROLLING = 0.0032
BIKE_DRIVETRAIN = 0.97698
_AIR_KG_M3 = 1.2  # dry air at 20 °C and 1013 hPa
_GRAVITY_M_S2 = 9.81


def zone_fraction(zone: str, on_foot: bool) -> float:
    """Give the middle of a training zone as a share of threshold.

    Parameters
    ----------
    zone : str
        ``z1`` to ``z6``, or one of `ZONE_WORDS`.
    on_foot : bool
        Zones of pace, or else of power.

    Returns
    -------
    float
        Share of threshold speed on foot, else of threshold power. [fraction]

    References
    ----------
    .. [1] H. Allen, A. Coggan, "Training and Racing with a Power Meter," 2nd ed., VeloPress,
       2010, levels of power.
    .. [2] J. Friel, "The Triathlete's Training Bible," 3rd ed., VeloPress, 2009, zones of pace.

    Examples
    --------
    >>> f"{zone_fraction('z2', False):.2f} {zone_fraction('easy', True):.2f}"
    '0.66 0.83'
    """
    low, high = (PACE_ZONES if on_foot else POWER_ZONES)[ZONE_WORDS.get(zone, zone)]
    return (low + high) / 2


def bike_power_w(speed_m_s: ArrayLike, mass_kg: ArrayLike) -> FloatArray:
    """Give the power that a speed on a bike takes on the flat and without wind.

    Parameters
    ----------
    speed_m_s : float or ndarray
        Speed. [m/s]
    mass_kg : float or ndarray
        Mass of the rider. [kg]

    Returns
    -------
    float or ndarray
        Power at the pedals. [W]

    Notes
    -----
    Air and tyres only: what a climb takes, the descent of a loop gives back in part. Wind,
    company and position change it by a third and more.

    References
    ----------
    .. [1] J. C. Martin et al., "Validation of a mathematical model for road cycling power,"
       J. Appl. Biomech. 14, 276-291, 1998, doi:10.1123/jab.14.3.276.

    Examples
    --------
    >>> f"{bike_power_w(30 / 3.6, 70.0):.0f}"
    '135'
    """
    speed = array(speed_m_s)
    drag = 0.5 * _AIR_KG_M3 * BIKE_DRAG_AREA_M2
    rolling = (array(mass_kg) + BIKE_MASS_KG) * _GRAVITY_M_S2 * BIKE_ROLLING
    return plain((drag * speed**3 + rolling * speed) / BIKE_DRIVETRAIN)


def bike_speed_m_s(power_w: ArrayLike, mass_kg: ArrayLike) -> FloatArray:
    """Give the speed on a bike that a power keeps up on the flat and without wind.

    Parameters
    ----------
    power_w : float or ndarray
        Power at the pedals. [W]
    mass_kg : float or ndarray
        Mass of the rider. [kg]

    Returns
    -------
    float or ndarray
        Speed: the one root of the cubic of `bike_power_w`. [m/s]

    References
    ----------
    .. [1] J. C. Martin et al. 1998, doi:10.1123/jab.14.3.276; Cardano's formula.

    Examples
    --------
    >>> f"{bike_speed_m_s(bike_power_w(9.0, 70.0), 70.0):.6f}"
    '9.000000'
    """
    drag = 0.5 * _AIR_KG_M3 * BIKE_DRAG_AREA_M2
    rolling = (array(mass_kg) + BIKE_MASS_KG) * _GRAVITY_M_S2 * BIKE_ROLLING
    p = rolling / drag / 3.0
    q = np.maximum(array(power_w), 0.0) * BIKE_DRIVETRAIN / drag / 2.0
    root = np.cbrt(q + np.sqrt(q * q + p**3))
    return plain(np.where(root > 0.0, root - p / np.where(root > 0.0, root, 1.0), 0.0))
