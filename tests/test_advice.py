"""Advice: what causes it, what it may never say, and what comes first."""

import json
import re
from pathlib import Path

import pytest

from riskfit.advice.steps import advise
from riskfit.advice.texts import load_advice, parse_advice
from riskfit.athlete import Athlete, Conditions, Medication
from riskfit.errors import RuleError
from riskfit.resources import models
from riskfit.rules.load import load_model
from riskfit.scoring.assess import assess

TEXT = models().joinpath("advice.toml").read_text(encoding="utf-8")
FILE = load_advice()
VIGNETTES = json.loads(
    (Path(__file__).parent / "reference" / "card_vignettes.json").read_text(encoding="utf-8")
)
DRINKING = {
    "sweat_rate_l_h": 1.2,
    "plan_l_h": 0.8,
    "sodium_mg_h": 993.0,
    "loss_pct_at_end": 2.4,
    "caps": ["no more than 0.8 L/h"],
}
STRETCHING = {"before", "acute", "after"}


def ids(advice):
    return [step.id for step in advice]


def step(advice, name):
    return next(entry for entry in advice if entry.id == name)


def advice_for(features, *, context="training", red_flags=(), **rest):
    found = assess(features, context=context, red_flags=red_flags, athlete=rest.get("athlete"))
    return advise(found, features, **rest)


def every_advice():
    """Return advice of many kinds of people, with and without amounts."""
    people = [(p["features"], p["context"]) for p in VIGNETTES]
    athletes = [
        None,
        Athlete(mass_kg=50, sex="female", hypertension=True),
        Athlete(
            mass_kg=90,
            medications=(Medication(name="statin"), Medication(name="thiazide")),
            red_flags=("RF1", "RF3"),
        ),
    ]
    for features, context in people:
        for athlete in athletes:
            for drinking in (None, DRINKING, DRINKING | {"plan_l_h": 0.0}):
                flags = None if athlete is None else athlete.red_flags
                found = assess(features, context=context, red_flags=flags)
                yield from advise(found, features, athlete=athlete, drinking=drinking)


# ---- honesty

FORBIDDEN = [
    r"\b(prevents?|preventing|avoids?|stops?|cures?|guards? against)\s+(muscle |leg )?cramp",
    r"(keeps?|keeping) cramps away(?<!trials do not show that it keeps cramps away)",
    r"\btake (a |some |more )?(magnesium|potassium|calcium|salt tablets?|supplements?)",
    r"\bquinine\b",
    r"\b(stop|change|reduce|skip|halve)\w* (taking )?(your|the|a|any) (medic|pill|drug)",
    r"drink (as much|more than|plenty|before you are thirsty)",
    r"stretch through",
    r"\bsweet spot\b|\bsafe zone\b",
    r"\byou will (not )?(get a )?cramp",
    r"\bdiagnos(e|es|ed) you\b",
]


@pytest.mark.parametrize("phrase", FORBIDDEN)
def test_no_text_says_what_must_not_be_claimed(phrase):
    texts = [entry.text for entry in FILE.advice] + [s.how for s in FILE.stretch]
    texts += [entry.otherwise for entry in FILE.advice if entry.otherwise]
    texts += [rule.sentence for rule in load_model().rules]
    for text in texts:
        assert not re.search(phrase, text, re.IGNORECASE), text


@pytest.mark.parametrize(
    "claim",
    [
        "Stretching prevents cramps.",
        "Take magnesium at night.",
        "Quinine helps.",
        "Stop taking your medicine.",
        "Drink plenty.",
    ],
)
def test_the_forbidden_phrases_would_be_found(claim):
    assert any(re.search(phrase, claim, re.IGNORECASE) for phrase in FORBIDDEN)


def test_all_written_advice_is_free_of_braces_and_forbidden_phrases():
    for entry in every_advice():
        assert "{" not in entry.text
        assert "nan" not in entry.text.split()
        assert not any(re.search(phrase, entry.text, re.IGNORECASE) for phrase in FORBIDDEN)


def test_stretching_before_and_after_says_that_trials_do_not_support_it():
    for name in ("warm_up", "stretch_after"):
        entry = next(e for e in FILE.advice if e.id == name)
        assert "trials do not show" in entry.text
        assert entry.grade == "D"


