"""Actions on talks and complaints."""

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
from matching.fairs.contacts.rules import AlreadyAnswered, AnswerDraft, ContactDraft, NotTheDay, UnknownTicket
from matching.fairs.visitors.models import Visitor
from matching.fairs.visitors.queries import ticket_by_code


def record_contact(session: Session, actor: Actor, *, booth_id: int, draft: ContactDraft) -> BoothContact:
    """Record a talk at a booth; a second outcome for the same ticket replaces the first.

    By the employer at its own booth, or by the organiser. Raises NotTheDay or UnknownTicket.
    """
    require(actor, Permission.APPLY_FOR_BOOTH)
    booth = handled_booth(session, actor, booth_id)
    if booth.fair.state not in RECORDING:
        raise NotTheDay
    visitor = _visitor(session, booth, draft.code) if draft.code else None
    opening_id = draft.opening_id if draft.opening_id in booth.opening_ids else None
    with seeing_everything(session):
        if visitor is not None and (known := _known(session, booth, visitor)) is not None:
            return _change(session, known, draft, opening_id)
        contact = BoothContact(
            fair_id=booth.fair_id,
            centre_id=booth.fair.centre_id,
            booth_id=booth.id,
            employer_id=booth.employer_id,
            visitor_id=visitor.id if visitor else None,
            person_id=visitor.person_id if visitor else None,
            opening_id=opening_id,
            outcome=draft.outcome,
        )
        try:
            with session.begin_nested():
                session.add(contact)
        except IntegrityError:  # the same ticket was scanned twice at the same moment
            known = _known(session, booth, visitor) if visitor else None
            if known is None:
                raise
            return _change(session, known, draft, opening_id)
    return contact


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


def _known(session: Session, booth: Booth, visitor: Visitor) -> BoothContact | None:
    pair = select(BoothContact).where(BoothContact.booth_id == booth.id, BoothContact.visitor_id == visitor.id)
    return session.scalar(pair)


def _change(session: Session, contact: BoothContact, draft: ContactDraft, opening_id: int | None) -> BoothContact:
    contact.outcome, contact.at = draft.outcome, clock.now()
    contact.opening_id = opening_id or contact.opening_id
    session.flush()
    return contact
