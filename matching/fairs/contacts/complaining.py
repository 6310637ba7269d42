"""Complaints at a fair: everybody may complain, without a name."""

from sqlalchemy.orm import Session

from centre import clock
from centre.messages.office import FAIR_COMPLAINT
from centre.scopes import seeing_everything
from employers.fairs.organisers import tell_organisers
from employers.fairs.queries import fair as fair_in_sight
from matching.fairs.contacts.models import FairComplaint
from matching.fairs.contacts.rules import ComplaintDraft, NotTheDay


def complain(session: Session, *, fair_id: int, draft: ComplaintDraft) -> FairComplaint:
    """Record a complaint and tell the organisers, from the day of the fair on. Raises NotTheDay."""
    fair = fair_in_sight(session, fair_id)
    if clock.today() < clock.local(fair.starts_at).date():
        raise NotTheDay
    with seeing_everything(session):
        complaint = FairComplaint(fair_id=fair.id, centre_id=fair.centre_id, **draft.model_dump())
        session.add(complaint)
        session.flush()
        message = FAIR_COMPLAINT.of(fair=fair.name)
        tell_organisers(session, fair, message, key=f"fair-complaint:{complaint.id}", part="/today#complaints")
    return complaint
