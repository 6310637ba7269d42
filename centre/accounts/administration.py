"""Accounts of staff and partners as the administrator keeps them: invited by a link, changed, ended (账号管理)."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, ForeignKey, Select, String, false, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import audit, clock
from centre.accounts.actions import create_account
from centre.accounts.models import Account, ApiToken
from centre.accounts.notices import tell_owner
from centre.accounts.passwords import hashed
from centre.accounts.rules import check_expiry, check_new_password
from centre.accounts.sessions import end_all
from centre.database import open_session
from centre.drafts import Draft, RecordId, Words
from centre.errors import Conflict, Invalid, NotFound, Problem
from centre.limits import Limit, spend_all
from centre.messages.office import OWN_PASSWORD_RESET
from centre.network import Centre
from centre.permissions import PARTNERS, STAFF, Actor, Permission, Role, Scope, require
from centre.privacy import token_digest
from centre.scopes import seeing_everything
from centre.tables import Instant, Record
from centre.translation import N_

INVITATION_LASTS = timedelta(days=7)
MOST_SHOWN = 300
OFFERED = tuple(role for role in Role if role is not Role.JOBSEEKER)
"""The roles that an administrator may give; jobseekers sign in by their telephone or their card."""

OF_NO_CENTRE = PARTNERS | {Role.ADMINISTRATOR, Role.AUDITOR, Role.CITY_MANAGER}


class Invitation(Record):
    """A link for choosing a first or new password; valid once, for a week (账号邀请)."""

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG003
        """Only the service itself reads it."""
        return false()


class AccountDraft(Draft):
    """What an administrator writes about an account (账号)."""

    name: Annotated[Words, StringConstraints(max_length=60)]
    roles: Annotated[list[Role], Field(min_length=1, max_length=6)]
    centre_id: RecordId | None = None
    provider_id: RecordId | None = None
    employer_id: RecordId | None = None
    expires_on: date | None = None

    def check(self, today: date) -> None:
        """Refuse incompatible roles, and roles without the organisation that they represent. Raises Invalid."""
        roles, problems = set(self.roles), []
        if Role.JOBSEEKER in roles:
            problems.append(Problem("roles", "role-jobseeker", N_("求职者自己登记，不在这里开账号")))
        if Role.ADMINISTRATOR in roles and len(roles) > 1:
            message = N_("系统管理员管账号和规则，不能同时办理群众的业务")
            problems.append(Problem("roles", "role-administrator", message))
        if roles & PARTNERS and roles - PARTNERS:
            problems.append(Problem("roles", "role-partner", N_("合作单位的账号不能同时是工作人员")))
        if self.centre_id is None and roles & STAFF - OF_NO_CENTRE:
            problems.append(Problem("centre_id", "centre-missing", N_("请选这个账号属于哪个中心")))
        if Role.REGISTRAR in roles and self.provider_id is None:
            problems.append(Problem("organisation", "provider-missing", N_("请写学校的代码或名称")))
        if Role.EMPLOYER in roles and self.employer_id is None:
            problems.append(Problem("organisation", "employer-missing", N_("请写用人单位的信用代码或名称")))
        if problems:
            raise Invalid(problems)
        check_expiry(self.roles, self.expires_on, today)


class OwnAccount(Conflict):
    """Users can neither change their own roles nor close the account in use."""

    code = "own-account"
    message = N_("不能改自己的角色，也不能停用自己的账号，请另一位管理员办理")


class InvitationOver(Conflict):
    """The link was used, is too old, or another one was made."""

    code = "invitation-over"
    message = N_("这个链接已经用过或过期了，请管理员再发一个")


def kept_accounts(words: str = "") -> Select[Account]:
    """Accounts of staff and partners, by name or sign-in name; those of jobseekers and programs are no part of it."""
    wanted = select(Account).where(
        Account.id.not_in(select(ApiToken.account_id)),
        Account.person_id.is_(None),
        Account.roles.cast(String).not_like(f'%"{Role.JOBSEEKER}"%'),
    )
    if words:
        wanted = wanted.where(
            or_(
                Account.login.contains(words.casefold(), autoescape=True),
                Account.name.contains(words, autoescape=True),
            )
        )
    return wanted.order_by(Account.disabled, Account.login)


def accounts_kept(session: Session, actor: Actor, *, words: str = "") -> list[Account]:
    """The accounts that the administrator keeps, the first of them."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    with seeing_everything(session):
        return list(session.scalars(kept_accounts(words).limit(MOST_SHOWN)))


