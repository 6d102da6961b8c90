"""Sessions by the thousand as columns: a page's script makes rows of them when they are seen."""

import re
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from functools import partial
from math import isfinite
from string import Formatter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray, local_moment, zone_words
from riskfit.features.athlete_rows import FEATURE_INDEX
from riskfit.features.catalogue import CATALOGUE
from riskfit.report.rounding import round_down, split_to_total
from riskfit.report.said.batch import days, drivers, local_s
from riskfit.report.words import (
    NOTHING,
    day_words,
    minutes_words,
    plain,
    score_words,
    signed_odds,
    value_words,
)
from riskfit.scoring.ledger import numbers_said, sentence
from riskfit.scoring.reading import readings

if TYPE_CHECKING:
    from riskfit.batch.reduce import Sessions
    from riskfit.rules.model import Measure, Model, Rule

#: Columns of features, with their decimal places, and the places of points.
_FEATURES: Final = {"duration_min": 1, "distance_km": 2, "fatigue_atl": 1, "fitness_ctl": 1}
_SCORE_PLACES, _POINTS_PLACES = 4, 3


def session_columns(
    athletes: "Sequence[Sessions]", rules: "Sequence[Rule]", *, share: bool
) -> dict[str, Any]:
    """Return every session as a place in columns; words are numbered, each said once.

    Returns
    -------
    dict
        ``columns`` and ``words`` of the table; by rule ``points``, what is ``said`` of its value,
        and ``shown``: tenths of points that add up to those of ``causes_shown`` and of
        ``score_shown``.
    """
    columns: dict[str, list[Any]] = {name: [] for name in ("athlete", "start_s", "day")}
    worded: dict[str, _Words] = {}
    for number, one in enumerate(athletes):
        local = local_s(one, share=share)
        columns["athlete"] += [number] * len(one)
        columns["start_s"] += [round(start) for start in one.rows.start_s.tolist()]
        columns["day"] += days(local).tolist()
        began = zip(one.rows.start_s.tolist(), local.tolist(), strict=True)
        for row, (start, there) in enumerate(began):
            moment = local_moment(start, there - start)
            for name, word in _words(one, row, moment, share).items():
                worded.setdefault(name, _Words()).add(word)
    return {
        "words": {name: words.all for name, words in worded.items()},
        "columns": {
            **columns,
            **{name: words.numbers for name, words in worded.items()},
            **_numbers(athletes),
        },
        **_ledgers(athletes, rules),
    }


class _Words:
    """Words and the number of each, in order of their first use."""

    def __init__(self) -> None:
        self._known: dict[Hashable, int] = {}
        self.numbers: list[int] = []

    def add(self, word: Hashable) -> None:
        """Take one more in."""
        self.numbers.append(self._known.setdefault(word, len(self._known)))

    @property
    def all(self) -> list[Any]:
        """Return the words, each once."""
        return list(self._known)


def _words(one: "Sessions", row: int, moment: datetime, share: bool) -> dict[str, str]:
    """Return what a session's row of the table says, and what stands above its ledger."""
    scores, score = one.scores, float(one.scores.score[row])
    minutes, km = (float(one.values[row, FEATURE_INDEX[name]]) for name in list(_FEATURES)[:2])
    context = one.model.contexts[one.taken[row].context].name
    words = {
        "date": day_words(moment),
        "clock": f"{moment:%H:%M} {zone_words(moment)}",
        "sport": plain(one.rows.sport[row]),
        "time": minutes_words(minutes),
        "km": f"{km:.1f}" if isfinite(km) else NOTHING,
        "score_text": score_words(score),
        "band": one.bands[row] or "",
        "source": "" if share else one.source(row),
        "notes": "" if share else "\n".join(one.notes(row)),
    }
    if not isfinite(score):
        return words | dict.fromkeys(("range", "why", "split", "odds"), "")
    you, session = (scores.parts[part].points[row] for part in ("you", "session"))
    return words | {
        "range": f"{scores.low[row]:.0f}–{scores.high[row]:.0f}",
        "why": drivers(one, row),
        "split": f"you {you:.1f}, this session {session:.1f}",
        "odds": f"for {context}: {signed_odds(scores.odds_vs_typical[row])}",
    }


def _numbers(athletes: "Sequence[Sessions]") -> dict[str, list[float | None]]:
    """Return what is sorted by and drawn."""
    columns: dict[str, list[float | None]] = {}
    for one in athletes:
        columns.setdefault("score", []).extend(_rounded(one.scores.score, _SCORE_PLACES))
        for name, points in one.scores.causes.items():
            columns.setdefault(name, []).extend(_rounded(points, _POINTS_PLACES))
        for name, places in _FEATURES.items():
            values = one.values[:, FEATURE_INDEX[name]]
            columns.setdefault(name, []).extend(_rounded(values, places))
    return columns


