"""Codes sent to a telephone: for signing in, or to prove that a telephone is the user's own.

Each code belongs to the form that requested it. A stranger who requests codes for another person's telephone neither
invalidates that person's code nor uses up its attempts, and such requests are limited for each origin.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts.devices import known_device
from centre.accounts.models import OneTimeCode
from centre.accounts.queries import account_of_phone, kept_login
from centre.accounts.rules import CODE_LASTS, TRIES_OF_A_CODE, CodePurpose, WrongCode, bare, new_code
from centre.accounts.sessions import Caller
from centre.database import open_session
from centre.limits import Limit, spend_all
from centre.messages import send
from centre.messages.office import EMAIL_CODE, REGISTER_CODE, SIGN_IN
from centre.outbox import SIGN_IN_CODE
from centre.people import phone_index
from centre.permissions import Actor
from centre.privacy import lasting_digest, token_digest

SYSTEM = Actor.system()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WINDOW = timedelta(minutes=5)

OF_AN_ORIGIN, OF_A_DEVICE, OF_A_PHONE = 5, 5, 30
"""Codes a day to one telephone: asked for from one address, from a device that is known there, and in all."""

WORDINGS = {CodePurpose.SIGN_IN: SIGN_IN, CodePurpose.REGISTER: REGISTER_CODE, CodePurpose.EMAIL: EMAIL_CODE}


@dataclass(frozen=True, slots=True)
class AskedCode:
    """A code that was sent: the secret of the form that asked, and the code, which only the demo may show."""

    asked: str
    code: str


def spend_asking(phone: str, caller: Caller) -> None:
    """Count one more code to a telephone, against the origin of the request. Raises TooMany.

    A device on which the telephone's owner has signed in before has its own limit, apart from the common one.
    """
    with open_session(SYSTEM.scope) as session:
        device = known_device(session, kept_login(phone), caller.mark)
    if device:
        spend_all(
            Limit(("code", phone, device), 1, MINUTE),
            Limit(("code-day", phone, device), OF_A_DEVICE, DAY),
        )
        return
    spend_all(
        Limit(("code", phone, caller.host), 1, MINUTE),
        Limit(("code-day", phone, caller.host), OF_AN_ORIGIN, DAY),
        Limit(("code-phone", phone), OF_A_PHONE, DAY),
        Limit(("code-host", caller.host), 60, HOUR),
    )


def request_code(phone: str, caller: Caller) -> AskedCode:
    """Send a sign-in code; work and response are the same whether or not the telephone has an account.

    Raises TooMany.
    """
    spend_asking(phone, caller)
    asked = secrets.token_urlsafe(24)
    with open_session(SYSTEM.scope, write=True) as session:
        account_id = account_of_phone(session, phone)
        # Without an account a message without a recipient is written, which takes as long.
        return send_code(session, CodePurpose.SIGN_IN, phone, asked, account_id=account_id, deliver=bool(account_id))


def send_code(
    session: Session,
    purpose: CodePurpose,
    to: str,
    asked: str,
    *,
    account_id: int | None = None,
    deliver: bool = True,
) -> AskedCode:
    """Create and send a code for the form with the secret `asked`; an older one of the same form becomes void."""
    code, index = new_code(6), index_of(purpose, to)
    session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.asked_digest == token_digest(asked), OneTimeCode.used_at.is_(None))
        .values(used_at=clock.now(), version=OneTimeCode.version + 1)
        .execution_options(synchronize_session=False)
    )
    sent = OneTimeCode(
        purpose=purpose,
        asked_digest=token_digest(asked),
        phone_index=index,
        account_id=account_id,
        digest=_code_digest(purpose, index, code),
        expires_at=clock.now() + CODE_LASTS,
    )
    session.add(sent)
    session.flush()
    _post(session, sent, to if deliver else "", code)
    return AskedCode(asked, code)


def index_of(purpose: CodePurpose, to: str) -> str:
    """The index of the telephone or the address that a code is sent to."""
    return lasting_digest("email", to.casefold()) if purpose is CodePurpose.EMAIL else phone_index(to)


def _post(session: Session, sent: OneTimeCode, phone: str, code: str) -> None:
    send(
        session,
        WORDINGS[sent.purpose].of(code=code),
        to_account_id=sent.account_id,
        to_phone=phone,
        dedupe_key=f"{SIGN_IN_CODE}:{sent.id}",
        expires_at=sent.expires_at,
    )


def spend_code(purpose: CodePurpose, asked: str, code: str, caller: Caller) -> OneTimeCode:
    """The code that the form holding `asked` was sent, typed rightly; each try counts. Raises WrongCode and TooMany.

    It is not used yet: `use_up` belongs into the transaction of what it opens.
    """
    spend_all(Limit(("code-try", caller.host), 300, WINDOW))
    with open_session(SYSTEM.scope, write=True) as session:
        sent = _count_try(session, purpose, asked)
    if sent is None or sent.digest != _code_digest(purpose, sent.phone_index, bare(code)):
        raise WrongCode(field="code")
    return sent


def use_up(session: Session, sent: OneTimeCode) -> None:
    """Use up a code. Raises WrongCode if another request was first."""
    used = session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.id == sent.id, OneTimeCode.used_at.is_(None))
        .values(used_at=clock.now(), version=OneTimeCode.version + 1)
        .execution_options(synchronize_session=False)
    )
    if not getattr(used, "rowcount", 0):
        raise WrongCode(field="code")


def _count_try(session: Session, purpose: CodePurpose, asked: str) -> OneTimeCode | None:
    good = (
        OneTimeCode.asked_digest == token_digest(asked),
        OneTimeCode.purpose == purpose,
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


def _code_digest(purpose: CodePurpose, index: str, code: str) -> str:
    return lasting_digest("one-time-code", f"{purpose}:{index}:{code}")
