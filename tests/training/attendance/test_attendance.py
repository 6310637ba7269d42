"""Lessons, check-ins, absences and offered seats: VR17, TR-18 and the threshold of hours."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.errors import NotFound
from centre.outbox import Message
from tests.training.attendance.test_timetables import Plan, plans
from tests.training.course import acting, begin, do, enrol_all, finish, lesson_ids, people, state_of, teach
from tests.training.world import SYSTEM, City, add_class
from training.attendance import queries
from training.attendance.actions import check_in, move_lesson, report_lesson
from training.attendance.models import SeatOffer
from training.attendance.offers import OfferOver, decline_offer, lapse_offers, take_offer
from training.attendance.rules import (
    AlreadyCheckedIn,
    AttendanceStanding,
    CheckInDraft,
    ElsewhereNow,
    Hours,
    LessonAhead,
    LessonDraft,
    LessonNotNow,
    LessonPlan,
    NotAttending,
    TraineesTaken,
    absent_run,
    clash,
    credited_hours,
    first_clash,
    lessons_of,
    standing,
)
from training.classes.actions import RoomTaken, TeacherTaken
from training.classes.models import TrainingClass
from training.classes.rules import Daypart, overlap
from training.enrolments.actions import enrol_learner, withdraw_learner
from training.enrolments.rules import Application, ClassOverlap, EnrolmentState

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
TIMES = {"morning": ("08:30", "11:50", 4), "afternoon": ("14:00", "17:20", 4), "evening": ("18:30", "21:00", 3)}


def minutes(first: int, last: int) -> LessonPlan:
    return LessonPlan(NOON + timedelta(minutes=first), NOON + timedelta(minutes=last), 1)


def offers(class_id: int) -> list[SeatOffer]:
    with open_session(SYSTEM.scope) as session:
        return list(session.scalars(select(SeatOffer).where(SeatOffer.class_id == class_id).order_by(SeatOffer.id)))


def taken(class_id: int) -> int:
    with open_session(SYSTEM.scope) as session:
        return session.get_one(TrainingClass, class_id).taken


@given(*[st.integers(0, 12)] * 4)
def test_two_spans_clash_when_they_share_a_minute_and_never_otherwise(a: int, b: int, c: int, d: int) -> None:
    (a, b), (c, d) = sorted((a, b)), sorted((c, d))
    assert clash(minutes(a, b), minutes(c, d)) == bool(set(range(a, b)) & set(range(c, d)))


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8)).map(lambda span: minutes(span[0], sum(span))))


@given(SPANS, SPANS)
def test_the_first_clash_equals_that_of_a_full_comparison(new: list[LessonPlan], old: list[LessonPlan]) -> None:
    everything = next((other for other in old if any(clash(plan, other) for plan in new)), None)
    assert first_clash(new, old) is everything


@given(plans(), plans())
def test_timetables_overlap_exactly_when_some_of_their_lessons_clash(first: Plan, second: Plan) -> None:
    clashing = first_clash(lessons_of(first, TIMES), lessons_of(second, TIMES))
    assert overlap(first, second) == (clashing is not None)


def test_a_full_day_has_two_lessons_and_eight_hours() -> None:
    monday = Plan(date(2026, 3, 2), date(2026, 3, 2), Daypart.FULL_DAY, [1])
    assert [(lesson.hours, clock.local(lesson.starts_at).hour) for lesson in lessons_of(monday, TIMES)] == [
        (4, 8),
        (4, 14),
    ]


@pytest.mark.parametrize(
    ("came", "went", "hours"),
    [(-20, 205, 4), (9, 191, 4), (50, 200, 3), (0, 100, 2), (0, None, 0), (150, 200, 1), (195, 260, 0)],
)
def test_only_whole_hours_with_check_in_and_check_out_are_credited(came: int, went: int | None, hours: int) -> None:
    lesson = minutes(0, 200)
    left = None if went is None else NOON + timedelta(minutes=went)
    arrived = NOON + timedelta(minutes=came)
    assert credited_hours(lesson, 4, arrived, left, grace=timedelta(minutes=10)) == hours


@pytest.mark.rule("attendance", "action")
def test_the_threshold_is_met_by_exactly_four_fifths() -> None:
    assert Hours(32, 40).reaches(0.8)
    assert not Hours(31, 40).reaches(0.8)
    assert not Hours(0, 0).reaches(0.8)


def test_only_the_current_run_of_absences_counts() -> None:
    assert absent_run([False] * 4 + [True] + [False] * 2) == 2
    assert [standing(run, warn=3, out=5) for run in (2, 3, 5)] == [
        AttendanceStanding.FINE,
        AttendanceStanding.WARNED,
        AttendanceStanding.OUT,
    ]


def test_a_class_that_begins_has_its_lessons_and_its_trainees_attend(city: City) -> None:
    class_id = add_class(city)
    (place,) = enrol_all(city, class_id, people(city, 1))
    begin(city, class_id)
    assert len(lesson_ids(class_id)) == 10
    assert state_of(place) is EnrolmentState.ATTENDING


def test_four_fifths_of_the_hours_complete_the_course(any_city: City) -> None:
    class_id = add_class(any_city)
    good, short = enrol_all(any_city, class_id, people(any_city, 2))
    begin(any_city, class_id)
    teach(any_city, class_id, [good, short], missed={short: (1, 4, 8)})
    with open_session(SYSTEM.scope) as session:
        assert queries.hours_of(session, class_id) == {good: Hours(40, 40), short: Hours(28, 40)}
    finish(any_city, class_id)
    assert (state_of(good), state_of(short)) == (EnrolmentState.COMPLETED, EnrolmentState.FAILED)


@pytest.mark.rule("attendance", "action")
def test_three_absent_days_warn_once_and_five_end_the_training(any_city: City) -> None:
    """TR-18: dropped."""
    class_id = add_class(any_city, seats=2)
    here, away = enrol_all(any_city, class_id, people(any_city, 2))
    begin(any_city, class_id)
    teach(any_city, class_id, [here], lessons=4)
    with open_session(SYSTEM.scope) as session:
        warned = session.scalars(select(Message).where(Message.kind == "absence")).all()
    assert [message.dedupe_key for message in warned] == [f"absence:{away}:warned:0"]
    assert state_of(away) is EnrolmentState.ATTENDING
    teach(any_city, class_id, [here], lessons=5)
    assert (state_of(away), state_of(here)) == (EnrolmentState.DROPPED, EnrolmentState.ATTENDING)
    assert taken(class_id) == 1


def test_unreported_days_count_as_absence_for_nobody(city: City) -> None:
    class_id = add_class(city)
    (place,) = enrol_all(city, class_id, people(city, 1))
    begin(city, class_id)
    with open_session(SYSTEM.scope) as session:
        assert queries.days_of(session, class_id) == {place: []}


def test_a_seat_freed_in_the_first_quarter_of_the_hours_is_offered_and_a_later_one_is_not(any_city: City) -> None:
    """TR-18: the waiting list."""
    early = add_class(any_city, seats=1, end=date(2026, 4, 24))
    late = add_class(any_city, seats=1, class_no="2026-02", daypart=Daypart.EVENING)
    for class_id in (early, late):
        gone, waiting = enrol_all(any_city, class_id, people(any_city, 2, first=100 * class_id), may_wait=True)
        begin(any_city, class_id)
        teach(any_city, class_id, lessons=5)
        assert state_of(gone) is EnrolmentState.DROPPED
        offered = class_id == early
        assert state_of(waiting) is (EnrolmentState.OFFERED if offered else EnrolmentState.WAITLISTED)
        assert len(offers(class_id)) == offered
        assert taken(class_id) == offered


def test_an_accepted_offer_joins_the_running_class_for_its_remaining_hours(any_city: City) -> None:
    class_id = add_class(any_city, seats=1, end=date(2026, 4, 24))
    _, waiting = enrol_all(any_city, class_id, people(any_city, 2), may_wait=True)
    begin(any_city, class_id)
    teach(any_city, class_id, lessons=5)
    with clock.frozen(lesson_ids(class_id)[4][1] + timedelta(hours=3)):
        (offer,) = offers(class_id)
        do(any_city, "officer", take_offer, offer_id=offer.id)
        assert state_of(waiting) is EnrolmentState.ATTENDING
        with open_session(SYSTEM.scope) as session:
            # Thirty class days but for Tomb-Sweeping Monday, less the five that were over.
            assert queries.hours_of(session, class_id)[waiting] == Hours(0, 96)
        with pytest.raises(OfferOver):
            do(any_city, "officer", take_offer, offer_id=offer.id)
    assert taken(class_id) == 1


@pytest.mark.rule("class-seats", "action")
def test_an_unanswered_offer_passes_to_the_next_after_two_days(any_city: City) -> None:
    class_id = add_class(any_city, seats=1)
    first, second, third = enrol_all(any_city, class_id, people(any_city, 3), may_wait=True)
    do(any_city, "officer", withdraw_learner, enrolment_id=first)
    (offer,) = offers(class_id)
    with clock.frozen(offer.until_at - timedelta(seconds=1)), acting(any_city, "system") as (session, _):
        assert lapse_offers(session) == 0
    with clock.frozen(offer.until_at):
        with pytest.raises(OfferOver):
            do(any_city, "officer", take_offer, offer_id=offer.id)
        with acting(any_city, "system") as (session, _):
            assert lapse_offers(session) == 1
    assert (state_of(second), state_of(third)) == (EnrolmentState.WITHDRAWN, EnrolmentState.OFFERED)
    do(any_city, "officer", decline_offer, offer_id=offers(class_id)[1].id)
    assert (state_of(third), taken(class_id)) == (EnrolmentState.WITHDRAWN, 0)


def test_an_offer_is_visible_only_to_its_recipient(city: City) -> None:
    class_id = add_class(city, seats=1)
    first, _ = enrol_all(city, class_id, [people(city, 1)[0], city.people["W1"]], may_wait=True)
    do(city, "officer", withdraw_learner, enrolment_id=first)
    (offer,) = offers(class_id)
    with pytest.raises(NotFound):
        do(city, "W6", take_offer, offer_id=offer.id)
    assert do(city, "W1", take_offer, offer_id=offer.id).state is EnrolmentState.ACCEPTED


def test_a_lesson_is_not_moved_onto_a_taken_room_teacher_or_trainee(city: City) -> None:
    morning, afternoon = add_class(city), add_class(city, class_no="2026-02", daypart=Daypart.AFTERNOON)
    with open_session(SYSTEM.scope, write=True) as session:
        for class_id, teacher in ((morning, "刘老师"), (afternoon, "王老师")):
            training = session.get_one(TrainingClass, class_id)
            training.room, training.teacher = f"10{class_id}", teacher
    (person,) = people(city, 1)
    for class_id in (morning, afternoon):
        enrol_all(city, class_id, [person])
        begin(city, class_id)
    lesson_id, _ = lesson_ids(morning)[0]
    with open_session(SYSTEM.scope) as session:
        there = session.scalars(queries.lessons(afternoon)).first()
        assert there is not None
    into = {"starts_at": there.starts_at, "ends_at": there.ends_at}
    for changes, refusal in (
        ({"room": there.room}, RoomTaken),
        ({"teacher": there.teacher}, TeacherTaken),
        ({}, TraineesTaken),
    ):
        with pytest.raises(refusal):
            do(city, "registrar", move_lesson, lesson_id=lesson_id, draft=LessonDraft.model_validate(into | changes))
    after = {"starts_at": there.ends_at, "ends_at": there.ends_at + timedelta(minutes=200)}
    moved = do(city, "registrar", move_lesson, lesson_id=lesson_id, draft=LessonDraft.model_validate(after))
    assert moved.starts_at == there.ends_at


@pytest.mark.rule("one-place-at-a-time", "action")
def test_nobody_is_accepted_into_a_class_whose_moved_lesson_clashes(city: City) -> None:
    morning = add_class(city)
    (person,) = people(city, 1)
    enrol_all(city, morning, [person])
    begin(city, morning)
    evening = add_class(city, "电子装接", daypart=Daypart.EVENING)
    lesson_id, ends_at = lesson_ids(morning)[0]
    late = LessonDraft(starts_at=ends_at + timedelta(hours=8), ends_at=ends_at + timedelta(hours=10))
    do(city, "registrar", move_lesson, lesson_id=lesson_id, draft=late)
    with pytest.raises(ClassOverlap):
        do(city, "officer", enrol_learner, class_id=evening, person_id=person, application=Application())
    assert taken(evening) == 0


def test_check_ins_count_once_in_time_and_in_one_place(city: City) -> None:
    class_id = add_class(city)
    (person,) = people(city, 1)
    (place,) = enrol_all(city, class_id, [person])
    begin(city, class_id)
    (lesson_id, ends_at), (tomorrow, _) = lesson_ids(class_id)[:2]
    draft = CheckInDraft(enrolment_id=place)
    with clock.frozen(ends_at - timedelta(minutes=195)):
        with pytest.raises(LessonNotNow):
            do(city, "registrar", check_in, lesson_id=tomorrow, draft=draft)
        with pytest.raises(LessonNotNow):
            do(city, "registrar", check_in, lesson_id=lesson_id, draft=draft.model_copy(update={"at": ends_at}))
        with pytest.raises(NotAttending):
            do(city, "registrar", check_in, lesson_id=lesson_id, draft=CheckInDraft(enrolment_id=place + 99))
        do(city, "registrar", check_in, lesson_id=lesson_id, draft=draft)
        with pytest.raises(AlreadyCheckedIn) as refused:
            do(city, "registrar", check_in, lesson_id=lesson_id, draft=draft)
    assert refused.value.params == {"at": "08:35"}
    with clock.frozen(ends_at):
        leaving = draft.model_copy(update={"leaving": True})
        assert do(city, "registrar", check_in, lesson_id=lesson_id, draft=leaving).hours == 4


def test_a_check_in_at_two_schools_at_once_is_refused(city: City) -> None:
    first = add_class(city)
    (person,) = people(city, 1)
    enrol_all(city, first, [person])
    begin(city, first)
    second = add_class(city, "电子装接", daypart=Daypart.EVENING)
    (there,) = enrol_all(city, second, [person])
    begin(city, second)
    with open_session(SYSTEM.scope, write=True) as session:
        (morning, evening) = (session.scalars(queries.lessons(class_id)).all()[0] for class_id in (first, second))
        evening.starts_at, evening.ends_at = morning.starts_at, morning.ends_at
    with clock.frozen(morning.starts_at):
        with acting(city, "registrar") as (session, actor):
            (place,) = session.scalars(queries.trainees_now(first))
            check_in(session, actor, lesson_id=morning.id, draft=CheckInDraft(enrolment_id=place.id))
        with pytest.raises(ElsewhereNow):
            do(city, "neighbour", check_in, lesson_id=evening.id, draft=CheckInDraft(enrolment_id=there))
        with pytest.raises(NotFound):
            do(city, "registrar", check_in, lesson_id=evening.id, draft=CheckInDraft(enrolment_id=there))


def test_a_lesson_is_not_reported_before_it_begins(city: City) -> None:
    class_id = add_class(city)
    begin(city, class_id)
    with pytest.raises(LessonAhead):
        do(city, "registrar", report_lesson, lesson_id=lesson_ids(class_id)[0][0])
