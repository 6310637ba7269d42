"""Messages to employers: one to each account of the company."""

from sqlalchemy.orm import Session

from centre.messages import Filled, send
from centre.scopes import seeing_everything
from employers.companies.queries import account_ids


def tell_employer(session: Session, employer_id: int, message: Filled, *, dedupe_key: str, link: str = "") -> int:
    """Queue a message to every account of an employer; returns the number of recipients."""
    accounts = account_ids(session, employer_id)
    with seeing_everything(session):
        for account_id in accounts:
            send(session, message, link=link, to_account_id=account_id, dedupe_key=f"{dedupe_key}:{account_id}")
    return len(accounts)
