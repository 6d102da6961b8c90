"""Exports of Strava, Garmin and Apple Health, read as they arrive."""

import io
import json
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from tools.exports import build_garmin_export, build_google_export, build_strava_export
from tools.fit_writer import FitWriter
from tools.formats import to_tcx

from riskfit.archives.dates import parse_moment
from riskfit.archives.garmin import GarminDocuments, file_type, set_aside
from riskfit.archives.listing import Inner, Place, list_inner, list_places, read_place
from riskfit.archives.strava import read_table
from riskfit.batch.gather import Input, gather
from riskfit.batch.pool import run_here
from riskfit.errors import UnsupportedFileError
from riskfit.features.athlete_rows import FEATURE_INDEX
from riskfit.store import Store
from riskfit.store.activities import read_rows

SPARSE = (20,)


@pytest.fixture
def read(tmp_path):
    """Read an export into a store; return what was found and the rows by source."""

    def reading(path: Path):
        with Store(tmp_path / f"{path.name}.sqlite") as store:
            (found,) = gather([Input(path=str(path))], store, run_here)
            rows = read_rows(store, store.athlete_id(""))
        return found, {rows.sources[k][0]: k for k in range(len(rows))}, rows

    return reading


def value(rows, row, name):
    return rows.values[row, FEATURE_INDEX[name]]


# ---- Strava


@pytest.mark.parametrize("as_zip", [True, False])
def test_a_strava_export_is_read_whole(tmp_path, read, as_zip):
    path = tmp_path / ("export_1.zip" if as_zip else "export_1")
    made = build_strava_export(path, 8, every_s=SPARSE)
    found, by_source, rows = read(path)
    assert found.failures == []
    separator = "!" if as_zip else "/"
    files = {f"{path}{separator}{one.file}" for one in made}
    assert set(by_source) == files | {f"{path}{separator}activities.csv!row 800"}
    assert found.aside == {"rows that Strava could not write": 1}
    for one in made:
        row = by_source[f"{path}{separator}{one.file}"]
        said = one.row
        if said["relative_humidity_pct"] is not None:
            assert value(rows, row, "relative_humidity_pct") == pytest.approx(
                said["relative_humidity_pct"]
            )
            assert value(rows, row, "air_temperature_c") == said["air_temperature_c"]
            assert rows.alone(row)["air_temperature_c"].source == "weather in Strava's export"
        if said["rpe"] is not None:
            minutes = value(rows, row, "duration_min")
            assert value(rows, row, "session_rpe_load") == pytest.approx(said["rpe"] * minutes)
        assert value(rows, row, "body_mass_kg") == said["mass_kg"]


@pytest.mark.parametrize(
    "layout",
    [
        {"language": "de", "humidity_scale": 100.0},
        {"language": "fr"},
        {"language": "xx"},
        {"reorder": True},
        {"untranslated": True},
        {"columns": ("Activity ID", "Filename", "Humidity", "Distance")},
        {"repeated_rows": 3},
    ],
    ids="-".join,
)
def test_the_table_is_found_by_the_names_of_its_columns(tmp_path, layout):
    made = build_strava_export(tmp_path / "x", 6, every_s=(60,), error_rows=2, **layout)
    table = read_table((tmp_path / "x" / "activities.csv").read_bytes())
    assert set(table.files) == {one.file for one in made}
    assert table.unreadable_rows == 2
    if layout.get("language") == "xx":
        return  # in a language that nobody knows no heading tells of weather
    for one in made:
        weather = table.files[one.file].weather
        humidity = one.row["relative_humidity_pct"]
        assert (weather.relative_humidity_pct if weather else None) == (
            pytest.approx(humidity) if humidity is not None else None
        )


def test_files_are_found_though_their_column_has_a_name_nobody_knows():
    table = read_table(b"Ident,Tiedosto,Kosteus\n1,activities/17.fit.gz,0.5\n2,,0.4\n")
    assert list(table.files) == ["activities/17.fit.gz"]
    assert table.bare_rows == 1


@pytest.mark.parametrize("language", ["en", "de", "fr", "xx"])
def test_the_table_tells_title_sport_and_mass_of_each_file(tmp_path, language):
    made = build_strava_export(tmp_path, 6, every_s=(60,), language=language)
    table = read_table((tmp_path / "activities.csv").read_bytes())
    for one in made:
        said = table.files[one.file]
        assert said.name == 'Morning "long" one, with friends'
        if language in ("en", "xx"):
            assert said.sport == (one.recording.session.sport, None)
        assert said.athlete.mass_kg == one.recording.person.mass_kg


