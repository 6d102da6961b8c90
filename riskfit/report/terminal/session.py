"""An analysis on the terminal: the answer first, then what it rests on."""

import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from riskfit.activity import Activity
from riskfit.analysis import Analysis
from riskfit.features.catalogue import CATALOGUE, GROUPS
from riskfit.report.said.session import (
    advice_said,
    because,
    causes_said,
    crossings,
    facts,
    feature_said,
    reasons,
    score_said,
    understood_said,
)
from riskfit.report.terminal.parts import BAND_STYLE, and_more, apart, bar, numbered
from riskfit.report.terminal.screen import SCREEN_LINES, screen_text
from riskfit.report.words import NOTHING
from riskfit.scoring.assessment import Assessment
from riskfit.scoring.timeline import Timeline

_BAR = 24
#: So many changes of band are listed.
_CROSSINGS = 4


def analysis_text(
    analysis: Analysis, *, width: int = 80, full: bool = False, room: int = SCREEN_LINES
) -> RenderableType:
    """Return one analysis for the terminal: one screen of it, or all.

    Parameters
    ----------
    analysis : Analysis
    width, room : int
        Columns to fill, and lines of one screen.
    full : bool
        Every feature, rule and step, not only what matters most.
    """
    assessment = analysis.assessment
    parts: list[RenderableType] = [_headline(analysis)]
    if stops := analysis.warnings:
        parts.append(_stops(stops, width))
    if not full:
        if analysis.alone:
            return apart([*parts, *_steps(analysis, width, full)])
        return screen_text(analysis, _headline(analysis), width=width, room=room)
    parts.append(_score(assessment))
    if assessment.score is not None:
        parts += [_causes(assessment), _reasons(assessment)]
        if analysis.timeline is not None:
            parts.append(_timeline(analysis.timeline))
    parts += [_features(analysis), *_steps(analysis, width, full)]
    # Of a plan, what to tell is ranked by itself: see `riskfit.report.terminal.plan`.
    if assessment.not_assessed and isinstance(analysis.session, Activity):
        parts.append(_not_assessed(assessment))
    if understood := understood_said(analysis):
        parts.append(_listed("Your words, as understood", understood, width))
    if analysis.notes:
        parts.append(_listed("Notes", analysis.notes, width))
    return apart(parts)


def print_analyses(
    console: Console,
    analyses: Iterable[Analysis],
    *,
    full: bool = False,
    addenda: Sequence[Callable[[], RenderableType]] = (),
    room: int = SCREEN_LINES,
) -> None:
    """Print analyses, a line between them; ``addenda`` make what belongs behind each.

    ``room`` are the lines that each may take with what is behind it, unless all is asked for.
    """
    for number, analysis in enumerate(analyses):
        if number:
            console.rule(style="dim")
        behind = addenda[number]() if number < len(addenda) else None
        taken = 0 if behind is None else len(console.render_lines(behind))
        width = min(console.width, 100)
        console.print(analysis_text(analysis, width=width, full=full, room=room - taken))
        if behind is not None:
            console.print(behind)


def _headline(analysis: Analysis) -> Text:
    text = Text(_title(analysis), style="bold")
    text.append("\n" + " · ".join(facts(analysis)), style="dim")
    return text


def _title(analysis: Analysis) -> str:
    session = analysis.session
    named = session.name
    if analysis.source is None:
        whose = f"{analysis.athlete} · " if analysis.athlete else ""
        return whose + (named or "Planned session")
    return analysis.source if not named else f"{analysis.source} · {named}"


def _stops(texts: Sequence[str], width: int) -> Text:
    """Return what stands before everything else."""
    text = Text("Stop here first", style="bold red")
    for one in texts:
        text.append("\n" + "\n".join(textwrap.wrap(one, width - 4)), style="red")
    return text


def _score(assessment: Assessment) -> Text:
    """Return the score with its interval, its two parts, and what it compares with."""
    if assessment.score is None:
        return Text.assemble(
            ("Cramp risk score: none", "bold"), f"\n{assessment.unscored_because or ''}"
        )
    said = score_said(assessment)
    band = assessment.band or ""
    style = BAND_STYLE.get(band, "bold")
    text = Text("Cramp risk ", style="bold")
    text.append(said.text, style=f"bold {style}")
    text.append(f"  {band}", style=style)
    text.append(f"   {said.between}")
    if said.bands:
        text.append(f" ({said.bands})")
    text.append(f"\n{said.sum}")
    if said.compared:
        text.append(f"\n{said.compared}")
    if said.chance:
        text.append(f"; {said.chance}", style="dim")
    if said.record:
        text.append(f"\n{said.record}")
    return text


