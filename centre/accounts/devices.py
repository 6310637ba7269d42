"""Devices on which a user has signed in before: a stranger's wrong guesses do not lock them out (熟悉的设备).

Only the browser stores the mark. It is not a credential: it only gives the device its own limit of attempts. It
expires when the password changes, so a device that used an old password is unknown again.
"""

import secrets
from datetime import timedelta
from hmac import compare_digest

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.accounts.models import Account
from centre.privacy import lasting_digest

MARK_LASTS = timedelta(days=365)


def device_mark(account: Account) -> str:
    """A new device token for a browser in which an account has just signed in."""
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{_seal(nonce, account.id, account.password_hash)}"


def known_device(session: Session, login: str, mark: str) -> str:
    """The name of a device that an account came in from before, for its own counters; empty for all others.

    `login` is the name as it is kept. Known and unknown names take the same work.
    """
    row = session.execute(select(Account.id, Account.password_hash).where(Account.login == login)).first()
    nonce, _, given = mark.partition(".")
    sealed = _seal(nonce, *(row or (0, "")))
    return nonce if row is not None and compare_digest(sealed.encode(), given.encode(errors="replace")) else ""


def _seal(nonce: str, account_id: int, password_hash: str) -> str:
    return lasting_digest("device", f"{nonce}:{account_id}:{password_hash}")
