"""What is known of enrolments."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from centre.database import seeing_everything
from centre.errors import NotFound
from centre.people import Person, Recognition, recognised_categories
from centre.policy import policy
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.enrolments.models import Enrolment
from training.enrolments.rules import ENDED, EnrolmentState, Entitlement
from training.providers.models import Major, TrainingProvider


def trainees(class_id: int) -> Select[Enrolment, Person]:
    """The learners of a class with their person, in the order in which they came."""
    return (
        select(Enrolment, Person)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.class_id == class_id)
        .order_by(Enrolment.enrolled_at, Enrolment.id)
    )


def enrolments_of(person_id: int) -> Select[Enrolment, TrainingClass, Major, TrainingProvider]:
    """Everything that a person enrolled in, the newest first."""
    return (
        select(Enrolment, TrainingClass, Major, TrainingProvider)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .join(Major, Major.id == TrainingClass.major_id)
        .join(TrainingProvider, TrainingProvider.id == TrainingClass.provider_id)
        .where(Enrolment.person_id == person_id)
        .order_by(Enrolment.enrolled_at.desc(), Enrolment.id.desc())
    )


def enrolment(session: Session, enrolment_id: int) -> Enrolment:
    """One enrolment. Raises NotFound, also for another school's."""
    found = session.scalar(select(Enrolment).where(Enrolment.id == enrolment_id))
    if found is None:
        raise NotFound
    return found


def place_of(session: Session, class_id: int, person_id: int) -> Enrolment | None:
    """The enrolment of a person in a class, whatever became of it."""
    return session.scalar(select(Enrolment).where(Enrolment.class_id == class_id, Enrolment.person_id == person_id))


def other_classes(session: Session, person_id: int, class_id: int) -> list[TrainingClass]:
    """The other classes that a person is in, at every school, so that nobody sits in two at once."""
    with seeing_everything(session):
        return list(
            session.scalars(
                select(TrainingClass)
                .join(Enrolment, Enrolment.class_id == TrainingClass.id)
                .where(
                    Enrolment.person_id == person_id,
                    Enrolment.state.not_in(ENDED),
                    TrainingClass.id != class_id,
                    TrainingClass.state != ClassState.CANCELLED,
                )
                .order_by(TrainingClass.id)
            )
        )


def lock_people(session: Session, ids: Iterable[int]) -> None:
    """Make enrolments of the same people queue: two at once would each miss the other's timetable.

    Everybody is locked in the order of their ids, and before any class, so that two rosters cannot block each other.
    """
    with seeing_everything(session):
        session.execute(
            select(Person.id).where(Person.id.in_(sorted(ids))).order_by(Person.id).with_for_update(key_share=True)
        )


def first_waiting(session: Session, class_id: int) -> Enrolment | None:
    """Who has waited longest for a seat."""
    with seeing_everything(session):
        return session.scalar(
            select(Enrolment)
            .where(Enrolment.class_id == class_id, Enrolment.state == EnrolmentState.WAITLISTED)
            .order_by(Enrolment.enrolled_at, Enrolment.id)
            .limit(1)
        )


def holder_of(session: Session, file_no: str) -> int | None:
    """The worker whose recognised difficulty has this file number."""
    with seeing_everything(session):
        return session.scalar(
            select(Recognition.person_id).where(Recognition.file_no == file_no).order_by(Recognition.id).limit(1)
        )


def least_age(session: Session, found: TrainingClass) -> int:
    """How old a learner is on the first day, at least."""
    return int(_rule(session, "working-age", found.start_on))


def _rule(session: Session, key: str, on: date, region: str = "") -> Any:
    """A policy, asked for once a transaction: a roster asks for it with every row."""
    known = session.info.setdefault("rules of enrolling", {})
    if (key, on, region) not in known:
        known[key, on, region] = policy(session, key, on=on, region=region)
    return known[key, on, region]


def entitlement(
    session: Session, person_id: int, found: TrainingClass, provider: TrainingProvider
) -> Entitlement | None:
    """The right to free training that a person's recognition gives when the class begins, after the policy."""
    free = set(_rule(session, "free-training-categories", found.start_on, provider.region_code))
    with seeing_everything(session):
        held = recognised_categories(session, person_id, found.start_on)
    return next((Entitlement(category) for category in sorted(held) if category in free), None)
