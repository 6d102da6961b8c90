"""Learning from outcomes: fits, comparisons out of sample, measures, model files."""

import math
from dataclasses import replace
from datetime import date

import msgspec
import numpy as np
import pytest
from sklearn import metrics as reference
from sklearn.calibration import calibration_curve as reference_curve
from sklearn.linear_model import LogisticRegression
from tools.cohorts import TRUTH, simulated

from riskfit.errors import InputError, RuleError
from riskfit.features.catalogue import CATALOGUE
from riskfit.learning import metrics
from riskfit.learning.calibration import assess_readiness, calibrate
from riskfit.learning.card_fit import Priors, choose_level, fit_card
from riskfit.learning.comparison import Question, context_columns, learned_wins, run_trials
from riskfit.learning.evaluation import evaluate
from riskfit.learning.model_diff import diff_models
from riskfit.learning.model_file import card_points, learned_model, write_model
from riskfit.learning.outcome_csv import COLUMNS as OUTCOME_COLUMNS
from riskfit.learning.outcome_table import OutcomeTable, read_cohort
from riskfit.rules.load import load_model, parse_model
from riskfit.rules.model import CAUSES, Provenance
from riskfit.scoring.score_table import score_table

MODEL = load_model()
STRONG = np.array([0.0, 3.0, 0.0, 4.0])


def table_of(data, rng=None, **changes):
    rows = len(data.cramp)
    start = np.full(rows, np.nan) if rng is None else rng.random(rows) * 1e7
    table = OutcomeTable(
        columns=data.columns,
        cramp=data.cramp,
        athlete=data.athlete.astype(str),
        context=np.full(rows, "marathon"),
        start_s=start,
        source="simulated",
    )
    return replace(table, **changes)


# ---- the penalised fit


@pytest.mark.parametrize("level", ["causes", "rules"])
def test_the_fit_lies_where_its_loss_is_least(level):
    """Moving any parameter a little either way makes the documented loss worse."""
    data = simulated(np.random.default_rng(1), athletes=1, each=400, truth=TRUTH, spread=0)
    fit = fit_card(data.design, data.cramp, level=level)
    prior = fit.priors

    def loss(intercept, causes, rules):
        moved = replace(fit, intercept=intercept, cause_factors=causes, rule_factors=rules)
        logit = moved.log_odds(data.design)
        value = np.sum(np.logaddexp(0, logit) - data.cramp * logit)
        value += np.sum((causes - 1) ** 2) / (2 * prior.cause**2)
        return value + np.sum((rules - 1) ** 2 / (2 * prior.of_rules(MODEL) ** 2))

    best = loss(fit.intercept, fit.cause_factors, fit.rule_factors)
    for side in (-1e-3, 1e-3):
        assert loss(fit.intercept + side, fit.cause_factors, fit.rule_factors) >= best - 1e-9
        for number in range(4):
            causes = fit.cause_factors + side * (np.arange(4) == number)
            if causes.min() >= 0:
                assert loss(fit.intercept, causes, fit.rule_factors) >= best - 1e-9
        for number in range(len(MODEL.rules) if level == "rules" else 0):
            rules = fit.rule_factors + side * (np.arange(len(MODEL.rules)) == number)
            if rules.min() >= 0:
                assert loss(fit.intercept, fit.cause_factors, rules) >= best - 1e-9


def test_standard_errors_are_those_of_the_curvature():
    """Held against scikit-learn's logistic regression where the prior hardly matters."""
    data = simulated(np.random.default_rng(2), athletes=600, each=5, truth=np.ones(4), spread=0)
    causes = data.design.cause_logits()
    wide = fit_card(data.design, data.cramp, priors=Priors(cause=1e4))
    plain = LogisticRegression(C=1e12, tol=1e-10, max_iter=1000).fit(causes, data.cramp)
    assert wide.cause_factors == pytest.approx(plain.coef_[0], abs=1e-3)
    chance = plain.predict_proba(causes)[:, 1]
    columns = np.column_stack([np.ones(3000), causes])
    information = columns.T @ (columns * (chance * (1 - chance))[:, None])
    expected = np.sqrt(np.diag(np.linalg.inv(information)))[1:]
    assert wide.cause_se == pytest.approx(expected, rel=1e-3)


def test_a_cause_that_never_varies_stays_as_it_is_and_as_unsure_as_it_was():
    data = simulated(np.random.default_rng(3), athletes=1, each=300)
    fit = fit_card(data.design, data.cramp)
    assert fit.cause_factors[0] == pytest.approx(1, abs=1e-6)  # traits of one athlete
    assert fit.cause_se[0] == pytest.approx(1, abs=1e-6)
    assert fit.cause_se[3] < 0.9


