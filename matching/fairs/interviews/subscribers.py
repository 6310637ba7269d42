"""Interviews end with their booth, their ticket and their hour: nobody waits for somebody who does not come."""

from collections.abc import Callable

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from centre import clock
from centre.events import subscribe
from centre.messages import Filled, send
from centre.messages.employers import BOOTH_INTERVIEWS
from centre.messages.jobseekers import FAIR_INTERVIEW_LATE, FAIR_INTERVIEW_OFF
from centre.scopes import seeing_everything
from employers.companies.messages import tell_employer
from employers.fairs.facts import BoothGone, BoothMoved, FairMoved
from employers.fairs.models import Fair
from employers.fairs.rules import FairState
from matching.fairs.interviews.models import BookedInterview, InterviewDay
from matching.fairs.interviews.queries import booked, interview_day, interview_of, slot_now, slots_of
from matching.fairs.interviews.rules import Interview
from matching.fairs.visitors.facts import TicketReturned
from matching.fairs.visitors.tickets import spoken

Teller = Callable[[Session, Fair, InterviewDay, BookedInterview], None]


@subscribe(BoothGone)
def end_interviews(session: Session, fact: BoothGone) -> None:
    """Take the booth's interviews out of the timetable and tell those to whom they had been released."""
    _end(session, fact.fair_id, BookedInterview.booth_id == fact.booth_id, _tell_seeker)


@subscribe(BoothMoved)
def lead_to_booth(session: Session, fact: BoothMoved) -> None:
    """Tell those who have a released interview at the booth where it is now; nobody else looks for it."""
    with seeing_everything(session):
        day, fair = interview_day(session, fact.fair_id), session.get_one(Fair, fact.fair_id)
        if day is None:
            return
        released = {Interview(*cell) for cell in day.released}
        for row in session.scalars(booked(fair.id).where(BookedInterview.booth_id == fact.booth_id)).all():
            is_ahead = row.slot >= slot_now(fair, day, clock.now())
            if row.person_id is not None and is_ahead and interview_of(row) in released:
                send(
                    session,
                    fact.message,
                    to_person_id=row.person_id,
                    link=f"/tickets/{spoken(row.visitor.code)}",
                    dedupe_key=f"booth-moved:{row.booth_id}:{row.booth.version}:{fair.version}:{row.person_id}",
                    expires_at=fair.ends_at,
                )


@subscribe(TicketReturned)
def end_interviews_of_ticket(session: Session, fact: TicketReturned) -> None:
    """Take the holder's interviews out of the timetable; an employer to whom one had been released hears of it."""
    _end(session, fact.fair_id, BookedInterview.visitor_id == fact.visitor_id, _tell_employer)


@subscribe(FairMoved)
def end_late_interviews(session: Session, fact: FairMoved) -> None:
    """Take out what lies behind the end of a fair that was made shorter; both sides of a released interview hear of it.

    Slots count from the start of the fair, so that a fair that is moved as a whole takes its interviews along.
    """
    with seeing_everything(session):
        day, fair = interview_day(session, fact.fair_id), session.get_one(Fair, fact.fair_id)
    if day is not None and fair.state is not FairState.CANCELLED:
        _end(session, fair.id, BookedInterview.slot >= slots_of(fair, day), _tell_seeker_of_the_end, _tell_employer)


def _end(session: Session, fair_id: int, which: ColumnElement[bool], *tellers: Teller) -> None:
    with seeing_everything(session):
        day = interview_day(session, fair_id)
        if day is None:
            return
        fair = session.get_one(Fair, fair_id)
        released = {Interview(*cell) for cell in day.released}
        rows = session.scalars(booked(fair.id).where(which)).all()
        gone = {interview_of(row) for row in rows}
        for row in rows:
            if interview_of(row) in released:
                for tell in tellers:
                    tell(session, fair, day, row)
            session.delete(row)
        day.released = [[cell.seeker, cell.panel, cell.slot] for cell in sorted(released - gone)]
        session.flush()


def _tell_seeker(session: Session, fair: Fair, day: InterviewDay, row: BookedInterview) -> None:
    _tell_holder(session, fair, day, row, FAIR_INTERVIEW_OFF.of(fair=fair.name, employer=row.booth.employer.name))


def _tell_seeker_of_the_end(session: Session, fair: Fair, day: InterviewDay, row: BookedInterview) -> None:
    _tell_holder(session, fair, day, row, FAIR_INTERVIEW_LATE.of(fair=fair.name, employer=row.booth.employer.name))


def _tell_holder(session: Session, fair: Fair, day: InterviewDay, row: BookedInterview, message: Filled) -> None:
    if row.person_id is not None:
        send(
            session,
            message,
            to_person_id=row.person_id,
            link=f"/tickets/{spoken(row.visitor.code)}",
            dedupe_key=f"interview-off:{day.id}:{day.revision}:{row.id}",
            expires_at=fair.ends_at,
        )


def _tell_employer(session: Session, fair: Fair, day: InterviewDay, row: BookedInterview) -> None:
    tell_employer(
        session,
        row.employer_id,
        BOOTH_INTERVIEWS.of(fair=fair.name, count=1),
        link=f"/employer/booths/{row.booth_id}/interviews",
        dedupe_key=f"interview-returned:{day.id}:{day.revision}:{row.id}",
    )
