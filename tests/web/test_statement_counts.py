"""The number of statements of the main pages, recorded so that N+1 queries are noticed."""

import pytest
from starlette.testclient import TestClient

from centre import privacy
from centre.database import open_session
from centre.permissions import Actor
from centre.policy import load_examples
from tests.statements import statements
from web.app import build
from web.demo import town

COUNTS = {
    ("/", ""): 2,
    ("/openings?q=挡车工", ""): 2,
    ("/openings/3", ""): 2,
    ("/fairs", ""): 2,
    ("/fairs/15", ""): 4,
    ("/training", ""): 1,
    ("/training/classes/1", ""): 1,
    ("/api/v1/openings?q=挡车工", ""): 0,
    ("/api/v1/fairs", ""): 2,
    ("/me", "wang"): 26,
    ("/me/matches", "wang"): 21,
    ("/openings/3", "wang"): 13,
    ("/school", "school"): 10,
    ("/employer", "employer"): 5,
    ("/organiser", "organiser"): 7,
    ("/organiser/fairs/15", "organiser"): 6,
    ("/employer/openings/14", "employer"): 2,
    ("/counter/verify", "officer"): 4,
    ("/counter", "clerk"): 5,
    ("/counter/people/1", "clerk2"): 31,
}

BOARD = "employer.version"


@pytest.fixture
def city(database: str) -> TestClient:
    """A client of the demo town."""
    privacy.forget_keys()
    with open_session(Actor.system().scope, write=True) as session:
        load_examples(session)
        town.fill(session)
    return TestClient(build(), headers={"origin": "http://testserver"}, follow_redirects=False)


def statements_of(client: TestClient, path: str) -> int:
    """The number of statements of a page with warm caches, without the poller's."""
    assert client.get(path).status_code == 200, path
    with statements() as ran:
        client.get(path)
    return sum(BOARD not in statement for statement in ran)


def test_the_main_pages_issue_the_recorded_number_of_statements(city: TestClient) -> None:
    counts = {}
    for path, login in COUNTS:
        city.cookies.clear()
        if login:
            answer = city.post("/sign-in", data={"login": login, "password": town.PASSWORD})
            assert answer.status_code == 303, login
        counts[path, login] = statements_of(city, path)
    assert counts == COUNTS


def test_a_longer_list_issues_no_more_statements(city: TestClient) -> None:
    assert statements_of(city, "/api/v1/openings?limit=2") == statements_of(city, "/api/v1/openings?limit=18")
    assert statements_of(city, "/fairs?month=2026-12") == statements_of(city, "/fairs?month=2026-03")
