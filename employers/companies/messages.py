"""Messages to employers: one to each account of the company."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from centre.outbox import post
from centre.scopes import seeing_everything
from centre.translation import SOURCE_LOCALE, translate
from employers.companies.queries import account_ids


def tell_employer(
    session: Session,
    employer_id: int,
    *,
    kind: str,
    title: str,
    dedupe_key: str,
    body: str = "",
    link: str = "",
    params: Mapping[str, object] | None = None,
) -> int:
    """Queue a message to every account of an employer; returns the number of recipients.

    `title` and `body` are messages of the catalogues with their `params`; words that somebody wrote go into `params`.
    """
    accounts = account_ids(session, employer_id)
    with seeing_everything(session):
        for account_id in accounts:
            post(
                session,
                kind=kind,
                title=translate(SOURCE_LOCALE, title, **(params or {}))[:200],
                body=translate(SOURCE_LOCALE, body, **(params or {}))[:2000],
                link=link,
                to_account_id=account_id,
                dedupe_key=f"{dedupe_key}:{account_id}",
            )
    return len(accounts)
