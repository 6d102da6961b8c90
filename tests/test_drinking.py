"""Drinking and salt are decided once: whoever shows an amount shows the same one, or none."""

import re
from dataclasses import replace
from math import floor

import numpy as np
import pytest
from msgspec import structs
from rich.console import Console

from riskfit.activity import PlannedSession
from riskfit.advice.drinking import plan_drinking, written
from riskfit.analysis import Analysis, analyse, conclude, sketch
from riskfit.athlete import Athlete, Conditions, Medication, WeighedSession
from riskfit.errors import InputError
from riskfit.features.compute import compute_features
from riskfit.features.plan.table import Variants
from riskfit.features.results import Feature, FeatureSet
from riskfit.origin import Origin
from riskfit.report.json.session import activity_entry, drinking_entry
from riskfit.report.page.fluids import fluid_view
from riskfit.report.page.session import session_view
from riskfit.report.terminal.session import analysis_text
from riskfit.rules.load import load_model
from riskfit.whatif.baseline import case_of, score_variants
from riskfit.whatif.levers import levers
from riskfit.whatif.sweeps import sweep

PLAN = PlannedSession(sport="running", duration_s=7200.0, intensity_fraction=0.7)
FEATURES = compute_features(PLAN, Athlete(), Conditions(air_temperature_c=20.0))
MEDICINES = ("thiazide", "Loop diuretics", "diuretic", "statin", "ibuprofen", "nsaid", "laba")
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


def printed(analysis, full=False):
    """Return what the terminal shows."""
    console = Console(width=100)
    with console.capture() as capture:
        console.print(analysis_text(analysis, full=full))
    return capture.get()


def random_person(rng):
    """Return a person of whom anything may be known."""
    flag = (True, False, None)
    return Athlete(
        mass_kg=float(rng.uniform(40, 120)),
        sex=rng.choice(["male", "male", "female"]) if rng.random() < 0.8 else None,
        hypertension=flag[rng.choice(3, p=[0.2, 0.4, 0.4])],
        heart_disease=flag[rng.choice(3, p=[0.03, 0.47, 0.5])],
        kidney_disease=flag[rng.choice(3, p=[0.03, 0.47, 0.5])],
        nsaid_use=flag[rng.choice(3, p=[0.1, 0.4, 0.5])],
        medications=tuple(
            Medication(name=str(name))
            for name in rng.choice(MEDICINES, rng.integers(0, 3) if rng.random() < 0.3 else 0)
        ),
        chronic_conditions=tuple(map(str, rng.choice(DISEASES, int(rng.random() < 0.15)))),
        red_flags=(),
    )


def random_analysis(rng):
    """Return what is said of a person's session of any sweat rate and length."""
    athlete = random_person(rng)
    hours, rate = float(rng.choice([4, 30]) * rng.uniform(0.05, 1)), float(rng.uniform(0, 2.5))
    sweat, drunk = rate * hours, float(rng.uniform(0, 1.2)) * rate * hours
    scales = Origin.SCALES if rng.random() < 0.5 else None
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
        race_effort=float(rng.random() < 0.3),
        kidney_disease=None if athlete.kidney_disease is None else float(athlete.kidney_disease),
    )
    lost = structs.replace(features["body_mass_loss_pct"], origin=scales)
    changed = {
        "sweat_rate_l_h": known(rate, 0.3),
        "sodium_loss_g": sodium,
        "body_mass_loss_pct": lost,
    }
    features = FeatureSet(features={**features.features, **changed})
    return said_of(features, athlete), athlete


