"""The stored form of checks, flags and telephone calls: for the centre's staff only, never for the school."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from centre.tables import Instant, OfCentre, Record, coded
from training.integrity.rules import CallOutcome, CheckOutcome, FlagState


class IntegrityCheck(OfCentre, Record):
    """The latest result of one check of one class (核查)."""

    __table_args__ = (UniqueConstraint("class_id", "rule"),)

    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    rule: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[CheckOutcome] = mapped_column(coded(CheckOutcome, "outcome"))
    found: Mapped[int] = mapped_column(default=0)
    checked_at: Mapped[datetime] = mapped_column(Instant)


class Flag(OfCentre, Record):
    """A doubt about a class that blocks its claim until two people clear it (疑点)."""

    __table_args__ = (
        UniqueConstraint("class_id", "rule", "digest"),
        CheckConstraint("second_by IS NULL OR second_by <> first_by", name="two_people"),
        CheckConstraint("state <> 'cleared' OR (first_by IS NOT NULL AND second_by IS NOT NULL)", name="cleared"),
        Index("ix_flag_state", "state", "centre_id"),
    )

    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    rule: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[FlagState] = mapped_column(coded(FlagState), default=FlagState.OPEN)
    found: Mapped[int]
    enrolment_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    first_by: Mapped[int | None]
    first_reason: Mapped[str] = mapped_column(String(200), default="")
    second_by: Mapped[int | None]
    second_reason: Mapped[str] = mapped_column(String(200), default="")


class PhoneSample(OfCentre, Record):
    """The trainees of a class to be telephoned; its seed reproduces the draw (电话抽查)."""

    __table_args__ = (UniqueConstraint("class_id"), CheckConstraint("share > 0 AND share <= 1", name="share"))

    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    seed: Mapped[str] = mapped_column(String(40))
    share: Mapped[float]
    enrolment_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    drawn_from: Mapped[list[int]] = mapped_column(JSON, default=list)
    account_id: Mapped[int | None]


class PhoneCall(OfCentre, Record):
    """What one trainee of the sample said (抽查记录)."""

    __table_args__ = (UniqueConstraint("sample_id", "enrolment_id"),)

    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("phone_sample.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    outcome: Mapped[CallOutcome] = mapped_column(coded(CallOutcome))
    note: Mapped[str] = mapped_column(String(200), default="")
    account_id: Mapped[int | None]
