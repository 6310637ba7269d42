"""Actions of organisers and gate staff on visitors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts.models import SignInCard
from centre.audit import note
from centre.batches import batches
from centre.permissions import Actor, Permission, require
from centre.privacy import token_digest
from centre.scans.actions import Received, receive_scans
from centre.scans.models import ScanEvent
from centre.scans.rules import Act, GateVerdict, RollEntry, ScanBatch, ScanDraft, judge
from centre.scopes import seeing_everything
from employers.fairs.fixed import refuse_over
from employers.fairs.models import Fair
from employers.fairs.queries import fair as fair_in_sight
from employers.fairs.queries import own_fair
from employers.fairs.rules import FairOver
from matching.fairs.visitors.models import FairDoor, Visitor
from matching.fairs.visitors.queries import (
    TAKES_VISITORS,
    day_scans,
    day_truth,
    door_of,
    door_rules,
    roll,
    ticket_of_person,
    visitor_in_sight,
    visitors,
)
from matching.fairs.visitors.rules import (
    DoorDraft,
    FlagDraft,
    GateDraft,
    PlacesBelowTaken,
    TicketDraft,
    TicketSource,
    WalkInDraft,
    bare,
    register_of,
    subject_of,
)
from matching.fairs.visitors.tickets import open_door, register_visitor

MOST_SUBJECTS = 2_000
MOST_HEADS = 999
"""People whom one scan counts."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer of the gate to one code, with the number of people inside afterwards."""

    verdict: GateVerdict
    inside: int
    first_at: datetime | None = None
    first_gate: str = ""
    question: str = ""
    ban: str = ""


def set_up_door(session: Session, actor: Actor, *, fair_id: int, draft: DoorDraft) -> FairDoor:
    """Set the number of tickets, the limit inside, the gates and the question. Raises FairFixed or PlacesBelowTaken."""
    require(actor, Permission.MANAGE_FAIRS)
    fair = own_fair(session, actor, fair_id)
    refuse_over(fair)
    with seeing_everything(session):
        door = open_door(session, fair)
        if draft.places and draft.places < door.taken:
            raise PlacesBelowTaken(field="places", taken=door.taken)
        for name, value in draft.model_dump(exclude={"gates"}).items():
            setattr(door, name, value)
        door.gates = [gate for gate in dict.fromkeys(draft.gates) if gate]
        session.flush()
    note(session, actor, action="fair.door", subject=f"fair:{fair.id}")
    return door


def register_at_counter(
    session: Session, actor: Actor, *, fair_id: int, draft: TicketDraft, person_id: int | None = None
) -> Visitor:
    """Give a ticket to a visitor at the counter or at the gate. Raises TicketsClosed or TicketsGone."""
    require(actor, Permission.CHECK_IN)
    fair = own_fair(session, actor, fair_id)
    live = fair.starts_at <= clock.now()
    source = TicketSource.WALK_IN if live else TicketSource.COUNTER
    return register_visitor(session, fair_id=fair_id, draft=draft, source=source, person_id=person_id)


def flag_visitor(session: Session, actor: Actor, *, visitor_id: int, draft: FlagDraft) -> Visitor:
    """Keep a ticket out, with a reason, or let the gate ask a question first; empty values lift both.

    Raises FairFixed.
    """
    require(actor, Permission.MANAGE_FAIRS)
    visitor = visitor_in_sight(session, visitor_id)
    refuse_over(own_fair(session, actor, visitor.fair_id))
    visitor.ban, visitor.question = draft.ban, draft.question
    session.flush()
    note(session, actor, action="fair.flag", subject=f"visitor:{visitor.id}", detail={"banned": bool(draft.ban)})
    return visitor


def receive_gate_scans(session: Session, actor: Actor, *, fair_id: int, batch: ScanBatch) -> Received:
    """Record the queue of a gate, also after the fair: what happened at the door is never refused."""
    require(actor, Permission.CHECK_IN)
    fair = own_fair(session, actor, fair_id)
    return receive_scans(
        session,
        actor,
        register=register_of(fair.id),
        centre_id=fair.centre_id,
        batch=batch,
        permission=Permission.CHECK_IN,
    )


def check_code(session: Session, actor: Actor, *, fair_id: int, draft: GateDraft) -> Checked:
    """Judge one ticket or card at the gate and record the entry or exit. Raises FairOver."""
    require(actor, Permission.CHECK_IN)
    fair = own_fair(session, actor, fair_id)
    if fair.state not in TAKES_VISITORS:
        raise FairOver
    subject = _subject(session, fair, draft.code)
    before = day_truth(session, fair.id)
    entry = next((row for row in roll(session, fair.id) if row.subject == subject), None)
    scan = ScanDraft(
        counter=1,
        subject=subject,
        act=draft.act,
        wall_at=clock.now(),
        gate=draft.gate,
        heads=entry.heads if entry else 1,
    )
    verdict = GateVerdict.ADMIT
    if draft.act is Act.IN:
        door = door_rules(fair, door_of(session, fair.id))
        is_inside = before.is_inside(subject)
        verdict = judge(door, entry, at=clock.now(), inside=before.inside, is_inside=is_inside)
        verdict, scan = _let_in(verdict, scan, reason=draft.reason, asked=draft.asked)
    if verdict is not GateVerdict.ASK:
        _record(session, actor, fair, scan)
    stay = before.stays.get(subject)
    first = stay.first_in if stay and verdict is GateVerdict.REPEAT else None
    return Checked(
        verdict,
        day_truth(session, fair.id).inside,
        first.at if first else None,
        first.gate if first else "",
        entry.ask if entry else "",
        entry.ban if entry else "",
    )


