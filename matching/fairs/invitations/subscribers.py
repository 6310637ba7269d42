"""Whoever was invited to a fair learns that it is moved or cancelled; an erased person leaves no invitation."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from centre.events import subscribe
from centre.records.rules import PersonErased
from centre.scopes import seeing_everything
from employers.fairs.models import Fair
from employers.fairs.rules import FairMoved
from matching.fairs.invitations.models import FairInvitation
from matching.fairs.invitations.queries import invited_people
from matching.fairs.visitors.subscribers import tell_people


@subscribe(FairMoved)
def tell_invited(session: Session, fact: FairMoved) -> None:
    """Write to everybody who was invited; who holds a ticket as well gets one message."""
    with seeing_everything(session):
        fair = session.get_one(Fair, fact.fair_id)
    tell_people(session, fact, fair, sorted(invited_people(session, fair.id)))


@subscribe(PersonErased)
def forget_invitations(session: Session, fact: PersonErased) -> None:
    """Delete the invitations of an erased person."""
    session.execute(delete(FairInvitation).where(FairInvitation.person_id == fact.person_id))
