"""Plans of walks, hikes and days on one's feet run at speeds people walk; e-bikes apart."""

import json
from dataclasses import replace

import numpy as np
import pytest
from tools import command_line

from riskfit.activity import PlannedSession
from riskfit.athlete import Athlete, Conditions, History
from riskfit.features.plan.pace import timed
from riskfit.features.plan.table import planned_features, prepare
from riskfit.features.plan.targets import with_effort

NOBODY = Athlete(mass_kg=70.0)
RUNNER = Athlete(mass_kg=70.0, threshold_speed_m_s=4.5)


def features(plan, athlete=NOBODY):
    return planned_features(plan, athlete, Conditions(air_temperature_c=20.0), History())


def check(*words):
    said = command_line.run("check", *words, "--no-store", "--json")
    (entry,) = json.loads(said.stdout)["activities"]
    return entry


def walk(hours, sport="walking", **more):
    return PlannedSession(sport=sport, duration_s=3600.0 * hours, **more)


# ---- walks


def test_nine_hours_of_walking_are_walked_and_not_run():
    entry = check("--sport", "walking", "--duration", "9h")
    assert entry["features"]["speed_avg_km_h"]["value"] == pytest.approx(5.04, abs=0.01)
    assert entry["features"]["distance_km"]["value"] == pytest.approx(45.3, abs=0.1)
    assert any("as fast as people walk" in note for note in entry["notes"])


@pytest.mark.parametrize("sport", ["walking", "hiking", "snowshoeing", "mountaineering"])
def test_fast_runners_walk_no_faster(sport):
    assert features(walk(3, sport)).value("distance_km") == pytest.approx(
        features(walk(3, sport), RUNNER).value("distance_km")
    )


def test_words_of_intensity_are_paces_of_walking():
    speeds = [
        check("--sport", "walking", "--duration", "1h", "--intensity", word)["features"][
            "speed_avg_km_h"
        ]["value"]
        for word in ("recovery", "easy", "moderate", "hard")
    ]
    assert speeds == sorted(speeds)
    assert speeds[0] > 3.5
    assert speeds[1] == pytest.approx(5.04, rel=0.02)
    assert speeds[-1] < 8


def test_a_walk_told_by_speed_or_way_is_as_told():
    assert features(walk(2, speed_m_s=1.2)).value("distance_km") == pytest.approx(8.64)
    assert features(walk(2, distance_m=9000.0)).value("speed_avg_km_h") == pytest.approx(4.5)


# ---- hikes


@pytest.mark.parametrize(
    ("distance_km", "ascent_m"), [(10, 0), (12, 600), (20, 1000), (16, 1600), (30, 900)]
)
def test_hikes_without_a_time_last_about_as_long_as_naismiths_rule_says(distance_km, ascent_m):
    entry = check(*("--sport", "hiking", "--distance", str(distance_km), "--ascent", str(ascent_m)))
    hours = entry["features"]["duration_min"]["value"] / 60
    # Naismith 1892: 5 km/h, and an hour more for 600 m; nothing for the way down
    assert hours == pytest.approx(distance_km / 5 + ascent_m / 600, rel=0.3)
    assert any("Duration: not told" in note for note in entry["notes"])


def test_a_climb_makes_a_hike_longer_and_not_shorter():
    def hours(ascent_m):
        plan = PlannedSession(sport="hiking", duration_s=0.0, distance_m=15e3, ascent_m=ascent_m)
        return timed(plan, NOBODY, History()).duration_s / 3600

    found = [hours(ascent) for ascent in np.linspace(0.0, 2000.0, 21)]
    assert (np.diff(found) > 0).all()


@pytest.mark.parametrize(("sport", "ascent_m"), [("running", 300), ("hiking", 800), ("hiking", 50)])
def test_the_ascent_told_is_the_ascent_planned(sport, ascent_m):
    found = features(walk(2, sport, ascent_m=float(ascent_m)))
    assert found.value("ascent_m") == pytest.approx(ascent_m, rel=1e-6)
    assert found.value("descent_m") == pytest.approx(ascent_m, rel=1e-6)
    assert found.value("distance_km") < features(walk(2, sport)).value("distance_km")


@pytest.mark.parametrize("sport", ["running", "hiking"])
def test_an_easier_hilly_session_keeps_its_steepness(sport):
    plan = walk(3, sport, ascent_m=600.0)
    planning = prepare(plan, NOBODY, Conditions(), History())
    easier = with_effort(plan, planning.effort, 0.9)
    before, after = features(plan), features(easier)
    assert after.value("distance_km") == pytest.approx(0.9 * before.value("distance_km"), rel=1e-5)
    assert after.value("descent_m_per_km") == pytest.approx(
        before.value("descent_m_per_km"), rel=1e-5
    )


# ---- days


@pytest.mark.parametrize(
    ("words", "sport", "sub_sport"),
    [
        ("walking", "walking", None),
        ("standing", "standing", None),
        ("standing day", "standing", None),
        ("sitting", "sitting", None),
        ("office", "sitting", "indoor"),
        ("bootcamp", "hiit", "hiit"),
        ("Boot Camp", "hiit", "hiit"),
        ("crossfit", "hiit", "hiit"),
        ("circuit", "hiit", "hiit"),
        ("yoga", "training", "yoga"),
        ("strength", "training", "strength_training"),
    ],
)
def test_what_people_call_sports_and_days_is_understood(words, sport, sub_sport):
    said = command_line.run(
        *("check", "--sport", words, "--duration", "1h", "--no-store", "--json")
    )
    plan = json.loads(said.stdout)["plan"]
    assert (plan["sport"], plan["sub_sport"]) == (sport, sub_sport)


def test_a_day_on_ones_feet_is_little_load_and_little_sweat():
    standing, sitting = (features(walk(8, sport)) for sport in ("standing", "sitting"))
    walking = features(walk(8))
    for name in ("energy_kcal", "training_stress_score", "sweat_loss_l"):
        assert sitting.value(name) < standing.value(name) < walking.value(name), name
    # 3 METs for 70 kg
    assert standing.value("energy_kcal") == pytest.approx(
        3 * 3.5 * 70 * 20.9 / 60 * 8 * 3.6 / 4.184
    )


def test_what_is_done_on_a_mat_costs_less_than_general_training():
    yoga, general = (
        features(walk(1, "training", sub_sport=sub)).value("energy_kcal") for sub in ("yoga", None)
    )
    assert yoga == pytest.approx(general * 2.5 / 5.5, rel=0.1)


# ---- e-bikes


def test_an_e_bike_plan_goes_by_no_power_and_no_speed():
    weak, strong = (Athlete(mass_kg=70.0, ftp_w=ftp) for ftp in (150.0, 350.0))
    plan = walk(2, "e_biking", speed_m_s=7.0)
    assert features(plan, weak).value("energy_kcal") == features(plan, strong).value("energy_kcal")
    fast = replace(plan, speed_m_s=12.0)
    assert features(fast).value("energy_kcal") == features(plan).value("energy_kcal")
    assert features(plan).value("distance_km") == pytest.approx(50.4)
    # 5.9 METs
    assert features(plan).value("energy_kcal") == pytest.approx(
        5.9 * 3.5 * 70 * 20.9 / 60 * 2 * 3.6 / 4.184
    )


def test_power_told_for_an_e_bike_is_refused_with_what_to_do():
    said = command_line.run(
        *("check", "--sport", "e-bike", "--duration", "2h", "--power", "200", "--no-store"), code=2
    )
    assert "heart rate" in said.output
