"""Late fade (rule F3): the last quarter against 10 to 35 % of the time under way."""

from datetime import UTC, datetime

import numpy as np
import pytest

from riskfit import compute_features
from riskfit.activity import Activity, Leg, Samples
from riskfit.athlete import Conditions

START = datetime(2026, 7, 1, 8, tzinfo=UTC)
RACE = Conditions(race=True)


def session(sport="running", minutes=120, **channels):
    length = int(minutes * 60) + 1
    share = np.linspace(0, 1, length)
    arrays = {
        name: np.asarray(given(share) if callable(given) else np.full(length, given), dtype=float)
        for name, given in channels.items()
    }
    return Activity(
        start_time=START,
        samples=Samples(elapsed_s=np.arange(length, dtype=float), **arrays),
        sport=sport,
        legs=(Leg(sport=sport, rows=slice(0, length)),),
    )


def fade(activity, conditions=None):
    return compute_features(activity, conditions=conditions)["late_fade_fraction"]


def late(before, after, from_share=0.7):
    return lambda share: np.where(share < from_share, before, after)


def test_a_race_counts_the_whole_fall_of_the_last_quarter():
    run = session(speed_m_s=late(3.5, 3.0), heart_rate_bpm=165.0)
    assert fade(run, RACE).value == pytest.approx(1 - 3.0 / 3.5, abs=0.01)
    ride = session("cycling", power_w=late(220.0, 180.0))
    assert fade(ride, RACE).value == pytest.approx(1 - 180 / 220, abs=0.01)


def test_the_middle_and_the_first_tenth_are_not_looked_at():
    def speed(share):
        return np.where(share < 0.09, 4.0, np.where((share > 0.36) & (share < 0.7), 2.5, 3.2))

    assert fade(session(speed_m_s=speed, heart_rate_bpm=150.0), RACE).value == pytest.approx(
        0, abs=0.01
    )


def test_slowing_down_on_purpose_is_no_fade_unless_it_is_a_race():
    run = session(speed_m_s=late(3.5, 3.0), heart_rate_bpm=late(160.0, 137.0))
    assert fade(run).value == pytest.approx(0, abs=0.01)
    assert fade(run, RACE).value == pytest.approx(1 - 3.0 / 3.5, abs=0.01)
    silent = fade(session(speed_m_s=late(3.5, 3.0)))
    assert silent.value is None
    assert "--race" in silent.missing_because


def test_a_fall_of_pace_that_the_heart_confirms_counts_whole_in_training_too():
    run = session(speed_m_s=late(3.5, 3.0), heart_rate_bpm=160.0)
    assert fade(run).value == pytest.approx(1 - 3.0 / 3.5, abs=0.01)


def test_a_rising_heart_alone_counts_half():
    run = session(speed_m_s=3.2, heart_rate_bpm=late(140.0, 154.0))
    half = (1 - 140 / 154) / 2
    assert fade(run).value == pytest.approx(half, abs=0.005)
    assert fade(run, RACE).value == pytest.approx(half, abs=0.005)


def test_a_rising_heart_is_the_heats_where_wbgt_rose_by_two_degrees():
    def warming(rise_c):
        run = session(
            speed_m_s=3.2,
            heart_rate_bpm=late(140.0, 154.0),
            temperature_c=lambda share: 15 + rise_c * share,
        )
        return fade(run).value

    found = [warming(rise_c) for rise_c in (0, 4, 6, 20)]
    assert found[0] == pytest.approx((1 - 140 / 154) / 2, abs=0.005)
    assert found[-1] == pytest.approx(0, abs=0.002)
    assert found == sorted(found, reverse=True)


def test_hills_that_are_alike_are_corrected_and_others_tell_nothing():
    def hilly(grade_late):
        distance = lambda share: share * 7200 * 3.0  # noqa: E731

        def altitude(share):
            return np.where(share < 0.7, 0.0, (share - 0.7) * 7200 * 3.0 * grade_late) + 100

        return session(
            speed_m_s=3.0, distance_m=distance, altitude_m=altitude, heart_rate_bpm=150.0
        )

    assert fade(hilly(0.01), RACE).value is not None
    steep = fade(hilly(0.06), RACE)
    assert steep.value is None
    assert "too hilly to tell" in steep.missing_because


def test_walking_is_dropped_and_too_much_of_it_tells_nothing():
    some = lambda share: np.where((share * 20) % 1 < 0.3, 1.5, 3.0)  # noqa: E731
    most = lambda share: np.where((share * 20) % 1 < 0.5, 1.5, 3.0)  # noqa: E731
    assert fade(session(speed_m_s=some), RACE).value == pytest.approx(0, abs=0.02)
    assert fade(session(speed_m_s=most), RACE).value is None


def test_coasting_on_a_bike_is_dropped():
    watts = lambda share: np.where((share * 60) % 1 < 0.4, 0.0, np.where(share < 0.7, 200, 170))  # noqa: E731
    assert fade(session("cycling", power_w=watts), RACE).value == pytest.approx(0.15, abs=0.01)


def test_less_than_an_hour_has_no_late_part():
    run = session(minutes=55, speed_m_s=late(3.5, 2.5), heart_rate_bpm=160.0)
    assert fade(run, RACE).value == 0
