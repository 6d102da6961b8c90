"""The card as a scikit-learn estimator; the one module of riskfit that imports scikit-learn."""

from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import (
    _check_sample_weight,
    _get_feature_names,
    check_array,
    check_is_fitted,
    validate_data,
)

from riskfit._common import FloatArray, IntArray
from riskfit.learning.card_fit import Fit, Priors, choose_level, fit_card, varying_rules
from riskfit.learning.design import Design, make_design
from riskfit.learning.metrics import chance_of
from riskfit.learning.model_file import learned_model
from riskfit.learning.optimise import Level
from riskfit.rules.load import load_model
from riskfit.rules.model import CAUSES, Model

#: What ``learn`` may be, and the level of the fit; "auto" asks the data.
LEARN: dict[str, Level | None] = {
    "auto": None,
    "calibration": "base",
    "causes": "causes",
    "rules": "rules",
}


class CrampRiskClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Cramp-risk card that predicts as published, and may be fitted to outcomes.

    Without `fit` it predicts by the card: the score's log odds through the context's base rate.
    `fit` maximises a penalised likelihood that shrinks towards the card: nonnegative factors on
    the four causes, and on the rules once there are ten outcomes of either kind for each.

    Parameters
    ----------
    model : Model or path, optional
        The published card unless given.
    context : str, optional
        Context of all rows, which tells base rate and typical responses; the model's default
        unless given.
    learn : {"auto", "calibration", "causes", "rules"}
        What `fit` learns: "calibration" leaves the card as it is and learns the intercept.
    cause_prior, rule_prior, extra_prior : float
        Standard deviations of the priors, as in `riskfit.learning.card_fit.Priors`; smaller stays
        closer to the card.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        0 and 1 before `fit`.
    cause_factors_, rule_factors_ : dict of str to float
        Factors relative to the card.
    intercept_ : float
        Log odds added to the context's base rate.
    extra_coef_ : dict of str to float
        Log odds a unit of each column that no rule of the card asks for.
    fit_ : Fit
        Everything that was learned, with standard errors and 90 % intervals.
    n_features_in_, feature_names_in_, n_iter_ : int, ndarray of str, int
        As everywhere in scikit-learn.

    Notes
    -----
    Columns are found by their names; unnamed ones are the rules' features in the card's order,
    and those beyond the card's are plain columns with a prior of no effect. nan is unknown and
    counts as typical for the context; a rule's missing column is unknown throughout.
    Unlike `riskfit.assess`, it gives a number to every row: leaving out those the score is not
    for (under 18, pregnant, ...) is up to the caller.

    Examples
    --------
    >>> from riskfit import CrampRiskClassifier
    >>> card = CrampRiskClassifier(context="marathon")
    >>> card.predict_proba([[0.0], [3.0]]).round(2).tolist()  # never cramped, and often
    [[0.84, 0.16], [0.72, 0.28]]
    """

    def __init__(
        self,
        model: Model | str | Path | None = None,
        *,
        context: str | None = None,
        learn: str = "auto",
        cause_prior: float = 1.0,
        rule_prior: float = 0.5,
        extra_prior: float = 0.5,
    ) -> None:
        self.model = model
        self.context = context
        self.learn = learn
        self.cause_prior = cause_prior
        self.rule_prior = rule_prior
        self.extra_prior = extra_prior

    def __sklearn_tags__(self) -> Tags:
        """Say what the estimator can do: predict without a fit, with gaps, two classes."""
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        # It knows about cramps: columns of anything else it reads as rules that cannot fall.
        tags.classifier_tags.poor_score = True
        return tags

    def fit(
        self,
        X: ArrayLike,  # noqa: N803
        y: ArrayLike,
        groups: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Learn factors from outcomes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features; nan is unknown.
        y : array-like of shape (n_samples,)
            Two classes, the second of which in order is the cramp.
        groups : array-like of shape (n_samples,), optional
            Athlete of each row. Athletes then get intercepts of their own while factors are
            learned, so that one who cramps often does not pass for an effect of what he does.
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        self
        """
        level = self._level()
        values, answers = validate_data(self, X, y, ensure_all_finite="allow-nan", dtype="float64")
        self._classes, outcome = _two_classes(answers)
        weight = _check_sample_weight(sample_weight, values, dtype=np.float64)
        _check_both(outcome, weight)
        design, extra, beyond = self._split(values, getattr(self, "feature_names_in_", None))
        self._set_scaling(extra, weight)
        if level is None:
            cramps = int((outcome[weight > 0] > 0).sum())
            others = int((weight > 0).sum()) - cramps
            level = choose_level(cramps, others, int(varying_rules(design).sum()))
        self.fit_ = fit_card(
            design,
            outcome,
            athletes=_numbered(groups, len(values)),
            weight=weight,
            extra=self._scaled(extra),
            level=level,
            priors=Priors(cause=self.cause_prior, rule=self.rule_prior, extra=self.extra_prior),
        )
        self._publish(self.fit_, beyond)
        return self

    @property
    def classes_(self) -> NDArray[Any]:
        """The two classes, no cramp first."""
        return self._classes if hasattr(self, "_classes") else np.array([0, 1])

    def decision_function(self, X: ArrayLike) -> FloatArray:  # noqa: N803
        """Return the log odds of a cramp: of the card, or as learned.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            [log odds]
        """
        values, names = self._rows(X)
        design, extra, _ = self._split(values, names)
        if not hasattr(self, "fit_"):
            return design.card_logit()
        return self.fit_.log_odds(design, self._scaled(extra))

    def predict_proba(self, X: ArrayLike) -> FloatArray:  # noqa: N803
        """Return the chances of no cramp and of a cramp.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, 2)
            Before `fit` through the context's base rate, which is an illustration. [0 to 1]
        """
        logit = np.clip(self.decision_function(X), -700, 700)
        return np.column_stack([chance_of(-logit), chance_of(logit)])

    def predict(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """Return the likelier class; of a rare thing that is nearly always "none".

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        chosen: NDArray[Any] = self.classes_[(self.decision_function(X) > 0).astype(int)]
        return chosen

    def to_model(self) -> Model:
        """Return the learned card as a model, which everything in riskfit takes."""
        check_is_fitted(self, "fit_")
        return learned_model(self._card(), self.fit_)

    def _card(self) -> Model:
        """Return the model that the parameter names."""
        return self.model if isinstance(self.model, Model) else load_model(self.model)

    def _level(self) -> Level | None:
        """Return the level that ``learn`` names."""
        if self.learn not in LEARN:
            raise ValueError(f"learn is {self.learn!r}: use one of {', '.join(LEARN)}")
        return LEARN[self.learn]

    def _rows(self, X: ArrayLike) -> tuple[FloatArray, NDArray[Any] | None]:  # noqa: N803
        """Check rows to predict, and return them with the names of their columns."""
        how = {"ensure_all_finite": "allow-nan", "dtype": np.float64}
        if hasattr(self, "fit_"):
            values = validate_data(self, X, reset=False, **how)
            return values, getattr(self, "feature_names_in_", None)
        return check_array(X, **how), _get_feature_names(X)

    def _split(
        self, values: FloatArray, names: NDArray[Any] | None
    ) -> tuple[Design, FloatArray, list[str]]:
        """Tell the card's columns from those beyond it, and name the latter."""
        model = self._card()
        found = list(model.inputs[: values.shape[1]]) if names is None else [*map(str, names)]
        found += [f"x{number}" for number in range(len(found), values.shape[1])]
        columns = dict(zip(found, values.T, strict=True))
        context = model.context(self.context).id
        design = make_design(columns, len(values), model, context)
        beyond = [number for number, name in enumerate(found) if name not in model.inputs]
        return design, values[:, beyond], [found[number] for number in beyond]

    def _set_scaling(self, extra: FloatArray, weight: FloatArray) -> None:
        """Remember mean and spread of the columns beyond the card."""
        known = np.isfinite(extra)
        share = known * weight[:, None]
        total = np.maximum(share.sum(axis=0), 1e-300)
        filled = np.where(known, extra, 0.0)
        self._extra_mean = (share * filled).sum(axis=0) / total
        away = np.where(known, extra - self._extra_mean, 0.0)
        spread = np.sqrt((share * away**2).sum(axis=0) / total)
        self._extra_scale = np.where(spread > 0, spread, 1.0)

    def _scaled(self, extra: FloatArray) -> FloatArray:
        """Bring the columns beyond the card to one scale; unknown is their mean."""
        away = (extra - self._extra_mean) / self._extra_scale
        return np.where(np.isfinite(away), away, 0.0)

    def _publish(self, fit: Fit, beyond: list[str]) -> None:
        """Give what was learned the names that scikit-learn's users look for."""
        self.cause_factors_ = dict(zip(CAUSES, fit.cause_factors.tolist(), strict=True))
        rules = self._card().rule_ids
        self.rule_factors_ = dict(zip(rules, fit.rule_factors.tolist(), strict=True))
        self.intercept_ = fit.intercept
        slopes = (fit.extra / self._extra_scale).tolist()
        self.extra_coef_ = dict(zip(beyond, slopes, strict=True))
        self.n_iter_ = max(fit.steps, 1)


def _two_classes(answers: NDArray[Any]) -> tuple[NDArray[Any], FloatArray]:
    """Return the classes, and 1 where the second one is."""
    check_classification_targets(answers)
    if (kind := type_of_target(answers, input_name="y")) not in {"binary", "multiclass"}:
        raise ValueError(f"Unknown label type: {kind}")
    classes, outcome = np.unique(answers, return_inverse=True)
    if len(classes) > 2:
        raise ValueError(
            "Only binary classification is supported. The type of the target is multiclass."
        )
    return classes, outcome.astype(np.float64)


def _check_both(outcome: FloatArray, weight: FloatArray) -> None:
    """Refuse outcomes of one class."""
    if len(np.unique(outcome[weight > 0])) < 2:
        raise ValueError(
            "all outcomes are of one class: sessions with and without cramps are needed"
        )


def _numbered(groups: ArrayLike | None, rows: int) -> IntArray | None:
    """Give each athlete a number, from 0 on."""
    if groups is None:
        return None
    names = np.asarray(groups)
    if names.shape != (rows,):
        raise ValueError(f"groups has the shape {names.shape}: give one athlete a row, {rows}")
    return np.unique(names, return_inverse=True)[1]
