"""Planning together: equal to brute force, never over a limit, and no solver is believed."""

import random
from dataclasses import replace
from itertools import product

import pytest

from matching.engine.assign.explain import Reasons, missing_points
from matching.engine.assign.problem import (
    PlanChoice,
    PlanInfeasible,
    PlanLate,
    PlanPlace,
    PlanProblem,
    PlanUnit,
    PlanWrong,
)
from matching.engine.assign.room import PlanBoard
from matching.engine.assign.solve import Model, SolverAnswer, highs, plan_together
from matching.engine.assign.verify import plan_faults, plan_value
from tests.ordeal.lengths import length

RANDOM = length(1_000, 10_000)
COUNTIES = ("610402", "610404", "610422")


def problem(seed: int, *, units: int, places: int) -> PlanProblem:
    """A random problem with pairs, caps, quotas of both kinds, pins, and a plan of yesterday."""
    chance = random.Random(seed)
    spots = tuple(
        PlanPlace(
            number, chance.randrange(1, 4), chance.choice((None, chance.randrange(500, 3_000))),
            {county: chance.randrange(3) for county in COUNTIES if chance.random() < 0.2},
        )
        for number in range(places)
    )  # fmt: skip
    people = []
    for number in range(units):
        chosen = chance.sample(range(places), chance.randrange(1, places + 1))
        offers = tuple(PlanChoice(place, chance.randrange(1, 900), chance.randrange(100, 1_000)) for place in chosen)
        size = 2 if chance.random() < 0.2 else 1
        people.append(PlanUnit(number, offers, size, chance.choice(COUNTIES), chance.random() < 0.2))
    before = {unit.id: chance.choice(unit.choices).place for unit in people if chance.random() < 0.3}
    quotas = {county: chance.randrange(1, units) for county in COUNTIES if chance.random() < 0.5}
    pins = {chance.randrange(units): None} if chance.random() < 0.3 else {}
    return PlanProblem(tuple(people), spots, quotas, pins, before, keep=5, tie=1)


def brute_force(task: PlanProblem) -> int:
    """The value of the best plan, by trying all."""
    best = 0
    options = [(None, *(choice.place for choice in task.allowed(unit))) for unit in task.units]
    for picked in product(*options):
        sent = {unit.id: place for unit, place in zip(task.units, picked, strict=True) if place is not None}
        if not plan_faults(task, sent):
            best = max(best, plan_value(task, sent))
    return best


@pytest.mark.parametrize("seed", range(60))
def test_small_plans_are_as_good_as_the_best_of_all(seed: int) -> None:
    task = problem(seed, units=5, places=3)
    plan = plan_together(task)
    best = brute_force(task)
    assert plan.value <= best <= plan.bound + 1e-6
    assert plan.value >= best * 0.999 or plan.value == best


@pytest.mark.lengthy
def test_no_random_plan_breaks_a_limit_or_hides_its_gap() -> None:
    for seed in range(RANDOM):
        task = problem(seed, units=12, places=5)
        plan = plan_together(task)
        assert plan_faults(task, plan.sent) == [], seed
        assert plan.value == plan_value(task, plan.sent)
        assert plan.value <= plan.bound + 1e-6


def test_a_pair_is_sent_together_or_not_at_all() -> None:
    pair = PlanUnit(1, (PlanChoice(7, 100),), people=2)
    single = PlanUnit(2, (PlanChoice(7, 150),))
    plan = plan_together(PlanProblem((pair, single), (PlanPlace(7, 2),)))
    assert plan.sent == {1: 7}
    assert plan_together(PlanProblem((pair, single), (PlanPlace(7, 1),))).sent == {2: 7}


def test_one_makes_room_for_another_when_the_whole_gains_and_pins_stay() -> None:
    flexible = PlanUnit(1, (PlanChoice(7, 100), PlanChoice(8, 90)))
    bound_to_seven = PlanUnit(2, (PlanChoice(7, 80),))
    task = PlanProblem((flexible, bound_to_seven), (PlanPlace(7, 1), PlanPlace(8, 1)))
    board = PlanBoard(task, {1: 7})
    board.fill()
    assert board.sent == {1: 7}  # whoever is left finds no room
    board.improve({1: 7})
    assert board.sent == {1: 7}
    board.improve({})
    assert (board.sent, board.gained) == ({1: 8, 2: 7}, 70)


