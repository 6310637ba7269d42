"""How a user receives messages: by telephone, by e-mail or only in the pages, and the personal quiet hours."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit
from centre.accounts.emails import email_of
from centre.accounts.models import Account
from centre.drafts import Draft
from centre.errors import Invalid, NotFound, Problem
from centre.people import Person
from centre.permissions import Actor, Permission, require
from centre.senders.choice import sends_mail
from centre.senders.rules import quiet_hours_of
from centre.settings import settings
from centre.translation import N_

FEWEST_HOURS = 4
"""Hours of a day that stay open for messages; with fewer, a lot of them would never leave."""


class MessageWay(StrEnum):
    """How a user's messages are delivered; codes always go to the telephone (消息方式)."""

    PHONE = "phone"
    EMAIL = "email"
    PAGES = "pages"


MESSAGE_WAY_LABELS = {
    MessageWay.PHONE: N_("发短信到手机，站内也能看"),
    MessageWay.EMAIL: N_("发邮件到邮箱，站内也能看"),
    MessageWay.PAGES: N_("只在站内看，不往外发"),
}


class MessageChoice(Draft):
    """The way and the quiet hours, as full hours of the day; without them the installation's hold (消息设置)."""

    way: MessageWay
    quiet_from: Annotated[int, Field(ge=0, le=23)] | None = None
    quiet_until: Annotated[int, Field(ge=0, le=23)] | None = None


@dataclass(frozen=True, slots=True)
class MessageWays:
    """A user's choice and the available options (消息方式); the e-mail address is masked."""

    way: MessageWay
    quiet_from: int | None
    quiet_until: int | None
    ways: tuple[MessageWay, ...]
    email: str
    may_mail: bool


def message_ways(session: Session, actor: Actor) -> MessageWays:
    """How the actor's messages come. Raises NotFound for actors without an account."""
    require(actor, Permission.KEEP_OWN_ACCOUNT)
    account, person = own_records(session, actor)
    email = email_of(account)
    ways = [way for way, offered in ((MessageWay.PHONE, person), (MessageWay.EMAIL, email)) if offered]
    if account.by_email:
        way = MessageWay.EMAIL
    else:
        way = MessageWay.PHONE if person is not None and not person.pages_only else MessageWay.PAGES
    return MessageWays(
        way=way,
        quiet_from=person.quiet_from if person is not None else None,
        quiet_until=person.quiet_until if person is not None else None,
        ways=(*ways, MessageWay.PAGES),
        email=f"{email[:2]}…@{email.partition('@')[2]}" if email else "",
        may_mail=sends_mail(),
    )


def choose_messages(session: Session, actor: Actor, *, choice: MessageChoice) -> None:
    """Keep the way and the quiet hours of the reader's messages; codes come all the same. Raises Invalid, NotFound."""
    require(actor, Permission.KEEP_OWN_ACCOUNT)
    account, person = own_records(session, actor)
    if choice.way not in message_ways(session, actor).ways:
        raise Invalid([Problem("way", "way-missing", N_("先登记并验证手机或邮箱，才能选这一种"))])
    account.by_email = choice.way is MessageWay.EMAIL
    if person is not None:
        _check_hours(choice)
        person.pages_only = choice.way is MessageWay.PAGES
        person.quiet_from, person.quiet_until = choice.quiet_from, choice.quiet_until
    subject = f"person:{person.id}" if person is not None else f"account:{account.id}"
    audit.note(session, actor, action="person.messages", subject=subject, detail={"way": choice.way})


def own_records(session: Session, actor: Actor) -> tuple[Account, Person | None]:
    """The records that hold the actor's choice. Raises NotFound for actors without an account."""
    require(actor, Permission.KEEP_OWN_ACCOUNT)
    account = session.scalar(select(Account).where(Account.id == actor.account_id))
    if account is None:
        raise NotFound
    return account, session.get(Person, actor.person_id) if actor.person_id is not None else None


def _check_hours(choice: MessageChoice) -> None:
    own = (choice.quiet_from, choice.quiet_until)
    if own == (None, None):
        return
    if choice.quiet_from is None or choice.quiet_until is None:
        field = "quiet_from" if choice.quiet_from is None else "quiet_until"
        raise Invalid([Problem(field, "quiet-hours", N_("开始和结束的时间要一起选"))])
    silent = quiet_hours_of((choice.quiet_from, choice.quiet_until)) | quiet_hours_of(settings().quiet)
    if len(silent) > 24 - FEWEST_HOURS:
        raise Invalid([Problem("quiet_until", "quiet-too-long", N_("免打扰的时间太长，消息就发不出去了"))])
