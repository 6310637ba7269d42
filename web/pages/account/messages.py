"""How the reader's messages come: to the telephone or in the pages alone, and at which hours nobody rings."""

from typing import Any

from starlette.responses import Response

from api.dependencies import SIGNED_IN, Pages, Unit
from centre.message_ways import MESSAGE_WAY_LABELS, MessageChoice, MessageWay, choose_messages, message_choice
from centre.people import Person
from centre.settings import settings
from web.forms import Bound, attempt, bind, bind_edit, editing
from web.rendering import page

routes = Pages("/account/messages")

HOURS = tuple((hour, f"{hour}:00") for hour in range(24))


@routes.get("", allow=SIGNED_IN)
def ask_messages(unit: Unit) -> Response:
    """The reader's choice; for accounts without a telephone on file, the reason why there is none."""
    person = message_choice(unit.session, unit.actor)
    return _form(unit, None if person is None else editing(unit, MessageChoice, _stored(person)))


def _stored(person: Person) -> dict[str, Any]:
    """What the form shows of a person's choice."""
    way = MessageWay.PAGES if person.pages_only else MessageWay.PHONE
    return {"way": way, "quiet_from": person.quiet_from, "quiet_until": person.quiet_until}


@routes.post("", allow=SIGNED_IN)
def choose(unit: Unit) -> Response:
    """Keep the choice."""
    person = message_choice(unit.session, unit.actor)
    return attempt(
        unit,
        bind_edit(unit, MessageChoice, _stored(person)) if person else bind(unit, MessageChoice),
        lambda choice: choose_messages(unit.session, unit.actor, choice=choice),
        lambda bound, status_code: _form(unit, bound, status_code),
        "/account",
    )


def _form(unit: Unit, bound: Bound[MessageChoice] | None, status_code: int = 200) -> Response:
    return page(
        unit,
        "account/messages.html",
        status_code,
        bound=bound,
        ways=list(MESSAGE_WAY_LABELS.items()),
        hours=HOURS,
        quiet=settings().quiet,
    )
