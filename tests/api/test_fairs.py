"""Fairs and employers over the API and in the calendar feed (FA-10, FA-11, FA-14, R4)."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.network import Centre, network_mark
from employers.fairs.models import Fair
from tests.employers.browser import Browser, Opener, opener
from tests.employers.world import SYSTEM, add_employer

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)

FAIR: dict[str, Any] = {
    "name": "春季招聘会",
    "starts_at": "2026-03-06T09:00:00+08:00",
    "ends_at": "2026-03-06T11:30:00+08:00",
    "booth_count": 2,
    "organisation_plan": "GQ-1",
    "emergency_plan": "GQ-2",
    "security_plan": "GQ-3",
}


@pytest.fixture
def as_(database: str) -> Iterator[Opener]:
    with clock.frozen(NOW):
        yield opener()


def hall(organiser: Browser) -> int:
    answer = organiser.post("/api/v1/fairs/venues", json={"name": "人力资源市场", "region_code": "610402"})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def announced(organiser: Browser, **changes: Any) -> int:
    answer = organiser.post("/api/v1/fairs", json=FAIR | {"venue_id": hall(organiser)} | changes)
    assert answer.status_code == 201, answer.text
    fair_id = int(answer.json()["id"])
    for event in ("prepare", "file", "clear", "publish", "open_booths"):
        assert (
            organiser.post(f"/api/v1/fairs/{fair_id}/advance", json={"event": event, "late_reason": "补办"}).status_code
            == 200
        )
    return fair_id


def test_a_fair_is_planned_announced_and_listed(as_: Opener) -> None:
    organiser, visitor = as_("organiser"), as_()
    fair_id = announced(organiser)
    (listed,) = visitor.get("/api/v1/fairs?from=2026-03-06&to=2026-03-06&region=610400").json()["items"]
    assert (listed["id"], listed["state"], listed["region"]) == (fair_id, "booth_open", "陕西省咸阳市秦都区")
    assert listed["venue"]["name"] == "人力资源市场"
    assert visitor.get("/api/v1/fairs?from=2026-03-07").json() == {
        "items": [],
        "total": 0,
        "limit": 50,
        "offset": 0,
        "next_cursor": "",
    }
    assert visitor.get(f"/api/v1/fairs/{fair_id}").json()["booths_left"] == 2


@pytest.mark.rule("fair-hall", "api")
def test_a_hall_clash_is_409_and_names_the_fair_in_both_languages(as_: Opener) -> None:
    organiser = as_("organiser")
    venue_id = hall(organiser)
    assert organiser.post("/api/v1/fairs", json=FAIR | {"venue_id": venue_id}).status_code == 201
    for language, words in (
        ("zh", "已安排“春季招聘会”"),
        ("en", '"春季招聘会" has already booked "人力资源市场" for 2026-03-06 09:00–11:30'),
    ):
        clash = organiser.post(
            "/api/v1/fairs", json=FAIR | {"venue_id": venue_id}, headers={"accept-language": language}
        )
        assert (clash.status_code, clash.headers["content-type"]) == (409, "application/problem+json")
        assert clash.json()["type"].endswith("venue-taken")
        assert words in clash.json()["detail"]


@pytest.mark.rule("fair-not-public", "api")
def test_drafts_are_not_public(as_: Opener) -> None:
    organiser = as_("organiser")
    fair_id = organiser.post("/api/v1/fairs", json=FAIR | {"venue_id": hall(organiser)}).json()["id"]
    for reader in (as_(), as_("employer1")):
        assert reader.get(f"/api/v1/fairs/{fair_id}").status_code == 404
        assert reader.get(f"/fairs/{fair_id}.ics").status_code == 404
    assert as_().post("/api/v1/fairs", json=FAIR).status_code == 401
    assert as_("employer2").post("/api/v1/fairs", json=FAIR).status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"booth_count": -1}, "booth_count"),
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"worker_fee_fen": 100}, "worker_fee_fen"),
        ({"venue_id": 0}, "venue_id"),
        ({"region_code": "没有的地方"}, "region_code"),
        ({"name": "招\u202e聘会"}, "name"),
    ],
)
def test_invalid_input_is_reported_at_its_field(as_: Opener, changes: dict[str, Any], field: str) -> None:
    answer = as_("organiser").post("/api/v1/fairs", json=FAIR | {"venue_id": 1} | changes)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


def test_employers_get_booths_and_see_only_their_own(as_: Opener) -> None:
    fair_id = announced(as_("organiser"), booth_count=1)
    first, second = as_("employer1"), as_("employer2")
    path = f"/api/v1/fairs/{fair_id}/booths"
    held = first.post(path, json={"contact_name": "王"})
    waiting = second.post(path, json={"contact_name": "李"})
    assert (held.status_code, held.json()["state"], waiting.json()["state"]) == (201, "applied", "waitlisted")
    assert waiting.json()["queue"] == 1
    assert first.post(path, json={"contact_name": "王"}).status_code == 409
    assert [booth["employer_id"] for booth in first.get(path).json()] == [1]
    assert first.post(f"/api/v1/fairs/booths/{waiting.json()['id']}/withdraw").status_code == 404
    assert first.post(f"/api/v1/fairs/booths/{held.json()['id']}/approve").status_code == 403
    assert first.post(f"/api/v1/fairs/booths/{held.json()['id']}/withdraw").json()["state"] == "withdrawn"
    assert [booth["state"] for booth in second.get(path).json()] == ["applied"]


def test_a_request_repeated_with_the_same_idempotency_key_acts_once(as_: Opener) -> None:
    fair_id = announced(as_("organiser"))
    employer = as_("employer1")
    answers = [
        employer.post(
            f"/api/v1/fairs/{fair_id}/booths", json={"contact_name": "王"}, headers={"idempotency-key": "once"}
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content


@pytest.mark.rule("one-booth", "api")
def test_concurrent_applications_over_http_never_oversell_booths(as_: Opener) -> None:
    fair_id = announced(as_("organiser"), booth_count=4)
    numbers = range(10, 22)
    with open_session(SYSTEM.scope, write=True) as session:
        for number in numbers:
            add_employer(session, number)
    browsers = [as_(f"employer{number}") for number in numbers]

    def ask(browser: Browser) -> str:
        with clock.frozen(NOW):  # threads do not inherit the frozen clock
            answer = browser.post(f"/api/v1/fairs/{fair_id}/booths", json={"contact_name": "王"})
        return str(answer.json().get("state", answer.status_code))

    with ThreadPoolExecutor(6) as pool:
        outcome = Counter(pool.map(ask, browsers))
    assert outcome == {"applied": 4, "waitlisted": 8}
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(Fair, fair_id).booths_taken == 4


def events(browser: Browser, path: str = "/fairs.ics") -> list[Any]:
    answer = browser.get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_two_installations_give_no_calendar_the_same_uid(as_: Opener) -> None:
    organiser, visitor = as_("organiser"), as_()
    announced(organiser)
    (here,) = events(visitor)
    with open_session(SYSTEM.scope, write=True) as session:  # as if the first centre had been entered elsewhere
        session.scalars(select(Centre).order_by(Centre.id).limit(1)).one().created_at = NOW + timedelta(microseconds=1)
    (there,) = events(visitor)
    assert here["uid"].split("@")[0] == there["uid"].split("@")[0]
    assert here["uid"] != there["uid"]


def test_feed_entries_keep_their_uid_and_count_revisions(as_: Opener) -> None:
    organiser, visitor = as_("organiser"), as_()
    fair_id = announced(organiser)
    (first,) = events(visitor)
    with open_session(SYSTEM.scope) as session:
        assert first["uid"] == f"fair-{fair_id}@{network_mark(session)}.gangqiao"
    assert first["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert first["dtstart"].dt.isoformat() == "2026-03-06T09:00:00+08:00"
    assert (first["status"], "LAST-MODIFIED" in first) == ("CONFIRMED", True)
    assert b"BEGIN:VTIMEZONE" in visitor.get("/fairs.ics").content
    venue_id = visitor.get(f"/api/v1/fairs/{fair_id}").json()["venue"]["id"]
    change = FAIR | {"venue_id": venue_id, "starts_at": "2026-03-06T14:00", "ends_at": "2026-03-06T16:00"}
    assert organiser.put(f"/api/v1/fairs/{fair_id}", json=change).status_code == 409
    assert organiser.put(f"/api/v1/fairs/{fair_id}", json=change | {"notice": "改到下午"}).status_code == 200
    (moved,) = events(visitor)
    assert (moved["uid"], moved["sequence"]) == (first["uid"], first["sequence"] + 1)
    assert moved["dtstart"].dt.isoformat() == "2026-03-06T14:00:00+08:00"


@pytest.mark.rule("fair-notice", "feed")
def test_a_cancelled_fair_stays_in_the_feed_as_cancelled(as_: Opener) -> None:
    organiser, visitor = as_("organiser"), as_()
    fair_id = announced(organiser)
    assert organiser.post(f"/api/v1/fairs/{fair_id}/cancel", json={"notice": ""}).status_code == 409
    assert organiser.post(f"/api/v1/fairs/{fair_id}/cancel", json={"notice": "因暴雨取消"}).status_code == 200
    (cancelled,) = events(visitor)
    assert cancelled["status"] == "CANCELLED"
    assert "因暴雨取消" in cancelled["description"]
    assert events(visitor, f"/fairs/{fair_id}.ics")[0]["uid"] == cancelled["uid"]
    assert events(visitor, "/fairs.ics?region=610404") == []


@pytest.mark.rule("employer-verified", "api")
def test_officers_register_and_judge_employers(as_: Opener) -> None:
    officer = as_("officer")
    draft = {
        "name": "三原食品", "uscc": "91610499ma6dem0013", "region_code": "610422", "contact_name": "赵",
        "contact_phone": "13812345678",
    }  # fmt: skip
    created = officer.post("/api/v1/employers", json=draft)
    assert (created.status_code, created.json()["state"], created.json()["events"]) == (201, "registered", ["submit"])
    path = f"/api/v1/employers/{created.json()['id']}"
    assert officer.post(f"{path}/submit").json()["state"] == "checking"
    assert officer.post(f"{path}/judge", json={"event": "verify"}).json()["state"] == "active"
    assert officer.post(f"{path}/judge", json={"event": "verify"}).status_code == 409
    assert officer.post(f"{path}/judge", json={"event": "promote"}).status_code == 422
    assert officer.post("/api/v1/employers", json=draft).status_code == 409
    wrong = officer.post("/api/v1/employers", json=draft | {"uscc": "91610499MA6DEM0014"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "uscc")
    listed = officer.get("/api/v1/employers?q=三原").json()
    assert (listed["total"], listed["items"][0]["uscc"]) == (1, "91610499MA6DEM0013")


def test_an_employer_reads_only_its_own_record(as_: Opener) -> None:
    employer = as_("employer1")
    assert employer.get("/api/v1/employers/1").json()["contact_phone"] == "13812345678"
    assert employer.get("/api/v1/employers/2").status_code == 404
    assert employer.get("/api/v1/employers").status_code == 403
    assert as_().get("/api/v1/employers/1").status_code == 401


@pytest.mark.rule("hall-closed", "api")
def test_halls_are_closed_opened_and_entered_over_the_api(as_: Opener) -> None:
    organiser, visitor = as_("organiser"), as_()
    fair_id = announced(organiser)
    venue_id = organiser.get(f"/api/v1/fairs/{fair_id}").json()["venue"]["id"]
    path = f"/api/v1/fairs/venues/{venue_id}"
    way = organiser.post(f"{path}/entrances", json={"name": "东门", "use": "visitors", "step_free": True})
    assert way.status_code == 201
    assert [each["name"] for each in visitor.get(f"/api/v1/fairs/{fair_id}").json()["entrances"]] == ["东门"]
    closed = {"starts_at": "2026-03-06T00:00:00+08:00", "ends_at": "2026-03-07T00:00:00+08:00", "reason": "租出"}
    refused = organiser.post(f"{path}/blocks", json=closed)
    assert (refused.status_code, refused.json()["type"].endswith("block-meets-fairs")) == (409, True)
    block = organiser.post(f"{path}/blocks", json=closed | {"anyway": True, "kind": "let"})
    assert block.status_code == 201
    clash = organiser.post("/api/v1/fairs", json=FAIR | {"venue_id": venue_id, "starts_at": "2026-03-06T13:00:00+08:00",
                                                         "ends_at": "2026-03-06T15:00:00+08:00"})  # fmt: skip
    assert clash.json()["type"].endswith("hall-blocked")
    assert visitor.get(path).status_code in (401, 403)
    assert organiser.get(path).json()["blocks"][0]["reason"] == "租出"
    assert organiser.post(f"/api/v1/fairs/blocks/{block.json()['id']}/lift").status_code == 200
    assert organiser.get(path).json()["blocks"] == []
    etag = organiser.get(path).headers["etag"]
    about = {"name": "人力资源市场", "region_code": "610402", "address": "人民路"}
    assert organiser.put(path, json=about, headers={"if-match": '"0"'}).status_code == 412
    assert organiser.put(path, json=about, headers={"if-match": etag}).json()["address"] == "人民路"
    gate = f"/api/v1/fairs/entrances/{way.json()['id']}"
    assert organiser.put(gate, json={"name": "西门"}).json()["name"] == "西门"
    assert organiser.delete(gate).status_code == 204
    assert visitor.get(f"/api/v1/fairs/{fair_id}").json()["entrances"] == []
