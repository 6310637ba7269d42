"""What HTTP promises for every address: HEAD beside GET, Allow with 405, ETag and 304, Vary and Content-Language."""

from collections.abc import Iterator
from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.dependencies import FEEDS, PREFIX, PUBLIC, reader_locale

_POLLED = ("application/json", "text/calendar", "application/atom+xml", "application/problem+json")
"""Media types that depend on the reader's language; those that are polled carry an ETag of their content."""


_FOR_OTHER_SITES = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "etag, content-language, link, retry-after",
    "cross-origin-resource-policy": "cross-origin",
}


_MAY_READ = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, HEAD",
    "access-control-allow-headers": "if-none-match, accept-language",
    "access-control-max-age": "86400",
}
"""A browser asks beforehand when a page of another site sends the ETag that it has (Fetch, CORS preflight)."""


class HttpContract:
    """Middleware for the parts of HTTP that no handler has to think of.

    HEAD is answered as GET without the body (RFC 9110, 9.3.2). A successful read of JSON or a calendar gets an ETag of
    its bytes unless the handler named a version, and If-None-Match is answered with 304. Pages are left alone: each of
    them carries tokens of its own. What the API lets everybody read, pages of other sites may read as well, as a
    visitor: a browser gives them no answer to a request with cookies.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if _asks_whether_it_may_read(scope):
            await Response(status_code=204, headers=_MAY_READ)(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"
        inner = {**scope, "method": "GET"} if is_head else scope
        reader = _Response(inner, send, is_head=is_head)
        await self.app(inner, receive, reader.send)


class _Response:
    """One response on its way out; its head waits for the first part of the body, whose bytes name it."""

    def __init__(self, scope: Scope, send: Send, *, is_head: bool) -> None:
        self._scope, self._send, self._is_head = scope, send, is_head
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        """Send a part of the response."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        body, is_last = message.get("body", b""), not message.get("more_body", False)
        if self._start is not None:
            start, self._start = self._start, None
            if self._complete(start, body if is_last else None):
                await self._send(start)
                await self._send({"type": "http.response.body", "body": b""})
                self._is_head = True  # nothing more goes out
                return
            await self._send(start)
        if message["type"] != "http.response.body" or not self._is_head:
            await self._send(message)
        elif is_last:
            await self._send({"type": "http.response.body", "body": b""})

    def _complete(self, start: Message, body: bytes | None) -> bool:
        """Add to the head; True when the reader has these bytes already and gets 304."""
        headers = MutableHeaders(scope=start)
        if _is_open_data(self._scope):
            headers.update(_FOR_OTHER_SITES)
        if start["status"] == 405:
            headers["allow"] = ", ".join(sorted(_allowed(self._scope)))
        media_type = headers.get("content-type", "").partition(";")[0]
        if media_type not in _POLLED:
            return False
        headers.add_vary_header("Accept-Language, Cookie, Authorization")
        headers.setdefault("content-language", reader_locale(Request(self._scope)))
        if start["status"] != 200 or self._scope["method"] != "GET" or body is None:
            return False
        etag = headers.setdefault("etag", f'"{sha256(body).hexdigest()[:24]}"')
        known = Headers(scope=self._scope).get("if-none-match", "")
        if etag not in {part.strip().removeprefix("W/") for part in known.split(",")}:
            return False
        start["status"] = 304
        del headers["content-length"]
        return True


def _is_open_data(scope: Scope) -> bool:
    """Whether the request reads what the API or a feed gives to everybody."""
    return _is_data(scope) and scope["method"] == "GET" and getattr(scope.get("endpoint"), "__allow__", None) is PUBLIC


def _is_data(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith(f"{PREFIX}/") or path.endswith(FEEDS)


def _asks_whether_it_may_read(scope: Scope) -> bool:
    """Whether a browser asks, for a page of another site, if it may read what everybody may (preflight)."""
    wanted = Headers(scope=scope).get("access-control-request-method", "")
    if scope["method"] != "OPTIONS" or wanted not in ("GET", "HEAD") or not _is_data(scope):
        return False
    read = {**scope, "method": "GET"}
    endpoints = (child["endpoint"] for match, child in _matches(read) if match is Match.FULL)
    return getattr(next(endpoints, None), "__allow__", None) is PUBLIC


def _matches(scope: Scope) -> Iterator[tuple[Match, Scope]]:
    return (route.matches(scope) for route in scope["app"].router.routes)


def _allowed(scope: Scope) -> set[str]:
    """The methods that some route takes at this address."""
    methods: set[str] = set()
    for route in scope["app"].router.routes:
        if route.matches(scope)[0] is not Match.NONE:
            methods |= set(getattr(route, "methods", None) or ())
    return methods | ({"HEAD"} if "GET" in methods else set())
