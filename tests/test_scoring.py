"""The score: its arithmetic, its properties, its intervals, its honesty."""

import json
import math
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import riskfit
from riskfit.athlete import Athlete
from riskfit.errors import InputError
from riskfit.features.results import Feature, FeatureSet
from riskfit.report.rounding import round_down, split_to_total
from riskfit.resources import models
from riskfit.rules.load import load_model, parse_model
from riskfit.rules.model import CAUSES
from riskfit.scoring.assess import assess, assess_many
from riskfit.scoring.ledger import numbers_said
from riskfit.scoring.score_table import score_table
from riskfit.scoring.timeline import assess_timeline

REFERENCE = Path(__file__).parent / "reference"
VIGNETTES = json.loads((REFERENCE / "card_vignettes.json").read_text(encoding="utf-8"))
MODEL, OLD = load_model(), load_model("1.0")
CARD = models().joinpath("cramp.toml").read_text(encoding="utf-8")
ROWS = 100_000


def score_matrix(values, model=MODEL, **asked):
    """Score a matrix, rows x inputs in the card's order."""
    return score_table(dict(zip(model.inputs, values.T, strict=True)), model, **asked)


def knots_of(name):
    """Return the knots by which a card's input counts."""
    for rule in MODEL.rules:
        measures = (*rule.measures(""), *filter(None, [rule.or_feature]))
        for one in (*measures, *rule.times):
            if one.feature == name:
                return one.knots
    raise AssertionError(name)


LOW = np.array([knots_of(name)[0][0] for name in MODEL.inputs])
WIDTHS = np.array([knots_of(name)[-1][0] for name in MODEL.inputs]) - LOW
#: Whether more is worse, or less.
SIGNS = np.array([1 if knots_of(n)[-1][1] > knots_of(n)[0][1] else -1 for n in MODEL.inputs])


def drawn(rows=ROWS, seed=3, unknown=0.0):
    """Draw features well beyond their knots on both sides."""
    rng = np.random.default_rng(seed)
    values = LOW + WIDTHS * rng.uniform(-0.3, 1.3, (rows, len(MODEL.inputs)))
    values[rng.random(values.shape) < unknown] = np.nan
    return values


def interpolated(knots, value):
    xs, rs = zip(*knots, strict=True)
    return float(np.interp(value, xs, rs))


def by_hand(values, context_name):
    """Score one row as the published arithmetic says it, in plain Python."""
    context = MODEL.context(context_name)
    rules = [rule for rule in MODEL.rules if context_name not in rule.not_for]
    responses, doubts, known = {}, {}, False
    for rule in sorted(rules, key=lambda rule: rule.id == "O4"):
        typical, spread = MODEL.typical(rule, context)
        responses[rule.id], doubts[rule.id] = typical, spread
        read = [m for m in rule.measures(context_name) if values.get(m.feature) is not None]
        if read:
            answer = max(interpolated(m.knots, values[m.feature]) for m in read)
            if rule.id == "O4":
                answer *= 0.5 + 0.5 * responses.get("O6", 0)
                answer *= interpolated(
                    [(0, 1), (1, 0.75), (3, 0.75), (4, 0.5)],
                    values.get("same_sport_sessions_29_84d", 0),
                )
            if rule.id == "O6":
                answer *= min(max(values.get("effort_length_share", 1), 0.25), 1)
            responses[rule.id], doubts[rule.id] = answer, 0.0
            known = True
    weight = {
        rule.id: {"A": 1, "B": 0.75, "C": 0.5, "D": 0.25}[rule.grade] * math.log(rule.odds_ratio)
        for rule in rules
    }
    calm = math.prod(1 - 0.7 * responses[rule.id] for rule in rules if rule.exertion)
    caps = {
        "predisposition": 2.1,
        "demand": 0.5,
        "excess": 0.85,
        "fatigue": 0.7,
        "dehydration": 0.7,
    }
    points, variance = {}, 0.0
    for group, cap in caps.items():
        members = [rule.id for rule in rules if rule.group == group]
        factor = 0.3 + 0.7 * (1 - calm) if group == "dehydration" else 1
        x = {name: weight[name] * responses[name] * factor for name in members}
        total = sum(x.values())
        share = cap * (1 - math.exp(-total / cap)) / total if total else 0
        points |= {name: 16 / math.log(2) * x[name] * share for name in members}
        slope = 16 / math.log(2) * math.exp(-total / cap) * factor
        doubt = [slope * weight[name] * doubts[name] for name in members]
        variance += sum(doubt) ** 2 if group == "dehydration" else sum(d * d for d in doubt)
    score = sum(points.values())
    half = 1.28 * math.sqrt(variance)
    return score if known else None, max(score - half, 0), min(score + half, 100), points


