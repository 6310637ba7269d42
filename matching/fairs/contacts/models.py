"""Tables of talks and complaints."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from centre import clock
from centre.tables import Instant, OfCentre, Record, coded
from matching.fairs.contacts.rules import ComplaintKind, Outcome
from matching.fairs.visitors.models import Visitor


class BoothContact(OfCentre, Record):
    """A talk between a visitor and a booth with its outcome; one row for each pair (现场洽谈).

    A talk with somebody who showed no ticket has no visitor, and counts by itself. `sent_as` names such a talk when a
    device recorded it without network, so that a queue that is sent again adds nothing.
    """

    __table_args__ = (
        UniqueConstraint("booth_id", "visitor_id"),
        UniqueConstraint("booth_id", "sent_as"),
        Index("ix_booth_contact_fair", "fair_id", "at"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    booth_id: Mapped[int] = mapped_column(ForeignKey("booth.id"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    visitor_id: Mapped[int | None] = mapped_column(ForeignKey("visitor.id"))
    visitor: Mapped[Visitor | None] = relationship(lazy="raise")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    opening_id: Mapped[int | None] = mapped_column(ForeignKey("opening.id"))
    outcome: Mapped[Outcome] = mapped_column(coded(Outcome))
    at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    sent_as: Mapped[str | None] = mapped_column(String(80))


class FairComplaint(OfCentre, Record):
    """A complaint at a fair, and what was done about it (现场投诉)."""

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), index=True)
    booth_no: Mapped[int | None]
    kind: Mapped[ComplaintKind] = mapped_column(coded(ComplaintKind))
    text: Mapped[str] = mapped_column(String(2000))
    answer: Mapped[str] = mapped_column(String(200), default="")
    handled_at: Mapped[datetime | None] = mapped_column(Instant)
