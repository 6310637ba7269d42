"""Queries on the plans of the nights: the current one, a person's place, and the people planned for an opening."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from centre import clock
from centre.batches import batches
from centre.errors import NotFound
from centre.scopes import seeing_everything
from matching.engine.assign.explain import NotPlannedReason
from matching.plans.models import NightPlan, PlannedPlace, PlanPin
from matching.plans.rules import FRESH, NightPlanState


@dataclass(frozen=True, slots=True)
class Planned:
    """Where the plan of the night, or an officer, sends a person, and why not elsewhere (统筹结果)."""

    opening_id: int | None
    is_pinned: bool = False
    others: Mapping[int, NotPlannedReason] = field(default_factory=dict)


def current_plan(session: Session) -> NightPlan | None:
    """The plan behind today's suggestions, for any reader; None when there is none or the newest failed."""
    with seeing_everything(session):
        newest = session.scalar(select(NightPlan).order_by(NightPlan.day.desc()).limit(1))
    if newest is None or newest.state is not NightPlanState.PLANNED or newest.day < clock.today() - FRESH:
        return None
    return newest


def planned_for(session: Session, person_id: int) -> Planned | None:
    """The place of a person in the reader's sight; None without a plan, so that the own ranking stands."""
    pin = session.scalar(living_pins().where(PlanPin.person_id == person_id))
    if pin is not None:
        return Planned(pin.opening_id, is_pinned=True)
    plan = current_plan(session)
    place = plan and session.scalar(
        select(PlannedPlace).where(PlannedPlace.plan_id == plan.id, PlannedPlace.person_id == person_id)
    )
    if not place:
        return None
    others = {
        row["opening_id"]: NotPlannedReason(row["code"], row["others"], points=row["points"]) for row in place.others
    }
    return Planned(place.opening_id, others=others)


def people_planned(session: Session, opening_id: int) -> list[int]:
    """The people in the reader's sight whom the plan or an officer sends to an opening, the likeliest first."""
    return people_planned_for(session, [opening_id]).get(opening_id, [])


def people_planned_for(session: Session, opening_ids: Collection[int]) -> dict[int, list[int]]:
    """`people_planned` for several openings at once; openings without planned people are left out."""
    wanted = set(opening_ids)
    pins = {pin.person_id: pin.opening_id for pin in session.scalars(living_pins())}
    planned: dict[int, list[int]] = {}
    for person_id, where in pins.items():
        if where in wanted:
            planned.setdefault(where, []).append(person_id)
    plan = current_plan(session)
    if plan is None:
        return planned
    for batch in batches(sorted(wanted)):
        rows = session.execute(
            select(PlannedPlace.opening_id, PlannedPlace.person_id)
            .where(PlannedPlace.plan_id == plan.id, PlannedPlace.opening_id.in_(batch))
            .order_by(PlannedPlace.chance.desc(), PlannedPlace.person_id)
        )
        for where, person_id in rows:
            if where is not None and person_id not in pins:
                planned.setdefault(where, []).append(person_id)
    return planned


def nights(session: Session, limit: int = 30) -> Sequence[NightPlan]:
    """The plans, the newest first, without their data."""
    return session.scalars(select(NightPlan).order_by(NightPlan.day.desc()).limit(limit)).all()


def night(session: Session, plan_id: int) -> NightPlan:
    """One plan in the reader's sight. Raises NotFound."""
    plan = session.scalar(select(NightPlan).where(NightPlan.id == plan_id))
    if plan is None:
        raise NotFound
    return plan


def living_pins() -> Select[PlanPin]:
    """Officers' choices that stand, the newest first."""
    return select(PlanPin).where(PlanPin.ended_at.is_(None)).order_by(PlanPin.id.desc())


def pin_in_sight(session: Session, pin_id: int) -> PlanPin:
    """One choice in the reader's sight. Raises NotFound."""
    pin = session.scalar(select(PlanPin).where(PlanPin.id == pin_id))
    if pin is None:
        raise NotFound
    return pin
