"""How hard a session was: heart-rate impulses, normalized power, stress scores and zones.

What is not recorded is nan; totals skip it, and are nan where nothing was recorded.
"""

import numpy as np
from numpy.typing import ArrayLike

from riskfit._common import FloatArray
from riskfit.formulas.numbers import array, plain

#: Banister's factor and exponent. [-]
_BANISTER_MEN = (0.64, 1.92)
_BANISTER_WOMEN = (0.86, 1.67)

#: Window of the rolling mean in normalized power. [s]
NORMALIZED_POWER_WINDOW_S = 30


def heart_rate_reserve_fraction(
    heart_rate_bpm: ArrayLike, hr_rest_bpm: ArrayLike, hr_max_bpm: ArrayLike
) -> FloatArray:
    """Give heart rate as a share of the way from rest to maximum.

    Parameters
    ----------
    heart_rate_bpm : float or ndarray
        Heart rate. [bpm]
    hr_rest_bpm, hr_max_bpm : float or ndarray
        Resting and maximal heart rate. [bpm]

    Returns
    -------
    float or ndarray
        (HR - rest) / (max - rest), cut to 0 and 1; nan where the maximum does not exceed the
        resting heart rate. [fraction]

    References
    ----------
    .. [1] M. J. Karvonen, E. Kentala, O. Mustala, "The effects of training on heart rate,"
       Ann. Med. Exp. Biol. Fenn. 35, 307-315, 1957.

    Examples
    --------
    >>> f"{heart_rate_reserve_fraction(150.0, 50.0, 185.0):.4f}"
    '0.7407'
    """
    heart = array(heart_rate_bpm)
    rest = array(hr_rest_bpm)
    reserve = array(hr_max_bpm) - rest
    reserve = np.where(reserve > 0.0, reserve, np.nan)
    return plain(np.clip((heart - rest) / reserve, 0.0, 1.0))


def banister_trimp_rate(reserve_fraction: ArrayLike, male: ArrayLike) -> FloatArray:
    """Give Banister's training impulse for each minute at a heart rate.

    Parameters
    ----------
    reserve_fraction : float or ndarray
        Share of the heart rate reserve (`heart_rate_reserve_fraction`). [fraction]
    male : bool or ndarray of bool
        Which pair of constants. Where the sex is unknown the caller decides, for instance by
        the mean of both. [-]

    Returns
    -------
    float or ndarray
        Impulse a minute; nan outside 0 to 1. [TRIMP/min]

    Notes
    -----
    x k e^(b x) with k = 0.64, b = 1.92 for men and k = 0.86, b = 1.67 for women: both
    constants change with sex.

    References
    ----------
    .. [1] E. W. Banister, "Modeling elite athletic performance," in Physiological Testing of
       the High-Performance Athlete, 2nd ed., Human Kinetics, 403-424, 1991.
    .. [2] R. H. Morton, J. R. Fitz-Clarke, E. W. Banister, "Modeling human performance in
       running," J. Appl. Physiol. 69, 1171-1177, 1990, doi:10.1152/jappl.1990.69.3.1171.

    Examples
    --------
    >>> f"{60 * banister_trimp_rate(100 / 135, male=True):.1f}"
    '117.9'
    """
    x = array(reserve_fraction)
    x = np.where((x >= 0.0) & (x <= 1.0), x, np.nan)
    man = np.asarray(male, dtype=bool)
    factor = np.where(man, _BANISTER_MEN[0], _BANISTER_WOMEN[0])
    exponent = np.where(man, _BANISTER_MEN[1], _BANISTER_WOMEN[1])
    return plain(x * factor * np.exp(exponent * x))


def edwards_trimp(
    heart_rate_bpm: ArrayLike, hr_max_bpm: float, step_min: ArrayLike = 1.0 / 60.0
) -> float:
    """Sum minutes weighted 1 to 5 by zones of a tenth of the maximal heart rate.

    Parameters
    ----------
    heart_rate_bpm : float or ndarray
        Heart rate, one value a step. [bpm]
    hr_max_bpm : float
        Maximal heart rate. [bpm]
    step_min : float or ndarray, optional
        Length of each step; a second where not given. [min]

    Returns
    -------
    float
        Zone-weighted minutes; nan where no step has a heart rate. [TRIMP]

    Notes
    -----
    50-60, 60-70, 70-80, 80-90, 90-100 % count 1 to 5, an edge with the zone above; below
    50 % counts 0, above 100 % 5.

    References
    ----------
    .. [1] S. Edwards, "The Heart Rate Monitor Book," Fleet Feet Press, 1993.

    Examples
    --------
    >>> edwards_trimp([90, 110, 130, 150, 170, 190], 200.0, step_min=10.0)
    150.0
    """
    share = array(heart_rate_bpm) / hr_max_bpm
    return _total(_weights(share, [0.5, 0.6, 0.7, 0.8, 0.9], [0, 1, 2, 3, 4, 5]), step_min)


