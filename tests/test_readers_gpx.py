"""GPX: every track, segment and point, with what sensors added, and damage survived."""

import contextlib
import csv
import os
import random
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from tools.xml_files import GPX_HEAD, clock, gpx, gpx_point, gpx_track

from riskfit.errors import DamagedFileError, NotAnActivityError, RiskfitError, UnsupportedFileError
from riskfit.readers import read_activities, read_activity
from riskfit.readers.xml import fast
from riskfit.readers.xml.cells import NO_TIME
from riskfit.readers.xml.gpx import GpxOutline
from riskfit.readers.xml.outline import read_xml

CORPUS = os.environ.get("RISKFIT_CORPUS")
SENSORS = (
    "<power>201</power><gpxtpx:TrackPointExtension><gpxtpx:atemp>21.5</gpxtpx:atemp>"
    "<gpxtpx:hr>140</gpxtpx:hr><gpxtpx:cad>85</gpxtpx:cad></gpxtpx:TrackPointExtension>"
)


def run(points: int = 5, extra: str = "", **about: str) -> bytes:
    return gpx(gpx_track([gpx_point(i, extra) for i in range(points)], **about))


def both_ways(data: bytes):
    """Read with and without columns; the results must not differ."""
    fast, slow = (read_xml(data, GpxOutline, columnar=way)[1] for way in (True, False))
    assert fast.count == slow.count
    assert np.array_equal(fast.time_us, slow.time_us)
    assert fast.offsets == slow.offsets
    assert fast.channels.keys() == slow.channels.keys()
    for name, column in slow.channels.items():
        assert np.array_equal(fast.channels[name], column, equal_nan=True), name
    return fast


def is_columnar(data: bytes) -> bool:
    table = fast.split(data, "trkpt", GpxOutline.fields, GpxOutline.attributes)
    return table is not None


def test_every_channel_of_a_point_is_read():
    activity = read_activity(run(3, SENSORS, word="cycling"))
    samples = activity.samples
    assert activity.start_time == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert samples.elapsed_s.tolist() == [0, 1, 2]
    assert samples.latitude_deg.tolist() == [50.0] * 3
    assert samples.longitude_deg.tolist() == [8.25] * 3
    assert samples.altitude_m.tolist() == [100.0] * 3
    assert samples.power_w.tolist() == [201] * 3
    assert samples.temperature_c.tolist() == [21.5] * 3
    assert samples.heart_rate_bpm.tolist() == [140] * 3
    assert samples.cadence_rpm.tolist() == [85] * 3
    assert not samples.has("cadence_spm")
    assert not samples.has("distance_m")
    assert (activity.sport, activity.name) == ("cycling", "a run")
    assert activity.notes == ()


@pytest.mark.parametrize(
    ("extra", "channel", "value"),
    [
        ("<ns3:T><ns3:hr>99</ns3:hr></ns3:T>", "heart_rate_bpm", 99),
        ("<p:Ext><p:PowerInWatts>250</p:PowerInWatts></p:Ext>", "power_w", 250),
        ("<gpxdata:temp>17</gpxdata:temp>", "temperature_c", 17),
        ("<speed>3.25</speed>", "speed_m_s", 3.25),
        ("<x:speed>3.25</x:speed><speed>9</speed>", "speed_m_s", 3.25),
        ("<speed>3.25</speed><x:speed>9</x:speed>", "speed_m_s", 3.25),
        ("<distance>120.5</distance>", "distance_m", 120.5),
    ],
)
def test_extensions_count_whatever_their_prefix_and_the_first_one_wins(extra, channel, value):
    data = run(3, extra)
    both_ways(data)
    assert getattr(read_activity(data).samples, channel).tolist() == [value] * 3


def test_cadence_on_foot_is_that_of_both_feet():
    assert read_activity(run(3, SENSORS)).samples.cadence_spm.tolist() == [170] * 3
    both = read_activity(run(3, "<cad>172</cad>"))
    assert both.samples.cadence_spm.tolist() == [172] * 3
    assert "cadence already counts both feet: not doubled" in both.notes


def test_tracks_and_segments_are_one_activity_with_pauses_between():
    data = gpx(
        gpx_track([gpx_point(0), gpx_point(1)], [gpx_point(61), gpx_point(62)]),
        gpx_track([gpx_point(70)]),
    )
    activity = read_activity(data)
    assert len(activity.samples) == 5
    assert [(p.start_s, p.end_s) for p in activity.pauses] == [(1, 61), (62, 70)]
    assert [(leg.sport, leg.rows) for leg in activity.legs] == [("running", slice(0, 5))]


