"""Accounts of staff and partners: invite by a link, change, end, renew; a lost authenticator with a second person."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import StringConstraints

from api.dependencies import Routes, Unit, UnitOfWork
from api.paging import Cursor, page_of
from api.security import own_address
from api.tokens import check_organisation
from api.versions import expect_version, tell_version
from api.wire import Wire
from centre.accounts import Account, administration, approvals, has_factor
from centre.accounts.actions import renew_account
from centre.accounts.administration import AccountDraft
from centre.accounts.approvals import AccountApproval
from centre.accounts.queries import partner_accounts
from centre.drafts import Draft, Line, NearDay, RecordId, Words
from centre.permissions import Permission, Role
from centre.scopes import seeing_everything

routes = Routes(prefix="/accounts", tags=["accounts"])

ALLOW = Permission.MANAGE_ACCOUNTS


class NewAccountDraft(AccountDraft):
    """A new account with the name that its holder signs in by (新账号)."""

    login: Annotated[Words, StringConstraints(max_length=60)]


class ReasonDraft(Draft):
    """Why something is asked of a second person (申请原因)."""

    reason: Annotated[Words, StringConstraints(min_length=4, max_length=200)]


class RenewalDraft(Draft):
    """Until when a partner's account goes on, at most a year ahead (续期)."""

    expires_on: NearDay


class AccountOut(Wire):
    """An account; `usable` says whether it opens anything today."""

    id: int
    login: str
    name: str
    roles: list[Role]
    centre_id: int | None
    provider_id: int | None
    employer_id: int | None
    expires_on: date | None
    entered_at: datetime | None
    disabled: bool
    usable: bool


class OneAccountOut(AccountOut):
    """An account, and whether an authenticator guards it."""

    has_second_factor: bool


class InvitedAccountOut(AccountOut):
    """An account, and the link by which its holder chooses a password; shown only in this response, good for a week."""

    link: str


class AccountsOut(Wire):
    """A page of accounts."""

    items: list[AccountOut]
    next_cursor: str


class ResetOut(Wire):
    """An authenticator whose reset waits for a second person."""

    id: int
    account_id: int
    reason: str
    asked_by: int | None
    ends_at: datetime


class WaitingResetOut(ResetOut):
    """A waiting reset, with whose it is."""

    login: str
    name: str


