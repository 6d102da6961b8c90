"""TCX: every activity, lap, track and trackpoint, with the device's own totals."""

import contextlib
import csv
import os
import random
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from tools.xml_files import TCX_HEAD, clock, tcx, tcx_activity, tcx_lap, tcx_point

from riskfit.errors import DamagedFileError, NotAnActivityError, RiskfitError, UnsupportedFileError
from riskfit.readers import read_activities, read_activity
from riskfit.readers.xml import fast
from riskfit.readers.xml.outline import read_xml
from riskfit.readers.xml.tcx import TcxOutline

CORPUS = os.environ.get("RISKFIT_CORPUS")
PLACE = (
    "<Position><LatitudeDegrees>50.5</LatitudeDegrees><LongitudeDegrees>-8.25</LongitudeDegrees>"
    "</Position><AltitudeMeters>99.5</AltitudeMeters><DistanceMeters>12.5</DistanceMeters>"
)
TPX = (
    "<Extensions><ns3:TPX><ns3:Speed>3.5</ns3:Speed><ns3:RunCadence>85</ns3:RunCadence>"
    "<ns3:Watts>300</ns3:Watts></ns3:TPX></Extensions>"
)
TOTALS = (
    "<TotalTimeSeconds>{0}</TotalTimeSeconds><DistanceMeters>{1}</DistanceMeters>"
    "<Calories>{2}</Calories><AverageHeartRateBpm><Value>{3}</Value></AverageHeartRateBpm>"
    "<MaximumHeartRateBpm><Value>{4}</Value></MaximumHeartRateBpm>"
)
CREATOR = "<Creator><Name>Garmin Forerunner 945</Name><UnitId>3999</UnitId></Creator>"


def run(points: int = 5, extra: str = PLACE + TPX, sport: str = "Running") -> bytes:
    lap = tcx_lap([tcx_point(i, 140, extra) for i in range(points)])
    return tcx(tcx_activity(lap, sport=sport))


def both_ways(data: bytes):
    """Read with and without columns; the results must not differ."""
    fast, slow = (read_xml(data, TcxOutline, columnar=way)[1] for way in (True, False))
    assert np.array_equal(fast.time_us, slow.time_us)
    assert fast.channels.keys() == slow.channels.keys()
    for name, column in slow.channels.items():
        assert np.array_equal(fast.channels[name], column, equal_nan=True), name
    return fast


def is_columnar(data: bytes) -> bool:
    return fast.split(data, "Trackpoint", TcxOutline.fields, ()) is not None


def test_every_channel_of_a_trackpoint_is_read():
    activity = read_activity(run(3))
    samples = activity.samples
    assert activity.start_time == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert samples.elapsed_s.tolist() == [0, 1, 2]
    assert samples.heart_rate_bpm.tolist() == [140] * 3
    assert samples.latitude_deg.tolist() == [50.5] * 3
    assert samples.longitude_deg.tolist() == [-8.25] * 3
    assert samples.altitude_m.tolist() == [99.5] * 3
    assert samples.distance_m.tolist() == [12.5] * 3
    assert samples.speed_m_s.tolist() == [3.5] * 3
    assert samples.power_w.tolist() == [300] * 3
    assert samples.cadence_spm.tolist() == [170] * 3
    assert not samples.has("cadence_rpm")
    assert activity.notes == ()


def test_pedalling_is_counted_in_revolutions_and_running_in_steps():
    ride = read_activity(run(3, "<Cadence>90</Cadence>", "Biking")).samples
    assert (ride.cadence_rpm.tolist(), ride.has("cadence_spm")) == ([90] * 3, False)
    on_foot = read_activity(run(3, "<Cadence>88</Cadence>")).samples
    assert (on_foot.cadence_spm.tolist(), on_foot.has("cadence_rpm")) == ([176] * 3, False)


@pytest.mark.parametrize(
    ("word", "sport"), [("Running", "running"), ("Biking", "cycling"), ("Other", "generic")]
)
def test_sports_become_the_one_vocabulary(word, sport):
    activity = read_activity(run(sport=word))
    assert activity.sport == sport
    assert [leg.sport for leg in activity.legs] == [sport]


def test_laps_totals_add_up():
    first = tcx_lap([tcx_point(0, 120), tcx_point(60, 130)],
                    totals=TOTALS.format(60, 200, 20, 125, 130))  # fmt: skip
    second = tcx_lap([tcx_point(61, 150), tcx_point(240, 160)], start=61,
                     totals=TOTALS.format(180, 700, 50, 155, 171))  # fmt: skip
    activity = read_activity(tcx(tcx_activity(first, second, tail=CREATOR)))
    total = activity.summary
    assert (total.timer_s, total.distance_m, total.energy_kcal) == (240, 900, 70)
    assert total.heart_rate_avg_bpm == pytest.approx((125 * 60 + 155 * 180) / 240)
    assert total.heart_rate_max_bpm == 171
    assert [(lap.start_s, lap.end_s) for lap in activity.laps] == [(0, 60), (61, 241)]
    assert activity.laps[1].summary.distance_m == 700
    device = activity.device
    assert (device.manufacturer, device.serial_number, device.wrist) == ("garmin", "3999", True)


