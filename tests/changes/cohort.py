"""A cohort: one file."""

import json

from tools.changes import Copy, riskfit

COHORT = """
id = "V99"
title = "A made-up club, 20 of 60 with cramps"
references = ["summers2014"]
context = "marathon"
rows = 1

[all]
duration_min = { value = 240 }
[group.before]
cramp_history = { value = 2 }
[group.never]
cramp_history = { value = 0 }

[[expect]]
what = "odds"
of = ["score"]
between = ["before", "never"]
low = 1.1
high = 20
published = "4.0 (1.1 to 20)"
"""


def make(copy: Copy) -> None:
    """Add the file."""
    copy.add("models/cohorts/v99_club.toml", COHORT)


def prove() -> None:
    """The evaluation judges it."""
    document = json.loads(riskfit("evaluate", "--published", "--json"))
    assert [line["verdict"] for line in document["cohorts"] if line["cohort"] == "V99"] == ["PASS"]
