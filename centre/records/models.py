"""Tables of reveals, their daily counts, and erasure requests."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, UniqueConstraint, false, or_, true
from sqlalchemy.orm import Mapped, mapped_column

from centre import clock
from centre.permissions import Scope
from centre.records.rules import ErasureState, RevealReason, SealedColumn
from centre.tables import Base, Instant, Record, coded


class Reveal(Base):
    """One reveal of an encrypted value of a person, with its reason (查看记录)."""

    __table_args__ = (Index("ix_reveal_account", "account_id", "on_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    account_id: Mapped[int]
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    column: Mapped[SealedColumn] = mapped_column(coded(SealedColumn))
    reason: Mapped[RevealReason] = mapped_column(coded(RevealReason))
    words: Mapped[str] = mapped_column(String(200), default="")
    on_day: Mapped[date] = mapped_column(default=clock.today)
    at: Mapped[datetime] = mapped_column(Instant, default=clock.now)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """The person concerned, the account that revealed, and the managers of the network."""
        if scope.all_centres:
            return true()
        rules = [cls.person_id == scope.person_id] if scope.person_id else []
        if scope.account_id:
            rules.append(cls.account_id == scope.account_id)
        return or_(false(), *rules)


class RevealDay(Base):
    """The number of people whose data an account revealed on one day (当日查看人数)."""

    __table_args__ = (CheckConstraint("people >= 0", name="people"),)

    account_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    people: Mapped[int]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """An account sees its own count."""
        return cls.account_id == scope.account_id if scope.account_id else false()


class ErasureRequest(Record):
    """A person's erasure request, and the certificate of its completion (个人信息注销申请)."""

    __table_args__ = (
        UniqueConstraint("certificate_no"),
        CheckConstraint("(state = 'done') = (certificate_no IS NOT NULL AND done_at IS NOT NULL)", name="done"),
        Index("ix_erasure_request_due", "state", "due_on"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[ErasureState] = mapped_column(coded(ErasureState), default=ErasureState.ASKED)
    origin: Mapped[str] = mapped_column(String(20), default="person")
    asked_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    due_on: Mapped[date]
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    certificate_no: Mapped[str | None] = mapped_column(String(30))

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """The person, and the managers of the whole network."""
        if scope.all_centres:
            return true()
        return cls.person_id == scope.person_id if scope.person_id else false()