def test_a_lap_ends_where_the_next_one_starts():
    first = tcx_lap([tcx_point(0)], totals=TOTALS.format(90, 1, 1, 1, 1))
    activity = read_activity(tcx(tcx_activity(first, tcx_lap([tcx_point(61)], start=61))))
    assert [(lap.start_s, lap.end_s) for lap in activity.laps] == [(0, 61), (61, 61)]


def test_a_lap_is_no_pause_but_a_new_track_and_a_long_gap_are():
    data = tcx(
        tcx_activity(
            tcx_lap([tcx_point(0), tcx_point(1)], [tcx_point(31), tcx_point(32)]),
            tcx_lap([tcx_point(38)], start=38),
            tcx_lap([tcx_point(98)], start=98),
        )
    )
    pauses = read_activity(data).pauses
    assert [(pause.start_s, pause.end_s) for pause in pauses] == [(1, 31), (38, 98)]


def test_a_multisport_session_has_a_leg_for_each_sport():
    swim = tcx_activity(tcx_lap([tcx_point(0), tcx_point(600)]), sport="Other")
    change = f"<Transition StartTime='{clock(601)}'><Track>{tcx_point(630)}</Track></Transition>"
    ride = tcx_activity(tcx_lap([tcx_point(7000), tcx_point(8000)], start=7000), sport="Biking")
    data = (
        f"{TCX_HEAD}<Activities><MultiSportSession><Id>x</Id><FirstSport>{swim}</FirstSport>"
        f"<NextSport>{change}{ride}</NextSport></MultiSportSession></Activities>"
        "</TrainingCenterDatabase>"
    ).encode()
    activity = read_activity(data)
    assert activity.sport == "multisport"
    assert [(leg.sport, leg.rows) for leg in activity.legs] == [
        ("generic", slice(0, 2)),
        ("transition", slice(2, 3)),
        ("cycling", slice(3, 5)),
    ]
    assert [len(one.samples) for one in read_activities(data)] == [5]


def test_unrelated_activities_of_one_file_come_apart():
    same = [tcx_activity(tcx_lap([tcx_point(s), tcx_point(s + 60)], start=s)) for s in (0, 120)]
    ride = tcx_activity(tcx_lap([tcx_point(200)], start=200), sport="Biking")
    late = tcx_activity(tcx_lap([tcx_point(7200)], start=7200))
    data = tcx(*same, ride, late)
    assert len(read_activity(data).samples) == 6
    assert [len(one.samples) for one in read_activities(data)] == [2, 3, 1]
    assert [one.sport for one in read_activities(data)] == ["running", "multisport", "running"]


def test_points_behind_a_course_are_not_part_of_the_activity():
    course = f"<Courses><Course><Track>{tcx_point(9000)}</Track></Course></Courses>"
    data = run(3).replace(b"</Activities>", b"</Activities>" + course.encode())
    assert len(read_activity(data).samples) == 3


def test_a_course_with_times_is_read_and_called_one():
    course = f"<Course><Track>{tcx_point(0)}{tcx_point(9)}</Track></Course>"
    activity = read_activity(f"{TCX_HEAD}<Courses>{course}</Courses></x>".encode())
    assert activity.samples.elapsed_s.tolist() == [0, 9]
    assert activity.notes[0].startswith("the file is a course with times")


def test_older_files_name_namespaces_and_types_on_each_element():
    data = run(40)
    for plain, full in (
        (b"<HeartRateBpm>", b'<HeartRateBpm xsi:type="HeartRateInBeatsPerMinute_t">'),
        (
            b"<ns3:TPX>",
            b'<ns3:TPX xmlns="http://www.garmin.com/xmlschemas/ActivityExtension/v2">',
        ),
    ):
        data = data.replace(plain, full)
    assert is_columnar(data)
    assert both_ways(data).channels["heart_rate_bpm"].tolist() == [140] * 40
    first, last = data.index(b"n/v2"), data.rindex(b"n/v2")
    for at in (first, last):
        for odd in (b"n/v3", b'n/v2" more="', b'n/v3"', b"n/v<"):
            both_ways(data[:at] + odd + data[at + 4 :])


