"""Versions of records: what a reader saw, and the refusal of an edit that would overwrite somebody else's (版本)."""

from api.dependencies import UnitOfWork
from centre.errors import Refusal
from centre.tables import Record
from centre.translation import N_

FIELD = "_version"
"""The hidden field of a form that carries the version of the record it edits."""


class StaleEdit(Refusal):
    """The record is no longer the version that the reader edited (RFC 9110, 13.1.1: If-Match)."""

    code = "stale-edit"
    status = 412
    message = N_("您打开以后，别人改过这条记录，您的修改没有保存。请核对现在的内容，再保存一次")


def tell_version(unit: UnitOfWork, record: Record) -> None:
    """Send the record's version as the ETag of the response."""
    unit.etag = _etag(record)


def expect_version(unit: UnitOfWork, record: Record) -> None:
    """Refuse the edit when the request names another version than the record has now. Raises StaleEdit.

    The API names it with If-Match, a form with a hidden field; a request that names none is not compared.
    """
    form = unit.form.get(FIELD, "") if unit.form else ""
    named = unit.request.headers.get("if-match") or str(form)
    wanted = {part.strip().removeprefix("W/").strip('"') for part in named.split(",") if part.strip()}
    if wanted and "*" not in wanted and str(record.version) not in wanted:
        raise StaleEdit


def _etag(record: Record) -> str:
    return f'"{record.version}"'