NUMBER = r"(\d+(?:\.\d+)?)"
AMOUNTS = (
    ("before", rf"{NUMBER} to {NUMBER} mL(?!/)", 0.001),
    ("after", rf"{NUMBER} to {NUMBER} L\b", 1),
    ("floor", rf"at least {NUMBER}", 1),
    ("ceiling", rf"(?:no more than|Held at) {NUMBER} L an hour", 1),
    ("sweat", rf"you sweat about {NUMBER}", 1),
    ("sodium", r"([\d,]+) mg (?:of sodium an hour|\()", 1),
    ("end", rf"{NUMBER} % (?:below|lighter even|lighter\.$)", 1),
)
VOLUME = re.compile(r"\d\s*(?:to \d+ )?(?:mL|L)\b", re.IGNORECASE)
SALT = re.compile(r"\bmg\b|salted|salty|pickle|sodium lost", re.IGNORECASE)


def amounts_in(text):
    """Return what a text says of amounts: (kind, number), a range once for each end."""
    for kind, pattern, scale in AMOUNTS:
        for found in re.findall(pattern, text):
            ends = found if isinstance(found, tuple) else (found,)
            yield from ((kind, float(end.replace(",", "")) * scale) for end in ends)


def written_right(plan, features):
    """Return the numbers that a text may hold, as they are written."""

    def rounded(number, digits=1):
        return [] if number is None else [round(number, digits)]

    loss = features["body_mass_loss_pct"].value
    return {
        "before": [round(100 * end) / 100 for end in plan.before_l or ()],
        "after": [round(end, 1) for end in plan.after_l or ()],
        "floor": rounded(plan.floor_l_h),
        "ceiling": [floor(10 * plan.ceiling_l_h + 1e-9) / 10] if plan.ceiling_l_h else [],
        "sweat": rounded(plan.sweat_rate_l_h),
        "sodium": rounded(plan.sodium_mg_h, -1),
        "end": rounded(plan.loss_pct_at_end) + rounded(loss),
    }


def places(analysis: Analysis):
    """Return every text of one output that speaks of drinking, by where it stands."""
    for step in analysis.advice:
        yield f"advice {step.id}", step.text
    view = fluid_view(analysis)
    yield "page sentence", view["sentence"] if analysis.drinking.fluid_limited_by else ""
    for name, text in view["pairs"]:
        if not text.endswith(", made"):  # what was measured is no advice
            yield f"page {name}", text
    for text in (*view["caps"], *analysis.drinking.caps):
        yield "caps", text


def check(analysis, athlete):
    """Hold everything that is said of one session against its plan; say how much was compared."""
    plan, features = analysis.drinking, analysis.features
    if plan is None:  # too hot for it: nothing invites to go on
        assert not any(list(amounts_in(step.text)) for step in analysis.advice)
        return 0
    document, right = drinking_entry(plan), written_right(plan, features)
    sweat, compared = features["sweat_rate_l_h"].value, 0
    for name in ("before_l", "after_l"):
        ends = document[name]
        assert getattr(plan, name) == (ends and (ends["low"], ends["high"]))
    assert document["plan_l_h"] == document["floor_l_h"] == plan.floor_l_h
    assert document["cap_l_h"] == document["most_l_h"] == document["ceiling_l_h"]
    for where, text in places(analysis):
        for kind, number in amounts_in(text):
            assert any(abs(number - one) < 1e-9 for one in right[kind]), (where, text, plan)
            compared += 1
            if kind in ("floor", "ceiling"):
                assert number <= sweat + 1e-9, (where, text)
        if plan.fluid_limited_by:
            assert not VOLUME.search(text), (where, text, athlete)
        if plan.salt_limited or plan.fluid_limited_by:
            assert not SALT.search(f"{where} {text}"), (where, text, athlete)
    for name in ("floor_l_h", "ceiling_l_h"):
        assert (getattr(plan, name) or 0) <= sweat + 1e-12
    if plan.floor_l_h is not None:
        assert plan.floor_l_h <= plan.ceiling_l_h
    if plan.fluid_limited_by:
        assert {
            name for name, value in document.items() if name.endswith(("_l_h", "_l")) and value
        } == set()
    ids = {step.id for step in analysis.advice}
    if features["wbgt_c"].value >= 25:
        assert "drinking_no_plan" not in ids
    assert (plan.gain and not analysis.warnings) is False
    return compared


