"""The counter's table at a fair: a ticket or card leads to its holder, to letters for the booths and to the union."""

from typing import Annotated

from fastapi import Path
from sqlalchemy import select
from starlette.responses import Response

from api.dependencies import Pages, Unit
from centre.drafts import BIGGEST_ID
from centre.errors import NotFound
from centre.people import Person
from centre.permissions import Permission
from employers.fairs.models import Fair
from employers.fairs.queries import shown_openings
from matching.fairs.visitors.actions import gate_fair
from matching.fairs.visitors.queries import TAKES_VISITORS, holder_of_code
from matching.fairs.visitors.rules import bare
from web.pages.public.fairs import hours
from web.rendering import page

routes = Pages("/gate")

FairId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


@routes.get("/fairs/{fair_id}/services", allow=Permission.RECORD_SERVICE)
def services(unit: Unit, fair_id: FairId) -> Response:
    """Ask for a ticket or card; show what can be done for its holder on the spot."""
    fair = gate_fair(unit.session, unit.actor, fair_id=fair_id)
    typed = unit.request.query_params.get("code", "")[:40]
    if not bare(typed):
        return _services(unit, fair)
    try:
        person_id = holder_of_code(unit.session, fair, typed)
    except NotFound:
        return _services(unit, fair, typed=typed, unknown=True, status_code=404)
    person = unit.session.scalar(select(Person).where(Person.id == person_id)) if person_id else None
    return _services(unit, fair, typed=typed, person=person, elsewhere=person_id is not None and person is None)


def _services(
    unit: Unit,
    fair: Fair,
    *,
    typed: str = "",
    person: Person | None = None,
    unknown: bool = False,
    elsewhere: bool = False,
    status_code: int = 200,
) -> Response:
    return page(
        unit,
        "staff/gate/services.html",
        status_code,
        fair=fair,
        hours=hours(fair),
        typed=typed,
        person=person,
        unknown=unknown,
        elsewhere=elsewhere,
        shown=shown_openings(unit.session, fair.id) if person else [],
        may_introduce=unit.actor.may(Permission.INTRODUCE) and fair.state in TAKES_VISITORS,
        may_enrol=unit.actor.may(Permission.WORK_AT_DESK),
    )
