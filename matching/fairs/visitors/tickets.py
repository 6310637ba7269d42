"""Registering for a fair without an account: a ticket is a code that requires no sign-in."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts.rules import new_words
from centre.counters import give_back, take_some
from centre.events import publish
from centre.messages import send
from centre.messages.jobseekers import FAIR_TICKET
from centre.scopes import seeing_everything
from employers.fairs.models import Fair
from employers.fairs.queries import fair as fair_in_sight
from employers.fairs.queries import span
from matching.fairs.visitors.facts import TicketReturned
from matching.fairs.visitors.models import FairDoor, Visitor
from matching.fairs.visitors.queries import takes_visitors, ticket_by_code, ticket_of_person
from matching.fairs.visitors.rules import (
    TicketDraft,
    TicketsClosed,
    TicketsGone,
    TicketSource,
    bare,
    subject_of,
)

HOUR = timedelta(hours=1)
TICKETS_AN_HOUR = 300
"""Tickets from one network address; a whole township may register in one hall."""

CODE_GROUPS = 2
"""Eight letters and digits, forty bits: a ticket cannot be guessed at a gate, and people can read it out."""


def register_visitor(
    session: Session, *, fair_id: int, draft: TicketDraft, source: TicketSource, person_id: int | None = None
) -> Visitor:
    """Give out a ticket; a person with an account has one ticket and gets the same again.

    Open to everybody, as a fair is: the rows belong to the fair's centre in any case. Raises TicketsClosed or
    TicketsGone.
    """
    fair = fair_in_sight(session, fair_id)
    if not takes_visitors(fair):
        raise TicketsClosed
    if person_id is not None and (known := ticket_of_person(session, fair_id, person_id)) is not None:
        return known
    with seeing_everything(session):
        door = open_door(session, fair)
        if not take_some(session, FairDoor, door.id, draft.heads, limit="places_or_more"):
            raise TicketsGone(places=door.places)
        code = bare(new_words(CODE_GROUPS))
        visitor = Visitor(
            fair_id=fair.id,
            centre_id=fair.centre_id,
            person_id=person_id,
            code=code,
            subject=subject_of(code),
            worker_name=draft.name,
            heads=draft.heads,
            source=source,
        )
        try:
            with session.begin_nested():
                session.add(visitor)
        except IntegrityError:  # the same person registered at the same moment
            give_back(session, FairDoor, door.id, count=draft.heads)
            if person_id is None or (known := ticket_of_person(session, fair_id, person_id)) is None:
                raise
            return known
    if person_id is not None:
        _send_ticket(session, fair, visitor)
    return visitor


def give_ticket_back(session: Session, *, code: str) -> Visitor:
    """Cancel a ticket, as its holder; the place goes to the next visitor. Raises NotFound."""
    visitor = ticket_by_code(session, code)
    with seeing_everything(session):
        door = open_door(session, visitor.fair)
        visitor.cancelled_at = clock.now()
        visitor.person_id = None  # so that the same person may register again
        session.flush()
        give_back(session, FairDoor, door.id, count=visitor.heads)
        publish(session, TicketReturned(visitor.id, visitor.fair_id))
    return visitor


def open_door(session: Session, fair: Fair) -> FairDoor:
    """The door of a fair, made at the first use; the caller sees everything."""
    wanted = select(FairDoor).where(FairDoor.fair_id == fair.id)
    door = session.scalar(wanted)
    if door is None:
        try:
            with session.begin_nested():
                session.add(FairDoor(fair_id=fair.id, centre_id=fair.centre_id, gates=[]))
        except IntegrityError:  # a concurrent request was first
            pass
        door = session.scalars(wanted).one()
    return door


def spoken(code: str) -> str:
    """A code in groups of four, for people."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _send_ticket(session: Session, fair: Fair, visitor: Visitor) -> None:
    send(
        session,
        FAIR_TICKET.of(fair=fair.name, when=span(fair), code=spoken(visitor.code)),
        link=f"/tickets/{spoken(visitor.code)}",
        to_person_id=visitor.person_id,
        dedupe_key=f"ticket:{visitor.id}",
        expires_at=fair.ends_at,
    )