def search(count):
    rng = np.random.default_rng(13)
    compared, seen = 0, set()
    for _ in range(count):
        analysis, athlete = random_analysis(rng)
        compared += check(analysis, athlete)
        seen |= {analysis.drinking.kind} if analysis.drinking else set()
    assert seen == {"nothing", "thirst", "plan", "ceiling", "limited"}
    return compared


def test_no_place_gives_an_amount_that_another_does_not_or_that_must_not_be_given():
    assert search(2000) > 2_500


@pytest.mark.slow
def test_no_place_of_a_hundred_thousand_gives_one():
    search(100_000)


@pytest.mark.parametrize(
    ("athlete", "salt", "fluid"),
    [
        (Athlete(hypertension=True), True, ()),
        (Athlete(chronic_conditions=("High blood pressure",)), True, ()),
        (Athlete(chronic_conditions=("heart failure",)), True, ("heart_disease",)),
        (Athlete(heart_disease=True), True, ("heart_disease",)),
        (Athlete(medications=(Medication(name="Water pills"),)), True, ("diuretic",)),
        (Athlete(medications=(Medication(name="statin"),)), False, ()),
        (Athlete(nsaid_use=True), False, ()),
    ],
)
def test_plan_and_advice_leave_the_same_people_to_a_doctor(athlete, salt, fluid):
    features = session(sweat_rate_l_h=1.2, duration_min=180.0, body_mass_loss_pct=3.0)
    said = said_of(features, replace(athlete, red_flags=()))
    ids = [step.id for step in said.advice]
    assert (said.drinking.salt_limited, said.drinking.fluid_limited_by) == (salt, fluid)
    assert ("salt_limited" in ids, "fluid_limited" in ids) == (salt, bool(fluid))
    assert (said.drinking.before_l is None) is salt
    assert (said.drinking.kind == "limited") is bool(fluid)
    assert {"drinking_loss", "drinking_plan", "drinking_ceiling"}.isdisjoint(ids) is bool(fluid)


def test_who_is_known_to_be_limited_is_told_so_without_a_sweat_rate():
    said = said_of(session(sweat_rate_l_h=None), Athlete(heart_disease=True, red_flags=()))
    assert said.drinking is None
    assert "fluid_limited" in [step.id for step in said.advice]


FAST = {"sweat_rate_l_h": 1.5, "speed_avg_km_h": 12.0, "body_mass_kg": 70.0, "wbgt_c": 15.0}


@pytest.mark.parametrize(
    ("minutes", "kind", "ceiling", "careful_kind", "careful_ceiling"),
    [
        (59, "nothing", None, "nothing", None),
        (90, "thirst", 0.6, "thirst", None),
        (180, "plan", 1.0, "thirst", 0.5),
        (300, "ceiling", 0.75, "ceiling", 0.5),
        (1440, "ceiling", 0.6, "ceiling", 0.5),
    ],
)
def test_length_decides_how_to_drink(minutes, kind, ceiling, careful_kind, careful_ceiling):
    plan = plan_drinking(session(**FAST, duration_min=minutes), Athlete())
    assert (plan.kind, plan.ceiling_l_h) == (kind, pytest.approx(ceiling))
    assert (plan.floor_l_h is None) is (kind != "plan")
    careful = plan_drinking(session(**FAST, duration_min=minutes, male_sex=0.0), Athlete())
    assert (careful.kind, careful.ceiling_l_h) == (careful_kind, pytest.approx(careful_ceiling))
    assert careful.floor_l_h is None


