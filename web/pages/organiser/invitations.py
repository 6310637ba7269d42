"""Whom to invite to a fair, and how the fairs that were held compare."""

from collections import Counter
from typing import Annotated, Any

from fastapi import Path
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre.drafts import BIGGEST_ID
from centre.errors import Refusal
from centre.permissions import Permission
from employers.fairs.queries import own_fair
from employers.fairs.rules import OVER, THEME_LABELS, FairState, FairTheme
from matching.fairs.contacts.queries import compared_fairs
from matching.fairs.invitations.actions import invite_employer, invite_workers
from matching.fairs.invitations.pay import MOST_COMPARED, pay_gaps, tell_of_pay
from matching.fairs.invitations.queries import employer_proposals, proposals, room_of
from matching.fairs.invitations.rules import EmployerInvited, PayTold, WorkersInvited
from matching.fairs.visitors.queries import takes_visitors
from web.forms import Bound, bind, blank
from web.pages.public.fairs import hours
from web.rendering import page

routes = Pages("/organiser")

ALLOW = Permission.MANAGE_FAIRS
ENDINGS = (*OVER, FairState.LIVE, FairState.CANCELLED)
FairId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


@routes.get("/fairs/{fair_id:int}/invitations", allow=ALLOW)
def invitations(unit: Unit, fair_id: FairId) -> Response:
    """How many people each opening should invite and why, and which employers are missing."""
    return _invitations(unit, fair_id, blank(unit, WorkersInvited))


@routes.post("/fairs/{fair_id:int}/invitations/workers", allow=ALLOW)
def workers(unit: Unit, fair_id: FairId) -> Response:
    """Invite the people of one opening, or of all."""
    bound = bind(unit, WorkersInvited)
    if bound.draft is None:
        return _invitations(unit, fair_id, bound, 422)
    try:
        count = invite_workers(unit.session, unit.actor, fair_id=fair_id, draft=bound.draft)
    except Refusal as refusal:
        return _invitations(unit, fair_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}/invitations?invited={count}", 303)


@routes.post("/fairs/{fair_id:int}/invitations/employers", allow=ALLOW)
def employers(unit: Unit, fair_id: FairId) -> Response:
    """Invite one employer."""
    bound = bind(unit, EmployerInvited)
    if bound.draft is None:
        return _invitations(unit, fair_id, bound, 422)
    try:
        invite_employer(unit.session, unit.actor, fair_id=fair_id, draft=bound.draft)
    except Refusal as refusal:
        return _invitations(unit, fair_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}/invitations#employers", 303)


@routes.get("/fairs/{fair_id:int}/pay", allow=ALLOW)
def pay(unit: Unit, fair_id: FairId) -> Response:
    """What the openings of the fair offer beside what people ask for."""
    return _pay(unit, fair_id, blank(unit, PayTold))


@routes.post("/fairs/{fair_id:int}/pay", allow=ALLOW)
def tell(unit: Unit, fair_id: FairId) -> Response:
    """Tell one employer what people ask for."""
    bound = bind(unit, PayTold)
    if bound.draft is None:
        return _pay(unit, fair_id, bound, 422)
    try:
        tell_of_pay(unit.session, unit.actor, fair_id=fair_id, opening_id=bound.draft.opening_id)
    except Refusal as refusal:
        return _pay(unit, fair_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}/pay?sent=1", 303)


@routes.get("/comparison", allow=ALLOW)
def comparison(unit: Unit) -> Response:
    """The fairs that were held, side by side: who came, what was agreed, who is still at work."""
    asked = unit.request.query_params.get("theme", "")
    theme = FairTheme(asked) if asked in set(FairTheme) else None
    rows = compared_fairs(unit.session, unit.actor, theme)
    return page(
        unit,
        "organiser/comparison.html",
        rows=rows,
        themes=[(code.value, label) for code, label in THEME_LABELS.items()],
        theme=asked if theme else "",
    )


def _pay(unit: UnitOfWork, fair_id: int, bound: Bound[Any], status_code: int = 200) -> Response:
    with unit.session.no_autoflush:
        fair = own_fair(unit.session, unit.actor, fair_id)
        rows = pay_gaps(unit.session, fair)
    return page(
        unit,
        "organiser/pay.html",
        status_code,
        fair=fair,
        hours=hours(fair),
        bound=bound,
        rows=rows,
        most=MOST_COMPARED,
        sent=unit.request.query_params.get("sent") == "1",
    )


def _invitations(unit: UnitOfWork, fair_id: int, bound: Bound[Any], status_code: int = 200) -> Response:
    with unit.session.no_autoflush:
        fair = own_fair(unit.session, unit.actor, fair_id)
        planned = proposals(unit.session, fair, locale=unit.locale) if takes_visitors(fair) else []
    return page(
        unit,
        "organiser/invitations.html",
        status_code,
        fair=fair,
        hours=hours(fair),
        bound=bound,
        open=takes_visitors(fair),
        room=room_of(unit.session, fair),
        planned=[(row, Counter(who.reason for who in row.candidates).most_common(1)[0][0]) for row in planned],
        people=sum(len(row.candidates) for row in planned),
        employers=employer_proposals(unit.session, fair) if fair.state not in ENDINGS else [],
        takes_booths=fair.state is FairState.BOOTH_OPEN,
        invited=unit.request.query_params.get("invited", ""),
    )
