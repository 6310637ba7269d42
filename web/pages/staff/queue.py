"""Queue numbers: draw one, call the next, and what the hall shows."""

from typing import Any

from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre.desk import queue
from centre.permissions import Permission
from web.forms import Bound, ButtonForm, attempt, bind, blank
from web.rendering import page

routes = Pages("/counter/queue")


@routes.get("", allow=Permission.WORK_AT_DESK)
def numbers(unit: Unit) -> Response:
    """Who waits, who was called last, and the two buttons."""
    return _numbers(unit, blank(unit, queue.WindowDraft))


@routes.post("", allow=Permission.WORK_AT_DESK)
def draw(unit: Unit) -> Response:
    """Draw the next number."""
    return attempt(
        unit,
        bind(unit, ButtonForm),
        lambda _: queue.draw_number(unit.session, unit.actor),
        lambda bound, status: _numbers(unit, bound, status),
        "/counter/queue",
    )


@routes.post("/next", allow=Permission.WORK_AT_DESK)
def call(unit: Unit) -> Response:
    """Call the next number to a window."""
    return attempt(
        unit,
        bind(unit, queue.WindowDraft),
        lambda draft: queue.call_next(unit.session, unit.actor, draft=draft),
        lambda bound, status: _numbers(unit, bound, status),
        "/counter/queue",
    )


def _numbers(unit: UnitOfWork, bound: Bound[Any], status_code: int = 200) -> Response:
    return page(
        unit,
        "staff/counter/queue.html",
        status_code,
        bound=bound,
        waiting=queue.waiting(unit.session, unit.actor.centre_id),
        called=queue.called(unit.session, unit.actor.centre_id),
    )
