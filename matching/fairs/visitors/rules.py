"""Tickets of a fair and the rules of its door. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from hashlib import sha256
from typing import Annotated

from pydantic import Field

from centre.drafts import Draft, Line
from centre.errors import Conflict
from centre.scans.rules import Act, Scan
from centre.translation import N_

MOST_PLACES = 1_000_000
SUBJECT_LENGTH = 32


class TicketSource(StrEnum):
    """How a visitor came by a ticket (报名方式)."""

    ONLINE = "online"
    ACCOUNT = "account"
    COUNTER = "counter"
    WALK_IN = "walk_in"
    ROLL = "roll"


SOURCE_LABELS = {
    TicketSource.ONLINE: N_("网上报名"),
    TicketSource.ACCOUNT: N_("登录后报名"),
    TicketSource.COUNTER: N_("窗口代报"),
    TicketSource.WALK_IN: N_("现场到门口"),
    TicketSource.ROLL: N_("纸质名单补录"),
}


class TicketDraft(Draft):
    """What a visitor writes to get a ticket: nothing is obligatory (入场登记)."""

    name: Annotated[Line, Field(max_length=50)] = ""
    heads: Annotated[int, Field(ge=1, le=20)] = 1


class DoorDraft(Draft):
    """The door of a fair as its organiser sets it (入场设置)."""

    places: Annotated[int, Field(ge=0, le=MOST_PLACES)] = 0
    inside_limit: Annotated[int, Field(ge=1, le=MOST_PLACES)] | None = None
    early_minutes: Annotated[int, Field(ge=0, le=600)] = 30
    question: Line = ""
    gates: Annotated[tuple[Annotated[Line, Field(max_length=40)], ...], Field(max_length=20)] = ()


class FlagDraft(Draft):
    """A ticket that is refused, or that the gate must check first (拦下或询问)."""

    ban: Line = ""
    question: Line = ""


class GateDraft(Draft):
    """One code at a gate; a reason lets it in against the rules, `asked` says that the question was answered (扫码)."""

    code: Line = ""
    act: Act = Act.IN
    gate: Annotated[Line, Field(max_length=40)] = ""
    reason: Line = ""
    asked: bool = False


class WalkInDraft(Draft):
    """People at a gate who show no ticket; a reason and `asked` as for a code (没有票的人)."""

    heads: Annotated[int, Field(ge=1, le=999)] = 1
    act: Act = Act.IN
    gate: Annotated[Line, Field(max_length=40)] = ""
    reason: Line = ""
    asked: bool = False


class TicketsGone(Conflict):
    """All tickets of the fair are taken."""

    code = "tickets-gone"
    message = N_("{places} 个名额都报满了。当天有空位时也可以直接到门口进场")


class TicketsClosed(Conflict):
    """The fair takes no registrations of visitors now."""

    code = "tickets-closed"
    message = N_("这场招聘会现在不能报名入场")


class PlacesBelowTaken(Conflict):
    """The new number of tickets is below the number already given out."""

    code = "places-below-taken"
    message = N_("已经发出 {taken} 个名额，不能少于这个数")


def bare(typed: str) -> str:
    """A code as it was typed or scanned, without spaces, dashes and NUL, which no text column takes."""
    return re.sub(r"[\s\x00-]", "", typed).upper()


def subject_of(code: str) -> str:
    """The name of a code on rolls and in scans: a digest, so that a lost device gives away no ticket.

    It is the beginning of the digest under which service cards are stored, so a card is recognised as well.
    """
    return sha256(bare(code).encode()).hexdigest()[:SUBJECT_LENGTH]


def register_of(fair_id: int) -> str:
    """The register of scans of a fair."""
    return f"fair:{fair_id}"


def recognised(scans: Iterable[Scan], aliases: Mapping[str, str]) -> list[Scan]:
    """Scans with each card replaced by the ticket of its holder: a person with both enters once."""
    return [replace(scan, subject=aliases[scan.subject]) if scan.subject in aliases else scan for scan in scans]
