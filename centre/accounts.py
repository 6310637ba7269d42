"""Accounts and sign-in: who may come in, and the sessions by which a browser is known."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import JSON, ColumnElement, ForeignKey, String, delete, false, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import audit, clock
from centre.database import Instant, Record
from centre.errors import Conflict, NotFound, Refusal
from centre.permissions import STAFF, Actor, Permission, Role, Scope, require
from centre.privacy import token_digest
from centre.words import N_

STAFF_IDLE = timedelta(minutes=30)
PUBLIC_IDLE = timedelta(days=7)
TOUCH_EVERY = timedelta(minutes=1)


class WrongPassword(Refusal):
    """Name and password do not belong together; told alike for known and unknown names."""

    code = "wrong-password"
    status = 422
    message = N_("账号或密码不对，请核对后再试")


class LoginTaken(Conflict):
    """Another account has this sign-in name."""

    code = "login-taken"
    message = N_("这个登录名已有人使用")


class Account(Record):
    """An account with its roles and the organisation that it speaks for (账号)."""

    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]] = mapped_column(JSON)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    provider_id: Mapped[int | None]
    employer_id: Mapped[int | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    expires_on: Mapped[date | None]
    disabled: Mapped[bool] = mapped_column(default=False)
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """An account sees itself; administrators manage accounts through their action."""
        return cls.id == scope.account_id if scope.account_id else false()

    @property
    def actor(self) -> Actor:
        """The account as an acting party."""
        return Actor(
            account_id=self.id,
            name=self.name,
            roles=frozenset(Role(role) for role in self.roles),
            centre_id=self.centre_id,
            provider_id=self.provider_id,
            employer_id=self.employer_id,
            person_id=self.person_id,
        )

    @property
    def usable(self) -> bool:
        """Whether the account may sign in today."""
        return not self.disabled and (self.expires_on is None or self.expires_on >= clock.today())


class SignIn(Record):
    """A signed-in browser, known by the digest of a random token (登录会话)."""

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    seen_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    device: Mapped[str] = mapped_column(String(120), default="")

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """The sessions of one's own account."""
        return cls.account_id == scope.account_id if scope.account_id else false()


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who stands behind a request: the actor and the token that its forms must carry."""

    actor: Actor
    csrf_token: str
    is_stale: bool = False


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    # OWASP's floor for argon2id: 19 MiB, two passes, one lane.
    return PasswordHash((Argon2Hasher(memory_cost=19_456, time_cost=2, parallelism=1),))


@lru_cache(maxsize=1)
def _dummy_hash() -> str:
    return _hasher().hash(secrets.token_hex(8))


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
    """Make an account. Raises LoginTaken."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    if session.scalar(select(Account.id).where(Account.login == login)) is not None:
        raise LoginTaken(field="login")
    account = Account(
        login=login,
        name=name,
        password_hash=_hasher().hash(password),
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
    """Check a password and open a session; gives the token for the cookie. Raises WrongPassword.

    Unknown names cost the same hashing time as known ones, so that the answer tells nothing about who has an account.
    """
    del actor  # anybody may try to sign in; the sign-in session itself is opened with the system's scope
    account = session.scalar(select(Account).where(Account.login == login.strip().casefold()))
    fits = _hasher().verify(password, account.password_hash if account else _dummy_hash())
    if account is None or not fits or not account.usable:
        raise WrongPassword
    token = secrets.token_urlsafe(32)
    idle = STAFF_IDLE if account.actor.roles & STAFF else PUBLIC_IDLE
    session.add(
        SignIn(
            account_id=account.id,
            token_digest=token_digest(token),
            csrf_token=secrets.token_urlsafe(24),
            expires_at=clock.now() + idle,
            device=device[:120],
        )
    )
    audit.note(session, account.actor, action="account.sign-in", subject=f"account:{account.id}")
    return token, account


def sign_out(session: Session, actor: Actor, *, token: str) -> None:
    """End a session at once; its token is worth nothing afterwards."""
    del actor  # holding the token is what allows ending it
    session.execute(delete(SignIn).where(SignIn.token_digest == token_digest(token)))


def visitor(session: Session, token: str) -> Visitor | None:
    """Who a cookie's token stands for, or None when it is unknown, expired or its account was closed."""
    now = clock.now()
    row = session.execute(
        select(SignIn, Account)
        .join(Account, Account.id == SignIn.account_id)
        .where(SignIn.token_digest == token_digest(token), SignIn.expires_at > now)
    ).first()
    if row is None or not row.Account.usable:
        return None
    return Visitor(row.Account.actor, row.SignIn.csrf_token, is_stale=now - row.SignIn.seen_at >= TOUCH_EVERY)


def demo_accounts(session: Session) -> list[Account]:
    """The invented accounts of the demo city, in the order in which they were made."""
    return list(session.scalars(select(Account).where(Account.is_demo).order_by(Account.id)))


def devices(session: Session) -> list[SignIn]:
    """The signed-in browsers of the reader's account, the latest first."""
    return list(session.scalars(select(SignIn).order_by(SignIn.seen_at.desc(), SignIn.id)))


def keep_alive(session: Session, token: str) -> None:
    """Move the end of an active session on, at most once a minute."""
    now = clock.now()
    found = session.scalar(select(SignIn).where(SignIn.token_digest == token_digest(token)))
    if found is None or now - found.seen_at < TOUCH_EVERY:
        return
    account = session.get(Account, found.account_id)
    idle = STAFF_IDLE if account and account.actor.roles & STAFF else PUBLIC_IDLE
    session.execute(
        update(SignIn)
        .where(SignIn.id == found.id)
        .values(seen_at=now, expires_at=now + idle, version=found.version + 1)
    )


def set_password(session: Session, actor: Actor, *, login: str, password: str) -> None:
    """Give an account a new password and end its sessions. Raises NotFound."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    account = session.scalar(select(Account).where(Account.login == login))
    if account is None:
        raise NotFound
    account.password_hash = _hasher().hash(password)
    session.execute(delete(SignIn).where(SignIn.account_id == account.id))
    audit.note(session, actor, action="account.password", subject=f"account:{account.id}")
