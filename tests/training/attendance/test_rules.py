"""The rules of attendance without a database: lessons that meet, hours that count, absences, shares (VR17, VR18)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from training.attendance.rules import (
    AttendanceStanding,
    CheckInDraft,
    Hours,
    LessonPlan,
    absent_run,
    clash,
    credited_hours,
    first_clash,
    lessons_of,
    standing,
)
from training.classes.rules import Daypart

SHANGHAI = ZoneInfo("Asia/Shanghai")
GRACE = timedelta(minutes=10)
TIMES = {"morning": ("08:00", "11:00", 4), "afternoon": ("14:00", "17:00", 4), "evening": ("19:00", "21:15", 3)}


@dataclass(frozen=True)
class Plan:
    """A timetable."""

    start_on: date
    end_on: date
    daypart: Daypart
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)


def at(clock: str, day: int = 2) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2026, 3, day, int(hour), int(minute), tzinfo=SHANGHAI)


def lesson(first: str, last: str, day: int = 2) -> LessonPlan:
    return LessonPlan(at(first, day), at(last, day), 4)


MORNING = lesson("08:00", "11:00")


@pytest.mark.parametrize(
    ("first", "last", "meets"),
    [
        ("09:00", "10:00", True), ("07:00", "12:00", True), ("10:59", "12:00", True), ("11:00", "12:00", False),
        ("07:00", "08:00", False), ("07:00", "08:01", True), ("09:00", "09:00", False),
    ],
)  # fmt: skip
def test_lessons_that_touch_do_not_meet(first: str, last: str, meets: bool) -> None:
    assert clash(MORNING, lesson(first, last)) is meets
    assert clash(lesson(first, last), MORNING) is meets


def test_the_first_of_others_that_meets_any_new_lesson_is_given() -> None:
    new = [lesson("14:00", "17:00", 3), MORNING]
    others = [lesson("06:00", "08:00"), lesson("11:00", "14:00"), lesson("10:00", "12:00"), lesson("16:00", "18:00", 3)]
    assert first_clash(new, others) is others[2]
    assert first_clash(new, others[:2]) is None
    assert first_clash(new, [others[3]]) is others[3]
    assert first_clash([], others) is None


def test_a_full_day_is_a_morning_and_an_afternoon() -> None:
    plan = Plan(date(2026, 3, 2), date(2026, 3, 3), Daypart.FULL_DAY)
    assert [(span.starts_at, span.ends_at, span.hours) for span in lessons_of(plan, TIMES)] == [
        (at(first, day), at(last, day), 4) for day in (2, 3) for first, last in (("08:00", "11:00"), ("14:00", "17:00"))
    ]
    evening = Plan(date(2026, 3, 2), date(2026, 3, 2), Daypart.EVENING)
    assert list(lessons_of(evening, TIMES)) == [LessonPlan(at("19:00"), at("21:15"), 3)]


@pytest.mark.parametrize(
    ("came", "went", "hours"),
    [
        ("08:00", "11:00", 4), ("07:50", "11:30", 4), ("08:05", "10:55", 4), ("08:10", "10:50", 4),
        ("08:11", "11:00", 3), ("08:00", "10:49", 3), ("08:00", "09:30", 2), ("08:00", "09:29", 1),
        ("09:30", "11:00", 2), ("12:00", "12:30", 0), ("06:00", "07:00", 0), ("08:00", None, 0),
    ],
)  # fmt: skip
def test_hours_count_whole_and_ten_minutes_cost_nothing(came: str, went: str | None, hours: int) -> None:
    assert credited_hours(MORNING, 4, at(came), at(went) if went else None, grace=GRACE) == hours


@pytest.mark.parametrize(
    ("days", "run"),
    [([], 0), ([True], 0), ([False], 1), ([True, False, False], 2), ([False, False, True], 0), ([False] * 5, 5)],
)
def test_absences_count_from_the_last_day_back(days: list[bool], run: int) -> None:
    assert absent_run(days) == run


@pytest.mark.parametrize(
    ("run", "state"),
    [(0, "fine"), (2, "fine"), (3, "warned"), (4, "warned"), (5, "out"), (6, "out")],
)
def test_three_absences_warn_and_the_fifth_puts_out(run: int, state: str) -> None:
    assert standing(run, warn=3, out=5) is AttendanceStanding(state)


@pytest.mark.parametrize(
    ("attended", "due", "enough"),
    [(32, 40, True), (31, 40, False), (40, 40, True), (0, 0, False), (1, 1, True), (0, 1, False), (3999, 5000, False)],
)
def test_four_fifths_of_the_hours_are_enough_and_nothing_is_rounded(attended: int, due: int, enough: bool) -> None:
    assert Hours(attended, due).reaches(0.8) is enough


def test_a_share_is_shown_in_whole_percent_rounded_down() -> None:
    assert [Hours(*pair).percent for pair in ((32, 40), (1, 3), (2, 3), (40, 40), (0, 0))] == [80, 33, 66, 100, 0]


def test_a_check_in_is_an_arrival_unless_it_says_otherwise() -> None:
    assert not CheckInDraft(enrolment_id=1).leaving
