"""The integrity desk: every check of 4.8 on invented facts, TR-13, and the reproducible sample."""

from datetime import UTC, date, datetime, timedelta
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from centre import clock
from centre.calendar import retirement_rules
from centre.database import open_session
from centre.people import Person
from centre.permissions import Role
from tests.training.course import acting, add_staff, assessed, begin, do, enrol_all, lesson_ids, people
from tests.training.world import SYSTEM, City, add_class
from training.attendance.actions import check_in
from training.attendance.rules import CheckInDraft
from training.classes.models import TrainingClass
from training.enrolments.models import Enrolment
from training.enrolments.queries import trainees
from training.integrity import queries
from training.integrity.actions import check_class, clear_flag, confirm_flag, draw_sample, record_call
from training.integrity.models import Flag
from training.integrity.rules import (
    CHECKS,
    SOURCES,
    CallDraft,
    CallOutcome,
    CheckedTrainee,
    CheckOutcome,
    Facts,
    FlagState,
    OwnFlag,
    SampleMissing,
    Stamp,
    Unknown,
    phone_sample,
    upper_tail,
)
from training.integrity.sources import SourceAway, connect

DAY = datetime(2026, 3, 16, 0, 30, tzinfo=UTC)


def facts(**known: object) -> Facts:
    return Facts(**({"start_on": date(2026, 3, 16), "end_on": date(2026, 3, 27)} | known))  # type: ignore[arg-type]


def stamp(enrolment: int, seconds: float, day: int = 0) -> Stamp:
    starts = DAY + timedelta(days=day)
    return Stamp(enrolment, day, starts, starts + timedelta(minutes=200), starts + timedelta(seconds=seconds))


HEALTHY = facts(
    trainees=[CheckedTrainee(i, f"phone{i // 2}", f"bank{i}", date(1985, 1, 1), "female") for i in range(8)],
    stamps=[stamp(number, 60 * number - 300 + 37 * day * number + day, day) for number in range(8) for day in range(8)],
    room="101", teacher="刘老师", lessons=10, hours=40, occupation="6-05-01-03", scope=["6-05-01-03"], capacity=40,
    recent_classes=6, usual_classes=5.0, assessed=30, passed=27, peers_assessed=300, peers_passed=260,
    retirement=retirement_rules(),
)  # fmt: skip

TERMS: dict[str, dict[str, Any]] = {
    "shared-phone": {"most": 3}, "shared-bank": {"most": 1}, "same-second": {"most": 5},
    "no-variance": {"lessons": 5, "seconds": 2}, "outside-timetable": {"minutes": 90}, "too-young": {"age": 16},
    "too-few-hours": {"standard": {"4-10-04-02": 160, "6-05-01-03": 40}}, "ramp-up": {"least": 20, "times": 3},
    "pass-rate": {"least": 20, "chance": 0.001},
}  # fmt: skip


def changed(**changes: object) -> Facts:
    return Facts(**({name: getattr(HEALTHY, name) for name in Facts.__slots__} | changes))


@pytest.mark.parametrize("rule", sorted(CHECKS))
def test_a_sound_class_raises_no_flag(rule: str) -> None:
    assert CHECKS[rule].look(HEALTHY, TERMS.get(rule, {})) is None


@pytest.mark.rule("hours-of-standard", "action")
@pytest.mark.parametrize(
    ("rule", "bad", "expected"),
    [
        ("shared-phone", changed(trainees=[CheckedTrainee(trainee, f"p{trainee % 2}") for trainee in range(25)]), 25),
        (
            "shared-bank",
            changed(
                trainees=[CheckedTrainee(1, None, "b"), CheckedTrainee(2, None, "b"), CheckedTrainee(3, None, None)]
            ),
            2,
        ),
        ("same-second", changed(stamps=[stamp(trainee, 3.1 + trainee / 100) for trainee in range(30)]), 30),
        ("no-variance", changed(stamps=[stamp(7, 3.5, day) for day in range(5)]), 1),
        ("outside-timetable", changed(stamps=[stamp(7, -60 * 91)]), 1),
        ("two-places", changed(elsewhere=[4, 5]), 2),
        ("past-retirement", changed(trainees=[CheckedTrainee(1, birth_on=date(1968, 1, 12), group="female")]), 1),
        ("too-young", changed(trainees=[CheckedTrainee(1, birth_on=date(2010, 3, 17))]), 1),
        ("no-place", changed(room="", lessons=0), 2),
        ("teacher-twice", changed(teacher_elsewhere=3), 3),
        ("too-few-hours", changed(occupation="4-10-04-02", hours=120), 40),
        ("out-of-scope", changed(occupation="4-03-02-01"), 1),
        ("over-capacity", changed(capacity=5), 3),
        ("ramp-up", changed(recent_classes=25, usual_classes=2.0), 25),
        ("pass-rate", changed(assessed=60, passed=60, peers_passed=240), 100),
    ],
)
def test_each_fraud_in_the_files_raises_its_flag(rule: str, bad: Facts, expected: int) -> None:
    finding = CHECKS[rule].look(bad, TERMS.get(rule, {}))
    assert finding is not None
    assert finding.count == expected


