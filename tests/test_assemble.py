"""One assembly for all formats: legs, laps, pauses, totals and cadence from what a file says."""

from datetime import UTC, datetime

import numpy as np
import pytest

from riskfit.activity import Summary
from riskfit.readers.assemble import assemble
from riskfit.readers.recording import (
    CADENCE,
    STEPS,
    Break,
    MarkedLap,
    Part,
    Recording,
)
from riskfit.readers.totals import total_of

START = datetime(2024, 5, 1, 8, tzinfo=UTC)
SECONDS = np.arange(100.0)


def made(*parts, elapsed_s=SECONDS, channels=None, **rest):
    """Assemble a recording of a hundred seconds."""
    return assemble(
        Recording(
            start_time=START,
            elapsed_s=elapsed_s,
            channels=channels or {},
            parts=parts or (Part(),),
            **rest,
        )
    )


def test_parts_by_rows_and_parts_by_times_make_the_same_legs():
    by_rows = made(
        Part(sport="swimming", rows=slice(0, 40)), Part(sport="cycling", rows=slice(40, 100))
    )
    by_times = made(Part(sport="cycling", start_s=40), Part(sport="swimming", start_s=0))
    assert by_rows.legs == by_times.legs
    assert by_rows.sport == by_times.sport == "multisport"


def test_a_transition_makes_no_session_multisport():
    legs = (Part(sport="running", start_s=0), Part(sport="transition", start_s=90))
    assert made(*legs).sport == "running"
    assert made(Part(sport="transition")).sport == "transition"


@pytest.mark.parametrize(("says_s", "ends_s"), [(99, 99), (159, 159), (160, 99), (50, 99)])
def test_a_part_may_end_up_to_a_minute_after_its_last_row(says_s, ends_s):
    assert made(Part(start_s=0, end_s=says_s)).legs[0].end_s == ends_s


def test_a_lap_without_an_end_lasts_to_its_last_row_but_not_into_the_next():
    laps = (
        MarkedLap(start_s=0, rows=slice(0, 30), totals=Summary(timer_s=45)),
        MarkedLap(rows=slice(40, 60), totals=Summary(timer_s=10)),
        MarkedLap(start_s=60, end_s=70),
        MarkedLap(),
    )
    ends = [(lap.start_s, lap.end_s) for lap in made(laps=laps).laps]
    assert ends == [(0, 45), (40, 59), (60, 70)]
    laps = (laps[0], MarkedLap(start_s=35, end_s=40))
    assert made(laps=laps).laps[0].end_s == 35


def test_a_recording_of_totals_alone_has_a_row_where_it_begins_and_ends():
    read = made(Part(start_s=0, end_s=60), elapsed_s=SECONDS[:0], timer=[(10, False), (20, True)])
    assert read.samples.elapsed_s.tolist() == [0, 60]
    assert [(one.start_s, one.end_s) for one in read.pauses] == [(10, 20)]
    assert read.legs[0].end_s == 60
    assert read.notes == ("only totals were recorded: 1 session",)


def test_the_timer_makes_pauses_from_stop_to_start():
    timer = [(0, True), (20, False), (25, False), (30, True), (99, False), (200, True)]
    read = made(timer=timer)
    assert [(one.start_s, one.end_s) for one in read.pauses] == [(20, 30)]


@pytest.mark.parametrize(
    ("marked", "gap_s", "paused"), [(1, 3, 1), (1, 2, 0), (0, 11, 1), (0, 10, 0)]
)
def test_a_break_is_a_pause_where_it_is_long_enough(marked, gap_s, paused):
    elapsed_s = np.where(SECONDS < 50, SECONDS, SECONDS - 1 + gap_s)
    read = made(elapsed_s=elapsed_s, breaks=[Break(50, marked=bool(marked))])
    assert len(read.pauses) == paused


@pytest.mark.parametrize(("counted", "steps"), [(119, 238), (120, 240), (121, 121)])
def test_no_one_takes_more_than_240_steps_a_minute(counted, steps):
    read = made(Part(sport="running"), channels={CADENCE: np.full(100, float(counted))})
    assert read.samples.cadence_spm.tolist() == [steps] * 100
    assert bool(read.notes) == (counted == steps)


def test_a_cadence_is_of_steps_on_foot_and_of_revolutions_elsewhere():
    legs = (Part(sport="cycling", start_s=0), Part(sport="running", start_s=50))
    samples = made(*legs, channels={CADENCE: np.full(100, 80.0)}).samples
    assert np.flatnonzero(samples.cadence_rpm == 80).tolist() == list(range(50))
    assert np.flatnonzero(samples.cadence_spm == 160).tolist() == list(range(50, 100))
    gym = made(
        Part(sport="fitness_equipment", sub_sport="elliptical"),
        channels={CADENCE: np.full(100, 70.0)},
    )
    assert gym.samples.cadence_spm[0] == 140


def test_what_the_file_calls_steps_comes_first():
    steps = np.where(SECONDS < 50, 85.0, np.nan)
    channels = {CADENCE: np.full(100, 80.0), STEPS: steps}
    samples = made(Part(sport="running"), channels=channels).samples
    assert samples.cadence_spm[[0, 99]].tolist() == [170, 160]
    assert not samples.has("cadence_rpm")


def test_totals_are_sums_means_by_time_and_the_highest():
    total = total_of(
        [
            Summary(timer_s=100, heart_rate_avg_bpm=100, heart_rate_max_bpm=150, sweat_loss_l=0.2),
            Summary(elapsed_s=300, heart_rate_avg_bpm=140, heart_rate_max_bpm=140),
            Summary(sweat_loss_l=0.5),
        ]
    )
    assert (total.timer_s, total.elapsed_s) == (100, 300)
    assert total.heart_rate_avg_bpm == 130
    assert (total.heart_rate_max_bpm, total.sweat_loss_l) == (150, 0.5)
    assert total.power_avg_w is None
