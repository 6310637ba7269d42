"""Requests to the application in this process without a client library: thousands in a few seconds."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import anyio.to_thread

from api.security import SESSION_COOKIE
from tests.planted import planted

HOST = "testserver"


async def _here(function: Any, *arguments: Any, **_options: Any) -> Any:
    """Run a function on the spot: with one request at a time another thread proves nothing and costs a third."""
    return function(*arguments)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """One header, or nothing."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def everything(self) -> bytes:
        """The head and the body, for searching."""
        return "\n".join(f"{name}: {value}" for name, value in self.headers).encode() + b"\n\n" + self.body


@dataclass
class Caller:
    """Calls one application, on an event loop of its own."""

    app: Any
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def close(self) -> None:
        """End the loop and its threads."""
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    def call(
        self,
        method: str,
        address: str,
        *,
        token: str = "",
        body: bytes = b"",
        kind: str = "",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request, with the session of `token` if there is one."""
        parts = urlsplit(address)
        sent = {"host": HOST, "origin": f"http://{HOST}", "accept-language": "zh-CN"} | (headers or {})
        if token:
            sent["cookie"] = f"{SESSION_COOKIE}={token}"
        if kind:
            sent |= {"content-type": kind, "content-length": str(len(body))}
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": unquote(parts.path), "raw_path": parts.path.encode("utf-8", "surrogatepass"),
            "query_string": parts.query.encode("utf-8", "surrogatepass"), "root_path": "",
            "headers": [(name.encode(), value.encode("utf-8", "surrogatepass")) for name, value in sent.items()],
            "client": ("127.0.0.1", 1), "server": (HOST, 80), "state": {},
        }  # fmt: skip
        with planted(anyio.to_thread, run_sync=_here):
            return self.loop.run_until_complete(self._run(scope, body))

    def form(self, address: str, fields: list[tuple[str, str]], *, token: str = "", csrf: str = "") -> Answer:
        """One posted form."""
        body = urlencode([*fields, ("_csrf", csrf)], errors="surrogatepass").encode()
        return self.call("POST", address, token=token, body=body, kind="application/x-www-form-urlencoded")

    def json(self, method: str, address: str, content: Any, *, token: str = "") -> Answer:
        """One request with a JSON body."""
        body = b"" if content is None else json.dumps(content).encode()
        return self.call(method, address, token=token, body=body, kind="application/json" if body else "")

    async def _run(self, scope: dict[str, Any], body: bytes) -> Answer:
        response: dict[str, Any] = {"status": 0, "headers": []}
        chunks: list[bytes] = []
        waiting = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                response.update(message)
            else:
                chunks.append(message.get("body", b""))

        await self.app(scope, receive, send)
        head = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response["headers"]]
        return Answer(response["status"], head, b"".join(chunks))
