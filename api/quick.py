"""Routes that are quick to pass by, and quick reads: answered on the event loop, without handing them to a thread
(路由)."""

import functools
from collections.abc import Callable
from typing import Any

from fastapi.dependencies.utils import request_params_to_args
from fastapi.routing import APIRoute
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from api.security import SESSION_COOKIE

_COOKIE = SESSION_COOKIE.encode()
_NEEDS_THREAD = frozenset({b"authorization", b"content-length", b"transfer-encoding"})

Quickly = Callable[[Request, dict[str, Any]], Response]


class PassingRoute(APIRoute):
    """A route that looks at the plain beginning of its path before it tries its pattern.

    Starlette tries some five hundred routes in turn, and their patterns took a millisecond of every request.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self._beginning = path.partition("{")[0]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for this route."""
        if not scope.get("root_path") and not scope["path"].startswith(self._beginning):
            return Match.NONE, {}
        return super().matches(scope)


class QuickRoute(PassingRoute):
    """A read that `quickly` answers on the event loop while `is_quick` says so and the request has no account or body.

    Handing a read of half a millisecond to a thread and back costs as much again. A request with a missing or wrong
    parameter takes FastAPI's usual way, which explains the error. Raises ValueError for a path with parameters.
    """

    def __init__(
        self, path: str, endpoint: Callable[..., Any], *, quickly: Quickly, is_quick: Callable[[], bool], **options: Any
    ) -> None:
        if "{" in path:
            raise ValueError(f"{path}: quick reads take no parameters from their path")
        super().__init__(path, endpoint, **options)
        self._quickly, self._is_quick = quickly, is_quick

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if self._is_quick() and _is_plain(scope, self):
            request = Request(scope, receive)
            arguments = self._arguments(request.query_params)
            if arguments is not None:
                await self._quickly(request, arguments)(scope, receive, send)
                return
        await super().handle(scope, receive, send)

    @functools.cached_property
    def _defaults(self) -> dict[str, Any]:
        fields = self.dependant.query_params
        return {field.name: field.default for field in fields if not field.field_info.is_required()}

    def _arguments(self, query: QueryParams) -> dict[str, Any] | None:
        """The handler's arguments from the query, as FastAPI reads them; None when one is missing or wrong."""
        fields = self.dependant.query_params
        values, errors = request_params_to_args([field for field in fields if field.alias in query], query)
        arguments = {**self._defaults, **values}
        return arguments if not errors and len(arguments) == len(fields) else None


def _is_plain(scope: Scope, route: APIRoute) -> bool:
    """Whether a request has the route's method and no account, token or body."""
    return scope["method"] in (route.methods or ()) and not any(
        name in _NEEDS_THREAD or (name == b"cookie" and _COOKIE in value) for name, value in scope["headers"]
    )
