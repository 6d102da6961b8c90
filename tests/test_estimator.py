"""The card as a scikit-learn estimator."""

import time

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV, CalibrationDisplay
from sklearn.model_selection import GroupKFold, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks
from tools.cohorts import TRUTH, simulated

from riskfit import CrampRiskClassifier
from riskfit.rules.load import load_model
from riskfit.rules.model import CAUSES
from riskfit.scoring.score_table import score_table

MODEL = load_model()


@parametrize_with_checks([CrampRiskClassifier(), CrampRiskClassifier(learn="rules")])
def test_it_keeps_scikit_learns_conventions(estimator, check):
    check(estimator)


def _odds_of_the_card(columns, context):
    scores = score_table(columns, MODEL, context)
    p0 = MODEL.context(context).p0
    points = scores.score - scores.reference
    return np.log(p0 / (1 - p0)) + points / MODEL.settings.points_per_logit


@pytest.mark.parametrize("context", ["training", "marathon", "walk", "standing_day"])
def test_without_a_fit_it_predicts_as_the_card(context):
    data = simulated(np.random.default_rng(3), athletes=20, each=10)
    data.columns["wbgt_c"][:50] = np.nan
    matrix = np.column_stack([data.columns[name] for name in MODEL.inputs])
    card = CrampRiskClassifier(context=context)
    odds = _odds_of_the_card(data.columns, context)
    assert card.decision_function(matrix) == pytest.approx(odds, abs=1e-12)
    chance = 1 / (1 + np.exp(-odds))
    assert card.predict_proba(matrix)[:, 1] == pytest.approx(chance, abs=1e-12)
    assert card.classes_.tolist() == [0, 1]


def test_unnamed_columns_are_the_cards_in_its_order():
    some = np.array([[2.0, 1.0], [0.0, np.nan]])
    odds = _odds_of_the_card({"cramp_history": some[:, 0], "family_history": some[:, 1]}, "ultra")
    got = CrampRiskClassifier(context="ultra").decision_function(some)
    assert got == pytest.approx(odds, abs=1e-12)


def test_named_columns_are_found_wherever_they_stand():
    pyarrow = pytest.importorskip("pyarrow")
    columns = {"wbgt_c": [31.0, 12.0], "shoe_size": [40.0, 46.0], "cramp_history": [3.0, 0.0]}
    table = pyarrow.table(columns)
    known = {name: np.array(values) for name, values in columns.items() if name != "shoe_size"}
    card = CrampRiskClassifier()
    assert card.decision_function(table) == pytest.approx(_odds_of_the_card(known, "training"))


def test_a_fit_remembers_the_names_and_gives_strangers_a_prior_of_no_effect():
    pyarrow = pytest.importorskip("pyarrow")
    rng = np.random.default_rng(5)
    data = simulated(rng, athletes=100, each=20, truth=np.ones(4))
    table = pyarrow.table(
        {"lucky_number": rng.normal(7, 2, len(data.cramp)), **data.columns, "moon": data.cramp}
    )
    fitted = CrampRiskClassifier(context="marathon").fit(table, data.cramp)
    assert fitted.feature_names_in_.tolist() == ["lucky_number", *MODEL.inputs, "moon"]
    assert set(fitted.extra_coef_) == {"lucky_number", "moon"}
    assert abs(fitted.extra_coef_["lucky_number"]) < 0.1
    assert fitted.extra_coef_["moon"] > 1


def test_a_matrix_wider_than_the_card_has_columns_beyond_it():
    data = simulated(np.random.default_rng(6), athletes=50, each=10)
    wide = np.column_stack([data.matrix, data.cramp])
    fitted = CrampRiskClassifier(learn="causes").fit(wide, data.cramp)
    assert list(fitted.extra_coef_) == [f"x{len(MODEL.inputs)}"]


def test_with_hardly_any_data_a_fit_is_the_card():
    data = simulated(np.random.default_rng(7), athletes=1, each=12, base=-0.5)
    fitted = CrampRiskClassifier(context="marathon").fit(data.matrix, data.cramp)
    assert list(fitted.cause_factors_.values()) == pytest.approx([1] * 4, abs=0.5)
    assert fitted.fit_.cause_se == pytest.approx([1] * 4, rel=0.3)


def test_a_tight_prior_keeps_the_card_and_a_wide_one_lets_go():
    data = simulated(np.random.default_rng(8), athletes=200, each=10, truth=TRUTH)
    tight = CrampRiskClassifier(learn="causes", cause_prior=1e-4).fit(data.matrix, data.cramp)
    wide = CrampRiskClassifier(learn="causes", cause_prior=3).fit(data.matrix, data.cramp)
    assert list(tight.cause_factors_.values()) == pytest.approx([1] * 4, abs=1e-3)
    assert wide.cause_factors_["dehydration"] > 1.5
    assert wide.cause_factors_["predisposition"] < 0.8


def test_factors_never_fall_below_nothing():
    rng = np.random.default_rng(9)
    data = simulated(rng, athletes=200, each=10, truth=np.ones(4))
    backwards = 1 - data.cramp
    fitted = CrampRiskClassifier(context="marathon").fit(data.matrix, backwards)
    assert min(fitted.cause_factors_.values()) >= 0
    assert 0 in fitted.cause_factors_.values()


