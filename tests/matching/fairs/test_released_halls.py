"""Changes of an announced fair's hall are kept back, released at once, and told only to those whom they concern."""

import pytest
from sqlalchemy import select

from centre.database import open_session
from centre.errors import OtherCentre
from centre.outbox import Message
from centre.people import new_person
from centre.permissions import Actor, Role
from centre.scopes import ScopedSession
from employers.fairs.booths import assign_booth
from employers.fairs.hall_rules import EntranceDraft, EntranceUse, VenueDraft
from employers.fairs.halls import change_venue
from employers.fairs.models import Fair
from employers.fairs.plans.actions import NothingToRelease, move_booth, release_changes
from employers.fairs.plans.entrances import add_entrance, change_entrance
from employers.fairs.plans.queries import floor_plan, hall_changes
from employers.fairs.plans.rules import PlaceDraft
from employers.fairs.queries import fair as fair_in_sight
from matching.fairs.interviews.actions import plan_interviews, release_interviews
from matching.fairs.visitors.rules import TicketDraft, TicketSource
from matching.fairs.visitors.tickets import register_visitor
from tests.employers.browser import Opener
from tests.employers.world import ORGANISER, SYSTEM, add_employer, add_hall, booth_fair
from tests.matching.fairs.test_interviews import build

TITLES = {
    "booth-moved": "号展位换了位置",
    "fair-booth-moved": "您面谈的展位换了位置",
    "fair-way-in": "：入场的地方有变动",
    "booth-way-in": "参展单位入场的地方有变动",
}


def letters(session: ScopedSession, kind: str) -> list[Message]:
    """The messages of a kind."""
    return list(session.scalars(select(Message).where(Message.title.contains(TITLES[kind])).order_by(Message.id)))


def ticket_of_somebody(session: ScopedSession, fair_id: int) -> int:
    """A ticket of a person who has no interview; returns the person's id."""
    person = new_person(centre_id=1, name="李桂花")
    session.add(person)
    session.flush()
    register_visitor(session, fair_id=fair_id, draft=TicketDraft(), source=TicketSource.ACCOUNT, person_id=person.id)
    return person.id


def released_fair(session: ScopedSession) -> tuple[Fair, list[int], int]:
    """A fair of three employers whose first visitor has a released interview somewhere; and a stranger's ticket."""
    for number in (1, 2, 3):
        add_employer(session, number)
    fair_id, booth_ids, _ = build(session, exhibitors=3, people=1)
    stranger = ticket_of_somebody(session, fair_id)
    plan_interviews(session, ORGANISER, fair_id=fair_id)
    release_interviews(session, ORGANISER, fair_id=fair_id)
    return fair_in_sight(session, fair_id), booth_ids, stranger


def move(session: ScopedSession, fair: Fair, number: int, x: int, y: int) -> None:
    """Move a booth."""
    move_booth(session, ORGANISER, fair_id=fair.id, draft=PlaceDraft(booth_no=number, x=x, y=y))


@pytest.mark.rule("hall-changes", "action")
def test_a_moved_booth_is_kept_back_and_tells_its_exhibitor_and_who_has_an_interview_there(
    session: ScopedSession,
) -> None:
    fair, _, _ = released_fair(session)
    before = floor_plan(session, fair).places
    move(session, fair, 1, 0, 0)
    assert floor_plan(session, fair, released=True).places == before
    assert floor_plan(session, fair).places[1] == (0, 0)
    assert not letters(session, "booth-moved")
    changes = release_changes(session, ORGANISER, fair_id=fair.id)
    assert [(booth.booth_no, now) for booth, _, now in changes.moved] == [(1, (0, 0))]
    assert floor_plan(session, fair, released=True).places[1] == (0, 0)
    assert [letter.account_id for letter in letters(session, "booth-moved")] == [1]
    visitors = letters(session, "fair-booth-moved")
    assert len(visitors) == 1
    assert "1" in visitors[0].body
    assert not letters(session, "fair-way-in")
    with pytest.raises(NothingToRelease):
        release_changes(session, ORGANISER, fair_id=fair.id)


