"""The days off of a year: how they are typed, what a plan changes, and which plans are refused (节假日安排)."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from centre.calendar import YearPlan
from centre.database import open_session
from centre.errors import Invalid
from centre.permissions import Actor
from centre.policy import CALENDAR, PolicyRule, year_plans
from centre.working_days import (
    ChangedDay,
    changed_days,
    plan_in_force,
    plan_value,
    problems_of,
    read_days,
    written_days,
)
from tests.databases import few_tables

FIRST, LAST = date(2027, 1, 1), date(2027, 12, 31)
SATURDAY, SUNDAY, FRIDAY = date(2027, 1, 30), date(2027, 2, 21), date(2027, 2, 5)
PLAN = YearPlan(off=frozenset({FIRST, FRIDAY}), work=frozenset({SATURDAY}))


@pytest.fixture
def calendar_table(tmp_path: Path) -> Iterator[None]:
    year_plans.forget()
    with few_tables(tmp_path, PolicyRule):
        yield
    year_plans.forget()


def enter(plan: YearPlan) -> None:
    with open_session(Actor.system().scope, write=True) as session:
        value = plan_value(plan)
        session.add(PolicyRule(key=CALENDAR, value=value, from_on=FIRST, to_on=LAST, source="通知", is_example=False))
    year_plans.forget()


def codes(value: Any, from_on: date = FIRST, to_on: date | None = LAST, region: str = "") -> list[str]:
    return [problem.code for problem in problems_of(value, from_on, to_on, region)]


def value_of(off: list[date], work: list[date]) -> dict[str, list[str]]:
    return plan_value(YearPlan(frozenset(off), frozenset(work)))


def test_what_was_entered_holds_before_the_tables_of_the_service(calendar_table: None) -> None:
    assert date(2027, 1, 2) not in plan_in_force(2027).work
    enter(PLAN)
    assert plan_in_force(2027) == PLAN
    assert date(2026, 2, 14) in plan_in_force(2026).work


def test_changed_days_are_those_with_another_answer_in_the_order_of_the_year(calendar_table: None) -> None:
    enter(PLAN)
    assert changed_days(2027, PLAN) == []
    assert changed_days(2027, YearPlan(PLAN.off, PLAN.work | {date(2028, 1, 1)})) == [], "only its own days"
    other = YearPlan(off=frozenset({FRIDAY, LAST}), work=frozenset())
    assert changed_days(2027, other) == [
        ChangedDay(FIRST, was_worked=False, is_worked=True),
        ChangedDay(SATURDAY, was_worked=True, is_worked=False),
        ChangedDay(LAST, was_worked=True, is_worked=False),
    ]


def test_days_are_typed_as_single_days_and_spans_of_up_to_120_days() -> None:
    assert read_days("off", "2027-10-01 至 2027-10-03\n2027年12月31日\n\n2027/5/1") == {
        date(2027, 10, 1), date(2027, 10, 2), date(2027, 10, 3), date(2027, 12, 31), date(2027, 5, 1)
    }  # fmt: skip
    assert read_days("off", "2027-10-01 至 2027-10-01") == {date(2027, 10, 1)}
    assert len(read_days("off", "2027-01-01 至 2027-04-30")) == 120


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2027-01-01 至 2027-05-01", "days-swapped"),
        ("2027-10-02 至 2027-10-01", "days-swapped"),
        ("2027-02-30", "calendar-line"),
        ("国庆节", "calendar-line"),
    ],
)
def test_a_line_that_is_no_span_is_refused(typed: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_days("off", typed)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("off", code)]


def test_of_a_line_that_is_no_day_forty_characters_are_quoted() -> None:
    with pytest.raises(Invalid) as refused:
        read_days("off", "日" * 41)
    assert refused.value.problems[0].params == {"line": "日" * 40}


def test_days_in_a_row_are_written_as_a_span() -> None:
    row = [date(2027, 10, 1) + timedelta(days=step) for step in (2, 0, 1)]
    assert written_days([*row, date(2027, 12, 31), date(2027, 10, 5)]) == (
        "2027-10-01 至 2027-10-03\n2027-10-05\n2027-12-31"
    )
    assert written_days([]) == ""


def test_a_plan_is_kept_as_two_sorted_lists() -> None:
    assert plan_value(PLAN) == {"off": ["2027-01-01", "2027-02-05"], "work": ["2027-01-30"]}


def test_a_plan_of_one_whole_year_for_the_country_is_taken() -> None:
    assert codes(plan_value(PLAN)) == []
    assert codes(value_of([FRIDAY], [SUNDAY])) == []


@pytest.mark.parametrize("value", [{}, {"off": []}, {"off": "soon", "work": []}, {"off": 1, "work": []}, None])
def test_what_is_no_pair_of_lists_of_days_is_refused(value: Any) -> None:
    assert codes(value) == ["calendar-value"]


@pytest.mark.parametrize(
    ("from_on", "to_on", "region"),
    [
        (FIRST, LAST, "610400"), (FIRST, None, ""), (FIRST, date(2027, 12, 30), ""), (FIRST, date(2028, 12, 31), ""),
        (date(2027, 1, 2), LAST, ""), (date(2027, 2, 1), LAST, ""),
    ],
)  # fmt: skip
def test_part_of_a_year_or_of_the_country_is_refused(from_on: date, to_on: date | None, region: str) -> None:
    assert codes(plan_value(PLAN), from_on, to_on, region) == ["calendar-year"]


def test_days_off_are_needed_and_all_days_lie_in_the_year() -> None:
    assert codes(value_of([], [])) == ["calendar-days"]
    assert codes(value_of([], [SATURDAY])) == ["calendar-days"]
    assert codes(value_of([FIRST, date(2028, 1, 3)], [])) == ["calendar-days"]
    assert codes(value_of([FIRST], [date(2026, 12, 26)])) == ["calendar-days"]


def test_no_day_is_both_off_and_worked() -> None:
    assert codes(value_of([FIRST, SATURDAY], [SATURDAY])) == ["calendar-both"]


def test_only_weekends_are_made_up_for() -> None:
    assert codes(value_of([FIRST], [FRIDAY])) == ["calendar-weekday"]
    assert codes(value_of([FIRST], [SATURDAY, SUNDAY])) == []


def test_a_year_has_at_most_120_days_off() -> None:
    days = [FIRST + timedelta(days=step) for step in range(121)]
    assert codes(value_of(days[:120], [])) == []
    assert codes(value_of(days, [])) == ["calendar-weekday"]
