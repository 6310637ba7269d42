"""Who stands behind a request, and what an account may see of its own ways in."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, select, union_all
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts.models import Account, ApiToken, RecoveryCode, SecondFactor, SignIn, SignInCard
from centre.accounts.passwords import fits
from centre.accounts.rules import (
    PHONE_LOGIN,
    Door,
    NotFresh,
    SignInOver,
    Stage,
    WrongCode,
    WrongPassword,
    is_jobseeker,
    may_enter,
)
from centre.errors import NotFound
from centre.key_marks import follow_root
from centre.numbers import BadNumber, parse_mobile
from centre.people import Person, has_phone
from centre.permissions import PARTNERS, Actor, Role
from centre.privacy import blind_index, blind_indexes, token_digest, unseal_own
from centre.scopes import seeing_everything

TOUCH_EVERY = timedelta(minutes=1)
SIGNED_IN = (
    select(SignIn, Account)
    .join(Account, Account.id == SignIn.account_id)
    .where(SignIn.token_digest == bindparam("digest"), SignIn.expires_at > bindparam("now"), SignIn.stage == Stage.FULL)
)
"""A prebuilt statement, since every request of a signed-in user begins with it."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who stands behind a request: the actor and the token that its forms must carry."""

    actor: Actor
    csrf_token: str
    is_stale: bool = False
    proved_at: datetime | None = None
    kiosk: bool = False
    by_token: bool = False
    door: Door = Door.PASSWORD


@dataclass(frozen=True, slots=True)
class Half:
    """A sign-in that still lacks the second factor: not authenticated, but no longer unknown."""

    sign_in_id: int
    account: Account
    stage: Stage
    door: Door


def visitor(session: Session, token: str) -> Visitor | None:
    """Who a cookie's token stands for; None when it is unknown, over, only half a sign-in, or its account is closed."""
    now = clock.now()
    row = session.execute(SIGNED_IN, {"digest": token_digest(token), "now": now}).first()
    if row is None or not row.Account.usable or row.SignIn.ends_at <= now:
        return None
    sign_in: SignIn = row.SignIn
    return Visitor(
        row.Account.actor,
        sign_in.csrf_token,
        is_stale=now - sign_in.seen_at >= TOUCH_EVERY,
        proved_at=sign_in.proved_at,
        kiosk=sign_in.kiosk,
        door=sign_in.door,
    )


def bearer(session: Session, token: str) -> Visitor | None:
    """Who an API token stands for; None when it is unknown, expired, revoked or its organisation's account closed."""
    row = session.execute(
        select(ApiToken, Account)
        .join(Account, Account.id == ApiToken.account_id)
        .where(ApiToken.digest == token_digest(token))
    ).first()
    if row is None or not row.ApiToken.live or not row.Account.usable:
        return None
    used = row.ApiToken.used_at
    return Visitor(
        replace(row.Account.actor, only=row.ApiToken.allowed),
        "",
        is_stale=used is None or clock.now() - used >= TOUCH_EVERY,
        by_token=True,
    )


def half(session: Session, token: str) -> Half:
    """The half sign-in of a cookie's token. Raises SignInOver."""
    row = session.execute(
        select(SignIn, Account)
        .join(Account, Account.id == SignIn.account_id)
        .where(SignIn.token_digest == token_digest(token), SignIn.expires_at > clock.now(), SignIn.stage != Stage.FULL)
    ).first()
    if row is None or not row.Account.usable:
        raise SignInOver
    return Half(row.SignIn.id, row.Account, row.SignIn.stage, row.SignIn.door)


def require_fresh(seen: Visitor | None, minutes: int = 5) -> None:
    """Let go on only who proved a few minutes ago who they are: for reveals and exports. Raises NotFresh."""
    proved = seen.proved_at if seen else None
    if proved is None or clock.now() - proved > timedelta(minutes=minutes):
        raise NotFresh(minutes=minutes)


def kept_login(typed: str) -> str:
    """How a sign-in name is kept: a telephone number only as a keyed digest, so that it lies nowhere in clear."""
    name = typed.strip().casefold()
    try:
        number = parse_mobile(name)
    except BadNumber:
        return name
    return PHONE_LOGIN + blind_index("login", number)[:48]


def goes_by(session: Session, typed: str) -> ColumnElement[bool]:
    """Whether an account has a sign-in name, under whichever key a telephone number is kept. Raises WrongKey."""
    name = typed.strip().casefold()
    try:
        number = parse_mobile(name)
    except BadNumber:
        return Account.login == name
    follow_root(session)
    return Account.login.in_([PHONE_LOGIN + index[:48] for index in blind_indexes("login", number)])


def checked_account(session: Session, *, login: str, password: str) -> Account:
    """The account that a name and a password open. Raises WrongPassword.

    Unknown names cost the same hashing time as known ones, so that the answer tells nothing about who has an account.
    """
    account = session.scalar(select(Account).where(goes_by(session, login)))
    right = fits(password, account.password_hash if account else None)
    if account is None or not right or not account.usable:
        raise WrongPassword
    return account


def may_forget_password(seen: Visitor | None) -> bool:
    """Whether the user has just signed in by a code sent to the telephone: then a new password needs no old one."""
    try:
        require_fresh(seen, minutes=15)
    except NotFresh:
        return False
    return seen is not None and seen.door is Door.CODE


def demo_accounts(session: Session) -> list[Account]:
    """The invented accounts of the demo city, in the order in which they were made."""
    return list(session.scalars(select(Account).where(Account.is_demo).order_by(Account.id)))


