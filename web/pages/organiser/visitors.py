"""The visitors of a fair for its organiser: door, tickets, what happened at the gates."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import Path
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre import clock
from centre.drafts import BIGGEST_ID, Draft, Line, Paragraph
from centre.errors import Refusal
from centre.permissions import Permission
from centre.scans.queries import devices
from centre.scans.rules import arrivals, truth
from employers.fairs.fixed import ending_of
from employers.fairs.queries import own_fair
from matching.fairs.visitors import actions
from matching.fairs.visitors.models import FairDoor, Visitor
from matching.fairs.visitors.queries import day_scans, door_of, visitor_in_sight, visitors
from matching.fairs.visitors.rules import MOST_PLACES, SOURCE_LABELS, DoorDraft, FlagDraft, register_of
from matching.fairs.visitors.tickets import spoken
from web.forms import Bound, bind, bind_edit, blank, editing
from web.pages.public.fairs import hours
from web.rendering import page

routes = Pages("/organiser")

ALLOW = Permission.MANAGE_FAIRS
FairId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
VisitorId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
MOST = 500


class DoorForm(Draft):
    """The form of a fair's door; gates stand one a line (入场设置)."""

    places: Annotated[int, Field(ge=0, le=MOST_PLACES)] = 0
    inside_limit: Annotated[int, Field(ge=1, le=MOST_PLACES)] | None = None
    early_minutes: Annotated[int, Field(ge=0, le=600)] = 30
    question: Line = ""
    gates: Paragraph = ""

    def door(self) -> DoorDraft:
        """The draft of the door. Gates beyond twenty, or with names beyond forty characters, are cut."""
        lines = [line.strip()[:40] for line in self.gates.splitlines() if line.strip()]
        return DoorDraft.model_validate(self.model_dump(exclude={"gates"}) | {"gates": lines[:20]})


@routes.get("/fairs/{fair_id:int}/visitors", allow=ALLOW)
def desk(unit: Unit, fair_id: FairId) -> Response:
    """Tickets, arrivals, gates and what the gates did against the rules."""
    return _desk(unit, fair_id)


def _door_form(unit: Unit, fair_id: int) -> Bound[DoorForm]:
    door = door_of(unit.session, fair_id)
    return editing(unit, DoorForm, _stored(door)) if door else blank(unit, DoorForm, places=0, early_minutes=30)


def _stored(door: FairDoor) -> dict[str, Any]:
    """What the form shows of a door."""
    values = {name: getattr(door, name) for name in DoorForm.model_fields}
    return values | {"gates": "\n".join(door.gates)}


def _flagged(visitor: Visitor) -> dict[str, Any]:
    """The form's view of a ticket that is refused or needs a decision."""
    return {"ban": visitor.ban, "question": visitor.question}


@routes.post("/fairs/{fair_id:int}/visitors", allow=ALLOW)
def set_up(unit: Unit, fair_id: FairId) -> Response:
    """Set up the door."""
    door = door_of(unit.session, fair_id)
    bound = bind_edit(unit, DoorForm, _stored(door)) if door else bind(unit, DoorForm)
    if bound.draft is None:
        return _desk(unit, fair_id, bound, bound.status)
    try:
        actions.set_up_door(unit.session, unit.actor, fair_id=fair_id, draft=bound.draft.door())
    except Refusal as refusal:
        return _desk(unit, fair_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}/visitors", 303)


@routes.post("/visitors/{visitor_id}", allow=ALLOW)
def flag(unit: Unit, visitor_id: VisitorId) -> Response:
    """Keep a ticket out, or ask first."""
    visitor = visitor_in_sight(unit.session, visitor_id)
    fair_id = visitor.fair_id
    bound = bind_edit(unit, FlagDraft, _flagged(visitor))
    if bound.draft is None:
        return _desk(unit, fair_id, status_code=bound.status, flagging={visitor_id: bound})
    try:
        actions.flag_visitor(unit.session, unit.actor, visitor_id=visitor_id, draft=bound.draft)
    except Refusal as refusal:
        return _desk(unit, fair_id, status_code=refusal.status, flagging={visitor_id: bound.refuse(refusal)})
    return RedirectResponse(f"/organiser/fairs/{fair_id}/visitors#tickets", 303)


def _desk(
    unit: Unit,
    fair_id: int,
    bound: Bound[DoorForm] | None = None,
    status_code: int = 200,
    *,
    flagging: Mapping[int, Bound[FlagDraft]] = MappingProxyType({}),
) -> Response:
    with unit.session.no_autoflush:
        fair = own_fair(unit.session, unit.actor, fair_id)
        tickets = unit.session.scalars(visitors(fair_id).limit(MOST)).all()
        scans = day_scans(unit.session, fair_id)
    day = truth(scans)
    names = {visitor.subject: visitor for visitor in tickets}
    return page(
        unit,
        "organiser/visitors.html",
        status_code,
        fair=fair,
        hours=hours(fair),
        fixed=ending_of(fair),
        bound=bound or _door_form(unit, fair_id),
        flagging={visitor.id: editing(unit, FlagDraft, _flagged(visitor)) for visitor in tickets} | dict(flagging),
        tickets=tickets,
        heads=sum(visitor.heads for visitor in tickets),
        day=day,
        stays=day.stays,
        quarters=[(f"{clock.local(slot):%H:%M}", count) for slot, count in sorted(arrivals(scans).items())],
        repeats=[scan for stay in day.stays.values() for scan in stay.repeats],
        names=names,
        devices=unit.session.scalars(devices(register_of(fair_id))).all(),
        sources=SOURCE_LABELS,
        spoken=spoken,
    )
