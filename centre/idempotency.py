"""Idempotency keys: responses stored for a day, so that a repeated request acts once (重复提交)."""

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import JSON, ColumnElement, LargeBinary, String, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.errors import Refusal
from centre.jobs import job
from centre.permissions import Scope
from centre.tables import Base, Instant
from centre.translation import N_

KEPT_FOR = timedelta(hours=24)


class KeyReused(Refusal):
    """The idempotency key was used before with other content."""

    code = "key-reused"
    status = 422
    message = N_("这份表单已经提交过，内容却不同；请重新打开页面再填")


class KeptAnswer(Base):
    """The response to a request with an idempotency key; stored in the transaction of the request (已答复的请求)."""

    __table_args__ = (UniqueConstraint("owner", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=0)
    headers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    body: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    made_at: Mapped[datetime] = mapped_column(Instant, default=clock.now, index=True)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """An owner sees its own keys; no page lists them."""
        return cls.owner == owner_of(scope.account_id) if scope.account_id else cls.owner.like("visitor:%")


def owner_of(account_id: int | None, visitor: str = "") -> str:
    """The owner of keys: an account, or a visitor identified by address."""
    if account_id is not None:
        return f"account:{account_id}"
    return f"visitor:{sha256(visitor.encode()).hexdigest()}" if visitor else "visitor:"


def claim(session: Session, *, owner: str, key: str, fingerprint: str) -> KeptAnswer | None:
    """Claim a key first in a transaction; returns None for a new key, otherwise the stored response.

    A concurrent request with the same key waits here for the first one. Raises KeyReused for other content.
    """
    answer = KeptAnswer(owner=owner, key=key, fingerprint=fingerprint)
    try:
        with session.begin_nested():
            session.add(answer)
    except IntegrityError:
        given = session.scalars(select(KeptAnswer).where(KeptAnswer.owner == owner, KeptAnswer.key == key)).one()
        if given.fingerprint != fingerprint:
            raise KeyReused(field="Idempotency-Key") from None
        return given
    return None


def keep(session: Session, *, owner: str, key: str, status: int, headers: dict[str, str], body: bytes) -> None:
    """Store the response with the claimed key."""
    kept = session.scalars(select(KeptAnswer).where(KeptAnswer.owner == owner, KeptAnswer.key == key)).one()
    kept.status, kept.headers, kept.body = status, headers, body


@job("forget-kept-answers", every=timedelta(hours=1))
def forget_old(session: Session) -> None:
    """Delete stored responses after a day."""
    session.execute(delete(KeptAnswer).where(KeptAnswer.made_at < clock.now() - KEPT_FOR))
