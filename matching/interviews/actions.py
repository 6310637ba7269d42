"""Actions on interviews: propose, answer, withdraw; whoever waits for the answer is told."""

from datetime import datetime

from sqlalchemy.orm import Session

from centre import clock
from centre.outbox import post
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_, SOURCE_LOCALE, translate
from employers.companies.messages import tell_employer
from matching.interviews.models import Interview
from matching.interviews.queries import ARRANGEABLE, interview_in_sight, living_interview
from matching.interviews.rules import INTERVIEW, InterviewDraft, InterviewPast, NoInterview, when
from matching.introductions.links import answer_path
from matching.introductions.models import Introduction
from matching.introductions.queries import introduction_in_sight

PROPOSED_TITLE = N_("约您面试：{title}")
PROPOSED_BODY = N_("{employer} 约您 {when} 面试，地点 {place}。请点开答复去不去，不用交任何费用。")
WITHDRAWN_TITLE = N_("面试取消了：{title}")
WITHDRAWN_BODY = N_("原定 {when} 的面试取消了，先不要去。推荐信照常有效，有新时间再告诉您。")
ACCEPTED_TITLE = N_("{name} 答应来面试")
DECLINED_TITLE = N_("{name} 这个时间来不了")
ANSWERED_BODY = N_("岗位：{title}，时间：{when}。")


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
        _tell_worker(session, interview, "interview", PROPOSED_TITLE, PROPOSED_BODY)
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
    tell_employer(
        session,
        interview.employer_id,
        kind="interview-answer",
        title=ACCEPTED_TITLE if accepts else DECLINED_TITLE,
        body=ANSWERED_BODY,
        link=answer_path(introduction),
        dedupe_key=f"interview-answer:{interview.id}:{'yes' if accepts else 'no'}",
        params={"name": introduction.worker_name, "title": introduction.opening.title, "when": _when(interview)},
    )
    return interview


def withdraw_interview(session: Session, actor: Actor, *, interview_id: int) -> Interview:
    """Cancel an appointment; the worker is told not to go. Raises IllegalMove or NotFound."""
    require(actor, Permission.RECORD_RESULT)
    interview = interview_in_sight(session, interview_id)
    move(session, actor, interview, INTERVIEW, "withdraw")
    with seeing_everything(session):
        session.flush()
        _tell_worker(session, interview, "interview-withdrawn", WITHDRAWN_TITLE, WITHDRAWN_BODY)
    return interview


def _when(interview: Interview) -> str:
    local = clock.local(interview.starts_at)
    return when(local.date(), local.time())


def _tell_worker(session: Session, interview: Interview, kind: str, title: str, body: str) -> None:
    introduction: Introduction = interview.introduction
    params = {
        "title": introduction.opening.title,
        "employer": introduction.opening.employer.name,
        "when": _when(interview),
        "place": interview.place or introduction.opening.title,
    }
    post(
        session,
        kind=kind,
        to_person_id=interview.person_id,
        title=translate(SOURCE_LOCALE, title, **params)[:200],
        body=translate(SOURCE_LOCALE, body, **params)[:2000],
        link=f"/me/introductions/{interview.introduction_id}",
        dedupe_key=f"{kind}:{interview.id}",
        expires_at=interview.starts_at,
    )
