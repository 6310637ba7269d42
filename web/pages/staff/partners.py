"""Partner access: API tokens of schools and employers, and the renewal of expiring accounts."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import Field
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from api.tokens import organisation
from centre import accounts, clock
from centre.accounts.queries import api_tokens, ends_soon, partner_accounts
from centre.accounts.rules import LONGEST_PARTNER, WARNED_BEFORE, TokenDraft, grantable
from centre.accounts.tokens import create_token, revoke_token
from centre.drafts import Draft, Words
from centre.errors import Invalid, Refusal
from centre.permissions import Permission, Role
from web.forms import Bound, bind, blank
from web.rendering import page

routes = Pages()

HALF_A_YEAR = timedelta(days=180)
ISSUED_TO = (Role.REGISTRAR, Role.EMPLOYER)


class NewTokenForm(Draft):
    """The form for a new token (新令牌)."""

    name: Words
    organisation: Words
    permissions: Annotated[list[Permission], Field(min_length=1, max_length=40)]
    expires_on: date


@routes.get("/tokens", allow=Permission.MANAGE_TOKENS)
def tokens(unit: Unit) -> Response:
    """All tokens with their last use."""
    return page(unit, "staff/partners/tokens.html", tokens=api_tokens(unit.session))


@routes.get("/tokens/new/{role}", allow=Permission.MANAGE_TOKENS)
def ask_token(unit: Unit, role: Role) -> Response:
    """The form for a new token."""
    ends = (clock.today() + HALF_A_YEAR).isoformat()
    return _form(unit, role, blank(unit, NewTokenForm, expires_on=ends))


@routes.post("/tokens/new/{role}", allow=Permission.MANAGE_TOKENS, keep=False)
def make_token(unit: Unit, role: Role) -> Response:
    """Create a token and show it once."""
    bound = bind(unit, NewTokenForm)
    if bound.draft is None:
        return _form(unit, role, bound, 422)
    draft = bound.draft
    try:
        token_draft = TokenDraft(
            name=draft.name[:50],
            role=role,
            organisation_id=organisation(unit.session, role, draft.organisation),
            permissions=draft.permissions,
            expires_on=draft.expires_on,
        )
        secret, token = create_token(unit.session, unit.actor, draft=token_draft)
    except Refusal as refusal:
        return _form(unit, role, bound.refuse(refusal), refusal.status)
    return page(unit, "staff/partners/token-made.html", secret=secret, token=token)


@routes.post("/tokens/{token_id}/revoke", allow=Permission.MANAGE_TOKENS)
def revoke(unit: Unit, token_id: int) -> Response:
    """Revoke a token."""
    revoke_token(unit.session, unit.actor, token_id=token_id)
    return RedirectResponse("/tokens", 303)


def _form(unit: Unit, role: Role, bound: Bound[NewTokenForm], status_code: int = 200) -> Response:
    chosen = role if role in ISSUED_TO else Role.REGISTRAR
    return page(
        unit,
        "staff/partners/token.html",
        status_code,
        role=chosen,
        roles=ISSUED_TO,
        grants=grantable(chosen),
        bound=bound,
    )


@routes.get("/partners", allow=Permission.RENEW_ACCOUNTS)
def partners(unit: Unit) -> Response:
    """The partners' accounts by expiry date."""
    return _partners(unit)


@routes.post("/partners/{account_id}/renew", allow=Permission.RENEW_ACCOUNTS)
def renew(unit: Unit, account_id: int) -> Response:
    """Extend an account by a year."""
    ends = clock.today() + LONGEST_PARTNER
    try:
        accounts.renew_account(unit.session, unit.actor, account_id=account_id, expires_on=ends)
    except Invalid as refusal:
        return _partners(unit, refusal, 422)
    return RedirectResponse("/partners", 303)


def _partners(unit: Unit, refusal: Refusal | None = None, status_code: int = 200) -> Response:
    today = clock.today()
    accounts = partner_accounts(unit.session, unit.actor)
    soon = {account.id for account in accounts if ends_soon(account, today, WARNED_BEFORE)}
    return page(
        unit,
        "staff/partners/partners.html",
        status_code,
        accounts=accounts,
        soon=soon,
        today=today,
        role_of={account.id: [Role(role) for role in account.roles] for account in accounts},
        problems=refusal.problems if refusal else (),
    )
