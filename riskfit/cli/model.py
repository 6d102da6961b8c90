"""``riskfit model``: score cards as files."""

from typing import TYPE_CHECKING

import click

from riskfit.cli.options import takes
from riskfit.cli.output import show, write_json

if TYPE_CHECKING:
    from riskfit.rules.model import Model

_PUBLISHED = "published"


@click.group()
def model() -> None:
    """Compare score cards."""


@model.command(epilog="Examples: riskfit model diff 1.0 2.0; riskfit model diff 2.0 squad.toml")
@click.argument("old")
@click.argument("new")
@takes("--json")
def diff(old: str, new: str, as_json: bool) -> None:
    """Say what differs between two cards, rule by rule in points, numbers and words.

    OLD and NEW are model files (TOML) or versions of published cards, such as 1.0; the word
    "published" stands for the newest.
    """
    from riskfit.learning.model_diff import diff_models
    from riskfit.report.json.learning import diff_entry
    from riskfit.report.terminal.learning import diff_parts

    found = diff_models(_load(old), _load(new))
    if as_json:
        write_json(diff_entry(found))
    else:
        show(diff_parts(found))


def _load(name: str) -> "Model":
    from riskfit.rules.load import load_model

    # a file of that name in this folder would have to be called ./published
    return load_model() if name == _PUBLISHED else load_model(name)
