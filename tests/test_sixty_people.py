"""People whom a sports physician might see: what is said to each, and what is not."""

import json
from functools import cache

import pytest
import tomli
from tools.command_line import run
from tools.people import TABLES, answered, entries, expected, wrong
from tools.safe_words import unsafe

TABLE = "people.toml"
PEOPLE = entries(TABLE)
PAIRS = {
    f"{pair['more']} > {pair['less']}": pair
    for pair in tomli.loads((TABLES / TABLE).read_text(encoding="utf-8"))["pair"]
}
FIRST = "assessment.score"


@cache
def _said(name):
    return answered(PEOPLE[name])


@pytest.mark.parametrize("name", expected(PEOPLE, TABLE))
def test_what_is_said_to(name):
    assert not wrong(PEOPLE[name], _said(name))


@pytest.mark.parametrize("name", expected(PEOPLE, TABLE, "not_safe_yet"))
def test_nothing_unsafe_is_said_to(name):
    said = _said(name)
    assert not unsafe(said.entry, shown=said.text)


@pytest.mark.parametrize("pair", expected(PAIRS, TABLE))
def test_one_stands_above_another(pair):
    pair = PAIRS[pair]
    path = pair.get("field", FIRST)
    more, less = (_said(pair[side]).value(path) for side in ("more", "less"))
    assert more >= less + pair["by"], (more, less)


def test_there_are_sixty():
    assert len(PEOPLE) >= 60


@pytest.mark.parametrize(
    "sport",
    [
        "sitting",
        "standing",
        "walking",
        "Walking",
        "triathlon",
        "bootcamp",
        "boot camp",
        "crossfit",
        "circuit",
        "yoga",
        "strength",
        "E-Bike",
    ],
)
def test_sports_are_known_by_common_words(sport):
    answer = run("check", "--sport", sport, "--duration", "1h", "--json", code=None)
    assert answer.exit_code == 0, answer.output


@pytest.mark.parametrize(
    ("words", "context"),
    [
        ("Marathon", "marathon"),
        ("MARATHON", "marathon"),
        ("half marathon", "half_marathon"),
        ("Half-Marathon", "half_marathon"),
        ("Ultra", "ultra"),
        ("training", "training"),
    ],
)
def test_contexts_are_known_in_any_case(words, context):
    plan = ("--sport", "running", "--duration", "5h", "--race", "--json")
    answer = run("check", *plan, "--context", words, code=None)
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["activities"][0]["assessment"]["context"] == context


def test_no_what_if_shows_what_drinking_more_than_is_sweated_would_do():
    plan = ("--sport", "running", "--duration", "3h", "--speed", "9", "--temp", "15")
    answer = run("check", *plan, "--mass", "60", "--vary", "fluid=0:2:0.25", "--json")
    entry = json.loads(answer.stdout)["activities"][0]
    sweat = entry["features"]["sweat_rate_l_h"]["value"]
    shown = entry["what_if"][0]
    above = [
        score
        for litres, score in zip(shown["values"], shown["score"], strict=True)
        if litres > sweat and score is not None
    ]
    assert not above
