"""The application: all routes, the security headers, and uniform error responses."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pkgutil import iter_modules
from threading import Event, Thread
from typing import Any

import anyio.to_thread
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY as LIMIT_KEY
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import api
from api.contract import HttpContract
from api.dependencies import PREFIX, Routes
from api.problems import problem_response, tell_problems
from api.proxies import Proxies
from api.registry import secure
from api.security import Headers
from api.versions import tell_edits
from centre.errors import Refusal, TooLarge
from centre.keys import KeyTrouble, key_trouble
from centre.settings import settings
from matching.live.kernels import load_kernels
from matching.live.poller import keep_looking
from matching.search.find import warm_search
from matching.search.word_counts import keep_counting

Answerer = Callable[[Request, Exception], Response]


class Service(FastAPI):
    """The application; its OpenAPI description also states the credentials and refusals of each operation."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI description, cached."""
        if self.openapi_schema is None:
            description = get_openapi(
                title=self.title,
                version=self.version,
                description=self.description,
                routes=self.routes,
                tags=self.openapi_tags,
                servers=self.servers,
            )
            self.openapi_schema = tell_edits(tell_problems(secure(description)))
        return self.openapi_schema


@asynccontextmanager
async def _lifespan(_app: FastAPI) -> AsyncIterator[None]:
    # SQLite serves fastest from very few threads: with forty, a request cost eight times as much.
    anyio.to_thread.current_default_thread_limiter().total_tokens = settings().request_threads
    if trouble := key_trouble():
        raise KeyTrouble(trouble)
    _settle()
    stop = Event()
    if settings().warm:
        Thread(target=_warm, daemon=True).start()
        for watch in (keep_counting, keep_looking):
            Thread(target=watch, args=(stop,), daemon=True).start()
    yield
    stop.set()


@cache
def _settle() -> None:
    gc.freeze()  # objects made at start-up stay; later collections skip them


def _warm() -> None:
    warm_search()
    gc.freeze()
    load_kernels()


def build(answer: Answerer = problem_response) -> FastAPI:
    """The application with the whole API; `answer` turns an exception into a response."""
    resources = _resources()
    app = Service(
        title="Gangqiao 岗桥",
        description="Openings, training classes and job fairs of a city's placement and training centres.",
        version=_version(),
        openapi_tags=[{"name": tag, "description": summary} for _, tag, summary in resources],
        servers=[{"url": settings().public_url or "/", "description": "This installation"}],
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    for routes, _, _ in resources:
        app.router.routes.extend(routes.entries)
    outages = (DBAPIError, PoolTimeout, PendingRollbackError)
    for kind in (Refusal, RequestValidationError, HTTPException, StaleDataError, *outages, UnicodeError):
        app.add_exception_handler(kind, answer)
    app.add_middleware(LastResort, answer=answer)
    app.add_middleware(HttpContract)
    app.add_middleware(Headers)
    app.add_middleware(Proxies)
    return app


def _version() -> str:
    try:
        return version("gangqiao")
    except PackageNotFoundError:  # a checkout that is not installed
        return "0"


def _resources() -> list[tuple[Routes, str, str]]:
    """Each resource's routes, with its tag and the description of the tag: the module's name and first line."""
    resources = []
    for info in iter_modules(api.__path__):
        module = import_module(f"api.{info.name}")
        routes = getattr(module, "routes", None)
        if isinstance(routes, Routes):
            resources.append((routes, info.name, (module.__doc__ or "").split("\n")[0]))
    # Starlette tries the routes in turn, so the most frequent come first.
    return sorted(resources, key=lambda resource: resource[1] not in ("health", "openings"))


class LastResort:
    """Middleware that handles unexpected exceptions without logging their messages."""

    def __init__(self, app: ASGIApp, answer: Answerer) -> None:
        self.app = app
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; an exception before the response starts becomes an error response.

        So does Starlette's "Content Too Large", which is no page, no problem and in no language of the reader.
        """
        started = False
        too_large: TooLarge | None = None

        async def watched(message: Message) -> None:
            nonlocal started, too_large
            if message["type"] == "http.response.start":
                if message["status"] == TooLarge.status and not _is_ours(message):
                    limit = scope.get(LIMIT_KEY) or settings().body_limit
                    too_large = TooLarge(limit_mb=limit // 1_000_000)
                started = started or too_large is None
            if too_large is None:
                await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            await self._say(error, scope, receive, send)
        else:
            if too_large is not None:
                await self._say(too_large, scope, receive, send)

    async def _say(self, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        response = await anyio.to_thread.run_sync(self.answer, Request(scope, receive), error)
        await response(scope, receive, send)


def _is_ours(message: Message) -> bool:
    kinds = [value for name, value in message["headers"] if name == b"content-type"]
    return not any(kind.startswith(b"text/plain") for kind in kinds)
