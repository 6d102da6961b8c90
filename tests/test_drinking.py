"""Drinking and salt are decided once: whoever shows an amount shows the same one."""

import re
from dataclasses import replace

import numpy as np
import pytest

from riskfit.activity import PlannedSession
from riskfit.advice.drinking import plan_drinking, written
from riskfit.analysis import Analysis, conclude, sketch
from riskfit.athlete import Athlete, Conditions, Medication
from riskfit.features.compute import compute_features
from riskfit.features.results import Feature, FeatureSet
from riskfit.report.json.session import drinking_entry
from riskfit.report.page.fluids import fluid_view
from riskfit.rules.load import load_model

PLAN = PlannedSession(sport="running", duration_s=7200.0, intensity_fraction=0.7)
FEATURES = compute_features(PLAN, Athlete(), Conditions(air_temperature_c=20.0))
MEDICINES = ("thiazide", "Loop diuretics", "diuretic", "statin", "ibuprofen", "nsaid")
DISEASES = ("asthma", "High blood pressure", "heart disease", "Kidney-disease")


def known(value, share=None):
    if share is None:
        return Feature(value=value, source="made")
    return Feature(value=value, low=value * (1 - share), high=value * (1 + share), source="made")


def session(**values):
    """Return features of a session with these values, None where unknown."""
    changed = {
        name: Feature(missing_because="made") if value is None else known(value)
        for name, value in values.items()
    }
    return FeatureSet(features={**FEATURES.features, **changed})


def said_of(features, athlete):
    """Return all that is said of a session with these features."""
    found = sketch(PLAN, athlete, features, model=load_model(), context="training")
    return conclude(found, athlete, Conditions(), model=load_model())


def random_person(rng):
    """Return a person of whom anything may be known."""
    flag = (True, False, None)
    return Athlete(
        mass_kg=float(rng.uniform(40, 120)),
        sex=rng.choice(["male", "female"]) if rng.random() < 0.8 else None,
        hypertension=flag[rng.choice(3, p=[0.2, 0.4, 0.4])],
        heart_disease=flag[rng.choice(3, p=[0.1, 0.4, 0.5])],
        kidney_disease=flag[rng.choice(3, p=[0.1, 0.4, 0.5])],
        nsaid_use=flag[rng.choice(3)],
        medications=tuple(
            Medication(name=str(name)) for name in rng.choice(MEDICINES, rng.integers(0, 3))
        ),
        chronic_conditions=tuple(map(str, rng.choice(DISEASES, rng.integers(0, 2)))),
        red_flags=(),
    )


def random_analysis(rng):
    """Return what is said of a person's session of any sweat rate and length."""
    athlete = random_person(rng)
    hours, rate = float(rng.uniform(0.2, 14)), float(rng.uniform(0, 2.5))
    sweat, drunk = rate * hours, float(rng.uniform(0, 1.2)) * rate * hours
    sodium = known(0.9 * sweat, 0.4) if rng.random() < 0.9 else Feature(missing_because="made")
    features = session(
        duration_min=60 * hours,
        body_mass_kg=athlete.mass_kg,
        male_sex=None if athlete.sex is None else float(athlete.sex == "male"),
        sweat_loss_l=sweat,
        fluid_intake_l=drunk,
        body_mass_loss_pct=100 * (sweat - drunk) / athlete.mass_kg,
        sweat_loss_pct=100 * sweat / athlete.mass_kg,
        speed_avg_km_h=float(rng.uniform(2, 16)),
        wbgt_c=float(rng.uniform(5, 34)),
        plain_water_only=float(rng.random() < 0.5),
        kidney_disease=None if athlete.kidney_disease is None else float(athlete.kidney_disease),
    )
    changed = {"sweat_rate_l_h": known(rate, 0.3), "sodium_loss_g": sodium}
    features = FeatureSet(features={**features.features, **changed})
    return said_of(features, athlete), athlete


def amounts_in(text):
    """Return what a text says of amounts: (kind, number), a range once for each end."""
    number = r"(\d+(?:\.\d+)?)"
    for low, high in re.findall(rf"{number} to {number} mL(?!/)", text):
        yield from (("before", float(low) / 1000), ("before", float(high) / 1000))
    for low, high in re.findall(rf"{number} to {number} L\b", text):
        yield from (("after", float(low)), ("after", float(high)))
    for most in re.findall(rf"(?:up to|more than) {number} L an hour", text):
        yield "most", float(most)
    for sodium in re.findall(r"([\d,]+) mg of sodium an hour|^([\d,]+) mg \(", text):
        yield "sodium", float("".join(sodium).replace(",", ""))
    for end in re.findall(rf"{number} % below", text):
        yield "end", float(end)


