"""Each cleaning step does what its note says, and only that."""

from datetime import UTC, datetime

import numpy as np
import pytest

from riskfit.activity import Activity, Leg, Pause, Samples
from riskfit.cleaning import clean
from riskfit.cleaning.artefacts import channel_words
from riskfit.errors import NotAnActivityError

START = datetime(2026, 5, 1, 8, tzinfo=UTC)


def activity(elapsed_s, pauses=(), legs=None, **channels) -> Activity:
    elapsed = np.asarray(elapsed_s, dtype=float)
    arrays = {name: np.asarray(values, dtype=float) for name, values in channels.items()}
    samples = Samples(elapsed_s=elapsed, **arrays)
    legs = legs or (Leg(sport="running", rows=slice(0, len(elapsed))),)
    return Activity(
        start_time=START, samples=samples, sport="running", legs=legs, pauses=tuple(pauses)
    )


def test_a_sound_recording_is_left_as_it_is():
    heart = np.linspace(100, 160, 601)
    session = clean(activity(np.arange(601), heart_rate_bpm=heart))
    np.testing.assert_array_equal(session.samples.heart_rate_bpm, heart)
    assert session.active.all()
    assert session.notes == ()


def test_rows_without_a_time_are_left_out_and_counted():
    session = clean(activity([0, np.nan, 2, 3], heart_rate_bpm=[100, 101, 102, 103]))
    assert len(session.samples) == 4
    assert "1 sample without a time" in session.notes[0]


def test_of_equal_times_known_values_are_kept():
    session = clean(
        activity([0, 1, 1, 2], heart_rate_bpm=[100, 110, np.nan, 120], power_w=[1, 2, 3, 4])
    )
    np.testing.assert_array_equal(session.samples.heart_rate_bpm, [100, 110, 120])
    np.testing.assert_array_equal(session.samples.power_w, [1, 3, 4])


@pytest.mark.parametrize(
    ("channel", "value"),
    [
        ("heart_rate_bpm", 0),
        ("heart_rate_bpm", 255),
        ("temperature_c", 251),
        ("speed_m_s", 65),
        ("power_w", 65535),
        ("altitude_m", 12607),
    ],
)
def test_impossible_values_become_unknown_and_are_named(channel, value):
    values = np.full(200, 100.0 if channel != "speed_m_s" else 3.0)
    if channel == "temperature_c":
        values[:] = 20
    values[50:150] = value
    session = clean(activity(np.arange(200), **{channel: values}))
    cleaned = getattr(session.samples, channel)
    assert not (cleaned == value).any()
    said = f"{channel_words(channel)}: 100 impossible values left out"
    assert said in session.notes


def test_a_zero_that_is_possible_stays():
    session = clean(activity(np.arange(100), power_w=np.zeros(100), temperature_c=np.zeros(100)))
    assert (session.samples.power_w == 0).all()
    assert (session.samples.temperature_c == 0).all()


def test_a_single_spike_of_heart_rate_goes_and_a_real_rise_stays():
    heart = np.full(100, 120.0)
    heart[40] = 210
    heart[60:] = 180
    session = clean(activity(np.arange(100), heart_rate_bpm=heart))
    assert session.samples.heart_rate_bpm[40] == 120
    assert session.samples.heart_rate_bpm[60] == 180
    assert "heart rate: 1 sample in 1 spike left out" in session.notes


def test_short_gaps_are_filled_in_a_line_and_long_ones_are_not():
    times = np.concatenate([np.arange(0, 100, 5), np.arange(250, 300, 5)])
    session = clean(activity(times, heart_rate_bpm=100.0 + times, power_w=times))
    heart = session.samples.heart_rate_bpm
    assert heart[2] == pytest.approx(102)
    assert np.isnan(heart[100:250]).all()
    assert heart[250] == 350 or np.isnan(heart[250])


def test_a_silence_nobody_marked_is_a_pause():
    times = np.concatenate([np.arange(0, 600), np.arange(1200, 1800)])
    session = clean(activity(times, heart_rate_bpm=np.full(1200, 120.0)))
    assert session.active.sum() == pytest.approx(1200, abs=2)
    assert any("taken as pauses" in note for note in session.notes)


