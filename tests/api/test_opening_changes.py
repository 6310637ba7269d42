"""The feed of changes and the Atom feed: everything that is public once, what is withdrawn as an id, nothing else."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from centre import clock
from centre.database import open_session
from centre.permissions import Actor
from employers.companies.models import Employer
from employers.openings.models import Opening
from employers.openings.queries import open_openings
from employers.openings.rules import OpeningState, ReservedFor
from tests.web.desks import opened

SYSTEM = Actor.system().scope
FEED = "/api/v1/opening-changes"
HOUR = timedelta(hours=1)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def visitor(database: str) -> Iterator[TestClient]:
    with opened() as town:
        yield town.enter().client


@pytest.fixture
def later(visitor: TestClient) -> datetime:
    """An hour after the last change of the town."""
    with open_session(SYSTEM) as session:
        times = [*session.scalars(select(Opening.updated_at)), *session.scalars(select(Employer.updated_at))]
    last: datetime = max(times)
    return last + HOUR


def answer(client: TestClient, **query: Any) -> dict[str, Any]:
    read = client.get(FEED, params=query)
    assert read.status_code == 200, read.text
    return dict(read.json())


def walked(client: TestClient, **query: Any) -> tuple[list[dict[str, Any]], str]:
    """All changes, part by part, and the last cursor."""
    items: list[dict[str, Any]] = []
    while True:
        part = answer(client, **query)
        items += part["items"]
        query = {"limit": query.get("limit", 100), "cursor": part["cursor"]}
        if not part["has_more"]:
            return items, part["cursor"]


def listed() -> set[int]:
    with open_session(Actor.public().scope) as session:
        return {opening.id for opening in session.scalars(open_openings(clock.today()))}


def test_the_first_reading_gives_every_public_opening_once_in_the_order_of_change(
    visitor: TestClient, later: datetime
) -> None:
    with clock.frozen(later):
        items, cursor = walked(visitor, limit=7)
        ids = [item["id"] for item in items]
        assert (len(ids), set(ids)) == (len(set(ids)), listed())
        assert [item["changed_at"] for item in items] == sorted(item["changed_at"] for item in items)
        first = items[0]
        assert (first["is_withdrawn"], first["url"]) == (False, f"http://testserver/openings/{first['id']}")
        assert {"title", "updated_at", "min_education", "skill_requirements", "hours_per_week"} <= set(first["opening"])
        assert answer(visitor, cursor=cursor) == {"items": [], "cursor": cursor, "has_more": False}


@pytest.mark.rule("free-text", "feed")
@pytest.mark.rule("reserved-opening", "feed")
@pytest.mark.rule("expired-is-told", "feed")
def test_changed_and_withdrawn_openings_follow_and_reserved_ones_are_never_named(
    visitor: TestClient, later: datetime
) -> None:
    with clock.frozen(later):
        _, cursor = walked(visitor)
        ids = sorted(listed())
    edited, closed, expired, kept, never = ids[:5]
    with clock.frozen(later + HOUR), open_session(SYSTEM, write=True) as session:
        session.get_one(Opening, edited).content = "换了内容，电话 13812345678"
        session.get_one(Opening, closed).state = OpeningState.CLOSED
        over = session.get_one(Opening, expired)
        over.valid_from = over.valid_until = clock.today() - timedelta(days=1)
        session.get_one(Opening, kept).reserved_for = [ReservedFor.UNION_HARDSHIP.value]
        secret = session.get_one(Opening, never)
        secret.reserved_for, secret.public_since = [ReservedFor.UNION_HARDSHIP.value], None
    with clock.frozen(later + 2 * HOUR):
        items, after = walked(visitor, cursor=cursor, limit=2)
        assert {item["id"]: item["is_withdrawn"] for item in items} == {
            edited: False, closed: True, expired: True, kept: True,
        }  # fmt: skip
        assert [item["opening"] for item in items if item["is_withdrawn"]] == [None] * 3
        (shown,) = (item["opening"] for item in items if item["id"] == edited)
        assert shown["content"].startswith("换了内容")
        assert "13812345678" not in shown["content"]
        assert walked(visitor, updated_since=(later + HOUR).isoformat())[0] == items
        assert walked(visitor, updated_since=(later + 2 * HOUR).isoformat())[0] == []
        assert answer(visitor, cursor=after)["items"] == []


def test_a_change_of_the_employer_changes_its_openings(visitor: TestClient, later: datetime) -> None:
    with clock.frozen(later):
        _, cursor = walked(visitor)
    with clock.frozen(later + HOUR), open_session(SYSTEM, write=True) as session:
        employer_id = session.scalars(select(Opening.employer_id).where(Opening.id.in_(listed()))).first()
        session.get_one(Employer, employer_id).name = "改了名字(虚构)"
        own = set(session.scalars(select(Opening.id).where(Opening.employer_id == employer_id)))
    with clock.frozen(later + 2 * HOUR):
        items, _ = walked(visitor, cursor=cursor)
    assert {item["id"] for item in items} == own
    assert {item["opening"]["employer"] for item in items} == {"改了名字(虚构)"}


def test_a_change_is_published_once_its_transaction_must_have_ended(visitor: TestClient, later: datetime) -> None:
    with clock.frozen(later):
        _, cursor = walked(visitor)
        opening_id = min(listed())
        with open_session(SYSTEM, write=True) as session:
            session.get_one(Opening, opening_id).content = "新的"
    with clock.frozen(later + timedelta(seconds=9)):
        assert answer(visitor, cursor=cursor)["items"] == []
    with clock.frozen(later + timedelta(seconds=10)):
        assert [item["id"] for item in answer(visitor, cursor=cursor)["items"]] == [opening_id]


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "1"}, {"cursor": "20261345T000000000000-1"},
        {"cursor": f"20260101T000000000000-{'9' * 18}"},
        {"cursor": "２０２６0101T000000000000-1"}, {"updated_since": "2026-01-01T00:00:00"},
        {"updated_since": "yesterday"},
        {"limit": 0}, {"limit": 501},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(visitor: TestClient, query: dict[str, Any]) -> None:
    assert visitor.get(FEED, params=query).status_code == 422


def test_a_time_without_a_zone_is_answered_with_one_that_is_accepted(visitor: TestClient) -> None:
    refused = visitor.get(FEED, params={"updated_since": "2026-01-01T00:00:00"}).json()
    (shown,) = re.findall(r"[0-9T:-]+Z", refused["errors"][0]["detail"])
    assert visitor.get(FEED, params={"updated_since": shown}).status_code == 200


def test_nothing_is_sent_again_until_something_changes(visitor: TestClient, later: datetime) -> None:
    with clock.frozen(later):
        first = visitor.get(FEED)
        again = visitor.get(FEED, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def texts(entry: Element, name: str) -> list[str | None]:
    return [part.text for part in entry.iter(f"{ATOM}{name}")]


@pytest.mark.rule("reserved-opening", "feed")
def test_the_atom_feed_holds_the_newest_public_openings(visitor: TestClient) -> None:
    ids = sorted(listed())
    with open_session(SYSTEM, write=True) as session:
        session.get_one(Opening, ids[0]).reserved_for = [ReservedFor.UNION_HARDSHIP.value]
        session.get_one(Opening, ids[1]).title = "电焊\x08工 <b>&"
        when = session.get_one(Opening, ids[2]).posted_at
        local = {opening.id for opening in session.scalars(select(Opening)) if opening.region_code.startswith("6104")}
    read = visitor.get("/openings.atom")
    assert read.headers["content-type"].startswith("application/atom+xml")
    entries = list(fromstring(read.text).iter(f"{ATOM}entry"))  # noqa: S314 - our own answer
    addresses = [texts(entry, "id")[0] for entry in entries]
    assert sorted(addresses, key=str) == sorted(f"http://testserver/openings/{number}" for number in ids[1:])
    (odd,) = (entry for entry in entries if texts(entry, "id")[0] == f"http://testserver/openings/{ids[1]}")
    assert texts(odd, "title") == ["电焊工 <b>&"]
    (dated,) = (entry for entry in entries if texts(entry, "id")[0] == f"http://testserver/openings/{ids[2]}")
    assert when is not None
    assert datetime.fromisoformat(str(texts(dated, "published")[0])) == when
    published = [texts(entry, "published")[0] for entry in entries]
    assert published == sorted(published, key=str, reverse=True)
    near = visitor.get("/openings.atom", params={"region": "610400"}).text
    count = len(list(fromstring(near).iter(f"{ATOM}entry")))  # noqa: S314 - our own answer
    assert count == len(local & set(ids[1:]))
    assert 0 < count < len(entries)
