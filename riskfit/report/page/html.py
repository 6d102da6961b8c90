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
from riskfit.report.json.session import anonymous
from riskfit.report.page.plan import complete, plan_view, roster_entries
from riskfit.report.page.session import session_view
from riskfit.report.said.session import because
from riskfit.report.words import capital, plain, score_words
from riskfit.rules.model import Model

if TYPE_CHECKING:
    from riskfit.batch.reduce import BatchReport
    from riskfit.learning.published import Cohort
    from riskfit.whatif.baseline import Case

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
    views = [
        session_view(analysis, model, key=f"s{number}", share=share)
        for number, analysis in enumerate(analyses, 1)
    ]
    title = f"{views[0]['title']}: cramp risk" if len(views) == 1 else "Cramp risk of sessions"
    return render(
        "session.html.jinja",
        title=title,
        model=model,
        charts=any(view["chart"] for view in views),
        scripts=("page.js", "session.js"),
        sessions=views,
        failures=shown_failures(failures, share=share),
    )


def result_page(
    analyses: Sequence[Analysis],
    failures: Iterable[Failure],
    model: Model,
    document: Mapping[str, Any],
    cases: Sequence["Case"] = (),
    *,
    share: bool = False,
) -> bytes:
    """Return the page of what a command found: of plans where the document says so.

    Parameters
    ----------
    analyses, failures, model, share
        As in `session_page`.
    document : mapping
        What the document holds beyond the activities: ``plan``, ``what_if``, ``changes``.
    cases : sequence of Case
        The plans' cases, for what-ifs where none were asked for.
    """
    if "plan" not in document:
        return session_page(analyses, failures, model, share=share)
    entries = roster_entries(document)
    views = []
    for number, (analysis, entry) in enumerate(zip(analyses, entries, strict=True)):
        view = session_view(analysis, model, key=f"s{number + 1}", share=share)
        whole = complete(entry, analysis, cases[number] if cases else None)
        if share:
            whole["plan"] = anonymous(whole["plan"])
        view["block"]["document"] |= whole
        view["plan"] = plan_view(whole, analysis, model, share=share)
        views.append(view)
    title = f"{views[0]['title']}: cramp risk" if len(views) == 1 else "Cramp risk of plans"
    return render(
        "check.html.jinja",
        title=title,
        model=model,
        charts=any(view["chart"] for view in views),
        scripts=("page.js", "session.js", "check.js"),
        sessions=views,
        failures=shown_failures(failures, share=share),
    )


def batch_page(report: "BatchReport", *, share: bool = False) -> bytes:
    """Return the page of many sessions of one athlete or many.

    Parameters
    ----------
    report : BatchReport
    share : bool
        Leave out file names, notes and the athletes' names.
    """
    from riskfit.report.page.batch import batch_view

    view = batch_view(report, share=share)
    return render(
        "batch.html.jinja",
        title=view["title"],
        heading="batch report",
        model=report.model,
        charts=True,
        scripts=("page.js", "session.js", "ledger.js", "batch.js"),
        batch=view,
        failures=shown_failures(report.failures, share=share),
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

    view = evaluation_view(document, model)
    return render(
        "evaluation.html.jinja",
        title=view["title"],
        model=model,
        charts=True,
        scripts=("page.js", "evaluation.js"),
        e=view,
    )


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

    view = published_view(document, cohorts, model)
    return render("published.html.jinja", title=view["title"], model=model, e=view)


def shown_failures(failures: Iterable[Failure], *, share: bool = False) -> list[dict[str, str]]:
    """Return failures to be listed; a page to share names neither files nor what is in them."""
    return [
        {"source": f"file {number}", "kind": failure.kind, "error": failure.kind.replace("_", " ")}
        if share
        else {"source": failure.source, "kind": failure.kind, "error": failure.error}
        for number, failure in enumerate(failures, 1)
    ]


def render(
    template: str,
    *,
    title: str,
    model: Model,
    charts: bool = False,
    scripts: Sequence[str] = ("page.js",),
    served: Mapping[str, Any] | None = None,
    **context: Any,
) -> bytes:
    """Return a page of a template, self-contained unless it is ``served``.

    Parameters
    ----------
    template : str
        A file of ``riskfit/report/page/templates``.
    title : str
    model : Model
        Named at the foot.
    charts : bool
        Whether plotly's script is needed.
    scripts : sequence of str
        Scripts of ours, files of the same folder, in order.
    served : mapping, optional
        Of a page from the local server: ``nonce``, ``static`` (the folder's address), ``pages``
        and ``here``.  Scripts are linked then, and the server sends the policy.
    **context
        What the template shows.
    """
    if served is None:
        texts = [plotly_script()] if charts else []
        texts += [static(name) for name in scripts]
        policy = _POLICY.format(scripts=" ".join(map(_digest, texts)))
        linked: list[str] = []
    else:
        texts, policy = [], ""
        names = [*(["plotly.js"] if charts else []), *scripts]
        linked = [f"{served['static']}/{name}" for name in names]
    page = environment().get_template(template)
    text = page.render(
        title=title,
        model=model,
        version=__version__,
        csp=policy,
        css=Markup(static("page.css")),  # noqa: S704  our own file
        scripts=[Markup(text) for text in texts],  # noqa: S704  our own and plotly's
        linked=linked,
        nonce="" if served is None else served["nonce"],
        served=served,
        **context,
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
def plotly_script() -> str:
    """Return the charts' script, made safe to stand inside an element."""
    from plotly.offline import get_plotlyjs

    text: str = get_plotlyjs()
    return text.replace("</script", "<\\/script")


@cache
def _digest(text: str) -> str:
    """Return what a policy allows a script by."""
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"