def test_the_same_problem_gives_the_same_plan_and_yesterdays_is_kept_among_equals() -> None:
    task = problem(3, units=30, places=8)
    first = plan_together(task)
    assert plan_together(task).sent == first.sent
    again = plan_together(replace(task, before=dict(first.sent), keep=5))
    assert again.sent == first.sent


def test_hardship_wins_among_equals_and_loses_against_a_real_difference() -> None:
    plain, hard = PlanUnit(1, (PlanChoice(7, 100),)), PlanUnit(2, (PlanChoice(7, 100),), hardship=True)
    places = (PlanPlace(7, 1),)
    assert plan_together(PlanProblem((plain, hard), places, tie=1)).sent == {2: 7}
    better = PlanUnit(1, (PlanChoice(7, 106),))
    assert plan_together(PlanProblem((better, hard), places, tie=1)).sent == {1: 7}


def test_pins_hold_and_pins_that_cannot_are_named() -> None:
    units = tuple(PlanUnit(number, (PlanChoice(7, 100 + number), PlanChoice(8, 10))) for number in range(3))
    places = (PlanPlace(7, 1), PlanPlace(8, 3))
    assert plan_together(PlanProblem(units, places, pins={0: 7, 2: None})).sent == {0: 7, 1: 8}
    with pytest.raises(PlanInfeasible, match="0, 1"):
        plan_together(PlanProblem(units, places, pins={0: 7, 1: 7}))
    with pytest.raises(PlanInfeasible, match="may not go"):
        plan_together(PlanProblem(units, places, pins={0: 9}))


def boasting(model: Model, gap: float | None, seconds: float) -> SolverAnswer:
    """A solver that sends everybody to the first choice and calls it solved."""
    honest = highs(model, gap, seconds)
    greedy: dict[int, int] = {}
    for at, (number, _) in enumerate(model.columns):
        greedy.setdefault(number, at)
    shares = [1.0 if greedy[number] == at else 0.0 for at, (number, _) in enumerate(model.columns)]
    return replace(honest, shares=shares)


def stingy(model: Model, gap: float | None, seconds: float) -> SolverAnswer:
    """A solver that calls half a plan the optimum, as releases of well-known solvers have done."""
    honest = highs(model, gap, seconds)
    shares = [1.0 if at % 2 and share > 0.99 else 0.0 for at, share in enumerate(honest.shares)]
    value = sum(worth * share for worth, share in zip(model.worth, shares, strict=True))
    return replace(honest, shares=shares, value=value)


def late(model: Model, gap: float | None, seconds: float) -> SolverAnswer:
    """A solver that finds nothing in its time."""
    del model, gap, seconds
    return SolverAnswer(1)


def lost(model: Model, gap: float | None, seconds: float) -> SolverAnswer:
    """A solver that calls everything infeasible."""
    del model, gap, seconds
    return SolverAnswer(2)


def test_a_planted_solver_that_breaks_limits_is_caught() -> None:
    with pytest.raises(PlanWrong):
        plan_together(problem(11, units=30, places=4), solver=boasting)


def test_a_planted_false_optimum_shows_its_gap() -> None:
    plan = plan_together(problem(11, units=30, places=4), solver=stingy)
    assert plan.gap > 0.05


@pytest.mark.parametrize(("solver", "error"), [(late, PlanLate), (lost, PlanInfeasible)])
def test_a_planted_solver_without_a_plan_is_caught(solver: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        plan_together(problem(11, units=10, places=4), solver=solver)  # type: ignore[arg-type]


def test_why_not_there_counts_the_others_and_names_the_smallest_change() -> None:
    units = tuple(PlanUnit(number, (PlanChoice(7, 100 + 10 * number), PlanChoice(8, 60))) for number in range(10))
    task = PlanProblem(units, (PlanPlace(7, 9), PlanPlace(8, 5)))
    plan = plan_together(task)
    assert plan.sent[0] == 8
    reason = Reasons(task, plan).why_not(0, 7)
    assert (reason.code, reason.others, reason.here) == ("others", 9, 8)
    assert missing_points(task, plan, 0, 7) == 10
    for more, place in ((9, 8), (11, 7)):  # no fewer points make the difference
        changed = (PlanUnit(0, (PlanChoice(7, 100 + more), PlanChoice(8, 60))), *units[1:])
        assert plan_together(replace(task, units=changed)).sent[0] == place
    assert Reasons(task, plan).why_not(1, 7).code == "sent"
    assert Reasons(task, plan).why_not(1, 99).code == "not-open"
