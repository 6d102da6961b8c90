"""Batch: every session of an archive, as `analyze` would score it, whoever does the work."""

import csv
import io
import json
import math
import os
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import pytest
from tools.command_line import run
from tools.deadly import deadly_work
from tools.generator import (
    generate_archive,
    random_person,
    random_session,
    simulate,
    simulate_legs,
    to_fit,
    to_gpx,
    to_tcx,
)

from riskfit.activity import Activity
from riskfit.analysis import analyse
from riskfit.archives.listing import list_places
from riskfit.athlete import Athlete
from riskfit.batch import pool
from riskfit.batch.gather import Input, gather
from riskfit.batch.pool import run_here, run_pool
from riskfit.batch.reduce import reduce_all
from riskfit.batch.roster import by_folder, by_roster, read_roster
from riskfit.batch.work import Task, basis_of, method_version, work
from riskfit.errors import InputError
from riskfit.features.athlete_rows import FEATURE_INDEX
from riskfit.features.catalogue import CATALOGUE
from riskfit.features.history import history_of
from riskfit.readers import read_activities
from riskfit.report.export import (
    _decimals,
    _quoted,
    column_name,
    csv_bytes,
    json_document,
    json_lines,
)
from riskfit.report.said.batch import rising_weeks
from riskfit.rules.load import load_model
from riskfit.store import Store

