"""Actions on interviews: propose, answer, withdraw; the other side is notified."""

from datetime import datetime

from sqlalchemy.orm import Session

from centre import clock
from centre.messages import Filled, send
from centre.messages.employers import INTERVIEW_ACCEPTED, INTERVIEW_DECLINED
from centre.messages.jobseekers import INTERVIEW_PROPOSED, INTERVIEW_WITHDRAWN
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_, SOURCE_LOCALE
from employers.companies.messages import tell_employer
from matching.interviews.models import Interview
from matching.interviews.queries import ARRANGEABLE, interview_in_sight, living_interview
from matching.interviews.rules import INTERVIEW, InterviewDraft, InterviewPast, NoInterview, when
from matching.introductions.links import answer_path
from matching.introductions.queries import introduction_in_sight


def propose_interview(session: Session, actor: Actor, *, introduction_id: int, draft: InterviewDraft) -> Interview:
    """Propose an interview to a worker with a letter; a proposal that still stands is replaced.

    Raises NoInterview, InterviewPast or NotFound.
    """
    require(actor, Permission.RECORD_RESULT)
    introduction = introduction_in_sight(session, introduction_id)
    if introduction.state not in ARRANGEABLE or introduction.flag:
        raise NoInterview
    starts_at = datetime.combine(draft.on, draft.at, clock.SHANGHAI)
    if starts_at <= clock.now():
        raise InterviewPast(field="on")
    with seeing_everything(session):
        earlier = living_interview(session, introduction_id)
        if earlier is not None:
            move(session, actor, earlier, INTERVIEW, "withdraw", reason=N_("换了时间"))
            session.flush()
        interview = Interview(
            introduction_id=introduction.id,
            centre_id=introduction.centre_id,
            person_id=introduction.person_id,
            employer_id=introduction.employer_id,
            starts_at=starts_at,
            place=draft.place or introduction.opening.address,
            note=draft.note,
            is_demo=introduction.is_demo,
        )
        interview.introduction = introduction
        session.add(interview)
        session.flush()
        message = INTERVIEW_PROPOSED.of(
            title=introduction.opening.title,
            employer=introduction.opening.recruiter(SOURCE_LOCALE),
            when=_when(interview),
            place=interview.place or introduction.opening.title,
        )
        _tell_worker(session, interview, message)
    return interview


def answer_interview(session: Session, actor: Actor, *, interview_id: int, accepts: bool) -> Interview:
    """The worker says whether the time suits, or a clerk for them. Raises IllegalMove, NoInterview or NotFound."""
    require(actor, Permission.INTRODUCE)
    interview = interview_in_sight(session, interview_id)
    if interview.introduction.state not in ARRANGEABLE:
        raise NoInterview
    if accepts and interview.starts_at <= clock.now():
        raise InterviewPast
    move(session, actor, interview, INTERVIEW, "accept" if accepts else "decline")
    interview.answered_at = clock.now()
    introduction = interview.introduction
    wording = INTERVIEW_ACCEPTED if accepts else INTERVIEW_DECLINED
    tell_employer(
        session,
        interview.employer_id,
        wording.of(name=introduction.worker_name, title=introduction.opening.title, when=_when(interview)),
        link=answer_path(introduction),
        dedupe_key=f"interview-answer:{interview.id}:{'yes' if accepts else 'no'}",
    )
    return interview


def withdraw_interview(session: Session, actor: Actor, *, interview_id: int) -> Interview:
    """Cancel an appointment; the worker is notified. Raises IllegalMove or NotFound."""
    require(actor, Permission.RECORD_RESULT)
    interview = interview_in_sight(session, interview_id)
    move(session, actor, interview, INTERVIEW, "withdraw")
    with seeing_everything(session):
        session.flush()
        message = INTERVIEW_WITHDRAWN.of(title=interview.introduction.opening.title, when=_when(interview))
        _tell_worker(session, interview, message)
    return interview


def _when(interview: Interview) -> str:
    local = clock.local(interview.starts_at)
    return when(local.date(), local.time())


def _tell_worker(session: Session, interview: Interview, message: Filled) -> None:
    send(
        session,
        message,
        to_person_id=interview.person_id,
        link=f"/me/introductions/{interview.introduction_id}",
        dedupe_key=f"{message.wording.name}:{interview.id}",
        expires_at=interview.starts_at,
    )