def devices(session: Session) -> list[SignIn]:
    """The signed-in browsers of the reader's account, the latest first."""
    living = select(SignIn).where(SignIn.stage == Stage.FULL, SignIn.expires_at > clock.now())
    return list(session.scalars(living.order_by(SignIn.seen_at.desc(), SignIn.id)))


def account_of_phone(session: Session, phone: str) -> int | None:
    """The id of the jobseeker who can sign in with a one-time code to a telephone; None unless there is exactly one.

    The oldest accounts fill the answer up to three rows, so that an unknown telephone takes the same work (R21).
    """
    by_name, today = goes_by(session, phone), clock.today()
    own = select(Account.id).where(by_name)
    verified = and_(has_phone(session, phone), Person.phone_verified_at.is_not(None))
    shared = select(Account.id).join(Person, Person.id == Account.person_id).where(verified)
    oldest = select(select(Account.id).order_by(Account.id).limit(3).subquery().c.id)
    columns = select(
        by_name.label("named"),
        verified.label("called"),
        Account.id,
        Account.roles,
        Account.disabled,
        Account.expires_on,
    )
    rows = session.execute(
        columns.outerjoin(Person, Person.id == Account.person_id)
        .where(Account.id.in_(union_all(own, shared, oldest)))
        .order_by(case((by_name, 0), (verified, 1), else_=2), Account.id)
        .limit(3)
    )
    seen = [
        (row, is_jobseeker(row.roles), may_enter(today, disabled=row.disabled, expires_on=row.expires_on))
        for row in rows
    ]
    entrants = [held for held in seen if held[0].named] or [held for held in seen if held[0].called and held[1]]
    match entrants:
        case [(account, True, True)]:
            return int(account.id)
    return None


def second_factor(session: Session, account_id: int) -> SecondFactor | None:
    """The authenticator of an account, confirmed or not."""
    return session.scalar(select(SecondFactor).where(SecondFactor.account_id == account_id))


def secret_of(factor: SecondFactor) -> bytes:
    """The authenticator's key in clear."""
    return opened(factor.account_id, factor.secret_sealed)


def opened(account_id: int, sealed: bytes) -> bytes:
    """A sealed key of an account's authenticator in clear."""
    return bytes.fromhex(unseal_own(secret_place(account_id), sealed))


def prepared(factor: SecondFactor | None) -> bytes | None:
    """The sealed key that is being bound: the first one of an account, or the one that replaces another."""
    if factor is None:
        return None
    return factor.secret_sealed if factor.confirmed_at is None else factor.next_sealed


def secret_place(account_id: int) -> str:
    """What an authenticator's sealed key is bound to."""
    return f"second_factor:{account_id}:secret"


def recovery_codes_left(session: Session, account_id: int) -> int:
    """How many codes on paper are still good."""
    unused = select(RecoveryCode.id).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return len(session.scalars(unused).all())


def living_card(session: Session, person_id: int) -> SignInCard | None:
    """The card that a person carries at present, if the session may see it."""
    return session.scalar(
        select(SignInCard)
        .where(SignInCard.person_id == person_id, SignInCard.revoked_at.is_(None))
        .order_by(SignInCard.id.desc())
        .limit(1)
    )


def api_tokens(session: Session) -> list[tuple[ApiToken, Account]]:
    """Every API token with the account that it acts as, the latest first; for the page that manages tokens."""
    with seeing_everything(session):
        rows = session.execute(
            select(ApiToken, Account).join(Account, Account.id == ApiToken.account_id).order_by(ApiToken.id.desc())
        )
        return [(row.ApiToken, row.Account) for row in rows]


def ending_accounts() -> Select[Account]:
    """Accounts of people that end on a day, the first to end first; those of API tokens left out."""
    of_tokens = select(ApiToken.account_id)
    return (
        select(Account)
        .where(Account.expires_on.is_not(None), Account.disabled.is_(False), Account.id.not_in(of_tokens))
        .order_by(Account.expires_on, Account.id)
    )


def partner_accounts(session: Session, actor: Actor) -> list[Account]:
    """The accounts of schools, employers and escorts that the actor may renew, the first to end first."""
    with seeing_everything(session):
        ending = session.scalars(ending_accounts())
        return [account for account in ending if set(account.roles) & PARTNERS and may_renew(actor, account)]


def may_renew(actor: Actor, account: Account) -> bool:
    """City managers renew every partner's account, county managers those of their own centre."""
    if actor.is_system or Role.CITY_MANAGER in actor.roles:
        return True
    return actor.centre_id is not None and account.centre_id == actor.centre_id


def ends_soon(account: Account, today: date, within: timedelta) -> bool:
    """Whether an account ends within some days from today."""
    return account.expires_on is not None and today <= account.expires_on <= today + within


def has_factor(session: Session, account_id: int) -> bool:
    """Whether an authenticator is in force for an account."""
    factor = second_factor(session, account_id)
    return factor is not None and factor.confirmed_at is not None


def prepared_secret(session: Session, account_id: int) -> bytes:
    """The key of an authenticator that is being bound. Raises WrongCode when none is."""
    sealed = prepared(second_factor(session, account_id))
    if sealed is None:
        raise WrongCode
    return opened(account_id, sealed)


def own_account(session: Session, actor: Actor) -> Account:
    """The account of who asks. Raises NotFound for readers without one."""
    account = session.scalar(select(Account).where(Account.id == actor.account_id))
    if account is None:
        raise NotFound
    return account