COUNT = 45


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A zip with three months of one athlete."""
    path = tmp_path_factory.mktemp("archive") / "season.zip"
    generate_archive(path, COUNT, hours=0.6, every_s=(15,))
    return path


def report_of(path, tmp_path, runner=run_here, *, profile=None, name="cache.sqlite", **options):
    with Store(tmp_path / name) as store:
        inputs = [Input(path=str(path), profile=profile or Athlete())]
        found = gather(inputs, store, runner)
        return reduce_all(found, store, load_model(), "training", **options), found


def batch(*arguments, code=0):
    return run("batch", *arguments, code=code)


def table_in(path):
    return list(csv.DictReader(io.StringIO(path.read_text())))


# ---- the same answer as for each session alone


@pytest.mark.parametrize("profile", [Athlete(), Athlete(ftp_w=200, threshold_speed_m_s=3.3)])
def test_every_session_is_scored_as_analyze_would_with_what_came_before(archive, tmp_path, profile):
    report, _ = report_of(archive, tmp_path, profile=profile)
    (sessions,) = report.athletes
    activities = sorted(
        (one for one in read_activities(archive) if isinstance(one, Activity)),
        key=lambda one: one.start_time,
    )
    records = []
    found = {a.session.start_time: a for a in sessions.analyses()}
    for row, activity in enumerate(activities):
        history = history_of(records, utc_offset_s=activity.utc_offset_s or 0.0)
        alone = analyse(activity, profile, history=history)
        batched = found[activity.start_time]
        for name in CATALOGUE:
            one, two = alone.features[name], batched.features[name]
            assert (one.value is None) == (two.value is None), (name, one, two)
            if one.value is not None:
                assert two.value == pytest.approx(one.value, rel=1e-9, abs=1e-9), name
                assert two.source == one.source, name
                assert two.low == (None if one.low is None else pytest.approx(one.low)), name
        assert batched.assessment.score == pytest.approx(alone.assessment.score, abs=1e-6)
        assert batched.assessment.low == pytest.approx(alone.assessment.low, abs=1e-6)
        assert sessions.scores.score[row] == pytest.approx(alone.assessment.score, abs=1e-6)
        assert sessions.scores.high[row] == pytest.approx(alone.assessment.high, abs=1e-6)
        assert sessions.bands[row] == alone.assessment.band
        records.extend(alone.features.records)


def test_a_triathlon_takes_the_leg_that_responds_most(tmp_path):
    person, folder = random_person(3), tmp_path / "files"
    folder.mkdir()
    begin = datetime(2026, 5, 1, 7, tzinfo=UTC)
    for day in range(0, 36, 3):
        session = random_session(day, begin + timedelta(days=day), hours=0.5, every_s=(20,))
        (folder / f"{day}.fit").write_bytes(to_fit(simulate(session, person)))
    legs = [
        replace(
            random_session(7 + k, begin, hours=0.5, every_s=(20,)),
            sport=sport,
            course=course,
            pauses=(),
        )
        for k, (sport, course) in enumerate([("cycling", "hilly"), ("running", "flat")])
    ]
    legs = [replace(leg, start=begin + timedelta(days=36)) for leg in legs]
    (folder / "tri.fit").write_bytes(to_fit(*simulate_legs(legs, person)))
    report, _ = report_of(folder, tmp_path)
    (sessions,) = report.athletes
    last = [a for a in sessions.analyses() if a.source.endswith("tri.fit")][-1]
    activities = [one for one in read_activities(folder) if isinstance(one, Activity)]
    records = []
    for activity in sorted(activities, key=lambda one: one.start_time):
        history = history_of(records, utc_offset_s=activity.utc_offset_s or 0.0)
        alone = analyse(activity, history=history)
        records.extend(alone.features.records)
    assert len(activity.legs) >= 2
    for name in (
        "same_sport_sessions_28d",
        "duration_vs_longest_28d_ratio",
        "week_load_ratio",
        "early_pace_excess_fraction",
    ):
        assert last.features[name].value == pytest.approx(alone.features[name].value), name


# ---- whoever works


def test_a_pool_and_this_process_give_the_same_bytes(archive, tmp_path):
    here, _ = report_of(archive, tmp_path, name="here")
    there, found = report_of(archive, tmp_path, lambda t, k: run_pool(t, k, 2), name="there")
    assert found[0].read == COUNT
    assert csv_bytes(here) == csv_bytes(there)
    assert list(json_lines(here)) == list(json_lines(there))


def test_results_do_not_hang_on_how_many_are_worked_on_at_once(archive, monkeypatch):
    athlete = Athlete()
    basis = basis_of(athlete, None)
    tasks = [Task(place=one, athlete=athlete, basis=basis) for one in list_places(archive)]
    together = work(tasks[:5])
    assert len(together) == 5
    assert all(one.entries for one in together)
    assert together == [result for task in tasks[:5] for result in work([task])]
    monkeypatch.setattr("riskfit.batch.work._SAMPLES_AT_ONCE", 200)
    assert together == work(tasks[:5])


def test_workers_import_no_terminal_and_not_the_program_that_started_them(tmp_path):
    script = tmp_path / "program.py"
    script.write_text(
        "import sys\n"
        "from riskfit.batch import pool\n"
        "def modules():\n    pass\n"
        "if __name__ != '__main__':\n    raise SystemExit('imported by a worker')\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "with pool._hidden_main(), pool._pool(1, frozenset()) as executor:\n"
        "    loaded = executor.submit(eval, 'list(__import__(\"sys\").modules)').result()\n"
        "print(*loaded)\n"
    )
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(done.stdout.split())
    assert "numpy" in loaded
    assert not loaded & {"rich", "click", "jinja2", "plotly", "sklearn", "riskfit.cli"}


def test_workers_have_an_environment_of_their_own(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import os\nfrom riskfit.batch import pool\n"
        "with pool._hidden_main(), pool._environment(), pool._pool(1, frozenset()) as executor:\n"
        "    for name in pool._ENVIRONMENT:\n"
        "        print(name, executor.submit(os.getenv, name).result())\n"
        "left = [os.getenv(name) for name in pool._ENVIRONMENT]\n"
        "assert left == ['4', None, None, None], left\n"
    )
    mine = {name: told for name, told in os.environ.items() if name not in pool._ENVIRONMENT}
    mine["OPENBLAS_NUM_THREADS"] = "4"  # who sets it is obeyed
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=60, env=mine, check=True
    )
    told = dict(line.split() for line in done.stdout.splitlines())
    assert told == {**pool._ENVIRONMENT, "OPENBLAS_NUM_THREADS": "4"}


@pytest.mark.parametrize("start_s", [0.0, 0.5])
def test_a_file_that_kills_workers_is_reported_and_the_others_are_done(
    archive, tmp_path, monkeypatch, start_s
):
    start = BaseProcess.start

    def start_slowly(process):  # another worker dies meanwhile
        start(process)
        time.sleep(start_s)

    monkeypatch.setattr(BaseProcess, "start", start_slowly)
    folder = tmp_path / "files"
    folder.mkdir()
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    (folder / "0-deadly.fit").write_bytes(b"x")
    monkeypatch.setattr(pool, "_work_in_pool", deadly_work)
    report, found = report_of(folder, tmp_path, lambda t, k: run_pool(t, k, 2))
    (failure,) = report.failures
    assert failure.source.endswith("0-deadly.fit")
    assert "two worker processes" in failure.error
    assert len(report) == COUNT
    assert found[0].read == COUNT + 1


def test_results_are_kept_as_they_come(archive, tmp_path):
    class StopError(Exception):
        pass

    def stop_after_one(tasks, known):
        for number, results in enumerate(run_here(tasks, known)):
            if number == 1:
                raise StopError
            yield results

    with pytest.raises(StopError):
        report_of(archive, tmp_path, stop_after_one)
    _, found = report_of(archive, tmp_path)
    assert found[0].read == COUNT - pool.CHUNK


def test_what_was_moved_is_known_by_its_content(archive, tmp_path, monkeypatch):
    report_of(archive, tmp_path)
    moved = tmp_path / "moved.zip"
    moved.write_bytes(archive.read_bytes())
    monkeypatch.setattr("riskfit.batch.work.read_each", lambda _: pytest.fail("computed again"))
    report, _ = report_of(moved, tmp_path)
    assert len(report) == COUNT
    assert report.athletes[0].source(0).startswith(str(moved))


def test_ten_new_files_cost_ten_files(archive, tmp_path):
    report_of(archive, tmp_path)
    more = tmp_path / archive.name
    more.write_bytes(archive.read_bytes())
    generate_archive(tmp_path / "new", 10, seed=9, hours=0.2, every_s=(20,))
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(more, "w") as out:
        for name in old.namelist():
            out.writestr(name, old.read(name))
        for path in (tmp_path / "new").iterdir():
            out.write(path, path.name + ".new")
    with Store(tmp_path / "cache.sqlite") as store:
        place = store.select("SELECT count(*) FROM place")
        gather([Input(path=str(more))], store, run_here)
        (found,) = gather([Input(path=str(more))], store, run_here)
        assert found.read == 0
        assert store.select("SELECT count(*) FROM place")[0][0] == place[0][0] + COUNT + 10


def test_the_method_s_version_follows_the_code():
    assert len(method_version()) == 16
    assert basis_of(Athlete(), None) == basis_of(Athlete(name="Anna"), None)
    assert basis_of(Athlete(), None) != basis_of(Athlete(mass_kg=60), None)


# ---- duplicates, damage, athletes


def test_the_same_activity_in_two_formats_is_one_and_the_other_is_named(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    session = random_session(4, datetime(2026, 5, 1, 8, tzinfo=UTC), hours=0.5, every_s=(5,))
    recording = simulate(session, random_person(4))
    (folder / "a.gpx").write_bytes(to_gpx(recording))
    (folder / "b.fit").write_bytes(to_fit(recording))
    (folder / "c.tcx").write_bytes(to_tcx(recording))
    (folder / "d.fit").write_bytes(to_fit(recording))
    report, _ = report_of(folder, tmp_path)
    (sessions,) = report.athletes
    assert len(sessions) == 1
    assert sessions.source(0) == str(folder / "b.fit")
    notes = " ".join(sessions.rows.copy_notes(0))
    assert all(name in notes for name in ("a.gpx", "c.tcx", "d.fit"))
    assert "copy" in next(iter(sessions.analyses())).notes[-1]


BAD = {
    "empty.fit": b"",
    "page.fit": b"<!DOCTYPE html><html><body>Log in</body></html>",
    "photo.jpg": b"\xff\xd8\xff\xe0" + bytes(100),
    "cut.fit": b"\x0e\x10\x00\x00\xff\xff\x00\x00.FIT\x00\x00",
    "noise.fit": np.random.RandomState(1).bytes(3000),
    "bomb.gz": __import__("gzip").compress(bytes(80_000_000), 9),
    "entities.gpx": b'<!DOCTYPE g [<!ENTITY a "b">]><gpx>&a;</gpx>',
    "broken.zip": b"PK\x03\x04" + bytes(50),
}


def test_bad_members_are_named_with_reasons_and_stop_nothing(archive, tmp_path):
    target = tmp_path / "mixed.zip"
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as out:
        for name in old.namelist():
            out.writestr(name, old.read(name))
        for name, data in BAD.items():
            out.writestr(f"bad/{name}", data)
    result = batch(target, "-o", tmp_path / "o.csv", code=1)
    rows = table_in(tmp_path / "o.csv")
    assert sum(row["score_points"] != "" for row in rows) == COUNT
    failed = {row["source"].split("bad/")[1]: row for row in rows if row["failure"]}
    assert set(failed) == set(BAD) - {"photo.jpg"}, "a picture beside workouts is no failure"
    assert all(row["failure_kind"] and len(row["failure"]) > 20 for row in failed.values())
    assert all(name in result.stderr for name in BAD)


@pytest.fixture
def club(tmp_path):
    """Three athletes, a folder each."""
    folder = tmp_path / "club"
    generate_archive(folder, 18, athletes=3, hours=0.3, every_s=(20,))
    return folder


def test_each_folder_is_an_athlete(club, tmp_path):
    (club / "athlete-1" / "profile.toml").write_text("mass_kg = 61.5\n")
    batch(club, "--athlete-per-folder", "-o", tmp_path / "o.csv")
    rows = table_in(tmp_path / "o.csv")
    names = [row["athlete"] for row in rows]
    assert names == sorted(names)
    assert len(set(names)) == 3
    assert {row["body_mass_kg"] for row in rows if row["athlete"] == "athlete-1"} == {"61.5"}


def test_a_roster_says_who_is_who(club, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "name;path;mass_kg;sex;cramp_history;strength_training;chronic_conditions\n"
        "Anna;athlete-1;58,5;female;ever;yes;asthma|migraine\n".replace("58,5", "58.5")
        + "Ben;athlete-2;80;male;;no;\n"
    )
    anna, ben = by_roster((str(club),), roster, Athlete(height_m=1.8))
    assert anna.profile == Athlete(
        name="Anna",
        mass_kg=58.5,
        height_m=1.8,
        sex="female",
        cramp_history="ever",
        strength_training=True,
        chronic_conditions=("asthma", "migraine"),
    )
    assert ben.profile.strength_training is False
    batch(club, "--roster", roster, "-o", tmp_path / "o.json")
    document = json.loads((tmp_path / "o.json").read_text())
    assert {one["athlete"] for one in document["activities"]} == {"Anna", "Ben"}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("name,mas_kg\nA,1\n", "mass_kg"),
        ("name,mass_kg\nA,heavy\n", "line 2"),
        ("name,mass_kg\nA,4\n", "mass_kg is 4"),
    ],
)
def test_a_roster_with_a_slip_is_refused(tmp_path, text, hint):
    (tmp_path / "r.csv").write_text(text)
    with pytest.raises(InputError, match=hint):
        list(read_roster(tmp_path / "r.csv"))


def test_a_folder_without_folders_has_no_athletes(tmp_path):
    with pytest.raises(InputError, match="no folders"):
        by_folder((str(tmp_path),), Athlete())


# ---- output


def test_the_formats_say_the_same(archive, tmp_path):
    pytest.importorskip("pyarrow")
    from pyarrow import parquet

    for suffix in ("csv", "json", "jsonl", "parquet"):
        batch(archive, "-o", tmp_path / f"o.{suffix}")
    rows = table_in(tmp_path / "o.csv")
    document = json.loads((tmp_path / "o.json").read_text())["activities"]
    lines = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text().splitlines()]
    table = parquet.read_table(tmp_path / "o.parquet").to_pylist()
    assert len(rows) == len(document) == len(lines) == len(table) == COUNT
    assert document == lines
    for row, entry, cells in zip(rows, document, table, strict=True):
        assert row["source"] == entry["source"] == cells["source"]
        score = entry["assessment"]["score"]
        assert float(row["score_points"]) == pytest.approx(score)
        assert cells["score_points"] == float(row["score_points"])
        for name, spec in CATALOGUE.items():
            told = entry["features"][name]["value"]
            assert row[column_name(spec)] == ("" if told is None else str(told)), name


def test_columns_are_named_by_quantity_and_unit():
    names = [column_name(spec) for spec in CATALOGUE.values()]
    assert len(set(names)) == len(names)
    assert {"week_load_ratio", "form_tsb_tss_per_day", "wbgt_c", "sweat_rate_l_h"} <= set(names)


def test_numbers_are_written_as_python_writes_them():
    cells = [0.1 + 0.2, -0.0, 1.5e-5, -1e-4, 10.00001, 123456789.125, 1e16, 1e15, 5e-324, None]
    for column in (cells, cells[:2], [-1.5e-5], [1e16], [None, None], []):
        told = ["" if number is None else repr(number) for number in column]
        assert _decimals(column) == told


def test_cells_of_words_come_back_from_a_spreadsheet():
    words = ["plain", "a, b", 'say "so"', "two\nlines", "a\rb", "naïve", "it's", "-1"]
    text = ",".join(_quoted(word) for word in words) + "\r\n"
    found = next(csv.reader(io.StringIO(text, newline="")))
    assert found == [*words[:-1], "'-1"]


def test_a_run_that_finds_nothing_new_loads_neither_pools_nor_advice(archive, tmp_path):
    command = ["batch", str(archive), "-q", "--store", str(tmp_path / "c"), "-o"]
    batch(archive, "--store", str(tmp_path / "c"), "-o", str(tmp_path / "first.csv"))
    code = (
        "import sys\nfrom riskfit.cli import main\n"
        f"main({[*command, str(tmp_path / 'again.csv')]!r}, standalone_mode=False)\n"
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "riskfit.batch.reduce" in loaded
    assert not loaded & {
        "multiprocessing",
        "concurrent.futures",
        "riskfit.advice.steps",
        "thermofeel",
    }
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "first.csv").read_bytes()


def test_equal_runs_are_equal_bytes(archive, tmp_path):
    first = batch(archive, "--format", "jsonl").stdout_bytes
    again = batch(archive, "--format", "jsonl", "--again").stdout_bytes
    assert first == again


def test_a_name_cannot_become_a_formula(tmp_path):
    folder = tmp_path / "x"
    folder.mkdir()
    generate_archive(folder, 1, hours=0.2, every_s=(20,))
    (folder / "junk").write_bytes(b"no workout")
    old = Path.cwd()
    os.chdir(folder)
    try:
        (folder / "=1+1.fit").write_bytes(b"no workout")
        text = batch("=1+1.fit", "junk", "--format", "csv", code=3).stdout
    finally:
        os.chdir(old)
    assert [row["source"] for row in csv.DictReader(io.StringIO(text))] == ["'=1+1.fit", "junk"]


def test_since_and_sport_choose_what_is_reported_not_what_counts(archive, tmp_path):
    whole, _ = report_of(archive, tmp_path)
    rows = whole.athletes[0].rows
    since = float(rows.start_s[30])
    late, _ = report_of(archive, tmp_path, since_s=since, sport="running")
    (sessions,) = late.athletes
    assert 0 < len(sessions) < COUNT - 30
    assert set(sessions.rows.sport) == {"running"}
    for row in range(len(sessions)):
        (same,) = np.flatnonzero(rows.start_s == sessions.rows.start_s[row])
        assert sessions.scores.score[row] == whole.athletes[0].scores.score[same]
        fitness = FEATURE_INDEX["fitness_ctl"]
        assert sessions.values[row, fitness] == whole.athletes[0].values[same, fitness]


def test_the_summary_ranks_and_says_when_it_rose(archive, tmp_path):
    text = batch(archive, "--full").stdout
    assert f"{COUNT} sessions, {COUNT} scored" in text
    report, _ = report_of(archive, tmp_path)
    scores = report.athletes[0].scores.score
    shown = [int(line.split()[0]) for line in text.splitlines()[2:] if line[:3].strip().isdigit()]
    ranked = np.sort(scores)[::-1]
    assert shown == [math.floor(score) for score in ranked], "no number reaches another band"
    for rise in rising_weeks(report.athletes[0]):
        assert rise.score - rise.before >= 3
        assert rise.rule in {rule.name for rule in report.model.rules}


def test_a_folder_that_is_not_there_is_named_before_any_work(archive, tmp_path):
    said = batch(archive, "-o", tmp_path / "nowhere" / "o.csv", code=2).stderr
    assert "there is no folder" in said
    assert "nowhere" in said


def test_exit_codes(archive, tmp_path):
    batch(archive, "-o", tmp_path / "o.csv", "--fail-at", "low", code=10)
    batch(archive, "-o", tmp_path / "o.csv", "--fail-at", "high")
    batch(archive, "--fail-at", "huge", code=2)
    batch(archive, "-o", tmp_path / "o.doc", code=2)
    (tmp_path / "junk").write_bytes(b"junk")
    batch(tmp_path / "junk", code=3)
    batch(tmp_path / "nothing-here", code=1)


def test_the_person_s_own_store_is_left_alone(archive, tmp_path):
    batch(archive, "-q", "-o", tmp_path / "o.csv")
    assert not (tmp_path / "store.sqlite").exists()
    assert (tmp_path / "cache" / "riskfit" / "batch.sqlite").exists()


def test_a_file_appears_whole_or_not_at_all(archive, tmp_path, monkeypatch):
    def broken(*_):
        yield b"half"
        raise InputError("stop")

    monkeypatch.setattr("riskfit.report.export.json_lines", broken)
    batch(archive, "-o", tmp_path / "o.jsonl", code=1)
    assert not (tmp_path / "o.jsonl").exists()
    assert list(tmp_path.glob(".*partial")) == []


def test_the_document_follows_its_pieces(archive, tmp_path):
    report, _ = report_of(archive, tmp_path)
    document = json.loads(b"".join(json_document(report)))
    assert set(document) == {"riskfit", "model", "activities", "failed"}
    assert Task(place=None, athlete=Athlete(), basis=b"").content is None


def test_a_ledger_has_a_sentence_for_each_thing_that_a_rule_reads():
    from riskfit.report.page.columns import rule_entry

    model = load_model()
    numbers = {key: 1 for rule in model.rules for key in rule.references}
    said = rule_entry(model.rule("O1"), model, numbers)["sentences"]
    assert [one.count("{}") for one in said] == [1, 1]
    assert said[1] == "You took {} times as many steps as on a usual day."
    assert len(rule_entry(model.rule("O2"), model, numbers)["sentences"]) == 1
