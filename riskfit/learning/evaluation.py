"""Evaluate a model on outcomes: discrimination, calibration, and what acting on it is worth."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray
from riskfit.learning.metrics import (
    Estimate,
    area_under_curve,
    calibration_curve,
    calibration_in_the_large,
    calibration_slope,
    chance_of,
    net_benefit,
    observed_interval,
    operating_points,
)
from riskfit.learning.outcome_table import OutcomeTable, numbered
from riskfit.rules.model import Model

#: Chances at which somebody might act; a low one for those who would rather take care in vain.
THRESHOLDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
_BINS = 10
#: Athletes it takes to count uncertainty by athlete and not by session.
_LEAST_CLUSTERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One part of the calibration curve: predicted, and observed with its 90 % interval."""

    rows: int
    predicted: float
    observed: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Net benefit of acting from a chance on, against acting always; never acting is worth 0.

    ``acted`` counts the sessions at or above that chance, ``met`` those of them with a cramp.
    """

    threshold: float
    model: float
    always: float
    acted: int
    met: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The rows of one athlete or context; ``auc`` is None where one class is missing.

    ``low`` and ``high`` are the 90 % interval of the share that cramped.
    """

    name: str
    rows: int
    cramps: int
    low: float
    high: float
    expected: float
    brier: float
    auc: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation:
    """How a model did on outcomes.

    Attributes
    ----------
    rows, cramps, athletes : int
    expected : float
        Cramps that the chances add up to.
    auc, slope, intercept : Estimate or None
        With 90 % intervals; None where one class is missing. The intercept is calibration in the
        large: log odds that the chances are too low by.
    brier, brier_of_share, log_loss : float
        ``brier_of_share`` is that of giving everybody the share that cramped.
    roc : tuple of tuple of float
        Shares of sessions without and with a cramp that were at or above each chance; empty where
        one class is missing.
    curve, decisions, by_athlete, by_context : tuple
    known : tuple of int
        Rows that know the feature of each rule, in the card's order.
    period : tuple of float or None
        First and last start; None where none is told. [POSIX s]
    """

    model: Model
    source: str
    rows: int
    cramps: int
    athletes: int
    expected: float
    auc: Estimate | None
    slope: Estimate | None
    intercept: Estimate | None
    brier: float
    brier_of_share: float
    log_loss: float
    roc: tuple[tuple[float, float], ...]
    curve: tuple[Bin, ...]
    decisions: tuple[Decision, ...]
    by_athlete: tuple[Slice, ...]
    by_context: tuple[Slice, ...]
    known: tuple[int, ...]
    period: tuple[float, float] | None
    notes: tuple[str, ...] = ()


def evaluate(table: OutcomeTable, model: Model) -> Evaluation:
    """Hold a model's chances against outcomes.

    Parameters
    ----------
    table : OutcomeTable
    model : Model
        Its log odds go through the base rate of each row's context.

    Returns
    -------
    Evaluation
    """
    table = table.scored_by(model)
    design = table.design(model)
    logit = design.card_logit()
    chance = chance_of(logit)
    cramp = table.cramp
    athlete = numbered(table.athlete)
    clusters = athlete if athlete.max() + 1 >= _LEAST_CLUSTERS else None
    both = 0 < cramp.sum() < len(cramp)
    share = cramp.mean()
    return Evaluation(
        model=model,
        source=table.source,
        rows=len(table),
        cramps=int(cramp.sum()),
        athletes=int(athlete.max()) + 1,
        expected=float(chance.sum()),
        auc=area_under_curve(logit, cramp, clusters) if both else None,
        slope=calibration_slope(logit, cramp) if both else None,
        intercept=calibration_in_the_large(logit, cramp) if both else None,
        brier=float(np.mean((chance - cramp) ** 2)),
        brier_of_share=float(share * (1 - share)),
        log_loss=float(np.mean(np.logaddexp(0, logit) - cramp * logit)),
        roc=_roc(logit, cramp) if both else (),
        curve=_curve(chance, cramp),
        decisions=tuple(_decision(chance, cramp, threshold) for threshold in THRESHOLDS),
        by_athlete=tuple(_slices(table.athlete, logit, cramp)),
        by_context=tuple(_slices(table.context, logit, cramp)),
        known=tuple(design.known.sum(axis=0).tolist()),
        period=_period(table.start_s),
        notes=table.notes,
    )


def _roc(logit: FloatArray, cramp: FloatArray) -> tuple[tuple[float, float], ...]:
    in_vain, met = operating_points(logit, cramp)
    return tuple(zip(in_vain.tolist(), met.tolist(), strict=True))


def _decision(chance: FloatArray, cramp: FloatArray, threshold: float) -> Decision:
    acted = chance >= threshold
    return Decision(
        threshold=threshold,
        model=net_benefit(chance, cramp, threshold),
        always=net_benefit(np.ones_like(chance), cramp, threshold),
        acted=int(acted.sum()),
        met=int(cramp[acted].sum()),
    )


def _period(start_s: FloatArray) -> tuple[float, float] | None:
    told = start_s[np.isfinite(start_s)]
    return (float(told.min()), float(told.max())) if len(told) else None


def _curve(chance: FloatArray, cramp: FloatArray) -> tuple[Bin, ...]:
    """Cut the chances into tenths, and hold each against what came."""
    bins = []
    for rows in calibration_curve(chance, _BINS):
        seen = int(cramp[rows].sum())
        low, high = observed_interval(seen, len(rows))
        bins.append(
            Bin(
                rows=len(rows),
                predicted=float(chance[rows].mean()),
                observed=seen / len(rows),
                low=low,
                high=high,
            )
        )
    return tuple(bins)


def _slices(names: NDArray[np.str_], logit: FloatArray, cramp: FloatArray) -> Iterator[Slice]:
    """Evaluate each name's rows; where each row is a name of its own there is nothing to tell."""
    unique = np.unique(names)
    if len(unique) == len(names) > 1:
        return
    for name in unique:
        own = names == name
        chance, came = chance_of(logit[own]), cramp[own]
        both = 0 < came.sum() < len(came)
        low, high = observed_interval(int(came.sum()), len(came))
        yield Slice(
            name=str(name),
            rows=len(came),
            cramps=int(came.sum()),
            low=low,
            high=high,
            expected=float(chance.sum()),
            brier=float(np.mean((chance - came) ** 2)),
            auc=area_under_curve(logit[own], came).value if both else None,
        )