# ---- the published people


@pytest.mark.parametrize("person", VIGNETTES, ids=lambda person: person["name"])
def test_a_published_person_comes_out_as_stated(person):
    found = assess(person["features"], OLD, context=person["context"])
    expected = person["expected"]
    near = {"abs": 0.01}
    assert found.score == pytest.approx(expected["score"], **near)
    assert found.low == pytest.approx(expected["low"], **near)
    assert found.high == pytest.approx(expected["high"], **near)
    assert found.band == expected["band"]
    assert found.parts["you"].points == pytest.approx(expected["you"], **near)
    assert found.parts["session"].points == pytest.approx(expected["session"], **near)
    assert found.odds_vs_typical == pytest.approx(expected["odds_vs_typical"], **near)
    for cause in CAUSES:
        assert found.causes[cause].points == pytest.approx(expected["causes"][cause], **near)


@pytest.mark.parametrize("context", sorted(MODEL.contexts))
def test_the_table_agrees_with_the_arithmetic_written_out(context):
    values = drawn(40, seed=11, unknown=0.4)
    scores = score_matrix(values, context=context)
    for row, numbers in enumerate(values):
        features = {
            name: float(number)
            for name, number in zip(MODEL.inputs, numbers, strict=True)
            if np.isfinite(number)
        }
        score, low, high, points = by_hand(features, context)
        assert scores.score[row] == pytest.approx(score, abs=1e-9)
        assert scores.low[row] == pytest.approx(low, abs=1e-9)
        assert scores.high[row] == pytest.approx(high, abs=1e-9)
        for column, rule in enumerate(MODEL.rule_ids):
            assert scores.contributions[row, column] == pytest.approx(
                points.get(rule, 0.0), abs=1e-9
            )


def test_reference_scores_are_those_of_the_table():
    lines = (REFERENCE / "card_contexts.csv").read_text(encoding="utf-8").splitlines()
    for line in lines[5:]:
        context, *_, reference = line.split(",")
        scores = score_table({"duration_min": [np.nan]}, OLD, context)
        assert scores.reference[0] == pytest.approx(float(reference), abs=1e-4)


# ---- properties, over 100,000 random people


@pytest.mark.parametrize("context", ["training", "marathon", "walk"])
def test_contributions_add_up_to_score_parts_and_causes(context):
    scores = score_matrix(drawn(unknown=0.3), context=context)
    total = scores.contributions.sum(axis=1)
    assert np.abs(total - scores.score).max() < 1e-9
    parts = sum(part.points for part in scores.parts.values())
    assert np.abs(parts - scores.score).max() < 1e-9
    assert np.abs(sum(scores.causes.values()) - scores.score).max() < 1e-9


def test_no_contribution_is_negative_or_above_the_card():
    scores = score_matrix(drawn(unknown=0.3))
    most = np.array([MODEL.max_points(rule) for rule in MODEL.rules])
    assert scores.contributions.min() >= 0
    assert (scores.contributions <= most + 1e-9).all()
    assert scores.score.max() < 100


