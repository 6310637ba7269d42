"""Whose form it is: the token whatever the form is sent as, the origin with its scheme, and what refusals tell."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

import api.dependencies
from centre.accounts.models import SignIn
from centre.database import open_session
from centre.permissions import Actor
from tests.clients import ORIGIN, SignedIn
from tests.databases import settings_from
from tests.ordeal.crowd import gather
from tests.planted import planted
from web.app import build

SYSTEM = Actor.system()
KINDS = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", "")


@pytest.fixture
def city(database: str) -> None:
    gather(people=1, seats=1)


def sessions() -> int:
    with open_session(SYSTEM.scope) as session:
        return session.scalar(select(func.count(SignIn.id))) or 0


def accepted(signed_in: SignedIn) -> list[str]:
    """As which kinds a form without its token gets through."""
    signed_in("officer")
    client, before, through = signed_in("officer"), sessions(), []
    for kind in KINDS:
        headers = {"content-type": kind} if kind else {}
        content = b"--x--\r\n" if "boundary" in kind else b"_csrf=wrong"
        answer = client.post("/account/devices/revoke-others", content=content, headers=headers)
        if answer.status_code != 403:
            through.append(kind)
    assert through or sessions() == before
    return through


def test_no_form_gets_through_without_its_token_whatever_it_is_sent_as(signed_in: SignedIn, city: None) -> None:
    assert accepted(signed_in) == []


def test_a_planted_check_of_parsed_forms_alone_is_caught(signed_in: SignedIn, city: None) -> None:
    with planted(api.dependencies, _needs_token=lambda unit: unit.form is not None):
        assert "text/plain" in accepted(signed_in)


def test_the_api_asks_for_the_token_where_a_form_of_another_site_could_have_sent_it(
    signed_in: SignedIn, city: None
) -> None:
    client = signed_in("officer")
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        step = client.post("/api/v1/openings/1/publish", content=b"", headers={"content-type": kind})
        assert (step.status_code, step.json()["title"]) == (403, "foreign-form")
    own = client.post("/api/v1/openings/1/publish", content=b"", headers={"content-type": "application/json"})
    assert own.json()["title"] != "foreign-form"


def test_the_api_reads_no_json_that_a_form_of_another_site_could_have_sent(signed_in: SignedIn, city: None) -> None:
    client = signed_in("officer")
    content = b'{"words": "x"}'
    plain = client.post("/api/v1/people/search", content=content, headers={"content-type": "text/plain"})
    assert (plain.status_code, plain.json()["errors"][0]["code"]) == (422, "model-attributes-type")
    own = client.post("/api/v1/people/search", content=content, headers={"content-type": "application/json"})
    assert own.status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [(ORIGIN, 303), ("https://testserver", 403), ("http://testserver:8080", 403), ("http://evil.example", 403),
     ("null", 403), ("https://jobs.example", 403)],
)  # fmt: skip
def test_http_and_https_of_one_host_are_two_origins(city: None, origin: str, status: int) -> None:
    from web.demo.town import PASSWORD

    with TestClient(build(), follow_redirects=False) as client:
        form = {"login": "officer", "password": PASSWORD}
        assert client.post("/sign-in", data=form, headers={"origin": origin}).status_code == status


def test_the_public_address_is_an_origin_of_the_service_itself(city: None) -> None:
    from web.demo.town import PASSWORD

    with settings_from(public_url="https://jobs.example/"), TestClient(build(), follow_redirects=False) as client:
        form = {"login": "officer", "password": PASSWORD}
        assert client.post("/sign-in", data=form, headers={"origin": "https://jobs.example"}).status_code == 303


@pytest.fixture
def visitor(city: None) -> Iterator[TestClient]:
    with TestClient(build(), headers={"origin": ORIGIN}, follow_redirects=False) as client:
        yield client


def test_who_is_unknown_hears_how_to_say_who_they_are(visitor: TestClient) -> None:
    for headers in ({}, {"authorization": "Bearer nothing"}):
        answer = visitor.get("/api/v1/tokens", headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="gangqiao"')


def test_who_asks_too_often_hears_when_to_come_again(visitor: TestClient) -> None:
    page = [visitor.post("/sign-in", data={"login": "officer", "password": "wrong"}) for _ in range(11)][-1]
    assert page.status_code == 429
    assert 0 < int(page.headers["retry-after"]) <= 300
    code = [visitor.post("/sign-in/phone", data={"phone": "13800000001"}) for _ in range(2)][-1]
    assert code.status_code == 429
    assert 0 < int(code.headers["retry-after"]) <= 60


def test_developers_see_a_first_call_with_a_token_at_the_public_address(visitor: TestClient) -> None:
    with settings_from(public_url="https://jobs.example"):
        page = visitor.get("/developers").text
    assert "Authorization: Bearer gq_" in page
    assert "https://jobs.example/api/v1/" in page
