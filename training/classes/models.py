"""Classes as they are kept."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey, Index, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from centre.permissions import Scope
from centre.tables import Instant, Record, coded
from training.classes.rules import HIDDEN, WORKDAYS, ClassState, Daypart


class TrainingClass(Record):
    """A class with a fixed number of seats (培训班)."""

    __table_args__ = (
        UniqueConstraint("provider_id", "class_no"),
        CheckConstraint("taken >= 0 AND taken <= seats", name="seats"),
        CheckConstraint("end_on >= start_on", name="days"),
        Index("ix_training_class_state", "state", "start_on"),
    )

    provider_id: Mapped[int] = mapped_column(ForeignKey("training_provider.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    major_id: Mapped[int] = mapped_column(ForeignKey("major.id"), index=True)
    class_no: Mapped[str] = mapped_column(String(40))
    start_on: Mapped[date]
    end_on: Mapped[date]
    daypart: Mapped[Daypart] = mapped_column(coded(Daypart), default=Daypart.FULL_DAY)
    weekdays: Mapped[list[int]] = mapped_column(JSON, default=lambda: list(WORKDAYS))
    room: Mapped[str] = mapped_column(String(60), default="")
    teacher: Mapped[str] = mapped_column(String(60), default="")
    seats: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    state: Mapped[ClassState] = mapped_column(coded(ClassState), default=ClassState.DRAFT)
    applied_at: Mapped[datetime | None] = mapped_column(Instant)
    applied_by: Mapped[int | None]
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    approved_by: Mapped[int | None]
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff see all, a school its own, everybody else what was approved."""
        if scope.provider_id:
            return cls.provider_id == scope.provider_id
        return true() if scope.staff else cls.state.not_in(HIDDEN)

    @property
    def seats_left(self) -> int:
        """Free seats."""
        return self.seats - self.taken
