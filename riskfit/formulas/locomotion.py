"""What running and walking cost, uphill and down."""

import numpy as np
from numpy.typing import ArrayLike

from riskfit._common import FloatArray
from riskfit.formulas.numbers import array, plain
from riskfit.formulas.resting import OXYGEN_ENERGY_KJ_L, RESTING_METABOLIC_RATE_W_KG

#: Grades Minetti measured; steeper ones count as these. [fraction]
MINETTI_GRADE_LIMIT = 0.45
#: Standing, the part of `walking_metabolic_rate_w` without speed (Looney 2019). [W/kg]
STANDING_METABOLIC_RATE_W_KG = 1.44
#: Speed at which people change from walking to running: A. Hreljac, "Preferred and energetically
#: optimal gait transition speeds in human locomotion," Med. Sci. Sports Exerc. 25, 1158-1162,
#: 1993. [m/s]
GAIT_TRANSITION_M_S = 2.07
#: Where the two costs are mixed round it (assumption): narrower, and at some grade a faster
#: step would cost less. [m/s]
GAIT_MIXED_M_S = (1.6, 2.35)


def minetti_running_cost_j_kg_m(grade_fraction: ArrayLike) -> FloatArray:
    """Give the energy cost of running a metre at a grade, above rest.

    Parameters
    ----------
    grade_fraction : float or ndarray
        Rise over distance; beyond -0.45 to 0.45 it counts as that. [fraction]

    Returns
    -------
    float or ndarray
        Cost, the same at every speed. [J/kg/m]

    References
    ----------
    .. [1] A. E. Minetti, C. Moia, G. S. Roi, D. Susta, G. Ferretti, "Energy cost of walking and
       running at extreme uphill and downhill slopes," J. Appl. Physiol. 93, 1039-1046, 2002,
       doi:10.1152/japplphysiol.01177.2001, regression of Cr.

    Examples
    --------
    >>> f"{minetti_running_cost_j_kg_m(0.1):.2f}"
    '5.97'
    """
    return _polynomial((155.4, -30.4, -43.3, 46.3, 19.5, 3.6), grade_fraction)


def minetti_walking_cost_j_kg_m(grade_fraction: ArrayLike) -> FloatArray:
    """Give the energy cost of walking a metre at a grade, above rest.

    Parameters
    ----------
    grade_fraction : float or ndarray
        Rise over distance; beyond -0.45 to 0.45 it counts as that. [fraction]

    Returns
    -------
    float or ndarray
        Cost at the cheapest walking speed. [J/kg/m]

    Notes
    -----
    On the level the regression's 2.5 lies above the 1.64 (0.50) measured at 1.0 m/s; on slopes
    it meets the measurements. The cost of much slower or faster walking is higher.

    References
    ----------
    .. [1] A. E. Minetti et al. 2002, doi:10.1152/japplphysiol.01177.2001, regression of Cw.

    Examples
    --------
    >>> f"{minetti_walking_cost_j_kg_m(0.1):.2f}"
    '4.90'
    """
    return _polynomial((280.5, -58.7, -76.8, 51.9, 19.6, 2.5), grade_fraction)


def grade_adjusted_speed_m_s(
    speed_m_s: ArrayLike, grade_fraction: ArrayLike, running: ArrayLike = True
) -> FloatArray:
    """Give the speed on the flat that costs as much as this one at its grade.

    Parameters
    ----------
    speed_m_s : float or ndarray
        Speed. [m/s]
    grade_fraction : float or ndarray
        Rise over distance. [fraction]
    running : bool or ndarray of bool, optional
        Running, or else walking. [-]

    Returns
    -------
    float or ndarray
        Grade-adjusted speed in the same gait. [m/s]

    References
    ----------
    .. [1] A. E. Minetti et al. 2002, doi:10.1152/japplphysiol.01177.2001: C(i) / C(0).

    Examples
    --------
    >>> f"{grade_adjusted_speed_m_s(3.0, 0.1):.2f}"
    '4.97'
    """
    run = minetti_running_cost_j_kg_m(grade_fraction) / minetti_running_cost_j_kg_m(0.0)
    walk = minetti_walking_cost_j_kg_m(grade_fraction) / minetti_walking_cost_j_kg_m(0.0)
    return plain(array(speed_m_s) * np.where(np.asarray(running, dtype=bool), run, walk))


def running_metabolic_rate_w(
    speed_m_s: ArrayLike,
    grade_fraction: ArrayLike,
    mass_kg: ArrayLike,
    outdoors: ArrayLike = True,
) -> FloatArray:
    """Give the metabolic rate of running.

    Parameters
    ----------
    speed_m_s : float or ndarray
        Speed, from about 2 m/s: slower people walk. [m/s]
    grade_fraction : float or ndarray
        Rise over distance. [fraction]
    mass_kg : float or ndarray
        Body mass. [kg]
    outdoors : bool or ndarray of bool, optional
        Whether the body moves through the air; on a treadmill it does not. [-]

    Returns
    -------
    float or ndarray
        Metabolic rate. [W]

    Notes
    -----
    On the level (2.209 + 3.163 v) mL/kg/min with v in km/h, outdoors and 0.000525542 v^3 for
    the air (0.00854 v^3 W/kg with v in m/s); measured from 8 to 25 km/h in trained and
    untrained men and women [1]_. On slopes the part above rest, air apart, is times
    C(i) / C(0) [2]_. Runners differ by about 10 % to either side.

    References
    ----------
    .. [1] L. Leger, D. Mercier, "Gross energy cost of horizontal treadmill and track running,"
       Sports Med. 1, 270-277, 1984, doi:10.2165/00007256-198401040-00003.
    .. [2] A. E. Minetti et al. 2002, doi:10.1152/japplphysiol.01177.2001.

    Examples
    --------
    >>> f"{running_metabolic_rate_w(10 / 3.6, 0.0, 1.0):.2f}"
    '11.97'
    """
    km_h = _speed(speed_m_s) * 3.6
    rest = RESTING_METABOLIC_RATE_W_KG
    level = (2.209 + 3.163 * km_h) * OXYGEN_ENERGY_KJ_L / 60.0
    air = np.where(outdoors, 0.000525542 * km_h**3, 0.0) * OXYGEN_ENERGY_KJ_L / 60.0
    steep = minetti_running_cost_j_kg_m(grade_fraction) / minetti_running_cost_j_kg_m(0.0)
    return plain((rest + (level - rest) * steep + air) * array(mass_kg))


