"""The stored form of the ledger's monthly counts."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from centre.ledger import Channel, ServiceCategory
from centre.tables import Base, Instant, OfCentre, coded


class ServiceTally(OfCentre, Base):
    """Person-times and money of one kind of service at one centre in one month, less reversals (月度台账汇总)."""

    __table_args__ = (
        UniqueConstraint("month", "centre_id", "category", "channel", "topic", "programme"),
        Index("ix_service_tally_programme", "programme", "month"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    month: Mapped[date]
    category: Mapped[ServiceCategory] = mapped_column(coded(ServiceCategory))
    channel: Mapped[Channel] = mapped_column(coded(Channel))
    topic: Mapped[str] = mapped_column(String(60), default="")
    programme: Mapped[str] = mapped_column(String(60), default="")
    person_times: Mapped[int]
    amount_fen: Mapped[int] = mapped_column(default=0)


class PersonTally(OfCentre, Base):
    """Whom one centre served in one month with one category, as packed numbers, once per service (月度服务人员).

    Persons cannot be added up over months; from these a distinct count of any months takes milliseconds.
    """

    __table_args__ = (UniqueConstraint("month", "centre_id", "category"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    month: Mapped[date]
    category: Mapped[ServiceCategory] = mapped_column(coded(ServiceCategory))
    served: Mapped[bytes] = mapped_column(LargeBinary)
    reversed: Mapped[bytes] = mapped_column(LargeBinary)


class TallyState(Base):
    """Up to which moment of recording the ledger is counted; what came later is read from it (台账汇总进度)."""

    id: Mapped[int] = mapped_column(primary_key=True)
    counted_until: Mapped[datetime] = mapped_column(Instant)
