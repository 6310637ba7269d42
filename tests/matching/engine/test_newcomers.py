"""Places that are kept for people who will come: how much, for whom, and what those who are not sent there read."""

from typing import Any

from matching.engine.assign.explain import Reasons
from matching.engine.assign.newcomers import expected_hires, keeping, newcomers_prices
from matching.engine.assign.problem import PlanChoice, PlanPlace, PlanProblem, PlanUnit
from matching.engine.assign.solve import Model, Plan, SolverAnswer, plan_together
from tests.planted import planted

MILL, FARM = 1, 2
ONE_PLACE = (PlanPlace(MILL, 3, 300),)
SKILLED = tuple(PlanUnit(number, (PlanChoice(MILL, 300, 300),)) for number in range(3))
"""Three people of whom each would fill the one place alone."""


CROWDED = PlanChoice(MILL, 300, 300)
TONIGHT = PlanUnit(99, (CROWDED, PlanChoice(FARM, 240, 300)))
"""Somebody who looks for work now, and would like the mill a little better than the farm."""
PLACES = (*ONE_PLACE, PlanPlace(FARM, 3, 900))


def planned(prices: dict[int, float], part: float = 0.8, **more: Any) -> tuple[PlanProblem, Plan]:
    problem = PlanProblem(keeping([TONIGHT], prices, part), PLACES, **more)
    return problem, plan_together(problem)


def test_a_place_is_worth_what_the_people_of_the_last_quarter_would_make_of_it() -> None:
    assert newcomers_prices(SKILLED, ONE_PLACE, {MILL: 1.0}) == {MILL: 1.0}


def test_who_has_another_place_leaves_a_crowded_one_to_those_who_have_none() -> None:
    assert planned({})[1].sent == {99: MILL}
    prices = newcomers_prices(SKILLED, PLACES, {MILL: 1.0, FARM: 1.0})
    problem, plan = planned(prices)
    assert plan.sent == {99: FARM}
    assert expected_hires(problem, plan) == plan.value == 240
    assert Reasons(problem, plan).why_not(99, MILL).code == "kept"


def test_only_so_much_is_kept_as_the_rule_says() -> None:
    prices = newcomers_prices(SKILLED, PLACES, {MILL: 1.0, FARM: 1.0})
    assert planned(prices, 0.21)[1].sent == {99: FARM}
    assert planned(prices, 0.19)[1].sent == {99: MILL}


def test_who_has_no_other_place_is_sent_all_the_same() -> None:
    prices = newcomers_prices(SKILLED, ONE_PLACE, {MILL: 1.0})
    alone = PlanProblem(keeping([PlanUnit(99, (CROWDED,))], prices, 0.8), ONE_PLACE)
    plan = plan_together(alone)
    assert plan.sent == {99: MILL}
    assert (plan.value, expected_hires(alone, plan)) == (60, 300)


def test_nothing_is_kept_where_the_place_closes_or_has_room_for_everybody() -> None:
    for share in ({}, {MILL: 0.0}, {MILL: 0.25}):  # in a quarter of the time less than one hire is expected
        assert newcomers_prices(SKILLED, ONE_PLACE, share) == {}
    assert newcomers_prices((), ONE_PLACE, {MILL: 1.0}) == {}


def test_a_sample_of_the_newcomers_stands_for_all() -> None:
    assert newcomers_prices(SKILLED[:1], ONE_PLACE, {MILL: 0.5}) == {}
    assert newcomers_prices(SKILLED[:1], ONE_PLACE, {MILL: 3.0}) == {MILL: 1.0}


def test_an_officer_may_send_somebody_to_a_place_that_is_kept() -> None:
    prices = newcomers_prices(SKILLED, PLACES, {MILL: 1.0})
    problem, plan = planned(prices, pins={99: MILL})
    assert plan.sent == {99: MILL}
    assert expected_hires(problem, plan) == 300


def test_without_an_answer_in_time_nothing_is_kept() -> None:
    def late(model: Model, gap: float | None, seconds: float) -> SolverAnswer:
        del model, gap, seconds
        return SolverAnswer(1)

    assert newcomers_prices(SKILLED, ONE_PLACE, {MILL: 1.0}, solver=late) == {}


def test_a_planted_worth_that_forgets_what_is_kept_is_noticed() -> None:
    prices = newcomers_prices(SKILLED, PLACES, {MILL: 1.0})

    def gross(self: PlanProblem, unit: PlanUnit, choice: PlanChoice) -> int:
        del self
        return choice.worth * unit.people

    with planted(PlanProblem, worth=gross):
        assert planned(prices)[1].sent == {99: MILL}