def _causes(assessment: Assessment) -> Table:
    """Return bars of the points of each cause; each is drawn to what it could give."""
    table = Table.grid(padding=(0, 2))
    for cause in causes_said(assessment):
        style = "yellow" if cause["share"] >= 0.5 else "cyan"
        drawn = bar(cause["share"], _BAR, style)
        table.add_row(cause["name"], drawn, f"{cause['text']:>2} of {cause['of_text']}")
    return table


def _reasons(assessment: Assessment) -> Group:
    """Return what stands out, by its share of what its cause can give."""
    title, said = Text("What stands out", style="bold"), reasons(assessment, full=True)
    if not said:
        return Group(title, Text("Nothing that is known."))
    table = numbered()
    for points, sentence, rests_on in said:
        style = "" if rests_on else "dim"
        table.add_row(points, Text(sentence, style=style), Text(rests_on, style="dim"))
    return Group(title, table)


def _timeline(timeline: Timeline) -> Text:
    """Say when the score crossed into another band, and what drove it."""
    text = Text("Along the session ", style="bold")
    if any(map(isfinite, timeline.score.tolist())):
        text.append(_sparkline(timeline.score.tolist()))
    said = crossings(timeline)
    if not said:
        text.append("  no change of band")
    for one in said[:_CROSSINGS]:
        text.append(f"\n{one}")
    if len(said) > _CROSSINGS:
        text.append(f"\nand {len(said) - _CROSSINGS} more changes", style="dim")
    return text


def _sparkline(scores: list[float], cells: int = 32) -> str:
    """Draw the score along the session in one line, 0 to 100."""
    blocks = "▁▂▃▄▅▆▇█"
    picked = [scores[int(i * (len(scores) - 1) / (cells - 1))] for i in range(cells)]
    return "".join(
        blocks[min(7, int(value / 100 * 8))] if isfinite(value) else " " for value in picked
    )


def _features(analysis: Analysis) -> Group:
    """Return the features in their groups, what is known of each first."""
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim", overflow="fold", ratio=1)
    for group in GROUPS:
        names = [name for name, spec in CATALOGUE.items() if spec.group == group]
        said = [feature_said(name, analysis.told(name)) for name in names]
        table.add_row(Text(group.capitalize(), style="bold"), "", "")
        for one in sorted(said, key=lambda one: one["value"] is None):
            table.add_row(f"  {one['name']}", *_feature_cells(one))
    return Group(table)


def _feature_cells(said: Mapping[str, Any]) -> tuple[str, str]:
    text = NOTHING if said["value"] is None else said["text"]
    return text, ", ".join(filter(None, (said["range"], said["source"])))


def _steps(analysis: Analysis, width: int, full: bool) -> list[RenderableType]:
    """Return the advice by kind, if there is any; a few of each unless all is asked for."""
    lines: list[RenderableType] = [Text("What to do", style="bold")]
    left_out = 0
    for title, printed, steps in advice_said(analysis):
        lines.append(Text(f"  {title}", style="cyan"))
        shown = steps if full else steps[:printed]
        left_out += len(steps) - len(shown)
        for step in shown:
            rules = f" [{because(step)}]" if full and step.because else ""
            wrapped = textwrap.wrap(step.text + rules, width - 6)
            lines.append(Text("  • " + "\n    ".join(wrapped)))
    return [Group(*lines, *and_more(left_out))] if len(lines) > 1 else []


def _not_assessed(assessment: Assessment) -> Group:
    """Return what was not known, the most telling first."""
    table = numbered()
    for one in assessment.not_assessed:
        settled_by = Text(one.settled_by, style="dim")
        table.add_row(f"±{one.points_high:.1f}", Text(one.question), settled_by)
    title = Text("Not assessed; telling me would narrow the range", style="bold")
    return Group(title, table)


def _listed(title: str, notes: Iterable[str], width: int) -> Text:
    text = Text(title, style="bold")
    for note in notes:
        text.append("\n  " + "\n  ".join(textwrap.wrap(note, width - 4)), style="dim")
    return text
