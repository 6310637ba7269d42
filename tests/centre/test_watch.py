"""A clock that jumped ahead and back: due work stops with an alert, and goes on by itself once the clock is right."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from centre import clock, watch
from centre.accounts.models import Account
from centre.database import open_session
from centre.jobs import CLOCK, REGISTER, Job, JobRun, failing_jobs, job_lines, run_due_jobs
from centre.outbox import Message
from centre.permissions import Actor, Role
from centre.watch import ClockWatch
from tests.planted import planted

SYSTEM = Actor.system()
NINE = datetime(2026, 3, 6, 1, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


class Machine:
    """A machine whose clock may be set, and whose time passes all the same."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.watch = ClockWatch(lambda: self.passed)

    def look(self, at: datetime, passed: timedelta) -> None:
        """One look of the worker, with its clock at a time, when so much time has passed since the last."""
        self.passed += passed.total_seconds()
        with clock.frozen(at):
            self.watch.do(run_due_jobs)


@contextmanager
def hourly() -> Iterator[list[datetime]]:
    """A register with one job, and the times at which it acted."""
    acted: list[datetime] = []
    kept = dict(REGISTER)
    REGISTER.clear()
    REGISTER["hourly"] = Job("hourly", HOUR, lambda _session: acted.append(clock.now()), False, "Hourly.")
    try:
        yield acted
    finally:
        REGISTER.clear()
        REGISTER.update(kept)


def titles() -> list[str]:
    with open_session(SYSTEM.scope) as session:
        return list(session.scalars(select(Message.title).order_by(Message.id)))


def jumped(look: Callable[[datetime, timedelta], None]) -> list[datetime]:
    """When the job acted while the clock jumped a day ahead and came back two hours later."""
    with hourly() as acted:
        look(NINE, MINUTE)
        for minutes in range(0, 120, 10):
            look(NINE + DAY + minutes * MINUTE, 10 * MINUTE)
        look(NINE + 2 * HOUR + MINUTE, MINUTE)
        look(NINE + 3 * HOUR, 59 * MINUTE)
        return acted


@pytest.fixture
def administered(database: str) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        session.add(Account(id=1, login="a1", name="a", password_hash="-", roles=[Role.ADMINISTRATOR]))


@pytest.mark.usefixtures("administered")
def test_work_stops_while_the_clock_is_ahead_and_continues_when_it_is_right() -> None:
    assert jumped(Machine().look) == [NINE, NINE + 2 * HOUR + MINUTE, NINE + 3 * HOUR]
    assert titles() == ["后台任务 等系统时间校准 出错了"]
    with open_session(SYSTEM.scope) as session:
        assert failing_jobs(session) == []
        assert session.scalar(select(func.max(JobRun.slot_at))) == NINE + 3 * HOUR


@pytest.mark.usefixtures("administered")
def test_administrators_see_that_work_has_stopped() -> None:
    machine = Machine()
    with hourly():
        machine.look(NINE, MINUTE)
        machine.look(NINE - DAY, MINUTE)
    with open_session(SYSTEM.scope) as session:
        line = job_lines(session, SYSTEM)[0]
        assert (line.name, line.failure.error if line.failure else "") == (CLOCK, "off by -86460 s")


@pytest.mark.usefixtures("administered")
def test_a_planted_watch_that_sees_nothing_is_caught() -> None:
    with planted(watch, MOST_DRIFT=timedelta(days=400)):
        assert any(at >= NINE + DAY for at in jumped(Machine().look))


@pytest.mark.usefixtures("database")
def test_what_was_done_too_early_holds_up_nothing_and_is_not_done_twice() -> None:
    with hourly() as acted:
        for at in (NINE + 2 * HOUR, NINE, NINE + HOUR, NINE + 2 * HOUR):
            with clock.frozen(at):
                run_due_jobs()
    assert acted == [NINE + 2 * HOUR, NINE, NINE + HOUR]


@pytest.mark.usefixtures("postgres_database")
def test_a_new_process_learns_from_the_database_that_its_clock_is_ahead() -> None:
    now = clock.now()
    with hourly() as acted:
        with clock.frozen(now + DAY):
            assert ClockWatch().do(run_due_jobs) == 0
        assert ClockWatch().do(run_due_jobs) == 1
    assert len(acted) == 1