def test_tracks_of_different_sports_are_legs():
    data = gpx(
        gpx_track([gpx_point(0), gpx_point(9)], word="cycling"),
        gpx_track([gpx_point(20), gpx_point(30)]),
    )
    activity = read_activity(data)
    assert activity.sport == "multisport"
    assert [(leg.sport, leg.start_s, leg.end_s) for leg in activity.legs] == [
        ("cycling", 0, 9),
        ("running", 20, 30),
    ]


def test_tracks_hours_apart_are_activities_of_their_own():
    near, far = gpx_point(3 * 3600), gpx_point(6 * 3600 + 60)
    data = gpx(*(gpx_track([point]) for point in (gpx_point(0), near, far)))
    assert len(read_activity(data).samples) == 3
    assert [len(one.samples) for one in read_activities(data)] == [2, 1]


def test_a_point_without_time_keeps_its_row():
    activity = read_activity(gpx(gpx_track([gpx_point(0), gpx_point(None), gpx_point(2)])))
    assert np.array_equal(activity.samples.elapsed_s, [0, np.nan, 2], equal_nan=True)
    assert activity.notes == ("1 of 3 points have no time",)


def test_a_bad_number_becomes_nan_and_is_told():
    data = run(3).replace(b"<ele>100.0</ele>", b"<ele>high</ele>", 1)
    activity = read_activity(data)
    assert np.array_equal(activity.samples.altitude_m, [np.nan, 100, 100], equal_nan=True)
    assert activity.notes == ("altitude: 1 unusable value left out",)


@pytest.mark.parametrize(
    ("text", "hour", "offset_s"),
    [
        ("2024-05-01T10:00:00+02:00", 8, 7200),
        ("2024-05-01T10:00:00.25+02:00", 8, 7200),
        ("2024-05-01T03:30:00-04:30", 8, -16200),
        ("2024-05-01T10:00:00+0200", 8, 7200),
        ("2024-05-01T08:00:00Z", 8, None),
        ("2024-05-01T08:00:00", 8, None),
    ],
)
def test_time_zones_are_taken_into_account(text, hour, offset_s):
    data = run(2).replace(b"2024-05-01T08:00:00Z", text.encode())
    data = data.replace(b"2024-05-01T08:00:01Z", text.encode())
    both_ways(data)
    activity = read_activity(data)
    assert activity.start_time.replace(microsecond=0) == datetime(2024, 5, 1, hour, tzinfo=UTC)
    assert activity.utc_offset_s == offset_s
    naive = text.endswith("08:00:00")
    assert ("times without a time zone are taken as UTC" in activity.notes) == naive


def test_clocks_that_were_never_set_are_no_times():
    data = run(3).replace(b"2024-05-01T08:00:00Z", b"1901-12-13T20:45:52Z")
    activity = read_activity(data)
    assert activity.start_time.year == 2024
    assert np.isnan(activity.samples.elapsed_s[0])


ACCENTED = run(4, SENSORS, name="Frühstückslauf")
TEXT = ACCENTED.decode()


@pytest.mark.parametrize(
    "data",
    [
        ACCENTED,
        b"          " + ACCENTED,
        b"\xef\xbb\xbf" + ACCENTED,
        b"\n\0\xef\xbb\xbf" + ACCENTED,
        TEXT.replace("UTF-8", "UTF-16").encode("utf-16"),
        TEXT.replace("UTF-8", "UTF-16").encode("utf-16-le"),
        TEXT.replace("UTF-8", "UTF-16").encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.replace("UTF-8", "ISO-8859-1").encode("latin-1"),
        TEXT.replace("UTF-8", "windows-1252").encode("cp1252"),
        TEXT.encode("cp1252"),
        TEXT.replace("UTF-8", "klingon").encode("cp1252"),
    ],
)
def test_any_encoding_gives_the_same_activity(data):
    activity = read_activity(data)
    assert activity.name == "Frühstückslauf"
    assert activity.samples.heart_rate_bpm.tolist() == [140] * 4


def test_any_prefix_and_no_namespace_read_alike():
    plain = run(4, SENSORS)
    prefixed = plain.replace(b"<gpx ", b"<g:gpx ").replace(b"</gpx>", b"</g:gpx>")
    for name in (b"trkpt", b"trkseg", b"trk", b"time", b"ele", b"type", b"name"):
        for mark in (b">", b" "):
            prefixed = prefixed.replace(b"<" + name + mark, b"<g:" + name + mark)
        prefixed = prefixed.replace(b"</" + name + b">", b"</g:" + name + b">")
    for data in (prefixed, plain.replace(b"xmlns", b"data-x")):
        assert is_columnar(data)
        assert read_activity(data).samples.heart_rate_bpm.tolist() == [140] * 4
        assert read_activity(data).sport == "running"


