"""The days between now and a planned session: as usual, none, or as a plan says."""

import json
from datetime import datetime, timedelta

import pytest
from tools.command_line import run
from tools.generator import random_person, random_session, simulate, to_fit

NOW = datetime.now().astimezone().replace(hour=9, minute=0, second=0, microsecond=0)


@pytest.fixture
def trained(tmp_path):
    """Someone who did an hour every second day for two months."""
    folder = tmp_path / "done"
    folder.mkdir()
    for number in range(1, 31):
        start = NOW - timedelta(days=2 * number)
        session = random_session(number, start, hours=1.0, every_s=(60,))
        (folder / f"{number}.fit").write_bytes(to_fit(simulate(session, random_person(2))))
    run("import", folder)


def checked(days, until=None, code=0):
    told = () if until is None else ("--until-then", until)
    start = f"{NOW + timedelta(days=days):%Y-%m-%dT%H:%M}"
    plan = ("--sport", "running", "--duration", "3h", "--temp", "20", "--start", start)
    result = run("check", *plan, *told, "--json", code=code)
    return json.loads(result.stdout) if code == 0 else result.stderr


def value(document, name):
    return document["activities"][0]["features"][name]["value"]


def notes(document):
    return " ".join(document["activities"][0]["notes"])


def test_training_goes_on_as_usual_unless_told_and_that_is_said(trained):
    usual, told = checked(14), checked(14, "usual")
    assert usual == told
    assert usual["plan"]["until_then"] == "usual"
    assert "assumed to go on as usual" in notes(usual)
    assert value(usual, "rest_days_7d") < 7
    assert checked(0)["plan"]["until_then"] is None


def test_rest_that_is_told_is_rest_and_no_gap_even_for_weeks(trained):
    for days in (14, 40):
        rest = checked(days, "rest")
        assert rest["plan"]["until_then"] == "rest"
        assert "Until then you rest, as told" in notes(rest)
        assert value(rest, "rest_days_7d") == 7
        assert value(rest, "training_72h_h") == 0
        assert value(rest, "form_tsb") > value(checked(days, "usual"), "form_tsb") + 5
    assert value(checked(40, "rest"), "same_sport_sessions_28d") == 0


def test_a_plan_counts_with_its_days_hours_and_loads(trained, tmp_path):
    file = tmp_path / "weeks.csv"
    days = [f"{NOW + timedelta(days=days):%Y-%m-%d}" for days in (3, 12, 13)]
    hard = f"date,sport,duration,intensity\n{days[0]},running,1h,\n{days[2]},running,2h,0.9\n"
    file.write_text(hard + f"{days[1]},cycling,90min,0.7\n")
    plan = checked(14, file)
    assert plan["plan"]["until_then"] == "plan"
    assert "3 sessions, 4.5 h in all" in notes(plan)
    assert value(plan, "training_72h_h") == 3.5
    assert value(plan, "rest_days_7d") == 5
    file.write_text(hard.replace("0.9", "0.5"))
    assert value(checked(14, file), "form_tsb") > value(plan, "form_tsb")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("day,sport\n", "there is no column date, duration"),
        ("date,sport,duration\nsoon,running,1h\n", "line 2: 'soon' is no date"),
        (
            "date,sport,duration\n2001-01-01,running,1h\n",
            "does not lie between today and",
        ),
        ("date,sport,duration\n{soon},flying,1h\n", "line 2: 'flying'"),
        ("date,sport,duration\n{soon},running,1 goat\n", "line 2: '1 goat'"),
    ],
)
def test_a_wrong_line_of_the_plan_is_named(tmp_path, text, message):
    file = tmp_path / "weeks.csv"
    file.write_text(text.replace("{soon}", f"{NOW + timedelta(days=2):%Y-%m-%d}"))
    assert message in checked(14, file, code=1)
    assert "is no file: give rest, usual" in checked(14, "sometimes", code=2)
