"""What is due for each fair on the desk, who is next at each booth, and complaints that reach the organiser."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.outbox import Message
from centre.scans.rules import Act
from centre.scopes import ScopedSession
from employers.fairs.actions import advance_fair, attach_plans, postpone_fair, schedule_fair
from employers.fairs.models import Fair
from employers.fairs.queries import fair as fair_in_sight
from matching.fairs.contacts.actions import answer_complaint, record_contact
from matching.fairs.contacts.complaining import complain
from matching.fairs.contacts.rules import (
    AlreadyAnswered,
    AnswerDraft,
    ComplaintDraft,
    ComplaintKind,
    ContactDraft,
    Outcome,
)
from matching.fairs.days.queries import due_of, lines_of, turns
from matching.fairs.interviews.actions import plan_interviews, release_interviews
from matching.fairs.visitors.actions import check_code
from matching.fairs.visitors.rules import GateDraft
from matching.fairs.visitors.tickets import spoken
from tests.employers.browser import Opener
from tests.employers.world import ORGANISER, SYSTEM, add_employer, add_hall, at, booth_fair, boss, fair_draft
from tests.matching.fairs.test_interviews import build


def due(session: ScopedSession, fair: Fair) -> list[str]:
    """What is due for a fair, in words."""
    return [row.message.format(**row.params) for row in due_of(session, [fair])[fair.id]]


def test_each_phase_says_what_is_due(session: ScopedSession) -> None:
    for number in (1, 2):
        add_employer(session, number)
    plan = fair_draft(add_hall(session), organisation_plan="", emergency_plan="", security_plan="")
    draft = schedule_fair(session, ORGANISER, plan)
    assert due(session, draft) == ["三个方案还差 3 个", f"{draft.filing_due_on} 前备案"]
    attach_plans(session, ORGANISER, fair_id=draft.id, organisation_plan="1", emergency_plan="2", security_plan="3")
    assert due(session, draft) == [f"{draft.filing_due_on} 前备案"]
    with clock.frozen(at(9) + timedelta(days=3)):
        assert due(session, draft) == ["日子已经过了，改期或者取消"]


def test_a_fair_that_takes_applications_says_who_waits(session: ScopedSession) -> None:
    for number in (1, 2):
        add_employer(session, number)
    fair_id, _, _ = build(session)
    fair = fair_in_sight(session, fair_id)
    assert due(session, fair) == ["4 人想约面谈，排期还没公布"]
    fair.released = {"places": []}
    assert "有改动还没公布，大家看到的还是原来的" in due(session, fair)
    postpone_fair(session, ORGANISER, fair_id=fair_id, notice="大风")
    assert due(session, fair) == ["定新的时间"]


def test_a_visitor_stays_in_line_until_the_talk(session: ScopedSession) -> None:
    add_employer(session, 1)
    fair_id, (booth_id,), visitors = build(session, exhibitors=1, people=3)
    plan_interviews(session, ORGANISER, fair_id=fair_id)
    release_interviews(session, ORGANISER, fair_id=fair_id)
    fair = fair_in_sight(session, fair_id)
    assert turns(session, fair) == []
    with clock.frozen(at(9)):
        advance_fair(session, ORGANISER, fair_id=fair_id, event="start")
        assert turns(session, fair) == []
        for visitor in visitors:
            check_code(session, ORGANISER, fair_id=fair_id, draft=GateDraft(code=visitor.code))
        order = [turn.interview.visitor.id for turn in turns(session, fair)]
        assert [turn.place for turn in turns(session, fair)] == [1, 2, 3]
        assert lines_of(turns(session, fair))[0].calls == tuple(order)
        code = next(visitor.code for visitor in visitors if visitor.id == order[0])
        record_contact(session, boss(1), booth_id=booth_id, draft=ContactDraft(code=code, outcome=Outcome.INTENTION))
        assert [turn.interview.visitor.id for turn in turns(session, fair)] == order[1:]
        code = next(visitor.code for visitor in visitors if visitor.id == order[1])
        check_code(session, ORGANISER, fair_id=fair_id, draft=GateDraft(code=code, act=Act.OUT))
        assert [turn.place for turn in turns(session, fair)] == [1]


def test_nobody_is_called_to_two_booths_at_once_and_a_silent_booth_keeps_nobody(session: ScopedSession) -> None:
    for number in (1, 2):
        add_employer(session, number)
    fair_id, _, visitors = build(session, exhibitors=2, people=3)
    plan_interviews(session, ORGANISER, fair_id=fair_id)
    release_interviews(session, ORGANISER, fair_id=fair_id)
    fair = fair_in_sight(session, fair_id)
    with clock.frozen(at(9)):
        advance_fair(session, ORGANISER, fair_id=fair_id, event="start")
        for visitor in visitors:
            check_code(session, ORGANISER, fair_id=fair_id, draft=GateDraft(code=visitor.code))
        called = [turn.interview.visitor.id for turn in turns(session, fair)]
        assert sorted(called) == sorted(visitor.id for visitor in visitors)
    with clock.frozen(at(11, 29)):
        assert turns(session, fair) == []


def test_the_place_in_line_is_on_the_phone_on_the_wall_and_on_the_desk(as_: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        fair_id, _, visitors = build(session, exhibitors=1, people=3)
        plan_interviews(session, ORGANISER, fair_id=fair_id)
        release_interviews(session, ORGANISER, fair_id=fair_id)
        with clock.frozen(at(9)):
            advance_fair(session, ORGANISER, fair_id=fair_id, event="start")
            for visitor in visitors:
                check_code(session, ORGANISER, fair_id=fair_id, draft=GateDraft(code=visitor.code))
            third = turns(session, fair_in_sight(session, fair_id))[2].interview.visitor.id
        code = next(visitor.code for visitor in visitors if visitor.id == third)
    with clock.frozen(at(9)):
        phone, organiser = as_(), as_("organiser")
        assert phone.get("/tickets").status_code == 200
        assert phone.get("/tickets?code=ZZZZZZZZ").status_code == 404
        way = phone.get(f"/tickets?code={code.lower()}")
        assert (way.status_code, way.headers["location"]) == (303, f"/tickets/{spoken(code)}")
        assert "您排第 3 个" in phone.get(f"/tickets/{code}").text
        wall = phone.get(f"/fairs/{fair_id}/wall").text
        assert "请到展位" in wall
        assert f"{third}</td>" in wall
        assert code not in wall
        today = organiser.get(f"/organiser/fairs/{fair_id}/today").text
        assert "每一刻钟来的人" in today
        assert "排队的人" in today


def test_a_complaint_is_reported_and_answered_once_in_words(session: ScopedSession) -> None:
    fair = booth_fair(session, add_hall(session))
    with clock.frozen(at(10)):
        draft = ComplaintDraft(kind=ComplaintKind.FEE, text="要我交服装费")
        complaint = complain(session, fair_id=fair.id, draft=draft)
    answer_complaint(session, ORGANISER, complaint_id=complaint.id, draft=AnswerDraft(answer="已退还"))
    with pytest.raises(AlreadyAnswered):
        answer_complaint(session, ORGANISER, complaint_id=complaint.id, draft=AnswerDraft(answer="没有这回事"))


def test_organisers_hear_of_a_complaint_and_an_empty_answer_is_refused(as_: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        fair_id = booth_fair(session, add_hall(session)).id
        with clock.frozen(at(10)):
            complain(session, fair_id=fair_id, draft=ComplaintDraft(kind=ComplaintKind.FEE, text="要押金"))
        letter = session.scalars(select(Message).where(Message.kind == "fair-complaint")).one()
        assert letter.link == f"/organiser/fairs/{fair_id}/today#complaints"
    with clock.frozen(at(10)):
        organiser = as_("organiser")
        assert organiser.send_form("/organiser/complaints/1", answer="").status_code == 422
        assert "1 条投诉没处理" in organiser.get("/organiser").text
        assert organiser.send_form("/organiser/complaints/1", answer="已退还").status_code == 303
        assert organiser.send_form("/organiser/complaints/1", answer="再说").status_code == 409


def test_fairs_that_wait_stay_on_the_desk_whatever_their_day(as_: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        hall = add_hall(session)
        waiting = booth_fair(session, hall, name="等新时间的招聘会")
        postpone_fair(session, ORGANISER, fair_id=waiting.id, notice="大风")
        day = date(2026, 3, 9)
        schedule_fair(
            session,
            ORGANISER,
            fair_draft(hall, name="没公布就过了的招聘会", starts_at=at(9, day=day), ends_at=at(11, day=day)),
        )
    with clock.frozen(at(9) + timedelta(days=8)):
        organiser = as_("organiser")
        desk = organiser.get("/organiser").text
        assert "等新时间的招聘会" in desk
        assert "定新的时间" in desk
        assert "没公布就过了的招聘会" in desk
        assert "改期或者取消" in desk
