"""HTTP semantics on every route: HEAD, Allow, ETag, languages, and conditional updates."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import contract
from centre import clock
from centre.translation import best_locale
from tests.api.test_fairs import FAIR, NOW, hall
from tests.employers.browser import Browser, Opener, opener
from tests.planted import planted


@pytest.fixture
def as_(database: str) -> Iterator[Opener]:
    with clock.frozen(NOW):
        yield opener()


READS = ("/", "/fairs", "/fairs.ics", "/api/v1/fairs", "/api/v1/openings", "/health/live", "/sign-in")


@pytest.mark.parametrize("address", READS)
def test_head_is_answered_as_get_without_the_body(client: TestClient, address: str) -> None:
    read, head = client.get(address), client.head(address)
    assert (head.status_code, head.content) == (read.status_code, b"")
    assert head.headers["content-type"] == read.headers["content-type"]


def test_a_wrong_method_gets_the_list_of_allowed_ones(client: TestClient) -> None:
    for address, methods in (("/api/v1/fairs", "GET, HEAD, POST"), ("/health/live", "GET, HEAD")):
        answer = client.delete(address)
        assert (answer.status_code, answer.headers["allow"]) == (405, methods)


@pytest.mark.parametrize("address", ["/fairs.ics", "/api/v1/fairs", "/api/v1/openings"])
def test_a_list_that_is_polled_is_not_sent_again_until_it_changes(client: TestClient, address: str) -> None:
    first = client.get(address)
    again = client.get(address, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(address, headers={"if-none-match": '"other"'}).status_code == 200


def test_an_etag_that_ignores_the_content_is_caught(client: TestClient, as_: Opener) -> None:
    class Constant:
        def __init__(self, _content: bytes) -> None:
            pass

        def hexdigest(self) -> str:
            return "0" * 64

    organiser = as_("organiser")
    with planted(contract, sha256=Constant):
        before = client.get("/api/v1/fairs", params={"q": "没有"}).headers["etag"]
        after = organiser.get("/api/v1/openings").headers["etag"]
    assert before == after
    assert client.get("/api/v1/fairs").headers["etag"] != client.get("/api/v1/openings").headers["etag"]


def test_answers_say_which_language_they_are_in_and_what_they_depend_on(client: TestClient) -> None:
    for wish, language in (
        ("en", "en"),
        ("zh-CN,en;q=0.5", "zh-Hans"),
        ("zh;q=0.2, en;q=0.9", "en"),
        ("fr", "zh-Hans"),
    ):
        answer = client.get("/api/v1/fairs", headers={"accept-language": wish})
        assert answer.headers["content-language"] == language
        assert "Accept-Language" in answer.headers["vary"]


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("zh;q=0.2,en;q=0.9", "en"), ("en;q=0,zh", "zh-Hans"), ("en;q=0", "zh-Hans"), ("en-GB", "en"),
        ("de,en;q=0.1", "en"), ("en;q=x", "zh-Hans"),
    ],
)  # fmt: skip
def test_quality_values_of_languages_are_honoured(wish: str, language: str) -> None:
    assert best_locale(wish) == language


def plan(organiser: Browser) -> tuple[str, dict[str, Any]]:
    body = FAIR | {"venue_id": hall(organiser)}
    planned = organiser.post("/api/v1/fairs", json=body)
    assert planned.status_code == 201
    return f"/api/v1/fairs/{planned.json()['id']}", body


def test_an_edit_of_a_version_that_is_gone_is_refused(as_: Opener) -> None:
    organiser = as_("organiser")
    address, body = plan(organiser)
    seen = organiser.get(address).headers["etag"]
    first = organiser.put(address, json=body | {"name": "改名一次"}, headers={"if-match": seen})
    assert (first.status_code, first.headers["etag"] != seen) == (200, True)
    stale = organiser.put(address, json=body | {"name": "改名两次"}, headers={"if-match": seen})
    assert (stale.status_code, stale.json()["title"]) == (412, "stale-edit")
    assert organiser.get(address).json()["name"] == "改名一次"
    assert organiser.put(address, json=body, headers={"if-match": "*"}).status_code == 200