def test_files_that_somebody_unpacked_are_those_that_the_table_names(tmp_path, read):
    packed, unpacked = tmp_path / "packed", tmp_path / "unpacked"
    build_strava_export(packed, 6, every_s=SPARSE)
    build_strava_export(unpacked, 6, every_s=SPARSE, unpack=lambda _: True)
    (unpacked / "activities").rename(unpacked / "x")
    for file in (unpacked / "x").iterdir():
        target = unpacked / "activities" / file.name.upper()
        target.parent.mkdir(exist_ok=True)
        file.rename(target)
    (first, _, before), (second, _, after) = read(packed), read(unpacked)
    assert first.failures == second.failures == []
    assert len(before) == len(after)
    for name in ("body_mass_kg", "air_temperature_c", "relative_humidity_pct"):
        place = FEATURE_INDEX[name]
        assert before.values[:, place] == pytest.approx(after.values[:, place], nan_ok=True)


HEADER = (
    b"Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,"
    b"Distance,Filename,Athlete Weight,Elapsed Time,Moving Time,Distance,Calories,Competition\n"
)


def test_a_short_table_in_a_language_nobody_knows_is_read_by_what_it_holds():
    table = read_table(
        b"Nr,Czas,Nazwa,Rodzaj,Opis,Trwanie,Dystans,Plik,Waga,Trwanie,Ruch\n"
        b'1,"1 cze 2026, 8:00:00",Rano,Run,,3600,"10,80",activities/1.gpx.gz,61.5,3600,3500\n'
        b'2,"2 cze 2026, 8:00:00",Gym,Ride,,5400,"40,2",,61.5,5400,5400\n'
    )
    said = table.files["activities/1.gpx.gz"]
    assert (said.name, said.sport, said.athlete.mass_kg) == ("Rano", ("running", None), 61.5)
    (by_hand,) = table.by_hand
    assert by_hand.totals.elapsed_s == 5400
    assert by_hand.totals.distance_m == pytest.approx(40_200)
    assert by_hand.supplement.sport == ("cycling", None)


def test_a_file_of_no_sport_has_that_of_the_table(tmp_path, read):
    recording = build_strava_export(tmp_path / "y", 1, every_s=SPARSE)[0].recording
    tcx = to_tcx(recording).replace(b'Sport="Running"', b'Sport="Other"')
    folder = tmp_path / "z" / "activities"
    folder.mkdir(parents=True)
    (folder / "1.tcx").write_bytes(tcx.replace(b'Sport="Biking"', b'Sport="Other"'))
    row = b'1,"Jun 1, 2026, 8:00:00 AM",Up,Hike,,60,1,activities/1.tcx.gz,,60,60,1000,,\n'
    (folder.parent / "activities.csv").write_bytes(HEADER + row)
    _, _, rows = read(tmp_path / "z")
    assert rows.sport == ["hiking"]
    assert rows.info[0].legs[0][0] == "hiking"


def test_a_row_without_a_file_is_a_session_by_its_totals(tmp_path, read):
    rows = (
        b'1,"Jun 1, 2026, 8:00:00 PM",Gym,Weight Training,,5400,0,,61.5,5400,5000,0,350,true\n'
        b'2,"Jun 2, 2026, 12:30:00 AM",Loop,Run,,3600,10.0,,61.5,3600,3500,10012.5,,\n'
        b"3,nobody knows when,Loop,Run,,3600,10.0,,61.5,3600,3500,10012.5,,\n"
    )
    table = read_table(HEADER + rows)
    weights, run = table.by_hand
    assert weights.start.isoformat() == "2026-06-01T20:00:00+00:00"
    assert weights.totals.timer_s == 5000
    assert weights.totals.energy_kcal == 350
    assert weights.totals.distance_m is None
    assert weights.supplement.sport == ("training", "strength_training")
    assert weights.supplement.race
    assert run.start.isoformat() == "2026-06-02T00:30:00+00:00"
    assert run.totals.distance_m == 10012.5
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "activities.csv").write_bytes(HEADER + rows)
    found, by_source, kept = read(tmp_path / "x")
    assert found.aside == {"rows without a file, a date or a duration": 1}
    row = by_source[f"{tmp_path}/x/activities.csv!row 1"]
    assert kept.sport[row] == "training"
    assert value(kept, row, "elapsed_min") == pytest.approx(90, abs=0.1)
    assert value(kept, row, "body_mass_kg") == 61.5
    run = by_source[f"{tmp_path}/x/activities.csv!row 2"]
    assert value(kept, run, "distance_km") == pytest.approx(10.0125)
    assert value(kept, run, "duration_min") == pytest.approx(3500 / 60, abs=0.1)
    assert any("only totals" in note for note in kept.info[row].notes)


