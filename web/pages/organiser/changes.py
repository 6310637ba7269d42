"""Changes in the hall of an announced fair, side by side with what everybody knows, and their release."""

from typing import Annotated

from fastapi import Path
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre.drafts import BIGGEST_ID
from centre.errors import Refusal
from centre.permissions import Permission
from employers.fairs.plans.actions import release_changes
from employers.fairs.plans.queries import hall_changes
from employers.fairs.queries import fair as fair_in_sight
from employers.fairs.queries import own_fair
from web.forms import ButtonForm, bind
from web.pages.public.fairs import hours
from web.rendering import page

routes = Pages("/organiser")

FairId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


@routes.get("/fairs/{fair_id:int}/changes", allow=Permission.ASSIGN_BOOTH)
def changes(unit: Unit, fair_id: FairId) -> Response:
    """The changes, whom each of them concerns, and the button that releases them."""
    return _changes(unit, fair_id)


@routes.post("/fairs/{fair_id:int}/changes", allow=Permission.ASSIGN_BOOTH)
def release(unit: Unit, fair_id: FairId) -> Response:
    """Release the changes and tell those concerned."""
    bind(unit, ButtonForm)
    try:
        release_changes(unit.session, unit.actor, fair_id=fair_id)
    except Refusal as refusal:
        return _changes(unit, fair_id, refusal.problems, refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}/changes?released=1", 303)


def _changes(unit: Unit, fair_id: int, problems: object = (), status_code: int = 200) -> Response:
    own_fair(unit.session, unit.actor, fair_id)
    fair = fair_in_sight(unit.session, fair_id)
    return page(
        unit,
        "organiser/changes.html",
        status_code,
        fair=fair,
        hours=hours(fair),
        problems=problems,
        changes=hall_changes(unit.session, fair),
        released=unit.request.query_params.get("released") == "1",
    )
