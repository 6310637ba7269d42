"""Interviews end with their booth and with the ticket: nobody waits at a table for somebody who does not come."""

from sqlalchemy.orm import Session

from centre.events import subscribe
from centre.messages import send
from centre.messages.employers import BOOTH_INTERVIEWS
from centre.messages.jobseekers import FAIR_INTERVIEW_OFF
from centre.scopes import seeing_everything
from employers.companies.messages import tell_employer
from employers.fairs.facts import BoothGone
from employers.fairs.models import Fair
from matching.fairs.interviews.models import BookedInterview
from matching.fairs.interviews.queries import booked, interview_day, interview_of
from matching.fairs.interviews.rules import Interview
from matching.fairs.visitors.facts import TicketReturned
from matching.fairs.visitors.tickets import spoken


@subscribe(BoothGone)
def end_interviews(session: Session, fact: BoothGone) -> None:
    """Take the booth's interviews out of the timetable and tell those to whom they had been released."""
    with seeing_everything(session):
        day = interview_day(session, fact.fair_id)
        if day is None:
            return
        fair = session.get_one(Fair, fact.fair_id)
        released = {Interview(*cell) for cell in day.released}
        rows = session.scalars(booked(fair.id).where(BookedInterview.booth_id == fact.booth_id)).all()
        gone = {interview_of(row) for row in rows}
        for row in rows:
            if row.person_id is not None and interview_of(row) in released:
                send(
                    session,
                    FAIR_INTERVIEW_OFF.of(fair=fair.name, employer=row.booth.employer.name),
                    to_person_id=row.person_id,
                    link=f"/tickets/{spoken(row.visitor.code)}",
                    dedupe_key=f"interview-off:{day.id}:{day.revision}:{row.id}",
                    expires_at=fair.ends_at,
                )
            session.delete(row)
        day.released = [[cell.seeker, cell.panel, cell.slot] for cell in sorted(released - gone)]
        session.flush()


@subscribe(TicketReturned)
def end_interviews_of_ticket(session: Session, fact: TicketReturned) -> None:
    """Take the holder's interviews out of the timetable; an employer to whom one had been released hears of it."""
    with seeing_everything(session):
        day = interview_day(session, fact.fair_id)
        if day is None:
            return
        fair = session.get_one(Fair, fact.fair_id)
        released = {Interview(*cell) for cell in day.released}
        rows = session.scalars(booked(fair.id).where(BookedInterview.visitor_id == fact.visitor_id)).all()
        for row in rows:
            if interview_of(row) in released:
                tell_employer(
                    session,
                    row.employer_id,
                    BOOTH_INTERVIEWS.of(fair=fair.name, count=1),
                    link=f"/employer/booths/{row.booth_id}/interviews",
                    dedupe_key=f"interview-returned:{day.id}:{day.revision}:{row.id}",
                )
            session.delete(row)
        gone = {interview_of(row) for row in rows}
        day.released = [[cell.seeker, cell.panel, cell.slot] for cell in sorted(released - gone)]
        session.flush()
