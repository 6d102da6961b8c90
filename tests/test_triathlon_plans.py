"""A planned triathlon has legs, each planned in its sport, and one total."""

import json
from dataclasses import replace

import numpy as np
import pytest
from test_planned import START, history
from tools import command_line

from riskfit.activity import PlannedSegment, PlannedSession
from riskfit.athlete import Athlete, Conditions, History
from riskfit.features.plan.layout import Variants
from riskfit.features.plan.table import planned_features, planned_table, prepare
from riskfit.features.plan.targets import with_duration, with_effort
from riskfit.features.plan.triathlon import LegTold, legs_of

ATHLETE = Athlete(mass_kg=70.0, ftp_w=230.0, threshold_speed_m_s=3.6)
WARM = Conditions(air_temperature_c=26.0, relative_humidity_pct=50.0)
OLYMPIC, _ = legs_of(
    {
        "swimming": LegTold(distance_m=1500.0, duration_s=1800.0),
        "cycling": LegTold(distance_m=40_000.0, duration_s=4500.0),
        "running": LegTold(distance_m=10_000.0, duration_s=3000.0),
    }
)


def plan_of(segments=OLYMPIC):
    return PlannedSession(
        sport="multisport",
        duration_s=sum(one.duration_s for one in segments),
        segments=tuple(segments),
    )


def features(plan):
    return planned_features(plan, ATHLETE, WARM, History())


def check(*words):
    said = command_line.run("check", *words, "--no-store", "--json")
    (entry,) = json.loads(said.stdout)["activities"]
    return entry


def note(entry):
    return next(text for text in entry["notes"] if text.startswith("Legs: "))


# ---- what is told


@pytest.mark.parametrize(
    ("words", "km", "hours"),
    [
        (("--sport", "triathlon", "--distance", "sprint"), 25.75, 1.47),
        (("--sport", "triathlon", "--distance", "olympic"), 51.5, 2.93),
        (("--sport", "Triathlon", "--distance", "70.3"), 113.2, 5.97),
        (("--sport", "triathlon", "--distance", "half ironman"), 113.2, 5.97),
        (("--sport", "triathlon", "--distance", "full"), 226.3, 11.94),
        (("--sport", "ironman"), 226.3, 11.94),
        (("--sport", "triathlon", "--distance", "full", "--duration", "14h"), 226.3, 14.0),
    ],
)
def test_standard_races_are_known_by_their_names(words, km, hours):
    entry = check(*words)
    assert entry["features"]["distance_km"]["value"] == pytest.approx(km, abs=0.06)
    assert entry["features"]["duration_min"]["value"] / 60 == pytest.approx(hours, abs=0.02)
    assert ("not told" in note(entry)) == ("--duration" not in words)


def test_legs_that_are_told_are_taken_as_told():
    entry = check(
        *("--sport", "triathlon", "--swim", "1500m/30min", "--bike", "40km/1h15"),
        *("--run", "10km in 50min"),
    )
    assert entry["features"]["duration_min"]["value"] == pytest.approx(155)
    assert entry["features"]["distance_km"]["value"] == pytest.approx(51.5)
    assert "cycling 40.0 km in 1 h 15 min" in note(entry)
    assert "not told" not in note(entry)


def test_a_told_leg_goes_before_the_races_and_the_rest_shares_the_time():
    told = {"cycling": LegTold(duration_s=3600.0 * 7)}
    (swim, bike, run), all_told = legs_of(told, "full", total_s=3600.0 * 13)
    assert all_told
    assert bike.duration_s == 3600.0 * 7
    assert swim.duration_s + run.duration_s == pytest.approx(3600.0 * 6)
    assert swim.speed_m_s * swim.duration_s == pytest.approx(3862)


