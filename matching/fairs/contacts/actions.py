"""Actions on talks and complaints."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from centre import clock
from centre.audit import note
from centre.errors import NotFound
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from employers.fairs.models import Booth
from employers.fairs.queries import handled_booth, own_fair
from matching.fairs.contacts.models import BoothContact, FairComplaint
from matching.fairs.contacts.queries import RECORDING, complaint_in_sight
from matching.fairs.contacts.rules import (
    AlreadyAnswered,
    AnswerDraft,
    ContactDraft,
    NotTheDay,
    Outcome,
    TalkBatch,
    UnknownTicket,
)
from matching.fairs.visitors.models import Visitor
from matching.fairs.visitors.queries import card_aliases, ticket_by_code, visitors


@dataclass(frozen=True, slots=True)
class ReceivedTalks:
    """The result of an upload: talks sent, talks new or changed, and talks with an unknown ticket."""

    sent: int
    kept: int
    unknown: int


def record_contact(session: Session, actor: Actor, *, booth_id: int, draft: ContactDraft) -> BoothContact:
    """Record a talk at a booth; a second outcome for the same ticket replaces the first.

    By the employer at its own booth, or by the organiser. Raises NotTheDay or UnknownTicket.
    """
    require(actor, Permission.APPLY_FOR_BOOTH)
    booth = _open_booth(session, actor, booth_id)
    visitor = _visitor(session, booth, draft.code) if draft.code else None
    opening_id = draft.opening_id if draft.opening_id in booth.opening_ids else None
    contact, _ = _keep(session, booth, visitor, outcome=draft.outcome, opening_id=opening_id, at=clock.now())
    return contact


def receive_talks(session: Session, actor: Actor, *, booth_id: int, batch: TalkBatch) -> ReceivedTalks:
    """Record the queue of a device at a booth; what is there already is left alone, so that sending twice is harmless.

    Of two outcomes for one ticket the later one counts, whenever each arrives. A talk whose ticket is unknown at this
    fair counts as one without a ticket: it took place. Raises NotTheDay.
    """
    require(actor, Permission.APPLY_FOR_BOOTH)
    booth = _open_booth(session, actor, booth_id)
    with seeing_everything(session):
        holders = {visitor.subject: visitor for visitor in session.scalars(visitors(booth.fair_id))}
    aliases, now = card_aliases(session, booth.fair_id), clock.now()
    kept = unknown = 0
    for talk in sorted(batch.scans, key=lambda talk: (talk.at, talk.counter)):
        visitor = holders.get(aliases.get(talk.subject, talk.subject))
        unknown += bool(talk.subject) and visitor is None
        sent_as = None if visitor else f"{batch.device}:{talk.counter}:{talk.digest}"
        _, is_new = _keep(session, booth, visitor, outcome=talk.outcome, at=min(talk.at, now), sent_as=sent_as)
        kept += is_new
    return ReceivedTalks(len(batch.scans), kept, unknown)


def answer_complaint(session: Session, actor: Actor, *, complaint_id: int, draft: AnswerDraft) -> FairComplaint:
    """Write down what was done about a complaint. Raises AlreadyAnswered, NotFound or OtherCentre."""
    require(actor, Permission.MANAGE_FAIRS)
    complaint = complaint_in_sight(session, complaint_id)
    own_fair(session, actor, complaint.fair_id)
    if complaint.handled_at is not None:
        raise AlreadyAnswered(field="answer", answer=complaint.answer)
    complaint.answer, complaint.handled_at = draft.answer, clock.now()
    session.flush()
    note(session, actor, action="fair.complaint", subject=f"complaint:{complaint.id}")
    return complaint


def _visitor(session: Session, booth: Booth, code: str) -> Visitor:
    try:
        visitor = ticket_by_code(session, code)
    except NotFound:
        raise UnknownTicket(field="code") from None
    if visitor.fair_id != booth.fair_id:
        raise UnknownTicket(field="code")
    return visitor


def _open_booth(session: Session, actor: Actor, booth_id: int) -> Booth:
    booth = handled_booth(session, actor, booth_id)
    if booth.fair.state not in RECORDING:
        raise NotTheDay
    return booth


def _keep(
    session: Session,
    booth: Booth,
    visitor: Visitor | None,
    *,
    outcome: Outcome,
    at: datetime,
    opening_id: int | None = None,
    sent_as: str | None = None,
) -> tuple[BoothContact, bool]:
    """The talk, and whether anything was written."""
    contact = BoothContact(
        fair_id=booth.fair_id,
        centre_id=booth.fair.centre_id,
        booth_id=booth.id,
        employer_id=booth.employer_id,
        visitor_id=visitor.id if visitor else None,
        person_id=visitor.person_id if visitor else None,
        opening_id=opening_id,
        outcome=outcome,
        at=at,
        sent_as=sent_as,
    )
    with seeing_everything(session):
        if (known := _known(session, contact)) is not None:
            return known, _change(session, known, contact)
        try:
            with session.begin_nested():
                session.add(contact)
        except IntegrityError:  # the same talk was sent twice at the same moment
            if (known := _known(session, contact)) is None:
                raise
            return known, _change(session, known, contact)
    return contact, True


def _known(session: Session, contact: BoothContact) -> BoothContact | None:
    at_booth = select(BoothContact).where(BoothContact.booth_id == contact.booth_id)
    if contact.visitor_id is not None:
        return session.scalar(at_booth.where(BoothContact.visitor_id == contact.visitor_id))
    return session.scalar(at_booth.where(BoothContact.sent_as == contact.sent_as)) if contact.sent_as else None


def _change(session: Session, known: BoothContact, newer: BoothContact) -> bool:
    if newer.visitor_id is None or newer.at < known.at or (newer.at, newer.outcome) == (known.at, known.outcome):
        return False
    known.outcome, known.at = newer.outcome, newer.at
    known.opening_id = newer.opening_id or known.opening_id
    session.flush()
    return True
