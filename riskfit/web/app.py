"""Addresses and their answers."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from hashlib import sha256
from typing import Any, Final, TypeVar
from urllib.parse import unquote

from anyio import CapacityLimiter, to_thread
from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from riskfit import __version__
from riskfit.errors import RiskfitError
from riskfit.report.page.batch import batch_view
from riskfit.report.page.html import TEMPLATES, environment, listed, render, script
from riskfit.report.words import UNKNOWN
from riskfit.web.desk import Desk, next_quarter
from riskfit.web.fields import (
    PLAN,
    SPORTS,
    CheckForm,
    LogForm,
    decoded,
    first_form,
    sliders_of,
)
from riskfit.web.guard import Guard, Refusal, Rules

PAGES: Final = (("/", "Check a plan"), ("/analyze", "Analyse a file"), ("/history", "History"))
#: The scripts that are handed out, and no other file.
SCRIPTS: Final = {name for scripts in TEMPLATES.values() for name in scripts}
#: The parts of a plan's page from above, where their macros stand, and those that a slider moves.
_ALL: Final = (
    *("hero", "causes", "along", "curves", "levers", "changes", "fluid", "advice", "ledger"),
    *("open_questions", "features", "notes"),
)
_MACROS: Final = ("parts", "plan_parts")
_QUICK: Final = ("hero", "causes")
T = TypeVar("T")

_YEAR_S: Final = 31_536_000


def create_app(desk: Desk, rules: Rules) -> Guard:
    """Return the server's application, guarded.

    Parameters
    ----------
    desk : Desk
    rules : Rules
    """
    site = _Site(desk, rules)
    app = Starlette(
        routes=[
            Route("/", site.check_page),
            Route("/analyze", site.analyze_page),
            Route("/history", site.history_page),
            Route("/report/{key}", site.report_page),
            Route("/static/{version}/{name}", site.script),
            Route("/favicon.ico", site.no_icon),
            Route("/api/check", site.check, methods=["POST"]),
            Route("/api/analyze", site.analyze, methods=["POST"]),
            Route("/api/log", site.log, methods=["POST"]),
        ],
        exception_handlers={
            Refusal: _refused,
            RiskfitError: _refused_input,
            ClientDisconnect: _gone,
            404: _not_found,
            405: _not_found,
            Exception: _failed,
        },
    )
    return Guard(app, rules)


class _Site:
    """The pages of one desk."""

    def __init__(self, desk: Desk, rules: Rules) -> None:
        self.desk, self.rules = desk, rules
        digest = sha256("".join(map(script, sorted(SCRIPTS))).encode()).hexdigest()[:8]
        self.version = f"{__version__}-{digest}"
        # sliders first: whatever takes longer waits in a line of its own
        self.quick, self.slow = CapacityLimiter(2), CapacityLimiter(1)

    def _served(self, request: Request) -> dict[str, Any]:
        return {
            "nonce": request.scope["state"]["nonce"],
            "static": f"/static/{self.version}",
            "pages": PAGES,
            "here": request.url.path,
            "token": self.rules.token,
        }

    def _page(self, request: Request, template: str, **context: Any) -> Response:
        text = render(template, self.desk.model, served=self._served(request), **context)
        return Response(text, media_type="text/html; charset=utf-8")

    async def check_page(self, request: Request) -> Response:
        """Show the form, with an answer to what it holds at first."""
        form = replace(first_form(), full=True)
        view = await self._work(self.slow, self.desk.check, form)
        make = partial(
            self._page,
            request,
            "serve_check.html.jinja",
            title="Check a plan",
            form=form,
            plan_sliders=PLAN,
            day_sliders=sliders_of(self.desk.profile),
            sports=SPORTS,
            contexts=list(self.desk.model.contexts.values()),
            start=f"{next_quarter():%Y-%m-%dT%H:%M}",
            s=view,
            shown=_shown(view, _ALL),
            athlete=self.desk.profile.name,
            unknown=UNKNOWN,
        )
        return await self._work(self.quick, make)

    async def check(self, request: Request) -> Response:
        """Answer a form."""
        form: CheckForm = decoded(await request.body(), CheckForm)
        line = self.slow if form.full else self.quick
        return JSONResponse(await self._work(line, self._answer, form))

    def _answer(self, form: CheckForm) -> dict[str, Any]:
        """Return the parts of the page that changed, as text and as data."""
        view = self.desk.check(form)
        blocks = {f"{view['key']}-data": view["block"]}
        if form.full:
            blocks[f"{view['key']}-plan-data"] = view["plan"]["block"]
        said = "No score." if view["score"] is None else f"{view['score'].scale}."
        parts = _shown(view, _ALL if form.full else _QUICK)
        return {"parts": parts, "blocks": blocks, "said": said}

    async def analyze_page(self, request: Request) -> Response:
        """Show where a file can be dropped."""
        return self._page(
            request,
            "serve_analyze.html.jinja",
            title="Analyse a file",
            contexts=list(self.desk.model.contexts.values()),
        )

    async def analyze(self, request: Request) -> Response:
        """Take the bytes of a file; its name is only ever shown."""
        name = unquote(request.headers.get("x-riskfit-name", ""))[:200] or "the file"
        make = partial(
            self.desk.analyze,
            await request.body(),
            name.replace("\\", "/").rsplit("/", 1)[-1],
            race=request.query_params.get("race") == "1",
            context=request.query_params.get("context") or self.desk.context,
        )
        key = await self._work(self.slow, make)
        return JSONResponse({"address": f"/report/{key}"})

    async def report_page(self, request: Request) -> Response:
        """Show what came of a file."""
        report = self.desk.report(request.path_params["key"])
        if report is None:
            raise Refusal(404, "that report is gone: drop the file in again")
        make = partial(
            self._page,
            request,
            "session.html.jinja",
            **report.view,
            failures=listed(report.failures),
        )
        return await self._work(self.quick, make)

    async def history_page(self, request: Request) -> Response:
        """Show what the store holds, with a place to log how it went."""
        return await self._work(self.slow, partial(self._history, request))

    def _history(self, request: Request) -> Response:
        found = self.desk.history()
        if found is None or not len(found[0]):
            return self._page(
                request, "serve_empty.html.jinja", title="History", store=self.desk.store_file
            )
        report, logged = found
        view = batch_view(report)
        view["block"]["logged"] = logged
        return self._page(
            request,
            "serve_history.html.jinja",
            **view,
            heading="history",
            failures=listed(report.failures),
        )

    async def log(self, request: Request) -> Response:
        """Keep how a session went."""
        form = decoded(await request.body(), LogForm)
        return JSONResponse({"said": await self._work(self.slow, self.desk.log, form)})

    async def script(self, request: Request) -> Response:
        """Hand out a script by its name; no path is made of it."""
        name = request.path_params["name"]
        if name not in SCRIPTS or request.path_params["version"] != self.version:
            raise Refusal(404, "there is no such script")
        headers = {"cache-control": f"private, max-age={_YEAR_S}, immutable"}
        return Response(script(name), media_type="text/javascript; charset=utf-8", headers=headers)

    async def no_icon(self, request: Request) -> Response:  # noqa: ARG002
        """Answer browsers that ask for an icon all the same."""
        return Response(status_code=204)

    async def _work(self, line: CapacityLimiter, make: Callable[..., T], *given: Any) -> T:
        return await to_thread.run_sync(make, *given, limiter=line)


def _shown(view: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """Return parts of a plan's page."""
    modules = [environment().get_template(f"{one}.html.jinja").module for one in _MACROS]
    macros = {name: getattr(one, name) for one in modules for name in names if hasattr(one, name)}
    return {name: macros[name](view) for name in names}


def _said(status: int, text: str, request: Request) -> Response:
    """Answer a program in JSON, and a person with a link back."""
    if request.url.path.startswith("/api/") or request.method != "GET":
        return JSONResponse({"error": text}, status_code=status)
    page = environment().get_template("serve_error.html.jinja").render(text=text, status=status)
    return Response(page, status_code=status, media_type="text/html; charset=utf-8")


async def _refused(request: Request, error: Exception) -> Response:
    refusal = error if isinstance(error, Refusal) else Refusal(400, str(error))
    return _said(refusal.status, refusal.text, request)


async def _refused_input(request: Request, error: Exception) -> Response:
    return _said(422, str(error), request)


async def _not_found(request: Request, error: Exception) -> Response:
    status = int(getattr(error, "status_code", 404))
    if status == 405 and request.method == "GET":
        return RedirectResponse("/", status_code=303)
    return _said(status, "there is nothing at this address", request)


async def _gone(request: Request, error: Exception) -> Response:  # noqa: ARG001
    return Response(status_code=400)


async def _failed(request: Request, error: Exception) -> Response:  # noqa: ARG001
    return _said(500, "something went wrong here; the terminal says what", request)