def lucia_trimp(
    heart_rate_bpm: ArrayLike, vt1_bpm: float, vt2_bpm: float, step_min: ArrayLike = 1.0 / 60.0
) -> float:
    """Sum minutes weighted 1, 2, 3 below, between and above the ventilatory thresholds.

    Parameters
    ----------
    heart_rate_bpm : float or ndarray
        Heart rate, one value a step. [bpm]
    vt1_bpm, vt2_bpm : float
        Heart rate at the first and second ventilatory threshold; where unmeasured
        `VT1_HR_MAX_FRACTION` and `VT2_HR_MAX_FRACTION` of the maximum. [bpm]
    step_min : float or ndarray, optional
        Length of each step; a second where not given. [min]

    Returns
    -------
    float
        Zone-weighted minutes; nan where no step has a heart rate. [TRIMP]

    Notes
    -----
    A heart rate equal to a threshold counts with the middle zone.

    References
    ----------
    .. [1] A. Lucia, J. Hoyos, A. Santalla, C. Earnest, J. L. Chicharro, "Tour de France versus
       Vuelta a Espana: which is harder?" Med. Sci. Sports Exerc. 35, 872-878, 2003,
       doi:10.1249/01.MSS.0000064999.82036.B4.

    Examples
    --------
    >>> lucia_trimp([120, 150, 170], 140.0, 160.0, step_min=20.0)
    120.0
    """
    # nextafter puts a heart rate at the upper threshold into the middle zone
    edges = [vt1_bpm, np.nextafter(vt2_bpm, np.inf)]
    return _total(_weights(array(heart_rate_bpm), edges, [1, 2, 3]), step_min)


def rolling_mean(values: ArrayLike, window: int) -> FloatArray:
    """Average each value with those before it in a window.

    Parameters
    ----------
    values : ndarray
        One value a time step. [any]
    window : int
        Steps in the window, the present one included. [-]

    Returns
    -------
    ndarray
        Mean of what the window holds, nan values skipped; nan where it holds nothing, and in
        the first ``window - 1`` steps, before it is full. [unit of values]

    References
    ----------
    .. [1] Arithmetic; by running sums, linear in the number of samples.

    Examples
    --------
    >>> rolling_mean([1.0, 3.0, float("nan"), 5.0], 2)
    array([nan,  2.,  3.,  5.])
    """
    x = array(values)
    out = np.full(x.shape, np.nan)
    if x.size < window:
        return out
    known = np.isfinite(x)
    if known.all():
        total = np.concatenate(([0.0], np.cumsum(x)))
        out[window - 1 :] = (total[window:] - total[:-window]) / window
        return out
    total = np.concatenate(([0.0], np.cumsum(np.where(known, x, 0.0))))
    count = np.concatenate(([0], np.cumsum(known)))
    held = count[window:] - count[:-window]
    mean = (total[window:] - total[:-window]) / np.maximum(held, 1)
    out[window - 1 :] = np.where(held > 0, mean, np.nan)
    return out


def normalized_power(power_w: ArrayLike) -> float:
    """Average power so that hard stretches count for what they cost.

    Parameters
    ----------
    power_w : ndarray
        Power, one value a second; nan where not recorded, 0 where not pedalling. [W]

    Returns
    -------
    float
        Normalized power; nan below 30 s. [W]

    Notes
    -----
    Fourth root of the mean fourth power of the 30 s rolling mean, which starts when its first
    window is full. Unrecorded seconds are skipped. Coggan advises it from about 20 min on.

    References
    ----------
    .. [1] H. Allen, A. Coggan, "Training and Racing with a Power Meter," 2nd ed., VeloPress,
       2010, ch. 7.

    Examples
    --------
    >>> round(normalized_power([100.0] * 1800 + [300.0] * 1800), 1)
    252.8
    """
    x = rolling_mean(power_w, NORMALIZED_POWER_WINDOW_S)
    x = x[np.isfinite(x)]
    if x.size == 0:
        return float("nan")
    return float(np.mean(np.square(np.square(x))) ** 0.25)


def cumulative_normalized_power(power_w: ArrayLike) -> FloatArray:
    """Give the normalized power of everything up to each second.

    Parameters
    ----------
    power_w : ndarray
        As for `normalized_power`. [W]

    Returns
    -------
    ndarray
        One value a second, nan before the first 30 s are over; the last one is
        `normalized_power`. [W]

    References
    ----------
    .. [1] As `normalized_power`.

    Examples
    --------
    >>> cumulative_normalized_power([200.0] * 60)[[28, 29, 59]].round(6)
    array([ nan, 200., 200.])
    """
    x = rolling_mean(power_w, NORMALIZED_POWER_WINDOW_S)
    known = np.isfinite(x)
    total = np.cumsum(np.where(known, np.square(np.square(x)), 0.0))
    count = np.cumsum(known)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan) ** 0.25


def intensity_factor(normalized_power_w: ArrayLike, ftp_w: ArrayLike) -> FloatArray:
    """Give normalized power as a ratio to threshold power.

    Parameters
    ----------
    normalized_power_w : float or ndarray
        Normalized power. [W]
    ftp_w : float or ndarray
        Functional threshold power, what can be held for about an hour. [W]

    Returns
    -------
    float or ndarray
        Intensity factor; nan where the threshold is not positive. [ratio]

    References
    ----------
    .. [1] As `normalized_power`.

    Examples
    --------
    >>> f"{intensity_factor(200.0, 250.0):.2f}"
    '0.80'
    """
    return plain(array(normalized_power_w) / _positive(ftp_w))


