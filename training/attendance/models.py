"""Lessons, attendance and offered seats as they are kept."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from centre.tables import Instant, OfCentre, Record, coded
from training.attendance.rules import Method, OfferOutcome


class Lesson(OfCentre, Record):
    """A meeting of a class with its hours of 45 minutes (课次, 课时)."""

    __table_args__ = (
        UniqueConstraint("class_id", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("hours > 0", name="hours"),
        Index("ix_lesson_times", "starts_at", "ends_at"),
    )

    provider_id: Mapped[int] = mapped_column(ForeignKey("training_provider.id"), index=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    hours: Mapped[int]
    room: Mapped[str] = mapped_column(String(60), default="")
    teacher: Mapped[str] = mapped_column(String(60), default="")
    reported_at: Mapped[datetime | None] = mapped_column(Instant)
    reported_by: Mapped[int | None]


class Attendance(OfCentre, Record):
    """That a trainee was at a lesson, and for how many of its hours (考勤, 签到)."""

    __table_args__ = (
        UniqueConstraint("lesson_id", "enrolment_id"),
        CheckConstraint("hours >= 0", name="hours"),
        CheckConstraint("method = 'register' OR in_at IS NOT NULL", name="came"),
        CheckConstraint("out_at IS NULL OR out_at >= in_at", name="went"),
        Index("ix_attendance_enrolment", "enrolment_id", "lesson_id"),
    )

    provider_id: Mapped[int] = mapped_column(ForeignKey("training_provider.id"), index=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    in_at: Mapped[datetime | None] = mapped_column(Instant)
    out_at: Mapped[datetime | None] = mapped_column(Instant)
    method: Mapped[Method] = mapped_column(coded(Method), default=Method.CODE)
    place: Mapped[str] = mapped_column(String(60), default="")
    hours: Mapped[int] = mapped_column(default=0)
    account_id: Mapped[int | None]


class SeatOffer(OfCentre, Record):
    """A seat held until a deadline for a person on the waiting list (候补名额)."""

    __table_args__ = (
        CheckConstraint("(outcome IS NULL) = (settled_at IS NULL)", name="settled"),
        Index("ix_seat_offer_due", "outcome", "until_at"),
    )

    provider_id: Mapped[int] = mapped_column(ForeignKey("training_provider.id"), index=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    offered_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[OfferOutcome | None] = mapped_column(coded(OfferOutcome))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)


_LIVING = SeatOffer.outcome.is_(None)
Index("uq_seat_offer_living", SeatOffer.enrolment_id, unique=True, sqlite_where=_LIVING, postgresql_where=_LIVING)