@pytest.mark.parametrize("context", ["training", "ultra"])
@pytest.mark.parametrize("column", range(len(MODEL.inputs)), ids=MODEL.inputs)
def test_worse_never_lowers_the_score(column, context):
    values = drawn(ROWS // 10, seed=column)
    worse = values.copy()
    step = np.random.default_rng(column).uniform(0, WIDTHS[column], len(values))
    worse[:, column] += SIGNS[column] * step
    before, after = (score_matrix(table, context=context) for table in (values, worse))
    assert (after.score - before.score).min() >= -1e-9
    for cause in CAUSES:
        assert (after.causes[cause] - before.causes[cause]).min() >= -1e-9


def test_everything_worse_at_once_never_lowers_the_score():
    values = drawn(ROWS)
    rng = np.random.default_rng(5)
    worse = values + rng.uniform(0, 0.5, values.shape) * WIDTHS * SIGNS
    assert (score_matrix(worse).score - score_matrix(values).score).min() >= -1e-9


def test_nothing_jumps():
    values = drawn(ROWS, seed=9)
    near = values + WIDTHS * 1e-7
    change = np.abs(score_matrix(near).score - score_matrix(values).score)
    # 28 rules of at most 28 points, none steeper than a third of its width from 0 to 1,
    # and O4 with two factors half as steep
    assert change.max() < 28 * 28.3 * 3.5 * 1e-7


@pytest.mark.slow
@pytest.mark.parametrize("context", sorted(MODEL.contexts))
def test_100_000_people_a_little_worse_in_any_one_thing_never_score_lower_nor_jump(context):
    values = drawn(ROWS, seed=21, unknown=0.3)
    before = score_matrix(values, context=context)
    assert np.abs(before.contributions.sum(axis=1) - before.score).max() < 1e-9
    for column in range(len(MODEL.inputs)):
        for step in (0.4, 1e-7):
            worse = values.copy()
            worse[:, column] += SIGNS[column] * step * WIDTHS[column]
            gained = score_matrix(worse, context=context).score - before.score
            assert gained.min() >= -1e-9
        assert gained.max() < 28.3 * 3.5 * 1e-7


@pytest.mark.parametrize(
    ("told", "response"),
    [
        ({"effort_fraction": 0.7}, 0.5),
        ({"effort_fraction": 0.9}, 0.5 + 0.5 * 0.35),
        ({"effort_fraction": 1.0}, 1.0),
        ({"effort_fraction": 1.0, "effort_length_share": 0.5}, 0.75),
        ({"effort_fraction": 1.0, "same_sport_sessions_29_84d": 0}, 1.0),
        ({"effort_fraction": 1.0, "same_sport_sessions_29_84d": 2}, 0.75),
        ({"effort_fraction": 0.7, "same_sport_sessions_29_84d": 9}, 0.25),
        ({}, 0.5 + 0.5 * 0.03),
    ],
)
def test_a_first_session_counts_by_how_hard_it_is_and_by_the_months_before(told, response):
    line = assess({"same_sport_sessions_28d": 0, **told}).contribution("O4")
    assert line.response == pytest.approx(response)
    assert not line.assumed


def test_nobody_knows_of_a_sport_but_how_hard_it_is_so_the_average_is_assumed_whole():
    line = assess({"effort_fraction": 0.7}).contribution("O4")
    assert (line.assumed, line.response) == (True, MODEL.rule("O4").typical)


def test_steps_count_on_a_walk_where_they_say_more_than_the_hours():
    told = {"duration_vs_longest_28d_ratio": 1.0, "steps_vs_28d_ratio": 3.0}
    walk = assess(told, context="walk").contribution("O1")
    assert (walk.feature, walk.value, walk.response) == ("steps_vs_28d_ratio", 3.0, 1.0)
    assert walk.sentence == "You took 3 times as many steps as on a usual day."
    assert assess(told).contribution("O1").response == 0.0
    longer = told | {"duration_vs_longest_28d_ratio": 2.0, "steps_vs_28d_ratio": 2.0}
    line = assess(longer, context="walk").contribution("O1")
    assert (line.feature, line.response) == ("duration_vs_longest_28d_ratio", 1.0)
    steps = assess({"steps_vs_28d_ratio": 2.0}, context="standing_day").contribution("O1")
    assert (steps.assumed, steps.response) == (False, pytest.approx(0.4))


def test_the_loss_that_is_told_is_the_whole_and_the_one_that_counts_is_by_length():
    told = {"body_mass_loss_for_length_pct": 1.5, "body_mass_loss_pct": 3.2}
    line = assess(told).contribution("D1")
    assert (line.value, line.shown, line.response) == (1.5, 3.2, pytest.approx(0.2))
    assert line.sentence.startswith("You end about 3.2 % lighter")


def test_an_event_is_set_against_this_effort_and_length():
    hard = {"effort_fraction": 1.0, "duration_min": 240}
    short = assess(hard | {"effort_length_share": 0.5}, context="marathon")
    whole = assess(hard | {"effort_length_share": 1.0}, context="marathon")
    assert whole.score > short.score
    assert short.odds_vs_typical == pytest.approx(whole.odds_vs_typical) == pytest.approx(1)


def test_with_everything_known_the_score_is_the_same_in_every_context():
    values = drawn(ROWS // 10)
    for name in MODEL.contexts:
        if any(name in rule.not_for for rule in MODEL.rules):
            continue
        scores = score_matrix(values, context=name)
        assert np.array_equal(scores.score, score_matrix(values).score)
        assert np.array_equal(scores.low, scores.high)


def test_a_row_scores_alike_alone_and_among_many():
    values = drawn(20_000, unknown=0.3)
    many = score_matrix(values)
    for row in (0, 1, 8191, 16_383, 16_384, 19_999):
        alone = score_matrix(values[row : row + 1])
        assert alone.score[0] == many.score[row]
        assert (alone.low[0], alone.high[0]) == (many.low[row], many.high[row])


values_of = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True))


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(MODEL.inputs), values_of))
def test_whatever_is_given_is_scored_or_honestly_not(features):
    found = assess(features)
    counts = [name for name in features if name in MODEL.features]
    known = [v for n in counts if (v := features[n]) is not None and math.isfinite(v)]
    young = features.get("age_years") in known and features["age_years"] < 18
    if not known or young:
        assert found.score is None
        assert found.unscored_because
        return
    assert 0 <= found.low <= found.score <= found.high <= 100
    assert sum(line.points for line in found.contributions) == pytest.approx(found.score)
    assert all(math.isfinite(line.points) for line in found.contributions)
    assert len(found.not_assessed) == sum(line.assumed for line in found.contributions)


