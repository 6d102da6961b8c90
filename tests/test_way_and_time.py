"""Way, time under way and climb: witnesses that disagree, pauses nobody marked, altitude noise."""

from datetime import UTC, datetime

import numpy as np
import pytest

from riskfit.activity import Activity, Leg, Pause, Samples, Summary
from riskfit.cleaning import clean

START = datetime(2025, 6, 1, 8, tzinfo=UTC)
EARTH_M = 6371009.0


def degrees(way_m):
    """Return the latitude of someone who goes straight north."""
    return 47.0 + np.degrees(np.asarray(way_m) / EARTH_M)


def recorded(elapsed_s, sport="running", *, way_m=None, pauses=(), summary=None, **channels):
    """Return an activity; ``way_m`` gives positions due north."""
    elapsed_s = np.asarray(elapsed_s, dtype=float)
    if way_m is not None:
        channels["latitude_deg"] = degrees(way_m)
        channels["longitude_deg"] = np.full(len(elapsed_s), 11.0)
    return Activity(
        start_time=START,
        samples=Samples(elapsed_s=elapsed_s, **channels),
        sport=sport,
        legs=(Leg(sport=sport, rows=slice(0, len(elapsed_s))),),
        pauses=pauses,
        summary=summary or Summary(),
    )


def way_km(activity):
    """Return the distance at the end [km]."""
    return clean(activity).samples.distance_m[-1] / 1000


def minutes(activity):
    """Return the time under way [min]."""
    return np.count_nonzero(clean(activity).active) / 60


def said(activity):
    """Return the notes of cleaning as one text."""
    return "\n".join(clean(activity).notes)


SECONDS = np.arange(3601)


# ---- way


@pytest.mark.parametrize("every_s", [1, 5, 30, 120, 600])
def test_the_way_of_positions_does_not_hang_on_how_often_they_are_written(every_s):
    elapsed = SECONDS[::every_s]
    activity = recorded(elapsed, "hiking", way_m=1.5 * elapsed)
    assert way_km(activity) == pytest.approx(5.4, rel=0.01)
    assert minutes(activity) == pytest.approx(60, abs=0.1)


def test_a_distance_that_stands_at_zero_is_not_believed():
    activity = recorded(SECONDS, way_m=3.0 * SECONDS, distance_m=np.zeros(3601))
    assert way_km(activity) == pytest.approx(10.8, rel=0.01)
    assert "distance: stood still" in said(activity)


def test_a_speed_that_stands_at_zero_is_not_believed():
    activity = recorded(SECONDS, way_m=3.0 * SECONDS, speed_m_s=np.zeros(3601))
    session = clean(activity)
    assert session.samples.distance_m[-1] == pytest.approx(10_800, rel=0.01)
    assert np.nanmedian(session.samples.speed_m_s) == pytest.approx(3, rel=0.01)


@pytest.mark.parametrize(("factor", "unit"), [(3.6, "km/h"), (2.23694, "mph")])
def test_a_speed_in_another_unit_is_recognised(factor, unit):
    activity = recorded(SECONDS, distance_m=3.0 * SECONDS, speed_m_s=np.full(3601, 3.0 * factor))
    session = clean(activity)
    assert np.nanmedian(session.samples.speed_m_s) == pytest.approx(3, rel=0.01)
    assert f"recorded in {unit}" in "\n".join(session.notes)


def test_what_two_agree_on_wins_over_the_distance_channel():
    activity = recorded(
        SECONDS, way_m=3.0 * SECONDS, speed_m_s=np.full(3601, 3.05), distance_m=1.2 * SECONDS
    )
    assert way_km(activity) == pytest.approx(10.8, rel=0.02)
    assert "although by the distance it is" in said(activity)


def test_the_distance_channel_wins_where_the_total_bears_it_out():
    """Under trees both speed and positions stray; the stride sensor and the total agree."""
    activity = recorded(
        SECONDS,
        way_m=3.6 * SECONDS,
        speed_m_s=np.full(3601, 3.5),
        distance_m=3.0 * SECONDS,
        summary=Summary(distance_m=10_800),
    )
    assert way_km(activity) == pytest.approx(10.8, rel=0.001)


def test_a_stretch_in_which_the_distance_stood_is_taken_from_the_positions():
    stood = np.where((SECONDS >= 1200) & (SECONDS < 1800), 0.0, 3.0)
    activity = recorded(SECONDS, way_m=3.0 * SECONDS, distance_m=np.cumsum(stood))
    assert way_km(activity) == pytest.approx(10.8, rel=0.01)
    assert "where the distance stood still" in said(activity)


def test_a_total_that_was_corrected_afterwards_counts():
    activity = recorded(
        SECONDS, distance_m=9.456 / 3.6 * SECONDS, summary=Summary(distance_m=10_100, timer_s=3600)
    )
    assert way_km(activity) == pytest.approx(10.1, rel=0.001)
    assert "corrected to the device's total" in said(activity)


