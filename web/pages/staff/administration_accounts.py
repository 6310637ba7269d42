"""Accounts of staff and partners: invite by a link, change, end; a lost authenticator with a second person."""

from datetime import date
from typing import Annotated, Any

from fastapi import Path
from pydantic import Field, StringConstraints
from starlette.responses import RedirectResponse, Response

from api.dependencies import PUBLIC, Pages, Unit
from api.security import caller_of, own_address
from api.tokens import organisation
from centre import clock
from centre.accounts import Account, administration, approvals, has_factor
from centre.accounts.administration import AccountDraft
from centre.accounts.rules import LONGEST_PARTNER
from centre.drafts import BIGGEST_ID, Draft, Line, RecordId, Words
from centre.errors import Invalid, NotFound, Problem, Refusal
from centre.network import centres
from centre.permissions import Permission, Role
from centre.translation import N_
from web.forms import Bound, attempt, bind, bind_edit, blank, editing
from web.rendering import page

routes = Pages()

ALLOW = Permission.MANAGE_ACCOUNTS
HERE = "/administration/accounts"
Number = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
Secret = Annotated[str, Path(max_length=64)]


class AccountForm(Draft):
    """An account as the page asks for it; the organisation by its code or its name (账号)."""

    login: Annotated[Line, StringConstraints(max_length=60)] = ""
    name: Annotated[Words, StringConstraints(max_length=60)]
    roles: Annotated[list[Role], Field(min_length=1, max_length=6)]
    centre_id: RecordId | None = None
    organisation: Line = ""
    expires_on: date | None = None


class ReasonForm(Draft):
    """Why something is asked of a second person (申请原因)."""

    reason: Annotated[Words, StringConstraints(min_length=4, max_length=200)]


class NewPasswordForm(Draft):
    """The password that an invited user chooses (设置密码)."""

    password: Words
    repeated: Words


@routes.get(HERE, allow=ALLOW)
def accounts(unit: Unit) -> Response:
    """Accounts of staff and partners; those of jobseekers are none of the administrator's business."""
    words = unit.request.query_params.get("words", "")[:60]
    kept = administration.accounts_kept(unit.session, unit.actor, words=words)
    roles = {account.id: [Role(role) for role in account.roles] for account in kept}
    return page(unit, "staff/administration/accounts.html", accounts=kept, roles=roles, words=words)


@routes.get(f"{HERE}/new", allow=ALLOW)
def ask_account(unit: Unit) -> Response:
    """The form for a new account."""
    return _form(unit, blank(unit, AccountForm, expires_on=(clock.today() + LONGEST_PARTNER).isoformat()))


@routes.post(f"{HERE}/new", allow=ALLOW, keep=False)
def invite(unit: Unit) -> Response:
    """Make an account and show the link by which its holder chooses a password, once."""
    bound = bind(unit, AccountForm)
    if bound.draft is None:
        return _form(unit, bound, status_code=422)
    try:
        if not bound.draft.login:
            raise Invalid([Problem("login", "missing", N_("请填写登录名"))])
        account, secret = administration.invite_account(
            unit.session, unit.actor, login=bound.draft.login, draft=_draft(unit, bound.draft)
        )
    except Refusal as refusal:
        unit.session.rollback()
        return _form(unit, bound.refuse(refusal), status_code=refusal.status)
    return _link(unit, account, secret)


@routes.get(f"{HERE}/{{account_id}}", allow=ALLOW)
def account(unit: Unit, account_id: Number) -> Response:
    """One account with its rights."""
    kept = administration.account_kept(unit.session, unit.actor, account_id)
    return _form(unit, editing(unit, AccountForm, _stored(kept)), kept)


def _stored(kept: Account) -> dict[str, Any]:
    """What the form shows of an account."""
    return {
        "name": kept.name,
        "roles": kept.roles,
        "centre_id": kept.centre_id or "",
        "organisation": _organisation_id(kept),
        "expires_on": kept.expires_on.isoformat() if kept.expires_on else "",
    }


def _organisation_id(kept: Account) -> str:
    number = kept.provider_id or kept.employer_id
    return str(number) if number else ""


@routes.post(f"{HERE}/{{account_id}}", allow=ALLOW)
def change(unit: Unit, account_id: Number) -> Response:
    """Write name, roles, centre and last day of an account."""
    kept = administration.account_kept(unit.session, unit.actor, account_id)
    return attempt(
        unit,
        bind_edit(unit, AccountForm, _stored(kept)),
        lambda form: administration.change_account(
            unit.session, unit.actor, account_id=account_id, draft=_draft(unit, form, kept)
        ),
        lambda bound, status_code: _form(unit, bound, kept, status_code),
        f"{HERE}/{account_id}",
    )


@routes.post(f"{HERE}/{{account_id}}/link", allow=ALLOW, keep=False)
def invite_again(unit: Unit, account_id: Number) -> Response:
    """A new link for an account whose holder lost the first one or the password."""
    kept, secret = administration.invite_again(unit.session, unit.actor, account_id=account_id)
    return _link(unit, kept, secret)


