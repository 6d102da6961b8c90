"""Calibrate the card to outcomes: are there enough, does it win, and what does it become."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from riskfit.errors import InputError
from riskfit.learning.card_fit import Fit, Priors, choose_level, varying_rules
from riskfit.learning.comparison import (
    NAMES,
    Question,
    Trial,
    context_columns,
    learned_wins,
    run_trials,
)
from riskfit.learning.model_file import card_points, learned_model, write_model
from riskfit.learning.optimise import Level
from riskfit.learning.outcome_table import OutcomeTable, numbered
from riskfit.rules.model import CAUSES, Model, Provenance

#: Outcomes of either kind for each cause that varies, and at least.
_EVENTS_PER_CAUSE = 5
_LEAST_EVENTS = 10
#: A cause whose log odds spread less than this between rows cannot be learned. [log odds]
_LEAST_SPREAD = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """How many outcomes there are, and how many it takes.

    Attributes
    ----------
    cramps, others : int
        Sessions with a cramp and without.
    needed : int
        Of either kind.
    varying, constant : tuple of str
        Causes that can be learned, and those that are the same in all sessions.
    """

    cramps: int
    others: int
    needed: int
    athletes: int
    varying: tuple[str, ...]
    constant: tuple[str, ...]

    @property
    def enough(self) -> bool:
        """Whether there are enough of both."""
        return min(self.cramps, self.others) >= self.needed

    def sentence(self) -> str:
        """Say it in one sentence."""
        have = f"sessions logged: {self.cramps} with a cramp and {self.others} without"
        return f"{have}; {self.needed} of each are needed"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """What calibrating gave.

    Attributes
    ----------
    kept : bool
        Whether the learned card won, and is kept.
    fit : Fit
        Of all rows.
    trials : list of Trial
        The comparisons out of sample.
    base, learned : Model
    """

    readiness: Readiness
    kept: bool
    fit: Fit
    trials: list[Trial]
    base: Model
    learned: Model
    notes: tuple[str, ...] = ()

    def data_share(self) -> dict[str, float]:
        """Return how much of each cause's factor comes from the outcomes, not the card. [0 to 1].

        1 - (standard error / prior standard deviation)^2.
        """
        share = 1 - (self.fit.cause_se / self.fit.priors.cause) ** 2
        return dict(zip(CAUSES, np.clip(share, 0, 1).tolist(), strict=True))

    def reasons(self) -> list[str]:
        """Say for each comparison how it went."""
        told = []
        for trial in self.trials:
            losses = ", ".join(f"{NAMES[name]} {loss:.4f}" for name, loss in trial.log_loss.items())
            told.append(f"log loss on {trial.way}: {losses}")
        return told

    def write(self, *, model_id: str, on: date) -> str:
        """Return the learned card as the text of a model file.

        Parameters
        ----------
        model_id : str
        on : date
            Day of the calibration, which goes into provenance and version.
        """
        ready = self.readiness
        note = "Learned from outcomes; " + "; ".join(self.reasons()) + "."
        provenance = Provenance(
            made_by="riskfit calibrate",
            note=note,
            date=on.isoformat(),
            base=f"{self.base.id} {self.base.version}",
            outcomes=ready.cramps + ready.others,
            cramps=ready.cramps,
            athletes=ready.athletes,
            old_points=card_points(self.base),
            new_points=card_points(self.learned),
        )
        version = f"{self.base.version}+{on:%Y%m%d}"
        return write_model(
            self.base, self.learned, model_id=model_id, version=version, provenance=provenance
        )


def assess_readiness(table: OutcomeTable, model: Model) -> Readiness:
    """Count outcomes against what is needed: five of either kind for each cause that varies.

    References
    ----------
    Peduzzi et al. (1996), doi:10.1016/S0895-4356(96)00236-3, ask for ten events a variable;
    Vittinghoff & McCulloch (2007), doi:10.1093/aje/kwk052, found five to nine to do as well, here
    with a prior that holds each factor to the card.
    """
    spread = table.design(model).cause_logits().std(axis=0)
    varying = tuple(c for c, s in zip(CAUSES, spread, strict=True) if s >= _LEAST_SPREAD)
    cramps = int(table.cramp.sum())
    return Readiness(
        cramps=cramps,
        others=len(table) - cramps,
        needed=max(_LEAST_EVENTS, _EVENTS_PER_CAUSE * len(varying)),
        athletes=len(np.unique(table.athlete)),
        varying=varying,
        constant=tuple(cause for cause in CAUSES if cause not in varying),
    )


def calibrate(table: OutcomeTable, model: Model, priors: Priors | None = None) -> Calibration:
    """Learn a card from outcomes, and keep it only where it wins out of sample.

    Parameters
    ----------
    table : OutcomeTable
        Of one athlete, a squad or a cohort.
    model : Model
        The card to start from.
    priors : Priors, optional

    Returns
    -------
    Calibration

    Raises
    ------
    InputError
        Where there are too few outcomes, of one kind only, or nothing can be held out.
    """
    priors = priors or Priors()
    table = table.scored_by(model)
    ready = assess_readiness(table, model)
    _refuse(ready, table.source)
    design = table.design(model)
    question = Question(
        design=design,
        cramp=table.cramp,
        athlete=numbered(table.athlete),
        start_s=table.start_s,
        extra=context_columns(table.context, priors),
        priors=priors,
    )
    varying = int(varying_rules(design).sum())
    level: Level = choose_level(ready.cramps, ready.others, varying)
    trials = run_trials(question, level)
    if level == "rules" and not learned_wins(trials):
        level = "causes"
        trials = run_trials(question, level)
    if not trials:
        raise InputError(
            f"{table.source}: nothing can be held out to compare on: give start_time for each "
            "session, or an athlete column with at least five athletes"
        )
    fit = question.fit(level)
    return Calibration(
        readiness=ready,
        kept=learned_wins(trials),
        fit=fit,
        trials=trials,
        base=model,
        learned=learned_model(model, fit),
        notes=table.notes,
    )


def _refuse(ready: Readiness, source: str) -> None:
    """Refuse what cannot teach anything."""
    if not ready.cramps or not ready.others:
        missing = "with a cramp" if not ready.cramps else "without a cramp"
        raise InputError(
            f"{source}: {ready.sentence()}. There is none {missing}, and what the two differ by "
            "cannot be learned from one kind: log both (`riskfit log`)"
        )
    if not ready.enough:
        raise InputError(
            f"{source}: too few outcomes to learn from: {ready.sentence()}. Go on logging both "
            "(`riskfit log`); until then the published card is the better guess"
        )
    if not ready.varying:
        raise InputError(f"{source}: all sessions are alike, so nothing can be learned from them")