def training_stress_score(
    duration_s: ArrayLike, normalized_power_w: ArrayLike, ftp_w: ArrayLike
) -> FloatArray:
    """Give the training stress of a session with power: an hour at threshold is 100.

    Parameters
    ----------
    duration_s : float or ndarray
        Duration. [s]
    normalized_power_w, ftp_w : float or ndarray
        Normalized and functional threshold power. [W]

    Returns
    -------
    float or ndarray
        Training stress score. [TSS]

    Notes
    -----
    TSS = t NP IF / (3600 FTP) x 100.

    References
    ----------
    .. [1] As `normalized_power`.

    Examples
    --------
    >>> f"{training_stress_score(3600.0, 250.0, 250.0):.1f}"
    '100.0'
    """
    factor = intensity_factor(normalized_power_w, ftp_w)
    return plain(array(duration_s) / 3600.0 * np.square(factor) * 100.0)


def hr_training_stress_score(trimp: ArrayLike, threshold_trimp_per_hour: ArrayLike) -> FloatArray:
    """Put a heart-rate impulse on the scale of the training stress score.

    Parameters
    ----------
    trimp : float or ndarray
        Training impulse of the session. [TRIMP]
    threshold_trimp_per_hour : float or ndarray
        Impulse, by the same method, of an hour at threshold heart rate. [TRIMP/h]

    Returns
    -------
    float or ndarray
        Heart-rate training stress score; nan where the divisor is not positive. [TSS]

    References
    ----------
    .. [1] J. Friel, "Estimating training stress score," TrainingPeaks, 2009.

    Examples
    --------
    >>> f"{hr_training_stress_score(90.0, 120.0):.1f}"
    '75.0'
    """
    return plain(array(trimp) / _positive(threshold_trimp_per_hour) * 100.0)


def running_training_stress_score(
    duration_s: ArrayLike, grade_adjusted_speed_m_s: ArrayLike, threshold_speed_m_s: ArrayLike
) -> FloatArray:
    """Give the training stress of a run from its grade-adjusted speed.

    Parameters
    ----------
    duration_s : float or ndarray
        Duration. [s]
    grade_adjusted_speed_m_s : float or ndarray
        Speed on the flat of equal cost. [m/s]
    threshold_speed_m_s : float or ndarray
        Speed that can be held for about an hour. [m/s]

    Returns
    -------
    float or ndarray
        Running training stress score. [TSS]

    Notes
    -----
    rTSS = hours x (speed / threshold speed)^2 x 100.

    References
    ----------
    .. [1] P. F. Skiba, "Calculation of power output and quantification of training stress in
       distance runners: the development of the GOVSS algorithm," 2006; the squared ratio is
       the form TrainingPeaks uses.

    Examples
    --------
    >>> f"{running_training_stress_score(5400.0, 3.0, 10 / 3):.1f}"
    '121.5'
    """
    return training_stress_score(duration_s, grade_adjusted_speed_m_s, threshold_speed_m_s)


def session_rpe_load(rpe: ArrayLike, duration_min: ArrayLike) -> FloatArray:
    """Give the load of a session from how hard it felt.

    Parameters
    ----------
    rpe : float or ndarray
        Rating of perceived exertion of the whole session, 0 to 10. [-]
    duration_min : float or ndarray
        Duration. [min]

    Returns
    -------
    float or ndarray
        Session load; nan for a rating outside 0 to 10. [RPE x min]

    References
    ----------
    .. [1] C. Foster, "Monitoring training in athletes with reference to overtraining
       syndrome," Med. Sci. Sports Exerc. 30, 1164-1168, 1998,
       doi:10.1097/00005768-199807000-00023.

    Examples
    --------
    >>> f"{session_rpe_load(6.0, 90.0):.0f}"
    '540'
    """
    rating = array(rpe)
    rating = np.where((rating >= 0.0) & (rating <= 10.0), rating, np.nan)
    return plain(rating * array(duration_min))


def _positive(value: ArrayLike) -> FloatArray:
    """Return the value as an array, nan where it is not positive."""
    x = array(value)
    return np.where(x > 0.0, x, np.nan)


def _weights(values: FloatArray, edges: list[float], weights: list[int]) -> FloatArray:
    """Return the weight of the zone each value lies in, nan where there is none."""
    by_zone = array(weights)[np.searchsorted(edges, values, side="right")]
    return np.where(np.isfinite(values), by_zone, np.nan)


def _total(per_min: ArrayLike, step_min: ArrayLike) -> float:
    """Sum a rate over its steps, skipping nan; nan where nothing is known."""
    rate = np.atleast_1d(array(per_min))
    known = np.isfinite(rate)
    if not known.any():
        return float("nan")
    step = np.broadcast_to(array(step_min), rate.shape)
    return float(rate[known] @ step[known])