def test_calibration_learns_the_base_rate_and_leaves_the_card():
    data = simulated(np.random.default_rng(10), athletes=100, each=10, truth=TRUTH)
    fitted = CrampRiskClassifier(context="marathon", learn="calibration")
    fitted.fit(data.matrix, data.cramp)
    assert set(fitted.cause_factors_.values()) == {1.0}
    assert fitted.predict_proba(data.matrix)[:, 1].mean() == pytest.approx(data.cramp.mean())


def test_rules_are_learned_once_there_are_ten_of_either_for_each():
    data = simulated(np.random.default_rng(11), athletes=100, each=30)
    learned = CrampRiskClassifier(context="marathon").fit(data.matrix, data.cramp)
    assert learned.fit_.level == "rules"
    assert len(set(learned.rule_factors_.values())) > 20
    few = CrampRiskClassifier(context="marathon").fit(data.matrix[:300], data.cramp[:300])
    assert few.fit_.level == "causes"
    assert set(few.rule_factors_.values()) == {1.0}


def test_the_learned_card_is_a_model_that_scores_alike():
    data = simulated(np.random.default_rng(12), athletes=100, each=30, truth=TRUTH)
    fitted = CrampRiskClassifier(context="marathon").fit(data.matrix, data.cramp)
    again = CrampRiskClassifier(fitted.to_model(), context="marathon")
    difference = fitted.decision_function(data.matrix) - again.decision_function(data.matrix)
    assert difference == pytest.approx(fitted.intercept_, abs=1e-9)


def test_it_clones_and_lives_in_pipelines_and_cross_validation():
    data = simulated(np.random.default_rng(13), athletes=40, each=20, truth=TRUTH)
    card = CrampRiskClassifier(MODEL, context="marathon", learn="causes")
    assert clone(card).get_params()["context"] == "marathon"
    pipeline = make_pipeline(FunctionTransformer(), card)
    folds = GroupKFold(4)
    chance = cross_val_predict(
        pipeline, data.matrix, data.cramp, groups=data.athlete, cv=folds, method="predict_proba"
    )
    assert chance.shape == (800, 2)
    assert ((chance > 0) & (chance < 1)).all()
    scores = cross_val_score(
        card, data.matrix, data.cramp, groups=data.athlete, cv=folds, scoring="neg_log_loss"
    )
    assert scores.mean() > -0.7
    calibrated = CalibratedClassifierCV(card, cv=3).fit(data.matrix, data.cramp)
    assert calibrated.predict_proba(data.matrix).shape == (800, 2)


def test_its_calibration_can_be_drawn():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    data = simulated(np.random.default_rng(14), athletes=40, each=20)
    fitted = CrampRiskClassifier(context="marathon").fit(data.matrix, data.cramp)
    drawn = CalibrationDisplay.from_estimator(fitted, data.matrix, data.cramp, n_bins=5)
    assert drawn.prob_true == pytest.approx(drawn.prob_pred, abs=0.2)


def test_athletes_who_cramp_often_do_not_pass_for_an_effect():
    """Those who cramp often also run in the heat; the heat itself does nothing."""
    rng = np.random.default_rng(15)
    athlete = np.repeat(np.arange(120), 25)
    prone = rng.normal(0, 1.5, 120)
    heat = np.clip(25 + 4 * prone[athlete] + rng.normal(0, 5, 3000), 10, 40)
    cramp = rng.random(3000) < 1 / (1 + np.exp(1 - prone[athlete]))
    matrix = np.full((3000, len(MODEL.rules)), np.nan)
    matrix[:, MODEL.inputs.index("wbgt_c")] = heat
    card = CrampRiskClassifier(learn="causes", cause_prior=3)
    fooled = clone(card).fit(matrix, cramp)
    told = clone(card).fit(matrix, cramp, groups=athlete)
    assert told.fit_.athlete_sd > 0.8
    assert told.cause_factors_["dehydration"] < 0.5 * fooled.cause_factors_["dehydration"]
    assert told.predict_proba(matrix)[:, 1].mean() == pytest.approx(cramp.mean(), abs=1e-6)


@pytest.mark.parametrize(
    ("cramp", "learn", "message"),
    [
        (np.zeros(6), "auto", "one class"),
        (np.array([0, 1, 2, 0, 1, 2]), "auto", "Only binary classification"),
        (np.array([0, 1, 0, 1, 0, 1]), "everything", "use one of"),
    ],
)
def test_what_it_cannot_learn_it_says(cramp, learn, message):
    with pytest.raises(ValueError, match=message):
        CrampRiskClassifier(learn=learn).fit(np.zeros((6, 3)), cramp)


def test_groups_of_another_length_are_refused():
    with pytest.raises(ValueError, match="one athlete a row"):
        CrampRiskClassifier().fit(np.zeros((4, 2)), [0, 1, 0, 1], groups=["a", "b"])


@pytest.mark.alone
def test_a_hundred_thousand_rows_are_fitted_in_seconds():
    data = simulated(np.random.default_rng(16), athletes=1000, each=100, truth=TRUTH)
    started = time.process_time()
    fitted = CrampRiskClassifier(context="marathon").fit(
        data.matrix, data.cramp, groups=data.athlete
    )
    assert time.process_time() - started < 15  # about 4 s when the machine has nothing else to do
    assert fitted.fit_.level == "rules"
    inside = (fitted.fit_.cause_low <= TRUTH) & (fitted.fit_.cause_high >= TRUTH)
    assert inside.sum() >= 3, dict(zip(CAUSES, fitted.fit_.cause_factors, strict=True))