def test_what_athletes_differ_by_is_found():
    data = simulated(np.random.default_rng(4), athletes=150, each=30, spread=1.2)
    fit = fit_card(data.design, data.cramp, athletes=data.athlete)
    assert fit.athlete_sd == pytest.approx(1.2, abs=0.2)


def test_weights_count_as_repeated_rows():
    data = simulated(np.random.default_rng(5), athletes=10, each=30)
    twice = np.concatenate([np.arange(300), np.arange(150)])
    weight = np.where(np.arange(300) < 150, 2.0, 1.0)
    repeated = fit_card(data.design.take(twice), data.cramp[twice])
    weighted = fit_card(data.design, data.cramp, weight=weight)
    assert weighted.cause_factors == pytest.approx(repeated.cause_factors, abs=1e-6)
    assert weighted.cause_se == pytest.approx(repeated.cause_se, abs=1e-6)


def test_the_level_follows_from_the_scarcer_outcome():
    assert choose_level(279, 9999, 28) == "causes"
    assert choose_level(280, 9999, 28) == "rules"
    assert choose_level(9999, 100, 11) == "causes"


def coverage(seeds):
    """Return how often 90 % intervals hold the truth, for sensitivities drawn around the card."""
    hits = np.zeros(4)
    for seed in seeds:
        rng = np.random.default_rng(seed)
        truth = np.maximum(rng.normal(1, 0.8, 4), 0)
        data = simulated(rng, athletes=40, each=50, truth=truth)
        fit = fit_card(data.design, data.cramp, athletes=data.athlete)
        hits += (fit.cause_low <= truth) & (truth <= fit.cause_high)
    return hits.sum() / 4 / len(seeds)


def test_intervals_cover_the_truth_in_a_few_runs():
    assert 0.8 <= coverage(range(1000, 1015)) <= 1


@pytest.mark.slow
def test_intervals_of_90_percent_cover_the_truth_in_85_to_95_of_100():
    assert 0.85 <= coverage(range(200)) <= 0.95


@pytest.mark.slow
@pytest.mark.parametrize("truth", [TRUTH, np.ones(4), np.array([0.3, 2.0, 0.0, 3.0])])
def test_intervals_cover_known_sensitivities(truth):
    hits = 0
    for seed in range(200):
        data = simulated(np.random.default_rng(seed), athletes=40, each=50, truth=truth)
        fit = fit_card(data.design, data.cramp, athletes=data.athlete)
        hits += ((fit.cause_low <= truth) & (truth <= fit.cause_high)).sum()
    assert 0.85 <= hits / 800 <= 0.95


# ---- does it win?


def kept(seeds, *, times=True, **how):
    count = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        data = simulated(rng, spread=0.7 if how["athletes"] > 1 else 0.0, **how)
        count += calibrate(table_of(data, rng if times else None), MODEL).kept
    return count


def test_no_signal_keeps_the_card_in_a_few_runs():
    assert kept(range(500, 510), athletes=1, each=300, signal=False) == 0
    assert kept(range(510, 515), athletes=20, each=15, signal=False) == 0


def test_a_strong_signal_wins_in_a_few_runs():
    assert kept(range(520, 523), athletes=1, each=1000, truth=STRONG) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("how", [{"athletes": 1, "each": 300}, {"athletes": 20, "each": 25}])
@pytest.mark.parametrize("truth", [None, "card"])
def test_without_anything_to_learn_the_card_is_kept_in_95_of_100(how, truth):
    """Cramps hang on nothing, or on the card just as it is."""
    signal = {"signal": False} if truth is None else {"truth": np.ones(4)}
    assert kept(range(100), **how, **signal) <= 5


@pytest.mark.slow
@pytest.mark.parametrize("how", [{"athletes": 1, "each": 1000}, {"athletes": 60, "each": 32}])
def test_a_strong_signal_wins_in_90_of_100(how):
    assert kept(range(100), truth=STRONG, **how) >= 90


def question_of(table):
    design = table.design(MODEL)
    athlete = np.unique(table.athlete, return_inverse=True)[1]
    extra = context_columns(table.context, Priors())
    return Question(
        design=design,
        cramp=table.cramp,
        athlete=athlete,
        start_s=table.start_s,
        extra=extra,
        priors=Priors(),
    )


