"""Tables of booths, letters to exhibitors, results of employers, the pay gap, and services on the spot."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from centre import clock
from centre.accounts import Account
from centre.accounts.cards import issue_card
from centre.database import open_session
from centre.errors import NotFound
from centre.outbox import Message
from centre.people import new_person
from centre.permissions import Role
from centre.scopes import ScopedSession
from employers.fairs.actions import advance_fair
from employers.fairs.booths import check_in_booth
from employers.fairs.queries import fair as fair_in_sight
from employers.fairs.rules import FairFixed
from employers.fairs.showing import ShownDraft, show_openings
from matching.fairs.contacts.actions import record_contact
from matching.fairs.contacts.queries import results_by_booth
from matching.fairs.contacts.rules import ContactDraft, Outcome
from matching.fairs.interviews.actions import plan_interviews
from matching.fairs.interviews.queries import booked, interview_day, tables_of
from matching.fairs.interviews.tables import TablesDraft, set_tables
from matching.fairs.invitations.pay import NoPayGap, pay_gaps, tell_of_pay
from matching.fairs.visitors.queries import holder_of_code
from matching.fairs.visitors.rules import TicketDraft, TicketSource
from matching.fairs.visitors.tickets import register_visitor
from tests.api.lines_of_calendars import calendar_of
from tests.employers.browser import CSRF, Opener
from tests.employers.world import ORGANISER, SYSTEM, add_employer, add_hall, at, booth_fair, boss, published
from tests.matching.fairs.test_interviews import build


def test_a_booth_with_two_tables_talks_to_two_people_at_a_time_and_only_while_it_is_there(
    session: ScopedSession,
) -> None:
    session.add(Account(id=901, login="o", name="o", password_hash="-", roles=[Role.ORGANISER], centre_id=1))
    add_employer(session, 1)
    add_employer(session, 2)
    fair_id, (booth_id,), _ = build(session, exhibitors=1, people=4)
    set_tables(session, boss(1), booth_id=booth_id, draft=TablesDraft(tables=2, from_slot=5, until_slot=2))
    plan_interviews(session, ORGANISER, fair_id=fair_id)
    rows = session.scalars(booked(fair_id)).all()
    assert {row.panel for row in rows} == {0, 1}
    assert all(2 <= row.slot <= 5 for row in rows)
    assert not session.scalars(select(Message).where(Message.kind == "fair-tables")).all()
    set_tables(session, boss(1), booth_id=booth_id, draft=TablesDraft(tables=0))
    letters = session.scalars(select(Message).where(Message.kind == "fair-tables")).all()
    assert [letter.account_id for letter in letters] == [901]
    assert tables_of(interview_day(session, fair_id), booth_id).count == 0
    with pytest.raises(NotFound):
        set_tables(session, boss(2), booth_id=booth_id, draft=TablesDraft())
    with clock.frozen(at(9)):
        advance_fair(session, ORGANISER, fair_id=fair_id, event="start")
        advance_fair(session, ORGANISER, fair_id=fair_id, event="finish")
        with pytest.raises(FairFixed):
            set_tables(session, ORGANISER, booth_id=booth_id, draft=TablesDraft())


def test_the_page_of_a_booth_keeps_its_tables_and_every_exhibitor_has_a_letter(as_: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        fair_id, (booth_id, _), _ = build(session, exhibitors=2, people=1)
    employer, organiser = as_("employer1"), as_("organiser")
    address = f"/employer/booths/{booth_id}/interviews"
    form = {"tables": "2", "from_slot": "1", "until_slot": ""}
    assert employer.send_form(address, **form).status_code == 303
    assert 'value="2"' in employer.get(address).text
    assert employer.send_form(address, **form | {"tables": "10"}).status_code == 422
    assert as_("employer2").get(address).status_code == 404
    assert "2 张桌子" in organiser.get(f"/organiser/fairs/{fair_id}/interviews").text
    letters = organiser.get(f"/organiser/fairs/{fair_id}/mailing").text
    assert letters.count("letter-page") == 2
    assert "第1纺织厂" in letters
    assert "08:30" in letters
    assert f"/organiser/fairs/{fair_id}/mailing" in organiser.get(f"/organiser/fairs/{fair_id}").text


def test_an_employer_s_results_count_talks_once_and_stand_on_the_page_after_the_fair(as_: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        fair_id, (booth_id,), visitors = build(session, exhibitors=1, people=2)
        with clock.frozen(at(9)):
            advance_fair(session, ORGANISER, fair_id=fair_id, event="start")
            check_in_booth(session, ORGANISER, booth_id=booth_id)
            for outcome in (Outcome.TALKED, Outcome.OFFER):
                for visitor in visitors:
                    draft = ContactDraft(code=visitor.code, outcome=outcome)
                    record_contact(session, boss(1), booth_id=booth_id, draft=draft)
            advance_fair(session, ORGANISER, fair_id=fair_id, event="finish")
        (result,) = results_by_booth(session, fair_in_sight(session, fair_id))
        assert (result.talked, result.willing, result.offered) == (2, 2, 2)
        assert (result.letters, result.answered, result.at_work) == (0, 0, 0)
    with clock.frozen(at(12)):
        assert "每家单位的结果" in as_("organiser").get(f"/organiser/fairs/{fair_id}/today").text


def test_pay_is_compared_only_where_enough_people_have_said_what_they_ask_for(session: ScopedSession) -> None:
    add_employer(session, 1)
    fair_id, (booth_id,), _ = build(session, exhibitors=1, people=1)
    opening = published(session, 1)
    show_openings(session, boss(1), booth_id=booth_id, draft=ShownDraft(opening_ids=(opening.id,)))
    (row,) = pay_gaps(session, fair_in_sight(session, fair_id))
    assert (row.reach.asked_fen, row.reach.gap_fen, row.with_more_pay) == (None, 0, 0)
    with pytest.raises(NoPayGap):
        tell_of_pay(session, ORGANISER, fair_id=fair_id, opening_id=opening.id)
    with pytest.raises(NotFound):
        tell_of_pay(session, ORGANISER, fair_id=fair_id, opening_id=opening.id + 1)


def test_the_pay_page_says_what_it_cannot_compare(as_: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        fair_id = booth_fair(session, add_hall(session)).id
    organiser = as_("organiser")
    assert f"/organiser/fairs/{fair_id}/pay" in organiser.get(f"/organiser/fairs/{fair_id}/invitations").text
    assert "展位上还没有展示岗位" in organiser.get(f"/organiser/fairs/{fair_id}/pay").text
    assert organiser.send_form(f"/organiser/fairs/{fair_id}/pay", opening_id="1").status_code == 404


def test_a_ticket_or_card_leads_to_its_holder(session: ScopedSession) -> None:
    fair, other = booth_fair(session, add_hall(session)), booth_fair(session, add_hall(session, "二号厅"))
    person = new_person(centre_id=1, name="王秀兰")
    session.add(person)
    session.flush()
    card = issue_card(session, SYSTEM, person_id=person.id)
    visitor = register_visitor(
        session, fair_id=fair.id, draft=TicketDraft(), source=TicketSource.ACCOUNT, person_id=person.id
    )
    nobody = register_visitor(session, fair_id=fair.id, draft=TicketDraft(), source=TicketSource.ONLINE)
    assert holder_of_code(session, fair, visitor.code) == person.id
    assert holder_of_code(session, fair, card.number) == person.id
    assert holder_of_code(session, fair, nobody.code) is None
    for code in ("ZZZZ-ZZZZ", "", "\x00"):
        with pytest.raises(NotFound):
            holder_of_code(session, fair, code)
    with pytest.raises(NotFound):
        holder_of_code(session, other, visitor.code)


def test_letters_and_union_enrolment_are_one_scan_away_at_the_fair(as_: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        fair_id, (booth_id,), (visitor,) = build(session, exhibitors=1, people=1)
        opening = published(session, 1)
        show_openings(session, boss(1), booth_id=booth_id, draft=ShownDraft(opening_ids=(opening.id,)))
        nobody = register_visitor(session, fair_id=fair_id, draft=TicketDraft(), source=TicketSource.ONLINE).code
        code, person_id = visitor.code, visitor.person_id
    manager = as_("manager")
    address = f"/gate/fairs/{fair_id}/services"
    assert address in manager.get(f"/gate/fairs/{fair_id}").text
    assert address not in as_("organiser").get(f"/gate/fairs/{fair_id}").text
    page = manager.get(f"{address}?code={code}").text
    assert f"/desk/unions/new?person={person_id}" in page
    assert f"/counter/people/{person_id}/introduce" in page
    assert manager.get(f"/desk/unions/new?person={person_id}").status_code == 200
    assert "先登记求职" in manager.get(f"{address}?code={nobody}").text
    assert manager.get(f"{address}?code=ZZZZZZZZ").status_code == 404


def test_invited_guests_and_partners_are_set_on_the_page(as_: Opener) -> None:
    from employers.fairs.models import Fair

    with open_session(SYSTEM.scope, write=True) as session:
        fair_id = booth_fair(session, add_hall(session)).id
    organiser = as_("organiser")
    edit = f"/organiser/fairs/{fair_id}/edit"
    same = {
        "name": "春季招聘会", "venue_id": "1", "day": "2026-03-06", "starts": "09:00", "ends": "11:30",
        "booth_count": "2", "audience": "invited", "co_organisers": "市妇联\n\n 市残联 ",
    }  # fmt: skip
    assert organiser.post(edit, data={"_csrf": CSRF, **same}).status_code == 303
    with open_session(SYSTEM.scope) as session:
        fair = session.get_one(Fair, fair_id)
        assert (fair.open_to_public, fair.co_organisers) == (False, ["市妇联", "市残联"])
    shown = organiser.get(edit).text
    assert "市残联" in shown
    assert '<option value="invited" selected' in shown
    assert as_().get(f"/fairs/{fair_id}").status_code == 404


def test_a_moved_fair_takes_its_interviews_along_in_calendars(as_: Opener) -> None:
    from employers.fairs.actions import change_fair
    from matching.fairs.interviews.actions import release_interviews
    from tests.employers.world import fair_draft

    with open_session(SYSTEM.scope, write=True) as session:
        fair_id, _, (visitor,) = build(session, exhibitors=1, people=1)
        plan_interviews(session, ORGANISER, fair_id=fair_id)
        release_interviews(session, ORGANISER, fair_id=fair_id)
        code = visitor.code

    def entry() -> tuple[str, int, datetime]:
        calendar = calendar_of(as_().get(f"/tickets/{code}/interviews.ics").content)
        (event,) = [part for part in calendar.parts if part.name == "VEVENT"]
        return event.one("UID"), int(event.one("SEQUENCE")), event.time("DTSTART")

    before = entry()
    with open_session(SYSTEM.scope, write=True) as session:
        later = fair_draft(1, starts_at=at(10), ends_at=at(12, 30), booth_count=1)
        change_fair(session, ORGANISER, fair_id=fair_id, draft=later, notice="推迟一小时")
    after = entry()
    assert after[0] == before[0]
    assert after[1] > before[1]
    assert after[2] - before[2] == timedelta(hours=1)


def test_a_fair_in_a_hall_and_online_has_both_places_and_a_theme_has_its_calendar(as_: Opener) -> None:
    from employers.fairs.rules import FairMode, FairTheme

    with open_session(SYSTEM.scope, write=True) as session:
        hall = add_hall(session)
        both = booth_fair(session, hall, mode=FairMode.HYBRID, online_url="https://live.example", theme=FairTheme.WOMEN)
        number = both.id
    described = as_().get(f"/fairs/{number}").text
    assert "VirtualLocation" in described
    assert "PostalAddress" in described
    assert f"fair-{number}@" in as_().get("/fairs.ics?theme=women").text
    assert f"fair-{number}@" not in as_().get("/fairs.ics?theme=export").text
    assert "theme=women" in as_().get("/fairs?theme=women").text
