"""Why a person is assigned here and not there, from the prices of the limits, as facts for a page to word."""

from collections import Counter
from dataclasses import dataclass, replace

from centre.translation import N_
from matching.engine.assign.problem import PlanChoice, PlanProblem, PlanUnit
from matching.engine.assign.solve import Plan, plan_together


@dataclass(frozen=True, slots=True)
class NotPlannedReason:
    """Why a unit is not sent to a place: a code with its figures, and the points that would change it at least."""

    code: str
    others: int = 0
    here: int = 0
    points: int = 0

    @property
    def message(self) -> str:
        """The sentence in which the figures stand."""
        return WHY_NOT[self.code]


WHY_NOT = {
    "sent": N_("就推荐您去这里"),
    "not-open": N_("这个岗位的硬性条件不符合，不能推荐"),
    "better-here": N_("您去现在推荐的岗位更有把握"),
    "others": N_("已推荐 {others} 位更合适的人去那里；您去现在推荐的岗位更有把握"),
    "full": N_("已推荐 {others} 位更合适的人去那里，名额用完了"),
    "kept": N_("近期还会有不少人想去那里；您去现在推荐的岗位，大家的机会都更多"),
    "county": N_("您所在县区的名额已经用完"),
    "pinned": N_("工作人员另有安排"),
}


class Reasons:
    """The answers of one plan, for as many questions as are asked."""

    def __init__(self, problem: PlanProblem, plan: Plan) -> None:
        self.problem, self.plan = problem, plan
        self._units = {unit.id: unit for unit in problem.units}
        self._people: Counter[int] = Counter()
        for number, place in plan.sent.items():
            self._people[place] += self._units[number].people

    def why_not(self, unit_id: int, place_id: int) -> NotPlannedReason:
        """Why a unit is not sent to a place, with the points its chance there is short of at least, by the prices.

        Raises KeyError for a unit that is not in the problem.
        """
        unit = self._units[unit_id]
        here = self.plan.sent.get(unit_id)
        if here == place_id:
            return NotPlannedReason("sent")
        choice = next((choice for choice in unit.choices if choice.place == place_id), None)
        if choice is None:
            return NotPlannedReason("not-open")
        if unit_id in self.problem.pins:
            return NotPlannedReason("pinned")
        price, county = self._price(unit, choice)
        own = self.plan.prices.get(("unit", unit_id, ""), 0.0)
        missing = max(0, round(own + price + county - self.problem.worth(unit, choice)))
        others = self._people[place_id]
        if here is None:
            return NotPlannedReason("county" if county > price else "full", others, 0, missing)
        if price + county <= 0 and choice.kept and choice.worth > self._worth_at(unit, here):
            return NotPlannedReason("kept", others, here, missing)
        return NotPlannedReason("others" if price > 0 and others else "better-here", others, here, missing)

    def _worth_at(self, unit: PlanUnit, place: int) -> int:
        return next(choice.worth for choice in unit.choices if choice.place == place)

    def _price(self, unit: PlanUnit, choice: PlanChoice) -> tuple[float, float]:
        """What the limits of a place cost this unit, and those of its county."""

        def of(kind: str, number: int, county: str) -> float:
            return self.plan.prices.get((kind, number, county), 0.0) * unit.people

        place = of("place", choice.place, "") + of("expected", choice.place, "") * choice.chance
        return place, of("county", 0, unit.county) + of("place-county", choice.place, unit.county)


def missing_points(problem: PlanProblem, plan: Plan, unit_id: int, place_id: int, *, seconds: float = 20.0) -> int:
    """Exactly how many points the plan loses by sending a unit there: the smallest change that would send it.

    Solves again with the unit pinned. Raises PlanInfeasible where it may not go there, or PlanLate.
    """
    pinned = replace(problem, pins={**problem.pins, unit_id: place_id})
    return max(0, plan.value - plan_together(pinned, seconds=seconds).value)