@pytest.mark.parametrize(
    ("rule", "empty"),
    [
        ("shared-phone", changed(trainees=[CheckedTrainee(1)])),
        ("shared-bank", changed(trainees=[CheckedTrainee(1, "p")])),
        ("same-second", changed(stamps=[])),
        ("no-variance", changed(stamps=[])),
        ("outside-timetable", changed(stamps=[])),
        ("past-retirement", changed(trainees=[CheckedTrainee(1, birth_on=date(1950, 1, 1))])),
        ("too-young", changed(trainees=[CheckedTrainee(1)])),
        ("teacher-twice", changed(teacher="")),
        ("too-few-hours", changed(occupation="4-03-02-01", hours=1)),
        ("out-of-scope", changed(scope=[])),
        ("over-capacity", changed(capacity=0)),
        ("pass-rate", changed(peers_assessed=3, peers_passed=1)),
    ],
)
def test_a_check_without_data_is_neither_passed_nor_failed(rule: str, empty: Facts) -> None:
    with pytest.raises(Unknown):
        CHECKS[rule].look(empty, TERMS.get(rule, {}))


def test_checks_that_could_not_run_are_recorded_as_not_checked(city: City) -> None:
    """A class on paper registers, at a school whose size and licence are not recorded (TR-13)."""
    class_id, _ = assessed(city, people(city, 3))
    check_outcomes = {check.rule: check.outcome for check in do(city, "officer", check_class, class_id=class_id)}
    away = {"same-second", "no-variance", "outside-timetable", "shared-bank", "out-of-scope", "over-capacity"}
    away |= {"pass-rate", "too-few-hours", "phone-sample", *SOURCES}
    assert {rule for rule, outcome in check_outcomes.items() if outcome is CheckOutcome.NOT_CHECKED} >= away
    assert check_outcomes["too-young"] is CheckOutcome.OK


def test_a_sample_that_nobody_could_reach_raises_a_flag(city: City) -> None:
    class_id, _ = assessed(city, people(city, 3))
    sample = do(city, "officer", draw_sample, class_id=class_id, seed="s")
    for place in sample.enrolment_ids:
        silent = CallDraft(enrolment_id=place, outcome=CallOutcome.UNREACHABLE)
        do(city, "officer", record_call, class_id=class_id, draft=silent)
    with open_session(SYSTEM.scope) as session:
        assert [flag.rule for flag, _, _ in session.execute(queries.flags(class_id))] == ["phone-sample"]


def test_a_trainee_who_is_registered_in_a_county_is_sampled_and_listed_like_the_others(city: City) -> None:
    class_id = add_class(city)
    places = enrol_all(city, class_id, people(city, 2))
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Person, session.get_one(Enrolment, places[0]).person_id).centre_id = city.county_id
    with acting(city, "officer") as (session, _):
        assert [place.id for place, _ in trainees(session, class_id)] == places
    assert sorted(do(city, "officer", draw_sample, class_id=class_id, seed="s").drawn_from) == places


def test_the_upper_tail_is_that_of_the_binomial_distribution() -> None:
    assert upper_tail(3, 2, 0.5) == pytest.approx(0.5)
    assert upper_tail(10, 0, 0.3) == pytest.approx(1.0)


@given(st.sets(st.integers(1, 10_000), max_size=80), st.floats(0.01, 1.0), st.text(max_size=10))
def test_a_sample_is_large_enough_and_reproducible(people: set[int], share: float, seed: str) -> None:
    drawn = phone_sample(people, share=share, seed=seed)
    assert len(drawn) == len(set(drawn)) == ceil(len(people) * share)
    assert set(drawn) <= people
    assert drawn == phone_sample(sorted(people, reverse=True), share=share, seed=seed)


def test_a_sample_of_another_seed_is_another_sample() -> None:
    samples = {tuple(phone_sample(range(100), share=0.1, seed=str(seed))) for seed in range(20)}
    assert len(samples) == 20


