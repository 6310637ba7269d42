"""The ways in. Each counts a try before it looks at it, in a transaction of its own: a try that fails is not undone."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.accounts import factors
from centre.accounts.models import Account, OneTimeCode, SignInCard
from centre.accounts.passwords import fits
from centre.accounts.queries import account_of_phone, checked_account, half, has_factor, kept_login
from centre.accounts.rules import (
    CODE_LASTS,
    PHONE_IDLE,
    PIN_DIGITS,
    TRIES_OF_A_CODE,
    WRONG_PINS,
    CardLocked,
    Door,
    PhoneIdle,
    Stage,
    WrongCard,
    WrongCode,
    WrongPassword,
    bare,
    new_code,
)
from centre.accounts.sessions import Caller, Entered, complete, let_in, prove_again
from centre.database import open_session
from centre.limits import Limit, spend_all
from centre.outbox import SIGN_IN_CODE, post
from centre.people import phone_index
from centre.permissions import Actor
from centre.privacy import blind_index, token_digest
from centre.translation import N_, SOURCE_LOCALE, translate

SYSTEM = Actor.system()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WINDOW = timedelta(minutes=5)


def by_password(login: str, password: str, caller: Caller) -> Entered:
    """Come in with name and password. Raises WrongPassword and TooMany."""
    name = login.strip().casefold()
    spend_all(
        Limit(("sign-in", caller.host, name), 10, WINDOW),
        Limit(("sign-in", caller.host), 300, WINDOW),  # a whole hall may share one address
        Limit(("sign-in-name", name), 100, HOUR),
    )
    # Hashing takes longer than anything else here, so it happens while nobody waits for the writer's lock.
    try:
        with open_session(SYSTEM.scope) as session:
            account_id = checked_account(session, login=name, password=password).id
    except WrongPassword:
        _note_failure(Door.PASSWORD, login=name)
        raise
    with open_session(SYSTEM.scope, write=True) as session:
        return let_in(session, _usable(session, account_id), caller)


def _note_failure(door: str, *, login: str = "", account_id: int | None = None) -> None:
    """Leave a try that failed in the audit log; for known and unknown names it is the same work."""
    with open_session(SYSTEM.scope, write=True) as session:
        if login:
            account_id = session.scalar(select(Account.id).where(Account.login == kept_login(login)))
        subject = f"account:{account_id or 'unknown'}"
        audit.note(session, SYSTEM, action="account.sign-in-failed", subject=subject, detail={"door": door})


def request_code(phone: str, host: str) -> str:
    """Send a one-time code to a telephone; the same work and the same answer whether or not it has an account.

    Gives the code, which only the demo may show. Raises TooMany: one a minute and five a day for each telephone.
    """
    spend_all(
        Limit(("code", phone), 1, MINUTE),
        Limit(("code-day", phone), 5, DAY),
        Limit(("code-host", host), 60, HOUR),
    )
    code, index = new_code(6), phone_index(phone)
    with open_session(SYSTEM.scope, write=True) as session:
        account_id = account_of_phone(session, phone)
        session.execute(
            update(OneTimeCode)
            .where(OneTimeCode.phone_index == index, OneTimeCode.used_at.is_(None))
            .values(used_at=clock.now(), version=OneTimeCode.version + 1)
            .execution_options(synchronize_session=False)
        )
        one_time_code = OneTimeCode(
            phone_index=index,
            account_id=account_id,
            digest=_code_digest(index, code),
            expires_at=clock.now() + CODE_LASTS,
        )
        session.add(one_time_code)
        session.flush()
        _send(session, one_time_code, code, phone)
    return code


def _send(session: Session, one_time_code: OneTimeCode, code: str, phone: str) -> None:
    """Post the code; without an account to nobody, which takes as long."""
    body = translate(SOURCE_LOCALE, N_("验证码 {code}，5 分钟内有效。工作人员不会向您要验证码。"), code=code)
    post(
        session,
        kind=SIGN_IN_CODE,
        to_account_id=one_time_code.account_id,
        title=N_("登录验证码"),
        body=body,
        dedupe_key=f"{SIGN_IN_CODE}:{one_time_code.id}",
        expires_at=one_time_code.expires_at,
        to_phone=phone if one_time_code.account_id else "",
    )


def by_code(phone: str, code: str, caller: Caller) -> Entered:
    """Come in with the code sent to a telephone. Raises WrongCode, PhoneIdle and TooMany."""
    index = phone_index(phone)
    spend_all(Limit(("code-try", caller.host), 300, WINDOW), Limit(("code-try", phone), 30, HOUR))
    with open_session(SYSTEM.scope, write=True) as session:
        sent = _count_try(session, index)
    if sent is None or sent.digest != _code_digest(index, bare(code)):
        _note_failure(Door.CODE, account_id=sent.account_id if sent else None)
        raise WrongCode(field="code")
    with open_session(SYSTEM.scope, write=True) as session:
        used = session.execute(
            update(OneTimeCode)
            .where(OneTimeCode.id == sent.id, OneTimeCode.used_at.is_(None))
            .values(used_at=clock.now(), version=OneTimeCode.version + 1)
            .execution_options(synchronize_session=False)
        )
        account = session.get(Account, sent.account_id) if sent.account_id else None
        if not getattr(used, "rowcount", 0) or account is None or not account.usable:
            raise WrongCode(field="code")
        if clock.now() - (account.entered_at or account.created_at) > PHONE_IDLE:
            raise PhoneIdle
        return let_in(session, account, caller, Door.CODE)


def _count_try(session: Session, index: str) -> OneTimeCode | None:
    good = (
        OneTimeCode.phone_index == index,
        OneTimeCode.used_at.is_(None),
        OneTimeCode.expires_at > clock.now(),
        OneTimeCode.tries < TRIES_OF_A_CODE,
    )
    sent = session.scalar(select(OneTimeCode).where(*good).order_by(OneTimeCode.id.desc()).limit(1))
    if sent is None:
        return None
    counted = session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.id == sent.id, *good)
        .values(tries=OneTimeCode.tries + 1, version=OneTimeCode.version + 1)
        .execution_options(synchronize_session=False)
    )
    return sent if getattr(counted, "rowcount", 0) else None


def _code_digest(index: str, code: str) -> str:
    return blind_index("one-time-code", f"{index}:{code}")


def by_card(card: str, pin: str, caller: Caller) -> Entered:
    """Come in with a card from the counter and its PIN. Raises WrongCard, CardLocked and TooMany."""
    spend_all(Limit(("card", caller.host), 120, WINDOW))
    digest = token_digest(bare(card))
    with open_session(SYSTEM.scope, write=True) as session:
        kept_card = _count_pin(session, digest)
    if not fits(pin.strip()[:PIN_DIGITS], kept_card.pin_hash if kept_card else None) or kept_card is None:
        if kept_card is not None and kept_card.wrong_pins >= WRONG_PINS:
            with open_session(SYSTEM.scope, write=True) as session:
                audit.note(session, SYSTEM, action="card.lock", subject=f"card:{kept_card.id}")
        _note_failure(Door.CARD, account_id=kept_card.account_id if kept_card else None)
        raise WrongCard
    with open_session(SYSTEM.scope, write=True) as session:
        session.execute(
            update(SignInCard)
            .where(SignInCard.id == kept_card.id)
            .values(wrong_pins=0, used_at=clock.now(), version=SignInCard.version + 1)
            .execution_options(synchronize_session=False)
        )
        return let_in(session, _usable(session, kept_card.account_id), caller, Door.CARD)


def _count_pin(session: Session, digest: str) -> SignInCard | None:
    living = (SignInCard.token_digest == digest, SignInCard.revoked_at.is_(None))
    counted = session.execute(
        update(SignInCard)
        .where(*living, SignInCard.wrong_pins < WRONG_PINS)
        .values(wrong_pins=SignInCard.wrong_pins + 1, version=SignInCard.version + 1)
        .execution_options(synchronize_session=False)
    )
    card = session.scalar(select(SignInCard).where(*living))
    if card is not None and not getattr(counted, "rowcount", 0):
        raise CardLocked
    return card


def by_factor(code: str, caller: Caller) -> Entered:
    """Complete a half sign-in with a code of the authenticator or the paper. Raises WrongCode, SignInOver, TooMany."""
    with open_session(SYSTEM.scope) as session:
        account_id = half(session, caller.token).account.id
    spend_all(Limit(("second-factor", str(account_id)), 5, WINDOW))
    try:
        with open_session(SYSTEM.scope, write=True) as session:
            half_session = half(session, caller.token)
            if half_session.stage is not Stage.CODE_DUE:
                raise WrongCode(field="code")
            factors.spend(session, half_session.account, code=code)
            return complete(session, half_session, caller)
    except WrongCode:
        _note_failure("second-factor", account_id=account_id)
        raise


def by_enrolment(code: str, caller: Caller) -> tuple[Entered, list[str]]:
    """Complete a half sign-in by binding an authenticator; gives the codes for the paper. Raises as `by_factor`."""
    with open_session(SYSTEM.scope) as session:
        account_id = half(session, caller.token).account.id
    spend_all(Limit(("second-factor", str(account_id)), 5, WINDOW))
    with open_session(SYSTEM.scope, write=True) as session:
        half_session = half(session, caller.token)
        if half_session.stage is not Stage.ENROLMENT_DUE:
            raise WrongCode(field="code")
        codes = factors.confirm(session, half_session.account, code=code)
        return complete(session, half_session, caller), codes


def prove(actor: Actor, proof: str, caller: Caller) -> None:
    """Prove again who one is, before something delicate. Raises WrongPassword, WrongCode and TooMany.

    Who has an authenticator types its code, everybody else the password.
    """
    spend_all(Limit(("second-factor", str(actor.account_id)), 5, WINDOW))
    with open_session(SYSTEM.scope, write=True) as session:
        account = _usable(session, actor.account_id or 0)
        if has_factor(session, account.id):
            factors.spend(session, account, code=proof)
        elif not fits(proof, account.password_hash):
            raise WrongPassword
        prove_again(session, token=caller.token)


def _usable(session: Session, account_id: int) -> Account:
    account = session.get(Account, account_id)
    if account is None or not account.usable:
        raise WrongPassword
    return account
