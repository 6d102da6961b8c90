"""What the days before and the day itself ask of the legs: descents, legs, steps, standing."""

import sqlite3
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from riskfit import compute_features
from riskfit.activity import Activity, Leg, PlannedSession, Samples
from riskfit.athlete import Athlete, Conditions, History
from riskfit.features.history import LEG_DTYPE, history_of
from riskfit.formulas.fluid import allowed_loss_pct
from riskfit.store.schema import MIGRATIONS, migrate

START = datetime(2026, 7, 1, 8, tzinfo=UTC)
DAY_S = 86400.0


def session(sport="running", minutes=60, start=START, descent_m=0.0, legs=None):
    length = int(minutes * 60) + 1
    share = np.linspace(0, 1, length)
    return Activity(
        start_time=start,
        samples=Samples(
            elapsed_s=np.arange(length, dtype=float),
            speed_m_s=np.full(length, 3.0),
            distance_m=3.0 * np.arange(length),
            altitude_m=2000 - descent_m * share,
            latitude_deg=47 + 0.1 * share,
            longitude_deg=np.full(length, 8.0),
        ),
        sport=sport,
        legs=legs or (Leg(sport=sport, rows=slice(0, length)),),
    )


def past(days=60, sport="running", **changes):
    """Return records of an hour every other day, and of yesterday's session."""
    every = [
        compute_features(session(sport, start=START - timedelta(days=back))).records
        for back in range(2, days, 2)
    ]
    yesterday = session(start=START - timedelta(days=1), **({"sport": sport} | changes))
    return history_of(np.concatenate([*every, compute_features(yesterday).records]))


def feature(name, history=None, activity=None, **told):
    found = compute_features(activity or session(), None, Conditions(**told), history or History())
    return found[name]


def test_yesterdays_descent_counts_as_hours():
    found = [
        feature("training_72h_above_usual_h", past(descent_m=down)).value
        for down in (0, 250, 500, 1000)
    ]
    assert found == sorted(found)
    assert found[2] - found[0] == pytest.approx(1.0, abs=0.03)
    assert found[3] - found[0] == pytest.approx(2.0, abs=0.05)


def test_a_bike_brakes_by_itself():
    down = feature("training_72h_above_usual_h", past(sport="cycling", descent_m=1000)).value
    flat = feature("training_72h_above_usual_h", past(sport="cycling")).value
    assert down == pytest.approx(flat)
    assert feature("descent_m_per_km", activity=session("cycling", descent_m=500)).value == 0
    assert feature("descent_m_per_km", activity=session("running", descent_m=500)).value > 40


def test_in_a_race_of_several_sports_only_feet_brake():
    legs = (
        Leg(sport="cycling", rows=slice(0, 3600)),
        Leg(sport="running", rows=slice(3600, 7201)),
    )
    both = feature("descent_m_per_km", activity=session("multisport", 120, START, 1000, legs))
    alone = feature("descent_m_per_km", activity=session("running", 60, START, 500))
    assert both.value == pytest.approx(alone.value, rel=0.03)


def test_legs_of_one_sport_in_a_session_are_one_session_of_it():
    legs = tuple(
        Leg(sport=("running", "swimming")[k % 2], rows=slice(k * 1800, (k + 1) * 1800))
        for k in range(6)
    )
    swim_run = session("multisport", 180, START, legs=legs)
    assert len(compute_features(swim_run).records) == 6
    later = START + timedelta(days=2)
    before = compute_features(swim_run).records.copy()
    before["start_s"] -= 26 * DAY_S
    before["session_s"] -= 26 * DAY_S
    old = compute_features(session(start=START - timedelta(days=40))).records
    history = history_of(np.concatenate([old, before]))
    run = feature("duration_vs_longest_28d_ratio", history, session(start=later - timedelta(2)))
    assert run.value == pytest.approx(60 / 90, rel=0.01)
    count = feature("same_sport_sessions_28d", history)
    assert count.value == 1
    again = feature("duration_vs_longest_28d_ratio", history, swim_run)
    assert again.value == pytest.approx(1.0, rel=0.01)


