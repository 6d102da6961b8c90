"""Bytes decide what a file is; names say nothing, and what is refused says what to do."""

import contextlib
import gzip
import io
import random
import re
import zipfile
import zlib

import numpy as np
import pytest
from tools.fit_writer import FitWriter
from tools.xml_files import gpx, gpx_point, gpx_track, tcx, tcx_activity, tcx_lap, tcx_point

from riskfit.activity import Activity, Failure
from riskfit.archives import walk as walking
from riskfit.archives.walk import walk
from riskfit.errors import (
    DamagedFileError,
    InputError,
    NotAnActivityError,
    RiskfitError,
    UnsupportedFileError,
)
from riskfit.readers import read_activities, read_activity

TCX = tcx(tcx_activity(tcx_lap([tcx_point(i, 120) for i in range(5)])))
GPX = gpx(gpx_track([gpx_point(i) for i in range(4)]))


def zipped(members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_paths_bytes_and_files_are_all_sources(tmp_path):
    path = tmp_path / "run.fit"  # a lie
    path.write_bytes(TCX)
    sources = [path, str(path), TCX, bytearray(TCX), memoryview(TCX), io.BytesIO(TCX)]
    assert [len(read_activity(source).samples) for source in sources] == [5] * 6
    with path.open("rb") as stream:
        assert len(read_activity(stream).samples) == 5
    assert [len(one.samples) for one in read_activities(path)] == [5]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(gzip.compress(TCX), id="gzip"),
        pytest.param(gzip.compress(gzip.compress(TCX)), id="gzip in gzip"),
        pytest.param(gzip.compress(TCX[:300]) + gzip.compress(TCX[300:]), id="gzip in two parts"),
        pytest.param(gzip.compress(TCX) + b"\0" * 20, id="gzip and zeros"),
        pytest.param(zipped({"readme.txt": b"hello", "a/b.tcx": TCX}), id="zip"),
        pytest.param(zipped({"a.tcx.gz": gzip.compress(TCX)}), id="gzip in a zip"),
        pytest.param(zipped({"inner.zip": zipped({"run": TCX})}), id="zip in a zip"),
        pytest.param(gzip.compress(zipped({"run": TCX})), id="zip in gzip"),
        pytest.param(
            zipped({"__MACOSX/._a.tcx": b"\0", "a.tcx": TCX}, method=zipfile.ZIP_STORED),
            id="zip of a Mac, stored",
        ),
    ],
)
def test_packed_files_are_unpacked(data):
    assert len(read_activity(data).samples) == 5
    assert [len(one.samples) for one in read_activities(data) if isinstance(one, Activity)] == [5]