def test_athletes_are_held_out_where_there_are_five_and_time_goes_forward():
    rng = np.random.default_rng(6)
    many = table_of(simulated(rng, athletes=6, each=40), rng)
    assert [t.way for t in run_trials(question_of(many), "causes")] == [
        "other athletes",
        "later sessions",
    ]
    few = table_of(simulated(rng, athletes=4, each=40), rng)
    assert [t.way for t in run_trials(question_of(few), "causes")] == ["later sessions"]
    timeless = table_of(simulated(rng, athletes=4, each=40))
    assert run_trials(question_of(timeless), "causes") == []


def test_nobody_is_predicted_from_his_own_sessions(monkeypatch):
    question = question_of(table_of(simulated(np.random.default_rng(8), athletes=7, each=20)))
    seen = []
    real = Question.fit

    def fit(self, level, rows=None, *, card=True):
        seen.append(rows)
        return real(self, level, rows, card=card)

    monkeypatch.setattr(Question, "fit", fit)
    (trial,) = run_trials(question, "causes")
    assert trial.rows == 140
    trained = [set(question.athlete[rows].tolist()) for rows in seen]
    assert all(len(athletes) < 7 for athletes in trained)
    assert all(len(rows) == 20 * len(own) for rows, own in zip(seen, trained, strict=True))


def test_later_sessions_are_predicted_from_earlier_ones_alone():
    """What comes last cannot help: it is turned round, and earlier predictions stay."""
    rng = np.random.default_rng(7)
    table = table_of(simulated(rng, athletes=1, each=600), rng)
    last = table.start_s > np.quantile(table.start_s, 5 / 6)
    turned = replace(table, cramp=np.where(last, 1 - table.cramp, table.cramp))
    first, second = (run_trials(question_of(t), "causes")[0] for t in (table, turned))
    held = first.rows
    same = first.log_loss["learned"] * held - second.log_loss["learned"] * held
    # the difference is made by the last block's outcomes alone, not by other predictions
    fit = question_of(table).fit("causes", np.flatnonzero(~last))
    logit = fit.log_odds(table.design(MODEL).take(np.flatnonzero(last)))
    assert same == pytest.approx(np.sum((1 - 2 * table.cramp[last]) * logit), abs=0.05)


def test_a_win_must_be_clear_and_without_defeat():
    trial = run_trials(
        question_of(table_of(simulated(np.random.default_rng(8), athletes=10, each=40))), "causes"
    )[0]
    won = replace(
        trial,
        log_loss={"base_rate": 0.5, "card": 0.5, "learned": 0.4},
        brier={"base_rate": 0.2, "card": 0.2, "learned": 0.1},
        z={"base_rate": 3.0, "card": 2.0},
    )
    assert learned_wins([won, won])
    assert not learned_wins([])
    assert not learned_wins([replace(won, z={"base_rate": 3.0, "card": 1.0})])
    assert not learned_wins([replace(won, brier={**won.brier, "learned": 0.3})])
    assert not learned_wins([won, replace(won, log_loss={**won.log_loss, "learned": 0.6})])


# ---- enough outcomes?


def test_needed_are_five_of_either_for_each_cause_that_varies():
    data = simulated(np.random.default_rng(9), athletes=1, each=60)
    ready = assess_readiness(table_of(data), MODEL)
    assert (ready.needed, ready.constant) == (15, ("predisposition",))
    assert ready.cramps + ready.others == 60
    squad = assess_readiness(table_of(simulated(np.random.default_rng(9), athletes=9)), MODEL)
    assert (squad.needed, squad.varying) == (20, CAUSES)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_outcomes_of_one_kind_are_refused(value):
    data = simulated(np.random.default_rng(10), athletes=8, each=20)
    table = table_of(data, cramp=np.full(160, value))
    with pytest.raises(InputError, match="cannot be learned from one kind"):
        calibrate(table, MODEL)


def test_too_few_outcomes_are_refused_with_the_counts():
    data = simulated(np.random.default_rng(11), athletes=8, each=5)
    with pytest.raises(InputError, match=r"\d+ with a cramp and \d+ without; 20 of each"):
        calibrate(table_of(data), MODEL)


def test_sessions_that_are_all_alike_are_refused():
    columns = {"duration_min": np.full(60, 90.0)}
    data = simulated(np.random.default_rng(12), athletes=6, each=10)
    table = table_of(data, columns=columns, cramp=np.tile([0.0, 1.0], 30))
    with pytest.raises(InputError, match="all sessions are alike"):
        calibrate(table, MODEL)


def test_without_times_or_athletes_nothing_can_be_held_out():
    data = simulated(np.random.default_rng(13), athletes=2, each=100)
    with pytest.raises(InputError, match="nothing can be held out"):
        calibrate(table_of(data), MODEL)


