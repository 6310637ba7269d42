"""Halls on the pages: ways in where a visitor looks for them, closed times at every form, ended fairs without forms."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from employers.fairs.actions import advance_fair
from employers.fairs.booth_rules import BoothDraft
from employers.fairs.booths import apply_for_booth
from employers.fairs.models import Booth, Fair, Venue, VenueBlock, VenueEntrance
from tests.employers.browser import Browser, Opener
from tests.employers.world import ORGANISER, SYSTEM, add_employer, add_hall, at, booth_fair, boss
from tests.web.pages.companies import count, shown_fair
from tests.web.pages.organiser.test_fairs import FAIR, halls


def gate(organiser: Browser, hall: int, **changes: Any) -> int:
    form = {"name": "东门", "use": "everybody", "step_free": "true", "directions": "人民路一侧"} | changes
    return organiser.send_form(f"/organiser/venues/{hall}/entrances", **form).status_code


def test_an_entrance_stands_where_a_visitor_looks_for_it(as_: Opener) -> None:
    fair_id = shown_fair()
    organiser, visitor = as_("organiser"), as_()
    assert gate(organiser, 1, x="6", y="4") == 303
    assert gate(organiser, 1, name="货门", use="exhibitors") == 303
    assert gate(organiser, 1) == 409
    sent = visitor.send_form(f"/fairs/{fair_id}/register", heads="1")
    for page in (
        visitor.get(f"/fairs/{fair_id}").text,
        visitor.get(f"/fairs/{fair_id}/plan").text,
        visitor.get(sent.headers["location"]).text,
        organiser.get(f"/organiser/fairs/{fair_id}/posters").text,
    ):
        assert "东门（人民路一侧） · 无台阶" in page
        assert "货门（" not in page
    drawn = visitor.get(f"/fairs/{fair_id}/plan").text
    assert "<title>东门</title>" in drawn
    with open_session(SYSTEM.scope) as session:
        first = session.scalars(select(VenueEntrance).order_by(VenueEntrance.id)).first()
    assert first is not None
    form = organiser.get(f"/organiser/entrances/{first.id}").text
    assert 'value="人民路一侧"' in form
    changed = {"name": "南门", "use": "visitors", "directions": "", "x": "", "y": ""}
    assert organiser.send_form(f"/organiser/entrances/{first.id}", **changed).status_code == 303
    assert "南门" in visitor.get(f"/fairs/{fair_id}").text
    assert organiser.send_form(f"/organiser/entrances/{first.id}/remove").status_code == 303
    assert "从哪里进" not in visitor.get(f"/fairs/{fair_id}").text


@pytest.mark.rule("hall-closed", "page")
def test_a_closed_time_is_met_at_every_form(as_: Opener) -> None:
    hall, other = halls()
    organiser = as_("organiser")
    assert f'href="/organiser/venues/{hall}"' in organiser.get("/organiser/venues").text
    path = f"/organiser/venues/{hall}"
    closing = {"kind": "repair", "day": "2026-03-06", "reason": "换吊顶"}
    assert organiser.send_form(f"{path}/blocks", **closing | {"last_day": "2026-03-05"}).status_code == 422
    assert organiser.send_form(f"{path}/blocks", **closing).status_code == 303
    assert "2026-03-06 00:00–24:00" in organiser.get(path).text
    assert "停用：换吊顶" in organiser.get(f"{path}?month=2026-03").text
    refused = organiser.send_form("/organiser/fairs/new", venue_id=hall, **FAIR)
    assert refused.status_code == 409
    assert "停用（维修、换吊顶）" in refused.text
    assert f'name="instead_venue" value="{other}"' in refused.text
    assert 'name="instead_day" value="2026-03-07"' in refused.text
    weekly = {"name": "每周五", "weekday": "4", "from_on": "2026-03-06", "to_on": "2026-03-13", "starts": "09:00",
              "ends": "11:00", "booth_count": "5"}  # fmt: skip
    assert "场地停用，没有安排" in organiser.send_form("/organiser/series/new", venue_id=hall, **weekly).text
    with open_session(SYSTEM.scope) as session:
        block = session.scalars(select(VenueBlock)).one()
        fair = session.scalars(select(Fair)).one()
    assert clock.local(fair.starts_at).date().isoformat() == "2026-03-13"
    moved = FAIR | {"name": fair.name, "booth_count": "5"}
    assert organiser.send_form(f"/organiser/fairs/{fair.id}/edit", venue_id=hall, **moved).status_code == 409
    assert organiser.send_form(f"/organiser/blocks/{block.id}/lift").status_code == 303
    assert organiser.send_form(f"/organiser/fairs/{fair.id}/edit", venue_id=hall, **moved).status_code == 303


def test_closing_a_hall_under_a_fair_shows_it_on_the_desk(as_: Opener) -> None:
    hall, _other = halls()
    organiser = as_("organiser")
    path = organiser.send_form("/organiser/fairs/new", venue_id=hall, **FAIR).headers["location"].partition("?")[0]
    closing = {"kind": "let", "day": "2026-03-06", "starts": "08:00", "ends": "12:00"}
    refused = organiser.send_form(f"/organiser/venues/{hall}/blocks", **closing)
    assert (refused.status_code, "春季招聘会 2026-03-06 09:00–11:30" in refused.text) == (409, True)
    assert count(VenueBlock) == 0
    assert organiser.send_form(f"/organiser/venues/{hall}/blocks", **closing, anyway="true").status_code == 303
    assert "场地停用了，要改期或换场地" in organiser.get("/organiser").text
    assert "停用时间：2026-03-06 08:00–12:00" in organiser.get(path).text


def test_what_is_known_of_a_hall_is_changed_on_its_page(as_: Opener) -> None:
    fair_id = shown_fair()
    organiser = as_("organiser")
    about = {"name": "人力资源市场", "hall": "一号厅", "region_code": "610402", "address": "人民路 5 号"}
    assert organiser.send_form("/organiser/venues/1", **about).status_code == 303
    assert "人民路 5 号" in as_().get(f"/fairs/{fair_id}").text
    assert organiser.send_form("/organiser/venues/1", **about | {"region_code": "610404"}).status_code == 409
    with open_session(SYSTEM.scope) as session:
        assert session.scalars(select(Venue.region_code)).one() == "610402"


def test_the_form_of_a_hall_of_the_whole_city_keeps_its_place(as_: Opener) -> None:
    hall, _other = halls()
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Venue, hall).region_code = "610400"
    page = as_("organiser").get(f"/organiser/venues/{hall}").text
    assert '<option value="610400" selected' in page


def test_an_ended_fair_has_no_forms_and_refuses_what_is_sent_anyway(as_: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        fair = booth_fair(session, add_hall(session))
        fair_id = fair.id
        with clock.frozen(datetime(2026, 3, 6, 4, tzinfo=UTC)):
            for event in ("start", "finish"):
                advance_fair(session, ORGANISER, fair_id=fair_id, event=event)
    organiser = as_("organiser")
    path = f"/organiser/fairs/{fair_id}"
    edit = organiser.get(f"{path}/edit")
    assert edit.headers["location"] == f"{path}?fixed=1"
    assert "方案和设置不能再改" in organiser.get(f"{path}?fixed=1").text
    for page, form in (("visitors", "early_minutes"), ("interviews", "slot_minutes"), ("plan", "move-form")):
        text = organiser.get(f"{path}/{page}").text
        assert "方案和设置不能再改" in text, page
        assert form not in text, page
    for there, fields in (
        ("edit", {"venue_id": "1"} | FAIR),
        ("plans", {"security_plan": "GQ-9"}),
        ("visitors", {"places": "9", "early_minutes": "30"}),
        ("interviews", {"slot_minutes": "15", "gap": "1", "most": "3", "reserve": "15"}),
        ("interviews/plan", {}),
        ("interviews/release", {}),
        ("plan", {"booth_no": "1", "x": "1", "y": "1"}),
        ("plan/reset", {}),
    ):
        refused = organiser.send_form(f"{path}/{there}", **fields)
        assert (there, refused.status_code) == (there, 409)
        assert "方案和设置不能再改" in refused.text, there


def test_an_employer_confirms_the_booth_it_was_offered(as_: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        later = {"starts_at": at(9) + timedelta(days=20), "ends_at": at(11) + timedelta(days=20)}
        fair = booth_fair(session, add_hall(session), booth_count=1, **later)
        add_employer(session, 7)
        apply_for_booth(session, boss(7), fair_id=fair.id, draft=BoothDraft(contact_name="王"))
        fair_id = fair.id
    employer, organiser = as_("employer1"), as_("organiser")
    assert employer.send_form(f"/employer/fairs/{fair_id}/booth", contact_name="李").status_code == 303
    assert organiser.send_form("/organiser/booths/1", event="refuse", reason="资料不全").status_code == 303
    assert "请在" in employer.get("/employer/booths").text
    assert "等单位在" in organiser.get(f"/organiser/fairs/{fair_id}").text
    assert employer.send_form("/employer/booths/2/confirm").status_code == 303
    assert employer.send_form("/employer/booths/2/confirm").status_code == 409
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(Booth, 2).offer_until is None
