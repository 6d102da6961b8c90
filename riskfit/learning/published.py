"""Published cohorts, simulated from what was printed of them and scored by the card.

A cohort is a file in ``models/cohorts``: what cases and controls were like, and what the card is
expected to make of it. Adding a cohort is adding a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Literal

import msgspec
import numpy as np

from riskfit._common import FloatArray
from riskfit.errors import RuleError
from riskfit.learning.metrics import placements
from riskfit.references import check_references
from riskfit.rules.load import load_model
from riskfit.rules.model import CAUSES, Model
from riskfit.scoring.kernel import Scores
from riskfit.scoring.score_table import score_table
from riskfit.strict_toml import Strict, convert_table, parse_toml


class Input(Strict, frozen=True, kw_only=True):
    """How one feature is distributed in a group.

    Attributes
    ----------
    value : float
        The number itself; with ``share`` what that share of people has, the others 0.
    mean, sd : float
        Normal; ``times`` draws more normals and multiplies them in, ``scale`` multiplies last.
    expected : float
        The drawn number is a time, and the feature how much faster than this time it is.
    minus : float
        Taken off the drawn number.
    at_least : float
        Draws below it count as this.
    """

    value: float | None = None
    share: float | None = None
    mean: float | None = None
    sd: float = 0.0
    times: tuple[tuple[float, float], ...] = ()
    scale: float = 1.0
    expected: float | None = None
    minus: float = 0.0
    at_least: float = -inf


class Expectation(Strict, frozen=True, kw_only=True):
    """What is compared between two groups, and the range it should lie in.

    Attributes
    ----------
    what : str
        ``auc`` (of points), ``points`` (difference of means), ``odds`` (the same as a ratio),
        ``logits`` (the same in log odds), ``ratio`` (of the first difference to the second, in
        ``against``), ``mean`` (of a feature in the first group).
    of : tuple of str
        ``score`` or causes as the ledger has them, or rules at their card points (unsaturated, so
        that what else differs between the groups does not blur them), added up; for ``mean`` a
        feature.
    """

    what: Literal["auc", "points", "odds", "logits", "ratio", "mean"]
    of: tuple[str, ...]
    between: tuple[str, ...] = ("cases", "controls")
    against: tuple[str, ...] = ()
    low: float
    high: float
    published: str


class Cohort(Strict, frozen=True, kw_only=True):
    """A published cohort."""

    id: str
    title: str
    references: tuple[str, ...]
    context: str
    group: dict[str, dict[str, Input]]
    expect: tuple[Expectation, ...]
    all: dict[str, Input] = msgspec.field(default_factory=dict)
    rows: int = 4000
    assumed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One line of the table: published, ours, within the range or not.

    ``measure`` is the expectation's ``what``, ``what`` the same in words.
    """

    cohort: str
    title: str
    measure: str
    what: str
    published: str
    low: float
    high: float
    ours: float
    passed: bool


def load_cohorts() -> tuple[Cohort, ...]:
    """Read the bundled cohorts, in the order of their names."""
    from riskfit.resources import models

    files = [f for f in models().joinpath("cohorts").iterdir() if f.name.endswith(".toml")]
    return tuple(
        parse_cohort(file.read_text(encoding="utf-8"), f"cohorts/{file.name}")
        for file in sorted(files, key=lambda file: file.name)
    )


def parse_cohort(text: str, source: str) -> Cohort:
    """Make a cohort of a TOML text; ``source`` names it in messages."""
    cohort = convert_table(parse_toml(text, source), Cohort, source, tables={"expect": Expectation})
    check_references(cohort.references, source)
    for number, expectation in enumerate(cohort.expect, start=1):
        for name in (*expectation.between, *expectation.against):
            if name not in cohort.group:
                raise RuleError(f"{source}: expect {number}, key between: no group {name!r}")
        if not expectation.low <= expectation.high:
            raise RuleError(f"{source}: expect {number}, key low: is above high")
    return cohort