@routes.get("", allow=ALLOW)
def list_accounts(
    unit: Unit,
    words: Annotated[Line, Query(max_length=60, description="part of the name or of the sign-in name")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Cursor = "",
) -> AccountsOut:
    """List the accounts of staff and partners; those of jobseekers are none of the administrator's business."""
    with seeing_everything(unit.session):
        part = page_of(unit, administration.kept_accounts(words), limit=limit, cursor=cursor)
    return AccountsOut(items=[AccountOut.model_validate(row) for row in part.records], next_cursor=part.next_cursor)


@routes.get("/partners", allow=Permission.RENEW_ACCOUNTS)
def list_partners(unit: Unit) -> list[AccountOut]:
    """List the accounts of schools, employers and escorts that the caller may renew, the first to end first."""
    return [AccountOut.model_validate(account) for account in partner_accounts(unit.session, unit.actor)]


@routes.get("/resets", allow=Permission.APPROVE_RESETS)
def list_resets(unit: Unit) -> list[WaitingResetOut]:
    """List the authenticators whose reset waits for a second person, the oldest first."""
    return [
        WaitingResetOut(**_reset(request).model_dump(), login=account.login, name=account.name)
        for request, account in approvals.resets_asked(unit.session, unit.actor)
    ]


@routes.post("/resets/{approval_id}/{verdict}", allow=Permission.APPROVE_RESETS, status_code=204)
def decide_reset(unit: Unit, approval_id: RecordId, verdict: Literal["agree", "refuse"]) -> None:
    """Approve or reject an authenticator reset that somebody else requested."""
    agreed = verdict == "agree"
    approvals.decide_factor_reset(unit.session, unit.actor, approval_id=approval_id, agreed=agreed)


@routes.post("", allow=ALLOW, status_code=201, keep=False)
def invite(unit: Unit, draft: NewAccountDraft) -> InvitedAccountOut:
    """Make an account without a password; its holder chooses one by the link in this response."""
    _check_organisations(unit, draft)
    account, secret = administration.invite_account(unit.session, unit.actor, login=draft.login, draft=draft)
    return _invited(unit, account, secret)


@routes.get("/{account_id}", allow=ALLOW)
def read(unit: Unit, account_id: RecordId) -> OneAccountOut:
    """Read one account with its rights."""
    return _account(unit, administration.account_kept(unit.session, unit.actor, account_id))


@routes.put("/{account_id}", allow=ALLOW)
def change(unit: Unit, account_id: RecordId, draft: AccountDraft) -> OneAccountOut:
    """Write name, roles, centre and last day; with If-Match only the version that the caller saw."""
    expect_version(unit, administration.account_kept(unit.session, unit.actor, account_id))
    _check_organisations(unit, draft)
    return _account(unit, administration.change_account(unit.session, unit.actor, account_id=account_id, draft=draft))


@routes.post("/{account_id}/link", allow=ALLOW, keep=False)
def invite_again(unit: Unit, account_id: RecordId) -> InvitedAccountOut:
    """Give an account a new link; its password and whatever it opened end now."""
    return _invited(unit, *administration.invite_again(unit.session, unit.actor, account_id=account_id))


@routes.post("/{account_id}/end", allow=ALLOW, status_code=204)
def end(unit: Unit, account_id: RecordId) -> None:
    """End an account and its sessions at once."""
    administration.switch_account(unit.session, unit.actor, account_id=account_id, on=False)


@routes.post("/{account_id}/reopen", allow=ALLOW, status_code=204)
def reopen(unit: Unit, account_id: RecordId) -> None:
    """Let an ended account in again."""
    administration.switch_account(unit.session, unit.actor, account_id=account_id, on=True)


@routes.post("/{account_id}/renew", allow=Permission.RENEW_ACCOUNTS, status_code=204)
def renew(unit: Unit, account_id: RecordId, draft: RenewalDraft) -> None:
    """Let a partner's account go on until a day, at most a year ahead."""
    renew_account(unit.session, unit.actor, account_id=account_id, expires_on=draft.expires_on)


@routes.post("/{account_id}/reset", allow=ALLOW, status_code=201)
def ask_reset(unit: Unit, account_id: RecordId, draft: ReasonDraft) -> ResetOut:
    """Ask a second person to take a lost authenticator away."""
    administration.account_kept(unit.session, unit.actor, account_id)
    return _reset(approvals.ask_factor_reset(unit.session, unit.actor, account_id=account_id, reason=draft.reason))


def _check_organisations(unit: UnitOfWork, draft: AccountDraft) -> None:
    for role, field in ((Role.REGISTRAR, "provider_id"), (Role.EMPLOYER, "employer_id")):
        number = getattr(draft, field)
        if role in draft.roles and number is not None:
            check_organisation(unit.session, role, number, field)


def _account(unit: UnitOfWork, account: Account) -> OneAccountOut:
    tell_version(unit, account)
    with seeing_everything(unit.session):
        guarded = has_factor(unit.session, account.id)
    return OneAccountOut(**AccountOut.model_validate(account).model_dump(), has_second_factor=guarded)


def _invited(unit: UnitOfWork, account: Account, secret: str) -> InvitedAccountOut:
    link = f"{own_address(unit.request)}/invitation/{secret}"
    return InvitedAccountOut(**AccountOut.model_validate(account).model_dump(), link=link)


def _reset(request: AccountApproval) -> ResetOut:
    return ResetOut.model_validate(request)
