"""Versions of records: what a reader saw, and the refusal of an edit that would overwrite somebody else's (版本)."""

from api.dependencies import UnitOfWork
from centre.errors import Refusal
from centre.tables import Record
from centre.translation import N_

FIELD = "_version"
"""The hidden field of a form that carries the version of what it shows (web.forms)."""


class StaleEdit(Refusal):
    """The record is no longer the version that the reader edited (RFC 9110, 13.1.1: If-Match)."""

    code = "stale-edit"
    status = 412
    message = N_("您打开以后，别人改过这条记录，您的修改没有保存。请核对现在的内容，再保存一次")


def tell_version(unit: UnitOfWork, record: Record) -> None:
    """Send the record's version as the ETag of the response."""
    unit.etag = _etag(record)


def expect_version(unit: UnitOfWork, record: Record) -> None:
    """Refuse the edit when If-Match names another version than the record has now. Raises StaleEdit.

    A request that names none is not compared.
    """
    expect_mark(unit, str(record.version))


def tell_mark(unit: UnitOfWork, mark: str) -> None:
    """Send the version of a response that shows several records together as its ETag."""
    unit.etag = f'"{mark}"'


def expect_mark(unit: UnitOfWork, mark: str) -> None:
    """Refuse the edit of several records together when If-Match names another version. Raises StaleEdit."""
    named = unit.request.headers.get("if-match", "")
    wanted = {part.strip().removeprefix("W/").strip('"') for part in named.split(",") if part.strip()}
    if wanted and "*" not in wanted and mark not in wanted:
        raise StaleEdit


def mark_of(*records: Record | None) -> str:
    """One version for several records, some of which may not be there yet."""
    return "-".join(str(record.version) if record else "0" for record in records)


def _etag(record: Record) -> str:
    return f'"{record.version}"'
