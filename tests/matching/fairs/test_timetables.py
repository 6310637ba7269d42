"""Timetables keep every rule, are as good as trying everything, and change little when something happens."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from matching.fairs.interviews.rules import (
    FIRST,
    KEPT,
    MORE,
    SECOND,
    Interview,
    NoInterviewReason,
    Panel,
    Plan,
    TimetableFault,
    Wishes,
    booking_limit,
    faults,
    greedy,
    improved,
    repair_wishes,
    value,
    why_not,
)
from matching.fairs.interviews.solving import linear_bound, solve


def tiny(seed: int) -> Wishes:
    """Three or four people, two panels, four slots."""
    dice = random.Random(seed)
    slots = range(4)
    panels = {
        number: Panel(number, frozenset(slot for slot in slots if dice.random() < 0.8), dice.randint(1, 4))
        for number in (1, 2)
    }
    seekers = {number: frozenset(slot for slot in slots if dice.random() < 0.7) for number in range(dice.randint(2, 4))}
    weights = {(seeker, panel): dice.randint(1, 100) for seeker in seekers for panel in panels if dice.random() < 0.8}
    return Wishes(panels, seekers, weights, gap=dice.randint(0, 1), most=dice.randint(1, 2))


def best_by_trying(wishes: Wishes) -> int:
    """The worth of the best plan, by trying every one."""
    pairs = sorted(wishes.weights)
    best = 0

    def add(place: int, plan: frozenset[Interview]) -> None:
        nonlocal best
        if place == len(pairs):
            if not faults(wishes, plan):
                best = max(best, value(wishes, plan))
            return
        add(place + 1, plan)
        for slot in wishes.common[pairs[place]]:
            add(place + 1, plan | {Interview(*pairs[place], slot)})

    add(0, frozenset())
    return best


def town(seed: int, *, seekers: int = 60, panels: int = 8, slots: int = 12, most: int = 3) -> Wishes:
    """A small fair: everybody wishes for up to six panels."""
    dice = random.Random(seed)
    tables = {}
    for number in range(panels):
        free = frozenset(range(slots)) - {slots // 2}
        tables[number] = Panel(number, free, booking_limit(len(free), reserve=0.15, show_rate=None))
    people = {}
    for number in range(seekers):
        begins = dice.choice((0, 0, slots // 2))
        people[number] = frozenset(range(begins, slots))
    weights = {
        (who, panel): dice.randint(30, 100) for who in people for panel in dice.sample(range(panels), min(6, panels))
    }
    return Wishes(tables, people, weights, gap=1, most=most)


def test_small_timetables_are_as_good_as_trying_everything() -> None:
    for seed in range(30):
        wishes = tiny(seed)
        solved = solve(wishes, seconds=10)
        assert faults(wishes, solved.plan) == []
        assert solved.value == best_by_trying(wishes), seed
        assert solved.value <= solved.bound + 1e-6


def test_no_plan_passes_the_linear_bound() -> None:
    for seed in range(60):
        wishes = tiny(seed)
        assert best_by_trying(wishes) <= linear_bound(wishes, wishes.most) + 1e-6, seed


def test_the_comparison_catches_a_solver_that_leaves_interviews_out() -> None:
    def lazy(wishes: Wishes, cap: int, seconds: float) -> tuple[Plan, float, str]:
        return frozenset(), float("inf"), ""

    assert any(value(wishes := tiny(seed), lazy(wishes, 2, 1)[0]) < best_by_trying(wishes) for seed in range(10))


@pytest.mark.lengthy
def test_plans_of_two_hundred_random_days_have_no_fault() -> None:
    for seed in range(200):
        wishes = town(seed, seekers=25, panels=5, slots=8)
        plan = greedy(wishes)
        assert faults(wishes, plan) == []
        assert NoInterviewReason.POSSIBLE not in why_not(wishes, improved(wishes, plan)).values()


def test_everybody_gets_one_before_anybody_gets_three() -> None:
    wishes = town(3, seekers=16)
    solved = solve(wishes, seconds=20)
    counts = Counter(interview.seeker for interview in solved.plan)
    assert faults(wishes, solved.plan) == []
    assert wishes.placeable <= counts.keys()
    assert max(counts.values()) == 3
    crowded = town(3, seekers=120)
    counts = Counter(interview.seeker for interview in greedy(crowded))
    assert max(counts.values()) <= 2


def liars() -> list[Callable[[Wishes, int, float], tuple[Plan, float, str]]]:
    """Solvers that put two people into one slot, forget the walk, invite strangers, or say nothing in time."""

    def twice(wishes: Wishes, cap: int, seconds: float) -> tuple[Plan, float, str]:
        plan = {Interview(seeker, panel, 0) for seeker, panel in wishes.weights}
        return frozenset(plan), 0.0, ""

    def strangers(wishes: Wishes, cap: int, seconds: float) -> tuple[Plan, float, str]:
        return frozenset({Interview(999, 0, 0)}), 0.0, ""

    def late(wishes: Wishes, cap: int, seconds: float) -> tuple[Plan, float, str]:
        return frozenset(), float("inf"), "nothing"

    return [twice, strangers, late]


@pytest.mark.parametrize("solver", liars())
def test_a_lying_or_late_solver_is_caught_and_the_plain_plan_is_given(
    solver: Callable[[Wishes, int, float], tuple[Plan, float, str]],
) -> None:
    wishes = town(5)
    solved = solve(wishes, solver=solver)
    assert faults(wishes, solved.plan) == []
    assert solved.value >= value(wishes, greedy(wishes))
    assert "rejected" in solved.note or "nothing" in solved.note


def test_a_panel_that_leaves_at_half_time_changes_little() -> None:
    wishes = town(7, seekers=40, panels=12)
    former = solve(wishes, seconds=20).plan
    half = 6
    left = dict(wishes.panels)
    left[0] = Panel(0, frozenset(slot for slot in left[0].slots if slot < half), left[0].limit)
    again = repair_wishes(replace(wishes, panels=left), former, now=half)
    repaired = solve(again, seconds=20)
    assert faults(again, repaired.plan) == []
    staying = {interview for interview in former if interview.panel != 0 or interview.slot < half}
    assert {interview for interview in former if interview.slot < half} <= repaired.plan
    assert len(staying & repaired.plan) >= 0.98 * len(staying)


def test_pinned_interviews_stay_whatever_else_happens() -> None:
    wishes = town(9)
    pin = Interview(0, 3, 4)
    pinned = replace(
        wishes,
        pinned=frozenset({pin}),
        seekers=dict(wishes.seekers) | {0: frozenset(range(12))},
        weights=dict(wishes.weights) | {(0, 3): 1},
    )
    assert pin in solve(pinned, seconds=20).plan
    assert (TimetableFault.PIN_LOST, pin) in faults(pinned, frozenset())


TABLE = {1: Panel(1, frozenset({0, 1, 2}), 2)}
PAIR = Wishes(TABLE, {1: frozenset({0, 1, 2}), 2: frozenset({0})}, {(1, 1): 5, (2, 1): 5})


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        ({Interview(1, 1, 3)}, TimetableFault.PANEL_TIME),
        ({Interview(2, 1, 1)}, TimetableFault.SEEKER_TIME),
        ({Interview(1, 1, 0), Interview(2, 1, 0)}, TimetableFault.PANEL_TWICE),
        ({Interview(1, 1, 0), Interview(1, 1, 1)}, TimetableFault.GAP),
        ({Interview(1, 1, 0), Interview(1, 1, 2)}, TimetableFault.PAIR_TWICE),
        ({Interview(1, 1, 0), Interview(1, 1, 1), Interview(1, 1, 2)}, TimetableFault.PANEL_LIMIT),
        ({Interview(3, 1, 0)}, TimetableFault.UNWANTED),
    ],
)
def test_each_fault_is_seen(plan: set[Interview], fault: TimetableFault) -> None:
    assert fault in {kind for kind, _ in faults(PAIR, frozenset(plan))}
    assert faults(PAIR, frozenset({Interview(1, 1, 1), Interview(2, 1, 0)})) == []


def test_each_pair_that_is_left_out_has_its_reason() -> None:
    full = replace(PAIR, panels={1: Panel(1, frozenset({0, 1, 2}), 1)})
    assert why_not(full, frozenset({Interview(1, 1, 1)})) == {(2, 1): NoInterviewReason.PANEL_FULL}
    assert why_not(PAIR, frozenset({Interview(1, 1, 0)})) == {(2, 1): NoInterviewReason.PANEL_BUSY}
    assert why_not(PAIR, frozenset({Interview(1, 1, 1)})) == {(2, 1): NoInterviewReason.POSSIBLE}
    never = replace(PAIR, seekers={1: frozenset({0}), 2: frozenset()})
    assert why_not(never, frozenset())[2, 1] is NoInterviewReason.NO_COMMON_TIME


def test_bookings_go_beyond_the_reserve_only_as_far_as_people_stay_away() -> None:
    assert booking_limit(20, reserve=0.15, show_rate=None) == 17
    assert booking_limit(20, reserve=0.15, show_rate=1.0) == 17
    assert booking_limit(20, reserve=0.15, show_rate=0.7) == 20
    assert booking_limit(20, reserve=0.15, show_rate=0.95) == 17
    assert booking_limit(0, reserve=0.15, show_rate=None) == 0


def test_a_first_interview_is_worth_more_than_all_that_others_gain() -> None:
    assert FIRST > SECOND + MORE * 3 + 100 * 6 + 2 * KEPT
