"""Signed-in browsers: opened under a new token at every step, moved on while in use, ended at once."""

import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.accounts import factors
from centre.accounts.models import Account, ApiToken, OneTimeCode, SignIn
from centre.accounts.queries import TOUCH_EVERY, Half, has_factor
from centre.accounts.rules import Door, Stage, is_jobseeker, lifetime
from centre.errors import NotFound
from centre.permissions import Actor, Permission, require
from centre.privacy import token_digest
from centre.settings import settings


@dataclass(frozen=True, slots=True)
class Caller:
    """Who knocks: the address, the browser, whether it stands in a hall, and the token and mark that it carries."""

    host: str = ""
    device: str = ""
    kiosk: bool = False
    token: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """What a way in gives: the token for the cookie, whose it is, and what is still due."""

    token: str
    account: Account
    stage: Stage


def let_in(session: Session, account: Account, caller: Caller, door: Door = Door.PASSWORD) -> Entered:
    """Open a session for an account that has proved itself; half a session where a second factor is due."""
    stage = _stage(session, account)
    if stage is Stage.ENROLMENT_DUE:
        factors.prepare(session, account)
    return _open(session, account, stage, caller, door)


def complete(session: Session, half_session: Half, caller: Caller) -> Entered:
    """Turn half a session into a whole one; the token of the half is worth nothing afterwards."""
    session.execute(delete(SignIn).where(SignIn.id == half_session.sign_in_id))
    return _open(session, half_session.account, Stage.FULL, caller, half_session.door)


def _stage(session: Session, account: Account) -> Stage:
    if is_jobseeker(account.roles):
        return Stage.FULL
    if has_factor(session, account.id):
        return Stage.CODE_DUE
    return Stage.ENROLMENT_DUE if settings().second_factor_required else Stage.FULL


def _open(session: Session, account: Account, stage: Stage, caller: Caller, door: Door) -> Entered:
    if caller.token:
        session.execute(delete(SignIn).where(SignIn.token_digest == token_digest(caller.token)))
    token, now = secrets.token_urlsafe(32), clock.now()
    life = lifetime(account.roles, stage, kiosk=caller.kiosk)
    session.add(
        SignIn(
            account_id=account.id,
            token_digest=token_digest(token),
            csrf_token=secrets.token_urlsafe(24),
            stage=stage,
            door=door,
            kiosk=caller.kiosk,
            seen_at=now,
            proved_at=now,
            expires_at=now + life.idle,
            ends_at=now + life.longest,
            device=caller.device[:120],
        )
    )
    if stage is Stage.FULL:
        account.entered_at = now
        audit.note(session, account.actor, action="account.sign-in", subject=f"account:{account.id}")
    return Entered(token, account, stage)


def keep_alive(session: Session, token: str) -> None:
    """Move the end of an active session on, at most once a minute and never past its last instant."""
    now = clock.now()
    row = session.execute(
        select(SignIn, Account)
        .join(Account, Account.id == SignIn.account_id)
        .where(SignIn.token_digest == token_digest(token))
    ).first()
    if row is None or now - row.SignIn.seen_at < TOUCH_EVERY:
        return
    sign_in: SignIn = row.SignIn
    idle = lifetime(row.Account.roles, sign_in.stage, kiosk=sign_in.kiosk).idle
    session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in.id)
        .values(seen_at=now, expires_at=min(now + idle, sign_in.ends_at), version=sign_in.version + 1)
    )


def note_use(session: Session, token: str) -> None:
    """Remember that an API token was used, so that its owner sees when it was last."""
    digest = token_digest(token)
    session.execute(
        update(ApiToken)
        .where(ApiToken.digest == digest)
        .values(used_at=clock.now(), version=ApiToken.version + 1)
        .execution_options(synchronize_session=False)
    )


def prove_again(session: Session, *, token: str) -> None:
    """Note that the one who holds a session has just proved again who they are."""
    session.execute(
        update(SignIn)
        .where(SignIn.token_digest == token_digest(token))
        .values(proved_at=clock.now(), version=SignIn.version + 1)
        .execution_options(synchronize_session=False)
    )


def end_all(session: Session, account_id: int, *, but: str = "") -> None:
    """End every session of an account, except the one that holds the token `but`, and the codes on their way to it."""
    others = delete(SignIn).where(SignIn.account_id == account_id)
    if but:
        others = others.where(SignIn.token_digest != token_digest(but))
    session.execute(others)
    session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.account_id == account_id, OneTimeCode.used_at.is_(None))
        .values(used_at=clock.now(), version=OneTimeCode.version + 1)
        .execution_options(synchronize_session=False)
    )


def sign_out(session: Session, actor: Actor, *, token: str) -> None:
    """End a session at once; its token is worth nothing afterwards."""
    del actor  # holding the token is what allows ending it
    session.execute(delete(SignIn).where(SignIn.token_digest == token_digest(token)))


def revoke_device(session: Session, actor: Actor, *, device_id: int) -> None:
    """End one of the user's own sessions; in force at its next request. Raises NotFound."""
    require(actor, Permission.KEEP_OWN_ACCOUNT)
    device = session.scalar(select(SignIn).where(SignIn.id == device_id, SignIn.account_id == actor.account_id))
    if device is None:
        raise NotFound
    session.delete(device)
    audit.note(session, actor, action="account.device-revoke", subject=f"account:{actor.account_id}")


def revoke_others(session: Session, actor: Actor, *, token: str) -> None:
    """End all of one's sessions but the present one."""
    require(actor, Permission.KEEP_OWN_ACCOUNT)
    if actor.account_id is not None:
        end_all(session, actor.account_id, but=token)
    audit.note(session, actor, action="account.device-revoke", subject=f"account:{actor.account_id}")
