"""Queries on visitors."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from centre.accounts.models import SignInCard
from centre.errors import NotFound
from centre.privacy import token_digest
from centre.scans.queries import scans_of
from centre.scans.rules import Door, GateTruth, RollEntry, Scan, truth
from centre.scopes import seeing_everything
from employers.fairs.models import Fair
from employers.fairs.rules import ANNOUNCED, FairMode, FairState
from matching.fairs.visitors.models import FairDoor, Visitor
from matching.fairs.visitors.rules import SUBJECT_LENGTH, bare, recognised, register_of

TAKES_VISITORS = (*ANNOUNCED, FairState.LIVE)


def takes_visitors(fair: Fair) -> bool:
    """Whether people may register for a fair: announced or live, open to the public, with a hall to come to."""
    return fair.state in TAKES_VISITORS and fair.open_to_public and fair.mode is not FairMode.ONLINE


def door_of(session: Session, fair_id: int) -> FairDoor | None:
    """The admission settings of a fair in any scope, if set."""
    with seeing_everything(session):
        return session.scalar(select(FairDoor).where(FairDoor.fair_id == fair_id))


def visitors(fair_id: int) -> Select[Visitor]:
    """The tickets of a fair in the order of registration, cancelled ones left out."""
    return select(Visitor).where(Visitor.fair_id == fair_id, Visitor.cancelled_at.is_(None)).order_by(Visitor.id)


def ticket_by_code(session: Session, code: str) -> Visitor:
    """The ticket with a code, with its fair: the code is the proof of possession. Raises NotFound."""
    sought = bare(code)
    if not sought.isalnum():
        # No ticket has such a code, and PostgreSQL refuses a NUL where SQLite just finds nothing.
        raise NotFound
    with seeing_everything(session):
        visitor = session.scalar(
            select(Visitor)
            .where(Visitor.code == sought[:16], Visitor.cancelled_at.is_(None))
            .options(joinedload(Visitor.fair, innerjoin=True).joinedload(Fair.venue))
        )
    if visitor is None:
        raise NotFound
    return visitor


def ticket_of_person(session: Session, fair_id: int, person_id: int) -> Visitor | None:
    """A person's ticket to a fair."""
    with seeing_everything(session):
        return session.scalar(visitors(fair_id).where(Visitor.person_id == person_id))


def holder_of_code(session: Session, fair: Fair, code: str) -> int | None:
    """The person behind a ticket to a fair or a service card; None if the ticket has no account.

    Raises NotFound when the code is neither.
    """
    try:
        visitor = ticket_by_code(session, code)
    except NotFound:
        with seeing_everything(session):
            digest = token_digest(bare(code))
            card = select(SignInCard.person_id).where(
                SignInCard.token_digest == digest, SignInCard.revoked_at.is_(None)
            )
            holder = session.scalar(card)
        if holder is None:
            raise
        return holder
    if visitor.fair_id != fair.id:
        raise NotFound
    return visitor.person_id


def tickets_of_person(person_id: int) -> Select[Visitor]:
    """A person's tickets with their fairs, the next one first."""
    return (
        select(Visitor)
        .join(Fair, Fair.id == Visitor.fair_id)
        .where(Visitor.person_id == person_id, Visitor.cancelled_at.is_(None))
        .order_by(Fair.starts_at, Visitor.id)
        .options(joinedload(Visitor.fair, innerjoin=True).joinedload(Fair.venue))
    )


def visitor_in_sight(session: Session, visitor_id: int) -> Visitor:
    """A ticket that the session may see. Raises NotFound."""
    visitor = session.scalar(select(Visitor).where(Visitor.id == visitor_id))
    if visitor is None:
        raise NotFound
    return visitor


def card_aliases(session: Session, fair_id: int) -> dict[str, str]:
    """The subjects of living service cards of registered visitors, with the subject of their ticket."""
    cards = (
        select(SignInCard.token_digest, Visitor.subject)
        .join(Visitor, Visitor.person_id == SignInCard.person_id)
        .where(Visitor.fair_id == fair_id, Visitor.cancelled_at.is_(None), SignInCard.revoked_at.is_(None))
    )
    with seeing_everything(session):
        return {digest[:SUBJECT_LENGTH]: subject for digest, subject in session.execute(cards.order_by(SignInCard.id))}


def door_rules(fair: Fair, door: FairDoor | None) -> Door:
    """The rules of a fair's door: its own limit or the hall's, and the hours of the fair with some minutes before."""
    limit = door.inside_limit if door and door.inside_limit else fair.venue.visitor_limit if fair.venue else None
    early = timedelta(minutes=door.early_minutes if door else 30)
    return Door(limit, fair.starts_at - early, fair.ends_at)


def roll(session: Session, fair_id: int) -> list[RollEntry]:
    """Every code that opens the door of a fair: tickets, and cards of registered visitors, without any name."""
    with seeing_everything(session):
        door = session.scalar(select(FairDoor).where(FairDoor.fair_id == fair_id))
        rows = session.execute(
            visitors(fair_id).with_only_columns(Visitor.subject, Visitor.ban, Visitor.question, Visitor.heads)
        ).all()
    question = door.question if door else ""
    entries = {
        subject: RollEntry(subject, ban=ban, ask=own or question, heads=heads) for subject, ban, own, heads in rows
    }
    return list(entries.values())


def day_scans(session: Session, fair_id: int) -> list[Scan]:
    """The scans of a fair, each card as the ticket of its holder."""
    return recognised(scans_of(session, register_of(fair_id)), card_aliases(session, fair_id))


def day_truth(session: Session, fair_id: int) -> GateTruth:
    """Who came to a fair and who is inside."""
    return truth(day_scans(session, fair_id))


def came(session: Session, fair_id: int) -> Sequence[Visitor]:
    """The registered visitors who came in, in the order of registration; in the reader's scope."""
    inside = [subject for subject, stay in day_truth(session, fair_id).stays.items() if stay.first_in is not None]
    present = set(inside)
    return [visitor for visitor in session.scalars(visitors(fair_id)) if visitor.subject in present]


def named_strangers(ended_before: datetime) -> Select[Visitor]:
    """Tickets without an account that still have a name, of fairs that ended before an instant."""
    return (
        select(Visitor)
        .join(Fair, Fair.id == Visitor.fair_id)
        .where(Visitor.person_id.is_(None), Visitor.worker_name != "", Fair.ends_at < ended_before)
        .order_by(Visitor.id)
    )