@pytest.mark.parametrize(
    "text",
    [
        "Jun 13, 2026, 2:05:00 PM",
        "13.06.2026, 14:05:00",
        "13 juin 2026 à 14:05:00",
        "13 jun. 2026, 14:05",
        "13 giu 2026, 14:05:00",
        "6/13/2026, 2:05:00 PM",
        "13/06/2026 14:05:00",
        "2026-06-13 14:05:00",
        "2026年6月13日 午後2:05:00",
        "13 июн. 2026 г., 14:05:00",
    ],
)
def test_dates_are_read_as_settings_of_many_languages_write_them(text):
    assert parse_moment(text) == datetime(2026, 6, 13, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "Run", "3600", "14:05", "31.02.2026, 14:05:00", "99:99 2026"])
def test_what_is_no_date_is_none(text):
    assert parse_moment(text) is None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_a_table_that_a_spreadsheet_has_saved_is_read(encoding):
    text = (
        "Aktivitäts-ID;Aktivitätsdatum;Name der Aktivität;Aktivitätsart;Dateiname\n"
        "1;01.06.2026, 08:00:00;Früh;Lauf;activities/1.fit.gz\n"
    )
    table = read_table(text.encode(encoding))
    assert table.files["activities/1.fit.gz"].name == "Früh"
    assert table.files["activities/1.fit.gz"].sport == ("running", None)


def test_a_file_that_the_table_names_and_nobody_sent_is_reported(tmp_path, read):
    path = tmp_path / "export.zip"
    build_strava_export(path, 4, every_s=SPARSE, lost_files=1)
    found, by_source, _ = read(path)
    assert len(by_source) == 4
    (failure,) = found.failures
    assert "activities.csv names it" in failure.error


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"a,b\n1", b'"', b"Filename\n#error#\n", b"\0" * 50]
)
def test_a_broken_table_is_no_reason_to_stop(data):
    assert read_table(data).files == {}


# ---- Garmin


def test_a_garmin_export_is_sorted_by_first_messages(tmp_path, read):
    path = tmp_path / "garmin.zip"
    made = build_garmin_export(path, 5, others=5, every_s=SPARSE)
    found, by_source, rows = read(path)
    assert set(by_source) == {f"{path}!{one.file}" for one in made}
    assert found.failures == []
    assert found.aside == {
        "monitoring": 5,
        "sleep": 5,
        "settings": 5,
        "metrics": 5,
        "empty files": 5,
    }
    for one in made:
        row = by_source[f"{path}!{one.file}"]
        logged = one.row["sweat_ml"]
        sweat = value(rows, row, "device_sweat_loss_l")
        if logged is not None:
            assert sweat == pytest.approx(logged / 1000)
        feature = rows.alone(row)["heart_rate_reserve_fraction"]
        assert "maximum file" in feature.source
        assert value(rows, row, "body_mass_kg") == made[0].recording.person.mass_kg
        assert rows.title(row) == "Sampleton " + one.recording.session.sport


@pytest.mark.alone
def test_sorting_a_file_takes_well_under_a_millisecond():
    import time

    writer = FitWriter()
    writer.add("file_id", type=49, manufacturer=1, product=2691, time_created=1_000_000_000)
    data = writer.finish() + bytes(1_000_000)
    assert file_type(data) == 49
    begin = time.process_time()
    for _ in range(200):
        set_aside(data)
    assert (time.process_time() - begin) / 200 < 2e-4


@pytest.mark.parametrize("data", [b"x", b"\x0e\x10" + bytes(6) + b".FIT", b"<gpx/>", bytes(40)])
def test_what_says_no_type_is_left_to_the_readers(data):
    assert set_aside(data) is None


def test_documents_of_garmin_that_make_no_sense_are_passed_over():
    documents = GarminDocuments()
    for data in (
        b"",
        b"{",
        b"[1, null, []]",
        b'{"weight": null}',
        b'[{"weight": {"weight": "x"}}]',
    ):
        documents.read("1_userBioMetrics.json", data)
    documents.read("1_heartRateZones.json", b'[{"maxHeartRateUsed": 4000, "sport": "DEFAULT"}]')
    assert documents.athlete() is None


