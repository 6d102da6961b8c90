"""Penalised likelihood that shrinks towards the card: nonnegative factors, with standard errors.

    minimise  - sum of w_i log likelihood(y_i | log odds_i + u_athlete)
              + sum (f_c - 1)^2 / 2 s_c^2 + sum (phi_r - 1)^2 / 2 s_r^2
              + sum b_k^2 / 2 s_b^2 + sum u_j^2 / 2 s_u^2
    where     f_c >= 0 a cause's factor, phi_r >= 0 a rule's, b_k of columns beyond the card

Read as a posterior, the penalties are normal priors: without outcomes every factor is 1, the
card as published. docs/learning.md says why the priors are as wide as they are.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from riskfit.learning.design import Design, Surface
from riskfit.rules import CAUSES, Model
from riskfit.scoring.card import Floats

Level = Literal["base", "causes", "rules"]

#: Standard normal quantile of a two-sided 90 % interval.
Z90 = 1.6448536269514722
_MOST_STEPS = 100
_CLOSE_ENOUGH = 1e-10
_SD_CLOSE_ENOUGH = 2e-3
#: Multiplications in one block of a matrix product.
_BLAS_WORK = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """How far factors stray from the card before any outcome is seen, as standard deviations.

    Attributes
    ----------
    cause : float
        Of a cause's factor: with 1, a cause that plays no role in somebody (0) and one that
        counts double (2) are both ordinary.
    rule : float
        Least of a rule's factor; a graded rule has 1 / shrink - 1 where that is more, so that
        its published, unshrunk effect lies one standard deviation from the card.
    extra : float
        Of the log odds of one standard deviation of a column beyond the card.
    athlete : float
        Of the first guess of how athletes differ beyond the card [log odds]; it counts as much
        as one athlete, the data say the rest.
    """

    cause: float = 1.0
    rule: float = 0.5
    extra: float = 0.5
    athlete: float = 1.0

    def of_rules(self, model: Model) -> Floats:
        """Return the standard deviation of each rule's factor."""
        shrink = [max(model.settings.shrink[rule.grade], 0.01) for rule in model.rules]
        return np.array([max(self.rule, 1 / share - 1) for share in shrink])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """What outcomes taught: factors relative to the card they were fitted on.

    Attributes
    ----------
    cause_factors, cause_se, cause_low, cause_high : ndarray, a number a cause
        Estimate, standard error and 90 % interval (cut at 0).
    rule_factors, rule_se, rule_low, rule_high : ndarray, a number a rule
        All 1 with standard errors of nan unless ``level`` is "rules".
    extra, extra_se : ndarray
        Log odds a unit of each column beyond the card.
    intercept, intercept_se : float
        Log odds added to the contexts' base rates, for the average athlete of these data.
    athlete_sd : float
        How athletes differ beyond the card; 0 where no groups were told apart. [log odds]
    """

    level: Level
    priors: Priors
    intercept: float
    intercept_se: float
    cause_factors: Floats
    cause_se: Floats
    cause_low: Floats
    cause_high: Floats
    rule_factors: Floats
    rule_se: Floats
    rule_low: Floats
    rule_high: Floats
    extra: Floats
    extra_se: Floats
    athlete_sd: float
    steps: int

    def log_odds(self, design: Design, extra: Floats | None = None) -> Floats:
        """Return the learned log odds of each row, for an athlete not seen before."""
        causes = design.cause_logits(self.rule_factors)
        logit: Floats = self.intercept + design.base_logit + causes @ self.cause_factors
        if extra is not None and extra.shape[1]:
            logit = logit + extra @ self.extra
        return logit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Problem:
    """The data, and where each kind of parameter stands in the vector that is optimised."""

    design: Design
    surface: Surface
    outcome: Floats
    weight: Floats
    extra: Floats
    athlete: NDArray[np.intp] | None
    athletes: int
    level: Level
    mean: Floats
    precision: Floats
    lower: Floats
    fixed_causes: Floats | None = field(default=None)

    @property
    def causes(self) -> slice:
        return slice(1, 1 + (len(CAUSES) if self.level != "base" else 0))

    @property
    def rules(self) -> slice:
        start = self.causes.stop
        return slice(start, start + (len(self.design.model.rules) if self.level == "rules" else 0))

    @property
    def extras(self) -> slice:
        return slice(self.rules.stop, self.rules.stop + self.extra.shape[1])

    def log_odds(self, beta: Floats) -> Floats:
        """Return the log odds without athletes."""
        logit: Floats = beta[0] + self.design.base_logit
        logit = logit + self._causes(beta) @ self._factors(beta)
        return logit + self.extra @ beta[self.extras] if self.extra.shape[1] else logit

    def slopes(self, beta: Floats) -> Floats:
        """Return the derivatives of the log odds, rows x parameters."""
        slopes = np.ones((len(self.design), len(beta)))
        if self.level != "base":
            slopes[:, self.causes] = self._causes(beta)
        if self.level == "rules":
            slopes[:, self.rules] = self.surface.slopes(beta[self.causes], beta[self.rules])
        slopes[:, self.extras] = self.extra
        return slopes

    def _factors(self, beta: Floats) -> Floats:
        return beta[self.causes] if self.level != "base" else np.ones(len(CAUSES))

    def _causes(self, beta: Floats) -> Floats:
        fixed = self.fixed_causes
        return self.surface.causes(beta[self.rules]) if fixed is None else fixed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _State:
    """Where the optimiser stands: parameters, athletes, loss, gradient and curvature."""

    beta: Floats
    athletes: Floats
    loss: float
    gradient: Floats
    gradient_athletes: Floats
    curvature: Floats
    curvature_athletes: Floats
    curvature_mixed: Floats


