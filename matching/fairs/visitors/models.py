"""Tables of visitors."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey, Index, String, UniqueConstraint, case
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from centre import clock
from centre.tables import Instant, OfCentre, Record, coded
from employers.fairs.models import Fair
from matching.fairs.visitors.rules import MOST_PLACES, TicketSource


class FairDoor(OfCentre, Record):
    """The door of a fair: places, people inside at most, gates, what to ask (入场设置).

    `places` is 0 while the number of tickets is not limited.
    """

    __table_args__ = (
        CheckConstraint("taken >= 0 AND (places = 0 OR taken <= places)", name="taken"),
        UniqueConstraint("fair_id"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    places: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)
    inside_limit: Mapped[int | None]
    early_minutes: Mapped[int] = mapped_column(default=30)
    question: Mapped[str] = mapped_column(String(200), default="")
    gates: Mapped[list[str]] = mapped_column(JSON, default=list)

    @hybrid_property
    def places_or_more(self) -> int:
        """The number of tickets that can be given out; without a limit, as many as anybody asks for."""
        return self.places or MOST_PLACES

    @places_or_more.inplace.expression
    @classmethod
    def _places_or_more(cls) -> ColumnElement[int]:
        return case((cls.places == 0, MOST_PLACES), else_=cls.places)


class Visitor(OfCentre, Record):
    """A ticket to a fair, for a visitor with or without an account (求职者入场登记, 入场券).

    Only `subject`, a digest of the code, is on the devices at the gates. A visitor without an account may leave the
    name empty; it is blanked a month after the fair.
    """

    __table_args__ = (UniqueConstraint("fair_id", "person_id"), Index("ix_visitor_roll", "fair_id", "id"))

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    fair: Mapped[Fair] = relationship(lazy="raise")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    subject: Mapped[str] = mapped_column(String(32), unique=True)
    worker_name: Mapped[str] = mapped_column(String(50), default="")
    heads: Mapped[int] = mapped_column(default=1)
    source: Mapped[TicketSource] = mapped_column(coded(TicketSource))
    ban: Mapped[str] = mapped_column(String(200), default="")
    question: Mapped[str] = mapped_column(String(200), default="")
    registered_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
