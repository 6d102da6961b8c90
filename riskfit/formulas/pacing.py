"""How output holds up: decoupling, pace fade, and what can be sustained for how long."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskfit._common import FloatArray
from riskfit.formulas.numbers import array, plain

#: Riegel's fatigue exponent for running: time grows with distance to this power.
RIEGEL_EXPONENT = 1.06
#: Fall of sustainable cycling power with duration: midway between the two ends below.
POWER_EXPONENT = 0.07


def decoupling_fraction_at(
    output: ArrayLike, heart_rate_bpm: ArrayLike, ends: ArrayLike
) -> FloatArray:
    """Compare output for each heart beat in the second half with the first, at several ends.

    Parameters
    ----------
    output : ndarray
        Power or speed, one value for each equal time step. [W or m/s]
    heart_rate_bpm : ndarray
        Heart rate at the same moments. [bpm]
    ends : ndarray of int
        Index of the last sample counted, 0 to n - 1. [-]

    Returns
    -------
    ndarray
        (EF1 - EF2) / EF1 for each of ``ends``, positive where output for each beat fell; nan
        where a half holds no moment with both channels. [fraction]

    Notes
    -----
    EF is mean output over mean heart rate; the halves are halves of the time given, the odd
    sample goes to the second. Moments where either channel is missing are dropped from both.
    Friel leaves out the warm-up, which is for the caller to cut off, and calls more than 0.05
    notable: a convention, not a measurement.

    References
    ----------
    .. [1] J. Friel, "The Triathlete's Training Bible," 3rd ed., VeloPress, 2009: efficiency
       factor and aerobic decoupling.

    Examples
    --------
    >>> decoupling_fraction_at([3, 3, 3, 3], [140, 140, 150, 150], [1, 3]).round(4)
    array([0.    , 0.0667])
    """
    out = array(output)
    heart = array(heart_rate_bpm)
    both = np.isfinite(out) & np.isfinite(heart)
    out1, out2 = _half_means(out, both, ends)
    heart1, heart2 = _half_means(heart, both, ends)
    return _fall(_ratio(out1, heart1), _ratio(out2, heart2))


def pace_fade_fraction_at(output: ArrayLike, ends: ArrayLike) -> FloatArray:
    """Compare output in the second half with the first, at several ends.

    Parameters
    ----------
    output : ndarray
        Power or speed (on foot the grade-adjusted one), one value a time step. [W or m/s]
    ends : ndarray of int
        Index of the last sample counted, 0 to n - 1. [-]

    Returns
    -------
    ndarray
        (mean 1 - mean 2) / mean 1 for each of ``ends``, positive where it fell, negative for a
        negative split; nan where a half holds no value. [fraction]

    Notes
    -----
    Halves of the time given, as in `decoupling_fraction_at`.

    References
    ----------
    .. [1] I. Martinez-Navarro et al., "Muscle cramping in the marathon: dehydration and
       electrolyte depletion vs. muscle damage," J. Strength Cond. Res. 36, 1629-1635, 2022,
       doi:10.1519/JSC.0000000000003713: cramping runners lose relative speed late.

    Examples
    --------
    >>> pace_fade_fraction_at([4.0, 4.0, 3.6, 3.6], [1, 3]).round(3)
    array([0. , 0.1])
    """
    out = array(output)
    return _fall(*_half_means(out, np.isfinite(out), ends))


def riegel_speed(
    best_speed_m_s: ArrayLike,
    best_duration_s: ArrayLike,
    duration_s: ArrayLike,
    exponent: float = RIEGEL_EXPONENT,
) -> FloatArray:
    """Estimate the speed that can be held for a duration from one best performance.

    Parameters
    ----------
    best_speed_m_s : float or ndarray
        Mean speed of the best performance. [m/s]
    best_duration_s : float or ndarray
        Its duration. [s]
    duration_s : float or ndarray
        Duration asked for. [s]
    exponent : float, optional
        Fatigue exponent b. [-]

    Returns
    -------
    float or ndarray
        Sustainable speed; nan where a duration or speed is not positive. [m/s]

    Notes
    -----
    Riegel's t = t0 (d / d0)^b turned round: d = d0 (t / t0)^(1/b), so that the speed d / t is
    v0 (t / t0)^(1/b - 1). Fitted to races of 3.5 to 230 min (`RIEGEL_DURATION_RANGE_S`);
    longer ones are extrapolated and come out too fast, so widen the interval there.

    References
    ----------
    .. [1] P. S. Riegel, "Athletic records and human endurance," American Scientist 69,
       285-290, 1981: b = 1.06 for running.

    Examples
    --------
    Ten kilometres in 40 min make a marathon of about 3:04.

    >>> seconds = 2400 * 4.2195**1.06
    >>> f"{riegel_speed(10000 / 2400, 2400, seconds) * seconds:.0f}"
    '42195'
    """
    return _power_law(best_speed_m_s, best_duration_s, duration_s, 1.0 / exponent - 1.0)


def power_duration(
    best_power_w: ArrayLike,
    best_duration_s: ArrayLike,
    duration_s: ArrayLike,
    exponent: float = POWER_EXPONENT,
) -> FloatArray:
    """Estimate the cycling power that can be held for a duration from one best performance.

    Parameters
    ----------
    best_power_w : float or ndarray
        Mean power of the best performance. [W]
    best_duration_s : float or ndarray
        Its duration (3600 for a functional threshold power). [s]
    duration_s : float or ndarray
        Duration asked for. [s]
    exponent : float, optional
        Fall of power with duration. [-]

    Returns
    -------
    float or ndarray
        Sustainable power; nan where a duration or power is not positive. [W]

    Notes
    -----
    P = P0 (t / t0)^-k, the power law that [1]_ finds closer to performances than critical power
    below 2 and above 15 min. k = 0.07 lies midway between ln(1 / 0.95) / ln 3 = 0.047, the
    "95 % of 20 min" rule of [2]_, which [1]_ finds too optimistic, and
    ln(343 / 309) / ln 3 = 0.095, the 20 and 60 min time trials of [3]_ (8 trained men).

    References
    ----------
    .. [1] J. Drake, A. Finke, R. Ferguson, "Modelling human endurance: power laws vs critical
       power," Eur. J. Appl. Physiol. 124, 507-526, 2024, doi:10.1007/s00421-023-05274-5.
    .. [2] H. Allen, A. Coggan, "Training and Racing with a Power Meter," 2nd ed., VeloPress,
       2010.
    .. [3] M. J. MacInnis, A. C. Q. Thomas, S. M. Phillips, "The reliability of 4-minute and
       20-minute time trials and their relationships to functional threshold power in trained
       cyclists," Int. J. Sports Physiol. Perform. 14, 38-45, 2019,
       doi:10.1123/ijspp.2018-0100.

    Examples
    --------
    >>> f"{power_duration(250.0, 3600.0, 3 * 3600.0):.0f}"
    '231'
    """
    return _power_law(best_power_w, best_duration_s, duration_s, -exponent)


def held_share(duration_s: ArrayLike, on_foot: bool) -> FloatArray:
    """Return what can be held for a duration as a share of what can be held for an hour.

    Parameters
    ----------
    duration_s : float or ndarray
        Duration; below 10 min, where the curves begin, as for 10 min. [s]
    on_foot : bool
        Of speed, or else of power.

    Returns
    -------
    float or ndarray
        Share. [fraction]

    References
    ----------
    .. [1] As `riegel_speed` and `power_duration`.

    Examples
    --------
    >>> f"{held_share(3 * 3600.0, True):.3f} {held_share(3 * 3600.0, False):.3f}"
    '0.940 0.926'
    """
    curve = riegel_speed if on_foot else power_duration
    return curve(1.0, 3600.0, np.maximum(array(duration_s), 600.0))


def _power_law(best: ArrayLike, t0: ArrayLike, t: ArrayLike, slope: float) -> FloatArray:
    """Return best (t / t0)^slope, nan where anything is not positive."""
    y, start, end = (array(a) for a in (best, t0, t))
    known = (y > 0) & (start > 0) & (end > 0)
    ratio = np.where(known, end, 1.0) / np.where(known, start, 1.0)
    return plain(np.where(known, y * ratio**slope, np.nan))


def _half_means(
    values: FloatArray, use: NDArray[np.bool_], ends: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return the means over the first and the second half of samples 0 to each end."""
    total = np.concatenate(([0.0], np.cumsum(np.where(use, values, 0.0))))
    count = np.concatenate(([0.0], np.cumsum(use)))
    stop = np.asarray(ends, dtype=np.intp) + 1
    half = stop // 2
    first = _ratio(total[half], count[half])
    return first, _ratio(total[stop] - total[half], count[stop] - count[half])


def _ratio(a: FloatArray, b: FloatArray) -> FloatArray:
    """Divide, nan where the divisor is 0."""
    return a / np.where(b == 0.0, np.nan, b)


def _fall(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the fall from first to second as a fraction of the first."""
    return _ratio(first - second, first)