def test_the_dehydration_caveat_comes_with_every_score():
    for person in VIGNETTES:
        given = advice_for(person["features"], context=person["context"])
        assert "largely theoretical" in step(given, "dehydration_is_theory").text


def test_every_step_has_a_grade_references_and_a_known_kind():
    rules = set(load_model().rule_ids) | {flag.id for flag in load_model().red_flags}
    for entry in every_advice():
        assert entry.grade in "ABCD"
        assert entry.references
        assert entry.kind in FILE.kinds
        assert all(
            reason in rules or reason in {"sweat_loss_pct", "body_mass_kg", "heat_days_14d"}
            for reason in entry.because
        )


# ---- red flags first


def test_red_flags_come_first_and_replace_what_could_pass_for_a_remedy():
    features = VIGNETTES[3]["features"]
    given = advice_for(features, context="marathon", red_flags=("RF1",), drinking=DRINKING)
    assert given[0].kind == "red_flag"
    assert given[0].because == ("RF1",)
    assert "See a doctor now" in given[0].text
    assert not {entry.kind for entry in given} & (STRETCHING | {"routine", "drinking", "shoes"})
    assert "circulation" in ids(given)


def test_a_flag_that_is_not_urgent_leaves_days():
    given = advice_for({"duration_min": 60}, red_flags=("RF7",))
    assert "in the next days" in given[0].text


def test_nobody_asked_is_said_first():
    given = advise(assess({"duration_min": 60}))
    assert given[0].id == "red_flags_unasked"
    assert "chest pain" in given[0].text
    assert "red_flags_unasked" not in ids(advice_for({"duration_min": 60}))


def test_people_outside_get_a_clinician_and_no_stretching():
    given = advice_for({"age_years": 15, "duration_min": 100, "wbgt_c": 30})
    assert {"outside", "heat", "limits"} <= set(ids(given))
    assert "under 18" in step(given, "outside").text
    assert not {entry.kind for entry in given} & (STRETCHING | {"routine", "drinking"})


# ---- heat and drinking hang on heat and sweat, never on points


@pytest.mark.parametrize(("wbgt", "warned"), [(27.9, False), (28.0, True), (35, True)])
def test_the_heat_warning_hangs_on_wbgt_from_28(wbgt, warned):
    assert ("heat" in ids(advice_for({"wbgt_c": wbgt}))) is warned


def test_the_heat_warning_does_not_hang_on_points():
    text = (models().joinpath("cramp.toml")).read_text(encoding="utf-8")
    from riskfit.rules.load import parse_model

    model = parse_model(text.replace("odds_ratio = 3.2", "odds_ratio = 1.0"), "x")
    found = assess({"wbgt_c": 30}, model, red_flags=())
    assert found.points("D2") == 0
    assert "heat" in ids(advise(found, {"wbgt_c": 30}, model=model))


@pytest.mark.parametrize(("loss", "warned"), [(2.0, False), (2.1, True)])
def test_the_drinking_warning_hangs_on_a_loss_above_two_per_cent(loss, warned):
    given = advice_for({"body_mass_loss_pct": loss})
    assert ("drinking_loss" in ids(given)) is warned


def test_a_weight_gain_is_a_hyponatraemia_caution_and_lowers_nothing():
    gain = {"body_mass_loss_pct": -1.0, "duration_min": 60}
    given = advice_for(gain)
    assert {"drinking_gain", "hyponatraemia_signs"} <= set(ids(given))
    even = assess(gain | {"body_mass_loss_pct": 0.0})
    assert assess(gain).score == even.score


def test_a_plan_is_given_with_its_amounts_and_thirst_first():
    given = advice_for({"duration_min": 100}, drinking=DRINKING)
    text = step(given, "drinking_plan").text
    assert text.startswith("Thirst first")
    assert "0.8 L an hour" in text
    assert "Never more" in text


def test_where_nothing_needs_planning_thirst_is_enough():
    given = advice_for({"duration_min": 30}, drinking=DRINKING | {"plan_l_h": 0.0})
    assert "drinking_no_plan" in ids(given)
    assert "drinking_plan" not in ids(given)


def test_no_amounts_are_invented_without_a_plan():
    given = advice_for({"body_mass_loss_pct": 3, "duration_min": 200})
    assert not {"drinking_plan", "sodium", "drinking_before"} & set(ids(given))


