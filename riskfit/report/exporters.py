"""The formats that results are written in: adding one is a line here and a module.

Text is none of them: it is made for a screen, and the commands print it themselves.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from rich.console import RenderableType

    from riskfit.activity import Failure
    from riskfit.analysis import Analysis
    from riskfit.rules.model import Model
    from riskfit.whatif.baseline import Case


class Exporter(NamedTuple):
    """One format.

    Attributes
    ----------
    suffixes : tuple of str
        What the names of its files end in.
    function : str
        ``module:function`` that turns results into bytes, or into pieces of them.
    shares : bool
        Whether it can leave out whose the results are: then it takes ``share``.
    binary : bool
        Whether it is nothing to be shown on a screen.
    """

    suffixes: tuple[str, ...]
    function: str
    shares: bool = False
    binary: bool = False

    def pieces(self, results: Any, *, share: bool = False) -> Iterable[bytes]:
        """Return results in this format."""
        module, _, function = self.function.partition(":")
        told = {"share": share} if self.shares else {}
        made = getattr(import_module(module), function)(results, **told)
        return [made] if isinstance(made, bytes) else made


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What a command found, in order of its inputs; filled in as it goes."""

    model: "Model"
    analyses: "list[Analysis]" = field(default_factory=list)
    failures: "list[Failure]" = field(default_factory=list)
    #: Files beside them that are no workouts.
    others: "list[Failure]" = field(default_factory=list)
    #: More keys of the document and of each entry, and more to print behind each analysis.
    document: dict[str, Any] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)
    addenda: "list[Callable[[], RenderableType]]" = field(default_factory=list)
    #: Plans with all they are scored against, for a page's what-ifs.
    cases: "list[Case]" = field(default_factory=list)


_EXPORT: Final = "riskfit.report.export:"
#: Formats of some sessions or plans: functions of `Results`.
SESSIONS: Final = {
    "html": Exporter(
        suffixes=(".html",), function="riskfit.report.exporters:page_bytes", shares=True
    ),
    "json": Exporter(
        suffixes=(".json",), function="riskfit.report.exporters:json_bytes", shares=True
    ),
}
#: Formats of a whole batch: functions of `riskfit.batch.reduce.BatchReport`.
BATCHES: Final = {
    "csv": Exporter(suffixes=(".csv",), function=_EXPORT + "csv_bytes"),
    "json": Exporter(suffixes=(".json",), function=_EXPORT + "json_document"),
    "jsonl": Exporter(suffixes=(".jsonl", ".ndjson"), function=_EXPORT + "json_lines"),
    "parquet": Exporter(suffixes=(".parquet",), function=_EXPORT + "parquet_bytes", binary=True),
    "html": Exporter(
        suffixes=(".html",), function="riskfit.report.page.html:batch_page", shares=True
    ),
}


def sharing(exporters: Mapping[str, Exporter]) -> list[str]:
    """Return the formats that can leave out whose the results are."""
    return [kind for kind, one in exporters.items() if one.shares]


def kinds(exporters: Mapping[str, Exporter]) -> dict[str, str]:
    """Return suffix -> format, text among them."""
    known = {suffix: kind for kind, one in exporters.items() for suffix in one.suffixes}
    return {**known, ".txt": "text"}


def page_bytes(results: Results, *, share: bool) -> bytes:
    """Return the results as a page."""
    from riskfit.report.page.html import result_page

    return result_page(
        results.analyses,
        results.failures,
        results.model,
        results.entries,
        results.cases,
        share=share,
    )


def json_bytes(results: Results, *, share: bool) -> bytes:
    """Return the results as one JSON document."""
    from riskfit.report.json.document import document, without_identity
    from riskfit.report.json.encoding import encode

    content = document(results.analyses, results.failures, results.model) | results.document
    for entry, more in zip(content["activities"], results.entries, strict=False):
        entry.update(more)
    return encode(without_identity(content) if share else content)