@pytest.mark.parametrize(
    ("values", "athlete", "because"),
    [
        ({"duration_min": 300.0}, Athlete(), ("duration_min",)),
        ({"male_sex": 0.0, "body_mass_kg": 50.0}, Athlete(), ("male_sex", "body_mass_kg")),
        ({"duration_min": 130.0, "speed_avg_km_h": 8.0}, Athlete(), ("speed_avg_km_h",)),
        ({}, Athlete(nsaid_use=True), ("medication_response",)),
        # nobody knows what it is: it may be a water tablet, or a weak heart
        ({}, Athlete(medications=(Medication(name="zorblax"),)), ("medication_response",)),
        ({}, Athlete(chronic_conditions=("zorblitis",)), ("chronic_conditions_count",)),
        ({}, Athlete(), ()),
    ],
)
def test_thirst_alone_is_for_those_who_overdrink_easily(values, athlete, because):
    plan = plan_drinking(session(**(FAST | {"duration_min": 150.0} | values)), athlete)
    assert plan.thirst_because == because
    assert plan.thirst_alone is (plan.every_15_min_l is None) is bool(because)


@pytest.mark.parametrize("careful", [False, True])
def test_no_number_of_a_plan_jumps_with_length_or_sweat(careful):
    person = FAST | ({"male_sex": 0.0} if careful else {})

    def numbers(minutes, rate):
        plan = plan_drinking(
            session(**person | {"sweat_rate_l_h": rate}, duration_min=minutes), Athlete()
        )
        return plan.floor_l_h, plan.ceiling_l_h

    walks = (
        [(minutes, 1.5) for minutes in np.arange(30.0, 900.0, 1.0)],
        [(200.0, rate) for rate in np.arange(0.1, 2.5, 0.005)],
    )
    for walk in walks:
        before = numbers(*walk[0])
        for place in walk[1:]:
            now = numbers(*place)
            for old, new in zip(before, now, strict=True):
                assert None in (old, new) or abs(new - old) < 0.02, place
            before = now


def test_after_a_session_only_the_scales_give_a_volume_and_only_to_four_hours():
    lost = {"body_mass_kg": 70.0, "sweat_rate_l_h": 1.2, "body_mass_loss_pct": 3.0}
    for minutes, origin, given in (
        (200.0, Origin.SCALES, "drinking_after"),
        (200.0, None, "drinking_after_estimate"),
        (300.0, Origin.SCALES, "drinking_after_long"),
        (300.0, None, "drinking_after_long"),
    ):
        made = session(**lost, duration_min=minutes)
        weighed = structs.replace(made["body_mass_loss_pct"], origin=origin)
        features = FeatureSet(features={**made.features, "body_mass_loss_pct": weighed})
        said = said_of(features, Athlete(red_flags=()))
        after = [step.id for step in said.advice if step.id.startswith("drinking_after")]
        assert after == [given]
        if given == "drinking_after":
            assert said.drinking.after_l == pytest.approx((1.25 * 2.1, 1.5 * 2.1))
        else:
            assert said.drinking.after_l is None


def test_the_scales_beat_every_estimate_of_that_session():
    weighed = Conditions(
        air_temperature_c=30.0, fluid_l_h=2.0, weigh_in=WeighedSession(sweat_l=2.6, intake_l=0.4)
    )
    features = compute_features(PLAN, Athlete(mass_kg=70.0, sweat_factor=1.4), weighed)
    assert features.value("sweat_loss_l") == pytest.approx(2.6)
    assert features.value("fluid_intake_l") == pytest.approx(0.4)
    assert features["body_mass_loss_pct"].origin is Origin.SCALES
    said = plan_drinking(features, Athlete())
    assert said.after_l == pytest.approx((1.25 * 2.2, 1.5 * 2.2))


@pytest.mark.parametrize(
    ("loss_pct", "minutes", "warned"),
    [(-0.1, 30, True), (0.0, 100, False), (0.0, 120, True), (0.04, 300, True), (0.5, 300, False)],
)
def test_a_gain_is_warned_of_at_the_top(loss_pct, minutes, warned):
    features = session(body_mass_loss_pct=loss_pct, duration_min=float(minutes))
    said = said_of(features, Athlete(red_flags=()))
    assert bool(said.warnings) is warned
    before_score = printed(said).partition("Cramp risk")[0]
    assert ("at least as much as you sweat" in before_score) is warned
    assert activity_entry(said)["warnings"] == list(said.warnings)


