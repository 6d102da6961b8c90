"""Many sessions on the terminal: a line each."""

from collections.abc import Sequence
from math import isnan
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from riskfit.features.athlete_rows import FEATURE_INDEX
from riskfit.report.said.session_lines import Remembered, SessionLine, remembered_lines
from riskfit.report.terminal.parts import BAND_STYLE
from riskfit.report.words import NOTHING

_COLUMNS: Final = ("When", "Title", "Sport", "Duration", "Score", "Band")
_TO_THE_RIGHT: Final = ("Duration", "Score", "km", "Load")
#: What gives way where the terminal is narrow, down to so many cells.
_NARROWS: Final = {"Title": 10, "Sport": 8, "Logged": 8, "From": 8}
_MORE: Final = ("km", "Load", "Key", "From")
_FULL_WIDTH: Final = 200
#: Said below a table with such a session.
_STARRED: Final = "* The file does not say its time zone: this is by your computer's clock."


def print_lines(
    console: Console,
    lines: Sequence[SessionLine],
    more: Sequence[Sequence[str]] = (),
    heads: Sequence[str] = (),
) -> None:
    """Print a table of sessions with further cells of each, and whose clock a star stands for."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    titled = any(one.title for one in lines)
    for head in (*_COLUMNS, *heads):
        if head == "Title" and not titled:
            continue
        table.add_column(
            head,
            justify="right" if head in _TO_THE_RIGHT else "left",
            no_wrap=head not in _NARROWS,
            min_width=_NARROWS.get(head),
        )
    for number, one in enumerate(lines):
        band = Text(one.band, BAND_STYLE.get(one.band, ""))
        title = (_short(one.title),) if titled else ()
        told = (_short(cell) for cell in (more[number] if more else ()))
        table.add_row(one.when, *title, _short(one.sport), one.duration, one.score, band, *told)
    console.print(table)
    if any(one.when.endswith("*") for one in lines):
        console.print(_STARRED, style="dim")


def _short(words: str) -> Text:
    """Return words that are cut off, not wrapped, where there is no room for them."""
    return Text(words, no_wrap=True, overflow="ellipsis")


def print_remembered(console: Console, found: Remembered, *, full: bool) -> None:
    """Print what the store remembers, a line a session; ``full`` with keys and where it is from."""
    lines = remembered_lines(found)
    details = [_details(found, row) if full else () for row in found.picked]
    if full:  # what does not fit is better wrapped than cut off: keys are for copying
        console.width = max(console.width, _FULL_WIDTH)
    more = [(line.logged, *others) for line, others in zip(lines, details, strict=True)]
    print_lines(console, lines, more, ("Logged", *(_MORE if full else ())))


def _details(found: Remembered, row: int) -> tuple[str, ...]:
    sessions = found.sessions
    km, load = (
        float(sessions.values[row, FEATURE_INDEX[name]])
        for name in ("distance_km", "training_stress_score")
    )
    return (
        NOTHING if isnan(km) else f"{km:.1f}",
        NOTHING if isnan(load) else f"{load:.0f}",
        sessions.rows.sha256[row].hex()[:12],
        sessions.source(row),
    )
