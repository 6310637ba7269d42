"""Everybody reads what the service wrote to them, and nobody what it wrote to others."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.paging import ListPage, part_of
from centre import clock
from centre.accounts import Account
from centre.database import open_session
from centre.messages import send
from centre.messages.office import PLAN_FAILED, SIGN_IN
from centre.permissions import Actor, Role
from centre.scopes import seeing_everything
from tests.planted import planted
from tests.web.desks import Hall, opened
from web.pages.account import inbox

NOON = datetime(2026, 11, 23, 4, 0, 10, tzinfo=UTC)
HERE = "/account/inbox"


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    with clock.frozen(NOON), opened() as town:
        yield town


def write_to_everybody() -> dict[Role, list[str]]:
    """A message to each account of the town that names its sign-in name; returns one of these for each role."""
    by_role: dict[Role, list[str]] = {}
    with open_session(Actor.system().scope, write=True) as session:
        accounts = session.scalars(select(Account).where(Account.disabled.is_(False)).order_by(Account.id)).all()
        for account in accounts:
            key = f"test:{account.id}"
            send(session, PLAN_FAILED.of(reason=f"给{account.login}的"), to_account_id=account.id, dedupe_key=key)
            for role in account.roles:
                by_role.setdefault(Role(role), []).append(account.login)
    return by_role


def test_every_role_reads_its_own_messages_and_no_others(hall: Hall) -> None:
    by_role = write_to_everybody()
    assert {Role.JOBSEEKER, Role.COUNTY_MANAGER, Role.REGISTRAR, Role.EMPLOYER, Role.ESCORT} <= set(by_role)
    for logins in by_role.values():
        desk, login = hall.enter(logins[0]), logins[0]
        assert f'href="{HERE}"' in desk.get("/account")
        page = desk.get(HERE)
        assert f"给{login}的" in page
        assert [other for others in by_role.values() for other in others if f"给{other}的" in page] == [
            login for others in by_role.values() for other in others if other == login
        ]
        assert "My messages" in desk.get(f"{HERE}?lang=en")


def test_a_planted_inbox_of_everybody_is_caught(hall: Hall) -> None:
    write_to_everybody()

    def unscoped(session: Session, *args: Any, **words: Any) -> ListPage:
        with seeing_everything(session):
            return part_of(session, *args, **words)

    with planted(inbox, part_of=unscoped):
        page = hall.enter("wang").get(HERE)
    assert "给clerk的" in page


def test_old_messages_follow_behind_the_cursor_and_codes_are_not_repeated(hall: Hall) -> None:
    with open_session(Actor.system().scope, write=True) as session:
        account = session.scalars(select(Account).where(Account.login == "clerk")).one()
        for number in range(5):
            filled = PLAN_FAILED.of(reason=f"第{number}件")
            send(session, filled, to_account_id=account.id, dedupe_key=f"test:{number}")
        send(session, SIGN_IN.of(code="493817"), to_account_id=account.id, dedupe_key="test:code")
    clerk = hall.enter("clerk")
    with planted(inbox, PAGE=3):
        first = clerk.get(HERE)
        assert [number for number in range(5) if f"第{number}件" in first] == [2, 3, 4]
        after = first.split('rel="next" href="')[1].split('"')[0]
        rest = clerk.get(after)
    assert [number for number in range(5) if f"第{number}件" in rest] == [0, 1]
    assert "493817" not in first + rest


def test_a_stranger_signs_in_first(hall: Hall) -> None:
    assert hall.enter().client.get(HERE).status_code == 303