def test_hostile_entities_are_refused():
    bomb = b'<!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
    head, _, rest = run().partition(b"\n")
    with pytest.raises(UnsupportedFileError, match=r"DOCTYPE.*export the workout again"):
        read_activity(head + b"\n" + bomb + rest)


def test_endless_nesting_is_refused():
    with pytest.raises(UnsupportedFileError, match="nest"):
        read_activity(GPX_HEAD.encode() + b"<a>" * 100_000 + run())


@pytest.mark.parametrize("kept", [40, 300])
def test_a_file_cut_off_is_read_as_far_as_it_goes(kept):
    whole = run(500)
    cut = whole[: whole.index(f"<time>2024-05-01T08:{kept // 60:02d}:{kept % 60:02d}".encode()) + 9]
    activity = read_activity(cut)
    assert int((~np.isnan(activity.samples.elapsed_s)).sum()) == kept
    assert activity.notes[0] == (f"the file ends early, at byte {len(cut)}: read as far as it goes")


def test_reading_resumes_behind_damage():
    whole = run(100, SENSORS)
    at = whole.index(b"<ele", whole.index(b"08:00:40Z"))
    activity = read_activity(whole[:at] + b"<<<&" + whole[at + 30 :])
    assert len(activity.samples) == 100
    assert activity.samples.elapsed_s[-1] == 99
    assert "damaged XML at byte" in activity.notes[0]
    assert "left out up to the next point" in activity.notes[0]
    assert activity.samples.heart_rate_bpm[:40].tolist() == [140] * 40


def test_a_stray_bracket_costs_no_point():
    whole = run(100)
    at = whole.index(b"<trkpt", whole.index(b"08:00:40Z"))
    assert len(read_activity(whole[:at] + b"<" + whole[at:]).samples) == 100


def test_a_file_cut_off_before_its_first_time_is_damaged():
    whole = run(5)
    with pytest.raises(DamagedFileError, match="no timed point could be kept"):
        read_activity(whole[: whole.index(b"<time>")])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (gpx(gpx_track([gpx_point(None), gpx_point(None)])), "route without times"),
        (gpx('<rte><rtept lat="1" lon="2"/></rte>'), "route or waypoints only"),
        (gpx(), "holds no track"),
    ],
)
def test_what_was_planned_is_no_activity(data, message):
    with pytest.raises(NotAnActivityError, match=message) as caught:
        read_activity(data)
    assert "--plan" in str(caught.value)


@pytest.mark.parametrize(
    ("word", "sport"),
    [("9", "running"), ("1", "cycling"), ("Trail Running", "running"), ("Wandern", "hiking"),
     ("trail_running", "running"), ("Fußball", "soccer"), ("Quidditch", "unknown")],
)  # fmt: skip
def test_words_for_sports_become_the_one_vocabulary(word, sport):
    assert read_activity(run(word=word)).sport == sport


@pytest.mark.parametrize(
    ("creator", "wrist"),
    [("Garmin Edge 1030", False), ("Garmin Forerunner 945", True), ("fēnix 7", True),
     ("Wahoo ELEMNT BOLT", False), ("ELEMNT RIVAL", True), ("StravaGPX iPhone", None),
     ("Garmin Connect", None)],
)  # fmt: skip
def test_the_creator_tells_where_the_thermometer_was(creator, wrist):
    data = gpx(gpx_track([gpx_point(0)]), creator=creator)
    assert read_activity(data).device.wrist is wrist


# ---- two ways to read, one result


@pytest.mark.parametrize(
    "change",
    [
        (b"<time>", b"<time> "),
        (b"08:00:03Z", b"08:00:60Z"),
        (b"<ele>100.0", b"<ele>1e2"),
        (b"<ele>100.0", b"<ele>100.00000000000000000001"),
        (b"<ele>100.0", b"<ele>-0.1"),
        (b"<ele>100.0", b"<ele>nan"),
        (b"<ele>", b"<!-- a comment --><ele>"),
        (b"<ele>100.0", b"<ele><![CDATA[100.0]]>"),
        (b"<ele>100.0", b"<ele>1&#48;0.0"),
        (b'lat="50.000000" lon="8.250000"', b'lon="8.250000" lat="50.000000"'),
        (b'lat="50.000000"', b"lat='50.000000'"),
        (b'lat="50.000000"', b'x="1" lat="50.000000"'),
        (b"</ele>", b"</ele><hr/>"),
        (b"</ele>", b"</ele><hr></hr>"),
        (b"</ele>", b"</ele><gpxtpx:heading>7</gpxtpx:heading>"),  # begins as gpxtpx:hr does
        (b"</ele>", b"</ele><ele>7</ele>"),
        (b"<trkseg>", b"<!-- > <trkpt> < --><trkseg>"),
        (b"<trkseg>", b'<!-- > <trkpt lat="1" lon="2"></trkpt> < --><trkseg>'),
        (b"</gpx>", b"</gpx><!-- end > -->"),
        (b"a run", "Läufe & <![CDATA[<trkpt>]]>".replace("&", "&amp;").encode()),
    ],
)
def test_unusual_texts_read_the_same_both_ways(change):
    both_ways(run(40, SENSORS).replace(*change))
    both_ways(run(40, SENSORS).replace(*change, 1))