def test_amounts_before_and_after_are_those_of_the_drinking_plan():
    features = {"body_mass_loss_pct": 3.0, "duration_min": 200}
    drinking = DRINKING | {"before_l": (0.4, 0.56), "after_l": (2.0, 2.4)}
    given = advice_for(features, drinking=drinking, athlete=Athlete(mass_kg=80))
    assert "400 to 560 mL" in step(given, "drinking_before").text
    assert "2.0 to 2.4 L" in step(given, "drinking_after").text
    bare = advice_for(features, drinking=DRINKING, athlete=Athlete(mass_kg=80))
    assert "1.25 to 1.5 L for each kilogram" in step(bare, "drinking_after").text
    assert "drinking_before" not in ids(bare)


@pytest.mark.parametrize(
    "athlete",
    [
        Athlete(hypertension=True),
        Athlete(heart_disease=True),
        Athlete(chronic_conditions=("High blood pressure",)),
        Athlete(medications=(Medication(name="thiazide"),)),
    ],
    ids=["hypertension", "heart", "said", "water pill"],
)
def test_salt_is_left_to_the_clinician(athlete):
    features = {"body_mass_loss_pct": 3.0, "duration_min": 200}
    given = advice_for(features, drinking=DRINKING, athlete=athlete)
    assert "salt_limited" in ids(given)
    assert not {"sodium", "drinking_after", "pickle_juice"} & set(ids(given))


def test_those_who_overdrink_easily_get_no_schedule():
    drinking = DRINKING | {"thirst_alone": True, "thirst_because": ("male_sex", "body_mass_kg")}
    given = advice_for({"duration_min": 60}, drinking=drinking)
    assert "not by the clock" in step(given, "drinking_to_thirst").text
    assert step(given, "drinking_to_thirst").because == ("P3", "body_mass_kg")
    assert "drinking_to_thirst" not in ids(advice_for({"duration_min": 60}, drinking=DRINKING))


def test_indoors_a_fan_is_advised():
    found = assess({"wbgt_c": 24}, red_flags=())
    assert "heat_indoor" in ids(advise(found, conditions=Conditions(indoor=True)))
    assert "heat_indoor" not in ids(advise(found, conditions=Conditions(indoor=False)))
    assert "heat_indoor" not in ids(advise(found))


# ---- rules bring their advice

BROUGHT = {
    "O1": ({"duration_vs_longest_28d_ratio": 1.6}, "shorter"),
    "O2": ({"duration_min": 200}, "long_session"),
    "O3": ({"week_load_ratio": 1.8}, "swap"),
    "O4": ({"same_sport_sessions_28d": 0}, "first_times"),
    "O5": ({"early_pace_excess_fraction": 0.08}, "steady_start"),
    "O7": ({"descent_m_per_km": 25}, "downhill"),
    "F1": ({"training_72h_above_usual_h": 2}, "recover"),
    "F2": ({"form_tsb": -25}, "recover"),
    "F3": ({"late_fade_fraction": 0.1}, "faded"),
    "F4": ({"overtired": 1}, "recover"),
    "F5": ({"no_strength_training": 1}, "strength"),
    "F6": ({"underfuelled": 1}, "fuel"),
    "F7": ({"standing_sitting_h": 6}, "move"),
    "P1": ({"cramp_history": 2}, "deficiency"),
    "P6": ({"medication_response": 0.75}, "medicine"),
    "P7": ({"nerve_or_back_condition": 1}, "nerve_or_back"),
    "P8": ({"recent_injury": 1}, "injury"),
    "P9": ({"diabetes": 1}, "diabetes"),
    "P10": ({"flat_feet_or_unsuitable_shoes": 1}, "inserts"),
}


@pytest.mark.parametrize("rule", BROUGHT)
def test_a_rule_that_responds_brings_its_advice(rule):
    features, name = BROUGHT[rule]
    assert rule in step(advice_for(features), name).because
    # and none without it: the rule is merely typical then
    assert name not in ids(advice_for({"wbgt_c": 10}))


def test_a_medicine_nerve_disease_or_diabetes_says_stretching_may_not_be_enough():
    for features in ({"medication_response": 1}, {"diabetes": 1}, {"nerve_or_back_condition": 1}):
        text = step(advice_for(features), "address_the_cause").text
        assert "Stretching may not be enough" in text


