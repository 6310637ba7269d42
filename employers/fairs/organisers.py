"""Messages to the organisers of a fair: the accounts of its centre that organise fairs."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.accounts import Account
from centre.messages import Filled, send
from centre.permissions import Role
from employers.fairs.models import Fair


def tell_organisers(session: Session, fair: Fair, message: Filled, *, key: str, part: str = "") -> None:
    """Write to every organiser of the fair's centre, once for each `key`; `part` leads to a page below the fair's."""
    accounts = select(Account).where(Account.centre_id == fair.centre_id, Account.disabled.is_(False))
    for account in session.scalars(accounts.order_by(Account.id)):
        if Role.ORGANISER in account.roles:
            send(
                session,
                message,
                link=f"/organiser/fairs/{fair.id}{part}",
                to_account_id=account.id,
                dedupe_key=f"{key}:{account.id}",
            )
