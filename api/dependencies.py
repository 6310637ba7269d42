"""One request, one thread hop, one transaction: authentication, permission, and a response sent after the commit."""

import functools
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from enum import Enum
from hashlib import sha256
from typing import Annotated, Any, Protocol, TypeVar, get_type_hints

from fastapi import Depends
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from sqlalchemy.exc import DBAPIError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from api.quick import PassingRoute, QuickRoute
from api.security import CSRF_HEADER, FORM_KINDS, SESSION_COOKIE, check_origin, check_token
from centre import accounts, audit, idempotency
from centre.database import may_retry, open_session
from centre.errors import Forbidden, NotSignedIn
from centre.keys import require_right_keys
from centre.permissions import Actor, Permission
from centre.scopes import ScopedSession
from centre.settings import settings
from centre.translation import LOCALES, best_locale

PREFIX = "/api/v1"
FEEDS = (".ics", ".atom")
"""How the addresses of feeds end: they are read by programs, and so are their errors."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TRIES = 4
KEPT_HEADERS = ("location", "content-type")
LANGUAGE_COOKIE = "gq_lang"
RECOGNISED = "gangqiao.visitor"
REFUSAL_SECONDS, MOST_NOTED = 60.0, 10_000

_noted: dict[tuple[int | None, str, str], float] = {}


class Access(Enum):
    """Access without a permission: public, or for everybody who is signed in."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"


PUBLIC, SIGNED_IN = Access.PUBLIC, Access.SIGNED_IN

Allow = Permission | Access

Handler = TypeVar("Handler", bound=Callable[..., Any])


class Decorator(Protocol):
    """Registers a handler and returns it unchanged."""

    def __call__(self, endpoint: Handler, /) -> Handler: ...


class UnitOfWork:
    """What a handler works with: the session, the actor, the reader's language and, for pages, the form."""

    def __init__(self, request: Request, body: bytes, form: FormData | None) -> None:
        self.request = request
        self.form = form
        self.locale = reader_locale(request)
        self.visitor: accounts.Visitor | None = None
        self.prepared: Any = None
        """The result of the route's `before`, which runs outside the transaction."""
        self.headers: dict[str, str] = {}
        """What the handler says in the head of its response: the version of what it shows, the page that follows."""
        self._body = body

    @functools.cached_property
    def session(self) -> ScopedSession:
        """The database session of the request; for reads it is opened on first use."""
        return self._opened.enter_context(open_session(self.actor.scope))

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One attempt at a read; its session is closed at the end."""
        with ExitStack() as self._opened:
            try:
                yield
            finally:
                vars(self).pop("session", None)

    @property
    def actor(self) -> Actor:
        """The actor behind the request."""
        return self.visitor.actor if self.visitor else Actor.public()

    @property
    def content(self) -> bytes:
        """The raw body, for files that are sent without a form."""
        return self._body

    @property
    def csrf_token(self) -> str:
        """The CSRF token of this session; empty for visitors, who are protected by the Origin check alone."""
        return self.visitor.csrf_token if self.visitor else ""

    def recognise(self, *, forgiving: bool = False) -> None:
        """Authenticate the request; with `forgiving` a reader counts as a visitor when the database is down.

        The page that explains a refusal takes over who was recognised before it. A request with an API token is the
        token's alone, whatever cookies it carries. Raises NotSignedIn for a token that opens nothing.
        """
        if forgiving and RECOGNISED in self.request.scope:
            self.visitor = self.request.scope[RECOGNISED]
            return
        scheme, _, given = self.request.headers.get("authorization", "").partition(" ")
        is_bearer = scheme.lower() == "bearer"
        token = given.strip() if is_bearer else self.request.cookies.get(SESSION_COOKIE, "")
        if not token and not is_bearer:
            return
        everything = Actor.system().scope
        try:
            with open_session(everything) as session:
                self.visitor = (accounts.bearer if is_bearer else accounts.visitor)(session, token)
            if self.visitor and self.visitor.is_stale and not forgiving:
                with open_session(everything, write=True) as session:
                    (accounts.note_use if is_bearer else accounts.keep_alive)(session, token)
        except DBAPIError:
            if not forgiving:
                raise
        if is_bearer and not forgiving and (self.visitor is None or not self.request.url.path.startswith("/api/")):
            raise NotSignedIn
        self.request.scope[RECOGNISED] = self.visitor

    def new_key(self) -> str:
        """A fresh idempotency key for one form, so that submitting it twice acts once."""
        return secrets.token_urlsafe(18)

    @property
    def key(self) -> str:
        """The idempotency key of the request, or None."""
        given = self.request.headers.get("idempotency-key") or (self.form.get("_key") if self.form else "")
        return str(given or "")[:255]

    @property
    def owner(self) -> str:
        """The owner of the idempotency key."""
        host = self.request.client.host if self.request.client else "local"
        return idempotency.owner_of(self.actor.account_id, host)

    def fingerprint(self) -> str:
        """A fingerprint of the request, without the parts that change between retries."""
        mixed = sha256(f"{self.request.method} {self.request.url.path}?{self.request.url.query}\n".encode())
        if self.form is None:
            mixed.update(self._body)
        else:
            for name, value in self.form.multi_items():
                content = value if isinstance(value, str) else value.file.read()
                if not isinstance(value, str):
                    value.file.seek(0)
                if name != "_csrf":
                    mixed.update(f"{name}=".encode() + (content.encode() if isinstance(content, str) else content))
        return mixed.hexdigest()


def reader_locale(request: Request) -> str:
    """The reader's language: from the query, a cookie, or the browser's preference."""
    for wish in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wish in LOCALES:
            return wish
    return best_locale(request.headers.get("accept-language", ""))


async def _unit(request: Request) -> AsyncIterator[UnitOfWork]:
    body, form = b"", None
    if request.method not in SAFE:
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
            form = await request.form(max_files=4, max_fields=1000, max_part_size=settings().body_limit)
        else:
            body = await request.body()
    try:
        yield UnitOfWork(request, body, form)
    finally:
        if form is not None:
            await form.close()


Unit = Annotated[UnitOfWork, Depends(_unit)]


def _admit(unit: UnitOfWork, allow: Allow) -> None:
    by_token = unit.visitor is not None and unit.visitor.by_token  # browsers never send it on their own
    try:
        if unit.request.method not in SAFE and not by_token:
            check_origin(unit.request, signed_in=unit.actor.signed_in)
            if unit.actor.signed_in and _needs_token(unit):
                given = unit.form.get("_csrf", "") if unit.form is not None else ""
                check_token(unit.csrf_token, str(given or unit.request.headers.get(CSRF_HEADER, "")))
        if allow is PUBLIC:
            return
        if not unit.actor.signed_in:
            raise NotSignedIn
        if isinstance(allow, Permission) and not unit.actor.may(allow):
            raise Forbidden(permission=allow.value)
    except Forbidden as refusal:
        _note_refusal(unit, refusal)
        raise


def _needs_token(unit: UnitOfWork) -> bool:
    """Whether a request must carry its session's token: all to pages, and to the API whatever a form could send."""
    kind = unit.request.headers.get("content-type", "").split(";")[0].strip().lower()
    return kind in FORM_KINDS or not unit.request.url.path.startswith("/api/")


