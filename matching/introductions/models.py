"""The stored form of introductions, letters and their results."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    and_,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from centre import privacy
from centre.ledger import Channel
from centre.permissions import Scope
from centre.tables import Base, Instant, OfCentre, Record, coded
from employers.openings.models import READER_RULES, Opening
from matching.introductions.rules import (
    DONE,
    WITH_EMPLOYER,
    FollowUpOutcome,
    IntroductionState,
    LeaveReason,
    PlacementState,
    ResultReason,
    ResultSource,
)


class Introduction(Record):
    """A worker sent, or about to be sent, to an opening (推荐, 职业介绍).

    The employer reads this row and never the person: it carries the name, and the telephone only after the worker
    has agreed to share it. Points, reasons and promised terms are those of the day of the recommendation, skills
    those of the letter.
    """

    __table_args__ = (
        CheckConstraint("letter_no IS NULL OR (issued_at IS NOT NULL AND expires_on IS NOT NULL)", name="letter"),
        CheckConstraint("state NOT IN ('letter_issued', 'interviewed', 'offered', 'hired', 'unknown') "
                        "OR (agreed_at IS NOT NULL AND letter_no IS NOT NULL)", name="agreed"),
        CheckConstraint("state <> 'hired' OR result_at IS NOT NULL", name="told"),
        Index("ix_introduction_queue", "state", "centre_id", "issued_at"),
        Index("ix_introduction_employer", "employer_id", "state"),
    )  # fmt: skip

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    opening_id: Mapped[int] = mapped_column(ForeignKey("opening.id"), index=True)
    opening: Mapped[Opening] = relationship(lazy="raise")
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"))
    worker_name: Mapped[str] = mapped_column(String(50))
    contact_key_name: Mapped[str] = mapped_column(String(32), default="")
    contact_key: Mapped[bytes | None] = mapped_column(LargeBinary, info={"wraps": "contact_key_name"})
    contact_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    channel: Mapped[Channel] = mapped_column(coded(Channel))
    state: Mapped[IntroductionState] = mapped_column(coded(IntroductionState), default=IntroductionState.RECOMMENDED)
    agreed_at: Mapped[datetime | None] = mapped_column(Instant)
    letter_no: Mapped[str | None] = mapped_column(String(40), unique=True)
    issued_at: Mapped[datetime | None] = mapped_column(Instant)
    expires_on: Mapped[date | None]
    points: Mapped[int | None]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    promised: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    skills: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    signed_letter: Mapped[str] = mapped_column(Text, default="")
    result_at: Mapped[datetime | None] = mapped_column(Instant)
    result_source: Mapped[ResultSource | None] = mapped_column(coded(ResultSource))
    result_reason: Mapped[ResultReason | None] = mapped_column(coded(ResultReason))
    note: Mapped[str] = mapped_column(String(200), default="")
    flag: Mapped[str] = mapped_column(String(200), default="")
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff see their centre's, a worker their own, an employer those that the worker has agreed to."""
        if scope.all_centres:
            return true()
        rules = []
        if scope.staff and scope.centre_id:
            rules.append(cls.centre_id == scope.centre_id)
        if scope.person_id:
            rules.append(cls.person_id == scope.person_id)
        if scope.employer_id:
            rules.append(and_(cls.employer_id == scope.employer_id, cls.state.in_(sorted(WITH_EMPLOYER))))
        return or_(false(), *rules)

    def share_phone(self, number: str) -> None:
        """Let the employer read the telephone number, encrypted with a key of this introduction alone."""
        self.contact_key_name, self.contact_key = privacy.new_key()
        self.contact_sealed = privacy.seal(self.contact_key_name, self.contact_key, "contact", number)

    @property
    def reason_told(self) -> str:
        """Why the centre wrote no letter, in the words that the worker got; notes on a result are for staff."""
        return self.note if self.state is IntroductionState.SET_ASIDE else ""

    @property
    def shared_phone(self) -> str:
        """The telephone number that the worker agreed to share, or an empty text."""
        if not self.contact_key or not self.contact_sealed:
            return ""
        return privacy.unseal(self.contact_key_name, self.contact_key, "contact", self.contact_sealed)


_LIVING = Introduction.state.not_in(sorted(DONE))
Index(
    "uq_introduction_living",
    Introduction.person_id,
    Introduction.opening_id,
    unique=True,
    sqlite_where=_LIVING,
    postgresql_where=_LIVING,
)


class LetterBook(Base):
    """The last serial of a centre's letters on one day; taking a number locks the line (推荐信编号簿)."""

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class Placement(OfCentre, Record):
    """A job that a worker was hired for, followed for ninety days and more (就业, 上岗跟踪)."""

    __table_args__ = (
        CheckConstraint("state <> 'ended' OR ended_on IS NOT NULL", name="ended"),
        CheckConstraint("wage_fen IS NULL OR wage_fen >= 0", name="wage"),
    )

    introduction_id: Mapped[int | None] = mapped_column(ForeignKey("introduction.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    opening_id: Mapped[int | None] = mapped_column(ForeignKey("opening.id"), index=True)
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"), index=True)
    state: Mapped[PlacementState] = mapped_column(coded(PlacementState), default=PlacementState.HIRED)
    starts_on: Mapped[date]
    wage_fen: Mapped[int | None]
    region_code: Mapped[str] = mapped_column(String(6), default="")
    missed_calls: Mapped[int] = mapped_column(default=0)
    ended_on: Mapped[date | None]
    leave_reason: Mapped[LeaveReason | None] = mapped_column(coded(LeaveReason))
    is_demo: Mapped[bool] = mapped_column(default=False)


class FollowUp(OfCentre, Record):
    """A call on day 7, 30 or 90 of a placement; only staff see the notes (跟踪回访)."""

    __table_args__ = (
        UniqueConstraint("placement_id", "day"),
        Index("ix_follow_up_due", "centre_id", "done_at", "due_on"),
    )

    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"))
    placement: Mapped[Placement] = relationship(lazy="raise")
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    day: Mapped[int]
    due_on: Mapped[date]
    outcome: Mapped[FollowUpOutcome | None] = mapped_column(coded(FollowUpOutcome))
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    account_id: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(200), default="")


def introduced_openings(scope: Scope) -> ColumnElement[bool]:
    """A worker goes on seeing an opening that they were introduced to after it has left the public list."""
    if not scope.person_id:
        return false()
    return Opening.id.in_(select(Introduction.opening_id).where(Introduction.person_id == scope.person_id))


READER_RULES.append(introduced_openings)
