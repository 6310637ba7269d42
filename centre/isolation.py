"""A row that cannot be processed stops neither the other rows of its job nor other jobs (隔离)."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

_FAULTS = "rows that failed"


def isolate_rows(session: Session) -> list[Exception]:
    """Let `apart` keep what single rows raise in this session; returns the list in which it does."""
    faults: list[Exception] = session.info.setdefault(_FAULTS, [])
    return faults


@contextmanager
def apart(session: Session) -> Iterator[None]:
    """Work on one row of a job under a savepoint of its own.

    Whatever the row raises is undone and kept for the record of the job, which commits the other rows and is tried
    again after a pause. A database that is gone or locked is no fault of the row and ends the job. Outside of a job
    everything is raised.
    """
    try:
        with session.begin_nested():
            yield
    except OperationalError:
        raise
    except Exception as error:
        if _FAULTS not in session.info:
            raise
        session.info[_FAULTS].append(error)