@pytest.mark.parametrize(("hours", "longest_run_km"), [(1, 4), (14, 51)])
def test_a_time_alone_is_shared_as_in_a_race_of_that_length(hours, longest_run_km):
    entry = check("--sport", "triathlon", "--duration", f"{hours}h")
    assert entry["features"]["duration_min"]["value"] == pytest.approx(60 * hours)
    sports = [leg["sport"] for leg in entry["legs"]]
    assert sports == ["swimming", "cycling", "running"]
    assert entry["legs"][-1]["end_s"] == pytest.approx(3600 * hours)
    run_s = entry["legs"][-1]["end_s"] - entry["legs"][-1]["start_s"]
    assert run_s / 3600 * 10 < longest_run_km
    assert "not told" in note(entry)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--sport", "triathlon"), "--distance sprint"),
        (("--sport", "triathlon", "--distance", "marathon"), "--distance sprint"),
        (("--sport", "triathlon", "--distance", "olympic", "--speed", "20"), "--bike"),
        (("--sport", "triathlon", "--distance", "olympic", "--intensity", "easy"), "--bike"),
        (("--sport", "running", "--duration", "1h", "--swim", "1km"), "--sport triathlon"),
        (("--sport", "triathlon", "--swim", "40"), "is no leg"),
        (
            ("--sport", "triathlon", "--distance", "full", "--bike", "7h", "--duration", "6h"),
            "longer than the whole",
        ),
    ],
)
def test_what_no_triathlon_can_be_made_of_is_refused_with_what_to_do(words, says):
    assert says in " ".join(
        command_line.run("check", *words, "--no-store", code=None).output.split()
    )


# ---- what it comes to


def test_energy_and_load_are_the_sums_of_the_legs():
    whole = features(plan_of())
    legs = [features(plan_of([one])) for one in OLYMPIC]
    assert whole.value("energy_kcal") == pytest.approx(
        sum(leg.value("energy_kcal") for leg in legs)
    )
    assert whole.value("duration_min") == pytest.approx(155)
    # a leg by itself costs what a session of its sport does
    ride = features(PlannedSession(sport="cycling", duration_s=4500.0, speed_m_s=40_000 / 4500))
    assert legs[1].value("energy_kcal") == pytest.approx(ride.value("energy_kcal"))


def test_the_swim_sweats_as_swimmers_do_and_not_as_the_air_says():
    hot = Conditions(air_temperature_c=38.0, relative_humidity_pct=60.0)
    for conditions in (WARM, hot):
        column = planned_features(plan_of(), ATHLETE, conditions, History()).columns["sweat_loss_l"]
        swim = float(column.values[29])
        # 0.31 L/h, less the lag of its beginning
        assert 0.10 < swim < 0.155
    warm, sweltering = (
        planned_features(plan_of(), ATHLETE, conditions, History()).value("sweat_loss_l")
        for conditions in (WARM, hot)
    )
    assert sweltering > 1.3 * warm


def test_heat_does_not_count_in_the_water():
    found = features(plan_of())
    ashore = features(plan_of(OLYMPIC[1:]))
    assert found["wbgt_c"].value == pytest.approx(ashore["wbgt_c"].value, abs=0.2)


def test_a_variant_in_a_table_is_the_plan_with_that_time():
    planning = prepare(plan_of(), ATHLETE, WARM, History())
    durations = np.array([7000.0, 9300.0, 12_000.0])
    table = planned_table(planning, Variants(duration_s=durations))
    for row, seconds in enumerate(durations):
        alone = features(with_duration(plan_of(), seconds))
        for name in ("sweat_loss_l", "energy_kcal", "training_stress_score", "distance_km"):
            assert table.columns[name].values[row, -1] == pytest.approx(
                alone.value(name), rel=1e-6
            ), name


def test_an_easier_triathlon_is_the_same_legs_at_less():
    planning = prepare(plan_of(), ATHLETE, WARM, History())
    easier = with_effort(plan_of(), planning.effort, 0.9)
    table = planned_table(planning, Variants(effort_factor=np.array([0.9])))
    found = features(easier)
    for name in ("energy_kcal", "training_stress_score", "sweat_loss_l", "distance_km"):
        assert table.columns[name].values[0, -1] == pytest.approx(found.value(name), rel=1e-6), name
    assert found.value("energy_kcal") < features(plan_of()).value("energy_kcal")


def test_a_sport_nobody_did_lately_counts_though_the_others_were_trained():
    brick = [
        PlannedSegment(duration_s=3600.0, sport="cycling", speed_m_s=8.0),
        PlannedSegment(duration_s=1800.0, sport="running", speed_m_s=3.0),
    ]
    plan = replace(plan_of(brick), start_time=START)
    found = planned_features(plan, ATHLETE, WARM, history(sport="cycling"))
    assert found.value("same_sport_sessions_28d") == 0
    ride = replace(plan_of(brick[:1]), start_time=START)
    rode = planned_features(ride, ATHLETE, WARM, history(sport="cycling"))
    assert rode.value("same_sport_sessions_28d") == 14
