from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centre import calendar

DAYS = st.dates(date(2020, 1, 1), date(2026, 12, 31))


def test_a_class_that_starts_on_monday_needs_its_application_five_working_days_before() -> None:
    start = date(2026, 3, 16)
    assert calendar.working_days_between(date(2026, 3, 9), start) == 5
    assert calendar.working_days_between(date(2026, 3, 10), start) == 4
    assert calendar.add_working_days(start, -5) == date(2026, 3, 9)


def test_make_up_weekends_are_working_days_and_holidays_are_not() -> None:
    worked = [date(2026, 2, 14), date(2026, 2, 28), date(2026, 10, 10), date(2026, 3, 2)]
    free = [date(2026, 1, 1), date(2026, 2, 17), date(2026, 10, 1), date(2026, 3, 14)]
    assert all(calendar.is_working_day(day) for day in worked)
    assert not any(calendar.is_working_day(day) for day in free)


def test_a_year_whose_holidays_are_not_announced_still_answers() -> None:
    assert calendar.add_working_days(date(2029, 12, 28), 5) > date(2030, 1, 1)


@given(DAYS, st.integers(-30, 30))
def test_adding_working_days_and_counting_them_agree(day: date, count: int) -> None:
    there = calendar.add_working_days(day, count)
    if count > 0:
        assert calendar.working_days_between(day + timedelta(1), there + timedelta(1)) == count
    if count < 0:
        assert calendar.working_days_between(there, day) == -count


@given(DAYS, DAYS)
def test_counting_backwards_is_the_negative(first: date, last: date) -> None:
    assert calendar.working_days_between(first, last) == -calendar.working_days_between(last, first)


def test_people_born_on_29_february_turn_older_on_1_march() -> None:
    born = date(2008, 2, 29)
    assert calendar.age_on(born, date(2024, 2, 28)) == 15
    assert calendar.age_on(born, date(2024, 2, 29)) == 16
    assert calendar.age_on(born, date(2026, 2, 28)) == 17
    assert calendar.age_on(born, date(2026, 3, 1)) == 18
    assert calendar.age_on(date(2009, 9, 1), date(2025, 9, 1)) == 16


def test_short_months_take_their_last_day() -> None:
    assert calendar.add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert calendar.add_months(date(2026, 1, 31), -2) == date(2025, 11, 30)
    assert calendar.add_years(date(2020, 2, 29), 3) == date(2023, 2, 28)


@pytest.mark.parametrize(
    ("group", "birth", "retires"),
    [
        ("male", date(1964, 12, 31), date(2024, 12, 31)),
        ("male", date(1965, 1, 15), date(2025, 2, 15)),
        ("male", date(1965, 5, 15), date(2025, 7, 15)),
        ("male", date(1976, 9, 1), date(2039, 9, 1)),
        ("male", date(1990, 1, 1), date(2053, 1, 1)),
        ("female-cadre", date(1970, 1, 31), date(2025, 2, 28)),
        ("female-cadre", date(1981, 9, 1), date(2039, 9, 1)),
        ("female-worker", date(1968, 1, 12), date(2018, 1, 12)),
        ("female-worker", date(1975, 3, 8), date(2025, 5, 8)),
        ("female-worker", date(1984, 11, 1), date(2039, 11, 1)),
    ],
)
def test_the_retirement_date_follows_the_dated_table(group: str, birth: date, retires: date) -> None:
    assert calendar.retirement_date(birth, group, calendar.retirement_rules()) == retires


def test_a_group_without_a_rule_has_no_retirement_date() -> None:
    with pytest.raises(LookupError):
        calendar.retirement_date(date(1970, 1, 1), "nobody", calendar.retirement_rules())
