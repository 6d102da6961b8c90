"""Clocks that were set in mid-session, and sessions that began before their first row."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from tools.fit_writer import FitWriter, fit_time, semicircles
from tools.xml_files import gpx, gpx_point, gpx_track, tcx, tcx_activity, tcx_lap, tcx_point

from riskfit.activity import Summary
from riskfit.errors import DamagedFileError
from riskfit.readers import read_activity
from riskfit.readers.assemble import assemble
from riskfit.readers.fit import read_fit
from riskfit.readers.recording import Break, MarkedLap, Part, Recording

START = datetime(2025, 7, 12, 6, 30, tzinfo=UTC)
T0 = fit_time(START)
DAY = 86400
SECONDS = np.arange(600.0)


def assembled(elapsed_s, **rest):
    parts = rest.pop("parts", (Part(),))
    rest = {"start_time": START, "channels": {}, "parts": parts} | rest
    return assemble(Recording(elapsed_s=elapsed_s, **rest))


def set_at(second, days=120.0, elapsed_s=SECONDS):
    """Return times whose clock was that many days early until a second."""
    return np.where(elapsed_s < second, elapsed_s - days * DAY, elapsed_s)


# ---- set clocks


@pytest.mark.parametrize("second", [2, 5, 300, 590, 598])
@pytest.mark.parametrize("days", [120, 2, 9000, -120])
def test_rows_before_a_jump_move_to_the_date_behind_it(second, days):
    read = assembled(set_at(second, days), timer=[(-days * DAY, True)])
    np.testing.assert_array_equal(read.samples.elapsed_s, SECONDS)
    assert read.start_time == START
    way = "forward" if days > 0 else "back"
    (note,) = read.notes
    assert f"clock: set {way} by {abs(days):,} days in mid-session: {second} samples" in note


@pytest.mark.parametrize("row", [299, 297, 300, 302])
def test_a_wrong_bit_beside_the_jump_moves_no_others(row):
    times = set_at(300)
    times[row] += 1 << 14
    read = assembled(times, timer=[(-120.0 * DAY, True)])
    np.testing.assert_array_equal(np.delete(read.samples.elapsed_s, row), np.delete(SECONDS, row))


@pytest.mark.parametrize("second", [1, 599])
def test_a_lone_row_at_either_end_moves_to_the_others(second):
    read = assembled(set_at(second), timer=[(-120.0 * DAY, True)])
    np.testing.assert_array_equal(read.samples.elapsed_s, SECONDS)
    assert read.notes == ("clock: a sample 120 days from all others moved to them",)


def test_lone_rows_alone_have_no_clock():
    apart = np.arange(5.0) * 3 * DAY
    np.testing.assert_array_equal(assembled(apart).samples.elapsed_s, apart)


def test_a_clock_may_be_set_twice():
    times = set_at(400, 50) - 300 * DAY * (SECONDS < 200)
    read = assembled(times)
    np.testing.assert_array_equal(read.samples.elapsed_s, SECONDS)
    assert len(read.notes) == 2


def test_a_date_that_cannot_be_gives_way_to_one_that_can():
    behind = np.where(SECONDS < 300, SECONDS, SECONDS - 30 * 365 * DAY)
    read = assembled(behind)
    np.testing.assert_array_equal(read.samples.elapsed_s, SECONDS)
    assert read.start_time == START


def test_laps_legs_and_pauses_move_with_their_rows():
    early = -120 * DAY
    read = assembled(
        set_at(300),
        parts=(Part(start_s=early, end_s=600.0, totals=Summary(elapsed_s=600.0 - early)),),
        laps=(
            MarkedLap(start_s=early, end_s=early + 150),
            MarkedLap(start_s=early + 150, end_s=early + 450),
            MarkedLap(start_s=450, end_s=600),
        ),
        timer=[(early, True), (early + 100, False), (early + 120, True), (600.0, False)],
    )
    assert [(lap.start_s, lap.end_s) for lap in read.laps] == [(0, 150), (150, 450), (450, 600)]
    assert [(one.start_s, one.end_s) for one in read.pauses] == [(100, 120)]
    assert (read.legs[0].start_s, read.legs[0].end_s) == (0, 600)
    assert read.summary.elapsed_s == 600


def test_a_jump_between_a_stop_and_a_start_is_a_pause():
    times = np.where(SECONDS < 300, SECONDS, SECONDS + 5 * DAY)
    timer = [(0.0, True), (299.0, False), (300.0 + 5 * DAY, True)]
    read = assembled(times, timer=timer)
    np.testing.assert_array_equal(read.samples.elapsed_s, times)
    assert read.notes == ()
    never_stopped = assembled(times, timer=timer[:1])
    np.testing.assert_array_equal(never_stopped.samples.elapsed_s, SECONDS)


def test_a_jump_between_segments_is_left_alone_and_one_within_a_track_only_for_two_weeks():
    times = np.where(SECONDS < 300, SECONDS, SECONDS + 200 * DAY)
    assert assembled(times, breaks=(Break(300, marked=True),)).samples.elapsed_s[-1] > 200 * DAY
    assert assembled(times, breaks=(Break(299, marked=True),)).samples.elapsed_s[-1] == 599
    weekend = np.where(SECONDS < 300, SECONDS, SECONDS + 2 * DAY)
    np.testing.assert_array_equal(assembled(weekend).samples.elapsed_s, weekend)


def test_what_is_left_over_from_an_older_session_is_left_out():
    stale = np.concatenate([np.arange(8.0) - 7 * DAY, SECONDS])
    laps = (MarkedLap(start_s=0, end_s=600),)
    read = assembled(stale, laps=laps)
    assert np.isnan(read.samples.elapsed_s[:8]).all()
    np.testing.assert_array_equal(read.samples.elapsed_s[8:], SECONDS)
    assert any("8 samples of 7 s, 7 days before the session" in note for note in read.notes)
    begun = assembled(stale, laps=laps, timer=[(-7.0 * DAY, True)])
    np.testing.assert_array_equal(begun.samples.elapsed_s, np.arange(-8.0, 600) + 8)


def test_stray_times_in_a_file_open_no_clock():
    made = FitWriter()
    made.add("file_id", type=4, manufacturer=1, product=1, time_created=T0)
    stamps = T0 + np.arange(300)
    stamps[[50, 51, 52, 200]] += [40 * DAY, 900 * DAY, 70 * DAY, 1 << 24]
    made.add_rows("record", timestamp=stamps, heart_rate=np.full(300, 140))
    read = read_fit(made.finish())
    assert np.flatnonzero(np.isnan(read.samples.elapsed_s)).tolist() == [50, 51, 52, 200]
    assert read.notes == ("4 records more than 30 days from all others: no time",)


def test_seconds_since_the_device_was_switched_on_become_the_date_it_got():
    made = FitWriter()
    made.add("file_id", type=4, manufacturer=1, product=1)
    stamps = np.where(np.arange(300) < 100, 50, T0) + np.arange(300)
    made.add_rows("record", timestamp=stamps, heart_rate=np.full(300, 140))
    read = read_fit(made.finish())
    np.testing.assert_array_equal(read.samples.elapsed_s, np.arange(300))
    assert read.start_time == START
    assert not any("unknown" in note for note in read.notes)


def test_tracks_of_points_have_set_clocks_too():
    early = [gpx_point(second).replace("2024-05-01", "2019-04-07") for second in range(60)]
    read = read_activity(
        gpx(gpx_track([*early, *(gpx_point(second) for second in range(60, 120))]))
    )
    np.testing.assert_array_equal(read.samples.elapsed_s, np.arange(120))
    assert read.start_time == datetime(2024, 5, 1, 8, tzinfo=UTC)


# ---- late first rows


def late_fit(late_s, elapsed_s=600.0, timer_s=None):
    made = FitWriter()
    made.add("file_id", type=4, manufacturer=1, product=1, time_created=T0)
    made.add_rows("record", timestamp=T0 + np.arange(late_s, 601), heart_rate=140)
    end = {"timestamp": T0 + 600, "start_time": T0, "total_elapsed_time": elapsed_s}
    made.add("lap", **end)
    made.add("session", **end, total_timer_time=timer_s, sport=1)
    return read_fit(made.finish())


@pytest.mark.parametrize("late_s", [6, 120, 500])
def test_a_session_begins_where_it_says_and_not_with_its_first_row(late_s):
    read = late_fit(late_s)
    assert read.start_time == START
    assert read.samples.elapsed_s[0] == late_s
    assert read.laps[0].start_s == 0


@pytest.mark.parametrize(("late_s", "elapsed_s"), [(5, 600.0), (120, 480.0), (120, 598.0)])
def test_it_begins_with_its_first_row_where_the_totals_deny_the_wait(late_s, elapsed_s):
    read = late_fit(late_s, elapsed_s)
    assert read.start_time == START + timedelta(seconds=late_s)
    assert read.samples.elapsed_s[0] == 0


def test_a_lap_of_points_begins_a_recording_too():
    points = [tcx_point(second, 140) for second in range(100, 601)]
    for total_s, first_s in ((600, 100), (500, 0)):
        totals = f"<TotalTimeSeconds>{total_s}</TotalTimeSeconds>"
        read = read_activity(tcx(tcx_activity(tcx_lap(points, totals=totals))))
        assert read.samples.elapsed_s[0] == first_s


# ---- clocks that are wrong throughout


def dated(stamp, made_s=T0, offset_s=None, longitude_deg=None, maker=1):
    """Return a FIT file of a minute at this time, with what it says of dates beside."""
    made = FitWriter()
    made.add("file_id", type=4, manufacturer=maker, product=1, time_created=made_s)
    place = None if longitude_deg is None else semicircles(np.full(60, longitude_deg))
    columns = {} if place is None else {"position_lat": place * 0, "position_long": place}
    made.add_rows("record", timestamp=stamp + np.arange(60), heart_rate=140, **columns)
    local = None if offset_s is None else stamp + offset_s
    made.add("activity", timestamp=stamp, local_timestamp=local)
    return read_fit(made.finish())


@pytest.mark.parametrize("rounds", [-1, 0, 1])
def test_weeks_that_a_receiver_lost_are_found_by_the_files_own_date(rounds):
    off = rounds * 1024 * 7 * DAY
    read = dated(T0 + off)
    assert read.start_time == START
    assert bool(read.notes) is bool(rounds)
    not_quite = dated(T0 + off, made_s=T0 + 4 * DAY)
    assert (not_quite.start_time == START) is (rounds == 0)


@pytest.mark.parametrize(
    ("hours", "longitude_deg", "swapped"),
    [
        (-2, 9, True),
        (2, 9, False),
        (2, -4, False),
        (8, 75, False),
        (-8, 116, True),
        (5, -75, True),
        (-5, -75, False),
        (14, -157, False),
        (-2, None, False),
    ],
)
def test_local_time_in_place_of_utc_is_found_by_the_sun(hours, longitude_deg, swapped):
    read = dated(T0, offset_s=hours * 3600, longitude_deg=longitude_deg)
    assert read.start_time == START + timedelta(hours=hours * swapped)
    assert read.utc_offset_s == hours * 3600 * (-1 if swapped else 1)
    assert any("swapped" in note for note in read.notes) is swapped


def test_rides_on_a_screen_are_where_no_clock_is():
    zwift = dated(T0, offset_s=-2 * 3600, longitude_deg=9, maker=260)
    assert zwift.device.virtual
    assert zwift.start_time == START


def test_a_date_of_another_century_is_refused_unless_the_device_mends_it():
    century = 100 * 365 * DAY
    with pytest.raises(DamagedFileError, match="dated 2125"):
        assembled(SECONDS, start_time=START + timedelta(seconds=century))
    mended = np.where(SECONDS < 300, SECONDS, SECONDS - century)
    read = assembled(mended, start_time=START + timedelta(seconds=century))
    np.testing.assert_array_equal(read.samples.elapsed_s, SECONDS)
    assert read.start_time == START
