"""Interviews end with their booth, their ticket and their hour, so that nobody waits in vain."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, delete
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
from matching.fairs.interviews.queries import PANELS_APART, interview_day, slot_now, slots_of
from matching.fairs.interviews.released import Appointment, appointments, keep_released, released_plan
from matching.fairs.interviews.rules import Interview
from matching.fairs.visitors.facts import TicketReturned
from matching.fairs.visitors.tickets import spoken

Teller = Callable[[Session, Fair, InterviewDay, Appointment], None]


@subscribe(BoothGone)
def end_interviews(session: Session, fact: BoothGone) -> None:
    """Take the booth's interviews out of the timetable and tell those to whom they had been released."""
    of_booth = BookedInterview.booth_id == fact.booth_id
    _end(session, fact.fair_id, of_booth, lambda meeting: meeting.booth.id == fact.booth_id, _tell_seeker)


@subscribe(BoothMoved)
def lead_to_booth(session: Session, fact: BoothMoved) -> None:
    """Notify people with a released interview at the booth of its new place."""
    day, fair = interview_day(session, fact.fair_id), session.get_one(Fair, fact.fair_id)
    for meeting in appointments(session, day, booth_id=fact.booth_id):
        person_id, booth = meeting.visitor.person_id, meeting.booth
        if day is not None and person_id is not None and meeting.slot >= slot_now(fair, day, clock.now()):
            send(
                session,
                fact.message,
                to_person_id=person_id,
                link=f"/tickets/{spoken(meeting.visitor.code)}",
                dedupe_key=f"booth-moved:{booth.id}:{booth.version}:{fair.version}:{person_id}",
                expires_at=fair.ends_at,
            )


@subscribe(TicketReturned)
def end_interviews_of_ticket(session: Session, fact: TicketReturned) -> None:
    """Take the holder's interviews out of the timetable; an employer to whom one had been released hears of it."""
    of_ticket = BookedInterview.visitor_id == fact.visitor_id
    _end(session, fact.fair_id, of_ticket, lambda meeting: meeting.visitor.id == fact.visitor_id, _tell_employer)


@subscribe(FairMoved)
def end_late_interviews(session: Session, fact: FairMoved) -> None:
    """Take out what lies behind the end of a fair that was made shorter; both sides of a released interview hear of it.

    Slots count from the start of the fair, so that a fair that is moved as a whole takes its interviews along.
    """
    with seeing_everything(session):
        day, fair = interview_day(session, fact.fair_id), session.get_one(Fair, fact.fair_id)
    if day is not None and fair.state is not FairState.CANCELLED:
        end = slots_of(fair, day)
        late = BookedInterview.slot >= end
        _end(session, fair.id, late, lambda meeting: meeting.slot >= end, _tell_seeker_of_the_end, _tell_employer)


def _end(
    session: Session,
    fair_id: int,
    planned: ColumnElement[bool],
    concerned: Callable[[Appointment], bool],
    *tellers: Teller,
) -> None:
    """End interviews in the plan and in the last release, which may differ while a new plan is being made."""
    with seeing_everything(session):
        day = interview_day(session, fair_id)
        if day is None:
            return
        fair = session.get_one(Fair, fair_id)
        session.execute(delete(BookedInterview).where(BookedInterview.fair_id == fair_id, planned))
        ended = [meeting for meeting in appointments(session, day) if concerned(meeting)]
        if ended:
            keep_released(day, released_plan(day) - {_cell(meeting) for meeting in ended})
        for meeting in ended:
            for tell in tellers:
                tell(session, fair, day, meeting)
        session.flush()


def _cell(meeting: Appointment) -> Interview:
    return Interview(meeting.visitor.id, meeting.booth.id * PANELS_APART + meeting.panel, meeting.slot)


def _tell_seeker(session: Session, fair: Fair, day: InterviewDay, meeting: Appointment) -> None:
    message = FAIR_INTERVIEW_OFF.of(fair=fair.name, employer=meeting.booth.employer.name)
    _tell_holder(session, fair, day, meeting, message)


def _tell_seeker_of_the_end(session: Session, fair: Fair, day: InterviewDay, meeting: Appointment) -> None:
    message = FAIR_INTERVIEW_LATE.of(fair=fair.name, employer=meeting.booth.employer.name)
    _tell_holder(session, fair, day, meeting, message)


def _tell_holder(session: Session, fair: Fair, day: InterviewDay, meeting: Appointment, message: Filled) -> None:
    if meeting.visitor.person_id is not None:
        send(
            session,
            message,
            to_person_id=meeting.visitor.person_id,
            link=f"/tickets/{spoken(meeting.visitor.code)}",
            dedupe_key=f"interview-off:{day.id}:{day.revision}:{meeting.visitor.id}:{meeting.booth.id}",
            expires_at=fair.ends_at,
        )


def _tell_employer(session: Session, fair: Fair, day: InterviewDay, meeting: Appointment) -> None:
    tell_employer(
        session,
        meeting.booth.employer_id,
        BOOTH_INTERVIEWS.of(fair=fair.name, count=1),
        link=f"/employer/booths/{meeting.booth.id}/interviews",
        dedupe_key=f"interview-returned:{day.id}:{day.revision}:{meeting.visitor.id}:{meeting.booth.id}",
    )
