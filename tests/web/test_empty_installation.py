"""An installation that was migrated and nothing else: every public page answers, and newcomers read what is missing."""

import pytest
from starlette.testclient import TestClient

from api.dependencies import PUBLIC
from api.registry import registry
from centre import network
from tests.planted import planted
from web.app import build

NEWCOMER = {
    "name": "王秀兰", "phone": "13800000001", "id_number": "610499197503080022", "password": "麦子熟了吗",
    "consent": "true",
}  # fmt: skip


@pytest.fixture
def visitor(any_database: str) -> TestClient:
    """A visitor of an installation without a single centre."""
    del any_database
    network.forget_home()
    return TestClient(build(), headers={"origin": "http://testserver"}, follow_redirects=False)


def broken_pages(visitor: TestClient) -> list[str]:
    """Public addresses without a number in them that answer with a fault."""
    pages = [entry.path for entry in registry(build()) if entry.allow is PUBLIC and entry.method == "GET"]
    return [path for path in pages if "{" not in path and visitor.get(path).status_code in (500, 502)]


def test_every_public_page_answers(visitor: TestClient) -> None:
    assert broken_pages(visitor) == []


@pytest.mark.parametrize("form", [NEWCOMER, NEWCOMER | {"live_region": "330402"}])
def test_the_first_newcomer_reads_that_the_service_is_not_set_up_yet(visitor: TestClient, form: dict[str, str]) -> None:
    for answer in (visitor.get("/register"), visitor.post("/register", data=form), visitor.get("/employer/register")):
        assert answer.status_code == 503
        assert "这里的服务还没有开通" in answer.text
        assert "还没有开通 ·" in answer.text
        assert "not-set-up" in answer.text


def test_in_english_too(visitor: TestClient) -> None:
    assert "This service is not open yet" in visitor.get("/register?lang=en").text


def test_a_planted_search_for_the_city_centre_that_takes_one_for_granted_is_caught(visitor: TestClient) -> None:
    with planted(network, home=lambda: "610400"):
        assert visitor.get("/register").status_code == 200
