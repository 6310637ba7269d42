"""Whoever did not ask for a new password or authenticator learns of it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from centre.accounts import administration
from centre.accounts.actions import reset_second_factor_alone, set_password
from centre.accounts.administration import invite_again
from centre.accounts.approvals import ask_factor_reset, decide_factor_reset
from centre.accounts.models import Account
from centre.database import open_session
from centre.outbox import Message
from centre.permissions import Actor, Role
from tests.ordeal.crowd import gather
from tests.planted import planted

SYSTEM = Actor.system()
ADMINISTRATOR = Actor(account_id=None, roles=frozenset({Role.ADMINISTRATOR}))


def messages_after(change: Callable[[], None]) -> list[str]:
    """The messages of the officer's account after a change."""
    change()
    with open_session(SYSTEM.scope) as session:
        owner = select(Account.id).where(Account.login == "officer").scalar_subquery()
        return list(session.scalars(select(Message.title).where(Message.account_id == owner).order_by(Message.id)))


def by_command() -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        set_password(session, SYSTEM, login="officer", password="麦子熟了就回家乡")


def by_link() -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        account = session.scalars(select(Account).where(Account.login == "officer")).one()
        invite_again(session, ADMINISTRATOR, account_id=account.id)


def by_two_people() -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        account = session.scalars(select(Account).where(Account.login == "officer")).one()
        second = Account(login="second", name="张三", password_hash="", roles=["administrator"])
        session.add(second)
        session.flush()
        request = ask_factor_reset(session, SYSTEM, account_id=account.id, reason="手机丢了")
        actor = Actor(account_id=second.id, roles=frozenset({Role.ADMINISTRATOR}))
        decide_factor_reset(session, actor, approval_id=request.id, agreed=True)


def at_the_server() -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        reset_second_factor_alone(session, SYSTEM, login="officer", reason="唯一的管理员")


@pytest.mark.usefixtures("any_database")
@pytest.mark.parametrize(
    ("change", "title"),
    [
        (by_command, "您的密码被重置了"),
        (by_link, "您的密码被重置了"),
        (by_two_people, "您的动态口令被重置了"),
        (at_the_server, "您的动态口令被重置了"),
    ],
)
def test_the_owner_learns_that_somebody_replaced_a_credential(change: Callable[[], None], title: str) -> None:
    gather(people=0, seats=1)
    assert title in messages_after(change)


@pytest.mark.usefixtures("database")
def test_a_planted_door_that_stays_silent_is_caught() -> None:
    gather(people=0, seats=1)
    with planted(administration, tell_owner=lambda *_: None):
        assert "您的密码被重置了" not in messages_after(by_link)
