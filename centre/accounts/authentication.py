"""The ways in. Each counts a try before it looks at it, in a transaction of its own: a try that fails is not undone."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.accounts import codes, factors
from centre.accounts.codes import HOUR, WINDOW
from centre.accounts.devices import known_device
from centre.accounts.models import Account, SignInCard
from centre.accounts.passwords import fits
from centre.accounts.queries import checked_account, goes_by, half, has_factor, kept_login
from centre.accounts.rules import (
    PHONE_IDLE,
    PIN_DIGITS,
    WRONG_PINS,
    CardLocked,
    CodePurpose,
    Door,
    PhoneIdle,
    Stage,
    WrongCard,
    WrongCode,
    WrongPassword,
    bare,
    is_jobseeker,
)
from centre.accounts.sessions import Caller, Entered, complete, end_all, let_in, prove_again
from centre.database import open_session
from centre.limits import Limit, spend_all
from centre.permissions import Actor
from centre.privacy import token_digest

SYSTEM = Actor.system()


def by_password(login: str, password: str, caller: Caller) -> Entered:
    """Sign in with name and password. Raises WrongPassword and TooMany."""
    name = kept_login(login)  # however it is spelled, it is one account with one budget
    with open_session(SYSTEM.scope) as session:
        device = known_device(session, name, caller.mark)
    if device:  # strangers who guess from elsewhere do not shut out the owner's own device
        spend_all(Limit(("sign-in-device", device, name), 10, WINDOW))
    else:
        spend_all(
            Limit(("sign-in", caller.host, name), 10, WINDOW),
            Limit(("sign-in", caller.host), 300, WINDOW),  # a whole hall may share one address
            Limit(("sign-in-name", name), 100, HOUR),
        )
    # Hashing takes longer than anything else here, so it happens before the write lock is taken.
    try:
        with open_session(SYSTEM.scope) as session:
            account_id = checked_account(session, login=login, password=password).id
    except WrongPassword:
        _note_failure(Door.PASSWORD, login=login)
        raise
    with open_session(SYSTEM.scope, write=True) as session:
        return let_in(session, _usable(session, account_id), caller)


def _note_failure(door: str, *, login: str = "", account_id: int | None = None) -> None:
    """Leave a try that failed in the audit log; for known and unknown names it is the same work."""
    with open_session(SYSTEM.scope, write=True) as session:
        if login:
            account_id = session.scalar(select(Account.id).where(goes_by(session, login)))
        subject = f"account:{account_id or 'unknown'}"
        audit.note(session, SYSTEM, action="account.sign-in-failed", subject=subject, detail={"door": door})


def by_code(asked: str, code: str, caller: Caller) -> Entered:
    """Sign in with the code that was sent to a telephone; `asked` is the secret of the form that requested it.

    A password that the telephone's owner is not known to have chosen becomes invalid. Raises WrongCode,
    PhoneIdle and TooMany.
    """
    try:
        sent = codes.spend_code(CodePurpose.SIGN_IN, asked, code, caller)
    except WrongCode:
        _note_failure(Door.CODE)
        raise
    with open_session(SYSTEM.scope, write=True) as session:
        codes.use_up(session, sent)
        account = session.get(Account, sent.account_id) if sent.account_id else None
        if account is None or not account.usable:
            raise WrongCode(field="code")
        if is_idle(account):
            raise PhoneIdle
        prove_phone(session, account)
        return let_in(session, account, caller, Door.CODE)


def is_idle(account: Account) -> bool:
    """Whether an account was not used for so long that its telephone number may have a new owner by now."""
    return clock.now() - (account.entered_at or account.created_at) > PHONE_IDLE


def prove_phone(session: Session, account: Account, *, password_hash: str = "") -> None:
    """Note that the account's telephone is its owner's; the first time, what was not proved before ends."""
    if account.phone_proved_at is not None:
        return
    account.phone_proved_at = clock.now()
    if is_jobseeker(account.roles) and not account.is_demo:
        account.password_hash = password_hash
        end_all(session, account.id)
    session.flush()


def by_card(card: str, pin: str, caller: Caller) -> Entered:
    """Sign in with a card from the counter and its PIN. Raises WrongCard, CardLocked and TooMany."""
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


def _spend_half(caller: Caller) -> int:
    """Count a try at the second step of a sign-in, and give whose it is. Raises SignInOver and TooMany.

    A thief of the password shares no budget with a device on which its owner has signed in before.
    """
    with open_session(SYSTEM.scope) as session:
        account = half(session, caller.token).account
        device = known_device(session, account.login, caller.mark)
    whose = ("second-factor", str(account.id), device) if device else ("second-factor", str(account.id))
    spend_all(Limit(whose, 5, WINDOW))
    return account.id


def by_factor(code: str, caller: Caller) -> Entered:
    """Complete a half sign-in with a code of the authenticator or the paper. Raises WrongCode, SignInOver, TooMany."""
    account_id = _spend_half(caller)
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
    """Complete a half sign-in by binding an authenticator; returns the codes for the paper. Raises as `by_factor`."""
    _spend_half(caller)
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
    with open_session(SYSTEM.scope) as session:
        account = _usable(session, actor.account_id or 0)
        by_password = not has_factor(session, account.id)
    if by_password and not fits(proof, account.password_hash):  # slow, so before anybody waits for the writer's lock
        raise WrongPassword
    with open_session(SYSTEM.scope, write=True) as session:
        now = _usable(session, account.id)
        if not by_password:
            factors.spend(session, now, code=proof)
        elif has_factor(session, now.id) or now.password_hash != account.password_hash:
            raise WrongPassword
        prove_again(session, token=caller.token)


def _usable(session: Session, account_id: int) -> Account:
    account = session.get(Account, account_id)
    if account is None or not account.usable:
        raise WrongPassword
    return account