def outcomes(city: City, class_id: int) -> dict[str, CheckOutcome]:
    return {check.rule: check.outcome for check in do(city, "officer", check_class, class_id=class_id)}


@pytest.mark.rule("trainee-registers", "action")
def test_unavailable_registers_are_marked_as_not_checked_and_never_as_passed(any_city: City) -> None:
    """VR19."""
    class_id, _ = assessed(any_city, people(any_city, 2))
    by_check = outcomes(any_city, class_id)
    assert {by_check[source] for source in SOURCES} == {CheckOutcome.NOT_CHECKED}
    assert by_check["phone-sample"] is CheckOutcome.NOT_CHECKED
    assert by_check["two-places"] is CheckOutcome.OK


def test_an_available_register_is_checked_and_an_unavailable_one_does_not_count_as_passed(city: City) -> None:
    class_id, places = assessed(city, people(city, 2))

    def away(numbers: object) -> set[str]:
        raise SourceAway

    try:
        connect("student-register", lambda numbers: {min(numbers)})
        connect("death-register", set().intersection)
        connect("custody-register", away)
        by_check = outcomes(city, class_id)
    finally:
        for source in SOURCES:
            connect(source, None)
    assert (by_check["student-register"], by_check["death-register"]) == (CheckOutcome.FLAGGED, CheckOutcome.OK)
    assert (by_check["custody-register"], by_check["retirement-register"]) == (
        CheckOutcome.NOT_CHECKED,
        CheckOutcome.NOT_CHECKED,
    )
    with open_session(SYSTEM.scope) as session:
        assert session.scalars(select(Flag)).one().enrolment_ids == [places[0]]


def test_check_ins_in_the_same_second_are_noticed_from_the_records(city: City) -> None:
    class_id = add_class(city)
    places = enrol_all(city, class_id, people(city, 6))
    begin(city, class_id)
    lesson_id, ends_at = lesson_ids(class_id)[0]
    with clock.frozen(ends_at - timedelta(minutes=190)):
        for place in places:
            do(city, "registrar", check_in, lesson_id=lesson_id, draft=CheckInDraft(enrolment_id=place))
    assert outcomes(city, class_id)["same-second"] is CheckOutcome.FLAGGED


def test_a_doubt_is_cleared_by_two_people_and_does_not_come_back(any_city: City) -> None:
    add_staff(any_city, second=Role.TRAINING_OFFICER)
    class_id, _ = assessed(any_city, people(any_city, 2), end=date(2026, 3, 20))
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(TrainingClass, class_id).room = ""
    assert outcomes(any_city, class_id)["no-place"] is CheckOutcome.FLAGGED
    with open_session(SYSTEM.scope) as session:
        flag = session.scalars(select(Flag)).one()
    do(any_city, "officer", clear_flag, flag_id=flag.id, reason="已到现场核实")
    with pytest.raises(OwnFlag):
        do(any_city, "officer", clear_flag, flag_id=flag.id, reason="再核实一遍")
    assert do(any_city, "second", clear_flag, flag_id=flag.id, reason="看过照片").state is FlagState.CLEARED
    outcomes(any_city, class_id)
    with open_session(SYSTEM.scope) as session:
        assert [row.state for row in session.scalars(select(Flag))] == [FlagState.CLEARED]
        assert queries.unsettled_flags(session, class_id) == 0


def test_a_confirmed_fraud_blocks_for_good(city: City) -> None:
    add_staff(city, second=Role.TRAINING_OFFICER)
    class_id, _ = assessed(city, people(city, 12))
    sample = do(city, "officer", draw_sample, class_id=class_id, seed="2026-03")
    assert len(sample.enrolment_ids) == 2
    assert sample.enrolment_ids == phone_sample(sample.drawn_from, share=sample.share, seed=sample.seed)
    stranger = next(place for place in sample.drawn_from if place not in sample.enrolment_ids)
    draft = CallDraft(enrolment_id=stranger, outcome=CallOutcome.CONFIRMED)
    with pytest.raises(SampleMissing):
        do(city, "officer", record_call, class_id=class_id, draft=draft)
    denied = CallDraft(enrolment_id=sample.enrolment_ids[0], outcome=CallOutcome.DENIED, note="从没去过")
    do(city, "officer", record_call, class_id=class_id, draft=denied)
    with acting(city, "system") as (session, _):
        flag = session.scalars(select(Flag)).one()
    do(city, "officer", confirm_flag, flag_id=flag.id, reason="冒名顶替")
    with open_session(SYSTEM.scope) as session:
        assert queries.unsettled_flags(session, class_id) == 1