def test_people_the_score_is_not_for_are_left_out():
    data = simulated(np.random.default_rng(14), athletes=10, each=50)
    columns = {**data.columns, "age_years": np.where(data.athlete == 0, 16.0, 40.0)}
    table = table_of(data, columns=columns).scored_by(MODEL)
    assert len(table) == 450
    assert table.notes == ("50 rows left out: outside the score (age_years)",)


# ---- measures


def measured(seed=20, rows=500):
    rng = np.random.default_rng(seed)
    logit = np.round(rng.normal(-1, 1.2, rows), 1)  # rounded, so that there are ties
    outcome = (rng.random(rows) < 1 / (1 + np.exp(-0.7 * logit - 0.3))).astype(float)
    return logit, outcome


def test_measures_agree_with_scikit_learn():
    logit, outcome = measured()
    chance = 1 / (1 + np.exp(-logit))
    auc = metrics.area_under_curve(logit, outcome)
    assert auc.value == pytest.approx(reference.roc_auc_score(outcome, logit), abs=1e-12)
    data = simulated(np.random.default_rng(21), athletes=20, each=30)
    found = evaluate(table_of(data), MODEL)
    predicted = 1 / (1 + np.exp(-data.design.card_logit()))
    assert found.brier == pytest.approx(reference.brier_score_loss(data.cramp, predicted))
    assert found.log_loss == pytest.approx(reference.log_loss(data.cramp, predicted))
    plain = LogisticRegression(C=1e12, tol=1e-10).fit(logit[:, None], outcome)
    slope = metrics.calibration_slope(logit, outcome)
    assert slope.value == pytest.approx(plain.coef_[0][0], abs=1e-5)
    chance = chance + np.linspace(0, 1e-6, len(chance))  # without ties, which we keep together
    seen, told = reference_curve(outcome, chance, n_bins=5, strategy="quantile")
    bins = metrics.calibration_curve(chance, 5)
    assert [outcome[rows].mean() for rows in bins] == pytest.approx(seen, abs=0.02)
    assert [chance[rows].mean() for rows in bins] == pytest.approx(told, abs=0.02)


def test_operating_points_are_scikit_learns_and_enclose_the_area():
    logit, outcome = measured()
    in_vain, met = metrics.operating_points(logit, outcome, most=10_000)
    theirs = reference.roc_curve(outcome, logit, drop_intermediate=False)
    assert in_vain == pytest.approx(theirs[0])
    assert met == pytest.approx(theirs[1])
    auc = metrics.area_under_curve(logit, outcome).value
    assert reference.auc(in_vain, met) == pytest.approx(auc, abs=1e-12)


def test_few_of_many_operating_points_keep_the_curve():
    rng = np.random.default_rng(22)
    score = rng.normal(size=20_000)
    outcome = (rng.random(20_000) < 1 / (1 + np.exp(-score))).astype(float)
    in_vain, met = metrics.operating_points(score, outcome, most=200)
    assert len(met) <= 200
    assert (in_vain[0], met[0], in_vain[-1], met[-1]) == (0, 0, 1, 1)
    assert np.all(np.diff(in_vain) >= 0)
    assert np.all(np.diff(met) >= 0)
    auc = metrics.area_under_curve(score, outcome).value
    assert reference.auc(in_vain, met) == pytest.approx(auc, abs=1e-3)


def test_delong_by_hand():
    """Cases 3 and 1, controls 2, 1 and 0: placements 3/3 and 1.5/3, so the area is 0.75.

    Cases vary by (0.25^2 + 0.25^2) / 1 / 2; controls lie below 1/2, 3/4 and 2/2 of the cases, so
    they vary by (0.25^2 + 0 + 0.25^2) / 2 / 3.
    """
    auc = metrics.area_under_curve(np.array([3.0, 1, 2, 1, 0]), np.array([1.0, 1, 0, 0, 0]))
    assert auc.value == pytest.approx(0.75)
    assert auc.se == pytest.approx(math.sqrt(0.125 / 2 + 0.125 / 6))


def test_each_row_an_athlete_is_nearly_delong():
    logit, outcome = measured()
    alone = metrics.area_under_curve(logit, outcome, np.arange(len(logit)))
    assert alone.se == pytest.approx(metrics.area_under_curve(logit, outcome).se, rel=0.01)