def fit_card(
    design: Design,
    outcome: Floats,
    *,
    athletes: NDArray[np.intp] | None = None,
    weight: Floats | None = None,
    extra: Floats | None = None,
    level: Level = "causes",
    priors: Priors | None = None,
) -> Fit:
    """Fit factors to outcomes.

    Parameters
    ----------
    design : Design
    outcome : ndarray
        1 with a cramp, 0 without; both must occur.
    athletes : ndarray of int, optional
        Number of each row's athlete, from 0 on. With two or more athletes of several rows each
        gets an intercept of its own, shrunk to the common one by as much as the data say.
    weight : ndarray, optional
        Weight of each row, 1 unless given.
    extra : ndarray, rows x columns, optional
        Columns beyond the card, scaled, without nan.
    level : str
        "base" learns the intercept alone, "causes" their factors too, "rules" both kinds.
    priors : Priors, optional

    Returns
    -------
    Fit
    """
    priors = priors or Priors()
    problem = _pose(design, outcome, athletes, weight, extra, level, priors)
    state, athlete_sd, steps = _solve(problem, priors)
    return _report(problem, state, athlete_sd, steps, priors)


def choose_level(cramps: int, others: int, varying_rules: int) -> Level:
    """Say what the data can bear: rules' factors need ten of either outcome for each rule.

    References
    ----------
    Peduzzi et al. (1996), doi:10.1016/S0895-4356(96)00236-3: ten events a variable.
    """
    return "rules" if min(cramps, others) >= 10 * max(varying_rules, 1) else "causes"


def varying_rules(design: Design) -> NDArray[np.bool_]:
    """Tell which rules' responses differ between rows: nothing can be learned of the others."""
    varies: NDArray[np.bool_] = np.ptp(design.responses, axis=0) > 0
    return varies


