"""All accounts of a partner organisation: closed at once, with a reason, when the partnership ends."""

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.accounts.models import Account, ApiToken, SignIn
from centre.messages import Filled, send
from centre.permissions import Actor
from centre.scopes import seeing_everything


def close_accounts(
    session: Session,
    actor: Actor,
    *,
    provider_id: int | None = None,
    employer_id: int | None = None,
    for_good: bool = False,
) -> int:
    """End every session and token of an organisation at once; returns how many accounts it has.

    With `for_good` the accounts are disabled as well; without it their holders may sign in again. Callers have checked
    that the actor may decide about the organisation.
    """
    with seeing_everything(session):
        session.flush()
        ids = list(session.scalars(select(Account.id).where(_of(provider_id, employer_id)).order_by(Account.id)))
        if not ids:
            return 0
        session.execute(delete(SignIn).where(SignIn.account_id.in_(ids)))
        tokens = list(session.scalars(select(ApiToken.account_id).where(ApiToken.account_id.in_(ids))))
        session.execute(
            update(ApiToken)
            .where(ApiToken.account_id.in_(ids), ApiToken.revoked_at.is_(None))
            .values(revoked_at=clock.now(), version=ApiToken.version + 1)
        )
        disabled = ids if for_good else tokens
        session.execute(
            update(Account).where(Account.id.in_(disabled)).values(disabled=True, version=Account.version + 1)
        )
    for account_id in ids:
        audit.note(session, actor, action="account.close", subject=f"account:{account_id}")
    return len(ids)


def tell_accounts(
    session: Session,
    message: Filled,
    *,
    dedupe_key: str,
    provider_id: int | None = None,
    employer_id: int | None = None,
) -> None:
    """Send a message to the users of an organisation; its programs, which use tokens, read no messages."""
    with seeing_everything(session):
        programs = select(ApiToken.account_id)
        people = select(Account.id).where(_of(provider_id, employer_id), Account.id.not_in(programs))
        for account_id in session.scalars(people.order_by(Account.id)).all():
            send(session, message, to_account_id=account_id, dedupe_key=f"{dedupe_key}:{account_id}")
        session.flush()


def _of(provider_id: int | None, employer_id: int | None) -> ColumnElement[bool]:
    if (provider_id is None) == (employer_id is None):
        raise ValueError("either a school or an employer")
    return Account.provider_id == provider_id if provider_id is not None else Account.employer_id == employer_id