def test_repeating_every_session_adds_no_evidence():
    logit, outcome = measured()
    rows = np.tile(np.arange(len(logit)), 4)
    once = metrics.area_under_curve(logit, outcome, np.arange(len(logit)))
    again = metrics.area_under_curve(logit[rows], outcome[rows], rows)
    assert again.value == pytest.approx(once.value)
    assert again.se == pytest.approx(once.se)
    assert metrics.area_under_curve(logit[rows], outcome[rows]).se < 0.55 * once.se


@pytest.mark.slow
def test_the_interval_of_the_area_covers_it_in_85_to_95_of_100():
    """Athletes of 25 sessions each; the truth is the area over very many of them."""
    large = simulated(np.random.default_rng(1), athletes=4000, each=25)
    truth = metrics.area_under_curve(large.design.card_logit(), large.cramp).value
    hits = 0
    for seed in range(300):
        data = simulated(np.random.default_rng(100 + seed), athletes=60, each=25)
        auc = metrics.area_under_curve(data.design.card_logit(), data.cramp, data.athlete)
        hits += auc.low <= truth <= auc.high
    assert 0.85 <= hits / 300 <= 0.95


def test_a_perfect_order_has_an_area_of_one():
    auc = metrics.area_under_curve(np.array([1.0, 2, 3]), np.array([0.0, 0, 1]))
    assert (auc.value, auc.low, auc.high) == (1, 1, 1)


def test_calibration_is_right_where_chances_are():
    rng = np.random.default_rng(22)
    logit = rng.normal(-1, 1, 40_000)
    outcome = (rng.random(40_000) < 1 / (1 + np.exp(-logit))).astype(float)
    slope, large = (
        metrics.calibration_slope(logit, outcome),
        metrics.calibration_in_the_large(logit, outcome),
    )
    assert slope.low < 1 < slope.high
    assert large.low < 0 < large.high
    assert metrics.calibration_in_the_large(logit - 0.5, outcome).value == pytest.approx(
        large.value + 0.5, abs=1e-8
    )
    assert metrics.calibration_slope(2 * logit, outcome).value == pytest.approx(slope.value / 2)


def test_one_prediction_for_all_has_no_slope():
    assert math.isnan(metrics.calibration_slope(np.zeros(4), np.array([0.0, 1, 0, 1])).value)


def test_wilson_by_hand():
    """1 of 10 at 90 %: z^2 = 2.7055, centre (0.1 + 0.1353) / 1.2706, half as in the formula."""
    low, high = metrics.observed_interval(1, 10)
    centre = (0.1 + 2.70554 / 20) / (1 + 0.270554)
    half = 1.644854 * math.sqrt(0.1 * 0.9 / 10 + 2.70554 / 400) / 1.270554
    assert (low, high) == pytest.approx((centre - half, centre + half), abs=1e-5)
    assert metrics.observed_interval(0, 10)[0] == 0
    assert metrics.observed_interval(10, 10)[1] == 1


def test_net_benefit_by_hand():
    """Acting on 3 of 5 from 20 % on: 2 met, 1 in vain at odds of 1 to 4: 0.4 - 0.2 / 4."""
    chance = np.array([0.9, 0.3, 0.2, 0.1, 0.05])
    outcome = np.array([1.0, 0, 1, 0, 0])
    assert metrics.net_benefit(chance, outcome, 0.2) == pytest.approx(0.35)


def test_an_evaluation_adds_up():
    rng = np.random.default_rng(23)
    data = simulated(rng, athletes=12, each=30)
    context = np.where(data.athlete < 6, "marathon", "training")
    found = evaluate(table_of(data, rng, context=context), MODEL)
    assert found.athletes == len(found.by_athlete) == 12
    assert [part.name for part in found.by_context] == ["marathon", "training"]
    for parts in (found.by_athlete, found.by_context):
        assert sum(part.rows for part in parts) == found.rows == 360
        assert sum(part.cramps for part in parts) == found.cramps
        assert sum(part.expected for part in parts) == pytest.approx(found.expected)
    assert sum(part.rows for part in found.curve) == 360
    assert [part.predicted for part in found.curve] == sorted(p.predicted for p in found.curve)


def test_an_evaluation_counts_what_was_acted_on_and_what_was_known():
    rng = np.random.default_rng(26)
    data = simulated(rng, athletes=12, each=30)
    table = table_of(data, rng)
    silent = {**data.columns, "family_history": np.full(360, np.nan)}
    found = evaluate(replace(table, columns=silent), MODEL)
    known = dict(zip(MODEL.rule_ids, found.known, strict=True))
    assert known["P2"] == 0
    assert known["P1"] == 360
    first, *_, last = found.decisions
    assert (first.acted, first.met) == (360, found.cramps)
    assert last.met <= last.acted < 360
    for one in found.decisions:
        odds = one.threshold / (1 - one.threshold)
        assert one.model == pytest.approx((one.met - (one.acted - one.met) * odds) / 360)
    assert found.period == (table.start_s.min(), table.start_s.max())
    assert evaluate(table_of(data), MODEL).period is None


