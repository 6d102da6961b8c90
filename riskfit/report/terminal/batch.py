"""A batch on the terminal: who and what stands out, and in which weeks it rose."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from riskfit.batch.reduce import BatchReport, Sessions
from riskfit.report.rounding import round_down
from riskfit.report.words import CAUSE_NAMES, duration_words

#: A week stands out when its mean score is so far above that of the four before (assumption).
_RISE_POINTS: Final = 3.0
_WEEKS_BEFORE: Final = 4
_WEEK_S: Final = 7 * 86400.0
#: Monday, 5 January 1970.
_FIRST_MONDAY_S: Final = 4 * 86400.0
_SHOWN: Final = 10
_STYLE: Final = {"low": "green", "ordinary": "cyan", "raised": "yellow", "high": "bold red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """A week whose sessions scored higher than those of the weeks before."""

    athlete: str | None
    monday: datetime
    sessions: int
    score: float
    before: float
    cause: str
    rule: str

    @property
    def points(self) -> float:
        """Return by how much it rose."""
        return self.score - self.before


def rising_weeks(sessions: Sessions) -> list[Rise]:
    """Find the weeks whose mean score rose above that of the four weeks before."""
    scores = sessions.scores.score
    there = np.flatnonzero(np.isfinite(scores))
    if not len(there):
        return []
    week = ((sessions.rows.start_s[there] - _FIRST_MONDAY_S) // _WEEK_S).astype(int)
    rises = []
    for number in np.unique(week).tolist():
        mine = there[week == number]
        before = there[(week < number) & (week >= number - _WEEKS_BEFORE)]
        if not len(before):
            continue
        rise = float(scores[mine].mean() - scores[before].mean())
        if rise < _RISE_POINTS:
            continue
        points = sessions.scores.contributions
        more = points[mine].mean(axis=0) - points[before].mean(axis=0)
        rule = sessions.model.rules[int(np.argmax(more))]
        causes = sessions.scores.causes
        cause = max(causes, key=lambda c: float(causes[c][mine].mean() - causes[c][before].mean()))
        rises.append(
            Rise(
                athlete=sessions.athlete,
                monday=datetime.fromtimestamp(_FIRST_MONDAY_S + number * _WEEK_S, UTC),
                sessions=len(mine),
                score=float(scores[mine].mean()),
                before=float(scores[before].mean()),
                cause=cause,
                rule=rule.name,
            )
        )
    return rises


def print_batch(console: Console, report: BatchReport, *, full: bool = False) -> None:
    """Print the summary of a batch."""
    scored = sum(int(np.isfinite(one.scores.score).sum()) for one in report.athletes)
    people = len(report.athletes)
    whose = "" if people == 1 and report.athletes[0].athlete is None else f" of {people} athletes"
    console.print(
        f"{len(report)} sessions{whose}, {scored} scored, {len(report.failures)} files failed",
        style="bold",
    )
    if report.aside:
        said = ", ".join(f"{count} of {word}" for word, count in report.aside.items())
        console.print(f"Set aside, being no activities: {said}")
    if scored:
        if people > 1:
            console.print(_athletes_table(report))
        limit = None if full else _SHOWN
        console.print(_sessions_table(report, limit))
        _print_rises(console, report, limit)
    if report.failures:
        console.print()
        console.print("Could not be read", style="bold")
        for failure in report.failures:
            console.print(Text(f"  {failure.source}: {failure.error}"), soft_wrap=True)


def _athletes_table(report: BatchReport) -> Table:
    heads = ("Athlete", "Sessions", "Median", "Highest", "Mostly, besides you")
    table = Table(*heads, box=None, pad_edge=False)
    ranked = sorted(report.athletes, key=lambda one: -_highest(one.scores.score))
    for one in ranked:
        known = one.scores.score[np.isfinite(one.scores.score)]
        table.add_row(
            Text(one.athlete or "you"),
            str(len(one)),
            _points(float(np.median(known))) if len(known) else "-",
            _points(float(known.max())) if len(known) else "-",
            main_cause(one, np.flatnonzero(np.isfinite(one.scores.score))),
        )
    return table


def _highest(scores: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    known = scores[np.isfinite(scores)]
    return float(known.max()) if len(known) else -1.0


def main_cause(sessions: Sessions, rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> str:
    """Name the cause that gave these sessions most points, what is the person's own apart."""
    if not len(rows):
        return "–"
    points = {
        name: float(values[rows].mean())
        for name, values in sessions.scores.causes.items()
        if name != "predisposition"
    }
    return CAUSE_NAMES[max(points, key=lambda name: points[name])]


def _points(score: float) -> str:
    """Print a score as everywhere: no number reaches a band that the score did not."""
    return f"{round_down(score):.0f}"


def _sessions_table(report: BatchReport, limit: int | None) -> Table:
    table = Table("Score", "", "Date", "Sport", "Time", "Driven by, besides you", "File", box=None)
    ranked = sorted(
        (
            (-float(score), number, row)
            for number, one in enumerate(report.athletes)
            for row, score in enumerate(one.scores.score.tolist())
            if isfinite(score)
        ),
    )
    for score, number, row in ranked[:limit]:
        one = report.athletes[number]
        band = one.bands[row] or ""
        start = datetime.fromtimestamp(float(one.rows.start_s[row]), UTC)
        minutes = one.values[row, 0]
        table.add_row(
            _points(-score),
            Text(band, _STYLE.get(band, "")),
            f"{start:%Y-%m-%d}",
            one.rows.sport[row],
            duration_words(float(minutes)),
            _drivers(one, row),
            _short(one.source(row)),
        )
    return table


def _short(source: str) -> Text:
    """Return the last name of a source: what is before it is the same for all."""
    return Text(re.split(r"[/!\\\\]", source)[-1], overflow="ellipsis", no_wrap=True)


def _drivers(sessions: Sessions, row: int) -> str:
    """Name the two rules that are known to add most to a session, the person's own apart."""
    points = sessions.scores.contributions[row].copy()
    for number, rule in enumerate(sessions.model.rules):
        if rule.part == "you" or np.isnan(sessions.values[row, _column(rule.feature)]):
            points[number] = 0.0
    best = [int(k) for k in np.argsort(-points, kind="stable")[:2] if points[k] >= 0.5]
    return ", ".join(sessions.model.rules[k].name for k in best) or "nothing in particular"


def _column(feature: str) -> int:
    from riskfit.features.athlete_rows import FEATURE_INDEX

    return FEATURE_INDEX[feature]


def _print_rises(console: Console, report: BatchReport, limit: int | None) -> None:
    rises = [rise for one in report.athletes for rise in rising_weeks(one)]
    if not rises:
        return
    rises.sort(key=lambda rise: (-rise.points, rise.monday, rise.athlete or ""))
    console.print()
    console.print("Weeks with rising risk", style="bold")
    for rise in rises[:limit]:
        sunday = rise.monday + timedelta(days=6)
        who = f"{rise.athlete}: " if rise.athlete else ""
        console.print(
            Text(
                f"  {who}{rise.monday:%Y-%m-%d} to {sunday:%m-%d}  {_points(rise.before)} -> "
                f"{_points(rise.score)} ({rise.sessions} sessions), most by "
                f"{CAUSE_NAMES[rise.cause].lower()}: {rise.rule.lower()}"
            )
        )