@pytest.mark.parametrize(
    "change",
    [
        (b"<Value>140</Value>", b"140"),
        (b"<Value>140</Value>", b" <Value>140</Value> "),
        (b"<Value>140</Value>", b"<Value>140</Value><Value>150</Value>"),
        (b"<Value>140</Value>", b"<Value/>"),
        (b"<Value>140</Value>", b"<Value></Value>"),
        (b"<Value>140</Value>", b"<Value>140</Value><!-- > < -->"),
        (b"<Trackpoint>", b'<Trackpoint id="1">'),
        (b"<Trackpoint>", b"<Trackpoint >"),
        (b"</Trackpoint>", b"</Trackpoint >"),
        (b"</Trackpoint>", b"</Trackpoint>text between"),
        (b"</Speed>", b"</Speed >"),
        (b"</ns3:TPX>", b"</ns3:TPX>\x01"),
        (b"</ns3:TPX>", b"</ns3:TPX>\xc3\xa4"),
        (b"</ns3:TPX>", b"</ns3:TPX>&amp;"),
        (b"</ns3:TPX>", b"</ns3:TPY>"),
        (b"</ns3:Watts></ns3:TPX>", b"</ns3:TPX></ns3:Watts>"),
    ],
)
def test_unusual_texts_read_the_same_both_ways(change):
    both_ways(run(40).replace(*change))
    both_ways(run(40).replace(*change, 1))


def test_a_plain_file_is_read_as_columns():
    assert is_columnar(run(40))
    assert both_ways(run(40)).count == 40


def test_blanks_before_the_prolog_are_what_strava_writes():
    data = b"          " + run(3)
    assert is_columnar(data.lstrip())
    assert len(read_activity(data).samples) == 3


def test_hostile_entities_are_refused():
    bomb = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">]><TrainingCenterDatabase>'
    with pytest.raises(UnsupportedFileError, match="DOCTYPE"):
        read_activity(bomb + run().partition(b"<TrainingCenterDatabase ")[2])


def test_a_file_cut_off_is_read_as_far_as_it_goes():
    whole = run(500)
    cut = whole[: whole.index(b"08:05:00Z")]
    activity = read_activity(cut)
    assert int((~np.isnan(activity.samples.elapsed_s)).sum()) == 300
    assert f"the file ends early, at byte {len(cut)}" in activity.notes[0]


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (
            f"{TCX_HEAD}<Courses><Course><Track>{tcx_point(None)}</Track></Course></Courses></x>",
            NotAnActivityError,
            "holds a course",
        ),
        (
            f"{TCX_HEAD}<Workouts><Workout Sport='Running'/></Workouts></TrainingCenterDatabase>",
            NotAnActivityError,
            "holds planned workouts",
        ),
        (tcx(tcx_activity(tcx_lap())).decode(), NotAnActivityError, "no trackpoint"),
        (run(5, "").decode().partition("<Time>")[0], DamagedFileError, "no timed point"),
    ],
)
def test_what_holds_no_session_says_what_it_holds(data, error, message):
    with pytest.raises(error, match=message):
        read_activity(data.encode())


def _mutated(rng: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice((1, 2, 4))):
        at = rng.randrange(max(len(out), 1))
        kind = rng.randrange(4)
        if kind == 0 and rng.random() < 0.5:
            del out[at:]
        elif kind <= 1 and out:
            out[at % len(out)] = rng.randrange(256)
        elif kind == 2:
            del out[at : at + rng.randrange(1, 60)]
        else:
            out[at:at] = out[at : at + rng.randrange(200)]
    return bytes(out)


def test_damaged_files_raise_nothing_but_our_errors_and_read_the_same_both_ways():
    rng = random.Random(2025)
    whole = run(40)
    for _ in range(500):
        damaged = _mutated(rng, whole)
        with contextlib.suppress(RiskfitError):
            read_activity(damaged)
        with contextlib.suppress(RiskfitError):
            both_ways(damaged)


# ---- real files


def _corpus() -> list[dict[str, str]]:
    if not CORPUS:
        return []
    with (Path(CORPUS) / "manifest.tsv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row for row in rows if row["format"] == "tcx"]


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="RISKFIT_CORPUS names no folder")
@pytest.mark.parametrize("row", _corpus(), ids=lambda row: Path(row["path"]).name)
def test_a_real_file_gives_what_an_independent_walker_counted(row):
    path = Path(CORPUS) / "files" / row["path"]
    samples = read_activity(path).samples
    expected = [int(row[name]) for name in ("records", "hr", "power", "temperature", "position")]
    channels = ("heart_rate_bpm", "power_w", "temperature_c", "latitude_deg")
    found = [int((~np.isnan(getattr(samples, name))).sum()) for name in channels]
    assert [len(samples), *found] == expected
    both_ways(path.read_bytes())
