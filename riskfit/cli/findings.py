"""Results of sessions to the screen or a file, and the exit code."""

from riskfit.cli.output import (
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
    else:
        write(SESSIONS[kind].pieces(results, share=share), output)
    name_failures(results.failures, quiet=quiet)
    bands = [one.assessment.band for one in results.analyses]
    leave(bands, bool(results.failures), results.model, fail_at)
