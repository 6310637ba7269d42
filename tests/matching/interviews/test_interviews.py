"""Interviews: proposed, answered, reminded; and the worker's story of an introduction."""

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.errors import Forbidden, NotFound
from centre.outbox import Message
from centre.permissions import Actor
from matching.interviews.actions import answer_interview, propose_interview, withdraw_interview
from matching.interviews.models import Interview
from matching.interviews.queries import interviews_of
from matching.interviews.rules import InterviewDraft, InterviewPast, InterviewState, NoInterview
from matching.interviews.timeline import NextAction, StepState, Timeline, timeline_of
from matching.introductions import actions
from matching.introductions.models import Placement
from matching.introductions.queries import introduction_in_sight
from matching.introductions.rules import IntroductionResultDraft, Recommendation, Result
from matching.weekly.jobs import remind_interviews
from tests.matching import world
from tests.matching.world import Town

SYSTEM = Actor.system()
BOSS = "南通海门织彩(虚构)"
DRAFT = InterviewDraft(on=world.TODAY + timedelta(days=2), at=time(9, 30), place="二号门")


def asked(town: Town, *, agreed: bool = True) -> int:
    """An introduction of W1 to the spinning mill."""
    with open_session(SYSTEM.scope, write=True) as session:
        person_id = world.add_worker(session, town).id
    clerk = town.clerk()
    draft = Recommendation(person_id=person_id, opening_id=town.openings["spin"], agreed=agreed)
    with open_session(clerk.scope, write=True) as session:
        return actions.recommend_worker(session, clerk, draft=draft).id


def propose(town: Town, introduction_id: int, draft: InterviewDraft = DRAFT) -> int:
    boss = town.boss(BOSS)
    with open_session(boss.scope, write=True) as session:
        return propose_interview(session, boss, introduction_id=introduction_id, draft=draft).id


def answer(town: Town, interview_id: int, *, accepts: bool) -> None:
    worker = town.worker("王秀兰")
    with open_session(worker.scope, write=True) as session:
        answer_interview(session, worker, interview_id=interview_id, accepts=accepts)


def story(introduction_id: int) -> Timeline:
    with open_session(SYSTEM.scope) as session:
        appointments = interviews_of(session, introduction_id)
        placement = session.scalar(select(Placement).where(Placement.introduction_id == introduction_id))
        introduction = introduction_in_sight(session, introduction_id)
        return timeline_of(introduction, appointments[0] if appointments else None, placement)


def kinds() -> list[str]:
    with open_session(SYSTEM.scope) as session:
        return list(session.scalars(select(Message.kind).where(Message.person_id.is_not(None)).order_by(Message.id)))


def test_a_proposal_is_answered_and_reminded_once(any_town: Town) -> None:
    number = asked(any_town)
    assert story(number).action is NextAction.TAKE_LETTER
    interview = propose(any_town, number)
    assert story(number).action is NextAction.ANSWER_INTERVIEW
    answer(any_town, interview, accepts=True)
    assert story(number).action is NextAction.GO_TO_INTERVIEW
    with clock.frozen(world.MONDAY + timedelta(days=1, hours=12)):
        for _ in range(2):
            with open_session(SYSTEM.scope, write=True) as session:
                remind_interviews(session)
    assert kinds() == ["letter", "interview", "interview-reminder"]


def test_a_new_time_replaces_the_old_proposal_and_a_cancelled_one_is_told(any_town: Town) -> None:
    number = asked(any_town)
    propose(any_town, number)
    second = propose(any_town, number, DRAFT.model_copy(update={"at": time(14)}))
    boss = any_town.boss(BOSS)
    with open_session(boss.scope, write=True) as session:
        withdraw_interview(session, boss, interview_id=second)
    with open_session(SYSTEM.scope) as session:
        assert {row.state for row in session.scalars(select(Interview))} == {InterviewState.WITHDRAWN}
    assert kinds() == ["letter", "interview", "interview", "interview-withdrawn"]


def test_no_interview_without_a_living_letter_nor_in_the_past_nor_by_strangers(town: Town) -> None:
    number = asked(town)
    with pytest.raises(InterviewPast):
        propose(town, number, DRAFT.model_copy(update={"on": world.TODAY - timedelta(days=1)}))
    stranger = town.boss("渭城新棉制衣(虚构)")
    with pytest.raises(NotFound), open_session(stranger.scope, write=True) as session:
        propose_interview(session, stranger, introduction_id=number, draft=DRAFT)
    worker = town.worker("王秀兰")
    with pytest.raises(Forbidden), open_session(worker.scope, write=True) as session:
        propose_interview(session, worker, introduction_id=number, draft=DRAFT)
    interview = propose(town, number)
    clerk = town.clerk()
    with open_session(clerk.scope, write=True) as session:
        draft = IntroductionResultDraft(result=Result.REFUSED_BY_EMPLOYER)
        actions.record_result(session, clerk, introduction_id=number, draft=draft)
    with pytest.raises(NoInterview):
        answer(town, interview, accepts=True)
    with pytest.raises(NoInterview):
        propose(town, number)


def test_the_story_names_who_acts_and_stops_where_it_stopped(town: Town) -> None:
    number = asked(town, agreed=False)
    proposed = story(number)
    assert proposed.action is NextAction.ANSWER_PROPOSAL
    assert [step.state for step in proposed.steps] == [
        StepState.DONE, StepState.NOW, StepState.LATER, StepState.LATER,
    ]  # fmt: skip
    worker = town.worker("王秀兰")
    with open_session(worker.scope, write=True) as session:
        actions.decline_introduction(session, worker, introduction_id=number)
    over = story(number)
    assert over.action is NextAction.LOOK_ON
    assert over.steps[-1].state is StepState.STOPPED


def test_a_hire_is_told_to_the_end(town: Town) -> None:
    number = asked(town)
    clerk = town.clerk()
    with open_session(clerk.scope, write=True) as session:
        actions.record_result(
            session, clerk, introduction_id=number, draft=IntroductionResultDraft(result=Result.HIRED)
        )
    hired = story(number)
    assert hired.action is NextAction.WORK
    assert [step.state for step in hired.steps] == [StepState.DONE] * 4 + [StepState.NOW]
