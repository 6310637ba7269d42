"""Account commands: tokens, renewals, lost authenticators; refusals are messages, not tracebacks."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from centre import clock
from centre.accounts import bearer, create_account, sign_in, visitor
from centre.accounts.approvals import AccountApproval, decide_factor_reset
from centre.accounts.factors import confirm, prepare
from centre.accounts.models import Account, SecondFactor
from centre.accounts.queries import prepared_secret
from centre.accounts.rules import totp
from centre.audit import AuditEntry
from centre.database import open_session
from centre.outbox import Message
from centre.permissions import Actor, Permission, Role
from tests.ordeal.crowd import gather
from web.commands.accounts import app
from web.demo.town import PASSWORD

SYSTEM = Actor.system()
LAST_DAY = (clock.today() + timedelta(days=200)).isoformat()


def run(*words: str, **environment: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words), env=dict(os.environ) | environment)
    return done.exit_code, done.output.strip()


@pytest.mark.usefixtures("database")
def test_a_token_is_printed_once_listed_without_its_secret_and_revoked() -> None:
    gather(people=0, seats=1)
    status, token = run("token", "create", "考勤", "--may", "training:report", "--expires", LAST_DAY, "--school", "P1")
    assert status == 0
    with open_session(SYSTEM.scope) as session:
        caller = bearer(session, token)
    assert caller is not None
    assert caller.actor.only == frozenset({Permission.REPORT_TRAINING})
    listed = run("token", "list")[1]
    assert token[:11] in listed
    assert token not in listed
    assert run("token", "revoke", "1") == (0, "Token 1 revoked")
    assert run("token", "revoke", "99")[0] == 2
    with open_session(SYSTEM.scope) as session:
        assert bearer(session, token) is None


@pytest.mark.usefixtures("database")
def test_tokens_beyond_their_kind_or_without_an_owner_are_refused_with_a_message() -> None:
    gather(people=0, seats=1)
    words = ["token", "create", "考勤", "--expires", LAST_DAY]
    beyond = run(*words, "--may", "person:list", "--school", "P1")
    nobody = run(*words, "--may", "training:report", "--school", "P9")
    assert beyond == (1, "Some of these permissions cannot be granted to this kind of organisation")
    assert nobody == (1, "No such organisation. Check its name or code.")
    assert run(*words, "--may", "training:report")[0] == 2


@pytest.mark.usefixtures("database")
def test_a_partners_account_is_created_with_an_expiry_date_and_renewed() -> None:
    gather(people=0, seats=1)
    words = ["create", "school", "--name", "教务", "--role", "registrar", "--provider", "1"]
    assert run(*words, GANGQIAO_NEW_PASSWORD="12345678")[0] == 1
    assert run(*words, GANGQIAO_NEW_PASSWORD="麦子熟了就回家乡")[0] == 1
    assert run(*words, "--expires", LAST_DAY, GANGQIAO_NEW_PASSWORD="麦子熟了就回家乡")[0] == 0
    later = (clock.today() + timedelta(days=300)).isoformat()
    assert run("renew", "school", "--until", later) == (0, f"school may sign in until {later}")
    assert run("renew", "officer", "--until", later)[0] == 2
    with open_session(SYSTEM.scope) as session:
        assert session.scalars(select(Account.expires_on).where(Account.login == "school")).one().isoformat() == later  # type: ignore[union-attr]


def factor_of(login: str) -> int:
    """How many authenticators an account has."""
    with open_session(SYSTEM.scope) as session:
        account_id = session.scalars(select(Account.id).where(Account.login == login)).one()
        return len(session.scalars(select(SecondFactor).where(SecondFactor.account_id == account_id)).all())


def second_person() -> None:
    """An administrator who may agree."""
    with open_session(SYSTEM.scope, write=True) as session:
        create_account(session, SYSTEM, login="second", name="second", password=PASSWORD, roles={Role.ADMINISTRATOR})


def bind_authenticator(login: str) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        account = session.scalars(select(Account).where(Account.login == login)).one()
        prepare(session, account)
        secret = prepared_secret(session, account.id)
        confirm(session, account, code=totp(secret, int(clock.now().timestamp()) // 30))


@pytest.mark.usefixtures("database")
def test_a_lost_authenticator_goes_at_the_console_when_a_second_person_agrees() -> None:
    gather(people=0, seats=1)
    second_person()
    bind_authenticator("officer")
    words = ("reset-second-factor", "officer", "--reason", "手机丢了，备用码也没了")
    status, text = run(*words)
    assert (status, "second" in text, factor_of("officer")) == (0, True, 1)
    assert run(*words)[0] == 1, "it waits already"
    assert run("reset-second-factor", "nobody", "--reason", "手机丢了")[0] == 2
    with open_session(SYSTEM.scope, write=True) as session:
        second = session.scalars(select(Account).where(Account.login == "second")).one()
        request = session.scalars(select(AccountApproval)).one()
        titles = session.scalars(select(Message.title).where(Message.account_id == second.id)).all()
        actor = Actor(account_id=second.id, roles=frozenset({Role.ADMINISTRATOR}))
        decide_factor_reset(session, actor, approval_id=request.id, agreed=True)
    assert factor_of("officer") == 0
    assert any("等您同意重置" in title for title in titles)


@pytest.mark.usefixtures("database")
def test_an_authenticator_reset_alone_is_in_the_audit_log_and_told_to_the_others() -> None:
    gather(people=0, seats=1)
    second_person()
    bind_authenticator("officer")
    assert run("reset-second-factor", "officer", "--reason", "唯一的管理员", "--alone")[0] == 0
    assert factor_of("officer") == 0
    with open_session(SYSTEM.scope) as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "account.factor-reset")).all()
        titles = session.scalars(select(Message.title)).all()
    assert [entry.detail for entry in entries] == [{"alone": True, "reason": "唯一的管理员"}]
    assert any("请核实是不是本人要求的" in title for title in titles)


@pytest.mark.usefixtures("database")
def test_where_nobody_else_may_agree_the_command_says_so() -> None:
    gather(people=0, seats=1)
    with open_session(SYSTEM.scope, write=True) as session:
        for account in session.scalars(select(Account).where(Account.login != "officer")):
            account.disabled = True
    status, text = run("reset-second-factor", "officer", "--reason", "手机丢了")
    assert (status, "--alone" in text) == (1, True)


@pytest.mark.usefixtures("database")
def test_a_new_password_from_the_administrator_ends_the_sessions() -> None:
    gather(people=0, seats=1)
    with open_session(SYSTEM.scope, write=True) as session:
        token, _ = sign_in(session, SYSTEM, login="officer", password=PASSWORD)
    with open_session(SYSTEM.scope) as session:
        assert visitor(session, token) is not None
    assert run("password", "officer", GANGQIAO_NEW_PASSWORD="麦子熟了就回家乡")[0] == 0
    with open_session(SYSTEM.scope) as session:
        assert visitor(session, token) is None
