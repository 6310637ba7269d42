"""The deadlines of fairs (FA-01) and the dates of weekly ones, without a database."""

from datetime import date

import pytest

from employers.fairs.due_days import Clocks, clocks, weekly
from employers.fairs.rules import FairKind

FRIDAY = 4


def due(kind: FairKind, day: date) -> Clocks:
    return clocks(kind, day, filing_days=15, report_days=7, list_due="12-15", figures_day=28)


def test_a_single_fair_is_filed_15_days_before_and_reported_7_days_after() -> None:
    assert due(FairKind.ONE_OFF, date(2026, 2, 25)) == Clocks(date(2026, 2, 10), date(2026, 3, 4))


@pytest.mark.parametrize(
    ("day", "figures"),
    [
        (date(2027, 3, 5), date(2027, 3, 28)), (date(2027, 3, 28), date(2027, 3, 28)),
        (date(2027, 3, 29), date(2027, 4, 28)), (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2027, 12, 31), date(2028, 1, 28)),
    ],
)  # fmt: skip
def test_a_periodic_fair_is_filed_the_year_before_and_reported_on_the_28th(day: date, figures: date) -> None:
    assert due(FairKind.PERIODIC, day) == Clocks(date(2026, 12, 15), figures)


@pytest.mark.parametrize(
    ("from_on", "to_on", "days"),
    [
        (date(2026, 3, 2), date(2026, 3, 26), [6, 13, 20]), (date(2026, 3, 2), date(2026, 3, 27), [6, 13, 20, 27]),
        (date(2026, 3, 6), date(2026, 3, 6), [6]), (date(2026, 3, 6), date(2026, 3, 12), [6]),
        (date(2026, 3, 7), date(2026, 3, 13), [13]), (date(2026, 3, 7), date(2026, 3, 12), []),
        (date(2026, 3, 8), date(2026, 3, 1), []),
    ],
)  # fmt: skip
def test_a_weekly_fair_meets_on_every_such_day_of_its_span(from_on: date, to_on: date, days: list[int]) -> None:
    assert weekly(from_on, to_on, FRIDAY) == [date(2026, 3, day) for day in days]


def test_every_friday_of_2026_is_52_dates() -> None:
    fridays = weekly(date(2026, 1, 1), date(2026, 12, 31), FRIDAY)
    assert (len(fridays), fridays[0], fridays[-1]) == (52, date(2026, 1, 2), date(2026, 12, 25))
