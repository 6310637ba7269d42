"""Calendar rules: working days with make-up days (调休), ages on a date, retirement dates from a dated table.

Pure but for the holiday tables of the `holidays` library, read once a year asked for, and for the years that an
installation entered itself, which `centre.working_days` lays over them.
"""

import csv
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

_RETIREMENT = Path(__file__).parent / "data" / "retirement.csv"
_ONE_DAY = timedelta(days=1)
_WEEKEND = frozenset({6, 7})


@dataclass(frozen=True, slots=True)
class YearPlan:
    """The days off and the made-up working days of one year, as its notice announces them (节假日安排)."""

    off: frozenset[date]
    work: frozenset[date]

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on a day of the year."""
        return day in self.work or (day not in self.off and day.isoweekday() not in _WEEKEND)


def _no_plans() -> Mapping[int, YearPlan]:
    return {}


_plans: Callable[[], Mapping[int, YearPlan]] = _no_plans


def lay_over(plans: Callable[[], Mapping[int, YearPlan]]) -> None:
    """Name the source of the years that this installation entered; they replace the tables of the library."""
    global _plans
    _plans = plans


def is_working_day(day: date) -> bool:
    """Whether offices work in mainland China: weekdays but holidays, and the Saturdays and Sundays made up for them.

    A year whose holidays the State Council has not yet announced counts with its fixed and lunar holidays only.
    """
    return day in _working_days(day.year, _plans().get(day.year))


def is_public_holiday(day: date) -> bool:
    """Whether the day lies in a run of days off around a public holiday of mainland China (放假连休).

    The run holds the holiday, the days off that were moved to it, and the weekend that it touches: 1 to 7 October 2026
    with its Sunday, which is no holiday by itself, but not the made-up working Saturday after it.
    """
    plans = _plans()
    near = tuple(plans.get(year) for year in (day.year - 1, day.year, day.year + 1))
    return day in _public_holidays(day.year, near)


def working_days_between(first: date, last: date) -> int:
    """Working days from `first` on and before `last`: 0 when both are the same day, negative when they are swapped."""
    if last < first:
        return -working_days_between(last, first)
    plans = _plans()
    years = range(first.year, last.year + 1)
    return sum(first <= day < last for year in years for day in _working_days(year, plans.get(year)))


def add_working_days(day: date, count: int) -> date:
    """The day that is `count` working days later (earlier when negative), itself a working day unless count is 0."""
    step = _ONE_DAY if count >= 0 else -_ONE_DAY
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def age_on(birth: date, day: date) -> int:
    """Full years of age; who was born on 29 February turns a year older on 1 March of common years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or the last day of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The same date in another year; 29 February becomes 28 February in common years."""
    return add_months(day, 12 * years)


@dataclass(frozen=True, slots=True)
class RetirementRule:
    """One line of the statutory retirement table (法定退休年龄), ages in months, in force for births in a span.

    The age grows from `base_months` by one month for every `step_months` of birth after `born_from`, up to
    `cap_months`; a step of 0 means that it never grows.
    """

    group: str
    born_from: date
    base_months: int
    step_months: int
    cap_months: int

    def age_months(self, birth: date) -> int:
        """Retirement age in months for a person born in this line's span."""
        if not self.step_months:
            return self.base_months
        born_after = (birth.year - self.born_from.year) * 12 + birth.month - self.born_from.month
        return min(self.base_months + born_after // self.step_months + 1, self.cap_months)


def retirement_date(birth: date, group: str, rules: Iterable[RetirementRule]) -> date:
    """The day on which a person of `group` reaches the statutory retirement age. Raises LookupError without a rule.

    Groups: `male`, `female-cadre` (女干部), `female-worker` (女职工). The table is policy and is passed in.
    """
    fitting = [rule for rule in rules if rule.group == group and rule.born_from <= birth]
    if not fitting:
        raise LookupError(f"no retirement rule for {group!r} born {birth}")
    return add_months(birth, max(fitting, key=lambda rule: rule.born_from).age_months(birth))


@lru_cache(maxsize=1)
def retirement_rules() -> Sequence[RetirementRule]:
    """The example table that comes with the service; an installation replaces it by its own dated policy."""
    with _RETIREMENT.open(encoding="utf-8", newline="") as file:
        return tuple(
            RetirementRule(
                row["group"],
                date.fromisoformat(row["born_from"]),
                int(row["base_months"]),
                int(row["step_months"]),
                int(row["cap_months"]),
            )
            for row in csv.DictReader(file)
        )


def library_plan(year: int) -> YearPlan:
    """What the tables of the `holidays` library say of a year; without its notice, the fixed and lunar holidays."""
    worked = _working_days(year, None)
    return YearPlan(
        off=frozenset(day for day in _days_of(year) if day.isoweekday() not in _WEEKEND and day not in worked),
        work=frozenset(day for day in worked if day.isoweekday() in _WEEKEND),
    )


@lru_cache(maxsize=64)
def _public_holidays(year: int, plans: tuple[YearPlan | None, YearPlan | None, YearPlan | None]) -> frozenset[date]:
    # A run may begin before the new year or end after it.
    near = dict(zip((year - 1, year, year + 1), plans, strict=True))
    run: set[date] = set()
    for holiday in (day for known, plan in near.items() for day in _holidays(known, plan)):
        run.add(holiday)
        for step in (-_ONE_DAY, _ONE_DAY):
            day = holiday + step
            while day not in run and day.isoweekday() in _WEEKEND and not _is_worked(day, near):
                run.add(day)
                day += step
    return frozenset(day for day in run if day.year == year)


def _is_worked(day: date, plans: Mapping[int, YearPlan | None]) -> bool:
    return day in _working_days(day.year, plans.get(day.year))


def _holidays(year: int, plan: YearPlan | None) -> Iterable[date]:
    from holidays import country_holidays

    return sorted(plan.off) if plan is not None else sorted(country_holidays("CN", years=year))


def _days_of(year: int) -> list[date]:
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    return [date.fromordinal(number) for number in range(first, last + 1)]


@lru_cache(maxsize=64)
def _working_days(year: int, plan: YearPlan | None) -> frozenset[date]:
    from holidays import country_holidays

    works = plan.is_working_day if plan is not None else country_holidays("CN", years=year).is_working_day
    return frozenset(day for day in _days_of(year) if works(day))