# ---- intervals and the unknown


def test_nothing_known_is_no_score_and_no_error():
    found = assess({})
    assert found.score is None
    assert found.unscored_because == "nothing is known that the score could use"
    assert (found.band, found.chance, found.parts, found.causes) == (None, None, {}, {})
    assert len(found.not_assessed) == len(MODEL.rules)
    assert assess({"cramp_history": None, "wbgt_c": float("nan")}).score is None
    assert assess({"duration_min": float("inf")}).score is None


def test_a_rule_that_is_absent_in_the_context_is_no_knowledge():
    assert assess({"duration_min": 300}, context="walk").score is None
    lines = assess({"wbgt_c": 20}, context="standing_day")
    assert {line.rule for line in lines.contributions} == {
        rule.id for rule in MODEL.rules if "standing_day" not in rule.not_for
    }
    assert not {item.rule for item in lines.not_assessed} & {"O2", "O3", "O4", "O5", "O6", "O7"}


def test_what_is_unknown_is_typical_and_marked():
    found = assess({"duration_min": 75})
    line = found.contribution("P1")
    assert line.assumed
    assert line.value is None
    assert line.points > 0
    assert line.sentence == "Earlier cramps: not known, so average assumed for a training session."
    known = found.contribution("O2")
    assert (known.assumed, known.value, known.unit) == (False, 75, "min")


