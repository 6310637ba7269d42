"""Write a message of the register into the outbox, in the words that are in force."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from centre import clock
from centre.messages.overlay import written
from centre.messages.wording import Filled
from centre.outbox import post, post_all


def send(
    session: Session,
    message: Filled,
    *,
    dedupe_key: str,
    link: str = "",
    to_person_id: int | None = None,
    to_account_id: int | None = None,
    to_phone: str | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Put a message into the outbox; what it is addressed to and when it ends is as in `centre.outbox.post`."""
    text = written(message, clock.today())
    post(
        session,
        kind=message.wording.kind,
        title=text.title,
        body=text.body,
        dedupe_key=dedupe_key,
        link=link,
        to_person_id=to_person_id,
        to_account_id=to_account_id,
        to_phone=to_phone,
        expires_at=expires_at,
    )


def send_all(session: Session, messages: Sequence[tuple[Filled, Mapping[str, Any]]]) -> None:
    """Put many messages into the outbox at once, each with its columns; their keys must be unused."""
    today = clock.today()
    rows = []
    for message, columns in messages:
        text = written(message, today)
        rows.append({"kind": message.wording.kind, "title": text.title, "body": text.body, **columns})
    post_all(session, rows)
