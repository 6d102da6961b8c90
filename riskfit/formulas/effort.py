"""Speed on a bike from power, and the other way round."""

import numpy as np
from numpy.typing import ArrayLike

from riskfit._common import FloatArray
from riskfit.formulas.numbers import array, plain

#: Drag area on the hoods of a road bike and the bike's mass (assumptions). [m2; kg]
BIKE_DRAG_AREA_M2 = 0.32
BIKE_MASS_KG = 10.0
#: Rolling resistance and drivetrain efficiency of Martin et al. 1998, see `bike_power_w`. [-]
BIKE_ROLLING = 0.0032
BIKE_DRIVETRAIN = 0.97698
_AIR_KG_M3 = 1.2  # dry air at 20 °C and 1013 hPa
_GRAVITY_M_S2 = 9.81


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
