"""Account commands: tokens, renewals, lost authenticators; refusals are messages, not tracebacks."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from centre import clock
from centre.accounts import bearer, sign_in, visitor
from centre.accounts.models import Account
from centre.database import open_session
from centre.permissions import Actor, Permission
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
    assert run("reset-second-factor", "school")[0] == 0
    assert run("reset-second-factor", "nobody")[0] == 2


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