def test_a_light_woman_who_drinks_what_she_sweats_for_five_hours_is_warned():
    plan = PlannedSession(sport="running", duration_s=5 * 3600.0, intensity_fraction=0.65)
    athlete = Athlete(mass_kg=50.0, sex="female", red_flags=())
    sweat = compute_features(plan, athlete, Conditions(air_temperature_c=22.0))["sweat_rate_l_h"]
    told = Conditions(air_temperature_c=22.0, fluid_l_h=sweat.value)
    assert "drinking_gain" in [step.id for step in analyse(plan, athlete, told).advice]


def test_after_161_km_there_are_no_litres():
    plan = PlannedSession(
        sport="running", duration_s=24 * 3600.0, distance_m=161e3, intensity_fraction=0.5
    )
    said = analyse(plan, Athlete(mass_kg=70.0, red_flags=()), context="trail_100_miles")
    after = [step for step in said.advice if step.id.startswith("drinking_after")]
    assert [step.id for step in after] == ["drinking_after_long"]
    assert said.drinking.floor_l_h is said.drinking.after_l is None


@pytest.mark.parametrize("mass_kg", [50.0, 70.0, 100.0])
@pytest.mark.parametrize("hours", [6.0, 12.0, 24.0, 30.0])
def test_thirst_holds_the_loss_of_a_very_long_easy_session(mass_kg, hours):
    plan = PlannedSession(sport="running", duration_s=hours * 3600.0, intensity_fraction=0.65)
    found = compute_features(plan, Athlete(mass_kg=mass_kg), Conditions(air_temperature_c=12.0))
    loss, drunk = found["body_mass_loss_pct"], found["fluid_intake_l"]
    assert loss.value <= 5.0  # as 68.8 kg over 161 km, 1.9 to 5.0 %
    assert 0 < loss.low < loss.value < loss.high < 9.0
    assert drunk.value <= max(0.6 * hours, 0.5 * found["sweat_loss_l"].value) + 1e-9


@pytest.mark.skipif(
    load_model().by_id["D1"].feature == "body_mass_loss_pct",
    reason="the card of 1.0 counts drinking beyond thirst",
)
@pytest.mark.parametrize("hours", [1.5, 3, 6, 12])
@pytest.mark.parametrize("sodium", [None, 0.0, 700.0])
def test_drinking_more_than_thirst_asks_for_never_lowers_the_score(hours, sodium):
    plan = PlannedSession(sport="cycling", duration_s=hours * 3600.0, intensity_fraction=0.7)
    athlete = Athlete(mass_kg=70.0, sex="male", red_flags=())
    around = Conditions(air_temperature_c=33.0, drink_sodium_mg_l=sodium)
    usual = compute_features(plan, athlete, around)
    sweat = usual["sweat_rate_l_h"].value
    by_thirst = usual["fluid_intake_l"].value / hours / sweat
    shares = by_thirst * np.concatenate([np.linspace(0, 1, 51), [1.2, 1.6, 2.0, 2.6, 4.0]])
    case = case_of(plan, athlete, replace(around, fluid_l_h=0.5 * sweat))
    score = score_variants(case, Variants(fluid_l_h=sweat * shares)).scores.score
    thirst = analyse(plan, athlete, around).assessment
    assert (np.diff(score) <= 1e-9).all()
    assert (score[-6:] >= score[50] - 1e-9).all()
    assert np.abs(np.diff(score[:51])).max() < 1.0
    if sodium is None:
        assert score[-1] >= thirst.score - 1e-9


def test_drinking_counts_up_to_what_thirst_replaces():
    names = ("body_mass_loss_for_length_pct", "sodium_deficit_g", "plain_water_only")
    around = Conditions(air_temperature_c=33.0)
    thirst = compute_features(PLAN, Athlete(), around)
    for share in (0.5, 0.7, 1.0, 1.5):
        told = replace(around, fluid_l_h=share * thirst.value("sweat_rate_l_h"))
        more = compute_features(PLAN, Athlete(), told)
        for name in names:
            assert more.value(name) == pytest.approx(thirst.value(name)), (share, name)


