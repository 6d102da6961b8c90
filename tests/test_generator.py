"""The generator makes what its inputs ask for, plausibly, the same for ever, and quickly."""

import csv
import gzip
import io
import json
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from tools.exports import build_apple_export, build_garmin_export, build_strava_export
from tools.generator import (
    Session,
    generate_archive,
    random_person,
    random_sessions,
    shifted,
    simulate,
    simulate_legs,
    to_fit,
    to_gpx,
    to_tcx,
)

import riskfit

KINDS = [
    Session(sport="running", duration_s=2400),
    Session(sport="cycling", duration_s=2400, course="hilly", device="bike_computer"),
    Session(sport="hiking", duration_s=2400, course="alpine", intensity=0.5),
    Session(sport="swimming", duration_s=1200, course="water"),
    Session(sport="cycling", duration_s=1200, course="indoor", device="bike_computer"),
]


@pytest.mark.parametrize("session", KINDS, ids=lambda session: f"{session.sport}-{session.course}")
@pytest.mark.parametrize("seed", range(5))
def test_what_is_made_is_plausible(session: Session, seed: int) -> None:
    person = random_person(seed)
    made = simulate(replace(session, seed=seed), person)
    columns = made.columns
    assert np.nanmax(columns["heart_rate_bpm"]) < person.hr_max_bpm
    assert np.nanmin(columns["heart_rate_bpm"]) > person.hr_rest_bpm
    assert np.all(np.diff(columns["distance_m"]) >= 0)
    fastest = {"running": 6, "cycling": 20, "hiking": 2.5, "swimming": 1.7}[session.sport]
    assert 0 < np.mean(columns["speed_m_s"]) < np.max(columns["speed_m_s"]) < fastest
    if "latitude_deg" in columns:
        steps = np.hypot(
            np.diff(columns["latitude_deg"]),
            np.diff(columns["longitude_deg"]) * np.cos(np.radians(session.place[0])),
        )
        assert steps.sum() * 111_320 == pytest.approx(made.total_m, rel=0.06)


def test_effort_heat_and_the_asked_distance_show_in_what_is_made() -> None:
    easy = simulate(Session(intensity=0.65, distance_m=9000.0))
    hard = simulate(Session(intensity=0.90, distance_m=12000.0))
    hot = simulate(Session(intensity=0.65, distance_m=9000.0, temperature_c=(32.0, 34.0)))
    rates = [one.columns["heart_rate_bpm"][600:].mean() for one in (easy, hard, hot)]
    assert rates[1] > rates[0] + 20
    assert rates[2] > rates[0]
    assert easy.total_m == pytest.approx(9000.0)
    assert hard.total_m == pytest.approx(12000.0)


def test_legs_follow_each_other_and_their_distance_counts_on() -> None:
    swim, ride = simulate_legs([KINDS[3], KINDS[1]])
    assert ride.start_s == swim.end_s + 1
    assert ride.columns["distance_m"][0] == pytest.approx(swim.total_m)
    assert ride.total_m == pytest.approx(simulate(KINDS[1]).total_m)


def test_the_same_inputs_give_the_same_bytes_and_another_seed_others() -> None:
    session = KINDS[0]
    first = to_fit(simulate(session))
    assert to_fit(simulate(session)) == first
    assert to_fit(simulate(replace(session, seed=session.seed + 1))) != first


def test_a_session_held_later_differs_in_its_clock_only() -> None:
    made = simulate(replace(KINDS[0], pauses=((300, 60),)))
    later = shifted(made, 86_400)
    assert later.start_s == made.start_s + 86_400
    first, second = (riskfit.read_activity(to_fit(one)) for one in (made, later))
    assert (second.start_time - first.start_time).total_seconds() == 86_400
    assert second.samples.elapsed_s.tolist() == first.samples.elapsed_s.tolist()
    assert second.pauses == first.pauses


@pytest.mark.alone
def test_an_hour_is_made_fast_enough_for_archives_of_thousands() -> None:
    made = simulate(Session())
    costs = {}
    for write in (to_fit, to_tcx, to_gpx):
        spent = []
        for _ in range(5):
            begin = time.process_time()
            write(made)
            spent.append(time.process_time() - begin)
        costs[write.__name__] = min(spent)
    # four times what was measured, as the machine is shared
    assert costs["to_fit"] < 0.04
    assert max(costs.values()) < 0.1


