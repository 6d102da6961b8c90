"""The weeks before a race: steps with a day each, scored, and none that is not safe."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from riskfit.activity import PlannedSession
from riskfit.advice.occasion import days_ahead
from riskfit.athlete import Athlete, Conditions, History
from riskfit.features.history import LEG_DTYPE, history_of
from riskfit.report.json.plan import answer_entry
from riskfit.rules.load import load_model
from riskfit.whatif.answer import answer

MODEL = load_model()
TODAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = 86400.0


def history(minutes=90.0, every=5, days=100):
    """Return runs of one length, so many days apart."""
    ago = np.arange(days, 0, -every, dtype=float)
    legs = np.zeros(len(ago), dtype=LEG_DTYPE)
    for name in LEG_DTYPE.names:
        legs[name] = np.nan if legs.dtype[name].kind == "f" else b"running"
    legs["start_s"] = legs["session_s"] = TODAY.timestamp() - DAY * ago
    legs["duration_s"], legs["load"] = 60 * minutes, 0.7 * minutes
    legs["temperature_c"], legs["descent_m"] = 12.0, 0.0
    return history_of(legs, covered_from_s=float(legs["start_s"][0]))


def asked(days=35, athlete=None, before=None, race=True, hours=3.75, sport="running"):
    plan = PlannedSession(
        sport=sport,
        start_time=TODAY.replace(hour=9) + timedelta(days=days),
        duration_s=3600 * hours,
        distance_m=42_195.0,
    )
    return answer(
        plan,
        athlete or Athlete(mass_kg=70.0),
        Conditions(race=race),
        history() if before is None else before,
        model=MODEL,
        now_s=TODAY.timestamp(),
    )


def steps(**told):
    return {one.id: one for one in asked(**told).levers}


def test_five_weeks_before_a_race_there_are_steps_with_days_and_points():
    found = steps()
    assert set(found) == {"longest", "strength", "sessions"}
    assert found["longest"].by == date(2026, 12, 12)
    assert found["longest"].amount == 115, "90 min and 30 %, in steps of five minutes"
    assert {name: one.rule for name, one in found.items()} == {
        "longest": "O1",
        "strength": "F5",
        "sessions": "O4",
    }


def test_a_step_gives_the_score_that_it_promises():
    whole = asked()
    for step in whole.levers:
        assert step.points == pytest.approx(whole.analysis.assessment.score - step.score)
        assert step.points >= 0.1
        assert step.low <= step.score <= step.high
    before = history()
    longer = before.duration_s.copy()
    longer[-1] = 60 * steps()["longest"].amount
    changed = asked(before=replace(before, duration_s=longer))
    assert changed.analysis.assessment.points("O1") < whole.analysis.assessment.points("O1")
    told = asked(athlete=Athlete(mass_kg=70.0, strength_training=True))
    assert told.analysis.assessment.score == pytest.approx(steps()["strength"].score, abs=1e-6)


@pytest.mark.parametrize("days", [26, 30, 35, 60])
@pytest.mark.parametrize("minutes", [20.0, 60.0, 120.0, 170.0])
def test_the_longest_session_grows_by_a_tenth_a_week_and_three_tenths_at_most(days, minutes):
    step = steps(days=days, before=history(minutes)).get("longest")
    weeks = (days - 14) // 7
    if step is not None:
        assert step.amount <= max(minutes, 30.0) * min(1.1**weeks, 1.3) + 1e-6
        assert step.amount <= 180.0
        assert step.amount > minutes


@pytest.mark.parametrize("days", range(11, 60, 4))
def test_nothing_is_added_in_the_last_ten_days(days):
    race = TODAY.date() + timedelta(days=days)
    for step in steps(days=days).values():
        assert TODAY.date() < step.by <= race - timedelta(days=10)


@pytest.mark.parametrize(
    "told",
    [
        {"days": 10},
        {"days": 0},
        {"race": None, "hours": 2.0, "sport": "swimming"},
        {"athlete": Athlete(recent_injury="muscle")},
        {"athlete": Athlete(recent_injury="other")},
        {"athlete": Athlete(red_flags=("RF3",))},
        {"athlete": Athlete(red_flags=("RF8",))},
        {"athlete": Athlete(chronic_conditions=("heart failure",))},
    ],
)
def test_there_are_no_steps_where_there_is_no_time_or_a_doctor_comes_first(told):
    assert not asked(**told).levers


def test_who_does_it_all_already_has_nothing_to_add():
    athlete = Athlete(mass_kg=70.0, strength_training=True)
    assert not steps(athlete=athlete, before=history(230.0, every=3))


def test_without_a_history_only_strength_is_left():
    assert set(steps(before=History())) == {"strength"}


def test_days_are_those_of_the_advice_and_the_words_say_them():
    whole = asked()
    race = whole.case.plan.start_time.date()
    days = days_ahead(race)
    texts = {one["id"]: one["text"] for one in answer_entry(whole)["levers"]}
    assert texts["longest"] == f"By {days['longest_by']}: a session of 1 h 55 min (running)"
    assert days["strength_until"] in texts["strength"]
    assert days["strength_until"] in texts["sessions"]