def test_timer_events_make_pauses():
    times = np.concatenate([np.arange(0, 600), np.arange(1200, 1800)])
    session = clean(activity(times, pauses=[Pause(start_s=599, end_s=1200)]))
    assert session.active.sum() == pytest.approx(1200, abs=2)
    assert not session.notes


def test_slow_recording_is_no_pause():
    session = clean(activity(np.arange(0, 7200, 30), heart_rate_bpm=np.full(240, 120.0)))
    assert session.active.all()


def test_a_clock_set_forward_by_years_costs_a_second():
    times = np.concatenate([np.arange(100), np.arange(100) + 9e8])
    session = clean(activity(times))
    assert len(session.samples) == 200
    assert any("forward" in note for note in session.notes)


def test_a_clock_set_back_is_set_forward_again():
    times = np.concatenate([np.arange(100), np.arange(50, 250)])
    session = clean(activity(times))
    assert len(session.samples) == 300
    assert any("set back by 49 s" in note for note in session.notes)


def test_a_clock_set_back_by_hours_is_told_in_hours():
    session = clean(activity(np.concatenate([np.arange(100) + 43200, np.arange(99, 300)])))
    assert any("set back by 12 h" in note for note in session.notes)


def test_single_late_samples_are_left_out():
    times = np.arange(100.0)
    times[50] = 20
    session = clean(activity(times))
    assert len(session.samples) == 100
    assert any("ran back" in note for note in session.notes)


def test_distance_comes_from_speed_and_speed_from_distance():
    from_speed = clean(activity(np.arange(1001), speed_m_s=np.full(1001, 3.0)))
    assert from_speed.samples.distance_m[-1] == pytest.approx(3000, rel=0.01)
    from_distance = clean(activity(np.arange(1001), distance_m=np.arange(1001) * 3.0))
    np.testing.assert_allclose(from_distance.samples.speed_m_s, 3.0)


def test_distance_comes_from_positions():
    """A degree of latitude is 111.2 km on the mean sphere."""
    session = clean(
        activity(
            np.arange(1001),
            latitude_deg=np.linspace(50, 50.1, 1001),
            longitude_deg=np.full(1001, 8.0),
        )
    )
    assert session.samples.distance_m[-1] == pytest.approx(11119.5, rel=1e-3)


def test_a_distance_counter_that_starts_again_goes_on():
    distance = np.concatenate([np.arange(100), np.arange(100)]) * 3.0
    session = clean(activity(np.arange(200), distance_m=distance))
    assert session.samples.distance_m[-1] == pytest.approx(594)


def test_null_island_is_nowhere():
    latitude, longitude = np.full(100, 47.0), np.full(100, 8.0)
    latitude[10:20] = longitude[10:20] = 0
    session = clean(activity(np.arange(100), latitude_deg=latitude, longitude_deg=longitude))
    assert session.samples.distance_m[-1] < 1
    assert any("0° N 0° E" in note for note in session.notes)


def test_legs_take_the_seconds_between_them():
    legs = (Leg(sport="swimming", rows=slice(0, 100)), Leg(sport="cycling", rows=slice(100, 200)))
    times = np.concatenate([np.arange(100), np.arange(110, 210)])
    session = clean(activity(times, legs=legs))
    assert session.leg[109] == 0
    assert session.leg[110] == 1


@pytest.mark.parametrize("times", [[], [5], [5, 5], [np.nan, np.nan]])
def test_nothing_timed_is_no_activity(times):
    with pytest.raises(NotAnActivityError, match="fewer than two samples"):
        clean(activity(times))


def test_two_weeks_are_the_longest_session():
    times = np.arange(0, 20 * 86400, 3600.0)
    session = clean(activity(times))
    assert len(session.samples) <= 14 * 86400 + 1
    assert any("14 days" in note for note in session.notes)


def test_distance_covered_in_no_time_is_left_out():
    distance = np.arange(200.0) * 3
    distance[-1] += 1000
    session = clean(activity(np.arange(200), distance_m=distance))
    assert session.samples.distance_m[-1] == pytest.approx(594, abs=5)
    assert any("1.0 km covered in no time" in note for note in session.notes)
