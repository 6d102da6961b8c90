"""What-ifs, changes and questions of a planned session on the terminal."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from riskfit._common import plural
from riskfit.analysis import Analysis
from riskfit.report.said.plan import (
    LEVERS_CAVEAT,
    LEVERS_TITLE,
    ChangesSaid,
    changes_said,
    near_said,
    points_less,
    sweep_rows,
)
from riskfit.report.terminal.parts import and_more, apart, bar, numbered
from riskfit.report.words import score_words

_BAR, _MOST_ROWS, _LEVERS = 30, 24, 2


def plan_text(entry: Mapping[str, Any], zone: tzinfo, *, full: bool = False) -> RenderableType:
    """Return all that `riskfit check` says beyond the assessment.

    Parameters
    ----------
    entry : mapping
        ``plan``, ``what_if``, ``changes`` and ``levers`` of the document.
    zone : tzinfo
        Of the plan.
    full : bool
        Past sessions like it and every question, not only what was asked for and what can still
        be done.
    """
    plan, changes = entry["plan"], entry["changes"]
    parts: list[RenderableType] = []
    if full and plan["nearest"]:
        parts.append(_near(plan["nearest"], zone))
    parts += [_sweep(sweep, zone) for sweep in entry["what_if"]]
    if entry["levers"]:
        parts.append(_levers(entry["levers"], full))
    if changes is not None:
        parts.append(_changes(changes_said(changes)))
    if full and plan["tell"]:
        parts.append(_tell(plan["tell"]))
    return apart(parts)


def squad_text(analyses: Sequence[Analysis]) -> RenderableType:
    """Return a squad in one table, the highest score first."""
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    for analysis in sorted(analyses, key=lambda one: -(one.assessment.score or -1.0)):
        assessment = analysis.assessment
        reasons = [line.name for line in assessment.standing_out() if line.part == "session"]
        own = assessment.own_record
        record = [] if own is None else [f"{own.cramps} of {plural(own.sessions, 'session')}"]
        why = ", ".join([*reasons[:3], *(f"own record {one}" for one in record)])
        row: list[RenderableType] = [assessment.band or "", Text(why, style="dim")]
        if assessment.score is None:
            row = [Text(assessment.unscored_because or "", style="dim")]
        table.add_row(analysis.athlete or "no name", score_words(assessment.score), *row)
    return Padding(Group(Text("The squad", style="bold"), table), (0, 1))


def _near(entries: Sequence[Mapping[str, Any]], zone: tzinfo) -> Group:
    table = Table.grid(padding=(0, 2))
    for entry in entries:
        day, _, *numbers, outcome = near_said(entry, zone)
        style = "" if entry["outcome"] else "dim"
        table.add_row(f"  {day}", *numbers, Text(outcome, style=style))
    return Group(Text("Your sessions most like it", style="bold"), table)


def _sweep(sweep: Mapping[str, Any], zone: tzinfo) -> Group:
    """Return a table with a bar for each value."""
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(justify="right")
    for value, score, band in sweep_rows(sweep, zone, _MOST_ROWS):
        table.add_row(value, score_words(score), bar((score or 0.0) / 100, _BAR), band)
    return Group(Text(f"What if: {sweep['vary']}", style="bold"), table)


def _levers(entries: Sequence[Mapping[str, Any]], full: bool) -> Group:
    """Return what can be done in the weeks before a race."""
    table = numbered()
    shown = entries if full else entries[:_LEVERS]
    for one in shown:
        table.add_row(points_less(one), Text(one["text"]), "")
    left_out = and_more(len(entries) - len(shown))
    caveat = Text(LEVERS_CAVEAT, style="dim")
    return Group(Text(LEVERS_TITLE, style="bold"), table, *left_out, caveat)


def _changes(said: ChangesSaid) -> Group:
    """Return the smallest changes, or that nothing suffices."""
    lines: list[RenderableType] = [Text(said.title, style="bold")]
    if said.verdict:
        lines.append(Text(said.verdict, style="yellow" if said.stays else ""))
    if said.stays:
        table = numbered()
        for one in said.options:
            table.add_row(score_words(one["score"]), Text(one["text"]), one["band"])
        lines += [table, *(Text(f"  {one}", style="dim") for one in (*said.alone, *said.refused))]
        lines.append(Text(said.stays))
    if said.caveat:
        lines.append(Text(said.caveat, style="dim"))
    return Group(*lines)


def _tell(entries: Sequence[Mapping[str, Any]]) -> Group:
    """Return what to tell, the most telling first."""
    table = numbered()
    for one in entries:
        question = Text(one["question"])
        if one["assumed"] is not None:
            question.append(f" (now: {one['assumed']})", style="dim")
        table.add_row(f"±{one['narrows']:.1f}", question, Text(one["key"], style="dim"))
    title = Text("What to tell me, by how much it narrows the range", style="bold")
    return Group(title, table)