def test_random_sessions_run_up_to_the_end_in_order() -> None:
    end = datetime(2026, 7, 12, tzinfo=UTC)
    sessions = random_sessions(50, seed=3, end=end)
    starts = [session.start for session in sessions]
    assert starts == sorted(starts)
    assert len(set(starts)) == 50
    assert starts[-1] < end


def test_an_archive_holds_every_made_file_in_its_format(tmp_path: Path) -> None:
    target = tmp_path / "archive.zip"
    made = generate_archive(target, 12, seed=5, every_s=(10,), packed_share=0.3, distinct=4)
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist() == [one.name for one in made]
        for one in made:
            data = archive.read(one.name)
            activity = riskfit.read_activity(data)
            assert activity.start_time == one.session.start
            assert activity.sport == one.session.sport or ".tcx" in one.name
    again = tmp_path / "again.zip"
    generate_archive(again, 12, seed=5, every_s=(10,), packed_share=0.3, distinct=4)
    assert again.read_bytes() == target.read_bytes()


def test_an_archive_of_several_athletes_has_a_folder_each(tmp_path: Path) -> None:
    made = generate_archive(tmp_path / "squad", 7, seed=5, every_s=(20,), athletes=3)
    assert len({one.name.split("/")[0] for one in made}) == 3
    assert all((tmp_path / "squad" / one.name).is_file() for one in made)


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_a_strava_takeout_joins_its_rows_and_files_by_name(tmp_path: Path, language: str) -> None:
    made = build_strava_export(
        tmp_path, 8, 2, language=language, reorder=True, repeated_rows=2, lost_files=1
    )
    name = {"en": "Filename", "de": "Dateiname", "fr": "Nom du fichier"}[language]
    text = (tmp_path / "activities.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    files = [row[name] for row in rows]
    assert len(rows) == 8 + 1 + 2 + 1
    assert files.count("") == 1
    assert files.count("#error#") == 1
    for one in made[1:]:
        assert one.file in files
        activity = riskfit.read_activity((tmp_path / one.file).read_bytes())
        assert activity.start_time == one.recording.session.start
    assert sum(not (tmp_path / file).is_file() for file in files if "/" in file) >= 1
    packed = [path for path in (tmp_path / "activities").iterdir() if path.suffixes[:1] == [".tcx"]]
    assert all(gzip.decompress(path.read_bytes()).startswith(b" " * 10) for path in packed)


def test_a_garmin_takeout_nests_activities_among_other_files(tmp_path: Path) -> None:
    path = tmp_path / "garmin.zip"
    made = build_garmin_export(path, 5, 2)
    with zipfile.ZipFile(path) as outer:
        members = 0
        for inner in (name for name in outer.namelist() if name.endswith(".zip")):
            members += len(zipfile.ZipFile(io.BytesIO(outer.read(inner))).namelist())
        assert members == 5 * (1 + 4)
        for one in made:
            inner, member = one.file.split("!")
            data = zipfile.ZipFile(io.BytesIO(outer.read(inner))).read(member)
            assert riskfit.read_activity(data).start_time == one.recording.session.start
        (name,) = (name for name in outer.namelist() if "summarized" in name)
        summaries = json.loads(outer.read(name))[0]["summarizedActivitiesExport"]
        assert len(summaries) == 5 + 3
        assert summaries[0]["distance"] == pytest.approx(made[0].recording.total_m * 100)


def test_an_apple_takeout_links_workouts_and_routes(tmp_path: Path) -> None:
    made = build_apple_export(tmp_path, 5, 2)
    text = (tmp_path / "apple_health_export/export.xml").read_text()
    assert text.count("<Workout ") == 5
    routes = [one for one in made if one.file]
    assert text.count("<FileReference ") == len(routes)
    for one in routes:
        assert (tmp_path / one.file).is_file()
        assert f'path="/{one.file.removeprefix("apple_health_export/")}"' in text
