"""Requesting interviews: any holder of a ticket may, without an account."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from centre import clock
from centre.scopes import seeing_everything
from matching.fairs.interviews.drafts import GuestDraft, InterviewsStarted
from matching.fairs.interviews.models import InterviewGuest
from matching.fairs.interviews.queries import guest_of, open_booths
from matching.fairs.visitors.queries import ticket_by_code


def ask_for_interviews(session: Session, *, code: str, draft: GuestDraft) -> InterviewGuest:
    """Keep with whom the holder of a ticket wants to talk; an empty list withdraws. Raises InterviewsStarted."""
    visitor = ticket_by_code(session, code)
    if visitor.fair.starts_at <= clock.now():
        raise InterviewsStarted
    with seeing_everything(session):
        there = {booth.id for booth in session.scalars(open_booths(visitor.fair_id))}
        guest = guest_of(session, visitor.id)
        if guest is None:
            guest = InterviewGuest(
                fair_id=visitor.fair_id,
                centre_id=visitor.centre_id,
                visitor_id=visitor.id,
                person_id=visitor.person_id,
            )
            try:
                with session.begin_nested():
                    session.add(guest)
            except IntegrityError:  # the same ticket asked at the same moment
                guest = guest_of(session, visitor.id)
                if guest is None:
                    raise
        guest.booth_ids = [booth_id for booth_id in dict.fromkeys(draft.booth_ids) if booth_id in there]
        guest.from_slot = min(draft.from_slot, draft.until_slot)
        guest.until_slot = max(draft.from_slot, draft.until_slot)
        session.flush()
    return guest
