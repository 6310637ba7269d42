"""Suggestions planned together each night: the plans with their figures, and officers' choices."""

from datetime import date
from typing import Any

from api.dependencies import Routes, Unit
from api.wire import Wire
from centre.drafts import RecordId
from centre.permissions import Permission
from matching.planning.evidence import overrides
from matching.plans import actions, queries
from matching.plans.models import PlanPin
from matching.plans.rules import NightPlanState, PlanPinDraft

routes = Routes(prefix="/plans", tags=["plans"])

KEEP = Permission.KEEP_PLANS


class NightPlanOut(Wire):
    """The figures of one night. `value` and `bound` count thousandths of expected hires that last."""

    id: int
    day: date
    state: NightPlanState
    people: int
    placed: int
    openings: int
    value: int
    bound: float
    gap: float
    seconds: float
    fault: str
    digest: str
    code_digest: str


class NightPlanDetail(NightPlanOut):
    """One night with the weights and limits under which it was planned."""

    rules: dict[str, Any]


class PlanPinOut(Wire):
    """An officer's choice for a person: an opening, or none."""

    id: int
    person_id: int
    opening_id: int | None
    reason: str


class OverridesOut(Wire):
    """How officers dealt with planned suggestions in the last thirty days."""

    accepted: int
    overridden: int
    rate: float


@routes.get("", allow=KEEP)
def nights(unit: Unit) -> list[NightPlanOut]:
    """List the plans of the last thirty nights."""
    return [NightPlanOut.model_validate(plan) for plan in queries.nights(unit.session)]


@routes.get("/overrides", allow=KEEP)
def overridden(unit: Unit) -> OverridesOut:
    """Count how often officers followed the plan or chose otherwise, in the reader's sight."""
    return OverridesOut.model_validate(overrides(unit.session))


@routes.get("/pins", allow=KEEP)
def pins(unit: Unit) -> list[PlanPinOut]:
    """List the officers' choices that stand."""
    return [PlanPinOut.model_validate(pin) for pin in unit.session.scalars(queries.living_pins())]


@routes.post("/pins", allow=KEEP, status_code=201)
def pin(unit: Unit, draft: PlanPinDraft) -> PlanPinOut:
    """Choose an opening for a person, or none; it holds at once and in every later plan."""
    return _pin_out(actions.pin_person(unit.session, unit.actor, draft))


@routes.post("/pins/{pin_id}/end", allow=KEEP)
def end(unit: Unit, pin_id: RecordId) -> PlanPinOut:
    """Let the plan decide again."""
    return _pin_out(actions.end_pin(unit.session, unit.actor, pin_id=pin_id))


@routes.get("/{plan_id}", allow=KEEP)
def night(unit: Unit, plan_id: RecordId) -> NightPlanDetail:
    """One night with its weights and limits."""
    return NightPlanDetail.model_validate(queries.night(unit.session, plan_id))


def _pin_out(row: PlanPin) -> PlanPinOut:
    return PlanPinOut.model_validate(row)
