"""What-ifs, changes and questions of a planned session on the terminal."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import isfinite

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from riskfit.analysis import Analysis
from riskfit.report.json.plan import (
    DRINKING_CAVEAT,
    LEVER_NAMES,
    change_words,
    local_clock,
)
from riskfit.report.rounding import round_down
from riskfit.report.words import CAUSE_NAMES, duration_words
from riskfit.whatif.baseline import Case
from riskfit.whatif.changes import Change, Changes
from riskfit.whatif.near_sessions import NearSession
from riskfit.whatif.open_inputs import OpenInput
from riskfit.whatif.sweeps import Sweep

_BAR = 30
_MOST_ROWS = 24


def plan_text(
    case: Case,
    open_inputs: Sequence[OpenInput],
    near: Sequence[NearSession],
    sweeps: Sequence[Sweep],
    changes: Changes | None,
    *,
    full: bool = False,
) -> RenderableType:
    """Return all that `riskfit check` says beyond the assessment."""
    parts: list[RenderableType] = []
    if near:
        parts += [_near(near), Text("")]
    for sweep in sweeps:
        parts += [_sweep(case, sweep), Text("")]
    if changes is not None:
        parts += [_changes(case, changes), Text("")]
    if open_inputs:
        parts += [_tell(open_inputs, full), Text("")]
    return Padding(Group(*parts), (0, 1))


def squad_text(analyses: Sequence[Analysis]) -> RenderableType:
    """Return a squad in one table, the highest score first."""
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    for analysis in sorted(analyses, key=lambda one: -(one.assessment.score or -1.0)):
        assessment = analysis.assessment
        name = analysis.athlete or "no name"
        if assessment.score is None:
            table.add_row(name, "–", Text(assessment.unscored_because or "", style="dim"))
            continue
        reasons = [line.name for line in assessment.standing_out() if line.part == "session"]
        table.add_row(
            name,
            f"{round_down(assessment.score):.0f}",
            assessment.band or "",
            Text(", ".join(reasons[:3]), style="dim"),
        )
    return Padding(Group(Text("The squad", style="bold"), table), (0, 1))


def _near(near: Sequence[NearSession]) -> Group:
    table = Table.grid(padding=(0, 2))
    for one in near:
        day = datetime.fromtimestamp(one.start_s, UTC).strftime("%-d %b %Y")
        table.add_row(
            f"  {day}",
            duration_words(one.duration_s / 60),
            "" if one.load is None else f"{one.load:.0f} TSS",
            "" if one.temperature_c is None else f"{one.temperature_c:.0f} °C",
            Text(one.outcome or "nothing logged", style="" if one.outcome else "dim"),
        )
    return Group(Text("Your sessions most like it", style="bold"), table)


def _sweep(case: Case, sweep: Sweep) -> Group:
    """Return a table with a bar for each value."""
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(justify="right")
    every = max(1, -(-len(sweep.values) // _MOST_ROWS))
    rows = [*range(0, len(sweep.values), every)]
    if rows[-1] != len(sweep.values) - 1:
        rows.append(len(sweep.values) - 1)
    for row in rows:
        score = float(sweep.score[row])
        filled = round(_BAR * score / 100) if isfinite(score) else 0
        bar = Text("█" * filled, style="cyan")
        bar.append("░" * (_BAR - filled), style="dim")
        number = f"{round_down(score):.0f}" if isfinite(score) else "–"
        table.add_row(
            value_words(case, sweep.key, float(sweep.values[row])), number, bar, sweep.bands[row]
        )
    return Group(Text(f"What if: {sweep.key}", style="bold"), table)


def value_words(case: Case, key: str, value: float) -> str:
    """Return a varied value as people say it."""
    if key == "duration":
        return duration_words(value / 60)
    if key == "start":
        return local_clock(case, value)
    if key == "speed":
        return f"{value * 3.6:.1f} km/h"
    words = {
        "temp": f"{value:.4g} °C",
        "humidity": f"{value:.4g} %",
        "wind": f"{value:.3g} m/s",
        "sun": f"{value:.2g}",
        "power": f"{value:.0f} W",
        "fluid": f"{value:.2f} L/h",
    }
    return words.get(key, f"{value:.2f}")


def _changes(case: Case, changes: Changes) -> Group:
    """Return the smallest changes, or that nothing suffices."""
    lines: list[RenderableType] = [
        Text(f"The least that brings it below {changes.below}", style="bold")
    ]
    if not isfinite(changes.score):
        return Group(*lines, Text("There is no score to bring down."))
    if not changes.needed:
        return Group(*lines, Text(f"Nothing: it is below {changes.below} already."))
    if not changes.single and not changes.pairs:
        lines.append(
            Text(
                "Nothing here suffices, not even everything at once: "
                f"{round_down(changes.floor):.0f} stays."
                if changes.floor >= changes.edge
                else "No single change and no pair suffices; all together would: "
                f"{round_down(changes.floor):.0f}.",
                style="yellow",
            )
        )
    lines.append(_options(case, (*changes.single, *changes.pairs)))
    for lever, score in changes.insufficient.items():
        lines.append(
            Text(f"  {LEVER_NAMES[lever]} alone ends at {round_down(score):.0f}", style="dim")
        )
    for lever, because in changes.not_offered.items():
        lines.append(Text(f"  {LEVER_NAMES[lever]}: {because}", style="dim"))
    stays = ", ".join(
        f"{CAUSE_NAMES[cause].lower()} {points:.0f}"
        for cause, points in changes.floor_causes.items()
        if points >= 0.5
    )
    lines.append(Text(f"No lever moves {round_down(changes.floor):.0f} of it: {stays}."))
    if any("drink" in change.levers for change in (*changes.single, *changes.pairs)):
        lines.append(Text(DRINKING_CAVEAT, style="dim"))
    return Group(*lines)


def _options(case: Case, options: Sequence[Change]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(ratio=1)
    for change in options:
        table.add_row(
            f"{round_down(change.score):.0f}", Text(change_words(case, change)), change.band
        )
    return table


def _tell(open_inputs: Sequence[OpenInput], full: bool) -> Group:
    """Return what to tell, the most telling first."""
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(ratio=1)
    shown = open_inputs if full else open_inputs[:6]
    for one in shown:
        question = Text(one.question)
        if one.assumed is not None:
            question.append(f" (now: {one.assumed})", style="dim")
        table.add_row(f"±{one.narrows:.1f}", question, Text(one.key, style="dim"))
    rest = len(open_inputs) - len(shown)
    more = [Text(f"  and {rest} more (--full)", style="dim")] if rest else []
    title = Text("What to tell me, by how much it narrows the range", style="bold")
    return Group(title, table, *more)
