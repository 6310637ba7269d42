"""The audit log: who did what to which record, chained by hashes so that no entry can vanish unseen (操作记录)."""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, false, select, true, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.database import Base, Instant
from centre.permissions import Actor, Scope

GENESIS = "0" * 64


class AuditEntry(Base):
    """One act by one account (操作记录).

    Written for others: those who act write it for those who audit, and never read it.
    """

    written_for_others = True

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    account_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Auditors read it through their permission; here only whole-network readers."""
        return true() if scope.all_centres else false()


class AuditHead(Base):
    """The last link of the chain; writing an entry takes it first, so entries follow one another (链头)."""

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    length: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


def note(session: Session, actor: Actor, *, action: str, subject: str, detail: dict[str, Any] | None = None) -> None:
    """Append an entry. `detail` names fields and reasons, never personal values."""
    taken = session.execute(
        update(AuditHead)
        .where(AuditHead.id == 1)
        .values(length=AuditHead.length + 1)
        .execution_options(synchronize_session=False)
    )
    if not getattr(taken, "rowcount", 0):
        session.add(AuditHead(id=1, length=1, digest=GENESIS))
        session.flush()
    head = session.scalars(select(AuditHead).where(AuditHead.id == 1).execution_options(populate_existing=True)).one()
    entry = AuditEntry(
        id=head.length,
        at=clock.now(),
        account_id=actor.account_id,
        action=action,
        subject=subject,
        detail=detail or {},
        previous=head.digest,
    )
    entry.digest = digest(entry)
    head.digest = entry.digest
    session.add(entry)
    session.flush()


def digest(entry: AuditEntry) -> str:
    """The hash that binds an entry to the one before it."""
    content = [
        entry.id,
        entry.at.isoformat(),
        entry.account_id,
        entry.action,
        entry.subject,
        entry.detail,
        entry.previous,
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def first_fault(session: Session) -> int | None:
    """The number of the first entry that was changed, moved or removed; None when the chain is whole."""
    previous, expected = GENESIS, 1
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id)):
        if entry.id != expected or entry.previous != previous or entry.digest != digest(entry):
            return expected
        previous, expected = entry.digest, expected + 1
    head = session.get(AuditHead, 1)
    length, last = (head.length, head.digest) if head else (0, GENESIS)
    return None if (length, last) == (expected - 1, previous) else expected
