"""A class that runs: people enrolled, lessons reported, results and claims, in as few words as a test needs."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts import Account
from centre.database import open_session
from centre.permissions import Actor, Role
from tests.training.world import SYSTEM, City, add_class, add_person, identity
from training.attendance import queries
from training.attendance.actions import report_lesson
from training.certificates.actions import close_assessment, record_result
from training.certificates.rules import AssessmentDraft
from training.classes.actions import move_class
from training.classes.models import TrainingClass
from training.enrolments.actions import enrol_learner
from training.enrolments.models import Enrolment
from training.enrolments.rules import Application, EnrolmentState
from training.integrity.actions import draw_sample, record_call
from training.integrity.rules import CallDraft, CallOutcome

Result = TypeVar("Result")


@contextmanager
def acting(city: City, key: str) -> Iterator[tuple[Session, Actor]]:
    """A writing session of one of the city's actors."""
    actor = city.actors[key] if key != "system" else SYSTEM
    with open_session(actor.scope, write=True) as session:
        yield session, actor


def do(city: City, key: str, action: Callable[..., Result], **arguments: object) -> Result:
    """Run one action as one of the city's actors."""
    with acting(city, key) as (session, actor):
        return action(session, actor, **arguments)


def add_staff(city: City, **roles: Role) -> None:
    """More staff of the city centre: `add_staff(city, manager=Role.CITY_MANAGER)`."""
    with open_session(SYSTEM.scope, write=True) as session:
        for key, role in roles.items():
            account = Account(login=key, name=key, password_hash="-", roles=[role], centre_id=city.centre_id)
            session.add(account)
            session.flush()
            city.actors[key] = account.actor


def people(city: City, count: int, *, first: int = 101, born: str = "19850615") -> list[int]:
    """So many people of the city."""
    with open_session(SYSTEM.scope, write=True) as session:
        return [
            add_person(session, city, identity(serial, born), f"学员{serial}").id
            for serial in range(first, first + count)
        ]


def enrol_all(city: City, class_id: int, persons: Iterable[int], *, may_wait: bool = False) -> list[int]:
    """Enrol people; returns the enrolments in the same order."""
    application = Application(may_wait=may_wait)
    return [
        do(city, "officer", enrol_learner, class_id=class_id, person_id=person, application=application).id
        for person in persons
    ]


def begin(city: City, class_id: int) -> None:
    """Lock the list and begin, on the first day unless that is past."""
    do(city, "officer", move_class, class_id=class_id, event="lock")
    with open_session(SYSTEM.scope) as session:
        start_on = session.get_one(TrainingClass, class_id).start_on
    first_morning = datetime.combine(start_on, time(7), clock.SHANGHAI)
    with clock.frozen(max(clock.now(), first_morning)):
        do(city, "officer", move_class, class_id=class_id, event="begin")


def lesson_ids(class_id: int) -> list[tuple[int, datetime]]:
    """The lessons of a class and when each ends."""
    with open_session(SYSTEM.scope) as session:
        return [(lesson.id, lesson.ends_at) for lesson in session.scalars(queries.lessons(class_id))]


def teach(
    city: City,
    class_id: int,
    present: Iterable[int] = (),
    *,
    lessons: int | None = None,
    missed: Mapping[int, Collection[int]] | None = None,
) -> None:
    """Report the first lessons of a class, each at its end; `missed` names lessons (from 0) that somebody missed."""
    everybody, missed = list(present), missed or {}
    for number, (lesson_id, ends_at) in enumerate(lesson_ids(class_id)[:lessons]):
        with clock.frozen(ends_at + timedelta(minutes=5)):
            came = [place for place in everybody if number not in missed.get(place, ())]
            do(city, "officer", report_lesson, lesson_id=lesson_id, present=came)


def finish(city: City, class_id: int) -> None:
    """End the course on the evening of its last lesson."""
    with clock.frozen(lesson_ids(class_id)[-1][1] + timedelta(hours=1)):
        do(city, "officer", move_class, class_id=class_id, event="finish")


def state_of(enrolment_id: int) -> EnrolmentState:
    """Where somebody stands."""
    with open_session(SYSTEM.scope) as session:
        state = session.scalar(select(Enrolment.state).where(Enrolment.id == enrolment_id))
        assert state is not None
        return state


def certify(city: City, class_id: int, places: Iterable[int], *, points: int = 80) -> None:
    """Let trainees sit the assessment, a week after the end, and close it."""
    with clock.frozen(lesson_ids(class_id)[-1][1] + timedelta(days=7)):
        for place in places:
            draft = AssessmentDraft(
                enrolment_id=place, theory=points, practice=points, assessed_on=clock.today(), body="第三方考核站"
            )
            do(city, "officer", record_result, draft=draft)
        do(city, "officer", close_assessment, class_id=class_id)


def assessed(
    city: City,
    persons: Iterable[int],
    major: str = "服装缝纫",
    *,
    missed: Collection[int] = (),
    **plan: Any,
) -> tuple[int, list[int]]:
    """A class from enrolment to certificates, of these people; those at the places `missed` stay away too often."""
    class_id = add_class(city, major, **plan)
    with open_session(SYSTEM.scope, write=True) as session:
        training = session.get_one(TrainingClass, class_id)
        training.room, training.teacher = f"教室{class_id}", f"教师{class_id}"
    places = enrol_all(city, class_id, persons)
    begin(city, class_id)
    days = len(lesson_ids(class_id))
    away = {places[number]: {day for day in range(days) if day % 3 == 0} for number in missed}
    teach(city, class_id, places, missed=away)
    finish(city, class_id)
    certify(city, class_id, [place for place in places if state_of(place) is EnrolmentState.COMPLETED])
    return class_id, places


def call_sample(city: City, class_id: int, seed: str = "seed") -> None:
    """Draw the telephone sample of a class and let everybody confirm."""
    sample = do(city, "officer", draw_sample, class_id=class_id, seed=seed)
    for place in sample.enrolment_ids:
        draft = CallDraft(enrolment_id=place, outcome=CallOutcome.CONFIRMED)
        do(city, "officer", record_call, class_id=class_id, draft=draft)