def count_walk_in(session: Session, actor: Actor, *, fair_id: int, draft: WalkInDraft) -> Checked:
    """Judge people who show no ticket by the rules of the door, and count them. Raises FairOver."""
    require(actor, Permission.CHECK_IN)
    fair = own_fair(session, actor, fair_id)
    if fair.state not in TAKES_VISITORS:
        raise FairOver
    before = day_truth(session, fair.id)
    scan = ScanDraft(counter=1, act=draft.act, wall_at=clock.now(), gate=draft.gate, heads=draft.heads)
    verdict, door = GateVerdict.ADMIT, door_of(session, fair.id)
    question = door.question if door else ""
    if draft.act is Act.IN:
        group = RollEntry("", ask=question, heads=draft.heads)
        verdict = judge(door_rules(fair, door), group, at=clock.now(), inside=before.inside, is_inside=False)
        verdict, scan = _let_in(verdict, scan, reason=draft.reason, asked=draft.asked)
    if verdict is not GateVerdict.ASK:
        _record(session, actor, fair, scan)
    return Checked(verdict, day_truth(session, fair.id).inside, question=question)


def _let_in(verdict: GateVerdict, scan: ScanDraft, *, reason: str, asked: bool) -> tuple[GateVerdict, ScanDraft]:
    """The final verdict after the question is answered or staff override the rules with a reason."""
    if verdict is GateVerdict.ASK and asked:
        return GateVerdict.ADMIT, scan
    if reason and verdict not in (GateVerdict.ADMIT, GateVerdict.ASK):
        return GateVerdict.ADMIT, scan.model_copy(update={"forced": True, "reason": reason})
    if verdict not in (GateVerdict.ADMIT, GateVerdict.REPEAT):
        return verdict, scan.model_copy(update={"act": Act.TURNED_AWAY})
    return verdict, scan


def read_roll_back(
    session: Session,
    actor: Actor,
    *,
    fair_id: int,
    visitor_ids: Sequence[int],
    at: datetime,
    walk_ins: int = 0,
    gate: str = "",
) -> Received:
    """Enter the ticks of a printed roll, after a morning without any device.

    Visitors already admitted by a device or on another gate's sheet are not entered again. `walk_ins` is the count on
    this gate's sheet for the day: the same sheet twice adds nothing, a corrected one only the difference.
    """
    require(actor, Permission.CHECK_IN)
    fair = own_fair(session, actor, fair_id)
    there = {subject for subject, stay in day_truth(session, fair.id).stays.items() if stay.first_in is not None}
    wanted = visitors(fair.id).where(Visitor.id.in_(list(visitor_ids)[:MOST_SUBJECTS]))
    scans = [
        ScanDraft(
            counter=visitor.id, subject=visitor.subject, wall_at=at, gate=gate, heads=visitor.heads, reason="paper"
        )
        for visitor in session.scalars(wanted)
        if visitor.subject not in there
    ]
    received = _send(session, actor, fair, f"paper-roll-{fair.id}", scans)
    device, counted = f"paper-count-{fair.id}", 0
    for scan in day_scans(session, fair.id):
        if scan.device == device and scan.gate == gate and clock.local(scan.at).date() == clock.local(at).date():
            counted += scan.heads
    while walk_ins > counted:
        more = ScanDraft(counter=1, wall_at=at, gate=gate, heads=min(walk_ins - counted, MOST_HEADS), reason="paper")
        extra = _record(session, actor, fair, more, device=device)
        received = Received(received.sent + extra.sent, received.added + extra.added)
        counted += more.heads
    note(session, actor, action="fair.roll", subject=f"fair:{fair.id}", detail={"added": received.added})
    return received


def _subject(session: Session, fair: Fair, code: str) -> str:
    """The subject of a typed code: a ticket's own, or for a card that of its holder's ticket."""
    with seeing_everything(session):
        holder = session.scalar(
            select(SignInCard.person_id).where(
                SignInCard.token_digest == token_digest(bare(code)), SignInCard.revoked_at.is_(None)
            )
        )
    ticket = ticket_of_person(session, fair.id, holder) if holder else None
    return ticket.subject if ticket else subject_of(code)


def _record(session: Session, actor: Actor, fair: Fair, draft: ScanDraft, *, device: str = "") -> Received:
    device = device or f"desk-{actor.account_id or 0:08}"
    with seeing_everything(session):
        last = select(func.max(ScanEvent.counter)).where(
            ScanEvent.register == register_of(fair.id), ScanEvent.device == device
        )
        counter = (session.scalar(last) or 0) + 1
    return _send(session, actor, fair, device, [draft.model_copy(update={"counter": counter})])


def _send(session: Session, actor: Actor, fair: Fair, device: str, scans: list[ScanDraft]) -> Received:
    batch = ScanBatch(device=device, scans=())
    received = Received(0, 0)
    for some in batches(scans, 500) if scans else ((),):
        part = receive_scans(
            session,
            actor,
            register=register_of(fair.id),
            centre_id=fair.centre_id,
            batch=batch.model_copy(update={"scans": tuple(some)}),
            permission=Permission.CHECK_IN,
        )
        received = Received(received.sent + part.sent, received.added + part.added)
    return received


def gate_fair(session: Session, actor: Actor, *, fair_id: int) -> Fair:
    """A fair with its hall for the staff of its gates. Raises NotFound or OtherCentre."""
    require(actor, Permission.CHECK_IN)
    own_fair(session, actor, fair_id)
    return fair_in_sight(session, fair_id)
