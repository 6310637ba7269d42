"""Scheduled jobs: each slot of each job runs exactly once, however many worker processes there are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from sqlalchemy import ColumnElement, String, delete, false, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import audit, clock
from centre.database import open_session
from centre.errors import Conflict, NotFound
from centre.isolation import isolate_rows
from centre.job_homes import JOB_HOMES
from centre.permissions import Actor, Permission, Scope, require
from centre.scopes import seeing_everything
from centre.tables import Base, Instant
from centre.translation import N_

Work = Callable[..., None]
Reading = Callable[[Session], Any]

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
"""A job that failed is tried again after a minute, then after two, four and so on, at least every hour."""

CLOCK = "clock"
"""The name under which a wrong clock is recorded, like a job that fails (centre.watch)."""

LATE = 3
"""A job that missed so many of its slots has stopped."""

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC) - timedelta(hours=8)  # midnight in Shanghai


@dataclass(frozen=True, slots=True)
class Job:
    """A scheduled job: its name, its interval, and its action with a session that sees everything.

    `reading` is slow work done before, without a lock on anything; what it gives is handed to `work`.
    """

    name: str
    every: timedelta
    work: Work
    catch_up: bool
    summary: str
    reading: Reading | None = None


REGISTER: dict[str, Job] = {}


class JobRun(Base):
    """A completed slot; written in the same transaction as the effect (任务执行记录)."""

    job: Mapped[str] = mapped_column(String(60), primary_key=True)
    slot_at: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    done_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG003
        """Only the service itself reads it."""
        return false()


class JobFailure(Base):
    """A job whose last run failed; gone as soon as it runs again (任务失败记录)."""

    job: Mapped[str] = mapped_column(String(60), primary_key=True)
    attempts: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    failed_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    retry_at: Mapped[datetime] = mapped_column(Instant)
    error: Mapped[str] = mapped_column(String(200), default="")

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG003
        """Only the service itself reads it."""
        return false()


@dataclass(frozen=True, slots=True)
class JobLine:
    """A kind of due work, when it ran last and what went wrong (系统任务)."""

    name: str
    summary: str
    every: timedelta
    last_at: datetime | None
    failure: JobFailure | None
    is_late: bool


class JobNotFailing(Conflict):
    """Only a job whose last run failed waits for another try."""

    code = "job-not-failing"
    message = N_("这个任务没有出错，到时候会自己运行")


def job(
    name: str, *, every: timedelta, catch_up: bool = False, reading: Reading | None = None
) -> Callable[[Work], Work]:
    """Register a job. With `catch_up` every missed slot runs, otherwise only the latest one."""

    def register(work: Work) -> Work:
        REGISTER[name] = Job(name, every, work, catch_up, (work.__doc__ or "").strip().splitlines()[0], reading)
        return work

    return register


def due_slots(due: Job, last: datetime | None, now: datetime) -> Iterator[datetime]:
    """The due slots of a job since `last`, oldest first."""
    latest = _EPOCH + (now - _EPOCH) // due.every * due.every
    if last is not None and last >= latest:
        return
    slot = last + due.every if due.catch_up and last is not None else latest
    while slot <= latest:
        yield slot
        slot += due.every


def run_due_jobs() -> int:
    """Run all due jobs; returns the number of slots that this process completed.

    A job that raises keeps no other from running: its failure is recorded, and it is tried again after a pause that
    doubles with every attempt. A row that raises keeps no other row of its job from being done (centre.isolation).
    """
    done = 0
    for due in REGISTER.values():
        with open_session(Actor.system().scope) as session:
            # Slots of a clock that was ahead hold nothing up: each is skipped when its time has come.
            past = (JobRun.job == due.name, JobRun.slot_at <= clock.now())
            last = session.scalar(select(func.max(JobRun.slot_at)).where(*past))
            failure = session.get(JobFailure, due.name)
        if failure is not None and failure.retry_at > clock.now():
            continue
        try:
            for slot in due_slots(due, last, clock.now()):
                done += _run_slot(due, slot)
        except Exception as error:  # noqa: BLE001 - whatever a job raises, the others still run
            _record_failure(due, error)
        else:
            if failure is not None:
                with open_session(Actor.system().scope, write=True) as session:
                    session.execute(delete(JobFailure).where(JobFailure.job == due.name))
    return done


def failing_jobs(session: Session) -> list[JobFailure]:
    """Jobs whose last run failed, regardless of the reader."""
    with seeing_everything(session):
        return list(session.scalars(select(JobFailure).order_by(JobFailure.job)))


def all_jobs() -> list[Job]:
    """Every job by name, whichever modules the process has imported so far."""
    for module in JOB_HOMES:
        import_module(module)
    return sorted(REGISTER.values(), key=lambda known: known.name)


def job_lines(session: Session, actor: Actor) -> list[JobLine]:
    """Every kind of due work with its last run and its last failure, by name."""
    require(actor, Permission.READ_OPERATION)
    with seeing_everything(session):
        latest = select(JobRun.job, func.max(JobRun.slot_at)).group_by(JobRun.job)
        ran = {row[0]: row[1] for row in session.execute(latest)}
    failed = {failure.job: failure for failure in failing_jobs(session)}
    now = clock.now()
    stopped = failed.get(CLOCK)
    wrong = [JobLine(CLOCK, "All jobs wait for the right time.", timedelta(0), None, stopped, is_late=False)]
    return (wrong if stopped else []) + [
        JobLine(
            due.name,
            due.summary,
            due.every,
            ran.get(due.name),
            failed.get(due.name),
            is_late=due.name not in ran or now - ran[due.name] > LATE * due.every,
        )
        for due in all_jobs()
    ]


def retry_job(session: Session, actor: Actor, *, name: str) -> None:
    """Let a job that failed run at the worker's next look instead of after its pause.

    Raises NotFound and JobNotFailing.
    """
    require(actor, Permission.RETRY_JOBS)
    if name not in {known.name for known in all_jobs()}:
        raise NotFound
    with seeing_everything(session):
        failure = session.get(JobFailure, name)
        if failure is None:
            raise JobNotFailing
        failure.retry_at = clock.now()
        session.flush()
    audit.note(session, actor, action="job.retry", subject=f"job:{name}")


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""


def _record_failure(due: Job, error: Exception) -> None:
    # Only kind and place of the error are kept and logged: its text, and the values around it, may quote people.
    import structlog  # late: it brings rich and pygments along

    name = type(error).__name__
    structlog.get_logger().error("job failed", job=due.name, kind=name, place=_place(error))
    with open_session(Actor.system().scope, write=True) as session:
        failure = session.get(JobFailure, due.name)
        if failure is None:
            failure = JobFailure(job=due.name, attempts=0)
            session.add(failure)
        failure.attempts += 1
        failure.failed_at, failure.error = clock.now(), name[:200]
        failure.retry_at = clock.now() + min(FIRST_PAUSE * 2 ** min(failure.attempts - 1, 10), LONGEST_PAUSE)


def _run_slot(due: Job, slot: datetime) -> bool:
    # The claim is the primary key of the slot, inserted in the transaction of the effect: a second process waits
    # for it and is refused, a killed one leaves neither claim nor effect.
    read = []
    if due.reading is not None:
        with open_session(Actor.system().scope) as session:
            read = [due.reading(session)]
    try:
        with open_session(Actor.system().scope, write=True) as session:
            claim = JobRun(job=due.name, slot_at=slot)
            session.add(claim)
            session.flush()
            faults = isolate_rows(session)
            due.work(session, *read)
            if faults:  # what the other rows did is kept; the slot is tried again for those that failed
                session.delete(claim)
    except IntegrityError:
        with open_session(Actor.system().scope) as session:
            if session.get(JobRun, (due.name, slot)) is None:
                raise
        return False
    if faults:
        raise faults[0]
    return True