def test_an_evaluation_uses_the_same_chances_as_an_assessment():
    data = simulated(np.random.default_rng(24), athletes=3, each=20)
    found = evaluate(table_of(data), MODEL)
    scores = score_table(data.columns, MODEL, "marathon")
    p0 = MODEL.context("marathon").p0
    logit = math.log(p0 / (1 - p0)) + np.log(scores.odds_vs_typical)
    assert found.expected == pytest.approx(np.sum(1 / (1 + np.exp(-logit))))


def test_outcomes_of_one_kind_are_evaluated_as_far_as_can_be():
    data = simulated(np.random.default_rng(25), athletes=3, each=20)
    found = evaluate(table_of(data, cramp=np.zeros(60)), MODEL)
    assert found.auc is found.slope is found.intercept is None
    assert found.roc == ()
    assert found.brier > 0


# ---- model files


def learned(seed=30, level="rules"):
    data = simulated(np.random.default_rng(seed), athletes=60, each=30, truth=TRUTH)
    return learned_model(MODEL, fit_card(data.design, data.cramp, level=level))


def test_a_learned_card_is_an_ordinary_model_file():
    card = learned()
    text = write_model(
        MODEL,
        card,
        model_id="squad",
        version=f"{MODEL.version}+20260731",
        provenance=Provenance(made_by="riskfit calibrate", new_points=card_points(card)),
    )
    back = parse_model(text, "squad.toml")
    assert (back.id, back.version) == ("squad", f"{MODEL.version}+20260731")
    assert back.cause_factors == card.cause_factors
    assert back.rules == card.rules
    assert back.provenance.new_points == card_points(card)
    assert "# PDO: every 16 points double the odds" in text  # comments stay
    features = {"cramp_history": 2.0, "wbgt_c": 30.0, "duration_min": 150.0}
    ours, theirs = (
        score_table({k: np.array([v]) for k, v in features.items()}, m).score for m in (card, back)
    )
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_learning_again_starts_from_the_learned_card(tmp_path):
    first = learned()
    text = write_model(
        MODEL, first, model_id="one", version="1", provenance=Provenance(made_by="test")
    )
    (tmp_path / "one.toml").write_text(text, encoding="utf-8")
    base = load_model(tmp_path / "one.toml")
    data = simulated(np.random.default_rng(31), athletes=40, each=30)
    design = table_of(data).design(base)
    second = learned_model(base, fit_card(design, data.cramp))
    again = write_model(
        base, second, model_id="two", version="2", provenance=Provenance(made_by="test")
    )
    assert again.count("[cause_factor]") == again.count("[provenance]") == 1
    assert parse_model(again, "two.toml").cause_factors == second.cause_factors
    assert parse_model(again, "two.toml").rules == first.rules


def test_words_with_quotes_and_controls_survive_being_written():
    note = 'a "quoted" \\ path\nand a line'
    text = write_model(
        MODEL, MODEL, model_id="q", version="1", provenance=Provenance(made_by="x", note=note)
    )
    assert parse_model(text, "q").provenance.note == note


def test_a_file_that_would_change_is_not_written(tmp_path):
    odd = tmp_path / "odd.toml"
    text = write_model(
        MODEL, MODEL, model_id="o", version="1", provenance=Provenance(made_by="test")
    ).replace('id = "P1"\n', 'name = "Earlier cramps"\nid = "P1"\n', 1)
    text = text.replace('id = "P1"\nname = "Earlier cramps"\n', 'id = "P1"\n', 1)
    odd.write_text(text.replace('id = "P1"\n', "'id' = \"P1\"\n", 1), encoding="utf-8")
    base = load_model(odd)
    changed = msgspec.structs.replace(
        base,
        rules=tuple(
            msgspec.structs.replace(rule, factor=2.0) if rule.id == "P1" else rule
            for rule in base.rules
        ),
    )
    with pytest.raises(RuleError, match="cannot be written from this file, its rules would change"):
        write_model(base, changed, model_id="x", version="1", provenance=base.provenance)


