"""A batch as its page needs it: one block of columns, the card once, a few tables."""

from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any, Final

import numpy as np

from riskfit._common import FloatArray
from riskfit.batch.health import coverage_of
from riskfit.batch.reduce import BatchReport, Sessions
from riskfit.features.athlete_rows import FEATURE_INDEX
from riskfit.features.catalogue import CATALOGUE
from riskfit.report.terminal.batch import main_cause, rising_weeks
from riskfit.report.words import CAUSE_NAMES
from riskfit.rules.model import Model, Rule

#: Columns of the table and the charts, by feature and decimal places.
_FEATURES: Final = {
    "duration_min": 1,
    "distance_km": 2,
    "training_stress_score": 1,
    "fatigue_atl": 1,
    "fitness_ctl": 1,
}
_WEEK_S: Final = 7 * 86400.0
#: Monday, 5 January 1970.
_FIRST_MONDAY_S: Final = 4 * 86400.0
_WEEKS_SHOWN: Final = 10


def batch_view(report: BatchReport, *, share: bool = False) -> dict[str, Any]:
    """Return a batch as its template and its script show it.

    Parameters
    ----------
    report : BatchReport
    share : bool
        Leave out file names, notes and the athletes' names.
    """
    names = _names(report, share)
    rules = _rules(report)
    keys = list(dict.fromkeys(ref for rule in rules for ref in rule.references))
    numbers = {ref: number for number, ref in enumerate(keys, 1)}
    model = report.model
    scored = [score for one in report.athletes for score in one.scores.score.tolist()]
    known = [score for score in scored if isfinite(score)]
    return {
        "sessions": len(report),
        "scored": len(known),
        "many": len(report.athletes) > 1,
        "highest": max(known, default=None),
        "bands": _band_counts(report),
        "athletes": [_athlete_row(one, name) for one, name in _paired(report, names)],
        "weeks": _worst_weeks(report, names),
        "rises": _rises(report, names),
        "coverage": _coverage(report),
        "aside": report.aside,
        "card": [_card_line(rule, model, numbers) for rule in rules],
        "references": [_source(model, ref) for ref in keys],
        "block": {
            "bands": [{"id": band.id, "from": band.from_} for band in model.bands],
            "causes": CAUSE_NAMES,
            "context": _context_name(report),
            "rules": [_rule_entry(rule, model, numbers) for rule in rules],
            "athletes": names,
            **_columns(report, rules, share),
        },
    }


def _paired(report: BatchReport, names: list[str]) -> list[tuple[Sessions, str]]:
    return list(zip(report.athletes, names, strict=True))


def _names(report: BatchReport, share: bool) -> list[str]:
    if len(report.athletes) == 1 and (share or report.athletes[0].athlete is None):
        return ["You"]
    return [
        f"Athlete {number}" if share else one.athlete or "You"
        for number, one in enumerate(report.athletes, 1)
    ]


def _rules(report: BatchReport) -> list[Rule]:
    """Return the rules of the card that this context has."""
    context = report.athletes[0].context if report.athletes else report.model.context().id
    return [rule for rule in report.model.rules if context not in rule.not_for]


def _context_name(report: BatchReport) -> str:
    context = report.athletes[0].context if report.athletes else None
    return report.model.context(context).name


def _rule_entry(rule: Rule, model: Model, numbers: dict[str, int]) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "cause": rule.cause,
        "part": rule.part,
        "unit": rule.unit,
        "sentence": rule.sentence,
        "most": round(model.max_points(rule), 2),
        "grade": rule.grade,
        "refs": [numbers[ref] for ref in rule.references],
    }


def _card_line(rule: Rule, model: Model, numbers: dict[str, int]) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "cause": CAUSE_NAMES[rule.cause],
        "measures": CATALOGUE[rule.feature].meaning,
        "unit": rule.unit,
        "most": f"{model.max_points(rule):.1f}",
        "odds": f"{rule.odds_ratio:g}",
        "grade": rule.grade,
        "refs": [numbers[ref] for ref in rule.references],
    }


def _source(model: Model, ref: str) -> dict[str, Any]:
    one = model.references[ref]
    return {"cite": one.cite, "doi": one.doi, "finding": one.finding}


def _columns(report: BatchReport, rules: list[Rule], share: bool) -> dict[str, Any]:
    """Return every session as a place in columns; words are numbered, each said once."""
    sports, bands, sources, notes = _Words(), _Words(), _Words(), _Words()
    columns: dict[str, list[Any]] = {name: [] for name in ("athlete", "start_s", "offset_s")}
    numbers: dict[str, list[FloatArray]] = {}
    points: list[FloatArray] = []
    values: list[FloatArray] = []
    where = [report.model.rule_ids.index(rule.id) for rule in rules]
    features = [FEATURE_INDEX[rule.feature] for rule in rules]
    for number, one in enumerate(report.athletes):
        rows = range(len(one))
        columns["athlete"] += [number] * len(one)
        columns["start_s"] += [round(start) for start in one.rows.start_s.tolist()]
        offsets = np.zeros(len(one)) if share else np.nan_to_num(one.rows.utc_offset_s)
        columns["offset_s"] += [round(offset) for offset in offsets.tolist()]
        for words, said in (
            (sports, one.rows.sport),
            (bands, [band or "" for band in one.bands]),
            (sources, ["" if share else one.source(row) for row in rows]),
            (notes, ["" if share else "\n".join(one.notes(row)) for row in rows]),
        ):
            words.add(said)
        for name, column in _numbers_of(one).items():
            numbers.setdefault(name, []).append(column)
        points.append(one.scores.contributions[:, where])
        values.append(one.values[:, features])
    places = {"score": 4, "low": 2, "high": 2, "you": 3, "session": 3, "odds": 3, **_FEATURES}
    return {
        "words": {
            "sport": sports.all,
            "band": bands.all,
            "source": sources.all,
            "notes": notes.all,
        },
        "columns": {
            **columns,
            "sport": sports.numbers,
            "band": bands.numbers,
            "source": sources.numbers,
            "notes": notes.numbers,
            **{
                name: _rounded(np.concatenate(parts), places.get(name, 3))
                for name, parts in numbers.items()
            },
        },
        "points": _table(points, len(rules), 4),
        "values": _table(values, len(rules), None),
    }