def _note_refusal(unit: UnitOfWork, refusal: Forbidden) -> None:
    """Log a refused access of an account; rate-limited for each address and process."""
    route = unit.request.scope.get("route")
    key = (unit.actor.account_id, str(getattr(route, "path", "")), refusal.code)
    now = time.monotonic()
    if unit.actor.account_id is None or now - _noted.get(key, -REFUSAL_SECONDS) < REFUSAL_SECONDS:
        return
    if len(_noted) > MOST_NOTED:
        _noted.clear()
    _noted[key] = now
    with suppress(DBAPIError), open_session(Actor.system().scope, write=True) as session:
        detail = {"method": unit.request.method, "path": key[1], "code": refusal.code}
        audit.note(session, unit.actor, action="access.refused", subject=f"account:{key[0]}", detail=detail)


class _Refused(Exception):
    """Carries an error response out of the transaction, which is rolled back."""

    def __init__(self, response: Response) -> None:
        self.response = response


class Routes:
    """Routes that declare their access and run as one unit of work; the application takes `.entries`."""

    def __init__(
        self, *, prefix: str = "", tags: Sequence[str] = (), versioned: bool = True, pages: bool = False
    ) -> None:
        self.entries: list[APIRoute] = []
        self._prefix = PREFIX + prefix if versioned and not pages else prefix
        self._tags, self._pages = list(tags), pages

    def get(self, path: str, **options: Any) -> Decorator:
        """Register a read."""
        return self._entry("GET", path, options)

    def post(self, path: str, **options: Any) -> Decorator:
        """Register an action; repeated with the same idempotency key it runs once."""
        return self._entry("POST", path, options)

    def put(self, path: str, **options: Any) -> Decorator:
        """Register a replacement."""
        return self._entry("PUT", path, options)

    def delete(self, path: str, **options: Any) -> Decorator:
        """Register a removal."""
        return self._entry("DELETE", path, options)

    def _entry(self, method: str, path: str, options: dict[str, Any]) -> Decorator:
        """`allow` is obligatory, `upload=True` raises the body limit, `keep=False` keeps no answer under the key.

        `before` is called with the handler's arguments before the transaction begins, for slow work such as reading a
        spreadsheet; what it gives is `unit.prepared`. While `is_quick` says so, a read for visitors needs no thread.
        """
        allow: Allow = options.pop("allow")
        limit = settings().upload_limit if options.pop("upload", False) else settings().body_limit
        keep: bool = options.pop("keep", True)
        before: Callable[..., Any] | None = options.pop("before", None)
        is_quick: Callable[[], bool] | None = options.pop("is_quick", None)
        extra = {"x-allow": allow.value} | options.pop("openapi_extra", {})
        if self._pages:
            options["response_model"] = None

        def register(endpoint: Handler) -> Handler:
            status_code = options.get("status_code") or 200
            name = _name_of_unit(endpoint)
            working = _working(endpoint, name, allow, keep=keep, before=before, status_code=status_code)
            declared: dict[str, Any] = {
                "methods": [method],
                "tags": self._tags,
                "include_in_schema": not self._pages,
                "openapi_extra": extra,
                "max_body_size": limit,
                "generate_unique_id_function": _operation,
            }
            if is_quick is None:
                route: APIRoute = PassingRoute(self._prefix + path, working, **declared, **options)
            else:
                quickly = functools.partial(_quickly, working, name)
                route = QuickRoute(
                    self._prefix + path, working, quickly=quickly, is_quick=is_quick, **declared, **options
                )
            self.entries.append(route)
            return endpoint

        return register