def _pose(
    design: Design,
    outcome: Floats,
    athletes: NDArray[np.intp] | None,
    weight: Floats | None,
    extra: Floats | None,
    level: Level,
    priors: Priors,
) -> _Problem:
    """Lay out parameters with their priors and bounds."""
    rows = len(design)
    extra = np.zeros((rows, 0)) if extra is None else extra
    causes = len(CAUSES) if level != "base" else 0
    rules = len(design.model.rules) if level == "rules" else 0
    columns = extra.shape[1]
    told_apart = 0
    if athletes is not None and rows:
        told_apart = int(athletes.max()) + 1
    if not 2 <= told_apart <= rows / 2:
        athletes, told_apart = None, 0
    rule_sd = priors.of_rules(design.model)[:rules]
    sd = np.concatenate([np.full(causes, priors.cause), rule_sd, np.full(columns, priors.extra)])
    surface = Surface(design)
    return _Problem(
        design=design,
        surface=surface,
        outcome=np.asarray(outcome, dtype=np.float64),
        weight=np.ones(rows) if weight is None else weight,
        extra=extra,
        athlete=athletes,
        athletes=told_apart,
        level=level,
        mean=np.concatenate([[0.0], np.ones(causes + rules), np.zeros(columns)]),
        precision=np.concatenate([[0.0], sd**-2.0]),
        lower=np.concatenate([[-np.inf], np.zeros(causes + rules), np.full(columns, -np.inf)]),
        fixed_causes=None if level == "rules" else surface.causes(),
    )


def _loss(problem: _Problem, beta: Floats, athletes: Floats, sd: float) -> tuple[float, Floats]:
    """Return the penalised loss at a point, and the log odds there."""
    logit = problem.log_odds(beta)
    loss = 0.5 * float(problem.precision @ (beta - problem.mean) ** 2)
    if problem.athlete is not None:
        logit = logit + athletes[problem.athlete]
        loss += 0.5 * float(athletes @ athletes) / sd**2
    loss += float(problem.weight @ (np.logaddexp(0, logit) - problem.outcome * logit))
    return loss, logit


def _look(problem: _Problem, beta: Floats, athletes: Floats, athlete_sd: float) -> _State:
    """Work out loss, gradient and Fisher information at a point."""
    loss, logit = _loss(problem, beta, athletes, athlete_sd)
    slopes = problem.slopes(beta)
    chance = 1 / (1 + np.exp(-np.clip(logit, -700, 700)))
    residual = problem.weight * (chance - problem.outcome)
    spread = problem.weight * chance * (1 - chance)
    weighted = slopes * spread[:, None]
    gradient = slopes.T @ residual + problem.precision * (beta - problem.mean)
    size = problem.athletes
    own_gradient, own_curvature, mixed = np.zeros(size), np.zeros(size), np.zeros((size, len(beta)))
    if problem.athlete is not None:
        own_gradient = np.bincount(problem.athlete, residual, size) + athletes / athlete_sd**2
        own_curvature = np.bincount(problem.athlete, spread, size) + athlete_sd**-2.0
        columns = [np.bincount(problem.athlete, column, size) for column in weighted.T]
        mixed = np.column_stack(columns)
    return _State(
        beta=beta,
        athletes=athletes,
        loss=loss,
        gradient=gradient,
        gradient_athletes=own_gradient,
        curvature=_products(slopes, weighted) + np.diag(problem.precision),
        curvature_athletes=own_curvature,
        curvature_mixed=mixed,
    )


