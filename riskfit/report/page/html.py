"""Pages that hold all they need: one file, no request, nothing run that is not ours."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import jinja2
from markupsafe import Markup

from riskfit import __version__
from riskfit.activity import Failure
from riskfit.analysis import Analysis
from riskfit.report.json.document import anonymous_failures, failed_entry
from riskfit.report.page.plan import plans_view
from riskfit.report.page.session import sessions_view
from riskfit.report.said.session import because
from riskfit.report.words import capital, plain, score_words
from riskfit.rules.model import Model

if TYPE_CHECKING:
    from riskfit.batch.reduce import BatchReport
    from riskfit.learning.published import Cohort
    from riskfit.whatif.baseline import Case

_CHARTS: Final = "plotly.js"
_ALWAYS: Final = ("page.js",)
#: Pages that do more than every page does: their templates, and their scripts in order.
TEMPLATES: Final[Mapping[str, tuple[str, ...]]] = {
    "session.html.jinja": (_CHARTS, "page.js", "session.js"),
    "check.html.jinja": (_CHARTS, "page.js", "session.js", "check.js"),
    "batch.html.jinja": (_CHARTS, "page.js", "ledger.js", "batch.js"),
    "evaluation.html.jinja": (_CHARTS, "page.js", "evaluation.js"),
    "serve_check.html.jinja": (_CHARTS, "page.js", "session.js", "check.js", "serve.js"),
    "serve_analyze.html.jinja": ("page.js", "serve.js"),
    "serve_history.html.jinja": (_CHARTS, "page.js", "ledger.js", "batch.js", "serve.js"),
}
#: What a page may do: run the scripts whose digests it names, style itself, and nothing else.
_POLICY: Final = (
    "default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'"
)
#: Characters that could end a script element or a line of JavaScript, as JSON writes them.
_ESCAPES: Final = {mark: f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"}


def session_page(
    analyses: Sequence[Analysis],
    failures: Iterable[Failure],
    model: Model,
    *,
    share: bool = False,
) -> bytes:
    """Return a page of one recorded or planned session, or of several below each other.

    Parameters
    ----------
    analyses : sequence of Analysis
    failures : iterable of Failure
        Named at the end.
    model : Model
        For bands, rules and sources.
    share : bool
        Leave out whose it is: file and person's names, digests, notes and the time zone.
    """
    view = sessions_view(analyses, model, share=share)
    return render("session.html.jinja", model, **view, failures=listed(failures, share=share))


def result_page(
    analyses: Sequence[Analysis],
    failures: Iterable[Failure],
    model: Model,
    entries: Sequence[Mapping[str, Any]] = (),
    cases: Sequence["Case"] = (),
    *,
    share: bool = False,
) -> bytes:
    """Return the page of what a command found, of plans where there are any.

    Parameters
    ----------
    analyses, failures, model, share
        As in `session_page`.
    entries : sequence of mapping
        What is said of each plan: ``plan``, ``what_if``, ``changes``, ``levers``.
    cases : sequence of Case
        The plans' cases, for what-ifs where none were asked for.
    """
    if not entries:
        return session_page(analyses, failures, model, share=share)
    view = plans_view(analyses, model, entries, cases, share=share)
    return render("check.html.jinja", model, **view, failures=listed(failures, share=share))


def batch_page(report: "BatchReport", *, share: bool = False) -> bytes:
    """Return the page of many sessions of one athlete or many.

    Parameters
    ----------
    report : BatchReport
    share : bool
        Leave out file names, notes, the athletes' names and their time zones.
    """
    from riskfit.report.page.batch import batch_view

    view = batch_view(report, share=share)
    failures = listed(report.failures, share=share)
    return render(
        "batch.html.jinja", report.model, **view, heading="batch report", failures=failures
    )


def evaluation_page(document: Mapping[str, Any], model: Model) -> bytes:
    """Return the page of a model held against outcomes.

    Parameters
    ----------
    document : mapping
        As `riskfit evaluate --json` prints it.
    model : Model
    """
    from riskfit.report.page.evaluation import evaluation_view

    return render("evaluation.html.jinja", model, **evaluation_view(document, model))


def published_page(document: Mapping[str, Any], cohorts: "Sequence[Cohort]", model: Model) -> bytes:
    """Return the page of a model held against the published cohorts.

    Parameters
    ----------
    document : mapping
        As `riskfit evaluate --published --json` prints it.
    cohorts : sequence of Cohort
    model : Model
    """
    from riskfit.report.page.published import published_view

    return render("published.html.jinja", model, **published_view(document, cohorts, model))


def listed(failures: Iterable[Failure], *, share: bool = False) -> list[dict[str, str]]:
    """Return failures to be listed; a page to share names neither files nor what is in them."""
    entries = [failed_entry(failure) for failure in failures]
    return anonymous_failures(entries) if share else entries


def render(
    template: str,
    model: Model,
    *,
    title: str,
    charts: bool = True,
    served: Mapping[str, Any] | None = None,
    **view: Any,
) -> bytes:
    """Return a page, self-contained unless it is ``served``.

    Parameters
    ----------
    template : str
        A file of ``riskfit/report/page/templates``.
    model : Model
        Named at the foot.
    title : str
    charts : bool
        False where nothing is drawn, so that the charts' script can stay away.
    served : mapping, optional
        Of a page from the local server: ``nonce``, ``static`` (the folder's address), ``pages``
        and ``here``.  Scripts are linked then, and the server sends the policy.
    **view
        What the template shows.
    """
    names = [name for name in TEMPLATES.get(template, _ALWAYS) if charts or name != _CHARTS]
    texts = [] if served else [script(name) for name in names]
    text = (
        environment()
        .get_template(template)
        .render(
            title=title,
            model=model,
            version=__version__,
            csp="" if served else _POLICY.format(scripts=" ".join(map(_digest, texts))),
            css=Markup(static("page.css")),  # noqa: S704  our own file
            scripts=[Markup(text) for text in texts],  # noqa: S704  our own and plotly's
            linked=[f"{served['static']}/{name}" for name in names] if served else [],
            nonce=served["nonce"] if served else "",
            served=served,
            **view,
        )
    )
    return text.encode("utf-8", "replace")


@cache
def environment() -> jinja2.Environment:
    """Return the templates; whatever they show is escaped, and what is missing is an error."""
    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(static),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    filters = (json_block, because, plain, capital, score_words)
    made.filters |= {one.__name__: one for one in filters}
    return made


def json_block(value: Any) -> Markup:
    r"""Return JSON that can stand inside a script element, whatever words are in it.

    Examples
    --------
    >>> json_block({"name": "</script>"})
    Markup('{"name":"\\u003c/script\\u003e"}')
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for mark, written in _ESCAPES.items():
        text = text.replace(mark, written)
    return Markup(text)  # noqa: S704  nothing left that could end it


@cache
def static(name: str) -> str:
    """Return a template, style or script of this folder as text."""
    return files("riskfit.report.page").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def script(name: str) -> str:
    """Return a script, the charts' own made safe to stand inside an element."""
    if name != _CHARTS:
        return static(name)
    from plotly.offline import get_plotlyjs

    text: str = get_plotlyjs()
    return text.replace("</script", "<\\/script")


@cache
def _digest(text: str) -> str:
    """Return what a policy allows a script by."""
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"