def test_a_difference_names_what_changed_and_nothing_else():
    assert diff_models(MODEL, MODEL).changes == ()
    assert diff_models(MODEL, MODEL).points == {}
    doubled = msgspec.structs.replace(
        MODEL, cause_factors={**MODEL.cause_factors, "dehydration": 2.0}
    )
    found = diff_models(MODEL, doubled)
    assert [(c.place, c.key, c.old, c.new) for c in found.changes] == [
        ("cause_factors", "dehydration", 1.0, 2.0)
    ]
    assert set(found.points) == {"D1", "D2", "D3", "D4", "dehydration"}
    for old, new in found.points.values():
        assert new == pytest.approx(2 * old, abs=0.02)
    fewer = msgspec.structs.replace(MODEL, rules=MODEL.rules[1:])
    assert diff_models(MODEL, fewer).points["P1"] == (28.21, None)


def test_a_calibration_writes_down_where_it_is_from():
    rng = np.random.default_rng(520)
    data = simulated(rng, athletes=1, each=1500, truth=STRONG)
    done = calibrate(table_of(data, rng), MODEL)
    assert done.kept
    back = parse_model(done.write(model_id="mine", on=date(2026, 7, 31)), "mine.toml")
    told = back.provenance
    assert back.version == f"{MODEL.version}+20260731"
    assert (told.base, told.outcomes, told.athletes) == (
        f"riskfit-published {MODEL.version}",
        1500,
        1,
    )
    assert told.cramps == int(data.cramp.sum())
    assert told.old_points == card_points(MODEL)
    assert told.new_points == card_points(back)
    assert "log loss on later sessions" in told.note
    share = done.data_share()
    assert share["predisposition"] == pytest.approx(0, abs=1e-6)
    assert 0.3 < share["dehydration"] < 1


# ---- cohort files


HEAD = "athlete,start_time,context,cramp,duration_min,wbgt_c,shoe\n"


def cohort(tmp_path, text):
    file = tmp_path / "cohort.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_cohort_file_is_read_with_its_gaps(tmp_path):
    text = HEAD + "ann,2026-07-31T08:00:00Z,marathon,yes,200,,41\n\nbob,,,0,90,25.5,44\n"
    table = read_cohort(cohort(tmp_path, text), MODEL)
    assert table.cramp.tolist() == [1, 0]
    assert table.context.tolist() == ["marathon", "training"]
    assert table.start_s[0] == 1785484800
    assert math.isnan(table.start_s[1])
    assert math.isnan(table.columns["wbgt_c"][0])
    assert table.columns["duration_min"].tolist() == [200, 90]
    assert table.notes == ("passed over, no such column is known: shoe",)
    assert table.of_athlete("bob").cramp.tolist() == [0]


def test_without_athletes_each_row_is_a_person(tmp_path):
    table = read_cohort(cohort(tmp_path, "cramp,age_years\n1,40\n0,50\n"), MODEL)
    assert len(set(table.athlete)) == 2


def told(tmp_path, head, *rows):
    """Return the notes on a cohort file of these lines."""
    return read_cohort(cohort(tmp_path, "\n".join([head, *rows, ""])), MODEL).notes


@pytest.mark.parametrize(
    ("head", "notes"),
    [
        (
            "cramp,athelete,wgbt_c",
            "athelete (did you mean athlete?), wgbt_c (did you mean wbgt_c?)",
        ),
        ("cramp,contxt,Age_Years", "contxt (did you mean context?), Age_Years (did you mean age_"),
        ("cramp,form_tsb_tss_per_day,shoe", "form_tsb_tss_per_day (did you mean form_tsb?), shoe"),
        ("cramp,cramps,shoe", "no such column is known: cramps, shoe"),
        ("cramp,pace_fade_fraction,wbgt_c", "no rule reads pace_fade_fraction"),
    ],
)
def test_columns_that_nothing_is_done_with_are_named(tmp_path, head, notes):
    (note,) = told(tmp_path, head, "1,,")
    assert notes in note


def test_columns_that_riskfit_writes_itself_are_no_news(tmp_path):
    ours = ["score_points", "rule_P1_points", "sport", "source", "band"]
    outside = ["age_years", *MODEL.outside.conditions]
    head = [*OUTCOME_COLUMNS, *dict.fromkeys([*MODEL.features, *outside]), *ours]
    cells = ["1" if name == "cramp" else "" for name in head]
    assert told(tmp_path, ",".join(head), ",".join(cells)) == ()


def test_of_very_many_columns_that_no_rule_reads_the_first_are_named(tmp_path):
    head = ["cramp", *CATALOGUE]
    (note,) = told(tmp_path, ",".join(head), "1" + "," * len(CATALOGUE))
    assert note.startswith("no rule reads elapsed_min, distance_km, ascent_m")
    assert note.endswith(" more")


