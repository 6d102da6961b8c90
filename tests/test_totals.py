"""Totals without samples become rows: strength, laps alone, pool lengths, statistics of a track."""

from datetime import UTC, datetime

import numpy as np
import pytest
from tools.fit_writer import FitWriter, fit_time
from tools.xml_files import gpx, gpx_point, gpx_track, tcx, tcx_activity, tcx_lap, tcx_point

from riskfit.activity import Summary
from riskfit.errors import NotAnActivityError
from riskfit.readers import read_activity
from riskfit.readers.assemble import assemble
from riskfit.readers.fit import read_fit
from riskfit.readers.recording import MarkedLap, Part, Recording

START = datetime(2025, 7, 12, 6, 30, tzinfo=UTC)
T0 = fit_time(START)
LAP = (
    "<TotalTimeSeconds>{}</TotalTimeSeconds><DistanceMeters>{}</DistanceMeters>"
    "<AverageHeartRateBpm><Value>{}</Value></AverageHeartRateBpm>"
)


def writer():
    made = FitWriter()
    made.add("file_id", type=4, manufacturer=1, product=3113, time_created=T0)
    return made


def session(made, seconds, *, start=0, sport=1, **more):
    made.add(
        "session",
        timestamp=T0 + start + seconds,
        start_time=T0 + start,
        total_elapsed_time=float(seconds),
        sport=sport,
        **more,
    )


def assembled(elapsed_s, channels=None, **rest):
    elapsed_s = np.asarray(elapsed_s, dtype=float)
    return assemble(
        Recording(start_time=START, elapsed_s=elapsed_s, channels=channels or {}, **rest)
    )


# ---- FIT


def test_a_session_alone_is_two_rows():
    made = writer()
    session(made, 1800, sport=10, sub_sport=20, avg_heart_rate=110, total_calories=180)
    read = read_fit(made.finish())
    assert read.samples.elapsed_s.tolist() == [0, 1800]
    assert (read.start_time, read.sport) == (START, "training")
    assert (read.summary.timer_s, read.summary.heart_rate_avg_bpm) == (1800, 110)
    assert read.notes == ("only totals were recorded: 1 session",)


def test_sets_of_exercises_are_rows_of_their_session():
    made = writer()
    for start in (0, 120):
        made.add("set", start_time=T0 + start, duration=45.0, set_type=1)
    session(made, 300, sport=10, sub_sport=20)
    read = read_fit(made.finish())
    assert read.samples.elapsed_s.tolist() == [0, 45, 120, 165, 300]
    assert read.notes == ("only totals were recorded: 1 session and 2 sets",)


def test_laps_alone_cover_their_ways_one_after_the_other():
    made = writer()
    for start, way in ((0, 1000.0), (300, 2000.0)):
        made.add(
            "lap",
            timestamp=T0 + start + 300,
            start_time=T0 + start,
            total_elapsed_time=300.0,
            total_distance=way,
            avg_heart_rate=130,
        )
    session(made, 600, total_distance=3000.0)
    read = read_fit(made.finish())
    assert read.samples.elapsed_s.tolist() == [0, 300, 300, 600]
    assert read.samples.distance_m.tolist() == [0, 1000, 1000, 3000]
    assert [lap.summary.heart_rate_avg_bpm for lap in read.laps] == [130, 130]


def test_a_timer_that_ran_shorter_stood_at_the_end_where_nothing_says_when():
    made = writer()
    session(made, 1000, total_timer_time=900.0, total_distance=1800.0)
    read = read_fit(made.finish())
    assert read.samples.elapsed_s.tolist() == [0, 900, 1000]
    assert read.samples.distance_m.tolist() == [0, 1800, 1800]
    assert [(one.start_s, one.end_s) for one in read.pauses] == [(900, 1000)]