def account_kept(session: Session, actor: Actor, account_id: int) -> Account:
    """One account that the administrator keeps. Raises NotFound."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    with seeing_everything(session):
        account = session.scalar(kept_accounts().where(Account.id == account_id))
    if account is None:
        raise NotFound
    return account


def invite_account(session: Session, actor: Actor, *, login: str, draft: AccountDraft) -> tuple[Account, str]:
    """Make an account without a password, and the secret of the link by which its holder chooses one.

    Raises LoginTaken and Invalid.
    """
    require(actor, Permission.MANAGE_ACCOUNTS)
    _check(session, draft)
    with seeing_everything(session):
        account = create_account(
            session,
            actor,
            login=login,
            name=draft.name,
            password="",
            roles=set(draft.roles),
            centre_id=draft.centre_id,
            provider_id=draft.provider_id,
            employer_id=draft.employer_id,
            expires_on=draft.expires_on,
        )
        return account, _new_link(session, account)


def invite_again(session: Session, actor: Actor, *, account_id: int) -> tuple[Account, str]:
    """A new link for an account: the password and whatever it opened end now. Raises NotFound and OwnAccount."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    account = _others_account(session, actor, account_id)
    with seeing_everything(session):
        account.password_hash = ""
        end_all(session, account.id)
        secret = _new_link(session, account)
        tell_owner(session, account, OWN_PASSWORD_RESET.of())
    audit.note(session, actor, action="account.invite", subject=f"account:{account.id}")
    return account, secret


def change_account(session: Session, actor: Actor, *, account_id: int, draft: AccountDraft) -> Account:
    """Write name, roles, centre and last day; sessions that were opened with other rights end.

    Raises NotFound, OwnAccount and Invalid.
    """
    require(actor, Permission.MANAGE_ACCOUNTS)
    account = _others_account(session, actor, account_id)
    _check(session, draft)
    before, rights = {"roles": account.roles, "centre": account.centre_id}, _rights(account)
    with seeing_everything(session):
        account.name, account.roles = draft.name, sorted(draft.roles)
        account.centre_id, account.expires_on = draft.centre_id, draft.expires_on
        account.provider_id = draft.provider_id if Role.REGISTRAR in draft.roles else None
        account.employer_id = draft.employer_id if Role.EMPLOYER in draft.roles else None
        if _rights(account) != rights:
            end_all(session, account.id)
        session.flush()
    detail = {"from": before, "to": {"roles": account.roles, "centre": account.centre_id}}
    audit.note(session, actor, action="account.change", subject=f"account:{account.id}", detail=detail)
    return account


def _check(session: Session, draft: AccountDraft) -> None:
    draft.check(clock.today())
    if draft.centre_id is not None and session.get(Centre, draft.centre_id) is None:
        raise Invalid([Problem("centre_id", "centre-unknown", N_("没有这个中心，请从列表里选"))])


def _rights(account: Account) -> tuple[object, ...]:
    organisation = (account.centre_id, account.provider_id, account.employer_id)
    return sorted(account.roles), organisation, account.expires_on


def switch_account(session: Session, actor: Actor, *, account_id: int, on: bool) -> None:
    """End an account at once, or let it in again. Raises NotFound and OwnAccount."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    account = _others_account(session, actor, account_id)
    with seeing_everything(session):
        account.disabled = not on
        end_all(session, account.id)
        session.flush()
    audit.note(session, actor, action="account.reopen" if on else "account.end", subject=f"account:{account.id}")


def _others_account(session: Session, actor: Actor, account_id: int) -> Account:
    account = account_kept(session, actor, account_id)
    if account.id == actor.account_id:
        raise OwnAccount
    return account


def _new_link(session: Session, account: Account) -> str:
    _void_links(session, [account.id])
    secret = secrets.token_urlsafe(24)
    expires_at = clock.now() + INVITATION_LASTS
    session.add(Invitation(account_id=account.id, token_digest=token_digest(secret), expires_at=expires_at))
    session.flush()
    return secret


def _void_links(session: Session, account_ids: Iterable[int]) -> None:
    session.execute(
        update(Invitation)
        .where(Invitation.account_id.in_(list(account_ids)), Invitation.used_at.is_(None))
        .values(used_at=clock.now(), version=Invitation.version + 1)
        .execution_options(synchronize_session=False)
    )


def invited(secret: str, host: str) -> Account:
    """Whose link it is. Raises InvitationOver and TooMany."""
    spend_all(Limit(("invitation", host), 60, timedelta(minutes=5)))
    with open_session(Actor.system().scope) as session:
        return _invited(session, secret)


def _invited(session: Session, secret: str) -> Account:
    account = session.scalar(
        select(Account)
        .join(Invitation, Invitation.account_id == Account.id)
        .where(
            Invitation.token_digest == token_digest(secret),
            Invitation.used_at.is_(None),
            Invitation.expires_at > clock.now(),
        )
    )
    if account is None or not account.usable:
        raise InvitationOver
    return account


def accept_invitation(secret: str, password: str, host: str) -> None:
    """Choose the password of an account by its link, once. Raises InvitationOver, Invalid and TooMany."""
    check_new_password(invited(secret, host).login, password)
    kept = hashed(password)  # slow on purpose, so before anybody waits for the writer's lock
    with open_session(Actor.system().scope, write=True) as session:
        account = _invited(session, secret)
        account.password_hash = kept
        end_all(session, account.id)
        _void_links(session, [account.id])
        audit.note(session, account.actor, action="account.password", subject=f"account:{account.id}")
