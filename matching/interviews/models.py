"""The stored form of interviews."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from centre.tables import Instant, OfCentre, Record, coded
from matching.interviews.rules import LIVING, InterviewState
from matching.introductions.models import Introduction


class Interview(OfCentre, Record):
    """An appointment between a worker and an employer, proposed by one and answered by the other (面试)."""

    introduction_id: Mapped[int] = mapped_column(ForeignKey("introduction.id"), index=True)
    introduction: Mapped[Introduction] = relationship(lazy="raise")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    state: Mapped[InterviewState] = mapped_column(coded(InterviewState), default=InterviewState.PROPOSED)
    starts_at: Mapped[datetime] = mapped_column(Instant, index=True)
    place: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String(200), default="")
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    is_demo: Mapped[bool] = mapped_column(default=False)


_LIVING = Interview.state.in_(sorted(LIVING))
Index("uq_interview_living", Interview.introduction_id, unique=True, sqlite_where=_LIVING, postgresql_where=_LIVING)
