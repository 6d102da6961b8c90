"""The model files: the published numbers, and what the loader refuses."""

import csv
import time
import tomllib
from math import log
from pathlib import Path

import pytest
from msgspec import structs

from riskfit.advice.texts import load_advice
from riskfit.errors import InputError, RuleError
from riskfit.features.catalogue import CATALOGUE
from riskfit.references import load_references
from riskfit.resources import models
from riskfit.rules.load import editions, load_model, parse_model
from riskfit.rules.model import CAUSES

REFERENCE = Path(__file__).parent / "reference"
CARD = models().joinpath("cramp.toml").read_text(encoding="utf-8")
MODEL, OLD = load_model(), load_model("1.0")


def table(name):
    lines = (REFERENCE / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def numbers(text):
    return [float(word) for word in text.split()]


# ---- the published numbers: all of the first card, and what the second one changed


@pytest.mark.parametrize("row", table("card_rules.csv"), ids=lambda row: row["id"])
def test_a_rule_carries_its_published_numbers(row):
    rule = OLD.rule(row["id"])
    assert [value for value, _ in rule.knots] == numbers(row["knots_x"])
    assert [response for _, response in rule.knots] == numbers(row["knots_r"])
    assert rule.odds_ratio == float(row["or_full"])
    assert (rule.typical, rule.spread) == (float(row["typical"]), float(row["spread"]))
    assert (rule.cause, rule.group, rule.part) == (row["cause"], row["group"], row["part"])
    assert (rule.feature, rule.grade) == (row["feature"], row["grade"])
    assert rule.exertion is (row["exertion"] == "1")
    assert list(rule.not_for) == row["not_for"].split()
    assert OLD.weight(rule) == pytest.approx(float(row["weight_logodds"]), abs=5e-5)
    assert OLD.max_points(rule) == pytest.approx(float(row["card_points"]), abs=5e-3)


def test_the_rules_stand_in_the_order_of_the_card():
    assert list(OLD.rule_ids) == [row["id"] for row in table("card_rules.csv")]


def test_every_context_carries_its_published_base_rate_and_typicals():
    rows = {row["context"]: row for row in table("card_contexts.csv")}
    assert set(OLD.contexts) == set(rows)
    for name, row in rows.items():
        context = OLD.context(name)
        assert [context.p0, context.p0_low, context.p0_high] == [
            float(row[key]) for key in ("p0", "p0_low", "p0_high")
        ]
        assert (context.event, context.guess) == (row["event"] == "1", row["guess"] == "1")
    for row in table("card_typicals.csv"):
        found = OLD.typical(OLD.rule(row["rule"]), OLD.context(row["context"]))
        assert found == (float(row["typical"]), float(row["spread"])), row


def test_no_context_states_a_typical_that_is_not_in_the_table():
    stated = {(context.id, rule) for context in OLD.contexts.values() for rule in context.typical}
    assert stated <= {(row["context"], row["rule"]) for row in table("card_typicals.csv")}


def test_everything_at_its_worst_was_worth_43_28_14_and_14_points():
    points = [round(OLD.cause_points[cause]) for cause in CAUSES]
    assert points == [43, 28, 14, 14]
    assert sum(OLD.cause_points.values()) == pytest.approx(99.7, abs=0.05)


#: Rule -> what the second card changed of the first one's numbers.
CHANGED = {
    "P3": {"not_for": ("standing_day",)},
    "P7": {"odds_ratio": 2.6},
    "P8": {"odds_ratio": 1.6},
    "O6": {"feature": "effort_fraction", "knots": ((0.8, 0.0), (0.9, 0.35), (1.0, 1.0))},
    "F3": {"knots": ((0.05, 0.0), (0.1, 0.3), (0.2, 1.0)), "typical": 0.1},
    "F5": {"grade": "D"},
    "D1": {"feature": "body_mass_loss_for_length_pct", "grade": "C"},
}
_NUMBERS = (
    *("cause", "group", "part", "feature", "knots", "odds_ratio", "grade", "typical", "spread"),
    *("exertion", "recorded_only", "not_for", "factor"),
)


@pytest.mark.parametrize("rule_id", OLD.rule_ids)
def test_the_second_card_changed_these_numbers_and_no_others(rule_id):
    old, new = OLD.rule(rule_id), MODEL.rule(rule_id)
    before = {name: getattr(old, name) for name in _NUMBERS}
    assert {name: getattr(new, name) for name in _NUMBERS} == before | CHANGED.get(rule_id, {})


def test_the_second_card_kept_groups_contexts_bands_and_the_constants():
    for name in ("settings", "groups", "bands", "rule_ids"):
        assert getattr(MODEL, name) == getattr(OLD, name)
    new, old = (
        {one.id: structs.replace(one, name="") for one in model.contexts.values()}
        for model in (MODEL, OLD)
    )
    assert new == old, "a name may change, what is counted by may not"


def test_points_of_the_second_card_are_those_of_the_evidence():
    points = {rule.id: round(MODEL.max_points(rule), 1) for rule in MODEL.rules}
    stated = {"P7": 11.0, "F5": 5.7, "P8": 8.1, "D1": 5.6, "P1": 28.2, "O2": 17.1, "O6": 15.1}
    assert {name: points[name] for name in stated} == stated
    assert max(points.values()) == points["P1"]


def test_how_unused_a_body_is_counts_half_when_easy_and_less_after_a_pause():
    first, second = MODEL.rule("O4").times
    assert (first.rule, first.floor, first.share) == ("O6", 0.5, 0.5)
    assert second.feature == "same_sport_sessions_29_84d"
    assert second.knots == ((0, 1.0), (1, 0.75), (3, 0.75), (4, 0.5))
    (length,) = MODEL.rule("O6").times
    assert (length.feature, length.knots) == ("effort_length_share", ((0.25, 0.25), (1, 1.0)))
    steps = MODEL.rule("O1").or_feature
    assert (steps.feature, steps.contexts) == ("steps_vs_28d_ratio", ("walk", "standing_day"))
    assert steps.knots == ((1.5, 0.0), (2, 0.4), (3, 1.0))
    assert MODEL.rule("D1").shown == "body_mass_loss_pct"


def test_both_cards_are_there_by_their_versions():
    assert editions() == ("1.0", "2.0")
    assert (OLD.version, MODEL.version) == ("1.0", "2.0")
    assert load_model("2.0") is MODEL
    assert load_model("1.0") is OLD
    with pytest.raises(InputError, match=r"no card 3\.0 was published: there are 1\.0, 2\.0"):
        load_model("3.0")


def test_a_weight_follows_from_grade_and_odds_ratio_alone():
    rule = MODEL.rule("O2")
    assert MODEL.weight(rule) == pytest.approx(0.75 * log(2.69))
    assert "weight" not in tomllib.loads(CARD)["rule"][0]


def test_units_are_those_of_the_catalogue():
    assert {rule.unit for rule in MODEL.rules} == {
        CATALOGUE[rule.feature].unit for rule in MODEL.rules
    }


def test_every_assumed_odds_ratio_says_so():
    assumed = [rule.id for rule in MODEL.rules if rule.odds_from.startswith("assumed")]
    assert {"P4", "P10", "O3", "F2", "F6"} <= set(assumed)


# ---- every row of the documents has its place


def seed_places():
    return tomllib.loads(models().joinpath("seed.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("number", range(1, 49))
def test_what_the_documents_say_has_its_place(number):
    row = seed_places()[f"A{number}"]
    places = {
        *MODEL.rule_ids,
        *(flag.id for flag in MODEL.red_flags),
        *(item.id for item in MODEL.zero_weights),
        *(entry.id for entry in load_advice().advice),
        "outside",
    }
    assert row["says"]
    assert row["place"]
    assert set(row["place"]) <= places


def test_the_documents_list_has_no_further_rows():
    assert list(seed_places()) == [f"A{number}" for number in range(1, 49)]


def test_every_zero_weight_is_no_rule_and_says_why():
    assert all(len(item.reason) > 20 for item in MODEL.zero_weights)
    assert [flag.id for flag in MODEL.red_flags] == [f"RF{n}" for n in range(1, 10)]


def test_every_reference_is_used():
    from riskfit.learning.published import load_cohorts

    used = {key for rule in MODEL.rules for key in rule.references}
    used |= {key for item in MODEL.zero_weights for key in item.references}
    used |= {key for context in MODEL.contexts.values() for key in context.references}
    used |= {key for entry in load_advice().advice for key in entry.references}
    used |= {key for entry in load_advice().sport for key in entry.references}
    used |= {key for cohort in load_cohorts() for key in cohort.references}
    assert set(load_references()) - used == set()


# ---- what the loader refuses

O2 = CARD.index('id = "O2"')


def changed(old, new, after=O2):
    """Return the card with one place changed, by default in rule O2."""
    place = CARD.index(old, after)
    return CARD[:place] + new + CARD[place + len(old) :]


def swapped(old, new):
    """Return the card with something changed that stands there once."""
    assert CARD.count(old) == 1
    return CARD.replace(old, new)


REFUSED = {
    "an unknown key": (changed("grade =", "grad ="), ["rule O2", "grad", "unknown"]),
    "a missing key": (changed('grade = "B"\n', ""), ["rule O2", "grade", "missing"]),
    "an unknown grade": (changed('grade = "B"', 'grade = "E"'), ["rule O2", "grade", "'E'"]),
    "an unknown feature": (
        changed('feature = "duration_min"', 'feature = "duration"'),
        ["rule O2", "feature", "'duration'"],
    ),
    "another unit": (changed('unit = "min"', 'unit = "h"'), ["rule O2", "unit", "'min'"]),
    "an unknown reference": (
        changed('["dejager2022"]', '["dejager1922"]'),
        ["rule O2", "references", "dejager1922"],
    ),
    "no reference": (changed('["dejager2022"]', "[]"), ["rule O2", "references"]),
    "knots out of order": (changed("[180, 0.6]", "[110, 0.6]"), ["rule O2", "knots", "order"]),
    "a response that falls back": (
        changed("[180, 0.6]", "[180, 0.2]"),
        ["rule O2", "knots", "only rise"],
    ),
    "a response above 1": (changed("[300, 1.0]", "[300, 1.1]"), ["rule O2", "knots", "1.1"]),
    "a single knot": (
        changed("[[60, 0.0], [120, 0.3], [180, 0.6], [300, 1.0]]", "[[60, 0.0]]"),
        ["rule O2", "knots", "two"],
    ),
    "a knot that is no number": (
        changed("[180, 0.6]", '[180, "x"]'),
        ["rule O2", "knots[2]", "float"],
    ),
    "an infinite knot": (changed("[60, 0.0]", "[-inf, 0.0]"), ["rule O2", "knots", "finite"]),
    "an odds ratio below 1": (
        changed("odds_ratio = 2.69", "odds_ratio = 0.9"),
        ["rule O2", "odds_ratio"],
    ),
    "an odds ratio as text": (
        changed("odds_ratio = 2.69", 'odds_ratio = "2.69"'),
        ["rule O2", "odds_ratio", "str"],
    ),
    "a missing typical": (changed("typical = 0.08\n", ""), ["rule O2", "typical", "missing"]),
    "a typical above 1": (changed("typical = 0.08", "typical = 8"), ["rule O2", "typical"]),
    "a negative factor": (changed("typical =", "factor = -1\ntypical ="), ["rule O2", "factor"]),
    "an unknown group": (changed('group = "demand"', 'group = "x"'), ["rule O2", "group", "'x'"]),
    "a cause against its group": (
        changed('cause = "overuse"', 'cause = "fatigue"'),
        ["rule O2", "cause"],
    ),
    "an unknown part": (changed('part = "session"', 'part = "me"'), ["rule O2", "part", "'me'"]),
    "an unknown context": (
        changed('["walk", "standing_day"]', '["stroll"]'),
        ["rule O2", "not_for", "'stroll'"],
    ),
    "a double id": (changed('id = "O2"', 'id = "O1"'), ["rule O1", "id", "twice"]),
    "a sentence with an unknown word": (changed("{hours}", "{days}"), ["rule O2", "sentence"]),
    "a sentence with a loose brace": (changed("{hours}", "{hours"), ["rule O2", "sentence"]),
    "a base rate outside its range": (
        changed("p0 = 0.19", "p0 = 0.9"),
        ["context marathon", "p0"],
    ),
    "a typical of no rule": (
        changed("P3 = [0.65, 0.45]", "P33 = [0.65, 0.45]"),
        ["context marathon", "typical.P33"],
    ),
    "an unknown table": ('colour = "red"\n' + CARD, ["colour", "unknown"]),
    "a missing table": (CARD.replace("[outside]", "[inside]"), ["inside", "unknown"]),
    "bands out of order": (CARD.replace("from = 36", "from = 10"), ["band raised", "from"]),
    "a factor of no cause": (CARD + "\n[cause_factor]\nheat = 2\n", ["cause_factor", "heat"]),
    "broken syntax": (CARD.replace("[[rule]]", "[[rule]", 1), ["TOML", "line"]),
    "a factor of an unknown rule": (swapped('rule = "O6"', 'rule = "O66"'), ["rule O4", "'O66'"]),
    "a factor of a rule that asks another": (
        swapped('{ rule = "O6", floor = 0.5, share = 0.5 }', '{ rule = "O4" }'),
        ["rule O4, table times", "O4 itself depends on a rule"],
    ),
    "a factor above 1": (swapped("floor = 0.5", "floor = 0.7"), ["rule O4", "floor + share"]),
    "a factor of nothing": (
        swapped('{ rule = "O6", floor = 0.5', "{ floor = 0.5"),
        ["rule O4", "either a rule or a feature"],
    ),
    "a factor of a rule that is absent": (
        swapped('{ rule = "O6", floor', '{ rule = "O2", floor'),
        ["rule O4", "O2 is absent where O4 is not"],
    ),
    "an unknown second feature": (
        swapped('"steps_vs_28d_ratio"', '"steps"'),
        ["rule O1, table or_feature", "'steps'"],
    ),
    "a second feature of no context": (
        swapped('contexts = ["walk", "standing_day"]', 'contexts = ["stroll"]'),
        ["rule O1, table or_feature", "'stroll'"],
    ),
    "what is shown in another unit": (
        swapped('shown = "body_mass_loss_pct"', 'shown = "wbgt_c"'),
        ["rule D1", "shown", "wbgt_c"],
    ),
    "a shrink above 1": (CARD.replace("A = 1.0", "A = 2.0"), ["table score", "shrink.A"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_loader_refuses_and_names_the_place(case):
    text, said = REFUSED[case]
    with pytest.raises(RuleError) as caught:
        parse_model(text, "my.toml")
    message = str(caught.value)
    assert message.startswith("my.toml")
    for words in said:
        assert words in message, message


def test_a_file_that_is_not_there_is_a_rule_error(tmp_path):
    with pytest.raises(RuleError, match=r"none\.toml"):
        load_model(tmp_path / "none.toml")


def test_a_model_can_be_read_from_a_path(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(changed("odds_ratio = 2.69", "odds_ratio = 3.0"), encoding="utf-8")
    model = load_model(path)
    assert model.rule("O2").odds_ratio == 3
    assert model.source == str(path)
    assert model is not MODEL


def test_the_bundled_model_is_read_once():
    assert load_model() is load_model()


def test_unknown_names_are_answered_with_the_known_ones():
    for ask, known in (
        (lambda: MODEL.rule("X9"), "D4"),
        (lambda: MODEL.context("moon"), "standing_day"),
        (lambda: MODEL.red_flag("itch"), "RF9"),
    ):
        with pytest.raises(InputError, match=known):
            ask()


def test_a_red_flag_goes_by_its_id_or_name():
    assert MODEL.red_flag("RF1") is MODEL.red_flag("rest_pain")


@pytest.mark.alone
def test_the_card_is_read_quickly():
    fastest = min(_seconds(lambda: parse_model(CARD, "x")) for _ in range(5))
    assert fastest < 0.05  # about 10 ms on a quiet machine


def _seconds(call):
    start = time.process_time()
    call()
    return time.process_time() - start
