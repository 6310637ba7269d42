"""Whom the centre owes a service, and which introductions do not go on."""

from starlette.responses import Response

from api.dependencies import Pages, Unit
from centre import clock
from centre.permissions import Permission
from matching.duties.queries import services_owed, stalled_introductions
from matching.duties.rules import DUTY_LABELS, STALL_LABELS
from web.rendering import page

routes = Pages("/counter/due")


@routes.get("", allow=Permission.LIST_PEOPLE)
def due(unit: Unit) -> Response:
    """Introductions that wait too long, and people whose services are due."""
    return page(
        unit,
        "staff/counter/due.html",
        stalled=stalled_introductions(unit.session),
        owed=services_owed(unit.session),
        stalls=STALL_LABELS,
        duties=DUTY_LABELS,
        today=clock.today(),
    )
