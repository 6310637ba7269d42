"""The value of tonight's places to people who will register while these are still open (留给后来的人).

A plan that considers tonight alone uses up places that suit later people better. So the people who registered in the
last quarter represent those of the next one: a linear program assigns them to tonight's places, each place with the
part of its hires that falls into a quarter, and its dual prices give the value of one more expected hire there. An
assignment tonight must be worth more than that.

In the literature these are bid prices (Talluri and van Ryzin, The Theory and Practice of Revenue Management, 3.3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from matching.engine.assign.problem import PlanPlace, PlanProblem, PlanUnit
from matching.engine.assign.solve import SECONDS, Plan, Solver, highs, model_of

MANY = 1_000_000
"""A headcount without effect: in a quarter only hires count, not how many people are sent in one night."""


def newcomers_prices(
    newcomers: Sequence[PlanUnit],
    places: Sequence[PlanPlace],
    share: Mapping[int, float],
    *,
    solver: Solver = highs,
    seconds: float = SECONDS,
) -> dict[int, float]:
    """For each place the points that a thousandth of an expected hire is worth to the people of the next quarter.

    `share` says of each place how many people will find it open, compared with `newcomers`: half as many where it ends
    in the middle of the quarter, twice as many where `newcomers` are every second person. Nothing is kept where nobody
    will. Without an answer in time nothing is kept at all.
    """
    spots = [
        PlanPlace(spot.id, MANY, round(spot.most_expected / part))
        for spot in places
        if spot.most_expected and (part := share.get(spot.id, 0.0)) > 0
    ]
    model = model_of(PlanProblem(tuple(newcomers), tuple(spots)))
    if not model.columns:
        return {}
    answer = solver(model, None, seconds)
    if answer.status != 0 or answer.prices is None:
        return {}
    return {
        number: float(price)
        for (kind, number, _), price in zip(model.names, answer.prices, strict=True)
        if kind == "expected" and price > 0
    }


def keeping(units: Sequence[PlanUnit], prices: Mapping[int, float], part: float) -> tuple[PlanUnit, ...]:
    """The units with that `part` of the prices kept in each of their choices.

    Less than the whole, because the people of the next quarter are known only roughly.
    """
    return tuple(
        replace(
            unit,
            choices=tuple(
                replace(choice, kept=round(part * prices.get(choice.place, 0.0) * choice.chance))
                for choice in unit.choices
            ),
        )
        for unit in units
    )


def expected_hires(problem: PlanProblem, plan: Plan) -> int:
    """The thousandths of lasting hires that a plan expects, whatever was kept or preferred."""
    units = {unit.id: unit for unit in problem.units}
    return sum(
        choice.worth * units[number].people
        for number, place in plan.sent.items()
        for choice in units[number].choices
        if choice.place == place
    )
