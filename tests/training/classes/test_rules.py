"""The rules of classes without a database: on which days they meet, and which meet at the same time (TR-07)."""

from dataclasses import dataclass
from datetime import date

import pytest

from training.classes.rules import WORKDAYS, Daypart, first_overlap, meeting_days, overlap

M, A, E, FULL = Daypart.MORNING, Daypart.AFTERNOON, Daypart.EVENING, Daypart.FULL_DAY


@dataclass(frozen=True)
class Plan:
    """A timetable."""

    start_on: date
    end_on: date
    daypart: Daypart = Daypart.MORNING
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)


def days(first: date, last: date, *weekdays: int) -> list[str]:
    return [f"{day:%m-%d}" for day in meeting_days(Plan(first, last, weekdays=weekdays or (1, 2, 3, 4, 5)))]


def test_a_class_meets_on_its_weekdays_from_the_first_to_the_last_day() -> None:
    assert WORKDAYS == [1, 2, 3, 4, 5]
    assert days(date(2026, 3, 6), date(2026, 3, 10)) == ["03-06", "03-09", "03-10"]
    assert days(date(2026, 3, 2), date(2026, 3, 2)) == ["03-02"]
    assert days(date(2026, 3, 2), date(2026, 3, 15), 7) == ["03-08", "03-15"]
    assert days(date(2026, 3, 3), date(2026, 3, 2)) == []


def test_public_holidays_are_free_and_made_up_days_are_class_days_of_whoever_learns_on_all_workdays() -> None:
    """1 to 7 October 2026 are free; Sunday 20 September and Saturday 10 October are worked for them."""
    october = (date(2026, 9, 30), date(2026, 10, 12))
    assert days(*october) == ["09-30", "10-08", "10-09", "10-10", "10-12"]
    assert days(*october, 1, 2, 3, 4) == ["09-30", "10-08", "10-12"]
    assert days(*october, 6) == ["10-10"]
    assert days(date(2026, 9, 18), date(2026, 9, 21)) == ["09-18", "09-20", "09-21"]
    assert days(date(2026, 9, 18), date(2026, 9, 21), 1, 2, 3, 4, 5, 6) == ["09-18", "09-19", "09-20", "09-21"]
    assert days(date(2026, 9, 20), date(2026, 9, 20), 6) == []


@pytest.mark.parametrize(
    ("first", "second", "meet"),
    [
        (M, M, True), (M, A, False), (M, E, False), (M, FULL, True), (A, A, True), (A, E, False), (A, FULL, True),
        (E, E, True), (E, FULL, False), (FULL, FULL, True),
    ],
)  # fmt: skip
def test_only_a_common_part_of_the_day_is_in_the_way(first: Daypart, second: Daypart, meet: bool) -> None:
    day = date(2026, 3, 2)
    assert overlap(Plan(day, day, first), Plan(day, day, second)) is meet
    assert overlap(Plan(day, day, second), Plan(day, day, first)) is meet


def test_only_a_common_day_is_in_the_way() -> None:
    march = Plan(date(2026, 3, 2), date(2026, 3, 27))
    assert overlap(march, Plan(date(2026, 3, 27), date(2026, 4, 30)))
    assert overlap(march, Plan(date(2026, 2, 1), date(2026, 3, 2)))
    assert not overlap(march, Plan(date(2026, 3, 28), date(2026, 4, 30)))
    assert not overlap(march, Plan(date(2026, 3, 2), date(2026, 3, 27), weekdays=(6, 7)))
    assert not overlap(march, Plan(date(2026, 10, 1), date(2026, 10, 7)))


def test_the_first_class_in_the_way_is_named() -> None:
    march = Plan(date(2026, 3, 2), date(2026, 3, 27))
    evening, late, same = Plan(march.start_on, march.end_on, E), Plan(march.end_on, march.end_on, FULL), march
    assert first_overlap(march, [evening, late, same]) is late
    assert first_overlap(march, [evening]) is None
