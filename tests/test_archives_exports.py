"""Exports of Strava, Garmin and Apple Health, read as they arrive."""

import io
import json
import zipfile
import zlib
from pathlib import Path

import pytest
from tools.exports import build_apple_export, build_garmin_export, build_strava_export
from tools.fit_writer import FitWriter

from riskfit.archives.garmin import GarminDocuments, file_type, set_aside
from riskfit.archives.listing import Inner, Place, list_inner, list_places, read_place
from riskfit.archives.strava import read_table
from riskfit.batch.gather import Input, gather
from riskfit.batch.pool import run_here
from riskfit.errors import DamagedFileError, UnsupportedFileError
from riskfit.features.athlete_rows import FEATURE_INDEX
from riskfit.readers.apple import read_health, workouts
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
    assert set(by_source) == {f"{path}{separator}{one.file}" for one in made}
    assert found.aside == {
        "rows that Strava could not write": 1,
        "rows without a file, entered by hand": 1,
    }
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
    for one in made:
        weather = table.files[one.file].weather
        humidity = one.row["relative_humidity_pct"]
        assert (weather.relative_humidity_pct if weather else None) == (
            pytest.approx(humidity) if humidity is not None else None
        )


def test_files_are_found_though_their_column_has_a_name_nobody_knows():
    table = read_table(b"Ident,Tiedosto,Kosteus\n1,activities/17.fit.gz,0.5\n2,,0.4\n")
    assert list(table.files) == ["activities/17.fit.gz"]
    assert table.manual_rows == 1


def test_a_file_that_the_table_names_and_nobody_sent_is_reported(tmp_path, read):
    path = tmp_path / "export.zip"
    build_strava_export(path, 4, every_s=SPARSE, lost_files=1)
    found, by_source, _ = read(path)
    assert len(by_source) == 3
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


# ---- Apple Health


@pytest.mark.parametrize("hundredths", [True, False])
def test_an_apple_export_is_streamed_with_routes_hearts_and_weather(tmp_path, read, hundredths):
    path = tmp_path / "export.zip"
    made = build_apple_export(path, 5, humidity_in_hundredths=hundredths)
    found, _, rows = read(path)
    assert found.failures == []
    assert len(rows) == 5
    for one in made:
        session = one.recording.session
        (row,) = [k for k in range(5) if rows.start_s[k] == session.start.timestamp()]
        assert rows.sport[row] == session.sport
        if one.row["relative_humidity_pct"] is not None:
            assert value(rows, row, "relative_humidity_pct") == one.row["relative_humidity_pct"]
            assert value(rows, row, "air_temperature_c") == pytest.approx(
                one.row["air_temperature_c"]
            )
            kilometres = one.recording.total_m / 1000
            assert value(rows, row, "distance_km") == pytest.approx(kilometres, rel=0.1)
        assert value(rows, row, "duration_min") == pytest.approx(session.duration_s / 60, abs=1.5)
        assert rows.utc_offset_s[row] == 7200


def test_an_unchanged_apple_export_is_known(tmp_path):
    path = tmp_path / "export.zip"
    build_apple_export(path, 3)
    with Store(tmp_path / "s.sqlite") as store:
        (first,) = gather([Input(path=str(path))], store, run_here)
        (second,) = gather([Input(path=str(path))], store, run_here)
    assert (first.read, second.read) == (1, 0)
    assert first.contents == second.contents != set()


def test_an_apple_export_that_breaks_off_gives_what_lies_before(tmp_path):
    build_apple_export(tmp_path, 3)
    whole = (tmp_path / "apple_health_export" / "export.xml").read_bytes()
    health = read_health(io.BytesIO(whole[: len(whole) - 200]))
    assert health.cut_off is not None
    found = list(workouts(health, lambda _: "lost"))
    assert 1 <= len(found) <= 3
    assert any("damaged" in note for note in found[0][2].notes)


def test_an_export_with_entities_is_left_alone():
    bomb = b'<!DOCTYPE a [<!ENTITY x "y">]><HealthData>&x;</HealthData>'
    with pytest.raises(DamagedFileError, match="entities"):
        read_health(io.BytesIO(bomb))


def test_a_route_may_not_lead_out_of_the_export(tmp_path, read):
    build_apple_export(tmp_path / "x", 2)
    xml = tmp_path / "x" / "apple_health_export" / "export.xml"
    (tmp_path / "secret.gpx").write_bytes(b"<gpx/>")
    text = xml.read_text().replace("workout-routes/", "../../secret.gpx?")
    xml.write_text(text.replace("/../../secret.gpx?", "/../../secret.gpx#"))
    _, _, rows = read(tmp_path / "x")
    assert any("does not hold it" in note for info in rows.info for note in info.notes)


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


def test_an_inner_zip_that_swells_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("riskfit.archives.listing._IN_MEMORY", 1000)
    path = tmp_path / "outer.zip"
    path.write_bytes(zipped({"inner.zip": zipped({"a.bin": b"x"}) + bytes(5_000_000)}))
    (inner,) = list_places(path)
    with pytest.raises(UnsupportedFileError, match="zip bomb"):
        list_inner(inner)