def test_the_most_telling_unknown_comes_first_with_its_question():
    unknown = assess({"duration_min": 75}).not_assessed
    assert unknown[0].rule == "P1"
    widths = [item.points_high for item in unknown]
    assert widths == sorted(widths, reverse=True)
    assert all(item.points_low == -item.points_high for item in unknown)
    assert unknown[0].question.endswith("?")
    assert unknown[0].settled_by == "profile cramp_history"


def test_what_only_a_recording_can_tell_is_not_asked_of_a_plan():
    plan = assess({"duration_min": 75}, planned=True)
    assert "F3" not in {item.rule for item in plan.not_assessed}
    assert plan.contribution("F3").assumed
    assert "F3" in {item.rule for item in assess({"duration_min": 75}).not_assessed}


def test_a_range_widens_the_interval_and_leaves_the_score():
    lost = "body_mass_loss_for_length_pct"
    exact = assess({lost: 3, "effort_fraction": 1})
    ranged = assess({lost: (2, 3, 5), "effort_fraction": 1})
    assert ranged.score == exact.score
    assert ranged.high > exact.high
    assert "D1" not in {item.rule for item in ranged.not_assessed}
    given = Feature(value=3, low=2, high=5, unit="% body mass", source="estimated")
    assert assess({lost: given, "effort_fraction": 1}) == ranged


def test_a_range_counts_as_the_formula_says():
    values = dict(zip(MODEL.inputs, drawn(1)[0], strict=True)) | {"wbgt_c": 23.0}
    exact = assess(values)
    # r goes from 0 at 18 to 0.7 at 27.8
    ranged = assess(values | {"wbgt_c": (18, 23, 27.8)})
    rule = MODEL.rule("D2")
    scores = score_table(values, low={"wbgt_c": 18.0}, high={"wbgt_c": 27.8}, detail=True)
    doubt = scores.uncertainty[0, MODEL.rule_ids.index("D2")]
    assert ranged.high - exact.score == pytest.approx(1.28 * doubt)
    unsaturated = 16 / math.log(2) * MODEL.weight(rule) * 0.7 / 2.56
    assert 0 < doubt < unsaturated


def test_a_falling_rule_takes_its_range_the_right_way_round():
    found = assess({"same_sport_sessions_28d": (0, 4, 8), "duration_min": 60})
    exact = assess({"same_sport_sessions_28d": 4, "duration_min": 60})
    assert found.high > exact.high
    assert found.score == exact.score


def test_unknown_dehydration_adds_up_because_the_weather_is_shared():
    values = dict(zip(MODEL.inputs, drawn(1, seed=4)[0], strict=True))
    names = ["body_mass_loss_for_length_pct", "wbgt_c", "sodium_deficit_g", "plain_water_only"]
    for name in names:
        del values[name]
    found = assess(values)
    doubts = [item.points_high for item in found.not_assessed]
    assert found.high - found.score == pytest.approx(sum(doubts))


def test_a_feature_set_and_a_mapping_score_alike():
    features = {
        name: Feature(value=value, unit=MODEL.by_id["O2"].unit, source="test")
        for name, value in VIGNETTES[3]["features"].items()
    }
    features["wbgt_c"] = Feature(unit="°C", missing_because="no temperature was measured")
    plain = VIGNETTES[3]["features"] | {"wbgt_c": None}
    of_set = assess(FeatureSet(features=features), context="marathon")
    assert of_set.score == assess(plain, context="marathon").score
    assert of_set.not_assessed[0].needs == "no temperature was measured"


def test_a_slip_of_the_pen_is_noted():
    found = assess({"duration_min": 60, "duratoin_min": 300})
    assert found.notes == (
        "no feature is called 'duratoin_min', so it was passed over: did you mean 'duration_min'?",
    )


def test_words_for_numbers_are_refused():
    with pytest.raises(InputError, match="duration_min"):
        assess({"duration_min": "long"})
    with pytest.raises(InputError, match="duration_min"):
        assess({"duration_min": (1, 2)})


