"""Messages that leave in the same transaction as what they tell of, and are delivered afterwards (发件箱)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, LargeBinary, String, false, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock, privacy
from centre.bulk_writes import insert_rows
from centre.permissions import Scope
from centre.tables import Instant, Record, coded
from centre.translation import N_

# A code for a telephone without an account is written like any other, so that writing it takes as long (R21).
SIGN_IN_CODE = "sign-in-code"


class Delivery(StrEnum):
    """What has become of a message outside the pages (投递状态)."""

    WAITING = "waiting"
    SENT = "sent"
    INBOX = "inbox"
    EXPIRED = "expired"
    DEAD = "dead"


DELIVERY_LABELS = {
    Delivery.WAITING: N_("等待发送"),
    Delivery.SENT: N_("已发出"),
    Delivery.INBOX: N_("只在站内"),
    Delivery.EXPIRED: N_("过时未发"),
    Delivery.DEAD: N_("发送失败"),
}


class Message(Record):
    """A message to a person or an account, kept until it is delivered and afterwards as their inbox (消息).

    Written for others by its nature: the caller tells those whom it concerns.
    """

    written_for_others = True

    __table_args__ = (
        CheckConstraint(
            f"person_id IS NOT NULL OR account_id IS NOT NULL OR kind = '{SIGN_IN_CODE}'", name="addressee"
        ),
        Index("ix_message_due", "delivery", "due_at"),
    )

    kind: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(String(2000), default="")
    link: Mapped[str] = mapped_column(String(200), default="")
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    due_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    delivery: Mapped[Delivery] = mapped_column(coded(Delivery), default=Delivery.WAITING)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(200), default="")

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Everybody reads the messages to themselves."""
        mine = [cls.account_id == scope.account_id] if scope.account_id else []
        if scope.person_id:
            mine.append(cls.person_id == scope.person_id)
        return or_(false(), *mine)

    @property
    def address(self) -> str:
        """The telephone that the message was posted to, in clear; empty when it is to be looked up, or is gone."""
        return privacy.unseal_own(address_place(self.dedupe_key), self.address_sealed) if self.address_sealed else ""


def address_place(dedupe_key: str) -> str:
    """What a message's sealed address is bound to."""
    return f"message:{dedupe_key}:address"


def post(
    session: Session,
    *,
    kind: str,
    title: str,
    dedupe_key: str,
    body: str = "",
    link: str = "",
    to_person_id: int | None = None,
    to_account_id: int | None = None,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    to_phone: str | None = None,
) -> None:
    """Put a message into the outbox; a second one with the same `dedupe_key` is the same message and is dropped.

    Without `to_phone` it goes to the telephone on file of the person, and to an account's pages only; after
    `expires_at` it is no longer sent. Codes go to `to_phone`, whoever owns it; with an empty one the message is written
    and never delivered, since writing it must take as long.
    """
    waiting = any(isinstance(new, Message) and new.dedupe_key == dedupe_key for new in session.new)
    if waiting or session.scalar(select(Message.id).where(Message.dedupe_key == dedupe_key)) is not None:
        return
    session.add(
        Message(
            kind=kind,
            title=title,
            body=body,
            link=link,
            person_id=to_person_id,
            account_id=to_account_id,
            dedupe_key=dedupe_key,
            due_at=due_at or clock.now(),
            expires_at=expires_at,
            address_sealed=None if to_phone is None else privacy.seal_own(address_place(dedupe_key), to_phone),
        )
    )


def post_all(session: Session, messages: Sequence[Mapping[str, Any]]) -> None:
    """Put many messages into the outbox at once: rows of `Message` whose `dedupe_key` is new."""
    insert_rows(session, Message, [{"due_at": clock.now(), **message} for message in messages])