def test_a_total_that_nobody_covers_is_not_believed():
    activity = recorded(SECONDS, distance_m=3.0 * SECONDS, summary=Summary(distance_m=1_080_000))
    assert way_km(activity) == pytest.approx(10.8, rel=0.001)
    assert "although the device totals" in said(activity)


def test_a_first_value_is_an_offset_unless_the_total_says_otherwise():
    distance = 40_000 + 3.0 * SECONDS
    goes_on = recorded(SECONDS, distance_m=distance, summary=Summary(distance_m=10_800))
    assert way_km(goes_on) == pytest.approx(10.8, rel=0.001)
    late = recorded(SECONDS, distance_m=500 + 3.0 * SECONDS, summary=Summary(distance_m=11_300))
    assert way_km(late) == pytest.approx(11.3, rel=0.001)


def test_a_total_without_any_channel_is_laid_over_the_time():
    activity = recorded(
        SECONDS, heart_rate_bpm=np.full(3601, 140.0), summary=Summary(distance_m=9000)
    )
    session = clean(activity)
    assert session.samples.distance_m[-1] == pytest.approx(9000)
    assert session.samples.distance_m[1800] == pytest.approx(4500, rel=0.01)
    assert "laid evenly" in "\n".join(session.notes)


def test_leaps_between_positions_are_left_out():
    way = 3.0 * SECONDS + np.where(SECONDS > 1800, 50_000.0, 0.0)
    activity = recorded(SECONDS, way_m=way)
    assert way_km(activity) == pytest.approx(10.8, rel=0.01)
    assert "1 leap that nobody makes" in said(activity)


# ---- time


def test_a_gap_without_reception_while_moving_is_time_under_way():
    elapsed = np.concatenate([SECONDS[:1200], SECONDS[1800:]])
    activity = recorded(elapsed, way_m=3.0 * elapsed)
    assert minutes(activity) == pytest.approx(60, abs=0.1)
    assert way_km(activity) == pytest.approx(10.8, rel=0.01)


def test_gaps_in_which_nobody_moved_are_pauses():
    elapsed, way = [], []
    for leg in range(10):
        elapsed += range(leg * 345, leg * 345 + 301)
        way += [3.0 * (leg * 300 + second) for second in range(301)]
    activity = recorded(elapsed, way_m=way)
    assert minutes(activity) == pytest.approx(50, abs=0.5)


def test_standing_still_with_the_receiver_on_is_a_pause():
    rng = np.random.default_rng(1)
    way = np.concatenate([np.arange(1200) * 7.0, np.full(1800, 8400.0), 8400 + np.arange(1200) * 7])
    noise = np.cumsum(rng.normal(0, 0.3, 4200)) * np.isclose(way, 8400)
    activity = recorded(np.arange(4200), "cycling", way_m=way + np.clip(noise, -6, 6))
    assert minutes(activity) == pytest.approx(40, abs=1.5)
    assert "standing" in said(activity)


@pytest.mark.parametrize("every_s", [20, 30, 40, 60, 120])
def test_rounds_and_shuttles_are_no_standing(every_s):
    """Half a minute round a velodrome's track, and one is where one was."""
    to_and_fro = 1.5 * every_s * np.abs(SECONDS / (every_s / 2) % 2 - 1)
    activity = recorded(SECONDS, way_m=to_and_fro)
    assert minutes(activity) == pytest.approx(60, abs=0.1)
    assert way_km(activity) == pytest.approx(10.8, rel=0.01)


def test_standing_is_a_part_of_team_sports_and_of_strength_work():
    way = np.where(SECONDS < 1800, 0.0, 2.0 * (SECONDS - 1800))
    for sport in ("soccer", "training", "tennis"):
        assert minutes(recorded(SECONDS, sport, way_m=way)) == pytest.approx(60, abs=0.1)


def test_the_timer_total_decides_whether_standing_counts():
    way = np.where(SECONDS < 1800, 3.0 * SECONDS, 5400.0)
    ran_on = recorded(SECONDS, way_m=way, summary=Summary(timer_s=3600, elapsed_s=3600))
    assert minutes(ran_on) == pytest.approx(60, abs=0.1)
    stopped = recorded(SECONDS, way_m=way, summary=Summary(timer_s=1800, elapsed_s=3600))
    assert minutes(stopped) == pytest.approx(30, abs=1)


def test_a_timer_that_nothing_explains_is_named():
    activity = recorded(SECONDS, way_m=3.0 * SECONDS, summary=Summary(timer_s=2000))
    assert "device's timer says 33 min" in said(activity)


def test_what_is_recorded_while_the_timer_stands_is_no_way_and_no_climb():
    """A ferry: 8 m/s for twenty minutes, and up a ramp."""
    speed = np.where((SECONDS >= 1200) & (SECONDS < 2400), 8.0, 3.0)
    way = np.cumsum(speed)
    height = np.where(SECONDS < 1200, 10.0, np.minimum(10 + (SECONDS - 1200) * 0.1, 130.0))
    activity = recorded(
        SECONDS, way_m=way, altitude_m=height, pauses=(Pause(start_s=1200, end_s=2400),)
    )
    session = clean(activity)
    assert session.samples.distance_m[-1] == pytest.approx(7200, rel=0.02)
    assert session.ascent_m[-1] == pytest.approx(0, abs=2)


