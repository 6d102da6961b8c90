"""Counts and their nouns agree wherever a person reads them."""

import ast
import re
from pathlib import Path

import pytest

import riskfit
from riskfit._common import plural

PACKAGE = Path(riskfit.__file__).parent
NOUNS = re.compile(
    r"^ (?:sessions|copies|files|activities|outcomes|athletes|laps|sets|days|minutes|weeks)\b"
)
#: More than one by what stands before it.
SEVERAL = {
    ("readers/fit/chain.py", "len(activities)"),
    ("readers/fit/messages.py", "far_days"),
    ("readers/clock.py", "abs(rounds) * 1024"),
    ("report/said/batch.py", "people"),
    ("report/words.py", "of"),
}


def _counted(path):
    """Yield what stands in front of a plural noun in an f-string, unless it is a quantity."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.JoinedStr):
            continue
        for value, after in zip(node.values, node.values[1:], strict=False):
            if isinstance(value, ast.FormattedValue) and isinstance(after, ast.Constant):
                rounded = value.format_spec and "f" in ast.unparse(value.format_spec)
                if NOUNS.match(after.value) and not rounded:
                    yield ast.unparse(value.value), after.value.split()[0]


@pytest.mark.parametrize("folder", ["cli", "report", "readers", "cleaning", "store", "batch"])
def test_a_count_is_never_put_before_a_plural_by_hand(folder):
    found = {
        (path.relative_to(PACKAGE).as_posix(), count): noun
        for path in (PACKAGE / folder).rglob("*.py")
        for count, noun in _counted(path)
    }
    assert {place: noun for place, noun in found.items() if place not in SEVERAL} == {}


@pytest.mark.parametrize(
    ("count", "word", "text"),
    [
        (1, "session", "1 session"),
        (0, "session", "0 sessions"),
        (2, "copy", "2 copies"),
        (1, "activity", "1 activity"),
        (1200, "activity", "1,200 activities"),
        (2, "day", "2 days"),
    ],
)
def test_one_place_makes_a_count_with_its_noun(count, word, text):
    assert plural(count, word) == text
