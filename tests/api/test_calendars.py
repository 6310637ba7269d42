"""Calendar files keep the grammar of RFC 5545, read by a reader of our own: UID, SEQUENCE, zones, cancelled fairs."""

from datetime import datetime

import pytest

from centre.database import open_session
from employers.fairs.actions import cancel_fair, change_fair, postpone_fair
from tests.api.lines_of_calendars import Component, calendar_of, unescaped
from tests.employers.browser import Opener, opener
from tests.employers.conftest import frozen
from tests.employers.world import ORGANISER, SYSTEM, add_hall, at, booth_fair, fair_draft

__all__ = ["frozen"]


@pytest.fixture
def as_(database: str, frozen: None) -> Opener:
    """Browsers of a small city."""
    return opener()


NAME = "春季招聘会；第一场, \\“好工作” " + "长" * 60


def events(as_: Opener, path: str = "/fairs.ics") -> dict[str, Component]:
    """The events of a calendar by UID, after a look at the whole."""
    answer = as_().get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = calendar_of(answer.content)
    assert calendar.one("VERSION") == "2.0"
    assert calendar.one("PRODID")
    zones = [part.one("TZID") for part in calendar.parts if part.name == "VTIMEZONE"]
    entries = [part for part in calendar.parts if part.name == "VEVENT"]
    for event in entries:
        for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "SEQUENCE", "URL"):
            assert len(event.properties[name]) == 1, name
        assert event.one("DTSTAMP").endswith("Z")
        for name in ("DTSTART", "DTEND"):
            ((given, _),) = event.properties[name]
            assert given["TZID"] in zones
        assert event.time("DTSTART") < event.time("DTEND")
        assert event.one("STATUS") in {"CONFIRMED", "TENTATIVE", "CANCELLED"}
    uids = [event.one("UID") for event in entries]
    assert len(set(uids)) == len(uids)
    return dict(zip(uids, entries, strict=True))


def test_a_fair_keeps_its_uid_through_every_change_and_stays_when_it_is_cancelled(as_: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        hall = add_hall(session)
        fair_id = booth_fair(session, hall, name=NAME, summary="第一行\n第二行；带身份证").id
    ((uid, event),) = events(as_).items()
    assert unescaped(event.one("SUMMARY")) == NAME
    assert "第一行\n第二行；带身份证" in unescaped(event.one("DESCRIPTION"))
    assert event.time("DTSTART") == datetime(2026, 3, 6, 9)  # noqa: DTZ001 - as written
    last, stamps = int(event.one("SEQUENCE")), [event.one("DTSTAMP")]
    later = fair_draft(hall, name=NAME, starts_at=at(10), ends_at=at(12))
    for status in ("CONFIRMED", "TENTATIVE", "CANCELLED"):
        with open_session(SYSTEM.scope, write=True) as session:
            if status == "CONFIRMED":
                change_fair(session, ORGANISER, fair_id=fair_id, draft=later, notice="推迟一小时")
            elif status == "TENTATIVE":
                postpone_fair(session, ORGANISER, fair_id=fair_id, notice="大风")
            else:
                cancel_fair(session, ORGANISER, fair_id=fair_id, notice="不办了")
        ((again, event),) = events(as_).items()
        assert again == uid
        assert event.one("STATUS") == status
        assert int(event.one("SEQUENCE")) > last
        last = int(event.one("SEQUENCE"))
        stamps.append(event.one("DTSTAMP"))
    assert stamps == sorted(stamps)
    assert events(as_, f"/fairs/{fair_id}.ics").keys() == {uid}


def test_the_reader_refuses_what_the_grammar_forbids(as_: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        booth_fair(session, add_hall(session))
    body = as_().get("/fairs.ics").content
    long_line = body.replace(b"SUMMARY:", b"SUMMARY:" + b"x" * 80, 1)
    for broken in (body.replace(b"\r\n", b"\n"), body + b"x", long_line, body.replace(b"END:VEVENT\r\n", b"", 1)):
        with pytest.raises(AssertionError):
            calendar_of(broken)