def _products(left: Floats, right: Floats) -> Floats:
    """Return left' right, summed in blocks of rows.

    Blocks are small enough for BLAS to stay in one thread: its threads wait for each other, which
    on a busy machine took fifty times as long, and the result then hangs on their number.
    """
    total = np.zeros((left.shape[1], right.shape[1]))
    size = max(_BLAS_WORK // max(total.size, 1), 1)
    whole = len(left) // size * size
    if whole:
        pieces = (-1, size)
        blocks = left[:whole].reshape(*pieces, left.shape[1]).transpose(0, 2, 1)
        total += (blocks @ right[:whole].reshape(*pieces, right.shape[1])).sum(axis=0)
    products: Floats = total + left[whole:].T @ right[whole:]
    return products


def _solve(problem: _Problem, priors: Priors) -> tuple[_State, float, int]:
    """Optimise from the card on, and let the data say how athletes differ."""
    beta = problem.mean.copy()
    # The common log odds of the outcomes, against what the contexts' base rates promise.
    share = np.average(problem.outcome, weights=problem.weight)
    promised = np.average(problem.design.base_logit, weights=problem.weight)
    beta[0] = np.log(share / (1 - share)) - promised
    athletes = np.zeros(problem.athletes)
    if problem.athlete is None:
        state, steps = _newton(problem, _look(problem, beta, athletes, 1.0), 1.0)
        return state, 0.0, steps
    if problem.level != "rules":
        return _expect(problem, _look(problem, beta, athletes, priors.athlete), priors)
    # How athletes differ is told from the causes alone: that is quick, and it is the same.
    coarse, sd, before = _expect(*_coarser(problem, priors), priors)
    kept = np.r_[0 : problem.causes.stop, problem.extras]
    beta[kept] = coarse.beta
    state, steps = _newton(problem, _look(problem, beta, coarse.athletes, sd), sd)
    return state, sd, before + steps


def _coarser(problem: _Problem, priors: Priors) -> tuple[_Problem, _State]:
    """Return the same problem with the rules' factors left at 1, and its starting point."""
    kept = np.r_[0 : problem.causes.stop, problem.extras]
    coarse = replace(
        problem,
        level="causes",
        mean=problem.mean[kept],
        precision=problem.precision[kept],
        lower=problem.lower[kept],
        fixed_causes=problem.surface.causes(),
    )
    start = _look(coarse, coarse.mean, np.zeros(problem.athletes), priors.athlete)
    return coarse, start


def _expect(problem: _Problem, state: _State, priors: Priors) -> tuple[_State, float, int]:
    """Optimise for one spread of athletes after another, each from the last one's answer.

    References
    ----------
    Expectation-maximisation with the normal approximation of each athlete's posterior:
    Stiratelli, Laird & Ware (1984), Biometrics 40, 961-971, doi:10.2307/2531147.
    """
    sd = priors.athlete
    state, steps = _newton(problem, state, sd)
    for _ in range(_MOST_STEPS):
        inverse = _posterior(state)
        reached = state.curvature_mixed / state.curvature_athletes[:, None]
        spread = 1 / state.curvature_athletes + np.einsum("ij,jk,ik->i", reached, inverse, reached)
        total = float(state.athletes @ state.athletes + spread.sum()) + priors.athlete**2
        new_sd = float(np.sqrt(total / (problem.athletes + 1)))
        moved, sd = abs(new_sd - sd), new_sd
        state, more = _newton(problem, _look(problem, state.beta, state.athletes, sd), sd)
        steps += more
        if moved < _SD_CLOSE_ENOUGH * sd:
            break
    return state, sd, steps


def _newton(problem: _Problem, state: _State, sd: float) -> tuple[_State, int]:
    """Take projected Newton steps until the loss no longer falls."""
    for step in range(_MOST_STEPS):
        free = _free(problem, state)
        move, move_athletes = _direction(state, free)
        promise = -float(state.gradient @ move + state.gradient_athletes @ move_athletes)
        if promise < _CLOSE_ENOUGH:
            return state, step
        found = _search(problem, state, move, move_athletes, sd)
        if found is None:
            return state, step
        state = found
    return state, _MOST_STEPS


def _free(problem: _Problem, state: _State) -> NDArray[np.bool_]:
    """Tell which parameters may move: not those that press against their bound."""
    held: NDArray[np.bool_] = (state.beta <= problem.lower) & (state.gradient > 0)
    return ~held


def _schur(state: _State) -> Floats:
    """Return the information about the parameters once athletes are allowed for."""
    reached = state.curvature_mixed / state.curvature_athletes[:, None]
    information: Floats = state.curvature - state.curvature_mixed.T @ reached
    return information


def _posterior(state: _State) -> Floats:
    """Return the covariance of the parameters."""
    covariance: Floats = np.linalg.pinv(_schur(state), hermitian=True).astype(np.float64)
    return covariance


def _direction(state: _State, free: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the Newton step of the free parameters and of the athletes."""
    own = state.curvature_athletes
    pull = state.gradient - state.curvature_mixed.T @ (state.gradient_athletes / own)
    move = np.zeros_like(state.beta)
    information = _schur(state)[np.ix_(free, free)]
    move[free] = -np.linalg.lstsq(information, pull[free], rcond=None)[0]
    return move, -(state.gradient_athletes + state.curvature_mixed @ move) / own


def _search(
    problem: _Problem, state: _State, move: Floats, move_athletes: Floats, sd: float
) -> _State | None:
    """Go along a direction, within the bounds, as far as the loss falls."""
    length = 1.0
    for _ in range(40):
        beta = np.maximum(state.beta + length * move, problem.lower)
        athletes = state.athletes + length * move_athletes
        if _loss(problem, beta, athletes, sd)[0] < state.loss:
            return _look(problem, beta, athletes, sd)
        length /= 2
    return None


def _report(problem: _Problem, state: _State, athlete_sd: float, steps: int, priors: Priors) -> Fit:
    """Turn parameters into a Fit, with intervals that know of the bounds."""
    covariance = _posterior(state)
    se = np.sqrt(np.maximum(np.diag(covariance), 0))
    # Where a factor rests on 0, the interval is about where it would be without that bound.
    held = ~_free(problem, state)
    centre = state.beta - covariance @ np.where(held, state.gradient, 0.0)
    low, high = (np.maximum(centre + side * Z90 * se, 0) for side in (-1, 1))
    high = np.maximum(high, state.beta)
    causes, rules, extras = problem.causes, problem.rules, problem.extras
    number = len(problem.design.model.rules)
    whole = problem.level == "rules"
    all_causes = problem.level != "base"
    ones, blank = np.ones(len(CAUSES)), np.full(len(CAUSES), np.nan)
    fit = Fit(
        level=problem.level,
        priors=priors,
        intercept=float(state.beta[0]),
        intercept_se=float(se[0]),
        cause_factors=state.beta[causes] if all_causes else ones,
        cause_se=se[causes] if all_causes else blank,
        cause_low=low[causes] if all_causes else blank,
        cause_high=high[causes] if all_causes else blank,
        rule_factors=state.beta[rules] if whole else np.ones(number),
        rule_se=se[rules] if whole else np.full(number, np.nan),
        rule_low=low[rules] if whole else np.full(number, np.nan),
        rule_high=high[rules] if whole else np.full(number, np.nan),
        extra=state.beta[extras],
        extra_se=se[extras],
        athlete_sd=athlete_sd,
        steps=steps,
    )
    return _for_the_average_athlete(problem, fit) if problem.athlete is not None else fit


def _for_the_average_athlete(problem: _Problem, fit: Fit) -> Fit:
    """Move the intercept so that the mean chance over all athletes is the share that cramped."""
    logit = fit.log_odds(problem.design, problem.extra) - fit.intercept
    share = np.average(problem.outcome, weights=problem.weight)
    low, high = -40.0, 40.0
    for _ in range(80):
        middle = (low + high) / 2
        chance = 1 / (1 + np.exp(-(logit + middle)))
        if np.average(chance, weights=problem.weight) < share:
            low = middle
        else:
            high = middle
    return replace(fit, intercept=(low + high) / 2)


def apply_factors(model: Model, fit: Fit) -> tuple[dict[str, float], dict[str, float]]:
    """Return the factors of causes and rules that the learned card holds."""
    causes = {
        cause: model.cause_factors[cause] * float(factor)
        for cause, factor in zip(CAUSES, fit.cause_factors, strict=True)
    }
    rules = {
        rule.id: rule.factor * float(factor)
        for rule, factor in zip(model.rules, fit.rule_factors, strict=True)
    }
    return causes, rules


__all__ = [
    "Fit",
    "Level",
    "Priors",
    "apply_factors",
    "choose_level",
    "fit_card",
    "varying_rules",
]
