"""Training load over days: fitness, fatigue, form, monotony, and ratios of weeks.

Every function takes one load a day in order. A rest day is 0. A day nothing is known of (not worn,
not recorded) is nan: it is skipped, averages keep the value of the day before, and sums of a week
are the mean of its known days times seven. It never counts as rest.
"""

from math import isfinite

import numpy as np
from numpy.typing import ArrayLike

from riskfit._common import FloatArray
from riskfit.formulas.numbers import array

#: Time constants of fitness and fatigue (see `chronic_training_load`). [days]
CHRONIC_DAYS = 42.0
ACUTE_DAYS = 7.0
#: Days of history before ratios to the usual load mean anything. [days]
SEED_DAYS = 28


def exponentially_weighted_load(
    daily_load: ArrayLike, time_constant_days: float, start: float = 0.0
) -> FloatArray:
    """Average daily load with weights that fade into the past.

    Parameters
    ----------
    daily_load : ndarray
        Load of each day, 0 on rest days, nan where unknown. [load/d]
    time_constant_days : float
        Days after which a load counts for about a third. [days]
    start : float, optional
        Average before the first day. [load/d]

    Returns
    -------
    ndarray
        Average at the end of each day; nan before the first known day. [load/d]

    Notes
    -----
    x_d = x_(d-1) + (load_d - x_(d-1)) / time constant, the discrete form of Banister's
    exponential impulse response. Starting from 0 it needs some two time constants of history.

    References
    ----------
    .. [1] R. H. Morton, J. R. Fitz-Clarke, E. W. Banister, "Modeling human performance in
       running," J. Appl. Physiol. 69, 1171-1177, 1990, doi:10.1152/jappl.1990.69.3.1171.

    Examples
    --------
    >>> exponentially_weighted_load([70.0, 0.0, float("nan"), 70.0], 7.0).round(3)
    array([10.   ,  8.571,  8.571, 17.347])
    """
    return _smooth(array(daily_load), 1.0 / time_constant_days, start)


def chronic_training_load(daily_load: ArrayLike, start: float = 0.0) -> FloatArray:
    """Give fitness: the load of about six weeks.

    Parameters
    ----------
    daily_load : ndarray
        Load of each day. [TSS/d]
    start : float, optional
        Fitness before the first day. [TSS/d]

    Returns
    -------
    ndarray
        CTL at the end of each day. [TSS/d]

    References
    ----------
    .. [1] H. Allen, A. Coggan, "Training and Racing with a Power Meter," 2nd ed., VeloPress,
       2010, ch. 8: performance manager, 42 days.

    Examples
    --------
    >>> chronic_training_load([84.0, 0.0]).round(3)
    array([2.   , 1.952])
    """
    return exponentially_weighted_load(daily_load, CHRONIC_DAYS, start)


def acute_training_load(daily_load: ArrayLike, start: float = 0.0) -> FloatArray:
    """Give fatigue: the load of about a week.

    Parameters
    ----------
    daily_load : ndarray
        Load of each day. [TSS/d]
    start : float, optional
        Fatigue before the first day. [TSS/d]

    Returns
    -------
    ndarray
        ATL at the end of each day. [TSS/d]

    References
    ----------
    .. [1] H. Allen, A. Coggan 2010, as `chronic_training_load`: 7 days.

    Examples
    --------
    >>> acute_training_load([84.0, 0.0]).round(3)
    array([12.   , 10.286])
    """
    return exponentially_weighted_load(daily_load, ACUTE_DAYS, start)


