"""The employer at the gate: who is coming, and the signature under the list of those who arrived."""

from functools import partial
from typing import Any

from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre.drafts import RecordId
from centre.errors import NotFound
from centre.permissions import Permission
from matching.export import batches, queries
from matching.export.rules import BATCH_LABELS, MEMBER_LABELS, BatchState, MemberState
from matching.export.stay import actions
from matching.export.stay.rules import HandOverDraft
from web.forms import Bound, attempt, bind, blank
from web.rendering import page

routes = Pages("/employer/arrivals")

SIGN = Permission.SIGN_HAND_OVER
SHOWN = (BatchState.LOCKED, BatchState.TRAVELLING, BatchState.ARRIVED, BatchState.HANDED_OVER, BatchState.CLOSED)


@routes.get("", allow=SIGN)
def coming(unit: Unit) -> Response:
    """The batches that come to this employer."""
    own = unit.actor.employer_id
    rows = unit.session.execute(queries.batches_in(*SHOWN)).all() if own else []
    return page(
        unit,
        "employer/arrivals.html",
        batches=[(batch, name) for batch, name in rows if batch.employer_id == own],
        states=BATCH_LABELS,
        when=batches.when_of,
    )


@routes.get("/{batch_id}", allow=SIGN)
def arrival(unit: Unit, batch_id: RecordId) -> Response:
    """The list of one batch, from its departure on."""
    return _page(unit, batch_id, blank(unit, HandOverDraft))


@routes.post("/{batch_id}", allow=SIGN)
def sign(unit: Unit, batch_id: RecordId) -> Response:
    """Sign for those who arrived."""
    _own(unit, batch_id)
    return attempt(
        unit,
        bind(unit, HandOverDraft),
        lambda draft: actions.hand_over(unit.session, unit.actor, batch_id=batch_id, draft=draft),
        partial(_page, unit, batch_id),
        f"/employer/arrivals/{batch_id}",
    )


def _own(unit: UnitOfWork, batch_id: int) -> Any:
    batch = queries.batch(unit.session, batch_id)
    if batch.employer_id != unit.actor.employer_id or batch.state not in SHOWN:
        raise NotFound
    return batch


def _page(unit: UnitOfWork, batch_id: int, bound: Bound[Any], status_code: int = 200) -> Response:
    batch = _own(unit, batch_id)
    rows = unit.session.scalars(queries.members(batch_id)).all()
    there = [row for row in rows if row.arrived_on is not None]
    return page(
        unit,
        "employer/arrival.html",
        status_code,
        batch=batch,
        rows=there if batch.arrived_at else [row for row in rows if row.state is MemberState.BOARDED],
        escorts=queries.escorts_to_expect(unit.session, batch_id),
        states=MEMBER_LABELS,
        batch_states=BATCH_LABELS,
        when=batches.when_of,
        bound=bound,
    )
