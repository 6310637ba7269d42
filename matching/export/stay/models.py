"""Travel subsidies as they are kept."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from centre.tables import Instant, OfCentre, Record, coded
from matching.export.stay.rules import SubsidyState


class TravelSubsidy(OfCentre, Record):
    """A travel subsidy for a worker who has stayed; entered, approved and paid by three people (一次性交通补贴)."""

    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("approved_by IS NULL OR approved_by <> entered_by", name="approver"),
        CheckConstraint("paid_by IS NULL OR (paid_by <> entered_by AND paid_by <> approved_by)", name="payer"),
        CheckConstraint("state <> 'paid' OR movement_id IS NOT NULL", name="paid"),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("export_member.id"), unique=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("export_batch.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    amount_fen: Mapped[int]
    state: Mapped[SubsidyState] = mapped_column(coded(SubsidyState), default=SubsidyState.ENTERED)
    entered_by: Mapped[int | None]
    approved_by: Mapped[int | None]
    paid_by: Mapped[int | None]
    paid_at: Mapped[datetime | None] = mapped_column(Instant)
    movement_id: Mapped[int | None] = mapped_column(ForeignKey("fund_movement.id"), unique=True)
    voucher: Mapped[str] = mapped_column(String(60), default="")
    is_demo: Mapped[bool] = mapped_column(default=False)
