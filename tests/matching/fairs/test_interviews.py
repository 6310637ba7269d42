"""Visitors ask for interviews, the organiser plans and releases, and a booth that leaves is planned around."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.events import publish
from centre.messages.jobseekers import FAIR_MOVED
from centre.outbox import Message
from centre.people import new_person
from centre.scopes import ScopedSession
from employers.fairs.booth_rules import BoothDraft
from employers.fairs.booths import apply_for_booth, approve_booth, assign_booth, refuse_booth
from employers.fairs.facts import FairMoved
from employers.fairs.models import Fair
from matching.fairs.interviews import actions
from matching.fairs.interviews.drafts import DayDraft, GuestDraft, InterviewsStarted, NoTimetable
from matching.fairs.interviews.jobs import plan_asked, solve_longest_waiting
from matching.fairs.interviews.queries import PANELS_APART, booked, interview_day
from matching.fairs.interviews.released import appointments
from matching.fairs.interviews.wishing import ask_for_interviews
from matching.fairs.visitors.models import Visitor
from matching.fairs.visitors.rules import TicketDraft, TicketSource
from matching.fairs.visitors.tickets import give_ticket_back, register_visitor
from tests.api.lines_of_calendars import calendar_of
from tests.employers.browser import Opener
from tests.employers.world import ORGANISER, SYSTEM, add_employer, add_hall, at, booth_fair, boss


def build(session: ScopedSession, *, exhibitors: int = 2, people: int = 4) -> tuple[int, list[int], list[Visitor]]:
    """A fair with numbered booths and visitors who wish for all of them, the first with an account."""
    fair_id = booth_fair(session, add_hall(session), booth_count=exhibitors).id
    booth_ids = []
    for number in range(1, exhibitors + 1):
        booth = apply_for_booth(session, boss(number), fair_id=fair_id, draft=BoothDraft(contact_name="王"))
        approve_booth(session, ORGANISER, booth_id=booth.id)
        assign_booth(session, ORGANISER, booth_id=booth.id)
        booth_ids.append(booth.id)
    person = new_person(centre_id=1, name="王秀兰")
    session.add(person)
    session.flush()
    visitors = []
    for number in range(people):
        visitor = register_visitor(
            session,
            fair_id=fair_id,
            draft=TicketDraft(name=f"求职者{number}"),
            source=TicketSource.ONLINE,
            person_id=person.id if number == 0 else None,
        )
        ask_for_interviews(session, code=visitor.code, draft=GuestDraft(booth_ids=tuple(booth_ids)))
        visitors.append(visitor)
    return fair_id, booth_ids, visitors


def test_everybody_who_asked_gets_an_interview_and_is_notified_once(session: ScopedSession) -> None:
    for number in (1, 2):
        add_employer(session, number)
    fair_id, _, visitors = build(session)
    actions.plan_interviews(session, ORGANISER, fair_id=fair_id)
    rows = session.scalars(booked(fair_id)).all()
    assert {row.visitor_id for row in rows} == {visitor.id for visitor in visitors}
    assert actions.release_interviews(session, ORGANISER, fair_id=fair_id) == 4
    assert actions.release_interviews(session, ORGANISER, fair_id=fair_id) == 0
    plan_asked(session, solve_longest_waiting(session))
    day = interview_day(session, fair_id)
    assert day is not None
    assert day.asked_at is None
    assert day.figures["gap"] == 0
    assert day.figures["kept"] == day.figures["former"]


def test_a_booth_that_leaves_at_half_time_moves_only_its_own_guests(session: ScopedSession) -> None:
    for number in (1, 2, 3):
        add_employer(session, number)
    fair_id, booth_ids, _ = build(session, exhibitors=3, people=5)
    actions.set_conditions(session, ORGANISER, fair_id=fair_id, draft=DayDraft(most=2))
    actions.plan_interviews(session, ORGANISER, fair_id=fair_id)
    actions.release_interviews(session, ORGANISER, fair_id=fair_id)
    before = {(row.visitor_id, row.booth_id, row.slot) for row in session.scalars(booked(fair_id))}
    with clock.frozen(at(9, 20)):
        actions.drop_booth(session, ORGANISER, fair_id=fair_id, booth_id=booth_ids[0])
        after = {(row.visitor_id, row.booth_id, row.slot) for row in session.scalars(booked(fair_id))}
        begun = {cell for cell in before if cell[2] < 2}
        assert begun <= after
        assert {cell for cell in before if cell[1] != booth_ids[0]} <= after
        assert not {cell for cell in after if cell[1] == booth_ids[0] and cell[2] >= 2}
        actions.release_interviews(session, ORGANISER, fair_id=fair_id)


def test_the_interviews_of_a_booth_end_with_it_and_those_who_knew_of_them_are_notified_once(
    session: ScopedSession,
) -> None:
    for number in (1, 2):
        add_employer(session, number)
    fair_id, booth_ids, visitors = build(session)
    actions.plan_interviews(session, ORGANISER, fair_id=fair_id)
    actions.release_interviews(session, ORGANISER, fair_id=fair_id)
    refuse_booth(session, ORGANISER, booth_id=booth_ids[0], reason="资料不实")
    assert {row.booth_id for row in session.scalars(booked(fair_id))} == {booth_ids[1]}
    off = select(Message.person_id).where(Message.title.contains("面谈取消"))
    assert session.scalars(off).all() == [visitors[0].person_id]
    day = interview_day(session, fair_id)
    assert day is not None
    assert {panel // PANELS_APART for _, panel, _ in day.released} == {booth_ids[1]}
    assert actions.release_interviews(session, ORGANISER, fair_id=fair_id) == 0


def test_the_interviews_of_a_returned_ticket_end_and_the_employers_hear_of_it(session: ScopedSession) -> None:
    for number in (1, 2):
        add_employer(session, number)
    fair_id, _, visitors = build(session)
    actions.plan_interviews(session, ORGANISER, fair_id=fair_id)
    actions.release_interviews(session, ORGANISER, fair_id=fair_id)
    own = [row.employer_id for row in session.scalars(booked(fair_id)) if row.visitor_id == visitors[0].id]
    assert own
    heard = select(Message.account_id).where(Message.dedupe_key.contains("interview-returned"))
    assert session.scalars(heard).all() == []
    give_ticket_back(session, code=visitors[0].code)
    assert visitors[0].id not in {row.visitor_id for row in session.scalars(booked(fair_id))}
    assert sorted(account_id or 0 for account_id in session.scalars(heard)) == sorted(own)
    assert actions.release_interviews(session, ORGANISER, fair_id=fair_id) == 0


def test_interviews_behind_the_end_of_a_shorter_fair_end_and_both_sides_hear_of_it(session: ScopedSession) -> None:
    for number in (1, 2):
        add_employer(session, number)
    fair_id, _, visitors = build(session)
    actions.plan_interviews(session, ORGANISER, fair_id=fair_id)
    actions.release_interviews(session, ORGANISER, fair_id=fair_id)
    rows = session.scalars(booked(fair_id)).all()
    last = max(row.slot for row in rows)
    late = [row for row in rows if row.slot == last]
    holders = {row.person_id for row in late} - {None}
    session.get_one(Fair, fair_id).ends_at = at(9) + timedelta(minutes=15 * last)
    publish(session, FairMoved(fair_id, FAIR_MOVED.of(fair="", when="", notice="")))
    left = {row.slot for row in session.scalars(booked(fair_id))}
    assert last > 0
    assert left == {row.slot for row in rows} - {last}
    heard = session.scalars(select(Message.account_id).where(Message.dedupe_key.contains("interview-returned"))).all()
    assert len(heard) == len(late)
    informed = session.scalars(select(Message.person_id).where(Message.body.contains("提前结束"))).all()
    assert set(informed) == holders
    actions.plan_interviews(session, ORGANISER, fair_id=fair_id)
    assert {row.visitor_id for row in session.scalars(booked(fair_id))} <= {visitor.id for visitor in visitors}
    assert max(row.slot for row in session.scalars(booked(fair_id))) < last


def test_without_wishes_there_is_nothing_to_plan(session: ScopedSession) -> None:
    fair_id = booth_fair(session, add_hall(session)).id
    with pytest.raises(NoTimetable):
        actions.plan_interviews(session, ORGANISER, fair_id=fair_id)


def test_wishes_end_with_the_start_of_the_fair(session: ScopedSession) -> None:
    for number in (1, 2):
        add_employer(session, number)
    _, booth_ids, visitors = build(session)
    with clock.frozen(at(9)), pytest.raises(InterviewsStarted):
        ask_for_interviews(session, code=visitors[0].code, draft=GuestDraft(booth_ids=(booth_ids[0],)))


def test_a_pinned_interview_survives_a_new_plan(session: ScopedSession) -> None:
    for number in (1, 2):
        add_employer(session, number)
    fair_id, _, _ = build(session)
    actions.plan_interviews(session, ORGANISER, fair_id=fair_id)
    row = session.scalars(booked(fair_id)).all()[-1]
    cell = (row.visitor_id, row.booth_id, row.slot)
    actions.pin_interview(session, ORGANISER, interview_id=row.id, pinned=True)
    actions.plan_interviews(session, ORGANISER, fair_id=fair_id)
    again = session.scalars(booked(fair_id)).all()
    assert cell in {(row.visitor_id, row.booth_id, row.slot) for row in again if row.pinned}


def test_the_pages_from_the_wish_to_the_calendar(as_: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        fair_id, booth_ids, visitors = build(session)
        code = visitors[1].code
    visitor, organiser, employer = as_(), as_("organiser"), as_("employer1")
    assert "想跟哪家谈" in visitor.get(f"/tickets/{code}").text
    assert "第1纺织厂" in visitor.get(f"/tickets/{code}/wishes").text
    sent = visitor.post(f"/tickets/{code}/wishes", data={"booth_ids": str(booth_ids[0]), "from_slot": "0"})
    assert sent.status_code == 303
    desk = f"/organiser/fairs/{fair_id}/interviews"
    assert "想约面谈" in organiser.get(desk).text
    assert organiser.send_form(desk, slot_minutes="10", gap="1", most="2", reserve="20").status_code == 303
    assert organiser.send_form(f"{desk}/plan").status_code == 303
    assert "我的面谈" not in visitor.get(f"/tickets/{code}").text
    assert organiser.send_form(f"{desk}/release").status_code == 303
    assert "我的面谈" in visitor.get(f"/tickets/{code}").text
    feed = visitor.get(f"/tickets/{code}/interviews.ics").text
    assert "UID:interview-" in feed
    assert re.search(r"SEQUENCE:[1-9]", feed)
    assert "求职者1" in employer.get(f"/employer/booths/{booth_ids[0]}/interviews").text
    assert employer.get(f"/employer/booths/{booth_ids[1]}/interviews").status_code == 404
    assert organiser.send_form(f"{desk}/drop", booth_id=str(booth_ids[1])).status_code == 303
    assert organiser.get(desk).status_code == 200
    with open_session(SYSTEM.scope) as session:
        own = appointments(session, interview_day(session, fair_id), visitor_id=visitors[1].id)
        assert [meeting.booth.id for meeting in own] == [booth_ids[0]]


def test_both_sides_see_the_last_release_while_somebody_plans_again(session: ScopedSession) -> None:
    for number in (1, 2):
        add_employer(session, number)
    fair_id, booth_ids, visitors = build(session)
    actions.plan_interviews(session, ORGANISER, fair_id=fair_id)
    assert appointments(session, interview_day(session, fair_id)) == [], "nothing is released yet"
    actions.release_interviews(session, ORGANISER, fair_id=fair_id)
    before = appointments(session, interview_day(session, fair_id))
    actions.drop_booth(session, ORGANISER, fair_id=fair_id, booth_id=booth_ids[0])
    assert {row.booth_id for row in session.scalars(booked(fair_id))} == {booth_ids[1]}, "the new plan"
    assert appointments(session, interview_day(session, fair_id)) == before
    refuse_booth(session, ORGANISER, booth_id=booth_ids[0], reason="资料不实")
    off = select(Message.person_id).where(Message.title.contains("面谈取消"))
    assert session.scalars(off).all() == [visitors[0].person_id], "the plan had no interview there, the release had"


def entries(feed: bytes) -> dict[str, tuple[str, int]]:
    """Status and sequence of each entry of a calendar, as a reader sees them that did not write it."""
    events = [part for part in calendar_of(feed).parts if part.name == "VEVENT"]
    return {event.one("UID"): (event.one("STATUS"), int(event.one("SEQUENCE"))) for event in events}


def test_an_interview_that_ends_is_cancelled_in_calendars(as_: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        fair_id, booth_ids, visitors = build(session)
        ask_for_interviews(session, code=visitors[1].code, draft=GuestDraft(booth_ids=tuple(booth_ids)))
        actions.plan_interviews(session, ORGANISER, fair_id=fair_id)
        actions.release_interviews(session, ORGANISER, fair_id=fair_id)
        address = f"/tickets/{visitors[1].code}/interviews.ics"
    reader = as_()
    first = entries(reader.get(address).content)
    assert {status for status, _ in first.values()} == {"CONFIRMED"}
    uid = next(uid for uid in first if f"-{booth_ids[0]}@" in uid)
    with open_session(SYSTEM.scope, write=True) as session:
        refuse_booth(session, ORGANISER, booth_id=booth_ids[0], reason="资料不实")
    second = entries(reader.get(address).content)
    assert second.keys() == first.keys(), "cancelled entries are kept"
    assert second[uid][0] == "CANCELLED"
    assert second[uid][1] > first[uid][1]
    with open_session(SYSTEM.scope, write=True) as session:
        actions.plan_interviews(session, ORGANISER, fair_id=fair_id)
        actions.release_interviews(session, ORGANISER, fair_id=fair_id)
    third = entries(reader.get(address).content)
    assert third[uid] == second[uid], "a further release changes nothing for it"
