"""Queue numbers at the counter: drawn one after another each day, called in order to a window (排队叫号)."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy import CheckConstraint, UniqueConstraint, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.drafts import Draft
from centre.errors import Conflict, Forbidden
from centre.permissions import Actor, Permission, require
from centre.tables import Instant, OfCentre, Record
from centre.translation import N_


class NobodyWaits(Conflict):
    """No number of today is waiting."""

    code = "queue-empty"
    message = N_("现在没有人在等")


class WindowDraft(Draft):
    """The window that calls (窗口号)."""

    window: Annotated[int, Field(ge=1, le=99)] = 1


class QueueNumber(OfCentre, Record):
    """A number drawn at a centre on a day, without a name (排队号)."""

    __table_args__ = (
        UniqueConstraint("centre_id", "day", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("(called_at IS NULL) = (at_window IS NULL)", name="called"),
    )

    day: Mapped[date]
    number: Mapped[int]
    called_at: Mapped[datetime | None] = mapped_column(Instant)
    at_window: Mapped[int | None]


def waiting(session: Session, centre_id: int | None) -> list[QueueNumber]:
    """The numbers of today that have not been called, in their order."""
    today = select(QueueNumber).where(QueueNumber.centre_id == centre_id, QueueNumber.day == clock.today())
    return list(session.scalars(today.where(QueueNumber.called_at.is_(None)).order_by(QueueNumber.number)))


def called(session: Session, centre_id: int | None, *, limit: int = 6) -> list[QueueNumber]:
    """The numbers called last, the latest first."""
    today = select(QueueNumber).where(QueueNumber.centre_id == centre_id, QueueNumber.day == clock.today())
    last = today.where(QueueNumber.called_at.is_not(None)).order_by(QueueNumber.called_at.desc(), QueueNumber.id.desc())
    return list(session.scalars(last.limit(limit)))


def draw_number(session: Session, actor: Actor) -> QueueNumber:
    """Draw the next number of the day; the loser of a race for a number draws the next one. Raises Forbidden."""
    require(actor, Permission.WORK_AT_DESK)
    if actor.centre_id is None:
        raise Forbidden(permission=Permission.WORK_AT_DESK.value)
    highest = select(func.max(QueueNumber.number)).where(
        QueueNumber.centre_id == actor.centre_id, QueueNumber.day == clock.today()
    )
    while True:
        ticket = QueueNumber(centre_id=actor.centre_id, day=clock.today(), number=(session.scalar(highest) or 0) + 1)
        try:
            with session.begin_nested():
                session.add(ticket)
        except IntegrityError:
            continue
        return ticket


def call_next(session: Session, actor: Actor, *, draft: WindowDraft) -> QueueNumber:
    """Call the number that has waited longest to a window, each once. Raises NobodyWaits."""
    require(actor, Permission.WORK_AT_DESK)
    for ticket in waiting(session, actor.centre_id):
        taken = session.execute(
            update(QueueNumber)
            .where(QueueNumber.id == ticket.id, QueueNumber.called_at.is_(None))
            .values(called_at=clock.now(), at_window=draft.window, version=QueueNumber.version + 1)
            .execution_options(synchronize_session="fetch")
        )
        if getattr(taken, "rowcount", 0):
            return ticket
    raise NobodyWaits