def run_cohort(cohort: Cohort, model: Model | None = None, seed: int = 1) -> list[Verdict]:
    """Simulate a cohort, score it and hold the card to every expectation.

    Parameters
    ----------
    cohort : Cohort
    model : Model, optional
        The published card unless given.
    seed : int
        Of the simulation.

    Returns
    -------
    list of Verdict
    """
    model = model or load_model()
    tables = {
        name: _simulate({**cohort.all, **inputs}, cohort.rows, seed + number)
        for number, (name, inputs) in enumerate(cohort.group.items())
    }
    scores = {
        name: score_table(table, model, cohort.context, detail=True)
        for name, table in tables.items()
    }
    verdicts = []
    for expectation in cohort.expect:
        ours = _measure(expectation, tables, scores)
        verdicts.append(
            Verdict(
                cohort=cohort.id,
                title=cohort.title,
                measure=expectation.what,
                what=_describe(expectation),
                published=expectation.published,
                low=expectation.low,
                high=expectation.high,
                ours=ours,
                passed=bool(expectation.low <= ours <= expectation.high),
            )
        )
    return verdicts


def _simulate(inputs: Mapping[str, Input], rows: int, seed: int) -> dict[str, FloatArray]:
    """Draw a group; each feature has its own stream, so adding one changes no other."""
    return {
        name: _draw(entry, rows, np.random.default_rng([seed, *name.encode()]))
        for name, entry in inputs.items()
    }


def _draw(entry: Input, rows: int, rng: np.random.Generator) -> FloatArray:
    if entry.share is not None:
        value = 1.0 if entry.value is None else entry.value
        return np.where(rng.random(rows) < entry.share, value, 0.0)
    if entry.value is not None:
        return np.full(rows, entry.value)
    drawn: FloatArray = rng.normal(entry.mean or 0.0, entry.sd, rows)
    for mean, sd in entry.times:
        drawn *= rng.normal(mean, sd, rows)
    if entry.expected is not None:
        drawn = entry.expected / drawn - 1
    return np.maximum(drawn * entry.scale - entry.minus, entry.at_least)


def _measure(
    expectation: Expectation,
    tables: Mapping[str, Mapping[str, FloatArray]],
    scores: Mapping[str, Scores],
) -> float:
    """Return the number that an expectation speaks of."""
    first, *rest = expectation.between
    if expectation.what == "mean":
        return float(tables[first][expectation.of[0]].mean())
    if expectation.what == "auc":
        points = [_points(scores[name], expectation.of) for name in (first, rest[0])]
        return float(placements(points[0], points[1]).mean())
    difference = _difference(scores, expectation.between, expectation.of)
    settings = scores[first].model.settings
    if expectation.what == "odds":
        return float(2 ** (difference / settings.points_per_doubling))
    if expectation.what == "logits":
        return difference / settings.points_per_logit
    if expectation.what == "ratio":
        return difference / _difference(scores, expectation.against, expectation.of)
    return difference


def _difference(scores: Mapping[str, Scores], names: tuple[str, ...], of: tuple[str, ...]) -> float:
    first, second = (_points(scores[name], of).mean() for name in names)
    return float(first - second)


def _points(scores: Scores, of: tuple[str, ...]) -> FloatArray:
    """Add up the points of what is named."""
    total = np.zeros(len(scores))
    for name in of:
        if name == "score":
            total += scores.score
        elif name in CAUSES:
            total += scores.causes[name]
        else:
            total += _card_points(scores, name)
    return total


def _card_points(scores: Scores, rule_id: str) -> FloatArray:
    """Return what the card gives a rule's responses, alone."""
    rule = scores.model.rule(rule_id)
    responses = scores.responses
    if responses is None:
        raise RuleError(f"scores without detail have no responses of {rule_id}")
    return responses[:, scores.model.rule_ids.index(rule_id)] * scores.model.max_points(rule)


def _describe(expectation: Expectation) -> str:
    names = " and ".join(expectation.of)
    words = {
        "auc": f"AUC of {names}",
        "points": f"difference in points of {names}",
        "odds": f"odds ratio of {names}",
        "logits": f"difference in log odds of {names}",
        "mean": f"mean of {names}",
        "ratio": f"how many times the difference of {names}",
    }[expectation.what]
    if expectation.what == "ratio":
        joined = f"{expectation.between[0]} against {expectation.against[0]}"
    else:
        joined = " against ".join(expectation.between)
    return f"{words}, {joined}".replace("_", " ")
