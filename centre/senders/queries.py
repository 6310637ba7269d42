"""What is known of messages on their way: how many wait, which were given up, and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from centre.outbox import Delivery, Message


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up, without a word of what it says or to whom (未送达的消息)."""

    id: int
    kind: str
    created_at: datetime
    attempts: int
    last_error: str


def due_messages(now: datetime) -> Select[Message]:
    """Messages that may be sent now and that no process is at, the longest due first."""
    free = Message.claimed_until.is_(None) | (Message.claimed_until < now)
    return (
        select(Message)
        .where(Message.delivery == Delivery.WAITING, Message.due_at <= now, free)
        .order_by(Message.due_at, Message.id)
    )


def delivery_counts(session: Session) -> dict[Delivery, int]:
    """How many messages are in each state."""
    rows = session.execute(select(Message.delivery, func.count().label("number")).group_by(Message.delivery))
    return {row.delivery: row.number for row in rows}


def oldest_waiting(session: Session, now: datetime) -> datetime | None:
    """Since when the longest waiting message that is due has been due."""
    return session.scalar(
        select(func.min(Message.created_at)).where(Message.delivery == Delivery.WAITING, Message.due_at <= now)
    )


def given_up() -> Select[int, str, datetime, int, str]:
    """Messages that were given up, as the columns of a dead letter, the newest first."""
    return (
        select(Message.id, Message.kind, Message.created_at, Message.attempts, Message.last_error)
        .where(Message.delivery == Delivery.DEAD)
        .order_by(Message.id.desc())
    )


def dead_letters(session: Session, limit: int = 100) -> list[DeadLetter]:
    """Messages that were given up, the newest first."""
    return [DeadLetter(*row) for row in session.execute(given_up().limit(limit))]
