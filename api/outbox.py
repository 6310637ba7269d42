"""Messages that leave: how many wait, which were given up and why, and putting them back."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import Field

from api.dependencies import Routes, Unit
from api.paging import Cursor, page_of
from api.wire import Wire
from centre.drafts import Draft, RecordId
from centre.outbox import Delivery
from centre.permissions import Permission
from centre.scopes import seeing_everything
from centre.senders.actions import put_back
from centre.senders.queries import DeadLetter, delivery_counts, given_up
from centre.settings import settings

routes = Routes(prefix="/outbox", tags=["outbox"])

ALLOW = Permission.MANAGE_OUTBOX


class DeliveriesOut(Wire):
    """The sender in force, empty when messages stay in the pages, and how many messages are in each state."""

    sender: str
    counts: dict[Delivery, int]


class DeadLetterOut(Wire):
    """A message that was given up, without a word of what it says or to whom."""

    id: int
    kind: str
    created_at: datetime
    attempts: int
    last_error: str


class DeadLettersOut(Wire):
    """A page of messages that were given up."""

    items: list[DeadLetterOut]
    next_cursor: str


class ChosenLetters(Draft):
    """Which dead letters to try again; none named means all of them (重新发送)."""

    message_ids: Annotated[list[RecordId], Field(max_length=1000)] = Field(default=[])


class PutBackOut(Wire):
    """How many messages wait again."""

    count: int


@routes.get("", allow=ALLOW)
def read(unit: Unit) -> DeliveriesOut:
    """Count the messages by what became of them."""
    with seeing_everything(unit.session):
        counts = delivery_counts(unit.session)
    return DeliveriesOut(sender=settings().sender, counts={state: counts.get(state, 0) for state in Delivery})


@routes.get("/dead", allow=ALLOW)
def list_dead(unit: Unit, limit: Annotated[int, Query(ge=1, le=100)] = 20, cursor: Cursor = "") -> DeadLettersOut:
    """List the messages that were given up, the newest first."""
    with seeing_everything(unit.session):
        part = page_of(unit, given_up(), limit=limit, cursor=cursor)
    items = [DeadLetterOut.model_validate(DeadLetter(*row)) for row in part.rows]
    return DeadLettersOut(items=items, next_cursor=part.next_cursor)


@routes.post("/retry", allow=ALLOW)
def retry(unit: Unit, chosen: ChosenLetters) -> PutBackOut:
    """Try messages that were given up again, under the same keys."""
    return PutBackOut(count=put_back(unit.session, unit.actor, message_ids=chosen.message_ids))
