"""Queries for enrolments."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from centre.batches import batches
from centre.errors import NotFound
from centre.people import Person, Recognition
from centre.policy import policy
from centre.scopes import seeing_everything
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.enrolments.models import Enrolment
from training.enrolments.rules import ENDED, EnrolmentState
from training.providers.models import Major, TrainingProvider
from training.providers.prices import Entitlement


def trainees(session: Session, class_id: int) -> list[tuple[Enrolment, Person]]:
    """The learners of a class visible to the reader, in the order in which they enrolled.

    A reader who may see an enrolment sees its person, at whatever centre that person is registered.
    """
    held = select(Enrolment).where(Enrolment.class_id == class_id).order_by(Enrolment.enrolled_at, Enrolment.id)
    places = list(session.scalars(held))
    people: dict[int, Person] = {}
    with seeing_everything(session):
        for batch in batches([place.person_id for place in places]):
            for person in session.scalars(select(Person).where(Person.id.in_(batch)).order_by(Person.id)):
                people[person.id] = person
    return [(place, people[place.person_id]) for place in places]


def enrolments_of(person_id: int) -> Select[Enrolment, TrainingClass, Major, TrainingProvider]:
    """All enrolments of a person, the newest first."""
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
    place = session.scalar(select(Enrolment).where(Enrolment.id == enrolment_id))
    if place is None:
        raise NotFound
    return place


def place_of(session: Session, class_id: int, person_id: int) -> Enrolment | None:
    """The enrolment of a person in a class, in any state."""
    return session.scalar(select(Enrolment).where(Enrolment.class_id == class_id, Enrolment.person_id == person_id))


def other_classes(session: Session, person_id: int, class_id: int) -> list[TrainingClass]:
    """The other classes of a person, at every school, so that classes do not overlap."""
    return classes_elsewhere(session, [person_id], class_id).get(person_id, [])


def classes_elsewhere(session: Session, person_ids: Sequence[int], class_id: int) -> dict[int, list[TrainingClass]]:
    """The other classes of people, at every school, by person; people without any are left out."""
    classes: dict[int, list[TrainingClass]] = {}
    with seeing_everything(session):
        for batch in batches(person_ids):
            rows = session.execute(
                select(Enrolment.person_id, TrainingClass)
                .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
                .where(
                    Enrolment.person_id.in_(batch),
                    Enrolment.state.not_in(ENDED),
                    TrainingClass.id != class_id,
                    TrainingClass.state != ClassState.CANCELLED,
                )
                .order_by(TrainingClass.id)
            )
            for person_id, training in rows:
                classes.setdefault(person_id, []).append(training)
    return classes


def places_of(session: Session, class_id: int, person_ids: Sequence[int]) -> dict[int, Enrolment]:
    """The enrolments of people in a class, in any state, by person."""
    places: dict[int, Enrolment] = {}
    with seeing_everything(session):
        for batch in batches(person_ids):
            held = select(Enrolment).where(Enrolment.class_id == class_id, Enrolment.person_id.in_(batch))
            places |= {place.person_id: place for place in session.scalars(held.order_by(Enrolment.id))}
    return places


def names_of(session: Session, enrolment_ids: Sequence[int]) -> dict[int, str]:
    """The names under which people learn, by enrolment, as far as visible to the reader."""
    names: dict[int, str] = {}
    for batch in batches(enrolment_ids):
        rows = session.execute(select(Enrolment.id, Enrolment.trainee_name).where(Enrolment.id.in_(batch)))
        names |= {row[0]: row[1] for row in rows}
    return names


def lock_people(session: Session, ids: Iterable[int]) -> None:
    """Serialise enrolments of the same people: two at once would each miss the other's timetable.

    Everybody is locked in the order of their ids, and before any class, so that two rosters cannot deadlock.
    """
    with seeing_everything(session):
        for batch in batches(sorted(ids)):
            locked = select(Person.id).where(Person.id.in_(batch)).order_by(Person.id)
            session.execute(locked.with_for_update(key_share=True))


def first_waiting(session: Session, class_id: int) -> Enrolment | None:
    """The person who has waited longest for a seat."""
    with seeing_everything(session):
        return session.scalar(
            select(Enrolment)
            .where(Enrolment.class_id == class_id, Enrolment.state == EnrolmentState.WAITLISTED)
            .order_by(Enrolment.enrolled_at, Enrolment.id)
            .limit(1)
        )


def holders_of(session: Session, file_nos: Iterable[str]) -> dict[str, int]:
    """The workers whose recognised difficulties have these file numbers."""
    wanted = sorted({number for number in file_nos if number})
    with seeing_everything(session):
        rows = session.execute(
            select(Recognition.file_no, Recognition.person_id)
            .where(Recognition.file_no.in_(wanted))
            .order_by(Recognition.id.desc())
        )
        return dict(rows.all())


def least_age(session: Session, training: TrainingClass) -> int:
    """The minimum age on the first day."""
    return int(_rule(session, "working-age", training.start_on))


def _rule(session: Session, key: str, on: date, region: str = "") -> Any:
    """A policy, read once per transaction: a roster needs it for every row."""
    known = session.info.setdefault("rules of enrolling", {})
    if (key, on, region) not in known:
        known[key, on, region] = policy(session, key, on=on, region=region)
    return known[key, on, region]


def entitlement(
    session: Session, person_id: int, training: TrainingClass, provider: TrainingProvider
) -> Entitlement | None:
    """A person's right to free training when the class begins, by the policy."""
    return entitlements(session, [person_id], training, provider).get(person_id)


def entitlements(
    session: Session, person_ids: Sequence[int], training: TrainingClass, provider: TrainingProvider
) -> dict[int, Entitlement]:
    """The rights to free training of several people, by person; people without one are left out."""
    held: dict[int, list[Recognition]] = {}
    for batch in batches(person_ids):
        for recognition in _recognitions(session, batch):
            held.setdefault(recognition.person_id, []).append(recognition)
    given = {person_id: _right(session, recognised, training, provider) for person_id, recognised in held.items()}
    return {person_id: right for person_id, right in given.items() if right is not None}


def rights(
    session: Session, person_id: int, groups: Sequence[tuple[TrainingClass, Major, TrainingProvider]]
) -> dict[int, Entitlement]:
    """The rights of one person to free training in several classes, by class."""
    held = _recognitions(session, [person_id])
    given = {training.id: _right(session, held, training, provider) for training, _, provider in groups}
    return {class_id: right for class_id, right in given.items() if right is not None}


def _recognitions(session: Session, person_ids: Sequence[int]) -> list[Recognition]:
    with seeing_everything(session):
        known = select(Recognition).where(Recognition.person_id.in_(person_ids)).order_by(Recognition.id)
        return list(session.scalars(known))


def _right(
    session: Session, held: Iterable[Recognition], training: TrainingClass, provider: TrainingProvider
) -> Entitlement | None:
    free = _rule(session, "free-training-categories", training.start_on, provider.region_code)
    valid = [
        recognition.category.value
        for recognition in held
        if recognition.category.value in free
        and recognition.from_on <= training.start_on
        and (recognition.to_on is None or recognition.to_on >= training.start_on)
    ]
    return Entitlement(min(valid)) if valid else None
