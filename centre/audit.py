"""The audit log: who did what to which record, chained by hashes so that no entry can vanish unseen (操作记录)."""

import hashlib
import json
import re
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, false, select, true, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.permissions import Actor, Scope
from centre.tables import Base, Instant

GENESIS = "0" * 64

_ANCHOR = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


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


@dataclass(frozen=True, slots=True)
class Anchor:
    """The length and the last digest of the chain on one day, kept outside the database (链头凭证)."""

    length: int
    digest: str

    @classmethod
    def read(cls, written: str) -> "Anchor":
        """Read what `str` wrote. Raises ValueError."""
        parts = _ANCHOR.fullmatch(written.strip())
        if parts is None:
            raise ValueError(written)
        return cls(int(parts[1]), parts[2])

    def __str__(self) -> str:
        return f"{self.length}:{self.digest}"


def anchor(session: Session) -> Anchor:
    """The current head of the chain, to be stored where nobody who runs the database can change it."""
    head = session.scalar(select(AuditHead).where(AuditHead.id == 1))
    return Anchor(head.length, head.digest) if head else Anchor(0, GENESIS)


def first_fault(session: Session, kept: Anchor | None = None) -> int | None:
    """The number of the first entry that was changed, moved or removed; None when the chain is whole.

    The owner of the database can cut off the tail and write a new head: only an anchor `kept` elsewhere shows that.
    """
    previous, expected = GENESIS, 1
    if kept is not None and kept.length == 0 and kept.digest != GENESIS:
        return 1
    in_order = select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)
    with closing(session.scalars(in_order)) as entries:
        for entry in entries:
            if entry.id != expected or entry.previous != previous or entry.digest != digest(entry):
                return expected
            if kept is not None and entry.id == kept.length and entry.digest != kept.digest:
                return expected
            previous, expected = entry.digest, expected + 1
    if kept is not None and kept.length >= expected:
        return expected
    return None if anchor(session) == Anchor(expected - 1, previous) else expected
