"""The second factor: an authenticator of six digits, and codes on paper for the day when the telephone is lost."""

import secrets

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.accounts.models import Account, RecoveryCode, SecondFactor
from centre.accounts.queries import opened, prepared, second_factor, secret_of, secret_place
from centre.accounts.rules import RECOVERY_CODES, TOTP_DIGITS, WrongCode, bare, matching_step, new_words
from centre.errors import NotFound
from centre.permissions import Actor, Permission, require
from centre.privacy import lasting_digest, seal_own

SECRET_BYTES = 20


def prepare(session: Session, account: Account) -> SecondFactor:
    """Make a new key for an account; it counts only when a code of it was typed, and until then the older one does."""
    sealed = seal_own(secret_place(account.id), secrets.token_bytes(SECRET_BYTES).hex())
    factor = second_factor(session, account.id)
    if factor is None:
        factor = SecondFactor(account_id=account.id, secret_sealed=sealed)
        session.add(factor)
    elif factor.confirmed_at is None:
        factor.secret_sealed, factor.last_step = sealed, 0
    else:
        factor.next_sealed = sealed
    session.flush()
    return factor


def confirm(session: Session, account: Account, *, code: str) -> list[str]:
    """Put the prepared authenticator into force and give the codes for the paper, once. Raises WrongCode.

    One that was in force before ends at this moment, with its codes on paper.
    """
    factor = second_factor(session, account.id)
    sealed = prepared(factor)
    if factor is None or sealed is None:
        raise WrongCode(field="code")
    after = factor.last_step if factor.next_sealed is None else 0
    step = matching_step(opened(account.id, sealed), bare(code), clock.now(), after=after)
    if step is None:
        raise WrongCode(field="code")
    taken = session.execute(
        update(SecondFactor)
        .where(SecondFactor.id == factor.id, SecondFactor.version == factor.version)
        .values(
            secret_sealed=sealed,
            next_sealed=None,
            last_step=step,
            confirmed_at=clock.now(),
            version=SecondFactor.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    if not getattr(taken, "rowcount", 0):
        raise WrongCode(field="code")
    session.expire(factor)
    audit.note(session, account.actor, action="account.factor-enrol", subject=f"account:{account.id}")
    return new_recovery_codes(session, account)


def new_recovery_codes(session: Session, account: Account) -> list[str]:
    """Fresh codes for the paper; all older ones are void."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = [new_words(3) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(account_id=account.id, digest=_digest(account.id, code)) for code in codes)
    session.flush()
    return codes


def spend(session: Session, account: Account, *, code: str) -> None:
    """Take a code of the authenticator or of the paper, each good for one time. Raises WrongCode."""
    typed = bare(code)
    factor = second_factor(session, account.id)
    if factor is None or factor.confirmed_at is None:
        raise WrongCode(field="code")
    good = _spend_step(session, factor, typed) if len(typed) == TOTP_DIGITS else _spend_paper(session, account, typed)
    if not good:
        raise WrongCode(field="code")


def _spend_step(session: Session, factor: SecondFactor, code: str) -> bool:
    step = matching_step(secret_of(factor), code, clock.now(), after=factor.last_step)
    if step is None:
        return False
    taken = session.execute(
        update(SecondFactor)
        .where(SecondFactor.id == factor.id, SecondFactor.last_step < step)
        .values(last_step=step, version=SecondFactor.version + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(getattr(taken, "rowcount", 0))


def _spend_paper(session: Session, account: Account, code: str) -> bool:
    taken = session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.digest == _digest(account.id, code), RecoveryCode.used_at.is_(None))
        .values(used_at=clock.now(), version=RecoveryCode.version + 1)
        .execution_options(synchronize_session=False)
    )
    if not getattr(taken, "rowcount", 0):
        return False
    audit.note(session, account.actor, action="account.recovery-code", subject=f"account:{account.id}")
    return True


def _digest(account_id: int, code: str) -> str:
    return lasting_digest("recovery", f"{account_id}:{bare(code)}")


def renew_recovery_codes(session: Session, actor: Actor) -> list[str]:
    """Fresh codes for the user's own paper, the older ones void. Raises NotFound without an authenticator."""
    require(actor, Permission.KEEP_OWN_ACCOUNT)
    account = session.scalar(select(Account).where(Account.id == actor.account_id))
    factor = second_factor(session, account.id) if account else None
    if account is None or factor is None or factor.confirmed_at is None:
        raise NotFound
    audit.note(session, actor, action="account.recovery-codes", subject=f"account:{account.id}")
    return new_recovery_codes(session, account)


def begin_second_factor(session: Session, actor: Actor) -> None:
    """Prepare an authenticator for the user's own account, the first one or that of a new telephone."""
    require(actor, Permission.KEEP_OWN_ACCOUNT)
    account = session.scalar(select(Account).where(Account.id == actor.account_id))
    if account is None:
        raise NotFound
    prepare(session, account)
