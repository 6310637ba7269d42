"""The audit log: who did what to which record, newest first, never with values."""

import re
from typing import Annotated

from fastapi import Query
from sqlalchemy import select
from starlette.responses import Response

from api.dependencies import Pages, Unit
from centre.audit import AuditEntry, first_fault
from centre.drafts import BIGGEST_ID
from centre.exports.queries import names_of
from centre.permissions import Permission
from web.rendering import page

routes = Pages("/audit")

SHOWN = 50
_NUMBER = re.compile(r"[0-9]{1,15}")
Number = Annotated[int | None, Query(ge=1, le=BIGGEST_ID)]
Word = Annotated[str, Query(max_length=60)]


@routes.get("", allow=Permission.READ_AUDIT)
def log(unit: Unit, before: Number = None, account: Word = "", subject: Word = "", action: Word = "") -> Response:
    """Log entries, filtered by account, record or action; pages continue before the last entry."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(SHOWN + 1)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    if account.strip():
        number = int(account) if _NUMBER.fullmatch(account.strip()) else 0
        query = query.where(AuditEntry.account_id == number)
    if subject:
        query = query.where(AuditEntry.subject == subject)
    if action:
        query = query.where(AuditEntry.action == action)
    entries = unit.session.scalars(query).all()
    shown = entries[:SHOWN]
    return page(
        unit,
        "staff/audit/log.html",
        entries=shown,
        names=names_of(unit.session, {entry.account_id for entry in shown if entry.account_id}),
        narrowed={"account": account, "subject": subject, "action": action},
        after=shown[-1].id if len(entries) > SHOWN else None,
    )


@routes.get("/chain", allow=Permission.READ_AUDIT)
def chain(unit: Unit) -> Response:
    """Verify the hash chain from its first entry."""
    return page(unit, "staff/audit/chain.html", fault=first_fault(unit.session))
