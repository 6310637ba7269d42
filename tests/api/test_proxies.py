"""Behind a proxy: forwarded headers are believed only from the proxies that the settings name."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.testclient import TestClient

import api.proxies
from tests.databases import settings_from
from tests.ordeal.crowd import gather
from tests.planted import planted
from web.app import build
from web.demo.town import PASSWORD

PROXY, STRANGER = "10.0.0.1", "203.0.113.9"
FORWARDED = {"x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "https", "x-forwarded-host": "jobs.example"}


@pytest.fixture(autouse=True)
def _city(database: str) -> None:
    gather(people=1, seats=1)


@contextmanager
def sender(host: str, trusted: str = "") -> Iterator[TestClient]:
    """A program that sends requests from an address, to a service that trusts some proxies."""
    with (
        settings_from(trusted_proxies=trusted),
        TestClient(build(), follow_redirects=False, client=(host, 50_000)) as client,
    ):
        yield client


def calendar(client: TestClient, **headers: str) -> str:
    """What the service takes its own address for."""
    return client.get("/developers", headers=FORWARDED | headers).text


def tries(client: TestClient) -> list[int]:
    """Fifteen wrong passwords, each said to come from another address."""
    form = {"login": "officer", "password": "wrong"}
    return [
        client.post("/sign-in", data=form, headers=FORWARDED | {"x-forwarded-for": f"198.51.100.{number}"}).status_code
        for number in range(15)
    ]


def test_without_a_trusted_proxy_no_forwarded_header_is_believed() -> None:
    with sender(STRANGER) as client:
        assert "jobs.example" not in calendar(client)
        assert tries(client).count(429) == 5


def test_a_stranger_is_not_believed_where_a_proxy_is() -> None:
    with sender(STRANGER, trusted=f"{PROXY},10.1.0.0/16") as client:
        assert "jobs.example" not in calendar(client)
        assert tries(client).count(429) == 5


@pytest.mark.parametrize("proxy", [PROXY, "10.1.2.3"])
def test_a_trusted_proxy_tells_address_scheme_and_host(proxy: str) -> None:
    with sender(proxy, trusted=f"{PROXY},10.1.0.0/16") as client:
        assert "https://jobs.example/api/v1/" in calendar(client)
        assert tries(client).count(429) == 0
        form = {"login": "officer", "password": PASSWORD}
        own = client.post("/sign-in", data=form, headers=FORWARDED | {"origin": "https://jobs.example"})
        foreign = client.post("/sign-in", data=form, headers=FORWARDED | {"origin": "http://jobs.example"})
        assert (own.status_code, foreign.status_code) == (303, 403)


def test_what_a_client_put_before_the_proxys_own_entry_is_not_believed() -> None:
    with sender(PROXY, trusted=PROXY) as client:
        form = {"login": "officer", "password": "wrong"}
        answers = [
            client.post("/sign-in", data=form, headers={"x-forwarded-for": f"1.2.3.{number}, 198.51.100.7"}).status_code
            for number in range(15)
        ]
    assert answers.count(429) == 5


def test_public_links_use_the_public_address_whatever_the_host_says() -> None:
    with settings_from(public_url="https://city.example"), sender(STRANGER) as client:
        for headers in ({}, {"host": "evil.example"}):
            assert "https://city.example/api/v1/" in calendar(client, **headers)
            feed = client.get("/fairs.ics", headers=headers).text
            assert "evil.example" not in feed


def test_a_planted_trust_in_everybody_is_caught() -> None:
    right = api.proxies._believing
    with planted(api.proxies, _believing=lambda app, _trusted: right(app, "*")), sender(STRANGER, trusted=PROXY) as it:
        assert "jobs.example" in calendar(it)
        assert tries(it).count(429) == 0
