"""Queries for providers and majors."""

from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from centre.errors import NotFound
from training.providers.models import Major, PartnerAgreement, TrainingProvider


def providers() -> Select[TrainingProvider]:
    """All providers by code."""
    return select(TrainingProvider).order_by(TrainingProvider.code)


def provider(session: Session, provider_id: int) -> TrainingProvider:
    """One provider. Raises NotFound."""
    school = session.scalar(select(TrainingProvider).where(TrainingProvider.id == provider_id))
    if school is None:
        raise NotFound
    return school


def majors(provider_id: int | None = None) -> Select[Major]:
    """The majors on offer, of one provider or of all."""
    statement = select(Major).where(Major.active).order_by(Major.provider_id, Major.id)
    return statement if provider_id is None else statement.where(Major.provider_id == provider_id)


def major(session: Session, major_id: int) -> Major:
    """One major. Raises NotFound."""
    course = session.scalar(select(Major).where(Major.id == major_id))
    if course is None:
        raise NotFound
    return course


def agreements(provider_id: int) -> Select[PartnerAgreement]:
    """The agreements with a school, the newest first."""
    return (
        select(PartnerAgreement)
        .where(PartnerAgreement.provider_id == provider_id)
        .order_by(PartnerAgreement.from_on.desc(), PartnerAgreement.id.desc())
    )


def agreement_on(session: Session, provider_id: int, day: date) -> PartnerAgreement | None:
    """The agreement with a school that is in force on a day."""
    return session.scalar(
        select(PartnerAgreement)
        .where(
            PartnerAgreement.provider_id == provider_id,
            PartnerAgreement.from_on <= day,
            PartnerAgreement.to_on >= day,
        )
        .order_by(PartnerAgreement.from_on.desc(), PartnerAgreement.id)
        .limit(1)
    )
