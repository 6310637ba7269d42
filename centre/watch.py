"""Before due work: whether this machine's clock can be right (时钟核对). With a wrong one nothing is done.

A clock that jumped ahead would end registrations and send reminders of days that have not come.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts.jobs import tell_of_failed_jobs
from centre.database import open_session
from centre.jobs import CLOCK, JobFailure
from centre.permissions import Actor
from centre.settings import settings

SYSTEM = Actor.system().scope
MOST_DRIFT = timedelta(minutes=5)
"""How far a clock may be off: NTP mends less than that by itself."""


class ClockWatch:
    """What one process remembers of its clock between two looks (时钟核对)."""

    def __init__(self, elapsed: Callable[[], float] = clock.elapsed) -> None:
        self._elapsed = elapsed
        self._right: tuple[float, datetime] | None = None
        self._recorded = True  # also by a process that ended meanwhile

    def do(self, work: Callable[[], int]) -> int:
        """Do due work if the clock can be right; otherwise do nothing and tell the administrators, once."""
        with open_session(SYSTEM) as session:
            trouble = self.trouble(session)
        if not trouble:
            self._clear()
            return work()
        self._record(trouble)
        return 0

    def trouble(self, session: Session) -> str:
        """What is wrong with the clock; empty when nothing is.

        A PostgreSQL server has a clock of its own. With SQLite the clock is compared with the time that passed since
        the first look.
        """
        passed, now = self._elapsed(), clock.now()
        if settings().is_sqlite:
            since, then = self._right or (passed, now)
            expected = then + timedelta(seconds=passed - since)
        else:
            expected = session.scalars(select(func.clock_timestamp())).one()
        if abs(now - expected) > MOST_DRIFT:
            return f"off by {int((now - expected).total_seconds())} s"
        self._right = passed, now
        return ""

    def _record(self, trouble: str) -> None:
        with open_session(SYSTEM, write=True) as session:
            failure = session.get(JobFailure, CLOCK)
            if failure is None:
                failure = JobFailure(job=CLOCK, attempts=0, retry_at=clock.now())
                session.add(failure)
            failure.attempts += 1
            failure.error, failure.failed_at, failure.retry_at = trouble, clock.now(), clock.now()
            session.flush()
            tell_of_failed_jobs(session)
        self._recorded = True

    def _clear(self) -> None:
        if self._recorded:
            with open_session(SYSTEM, write=True) as session:
                session.execute(delete(JobFailure).where(JobFailure.job == CLOCK))
            self._recorded = False