def test_legs_without_samples_have_rows_of_their_own():
    made = writer()
    for start, sport in ((0, 5), (600, 2)):
        session(made, 600, start=start, sport=sport, total_distance=1000.0)
    read = read_fit(made.finish())
    assert [(leg.sport, leg.start_s, leg.end_s) for leg in read.legs] == [
        ("swimming", 0, 600),
        ("cycling", 600, 1200),
    ]


@pytest.mark.parametrize("kind", [20, 6])
def test_totals_in_other_kinds_of_files_stay_refused(kind):
    made = FitWriter()
    made.add("file_id", type=kind, manufacturer=1, product=3113, time_created=T0)
    if kind == 20:
        session(made, 600)
    else:
        made.add("lap", timestamp=T0 + 600, start_time=T0, total_elapsed_time=600.0)
    with pytest.raises(NotAnActivityError):
        read_fit(made.finish())


def test_a_session_that_lasted_no_time_is_none():
    made = writer()
    session(made, 0)
    with pytest.raises(NotAnActivityError, match="no timed records"):
        read_fit(made.finish())


# ---- laps beside samples


def test_laps_behind_the_samples_count_where_the_timer_had_room_for_them():
    laps = [
        MarkedLap(start_s=at, end_s=at + 300.0, totals=Summary(timer_s=300.0, distance_m=900.0))
        for at in (0.0, 300.0, 600.0)
    ]
    rows = np.arange(301.0)
    for timer_s, count in ((900.0, 305), (310.0, 301)):
        part = Part(start_s=0.0, end_s=900.0, totals=Summary(timer_s=timer_s))
        read = assembled(rows, {"distance_m": rows * 3}, parts=(part,), laps=laps)
        assert len(read.samples) == count
        assert read.samples.distance_m[-1] == (2700 if count > 301 else 900)


def test_a_lap_with_samples_or_far_from_them_gets_no_rows():
    rows = np.arange(301.0)
    far = MarkedLap(start_s=1e7, end_s=1e7 + 300, totals=Summary(timer_s=300.0))
    part = Part(totals=Summary(timer_s=5000.0))
    lap = MarkedLap(start_s=0.0, end_s=300.0, totals=Summary(timer_s=300.0))
    assert len(assembled(rows, parts=(part,), laps=(lap, far)).samples) == 301


# ---- TCX and GPX


def test_laps_of_points_alone_are_a_session():
    lap = LAP.format(3107, 8012, 151)
    read = read_activity(tcx(tcx_activity(tcx_lap(totals=lap))))
    assert read.samples.elapsed_s.tolist() == [0, 3107]
    assert read.samples.distance_m.tolist() == [0, 8012]
    assert read.summary.heart_rate_avg_bpm == 151
    assert read.notes == ("only totals were recorded: 1 lap",)


def test_the_zone_of_laps_alone_is_kept():
    lap = tcx_lap(totals=LAP.format(60, 100, 120)).replace('00Z"', '00+02:00"')
    assert read_activity(tcx(tcx_activity(lap))).utc_offset_s == 7200


def test_laps_without_a_time_or_a_start_stay_refused():
    for lap in ("<Lap></Lap>", "<Lap><TotalTimeSeconds>9</TotalTimeSeconds></Lap>", tcx_lap()):
        with pytest.raises(NotAnActivityError, match="no trackpoint"):
            read_activity(tcx(tcx_activity(lap)))


def test_a_leg_of_laps_between_legs_of_points_keeps_its_place():
    def points(first):
        return [tcx_point(second, 140) for second in range(first, first + 300)]

    legs = [
        tcx_activity(tcx_lap(points(0), totals=LAP.format(300, 900, 140)), sport="Running"),
        tcx_activity(tcx_lap(start=310, totals=LAP.format(280, 500, 120)), sport="Other"),
        tcx_activity(
            tcx_lap(points(600), start=600, totals=LAP.format(300, 2400, 130)), sport="Biking"
        ),
    ]
    read = read_activity(tcx(f"<MultiSportSession>{''.join(legs)}</MultiSportSession>"))
    assert [leg.rows for leg in read.legs] == [slice(0, 300), slice(300, 302), slice(302, 602)]
    assert [(leg.start_s, leg.end_s) for leg in read.legs] == [(0, 299), (310, 590), (600, 899)]
    assert [(lap.start_s, lap.end_s) for lap in read.laps] == [(0, 300), (310, 590), (600, 900)]
    assert "1 lap without samples: the totals stand in" in read.notes


