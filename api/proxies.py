"""Requests that came through a proxy: who asked, by which scheme and for which host, as far as the proxy is trusted."""

from functools import lru_cache
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from centre.settings import settings

_HOST, _FORWARDED_HOST = b"host", b"x-forwarded-host"


class Proxies:
    """Middleware that believes forwarded headers only when a proxy of GANGQIAO_TRUSTED_PROXIES sent the request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as the reader sent it to the proxy."""
        trusted = settings().trusted_proxies
        if trusted and scope["type"] == "http":
            await _believing(self.app, trusted)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


@lru_cache(maxsize=4)
def _believing(app: ASGIApp, trusted: str) -> Any:
    """Uvicorn's reader of forwarded addresses and schemes, with the host besides."""
    known = ProxyHeadersMiddleware(app, trusted)  # type: ignore[arg-type]

    async def believe(scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if client and client[0] in known.trusted_hosts:
            given = [value for name, value in scope["headers"] if name == _FORWARDED_HOST]
            if given:
                host = given[-1].split(b",")[-1].strip()
                others = [line for line in scope["headers"] if line[0] != _HOST]
                scope = {**scope, "headers": [(_HOST, host), *others]}
        await known(scope, receive, send)  # type: ignore[arg-type]

    return believe
