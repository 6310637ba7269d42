"""Making accounts, keeping them, and signing in with a password."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.accounts.approvals import NobodyElse, ask_factor_reset, forget_factor, resetters
from centre.accounts.factors import confirm as confirm_factor
from centre.accounts.models import Account
from centre.accounts.notices import tell_owner
from centre.accounts.passwords import fits, hashed
from centre.accounts.queries import checked_account, goes_by, kept_login, may_renew
from centre.accounts.rules import LoginTaken, WrongPassword, check_expiry, check_new_password
from centre.accounts.sessions import Caller, end_all, let_in
from centre.database import open_session
from centre.errors import NotFound
from centre.messages import Wording, send
from centre.messages.office import OWN_PASSWORD_RESET, RESET_ALONE, RESET_ASKED
from centre.permissions import PARTNERS, Actor, Permission, Role, require
from centre.scopes import seeing_everything


def create_account(
    session: Session,
    actor: Actor,
    *,
    login: str,
    name: str,
    password: str,
    roles: set[Role],
    centre_id: int | None = None,
    provider_id: int | None = None,
    employer_id: int | None = None,
    person_id: int | None = None,
    expires_on: date | None = None,
    is_demo: bool = False,
) -> Account:
    """Make an account; an empty password makes one that no password opens. Raises LoginTaken and Invalid."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    if password:
        check_new_password(login, password)
    check_expiry(roles, expires_on, clock.today())
    kept = hashed(password) if password else ""  # before the question below: its answer must not show in the time
    name_kept = kept_login(login)
    if session.scalar(select(Account.id).where(goes_by(session, login))) is not None:
        raise LoginTaken(field="login")
    account = Account(
        login=name_kept,
        name=name,
        password_hash=kept,
        roles=sorted(roles),
        centre_id=centre_id,
        provider_id=provider_id,
        employer_id=employer_id,
        person_id=person_id,
        expires_on=expires_on,
        is_demo=is_demo,
    )
    session.add(account)
    session.flush()
    audit.note(
        session, actor, action="account.create", subject=f"account:{account.id}", detail={"roles": account.roles}
    )
    return account


def sign_in(session: Session, actor: Actor, *, login: str, password: str, device: str = "") -> tuple[str, Account]:
    """Check a password and open a session; returns the token for the cookie. Raises WrongPassword."""
    del actor  # anybody may try to sign in; the sign-in session itself is opened with the system's scope
    account = checked_account(session, login=login, password=password)
    return let_in(session, account, Caller(device=device)).token, account


def set_password(session: Session, actor: Actor, *, login: str, password: str) -> None:
    """Give an account a new password and end its sessions. Raises NotFound and Invalid."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    check_new_password(login, password)
    kept = hashed(password)  # slow on purpose, so before anybody waits for the writer's lock
    account = _named(session, login)
    account.password_hash = kept
    end_all(session, account.id)
    tell_owner(session, account, OWN_PASSWORD_RESET.of())
    audit.note(session, actor, action="account.password", subject=f"account:{account.id}")


def change_password(session: Session, actor: Actor, *, old: str | None, new: str, token: str) -> None:
    """Change the user's own password; every other session ends. Raises WrongPassword and Invalid.

    `old` is None only for a user who has just been authenticated in another way (`may_forget_password`).
    """
    require(actor, Permission.KEEP_OWN_ACCOUNT)
    own = select(Account).where(Account.id == actor.account_id)
    with open_session(actor.scope) as reading:  # hashing is slow, so it is done before the writer's lock is taken
        before = reading.scalar(own)
    if before is None or (old is not None and not fits(old, before.password_hash)):
        raise WrongPassword(field="old")
    check_new_password(new if kept_login(new) == before.login else before.login, new)
    kept = hashed(new)
    account = session.scalar(own)
    if account is None or account.password_hash != before.password_hash:
        raise WrongPassword(field="old")
    account.password_hash = kept
    end_all(session, account.id, but=token)
    audit.note(session, actor, action="account.password", subject=f"account:{account.id}")


def renew_account(session: Session, actor: Actor, *, account_id: int, expires_on: date) -> Account:
    """Let a partner's account go on until a day, at most a year ahead. Raises NotFound and Invalid."""
    require(actor, Permission.RENEW_ACCOUNTS)
    with seeing_everything(session):
        account = session.get(Account, account_id)
    if account is None or not set(account.roles) & PARTNERS or not may_renew(actor, account):
        raise NotFound
    check_expiry(account.roles, expires_on, clock.today())
    before = account.expires_on
    with seeing_everything(session):
        account.expires_on = expires_on
        session.flush()
    detail = {"from": before.isoformat() if before else "", "to": expires_on.isoformat()}
    audit.note(session, actor, action="account.renew", subject=f"account:{account.id}", detail=detail)
    return account


def replace_second_factor(session: Session, actor: Actor, *, code: str, token: str) -> list[str]:
    """Activate the user's prepared authenticator; sessions opened with the older one end. Raises WrongCode."""
    require(actor, Permission.KEEP_OWN_ACCOUNT)
    account = session.scalar(select(Account).where(Account.id == actor.account_id))
    if account is None:
        raise NotFound
    papers = confirm_factor(session, account, code=code)
    end_all(session, account.id, but=token)
    return papers


def reset_second_factor(session: Session, actor: Actor, *, login: str, reason: str) -> list[Account]:
    """Ask at the server that a lost authenticator be taken away; returns the accounts that may agree, on their pages.

    Raises NotFound, AlreadyAsked, and NobodyElse where no other account may agree.
    """
    require(actor, Permission.MANAGE_ACCOUNTS)
    account = _named(session, login)
    others = resetters(session, but=account)
    if not others:
        raise NobodyElse
    ask_factor_reset(session, actor, account_id=account.id, reason=reason)
    _tell_resetters(session, account, others, RESET_ASKED)
    return others


def reset_second_factor_alone(session: Session, actor: Actor, *, login: str, reason: str) -> None:
    """Take a lost authenticator away at once, for an emergency at the server; everybody who may agree hears of it.

    Raises NotFound.
    """
    require(actor, Permission.MANAGE_ACCOUNTS)
    account = _named(session, login)
    forget_factor(session, account)
    _tell_resetters(session, account, resetters(session, but=account), RESET_ALONE)
    detail = {"alone": True, "reason": reason}
    audit.note(session, actor, action="account.factor-reset", subject=f"account:{account.id}", detail=detail)


def _tell_resetters(session: Session, account: Account, others: Sequence[Account], wording: Wording) -> None:
    for other in others:
        send(
            session,
            wording.of(name=account.name),
            to_account_id=other.id,
            link="/administration/resets",
            dedupe_key=f"factor-reset:{account.id}:{clock.now().isoformat()}:{other.id}",
        )


def _named(session: Session, login: str) -> Account:
    with seeing_everything(session):
        account = session.scalar(select(Account).where(goes_by(session, login)))
    if account is None:
        raise NotFound
    return account
