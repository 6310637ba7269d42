"""The stored form of funds and their movements."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column

from centre import clock
from centre.funds.rules import FundPurpose, MovementKind
from centre.tables import Base, Instant, OfCentre, Record, coded


class AppendOnly(RuntimeError):
    """A movement of money was about to be changed or deleted: a programming error."""


class Fund(OfCentre, Record):
    """Money of a centre for one purpose, never below zero (资金)."""

    __table_args__ = (CheckConstraint("balance_fen >= 0", name="balance"),)

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    purpose: Mapped[FundPurpose] = mapped_column(coded(FundPurpose))
    balance_fen: Mapped[int] = mapped_column(default=0)
    is_demo: Mapped[bool] = mapped_column(default=False)


class FundMovement(OfCentre, Base):
    """One movement of a fund's money, never changed afterwards: positive in, negative out (资金流水)."""

    __table_args__ = (
        CheckConstraint("amount_fen <> 0", name="amount"),
        Index("ix_fund_movement_fund", "fund_id", "id"),
        Index("ix_fund_movement_subject", "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    kind: Mapped[MovementKind] = mapped_column(coded(MovementKind))
    amount_fen: Mapped[int]
    subject: Mapped[str] = mapped_column(String(60), default="")
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("fund_movement.id"), unique=True)
    voucher: Mapped[str] = mapped_column(String(60), default="")
    account_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(Instant, default=clock.now)


def _refuse_change(_mapper: Any, _connection: Any, row: Any) -> None:
    raise AppendOnly(f"movement {row.id}")


for _moment in ("before_update", "before_delete"):
    event.listen(FundMovement, _moment, _refuse_change)
