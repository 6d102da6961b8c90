"""One screen of a session: the answer, where its points come from, what to do."""

import textwrap
from collections.abc import Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from riskfit._common import plural
from riskfit.activity import PlannedSession
from riskfit.analysis import Analysis
from riskfit.report.said.one_screen import (
    below_headline,
    caveat,
    chosen_steps,
    headline,
    no_score,
    not_understood,
    point_rows,
    step_words,
)
from riskfit.report.terminal.parts import BAND_STYLE
from riskfit.report.words import score_words

#: Lines of a screen, the question below it included.
SCREEN_LINES: Final = 40
_LEAST_STEPS: Final = 2
#: Reasons that are named, fewer where there is no room.
_REASONS: Final = (6, 4, 3, 2)
_BAR: Final = 24


def screen_text(
    analysis: Analysis, head: Text, *, width: int = 80, room: int = SCREEN_LINES
) -> RenderableType:
    """Return what matters most of one analysis.

    Parameters
    ----------
    analysis : Analysis
    head : Text
        What the session was.
    width, room : int
        Columns and lines to fill; where there is no room for all, the last things to do are left
        out.
    """
    wide = width - 2
    above = [*_lines(head.plain.splitlines()[:1], wide, "bold")]
    above += _lines(head.plain.splitlines()[1:], wide, "dim")
    if stops := analysis.warnings:
        above += [Text(""), Text("Stop here first", "bold red"), *_lines(stops, wide, "red")]
    below = _last(analysis, wide)
    for most in _REASONS:
        lines = [*above, Text(""), *_answer(analysis, wide, most)]
        lines += [*_steps(analysis, wide, room - len(lines) - len(below)), *below]
        if len(lines) <= room:
            break
    return Padding(Group(*lines), (0, 1))


def _lines(texts: Sequence[str], wide: int, style: str = "") -> list[Text]:
    return [Text(line, style) for text in texts for line in textwrap.wrap(text, wide)]


def _answer(analysis: Analysis, wide: int, most: int) -> list[Text]:
    """Return the score with its parts and reasons, or why there is none."""
    assessment = analysis.assessment
    if assessment.score is None:
        return _lines([no_score(assessment)], wide, "bold")
    style = BAND_STYLE.get(assessment.compared or assessment.band or "", "")
    lines = _lines([headline(assessment)], wide, f"bold {style}".strip())
    lines += _lines(below_headline(assessment), wide)
    rows, score = point_rows(analysis, most), score_words(assessment.score)
    lines += [Text(""), Text(f"Where the {score} points come from", "bold")]
    largest = max((points for _, points in rows), default=1)
    for name, points in rows:
        drawn = "█" * round(_BAR * max(points, 0) / max(largest, 1))
        text = Text(f"{points:>4}  {name:<{wide - _BAR - 8}}"[: wide - _BAR - 1])
        lines.append(text.append(f" {drawn}", "cyan"))
    return lines


def _steps(analysis: Analysis, wide: int, room: int) -> list[Text]:
    """Return things to do, as many as there is room for, and two where there is none."""
    planned = isinstance(analysis.session, PlannedSession)
    lines = [Text(""), Text("What to do", "bold")]
    for number, step in enumerate(chosen_steps(analysis, planned=planned)):
        wrapped = textwrap.wrap(step_words(step), wide - 2)
        if number >= _LEAST_STEPS and len(lines) + len(wrapped) > room:
            continue
        lines += [Text(("  " if row else "• ") + line) for row, line in enumerate(wrapped)]
    return lines if len(lines) > 2 else []


def _last(analysis: Analysis, wide: int) -> list[Text]:
    """Return words that were not understood, what the score is not, and where the rest is."""
    said = [text for text in (not_understood(analysis), caveat(analysis)) if text]
    notes = f", with {plural(len(analysis.notes), 'note')}" if analysis.notes else ""
    rest = f"Everything{notes}: --full. As a page: -o page.html."
    return [Text(""), *_lines([*said, rest], wide, "dim"), Text("")]