def test_a_gzip_stream_cut_off_is_read_as_far_as_it_goes():
    rng = random.Random(1)
    points = [tcx_point(i, rng.randrange(90, 190)) for i in range(3000)]
    packed = gzip.compress(tcx(tcx_activity(tcx_lap(points))))
    activity = read_activity(packed[: len(packed) // 2])
    assert 500 < len(activity.samples) < 3000
    assert "the gzip stream ends early" in activity.notes[0]
    flipped = bytearray(packed)
    flipped[len(packed) // 2] ^= 0xFF
    assert any("gzip" in note for note in read_activity(bytes(flipped)).notes)


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (b"", DamagedFileError, "empty.*fetch it again"),
        (b" \r\n", DamagedFileError, "blank"),
        (b"\0" * 5000, DamagedFileError, "blank"),
        (b"<!DOCTYPE html><html><body>404</body></html>", NotAnActivityError, "web page"),
        (b"\n\n<html lang='en'><head/></html>", NotAnActivityError, "web page"),
        (b'{"error": "login required"}', NotAnActivityError, "JSON"),
        (
            b'{"exercises": [{"startTime": "x"}]}',
            UnsupportedFileError,
            "Polar Flow.*riskfit import",
        ),
        (b"time,hr\n0,120\n1,121\n", NotAnActivityError, "plain text"),
        (b"<?xml version='1.0'?><kml><Placemark/></kml>", NotAnActivityError, "KML"),
        (b"<?xml version='1.0'?><notes><note/></notes>", UnsupportedFileError, "neither TCX nor"),
        (
            b"<?xml version='1.0'?>\n<!DOCTYPE HealthData [<!ELEMENT x (y)>]>\n<HealthData a='b'/>",
            UnsupportedFileError,
            "Apple Health.*riskfit import",
        ),
        (b"<workout_file><name>x</name></workout_file>", NotAnActivityError, "--plan"),
        (b"%PDF-1.4\n", UnsupportedFileError, "a PDF"),
        (b"SQLite format 3\0abc", UnsupportedFileError, "SQLite"),
        pytest.param(
            zipped({"a.tcx": TCX, "b.gpx": GPX}),
            UnsupportedFileError,
            "several workouts.*batch",
            id="zip of two",
        ),
        pytest.param(
            zipped({"a.txt": b"hello"}),
            NotAnActivityError,
            "zip holds no FIT, TCX or GPX",
            id="zip of a text",
        ),
        (zipped({}), NotAnActivityError, "zip holds no FIT, TCX or GPX"),
        (gzip.compress(b"", mtime=0), DamagedFileError, "empty"),
        (gzip.compress(TCX, mtime=0)[:8], DamagedFileError, "nothing can be unpacked"),
        (b"PK\x03\x04broken", UnsupportedFileError, "damaged zip"),
    ],
)
def test_what_is_no_workout_says_what_it_is_and_what_to_do(data, error, message):
    with pytest.raises(error, match=message):
        read_activity(data)


@pytest.mark.parametrize(
    "data",
    [
        TCX.replace(b"<TrainingCenterDatabase ", b"<TrainingZenterDatabase "),
        TCX[TCX.index(b"<Activities>") :],
        b"junk " + TCX,
        GPX.replace(b"<gpx ", b"<gpy "),
    ],
)
def test_a_damaged_root_does_not_hide_the_points(data):
    assert data not in (TCX, GPX)
    assert len(read_activity(data).samples) == (4 if b"trkpt" in data else 5)


def test_many_points_without_any_root_are_all_kept():
    points = "".join(gpx_point(i) for i in range(500))
    assert len(read_activity(points.encode()).samples) == 500
    assert len(read_activity(b"junk " + points.encode()).samples) == 500


@pytest.mark.parametrize("source", ["/no/such/file", "", "a\0b"])
def test_a_missing_file_is_the_askers_mistake(source):
    with pytest.raises(InputError):
        read_activity(source)


def test_other_mistakes_of_the_asker_are_told(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        read_activity(tmp_path)
    with pytest.raises(InputError, match="binary mode"):
        read_activity(io.StringIO("x"))
    with pytest.raises(InputError, match="give a path"):
        read_activity(42)
    with pytest.raises(InputError, match="columnar or fitparse"):
        read_activity(TCX, reader="magic")
    with pytest.raises(InputError, match="no such file or folder"):
        list(read_activities(tmp_path / "nothing"))


def test_folders_and_archives_are_walked_in_order_and_failures_stop_nothing(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "x.tcx").write_bytes(TCX)
    (tmp_path / "b" / "1.zip").write_bytes(
        zipped({"z.tcx": TCX, "in.zip": zipped({"c.gpx": GPX, "d.txt": b"hello"})})
    )
    (tmp_path / "a.tcx.gz").write_bytes(gzip.compress(TCX))
    (tmp_path / "c.tcx").write_bytes(b"")
    found = list(read_activities(tmp_path))
    names = [name for name, _ in walk(tmp_path)]
    root = str(tmp_path)
    assert names == [
        f"{root}/a.tcx.gz",
        f"{root}/c.tcx",
        f"{root}/b/1.zip!in.zip!c.gpx",
        f"{root}/b/1.zip!in.zip!d.txt",
        f"{root}/b/1.zip!z.tcx",
    ]
    assert [len(one.samples) if isinstance(one, Activity) else one.kind for one in found] == [
        5, "damaged", 4, "not_an_activity", 5,
    ]  # fmt: skip
    assert [one.source for one in found if isinstance(one, Failure)] == [names[1], names[3]]


def test_folders_come_in_the_order_of_their_names(tmp_path):
    for name in ("m", "c", "x", "a", "t", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run").write_bytes(TCX)
    names = [name for name, _ in walk(tmp_path)]
    assert names == [f"{tmp_path}/{name}/run" for name in "abcmtx"]


def test_damaged_members_are_failures_beside_sound_ones():
    data = bytearray(zipped({"a.tcx": TCX, "b.gpx": GPX}, method=zipfile.ZIP_STORED))
    data[data.index(b"<Activities>")] ^= 0xFF
    found = list(read_activities(bytes(data)))
    assert isinstance(found[0], Failure)
    assert (found[0].kind, found[0].source) == ("damaged", "bytes!a.tcx")
    assert "fetch the zip again" in found[0].error
    assert len(found[1].samples) == 4


def test_bombs_are_not_unpacked(monkeypatch):
    zeros = b"\0" * 40_000_000
    packed = zlib.compressobj(9, wbits=31)
    bomb = packed.compress(zeros) + packed.flush()
    with pytest.raises(UnsupportedFileError, match="zip bomb"):
        read_activity(bomb)
    (failure,) = read_activities(zipped({"a": zeros}))
    assert "zip bomb" in failure.error
    monkeypatch.setattr(walking, "LARGEST_FILE", 100)
    (failure,) = read_activities(zipped({"a.tcx": TCX}))
    assert (failure.kind, failure.source) == ("unsupported", "bytes!a.tcx")
    with pytest.raises(UnsupportedFileError, match="no workout exceeds"):
        read_activity(gzip.compress(TCX))


def test_a_member_that_lies_about_its_size_is_refused(monkeypatch):
    honest = zipped({"a.tcx": TCX})
    at = honest.index(b"PK\x01\x02") + 24
    lying = honest[:at] + (10).to_bytes(4, "little") + honest[at + 4 :]
    (failure,) = read_activities(lying)
    assert isinstance(failure, Failure)


def test_archives_in_archives_end_somewhere():
    data = zipped({"run.tcx": TCX})
    for _ in range(10):
        data = zipped({"more.zip": data})
    (failure,) = read_activities(data)
    assert "nest" in failure.error


def test_an_encrypted_member_asks_for_unpacking():
    data = bytearray(zipped({"a.tcx": TCX}))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(header) + flags] |= 1
    (failure,) = read_activities(bytes(data))
    assert (failure.kind, "password first" in failure.error) == ("unsupported", True)


def test_a_picture_in_a_folder_is_no_activity(tmp_path):
    (tmp_path / "me.jpg").write_bytes(b"\xff\xd8\xff\xe0" + b"x" * 100)
    (failure,) = read_activities(tmp_path)
    assert (failure.kind, "JPEG" in failure.error) == ("unsupported", True)


def test_damaged_archives_raise_nothing_but_our_errors():
    rng = random.Random(7)
    whole = zipped({"a.tcx": TCX, "in.zip": zipped({"b.gpx": GPX}), "c.gz": gzip.compress(GPX)})
    for source in (whole, gzip.compress(TCX)):
        for _ in range(200):
            damaged = bytearray(source)
            for _ in range(rng.choice((1, 3))):
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            data = bytes(damaged[: rng.randrange(len(damaged))] if rng.random() < 0.3 else damaged)
            assert all(isinstance(one, Activity | Failure) for one in read_activities(data))
            with contextlib.suppress(RiskfitError):
                read_activity(data)


# ---- FIT


def ride() -> bytes:
    fit = FitWriter()
    fit.define(0, 0, [(0, "enum")])
    fit.message(0, 4)
    fit.define(1, 20, [(253, "uint32"), (3, "uint8")])
    fit.rows(1, [1_000_000_000 + np.arange(60), np.full(60, 130)])
    return fit.finish()


@pytest.mark.parametrize("reader", ["columnar", "fitparse"])
def test_fit_is_told_by_its_signature_and_read_by_either_reader(reader):
    for data in (ride(), gzip.compress(ride()), zipped({"a.tcx": ride()})):
        assert read_activity(data, reader=reader).samples.heart_rate_bpm.tolist() == [130] * 60
        (only,) = read_activities(data, reader=reader)
        assert len(only.samples) == 60


def test_a_fit_file_whose_header_is_lost_is_still_read():
    for head in (bytes(14), bytes(8) + b".FIT\0\0"):
        activity = read_activity(head + ride()[14:])
        assert len(activity.samples) == 60
        assert activity.notes


def test_bytes_of_no_kind_are_damaged():
    with pytest.raises(RiskfitError):
        read_activity(bytes(random.Random(4).randrange(256) for _ in range(3000)))


def zip_of(*names):
    """Return a zip with empty members."""
    return zipped(dict.fromkeys(names, b""))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[Params]\r\nVersion=107\r\nMonitor=34", "Polar HRM"),
        (b"[COURSE HEADER]\nFTP = 250\n", "ERG or MRC"),
        (b"$GPRMC,123519,A,4807.038,N\r\n", "NMEA"),
        (b"AXCT123 Flytec\r\nHFDTE230725\r\n", "IGC"),
        (b"OziExplorer Track Point File Version 2.1\r\n", "OziExplorer"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "calendar"),
        (b"tp=lbs;k=0;lat=47.1;lon=11.2;alt=0.0;t=1.6E12\n", "Huawei"),
        (b"<?xml version='1.0'?><pwx xmlns='x'><workout/></pwx>", "TrainingPeaks"),
        (b"<FitnessWorkbook><AthleteLog/></FitnessWorkbook>", "FITLOG"),
        (b"<?xml version='1.0'?><sml><DeviceLog/></sml>", "Suunto SML"),
        (b'{"DeviceLog": {"Samples": []}}', "Suunto"),
        (b'[{"logId": 1, "activityTypeId": 15}]', "Fitbit"),
        (b'[{"dateTime": "x", "value": {"bpm": 61, "confidence": 2}}]', "Fitbit"),
        (b'{"fitnessActivity": "running"}', "Google"),
        (b'{"semanticSegments": []}', "Google"),
        (b'[{"motionPathData": []}]', "Huawei"),
        (b'{"id": 1, "resource_state": 3}', "Strava"),
        (b'{"type": "FeatureCollection", "features": []}', "GeoJSON"),
        (zip_of("[Content_Types].xml", "xl/workbook.xml"), "spreadsheet"),
        (zip_of("doc.kml", "images/a.png"), "KMZ"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "spreadsheet or another office"),
        (b"run.fit".ljust(257, b"\0") + b"ustar\x0000" + bytes(64), "tar archive: unpack"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(64), "7z archive: unpack"),
        (b"Rar!\x1a\x07\x00" + bytes(64), "RAR archive: unpack"),
        (b"SRM7" + bytes(64), "SRM"),
        (b"II*\0" + bytes(64), "TIFF"),
        (b"bplist00" + bytes(64), "property list"),
        (b"%PDF-1.7\n", "PDF"),
    ],
)
def test_what_people_hand_in_by_mistake_is_named_with_what_to_do(data, said):
    with pytest.raises(RiskfitError, match=said) as caught:
        read_activity(data)
    assert re.search(r"export|give|unpack|save", str(caught.value))


@pytest.mark.parametrize("first", [b"BMI,age\n22,40\n", b" \ttime,hr\n", b"A line of text\n"])
def test_text_that_begins_like_another_format_is_text(first):
    with pytest.raises(NotAnActivityError, match="plain text"):
        read_activity(first)
