"""Advice: what causes it, what it may never say, and what comes first."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from riskfit.advice.steps import Advice, advise
from riskfit.advice.texts import load_advice, parse_advice
from riskfit.athlete import Athlete, Conditions, Medication
from riskfit.errors import RuleError
from riskfit.features.results import Feature
from riskfit.origin import Origin
from riskfit.report.said.session import because
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
    "kind": "plan",
    "floor_l_h": 0.5,
    "ceiling_l_h": 0.8,
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
            for drinking in (None, DRINKING, DRINKING | {"kind": "ceiling"}):
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


def test_a_red_flag_comes_first_and_replaces_what_could_pass_for_a_remedy():
    features = VIGNETTES[3]["features"]
    given = advice_for(features, context="marathon", red_flags=("RF7",), drinking=DRINKING)
    assert given[0].kind == "red_flag"
    assert given[0].because == ("RF7",)
    assert "in the next days" in given[0].text
    assert not {entry.kind for entry in given} & (STRETCHING | {"routine", "drinking", "shoes"})


URGENT = [flag for flag in load_model().red_flags if flag.urgent]


@pytest.mark.parametrize("flag", URGENT, ids=lambda flag: flag.id)
def test_an_urgent_red_flag_stands_alone(flag):
    athlete = Athlete(
        hypertension=True,
        chronic_conditions=("heart failure", "sickle cell trait"),
        medications=(Medication(name="statin"), Medication(name="metoprolol")),
        red_flags=(flag.id,),
    )
    found = assess(VIGNETTES[3]["features"], context="marathon", athlete=athlete)
    assert found.score is found.chance is found.odds_vs_typical is None
    assert found.contributions == found.not_assessed == ()
    assert "doctor" in found.unscored_because
    given = advise(found, VIGNETTES[3]["features"], athlete=athlete, drinking=DRINKING)
    assert given[0].stops
    assert flag.means in given[0].text
    assert ("Call your emergency number now" in given[0].text) is flag.emergency
    beside = {"red_flag", "emergency", "heat_emergency"}
    assert {entry.id for entry in given} <= beside | (
        {"circulation"} if flag.id == "RF1" else set()
    )


def test_the_emergency_number_is_for_what_cannot_wait():
    emergencies = {flag.id for flag in URGENT if flag.emergency}
    assert {"RF3", "RF8"} <= emergencies


def test_the_most_urgent_of_several_warning_signs_comes_first():
    given = advice_for({"duration_min": 60}, red_flags=("RF7", "RF6", "RF3"))
    assert [entry.because for entry in given if entry.stops] == [("RF3",), ("RF6",), ("RF7",)]
    given = advice_for({"duration_min": 60}, red_flags=("RF7", "RF5"))
    assert [entry.because for entry in given if entry.stops] == [("RF5",), ("RF7",)]


def test_nobody_asked_is_said_first():
    given = advise(assess({"duration_min": 60}))
    assert given[0].id == "red_flags_unasked"
    assert "chest pain" in given[0].text
    assert "red_flags_unasked" not in ids(advice_for({"duration_min": 60}))


def test_people_outside_get_a_clinician_and_no_stretching():
    given = advice_for({"age_years": 15, "duration_min": 100, "wbgt_c": 30})
    assert {"outside", "heat_outside", "limits"} <= set(ids(given))
    assert "under 18" in step(given, "outside").text
    assert not {entry.kind for entry in given} & (STRETCHING | {"routine", "drinking"})


# ---- heat and drinking hang on heat and sweat, never on points


def heat_texts(features, **rest):
    return [name for name in ids(advice_for(features, **rest)) if name in HEAT]


HEAT = ("heat_22", "heat_25", "heat", "heat_30", "heat_32", "heat_outside", "heat_limited")
RACE = {"conditions": Conditions(race=True)}


@pytest.mark.parametrize(
    ("wbgt", "days", "race", "said"),
    [
        (22.2, 0, True, []),
        (22.3, 0, True, ["heat_22"]),
        (22.3, 0, False, []),
        (25.6, 0, False, []),
        (25.7, 0, False, ["heat_25"]),
        (25.7, None, False, ["heat_25"]),
        (25.7, 6, False, []),
        (25.7, 6, True, ["heat_25"]),
        (27.8, 6, True, ["heat_25"]),
        (27.9, 6, False, ["heat"]),
        (30.0, 0, True, ["heat"]),
        (30.1, 6, False, ["heat_30"]),
        (32.2, 0, False, ["heat_30"]),
        (32.3, 14, False, ["heat_32"]),
        (42.0, 0, True, ["heat_32"]),
        ((20, 24, 32.3), 14, False, ["heat_32"]),  # the upper end of a range
        ((15, 20, 22.4), 14, True, ["heat_22"]),
    ],
)
def test_heat_has_one_text_by_its_level(wbgt, days, race, said):
    features = {"wbgt_c": wbgt, "heat_days_14d": days}
    assert heat_texts(features, **(RACE if race else {})) == said


def test_a_shift_on_ones_feet_is_no_ultra():
    shift = {"duration_min": 720, "longest_session_ratio": 2.0}
    said = ("drinking_loss_long", "drinking_after_long")
    assert set(said) <= set(ids(advice_for(shift, context="ultra")))
    at_work = ids(advice_for(shift, context="standing_day"))
    assert "move" in at_work
    assert not {*said, "shorter"} & set(at_work)  # who eats and works all day need not end lighter


@pytest.mark.parametrize(
    ("person", "text"),
    [
        (Athlete(pregnant=True), "heat_outside"),
        (Athlete(heart_disease=True), "heat_limited"),
        (Athlete(medications=(Medication(name="lithium"),)), "heat_limited"),
    ],
)
def test_who_bears_heat_badly_hears_no_leave_to_go_on_in_it(person, text):
    for wbgt in (27.9, 31.0):
        given = advice_for({"wbgt_c": wbgt, "heat_days_14d": 14}, athlete=person)
        assert [name for name in ids(given) if name in HEAT] == [text]
        assert "used to it" not in step(given, text).text.lower()
    assert heat_texts({"wbgt_c": 27.8, "heat_days_14d": 14}, athlete=person) == []
    assert heat_texts({"wbgt_c": 32.3, "heat_days_14d": 14}, athlete=person) == ["heat_32"]


def test_a_hard_hour_in_the_heat_is_warned_of_like_a_race():
    hard = {"wbgt_c": 23, "effort_fraction": 0.95, "duration_min": 60}
    assert heat_texts(hard) == ["heat_22"]
    assert heat_texts(hard | {"duration_min": 59}) == []
    assert heat_texts(hard | {"effort_fraction": 0.85}) == []
    assert heat_texts({"wbgt_c": 23, "duration_min": 240}, context="marathon") == ["heat_22"]


def test_a_range_of_heat_is_written_as_one():
    text = step(advice_for({"wbgt_c": (24.6, 28.1, 30.5)}), "heat_30").text
    assert "24.6 to 30.5 °C" in text


@pytest.mark.parametrize(
    ("features", "race", "alone"),
    [
        ({"wbgt_c": 42}, False, True),
        ({"wbgt_c": 32.3, "heat_days_14d": 14}, False, True),
        ({"wbgt_c": 32.2, "heat_days_14d": 14}, False, False),
        ({"wbgt_c": 30.1, "heat_days_14d": 2}, False, True),
        ({"wbgt_c": 30.0, "heat_days_14d": 2}, False, False),
        ({"wbgt_c": 27.9}, True, True),
        ({"wbgt_c": 27.8}, True, False),
    ],
)
def test_where_it_is_too_hot_nothing_invites_to_go_on(features, race, alone):
    plan = DRINKING | {"kind": "thirst", "thirst_enough": True}
    given = advice_for(features | {"underfuelled": 1}, drinking=plan, **(RACE if race else {}))
    kinds = {entry.kind for entry in given}
    inviting = STRETCHING | {"routine", "drinking", "shoes"}
    assert bool(kinds & inviting) is not alone
    assert not {"heat_new", "heat_indoor"} & set(ids(given)) or not alone
    assert "drinking_no_plan" not in ids(given)  # never beside a text of heat


def test_thirst_is_enough_only_where_no_heat_is_warned_of():
    plan = DRINKING | {"kind": "thirst", "thirst_enough": True}
    assert "drinking_no_plan" in ids(advice_for({"wbgt_c": 20}, drinking=plan))
    assert "drinking_no_plan" not in ids(advice_for({"wbgt_c": 26}, drinking=plan))


def test_signs_of_heat_illness_are_named_from_25():
    assert {"heat_emergency", "heat_stop"} <= set(ids(advice_for({"wbgt_c": 25})))
    assert not {"heat_emergency", "heat_stop"} & set(ids(advice_for({"wbgt_c": 24.9})))
    ill = advice_for({"wbgt_c": 25}, red_flags=("RF3",))
    assert "heat_emergency" in ids(ill)
    assert "heat_stop" not in ids(ill)


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


def test_a_plan_says_floors_as_floors_ceilings_as_ceilings_and_thirst_first():
    text = step(advice_for({"duration_min": 180}, drinking=DRINKING), "drinking_plan").text
    assert text.startswith("Thirst first")
    assert "at least 0.5 and no more than 0.8 L an hour" in text
    held = DRINKING | {"floor_l_h": 0.8}
    text = step(advice_for({"duration_min": 180}, drinking=held), "drinking_plan").text
    assert "no more than 0.8 L an hour" in text
    assert "at least" not in text


def test_where_nothing_needs_planning_thirst_is_enough():
    enough = {"kind": "thirst", "thirst_enough": True}
    given = advice_for({"duration_min": 90}, drinking=DRINKING | enough)
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
    assert "drinking_after_estimate" in ids(bare)
    assert not {"drinking_before", "drinking_after"} & set(ids(bare))


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
    drinking = DRINKING | {
        "kind": "thirst",
        "thirst_alone": True,
        "thirst_because": ("male_sex", "body_mass_kg"),
    }
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
    new, old = date(2026, 6, 1), date(2020, 6, 1)

    def said(features, started, day=date(2026, 7, 1)):
        medicines = (Medication(name="donepezil", started=started),)
        return ids(advice_for(features, athlete=Athlete(medications=medicines), day=day))

    assert "medicine_new" in said(calm, new)
    assert "medicine_new" not in said(calm, old)
    assert "medicine_new" not in said(calm, None)
    assert "medicine_new" not in said(calm, new, day=None)
    assert "medicine_new" not in said(calm | {"duration_min": 300, "race_effort": 1}, new)


@pytest.mark.parametrize(
    ("athlete", "name"),
    [
        (Athlete(sickle_cell_trait=True), "sickle_trait"),
        (Athlete(chronic_conditions=("sickle cell trait",)), "sickle_trait"),
        (Athlete(past_event=True), "past_event"),
        (Athlete(chronic_conditions=("heat stroke in 2019",)), "past_event"),
        (Athlete(chronic_conditions=("hyponatremia",)), "past_event"),
        (Athlete(poor_circulation=True), "poor_circulation"),
        (Athlete(chronic_conditions=("PAD",)), "poor_circulation"),
        (Athlete(medications=(Medication(name="Concor 5 mg"),)), "beta_blocker"),
        (Athlete(nsaid_use=True), "painkillers"),
        (Athlete(medications=(Medication(name="Ibuprofen"),)), "painkillers"),
        (Athlete(medications=(Medication(name="Lasix"),)), "water_pill"),
    ],
)
def test_what_a_person_has_or_takes_brings_its_text(athlete, name):
    features = {"duration_min": 150}
    assert name in ids(advice_for(features, athlete=athlete))
    assert name not in ids(advice_for(features, athlete=Athlete()))


def test_painkillers_are_a_matter_of_long_efforts_and_races():
    athlete = Athlete(nsaid_use=True)
    assert "painkillers" not in ids(advice_for({"duration_min": 60}, athlete=athlete))
    race = {"duration_min": 60, "race_effort": 1}
    assert "painkillers" in ids(advice_for(race, athlete=athlete))


def test_poor_blood_flow_is_not_stretched_massaged_or_warmed():
    athlete = Athlete(poor_circulation=True)
    given = ids(advice_for({"duration_min": 60}, athlete=athlete))
    assert not {"stretch_now", "massage_now", "warmth", "stretch_after"} & set(given)


def test_in_the_water_safety_comes_before_stretching():
    given = advise(assess({"duration_min": 60}, red_flags=()), sport="swimming")
    acute = [entry.id for entry in given if entry.kind == "acute"]
    assert acute[:2] == ["swim_cramp", "stretch_now"]
    assert "float" in step(given, "swim_cramp").text
    assert "swim_cramp" not in ids(advise(assess({"duration_min": 60}), sport="running"))


def test_it_is_always_said_that_other_things_feel_like_a_cramp():
    assert {"limits", "limits_2"} <= set(ids(advice_for({"wbgt_c": 10})))


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
        ('[["wbgt_c", "at_least", 23], [', '[["wbgt", "at_least", 23], [', r"key when\.features"),
        ('["wbgt_c", "at_least", 28]', '["wbgt_c", "exceeds", 28]', "exceeds"),
        ('kind = "heat"', 'kind = "warm"', "advice heat_32, key kind"),
        ('references = ["cooper2016"]', 'references = ["cooper"]', "key references: 'cooper'"),
        ("{wbgt_c} °C", "{wbgt} °C", "advice heat_32, key text: 'wbgt'"),
        ('id = "heat_new"', 'id = "heat"', "advice heat, key id: is there twice"),
        ("outside_too = true", "outside = true", "advice heat_32, key outside: is unknown"),
        ('when = { rules = ["F6"] }\n', "", "advice fuel, key when"),
        ('muscles = ["calf", "foot"]', 'muscles = ["ear"]', "sport walking, key muscles: 'ear'"),
        ('or_else = ["D1"]', 'or_else = ["D9"]', "kind drinking, key or_else: 'D9'"),
        ('["overuse", "fatigue"]', '["overuse", "age"]', "kind before, key explained_by: 'age'"),
        ('conditions = ["poor_circulation"]', 'conditions = ["pad"]', r"when\.conditions: 'pad'"),
        ('states = ["race", ', 'states = ["fun", ', "advice heat_22"),
        ('medicines = ["statin"]', 'medicines = ["tea"]', "statin, key when.medicines: 'tea'"),
    ],
)
def test_the_advice_file_is_refused_with_its_place(old, new, said):
    assert old in TEXT
    with pytest.raises(RuleError, match=said) as caught:
        parse_advice(TEXT.replace(old, new, 1), "mine.toml")
    assert str(caught.value).startswith("mine.toml")


def test_what_july_may_be_calls_nothing_off():
    """Heat that nobody measured and the calendar alone tells warns by its middle."""

    def told(origin):
        wbgt = Feature(value=24.0, low=15.5, high=33.0, unit="°C", origin=origin)
        return ids(advice_for({"wbgt_c": wbgt, "duration_min": 60.0}))

    assert "heat_32" in told(Origin.WEATHER)
    assert "heat_32" not in told(Origin.CLIMATE)


def test_what_asked_for_a_step_is_named_in_words():
    asked = Advice(
        id="sodium", kind="drinking", text="", grade="C", because=("O2", "sweat_loss_pct")
    )
    assert because(asked) == "O2, sweat loss"
