"""The optimiser of learning: projected Newton steps, with athletes' own levels eliminated."""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray, IntArray
from riskfit.learning.design import Design, Surface
from riskfit.learning.metrics import chance_of
from riskfit.rules.model import CAUSES

Level = Literal["base", "causes", "rules"]

_MOST_STEPS = 100
_CLOSE_ENOUGH = 1e-10
_SD_CLOSE_ENOUGH = 2e-3
#: Multiplications in one block of a matrix product.
_BLAS_WORK = 200_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """The data, and where each kind of parameter stands in the vector that is optimised."""

    design: Design
    surface: Surface
    outcome: FloatArray
    weight: FloatArray
    extra: FloatArray
    athlete: IntArray | None
    athletes: int
    level: Level
    mean: FloatArray
    precision: FloatArray
    lower: FloatArray
    fixed_causes: FloatArray | None = field(default=None)

    @property
    def causes(self) -> slice:
        """Place of the causes' factors."""
        return slice(1, 1 + (len(CAUSES) if self.level != "base" else 0))

    @property
    def rules(self) -> slice:
        """Place of the rules' factors."""
        start = self.causes.stop
        return slice(start, start + (len(self.design.model.rules) if self.level == "rules" else 0))

    @property
    def extras(self) -> slice:
        """Place of the slopes of columns beyond the card."""
        return slice(self.rules.stop, self.rules.stop + self.extra.shape[1])

    def log_odds(self, beta: FloatArray) -> FloatArray:
        """Return the log odds without athletes."""
        logit: FloatArray = beta[0] + self.design.base_logit
        logit = logit + self._causes(beta) @ self._factors(beta)
        return logit + self.extra @ beta[self.extras] if self.extra.shape[1] else logit

    def slopes(self, beta: FloatArray) -> FloatArray:
        """Return the derivatives of the log odds, rows x parameters."""
        slopes = np.ones((len(self.design), len(beta)))
        if self.level != "base":
            slopes[:, self.causes] = self._causes(beta)
        if self.level == "rules":
            slopes[:, self.rules] = self.surface.slopes(beta[self.causes], beta[self.rules])
        slopes[:, self.extras] = self.extra
        return slopes

    def _factors(self, beta: FloatArray) -> FloatArray:
        return beta[self.causes] if self.level != "base" else np.ones(len(CAUSES))

    def _causes(self, beta: FloatArray) -> FloatArray:
        fixed = self.fixed_causes
        return self.surface.causes(beta[self.rules]) if fixed is None else fixed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """Where the optimiser stands: parameters, athletes, loss, gradient and curvature."""

    beta: FloatArray
    athletes: FloatArray
    loss: float
    gradient: FloatArray
    gradient_athletes: FloatArray
    curvature: FloatArray
    curvature_athletes: FloatArray
    curvature_mixed: FloatArray


def _loss(
    problem: Problem, beta: FloatArray, athletes: FloatArray, sd: float
) -> tuple[float, FloatArray]:
    """Return the penalised loss at a point, and the log odds there."""
    logit = problem.log_odds(beta)
    loss = 0.5 * float(problem.precision @ (beta - problem.mean) ** 2)
    if problem.athlete is not None:
        logit = logit + athletes[problem.athlete]
        loss += 0.5 * float(athletes @ athletes) / sd**2
    loss += float(problem.weight @ (np.logaddexp(0, logit) - problem.outcome * logit))
    return loss, logit


def _look(problem: Problem, beta: FloatArray, athletes: FloatArray, athlete_sd: float) -> State:
    """Work out loss, gradient and Fisher information at a point."""
    loss, logit = _loss(problem, beta, athletes, athlete_sd)
    slopes = problem.slopes(beta)
    chance = chance_of(logit)
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
    return State(
        beta=beta,
        athletes=athletes,
        loss=loss,
        gradient=gradient,
        gradient_athletes=own_gradient,
        curvature=_products(slopes, weighted) + np.diag(problem.precision),
        curvature_athletes=own_curvature,
        curvature_mixed=mixed,
    )


def _products(left: FloatArray, right: FloatArray) -> FloatArray:
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
    products: FloatArray = total + left[whole:].T @ right[whole:]
    return products


