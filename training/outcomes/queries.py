"""Past certificates and classes, as the counting of outcomes needs them."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from training.certificates.models import TrainingCertificate
from training.certificates.rules import CertificateState
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.enrolments.models import Enrolment
from training.enrolments.rules import ENDED, SEATLESS, EnrolmentState
from training.outcomes.rules import Completion
from training.providers.models import Major, TrainingProvider

RUNNING = (ClassState.RECRUITING, ClassState.LOCKED, ClassState.IN_SESSION, ClassState.FINISHED)


@dataclass(frozen=True, slots=True)
class Past:
    """A past class: how many began, and when it ended."""

    class_id: int
    major_id: int
    ended_on: date
    began: int


def completions(session: Session, *, since: date | None = None) -> list[Completion]:
    """The valid certificates, the oldest first."""
    query = (
        select(
            TrainingCertificate.person_id,
            TrainingCertificate.enrolment_id,
            TrainingClass.major_id,
            TrainingCertificate.issued_on,
        )
        .join(TrainingClass, TrainingClass.id == TrainingCertificate.class_id)
        .where(TrainingCertificate.state == CertificateState.VALID)
        .order_by(TrainingCertificate.issued_on, TrainingCertificate.id)
    )
    if since is not None:
        query = query.where(TrainingCertificate.issued_on >= since)
    return [Completion(*row) for row in session.execute(query)]


def past_classes(session: Session, *, until: date) -> list[Past]:
    """Classes that ended by a day, with the number who began: seat holders and dropouts."""
    stayed = SEATLESS - {EnrolmentState.DROPPED}
    rows = session.execute(
        select(TrainingClass.id, TrainingClass.major_id, TrainingClass.end_on, func.count(Enrolment.id))
        .join(Enrolment, Enrolment.class_id == TrainingClass.id)
        .where(
            TrainingClass.end_on <= until,
            TrainingClass.state.not_in((*RUNNING, ClassState.CANCELLED)),
            Enrolment.state.not_in(stayed),
        )
        .group_by(TrainingClass.id, TrainingClass.major_id, TrainingClass.end_on)
        .order_by(TrainingClass.end_on, TrainingClass.id)
    )
    return [Past(*row) for row in rows]


def class_of(session: Session, enrolment_ids: list[int]) -> dict[int, int]:
    """The classes of some enrolments."""
    rows = session.execute(select(Enrolment.id, Enrolment.class_id).where(Enrolment.id.in_(enrolment_ids)))
    return {row[0]: row[1] for row in rows}


def learning_now(session: Session) -> Counter[int]:
    """How many trainees are in running classes, by major."""
    rows = session.execute(
        select(TrainingClass.major_id, func.count(Enrolment.id))
        .join(Enrolment, Enrolment.class_id == TrainingClass.id)
        .where(TrainingClass.state.in_(RUNNING), Enrolment.state.not_in(SEATLESS | ENDED))
        .group_by(TrainingClass.major_id)
    )
    return Counter({row[0]: row[1] for row in rows})


def majors_offered(session: Session) -> list[tuple[Major, TrainingProvider]]:
    """The majors that may be opened next, with their schools."""
    rows = session.execute(
        select(Major, TrainingProvider)
        .join(TrainingProvider, TrainingProvider.id == Major.provider_id)
        .where(Major.active)
        .order_by(TrainingProvider.code, Major.id)
    )
    return [(row[0], row[1]) for row in rows]