def test_rows_that_are_there_twice_are_told_and_count(tmp_path):
    head = "athlete,date,cramp,wbgt_c,note"
    rows = ["a,2026-07-31,1,25,x", "a,2026-07-31,1,25 ,y", "a,2026-07-31,1,26,", "a,,1,25,"]
    (note,) = told(tmp_path, head, *rows, rows[-1], "b,2026-07-31,1,25,")
    assert note.startswith("1 row with the athlete, time and values of a row before: counted again")
    assert note.endswith("(line 3)")
    assert told(tmp_path, "date,cramp,wbgt_c", "2026-07-31,1,25", "2026-07-31,1,25") == ()


def test_rows_left_out_are_counted_with_the_reason(tmp_path):
    rows = "1,40,0,25\n0,12,0,20\n0,40,1,20\n0,,,\n1,,,20\n"
    table = read_cohort(cohort(tmp_path, "cramp,age_years,pregnant,wbgt_c\n" + rows), MODEL)
    found = evaluate(table, MODEL)
    assert found.rows == 2
    assert found.notes == (
        "2 rows left out: outside the score (age_years, pregnant)",
        "1 row left out: no feature of any rule is told",
    )


def test_where_all_are_outside_the_score_the_message_says_so(tmp_path):
    table = read_cohort(cohort(tmp_path, "cramp,age_years\n1,12\n0,\n"), MODEL)
    with pytest.raises(InputError, match=r"no row can be scored; 1 row left out: .*\(age_years\)"):
        evaluate(table, MODEL)


@pytest.mark.parametrize(
    ("name", "cell", "message"),
    [
        ("duration_min", "inf", "'inf' is not finite"),
        ("form_tsb", "-inf", "'-inf' is not finite"),
        ("duration_min", "-5", "'-5' cannot be: duration_min is never below 0 .min"),
        ("descent_m_per_km", "-0.1", "never below 0"),
        ("cramp_history", "4", "never above 3 .level"),
        ("race_effort", "2", "never above 1 .0/1"),
        ("recent_injury", "-1", "never below 0"),
        ("late_fade_fraction", "5", "never above 1 .fraction"),
        ("relative_humidity_pct", "101", "never above 100"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_place(tmp_path, name, cell, message):
    with pytest.raises(InputError, match=f"line 3, column {name}: .*{message}"):
        told(tmp_path, f"cramp,{name}", "1,0", f"1,{cell}")


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("form_tsb", -40),
        ("wbgt_c", -10),
        ("body_mass_loss_pct", -1),
        ("sodium_deficit_g", -2),
        ("late_fade_fraction", -0.1),
        ("training_72h_above_usual_h", -3),
        ("week_load_ratio", 7),
        ("recent_injury", 0.7),
    ],
)
def test_an_odd_value_that_may_be_is_taken(tmp_path, name, cell):
    table = read_cohort(cohort(tmp_path, f"cramp,{name}\n1,{cell}\n0,nan\n"), MODEL)
    assert table.columns[name][0] == cell
    assert math.isnan(table.columns[name][1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cohort.csv: the file is empty"),
        (" \n\n", "cohort.csv: the file is empty"),
        ("athlete,age_years\na,40\n", "no column 'cramp' .1 or 0"),
        ("athlete;cramp\na;1\n", "no column 'cramp': is it separated by semicolons. Save it with"),
        ("athlete\tcramp\na\t1\n", "no column 'cramp': is it separated by tabs"),
        (HEAD, "no row below the head"),
        ("cramp,wbgt_c,wbgt_c\n1,2,3\n", "'wbgt_c' is there twice"),
        (HEAD + "a,,,1,90\n", "line 2: 5 cells, but the head has 7"),
        (HEAD + "a,,,maybe,90,,\n", "line 2, column cramp: 'maybe'"),
        (HEAD + "a,,,1,long,,\n", "line 2, column duration_min: 'long' is not a number"),
        (HEAD + "a,,moon walk,1,90,,\n", "line 2, column context: 'moon walk'; use one of"),
        (HEAD + "a,yesterday,,1,90,,\n", "line 2, column start_time: 'yesterday'"),
    ],
)
def test_what_is_wrong_in_a_cohort_file_is_named_with_its_line(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_cohort(cohort(tmp_path, text), MODEL)


def test_a_cohort_without_a_feature_of_any_rule_is_refused(tmp_path):
    table = read_cohort(cohort(tmp_path, "cramp,athlete\n1,a\n0,b\n"), MODEL)
    with pytest.raises(InputError, match="no row holds a feature of any rule"):
        evaluate(table, MODEL)
