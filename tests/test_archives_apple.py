"""Exports of Apple Health: found in any language, read behind damage, totals where they stand."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tools.apple import apple_statistics, apple_workout, apple_xml
from tools.exports import build_apple_export

from riskfit.batch.gather import Input, gather
from riskfit.batch.pool import run_here
from riskfit.errors import DamagedFileError
from riskfit.features.athlete_rows import FEATURE_INDEX
from riskfit.readers.apple import workouts
from riskfit.readers.apple_xml import read_health
from riskfit.store import Store
from riskfit.store.activities import read_rows


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


def activities(xml):
    health = read_health(io.BytesIO(xml.encode()))
    return [activity for _, _, activity in workouts(health, lambda _: "lost")]


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


# ---- in whatever language


@pytest.mark.parametrize(
    "name",
    [
        "apple_health_export/eksport.xml",
        "apple_health_export/Export.xml",
        "apple_health_export/exportación.xml",
        "apple_health_export/导出.xml",
        "エクスポート.xml",
        "my phone/vienti.xml",
    ],
)
@pytest.mark.parametrize("as_zip", [True, False])
def test_the_xml_is_found_by_what_it_holds(tmp_path, read, name, as_zip):
    path = tmp_path / ("export.zip" if as_zip else "export")
    build_apple_export(path, 3, name=name)
    found, _, rows = read(path)
    assert found.failures == []
    assert found.aside == {}
    assert len(rows) == 3
    assert "latitude_deg" in {channel for info in rows.info for channel in info.channels}


def test_an_export_in_a_zip_in_a_zip_is_found(tmp_path, read):
    build_apple_export(tmp_path / "inner.zip", 3)
    path = tmp_path / "outer.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(tmp_path / "inner.zip", "export.zip")
    found, _, rows = read(path)
    assert found.failures == []
    assert len(rows) == 3


# ---- damage


def _without_a_bracket(text):
    return text.replace("CDATA #REQUIRED>\n]>", "CDATA #REQUIRED\n<!ELEMENT Me EMPTY>\n]>")


def _with_control_characters(text):
    return text.replace('sourceName="Watch"', 'sourceName="Wa\x0btch"')


def _with_a_blank_in_a_name(text):
    scale = '<Record type="HKQuantityTypeIdentifierBodyMass" Health Mate App Version="2.6" unit='
    return text.replace(
        '<Record type="HKQuantityTypeIdentifierBodyMass" sourceName="Watch" unit=', scale
    )


def _with_blanks_in_workouts(text):
    return text.replace('durationUnit="min"', 'durationUnit="min" My App="1"')


def _with_a_bare_ampersand(text):
    return text.replace('key="HKIndoorWorkout"', 'note="up & down" key="HKIndoorWorkout"')


def _without_an_end(text):
    return text.replace(" </Workout>\n", "\n", 1)


@pytest.mark.parametrize(
    "damage",
    [
        _without_a_bracket,
        _with_control_characters,
        _with_a_blank_in_a_name,
        _with_blanks_in_workouts,
        _with_a_bare_ampersand,
        _without_an_end,
    ],
)
def test_what_phones_write_damaged_costs_nothing(tmp_path, read, damage):
    changed = []

    def change(text):
        changed.append(damage(text) != text)
        return damage(text)

    build_apple_export(tmp_path / "sound", 3)
    build_apple_export(tmp_path / "export", 3, change=change)
    assert changed == [True]
    (_, _, sound), (found, _, rows) = read(tmp_path / "sound"), read(tmp_path / "export")
    assert found.failures == []
    assert rows.values == pytest.approx(sound.values, nan_ok=True)


def test_elements_beyond_repair_are_left_out_and_counted():
    record = '<Record type="HKQuantityTypeIdentifierHeartRate" val"60" <<'
    (activity,) = activities(apple_xml(record, apple_workout(), "<Record"))
    assert activity.notes[0].endswith("damaged elements: left out")
    assert len(activity.notes) == 2


def test_an_export_of_which_nothing_is_kept_is_a_failure(tmp_path, read):
    path = tmp_path / "apple_health_export"
    path.mkdir()
    (path / "export.xml").write_text(apple_xml("<Record & & ", apple_workout())[:-80])
    found, _, rows = read(path)
    assert len(rows) == 0
    (failure,) = found.failures
    assert "no workout can be read" in failure.error


@pytest.mark.alone
def test_a_million_damaged_bytes_are_passed_in_no_time():
    import time

    damaged = '<Record type="x" source="y" Health Mate App="1" value"2"/>'
    xml = apple_xml(*[damaged] * 20_000, apple_workout())
    begin = time.process_time()
    assert len(activities(xml)) == 1
    assert time.process_time() - begin < 5


# ---- totals


@pytest.mark.parametrize(
    ("told", "metres"),
    [
        ({"inside": apple_statistics("DistanceWalkingRunning", "km", sum=8.05)}, 8050),
        ({"inside": apple_statistics("DistanceWalkingRunning", "mi", sum=5)}, 8046.72),
        (
            {"kind": "Swimming", "inside": apple_statistics("DistanceSwimming", "yd", sum=1000)},
            914.4,
        ),
        ({"totalDistance": "0.5", "totalDistanceUnit": "mi"}, 804.672),
        (
            {
                "totalDistance": "2",
                "totalDistanceUnit": "km",
                "inside": apple_statistics("DistanceWalkingRunning", "m", sum=2500),
            },
            2500,
        ),
        (
            {
                "kind": "SwimBikeRun",
                "inside": apple_statistics("DistanceSwimming", "m", sum=750)
                + apple_statistics("DistanceCycling", "km", sum=20)
                + apple_statistics("DistanceWalkingRunning", "km", sum=5),
            },
            25_750,
        ),
    ],
)
def test_a_distance_without_samples_is_the_total(told, metres):
    (activity,) = activities(apple_xml(apple_workout(**told)))
    assert activity.summary.distance_m == pytest.approx(metres)


def test_totals_of_a_workout_are_not_those_of_its_activities():
    part = (
        "  <WorkoutActivity>\n"
        '   <MetadataEntry key="HKIndoorWorkout" value="1"/>\n'
        + apple_statistics("ActiveEnergyBurned", "kcal", sum=20)
        + apple_statistics("HeartRate", "count/min", average=150, maximum=190)
        + "  </WorkoutActivity>\n"
    )
    whole = apple_statistics("ActiveEnergyBurned", "kJ", sum=700 * 4.184)
    for inside in (whole + part + part, part + whole, part + part + whole):
        (activity,) = activities(apple_xml(apple_workout(inside=inside)))
        assert activity.summary.energy_kcal == pytest.approx(700)
        assert activity.weather.indoor is None
    (activity,) = activities(apple_xml(apple_workout(inside=part + part)))
    assert activity.summary.energy_kcal == pytest.approx(40)


def test_a_workout_without_samples_is_a_session_by_its_totals(tmp_path, read):
    inside = apple_statistics("HeartRate", "count/min", average=131.5, maximum=160)
    xml = apple_xml(apple_workout("TraditionalStrengthTraining", inside, duration="55"))
    (activity,) = activities(xml)
    assert activity.summary.heart_rate_avg_bpm == 131.5
    assert activity.summary.timer_s == 55 * 60
    path = tmp_path / "apple_health_export"
    path.mkdir()
    (path / "export.xml").write_text(xml)
    _, _, rows = read(path)
    assert rows.sport == ["training"]
    assert value(rows, 0, "elapsed_min") == pytest.approx(60, abs=0.1)
    assert any("totals" in note for note in rows.info[0].notes)


def test_a_workout_lasts_from_its_start_to_its_end_whenever_a_heart_was_heard():
    beats = [
        '<Record type="HKQuantityTypeIdentifierHeartRate" unit="count/min" '
        f'startDate="2026-06-01 08:{minute}:00 +0200" value="120"/>'
        for minute in range(11, 50)
    ]
    (activity,) = activities(apple_xml(*beats, apple_workout(duration="60")))
    assert activity.samples.elapsed_s[[0, -1]].tolist() == [0, 3600]
    assert np.nansum(activity.samples.heart_rate_bpm) == 39 * 120
    assert activity.notes == ()


def test_a_duration_beside_pauses_is_left_to_the_pauses():
    inside = "".join(
        f'  <WorkoutEvent type="HKWorkoutEventType{word}" date="2026-06-01 08:{at}:00 +0200"/>\n'
        for word, at in (("Pause", 20), ("Resume", 30))
    )
    (activity,) = activities(apple_xml(apple_workout(inside=inside, duration="60")))
    (pause,) = activity.pauses
    assert (pause.start_s, pause.end_s) == (1200, 1800)
    assert activity.summary.timer_s == 3000


def test_a_kind_of_workout_that_is_but_a_number_is_unknown():
    (activity,) = activities(apple_xml(apple_workout("3000")))
    assert activity.sport == "unknown"