@routes.post(f"{HERE}/{{account_id}}/switch/{{state}}", allow=ALLOW)
def switch(unit: Unit, account_id: Number, state: str) -> Response:
    """End an account, or let it in again."""
    if state not in ("on", "off"):
        raise NotFound
    administration.switch_account(unit.session, unit.actor, account_id=account_id, on=state == "on")
    return RedirectResponse(f"{HERE}/{account_id}", 303)


@routes.post(f"{HERE}/{{account_id}}/reset", allow=ALLOW)
def ask_reset(unit: Unit, account_id: Number) -> Response:
    """Ask a second person to take a lost authenticator away."""
    kept = administration.account_kept(unit.session, unit.actor, account_id)
    return attempt(
        unit,
        bind(unit, ReasonForm),
        lambda form: approvals.ask_factor_reset(unit.session, unit.actor, account_id=account_id, reason=form.reason),
        lambda bound, status_code: _form(
            unit, editing(unit, AccountForm, _stored(kept)), kept, status_code, bound.problems
        ),
        f"{HERE}/{account_id}",
    )


@routes.get("/administration/resets", allow=Permission.APPROVE_RESETS)
def resets(unit: Unit) -> Response:
    """Authenticators whose reset waits for a second person."""
    asked = approvals.resets_asked(unit.session, unit.actor)
    return page(unit, "staff/administration/resets.html", asked=asked)


@routes.post("/administration/resets/{approval_id}/{verdict}", allow=Permission.APPROVE_RESETS)
def decide_reset(unit: Unit, approval_id: Number, verdict: str) -> Response:
    """Agree to a reset, or not."""
    if verdict not in ("agree", "refuse"):
        raise NotFound
    approvals.decide_factor_reset(unit.session, unit.actor, approval_id=approval_id, agreed=verdict == "agree")
    return RedirectResponse("/administration/resets", 303)


def _draft(unit: Unit, form: AccountForm, kept: Account | None = None) -> AccountDraft:
    """The form with its organisation looked up; a number that was not touched stays what it was."""
    provider_id = employer_id = None
    untouched = kept is not None and form.organisation == _organisation_id(kept)
    if kept is not None and untouched:
        provider_id, employer_id = kept.provider_id, kept.employer_id
    elif form.organisation and Role.REGISTRAR in form.roles:
        provider_id = organisation(unit.session, Role.REGISTRAR, form.organisation)
    elif form.organisation and Role.EMPLOYER in form.roles:
        employer_id = organisation(unit.session, Role.EMPLOYER, form.organisation)
    return AccountDraft(
        name=form.name,
        roles=form.roles,
        centre_id=form.centre_id,
        provider_id=provider_id,
        employer_id=employer_id,
        expires_on=form.expires_on,
    )


def _form(
    unit: Unit,
    bound: Bound[AccountForm],
    kept: Account | None = None,
    status_code: int = 200,
    problems: tuple[Problem, ...] = (),
) -> Response:
    return page(
        unit,
        "staff/administration/account.html",
        status_code,
        bound=bound,
        account=kept,
        problems=problems or bound.problems,
        roles=administration.OFFERED,
        centres=unit.session.scalars(centres()).all(),
        has_factor=kept is not None and _has_factor(unit, kept),
    )


def _has_factor(unit: Unit, kept: Account) -> bool:
    from centre.scopes import seeing_everything

    with seeing_everything(unit.session):
        return has_factor(unit.session, kept.id)


def _link(unit: Unit, kept: Account, secret: str) -> Response:
    link = f"{own_address(unit.request)}/invitation/{secret}"
    return page(unit, "staff/administration/link.html", account=kept, link=link)


@routes.get("/invitation/{invitation}", allow=PUBLIC)
def invited(unit: Unit, invitation: Secret) -> Response:
    """The page on which an invited user chooses a password."""
    return _invitation(unit, invitation, blank(unit, NewPasswordForm))


@routes.post("/invitation/{invitation}", allow=PUBLIC, keep=False)
def accept(unit: Unit, invitation: Secret) -> Response:
    """Keep the password; the link is worth nothing afterwards."""
    bound = bind(unit, NewPasswordForm)
    if bound.draft is None:
        return _invitation(unit, invitation, bound, 422)
    try:
        if bound.draft.password != bound.draft.repeated:
            raise Invalid([Problem("repeated", "passwords-differ", N_("两次输入的新密码不一样"))])
        administration.accept_invitation(invitation, bound.draft.password, caller_of(unit.request).host)
    except administration.InvitationOver:
        raise
    except Refusal as refusal:
        return _invitation(unit, invitation, bound.refuse(refusal), refusal.status)
    return RedirectResponse("/sign-in", 303)


def _invitation(unit: Unit, secret: str, bound: Bound[NewPasswordForm], status_code: int = 200) -> Response:
    kept = administration.invited(secret, caller_of(unit.request).host)
    return page(unit, "account/invitation.html", status_code, bound=bound, account=kept, secret=secret)
