"""People whom a sports physician might see: what is said to each, and what is not."""

from functools import cache

import pytest
import tomli
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
    assert not unsafe(_said(name).entry)


@pytest.mark.parametrize("pair", expected(PAIRS, TABLE))
def test_one_stands_above_another(pair):
    pair = PAIRS[pair]
    path = pair.get("field", FIRST)
    more, less = (_said(pair[side]).value(path) for side in ("more", "less"))
    assert more >= less + pair["by"], (more, less)


def test_there_are_sixty():
    assert len(PEOPLE) >= 60
