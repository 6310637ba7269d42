"""Deadlines of a fair, and the dates of a weekly one. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from employers.fairs.rules import FairKind


@dataclass(frozen=True, slots=True)
class Clocks:
    """The deadlines for filing a fair and for reporting its figures (备案与统计时限)."""

    filing_due_on: date
    statistics_due_on: date


def clocks(kind: FairKind, day: date, *, filing_days: int, report_days: int, list_due: str, figures_day: int) -> Clocks:
    """The deadlines of a fair held on `day`.

    One-off fairs count days before and after; periodic ones are filed with the list of their year by
    `list_due` ("12-15") of the year before, and their figures come on `figures_day` of each month.
    """
    if kind is FairKind.ONE_OFF:
        return Clocks(day - timedelta(days=filing_days), day + timedelta(days=report_days))
    figures = day.replace(day=figures_day)
    if day > figures:
        figures = (day.replace(day=1) + timedelta(days=32)).replace(day=figures_day)
    return Clocks(date.fromisoformat(f"{day.year - 1}-{list_due}"), figures)


def weekly(from_on: date, to_on: date, weekday: int) -> list[date]:
    """Every date of a weekday in a span, both ends included; 0 is Monday."""
    first = from_on + timedelta(days=(weekday - from_on.weekday()) % 7)
    return [first + timedelta(weeks=week) for week in range((to_on - first).days // 7 + 1)]
