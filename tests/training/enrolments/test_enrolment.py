"""Taking, losing and returning a seat, and what it costs."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from centre import clock
from centre.database import open_session
from centre.errors import Conflict, NotFound
from centre.ledger import ServiceCategory, ServiceEvent
from centre.people import PersonCategory
from centre.permissions import Actor
from tests.training.course import enrol_all, people
from tests.training.world import MONDAY, SYSTEM, City, add_class, add_person, identity
from training.classes.models import TrainingClass
from training.classes.rules import ClassState, Daypart
from training.enrolments.actions import accept_learner, enrol_learner, take_seat, withdraw_learner
from training.enrolments.models import Enrolment
from training.enrolments.rules import (
    AlreadyEnrolled,
    Application,
    BeneficiaryMissing,
    ClassFull,
    ClassNotOpen,
    ClassOverlap,
    EnrolmentState,
    Relation,
    TooYoung,
)
from training.providers.models import Major


def enrol(
    city: City, class_id: int, person_id: int, application: Application | None = None, actor: Actor | None = None
) -> Enrolment:
    acting = actor or city.actors["officer"]
    with open_session(acting.scope, write=True) as session:
        return enrol_learner(session, acting, class_id=class_id, person_id=person_id, application=application)


def somebody(city: City, serial: int) -> int:
    with open_session(SYSTEM.scope, write=True) as session:
        return add_person(session, city, identity(serial), f"学员{serial}").id


def seats_taken(class_id: int) -> tuple[int, int]:
    with open_session(SYSTEM.scope) as session:
        taken = session.get_one(TrainingClass, class_id).taken
        held = session.scalar(
            select(func.count()).where(Enrolment.class_id == class_id, Enrolment.state == EnrolmentState.ACCEPTED)
        )
        return taken, held or 0


def test_a_recognised_worker_learns_free_and_the_price_stays_as_it_was(city: City) -> None:
    """TR-02: the frozen split."""
    place = enrol(city, add_class(city), city.people["W1"])
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Major, city.majors["服装缝纫"]).tuition_fen = 200_000
    with open_session(SYSTEM.scope) as session:
        kept = session.get_one(Enrolment, place.id)
        assert (kept.tuition_fen, kept.waiver_fen, kept.centre_fen, kept.learner_fen) == (120_000, 40_000, 80_000, 0)
        assert kept.category_at_enrol is PersonCategory.UNION_HARDSHIP
        assert kept.entitled_by == "union_hardship"


def test_an_ordinary_learner_pays_the_rest(city: City) -> None:
    place = enrol(city, add_class(city), somebody(city, 1))
    assert (place.waiver_fen, place.centre_fen, place.learner_fen) == (40_000, 50_000, 30_000)


def test_a_child_of_a_recognised_worker_learns_free_and_both_are_kept(city: City) -> None:
    """TR-17."""
    plea = Application(relation=Relation.CHILD, beneficiary_of_id=city.people["W1"])
    place = enrol(city, add_class(city), city.people["W6"], plea)
    assert (place.learner_fen, place.person_id, place.beneficiary_of_id) == (0, city.people["W6"], city.people["W1"])
    assert place.category_at_enrol is PersonCategory.HARDSHIP_CHILD


def test_a_child_without_a_named_worker_is_refused(city: City) -> None:
    with pytest.raises(BeneficiaryMissing):
        enrol(city, add_class(city), city.people["W6"], Application(relation=Relation.CHILD))


def test_one_enrolment_is_one_event_of_the_ledger_and_leaving_reverses_it(city: City) -> None:
    place = enrol(city, add_class(city), city.people["W1"])
    officer = city.actors["officer"]
    with open_session(officer.scope, write=True) as session:
        withdraw_learner(session, officer, enrolment_id=place.id, reason="改报别的班")
    with open_session(SYSTEM.scope) as session:
        entries = session.scalars(select(ServiceEvent).order_by(ServiceEvent.id)).all()
    assert [(entry.category, entry.amount_fen) for entry in entries] == [
        (ServiceCategory.TRAINING, 80_000),
        (ServiceCategory.TRAINING, -80_000),
    ]
    assert entries[1].reverses_id == entries[0].id
    assert seats_taken(place.class_id) == (0, 0)


def test_a_person_who_left_can_return_to_the_same_enrolment(city: City) -> None:
    place = enrol(city, add_class(city), city.people["W1"])
    officer = city.actors["officer"]
    with open_session(officer.scope, write=True) as session:
        withdraw_learner(session, officer, enrolment_id=place.id)
    again = enrol(city, place.class_id, city.people["W1"])
    assert (again.id, again.state) == (place.id, EnrolmentState.ACCEPTED)
    assert seats_taken(place.class_id) == (1, 1)


@pytest.mark.rule("price-split", "database")
def test_the_database_refuses_parts_that_do_not_add_up_to_the_tuition(any_city: City) -> None:
    class_id = add_class(any_city)
    (place,) = enrol_all(any_city, class_id, people(any_city, 1))
    with pytest.raises(IntegrityError), open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Enrolment, place).learner_fen += 1


def test_the_same_person_is_not_enrolled_twice(city: City) -> None:
    class_id = add_class(city)
    enrol(city, class_id, city.people["W1"])
    with pytest.raises(AlreadyEnrolled):
        enrol(city, class_id, city.people["W1"])
    assert seats_taken(class_id) == (1, 1)


@pytest.mark.rule("one-place-at-a-time", "action")
def test_two_morning_classes_at_two_schools_collide_and_an_evening_class_does_not(city: City) -> None:
    """TR-07."""
    sewing = add_class(city)
    morning = add_class(city, "电子装接")
    evening = add_class(city, "电子装接", class_no="2026-02", daypart=Daypart.EVENING)
    enrol(city, sewing, city.people["W1"])
    with pytest.raises(ClassOverlap):
        enrol(city, morning, city.people["W1"])
    assert enrol(city, evening, city.people["W1"]).state is EnrolmentState.ACCEPTED


def test_the_eleventh_learner_of_ten_seats_is_refused_or_waits(city: City) -> None:
    class_id = add_class(city, seats=10)
    for serial in range(1, 11):
        enrol(city, class_id, somebody(city, serial))
    last = somebody(city, 11)
    with pytest.raises(ClassFull) as refused:
        enrol(city, class_id, last)
    assert refused.value.params == {"seats": 10}
    assert enrol(city, class_id, last, Application(may_wait=True)).state is EnrolmentState.WAITLISTED
    assert seats_taken(class_id) == (10, 10)


def test_a_seat_that_is_given_back_is_offered_to_whoever_waited_longest(city: City) -> None:
    class_id = add_class(city, seats=1)
    first, second = enrol(city, class_id, somebody(city, 1)), somebody(city, 2)
    waiting = enrol(city, class_id, second, Application(may_wait=True))
    officer = city.actors["officer"]
    with open_session(officer.scope, write=True) as session:
        withdraw_learner(session, officer, enrolment_id=first.id)
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(Enrolment, waiting.id).state is EnrolmentState.OFFERED
    assert seats_taken(class_id) == (1, 0)
    with open_session(officer.scope, write=True) as session:
        take_seat(session, officer, enrolment_id=waiting.id)
    assert seats_taken(class_id) == (1, 1)


@pytest.mark.rule("working-age", "action")
def test_somebody_under_sixteen_on_the_first_day_is_refused(city: City) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        child = add_person(session, city, identity(5, "20100317"), "小学员").id
        just_old_enough = add_person(session, city, identity(6, "20100316"), "大学员").id
    class_id = add_class(city)
    with pytest.raises(TooYoung):
        enrol(city, class_id, child)
    assert enrol(city, class_id, just_old_enough).state is EnrolmentState.ACCEPTED


def test_a_class_that_is_not_recruiting_accepts_nobody(city: City) -> None:
    class_id = add_class(city, state=ClassState.LOCKED)
    with pytest.raises(ClassNotOpen):
        enrol(city, class_id, city.people["W1"])


def test_learners_enrol_only_themselves(city: City) -> None:
    class_id = add_class(city)
    with pytest.raises(NotFound):
        enrol(city, class_id, city.people["W6"], actor=city.actors["W1"])
    assert enrol(city, class_id, city.people["W1"], actor=city.actors["W1"]).state is EnrolmentState.ACCEPTED


def test_a_doubtful_enrolment_keeps_its_seat_and_enters_the_ledger_once_accepted(city: City) -> None:
    place = enrol(city, add_class(city), city.people["W1"], Application(to_check="name"))
    assert place.state is EnrolmentState.APPLIED
    officer = city.actors["officer"]
    with open_session(officer.scope, write=True) as session:
        assert session.scalar(select(func.count(ServiceEvent.id))) == 0
        accept_learner(session, officer, enrolment_id=place.id)
    with open_session(SYSTEM.scope) as session:
        assert session.scalar(select(func.count(ServiceEvent.id))) == 1
    assert seats_taken(place.class_id) == (1, 1)


def test_a_registrar_does_not_find_another_school_s_class_or_trainees(city: City) -> None:
    """TR-16."""
    foreign = add_class(city, "电子装接")
    enrol(city, foreign, city.people["W1"])
    registrar = city.actors["registrar"]
    with pytest.raises(NotFound):
        enrol(city, foreign, city.people["W1"], actor=registrar)
    with open_session(registrar.scope) as session:
        assert session.scalars(select(Enrolment)).all() == []


@pytest.mark.rule("class-seats", "action")
def test_ten_seats_are_filled_exactly_once_by_twenty_four_concurrent_enrolments(any_city: City) -> None:
    """R4 for seats, on both databases."""
    class_id = add_class(any_city, seats=10)
    people = [somebody(any_city, serial) for serial in range(1, 25)]
    barrier, outcomes = Barrier(8), []

    def press(mine: list[int]) -> None:
        with clock.frozen(MONDAY):
            barrier.wait()
            for person_id in mine:
                try:
                    enrol(any_city, class_id, person_id)
                    outcomes.append("seat")
                except Conflict as refused:
                    outcomes.append(refused.code)

    threads = [Thread(target=press, args=(people[lane::8],)) for lane in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["class-full"] * 14 + ["seat"] * 10
    assert seats_taken(class_id) == (10, 10)
