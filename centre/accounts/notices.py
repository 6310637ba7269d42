"""What an owner is told when somebody else replaces a credential (账号提醒)."""

from sqlalchemy.orm import Session

from centre import clock
from centre.accounts.models import Account
from centre.messages import Filled, send


def tell_owner(session: Session, account: Account, message: Filled) -> None:
    """Leave a message in the account's inbox: whoever did not ask for the change learns of it at the next sign-in."""
    send(
        session,
        message,
        to_account_id=account.id,
        link="/account",
        dedupe_key=f"{message.wording.name}:{account.id}:{clock.now().isoformat()}",
    )