def test_the_loss_is_as_uncertain_as_the_sweat_when_drinking_is_told():
    told = compute_features(PLAN, Athlete(), Conditions(air_temperature_c=30.0, fluid_l_h=0.5))
    sweat, loss = told["sweat_loss_l"], told["body_mass_loss_pct"]
    mass_kg = told.value("body_mass_kg")
    assert loss.high - loss.low == pytest.approx(100 * (sweat.high - sweat.low) / mass_kg)


def test_a_drink_at_hand_is_drunk_more_of():
    usual, near = (
        compute_features(PLAN, Athlete(), Conditions(drink_at_hand=at_hand))
        for at_hand in (None, True)
    )
    for features, share in ((usual, 0.5), (near, 0.6)):
        assert features.value("fluid_intake_l") == pytest.approx(
            share * features.value("sweat_loss_l")
        )


@pytest.mark.parametrize(
    ("athlete", "volumes"),
    [
        (Athlete(heart_disease=True, red_flags=()), False),
        (Athlete(hypertension=True, red_flags=()), True),
    ],
)
def test_terminal_and_page_show_no_amount_that_is_for_a_doctor_to_say(athlete, volumes):
    plan = PlannedSession(sport="cycling", duration_s=3 * 3600.0, intensity_fraction=0.75)
    said = analyse(plan, athlete, Conditions(air_temperature_c=24.0, wind_m_s=3.0))
    view = session_view(said, load_model())
    rows = [line["text"] for group in view["features"] for line in group["lines"]]
    lines = [line["value_text"] for group in view["ledger"] for line in group["lines"]]
    sentences = [line["sentence"] for group in view["ledger"] for line in group["lines"]]
    assert bool(re.search(r"\d L(/h)?\b", "; ".join(rows))) is volumes
    assert bool(re.search(r"\d\s+L(/h)?\b", printed(said, full=True))) is volumes
    assert not re.search(r"\d g\b", "; ".join((*rows, *lines)))
    assert not re.search(r"\d g (more )?sodium", "; ".join(sentences))
    cells = {row["cells"][-1] for row in view["table"]["rows"]}
    assert (cells == {"–"}) is not volumes


@pytest.mark.parametrize("kind", ["sweep", "lever"])
def test_no_what_if_gives_drinking_to_those_who_leave_it_to_a_doctor(kind):
    plan = PlannedSession(sport="cycling", duration_s=3 * 3600.0, intensity_fraction=0.7)
    told = Conditions(air_temperature_c=33.0, fluid_l_h=0.0)
    for athlete, limited in ((Athlete(heart_disease=True), True), (Athlete(mass_kg=75.0), False)):
        case = case_of(plan, athlete, told)
        if kind == "lever":
            offered = levers(case, score_variants(case))[0]
            assert ("drink" in offered) is not limited
        elif limited:
            with pytest.raises(InputError, match="doctor"):
                sweep(case, "fluid", np.array([0.0, 0.5]))
        else:
            most = plan_drinking(compute_features(plan, athlete, told), athlete).ceiling_l_h
            values = sweep(case, "fluid", np.linspace(0, 3, 31)).values
            assert values[-1] == pytest.approx(most)


def test_amounts_are_written_no_finer_than_they_are_known():
    texts = written(
        {"before_l": (0.355, 0.497), "sodium_mg_h": 1234.0, "floor_l_h": 0.46, "ceiling_l_h": 0.69}
    )
    assert texts == {
        "before_low_ml": "360",
        "before_high_ml": "500",
        "sodium_mg_h": "1,230",
        "floor_l_h": "0.5",
        "ceiling_l_h": "0.6",
    }
    assert "floor_l_h" not in written({"floor_l_h": 0.66, "ceiling_l_h": 0.69})
