"""What an employer's booth shows, for the employer and for the organiser on its behalf."""

from typing import Annotated, Any

from fastapi import Path
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre.drafts import BIGGEST_ID
from centre.errors import Refusal
from centre.permissions import Permission
from centre.scopes import seeing_everything
from employers.fairs import showing
from employers.fairs.booth_rules import WAITING_OR_HOLDING
from employers.fairs.booths import VERIFIED
from employers.fairs.models import Booth
from employers.fairs.queries import handled_booth
from employers.fairs.rules import PROMOTING
from employers.fairs.showing import ShownDraft
from employers.openings.queries import employer_openings
from employers.openings.rules import OpeningState
from web.forms import Bound, bind_edit, editing
from web.pages.public.fairs import hours
from web.rendering import page

routes = Pages("/employer")

ALLOW = Permission.APPLY_FOR_BOOTH
WAITING = (OpeningState.DRAFT, OpeningState.LINT, OpeningState.TO_VERIFY)
"""Openings that an officer has still to verify."""
BoothId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


@routes.get("/booths/{booth_id:int}/openings", allow=ALLOW)
def ask(unit: Unit, booth_id: BoothId) -> Response:
    """The openings that a booth shows, to be changed."""
    booth = handled_booth(unit.session, unit.actor, booth_id)
    return _form(unit, booth, editing(unit, ShownDraft, _stored(booth)))


@routes.post("/booths/{booth_id:int}/openings", allow=ALLOW)
def show(unit: Unit, booth_id: BoothId) -> Response:
    """Show these openings."""
    booth = handled_booth(unit.session, unit.actor, booth_id)
    bound = bind_edit(unit, ShownDraft, _stored(booth))
    if bound.draft is None:
        return _form(unit, booth, bound, bound.status)
    try:
        showing.show_openings(unit.session, unit.actor, booth_id=booth_id, draft=bound.draft)
    except Refusal as refusal:
        return _form(unit, booth, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/employer/booths/{booth_id}/openings?kept=1", 303)


def _stored(booth: Booth) -> dict[str, Any]:
    """What the form shows of a booth."""
    return {"opening_ids": list(booth.opening_ids)}


def _form(unit: Unit, booth: Booth, bound: Bound[ShownDraft], status_code: int = 200) -> Response:
    own = employer_openings(booth.employer_id)
    with seeing_everything(unit.session):  # handled_booth has checked the right
        openings = unit.session.scalars(own).all()
    shown = [row for row in openings if row.state in VERIFIED or row.id in booth.opening_ids]
    return page(
        unit,
        "employer/stand.html",
        status_code,
        booth=booth,
        fair=booth.fair,
        hours=hours(booth.fair),
        bound=bound,
        openings=[(opening.id, opening.title) for opening in shown],
        waiting=[opening for opening in openings if opening.state in WAITING],
        open=booth.fair.state in PROMOTING and booth.state in WAITING_OR_HOLDING,
        own=booth.employer_id == unit.actor.employer_id,
        kept=unit.request.query_params.get("kept") == "1",
    )
