"""The fast path of reads: identical responses, without a thread, for visitors only, and fresh within a second."""

import re
import threading
import time
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.testclient import TestClient

from api.dependencies import PUBLIC, Routes, Unit
from api.quick import PassingRoute
from api.security import SESSION_COOKIE
from centre.database import open_session
from centre.permissions import Actor
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from matching.live.poller import is_watched, keep_looking
from matching.search.find import search_openings
from matching.search.rules import SearchCriteria
from tests.planted import planted
from tests.web.desks import Hall, opened
from web.app import build

ASKED: list[dict[str, Any]] = [
    {}, {"q": "挡车工"}, {"q": "dangchegon", "limit": 3}, {"region": ["610400", "610404"]},
    {"wage_min": 3000, "offset": 2}, {"q": "航天员"}, {"employment_type": ["full_time", "day_labour"]}, {"limit": 0},
    {"region": "x"}, {"wage_min": ""}, {"lang": "en", "q": "sewing"},
]  # fmt: skip


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    with opened() as town:
        yield town


@pytest.fixture
def watched(hall: Hall) -> Iterator[Hall]:
    """The demo town with a thread that polls its openings."""
    stop = threading.Event()
    thread = threading.Thread(target=keep_looking, args=(stop,))
    search_openings(SearchCriteria())
    thread.start()
    until = time.monotonic() + 5
    while not is_watched() and time.monotonic() < until:
        time.sleep(0.02)
    yield hall
    stop.set()
    thread.join()


def responses(hall: Hall, path: str) -> list[tuple[int, dict[str, str], str]]:
    answers = [hall.enter().client.get(path, params=query) for query in ASKED]
    return [(answer.status_code, dict(answer.headers), answer.text) for answer in answers]


@pytest.mark.parametrize("path", ["/api/v1/openings", "/openings"])
def test_both_ways_give_the_same_answers_with_the_same_headers(watched: Hall, path: str) -> None:
    assert is_watched()
    short = responses(watched, path)
    signed = [watched.enter().client.get(path, params=query, headers={"content-length": "0"}) for query in ASKED]
    assert [(answer.status_code, dict(answer.headers), answer.text) for answer in signed] == short
    assert len({text for _, _, text in short}) > 5


def app() -> TestClient:
    routes = Routes(versioned=False)

    @routes.get("/thread", allow=PUBLIC, is_quick=lambda: True)
    def thread(unit: Unit, n: Annotated[int, Query(ge=0)], words: Annotated[list[str], Query()] = []) -> list[str]:  # noqa: B006
        del unit
        return [threading.current_thread().name, str(n), *words]

    service = FastAPI()
    service.router.routes.extend(routes.entries)

    @service.get("/loop")
    async def loop() -> str:
        return threading.current_thread().name

    return TestClient(service)


def test_only_visitors_without_a_body_are_answered_on_the_loop(database: str) -> None:
    with app() as client:
        loop = client.get("/loop").json()
        assert client.get("/thread?n=1&words=a&words=b&more=1").json() == [loop, "1", "a", "b"]
        assert client.get("/thread?n=1", headers={"cookie": "gq_lang=en"}).json()[0] == loop
        for headers in ({"cookie": f"a=b; {SESSION_COOKIE}=x"}, {"content-length": "0"}):
            assert client.get("/thread?n=1", headers=headers).json()[0] != loop
        for query in ("", "?n=x", "?n=-1", "?n="):
            refused = client.get(f"/thread{query}")
            assert refused.status_code == 422
            assert refused.json()["detail"][0]["loc"] == ["query", "n"]
        assert client.post("/thread?n=1").status_code == 405


def test_a_request_with_a_token_never_takes_the_fast_path(watched: Hall) -> None:
    client = watched.enter().client
    assert client.get("/api/v1/openings").status_code == 200
    assert client.get("/api/v1/openings", headers={"authorization": "Bearer nothing"}).status_code == 401


def test_a_withdrawn_opening_disappears_from_search_within_a_second(watched: Hall) -> None:
    client = watched.enter().client
    first = client.get("/api/v1/openings").json()["items"][0]["id"]
    with open_session(Actor.system().scope, write=True) as session:
        session.get_one(Opening, first).state = OpeningState.PAUSED
    end = time.monotonic() + 1
    while first in {opening["id"] for opening in client.get("/api/v1/openings").json()["items"]}:
        assert time.monotonic() < end, "still there"
        time.sleep(0.02)
    assert is_watched()


def takers(app: FastAPI, path: str) -> tuple[list[str], list[str]]:
    """The routes that take a path, by their plain beginnings and patterns, and by their patterns alone."""
    scope = {"type": "http", "method": "GET", "path": path}
    routes = [route for route in app.routes if isinstance(route, PassingRoute)]
    passed = [route.path for route in routes if route.matches(scope)[0] is not Match.NONE]
    return passed, [route.path for route in routes if APIRoute.matches(route, scope)[0] is not Match.NONE]


def test_the_plain_beginning_of_a_path_hides_no_route() -> None:
    app = build()
    paths = {re.sub(r"\{[^}]*\}", "1", route.path) for route in app.routes if isinstance(route, PassingRoute)}
    assert len(paths) > 100
    for path in [*paths, "/", "//", "/nowhere", "/openings/1\n", "/ｏpenings"]:
        by_beginning, by_pattern = takers(app, path)
        assert by_beginning == by_pattern


def test_a_planted_wrong_beginning_is_caught() -> None:
    app = build()
    route = next(route for route in app.routes if isinstance(route, PassingRoute) and route.path == "/openings")
    with planted(route, _beginning="/openings/"):
        by_beginning, by_pattern = takers(app, "/openings")
    assert by_beginning != by_pattern
