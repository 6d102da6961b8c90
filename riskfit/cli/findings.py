"""What a command found of sessions, and how it is written out."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from riskfit.cli.output import (
    check_band,
    console_on,
    kind_of,
    leave,
    name_failures,
    refuse_to_share,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from riskfit.activity import Failure
    from riskfit.analysis import Analysis
    from riskfit.rules.model import Model
    from riskfit.whatif.baseline import Case


@dataclass(slots=True)
class Results:
    """What a command found, in order of its inputs."""

    model: "Model"
    analyses: "list[Analysis]" = field(default_factory=list)
    failures: "list[Failure]" = field(default_factory=list)
    #: More keys of the document and of each entry, and more to print behind each analysis.
    document: dict[str, Any] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)
    addenda: "list[Callable[[], RenderableType]]" = field(default_factory=list)
    #: Plans with all they are scored against, for a page's what-ifs.
    cases: "list[Case]" = field(default_factory=list)


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
    kind = kind_of(output, as_json=as_json)
    refuse_to_share(kind, share=share)
    if kind == "text":
        from riskfit.report.terminal.session import print_analyses

        with console_on(output, width=80) as console:
            print_analyses(console, results.analyses, full=full, addenda=results.addenda)
    else:
        write([_page(results, share) if kind == "html" else _document(results, share)], output)
    name_failures(results.failures, quiet=quiet)
    bands = [one.assessment.band for one in results.analyses]
    leave(bands, bool(results.failures), results.model, fail_at)


def _page(results: Results, share: bool) -> bytes:
    from riskfit.report.page.html import result_page

    return result_page(
        results.analyses,
        results.failures,
        results.model,
        results.document,
        results.cases,
        share=share,
    )


def _document(results: Results, share: bool) -> bytes:
    from riskfit.report.json.document import document, without_identity
    from riskfit.report.json.encoding import encode

    content = document(results.analyses, results.failures, results.model) | results.document
    for entry, more in zip(content["activities"], results.entries, strict=False):
        entry.update(more)
    return encode(without_identity(content) if share else content)
