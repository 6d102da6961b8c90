"""How hard a session is beside what can be held for that long (rule O6), told or recorded."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from riskfit import compute_features
from riskfit.activity import Activity, Leg, PlannedSession, Samples, Summary
from riskfit.athlete import Athlete, Conditions, History
from riskfit.features.relative_effort import as_power_share
from riskfit.origin import Origin

START = datetime(2026, 7, 1, 8, tzinfo=UTC)
RIDER = Athlete(ftp_w=250, threshold_speed_m_s=4.0, hr_max_bpm=185, hr_rest_bpm=50, mass_kg=70)


def plan(sport="cycling", hours=1.0, **intensity):
    return PlannedSession(sport=sport, duration_s=hours * 3600, start_time=START, **intensity)


def recording(sport="cycling", minutes=60, sub_sport=None, summary=None, **channels):
    length = int(minutes * 60) + 1
    arrays = {name: np.full(length, float(value)) for name, value in channels.items()}
    return Activity(
        start_time=START,
        samples=Samples(elapsed_s=np.arange(length, dtype=float), **arrays),
        sport=sport,
        legs=(Leg(sport=sport, sub_sport=sub_sport, rows=slice(0, length)),),
        summary=summary or Summary(),
    )


def effort(session, athlete=None, **conditions):
    return compute_features(session, athlete, Conditions(**conditions))["effort_fraction"]


def test_three_hours_at_95_percent_are_all_that_can_be_held_and_at_55_they_are_not():
    hard = effort(plan(hours=3, intensity_fraction=0.95)).value
    easy = effort(plan(hours=3, intensity_fraction=0.55)).value
    assert hard > 1.0
    assert easy < 0.6


@pytest.mark.parametrize("sport", ["cycling", "running"])
def test_an_hour_at_threshold_is_all_that_can_be_held(sport):
    assert effort(plan(sport, intensity_fraction=1.0)).value == pytest.approx(1.0)


def test_easy_running_and_easy_riding_are_as_hard():
    assert float(as_power_share(0.83, "running")) == pytest.approx(0.66, abs=0.01)
    shares = np.linspace(0, 1.5, 400)
    assert (np.diff(as_power_share(shares, "running")) > 0).all()


@pytest.mark.parametrize(
    ("rpe", "expected"), [(5, 0.78), (6, 0.84), (7, 0.90), (7.5, 0.925), (8, 0.95), (9, 1), (10, 1)]
)
def test_a_rating_says_how_hard(rpe, expected):
    told = effort(plan("soccer"), rpe=rpe)
    assert told.value == pytest.approx(expected)
    assert told.low < told.value < told.high
    assert told.origin is Origin.TOLD
    assert effort(recording("soccer"), rpe=rpe).value == told.value


def test_ratings_fall_off_without_a_jump():
    found = [effort(plan("soccer"), rpe=rpe).value for rpe in np.linspace(0, 10, 101)]
    steps = np.diff(found)
    assert (steps >= 0).all()
    assert steps.max() < 0.01


def test_a_told_race_is_all_out_and_its_length_counts_half_at_least():
    for session in (plan(hours=0.25, intensity_fraction=0.6), recording(minutes=15, power_w=150)):
        features = compute_features(session, RIDER, Conditions(race=True))
        assert features["effort_fraction"].value == 1
        assert features["effort_length_share"].value == pytest.approx(0.5)


@pytest.mark.parametrize(("minutes", "share"), [(5, 0.25), (15, 0.25), (45, 0.75), (180, 1)])
def test_length_counts_up_to_an_hour(minutes, share):
    features = compute_features(plan(hours=minutes / 60, intensity_fraction=0.9))
    assert features["effort_length_share"].value == pytest.approx(share)


@pytest.mark.parametrize(("sport", "sub_sport"), [("hiit", None), ("training", "hiit")])
def test_a_boot_camp_is_hard_by_its_name(sport, sub_sport):
    planned = PlannedSession(sport=sport, sub_sport=sub_sport, duration_s=2700, start_time=START)
    for session in (planned, recording(sport, 45, sub_sport)):
        named = effort(session)
        assert (named.low, named.value, named.high) == (0.86, 0.97, 1.0)
        assert named.origin is Origin.ASSUMED
        assert effort(session, rpe=5).value == pytest.approx(0.78), "a rating knows better"


def test_without_thresholds_nothing_is_made_up():
    for session in (plan(), plan("running", speed_m_s=3.0), recording(power_w=200)):
        unknown = effort(session)
        assert unknown.value is None
        assert unknown.missing_because


def test_power_and_pace_are_held_against_what_was_told():
    assert effort(recording(power_w=250), RIDER).value == pytest.approx(1.0, abs=0.01)
    assert effort(recording(power_w=150), RIDER).value == pytest.approx(0.6, abs=0.01)
    assert effort(recording("running", speed_m_s=4.0), RIDER).value == pytest.approx(1, abs=0.01)
    assert effort(plan(power_w=250), RIDER).value == pytest.approx(1.0)
    assert effort(plan("running", speed_m_s=4.0), RIDER).value == pytest.approx(1.0)


def test_heart_rate_counts_as_far_as_its_maximum_is_known():
    run = recording("running", heart_rate_bpm=165.0)
    known = effort(run, Athlete(hr_max_bpm=185, hr_rest_bpm=50))
    by_age = effort(run, Athlete(age_years=33, hr_rest_bpm=50))
    assert known.value == pytest.approx(1.0, abs=0.02)
    assert by_age.high - by_age.low > known.high - known.low
    assert effort(run, Athlete(hr_rest_bpm=50)).value is None
    assert effort(plan("running", heart_rate_bpm=165.0), Athlete(hr_max_bpm=185)).value > 0.95
    assert effort(plan("running", heart_rate_bpm=120.0), Athlete(hr_max_bpm=185)).value < 0.75


def test_what_is_usual_is_asked_last_and_a_best_effort_bounds_from_above():
    def history(**best):
        days = np.arange(40, 0, -2) * 86400.0
        count = len(days)
        return History(
            start_s=START.timestamp() - days,
            duration_s=np.full(count, 3600.0),
            load=np.full(count, 50.0),
            sport=np.full(count, "running"),
            temperature_c=np.full(count, np.nan),
            best_duration_s=np.full(count, 3600.0),
            best_speed_m_s=np.full(count, best.get("speed", np.nan)),
            best_power_w=np.full(count, np.nan),
        )

    def of(session, past, **told):
        return compute_features(session, None, Conditions(**told), past)["effort_fraction"]

    usual = of(plan("running"), history())
    assert usual.origin is Origin.HISTORY
    assert usual.high - usual.low > 0.1
    assert of(plan("running"), history(), rpe=9).value == pytest.approx(1.0)
    best = of(plan("running", speed_m_s=3.0), history(speed=3.0))
    assert best.high == pytest.approx(1.0, abs=0.01)
    assert best.low < best.value < 0.85, "the best of who only jogs is a jog"


@pytest.mark.parametrize(
    ("title", "hard"),
    [("Tuesday Boot Camp!", True), ("6x800 intervals", True), ("Circuits of life", False)],
)
def test_a_title_is_read_by_its_whole_words(title, hard):
    named = effort(replace(recording("training", 45), name=title))
    assert named.value == (0.97 if hard else None)
