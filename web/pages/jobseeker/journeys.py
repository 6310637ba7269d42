"""A jobseeker's own journeys: when, where, which seat, who leads; and the group that they lead themselves."""

from functools import partial
from typing import Any

from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre.drafts import Draft, Line, RecordId
from centre.errors import NotFound
from centre.permissions import Permission
from matching.export import batches, queries
from matching.export.members import leave_roster
from matching.export.rules import MEMBER_LABELS, NOT_LEFT, TRANSPORT_LABELS
from web.forms import Bound, attempt, bind, blank
from web.rendering import page

routes = Pages("/me/journeys")


class LeaveForm(Draft):
    """Why a person does not go (不去了)."""

    reason: Line = ""


@routes.get("", allow=Permission.KEEP_OWN_RECORDS)
def journeys(unit: Unit) -> Response:
    """All journeys of the reader."""
    return _page(unit, blank(unit, LeaveForm))


@routes.post("/{member_id}/leave", allow=Permission.KEEP_OWN_RECORDS)
def leave(unit: Unit, member_id: RecordId) -> Response:
    """Not travel after all; the place becomes free."""
    return attempt(
        unit,
        bind(unit, LeaveForm),
        lambda form: leave_roster(unit.session, unit.actor, member_id=member_id, reason=form.reason),
        partial(_page, unit),
        "/me/journeys",
    )


def _page(unit: UnitOfWork, bound: Bound[Any], status_code: int = 200) -> Response:
    if unit.actor.person_id is None:
        raise NotFound
    own = queries.journeys_of(unit.session, unit.actor.person_id)
    return page(
        unit,
        "jobseeker/journeys.html",
        status_code,
        journeys=[(row, batch, project, queries.place_of(batch, row.seat_no)) for row, batch, project in own],
        escorts={batch.id: unit.session.scalars(queries.escorts(batch.id)).all() for _, batch, _ in own},
        leads={batch.id for batch in queries.led(unit.session, unit.actor)},
        states=MEMBER_LABELS,
        modes=TRANSPORT_LABELS,
        waiting=NOT_LEFT,
        when=batches.when_of,
        bound=bound,
    )