def rolling_monotony_and_strain(
    daily_load: ArrayLike, n_days: int = 7
) -> tuple[FloatArray, FloatArray]:
    """Give how alike the days up to each day were, and the load that went with them.

    Parameters
    ----------
    daily_load : ndarray
        Load of each day. [load/d]
    n_days : int, optional
        Days in the window. [days]

    Returns
    -------
    ndarray
        Monotony, mean over standard deviation; nan where all days are equal, where fewer than
        two are known, and in the first ``n_days - 1`` days. [ratio]
    ndarray
        Strain, the load of these days times monotony, likewise. [load]

    Notes
    -----
    Foster does not say which standard deviation; this is the sample's (n - 1), which a
    spreadsheet gives. For equal days monotony is without bound, hence nan.

    References
    ----------
    .. [1] C. Foster, "Monitoring training in athletes with reference to overtraining
       syndrome," Med. Sci. Sports Exerc. 30, 1164-1168, 1998,
       doi:10.1097/00005768-199807000-00023.

    Examples
    --------
    >>> monotony, strain = rolling_monotony_and_strain([2.0, 4.0, 6.0], n_days=3)
    >>> monotony, strain
    (array([nan, nan,  2.]), array([nan, nan, 24.]))
    """
    load = array(daily_load)
    mean, spread = np.full(load.shape, np.nan), np.full(load.shape, np.nan)
    if n_days >= 1 and load.size >= n_days:
        days = np.lib.stride_tricks.sliding_window_view(load, n_days)
        known = np.isfinite(days)
        count = known.sum(axis=1).astype(float)
        count[count == 0.0] = np.nan
        middle = np.where(known, days, 0.0).sum(axis=1) / count
        squares = np.where(known, (days - middle[:, None]) ** 2, 0.0).sum(axis=1)
        mean[n_days - 1 :] = middle
        # Equal days leave rounding behind, not a spread.
        squares[squares <= (1e-12 * middle) ** 2 * n_days] = np.nan
        spread[n_days - 1 :] = np.sqrt(squares / np.where(count > 1.0, count - 1.0, np.nan))
    monotony = mean / spread
    return monotony, mean * n_days * monotony


def ewma_load(daily_load: ArrayLike, n_days: float) -> FloatArray:
    """Average daily load as the exponentially weighted moving average of N days.

    Parameters
    ----------
    daily_load : ndarray
        Load of each day. [load/d]
    n_days : float
        N, 7 for the acute and 28 for the chronic load. [days]

    Returns
    -------
    ndarray
        Average at the end of each day, which starts as the first known load. [load/d]

    Notes
    -----
    x_d = lambda load_d + (1 - lambda) x_(d-1) with lambda = 2 / (N + 1).

    References
    ----------
    .. [1] S. Williams et al., "Better way to determine the acute:chronic workload ratio?" Br. J.
       Sports Med. 51, 209-210, 2017, doi:10.1136/bjsports-2016-096589.

    Examples
    --------
    >>> ewma_load([40.0, 0.0, 80.0], 7)
    array([40. , 30. , 42.5])
    """
    load = array(daily_load)
    known = load[np.isfinite(load)]
    start = float(known[0]) if known.size else 0.0
    return _smooth(load, 2.0 / (n_days + 1.0), start)


def ewma_load_ratio(
    daily_load: ArrayLike, acute_days: int = 7, chronic_days: int = 28
) -> FloatArray:
    """Compare the recent with the usual load before it.

    Parameters
    ----------
    daily_load : ndarray
        Load of each day. [load/d]
    acute_days, chronic_days : int, optional
        N of the two averages. [days]

    Returns
    -------
    ndarray
        Acute average of each day over the chronic average ``acute_days`` earlier; nan in the
        first 28 days, which only seed it, and where the chronic one is 0. [ratio]

    Notes
    -----
    Uncoupled: the recent days do not stand in their own divisor. The ratio describes a change
    of habit; it has no causal basis and no safe zone ([2]_).

    References
    ----------
    .. [1] S. Williams et al. 2017, as `ewma_load`.
    .. [2] F. M. Impellizzeri et al., "Training load and its role in injury prevention, part 2,"
       J. Athl. Train. 55, 893-901, 2020, doi:10.4085/1062-6050-501-19.

    Examples
    --------
    >>> ewma_load_ratio([50.0] * 40)[[27, 28, 39]]
    array([nan,  1.,  1.])
    """
    acute, chronic = ewma_load(daily_load, acute_days), ewma_load(daily_load, chronic_days)
    out = np.full(acute.shape, np.nan)
    usual = np.where(chronic > 0.0, chronic, np.nan)
    out[acute_days:] = acute[acute_days:] / usual[:-acute_days]
    out[:SEED_DAYS] = np.nan
    return out


def _smooth(load: FloatArray, share: float, start: float) -> FloatArray:
    """Return x_d = x_(d-1) + share (load_d - x_(d-1)) over the known days, carried between."""
    out, average, seen = [], start, False
    for today in load.tolist():
        if isfinite(today):
            average, seen = average + share * (today - average), True
        out.append(average if seen else float("nan"))
    return np.array(out, dtype=float)
