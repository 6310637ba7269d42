"""Visitors get tickets without an account, and gates agree on who came in."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from centre import clock
from centre.accounts.cards import issue_card
from centre.database import open_session
from centre.errors import NotFound
from centre.outbox import Message
from centre.people import new_person
from centre.permissions import Role
from centre.scans.rules import Act, GateVerdict, ScanBatch
from centre.scopes import ScopedSession
from employers.fairs.actions import advance_fair, cancel_fair, postpone_fair, schedule_fair
from employers.fairs.models import Fair
from matching.fairs.visitors import actions
from matching.fairs.visitors.jobs import forget_visitors
from matching.fairs.visitors.models import FairDoor, Visitor
from matching.fairs.visitors.queries import day_truth, door_of, roll, ticket_by_code
from matching.fairs.visitors.rules import (
    DoorDraft,
    FlagDraft,
    GateDraft,
    PlacesBelowTaken,
    TicketDraft,
    TicketsClosed,
    TicketsGone,
    TicketSource,
    WalkInDraft,
    subject_of,
)
from matching.fairs.visitors.tickets import give_ticket_back, register_visitor, spoken
from tests.employers.browser import Opener
from tests.employers.world import ORGANISER, SYSTEM, add_hall, at, booth_fair, fair_draft, staff

CLERK = staff(Role.CLERK)


def ticket(session: ScopedSession, fair_id: int, **given: Any) -> Visitor:
    return register_visitor(session, fair_id=fair_id, draft=TicketDraft(**given), source=TicketSource.ONLINE)


@pytest.fixture
def fair_id(session: ScopedSession) -> int:
    return booth_fair(session, add_hall(session)).id


def test_a_ticket_needs_neither_an_account_nor_a_name(session: ScopedSession, fair_id: int) -> None:
    visitor = ticket(session, fair_id)
    assert len(visitor.code) == 8
    assert visitor.subject == subject_of(spoken(visitor.code).lower())
    assert [entry.subject for entry in roll(session, fair_id)] == [visitor.subject]


def test_places_are_never_sold_twice_and_come_back(session: ScopedSession, fair_id: int) -> None:
    actions.set_up_door(session, ORGANISER, fair_id=fair_id, draft=DoorDraft(places=2))
    first = ticket(session, fair_id, heads=2)
    with pytest.raises(TicketsGone):
        ticket(session, fair_id)
    with pytest.raises(PlacesBelowTaken):
        actions.set_up_door(session, ORGANISER, fair_id=fair_id, draft=DoorDraft(places=1))
    give_ticket_back(session, code=first.code)
    assert ticket(session, fair_id).heads == 1


def test_a_fair_that_is_not_announced_accepts_no_applicants(session: ScopedSession) -> None:
    planned = schedule_fair(session, ORGANISER, fair_draft(add_hall(session)))
    with pytest.raises(TicketsClosed):
        ticket(session, planned.id)


def live(session: ScopedSession, fair_id: int) -> None:
    with clock.frozen(session.get_one(Fair, fair_id).starts_at):
        advance_fair(session, ORGANISER, fair_id=fair_id, event="start")


def check(session: ScopedSession, fair_id: int, code: str, **given: Any) -> GateVerdict:
    draft = GateDraft(code=code, **given)
    return actions.check_code(session, CLERK, fair_id=fair_id, draft=draft).verdict


def test_the_gate_lets_a_ticket_in_once_and_says_when(session: ScopedSession, fair_id: int) -> None:
    visitor = ticket(session, fair_id)
    with clock.frozen(at(9)):
        live(session, fair_id)
        assert check(session, fair_id, visitor.code, gate="东门") is GateVerdict.ADMIT
        again = actions.check_code(session, CLERK, fair_id=fair_id, draft=GateDraft(code=visitor.code))
        assert (again.verdict, again.first_gate, again.inside) == (GateVerdict.REPEAT, "东门", 1)
        assert check(session, fair_id, visitor.code, act=Act.OUT) is GateVerdict.ADMIT
        assert check(session, fair_id, visitor.code) is GateVerdict.ADMIT
        assert day_truth(session, fair_id).entered == 1


def test_the_gate_keeps_all_its_rules(session: ScopedSession, fair_id: int) -> None:
    visitors = [ticket(session, fair_id) for _ in range(4)]
    actions.set_up_door(
        session, ORGANISER, fair_id=fair_id, draft=DoorDraft(inside_limit=1, question="带身份证了吗", early_minutes=15)
    )
    actions.flag_visitor(session, ORGANISER, visitor_id=visitors[1].id, draft=FlagDraft(ban="上次闹事"))
    first = visitors[0].code
    with clock.frozen(at(8, 30)):
        live(session, fair_id)
        assert check(session, fair_id, first) is GateVerdict.EARLY
    with clock.frozen(at(9)):
        assert check(session, fair_id, "ZZZZ-ZZZZ") is GateVerdict.UNKNOWN
        assert check(session, fair_id, visitors[1].code) is GateVerdict.BANNED
        assert check(session, fair_id, first) is GateVerdict.ASK
        assert check(session, fair_id, first, asked=True) is GateVerdict.ADMIT
        assert check(session, fair_id, visitors[2].code) is GateVerdict.FULL
        assert check(session, fair_id, visitors[2].code, reason="孕妇先进") is GateVerdict.ADMIT
    with clock.frozen(at(11, 30)):
        assert check(session, fair_id, visitors[3].code) is GateVerdict.LATE
    day = day_truth(session, fair_id)
    assert (day.inside, len(day.forced), day.turned_away) == (2, 1, 5)


def test_a_card_and_a_ticket_are_one_person(session: ScopedSession, fair_id: int) -> None:
    person = new_person(centre_id=1, name="王秀兰")
    session.add(person)
    session.flush()
    card = issue_card(session, SYSTEM, person_id=person.id)
    visitor = register_visitor(
        session, fair_id=fair_id, draft=TicketDraft(), source=TicketSource.ACCOUNT, person_id=person.id
    )
    again = register_visitor(
        session, fair_id=fair_id, draft=TicketDraft(), source=TicketSource.ACCOUNT, person_id=person.id
    )
    assert visitor is again
    door = door_of(session, fair_id)
    assert door is not None
    assert door.taken == 1
    offline = ScanBatch.model_validate(
        {"device": "gate-one", "scans": [{"counter": 1, "subject": subject_of(card.number), "wall_at": at(9)}]}
    )
    with clock.frozen(at(9)):
        live(session, fair_id)
        actions.receive_gate_scans(session, CLERK, fair_id=fair_id, batch=offline)
        assert check(session, fair_id, visitor.code) is GateVerdict.REPEAT
        assert check(session, fair_id, card.number) is GateVerdict.REPEAT
    assert day_truth(session, fair_id).entered == 1


def test_a_printed_roll_is_read_back_once(session: ScopedSession, fair_id: int) -> None:
    ids = [ticket(session, fair_id).id for _ in range(3)]
    for _ in range(2):
        actions.read_roll_back(session, CLERK, fair_id=fair_id, visitor_ids=ids[:2], at=at(9), walk_ins=7)
    assert day_truth(session, fair_id).entered == 9


def test_a_roll_of_two_gates_counts_each_sheet_once_and_nobody_whom_a_device_let_in(
    session: ScopedSession, fair_id: int
) -> None:
    scanned, ticked, both = (ticket(session, fair_id) for _ in range(3))
    with clock.frozen(at(9)):
        live(session, fair_id)
        assert check(session, fair_id, scanned.code) is GateVerdict.ADMIT
        for gate, walk_ins in (("东门", 5), ("西门", 7), ("东门", 5), ("东门", 6), ("西门", 1_200)):
            ids = [scanned.id, ticked.id, both.id] if gate == "东门" else [both.id]
            actions.read_roll_back(
                session, CLERK, fair_id=fair_id, visitor_ids=ids, at=at(10), walk_ins=walk_ins, gate=gate
            )
        day = day_truth(session, fair_id)
        assert day.entered == 3 + 6 + 1_200
        assert not day.copied
        assert not any(stay.repeats for stay in day.stays.values())


def test_people_without_a_ticket_meet_the_rules_of_the_door(session: ScopedSession, fair_id: int) -> None:
    door = DoorDraft(inside_limit=5, early_minutes=15, question="满十六周岁了吗")
    actions.set_up_door(session, ORGANISER, fair_id=fair_id, draft=door)

    def walk(heads: int, **form: Any) -> GateVerdict:
        draft = WalkInDraft(heads=heads, **form)
        return actions.count_walk_in(session, CLERK, fair_id=fair_id, draft=draft).verdict

    with clock.frozen(at(8, 30)):
        live(session, fair_id)
        assert walk(1) is GateVerdict.EARLY
    with clock.frozen(at(9)):
        assert walk(2) is GateVerdict.ASK
        assert walk(2, asked=True) is GateVerdict.ADMIT
        assert walk(4) is GateVerdict.FULL
        assert walk(4, reason="一家人一起进") is GateVerdict.ADMIT
        assert walk(1, act=Act.OUT) is GateVerdict.ADMIT
    with clock.frozen(at(11, 30)):
        assert walk(1) is GateVerdict.LATE
    day = day_truth(session, fair_id)
    assert (day.entered, day.inside, len(day.forced)) == (6, 5, 1)


def test_names_of_strangers_go_a_month_after_the_fair(session: ScopedSession, fair_id: int) -> None:
    visitor = ticket(session, fair_id, name="王师傅")
    with clock.frozen(at(12) + timedelta(days=29)):
        forget_visitors(session)
        assert visitor.worker_name == "王师傅"
    with clock.frozen(at(12) + timedelta(days=31)):
        forget_visitors(session)
        assert visitor.worker_name == ""


def test_ticket_holders_are_told_of_a_move_and_of_the_end(session: ScopedSession, fair_id: int) -> None:
    person = new_person(centre_id=1, name="王秀兰")
    session.add(person)
    session.flush()
    holder, leaver = (
        register_visitor(session, fair_id=fair_id, draft=TicketDraft(), source=TicketSource.ACCOUNT, person_id=id_)
        for id_ in (person.id, None)
    )
    give_ticket_back(session, code=leaver.code)
    postpone_fair(session, ORGANISER, fair_id=fair_id, notice="大风")
    session.flush()
    posted = session.execute(select(Message.person_id, Message.title).where(Message.kind == "fair-postpone")).all()
    assert [person_id for person_id, _ in posted] == [holder.person_id]
    assert "延期" in posted[0].title
    cancel_fair(session, ORGANISER, fair_id=fair_id, notice="大风不停")
    session.flush()
    kinds = select(Message.kind).where(Message.person_id == person.id).order_by(Message.kind)
    assert session.scalars(kinds).all() == ["fair-cancel", "fair-postpone", "fair-ticket"]


def test_a_code_that_no_ticket_can_have_is_unknown_on_either_database(session: ScopedSession, fair_id: int) -> None:
    ticket(session, fair_id)
    for code in ("", "\0", "AB\0C", "%", "{code}", "_"):
        with pytest.raises(NotFound):
            ticket_by_code(session, code)


def opened(as_: Opener, hour: datetime) -> int:
    with open_session(SYSTEM.scope, write=True) as session:
        fair_id = booth_fair(session, add_hall(session)).id
        with clock.frozen(hour):
            live(session, fair_id)
    return fair_id


def test_a_visitor_registers_on_the_page_and_the_gate_scans_the_ticket(as_: Opener) -> None:
    fair_id = opened(as_, at(9))
    with clock.frozen(at(9)):
        visitor, gate = as_(), as_("organiser")
        assert "/register" in visitor.get(f"/fairs/{fair_id}").text
        sent = visitor.post(f"/fairs/{fair_id}/register", data={"name": "王师傅", "heads": "1"})
        assert sent.status_code == 303
        address = sent.headers["location"]
        shown = visitor.get(address)
        assert "<svg" in shown.text
        code = address.rsplit("/", 1)[1]
        assert "请进" in gate.send_form(f"/gate/fairs/{fair_id}", code=code).text
        assert "已经进场" in gate.send_form(f"/gate/fairs/{fair_id}", code=code).text
        assert "已经进场" in visitor.get(address).text
        assert gate.get(f"/gate/fairs/{fair_id}").headers["permissions-policy"].startswith("camera=(self)")
        assert gate.send_form(f"/gate/fairs/{fair_id}/walk-ins", heads="4").status_code == 303
        assert ">5<" in visitor.get(f"/fairs/{fair_id}/wall").text
        assert visitor.get(f"/api/v1/fairs/{fair_id}/headcount").json()["inside"] == 5
        desk = gate.get(f"/organiser/fairs/{fair_id}/visitors").text
        assert "王师傅" in desk
        assert "同一张票又来一次" in desk
        roll_page = gate.get(f"/gate/fairs/{fair_id}/roll").text
        assert code in roll_page
        assert gate.get("/gate").status_code == 200
        assert visitor.get("/gate/worker.js").headers["service-worker-allowed"] == "/"
        assert visitor.get("/gate/app.webmanifest").json()["scope"] == "/gate"


def test_the_roll_of_a_gate_names_nobody_and_takes_a_queue_twice(as_: Opener) -> None:
    fair_id = opened(as_, at(9))
    with clock.frozen(at(9)):
        visitor, gate = as_(), as_("organiser")
        code = visitor.post(f"/api/v1/fairs/{fair_id}/visitors", json={"name": "王师傅"}).json()["code"]
        answer = gate.get(f"/api/v1/fairs/{fair_id}/roll")
        assert answer.status_code == 200
        assert "王师傅" not in answer.text
        assert code not in answer.text
        queue = {
            "device": "tablet-one",
            "scans": [{"counter": 1, "subject": subject_of(code), "wall_at": at(9).isoformat()}],
        }
        added = [gate.post(f"/api/v1/fairs/{fair_id}/scans", json=queue).json()["added"] for _ in range(2)]
        assert added == [1, 0]
        assert gate.get(f"/api/v1/fairs/{fair_id}/roll").json()["inside_subjects"] == [subject_of(code)]
        assert visitor.get(f"/api/v1/fairs/{fair_id}/roll").status_code == 401
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(FairDoor, 1).taken == 1
