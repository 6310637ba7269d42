"""The calendar of a year as an administrator types it from its notice: read, checked, and compared with what holds."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from centre.calendar import YearPlan, library_plan
from centre.errors import Invalid, Problem
from centre.policy import year_plan, year_plans
from centre.translation import N_

MOST_DAYS = 120
"""Far more than the days off of any year; more are a slip of the keyboard."""

NO_DAY = N_("“{line}”不是日子；写成 2027-10-01 或 2027-10-01 至 2027-10-07")

_DAY = r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?"
_LINE = re.compile(rf"{_DAY}(?: ?(?:~|至|到|–|—) ?{_DAY})?")


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A day on which offices work by one plan and not by the other (变动的日子)."""

    day: date
    was_worked: bool
    is_worked: bool


def plan_in_force(year: int) -> YearPlan:
    """What holds for a year: what this installation entered, else the tables that come with the service."""
    return year_plans().get(year) or library_plan(year)


def changed_days(year: int, plan: YearPlan) -> list[ChangedDay]:
    """The days of a year that would become working days or days off under a plan."""
    held, first = plan_in_force(year), date(year, 1, 1)
    days = (first + timedelta(days=offset) for offset in range((date(year, 12, 31) - first).days + 1))
    compared = (ChangedDay(day, held.is_working_day(day), plan.is_working_day(day)) for day in days)
    return [changed for changed in compared if changed.was_worked != changed.is_worked]


def read_days(field: str, typed: str) -> frozenset[date]:
    """The days in a text with one day or one span a line, as 2027-10-01 至 2027-10-07. Raises Invalid."""
    days: set[date] = set()
    for line in filter(None, (" ".join(line.split()) for line in typed.splitlines())):
        matched = _LINE.fullmatch(line)
        try:
            if matched is None:
                raise ValueError
            parts = [int(part) for part in matched.groups() if part]
            first, last = date(*parts[:3]), date(*parts[-3:])
        except ValueError:
            raise Invalid([Problem(field, "calendar-line", NO_DAY, {"line": line[:40]})]) from None
        if not 0 <= (last - first).days < MOST_DAYS:
            raise Invalid([Problem(field, "days-swapped", N_("最后一天不能早于第一天"))])
        days.update(first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return frozenset(days)


def written_days(days: Iterable[date]) -> str:
    """Days as `read_days` reads them, those that follow each other as a span."""
    spans: list[list[date]] = []
    for day in sorted(days):
        if spans and day - spans[-1][1] == timedelta(days=1):
            spans[-1][1] = day
        else:
            spans.append([day, day])
    return "\n".join(f"{first}" if first == last else f"{first} 至 {last}" for first, last in spans)


def plan_value(plan: YearPlan) -> dict[str, list[str]]:
    """A plan as the value of its rule."""
    return {"off": [f"{day}" for day in sorted(plan.off)], "work": [f"{day}" for day in sorted(plan.work)]}


def problems_of(value: Any, from_on: date, to_on: date | None, region_code: str = "") -> list[Problem]:
    """Why a calendar rule cannot be taken; empty when it can.

    It holds for the whole country and one whole year, names days of that year alone, and makes up on weekends only.
    """
    try:
        plan = year_plan(value)
    except (KeyError, TypeError, ValueError):
        return [Problem("value", "calendar-value", N_("放假和调休要写成两组日期：off 是放假，work 是调休上班"))]
    problems = []
    if region_code or (from_on, to_on) != (date(from_on.year, 1, 1), date(from_on.year, 12, 31)):
        problems.append(
            Problem("from_on", "calendar-year", N_("放假和调休按整年、全国录入：1月1日到12月31日，不填地区"))
        )
    if not plan.off or any(day.year != from_on.year for day in plan.off | plan.work):
        problems.append(Problem("off", "calendar-days", N_("要有放假的日子，而且都在这一年里")))
    if plan.off & plan.work:
        problems.append(Problem("work", "calendar-both", N_("同一天不能又放假又上班")))
    if len(plan.off) > MOST_DAYS or any(day.isoweekday() <= 5 for day in plan.work):
        problems.append(Problem("work", "calendar-weekday", N_("调休上班的只能是星期六和星期日")))
    return problems
