"""The rows of the nightly plan in the ordeal's world, and two people who want to leave together."""

from typing import Any

from centre import clock
from matching.companions.models import TravelFellow, TravelGroup
from matching.companions.rules import TravelTie
from matching.plans.models import NightPlan, PlannedPlace, PlanPin
from matching.plans.rules import NightPlanState
from tests.ordeal.canaries import Canaries


def add_night(canaries: Canaries) -> None:
    """The plan of tonight, of which all staff read the figures."""
    canaries.make(NightPlan, day=clock.today(), state=NightPlanState.PLANNED, digest="d", code_digest="d", rules={})


def add_places(canaries: Canaries, centre_id: int, opening: Any, people: list[Any]) -> None:
    """The places of one side's people, an officer's choice for the first, and the group of both."""
    (plan, _, _) = canaries.rows[NightPlan][0]
    group = canaries.make(
        TravelGroup, centre_id=centre_id, tie=TravelTie.COUPLE, code=f"code-{centre_id}", names=[], owners=_both(people)
    )
    names = {f"name_{person.id}": canaries.mark() for person in people}
    group.names = [{"person_id": person.id, "name": name} for person, name in zip(people, names.values(), strict=True)]
    canaries.hide(group, names, owners=_both(people))
    for person in people:
        own = {"person_id": person.id, "centre_id": centre_id}
        canaries.make(PlannedPlace, plan_id=plan.id, day=plan.day, unit=person.id, opening_id=opening.id, **own)
        canaries.make(TravelFellow, group_id=group.id, **own)
    canaries.make(PlanPin, person_id=people[0].id, centre_id=centre_id, opening_id=opening.id)


def _both(people: list[Any]) -> dict[str, int]:
    return {"person_id": people[0].id, "fellow_id": people[1].id}
