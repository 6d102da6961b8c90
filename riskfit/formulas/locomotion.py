"""What running and walking cost, uphill and down."""

import numpy as np
from numpy.typing import ArrayLike

from riskfit._common import FloatArray
from riskfit.formulas.numbers import array, plain
from riskfit.formulas.resting import RESTING_METABOLIC_RATE_W_KG

#: Grades Minetti measured; steeper ones count as these. [fraction]
MINETTI_GRADE_LIMIT = 0.45
#: Speed at which people change from walking to running: A. Hreljac, "Preferred and energetically
#: optimal gait transition speeds in human locomotion," Med. Sci. Sports Exerc. 25, 1158-1162,
#: 1993. The half width, over which the two costs are mixed, is an assumption. [m/s]
GAIT_TRANSITION_M_S = 2.07
GAIT_TRANSITION_HALF_WIDTH_M_S = 0.3


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
    speed_m_s: ArrayLike, grade_fraction: ArrayLike, mass_kg: ArrayLike
) -> FloatArray:
    """Give the metabolic rate of a run, walking breaks included.

    Parameters
    ----------
    speed_m_s : float or ndarray
        Speed. [m/s]
    grade_fraction : float or ndarray
        Rise over distance. [fraction]
    mass_kg : float or ndarray
        Body mass. [kg]

    Returns
    -------
    float or ndarray
        Metabolic rate, at rest at a standstill. [W]

    Notes
    -----
    Minetti's cost times speed and mass, on top of rest. Round the speed at which people change
    gait the walking cost passes smoothly into the running cost.

    References
    ----------
    .. [1] A. E. Minetti et al. 2002, doi:10.1152/japplphysiol.01177.2001.
    .. [2] A. Hreljac 1993, see `GAIT_TRANSITION_M_S`.

    Examples
    --------
    >>> f"{running_metabolic_rate_w(10 / 3.0, 0.0, 70.0):.0f}"
    '925'
    """
    speed = array(speed_m_s)
    x = (speed - GAIT_TRANSITION_M_S) / (2.0 * GAIT_TRANSITION_HALF_WIDTH_M_S) + 0.5
    x = np.clip(x, 0.0, 1.0)
    share = x * x * (3.0 - 2.0 * x)
    walk = minetti_walking_cost_j_kg_m(grade_fraction)
    run = minetti_running_cost_j_kg_m(grade_fraction)
    return _above_rest(walk + share * (run - walk), speed, mass_kg)


def walking_metabolic_rate_w(
    speed_m_s: ArrayLike, grade_fraction: ArrayLike, mass_kg: ArrayLike
) -> FloatArray:
    """Give the metabolic rate of a walk or hike.

    Parameters
    ----------
    speed_m_s : float or ndarray
        Speed. [m/s]
    grade_fraction : float or ndarray
        Rise over distance. [fraction]
    mass_kg : float or ndarray
        Body mass, with what is carried. [kg]

    Returns
    -------
    float or ndarray
        Metabolic rate, at rest at a standstill. [W]

    References
    ----------
    .. [1] A. E. Minetti et al. 2002, doi:10.1152/japplphysiol.01177.2001.

    Examples
    --------
    >>> f"{walking_metabolic_rate_w(1.4, 0.0, 70.0):.0f}"
    '330'
    """
    return _above_rest(minetti_walking_cost_j_kg_m(grade_fraction), speed_m_s, mass_kg)


def foot_metabolic_rate_w(
    speed_m_s: ArrayLike, grade_fraction: ArrayLike, mass_kg: ArrayLike, running: ArrayLike
) -> FloatArray:
    """Give the metabolic rate on foot, by whether the sport is running.

    Parameters
    ----------
    speed_m_s : float or ndarray
        Speed. [m/s]
    grade_fraction : float or ndarray
        Rise over distance. [fraction]
    mass_kg : float or ndarray
        Body mass. [kg]
    running : bool or ndarray of bool
        True takes `running_metabolic_rate_w`, False `walking_metabolic_rate_w`. Below
        the change of gait both are the same. [-]

    Returns
    -------
    float or ndarray
        Metabolic rate. [W]

    References
    ----------
    .. [1] A. E. Minetti et al. 2002, doi:10.1152/japplphysiol.01177.2001.

    Examples
    --------
    >>> f"{foot_metabolic_rate_w(1.4, 0.0, 70.0, running=True):.0f}"
    '330'
    """
    run = running_metabolic_rate_w(speed_m_s, grade_fraction, mass_kg)
    walk = walking_metabolic_rate_w(speed_m_s, grade_fraction, mass_kg)
    return plain(np.where(np.asarray(running, dtype=bool), run, walk))


def _polynomial(coefficients: tuple[float, ...], grade_fraction: ArrayLike) -> FloatArray:
    """Evaluate one of Minetti's regressions, highest power first, within its grades."""
    grade = array(grade_fraction)
    grade = np.clip(grade, -MINETTI_GRADE_LIMIT, MINETTI_GRADE_LIMIT)
    return plain(array(np.polyval(coefficients, grade)))


def _above_rest(cost_j_kg_m: ArrayLike, speed_m_s: ArrayLike, mass_kg: ArrayLike) -> FloatArray:
    """Return resting rate plus cost times speed; a negative speed is nan."""
    speed = array(speed_m_s)
    speed = np.where(speed >= 0.0, speed, np.nan)
    rate = RESTING_METABOLIC_RATE_W_KG + array(cost_j_kg_m) * speed
    return plain(rate * array(mass_kg))