@pytest.mark.parametrize("folder", ["DI_CONNECT", "garmin of mine"])
def test_a_garmin_export_is_known_whatever_its_folder_is_called(tmp_path, read, folder):
    build_garmin_export(tmp_path / "g", 2, others=1, every_s=SPARSE)
    (tmp_path / "g" / "DI_CONNECT").rename(tmp_path / "g" / folder)
    found, _, rows = read(tmp_path / "g")
    assert found.failures == []
    assert len(rows) == 2
    assert np.isfinite(rows.values[:, FEATURE_INDEX["body_mass_kg"]]).all()


# ---- Google, Polar


@pytest.mark.parametrize(
    ("language", "index", "as_zip"), [("nl", True, True), ("ja", False, True), ("de", True, False)]
)
def test_a_google_export_is_read_without_a_complaint(tmp_path, read, language, index, as_zip):
    path = tmp_path / ("takeout.zip" if as_zip else "takeout")
    made = build_google_export(path, 2, language=language, index=index)
    found, _, rows = read(path)
    assert found.failures == []
    others = 2 + 3 + 1 + index
    assert found.aside == {"other documents of Google's export": others}
    assert len(rows) == len(made)
    assert rows.sport == ["running"] * 2


def test_files_beside_an_export_are_read_as_ever(tmp_path, read):
    made = build_google_export(tmp_path / "both", 2)
    recording = made[0].recording
    (tmp_path / "both" / "own.tcx").write_bytes(to_tcx(recording))
    _, _, rows = read(tmp_path / "both")
    assert len(rows) == 3


def test_an_export_of_polar_is_named_with_what_to_do(tmp_path, read):
    path = tmp_path / "polar.zip"
    session = b'{"exportVersion": "1.6", "exercises": []}'
    members = {f"training-session-2026-06-0{day}-1-a.json": session for day in (1, 2)}
    path.write_bytes(zipped(members | {"activity-2026-06-01-1-b.json": b"{}"}))
    found, _, rows = read(path)
    assert len(rows) == 0
    (failure,) = found.failures
    assert failure.source == str(path)
    assert "Polar Flow holds 2 sessions as JSON" in failure.error


# ---- places


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_places_are_listed_with_stamps_and_without_what_systems_leave(tmp_path):
    inside = zipped({"two.fit": b"22", "__MACOSX/two.fit": b"", "x/.DS_Store": b""})
    (tmp_path / "b.zip").write_bytes(zipped({"one.fit": b"1", "inner.zip": inside}))
    (tmp_path / "a.fit").write_bytes(b"333")
    (tmp_path / ".hidden").write_bytes(b"")
    first, inner, one = list_places(tmp_path)
    assert first == Place(str(tmp_path / "a.fit"), first.stamp, str(tmp_path / "a.fit"))
    assert first.stamp.startswith("3 ")
    assert isinstance(inner, Inner)
    assert one.stamp == f"1 {zlib.crc32(b'1'):08x}"
    (two,), listing = list_inner(inner)
    assert two.source == f"{tmp_path}/b.zip!inner.zip!two.fit"
    assert json.loads(listing) == [["two.fit", f"2 {zlib.crc32(b'22'):08x}"]]
    assert read_place(two)[0].content == b"22"
    assert list_inner(inner, listing)[0] == [two]


def test_exports_in_a_zip_in_a_zip_are_known(tmp_path, read):
    build_strava_export(tmp_path / "inner.zip", 3, every_s=SPARSE)
    path = tmp_path / "outer.zip"
    path.write_bytes(zipped({"my/export.zip": (tmp_path / "inner.zip").read_bytes()}))
    found, _, rows = read(path)
    assert found.failures == []
    assert len(rows) == 4
    assert np.isfinite(rows.values[:, FEATURE_INDEX["body_mass_kg"]]).all()


def test_an_inner_zip_that_swells_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("riskfit.archives.listing._IN_MEMORY", 1000)
    path = tmp_path / "outer.zip"
    path.write_bytes(zipped({"inner.zip": zipped({"a.bin": b"x"}) + bytes(5_000_000)}))
    (inner,) = list_places(path)
    with pytest.raises(UnsupportedFileError, match="zip bomb"):
        list_inner(inner)
