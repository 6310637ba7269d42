"""Empty the outbox: claim, send, note; each message at least once, under one key, by one process at a time.

The note that a message has left is written after the receiver took it. A process killed in between leaves a claim
that runs out, and the message goes once more under the same key.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts.emails import email_of
from centre.accounts.models import Account
from centre.database import open_session
from centre.errors import TooMany
from centre.installation import sign
from centre.limits import spend
from centre.outbox import Delivery, Message
from centre.people import Person
from centre.permissions import Actor
from centre.privacy import lasting_digest
from centre.senders.choice import open_sender, sends_mail
from centre.senders.outgoing import Outage, Outgoing, Refused, Sender, Trouble
from centre.senders.queries import due_messages
from centre.senders.rules import MOST_AGE, MOST_ATTEMPTS, URGENT, next_morning, pause_after, quiet_until, text_of
from centre.settings import settings

LOT = 20
LEASE = timedelta(minutes=10)
"""Longer than a lot can take: every message of it may wait for the sender's time limit."""

BUDGET_SECONDS = 50.0
SYSTEM = Actor.system()
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process may send, with the telephone it goes to (认领的消息)."""

    id: int
    kind: str
    attempts: int
    is_late: bool
    quiet_until: datetime | None
    outgoing: Outgoing


def drain_outbox(budget_seconds: float = BUDGET_SECONDS) -> int:
    """Send what is due until nothing is, the receiver is away, or the time is up; returns how many left.

    Without a sender nothing happens. Raises NotConfigured, and DBAPIError when the database does not answer.
    """
    if not settings().sender:
        return 0
    sent, until = 0, time.monotonic() + budget_seconds
    with open_sender() as sender:
        while time.monotonic() < until and (lot := claim_lot()):
            for place, claimed in enumerate(lot):
                try:
                    sent += deliver(sender, claimed)
                except Outage:
                    release(lot[place + 1 :])
                    return sent
    return sent


def claim_lot() -> list[Claimed]:
    """Take messages for this process, each by one conditional update; what another process took is left out."""
    now = clock.now()
    is_quiet = quiet_until(clock.local(now), settings().quiet) is not None
    with open_session(SYSTEM.scope, write=True) as session:
        due = due_messages(now).limit(LOT)
        if is_quiet:
            due = due.where(Message.kind.in_(URGENT))
        lot = [message for message in session.scalars(due).all() if _claim(session, message.id, now)]
        return [_claimed(session, message, now) for message in lot]


def deliver(sender: Sender, claimed: Claimed) -> bool:
    """Send one claimed message and note what became of it; returns whether it left. Raises Outage after noting it."""
    if claimed.is_late:
        return _settle(claimed, delivery=Delivery.EXPIRED, address_sealed=None)
    if not claimed.outgoing.address:
        return _settle(claimed, delivery=Delivery.INBOX, address_sealed=None)
    if claimed.quiet_until is not None:
        return _settle(claimed, due_at=claimed.quiet_until)
    if _is_one_too_many(claimed):
        return _settle(claimed, due_at=next_morning(clock.local(clock.now()), settings().quiet))
    try:
        sender.send(claimed.outgoing)
    except Refused as refused:
        return _settle(claimed, delivery=Delivery.DEAD, attempts=claimed.attempts + 1, last_error=str(refused)[:200])
    except Trouble as trouble:
        _postpone(claimed, str(trouble))
        if isinstance(trouble, Outage):
            raise
        return False
    _settle(claimed, delivery=Delivery.SENT, sent_at=clock.now(), address_sealed=None, last_error="")
    return True


def release(lot: Sequence[Claimed]) -> None:
    """Give back what was claimed and not tried."""
    for claimed in lot:
        _settle(claimed)


def message_key(dedupe_key: str) -> str:
    """The deduplication key that a receiver sees; it reveals nothing about the kind of message."""
    return lasting_digest("message", dedupe_key)[:32]


def _claim(session: Session, message_id: int, now: datetime) -> bool:
    free = Message.claimed_until.is_(None) | (Message.claimed_until < now)
    taken = session.execute(
        update(Message)
        .where(Message.id == message_id, Message.delivery == Delivery.WAITING, free)
        .values(claimed_until=now + LEASE, version=Message.version + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(getattr(taken, "rowcount", 0))


def _claimed(session: Session, message: Message, now: datetime) -> Claimed:
    address = f"{settings().public_url.rstrip('/')}{message.link}" if settings().public_url and message.link else ""
    text = text_of(message.kind, message.title, message.body, sign=sign().name, address=address)
    person, account = _addressee(session, message)
    outgoing = Outgoing(message_key(message.dedupe_key), _address(message, person, account), message.title, text)
    too_old = message.attempts == 0 and now - message.due_at > MOST_AGE
    is_late = too_old or (message.expires_at is not None and message.expires_at < now)
    rings = message.kind not in URGENT and not outgoing.is_mail
    quiet_until = _own_quiet(person, now) if rings and person is not None else None
    return Claimed(message.id, message.kind, message.attempts, is_late, quiet_until, outgoing)


def _addressee(session: Session, message: Message) -> tuple[Person | None, Account | None]:
    """Who chose how and when a message comes: the person and the account; neither for a bare telephone."""
    if message.account_id is not None:
        account = session.get(Account, message.account_id)
    else:
        mailed = select(Account).where(Account.person_id == message.person_id, Account.by_email)
        account = session.scalar(mailed.order_by(Account.id).limit(1)) if message.person_id is not None else None
    person_id = message.person_id or (account.person_id if account is not None else None)
    return session.get(Person, person_id) if person_id else None, account


def _address(message: Message, person: Person | None, account: Account | None) -> str:
    """Where a message goes, empty when it stays in the pages. A code goes wherever it was asked to."""
    if message.kind not in URGENT:
        if account is not None and account.by_email and not account.disabled and sends_mail():
            return email_of(account)
        if person is not None and person.pages_only:
            return ""
    if message.address_sealed is not None:
        return message.address
    return person.phone if person is not None and person.wrapped_key else ""


def _own_quiet(person: Person, now: datetime) -> datetime | None:
    if person.quiet_from is None or person.quiet_until is None:
        return None
    return quiet_until(clock.local(now), (person.quiet_from, person.quiet_until))


def _is_one_too_many(claimed: Claimed) -> bool:
    """Whether the telephone has had its messages of the day; a second try of one message is not counted again."""
    if claimed.kind in URGENT or claimed.attempts:
        return False
    try:
        spend("messages", claimed.outgoing.address, limit=settings().messages_a_day, window=DAY)
    except TooMany:
        return True
    return False


def _postpone(claimed: Claimed, fault: str) -> None:
    attempts = claimed.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        _settle(claimed, delivery=Delivery.DEAD, attempts=attempts, last_error=fault[:200])
    else:
        due_at = clock.now() + pause_after(attempts)
        _settle(claimed, attempts=attempts, due_at=due_at, last_error=fault[:200])


def _settle(claimed: Claimed, **values: Any) -> bool:
    """Write what became of a message and give up the claim; always False, for the callers that did not send."""
    with open_session(SYSTEM.scope, write=True) as session:
        session.execute(
            update(Message)
            .where(Message.id == claimed.id, Message.delivery == Delivery.WAITING)
            .values(claimed_until=None, version=Message.version + 1, **values)
            .execution_options(synchronize_session=False)
        )
    return False
