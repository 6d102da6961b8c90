"""Commands log, calibrate, evaluate and model diff."""

import csv
import io
import json
import os
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from tools.cohorts import simulated
from tools.command_line import run

from riskfit.errors import InputError
from riskfit.learning.model_file import write_model
from riskfit.learning.outcomes import find_session, parse_moment
from riskfit.resources import models
from riskfit.rules.load import load_model
from riskfit.rules.model import Provenance

SAMPLES = Path(__file__).resolve().parents[1] / "sample_data"
STRONG = np.array([0.0, 3.0, 0.0, 4.0])


@pytest.fixture(autouse=True)
def wide_and_apart(tmp_path, monkeypatch):
    """A wide screen, and an empty folder to be in."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)


def write_cohort(path, *, signal=True, athletes=60, each=25, seed=3):
    rng = np.random.default_rng(seed)
    data = simulated(rng, athletes=athletes, each=each, truth=STRONG, signal=signal)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["athlete", "date", "context", "cramp", *data.columns])
        for row in range(len(data.cramp)):
            day = f"2025-{1 + row % 12:02d}-{1 + row % 28:02d}"
            head = [f"a{data.athlete[row]}", day, "marathon", int(data.cramp[row])]
            writer.writerow([*head, *[values[row] for values in data.columns.values()]])
    return path


# ---- calibrate and model diff


def test_what_was_learned_is_written_and_every_command_takes_it(tmp_path):
    cohort = write_cohort(tmp_path / "squad.csv")
    shown = run("calibrate", cohort, "-o", "squad.toml").stdout
    assert "The learned card wins out of sample" in shown
    assert "On other athletes" in shown
    assert "On later sessions" in shown
    card = load_model(tmp_path / "squad.toml")
    assert card.cause_factors["dehydration"] > 1.5
    document = json.loads(
        run("analyze", SAMPLES / "easy_run.fit", "--model", "squad.toml", "--json").stdout
    )
    assert document["model"] == {"id": "riskfit-learned", "version": card.version}
    shown = run("model", "diff", "published", "squad.toml").stdout
    assert "riskfit-published 2.0 -> riskfit-learned" in shown
    assert "cause factors dehydration: 1 ->" in shown
    entry = json.loads(run("model", "diff", "published", "squad.toml", "--json").stdout)
    assert entry["points"]["D2"]["old"] == 13.42
    assert entry["points"]["D2"]["new"] > 20
    assert "No difference" in run("model", "diff", "published", "published").stdout


def test_the_second_card_is_said_rule_by_rule():
    shown = run("model", "diff", "1.0", "2.0").stdout
    assert shown.startswith("riskfit-published 1.0 -> riskfit-published 2.0\n")
    nerve = shown.split("P7 Nerve or back problem\n")[1].split("\n\n")[0]
    assert "points: 17.4 -> 11.0" in nerve
    assert "odds ratio: 4.5 -> 2.6" in nerve
    assert "name: Nerve or low-back disease -> Nerve or back problem" in nerve
    strength = shown.split("F5 No leg strength training\n")[1].split("\n\n")[0]
    assert "points: 11.5 -> 5.7" in strength
    assert "grade: C -> D" in strength
    effort = shown.split("O6 Hard effort\n")[1].split("\n\n")[0]
    assert "knots: 0 at 0, 1 at 1 -> 0 at 0.8, 0.35 at 0.9, 1 at 1" in effort
    assert "0.5 + 0.5 x response of O6" in shown
    assert max(map(len, shown.splitlines())) <= 80
    entry = json.loads(run("model", "diff", "1.0", "2.0", "--json").stdout)
    assert entry["rules"]["P7"]["changes"]["odds_ratio"] == {"old": 4.5, "new": 2.6}
    assert entry["rules"]["D1"]["changes"]["grade"] == {"old": "B", "new": "C"}
    assert "D4" in entry["rules"]


def test_a_version_that_was_never_published_is_a_usage_error_that_names_those_that_were():
    for command in (("card",), ("check", "--sport", "running", "--duration", "1h")):
        result = run(*command, "--model", "3.0", code=2)
        assert "no card 3.0 was published: there are 1.0, 2.0" in result.output


def test_a_card_learned_from_the_first_edition_goes_on_working(tmp_path):
    old = load_model("1.0")
    text = write_model(
        old,
        old,
        model_id="mine",
        version="1.0+1",
        provenance=Provenance(made_by="test", base=f"{old.id} {old.version}", outcomes=30),
    )
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    mine = load_model(tmp_path / "mine.toml")
    assert mine.provenance.base == "riskfit-published 1.0"
    assert mine.rule("O6").feature == "race_effort"
    told = ("analyze", SAMPLES / "easy_run.fit", "--race", "--json", "--model")
    ours = json.loads(run(*told, "mine.toml").stdout)["activities"][0]["assessment"]
    first = json.loads(run(*told, "1.0").stdout)["activities"][0]["assessment"]
    assert ours == first
    assert [line["rule"] for line in ours["contributions"] if line["rule"] == "O6"] == ["O6"]


def test_without_a_win_nothing_is_written(tmp_path):
    cohort = write_cohort(tmp_path / "noise.csv", signal=False)
    result = run("calibrate", cohort, "-o", "noise.toml")
    assert "the card stays as it was" in result.stdout
    assert not (tmp_path / "noise.toml").exists()
    entry = json.loads(run("calibrate", cohort, "--json").stdout)
    assert entry["kept"] == "card"
    assert entry["outcomes"]["needed_of_each"] == 20
    assert {trial["held_out"] for trial in entry["trials"]} == {"other athletes", "later sessions"}


def test_too_few_outcomes_are_counted_and_refused(tmp_path):
    cohort = write_cohort(tmp_path / "few.csv", athletes=5, each=5)
    message = run("calibrate", cohort, code=1).stderr
    assert "20 of each are needed" in message
    assert message.count("\n") == 1


def test_one_athlete_of_a_cohort_can_be_asked_for(tmp_path):
    cohort = write_cohort(tmp_path / "squad.csv", each=80, athletes=5)
    entry = json.loads(run("calibrate", cohort, "--athlete", "a2", "--json").stdout)
    assert entry["outcomes"]["athletes"] == 1
    assert entry["learned"]["causes"]["predisposition"]["share_from_outcomes"] < 1e-6
    assert "no outcomes of an athlete" in run("calibrate", cohort, "--athlete", "x", code=1).stderr


# ---- evaluate


def test_an_evaluation_is_printed_and_is_strict_json(tmp_path):
    cohort = write_cohort(tmp_path / "squad.csv", athletes=12)
    shown = run("evaluate", cohort).stdout
    for word in ("AUC", "calibration slope", "Brier", "net benefit", "marathon", "a11"):
        assert word in shown
    entry = json.loads(run("evaluate", cohort, "--json").stdout)
    assert entry["rows"] == 300
    auc = entry["discrimination"]["auc"]
    assert auc["low"] < auc["value"] < auc["high"]
    assert len(entry["decision_curve"]) == 10
    assert len(entry["by_athlete"]) == 12


def test_what_was_passed_over_is_said_on_screen_in_json_and_on_the_page(tmp_path):
    cohort = tmp_path / "squad.csv"
    rows = [f"ann,{number % 2},{20 + number},{number}" for number in range(12)]
    cohort.write_text("\n".join(["athelete,cramp,age_years,wbgt_c", *rows]))
    note = "passed over, no such column is known: athelete (did you mean athlete?)"
    assert " ".join(run("evaluate", cohort).stdout.split()).endswith(note)
    assert json.loads(run("evaluate", cohort, "--json").stdout)["notes"] == [note]
    run("evaluate", cohort, "-o", "page.html")
    assert f"<li>{note}</li>" in (tmp_path / "page.html").read_text()
    assert run("evaluate", cohort, "--share", "-o", "shared.html").stderr == f"{note}\n"
    assert "athelete" not in (tmp_path / "shared.html").read_text()


@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
def test_without_a_store_and_a_file_both_ways_are_named(command):
    message = run(command, code=1).stderr
    for way in ("there is no store at", "riskfit log", "CSV file"):
        assert way in message


def test_the_published_cohorts_pass():
    result = run("evaluate", "--published")
    assert "FAIL" not in result.stdout
    entry = json.loads(run("evaluate", "--published", "--json").stdout)
    assert entry["failed"] == 0
    assert {line["cohort"] for line in entry["cohorts"]} == {
        *("V1", "V2", "V3", "V4", "V5", "V6", "V10", "V12", "V14", "V15", "V16", "V17")
    }


def test_a_card_that_contradicts_a_cohort_fails(tmp_path):
    text = models().joinpath("cramp.toml").read_text(encoding="utf-8")
    (tmp_path / "dry.toml").write_text(text + "\n[cause_factor]\ndehydration = 9\n")
    result = run("evaluate", "--published", "--model", "dry.toml", code=1)
    assert "FAIL" in result.stdout
    entry = json.loads(
        run("evaluate", "--published", "--model", "dry.toml", "--json", code=1).stdout
    )
    assert entry["failed"] > 0


def test_published_and_a_cohort_file_exclude_each_other(tmp_path):
    cohort = write_cohort(tmp_path / "c.csv", athletes=2, each=2)
    run("evaluate", cohort, "--published", code=2)


# ---- log


@pytest.fixture
def filled():
    """A store with the sample history."""
    run("import", SAMPLES / "history.zip")
    return run


def logged(*more):
    return list(csv.DictReader(io.StringIO(run("log", *more).stdout)))


def test_the_last_session_gets_its_outcome_and_keeps_one(filled):
    filled("log", "last", "--none")
    filled(
        *("log", "last", "--cramp", "--muscle", "calf", "--when", "night"),
        *("--severity", "mild", "--context", "half_marathon", "--note", "=felt it, late"),
    )
    (told,) = logged()
    assert (told["cramp"], told["muscle"], told["when"]) == ("1", "calf", "night")
    assert (told["severity"], told["context"]) == ("mild", "half_marathon")
    assert told["note"] == "'=felt it, late"  # spreadsheets would run it
    assert len(told["sha256"]) == 64
    assert told["start_time"].endswith("Z")


def test_logging_again_changes_only_what_is_said_and_shows_what_it_kept(filled):
    filled("log", "last", "--cramp", "--muscle", "calf", "--note", "at km 30")
    again = filled("log", "last", "--severity", "mild")
    assert "logged a cramp, calf, mild for" in again.stderr
    assert "kept from before: a cramp, muscle calf, note at km 30" in again.stderr
    (told,) = logged()
    assert (told["muscle"], told["severity"], told["note"]) == ("calf", "mild", "at km 30")
    none = filled("log", "edit", "last", "--none", "--note", "")
    assert "no longer: muscle calf, note at km 30, severity mild" in none.stderr
    (told,) = logged()
    assert (told["cramp"], told["muscle"], told["note"]) == ("0", "", "")


def test_every_change_is_taken_back_one_after_the_other(filled, tmp_path):
    states = [logged()]
    for change in (
        ("last", "--cramp", "--muscle", "calf"),
        ("2019-01-01", "--none"),
        ("edit", "2019-01-01", "--to", "last"),
        ("remove", "last"),
        ("--import", "in.csv"),
    ):
        (tmp_path / "in.csv").write_text("start_time,cramp\n2018-01-01,1\n2018-01-02,0\n")
        filled("log", *change)
        states.append(logged())
    assert [len(state) for state in states] == [0, 1, 2, 1, 0, 2]
    for state in reversed(states[:-1]):
        filled("log", "undo")
        assert logged() == state
    assert "no change to take back" in filled("log", "undo", code=1).stderr


def test_what_is_logged_for_no_session_is_offered_the_nearest(filled):
    last = json.loads(filled("history", "--last", "1", "--json").stdout)["activities"][0]
    said = filled("log", "2030-01-01", "--cramp").stderr
    assert "it waits for the import" in said
    command = re.search(r"riskfit (log edit .*)", said)[1]
    filled(*shlex.split(command))
    assert [told["sha256"] for told in logged()] == [last["sha256"]]


def test_a_session_is_found_by_key_and_by_day(filled):
    rows = json.loads(filled("history", "--json").stdout)["activities"]
    first, second = rows[0], rows[1]
    filled("log", first["sha256"][:12], "--none")
    filled("log", second["start_time"][:10], "--cramp")
    assert [(t["sha256"], t["cramp"]) for t in logged()] == [
        (first["sha256"], "0"),
        (second["sha256"], "1"),
    ]


def test_a_day_logged_before_its_session_was_there_finds_it():
    run("import", SAMPLES / "easy_run.fit")
    (one,) = json.loads(run("history", "--json").stdout)["activities"]
    day = one["start_time"][:10]
    run("history", "remove", one["sha256"][:12], "--yes")
    result = run("log", day, "--none")
    assert "waits for the import" in result.stderr
    run("import", "--again", SAMPLES / "easy_run.fit")
    entry = json.loads(run("evaluate", "--json").stdout)
    assert (entry["rows"], entry["cramps"]) == (1, 0)
    run("log", day, "--cramp")
    assert [told["cramp"] for told in logged()] == ["1"]


def test_outcomes_go_to_csv_and_come_back(filled, tmp_path):
    rows = json.loads(filled("history", "--json").stdout)["activities"]
    filled("log", rows[0]["start_time"], "--none", "--note", "-1 degree")
    filled("log", rows[1]["start_time"], "--cramp", "--muscle", "foot")
    filled("log", "2020-02-02", "--none")
    filled("log", "--export", "out.csv")
    before = (tmp_path / "out.csv").read_text()
    result = filled("log", "--import", "out.csv")
    assert "logged 3 outcomes, 2 of them for sessions in the store" in result.stderr
    filled("log", "--export", "again.csv")
    assert (tmp_path / "again.csv").read_text() == before
    result = filled("log", "--import", "out.csv", "--store", "other.sqlite")
    assert "logged 3 outcomes, 0 of them" in result.stderr


def test_outcomes_in_the_store_are_evaluated_and_count_towards_learning(filled):
    rows = json.loads(filled("history", "--json").stdout)["activities"]
    for number, row in enumerate(rows):
        filled("log", row["sha256"], "--cramp" if number % 4 == 0 else "--none")
    entry = json.loads(filled("evaluate", "--json").stdout)
    assert entry["rows"] == len(rows)
    assert entry["cramps"] == len(rows[::4])
    assert entry["by_athlete"][0]["name"] == ""
    message = filled("calibrate", code=1).stderr
    assert f"{len(rows[::4])} with a cramp and {len(rows) - len(rows[::4])} without" in message


def test_outcomes_belong_to_an_athlete(filled):
    filled("import", "--athlete", "bo", SAMPLES / "easy_run.fit")
    filled("log", "last", "--athlete", "bo", "--none")
    assert logged() == []
    assert [told["athlete"] for told in logged("--athlete", "bo")] == ["bo"]
    assert json.loads(filled("evaluate", "--all", "--json").stdout)["rows"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["last"], 2, "say --cramp or --none"),
        (["edit", "last", "--none"], 1, "nothing is logged for"),
        (["remove", "last", "--cramp"], 2, "name the SESSION alone"),
        (["undo", "last"], 2, "say no more"),
        (["last", "--none", "--to", "last"], 2, "--to is for edit"),
        (["--none"], 2, "name the SESSION"),
        (["last", "--none", "--muscle", "calf"], 1, "without a cramp there is no muscle"),
        (["last", "--cramp", "--context", "moon"], 1, "there is no context 'moon'"),
        (["someday", "--cramp"], 1, "no day or moment"),
        (["2026-99-01", "--cramp"], 1, "no day or moment"),
        (["--muscle", "calf"], 1, "name the SESSION"),
    ],
)
def test_what_cannot_be_logged_is_said(filled, arguments, code, message):
    assert message in filled("log", *arguments, code=code).output


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("start_time,cramp\n2026-01-01,perhaps\n", "line 2, column cramp: 'perhaps'"),
        ("start_time,cramp\nsoon,1\n", "line 2: 'soon' is no day or moment"),
        ("start_time,cramp,when\n2026-01-01,1,often\n", "line 2: when is 'often'"),
        ("cramp\n1\n", "line 2: '' is no day or moment"),
    ],
)
def test_a_wrong_line_of_an_import_is_named_and_nothing_is_logged(filled, tmp_path, text, message):
    (tmp_path / "in.csv").write_text(text)
    assert message in filled("log", "--import", "in.csv", code=1).stderr
    assert logged() == []


def at(text):
    return datetime.fromisoformat(text)


def test_a_day_is_the_day_where_the_session_was_held():
    """One starts at 23:30 of the 30th in UTC, which is the 31st two hours east, and one at noon."""
    midnight = datetime(2026, 7, 31, tzinfo=UTC).timestamp()
    rows = SimpleNamespace(
        start_s=np.array([midnight - 1800, midnight + 43200 + 86400]),
        utc_offset_s=np.array([7200.0, np.nan]),
    )
    assert find_session(rows, at("2026-07-31"), whole_day=True) == 0
    assert find_session(rows, at("2026-08-01"), whole_day=True) == 1
    assert find_session(rows, at("2026-07-30"), whole_day=True) is None
    assert find_session(rows, at("2026-07-31T01:30"), whole_day=False) == 0
    assert find_session(rows, at("2026-07-30T23:31:40Z"), whole_day=False) == 0
    assert find_session(rows, at("2026-07-30T23:30"), whole_day=False) is None
    assert find_session(rows, at("2026-07-31T00:00Z"), whole_day=False) is None


def test_where_no_zone_is_known_the_clock_is_that_of_this_computer(in_zone):
    rows = SimpleNamespace(
        start_s=np.array([datetime(2026, 7, 31, 20, tzinfo=UTC).timestamp()]),
        utc_offset_s=np.array([np.nan]),
    )
    in_zone("Asia/Tokyo")
    assert find_session(rows, at("2026-08-01T05:00"), whole_day=False) == 0
    assert find_session(rows, at("2026-07-31"), whole_day=True) is None
    in_zone("UTC")
    assert find_session(rows, at("2026-07-31"), whole_day=True) == 0


def test_several_sessions_of_a_day_are_told_apart_by_time():
    start_s = np.array([1785484800.0, 1785485520.0])
    rows = SimpleNamespace(start_s=start_s, utc_offset_s=np.full(2, 7200.0))
    message = "name one by its time, 2026-07-31 10:00 UTC[+]2, 2026-07-31 10:12 UTC[+]2"
    with pytest.raises(InputError, match=message):
        find_session(rows, at("2026-07-31"), whole_day=True)
    assert find_session(rows, at("2026-07-31 10:12"), whole_day=False) == 1
    moment, whole_day = parse_moment("2026-07-31 10:00 UTC+2", "SESSION")
    assert find_session(rows, moment, whole_day=whole_day) == 0


# ---- start-up


@pytest.mark.parametrize(
    "arguments",
    [
        ["analyze", str(SAMPLES / "easy_run.fit")],
        ["check", "--sport", "running", "--duration", "1h"],
        ["card"],
        ["log"],
        ["history"],
        ["model", "diff", "published", "published"],
        ["evaluate", "--published"],
    ],
)
def test_no_command_but_those_that_learn_loads_scikit_learn(arguments, tmp_path):
    environment = {**os.environ, "RISKFIT_STORE": str(tmp_path / "s.sqlite"), "HOME": str(tmp_path)}
    script = (
        "import sys\nfrom riskfit.cli import main\n"
        "from riskfit.store import Store\nfrom pathlib import Path\n"
        f"Store(Path({str(tmp_path / 's.sqlite')!r})).add_athlete('')\n"
        f"sys.argv = ['riskfit', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "finally:\n    assert 'sklearn' not in sys.modules, 'scikit-learn was loaded'\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_json_is_strict(tmp_path):
    cohort = write_cohort(tmp_path / "one.csv", athletes=1, each=3)
    for arguments in (["evaluate", cohort, "--json"], ["evaluate", "--published", "--json"]):
        msgspec.json.decode(run(*arguments).stdout)
