"""What others publish changes in a profile: certificates and training write back, a false account leaves (TR-15)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.accounts.rules import AccountClosed
from centre.batches import batches
from centre.events import subscribe
from centre.people import Person
from centre.permissions import Actor
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_
from employers.openings.rules import CertificateKind
from matching.profiles.models import HeldCertificate, Registration, WorkedOccupation
from matching.profiles.queries import living_registration
from matching.profiles.rules import REGISTRATION, RegistrationState
from training.certificates.rules import CertificateRevoked, Certified
from training.enrolments.models import Enrolment
from training.enrolments.rules import EnrolmentState, TrainingEnded, TrainingStarted


def _evidence(certificate_id: int) -> str:
    return f"certificate:{certificate_id}"


@subscribe(Certified)
def add_credential(session: Session, fact: Certified) -> None:
    """A certified trainee gains the occupation at its level, verified by the school."""
    evidence, vouched = _evidence(fact.certificate_id), f"{fact.school} {fact.class_no}"[:100]
    kind = CertificateKind.SKILL_LEVEL if fact.is_official else CertificateKind.TRAINING
    with seeing_everything(session):
        centre_id = session.scalars(select(Person.centre_id).where(Person.id == fact.person_id)).one()
        worked = _worked(session, fact.person_id, fact.occupation_code)
        if worked is None:
            worked = WorkedOccupation(person_id=fact.person_id, centre_id=centre_id, occupation=fact.occupation_code)
            session.add(worked)
        if not worked.verified_by or (fact.level or 9) < (worked.verified_level or 9):
            worked.verified_level, worked.verified_by, worked.evidence = fact.level, vouched, evidence
        session.add(
            HeldCertificate(
                person_id=fact.person_id, centre_id=centre_id, kind=kind, number=fact.number,
                occupation=fact.occupation_code, level=fact.level, issuer=fact.school, issued_on=fact.issued_on,
                verified_by=vouched, evidence=evidence,
            )
        )  # fmt: skip
        session.flush()


@subscribe(CertificateRevoked)
def remove_credential(session: Session, fact: CertificateRevoked) -> None:
    """A revoked certificate is removed again; the best remaining one verifies the occupation."""
    evidence = _evidence(fact.certificate_id)
    with seeing_everything(session):
        held = select(HeldCertificate).where(HeldCertificate.person_id == fact.person_id)
        for row in session.scalars(held.where(HeldCertificate.evidence == evidence)):
            session.delete(row)
        session.flush()
        worked = _worked(session, fact.person_id, fact.occupation_code)
        if worked is None or worked.evidence != evidence:
            return
        left = [
            row
            for row in session.scalars(held.where(HeldCertificate.occupation == fact.occupation_code))
            if row.verified_by
        ]
        best = min(left, key=lambda row: row.level or 9, default=None)
        worked.verified_level = best.level if best else None
        worked.verified_by, worked.evidence = (best.verified_by, best.evidence) if best else ("", "")
        if best is None and worked.years is None and worked.self_level is None:
            session.delete(worked)
        session.flush()


@subscribe(TrainingStarted)
def start_training(session: Session, fact: TrainingStarted) -> None:
    """Note on the registrations of those who look for work that they are in training."""
    _follow_training(session, fact.person_ids, RegistrationState.ACTIVE, "start_training")


@subscribe(TrainingEnded)
def end_training(session: Session, fact: TrainingEnded) -> None:
    """Remove the note, unless the person attends another class."""
    with seeing_everything(session):
        still: set[int] = set()
        for ids in batches(fact.person_ids):
            attending = select(Enrolment.person_id).where(
                Enrolment.person_id.in_(ids), Enrolment.state == EnrolmentState.ATTENDING
            )
            still |= set(session.scalars(attending))
    free = [person_id for person_id in fact.person_ids if person_id not in still]
    _follow_training(session, free, RegistrationState.IN_TRAINING, "end_training")


def _follow_training(session: Session, person_ids: Sequence[int], state: RegistrationState, event: str) -> None:
    with seeing_everything(session):
        for ids in batches(person_ids):
            registered = select(Registration).where(Registration.person_id.in_(ids), Registration.state == state)
            for registration in session.scalars(registered.order_by(Registration.id)).all():
                move(session, Actor.system(), registration, REGISTRATION, event)
        session.flush()


def _worked(session: Session, person_id: int, occupation: str) -> WorkedOccupation | None:
    return session.scalar(
        select(WorkedOccupation).where(
            WorkedOccupation.person_id == person_id, WorkedOccupation.occupation == occupation
        )
    )


@subscribe(AccountClosed)
def end_false_registration(session: Session, fact: AccountClosed) -> None:
    """End a registration made from home under another person's number; a centre's own record continues."""
    person = session.get_one(Person, fact.person_id)
    if person.identity_index is not None:
        return
    person.claimed_index = None
    registration = living_registration(session, person.id)
    if registration is not None:
        move(session, Actor.system(), registration, REGISTRATION, "withdraw", reason=N_("冒用他人身份登记"))
    session.flush()
