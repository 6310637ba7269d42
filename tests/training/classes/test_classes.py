"""From a school's application to a class that recruits: TR-10, TR-16, SE-05 and double bookings."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.errors import Forbidden, Invalid, NotFound
from centre.outbox import Message
from centre.permissions import Actor, Role
from centre.states import IllegalMove
from tests.training.course import do
from tests.training.world import MONDAY, SYSTEM, City, add_class
from training.classes.actions import (
    ClassAhead,
    ClassNumberTaken,
    NoticeTooShort,
    OwnClass,
    RoomTaken,
    TeacherTaken,
    apply_for_class,
    approve_class,
    draft_class,
    move_class,
    refuse_class,
)
from training.classes.models import TrainingClass
from training.classes.queries import recruiting, training_class
from training.classes.rules import ClassDraft, ClassState, Daypart
from training.enrolments.actions import enrol_learner


def plan(city: City, **changes: object) -> ClassDraft:
    content = {
        "major_id": city.majors["服装缝纫"], "class_no": "2026-11", "start_on": date(2026, 3, 16),
        "end_on": date(2026, 3, 27), "daypart": "morning", "room": "101", "teacher": "刘老师", "seats": 30,
    }  # fmt: skip
    return ClassDraft.model_validate(content | changes)


def drafted(city: City, actor: str = "registrar", **changes: object) -> int:
    acting = city.actors[actor]
    with open_session(acting.scope, write=True) as session:
        return draft_class(session, acting, draft=plan(city, **changes)).id


def applied(city: City, class_id: int, at: datetime = MONDAY) -> ClassState:
    registrar = city.actors["registrar"]
    with clock.frozen(at), open_session(registrar.scope, write=True) as session:
        return apply_for_class(session, registrar, class_id=class_id).state


@pytest.mark.rule("class-notice", "action")
def test_five_working_days_of_notice_are_enough_and_four_are_not(city: City) -> None:
    """TR-10."""
    class_id = drafted(city)
    with pytest.raises(NoticeTooShort) as refused:
        applied(city, class_id, MONDAY + timedelta(days=1))
    assert refused.value.params == {"needed": 5, "given": 4}
    assert applied(city, class_id) is ClassState.APPLIED


def test_a_working_saturday_counts_as_a_day_of_notice(city: City) -> None:
    """TR-10: adjusted weekends."""
    # Saturday 9 May 2026 makes up for the Labour Day week.
    class_id = drafted(city, start_on=date(2026, 5, 11), end_on=date(2026, 5, 22))
    with pytest.raises(NoticeTooShort) as refused:
        applied(city, class_id, datetime.fromisoformat("2026-05-07T09:00+08:00"))
    assert refused.value.params["given"] == 3


def test_the_centre_approves_and_the_school_is_notified(city: City) -> None:
    class_id = drafted(city)
    applied(city, class_id)
    officer = city.actors["officer"]
    with open_session(officer.scope, write=True) as session:
        assert approve_class(session, officer, class_id=class_id).state is ClassState.RECRUITING
    with open_session(city.actors["registrar"].scope) as session:
        assert session.scalars(select(Message)).one().link == f"/school/classes/{class_id}"
    with open_session(Actor.public().scope) as session:
        assert [training.id for training, _, _ in session.execute(recruiting(clock.today()))] == [class_id]


def test_an_application_is_sent_back_only_with_a_reason(city: City) -> None:
    class_id = drafted(city)
    applied(city, class_id)
    officer = city.actors["officer"]
    with open_session(officer.scope, write=True) as session, pytest.raises(Invalid):
        refuse_class(session, officer, class_id=class_id, reason=" ")
    with open_session(officer.scope, write=True) as session:
        assert refuse_class(session, officer, class_id=class_id, reason="教室太小").state is ClassState.DRAFT


@pytest.mark.rule("class-notice", "action")
def test_a_registrar_cannot_approve_and_neither_can_whoever_applied_with_both_roles(city: City) -> None:
    """SE-05."""
    class_id = drafted(city)
    registrar = city.actors["registrar"]
    applied(city, class_id)
    both = Actor(
        account_id=registrar.account_id,
        roles=frozenset({Role.REGISTRAR, Role.TRAINING_OFFICER}),
        centre_id=city.centre_id,
        provider_id=registrar.provider_id,
    )
    with open_session(registrar.scope, write=True) as session, pytest.raises(Forbidden):
        approve_class(session, registrar, class_id=class_id)
    with open_session(both.scope, write=True) as session, pytest.raises(OwnClass):
        approve_class(session, both, class_id=class_id)


def test_a_class_without_an_application_cannot_be_approved(city: City) -> None:
    class_id = drafted(city)
    officer = city.actors["officer"]
    with open_session(officer.scope, write=True) as session, pytest.raises(IllegalMove):
        approve_class(session, officer, class_id=class_id)


@pytest.mark.rule("one-place-at-a-time", "action")
def test_rooms_and_teachers_have_one_class_at_a_time(city: City) -> None:
    drafted(city)
    with pytest.raises(RoomTaken):
        drafted(city, class_no="2026-12", teacher="张老师")
    with pytest.raises(TeacherTaken):
        drafted(city, class_no="2026-12", room="102")
    with pytest.raises(ClassNumberTaken):
        drafted(city, room="102", teacher="张老师")
    assert drafted(city, class_no="2026-13", daypart=Daypart.AFTERNOON) > 0


def test_a_school_drafts_classes_of_its_own_majors_only(city: City) -> None:
    with pytest.raises(NotFound):
        drafted(city, "neighbour")


def test_a_class_that_is_not_approved_is_hidden_from_everybody_else(city: City) -> None:
    class_id = drafted(city)
    for actor in (Actor.public(), city.actors["neighbour"], city.actors["W1"]):
        with open_session(actor.scope) as session, pytest.raises(NotFound):
            training_class(session, class_id)
    with open_session(city.actors["officer"].scope) as session:
        assert training_class(session, class_id).id == class_id


def test_days_in_the_wrong_order_are_refused(city: City) -> None:
    with pytest.raises(Invalid):
        drafted(city, end_on=date(2026, 3, 15))


def test_a_class_with_trainees_is_not_cancelled_without_a_reason(city: City) -> None:
    class_id = add_class(city)
    officer = city.actors["officer"]
    with open_session(officer.scope, write=True) as session:
        enrol_learner(session, officer, class_id=class_id, person_id=city.people["W1"])
    with open_session(officer.scope, write=True) as session, pytest.raises(Invalid):
        move_class(session, officer, class_id=class_id, event="cancel")
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(TrainingClass, class_id).state is ClassState.RECRUITING


def test_a_class_does_not_begin_before_its_first_day(city: City) -> None:
    class_id = add_class(city)
    do(city, "officer", move_class, class_id=class_id, event="lock")
    with pytest.raises(ClassAhead):
        do(city, "officer", move_class, class_id=class_id, event="begin")
    with clock.frozen(MONDAY + timedelta(days=7)):
        assert do(city, "officer", move_class, class_id=class_id, event="begin").state is ClassState.IN_SESSION
