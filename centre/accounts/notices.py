"""Notices to an owner whose credential has been replaced by another person (账号提醒)."""

from sqlalchemy.orm import Session

from centre import clock
from centre.accounts.models import Account
from centre.messages import Filled, send


def tell_owner(session: Session, account: Account, message: Filled) -> None:
    """Leave a message in the account's inbox: an owner who did not request the change sees it at the next sign-in."""
    send(
        session,
        message,
        to_account_id=account.id,
        link="/account",
        dedupe_key=f"{message.wording.name}:{account.id}:{clock.now().isoformat()}",
    )