def _operation(route: APIRoute) -> str:
    return f"{'_'.join(str(tag) for tag in route.tags)}_{route.name}"


def Pages(prefix: str = "") -> Routes:  # noqa: N802
    """Routes for people: HTML, not part of the API's description."""
    return Routes(prefix=prefix, pages=True)


def _working(
    endpoint: Callable[..., Any],
    name: str,
    allow: Allow,
    *,
    keep: bool,
    before: Callable[..., Any] | None,
    status_code: int,
) -> Callable[..., Any]:
    """Wrap a handler into a unit of work, which runs in one thread and commits before the response."""

    @functools.cache
    def adapter() -> TypeAdapter[Any]:
        return TypeAdapter(get_type_hints(endpoint).get("return", Any))  # on the first response, not at start-up

    def answer(unit: UnitOfWork, value: Any) -> Response:
        if isinstance(value, Response):
            return value
        if value is None:
            return Response(status_code=204)
        return Response(adapter().dump_json(value, by_alias=True), status_code, unit.headers, "application/json")

    @functools.wraps(endpoint)
    def run(**arguments: Any) -> Response:
        unit: UnitOfWork = arguments[name]
        unit.recognise()
        _admit(unit, allow)
        if unit.request.method not in SAFE:
            require_right_keys()
        unit.prepared = before(**arguments) if before is not None else None
        for attempt in range(TRIES):
            try:
                return _transact(unit, lambda: answer(unit, endpoint(**arguments)), keep=keep)
            except _Refused as refused:
                return refused.response
            except DBAPIError as error:
                if attempt == TRIES - 1 or not may_retry(error):
                    raise
        raise AssertionError("unreachable")

    run.__allow__ = allow  # type: ignore[attr-defined]
    return run


def _name_of_unit(endpoint: Callable[..., Any]) -> str:
    return next(name for name, hint in endpoint.__annotations__.items() if hint is Unit)


def _quickly(working: Callable[..., Response], name: str, request: Request, arguments: dict[str, Any]) -> Response:
    return working(**{name: UnitOfWork(request, b"", None)}, **arguments)


def _transact(unit: UnitOfWork, handle: Callable[[], Response], *, keep: bool) -> Response:
    if unit.request.method in SAFE:
        with unit.reading():
            return _settled(handle())
    with open_session(unit.actor.scope, write=True) as session:
        unit.session = session
        if not (keep and unit.key):
            return _settled(handle())
        given = idempotency.claim(session, owner=unit.owner, key=unit.key, fingerprint=unit.fingerprint())
        if given is not None:
            return Response(given.body, given.status, given.headers)
        response = _settled(handle())
        headers = {key: response.headers[key] for key in KEPT_HEADERS if key in response.headers}
        idempotency.keep(
            session,
            owner=unit.owner,
            key=unit.key,
            status=response.status_code,
            headers=headers,
            body=bytes(response.body),
        )
        return response


def _settled(response: Response) -> Response:
    if response.status_code >= 400:
        raise _Refused(response)
    return response