def test_the_statistics_of_a_track_are_its_totals():
    def track(first, distance):
        stats = (
            f"<extensions><x:TrackStatsExtension><x:Distance>{distance}</x:Distance>"
            "<x:TimerTime>60</x:TimerTime><x:Ascent>7</x:Ascent><x:MaxSpeed>9</x:MaxSpeed>"
            "</x:TrackStatsExtension></extensions><trkseg>"
        )
        points = [gpx_point(second) for second in range(first, first + 60)]
        made = gpx_track(points).replace("<trk>", '<trk xmlns:x="http://x">')
        return made.replace("<trkseg>", stats, 1)

    alone = read_activity(gpx(track(0, 200)))
    assert alone.summary == Summary(timer_s=60, distance_m=200, ascent_m=7)
    assert read_activity(gpx(track(0, 200), track(100, 250))).summary == Summary(
        timer_s=120, distance_m=450, ascent_m=14
    )
    half_told = read_activity(gpx(track(0, 200), gpx_track([gpx_point(100), gpx_point(160)])))
    assert half_told.summary == Summary()


# ---- pool swims


def pool(lengths, records=(), pool_m=25.0, total_m=None):
    """Return a swim of lengths (start, seconds, active) beside records at these seconds."""
    made = writer()
    if len(records):
        made.add_rows("record", timestamp=T0 + np.asarray(records), heart_rate=130)
    for start, took, active in lengths:
        end = {"timestamp": T0 + start + took, "total_elapsed_time": float(took)}
        made.add("length", **end, start_time=T0 + start, length_type=active)
    session(made, 600, sport=5, sub_sport=17, pool_length=pool_m, total_distance=total_m)
    return read_fit(made.finish())


LENGTHS = [(30 * n, 30, 0 if n == 3 else 1) for n in range(20)]


@pytest.mark.parametrize(
    ("pool_m", "total_m", "way_m"),
    [(25.0, None, 475), (25.0, 500.0, 475), (25.0, 950.0, 950), (None, 475.0, 475)],
)
def test_lengths_tell_the_way_of_a_swim_or_its_total_where_they_differ(pool_m, total_m, way_m):
    read = pool(LENGTHS, np.arange(1, 600), pool_m, total_m=total_m)
    way = read.samples.distance_m
    assert len(way) == 599
    assert way[-1] == pytest.approx(way_m * (1 - 1 / 30 / 19), rel=1e-6)
    each = way_m / 19
    assert way[29] == pytest.approx(each)
    assert way[89] == way[119] == pytest.approx(3 * each)


def test_walls_are_rows_where_records_are_missing():
    read = pool(LENGTHS, np.arange(1, 200), total_m=475.0)
    times = read.samples.elapsed_s + (read.start_time - START).total_seconds()
    np.testing.assert_array_equal(times, [*range(1, 200), *range(270, 601, 30)])
    assert read.samples.distance_m[-1] == 475


def test_a_length_with_an_odd_time_costs_itself():
    odd = [(9000, 30, 1) if n == 10 else one for n, one in enumerate(LENGTHS)]
    way = pool(odd, np.arange(1, 600), total_m=475.0).samples.distance_m
    assert way[-1] == pytest.approx(450, abs=1)
    assert way[299] == pytest.approx(225, abs=1)


def test_a_gap_between_lengths_is_a_rest():
    gap = [(0, 30, 1), (90, 30, 1)]
    way = pool(gap, np.arange(1, 121), total_m=50.0).samples.distance_m
    assert way[29] == way[88] == 25
    assert way[119] == 50
