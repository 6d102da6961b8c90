"""The commands that remember: import, history, doctor, weigh-in, and who reads it."""

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tools.command_line import run
from tools.exports import build_strava_export
from tools.generator import generate_archive, random_person, random_session, simulate, to_fit

COUNT = 12
SAMPLES = Path(__file__).resolve().parents[1] / "sample_data"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("cli") / "archive"
    generate_archive(path, COUNT, hours=0.3, every_s=(15,))
    return path


def features(*arguments, code=0):
    document = json.loads(run("analyze", *arguments, "--json", code=code).stdout)
    return document["activities"][0]["features"]


def test_analyze_looks_at_what_was_imported_before(archive):
    last = sorted(archive.iterdir())[-1]
    alone = features(last)
    assert alone["training_72h_h"]["value"] is None
    run("import", archive)
    remembered = features(last)
    assert remembered["training_72h_h"]["value"] is not None
    assert remembered["training_72h_h"]["source"] == "history"
    assert features(last, "--no-store") == alone
    told = features(last, "--history", archive)
    for name, feature in remembered.items():
        if feature["value"] is not None:
            assert told[name]["value"] == pytest.approx(feature["value"]), name


def test_the_session_itself_and_what_came_later_do_not_count(archive):
    run("import", archive)
    first = sorted(archive.iterdir())[0]
    assert features(first)["training_72h_h"]["value"] is None


def test_an_athlete_has_a_history_of_their_own(archive):
    last = sorted(archive.iterdir())[-1]
    run("import", archive, "--athlete", "anna")
    assert features(last)["training_72h_h"]["value"] is None
    assert features(last, "--athlete", "anna")["training_72h_h"]["value"] is not None


def test_a_store_that_is_named_must_be_there(archive, tmp_path):
    result = run("analyze", next(archive.iterdir()), "--store", tmp_path / "none", code=1)
    assert "there is no store" in result.stderr


def test_importing_again_reads_nothing(archive):
    first = run("import", archive)
    assert f"{COUNT} files read, 0 known already" in first.stderr
    again = run("import", archive)
    assert f"0 files read, {COUNT} known already" in again.stderr


def test_what_cannot_be_imported_is_named(archive, tmp_path):
    mixed = tmp_path / "mixed"
    shutil.copytree(archive, mixed)
    (mixed / "page.fit").write_bytes(b"<html>log in</html>")
    result = run("import", mixed, code=1)
    assert "page.fit" in result.stderr
    assert "web page" in result.stderr
    assert f"the store holds {COUNT} activities" in result.stderr


def test_history_shows_removes_exports_and_backs_up(archive, tmp_path):
    assert "there is no store" in run("history", code=1).stderr
    run("import", archive)
    document = json.loads(run("history", "--json").stdout)
    assert len(document["activities"]) == COUNT
    assert {"sha256", "start_time", "sport", "sources", "features"} <= set(
        document["activities"][0]
    )
    key = document["activities"][3]["sha256"]
    run("history", "remove", key[:10], "--yes")
    run("history", "remove", "zz", "--yes", code=1)
    run("history", "remove", document["activities"][4]["sha256"], code=1, input="n\n")
    left = json.loads(run("history", "--json").stdout)["activities"]
    assert [one["sha256"] for one in left] == [
        one["sha256"] for one in document["activities"] if one["sha256"] != key
    ]
    run("import", archive)
    assert len(json.loads(run("history", "--json").stdout)["activities"]) == COUNT - 1
    run("history", "export", tmp_path / "h.csv")
    assert len((tmp_path / "h.csv").read_text().splitlines()) == COUNT
    run("history", "backup", tmp_path / "copy.sqlite")
    copied = run("history", "--store", tmp_path / "copy.sqlite", "--json").stdout
    assert json.loads(copied)["activities"] == left
    run("history", "backup", tmp_path / "copy.sqlite", code=1)


def test_history_can_be_narrowed(archive):
    run("import", archive)
    running = json.loads(run("history", "--sport", "running", "--json").stdout)["activities"]
    assert {one["sport"] for one in running} == {"running"}
    last = json.loads(run("history", "--last", "2", "--json").stdout)["activities"]
    assert len(last) == 2
    late = json.loads(run("history", "--since", last[1]["start_time"][:10], "--json").stdout)
    assert last[1] in late["activities"]
    assert "\n2 sessions" in "\n" + run("history", "--last", "2").stderr


