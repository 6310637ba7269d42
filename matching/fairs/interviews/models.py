"""Tables of interview timetables."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from centre.tables import Instant, OfCentre, Record
from employers.fairs.models import Booth
from matching.fairs.visitors.models import Visitor


class InterviewDay(OfCentre, Record):
    """The conditions of a fair's interview timetable, and what became of the last plan (面谈排期).

    Slots are numbered from the start of the fair. `released` is the plan of the last release, as triples of ticket,
    panel and slot: the next release is compared with it. `ended` has the released interviews that ended since, as
    ticket, booth, slot and the revision that ended them. `panels` has, by booth, its tables, first and last slot.
    """

    __table_args__ = (
        UniqueConstraint("fair_id"),
        CheckConstraint("slot_minutes BETWEEN 5 AND 120", name="slot_minutes"),
        CheckConstraint("reserve BETWEEN 0 AND 90", name="reserve"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    slot_minutes: Mapped[int] = mapped_column(default=15)
    gap: Mapped[int] = mapped_column(default=1)
    most: Mapped[int] = mapped_column(default=3)
    reserve: Mapped[int] = mapped_column(default=15)
    breaks: Mapped[list[int]] = mapped_column(JSON, default=list)
    panels: Mapped[dict[str, list[int]]] = mapped_column(JSON, default=dict)
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    planned_at: Mapped[datetime | None] = mapped_column(Instant)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    released: Mapped[list[list[int]]] = mapped_column(JSON, default=list)
    ended: Mapped[list[list[int]]] = mapped_column(JSON, default=list)
    revision: Mapped[int] = mapped_column(default=0)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class InterviewGuest(OfCentre, Record):
    """With whom a visitor would like to talk, and when the visitor can come (面谈意愿)."""

    __table_args__ = (CheckConstraint("from_slot <= until_slot", name="slots"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), index=True)
    visitor_id: Mapped[int] = mapped_column(ForeignKey("visitor.id"), unique=True)
    visitor: Mapped[Visitor] = relationship(lazy="raise")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    booth_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    from_slot: Mapped[int] = mapped_column(default=0)
    until_slot: Mapped[int] = mapped_column(default=999)


class BookedInterview(OfCentre, Record):
    """One interview of the timetable: a visitor, a booth, a table there, a slot (面谈安排).

    The employer sees the name that stands on the ticket, never more.
    """

    __table_args__ = (
        UniqueConstraint("booth_id", "panel", "slot"),
        UniqueConstraint("visitor_id", "slot"),
        UniqueConstraint("visitor_id", "booth_id"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), index=True)
    booth_id: Mapped[int] = mapped_column(ForeignKey("booth.id"))
    booth: Mapped[Booth] = relationship(lazy="raise")
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    visitor_id: Mapped[int] = mapped_column(ForeignKey("visitor.id"))
    visitor: Mapped[Visitor] = relationship(lazy="raise")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    worker_name: Mapped[str] = mapped_column(String(50), default="")
    panel: Mapped[int]
    slot: Mapped[int]
    pinned: Mapped[bool] = mapped_column(default=False)
