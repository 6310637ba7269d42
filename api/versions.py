"""Versions of records: what a reader saw, and the refusal of an edit that would overwrite another user's (版本)."""

from typing import Any, Protocol

from api.dependencies import UnitOfWork
from centre.errors import Refusal
from centre.translation import N_

REPLACING = frozenset({"put", "patch"})
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag of the record as the caller read it; 412 `stale-edit` when it has changed since.",
}

FIELD = "_version"
"""The hidden field of a form that carries the version of what it shows (web.forms)."""


class Versioned(Protocol):
    """What is edited as a whole: a record, or a part of one that counts its own edits."""

    @property
    def version(self) -> int:
        """The number of its present state."""


class StaleEdit(Refusal):
    """The record is no longer the version that the reader edited (RFC 9110, 13.1.1: If-Match)."""

    code = "stale-edit"
    status = 412
    message = N_("您打开以后，别人改过这条记录，您的修改没有保存。请核对现在的内容，再保存一次")


def tell_version(unit: UnitOfWork, *records: Versioned | None) -> None:
    """Send the version of what a response shows as its ETag: one record, or several that are edited together."""
    unit.headers["etag"] = f'"{_version(records)}"'


def expect_version(unit: UnitOfWork, *records: Versioned | None) -> None:
    """Refuse the edit when If-Match names another version than the records have now. Raises StaleEdit.

    A request that names none is not compared.
    """
    named = unit.request.headers.get("if-match", "")
    wanted = {part.strip().removeprefix("W/").strip('"') for part in named.split(",") if part.strip()}
    if wanted and "*" not in wanted and _version(records) not in wanted:
        raise StaleEdit


def _version(records: tuple[Versioned | None, ...]) -> str:
    """A part that is not there yet has the version 0."""
    return "-".join(str(record.version) if record else "0" for record in records)


def tell_edits(description: dict[str, Any]) -> dict[str, Any]:
    """Add If-Match to every operation of an OpenAPI description that replaces a record."""
    for methods in description["paths"].values():
        for method, operation in methods.items():
            if method in REPLACING:
                operation.setdefault("parameters", []).append(IF_MATCH)
    return description