def test_an_unknown_context_is_answered_with_the_known_ones():
    with pytest.raises(InputError, match="standing_day"):
        assess({"duration_min": 60}, context="moon")


# ---- people outside, red flags


@pytest.mark.parametrize(
    ("features", "athlete", "why"),
    [
        ({"age_years": 17}, None, "under 18"),
        ({"pregnant": True}, None, "pregnancy"),
        ({"neuromuscular_disease": 1}, None, "neuromuscular"),
        ({"kidney_disease": 1}, None, "kidney"),
        ({}, Athlete(age_years=12), "under 18"),
        ({}, Athlete(pregnant=True), "pregnancy"),
        ({}, Athlete(kidney_disease=True), "kidney"),
    ],
)
def test_people_it_is_not_for_get_no_score(features, athlete, why):
    found = assess({"duration_min": 100, **features}, athlete=athlete)
    assert found.score is None
    assert found.outside
    assert why in found.unscored_because
    assert found.contributions == ()


def test_a_table_leaves_people_outside_blank():
    scores = score_table({"duration_min": [60, 60, 60], "age_years": [17, 18, np.nan]})
    assert np.isnan(scores.score[0])
    assert np.isfinite(scores.score[1:]).all()
    for name in ("pregnant", "neuromuscular_disease", "kidney_disease"):
        told = score_table({"duration_min": [60, 60, 60], name: [1, 0, np.nan]})
        assert np.isfinite(told.score).tolist() == [False, True, True]


def test_eighteen_years_are_enough():
    assert assess({"age_years": 18}).score is not None


def test_not_asked_is_not_absent():
    assert not assess({"duration_min": 60}).red_flags.screened
    asked = assess({"duration_min": 60}, red_flags=())
    assert asked.red_flags.screened
    assert asked.red_flags.present == ()
    named = assess({"duration_min": 60}, athlete=Athlete(red_flags=("dark_urine", "RF8")))
    assert named.red_flags.present == ("RF2", "RF8")


def test_red_flags_are_never_scored():
    plain = assess({"duration_min": 60})
    assert assess({"duration_min": 60}, red_flags=["RF7"]).score == plain.score
    assert assess({"duration_min": 60}, red_flags=["RF7", "RF1"]).score is None


# ---- odds, chance, bands, words


def test_an_edge_belongs_to_the_band_above():
    bands = [MODEL.band(score) for score in (0, 19.999, 20, 35.999, 36, 51.999, 52, 100)]
    assert bands == ["low", "low", "ordinary", "ordinary", "raised", "raised", "high", "high"]
    words = [MODEL.session_word(points) for points in (0, 7.9, 8, 16, 31.9, 32)]
    assert words == ["little", "little", "some", "a lot", "a lot", "very much"]
    assert [MODEL.compared(odds) for odds in (0.24, 0.65, 1.3, 2.6)] == [
        "low",
        "ordinary",
        "raised",
        "high",
    ]


def test_sixteen_points_double_the_odds():
    found = assess(VIGNETTES[3]["features"], context="marathon")
    assert found.parts["you"].odds == pytest.approx(2 ** (found.parts["you"].points / 16))
    assert found.odds_vs_typical == pytest.approx(2 ** ((found.score - found.reference) / 16))


def test_the_chance_is_anchored_at_the_base_rate():
    found = assess(VIGNETTES[3]["features"], OLD, context="marathon")
    odds = 0.19 / 0.81 * found.odds_vs_typical
    assert found.chance.value == pytest.approx(odds / (1 + odds))
    # everything is known, so only the base rate's range is left
    low = 0.15 / 0.85 * found.odds_vs_typical
    assert found.chance.low == pytest.approx(low / (1 + low))
    assert found.chance.low < found.chance.value < found.chance.high


def test_a_guessed_base_rate_gives_no_chance():
    for context in ("half_marathon", "sportive", "walk", "standing_day"):
        assert assess({"wbgt_c": 20}, context=context).chance is None


