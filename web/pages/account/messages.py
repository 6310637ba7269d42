"""How the reader's messages are delivered: by telephone, by e-mail or in the pages only, and the quiet hours."""

from typing import Any

from starlette.responses import Response

from api.dependencies import SIGNED_IN, Pages, Unit
from centre.accounts.emails import EmailDraft, EmailProof, ask_email, prove_email
from centre.errors import Refusal
from centre.message_ways import MESSAGE_WAY_LABELS, MessageChoice, choose_messages, message_ways
from centre.settings import settings
from web.forms import Bound, attempt, bind, bind_edit, blank, editing
from web.pages.account.sign_in import caller
from web.rendering import page

routes = Pages("/account/messages")

HOURS = tuple((hour, f"{hour}:00") for hour in range(24))


@routes.get("", allow=SIGNED_IN)
def ask_messages(unit: Unit) -> Response:
    """The reader's choice, and the address on record."""
    return _form(unit, _chosen(unit), blank(unit, EmailDraft))


@routes.post("", allow=SIGNED_IN)
def choose(unit: Unit) -> Response:
    """Keep the choice."""
    return attempt(
        unit,
        bind_edit(unit, MessageChoice, _stored(unit)),
        lambda choice: choose_messages(unit.session, unit.actor, choice=choice),
        lambda bound, status_code: _form(unit, bound, blank(unit, EmailDraft), status_code),
        "/account",
    )


@routes.post("/email", allow=SIGNED_IN, keep=False)
def send_email_code(unit: Unit) -> Response:
    """Send a code to an address, and ask for it."""
    bound = bind(unit, EmailDraft)
    if bound.draft is None:
        return _form(unit, _chosen(unit), bound, 422)
    try:
        sent = ask_email(unit.session, unit.actor, draft=bound.draft)
    except Refusal as refusal:
        return _form(unit, _chosen(unit), bound.refuse(refusal), refusal.status)
    proof = blank(unit, EmailProof, address=bound.draft.address, asked=sent.asked)
    return page(unit, "account/email.html", bound=proof, demo_code=sent.code if settings().demo else "")


@routes.post("/email/code", allow=SIGNED_IN, keep=False)
def confirm_email(unit: Unit) -> Response:
    """Put the address on record whose code came back."""
    return attempt(
        unit,
        bind(unit, EmailProof),
        lambda proof: prove_email(unit.session, unit.actor, proof=proof, caller=caller(unit)),
        lambda bound, status_code: page(unit, "account/email.html", status_code, bound=bound, demo_code=""),
        "/account/messages",
    )


def _chosen(unit: Unit) -> Bound[MessageChoice]:
    return editing(unit, MessageChoice, _stored(unit))


def _stored(unit: Unit) -> dict[str, Any]:
    """What the form shows of the reader's choice."""
    own = message_ways(unit.session, unit.actor)
    return {"way": own.way, "quiet_from": own.quiet_from, "quiet_until": own.quiet_until}


def _form(unit: Unit, bound: Bound[MessageChoice], address: Bound[EmailDraft], status_code: int = 200) -> Response:
    own = message_ways(unit.session, unit.actor)
    return page(
        unit,
        "account/messages.html",
        status_code,
        bound=bound,
        address=address,
        own=own,
        ways=[(way, MESSAGE_WAY_LABELS[way]) for way in own.ways],
        hours=HOURS,
        quiet=settings().quiet,
    )