def walking_metabolic_rate_w(
    speed_m_s: ArrayLike, grade_fraction: ArrayLike, mass_kg: ArrayLike
) -> FloatArray:
    """Give the metabolic rate of standing and walking.

    Parameters
    ----------
    speed_m_s : float or ndarray
        Speed, to about 2 m/s: faster people run. [m/s]
    grade_fraction : float or ndarray
        Rise over distance. [fraction]
    mass_kg : float or ndarray
        Body mass, with what is carried. [kg]

    Returns
    -------
    float or ndarray
        Metabolic rate; at a standstill that of standing, 1.44 W/kg. [W]

    Notes
    -----
    On the level 1.44 + 1.94 v^0.43 + 0.24 v^4 W/kg, with a bias of -0.02 (0.20) [1]_. On
    slopes the part above standing is times C(i) / C(0) [2]_.

    References
    ----------
    .. [1] D. P. Looney et al., "Estimating energy costs of level walking," Med. Sci. Sports
       Exerc. 51, 2019 (load carriage decision aid, LCDA).
    .. [2] A. E. Minetti et al. 2002, doi:10.1152/japplphysiol.01177.2001.

    Examples
    --------
    >>> f"{walking_metabolic_rate_w(1.4, 0.0, 1.0):.2f}"
    '4.60'
    """
    speed = _speed(speed_m_s)
    moving = 1.94 * speed**0.43 + 0.24 * speed**4
    steep = minetti_walking_cost_j_kg_m(grade_fraction) / minetti_walking_cost_j_kg_m(0.0)
    return plain((STANDING_METABOLIC_RATE_W_KG + moving * steep) * array(mass_kg))


def foot_metabolic_rate_w(
    speed_m_s: ArrayLike,
    grade_fraction: ArrayLike,
    mass_kg: ArrayLike,
    outdoors: ArrayLike = True,
) -> FloatArray:
    """Give the metabolic rate on foot: people walk when slow and run when fast.

    Parameters
    ----------
    speed_m_s : float or ndarray
        Speed. [m/s]
    grade_fraction : float or ndarray
        Rise over distance. [fraction]
    mass_kg : float or ndarray
        Body mass. [kg]
    outdoors : bool or ndarray of bool, optional
        Whether the body moves through the air. [-]

    Returns
    -------
    float or ndarray
        Metabolic rate. [W]

    Notes
    -----
    Round the speed at which people change gait, walking passes smoothly into running. What
    the sport is called does not count: runners walk up steep hills, walkers do not walk at
    10 km/h.

    References
    ----------
    .. [1] A. Hreljac 1993, see `GAIT_TRANSITION_M_S`.

    Examples
    --------
    >>> f"{foot_metabolic_rate_w(1.4, 0.0, 1.0):.2f} {foot_metabolic_rate_w(4.0, 0.0, 1.0):.2f}"
    '4.60 17.18'
    """
    slow, fast = GAIT_MIXED_M_S
    x = np.clip((array(speed_m_s) - slow) / (fast - slow), 0.0, 1.0)
    share = x * x * (3.0 - 2.0 * x)
    walk = walking_metabolic_rate_w(speed_m_s, grade_fraction, mass_kg)
    run = running_metabolic_rate_w(speed_m_s, grade_fraction, mass_kg, outdoors)
    return plain(walk + share * (run - walk))


def tobler_walking_speed_m_s(grade_fraction: ArrayLike) -> FloatArray:
    """Give how fast people walk on a path of some grade.

    Parameters
    ----------
    grade_fraction : float or ndarray
        Rise over distance. [fraction]

    Returns
    -------
    float or ndarray
        Speed without rests, 5.04 km/h on the level. [m/s]

    Notes
    -----
    6 exp(-3.5 |grade + 0.05|) km/h. Off the paths people are slower by two fifths.

    References
    ----------
    .. [1] W. Tobler, "Three presentations on geographical analysis and modeling," National
       Center for Geographic Information and Analysis, technical report 93-1, 1993.

    Examples
    --------
    >>> f"{3.6 * tobler_walking_speed_m_s(0.1):.2f}"
    '3.55'
    """
    return plain(6.0 / 3.6 * np.exp(-3.5 * np.abs(array(grade_fraction) + 0.05)))


def _polynomial(coefficients: tuple[float, ...], grade_fraction: ArrayLike) -> FloatArray:
    """Evaluate one of Minetti's regressions, highest power first, within its grades."""
    grade = array(grade_fraction)
    grade = np.clip(grade, -MINETTI_GRADE_LIMIT, MINETTI_GRADE_LIMIT)
    return plain(array(np.polyval(coefficients, grade)))


def _speed(speed_m_s: ArrayLike) -> FloatArray:
    """Return a speed; a negative one is nan."""
    speed = array(speed_m_s)
    return np.where(speed >= 0.0, speed, np.nan)
