"""Every row of the documents, and every question a clinician would ask, is seen in a run."""

from functools import cache

import pytest
from tools.people import answered, entries, expected, wrong

TABLE = "evidence_rows.toml"
ROWS = entries(TABLE)
#: What the documents say and no study supports: it must not be repeated as a fact.
UNSUPPORTED = "loses more nutrients"


@cache
def _said(name):
    return answered(ROWS[name])


@pytest.mark.parametrize("name", expected(ROWS, TABLE))
def test_it_is_seen(name):
    assert not wrong(ROWS[name], _said(name))


@pytest.mark.parametrize("name", ROWS)
def test_what_no_study_supports_is_nowhere_repeated(name):
    assert UNSUPPORTED not in _said(name).text


def test_no_row_and_no_question_is_left_out():
    seen = {name.split()[0] for name in ROWS}
    assert seen == {f"A{n}" for n in range(1, 49)} | {f"Q{n}" for n in range(1, 13)}