def test_training_beyond_three_hours_gives_no_chance():
    assert assess({"duration_min": 180}).chance is not None
    assert assess({"duration_min": 181}).chance is None
    assert assess({"duration_min": 181}, context="marathon").chance is not None


def test_an_event_is_compared_at_its_own_demand():
    short = assess({"duration_min": 150, "effort_fraction": 1}, context="marathon")
    long = assess({"duration_min": 330, "effort_fraction": 1}, context="marathon")
    # the longer marathon scores more, but so does its typical session
    assert long.score - short.score > 0.9
    assert long.odds_vs_typical == pytest.approx(1)
    assert short.odds_vs_typical == pytest.approx(1)
    # outside an event the base rate holds no demand, so length does tell
    assert assess({"duration_min": 170}).odds_vs_typical > 1.2


def test_what_stands_out_is_sorted_by_share_of_its_cause():
    lines = assess(VIGNETTES[3]["features"], context="marathon").standing_out()
    shares = [line.points / MODEL.cause_points[line.cause] for line in lines]
    assert shares == sorted(shares, reverse=True)
    points = [line.points for line in lines]
    assert points != sorted(points, reverse=True)


def test_reasons_are_plain_sentences_with_the_value():
    found = assess(VIGNETTES[3]["features"], context="marathon")
    assert found.contribution("O2").sentence.startswith("Time on the move: 4 h 20 min")
    assert "6 %" in found.contribution("O5").sentence
    assert found.contribution("O4").sentence == "Not used to it: adds nothing."


# ---- what calibrate writes


def test_a_factor_on_a_cause_multiplies_its_points():
    model = parse_model(CARD + "\n[cause_factor]\nfatigue = 2.0\npredisposition = 0\n", "x")
    values = drawn(1000, unknown=0.2)
    plain, learned = score_matrix(values), score_matrix(values, model)
    assert np.allclose(learned.causes["fatigue"], 2 * plain.causes["fatigue"])
    assert (learned.causes["predisposition"] == 0).all()
    assert np.allclose(learned.contributions.sum(axis=1), learned.score, atol=1e-9)
    assert model.cause_points["fatigue"] == pytest.approx(2 * MODEL.cause_points["fatigue"])


def test_a_factor_on_a_rule_multiplies_its_weight():
    model = parse_model(CARD.replace('id = "O2"', 'id = "O2"\nfactor = 0.0'), "x")
    scores = score_matrix(drawn(100), model)
    assert (scores.contributions[:, MODEL.rule_ids.index("O2")] == 0).all()
    assert model.max_points(model.rule("O2")) == 0


# ---- along the session


def minutes(count=120):
    grown = np.arange(1, count + 1, dtype=float)
    return {
        "duration_min": grown,
        "body_mass_loss_for_length_pct": 0.02 * grown,
        "wbgt_c": 25.0,
        "cramp_history": 2.0,
        "duration_vs_longest_28d_ratio": grown / 60,
    }, grown * 60


def test_the_last_point_of_the_timeline_is_the_score():
    columns, elapsed = minutes()
    line = assess_timeline(columns, elapsed)
    last = {name: float(np.atleast_1d(column)[-1]) for name, column in columns.items()}
    found = assess(last)
    assert line.score[-1] == found.score
    assert line.session[-1] == found.parts["session"].points
    assert line.causes["overuse"][-1] == found.causes["overuse"].points


def test_the_timeline_names_what_drove_it_across_a_band():
    columns, elapsed = minutes()
    line = assess_timeline(columns, elapsed)
    bands = [MODEL.band(score) for score in line.score]
    assert [(c.from_band, c.to_band) for c in line.crossings] == [
        pair for pair in pairwise(bands) if pair[0] != pair[1]
    ]
    crossing = line.crossings[0]
    assert (crossing.cause, crossing.rule) == ("overuse", "O1")
    assert crossing.points > 0
    row = int(np.flatnonzero(elapsed == crossing.elapsed_s)[0])
    assert bands[row] != bands[row - 1]


