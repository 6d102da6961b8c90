"""Folders, archives and exports given to a command: a line a session, and what lies beside."""

import json
import shutil
from pathlib import Path

import pytest
from tools.command_line import run
from tools.exports import build_strava_export

SAMPLES = Path(__file__).resolve().parents[1] / "sample_data"


@pytest.fixture
def folder(tmp_path):
    """Two workouts, with what people keep beside them."""
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    for name in ("easy_run.fit", "evening_run.fit"):
        shutil.copy(SAMPLES / name, mixed)
    (mixed / "activities.csv").write_text("a,b\n1,2\n")
    (mixed / "notes.txt").write_text("felt good")
    return mixed


def test_a_folder_is_listed_a_line_a_session_with_what_is_there_for_many(folder):
    result = run("analyze", folder)
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["When", "Sport", "Duration", "Score", "Band"]
    assert len([line for line in lines if line.startswith("2026-")]) == 2
    assert "`riskfit import`" in result.stdout
    assert "`riskfit batch`" in result.stdout
    scores = [
        one["assessment"]["score"]
        for one in json.loads(run("analyze", folder, "--json").stdout)["activities"]
    ]
    assert sorted(f"{int(one)}" for one in scores) == sorted(
        line.split()[-2] for line in lines if line.startswith("2026-")
    )
    assert "What stands out" in run("analyze", folder, "--full").stdout


def test_what_lies_beside_workouts_is_named_once_and_fails_nothing(folder):
    for command in ("analyze", "import", "batch"):
        said = run(command, folder).stderr
        assert said.count("activities.csv") == said.count("notes.txt") == 1
    document = json.loads(run("analyze", folder, "--json").stdout)
    assert [Path(one["source"]).name for one in document["set_aside"]] == [
        "activities.csv",
        "notes.txt",
    ]
    assert document["failed"] == []
    shared = run("analyze", folder, "--json", "--share").stdout
    assert "notes.txt" not in shared


def test_a_broken_workout_a_named_file_and_a_folder_without_any_workout_still_fail(folder):
    run("analyze", folder / "notes.txt", folder / "easy_run.fit", code=1)
    (folder / "page.fit").write_bytes(b"<html>log in</html>")
    assert "page.fit" in run("analyze", folder, code=1).stderr
    run("batch", folder, code=1)
    for name in ("easy_run.fit", "evening_run.fit", "page.fit"):
        (folder / name).unlink()
    assert "notes.txt" in run("analyze", folder, code=3).stderr
    run("import", folder, code=1)


def test_sessions_of_an_export_have_its_titles_and_race_flags(tmp_path):
    build_strava_export(tmp_path / "export", 4, every_s=(30,))
    listed = run("analyze", tmp_path / "export", "--no-store").stdout
    run("import", tmp_path / "export", code=None)
    stored = json.loads(run("history", "--json").stdout)["activities"]
    by_hand = [one for one in stored if "activities.csv" in one["sources"][0]]
    document = json.loads(run("analyze", tmp_path / "export", "--json", "--no-store").stdout)
    assert len(document["activities"]) == len(stored) - len(by_hand)
    for one in document["activities"]:
        (same,) = [kept for kept in stored if kept["sha256"] == one["sha256"]]
        assert one["features"]["race_effort"]["value"] == same["features"].get("race_effort")
        assert same["title"][:8] in listed
