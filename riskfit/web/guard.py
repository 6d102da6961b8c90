"""Who may ask, and how much: Host, Origin, token, key, sizes, and the headers of every answer."""

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: What a client has to show with whatever is not only looked at.
TOKEN_HEADER: Final = "x-riskfit-token"  # noqa: S105  the name of it, not the thing
_KEY_COOKIE: Final = "riskfit_key"
_READS: Final = ("GET", "HEAD")
#: Bytes a body may have, by path; elsewhere none is taken.
LIMITS: Final[Mapping[str, int]] = {
    "/api/check": 16_384,
    "/api/log": 8_192,
    "/api/analyze": 64 * 1024 * 1024,
}
_POLICY: Final = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; "
    "img-src data: blob:; connect-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Who may ask.

    Attributes
    ----------
    hosts : tuple of str
        What may stand in Host, with port.
    token : str
        Known to our own pages alone; anew with every start.
    key : str or None
        Asked of everybody where the server can be reached from elsewhere.
    """

    hosts: tuple[str, ...]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    key: str | None = None


class Refusal(Exception):  # noqa: N818  it is said to the client, not raised at the user
    """Why a request is not answered: a status and a sentence."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


def hosts_of(names: Iterable[str], port: int) -> tuple[str, ...]:
    """Return what may stand in Host for these names.

    Examples
    --------
    >>> hosts_of(["localhost", "::1"], 8722)
    ('localhost:8722', '[::1]:8722')
    """
    written = (f"[{name}]" if ":" in name else name.lower() for name in names)
    return tuple(f"{name}:{port}" for name in written)


class Guard:
    """Lets through what is allowed and puts the headers of safety on all answers."""

    def __init__(self, app: App, rules: Rules) -> None:
        self.app, self.rules = app, rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request, then pass it on."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(18)
        scope.setdefault("state", {})
        scope["state"]["nonce"] = nonce
        guarded = _with_headers(send, nonce)
        try:
            headers = _headers_of(scope)
            self._check(scope, headers)
            if await self._key_given(scope, headers, guarded):
                return
            receive = _limited(scope, headers, receive)
        except Refusal as refusal:
            await refuse(guarded, refusal)
            return
        await self.app(scope, receive, guarded)

    def _check(self, scope: Scope, headers: Mapping[str, str]) -> None:
        """Refuse a foreign Host, a foreign Origin, and a write without the token."""
        host = headers.get("host", "").lower()
        if host not in self.rules.hosts:
            raise Refusal(421, "this server does not answer under that name")
        if scope["method"] in _READS:
            return
        if scope["method"] != "POST":
            raise Refusal(405, "only GET, HEAD and POST are answered")
        origin = headers.get("origin")
        own = {f"http://{name}" for name in self.rules.hosts}
        if origin is not None and origin.lower() not in own:
            raise Refusal(403, "another page asked")
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise Refusal(403, "another page asked")
        given = headers.get(TOKEN_HEADER, "")
        if not hmac.compare_digest(given.encode(), self.rules.token.encode()):
            raise Refusal(403, "the page is of an earlier start: load it again")

    async def _key_given(self, scope: Scope, headers: Mapping[str, str], send: Send) -> bool:
        """Take the key from the address into a cookie; True when that was the answer."""
        key = self.rules.key
        if key is None:
            return False
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("key", [""])[0]
        if scope["method"] == "GET" and hmac.compare_digest(asked.encode(), key.encode()):
            cookie = f"{_KEY_COOKIE}={key}; HttpOnly; SameSite=Strict; Path=/"
            start = [(b"location", b"/"), (b"set-cookie", cookie.encode())]
            await send({"type": "http.response.start", "status": 303, "headers": start})
            await send({"type": "http.response.body", "body": b""})
            return True
        if not hmac.compare_digest(_cookie(headers).encode(), key.encode()):
            raise Refusal(403, "open the address that `riskfit serve` printed, with its key")
        return False


def _cookie(headers: Mapping[str, str]) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(_KEY_COOKIE)
    except CookieError:
        return ""
    return "" if found is None else found.value


def _headers_of(scope: Scope) -> dict[str, str]:
    """Return the headers; two of a name that decides are one too many."""
    found: dict[str, str] = {}
    for raw_name, raw in scope["headers"]:
        name = raw_name.decode("latin-1").lower()
        if name in found and name in ("host", "origin", "content-length", TOKEN_HEADER):
            raise Refusal(400, f"{name} was given twice")
        found[name] = raw.decode("latin-1")
    return found


def _limited(scope: Scope, headers: Mapping[str, str], receive: Receive) -> Receive:
    """Refuse a body that is announced too long, and stop one that grows too long."""
    limit = LIMITS.get(scope["path"], 0)
    announced = headers.get("content-length", "0")
    if not announced.isdigit() or int(announced) > limit:
        raise Refusal(413, f"at most {limit:,} bytes are taken here")
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise Refusal(413, f"at most {limit:,} bytes are taken here")
        return message

    return counted


def _with_headers(send: Send, nonce: str) -> Send:
    policy = (b"content-security-policy", _POLICY.format(nonce=nonce).encode())

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            told = list(message.get("headers", []))
            if not any(name == b"cache-control" for name, _ in told):
                told.append((b"cache-control", b"no-store"))
            message["headers"] = [*told, *_HEADERS, policy]
        await send(message)

    return wrapped


async def refuse(send: Send, refusal: Refusal) -> None:
    """Answer with a status and a sentence."""
    body = json.dumps({"error": refusal.text}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    start = {"type": "http.response.start", "status": refusal.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body})