@pytest.mark.parametrize("days", [1.05, 3, 7])
def test_a_session_resumed_days_later_keeps_both_parts(days):
    pause = days * 86400
    elapsed = np.concatenate([SECONDS, SECONDS + 3600 + pause])
    way = np.concatenate([SECONDS, SECONDS + 3600]) * 1.5
    marked = (Pause(start_s=3600, end_s=3600 + pause),)
    activity = recorded(elapsed, "hiking", way_m=way, pauses=marked)
    assert minutes(activity) == pytest.approx(120, abs=0.2)
    assert way_km(activity) == pytest.approx(10.8, rel=0.01)


def test_a_session_begins_before_its_first_row_where_the_totals_say_so():
    elapsed = SECONDS[120:]
    summary = Summary(elapsed_s=3600, timer_s=3600, distance_m=10_800)
    late = recorded(elapsed, distance_m=3.0 * elapsed, summary=summary)
    assert minutes(late) == pytest.approx(60, abs=0.1)
    assert way_km(late) == pytest.approx(10.8, rel=0.001)
    untold = recorded(elapsed, distance_m=3.0 * elapsed)
    assert minutes(untold) == pytest.approx(58, abs=0.1)


# ---- climb


def ascent(altitude_m, elapsed_s=SECONDS, **more):
    """Return the ascent of a recording [m]."""
    activity = recorded(elapsed_s, way_m=3.0 * elapsed_s, altitude_m=altitude_m, **more)
    return clean(activity).ascent_m[-1]


def test_a_phones_noise_is_no_climb():
    rng = np.random.default_rng(7)
    wander = np.zeros(3601)
    for second in range(1, 3601):
        wander[second] = wander[second - 1] * np.exp(-1 / 20) + rng.normal(0, 3 * 0.309)
    assert ascent(100 + wander) < 60


def test_hills_count_whole_through_noise():
    rng = np.random.default_rng(8)
    hills = 100 + 50 * np.sin(SECONDS / 3600 * 2 * np.pi * 5)
    assert ascent(hills + rng.normal(0, 3, 3601)) == pytest.approx(500, rel=0.08)


def test_small_rises_count_in_a_barometers_altitude():
    rises = 100 + 2 * np.sin(SECONDS / 3600 * 2 * np.pi * 10)
    assert ascent(np.round(rises * 5) / 5) == pytest.approx(40, rel=0.1)


def test_altitude_zero_at_the_start_is_not_known_yet():
    height = np.where(SECONDS < 60, 0.0, 1500 + 0.01 * SECONDS)
    assert ascent(height) == pytest.approx(36, abs=3)


def test_by_the_sea_zero_is_a_height():
    height = np.where(SECONDS < 60, 0.0, np.minimum(0.05 * (SECONDS - 60), 40))
    assert ascent(height) == pytest.approx(40, abs=2)


def test_what_lies_between_segments_is_not_climbed():
    elapsed = np.concatenate([SECONDS[:1200], SECONDS[:1200] + 2000])
    height = np.concatenate([np.full(1200, 500.0), np.full(1200, 1200.0)])
    way = np.concatenate([SECONDS[:1200] * 1.5, 1800 + SECONDS[:1200] * 1.5])
    marked = (Pause(start_s=1199, end_s=2000),)
    activity = recorded(elapsed, "hiking", way_m=way, altitude_m=height, pauses=marked)
    assert clean(activity).ascent_m[-1] == pytest.approx(0, abs=1)


# ---- clock


def test_segments_that_repeat_each_other_count_once():
    rows = np.concatenate([SECONDS[: 900 * n] for n in range(1, 5)])
    activity = recorded(rows, way_m=3.0 * rows)
    assert minutes(activity) == pytest.approx(60, abs=0.1)
    assert way_km(activity) == pytest.approx(10.8, rel=0.01)
    assert "repeat earlier ones" in said(activity)


def test_rows_that_only_share_their_time_are_no_repeats():
    """Two devices' rows interleaved differ in what they say."""
    rows = np.concatenate([SECONDS[:600], SECONDS[300:900]])
    beats = np.concatenate([np.full(600, 140.0), np.full(600, 150.0)])
    activity = recorded(rows, way_m=3.0 * rows, heart_rate_bpm=beats)
    assert "repeat earlier ones" not in said(activity)


def test_a_total_counts_where_the_only_witness_stood_still():
    activity = recorded(SECONDS, way_m=np.zeros(3601), summary=Summary(distance_m=10_000))
    assert way_km(activity) == pytest.approx(10)
    assert "laid evenly" in said(activity)


def test_notes_on_witnesses_read_well_of_one_and_of_several():
    seconds = np.arange(1801.0)
    still = np.zeros(1801)
    positions = said(recorded(seconds, way_m=still, distance_m=3 * seconds))
    assert "positions: stood still while the distance went on: not used" in positions
    other = said(recorded(seconds, way_m=3 * seconds, distance_m=2 * seconds))
    assert "although by the positions it is 5.40 km" in other
