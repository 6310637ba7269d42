"""A class or a school that ends takes what hangs on it along: places, waiting lists, offers, claims, ways in."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from centre import clock
from centre.accounts import Caller, bearer, by_password, visitor
from centre.accounts.actions import create_account
from centre.accounts.rules import TokenDraft, WrongPassword
from centre.accounts.tokens import create_token
from centre.database import open_session
from centre.funds.actions import grant_money, open_fund
from centre.funds.models import Fund
from centre.funds.rules import FundDraft, FundPurpose, GrantDraft
from centre.outbox import Message
from centre.permissions import Permission, Role
from tests.planted import planted
from tests.training.course import add_staff, assessed, begin, do, enrol_all, finish, lesson_ids, people, state_of, teach
from tests.training.lifecycles.telling import last_message, open_offers, person_of, seats_taken, told_since
from tests.training.world import SYSTEM, City, add_class
from training.attendance import subscribers
from training.attendance.actions import check_in, report_lesson
from training.attendance.jobs import lapse_due_offers
from training.attendance.offers import take_offer
from training.attendance.rules import CheckInDraft, ClassNotRunning, LessonAhead
from training.claims.actions import enter_claim
from training.claims.models import Claim, ClaimLine
from training.claims.rules import ClaimDraft, ClaimState, LineState, Programme
from training.classes.actions import approve_class, draft_class, move_class
from training.classes.models import TrainingClass
from training.classes.queries import recruiting
from training.classes.rules import ClassDraft, ClassState
from training.enrolments.actions import accept_learner, enrol_learner, refuse_learner, take_seat, withdraw_learner
from training.enrolments.queries import trainees
from training.enrolments.rules import Application, ClassNotOpen, EnrolmentState
from training.funds.actions import fund_class
from training.providers.actions import move_provider
from training.providers.rules import ProviderNotActive

E = EnrolmentState


def class_state(class_id: int) -> ClassState:
    """Where a class stands."""
    with open_session(SYSTEM.scope) as session:
        return session.get_one(TrainingClass, class_id).state


@pytest.mark.rule("class-ends", "action")
def test_cancelling_a_class_releases_everybody_in_one_step_and_tells_each_once(any_city: City) -> None:
    city = any_city
    class_id = add_class(city, seats=2)
    places = enrol_all(city, class_id, people(city, 4), may_wait=True)
    do(city, "officer", withdraw_learner, enrolment_id=places[0])
    assert [state_of(place) for place in places] == [E.WITHDRAWN, E.ACCEPTED, E.OFFERED, E.WAITLISTED]
    before = last_message()
    do(city, "officer", move_class, class_id=class_id, event="cancel", reason="教师生病")
    assert {state_of(place) for place in places} == {E.WITHDRAWN}
    assert told_since(before) == [("class-ended", person_of(place)) for place in places[1:]]
    assert (seats_taken(class_id), open_offers(class_id)) == (0, 0)
    with open_session(SYSTEM.scope) as session:
        bodies = set(session.scalars(select(Message.body).where(Message.kind == "class-ended")))
    assert len(bodies) == 1
    assert "教师生病" in bodies.pop()


def test_a_cancelled_class_that_forgot_its_waiting_list_would_be_noticed(city: City) -> None:
    """The planted fault: nobody is released."""
    class_id = add_class(city, seats=1)
    places = enrol_all(city, class_id, people(city, 2), may_wait=True)
    with planted(subscribers, cancel_places=lambda *_arguments, **_named: 0):
        do(city, "officer", move_class, class_id=class_id, event="cancel", reason="人数不够")
    assert state_of(places[1]) is E.WAITLISTED
    assert seats_taken(class_id) == 1


def test_a_cancelled_class_returns_the_money_that_was_charged_for_it(city: City) -> None:
    add_staff(city, manager=Role.CITY_MANAGER)
    draft = FundDraft(code="PX", name="培训费", purpose=FundPurpose.TUITION)
    fund_id = do(city, "manager", open_fund, draft=draft).id
    do(city, "manager", grant_money, fund_id=fund_id, draft=GrantDraft(amount_fen=1_000_000))
    class_id = add_class(city)
    do(city, "manager", fund_class, class_id=class_id, fund_id=fund_id)
    enrol_all(city, class_id, people(city, 3))

    def balance() -> int:
        with open_session(SYSTEM.scope) as session:
            return session.get_one(Fund, fund_id).balance_fen

    assert balance() < 1_000_000
    do(city, "officer", move_class, class_id=class_id, event="cancel", reason="人数不够")
    assert balance() == 1_000_000


def test_a_class_that_runs_is_broken_off_and_its_room_is_free(city: City) -> None:
    class_id = add_class(city, seats=1)
    first, waiting = enrol_all(city, class_id, people(city, 2), may_wait=True)
    begin(city, class_id)
    with clock.frozen(lesson_ids(class_id)[1][1]):
        do(city, "officer", move_class, class_id=class_id, event="suspend", reason="检查不合格")
        before = last_message()
        do(city, "officer", move_class, class_id=class_id, event="break-off", reason="没有整改")
        assert (state_of(first), state_of(waiting)) == (E.WITHDRAWN, E.WITHDRAWN)
        assert told_since(before) == [("class-ended", person_of(first)), ("class-ended", person_of(waiting))]
        lesson_id = lesson_ids(class_id)[2][0]
        with pytest.raises(ClassNotRunning):
            do(city, "officer", report_lesson, lesson_id=lesson_id)


def test_pausing_a_class_notifies_and_nobody_is_marked_present_meanwhile(city: City) -> None:
    class_id = add_class(city)
    (place,) = enrol_all(city, class_id, people(city, 1))
    begin(city, class_id)
    lesson_id, ends_at = lesson_ids(class_id)[0]
    with clock.frozen(ends_at):
        before = last_message()
        do(city, "officer", move_class, class_id=class_id, event="suspend", reason="停电")
        assert told_since(before, "class-paused") == [("class-paused", person_of(place))]
        with pytest.raises(ClassNotRunning):
            do(city, "officer", check_in, lesson_id=lesson_id, draft=CheckInDraft(enrolment_id=place))
        do(city, "officer", move_class, class_id=class_id, event="resume")
        assert len(told_since(before, "class-paused")) == 2
        do(city, "officer", report_lesson, lesson_id=lesson_id, present=[place])


def test_a_class_is_not_finished_before_its_last_lesson(city: City) -> None:
    class_id = add_class(city)
    enrol_all(city, class_id, people(city, 1))
    begin(city, class_id)
    with clock.frozen(lesson_ids(class_id)[-2][1]), pytest.raises(LessonAhead):
        do(city, "officer", move_class, class_id=class_id, event="finish")
    finish(city, class_id)


def test_a_latecomer_accepted_after_the_beginning_joins_at_once(any_city: City) -> None:
    """Lessons before that are not held against them."""
    city = any_city
    class_id = add_class(city, seats=5)
    first, second = people(city, 2)
    early = do(city, "officer", enrol_learner, class_id=class_id, person_id=first).id
    checked = Application(to_check="name")
    late = do(city, "officer", enrol_learner, class_id=class_id, person_id=second, application=checked).id
    begin(city, class_id)
    lessons = lesson_ids(class_id)
    for lesson_id, ends_at in lessons[:2]:
        with clock.frozen(ends_at + timedelta(minutes=5)):
            do(city, "officer", report_lesson, lesson_id=lesson_id, present=[early])
    with clock.frozen(lessons[1][1] + timedelta(hours=1)):
        do(city, "officer", accept_learner, enrolment_id=late)
        assert state_of(late) is E.ATTENDING
    for lesson_id, ends_at in lessons[2:]:
        with clock.frozen(ends_at + timedelta(minutes=5)):
            do(city, "officer", report_lesson, lesson_id=lesson_id, present=[early, late])
    finish(city, class_id)
    assert (state_of(early), state_of(late)) == (E.COMPLETED, E.COMPLETED)


def test_nobody_is_accepted_into_a_class_that_is_over(city: City) -> None:
    class_id = add_class(city, seats=5)
    first, second = people(city, 2)
    early = do(city, "officer", enrol_learner, class_id=class_id, person_id=first).id
    checked = Application(to_check="name")
    late = do(city, "officer", enrol_learner, class_id=class_id, person_id=second, application=checked).id
    begin(city, class_id)
    teach(city, class_id, [early])
    before = last_message()
    finish(city, class_id)
    assert state_of(late) is E.WITHDRAWN
    assert told_since(before, "class-ended") == [("class-ended", second)]
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(TrainingClass, class_id).state = ClassState.FINISHED
    with pytest.raises(ClassNotOpen):
        do(city, "officer", accept_learner, enrolment_id=late)


def test_who_was_to_be_looked_at_is_not_accepted_by_way_of_the_waiting_list(city: City) -> None:
    class_id = add_class(city, seats=1)
    first, second = people(city, 2)
    seated = do(city, "officer", enrol_learner, class_id=class_id, person_id=first).id
    asked = Application(to_check="relation", may_wait=True)
    waiting = do(city, "officer", enrol_learner, class_id=class_id, person_id=second, application=asked).id
    do(city, "officer", withdraw_learner, enrolment_id=seated)
    assert state_of(waiting) is E.OFFERED
    do(city, "officer", take_seat, enrolment_id=waiting)
    assert state_of(waiting) is E.APPLIED
    before = last_message()
    do(city, "officer", refuse_learner, enrolment_id=waiting, reason="关系不符")
    assert told_since(before) == [("enrolment-ended", second)]


def test_a_waiting_list_closes_when_a_quarter_of_the_hours_is_over(city: City) -> None:
    """TR-18: nobody waits for a seat that will not be offered."""
    class_id = add_class(city, seats=1)
    first, waiting = enrol_all(city, class_id, people(city, 2), may_wait=True)
    begin(city, class_id)
    before = last_message()
    lessons = lesson_ids(class_id)
    for number, expected in ((1, E.WAITLISTED), (4, E.WITHDRAWN)):
        with clock.frozen(lessons[number][1]), open_session(SYSTEM.scope, write=True) as session:
            lapse_due_offers(session)
        assert state_of(waiting) is expected
    assert told_since(before, "class-ended") == [("class-ended", person_of(waiting))]
    assert state_of(first) is E.ATTENDING


def school_with_a_claim(city: City) -> tuple[int, int]:
    """A class that was assessed, and the claim of its school."""
    add_staff(city, second=Role.TRAINING_OFFICER, manager=Role.CITY_MANAGER)
    class_id, _ = assessed(city, people(city, 2, first=301), class_no="A-1", seats=5)
    with clock.frozen(clock.now() + timedelta(days=40)):
        draft = ClaimDraft(class_id=class_id, programme=Programme.PER_CERTIFICATE)
        return class_id, do(city, "registrar", enter_claim, draft=draft).id


def test_a_school_that_is_given_up_is_shut_out_at_once(any_city: City) -> None:
    city = any_city
    school = city.schools["P1"]
    with open_session(SYSTEM.scope, write=True) as session:
        create_account(
            session, SYSTEM, login="reg1", name="教务", password="麦子熟了就回家乡", roles={Role.REGISTRAR},
            provider_id=school, expires_on=date(2026, 12, 31),
        )  # fmt: skip
        draft = TokenDraft(
            name="校方系统", role=Role.REGISTRAR, organisation_id=school, permissions=[Permission.REPORT_TRAINING],
            expires_on=date(2026, 12, 1),
        )  # fmt: skip
        token, _ = create_token(session, SYSTEM, draft=draft)
    entered = by_password("reg1", "麦子熟了就回家乡", Caller(host="h"))
    class_id = add_class(city, seats=5)
    (place,) = enrol_all(city, class_id, people(city, 1))
    before = last_message()
    do(city, "officer", move_provider, provider_id=school, event="end", reason="套取补贴")
    with open_session(SYSTEM.scope) as session:
        assert visitor(session, entered.token) is None
        assert bearer(session, token) is None
    with pytest.raises(WrongPassword):
        by_password("reg1", "麦子熟了就回家乡", Caller(host="h"))
    with open_session(entered.account.actor.scope) as session:
        assert trainees(session, class_id) == []
    assert class_state(class_id) is ClassState.CANCELLED
    assert state_of(place) is E.WITHDRAWN
    assert told_since(before, "class-ended") == [("class-ended", person_of(place))]


def test_a_suspended_school_begins_nothing_new_and_carries_on_when_it_is_taken_back(city: City) -> None:
    school = city.schools["P1"]
    recruiting_id = add_class(city, seats=1)
    running_id = add_class(city, "焊接", class_no="R-1", start=date(2026, 3, 9))
    (held, waiting) = enrol_all(city, recruiting_id, people(city, 2), may_wait=True)
    (attending,) = enrol_all(city, running_id, people(city, 1, first=201))
    begin(city, running_id)
    do(city, "officer", move_provider, provider_id=school, event="suspend", reason="检查")
    with open_session(SYSTEM.scope) as session:
        assert session.execute(recruiting(date(2026, 3, 9))).all() == []
    draft = ClassDraft(
        major_id=city.majors["服装缝纫"], class_no="N-1", start_on=date(2026, 5, 4), end_on=date(2026, 5, 8), seats=3
    )
    steps: list[Callable[[], object]] = [
        lambda: do(city, "registrar", draft_class, draft=draft),
        lambda: do(city, "officer", enrol_learner, class_id=recruiting_id, person_id=city.people["W1"]),
        lambda: do(city, "registrar", move_class, class_id=recruiting_id, event="lock"),
    ]
    for step in steps:
        with pytest.raises(ProviderNotActive):
            step()
    do(city, "officer", withdraw_learner, enrolment_id=held)
    assert state_of(waiting) is E.WAITLISTED
    lesson_id, ends_at = lesson_ids(running_id)[0]
    with clock.frozen(ends_at):
        do(city, "officer", report_lesson, lesson_id=lesson_id, present=[attending])
    do(city, "officer", move_provider, provider_id=school, event="resume")
    do(city, "registrar", move_class, class_id=recruiting_id, event="lock")


def test_a_seat_that_was_offered_before_a_suspension_is_not_taken_in_it(city: City) -> None:
    class_id = add_class(city, seats=1)
    held, waiting = enrol_all(city, class_id, people(city, 2), may_wait=True)
    do(city, "officer", withdraw_learner, enrolment_id=held)
    assert state_of(waiting) is E.OFFERED
    do(city, "officer", move_provider, provider_id=city.schools["P1"], event="suspend", reason="检查")
    with pytest.raises(ProviderNotActive):
        do(city, "officer", take_offer, offer_id=1)


def test_the_claims_of_a_school_that_is_given_up_go_back(city: City) -> None:
    class_id, claim_id = school_with_a_claim(city)
    do(city, "officer", move_provider, provider_id=city.schools["P1"], event="end", reason="套取补贴")
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(Claim, claim_id).state is ClaimState.RETURNED
        lines = session.scalars(select(ClaimLine).where(ClaimLine.claim_id == claim_id)).all()
        assert {(line.state, line.once) for line in lines} == {(LineState.RETURNED, None)}
    assert class_state(class_id) is ClassState.ASSESSED
    draft = ClaimDraft(class_id=class_id, programme=Programme.PER_CERTIFICATE)
    with pytest.raises(ProviderNotActive):
        do(city, "second", enter_claim, draft=draft)


def test_an_application_of_a_suspended_school_is_not_approved(city: City) -> None:
    class_id = add_class(city, state=ClassState.APPLIED)
    do(city, "officer", move_provider, provider_id=city.schools["P1"], event="suspend", reason="检查")
    with pytest.raises(ProviderNotActive):
        do(city, "officer", approve_class, class_id=class_id)
