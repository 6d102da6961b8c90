"""Measures of predictions against outcomes, each with its interval."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from riskfit._common import FloatArray, IntArray

Rows = IntArray

#: Standard normal quantile of a two-sided 90 % interval.
Z90: Final = 1.6448536269514722


def chance_of(logit: ArrayLike) -> FloatArray:
    """Return the chance of log odds, without overflow at either end."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logit, -700, 700))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its standard error and 90 % interval."""

    value: float
    se: float
    low: float
    high: float


def area_under_curve(
    score: FloatArray, outcome: FloatArray, cluster: Rows | None = None
) -> Estimate:
    """Chance that a session with a cramp scored above one without, ties counted half.

    Parameters
    ----------
    score : ndarray
        Any number that rises with risk.
    outcome : ndarray
        1 or 0; both must occur.
    cluster : ndarray of int, optional
        Athlete of each row, from 0 on: their sessions are then no independent evidence.

    Returns
    -------
    Estimate
        Its interval is symmetric in log odds, so it stays within 0 and 1. [fraction]

    References
    ----------
    DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44, 837-845, doi:10.2307/2531595; with
    clusters Obuchowski (1997), Biometrics 53, 567-578, doi:10.2307/2533958.
    """
    cases, controls = outcome > 0, outcome <= 0
    above = placements(score[cases], score[controls])
    below = 1 - placements(score[controls], score[cases])
    value = float(above.mean())
    away = np.empty(len(score))
    away[cases] = (above - value) / cases.sum()
    away[controls] = (below - value) / controls.sum()
    if cluster is None:
        parts = [away[cases], away[controls]]
        variance = sum(float(np.sum(p**2)) * len(p) / max(len(p) - 1, 1) for p in parts)
    else:
        sums = np.bincount(cluster, away)
        variance = float(np.sum(sums**2)) * len(sums) / max(len(sums) - 1, 1)
    se = float(np.sqrt(variance))
    if not 0 < value < 1:
        return Estimate(value=value, se=se, low=value, high=value)
    centre, half = np.log(value / (1 - value)), Z90 * se / (value * (1 - value))
    low, high = (float(chance_of(centre + side * half)) for side in (-1, 1))
    return Estimate(value=value, se=se, low=low, high=high)


def placements(these: FloatArray, those: FloatArray) -> FloatArray:
    """Return for each of these the share of those it lies above, ties counted half."""
    ordered = np.sort(those)
    under = np.searchsorted(ordered, these, side="left")
    upto = np.searchsorted(ordered, these, side="right")
    share: FloatArray = (under + upto) / (2 * len(those))
    return share


def operating_points(
    score: FloatArray, outcome: FloatArray, most: int = 200
) -> tuple[FloatArray, FloatArray]:
    """Return what warning from a score on would have met and done in vain, for every score.

    Parameters
    ----------
    score : ndarray
        Any number that rises with risk.
    outcome : ndarray
        1 or 0; both must occur.
    most : int
        Of more points those are taken that lie about evenly along the curve.

    Returns
    -------
    tuple of ndarray
        Share of sessions without a cramp that were warned of, and share of those with one, from
        (0, 0) to (1, 1); the area below is `area_under_curve` as long as none is left out.
        [fraction]

    References
    ----------
    Hanley & McNeil (1982), Radiology 143, 29-36, doi:10.1148/radiology.143.1.7063747.
    """
    order = np.argsort(-score, kind="stable")
    came = outcome[order] > 0
    last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    met = np.concatenate([[0], np.cumsum(came)[last]]) / came.sum()
    in_vain = np.concatenate([[0], np.cumsum(~came)[last]]) / (~came).sum()
    if len(met) > most:
        kept = np.unique(np.searchsorted(met + in_vain, np.linspace(0, 2, most)[:-1]))
        kept = np.append(kept, len(met) - 1)
        met, in_vain = met[kept], in_vain[kept]
    return in_vain, met


