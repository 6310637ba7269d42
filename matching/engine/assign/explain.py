"""Why somebody is sent here and not there, from the prices of the limits, as facts that a page puts into words."""

from dataclasses import dataclass, replace

from centre.translation import N_
from matching.engine.assign.problem import PlanProblem
from matching.engine.assign.solve import Plan, plan_together


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a unit is not sent to a place: a message with its parameters, and the points that would change it."""

    code: str
    message: str
    others: int = 0
    here: int = 0
    points: int = 0


SENT = N_("就推荐您去这里")
NOT_OPEN = N_("这个岗位的硬性条件不符合，不能推荐")
BETTER_HERE = N_("您去现在推荐的岗位更有把握")
OTHERS = N_("已推荐 {others} 位更合适的人去那里；您去现在推荐的岗位更有把握")
FULL = N_("已推荐 {others} 位更合适的人去那里，名额用完了")
COUNTY = N_("您所在县区的名额已经用完")
PINNED = N_("工作人员另有安排")


def why_not(problem: PlanProblem, plan: Plan, unit_id: int, place_id: int) -> WhyNot:
    """Why a unit is not sent to a place, with the points that its chance there is short of at least, by the prices.

    Raises KeyError for a unit that is not in the problem.
    """
    unit = {unit.id: unit for unit in problem.units}[unit_id]
    here = plan.sent.get(unit_id)
    if here == place_id:
        return WhyNot("sent", SENT)
    choice = next((choice for choice in unit.choices if choice.place == place_id), None)
    if choice is None:
        return WhyNot("not-open", NOT_OPEN)
    if unit_id in problem.pins:
        return WhyNot("pinned", PINNED)
    price = plan.prices.get(("place", place_id, ""), 0.0) * unit.people
    price += plan.prices.get(("expected", place_id, ""), 0.0) * unit.people * choice.chance
    county = plan.prices.get(("county", 0, unit.county), 0.0) * unit.people
    county += plan.prices.get(("place-county", place_id, unit.county), 0.0) * unit.people
    own = plan.prices.get(("unit", unit_id, ""), 0.0)
    missing = max(0, round(own + price + county - problem.worth(unit, choice)))
    units = {other.id: other for other in problem.units}
    others = sum(units[number].people for number, place in plan.sent.items() if place == place_id and number != unit_id)
    if county > price and here is None:
        return WhyNot("county", COUNTY, others, here or 0, missing)
    if here is None:
        return WhyNot("full", FULL, others, 0, missing)
    if price > 0 and others:
        return WhyNot("others", OTHERS, others, here, missing)
    return WhyNot("better-here", BETTER_HERE, others, here, missing)


def missing_points(problem: PlanProblem, plan: Plan, unit_id: int, place_id: int, *, seconds: float = 20.0) -> int:
    """Exactly how many points the plan loses by sending a unit there: the smallest change that would send it.

    Solves again with the unit pinned. Raises PlanInfeasible where it may not go there, or PlanLate.
    """
    pinned = replace(problem, pins={**problem.pins, unit_id: place_id})
    return max(0, plan.value - plan_together(pinned, seconds=seconds).value)
