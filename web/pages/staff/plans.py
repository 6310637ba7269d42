"""The plans of the nights for staff: figures, overrides, and what an officer chooses otherwise."""

from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre.drafts import RecordId
from centre.permissions import Permission
from matching.companions import actions as companions
from matching.companions.queries import group_of
from matching.companions.rules import TIE_LABELS, TravelCode, TravelGroupDraft, TravelSplit
from matching.planning.evidence import overrides
from matching.plans import actions, queries
from matching.plans.models import PlanPin
from matching.plans.rules import NIGHT_LABELS, PlanPinDraft
from matching.profiles.queries import person_in_sight
from matching.suggestions.fits import suggestions_for
from web.forms import Bound, ButtonForm, attempt, bind, blank
from web.rendering import page

routes = Pages("/counter")

KEEP = Permission.KEEP_PLANS
DEEP = 20


@routes.get("/plans", allow=KEEP)
def nights(unit: Unit) -> Response:
    """The last thirty nights with their figures, and how often officers chose otherwise."""
    plans, decided = queries.nights(unit.session), overrides(unit.session)
    return page(unit, "staff/plans/nights.html", plans=plans, decided=decided, states=NIGHT_LABELS)


@routes.get("/people/{person_id}/plan", allow=KEEP)
def choice(unit: Unit, person_id: RecordId) -> Response:
    """Where the plan sends a person, with whom they leave, and the form to choose otherwise."""
    return _choice(unit, person_id, blank(unit, PlanPinDraft))


@routes.post("/people/{person_id}/plan", allow=KEEP)
def pin(unit: Unit, person_id: RecordId) -> Response:
    """Choose an opening for a person, or none."""
    return _attempt(
        unit, person_id, bind(unit, PlanPinDraft, person_id=person_id),
        lambda draft: actions.pin_person(unit.session, unit.actor, draft),
    )  # fmt: skip


@routes.post("/people/{person_id}/plan/{pin_id}/end", allow=KEEP)
def end(unit: Unit, person_id: RecordId, pin_id: RecordId) -> Response:
    """Let the plan decide again."""
    return _attempt(
        unit, person_id, bind(unit, ButtonForm), lambda _: actions.end_pin(unit.session, unit.actor, pin_id=pin_id)
    )  # fmt: skip


@routes.post("/people/{person_id}/companions", allow=KEEP)
def start(unit: Unit, person_id: RecordId) -> Response:
    """Start a group with a person who asks for it."""
    return _attempt(
        unit, person_id, bind(unit, TravelGroupDraft),
        lambda draft: companions.start_group(unit.session, unit.actor, person_id=person_id, draft=draft),
    )  # fmt: skip


@routes.post("/people/{person_id}/companions/join", allow=KEEP)
def join(unit: Unit, person_id: RecordId) -> Response:
    """Put a person into the group of a code."""
    return _attempt(
        unit, person_id, bind(unit, TravelCode),
        lambda draft: companions.join_group(unit.session, unit.actor, person_id=person_id, draft=draft),
    )  # fmt: skip


@routes.post("/people/{person_id}/companions/split", allow=KEEP)
def split(unit: Unit, person_id: RecordId) -> Response:
    """Write down whether the group may be suggested apart."""
    return _attempt(
        unit, person_id, bind(unit, TravelSplit),
        lambda draft: companions.change_split(unit.session, unit.actor, person_id=person_id, draft=draft),
    )  # fmt: skip


@routes.post("/people/{person_id}/companions/leave", allow=KEEP)
def leave(unit: Unit, person_id: RecordId) -> Response:
    """Take a person out of the group."""
    return _attempt(
        unit, person_id, bind(unit, ButtonForm),
        lambda _: companions.leave_group(unit.session, unit.actor, person_id=person_id),
    )  # fmt: skip


def _attempt(unit: UnitOfWork, person_id: int, bound: Bound[Any], act: Callable[[Any], Any]) -> Response:
    return attempt(unit, bound, act, partial(_choice, unit, person_id), f"/counter/people/{person_id}/plan")


def _choice(unit: UnitOfWork, person_id: int, bound: Bound[Any], status_code: int = 200) -> Response:
    pins = unit.session.scalars(queries.living_pins().where(PlanPin.person_id == person_id)).all()
    return page(
        unit,
        "staff/plans/person.html",
        status_code,
        person=person_in_sight(unit.session, person_id),
        suggested=suggestions_for(unit.session, person_id, locale=unit.locale, top=DEEP),
        pin=pins[0] if pins else None,
        group=group_of(unit.session, person_id),
        ties=TIE_LABELS,
        bound=bound,
    )