def test_a_new_medicine_is_named_only_where_nothing_else_explains_it():
    calm = {"medication_response": 0.5, "duration_min": 40, "race_effort": 0, "wbgt_c": 10}
    assert "medicine_new" in ids(advice_for(calm))
    assert "medicine_new" not in ids(advice_for(calm | {"duration_min": 300, "race_effort": 1}))


def test_a_statin_brings_its_signs():
    athlete = Athlete(medications=(Medication(name="statin"),))
    assert "right away" in step(advice_for({"duration_min": 60}, athlete=athlete), "statin").text


def test_a_day_on_the_feet_brings_breaks_by_its_context():
    given = advice_for({"wbgt_c": 15}, context="standing_day")
    assert "30 to 60 minutes" in step(given, "move").text


# ---- stretching by sport and muscle


@pytest.mark.parametrize(
    ("sport", "context", "first"),
    [
        ("running", "training", "Calf"),
        ("cycling", "training", "Front of thigh"),
        ("running", "ultra", "Calf"),
        ("running", "sportive", "Front of thigh"),
        ("yodelling", "training", "Calf"),
        (None, "training", "Calf"),
        ("swimming", "training", "Calf"),
        ("training", "training", "Back of thigh"),
    ],
)
def test_stretches_are_those_of_the_sport_the_context_first(sport, context, first):
    given = advise(assess({"wbgt_c": 15}, context=context, red_flags=()), sport=sport)
    text = step(given, "stretch_now").text
    assert text.split("lets go. ")[1].startswith(first)


def test_an_acute_cramp_says_stretch_massage_then_warmth():
    given = advice_for({"duration_min": 60})
    acute = [entry.id for entry in given if entry.kind == "acute"]
    assert acute == ["stretch_now", "massage_now", "pickle_juice", "warmth"]
    assert "warmth" not in ids(advice_for({"wbgt_c": 30}))
    assert step(given, "stretch_after").amounts["hold_s"] == (15, 30)


def test_kinds_come_in_the_order_of_the_file():
    given = advice_for(VIGNETTES[3]["features"], context="marathon", drinking=DRINKING)
    kinds = list(FILE.kinds)
    order = [kinds.index(entry.kind) for entry in given]
    assert order == sorted(order)


def test_late_cramps_are_named_after_a_session_that_adds_something():
    assert "later_on" in ids(advice_for({"duration_min": 240, "race_effort": 1}))
    calm = advice_for(VIGNETTES[0]["features"])
    assert "later_on" not in ids(calm)


# ---- the file is read strictly


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('rules = ["O5"]', 'rules = ["O9"]', r"advice steady_start, key when\.rules: 'O9'"),
        ('[["wbgt_c", "at_least", 28]]', '[["wbgt", "at_least", 28]]', r"heat, key when\.features"),
        ('["wbgt_c", "at_least", 28]', '["wbgt_c", "exceeds", 28]', "exceeds"),
        ('kind = "heat"', 'kind = "warm"', "advice heat, key kind"),
        ('references = ["cooper2016"]', 'references = ["cooper"]', "key references: 'cooper'"),
        ("{wbgt_c} °C", "{wbgt} °C", "advice heat, key text: 'wbgt'"),
        ('id = "heat_new"', 'id = "heat"', "advice heat, key id: is there twice"),
        ("outside_too = true", "outside = true", "advice heat, key outside: is unknown"),
        ('when = { rules = ["F6"] }\n', "", "advice fuel, key when"),
        ('muscles = ["calf", "foot"]', 'muscles = ["ear"]', "sport walking, key muscles: 'ear'"),
        ('or_else = ["D1"]', 'or_else = ["D9"]', "kind drinking, key or_else: 'D9'"),
        ('["overuse", "fatigue"]', '["overuse", "age"]', "kind before, key explained_by: 'age'"),
        ('medicines = ["statin"]', 'medicines = ["tea"]', "statin, key when.medicines: 'tea'"),
    ],
)
def test_the_advice_file_is_refused_with_its_place(old, new, said):
    assert old in TEXT
    with pytest.raises(RuleError, match=said) as caught:
        parse_advice(TEXT.replace(old, new, 1), "mine.toml")
    assert str(caught.value).startswith("mine.toml")