class _Words:
    """Words and the number of each, in order of their first use."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self.numbers: list[int] = []

    def add(self, words: list[str]) -> None:
        """Take more words in."""
        self.numbers += [self._known.setdefault(word, len(self._known)) for word in words]

    @property
    def all(self) -> list[str]:
        """Return the words, each once."""
        return list(self._known)


def _numbers_of(one: Sessions) -> dict[str, FloatArray]:
    scores = one.scores
    return {
        "score": scores.score,
        "low": scores.low,
        "high": scores.high,
        "you": scores.parts["you"].points,
        "session": scores.parts["session"].points,
        "odds": scores.odds_vs_typical,
        **{f"{cause}": points for cause, points in scores.causes.items()},
        **{name: one.values[:, FEATURE_INDEX[name]] for name in _FEATURES},
    }


def _table(parts: list[FloatArray], width: int, places: int | None) -> list[list[float | None]]:
    """Return a column for each rule."""
    if not parts:
        return [[] for _ in range(width)]
    whole = np.concatenate(parts)
    return [_rounded(whole[:, k], places) for k in range(width)]


def _rounded(values: FloatArray, places: int | None) -> list[float | None]:
    """Return numbers with so many places, or six digits; whole ones without a point."""
    listed = values.tolist()
    if places is None:
        listed = [float(f"{value:.6g}") for value in listed]
    else:
        listed = np.round(values, places).tolist()
    return [_short(value) for value in listed]


def _short(value: float) -> float | None:
    if not isfinite(value):
        return None
    return int(value) if value.is_integer() else value


def _band_counts(report: BatchReport) -> list[dict[str, Any]]:
    bands = [band for one in report.athletes for band in one.bands]
    total = max(1, sum(band is not None for band in bands))
    return [
        {
            "id": band.id,
            "count": bands.count(band.id),
            "share": round(100 * bands.count(band.id) / total, 1),
        }
        for band in report.model.bands
    ]


def _athlete_row(one: Sessions, name: str) -> dict[str, Any]:
    known = one.scores.score[np.isfinite(one.scores.score)]
    rows = np.flatnonzero(np.isfinite(one.scores.score))
    return {
        "name": name,
        "sessions": len(one),
        "median": float(np.median(known)) if len(known) else None,
        "highest": float(known.max()) if len(known) else None,
        "mostly": main_cause(one, rows),
    }


def _worst_weeks(report: BatchReport, names: list[str]) -> list[dict[str, Any]]:
    """Return the weeks with the highest mean score."""
    found: list[dict[str, Any]] = []
    for one, name in _paired(report, names):
        scores = one.scores.score
        there = np.flatnonzero(np.isfinite(scores))
        week = ((one.rows.start_s[there] - _FIRST_MONDAY_S) // _WEEK_S).astype(int)
        for number in np.unique(week).tolist():
            rows = there[week == number]
            monday = datetime.fromtimestamp(_FIRST_MONDAY_S + number * _WEEK_S, UTC)
            found.append(
                {
                    "week": _week_words(monday),
                    "monday": f"{monday:%Y-%m-%d}",
                    "sunday": f"{monday + timedelta(days=6):%Y-%m-%d}",
                    "name": name,
                    "sessions": len(rows),
                    "mean": float(scores[rows].mean()),
                    "highest": float(scores[rows].max()),
                    "mostly": main_cause(one, rows),
                }
            )
    found.sort(key=lambda week: (-week["mean"], week["monday"], week["name"]))
    return found[:_WEEKS_SHOWN]


def _week_words(monday: datetime) -> str:
    return f"{monday:%-d %b} to {monday + timedelta(days=6):%-d %b %Y}"


def _rises(report: BatchReport, names: list[str]) -> list[dict[str, Any]]:
    """Return the weeks that rose most above the four before them."""
    found = [(rise, name) for one, name in _paired(report, names) for rise in rising_weeks(one)]
    found.sort(key=lambda pair: (-pair[0].points, pair[0].monday, pair[1]))
    return [
        {
            "week": _week_words(rise.monday),
            "name": name,
            "sessions": rise.sessions,
            "before": rise.before,
            "mean": rise.score,
            "cause": CAUSE_NAMES[rise.cause],
            "rule": rise.rule,
        }
        for rise, name in found[:_WEEKS_SHOWN]
    ]


def _coverage(report: BatchReport) -> list[dict[str, Any]]:
    """Return how many sessions have what."""
    totals: dict[str, float] = {}
    for one in report.athletes:
        if len(one):
            for word, share in coverage_of(one.rows).items():
                totals[word] = totals.get(word, 0.0) + share * len(one)
    count = max(1, len(report))
    return [
        {"name": word, "sessions": round(total), "share": round(100 * total / count, 1)}
        for word, total in totals.items()
    ]
