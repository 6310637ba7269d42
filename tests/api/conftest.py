"""Clients of the whole application inside the test's own process."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from starlette.testclient import TestClient

from centre import privacy
from web.app import build
from web.demo.town import PASSWORD

ORIGIN = "http://testserver"

SignedIn = Callable[[str], TestClient]


@pytest.fixture
def client(database: str) -> Iterator[TestClient]:
    """A visitor of an empty installation."""
    privacy.forget_keys()
    with TestClient(build(), headers={"origin": ORIGIN}, follow_redirects=False) as http:
        yield http


@pytest.fixture
def signed_in(database: str) -> Iterator[SignedIn]:
    """Clients of demo accounts: `signed_in("clerk")`; the accounts must be there."""
    with ExitStack() as stack:

        def sign_in(login: str) -> TestClient:
            http = stack.enter_context(TestClient(build(), headers={"origin": ORIGIN}, follow_redirects=False))
            answer = http.post("/sign-in", data={"login": login, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            return http

        yield sign_in
