"""Refusals as problem+json responses (RFC 9457); `web` renders the same refusals as pages."""

import secrets
from collections.abc import Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import Field
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.dependencies import reader_locale
from api.wire import Wire
from centre.database import is_outage
from centre.drafts import problem_of
from centre.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NotSignedIn,
    OtherCentre,
    Problem,
    Refusal,
    Stale,
    TooLarge,
    TooMany,
    Unavailable,
)
from centre.key_marks import WrongKey
from centre.privacy import KeyUnusable
from centre.scopes import ForeignWrite
from centre.settings import settings
from centre.translation import N_, translate

RETRY_SECONDS = 2
BEARER = 'Bearer realm="gangqiao"'


class FieldProblem(Wire):
    """A problem with one field."""

    field: str
    code: str
    detail: str


class ProblemOut(Wire):
    """A refusal as problem details (RFC 9457); 403 names the permission that the account lacks."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = Field(default=[])
    permission: str = ""


class Unreadable(Refusal):
    """The request is malformed or wrongly encoded."""

    code = "unreadable"
    status = 400
    message = N_("请求无法读取，请检查内容后重试")


class MethodNotAllowed(Refusal):
    """The resource does not support this method."""

    code = "method-not-allowed"
    status = 405
    message = N_("这个地址不支持这种操作")


class Broken(Refusal):
    """An internal error; its number identifies the log entry."""

    code = "broken"
    status = 500
    message = N_("系统出了问题，我们已经记录。请稍后再试，或拨打热线并报编号 {number}")


SCHEMAS = "#/components/schemas/"
_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}
_HEADERS = {
    401: {"WWW-Authenticate": {"description": "The scheme that is expected", "schema": {"type": "string"}}},
    429: _RETRY_AFTER,
    503: _RETRY_AFTER,
}
RESPONSES: dict[str, dict[str, Any]] = {
    str(status): {
        "description": kind.__doc__ or "",
        "content": {"application/problem+json": {"schema": {"$ref": f"{SCHEMAS}{ProblemOut.__name__}"}}},
    } | ({"headers": _HEADERS[status]} if status in _HEADERS else {})
    for status, kind in {400: Unreadable, 401: NotSignedIn, 403: Forbidden, 404: NotFound, 409: Conflict,
                         413: TooLarge, 422: Invalid, 429: TooMany, 503: Unavailable}.items()
}  # fmt: skip


class SchemaNameTaken(RuntimeError):
    """A model of the API has the same name as a schema of the problem responses."""


def tell_problems(description: dict[str, Any]) -> dict[str, Any]:
    """Replace FastAPI's error responses in an OpenAPI description by our own. Raises SchemaNameTaken."""
    problem = ProblemOut.model_json_schema(ref_template=f"{SCHEMAS}{{model}}")
    schemas = description.setdefault("components", {}).setdefault("schemas", {})
    for fastapis_own in ("HTTPValidationError", "ValidationError"):
        schemas.pop(fastapis_own, None)
    for name, schema in {**problem.pop("$defs"), ProblemOut.__name__: problem}.items():
        if schemas.setdefault(name, schema) != schema:
            raise SchemaNameTaken(name)
    for methods in description["paths"].values():
        for operation in methods.values():
            operation["responses"] |= RESPONSES
    return description


def refusal_of(error: Exception) -> Refusal:
    """The refusal for an exception; its text never repeats the input."""
    match error:
        case Refusal():
            return error
        case RequestValidationError():
            return Invalid([problem_of(fault) for fault in error.errors()])
        case HTTPException():
            return _from_http(error)
        case KeyUnusable():
            return WrongKey()
        case StaleDataError():
            return Stale()
        case ForeignWrite():
            _log("foreign-write")
            return OtherCentre()
        case IntegrityError():
            return Conflict()
        case SQLAlchemyError() if is_outage(error):
            return Unavailable()
        case UnicodeError() | OverflowError():
            return Unreadable()
        case DBAPIError():
            return Unreadable() if "DataError" in type(error).__name__ else _broken(error)
        case _:
            return _broken(error)


def _from_http(error: HTTPException) -> Refusal:
    known: dict[int, Refusal] = {
        404: NotFound(),
        405: MethodNotAllowed(),
        413: TooLarge(limit_mb=settings().upload_limit // 1_000_000),
    }
    return known.get(error.status_code, Unreadable())


def _broken(error: Exception) -> Refusal:
    number = secrets.token_hex(4)
    # The message of an exception may hold personal data, so only its kind and place are logged.
    trace, last = error.__traceback__, None
    while trace:
        last, trace = trace, trace.tb_next
    place = f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last else ""
    _log("broken", number=number, kind=type(error).__name__, place=place)
    return Broken(number=number)


def _log(event: str, **details: str) -> None:
    import structlog  # late: it imports rich and pygments

    structlog.get_logger().error(event, **details)


def faults_of(locale: str, problems: Sequence[Problem]) -> list[FieldProblem]:
    """Problems in the reader's language."""
    return [
        FieldProblem(
            field=problem.field, code=problem.code, detail=translate(locale, problem.message, **problem.params)
        )
        for problem in problems
    ]


def detail(locale: str, refusal: Refusal) -> str:
    """The message of a refusal in the reader's language."""
    return translate(locale, refusal.message, **refusal.params)


def problem_response(request: Request, error: Exception) -> Response:
    """The problem+json response for an exception."""
    refusal, locale = refusal_of(error), reader_locale(request)
    faults = faults_of(locale, refusal.problems) if isinstance(refusal, Invalid) or refusal.field else []
    out = ProblemOut(
        type=f"/problems/{refusal.code}",
        title=refusal.code,
        status=refusal.status,
        detail=detail(locale, refusal),
        errors=faults,
        permission=str(refusal.params.get("permission", "")),
    )
    left_out = set() if out.permission else {"permission"}
    return JSONResponse(
        out.model_dump(exclude=left_out),
        refusal.status,
        headers=refusal_headers(refusal),
        media_type="application/problem+json",
    )


def refusal_headers(refusal: Refusal) -> dict[str, str]:
    """The headers of a refusal: how to sign in, or when to try again."""
    if refusal.status == 401:
        return {"www-authenticate": BEARER}
    if refusal.status == 503:
        return {"retry-after": str(RETRY_SECONDS)}
    if refusal.status == 429:
        return {"retry-after": str(refusal.params.get("retry_after", 60))}
    return {}
