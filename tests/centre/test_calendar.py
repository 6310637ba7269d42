from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centre import calendar
from centre.calendar import YearPlan
from tests.planted import planted

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
        ("male", date(1965, 1, 1), date(2025, 2, 1)),
        ("male", date(1965, 1, 15), date(2025, 2, 15)),
        ("male", date(1965, 5, 15), date(2025, 7, 15)),
        ("male", date(1970, 3, 31), date(2031, 7, 31)),
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


def holidays(first: date, last: date) -> list[str]:
    days = [first + timedelta(step) for step in range((last - first).days + 1)]
    return [f"{day:%m-%d}" for day in days if calendar.is_public_holiday(day)]


def test_a_run_of_days_off_holds_its_weekends_but_no_made_up_day() -> None:
    october = ["10-01", "10-02", "10-03", "10-04", "10-05", "10-06", "10-07"]
    assert holidays(date(2026, 9, 19), date(2026, 10, 18)) == ["09-25", "09-26", "09-27", *october]
    assert holidays(date(2026, 1, 1), date(2026, 1, 18)) == ["01-01", "01-02", "01-03"]
    assert holidays(date(2026, 3, 1), date(2026, 3, 31)) == []


def test_a_run_of_days_off_goes_over_the_new_year_in_both_directions() -> None:
    """1 January 2029 is a Monday; 31 December 2027 a Friday that a notice could make free."""
    assert holidays(date(2028, 12, 25), date(2029, 1, 2)) == ["12-30", "12-31", "01-01"]
    plans = {2027: YearPlan(frozenset({date(2027, 12, 31)}), frozenset()), 2028: YearPlan(frozenset(), frozenset())}
    with planted(calendar, _plans=lambda: plans):
        assert holidays(date(2027, 12, 25), date(2028, 1, 9)) == ["12-31", "01-01", "01-02"]
    with planted(calendar, _plans=lambda: {2029: YearPlan(frozenset({date(2029, 5, 1)}), frozenset())}):
        assert holidays(date(2028, 12, 25), date(2029, 1, 2)) == []


def test_a_made_up_day_before_the_new_year_ends_the_run() -> None:
    """30 December 2022 is a Friday; its Saturday is worked here, and the Sunday in the new year is ordinary."""
    plan = YearPlan(frozenset({date(2022, 12, 30)}), frozenset({date(2022, 12, 31)}))
    with planted(calendar, _plans=lambda: {2022: plan, 2023: YearPlan(frozenset(), frozenset())}):
        assert holidays(date(2022, 12, 26), date(2023, 1, 8)) == ["12-30"]


def test_the_first_and_the_last_year_have_holidays_too() -> None:
    none = YearPlan(frozenset(), frozenset())
    with planted(calendar, _plans=lambda: dict.fromkeys((1, 2, 9998, 9999), none)):
        assert holidays(date(1, 1, 1), date(1, 1, 31)) == holidays(date(9999, 12, 1), date(9999, 12, 31)) == []


def test_a_year_that_was_entered_replaces_the_tables() -> None:
    """9 to 11 October 2026 are Friday to Sunday, of which the tables make the Saturday a working day."""
    days = [date(2026, 10, day) for day in (8, 9, 10, 11, 12)]
    assert [calendar.is_working_day(day) for day in days] == [True, True, True, False, True]
    plan = YearPlan(off=frozenset({date(2026, 10, 9)}), work=frozenset({date(2026, 10, 11)}))
    with planted(calendar, _plans=lambda: {2026: plan}):
        assert [calendar.is_working_day(day) for day in days] == [True, False, False, True, True]
        assert calendar.working_days_between(days[0], days[4]) == 2
        assert calendar.is_public_holiday(date(2026, 10, 10))
        assert not calendar.is_public_holiday(date(2026, 10, 11))


def test_a_plan_knows_its_days_off_and_its_made_up_days() -> None:
    plan = YearPlan(off=frozenset({date(2026, 10, 9)}), work=frozenset({date(2026, 10, 11), date(2026, 10, 10)}))
    days = [date(2026, 10, day) for day in (8, 9, 10, 11, 17, 18)]
    assert [plan.is_working_day(day) for day in days] == [True, False, True, True, False, False]


def test_the_tables_of_a_year_are_its_weekdays_off_and_its_weekends_worked() -> None:
    plan = calendar.library_plan(2026)
    assert plan.work == {
        date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)
    }  # fmt: skip
    assert {day for day in plan.off if day.month in (1, 10)} == {
        date(2026, 1, 1), date(2026, 1, 2), date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 5), date(2026, 10, 6),
        date(2026, 10, 7),
    }  # fmt: skip


def test_no_working_day_is_added_to_a_day_off() -> None:
    sunday = date(2026, 3, 15)
    assert calendar.add_working_days(sunday, 0) == sunday
    assert [calendar.add_working_days(sunday, count) for count in (1, -1)] == [date(2026, 3, 16), date(2026, 3, 13)]


def test_counting_working_days_goes_over_the_new_year() -> None:
    """Of 30 December 2025 to 5 January 2026: two days of December and, after 1 to 3 January, the made-up Sunday."""
    assert calendar.working_days_between(date(2025, 12, 30), date(2026, 1, 5)) == 3
    assert calendar.working_days_between(date(2026, 1, 5), date(2025, 12, 30)) == -3


def test_months_are_added_over_the_new_year() -> None:
    assert calendar.add_months(date(2026, 12, 15), 1) == date(2027, 1, 15)
    assert calendar.add_months(date(2026, 1, 15), -1) == date(2025, 12, 15)
    assert calendar.add_years(date(2026, 5, 6), 16) == date(2042, 5, 6)


def test_the_days_of_a_year_are_all_of_it() -> None:
    """1 January 2027 and 31 December 2027 are Fridays of the year; no day of the next is counted with it."""
    plan = calendar.library_plan(2027)
    assert date(2027, 1, 1) in plan.off
    assert calendar.is_working_day(date(2027, 12, 31))
    assert {day.year for day in plan.off | plan.work} == {2027}


def test_a_planted_calendar_without_weekends_is_caught() -> None:
    with planted(calendar, _WEEKEND=frozenset()):
        assert YearPlan(frozenset(), frozenset()).is_working_day(date(2026, 3, 14))