def test_a_plain_file_is_read_as_columns():
    data = run(40, SENSORS)
    assert is_columnar(data)
    assert not is_columnar(data.replace(b"<ele>", b"<!-- x --><ele>", 1))
    assert both_ways(data).count == 40


@pytest.mark.parametrize("decimals", [(1, 30), (6, 7), (12, 13), (13, 14), (14, 15), (17, 18)])
def test_numbers_are_rounded_as_python_rounds_them(decimals):
    rng = random.Random(5)
    texts = [f"{rng.uniform(-180, 180):.{rng.randrange(*decimals)}f}" for _ in range(400)]
    points = "".join(
        f'<trkpt lat="{a}" lon="{b}"><time>2024-05-01T08:00:00Z</time></trkpt>'
        for a, b in zip(texts, texts[::-1], strict=True)
    )
    data = gpx(f"<trk><trkseg>{points}</trkseg></trk>")
    assert is_columnar(data)
    assert both_ways(data).channels["latitude_deg"].tolist() == [float(text) for text in texts]


def _mutated(rng: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(max(len(out), 1))
        kind = rng.randrange(5)
        if kind == 0:
            del out[at:]
        elif kind == 1 and out:
            out[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            del out[at : at + rng.randrange(1, 200)]
        elif kind == 3:
            bits = (
                b"<",
                b">",
                b"&",
                b"&lt;",
                b"<!-- x -->",
                b"\xff",
                b"\0",
                b"<?x y?>",
                b"-",
                b'"',
            )
            out[at:at] = rng.choice(bits)
        else:
            start = rng.randrange(max(len(out), 1))
            out[at:at] = out[start : start + rng.randrange(300)]
    return bytes(out)


def _survives(rng: random.Random, data: bytes) -> None:
    damaged = _mutated(rng, data)
    with contextlib.suppress(RiskfitError):
        read_activity(damaged)
    with contextlib.suppress(RiskfitError):
        both_ways(damaged)


def test_damaged_files_raise_nothing_but_our_errors_and_read_the_same_both_ways():
    rng = random.Random(2024)
    for _ in range(500):
        _survives(rng, run(40, SENSORS))


# ---- real files


def _corpus(format_name: str) -> list[dict[str, str]]:
    if not CORPUS:
        return []
    with (Path(CORPUS) / "manifest.tsv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row for row in rows if row["format"] == format_name]


ROUTES = {
    "old_stage_left_hand_lee.gpx": "its points have no time",
    "Mojstrovka.gpx": "all its points are from 1901-12-13, the lowest 32-bit clock",
}


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="RISKFIT_CORPUS names no folder")
@pytest.mark.parametrize("row", _corpus("gpx"), ids=lambda row: Path(row["path"]).name)
def test_a_real_file_gives_what_an_independent_walker_counted(row):
    path = Path(CORPUS) / "files" / row["path"]
    try:
        samples = read_activity(path).samples
    except NotAnActivityError:
        points = read_xml(path.read_bytes(), GpxOutline)[1]
        assert not (points.time_us != NO_TIME).any()
        assert row["kind"] != "recording" or path.name in ROUTES
        return
    expected = [int(row[name]) for name in ("records", "hr", "power", "temperature", "position")]
    channels = ("heart_rate_bpm", "power_w", "temperature_c", "latitude_deg")
    found = [int((~np.isnan(getattr(samples, name))).sum()) for name in channels]
    assert [len(samples), *found] == expected
    both_ways(path.read_bytes())


@pytest.mark.parametrize("written", ["01.05.2024 08:00:00", "1970-01-01T00:00:10Z"])
def test_times_that_cannot_be_are_shown_and_not_called_missing(written):
    point = gpx_point(0).replace(clock(0), written)
    assert written in point
    with pytest.raises(NotAnActivityError, match=re.escape(written)):
        read_activity(gpx(gpx_track([point, point])))
