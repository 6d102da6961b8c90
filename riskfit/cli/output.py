"""Where results go: the terminal, standard output, a file by its suffix; and exit codes."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from riskfit.activity import Failure
    from riskfit.analysis import Analysis
    from riskfit.rules.model import Model
    from riskfit.whatif.baseline import Case

SOME_FAILED, NOTHING_SCORED, BAND_REACHED = 1, 3, 10


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
    as_json: bool,
    output: str | None,
    fail_at: str | None,
    full: bool,
    quiet: bool,
    share: bool = False,
) -> None:
    """Write results out, name the failures, and leave with the right exit code."""
    reached = _band_check(results, fail_at)
    kind = kind_of(output, as_json=as_json, share=share)
    if kind == "html":
        from riskfit.report.page.html import result_page

        write(
            result_page(
                results.analyses,
                results.failures,
                results.model,
                results.document,
                results.cases,
                share=share,
            ),
            output,
        )
    elif kind == "json":
        from riskfit.report.json.document import document, without_identity
        from riskfit.report.json.encoding import encode

        content = document(results.analyses, results.failures, results.model) | results.document
        for entry, more in zip(content["activities"], results.entries, strict=False):
            entry.update(more)
        write(encode(without_identity(content) if share else content), output)
    else:
        _write_text(results, output, full)
    if not quiet:
        for failure in results.failures:
            click.echo(f"{failure.source}: {failure.error}", err=True)
    if not any(a.assessment.score is not None for a in results.analyses):
        sys.exit(NOTHING_SCORED)
    if results.failures:
        sys.exit(SOME_FAILED)
    if reached:
        sys.exit(BAND_REACHED)


def _band_check(results: Results, fail_at: str | None) -> bool:
    """Say whether any score reached the band asked for."""
    if fail_at is None:
        return False
    bands = [band.id for band in results.model.bands]
    if fail_at not in bands:
        raise click.BadParameter(f"{fail_at!r}: choose {', '.join(bands)}", param_hint="--fail-at")
    order = {band: number for number, band in enumerate(bands)}
    return any(
        a.assessment.band is not None and order[a.assessment.band] >= order[fail_at]
        for a in results.analyses
    )


def kind_of(output: str | None, *, as_json: bool, share: bool) -> str:
    """Return what is to be written, html, json or text; refuse what does not go together."""
    kind = "json" if as_json else "text"
    if output is not None and output != "-" and not as_json:
        kind = _by_suffix(output)
    if share and kind == "text":
        raise click.UsageError("--share is for pages and JSON: give --json, or -o with .html")
    return kind


def _by_suffix(output: str) -> str:
    kinds = {".html": "html", ".json": "json", ".txt": "text"}
    suffix = Path(output).suffix.lower()
    if suffix not in kinds:
        raise click.BadParameter(
            f"{output!r}: the suffix must be one of {', '.join(kinds)}", param_hint="--output"
        )
    return kinds[suffix]


def write(data: bytes, output: str | None) -> None:
    """Write to a file, or to standard output."""
    if output is None or output == "-":
        sys.stdout.buffer.write(data)
    else:
        Path(output).write_bytes(data)


def _write_text(results: Results, output: str | None, full: bool) -> None:
    from rich.console import Console

    from riskfit.report.terminal.session import print_analyses

    if output is None or output == "-":
        console = Console(highlight=False)
        print_analyses(console, results.analyses, full=full, addenda=results.addenda)
        return
    with Path(output).open("w", encoding="utf-8") as file:
        console = Console(file=file, width=80, highlight=False, no_color=True)
        print_analyses(console, results.analyses, full=full, addenda=results.addenda)