def test_the_days_29_to_84_tell_a_break_from_a_first_time():
    long_ago = past(days=80)
    keep = long_ago.start_s < START.timestamp() - 30 * DAY_S
    history = long_ago.only(keep)
    assert feature("same_sport_sessions_28d", history).value == 0
    assert feature("same_sport_sessions_29_84d", history).value == keep.sum()
    assert feature("same_sport_sessions_29_84d", history, session("rowing")).value == 0
    assert feature("same_sport_sessions_29_84d", history, session("trail_running")).value > 0
    assert feature("same_sport_sessions_29_84d", past(days=20)).value is None


def test_steps_count_from_eight_thousand_on_without_a_jump():
    def ratio(steps, usual=4000):
        return feature("steps_vs_28d_ratio", steps=steps, usual_steps=usual).value

    assert ratio(22_000, 7000) == pytest.approx(22 / 7)
    assert ratio(3000) == 0.75
    assert ratio(8000) == pytest.approx(1.0)
    found = [ratio(steps) for steps in range(0, 30_000, 50)]
    assert (np.diff(found) >= 0).all()
    assert np.diff(found).max() < 0.06
    assert feature("steps_vs_28d_ratio", steps=22_000).value is None
    assert ratio(22_000, 0) < 10, "a day in bed is no yardstick"


def test_standing_counts_whole_and_sitting_half():
    assert feature("standing_sitting_h", standing_sitting_h=3.0).value == 3
    assert feature("standing_sitting_h", sitting_h=6.0).value == 3
    assert feature("standing_sitting_h", standing_sitting_h=2.0, sitting_h=6.0).value == 5
    assert feature("standing_sitting_h").value is None


def test_a_long_session_may_leave_more():
    for hours in (1, 4, 8, 12, 24):
        plan = PlannedSession(sport="running", duration_s=hours * 3600, start_time=START)
        found = compute_features(plan, Athlete(mass_kg=70))
        loss, judged = found["body_mass_loss_pct"], found["body_mass_loss_for_length_pct"]
        more = float(allowed_loss_pct(hours)) - 2
        # what counted when thirst began to hold it goes on to count
        assert judged.value >= loss.value - more - 1e-9
        assert judged.high >= max(judged.value, loss.high - more - 1e-9)
        # what nobody told may have been less than thirst asks for, but no more of it counts
        assert judged.low <= judged.value
        if hours <= 4:
            assert judged.value == pytest.approx(loss.value)


def test_the_loss_is_as_uncertain_as_the_sweat_when_drinking_is_told():
    found = compute_features(session(minutes=120), None, Conditions(fluid_l_h=0.3))
    sweat, loss = found["sweat_loss_pct"], found["body_mass_loss_pct"]
    assert loss.high - loss.low == pytest.approx(sweat.high - sweat.low)


def test_legs_of_an_older_store_keep_what_they_say():
    old = np.dtype(LEG_DTYPE.descr[:-2])
    legs = np.zeros(2, dtype=old)
    legs["duration_s"], legs["sport"] = (600, 1200), (b"cycling", b"running")
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for script in MIGRATIONS[:2]:
        connection.executescript(script)
    connection.execute("PRAGMA user_version = 2")
    connection.execute("INSERT INTO athlete VALUES (1, 'a')")
    connection.execute("INSERT INTO catalogue VALUES (1, 'x')")
    connection.execute(
        "INSERT INTO activity (athlete, start_s, end_s, sport, richness, sha256, basis, part, "
        "catalogue, legs, features) VALUES (1, 0, 1, 'running', 1, x'', x'', 0, 1, ?, x'')",
        (legs.tobytes(),),
    )
    migrate(connection)
    (blob,) = connection.execute("SELECT legs FROM activity").fetchone()
    now = np.frombuffer(blob, dtype=LEG_DTYPE)
    assert now["duration_s"].tolist() == [600, 1200]
    assert now["sport"].tolist() == [b"cycling", b"running"]
    assert np.isnan(now["session_s"]).all()
    assert np.isnan(now["descent_m"]).all()
