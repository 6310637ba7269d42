"""Results and certificates as they are kept."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from centre.tables import Instant, OfCentre, Record, coded
from training.certificates.rules import CertificateState


class Assessment(OfCentre, Record):
    """One attempt at the assessment of a course, and its marks (考核, 补考)."""

    __table_args__ = (
        UniqueConstraint("enrolment_id", "attempt"),
        CheckConstraint("attempt BETWEEN 1 AND 2", name="attempt"),
        CheckConstraint("theory BETWEEN 0 AND 100 AND practice BETWEEN 0 AND 100", name="marks"),
    )

    provider_id: Mapped[int] = mapped_column(ForeignKey("training_provider.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    attempt: Mapped[int]
    theory: Mapped[int]
    practice: Mapped[int]
    passed: Mapped[bool]
    assessed_on: Mapped[date]
    body: Mapped[str] = mapped_column(String(100))
    account_id: Mapped[int | None]


class TrainingCertificate(OfCentre, Record):
    """Our own certificate of a course, which anybody can verify by its number (培训证书, 结业证书)."""

    __table_args__ = (
        CheckConstraint("(state = 'revoked') = (revoked_at IS NOT NULL)", name="revoked"),
        Index("ix_training_certificate_person", "person_id", "occupation_code"),
    )

    provider_id: Mapped[int] = mapped_column(ForeignKey("training_provider.id"), index=True)
    code: Mapped[str] = mapped_column(String(14), unique=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course: Mapped[str] = mapped_column(String(60))
    occupation_code: Mapped[str] = mapped_column(String(12))
    level: Mapped[int | None]
    hours: Mapped[int]
    issued_on: Mapped[date]
    official_no: Mapped[str | None] = mapped_column(String(40), unique=True)
    state: Mapped[CertificateState] = mapped_column(coded(CertificateState), default=CertificateState.VALID)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_by: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(200), default="")
    is_demo: Mapped[bool] = mapped_column(default=False)


_LIVING = TrainingCertificate.state == CertificateState.VALID
Index(
    "uq_training_certificate_living",
    TrainingCertificate.enrolment_id,
    unique=True,
    sqlite_where=_LIVING,
    postgresql_where=_LIVING,
)