def places(analysis: Analysis):
    """Return every text of one output that speaks of drinking, by where it stands."""
    for step in analysis.advice:
        yield f"advice {step.id}", step.text
    for name, text in fluid_view(analysis)["pairs"]:
        yield f"page {name}", text


SALT = re.compile(r"\bmg\b|salted|pickle|sodium lost", re.IGNORECASE)


def test_no_two_places_of_one_output_give_different_amounts_and_none_salt_where_it_is_limited():
    rng = np.random.default_rng(13)
    compared = limited = 0
    for _ in range(2000):
        analysis, athlete = random_analysis(rng)
        plan, document = analysis.drinking, drinking_entry(analysis.drinking)
        for name in ("before_l", "after_l"):
            ends = document[name]
            assert getattr(plan, name) == (ends and (ends["low"], ends["high"]))
        assert document["sodium_mg_h"] == plan.sodium_mg_h
        right = {
            "before": [round(100 * end) / 100 for end in plan.before_l or ()],
            "after": [round(end, 1) for end in plan.after_l or ()],
            "most": [round(plan.most_l_h, 1)],
            "sodium": [] if plan.sodium_mg_h is None else [round(plan.sodium_mg_h, -1)],
            "end": [round(plan.loss_pct_at_end, 1)],
        }
        for where, text in places(analysis):
            for kind, number in amounts_in(text):
                assert number in right[kind], (where, text, plan)
                compared += 1
            if plan.salt_limited:
                assert not SALT.search(f"{where} {text}"), (where, text, athlete)
        limited += plan.salt_limited
        assert plan.most_l_h <= plan.cap_l_h <= plan.sweat_rate_l_h + 1e-12
    assert compared > 5_000
    assert 300 < limited < 1700


@pytest.mark.parametrize(
    ("athlete", "limited"),
    [
        (Athlete(hypertension=True), True),
        (Athlete(chronic_conditions=("High blood pressure",)), True),
        (Athlete(chronic_conditions=("heart failure",)), True),
        (Athlete(medications=(Medication(name="Water pills"),)), True),
        (Athlete(medications=(Medication(name="statin"),)), False),
        (Athlete(nsaid_use=True), False),
    ],
)
def test_plan_and_advice_leave_the_same_people_to_a_clinician(athlete, limited):
    features = session(sweat_rate_l_h=1.2, duration_min=180.0, body_mass_loss_pct=3.0)
    said = said_of(features, replace(athlete, red_flags=()))
    assert said.drinking.salt_limited is limited
    assert ("salt_limited" in [step.id for step in said.advice]) is limited
    assert (said.drinking.before_l is None) is (said.drinking.after_l is None) is limited


@pytest.mark.parametrize(
    ("values", "athlete", "because"),
    [
        ({"duration_min": 300.0}, Athlete(), ("duration_min",)),
        ({"male_sex": 0.0, "body_mass_kg": 50.0}, Athlete(), ("male_sex", "body_mass_kg")),
        ({"duration_min": 130.0, "speed_avg_km_h": 8.0}, Athlete(), ("speed_avg_km_h",)),
        ({}, Athlete(nsaid_use=True), ("medication_response",)),
        ({}, Athlete(), ()),
    ],
)
def test_thirst_alone_is_for_those_who_overdrink_easily(values, athlete, because):
    usual = {"sweat_rate_l_h": 1.2, "duration_min": 60.0, "speed_avg_km_h": 12.0}
    plan = plan_drinking(session(**(usual | values)), athlete)
    assert plan.thirst_because == because
    assert plan.thirst_alone is (plan.every_15_min_l is None) is bool(because)


def test_what_is_missing_afterwards_is_the_least_of_plan_and_what_was_drunk():
    hot = {"sweat_rate_l_h": 1.5, "duration_min": 120.0, "body_mass_kg": 70.0}
    # the plan leaves 2 % of 70 kg; nothing drunk leaves 3 L, and drinking well 0.7 L
    for lost_pct, left_l in ((100 * 3 / 70, 1.4), (1.0, 0.7), (-1.0, 0.0), (None, 1.4)):
        plan = plan_drinking(session(**hot, body_mass_loss_pct=lost_pct), Athlete())
        assert plan.after_l == pytest.approx((1.25 * left_l, 1.5 * left_l))


def test_amounts_are_written_no_finer_than_they_are_known():
    features = session(sweat_rate_l_h=1.26, duration_min=180.0, body_mass_kg=71.0)
    plan = plan_drinking(replace(features, features=features.features), Athlete())
    texts = written({"before_l": plan.before_l, "sodium_mg_h": 1234.0, "plan_l_h": plan.plan_l_h})
    assert texts == {
        "before_low_ml": "360",
        "before_high_ml": "500",
        "sodium_mg_h": "1,230",
        "plan_l_h": "0.8",
    }
