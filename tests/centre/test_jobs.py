"""Due work: one job that raises keeps no other from running, is tried again and is told of."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import clock, jobs
from centre.accounts import Account
from centre.accounts.jobs import tell_of_failed_jobs
from centre.database import open_session
from centre.jobs import REGISTER, Job, JobFailure, JobRun, due_slots, failing_jobs, run_due_jobs
from centre.outbox import Message
from centre.permissions import Actor, Role
from tests.ordeal.world import build
from tests.planted import planted

NINE = datetime(2026, 3, 6, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SYSTEM = Actor.system().scope


class Broken:
    """A job that raises until it is repaired, and counts how often it was tried."""

    def __init__(self) -> None:
        self.tries = 0
        self.repaired = False

    def work(self, _session: Session) -> None:
        self.tries += 1
        if not self.repaired:
            raise ZeroDivisionError("with what somebody wrote")


@pytest.fixture
def broken(database: str) -> Iterator[Broken]:
    """Only two jobs are registered: one that raises, and behind it one that does not."""
    bad = Broken()
    register = {
        "bad": Job("bad", timedelta(minutes=5), bad.work, False, "It raises."),
        "good": Job("good", timedelta(minutes=5), lambda _session: None, False, "It runs."),
    }
    with planted(jobs, REGISTER=register):
        yield bad


def runs(name: str) -> int:
    with open_session(SYSTEM) as session:
        return session.scalar(select(func.count()).select_from(JobRun).where(JobRun.job == name)) or 0


def test_a_job_that_raises_keeps_no_other_from_running(broken: Broken) -> None:
    for minute in (0, 5, 10):
        with clock.frozen(NINE + minute * MINUTE):
            run_due_jobs()
    assert (broken.tries, runs("bad"), runs("good")) == (3, 0, 3)


def test_without_isolation_the_check_above_would_fail(broken: Broken) -> None:
    def record(_due: Job, error: Exception) -> None:
        raise error

    with planted(jobs, _record_failure=record), clock.frozen(NINE), pytest.raises(ZeroDivisionError):
        run_due_jobs()
    assert runs("good") == 0


def test_a_failed_job_is_tried_again_after_pauses_that_double_up_to_an_hour(broken: Broken) -> None:
    tried = []
    for minute in range(200):
        with clock.frozen(NINE + minute * MINUTE):
            before = broken.tries
            run_due_jobs()
            if broken.tries > before:
                tried.append(minute)
    assert tried == [0, 1, 3, 7, 15, 31, 63, 123, 183]


def test_a_repaired_job_runs_again_and_its_failure_is_gone(broken: Broken) -> None:
    with clock.frozen(NINE):
        run_due_jobs()
    with open_session(SYSTEM) as session:
        failure = failing_jobs(session)[0]
    assert (failure.job, failure.attempts, failure.error) == ("bad", 1, "ZeroDivisionError")
    broken.repaired = True
    with clock.frozen(NINE + MINUTE):
        run_due_jobs()
    with open_session(SYSTEM) as session:
        assert failing_jobs(session) == []
    assert runs("bad") == 1


@pytest.mark.usefixtures("database")
def test_administrators_are_notified_once_of_each_breakdown() -> None:
    with clock.frozen(NINE), open_session(SYSTEM, write=True) as session:
        for number, role in ((1, Role.ADMINISTRATOR), (2, Role.CLERK)):
            session.add(Account(id=number, login=f"a{number}", name="a", password_hash="-", roles=[role]))
        session.flush()
        session.add(JobFailure(job="bad", error="ValueError", retry_at=NINE))
        session.flush()
        for _ in range(2):
            tell_of_failed_jobs(session)
            session.flush()
        messages = session.scalars(select(Message)).all()
    assert [(message.account_id, message.title) for message in messages] == [(1, "后台任务 bad 出错了")]


@pytest.mark.usefixtures("database")
def test_a_catching_up_job_does_each_slot_that_it_missed() -> None:
    daily = Job("daily", timedelta(days=1), lambda _session: None, True, "Daily.")
    last = datetime(2026, 3, 2, 16, tzinfo=UTC)
    assert len(list(due_slots(daily, last, NINE))) == 3
    assert REGISTER


def test_every_job_runs_on_both_databases(any_database: str) -> None:
    del any_database
    build()
    assert len(REGISTER) > 20
    assert run_due_jobs() == len(REGISTER)
    with open_session(SYSTEM) as session:
        assert [(failure.job, failure.error) for failure in failing_jobs(session)] == []


def test_the_log_of_a_failure_names_its_kind_and_place_and_quotes_nobody(
    broken: Broken, capsys: pytest.CaptureFixture[str]
) -> None:
    run_due_jobs()
    logged = capsys.readouterr().out
    assert "ZeroDivisionError" in logged
    assert "test_jobs.py:" in logged
    assert "what somebody wrote" not in logged
    assert broken.tries == 1
