"""Penalised likelihood that shrinks towards the card: nonnegative factors, with standard errors.

    minimise  - sum of w_i log likelihood(y_i | log odds_i + u_athlete)
              + sum (f_c - 1)^2 / 2 s_c^2 + sum (phi_r - 1)^2 / 2 s_r^2
              + sum b_k^2 / 2 s_b^2 + sum u_j^2 / 2 s_u^2
    where     f_c >= 0 a cause's factor, phi_r >= 0 a rule's, b_k of columns beyond the card

Read as a posterior, the penalties are normal priors: without outcomes every factor is 1, the
card as published. docs/learning.md says why the priors are as wide as they are.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray, IntArray
from riskfit.learning.design import Design, Surface
from riskfit.learning.metrics import Z90, chance_of
from riskfit.learning.optimise import Level, Problem, State, may_move, posterior, solve
from riskfit.rules.model import CAUSES, Model


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

    def of_rules(self, model: Model) -> FloatArray:
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
    cause_factors: FloatArray
    cause_se: FloatArray
    cause_low: FloatArray
    cause_high: FloatArray
    rule_factors: FloatArray
    rule_se: FloatArray
    rule_low: FloatArray
    rule_high: FloatArray
    extra: FloatArray
    extra_se: FloatArray
    athlete_sd: float
    steps: int

    def log_odds(self, design: Design, extra: FloatArray | None = None) -> FloatArray:
        """Return the learned log odds of each row, for an athlete not seen before."""
        causes = design.cause_logits(self.rule_factors)
        logit: FloatArray = self.intercept + design.base_logit + causes @ self.cause_factors
        if extra is not None and extra.shape[1]:
            logit = logit + extra @ self.extra
        return logit


def fit_card(
    design: Design,
    outcome: FloatArray,
    *,
    athletes: IntArray | None = None,
    weight: FloatArray | None = None,
    extra: FloatArray | None = None,
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
    state, athlete_sd, steps = solve(problem, priors.athlete)
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
    outcome: FloatArray,
    athletes: IntArray | None,
    weight: FloatArray | None,
    extra: FloatArray | None,
    level: Level,
    priors: Priors,
) -> Problem:
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
    return Problem(
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


def _report(problem: Problem, state: State, athlete_sd: float, steps: int, priors: Priors) -> Fit:
    """Turn parameters into a Fit, with intervals that know of the bounds."""
    covariance = posterior(state)
    se = np.sqrt(np.maximum(np.diag(covariance), 0))
    # Where a factor rests on 0, the interval is about where it would be without that bound.
    held = ~may_move(problem, state)
    centre = state.beta - covariance @ np.where(held, state.gradient, 0.0)
    low, high = (np.maximum(centre + side * Z90 * se, 0) for side in (-1, 1))
    high = np.maximum(high, state.beta)
    extras = problem.extras

    def part(place: slice, number: int) -> tuple[FloatArray, ...]:
        """Return estimates, standard errors and intervals; 1 and nan where none was fitted."""
        if place.stop == place.start:
            return np.ones(number), *(np.full(number, np.nan),) * 3
        return state.beta[place], se[place], low[place], high[place]

    causes = part(problem.causes, len(CAUSES))
    rules = part(problem.rules, len(problem.design.model.rules))
    fit = Fit(
        level=problem.level,
        priors=priors,
        intercept=float(state.beta[0]),
        intercept_se=float(se[0]),
        cause_factors=causes[0],
        cause_se=causes[1],
        cause_low=causes[2],
        cause_high=causes[3],
        rule_factors=rules[0],
        rule_se=rules[1],
        rule_low=rules[2],
        rule_high=rules[3],
        extra=state.beta[extras],
        extra_se=se[extras],
        athlete_sd=athlete_sd,
        steps=steps,
    )
    return _for_the_average_athlete(problem, fit) if problem.athlete is not None else fit


def _for_the_average_athlete(problem: Problem, fit: Fit) -> Fit:
    """Move the intercept so that the mean chance over all athletes is the share that cramped."""
    logit = fit.log_odds(problem.design, problem.extra) - fit.intercept
    share = np.average(problem.outcome, weights=problem.weight)
    low, high = -40.0, 40.0
    for _ in range(80):
        middle = (low + high) / 2
        chance = chance_of(logit + middle)
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
