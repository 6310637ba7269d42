"""Hashing a password is slow on purpose: at none of the doors does anybody wait for the writer's lock meanwhile."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from centre import clock
from centre.accounts import actions, administration, authentication, cards, queries
from centre.accounts.passwords import fits, hashed
from centre.permissions import Actor
from centre.settings import settings
from matching.profiles import registration
from tests.journeys.strangers import HERS, NOON, OWN_WORDS, at_counter, code_for, prove, register, visitors
from tests.planted import planted
from tests.web.desks import Hall, opened
from web.demo.town import PASSWORD


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    with clock.frozen(NOON), opened() as town:
        yield town


def is_locked() -> bool:
    """Whether somebody else who wants to write would have to wait now."""
    stranger = sqlite3.connect(settings().url.removeprefix("sqlite:///"), timeout=0)
    try:
        stranger.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    finally:
        stranger.close()
    return False


def waits(hall: Hall) -> tuple[dict[str, int], list[str]]:
    """How often each door hashed, and those that held the lock meanwhile."""
    doors: dict[str, int] = {}
    held: list[str] = []
    here = [""]

    def look() -> None:
        doors[here[0]] = doors.get(here[0], 0) + 1
        if is_locked():
            held.append(here[0])

    def looking_hashed(password: str) -> str:
        look()
        return hashed(password)

    def looking_fits(password: str, kept: str | None) -> bool:
        look()
        return fits(password, kept)

    with ExitStack() as stack:
        for module in (actions, administration, authentication, cards, queries, registration):
            names = {"hashed": looking_hashed, "fits": looking_fits}
            present: dict[str, Any] = {name: probe for name, probe in names.items() if hasattr(module, name)}
            stack.enter_context(planted(module, **present))
        somebody = stack.enter_context(visitors())
        _try_doors(hall, somebody("10.0.0.1"), somebody("10.0.0.2"), here)
    return doors, held


def _try_doors(hall: Hall, her: TestClient, newcomer: TestClient, here: list[str]) -> None:
    here[0] = "counter"
    record = at_counter(hall, "13833330003")
    here[0] = "sign in"
    clerk = hall.enter("clerk")
    here[0] = "again"
    clerk.send("/sign-in/again", code=PASSWORD)
    here[0] = "card"
    clerk.send(f"/cards/{record}", 200)
    here[0] = "password"
    clerk.send("/account/password", 200, old=PASSWORD, password=OWN_WORDS["his"], repeated=OWN_WORDS["his"])
    here[0] = "register"
    assert prove(her, register(her, HERS, OWN_WORDS["her"]), code_for(HERS)) == 303
    here[0] = "invitation"
    form = {"login": "newclerk", "name": "新来的", "roles": "clerk", "centre_id": "2"}
    page = hall.enter("admin").send("/administration/accounts/new", 200, **form)
    words = {"password": OWN_WORDS["her"], "repeated": OWN_WORDS["her"]}
    assert newcomer.post(re.findall(r"/invitation/[\w-]+", page)[0], data=words).status_code == 303


DOORS = {"sign in", "again", "password", "register", "card", "invitation"}


def test_nobody_waits_for_a_hash(hall: Hall) -> None:
    doors, held = waits(hall)
    assert held == []
    assert doors.keys() >= DOORS


def test_a_planted_hash_inside_the_transaction_is_caught(hall: Hall) -> None:
    def late(session: Session, actor: Actor, *, person_id: int) -> cards.PrintedCard:
        assert queries.living_card(session, person_id) is None
        return right(session, actor, person_id=person_id)

    right = cards.issue_card
    with planted(cards, issue_card=late):
        assert set(waits(hall)[1]) == {"card"}
