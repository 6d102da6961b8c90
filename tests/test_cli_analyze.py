"""The analyze command: inputs, outputs, exit codes."""

import gzip
import json
import re

import click
import pytest
from tools import command_line

from riskfit.cli import main
from riskfit.resources import sample_data
from riskfit.rules.load import load_model


@pytest.fixture
def samples(tmp_path, monkeypatch):
    """A folder with some samples, to be in."""
    for name in ("easy_run.fit", "evening_run.gpx", "evening_run.tcx", "cut_off.fit"):
        (tmp_path / name).write_bytes(sample_data().joinpath(name).read_bytes())
    (tmp_path / "page.fit").write_bytes(b"<!DOCTYPE html><html><body>404</body></html>")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments, **more):
    return command_line.run("analyze", *arguments, code=None, **more)


def document(result):
    return json.loads(result.stdout)


def test_a_run_is_understood_at_a_glance(samples):
    result = run("easy_run.fit")
    assert result.exit_code == 0
    for expected in (
        "easy_run.fit",
        "running",
        "Cramp risk",
        "This session: ",
        "You: ",
        "What to do",
    ):
        assert expected in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_printed_parts_and_causes_add_up_to_the_printed_score(samples):
    text = run("easy_run.fit", "--full").stdout
    score = int(re.search(r"Cramp risk (\d+)", text)[1])
    parts = re.search(r"= you (\d+) .*?\+ this session (\d+)", text)
    assert int(parts[1]) + int(parts[2]) == score
    causes = re.findall(r"[█░]+\s+(\d+) of", text)
    assert sum(map(int, causes)) == score


def test_text_and_json_say_the_same(samples):
    text = run("easy_run.fit").stdout
    assessment = document(run("easy_run.fit", "--json"))["activities"][0]["assessment"]
    assert int(re.search(r"Cramp risk (\d+)", text)[1]) == int(assessment["score"])
    compared = load_model().compared(assessment["odds_vs_typical"])
    assert f"{compared} for a training session" in text
    assert f"  {assessment['band']} " in run("easy_run.fit", "--full").stdout


def test_json_is_printed_when_every_input_failed(samples):
    result = run("page.fit", "missing.fit", "--json")
    assert result.exit_code == 3
    failed = document(result)["failed"]
    assert [entry["source"] for entry in failed] == ["page.fit", "missing.fit"]
    assert failed[0]["kind"] in ("not_an_activity", "unsupported")
    assert document(result)["activities"] == []


def test_some_failures_do_not_stop_the_others(samples):
    result = run("easy_run.fit", "page.fit", "evening_run.gpx", "--json")
    assert result.exit_code == 1
    assert len(document(result)["activities"]) == 2
    assert "page.fit" in result.stderr


def test_no_input_is_a_usage_error(samples):
    result = run()
    assert result.exit_code == 2
    assert "name one or more files" in result.stderr


def test_a_cut_off_file_is_read_with_a_note(samples):
    entry = document(run("cut_off.fit", "--json"))["activities"][0]
    assert entry["assessment"]["score"] is not None
    assert any("byte" in note for note in entry["notes"])


def test_standard_input_and_gzip_are_read(samples):
    packed = gzip.compress((samples / "easy_run.fit").read_bytes())
    result = run("-", "--json", input=packed)
    assert result.exit_code == 0
    piped = document(result)["activities"][0]
    direct = document(run("easy_run.fit", "--json"))["activities"][0]
    assert piped["source"] == "-"
    assert piped["sha256"] == direct["sha256"]
    assert piped["assessment"] == direct["assessment"]


def test_names_come_from_a_list(samples):
    (samples / "names.txt").write_text("easy_run.fit\nevening_run.tcx\n")
    result = run("--files-from", "names.txt", "--json")
    sources = [entry["source"] for entry in document(result)["activities"]]
    assert sources == ["easy_run.fit", "evening_run.tcx"]


def test_the_twins_of_one_run_get_nearly_one_score(samples):
    (samples / "evening_run.fit").write_bytes(
        sample_data().joinpath("evening_run.fit").read_bytes()
    )
    # Only the FIT file tells of the person: what all three tell is this session.
    options = ("--temp", "20", "--mass", "70", "--json")
    points = [
        document(run(f"evening_run.{suffix}", *options))["activities"][0]["assessment"]["parts"]
        for suffix in ("fit", "tcx", "gpx")
    ]
    sessions = [parts["session"]["points"] for parts in points]
    assert max(sessions) - min(sessions) < 1


