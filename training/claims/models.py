"""Claims and their lines as they are kept."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from centre.tables import Instant, OfCentre, Record, coded
from training.claims.rules import ClaimState, ClaimVerdict, LineState, Programme


class Claim(OfCentre, Record):
    """A school's claim for the subsidies of one class, with everybody who had a hand in it (补贴申请)."""

    __table_args__ = (
        CheckConstraint("reviewed_by IS NULL OR reviewed_by <> entered_by", name="reviewer"),
        CheckConstraint("released_by IS NULL OR released_by <> entered_by", name="releaser"),
        CheckConstraint("paid_by IS NULL OR (paid_by <> entered_by AND paid_by <> released_by)", name="payer"),
        CheckConstraint("amount_fen >= 0 AND repaid_fen >= 0 AND repaid_fen <= amount_fen", name="amounts"),
        CheckConstraint("state NOT IN ('paid', 'clawback') OR movement_id IS NOT NULL", name="paid"),
        Index("ix_claim_state", "state", "centre_id"),
    )

    provider_id: Mapped[int] = mapped_column(ForeignKey("training_provider.id"), index=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    programme: Mapped[Programme] = mapped_column(coded(Programme))
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[ClaimState] = mapped_column(coded(ClaimState), default=ClaimState.CHECKING)
    completed_on: Mapped[date]
    persons: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    amount_fen: Mapped[int] = mapped_column(default=0)
    repaid_fen: Mapped[int] = mapped_column(default=0)
    entered_by: Mapped[int | None]
    reviewed_by: Mapped[int | None]
    notice_until_on: Mapped[date | None]
    released_by: Mapped[int | None]
    paid_by: Mapped[int | None]
    paid_at: Mapped[datetime | None] = mapped_column(Instant)
    movement_id: Mapped[int | None] = mapped_column(ForeignKey("fund_movement.id"), unique=True)
    voucher: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    is_demo: Mapped[bool] = mapped_column(default=False)


_LIVING = Claim.state != ClaimState.RETURNED
Index("uq_claim_living", Claim.class_id, unique=True, sqlite_where=_LIVING, postgresql_where=_LIVING)


class ClaimLine(OfCentre, Record):
    """What a claim says of one trainee: an amount, or the reason for none (补贴明细).

    `once` names person, occupation and level while the subsidy stands in the way of another one for them (VR18); it is
    unique over all schools, and empty for refused, returned and clawed back lines. Each line has a state of its own,
    since part of a claim may be demanded back while the rest stays paid. `facts` is what the verdict rests on, so that
    it can be replayed under a changed rule.
    """

    __table_args__ = (
        UniqueConstraint("claim_id", "enrolment_id"),
        CheckConstraint("(verdict = 'granted') = (amount_fen > 0)", name="amount"),
        CheckConstraint("demanded_fen >= 0 AND demanded_fen <= amount_fen", name="demanded"),
        CheckConstraint("once IS NULL OR verdict = 'granted'", name="once"),
        Index("ix_claim_line_person", "person_id", "completed_on"),
    )

    provider_id: Mapped[int] = mapped_column(ForeignKey("training_provider.id"), index=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    programme: Mapped[Programme] = mapped_column(coded(Programme))
    occupation_code: Mapped[str] = mapped_column(String(12))
    level: Mapped[int]
    completed_on: Mapped[date]
    days: Mapped[int]
    hours: Mapped[int]
    verdict: Mapped[ClaimVerdict] = mapped_column(coded(ClaimVerdict, "verdict"))
    amount_fen: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(40), default="")
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    other_line_id: Mapped[int | None] = mapped_column(ForeignKey("claim_line.id"))
    once: Mapped[str | None] = mapped_column(String(60), unique=True)
    demanded_fen: Mapped[int] = mapped_column(default=0)
    state: Mapped[LineState] = mapped_column(coded(LineState), default=LineState.GRANTED)

    @property
    def counts(self) -> bool:
        """Whether it stands in the way of another subsidy."""
        return self.once is not None
