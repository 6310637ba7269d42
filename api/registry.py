"""The route registry: every route with its access rule, read from the application itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from api.dependencies import Access, Allow
from api.security import SESSION_COOKIE
from centre.permissions import Permission, Role

TOKEN_SCHEME, SESSION_SCHEME = "token", "session"


class UndeclaredRoute(RuntimeError):
    """A route does not declare its access; the service does not start."""


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """One method of one route (路由), with its access rule and summary."""

    method: str
    path: str
    allow: Allow
    summary: str
    is_page: bool

    @property
    def permission(self) -> Permission | None:
        """The required permission; None when it is open to everybody or to every account."""
        return self.allow if isinstance(self.allow, Permission) else None

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that may use it."""
        return self.allow.roles if isinstance(self.allow, Permission) else frozenset(Role)


def registry(app: FastAPI) -> Iterator[RouteEntry]:
    """All routes of an application, including nested routers. Raises UndeclaredRoute.

    Only the API's own description and the static files need not declare anything: they are the same for everybody.
    """
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, Mount) or route.path == app.openapi_url:
            continue
        allow = getattr(getattr(route, "endpoint", None), "__allow__", None)
        methods = sorted(route.methods or ())
        if not isinstance(allow, Access | Permission) or not methods:
            raise UndeclaredRoute(f"{methods} {route.path}")
        summary = (route.endpoint.__doc__ or "").strip().split("\n")[0]
        for method in methods:
            yield RouteEntry(method, str(route.path), allow, summary, not route.include_in_schema)


def check_routes(app: FastAPI) -> None:
    """Refuse to start with a route that does not declare its access. Raises UndeclaredRoute."""
    for _ in registry(app):
        pass


def secure(description: dict[str, Any]) -> dict[str, Any]:
    """Add the credentials of each operation to an OpenAPI description: a session, a token, or none."""
    description.setdefault("components", {})["securitySchemes"] = {
        SESSION_SCHEME: {
            "type": "apiKey",
            "in": "cookie",
            "name": SESSION_COOKIE,
            "description": "The session of a signed-in browser; writes also need the Origin header of this service.",
        },
        TOKEN_SCHEME: {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of a school or an employer, narrowed to some permissions.",
        },
    }
    for methods in description["paths"].values():
        for operation in methods.values():
            allow = operation.get("x-allow", Access.PUBLIC.value)
            permissions = [] if allow in {access.value for access in Access} else [allow]
            opened = [{SESSION_SCHEME: permissions}, {TOKEN_SCHEME: permissions}]
            operation["security"] = [] if allow == Access.PUBLIC.value else opened
    return description