def test_on_the_way_down_the_timeline_names_what_gave_way():
    elapsed = np.arange(1, 61) * 60.0
    columns = {
        "duration_min": 60.0,
        "cramp_history": 2.0,
        "late_fade_fraction": np.linspace(0.2, 0.0, 60),
        "wbgt_c": np.linspace(18, 19, 60),
    }
    line = assess_timeline(columns, elapsed)
    assert [c.to_band for c in line.crossings] == ["ordinary"]
    assert (line.crossings[0].cause, line.crossings[0].rule) == ("fatigue", "F3")
    assert line.crossings[0].points < 0


def test_the_same_total_in_another_order_has_another_timeline():
    fade = np.concatenate([np.zeros(60), np.linspace(0, 0.1, 60)])
    elapsed = np.arange(1, 121) * 60.0
    late = assess_timeline({"duration_min": elapsed / 60, "late_fade_fraction": fade}, elapsed)
    early = assess_timeline(
        {"duration_min": elapsed / 60, "late_fade_fraction": np.sort(fade)[::-1]}, elapsed
    )
    assert not np.allclose(late.score, early.score)
    with pytest.raises(InputError, match="never fall"):
        assess_timeline({"duration_min": elapsed}, elapsed[::-1])


# ---- tables


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(InputError, match="one length"):
        score_table({"duration_min": [1, 2], "wbgt_c": [1, 2, 3]})


def test_many_are_scored_as_one_by_one():
    people = [person["features"] for person in VIGNETTES if person["context"] == "training"]
    assert assess_many(people) == [assess(person) for person in people]
    assert assess_many([]) == []


def test_a_table_without_ledger_scores_alike():
    values = drawn(1000, unknown=0.3)
    bare = score_matrix(values, ledger=False)
    assert np.array_equal(bare.score, score_matrix(values).score)
    assert bare.contributions.shape[0] == 0


@pytest.mark.alone
def test_a_million_rows_take_under_a_second_of_one_core():
    values = np.asfortranarray(drawn(1_000_000, unknown=0.2))
    columns = dict(zip(MODEL.inputs, values.T, strict=True))
    seconds = []
    for _ in range(3):
        start = time.thread_time()
        scores = score_table(columns, ledger=False)
        seconds.append(time.thread_time() - start)
        if seconds[-1] < 1:
            break
    assert len(scores) == 1_000_000
    assert min(seconds) < 1


def test_the_public_names_are_these():
    assert riskfit.assess is assess
    assert isinstance(assess({"duration_min": 1}), riskfit.Assessment)


# ---- printed numbers


def test_a_printed_score_never_reaches_a_band_that_it_is_not_in():
    for score in np.random.default_rng(1).uniform(0, 100, 2000):
        for digits in (0, 1):
            assert MODEL.band(round_down(score, digits)) == MODEL.band(score)
    assert round_down(35.99999999) == 35


def test_printed_parts_add_up_to_the_printed_score():
    rng = np.random.default_rng(2)
    for _ in range(500):
        parts = {str(k): float(v) for k, v in enumerate(rng.exponential(5, 6))}
        total = round_down(sum(parts.values()))
        printed = split_to_total(parts, total)
        assert sum(printed.values()) == total
        assert all(abs(printed[name] - parts[name]) < 1 for name in parts)


def test_parts_can_be_held_to_a_total_below_their_floors():
    assert sum(split_to_total({"a": 2.0, "b": 1.0}, 2).values()) == 2
    assert split_to_total({"a": 0.0, "b": 0.0}) == {"a": 0.0, "b": 0.0}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (2.683, "2.7"),
        (27.19, "27.2"),
        (0.04, "0.04"),
        (3.0, "3"),
        (123.4, "123"),
        (-12.44, "-12.4"),
    ],
)
def test_sentences_hold_numbers_no_finer_than_they_are_known(value, said):
    assert numbers_said(value)["value"] == said


def test_a_fade_of_some_per_cent_has_no_decimals():
    assert [numbers_said(share)["percent"] for share in (0.1836, 0.0259)] == ["18", "2.6"]