@pytest.mark.parametrize(
    ("given", "feature", "expected"),
    [
        (("--mass", "154lb"), "body_mass_kg", 69.85),
        (("--height", "5ft11"), "height_m", 1.803),
        (("--temp", "88F"), "air_temperature_c", 31.1),
        (("--wind", "36km/h"), "wind_m_s", 10.0),
        (("--humidity", "60%"), "relative_humidity_pct", 60),
        (("--sleep", "6"), "overtired", 0.5),
        (("--race",), "race_effort", 1),
        (("--no-race",), "race_effort", 0),
    ],
)
def test_options_are_understood_with_their_units(samples, given, feature, expected):
    entry = document(run("evening_run.gpx", *given, "--json"))["activities"][0]
    assert entry["features"][feature]["value"] == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize(
    "given",
    [
        ("--mass", "heavy"),
        ("--humidity", "130"),
        ("--temp", "99C"),
        ("--fail-at", "awful"),
        ("-o", "report.docx"),
        ("--threshold-speed", "0:01/km"),
    ],
)
def test_impossible_options_are_usage_errors(samples, given):
    result = run("easy_run.fit", *given)
    assert result.exit_code == 2
    assert "Error" in result.stderr


def test_an_unknown_context_names_those_there_are(samples):
    result = run("easy_run.fit", "--context", "holiday")
    assert result.exit_code in (1, 2)
    assert "marathon" in result.stderr


def test_fail_at_tells_by_exit_code(samples):
    assert run("easy_run.fit", "--fail-at", "low").exit_code == 10
    assert run("easy_run.fit", "--fail-at", "high").exit_code == 0


def test_output_goes_to_a_file_by_suffix(samples):
    result = run("easy_run.fit", "-o", "report.json")
    assert result.exit_code == 0
    assert result.stdout == ""
    written = json.loads((samples / "report.json").read_text())
    assert written["activities"][0]["source"] == "easy_run.fit"
    run("easy_run.fit", "-o", "report.txt")
    assert "Cramp risk" in (samples / "report.txt").read_text()


def test_history_is_read_and_named(samples):
    (samples / "history.zip").write_bytes(sample_data().joinpath("history.zip").read_bytes())
    (samples / "marathon.fit.gz").write_bytes(
        sample_data().joinpath("marathon_heat.fit.gz").read_bytes()
    )
    alone = document(run("marathon.fit.gz", "--json"))["activities"][0]["features"]
    after = document(run("marathon.fit.gz", "--history", "history.zip", "--json"))
    features = after["activities"][0]["features"]
    assert alone["form_tsb"]["value"] is None
    assert features["form_tsb"]["value"] is not None
    assert features["same_sport_sessions_28d"]["value"] > 4


def test_the_reference_reader_gives_the_same_score(samples):
    fast, slow = (
        document(run("easy_run.fit", "--json", "--reader", reader))["activities"][0]
        for reader in ("columnar", "fitparse")
    )
    assert fast["assessment"]["score"] == pytest.approx(slow["assessment"]["score"], abs=1e-9)


def test_a_profile_is_used_and_a_wrong_one_is_named(samples):
    (samples / "me.toml").write_text('cramp_history = "last_12_months"\nmass_kg = 61\n')
    entry = document(run("easy_run.fit", "--profile", "me.toml", "--json"))["activities"][0]
    assert entry["features"]["cramp_history"]["value"] == 2
    assert entry["features"]["body_mass_kg"] == {
        "value": 61,
        "unit": "kg",
        "source": "profile",
        "origin": "profile",
        "low": 61,
        "high": 61,
    }
    (samples / "me.toml").write_text("cramp_histroy = 1\n")
    result = run("easy_run.fit", "--profile", "me.toml")
    assert result.exit_code == 1
    assert "did you mean 'cramp_history'" in result.stderr


def test_people_outside_the_adults_get_a_reason_and_no_score(samples):
    entry = document(run("easy_run.fit", "--age", "15", "--json"))["activities"][0]
    assert entry["assessment"]["score"] is None
    assert "under 18" in entry["assessment"]["unscored_because"]
    assert run("easy_run.fit", "--age", "15").exit_code == 3


def test_colours_are_left_out_where_nobody_wants_them(samples, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("easy_run.fit", color=True).stdout


def test_a_name_with_markup_stays_text(samples):
    run_bytes = (samples / "evening_run.gpx").read_bytes()
    named = re.sub(rb"<name>.*?</name>", b"<name>[red]run[/red]</name>", run_bytes, count=1)
    if named == run_bytes:
        named = run_bytes.replace(b"<trk>", b"<trk><name>[red]run[/red]</name>", 1)
    (samples / "named.gpx").write_bytes(named)
    assert "[red]run[/red]" in run("named.gpx").stdout


def test_every_command_refuses_a_missing_folder_before_any_work(tmp_path):
    context = click.Context(main)
    writing = []
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        for param in command.params:
            if param.name in ("output", "export_file"):
                writing.append(name)
                with pytest.raises(click.BadParameter, match="no folder"):
                    param.process_value(context, str(tmp_path / "nowhere" / "a.html"))
    assert {"analyze", "check", "batch", "demo", "evaluate", "calibrate", "log"} <= set(writing)
