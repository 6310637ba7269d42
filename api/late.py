"""Routes that are worked out when they are first asked for, and the short way of quick reads past threads (路由)."""

import functools
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from fastapi.dependencies.utils import request_params_to_args
from fastapi.routing import APIRoute
from pydantic.warnings import UnsupportedFieldAttributeWarning
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route, compile_path
from starlette.types import Receive, Scope, Send

from api.security import SESSION_COOKIE

_COOKIE = SESSION_COOKIE.encode()
_LONG_WAY = frozenset({b"authorization", b"content-length", b"transfer-encoding"})
_COMPILED = ("path_regex", "path_format", "param_convertors")

Quickly = Callable[[Request, dict[str, Any]], Response]


class LateRoute(Route):
    """A route that FastAPI works out when it is first asked for: three hundred at once were a fifth of the start.

    While `is_quick` says so, requests that bring neither account nor body are answered by `quickly` on the event loop:
    to hand a read of half a millisecond to a thread and back costs as much again. Whatever is not in order with a
    request takes the usual way, which knows how to say so.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        methods: list[str],
        *,
        quickly: Quickly,
        is_quick: Callable[[], bool] | None,
        **options: Any,
    ) -> None:
        if is_quick is not None and "{" in path:
            raise ValueError(f"{path}: quick reads take nothing out of their path")
        # Not Starlette's own start: it compiles each address, and adds HEAD to GET.
        self.path, self.endpoint, self.name = path, endpoint, endpoint.__name__
        self.methods = set(methods)
        self.include_in_schema = options["include_in_schema"]
        self._options = options
        self._head = path.partition("{")[0]
        self._quickly, self._is_quick = quickly, is_quick

    def __getattr__(self, name: str) -> Any:
        if name not in _COMPILED:
            raise AttributeError(name)
        self.path_regex, self.path_format, self.param_convertors = compile_path(self.path)
        return getattr(self, name)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for this route; its address is compiled when a request first begins like it."""
        if not scope.get("root_path") and not scope.get("path", "").startswith(self._head):
            return Match.NONE, {}
        return super().matches(scope)

    @functools.cached_property
    def worked_out(self) -> APIRoute:
        """The route with its parameters, its body and its answer."""
        route = APIRoute(self.path, self.endpoint, methods=sorted(self.methods or ()), **self._options)
        # Models are built late, too, and FastAPI hides what pydantic says of its fields only while it makes them.
        with warnings.catch_warnings(action="ignore", category=UnsupportedFieldAttributeWarning):
            for field in (route.body_field, route.response_field):
                if field is not None:
                    field.validate({})
        return route

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        route = scope["route"] = self.worked_out
        if self._is_quick is not None and self._is_quick() and _is_plain(scope, self):
            request = Request(scope, receive)
            arguments = self._arguments(request.query_params)
            if arguments is not None:
                await self._quickly(request, arguments)(scope, receive, send)
                return
        await route.handle(scope, receive, send)

    @functools.cached_property
    def _omitted(self) -> dict[str, Any]:
        fields = self.worked_out.dependant.query_params
        return {field.name: field.default for field in fields if not field.field_info.is_required()}

    def _arguments(self, query: QueryParams) -> dict[str, Any] | None:
        """The handler's arguments out of the query, as FastAPI reads them; None when one is missing or wrong."""
        fields = self.worked_out.dependant.query_params
        values, errors = request_params_to_args([field for field in fields if field.alias in query], query)
        found = {**self._omitted, **values}
        return found if not errors and len(found) == len(fields) else None


def worked_out(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """The routes as FastAPI knows them, for whoever describes or reads all of them."""
    return [route.worked_out if isinstance(route, LateRoute) else route for route in routes]


def _is_plain(scope: Scope, route: Route) -> bool:
    """Whether a request has the route's method and brings nothing but an address: no account, no token, no body."""
    return scope["method"] in (route.methods or ()) and not any(
        name in _LONG_WAY or (name == b"cookie" and _COOKIE in value) for name, value in scope["headers"]
    )
