"""Results of sessions to the screen or a file, and the exit code."""

from textwrap import fill

import click

from riskfit.cli.output import (
    SCREEN,
    check_band,
    console_on,
    kind_of,
    leave,
    name_failures,
    refuse_to_share,
    write,
)
from riskfit.report.exporters import SESSIONS, Results, kinds, sharing


def finish(
    results: Results,
    *,
    as_json: bool = False,
    output: str | None = None,
    fail_at: str | None = None,
    full: bool = False,
    quiet: bool = False,
    share: bool = False,
) -> None:
    """Write results out, name the failures, and leave with the right exit code."""
    check_band(fail_at, results.model)
    kind = kind_of(output, as_json=as_json, kinds=kinds(SESSIONS))
    refuse_to_share(sharing(SESSIONS), kind, share=share)
    if kind == "text":
        from riskfit.report.terminal.session import print_analyses

        with console_on(output, width=80) as console:
            print_analyses(console, results.analyses, full=full, addenda=results.addenda)
        if output in SCREEN and len(results.analyses) == 1:
            _ask_one(results)
    else:
        write(SESSIONS[kind].pieces(results, share=share), output)
    name_failures(results.failures, quiet=quiet)
    bands = [one.assessment.band for one in results.analyses]
    leave(bands, bool(results.failures), results.model, fail_at)


def _ask_one(results: Results) -> None:
    """Print the question that would help most, and how it is answered."""
    from riskfit.asking.one_question import most_telling

    (analysis,) = results.analyses
    if analysis.assessment.score is None:
        return
    unknown = [((one.rule,), one.points_high) for one in analysis.assessment.not_assessed]
    if results.entries:  # of a plan, what stands on an assumption is known, too
        unknown = [(one["rules"], one["narrows"]) for one in results.entries[0]["plan"]["tell"]]
    one = most_telling(unknown)
    if one is None:
        return
    lines = [f"One answer would help most: {one.text}"]
    lines.append(f"  {one.command}" if one.command else f"  add to this command: {one.options}")
    if one.others:
        lines.append(f"  or {one.others}; `riskfit ask` asks the rest")
    for line in lines:
        click.echo(fill(line, 79, initial_indent=" ", subsequent_indent="   "))
