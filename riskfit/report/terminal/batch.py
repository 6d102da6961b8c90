"""A batch on the terminal: who and what stands out, and in which weeks it rose."""

import re
from datetime import UTC, datetime
from math import isfinite
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from riskfit._common import plural
from riskfit.batch.reduce import BatchReport
from riskfit.features.athlete_rows import FEATURE_INDEX
from riskfit.report.said.batch import (
    athlete_said,
    drivers,
    local_s,
    rising_weeks,
    set_aside,
    summary,
)
from riskfit.report.terminal.parts import BAND_STYLE
from riskfit.report.words import duration_words, score_words
from riskfit.scoring.assess import why_unscored

_SHOWN: Final = 10


def print_batch(console: Console, report: BatchReport, *, full: bool = False) -> None:
    """Print the summary of a batch."""
    console.print(summary(report), style="bold")
    if report.aside:
        console.print(set_aside(report))
    for one in report.athletes:
        if because := why_unscored(one.model, one.profile):
            console.print(Text(f"{one.athlete or 'you'}: no score, {because}"))
    scored = any(isfinite(score) for one in report.athletes for score in one.scores.score.tolist())
    if scored:
        if len(report.athletes) > 1:
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
    said = [(one.athlete or "you", athlete_said(one)) for one in report.athletes]
    for name, one in sorted(said, key=lambda pair: -(pair[1].highest or -1.0)):
        numbers = (str(one.sessions), score_words(one.median), score_words(one.highest))
        table.add_row(Text(name), *numbers, one.mostly)
    return table


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
    began = [local_s(one) for one in report.athletes]
    for score, number, row in ranked[:limit]:
        one = report.athletes[number]
        band = one.bands[row] or ""
        table.add_row(
            score_words(-score),
            Text(band, BAND_STYLE.get(band, "")),
            f"{datetime.fromtimestamp(began[number][row], UTC):%Y-%m-%d}",
            one.rows.sport[row],
            duration_words(float(one.values[row, FEATURE_INDEX["duration_min"]])),
            drivers(one, row),
            _short(one.source(row)),
        )
    return table


def _short(source: str) -> Text:
    """Return the last name of a source: what is before it is the same for all."""
    return Text(re.split(r"[/!\\\\]", source)[-1], overflow="ellipsis", no_wrap=True)


def _print_rises(console: Console, report: BatchReport, limit: int | None) -> None:
    rises = [(one.athlete or "", rise) for one in report.athletes for rise in rising_weeks(one)]
    if not rises:
        return
    rises.sort(key=lambda pair: (-pair[1].points, pair[1].week.number, pair[0]))
    console.print()
    console.print("Weeks with rising risk", style="bold")
    for name, rise in rises[:limit]:
        week = rise.week
        console.print(
            Text(
                f"  {name}{': ' if name else ''}{week.monday:%Y-%m-%d} to {week.sunday:%m-%d}  "
                f"{score_words(rise.before)} -> {score_words(week.mean)} "
                f"({plural(len(week.rows), 'session')}), most by {rise.cause.lower()}: "
                f"{rise.rule.lower()}"
            )
        )
