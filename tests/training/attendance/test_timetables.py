"""Which classes meet at the same time."""

from dataclasses import dataclass
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from training.classes.rules import Daypart, meeting_days, overlap


@dataclass(frozen=True)
class Plan:
    start_on: date
    end_on: date
    daypart: Daypart
    weekdays: list[int]


DAYS = st.dates(date(2026, 2, 25), date(2026, 3, 20))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    first, last = sorted([draw(DAYS), draw(DAYS)])
    return Plan(first, last, draw(st.sampled_from(Daypart)), draw(st.lists(st.integers(1, 7), max_size=3)))


HALVES = {Daypart.MORNING: {1}, Daypart.AFTERNOON: {2}, Daypart.EVENING: {3}, Daypart.FULL_DAY: {1, 2}}


@given(plans(), plans())
def test_overlap_agrees_with_a_list_of_all_lessons(first: Plan, second: Plan) -> None:
    lessons = [{(day, half) for day in meeting_days(plan) for half in HALVES[plan.daypart]} for plan in (first, second)]
    assert overlap(first, second) == bool(lessons[0] & lessons[1])


def test_mornings_and_evenings_do_not_collide() -> None:
    morning = Plan(date(2026, 3, 2), date(2026, 3, 27), Daypart.MORNING, [1, 2, 3, 4, 5])
    assert not overlap(morning, Plan(morning.start_on, morning.end_on, Daypart.EVENING, morning.weekdays))
    assert overlap(morning, Plan(morning.end_on, morning.end_on, Daypart.FULL_DAY, morning.weekdays))
