"""Whose account it is: at the counter, with the identity card on the table, and with a second person where one ends."""

from typing import Annotated

from fastapi import Path
from pydantic import StringConstraints
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre.accounts import approvals
from centre.drafts import BIGGEST_ID, Draft, RecordId, Words
from centre.errors import NotFound
from centre.permissions import Permission
from matching.profiles import claims
from matching.profiles.queries import person_in_sight
from web.forms import Bound, attempt, bind, blank
from web.rendering import page

routes = Pages("/counter")

Number = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class ClosingForm(Draft):
    """Which account is not the person's own, and how the clerk knows (冒用账号)."""

    claim_id: RecordId
    reason: Annotated[Words, StringConstraints(min_length=4, max_length=200)]


@routes.get("/people/{person_id}/identity", allow=Permission.REGISTER_PERSON)
def identity(unit: Unit, person_id: Number) -> Response:
    """The account of this person, and registrations from home under the same identity number."""
    return _identity(unit, person_id, blank(unit, ClosingForm))


def _identity(unit: Unit, person_id: int, bound: Bound[ClosingForm], status_code: int = 200) -> Response:
    person = person_in_sight(unit.session, person_id)
    return page(
        unit,
        "staff/counter/identity.html",
        status_code,
        person=person,
        account=approvals.account_of(unit.session, person_id),
        claims=claims.foreign_claims(unit.session, person),
        bound=bound,
        asked="asked" in unit.request.query_params,
    )


@routes.post("/people/{person_id}/identity/join/{claim_id}", allow=Permission.REGISTER_PERSON)
def join(unit: Unit, person_id: Number, claim_id: Number) -> Response:
    """Join what the person says they registered at home."""
    claims.join_claim(unit.session, unit.actor, person_id=person_id, claim_id=claim_id)
    return RedirectResponse(f"/counter/people/{person_id}", 303)


@routes.post("/people/{person_id}/identity/close", allow=Permission.REGISTER_PERSON)
def ask_closing(unit: Unit, person_id: Number) -> Response:
    """Ask a second person to close an account that is not this person's."""
    return attempt(
        unit,
        bind(unit, ClosingForm),
        lambda draft: claims.ask_closing_false(
            unit.session, unit.actor, person_id=person_id, claim_id=draft.claim_id, reason=draft.reason
        ),
        lambda bound, status_code: _identity(unit, person_id, bound, status_code),
        f"/counter/people/{person_id}/identity?asked=1",
    )


@routes.get("/false-accounts", allow=Permission.CLOSE_FALSE_ACCOUNTS)
def waiting(unit: Unit) -> Response:
    """Accounts that colleagues take for false ones."""
    return page(unit, "staff/counter/false-accounts.html", asked=approvals.false_accounts_asked(unit.session))


@routes.post("/false-accounts/{approval_id}/{verdict}", allow=Permission.CLOSE_FALSE_ACCOUNTS)
def decide(unit: Unit, approval_id: Number, verdict: str) -> Response:
    """Close a false account, or let it be."""
    if verdict not in ("close", "keep"):
        raise NotFound
    approvals.decide_closing(unit.session, unit.actor, approval_id=approval_id, agreed=verdict == "close")
    return RedirectResponse("/counter/false-accounts", 303)