def _rounded(values: FloatArray, places: int) -> list[float | None]:
    """Return numbers with so many places; whole ones without a point."""
    return [_short(value) for value in np.round(values, places).tolist()]


def _short(value: float) -> float | None:
    if not isfinite(value):
        return None
    return int(value) if value.is_integer() else value


# ---- ledgers


def _ledgers(athletes: "Sequence[Sessions]", rules: "Sequence[Rule]") -> dict[str, Any]:
    """Return every line of every ledger: a column a rule."""
    points: list[list[float | None]] = []
    said: list[dict[str, list[Any]]] = []
    for rule in rules:
        words, counted = _Words(), []
        for one in athletes:
            worth = one.scores.contributions[:, one.model.rule_ids.index(rule.id)]
            counted += _rounded(worth, _SCORE_PLACES)
            for line in _lines(one, rule, worth > 0):
                words.add(line)
        points.append(counted)
        said.append({"words": words.all, "rows": words.numbers})
    shown, by_cause, totals = _shown(athletes, rules)
    return {
        "points": points,
        "said": said,
        "shown": shown,
        "causes_shown": by_cause,
        "score_shown": totals,
        "tenths": [f"{n / 10:.1f}" for n in range(1 + max(totals, default=0))],
    }


def _lines(one: "Sessions", rule: "Rule", adds: NDArray[np.bool_]) -> list[tuple[Any, ...] | None]:
    """Return what is said of a rule in each session, read as its context has it."""
    lines: list[tuple[Any, ...] | None] = [None] * len(one)
    for context, mine in one.groups().items():
        read = readings(rule, context, partial(one.column, rows=mine))
        told = zip(read.shown.tolist(), read.counts.tolist(), adds[mine].tolist(), strict=True)
        for row, (value, counts, adding) in zip(mine.tolist(), told, strict=True):
            lines[row] = _line(read.measures, value, counts, adding)
    return lines


def gaps_of(said: str) -> tuple[str, ...]:
    """Return what stands in the gaps of a sentence."""
    return tuple(name for _, name, _, _ in Formatter().parse(said) if name)


def _line(
    measures: "tuple[Measure, ...]", value: float, counts: int, adds: bool
) -> tuple[Any, ...] | None:
    """Return a value in words, what its sentence's gaps hold, and which sentence it is (-1: last).

    The gaps are None where it adds nothing; all is None where nothing is known.
    """
    if counts < 0:
        return None
    measure = measures[counts]
    if not adds:
        return value_words(value, measure.unit), None, counts
    said, numbers = measure.said(value), numbers_said(value)
    gaps = tuple(numbers[name] for name in gaps_of(said))
    return value_words(value, measure.unit), gaps, counts if said == measure.sentence else -1


def _shown(
    athletes: "Sequence[Sessions]", rules: "Sequence[Rule]"
) -> tuple[list[list[int]], dict[str, list[int]], list[int]]:
    """Return tenths of points by rule and by cause, and their sums: those of the score shown."""
    lines: list[list[int]] = []
    for one in athletes:
        where = [one.model.rule_ids.index(rule.id) for rule in rules]
        table = one.scores.contributions[:, where].tolist()
        for score, points in zip(one.scores.score.tolist(), table, strict=True):
            known = isfinite(score)
            parts = {str(k): given if known else 0.0 for k, given in enumerate(points)}
            split = split_to_total(parts, round_down(score, 1) if known else 0.0, 1)
            lines.append([round(10 * part) for part in split.values()])
    by_cause = {
        cause: [
            sum(line[k] for k, rule in enumerate(rules) if rule.cause == cause) for line in lines
        ]
        for cause in dict.fromkeys(rule.cause for rule in rules)
    }
    by_rule = [list(column) for column in zip(*lines, strict=True)] or [[] for _ in rules]
    return by_rule, by_cause, [sum(line) for line in lines]


def rule_entry(rule: "Rule", model: "Model", numbers: Mapping[str, int]) -> dict[str, Any]:
    """Return a rule as the card and the ledgers show it, with the numbers of its sources."""
    other = rule.or_feature
    sentences = [rule.sentence, *([] if other is None else [other.sentence])]
    sentences += [] if rule.beyond is None else [rule.beyond]
    return {
        "id": rule.id,
        "name": rule.name,
        "cause": rule.cause,
        "measures": f"{CATALOGUE[rule.feature].meaning} [{rule.unit}]",
        "sentences": [re.sub(r"\{\w+\}", "{}", said) for said in sentences],
        "nothing": sentence(rule.name, rule.sentence, 0.0, 0.0, ""),
        "odds": f"{rule.odds_ratio:g}",
        "most": f"{model.max_points(rule):.1f}",
        "grade": rule.grade,
        "refs": [numbers[ref] for ref in rule.references],
    }
