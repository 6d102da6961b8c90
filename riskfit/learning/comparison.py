"""Does a learned card win out of sample?  Against the card it came from, and the base rate alone.

All three get the same help: an intercept, and one a context, learned on the same rows. What
differs is the card: absent, as it is, or with factors.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray, IntArray
from riskfit.learning.card_fit import Fit, Priors, fit_card
from riskfit.learning.design import Design
from riskfit.learning.metrics import Z90, chance_of
from riskfit.learning.optimise import Level

Rows = IntArray
Fold = tuple[Rows, Rows]
RIVALS = ("base_rate", "card", "learned")

#: Folds of either kind, and how many athletes it takes to hold some of them out.
FOLDS = 5
LEAST_ATHLETES = 5
#: A gain must be this many of its standard errors: one chance in twenty under no gain at all.
LEAST_Z = Z90


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """One way of holding data out, and how the three did on what was held out.

    Attributes
    ----------
    way : str
        "other athletes" or "later sessions".
    rows, cramps : int
        Held out and predicted.
    log_loss, brier : mapping of str to float
        Of "base_rate", "card" and "learned".
    z : mapping of str to float
        Gain in log loss over "base_rate" and "card", in standard errors.
    """

    way: str
    rows: int
    cramps: int
    log_loss: dict[str, float]
    brier: dict[str, float]
    z: dict[str, float]

    def better(self) -> bool:
        """Say whether the learned card was better on every count."""
        return all(
            numbers["learned"] < numbers[rival]
            for numbers in (self.log_loss, self.brier)
            for rival in ("base_rate", "card")
        )

    def clearly(self) -> bool:
        """Say whether it was better by more than luck would make it."""
        return self.better() and all(z > LEAST_Z for z in self.z.values())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """What is to be learned from, with everything that folds need.

    Attributes
    ----------
    athlete : ndarray of int
    start_s : ndarray
        nan where not told. [s]
    extra : ndarray
        A column a context, where there are several.
    """

    design: Design
    cramp: FloatArray
    athlete: Rows
    start_s: FloatArray
    extra: FloatArray
    priors: Priors

    @property
    def athletes(self) -> int:
        """How many athletes there are."""
        return int(self.athlete.max()) + 1

    def fit(self, level: Level, rows: Rows | None = None, *, card: bool = True) -> Fit:
        """Fit some of the rows; without ``card`` the base rate alone."""
        rows = np.arange(len(self.cramp)) if rows is None else rows
        design = self.design.take(rows)
        if not card:
            design = replace(design, responses=design.reference)
        told_apart = np.unique(self.athlete[rows], return_inverse=True)[1]
        return fit_card(
            design,
            self.cramp[rows],
            athletes=told_apart if level != "base" else None,
            extra=self.extra[rows],
            level=level,
            priors=self.priors,
        )


def context_columns(context: NDArray[np.str_], priors: Priors) -> FloatArray:
    """Return a column a context, scaled so that its base rate may be off by a factor of e.

    Published base rates are uncertain by a factor of two to three.
    """
    names = np.unique(context)
    if len(names) < 2:
        return np.zeros((len(context), 0))
    columns: FloatArray = (context[:, None] == names[None, :]) / priors.extra
    return columns


def run_trials(question: Question, level: Level) -> list[Trial]:
    """Hold out what can be held out, and compare.

    Returns
    -------
    list of Trial
        By athlete where there are at least five, forward in time where times are told; the first
        one decides, the others may object. Empty where neither is possible.
    """
    trials = []
    if question.athletes >= LEAST_ATHLETES:
        clusters = question.athlete if question.athletes >= 2 * LEAST_ATHLETES else None
        trials.append(_trial("other athletes", question, level, _by_athlete(question), clusters))
    repeated = question.athletes <= len(question.cramp) / 2
    if np.isfinite(question.start_s).all() and repeated:
        trials.append(_trial("later sessions", question, level, _forward(question), None))
    return [trial for trial in trials if trial is not None]


def learned_wins(trials: list[Trial]) -> bool:
    """Say whether to keep the learned card: a clear win first, and no defeat."""
    return bool(trials) and trials[0].clearly() and all(trial.better() for trial in trials)


def _by_athlete(question: Question) -> list[Fold]:
    """Split athletes into folds, always the same ones."""
    order = np.random.default_rng(0).permutation(question.athletes)
    fold_of = np.empty(question.athletes, dtype=np.intp)
    fold_of[order] = np.arange(question.athletes) % FOLDS
    fold = fold_of[question.athlete]
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(FOLDS)]


def _forward(question: Question) -> list[Fold]:
    """Cut time into blocks, and predict each from those before it."""
    blocks = np.array_split(np.argsort(question.start_s, kind="stable"), FOLDS + 1)
    return [(np.concatenate(blocks[:k]), blocks[k]) for k in range(1, FOLDS + 1)]


def _trial(
    way: str, question: Question, level: Level, folds: list[Fold], clusters: Rows | None
) -> Trial | None:
    """Predict what each fold holds out by each of the three."""
    logits = {rival: np.full(len(question.cramp), np.nan) for rival in RIVALS}
    for train, test in folds:
        if not len(test) or len(np.unique(question.cramp[train])) < 2:
            continue
        fits = {
            "base_rate": question.fit("base", train, card=False),
            "card": question.fit("base", train),
            "learned": question.fit(level, train),
        }
        for rival, fit in fits.items():
            design = question.design.take(test)
            if rival == "base_rate":
                design = replace(design, responses=design.reference)
            logits[rival][test] = fit.log_odds(design, question.extra[test])
    held = np.flatnonzero(np.isfinite(logits["learned"]))
    if not len(held):
        return None
    outcome = question.cramp[held]
    losses = {
        rival: np.logaddexp(0, logit[held]) - outcome * logit[held]
        for rival, logit in logits.items()
    }
    own = np.arange(len(held)) if clusters is None else clusters[held]
    return Trial(
        way=way,
        rows=len(held),
        cramps=int(outcome.sum()),
        log_loss={rival: float(loss.mean()) for rival, loss in losses.items()},
        brier={
            rival: float(np.mean((chance_of(logit[held]) - outcome) ** 2))
            for rival, logit in logits.items()
        },
        z={rival: _z(losses[rival] - losses["learned"], own) for rival in ("base_rate", "card")},
    )


def _z(gain: FloatArray, cluster: Rows) -> float:
    """Return a mean gain in its standard errors, rows of one athlete counted together."""
    away = np.bincount(cluster, gain - gain.mean())
    spread = float(np.sqrt((away**2).sum()))
    return float(gain.sum()) / spread if spread > 0 else 0.0


#: How the three are called where people read it.
NAMES: dict[str, str] = {
    "base_rate": "base rate alone",
    "card": "card as it was",
    "learned": "learned card",
}
