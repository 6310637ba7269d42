"""Visitors of fairs: tickets without an account, the roll of a gate, and the scans of its devices."""

from datetime import datetime
from typing import Annotated

from fastapi import Path

from api.dependencies import PUBLIC, Routes, Unit
from api.security import caller_of
from api.wire import Wire
from centre import clock
from centre.drafts import BIGGEST_ID
from centre.errors import NotFound
from centre.limits import Limit, spend_all
from centre.permissions import Permission
from centre.scans.queries import last_scan_id
from centre.scans.rules import ScanBatch
from employers.fairs.queries import fair as fair_in_sight
from matching.fairs.contacts import actions as recording
from matching.fairs.contacts.rules import TalkBatch
from matching.fairs.visitors import actions
from matching.fairs.visitors.queries import card_aliases, day_truth, door_of, door_rules, roll
from matching.fairs.visitors.rules import TicketDraft, TicketSource, register_of
from matching.fairs.visitors.tickets import HOUR, TICKETS_AN_HOUR, register_visitor, spoken

routes = Routes(prefix="/fairs", tags=["visitors"])

FairId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
BoothId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class TicketOut(Wire):
    """A ticket: its code is the proof of possession."""

    code: str
    heads: int


class DoorOut(Wire):
    """The rules of a gate; no capacity means no limit. `ask` is asked of everybody, also of those without a ticket."""

    capacity: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    ask: str = ""


class EntryOut(Wire):
    """One code on the roll: a digest of it, why it is banned, what to ask first."""

    subject: str
    from_at: datetime | None
    until_at: datetime | None
    ban: str
    ask: str
    heads: int


class GateRollOut(Wire):
    """Everything a gate needs to decide without network. Names are not in it."""

    server_at: datetime
    door: DoorOut
    entries: list[EntryOut]
    aliases: dict[str, str]
    inside: int
    entered: int
    inside_subjects: list[str]


class ReceivedOut(Wire):
    """The answer to a queue: how many scans came and how many of them are new, and the service's time."""

    sent: int
    added: int
    server_at: datetime


class ReceivedTalksOut(Wire):
    """The result of a queue of talks: sent, new or changed, and those with a ticket unknown at this fair."""

    sent: int
    kept: int
    unknown: int
    server_at: datetime


class HeadCount(Wire):
    """People inside and people who came in, for the wall of the hall; `revision` changes with every scan."""

    inside: int
    entered: int
    limit: int | None
    revision: int
    at: datetime


def count_registration(unit: Unit, **_: object) -> None:
    """Count a registration against its network address, before the transaction begins. Raises TooMany."""
    spend_all(Limit(("ticket", caller_of(unit.request).host), TICKETS_AN_HOUR, HOUR))


@routes.post("/{fair_id}/visitors", allow=PUBLIC, status_code=201, before=count_registration)
def register(unit: Unit, fair_id: FairId, draft: TicketDraft) -> TicketOut:
    """Get a ticket to a fair, without an account; with one, the same ticket again."""
    person_id = unit.actor.person_id
    source = TicketSource.ACCOUNT if person_id else TicketSource.ONLINE
    visitor = register_visitor(unit.session, fair_id=fair_id, draft=draft, source=source, person_id=person_id)
    return TicketOut(code=spoken(visitor.code), heads=visitor.heads)


@routes.get("/{fair_id}/roll", allow=Permission.CHECK_IN)
def gate_roll(unit: Unit, fair_id: FairId) -> GateRollOut:
    """Get the roll of a fair's gates, to be kept on the device."""
    fair = actions.gate_fair(unit.session, unit.actor, fair_id=fair_id)
    day, door = day_truth(unit.session, fair_id), door_of(unit.session, fair_id)
    return GateRollOut(
        server_at=clock.now(),
        door=DoorOut.model_validate(door_rules(fair, door)).model_copy(update={"ask": door.question if door else ""}),
        entries=[EntryOut.model_validate(entry) for entry in roll(unit.session, fair_id)],
        aliases=card_aliases(unit.session, fair_id),
        inside=day.inside,
        entered=day.entered,
        inside_subjects=[subject for subject, stay in day.stays.items() if stay.inside],
    )


@routes.post("/{fair_id}/scans", allow=Permission.CHECK_IN)
def receive_scans(unit: Unit, fair_id: FairId, batch: ScanBatch) -> ReceivedOut:
    """Send the queue of a gate; scans that are known already change nothing."""
    received = actions.receive_gate_scans(unit.session, unit.actor, fair_id=fair_id, batch=batch)
    return ReceivedOut(sent=received.sent, added=received.added, server_at=clock.now())


@routes.post("/booths/{booth_id}/talks", allow=Permission.APPLY_FOR_BOOTH)
def receive_talks(unit: Unit, booth_id: BoothId, batch: TalkBatch) -> ReceivedTalksOut:
    """Send the talks of a device at a booth; talks that are known already change nothing."""
    received = recording.receive_talks(unit.session, unit.actor, booth_id=booth_id, batch=batch)
    return ReceivedTalksOut(sent=received.sent, kept=received.kept, unknown=received.unknown, server_at=clock.now())


@routes.get("/{fair_id}/headcount", allow=PUBLIC)
def headcount(unit: Unit, fair_id: FairId) -> HeadCount:
    """Get the head count of a fair that is open to the public."""
    fair = fair_in_sight(unit.session, fair_id)
    if not fair.open_to_public:
        raise NotFound
    day = day_truth(unit.session, fair_id)
    return HeadCount(
        inside=day.inside,
        entered=day.entered,
        limit=door_rules(fair, door_of(unit.session, fair_id)).capacity,
        revision=last_scan_id(unit.session, register_of(fair_id)),
        at=clock.now(),
    )