def calibration_slope(logit: FloatArray, outcome: FloatArray) -> Estimate:
    """Slope of outcomes on predicted log odds: 1 is right, below 1 too bold, above 1 too timid.

    Parameters
    ----------
    logit : ndarray
        Predicted. [log odds]
    outcome : ndarray
        1 or 0; both must occur.

    Returns
    -------
    Estimate
        nan where all predictions are the same. [1]

    References
    ----------
    Cox (1958), Biometrika 45, 562-565, doi:10.1093/biomet/45.3-4.562.
    """
    if np.ptp(logit) == 0:
        nan = float("nan")
        return Estimate(value=nan, se=nan, low=nan, high=nan)
    centred = logit - logit.mean()
    beta, covariance = _logistic(np.column_stack([np.ones_like(logit), centred]), outcome)
    return _wald(beta[1], covariance[1, 1])


def calibration_in_the_large(logit: FloatArray, outcome: FloatArray) -> Estimate:
    """Log odds to add to all predictions for their mean to be right: 0 is right.

    Parameters
    ----------
    logit : ndarray
        Predicted. [log odds]
    outcome : ndarray
        1 or 0; both must occur.

    Returns
    -------
    Estimate
        [log odds]

    References
    ----------
    Van Calster et al. (2019), BMC Medicine 17, 230, doi:10.1186/s12916-019-1466-7.
    """
    beta, covariance = _logistic(np.ones((len(logit), 1)), outcome, logit)
    return _wald(beta[0], covariance[0, 0])


def _logistic(
    columns: FloatArray, outcome: FloatArray, offset: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Fit a plain logistic regression by Newton's steps, halved where they overshoot."""
    offset = np.zeros(len(outcome)) if offset is None else offset
    beta = np.zeros(columns.shape[1])
    for _ in range(100):
        logit = offset + columns @ beta
        chance = chance_of(logit)
        information = columns.T @ (columns * (chance * (1 - chance))[:, None])
        gradient = columns.T @ (outcome - chance)
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
        # a step of more than 3 log odds is where the normal approximation no longer holds
        step *= min(1.0, 3 / max(float(np.abs(columns @ step).max()), 1e-12))
        beta += step
        if np.abs(columns @ step).max() < 1e-10:
            break
    covariance: FloatArray = np.linalg.pinv(information).astype(np.float64)
    return beta, covariance


def _wald(value: float, variance: float) -> Estimate:
    se = float(np.sqrt(max(variance, 0)))
    return Estimate(
        value=float(value), se=se, low=float(value - Z90 * se), high=float(value + Z90 * se)
    )


def calibration_curve(chance: FloatArray, bins: int) -> list[Rows]:
    """Cut rows into bins of about equal size by their chance; equal chances stay together.

    Parameters
    ----------
    chance : ndarray
        Predicted. [0 to 1]
    bins : int
        At most so many.

    Returns
    -------
    list of ndarray of int
        Rows of each bin, from low to high.
    """
    edges = np.unique(np.quantile(chance, np.linspace(0, 1, bins + 1)[1:-1]))
    place = np.searchsorted(edges, chance, side="right")
    return [np.flatnonzero(place == number) for number in np.unique(place)]


def observed_interval(seen: int, rows: int) -> tuple[float, float]:
    """Return the 90 % interval of a share.

    Parameters
    ----------
    seen, rows : int
        How many of how many.

    Returns
    -------
    tuple of float
        [0 to 1]

    References
    ----------
    Wilson (1927), J Am Stat Assoc 22, 209-212, doi:10.1080/01621459.1927.10502953.
    """
    share, z2 = seen / rows, Z90**2
    centre = (share + z2 / (2 * rows)) / (1 + z2 / rows)
    half = Z90 * np.sqrt(share * (1 - share) / rows + z2 / (4 * rows**2)) / (1 + z2 / rows)
    return max(float(centre - half), 0.0), min(float(centre + half), 1.0)


def net_benefit(chance: FloatArray, outcome: FloatArray, threshold: float) -> float:
    """Cramps met by acting from a chance on, less care taken in vain at that chance's odds.

    Parameters
    ----------
    chance, outcome : ndarray
    threshold : float
        Chance from which one acts. [0 to 1]

    Returns
    -------
    float
        Cramps met a session, net; 0 is never acting. [fraction]

    References
    ----------
    Vickers & Elkin (2006), Med Decis Making 26, 565-574, doi:10.1177/0272989X06295361.
    """
    acted = chance >= threshold
    met = float(np.mean(acted & (outcome > 0)))
    in_vain = float(np.mean(acted & (outcome <= 0)))
    return met - in_vain * threshold / (1 - threshold)
