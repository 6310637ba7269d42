"""One poisoned row stops neither its job's other rows nor other jobs, and is tried again by itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from centre import clock, jobs
from centre.accounts import Account
from centre.database import open_session
from centre.isolation import apart
from centre.jobs import Job, JobFailure, JobRun, run_due_jobs
from centre.permissions import Actor, Role
from tests.planted import planted

NINE = datetime(2026, 3, 6, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SYSTEM = Actor.system().scope
LOGINS = ("row-1", "row-2", "row-3")


@pytest.fixture
def accounts(any_database: str) -> None:
    """Three accounts for a job to rename."""
    del any_database
    with open_session(SYSTEM, write=True) as session:
        for login in LOGINS:
            session.add(Account(login=login, password_hash="-", roles=[Role.ADMINISTRATOR], name="旧"))


def renames(poison: set[str], *, isolated: bool = True) -> Callable[[Session], None]:
    """A job that renames each account that has the old name; those of `poison` raise after they were changed."""

    def work(session: Session) -> None:
        due = select(Account).where(Account.login.in_(LOGINS), Account.name == "旧").order_by(Account.login)
        for account in session.scalars(due).all():
            with apart(session) if isolated else passing():
                account.name = "新"
                session.flush()
                if account.login in poison:
                    raise ZeroDivisionError

    return work


@contextmanager
def passing() -> Iterator[None]:
    """No savepoint."""
    yield


def registered(work: Callable[[Session], None]) -> dict[str, Job]:
    return {
        "rows": Job("rows", timedelta(minutes=5), work, False, "It renames."),
        "other": Job("other", timedelta(minutes=5), lambda _session: None, False, "It runs."),
    }


def renamed() -> set[str]:
    with open_session(SYSTEM) as session:
        return set(session.scalars(select(Account.login).where(Account.login.in_(LOGINS), Account.name == "新")))


def runs(name: str) -> int:
    with open_session(SYSTEM) as session:
        return session.scalar(select(func.count()).select_from(JobRun).where(JobRun.job == name)) or 0


@pytest.mark.usefixtures("accounts")
def test_a_poisoned_row_is_reported_while_the_others_are_done() -> None:
    poison = {"row-2"}
    with planted(jobs, REGISTER=registered(renames(poison))):
        with clock.frozen(NINE):
            run_due_jobs()
        assert renamed() == {"row-1", "row-3"}
        assert (runs("rows"), runs("other")) == (0, 1)
        with open_session(SYSTEM) as session:
            assert session.get_one(JobFailure, "rows").error.startswith("ZeroDivisionError")
        poison.clear()
        with clock.frozen(NINE + 2 * MINUTE):  # the same slot, after the pause
            run_due_jobs()
        assert renamed() == set(LOGINS)
        assert runs("rows") == 1
        with open_session(SYSTEM) as session:
            assert session.get(JobFailure, "rows") is None


@pytest.mark.usefixtures("accounts")
def test_without_savepoints_the_check_above_would_fail() -> None:
    with planted(jobs, REGISTER=registered(renames({"row-2"}, isolated=False))), clock.frozen(NINE):
        run_due_jobs()
    assert renamed() == set()


@pytest.mark.usefixtures("accounts")
def test_a_lost_database_is_no_fault_of_a_row() -> None:
    tried: list[str] = []

    def work(session: Session) -> None:
        for login in LOGINS:
            with apart(session):
                tried.append(login)
                raise OperationalError("select 1", {}, Exception("gone"))

    with planted(jobs, REGISTER=registered(work)), clock.frozen(NINE):
        run_due_jobs()
    assert tried == ["row-1"]
    assert runs("other") == 1


def test_outside_of_a_job_everything_is_raised(any_database: str) -> None:
    del any_database
    with open_session(SYSTEM, write=True) as session, pytest.raises(ZeroDivisionError), apart(session):
        raise ZeroDivisionError