def test_history_is_a_table_with_local_time_title_score_and_what_was_logged(tmp_path):
    build_strava_export(tmp_path / "export.zip", 3, every_s=(30,))
    run("import", tmp_path / "export.zip")
    run("log", "last", "--cramp", "--muscle", "calf")
    last = json.loads(run("history", "--last", "1", "--json").stdout)["activities"][0]
    assert last["outcome"] == {"cramp": True, "muscle": "calf"}
    assert last["title"]
    began = datetime.fromisoformat(last["start_local"])
    assert began == datetime.fromisoformat(last["start_time"])
    head, line, *_ = run("history", "--last", "1").stdout.splitlines()
    assert head.split() == ["When", "Title", "Sport", "Duration", "Score", "Band", "Logged"]
    assert line.startswith(f"{began:%Y-%m-%d %H:%M} UTC")
    assert last["title"][:8] in line
    assert f" {int(last['score'])} " in line
    assert last["band"] in line
    assert last["sha256"][:12] in run("history", "--full").stdout


def test_a_start_without_a_zone_is_shown_by_this_computer_s_clock_and_says_so(in_zone):
    run("import", SAMPLES / "evening_run.gpx")
    in_zone("Asia/Tokyo")
    shown = run("history").stdout
    assert re.search(r"\d\d:\d\d UTC[+]9[*]", shown)
    assert "does not say its time zone" in shown
    assert "UTC+9 (this computer's time)" in run("analyze", SAMPLES / "evening_run.gpx").stdout


def test_what_is_logged_without_a_session_stands_below_the_history(archive):
    run("import", archive)
    run("log", "2001-01-01", "--none")
    said = run("history").stderr
    assert "logged without a session: no cramp for 1 Jan 2001" in said
    assert "riskfit log edit 2001-01-01 --to" in said


def test_doctor_says_what_an_archive_holds_and_lacks(archive, tmp_path):
    sick = tmp_path / "sick"
    shutil.copytree(archive, sick)
    fit = sorted(path for path in sick.iterdir() if path.suffix == ".fit")
    shutil.copy(fit[0], sick / "copy.fit")
    data = bytearray(fit[1].read_bytes())
    data[-1] ^= 0xFF
    fit[1].write_bytes(data)
    (sick / "empty.fit").write_bytes(b"")
    result = run("doctor", sick, "--check-crc", code=1)
    for text in ("heart rate", "100%", "copy.fit", "empty.fit", "check sum", fit[1].name):
        assert text in result.stdout
    document = json.loads(run("doctor", sick, "--json", code=1).stdout)["athletes"][0]
    assert document["sessions"] == COUNT
    assert document["coverage"]["heart rate"] == 1.0
    assert 0 < document["coverage"]["power"] < 1
    assert [source.endswith("empty.fit") for source, _ in document["failures"]] == [True]


def test_doctor_examines_the_store(archive):
    run("import", archive)
    assert f"{COUNT} sessions" in run("doctor").stdout


def test_doctor_finds_gaps_and_copies_across_exports(tmp_path):
    person = random_person(2)
    folder = tmp_path / "files"
    folder.mkdir()
    for number, month in enumerate((1, 4)):
        session = random_session(
            number, datetime(2026, month, 3, 8, tzinfo=UTC), hours=0.2, every_s=(20,)
        )
        (folder / f"{month}.fit").write_bytes(to_fit(simulate(session, person)))
    document = json.loads(run("doctor", folder, "--json").stdout)["athletes"][0]
    ((begin, end),) = document["gaps"]
    assert (end - begin) / 86400 == pytest.approx(90, abs=1)


def test_doctor_counts_what_an_export_sets_aside(tmp_path):
    build_strava_export(tmp_path / "export.zip", 3, every_s=(30,))
    assert "rows that Strava could not write" in run("doctor", tmp_path / "export.zip").stdout


def test_a_weigh_in_teaches_a_factor_that_analyze_uses(archive):
    other, file = sorted(archive.iterdir())[-2:]
    untaught, before = (features(one)["sweat_loss_l"]["value"] for one in (other, file))
    # breath and burnt fuel weigh, too, so lose enough more than them
    lost = 1.5 * before + 0.2
    said = run("weigh-in", "--before", 70, "--after", f"{70 - lost:.3f}", "--intake", "50ml", file)
    factor = float(re.search(r"taken as ([\d.]+) times", said.stdout)[1])
    assert factor > 1.2
    after = features(other)["sweat_loss_l"]
    assert after["value"] / untaught == pytest.approx(factor, abs=0.006)
    assert "weigh-ins" in after["source"]
    assert features(file, "--no-store")["sweat_loss_l"]["value"] == before


def test_a_weigh_in_finds_its_session_by_date(archive):
    run("import", archive)
    start = json.loads(run("history", "--last", "1", "--json").stdout)["activities"][0]
    moment = start["start_local"][:16]
    run("weigh-in", "--before", "70", "--after", "69.5", "--date", moment)
    missing = run("weigh-in", "--before", "70", "--after", "69", "--date", "1999-01-01", code=1)
    assert "no session of 1999-01-01" in missing.stderr
    run("weigh-in", "--before", "70", "--after", "69", code=2)
    gained = run("weigh-in", "--before", "70", "--after", "75", "--date", moment, code=1)
    assert "nothing was sweated" in gained.stderr
