"""HTTP clients of the whole application inside the test's own process, and the accounts that they sign in to."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from centre import privacy
from centre.accounts.actions import create_account
from centre.accounts.models import SignIn
from centre.database import open_session
from centre.permissions import Actor, Role
from tests.ordeal.crowd import gather
from web.app import build
from web.demo.town import PASSWORD

ORIGIN = "http://testserver"
PHONE = "13800000001"
SYSTEM = Actor.system()

SignedIn = Callable[[str], TestClient]


@pytest.fixture
def client(database: str) -> Iterator[TestClient]:
    """A visitor of an empty installation."""
    privacy.forget_keys()
    with TestClient(build(), headers={"origin": ORIGIN}, follow_redirects=False) as http:
        yield http


@pytest.fixture
def signed_in(database: str) -> Iterator[SignedIn]:
    """Clients of demo accounts: `signed_in("clerk")`; the accounts must exist."""
    with ExitStack() as stack:

        def sign_in(login: str) -> TestClient:
            http = stack.enter_context(TestClient(build(), headers={"origin": ORIGIN}, follow_redirects=False))
            answer = http.post("/sign-in", data={"login": login, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            return http

        yield sign_in


@pytest.fixture(params=["sqlite", "postgresql"])
def each_database(request: pytest.FixtureRequest, database: str) -> str:
    """Runs a test on both databases."""
    address: str = database if request.param == "sqlite" else request.getfixturevalue("postgres_database")
    return address


@pytest.fixture
def crowd(each_database: str) -> None:
    """The crowd's officer, a jobseeker with a telephone, and a city manager, on both databases."""
    gather(people=1, seats=1)
    with open_session(SYSTEM.scope, write=True) as session:
        create_account(session, SYSTEM, login=PHONE, name="王秀兰", password=PASSWORD, roles={Role.JOBSEEKER})
        create_account(
            session, SYSTEM, login="city", name="主任", password=PASSWORD, roles={Role.CITY_MANAGER}, centre_id=1
        )


@pytest.fixture
def visitor(crowd: None) -> Iterator[TestClient]:
    """A visitor of the installation with the crowd's accounts."""
    with TestClient(build(), headers={"origin": ORIGIN}, follow_redirects=False) as browser:
        yield browser


def age(**passed: float) -> None:
    """Make every session older by a time span."""
    with open_session(SYSTEM.scope, write=True) as session:
        for sign_in in session.scalars(select(SignIn)):
            for name in ("seen_at", "proved_at", "expires_at", "ends_at"):
                setattr(sign_in, name, getattr(sign_in, name) - timedelta(**passed))


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of a page."""
    field = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert field is not None
    return field[1]