def solve(problem: Problem, athlete_sd: float) -> tuple[State, float, int]:
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
        return _expect(problem, _look(problem, beta, athletes, athlete_sd), athlete_sd)
    # How athletes differ is told from the causes alone: that is quick, and it is the same.
    coarse, sd, before = _expect(*_coarser(problem, athlete_sd), athlete_sd)
    kept = np.r_[0 : problem.causes.stop, problem.extras]
    beta[kept] = coarse.beta
    state, steps = _newton(problem, _look(problem, beta, coarse.athletes, sd), sd)
    return state, sd, before + steps


def _coarser(problem: Problem, athlete_sd: float) -> tuple[Problem, State]:
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
    start = _look(coarse, coarse.mean, np.zeros(problem.athletes), athlete_sd)
    return coarse, start


def _expect(problem: Problem, state: State, athlete_sd: float) -> tuple[State, float, int]:
    """Optimise for one spread of athletes after another, each from the last one's answer.

    References
    ----------
    Expectation-maximisation with the normal approximation of each athlete's posterior:
    Stiratelli, Laird & Ware (1984), Biometrics 40, 961-971, doi:10.2307/2531147.
    """
    sd = athlete_sd
    state, steps = _newton(problem, state, sd)
    for _ in range(_MOST_STEPS):
        inverse = posterior(state)
        reached = state.curvature_mixed / state.curvature_athletes[:, None]
        spread = 1 / state.curvature_athletes + np.einsum("ij,jk,ik->i", reached, inverse, reached)
        total = float(state.athletes @ state.athletes + spread.sum()) + athlete_sd**2
        new_sd = float(np.sqrt(total / (problem.athletes + 1)))
        moved, sd = abs(new_sd - sd), new_sd
        state, more = _newton(problem, _look(problem, state.beta, state.athletes, sd), sd)
        steps += more
        if moved < _SD_CLOSE_ENOUGH * sd:
            break
    return state, sd, steps


def _newton(problem: Problem, state: State, sd: float) -> tuple[State, int]:
    """Take projected Newton steps until the loss no longer falls."""
    for step in range(_MOST_STEPS):
        free = may_move(problem, state)
        move, move_athletes = _direction(state, free)
        promise = -float(state.gradient @ move + state.gradient_athletes @ move_athletes)
        if promise < _CLOSE_ENOUGH:
            return state, step
        found = _search(problem, state, move, move_athletes, sd)
        if found is None:
            return state, step
        state = found
    return state, _MOST_STEPS


def may_move(problem: Problem, state: State) -> NDArray[np.bool_]:
    """Tell which parameters may move: not those that press against their bound."""
    held: NDArray[np.bool_] = (state.beta <= problem.lower) & (state.gradient > 0)
    return ~held


def _schur(state: State) -> FloatArray:
    """Return the information about the parameters once athletes are allowed for."""
    reached = state.curvature_mixed / state.curvature_athletes[:, None]
    information: FloatArray = state.curvature - state.curvature_mixed.T @ reached
    return information


def posterior(state: State) -> FloatArray:
    """Return the covariance of the parameters."""
    covariance: FloatArray = np.linalg.pinv(_schur(state), hermitian=True).astype(np.float64)
    return covariance


def _direction(state: State, free: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """Return the Newton step of the free parameters and of the athletes."""
    own = state.curvature_athletes
    pull = state.gradient - state.curvature_mixed.T @ (state.gradient_athletes / own)
    move = np.zeros_like(state.beta)
    information = _schur(state)[np.ix_(free, free)]
    move[free] = -np.linalg.lstsq(information, pull[free], rcond=None)[0]
    return move, -(state.gradient_athletes + state.curvature_mixed @ move) / own


def _search(
    problem: Problem, state: State, move: FloatArray, move_athletes: FloatArray, sd: float
) -> State | None:
    """Go along a direction, within the bounds, as far as the loss falls."""
    length = 1.0
    for _ in range(40):
        beta = np.maximum(state.beta + length * move, problem.lower)
        athletes = state.athletes + length * move_athletes
        if _loss(problem, beta, athletes, sd)[0] < state.loss:
            return _look(problem, beta, athletes, sd)
        length /= 2
    return None
