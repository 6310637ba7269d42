"""What is known of results and certificates."""

from datetime import date, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.errors import NotFound
from centre.people import Person
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.text import mask_name
from training.certificates.models import Assessment, TrainingCertificate
from training.certificates.rules import PublicCertificate, parse_code
from training.providers.models import TrainingProvider


def results(class_id: int) -> Select[Assessment]:
    """The results of a class, first attempts before second ones."""
    return (
        select(Assessment).where(Assessment.class_id == class_id).order_by(Assessment.attempt, Assessment.enrolment_id)
    )


def certificates(class_id: int | None = None, *, person_id: int | None = None) -> Select[TrainingCertificate]:
    """Certificates, of one class, of one person or of all that the reader may see, the newest first."""
    query = select(TrainingCertificate).order_by(TrainingCertificate.issued_on.desc(), TrainingCertificate.id.desc())
    if person_id is not None:
        query = query.where(TrainingCertificate.person_id == person_id)
    return query if class_id is None else query.where(TrainingCertificate.class_id == class_id)


def resit_until(session: Session, enrolment_id: int) -> date:
    """The last day for a second attempt, by the policy of the day of the failure."""
    failed_on = (
        session.scalar(select(func.max(Assessment.assessed_on)).where(Assessment.enrolment_id == enrolment_id))
        or clock.today()
    )
    return failed_on + timedelta(days=int(policy(session, "resit-days", on=failed_on)))


def certificate(session: Session, code: str) -> TrainingCertificate:
    """One certificate for its holder, its school and the staff. Raises CodeForm, or NotFound for everybody else."""
    row = session.scalar(select(TrainingCertificate).where(TrainingCertificate.code == parse_code(code)))
    if row is None:
        raise NotFound
    return row


def verified(session: Session, code: str) -> PublicCertificate:
    """What anybody may read of a certificate, by its number alone. Raises CodeForm or NotFound."""
    number = parse_code(code)
    with seeing_everything(session):
        row = session.execute(
            select(TrainingCertificate, Person.name, TrainingProvider.name)
            .join(Person, Person.id == TrainingCertificate.person_id)
            .join(TrainingProvider, TrainingProvider.id == TrainingCertificate.provider_id)
            .where(TrainingCertificate.code == number)
        ).one_or_none()
    if row is None:
        raise NotFound(field="code")
    record, name, school = row
    return PublicCertificate(
        code=record.code,
        holder=mask_name(name),
        course=record.course,
        level=record.level,
        hours=record.hours,
        school=school,
        issued_on=record.issued_on,
        state=record.state,
        revoked_on=clock.local(record.revoked_at).date() if record.revoked_at else None,
    )