def test_a_booth_that_is_moved_back_is_no_change(session: ScopedSession) -> None:
    fair, _, _ = released_fair(session)
    x, y = floor_plan(session, fair).places[1]
    move(session, fair, 1, 0, 0)
    assert hall_changes(session, fair)
    move(session, fair, 1, x, y)
    assert not hall_changes(session, fair)
    assert not release_changes(session, ORGANISER, fair_id=fair.id)
    assert not letters(session, "booth-moved")


def test_another_number_tells_the_visitor_of_the_interview_there(session: ScopedSession) -> None:
    fair, booth_ids, _ = released_fair(session)
    fair.booth_count = 9
    session.flush()
    for booth_id, number in zip(booth_ids, (7, 8, 9), strict=True):
        assign_booth(session, ORGANISER, booth_id=booth_id, booth_no=number)
    interviews = {letter.person_id for letter in letters(session, "fair-booth-moved")}
    assert len(interviews) == 1
    assert all("号展位" in letter.body for letter in letters(session, "fair-booth-moved"))


def test_a_changed_entrance_tells_those_who_come_that_way(session: ScopedSession) -> None:
    fair, _, stranger = released_fair(session)
    draft = EntranceDraft(name="东门", use=EntranceUse.VISITORS)
    way = add_entrance(session, ORGANISER, venue_id=fair.venue_id or 0, draft=draft)
    release_changes(session, ORGANISER, fair_id=fair.id)
    assert stranger in {letter.person_id for letter in letters(session, "fair-way-in")}
    assert not letters(session, "booth-way-in")
    change_entrance(
        session, ORGANISER, entrance_id=way.id, draft=EntranceDraft(name="货运门", use=EntranceUse.EXHIBITORS)
    )
    changes = hall_changes(session, fair)
    assert changes.visitor_ways == ("东门", "")
    assert changes.exhibitor_ways == ("", "货运门")
    release_changes(session, ORGANISER, fair_id=fair.id)
    assert {letter.account_id for letter in letters(session, "booth-way-in")} == {1, 2, 3}
    assert "货运门" in letters(session, "booth-way-in")[0].body


def test_a_changed_address_tells_everybody_who_comes(session: ScopedSession) -> None:
    fair, _, stranger = released_fair(session)
    known = fair.revision
    hall = VenueDraft(name="人力资源市场", hall="一号厅", region_code="610402", address="人民路 8 号")
    change_venue(session, ORGANISER, venue_id=fair.venue_id or 0, draft=hall)
    assert fair.revision == known + 1
    release_changes(session, ORGANISER, fair_id=fair.id)
    assert stranger in {letter.person_id for letter in letters(session, "fair-way-in")}
    assert len(letters(session, "booth-way-in")) == 3


def test_before_the_announcement_nothing_is_kept_back(session: ScopedSession) -> None:
    fair = booth_fair(session, add_hall(session), booth_count=6)
    assert not fair.released
    with pytest.raises(NothingToRelease):
        release_changes(session, ORGANISER, fair_id=fair.id)
    stranger = Actor(account_id=901, roles=frozenset({Role.ORGANISER}), centre_id=2)
    with pytest.raises(OtherCentre):
        release_changes(session, stranger, fair_id=fair.id)


@pytest.mark.rule("hall-changes", "page")
def test_the_page_shows_what_changes_and_the_public_the_former_plan(as_: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        fair_id, _, _ = build(session, exhibitors=1, people=1)
        before = floor_plan(session, fair_in_sight(session, fair_id)).places[1]
    organiser, visitor = as_("organiser"), as_()
    address = f"/organiser/fairs/{fair_id}"
    assert "没有要公布的改动" in organiser.get(f"{address}/changes").text
    assert organiser.send_form(f"{address}/plan", booth_no="1", x="0", y="0").status_code == 303
    assert f"{address}/changes" in organiser.get(f"{address}/plan").text
    assert f"{address}/changes" in organiser.get(address).text
    drawn = f'x="{before[0] + 0.05}" y="{before[1] + 0.05}"'
    assert drawn in visitor.get(f"/fairs/{fair_id}/plan").text
    shown = organiser.get(f"{address}/changes").text
    assert f"第 {before[0]} 列第 {before[1]} 行" in shown
    assert "第 0 列第 0 行" in shown
    assert organiser.send_form(f"{address}/changes").status_code == 303
    assert drawn not in visitor.get(f"/fairs/{fair_id}/plan").text
    assert organiser.send_form(f"{address}/changes").status_code == 409
