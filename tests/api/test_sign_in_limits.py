"""R22: sign-in rate limits are exact across processes; without their counters sign-in fails and reads work."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx2 as httpx
import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from centre.accounts.actions import create_account
from centre.accounts.models import OneTimeCode, SignIn
from centre.database import engine, open_session
from centre.outbox import Message
from centre.permissions import Actor, Role
from centre.tables import Base
from tests.clients import ORIGIN
from tests.ordeal.crowd import gather
from tests.ordeal.servers import Server, serving_many
from web.app import build
from web.demo.town import PASSWORD

SYSTEM = Actor.system()
PROCESSES, TRIES = 3, 24
PHONE = "13800000001"
MUTANT = "tests.api.mutants:forgetful_app"


def people() -> None:
    gather(people=0, seats=1)
    with open_session(SYSTEM.scope, write=True) as session:
        create_account(session, SYSTEM, login=PHONE, name="王秀兰", password=PASSWORD, roles={Role.JOBSEEKER})


def send(servers: Sequence[Server], path: str, form: dict[str, str]) -> Counter[int]:
    """Send the same form to all servers concurrently; returns the number of each status."""

    def attempt(number: int) -> int:
        server = servers[number % len(servers)]
        answer = httpx.post(server.url + path, data=form, headers={"origin": server.url}, timeout=60)
        return answer.status_code

    with ThreadPoolExecutor(6) as pool:
        return Counter(pool.map(attempt, range(TRIES)))


def faults(servers: Sequence[Server]) -> list[str]:
    """What a guesser gets beyond the limits, with guesses spread over the processes."""
    problems = []
    wrong = send(servers, "/sign-in", {"login": "officer", "password": "wrong-password"})
    if wrong != {422: 10, 429: TRIES - 10}:
        problems.append(f"passwords: {dict(wrong)}")
    if send(servers, "/sign-in", {"login": "officer", "password": PASSWORD})[303]:
        problems.append("the right password is taken although the limit is passed")
    codes = send(servers, "/sign-in/phone", {"phone": PHONE})
    with open_session(SYSTEM.scope) as session:
        sent = session.scalar(select(func.count(Message.id)).where(Message.kind == "sign-in-code"))
    # One a minute; the tries may fall on both sides of a full minute.
    if not 1 <= (sent or 0) <= 2 or codes[200] != sent:
        problems.append(f"codes: {sent} sent, {dict(codes)}")
    return problems


def test_limits_are_exact_over_three_processes(any_database: str) -> None:
    people()
    with serving_many(PROCESSES) as servers:
        assert faults(servers) == []


@pytest.mark.usefixtures("database")
def test_planted_counters_of_each_process_are_caught() -> None:
    people()
    with serving_many(PROCESSES, MUTANT) as servers:
        caught = faults(servers)
    assert any(fault.startswith("passwords") for fault in caught)
    assert any(fault.startswith("codes") for fault in caught)


@contextmanager
def counters_away() -> Iterator[None]:
    """Make the counters unavailable: drop their table, or lock it."""
    tally = Base.metadata.tables["tally"]
    with engine().execution_options(write=True).connect() as other:
        if other.dialect.name == "postgresql":
            other.exec_driver_sql("LOCK TABLE tally IN ACCESS EXCLUSIVE MODE")
            yield
        else:
            tally.drop(other)
            other.commit()
            yield


def test_without_rate_limit_counters_sign_in_fails_and_reads_work(any_database: str) -> None:
    people()
    with TestClient(build(), headers={"origin": ORIGIN}, follow_redirects=False) as client, counters_away():
        assert client.post("/sign-in", data={"login": "officer", "password": PASSWORD}).status_code == 503
        assert client.post("/sign-in/phone", data={"phone": PHONE}).status_code == 503
        assert client.post("/kiosk/card", data={"card": "ABCD-EFGH-JKMN-PQRS", "pin": "123456"}).status_code == 503
        assert [client.get(path).status_code for path in ("/sign-in", "/api/v1/openings")] == [200, 200]
    with open_session(SYSTEM.scope) as session:
        assert session.scalars(select(SignIn)).all() == []
        assert session.scalars(select(OneTimeCode)).all() == []
