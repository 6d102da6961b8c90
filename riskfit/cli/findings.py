"""Results of sessions to the screen or a file, and the exit code."""

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Final

import click

from riskfit.cli.output import (
    SCREEN,
    check_band,
    console_on,
    kind_of,
    leave,
    name_failures,
    name_others,
    refuse_to_share,
    write,
)
from riskfit.report.exporters import SESSIONS, Results, kinds, sharing

if TYPE_CHECKING:
    from rich.console import Console

_MANY: Final = (
    "Each is scored with what your store knew before it. For more than one: "
    "`riskfit import` remembers them, `riskfit batch` scores each with those before it, and "
    "--full shows each one here."
)


def settle_failures(results: Results, named: Sequence[str]) -> None:
    """Take files that are no workouts and lie beside some for no failures; named ones are."""
    from riskfit.archives.other_files import parted

    failures, others = parted(results.failures, named, beside=bool(results.analyses))
    results.others.extend(others)
    if others:
        from riskfit.report.json.document import failed_entry

        results.document["set_aside"] = [failed_entry(one) for one in others]
    results.failures[:] = failures


def finish(
    results: Results,
    *,
    as_json: bool = False,
    output: str | None = None,
    fail_at: str | None = None,
    full: bool = False,
    quiet: bool = False,
    share: bool = False,
    many: bool = False,
) -> None:
    """Write results out, name the failures, and leave with the right exit code.

    ``many`` sessions are listed, a line each, unless they are wanted in ``full``.
    """
    check_band(fail_at, results.model)
    kind = kind_of(output, as_json=as_json, kinds=kinds(SESSIONS))
    refuse_to_share(sharing(SESSIONS), kind, share=share)
    if kind == "text":
        one = output in SCREEN and len(results.analyses) == 1
        asked = _one_question(results) if one else []
        with console_on(output, width=80) as console:
            if many and not full:
                _list(console, results)
            else:
                _print_each(console, results, full=full, below=len(asked))
        for line in asked:
            click.echo(line)
    else:
        write(SESSIONS[kind].pieces(results, share=share), output)
    name_failures(results.failures, quiet=quiet)
    name_others(results.others, quiet=quiet)
    bands = [one.assessment.band for one in results.analyses]
    leave(bands, bool(results.failures), results.model, fail_at)


def _print_each(console: "Console", results: Results, *, full: bool, below: int) -> None:
    """Print a screen of each session, or all of it; so many lines stand below."""
    from riskfit.report.terminal.screen import SCREEN_LINES
    from riskfit.report.terminal.session import print_analyses

    room = SCREEN_LINES - below
    print_analyses(console, results.analyses, full=full, addenda=results.addenda, room=room)


def _one_question(results: Results) -> list[str]:
    """Return the question that would help most, and how it is answered, in lines."""
    from riskfit.asking.one_question import most_telling

    (analysis,) = results.analyses
    if analysis.assessment.score is None:
        return []
    unknown = [((one.rule,), one.points_high) for one in analysis.assessment.not_assessed]
    if results.entries:  # of a plan, what stands on an assumption is known, too
        unknown = [(one["rules"], one["narrows"]) for one in results.entries[0]["plan"]["tell"]]
    one = most_telling(unknown)
    if one is None:
        return []
    said = [f"One answer would help most: {one.text}"]
    said.append(f"  {one.command}" if one.command else f"  add to this command: {one.options}")
    if one.others:
        said.append(f"  or {one.others}; `riskfit ask` asks the rest")
    return [
        line
        for text in said
        for line in wrap(text, 79, initial_indent=" ", subsequent_indent="   ")
    ]


def _list(console: "Console", results: Results) -> None:
    """Print a line for each session, and what is there for many."""
    from riskfit._common import plural
    from riskfit.report.said.session_lines import analysed_lines
    from riskfit.report.terminal.session_list import print_lines

    print_lines(console, analysed_lines(results.analyses))
    console.print(f"\n{plural(len(results.analyses), 'session')}. {_MANY}", style="dim")
