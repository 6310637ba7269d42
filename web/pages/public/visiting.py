"""Visiting a fair: registering without an account, the ticket with its QR code, the wall of the hall."""

from typing import Annotated

from fastapi import Path
from starlette.responses import RedirectResponse, Response

from api.dependencies import PUBLIC, Pages, Unit
from api.visitors import count_registration
from centre import clock
from centre.drafts import BIGGEST_ID
from centre.errors import NotFound, Refusal
from centre.permissions import Permission
from employers.fairs.halls import entrances
from employers.fairs.models import Fair
from employers.fairs.queries import fair as fair_in_sight
from employers.fairs.rules import FAIR_LABELS, FairState
from matching.fairs.days.queries import lines_of, turns
from matching.fairs.interviews.queries import interview_day, slot_at
from matching.fairs.interviews.released import appointments
from matching.fairs.visitors.queries import day_truth, door_of, door_rules, takes_visitors, ticket_by_code
from matching.fairs.visitors.rules import TicketDraft, TicketSource, bare
from matching.fairs.visitors.tickets import give_ticket_back, register_visitor, spoken
from web.forms import Bound, bind, blank
from web.pages.public.fairs import hours
from web.qr import qr
from web.rendering import page

routes = Pages()

FairId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
Code = Annotated[str, Path(max_length=40)]


@routes.get("/fairs/{fair_id}/register", allow=PUBLIC)
def ask(unit: Unit, fair_id: FairId) -> Response:
    """The registration of a visitor."""
    return _form(unit, fair_in_sight(unit.session, fair_id), blank(unit, TicketDraft, heads=1))


@routes.post("/fairs/{fair_id}/register", allow=PUBLIC, before=count_registration)
def register(unit: Unit, fair_id: FairId) -> Response:
    """Give out a ticket and show it."""
    fair = fair_in_sight(unit.session, fair_id)
    bound = bind(unit, TicketDraft)
    if bound.draft is None:
        return _form(unit, fair, bound, 422)
    person_id = unit.actor.person_id if unit.actor.may(Permission.EDIT_PROFILE) else None
    source = TicketSource.ACCOUNT if person_id else TicketSource.ONLINE
    try:
        visitor = register_visitor(unit.session, fair_id=fair_id, draft=bound.draft, source=source, person_id=person_id)
    except Refusal as refusal:
        return _form(unit, fair, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/tickets/{spoken(visitor.code)}", 303)


@routes.get("/tickets/{code}", allow=PUBLIC)
def ticket(unit: Unit, code: Code) -> Response:
    """A ticket with its QR code, for the telephone and for paper."""
    visitor = ticket_by_code(unit.session, code)
    fair = visitor.fair
    day = day_truth(unit.session, fair.id) if fair.state is FairState.LIVE else None
    planned = interview_day(unit.session, fair.id)
    standing = [turn for turn in turns(unit.session, fair) if turn.interview.visitor.id == visitor.id]
    return page(
        unit,
        "public/visiting/ticket.html",
        visitor=visitor,
        fair=fair,
        hours=hours(fair),
        entrances=entrances(unit.session, fair.venue_id),
        code=spoken(visitor.code),
        drawing=qr(spoken(visitor.code), 8),
        state=FAIR_LABELS[fair.state],
        entered=bool(day and visitor.subject in day.stays),
        turns={turn.interview.booth.id: turn.place for turn in standing},
        interviews=appointments(unit.session, planned, visitor_id=visitor.id),
        at=lambda row: slot_at(fair, planned, row.slot) if planned else fair.starts_at,
        may_wish=fair.starts_at > clock.now() and takes_visitors(fair),
        may_cancel=takes_visitors(fair) and not (day and visitor.subject in day.stays),
    )


@routes.get("/tickets", allow=PUBLIC)
def find(unit: Unit) -> Response:
    """Ask for the code of a ticket, typed or scanned, as at a terminal in the hall; show the ticket."""
    typed = bare(unit.request.query_params.get("code", ""))[:40]
    if not typed:
        return page(unit, "public/visiting/find.html", typed="", unknown=False)
    try:
        visitor = ticket_by_code(unit.session, typed)
    except NotFound:
        return page(unit, "public/visiting/find.html", 404, typed=typed, unknown=True)
    return RedirectResponse(f"/tickets/{spoken(visitor.code)}", 303)


@routes.post("/tickets/{code}/cancel", allow=PUBLIC)
def cancel(unit: Unit, code: Code) -> Response:
    """Give a ticket back; its place becomes free."""
    visitor = give_ticket_back(unit.session, code=code)
    return RedirectResponse(f"/fairs/{visitor.fair_id}?ticket=cancelled", 303)


@routes.get("/fairs/{fair_id}/wall", allow=PUBLIC)
def wall(unit: Unit, fair_id: FairId) -> Response:
    """The head count in very large type, for a screen in the hall; it renews itself."""
    fair = fair_in_sight(unit.session, fair_id)
    if not fair.open_to_public:
        raise NotFound
    day = day_truth(unit.session, fair_id)
    limit = door_rules(fair, door_of(unit.session, fair_id)).capacity
    return page(
        unit,
        "public/visiting/wall.html",
        fair=fair,
        hours=hours(fair),
        inside=day.inside,
        entered=day.entered,
        limit=limit,
        full=limit is not None and day.inside >= limit,
        now=clock.now(),
        lines=lines_of(turns(unit.session, fair)),
        live=fair.state is FairState.LIVE,
    )


def _form(unit: Unit, fair: Fair, bound: Bound[TicketDraft], status_code: int = 200) -> Response:
    door = door_of(unit.session, fair.id)
    return page(
        unit,
        "public/visiting/register.html",
        status_code,
        fair=fair,
        hours=hours(fair),
        bound=bound,
        open=takes_visitors(fair),
        places=door.places if door else 0,
        left=max(door.places - door.taken, 0) if door and door.places else None,
        question=door.question if door else "",
    )
