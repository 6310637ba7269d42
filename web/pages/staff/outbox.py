"""Messages that leave: how many wait, which were given up and why, and putting them back."""

from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre.messages.names import kind_name
from centre.outbox import DELIVERY_LABELS, Delivery
from centre.permissions import Permission
from centre.scopes import seeing_everything
from centre.senders.actions import put_back
from centre.senders.queries import dead_letters, delivery_counts
from centre.settings import settings
from web.rendering import page

routes = Pages("/outbox")


@routes.get("", allow=Permission.MANAGE_OUTBOX)
def outbox(unit: Unit) -> Response:
    """Counts by delivery state, and the dead letters; never what a message says or to whom."""
    with seeing_everything(unit.session):
        counts = delivery_counts(unit.session)
        letters = dead_letters(unit.session)
    states = [(DELIVERY_LABELS[state], counts.get(state, 0)) for state in Delivery]
    return page(
        unit, "staff/outbox/letters.html", states=states, letters=letters, kind_name=kind_name, sender=settings().sender
    )


@routes.post("/retry", allow=Permission.MANAGE_OUTBOX)
def retry(unit: Unit) -> Response:
    """Put the dead letters back, the ticked ones or all."""
    letters = [str(value) for value in (unit.form.getlist("letter") if unit.form else [])]
    ticked = [int(letter) for letter in letters if letter.isdecimal()]
    put_back(unit.session, unit.actor, message_ids=ticked)
    return RedirectResponse("/outbox", 303)
