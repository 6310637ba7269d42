"""The stored data of a jobseeker: registration, skills, certificates and wish."""

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
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from centre.ledger import Channel
from centre.permissions import Scope
from centre.tables import Instant, OfCentre, Record, coded
from employers.openings.rules import CertificateKind
from matching.engine.fit.profiles import Leave, WageUnit
from matching.profiles.rules import ENDED, RegistrationState


class Registration(OfCentre, Record):
    """A person's registration as a job-seeker, one living at a time (求职登记)."""

    __table_args__ = (Index("ix_registration_due", "state", "valid_until_on"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[RegistrationState] = mapped_column(coded(RegistrationState), default=RegistrationState.DRAFT)
    channel: Mapped[Channel] = mapped_column(coded(Channel), default=Channel.COUNTER)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    valid_until_on: Mapped[date | None]
    is_demo: Mapped[bool] = mapped_column(default=False)


_LIVING = Registration.state.not_in(ENDED)
Index("uq_registration_living", Registration.person_id, unique=True, sqlite_where=_LIVING, postgresql_where=_LIVING)


class PendingRegistration(Record):
    """A registration from home whose telephone is not verified yet; it is not linked to any record (待验证登记).

    It ends after an hour. What was typed is sealed under a key of its own, so that nothing is left of it then.
    """

    asked_digest: Mapped[str] = mapped_column(String(64), unique=True)
    key_name: Mapped[str] = mapped_column(String(32), unique=True)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary, info={"wraps": "key_name"})
    draft_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    password_hash: Mapped[str] = mapped_column(String(200))
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG003
        """Only the service itself reads it."""
        return false()


class SkillProfile(OfCentre, Record):
    """What a person can do besides the occupations and certificates below it (技能档案).

    `skills` is a list of {term, level, source}; None means "never asked", an empty list "asked, none".
    """

    __table_args__ = (UniqueConstraint("person_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    skills: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    limits: Mapped[list[str]] = mapped_column(JSON, default=list)
    occupations_known: Mapped[bool] = mapped_column(default=False)
    certificates_known: Mapped[bool] = mapped_column(default=False)


class WorkedOccupation(OfCentre, Record):
    """An occupation that a person has worked in or was trained for (从业经历).

    Levels run from 1 (高级技师) to 5 (初级工); a verified one names who verified it and the certificate.
    """

    __table_args__ = (
        UniqueConstraint("person_id", "occupation"),
        CheckConstraint("years IS NULL OR (years >= 0 AND years <= 60)", name="years"),
        CheckConstraint("self_level IS NULL OR self_level BETWEEN 1 AND 5", name="self_level"),
        CheckConstraint(
            "verified_level IS NULL OR (verified_level >= 1 AND verified_level <= 5)", name="verified_level"
        ),
        Index("ix_worked_occupation_code", "occupation"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    occupation: Mapped[str] = mapped_column(String(12))
    years: Mapped[int | None]
    last_used_year: Mapped[int | None]
    self_level: Mapped[int | None]
    verified_level: Mapped[int | None]
    verified_by: Mapped[str] = mapped_column(String(100), default="")
    evidence: Mapped[str] = mapped_column(String(60), default="")


class HeldCertificate(OfCentre, Record):
    """A certificate that a person holds, with the days on which it ends or has to be reviewed (持有证书)."""

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[CertificateKind] = mapped_column(coded(CertificateKind))
    number: Mapped[str] = mapped_column(String(40), default="")
    occupation: Mapped[str] = mapped_column(String(12), default="")
    level: Mapped[int | None]
    issuer: Mapped[str] = mapped_column(String(100), default="")
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    review_due_on: Mapped[date | None]
    verified_by: Mapped[str] = mapped_column(String(100), default="")
    evidence: Mapped[str] = mapped_column(String(60), default="")


class JobWish(OfCentre, Record):
    """What work a person looks for, where and for how much (求职意向). None means "not said"."""

    __table_args__ = (
        UniqueConstraint("person_id"),
        CheckConstraint("wage_floor_fen IS NULL OR wage_floor_fen >= 0", name="wage_floor"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    occupations: Mapped[list[str]] = mapped_column(JSON, default=list)
    regions: Mapped[list[str]] = mapped_column(JSON, default=list)
    leave_home_ok: Mapped[Leave | None] = mapped_column(coded(Leave))
    wage_floor_fen: Mapped[int | None]
    wage_unit: Mapped[WageUnit] = mapped_column(coded(WageUnit), default=WageUnit.MONTH)
    employment_types: Mapped[list[str]] = mapped_column(JSON, default=list)
    night_ok: Mapped[bool | None]
    shift_ok: Mapped[bool | None]
    needs_board: Mapped[bool] = mapped_column(default=False)
    needs_lodging: Mapped[bool] = mapped_column(default=False)
    available_from_on: Mapped[date | None]
    accepts_training: Mapped[bool | None]
