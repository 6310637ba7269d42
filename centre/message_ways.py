"""How somebody wants to be told: by messages to the telephone or in the pages alone, and when nobody shall ring."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session

from centre import audit
from centre.drafts import Draft
from centre.errors import Invalid, NotFound, Problem
from centre.people import Person
from centre.permissions import Actor, Permission, require
from centre.senders.rules import quiet_hours_of
from centre.settings import settings
from centre.translation import N_

FEWEST_HOURS = 4
"""Hours of a day that stay open for messages; with fewer, a lot of them would never leave."""


class MessageWay(StrEnum):
    """By which way somebody's messages come; codes come to the telephone in any case (消息方式)."""

    PHONE = "phone"
    PAGES = "pages"


MESSAGE_WAY_LABELS = {
    MessageWay.PHONE: N_("发短信到手机，站内也能看"),
    MessageWay.PAGES: N_("只在站内看，不发短信"),
}


class MessageChoice(Draft):
    """The way and the quiet hours, as full hours of the day; without them the installation's hold (消息设置)."""

    way: MessageWay
    quiet_from: Annotated[int, Field(ge=0, le=23)] | None = None
    quiet_until: Annotated[int, Field(ge=0, le=23)] | None = None


def message_choice(session: Session, actor: Actor) -> Person | None:
    """The person whose messages an account may choose about; None for accounts without a telephone on file."""
    require(actor, Permission.KEEP_OWN_ACCOUNT)
    return session.get(Person, actor.person_id) if actor.person_id is not None else None


def choose_messages(session: Session, actor: Actor, *, choice: MessageChoice) -> None:
    """Keep the way and the quiet hours of the reader's messages; codes come all the same. Raises Invalid, NotFound."""
    require(actor, Permission.KEEP_OWN_ACCOUNT)
    person = message_choice(session, actor)
    if person is None:
        raise NotFound
    _check_hours(choice)
    person.pages_only = choice.way is MessageWay.PAGES
    person.quiet_from, person.quiet_until = choice.quiet_from, choice.quiet_until
    audit.note(session, actor, action="person.messages", subject=f"person:{person.id}", detail={"way": choice.way})


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
