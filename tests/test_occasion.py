"""Advice fits the occasion: training or a race, weeks ahead, near, or held already."""

import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from click.testing import CliRunner

import riskfit
from riskfit.advice.occasion import days_ahead, occasion_of
from riskfit.athlete import Conditions, History
from riskfit.cli import main
from riskfit.whatif.baseline import case_of
from riskfit.whatif.changes import smallest_changes

DAY = 86400.0
TODAY = date(2026, 5, 1)
MODEL = riskfit.load_model()
#: What asks for a shorter race, another session instead of it, or a slow beginning of training.
BUILDING = {"shorter", "swap", "first_times", "balance"}
STRAINED = {
    "duration_min": 240.0,
    "duration_vs_longest_28d_ratio": 3.0,
    "week_load_ratio": 2.5,
    "training_72h_above_usual_h": 6.0,
    "same_sport_sessions_28d": 0.0,
    "no_strength_training": 1.0,
    "descent_m_per_km": 80.0,
    "wbgt_c": 24.0,
    "heat_days_14d": 0.0,
    "effort_fraction": 1.0,
}


def advised(context, day=None, planned=True, **conditions):
    assessment = riskfit.assess(STRAINED, MODEL, context)
    steps = riskfit.advise(
        assessment,
        STRAINED,
        conditions=Conditions(**conditions),
        model=MODEL,
        day=day,
        planned=planned,
        today=TODAY,
        sport="running",
    )
    return {step.id: step.text for step in steps}


@pytest.mark.parametrize(
    ("planned", "days", "race", "occasion"),
    [
        (True, 21, True, "race_ahead"),
        (True, 11, True, "race_ahead"),
        (True, 10, True, "race_near"),
        (True, 0, True, "race_near"),
        (True, -5, True, "race_near"),
        (None, None, True, "race_near"),
        (True, 21, False, "training_ahead"),
        (False, 0, True, "raced"),
        (False, 0, False, "trained"),
    ],
)
def test_an_occasion_is_told_by_plan_race_and_days_to_go(planned, days, race, occasion):
    day = None if days is None else TODAY + timedelta(days=days)
    assert occasion_of(planned, day, TODAY, race=race) == occasion


def test_training_that_is_too_much_is_to_be_shortened_or_swapped():
    assert set(advised("training")) >= {"shorter", "swap", "first_times", "strength"}


@pytest.mark.parametrize("days", [None, 0, 5, 21])
@pytest.mark.parametrize("context", ["marathon", "sportive", "team_match"])
def test_before_a_race_nobody_is_told_to_shorten_swap_or_build_up(context, days):
    day = None if days is None else TODAY + timedelta(days=days)
    found = advised(context, day)
    assert not set(found) & BUILDING
    assert "race_nothing_new" in found


def test_a_race_without_a_context_of_its_own_is_one_all_the_same():
    assert not set(advised("training", race=True)) & BUILDING


def test_three_weeks_before_a_race_there_is_a_plan_with_dates():
    found = advised("marathon", TODAY + timedelta(days=21))
    assert "Fri 8 May" in found["race_longest"]
    assert "Fri 8 May" in found["race_heat_days"]
    assert "Tue 12 May" in found["race_strength"]
    assert not {"race_pace", "race_cooling", "strength"} & set(found)


def test_on_the_day_there_are_pace_cooling_and_shoes():
    found = advised("marathon", TODAY)
    assert set(found) >= {"race_pace", "race_cooling", "race_nothing_new", "race_downhill"}
    assert not {"race_longest", "race_heat_days", "race_strength", "downhill"} & set(found)


def test_after_a_race_there_is_recovery_and_no_shorter_race():
    found = advised("marathon", TODAY, planned=False)
    assert "after_race" in found
    assert not set(found) & {*BUILDING, "race_pace", "race_nothing_new"}
    assert "after_race" not in advised("training", TODAY, planned=False)


def test_the_dates_before_a_race_are_weeks_before_it():
    assert days_ahead(date(2026, 5, 22)) == {
        "longest_by": "Fri 8 May",
        "heat_from_day": "Fri 8 May",
        "strength_until": "Tue 12 May",
    }


# ---- what would lower the score of a race


PLAN = riskfit.PlannedSession(
    sport="running",
    duration_s=4 * 3600.0,
    distance_m=42195.0,
    start_time=datetime(2026, 5, 22, 9, tzinfo=UTC),
)


def test_nobody_is_offered_a_shorter_or_a_later_race():
    race = case_of(PLAN, conditions=Conditions(air_temperature_c=27), context="marathon")
    changes = smallest_changes(race, "ordinary")
    offered = {lever for one in (*changes.single, *changes.pairs) for lever in one.levers}
    assert not offered & {"shorter", "rest_day", "hour"}
    assert set(changes.not_offered) >= {"shorter", "rest_day", "hour"}
    training = case_of(PLAN, conditions=Conditions(air_temperature_c=27))
    assert "shorter" not in smallest_changes(training, "ordinary").not_offered


# ---- the days until then


def runner(until_s, every_days=2.0, count=40):
    """Return the history of somebody who runs an hour every other day."""
    start = until_s - DAY * every_days * np.arange(count, 0, -1)
    return History(
        start_s=start,
        duration_s=np.full(count, 3600.0),
        load=np.full(count, 60.0),
        sport=np.array(["running"] * count),
        temperature_c=np.full(count, 15.0),
        best_duration_s=np.full(count, np.nan),
        best_speed_m_s=np.full(count, np.nan),
        best_power_w=np.full(count, np.nan),
    )


def end(case, name):
    return float(case.table.columns[name].values[..., -1].flat[0])


def test_days_until_a_race_are_expected_to_go_as_usual():
    start = PLAN.start_time.timestamp()
    now = start - 21 * DAY
    usual = case_of(PLAN, history=runner(start), context="marathon")
    idle = case_of(PLAN, history=runner(now), context="marathon")
    ahead = case_of(PLAN, history=runner(now), context="marathon", now_s=now)
    name = "same_sport_sessions_28d"
    assert end(ahead, name) == pytest.approx(end(usual, name), abs=1)
    assert end(idle, name) < 0.5 * end(usual, name)
    # what was done is shown where it was
    assert ahead.history.start_s[-1] == idle.history.start_s[-1]


def test_a_rest_that_is_known_stays_a_rest():
    start = PLAN.start_time.timestamp()
    rested = case_of(PLAN, history=runner(start - 21 * DAY), now_s=start - 3600.0)
    assert rested.expected is None


def test_it_is_said_that_the_days_until_then_go_as_usual():
    day = datetime.now(UTC) + timedelta(days=21)
    words = [
        *("check", "--no-store", "--sport", "running", "--distance", "42.195", "--duration", "4h"),
        *("--race", "--start", f"{day:%Y-%m-%dT09:00}", "--json"),
    ]
    entry = json.loads(CliRunner().invoke(main, words, catch_exceptions=False).stdout)
    given = {step["id"] for step in entry["activities"][0]["advice"]}
    assert "race_nothing_new" in given
    assert not given & BUILDING
    # without a history there is nothing that could rest
    assert not any("as usual:" in note for note in entry["activities"][0]["notes"])


@pytest.mark.parametrize(("sport", "paced"), [("running", True), ("soccer", False)])
def test_an_even_pace_is_for_races_and_not_for_matches(sport, paced):
    told = ["check", "--sport", sport, "--duration", "90min", "--race", "--temp", "15"]
    result = CliRunner().invoke(main, [*told, "--no-store", "--json"])
    advice = json.loads(result.stdout)["activities"][0]["advice"]
    assert any(step["id"] == "race_pace" for step in advice) is paced
