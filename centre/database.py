"""The engine, and transactions for one reader; how SQLite and PostgreSQL are opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from zlib import crc32

from sqlalchemy import Engine, create_engine, event, func, select
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from centre.permissions import Scope
from centre.scopes import ScopedSession
from centre.settings import settings

BUSY_SECONDS = 5
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON", "secure_delete=ON")
"""How SQLite is opened; `secure_delete` overwrites what was deleted, so that an erased name is not left in the file."""


def engine() -> Engine:
    """The engine of the settings' database, made once a process."""
    return _engine(settings().url)


def engine_of(url: str) -> Engine:
    """The engine of another database, as when an installation moves."""
    return _engine(url)


@lru_cache(maxsize=16)
def _engine(url: str, *, write: bool | None = None) -> Engine:
    if write is not None:
        return _engine(url).execution_options(write=write)
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    from centre.postgresql import make_engine  # late: psycopg is an extra that an SQLite installation goes without

    return make_engine(url)


def owner_engine() -> Engine:
    """The engine for set-up and upgrades, without limits of time."""
    if settings().is_sqlite:
        return engine()
    from centre.postgresql import make_owner_engine

    return make_owner_engine(settings().url)


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        url, connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself, see _begin
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Writers take the lock at once: a read that turns into a write cannot be cured by waiting.
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


@contextmanager
def open_session(scope: Scope, *, write: bool = False) -> Iterator[ScopedSession]:
    """A session that sees what `scope` may see; with `write` it commits at the end, otherwise it changes nothing."""
    session = ScopedSession(_engine(settings().url, write=write), scope=scope)
    try:
        yield session
        if write:
            session.commit()
    finally:
        session.close()


def lock_together(session: Session, name: str) -> None:
    """Hold a lock of the whole installation with others until the transaction ends; on SQLite the writer holds all."""
    _lock(session, name, "pg_advisory_xact_lock_shared")


def lock_alone(session: Session, name: str) -> None:
    """Hold a lock of the whole installation alone until the transaction ends, after those who hold it together."""
    _lock(session, name, "pg_advisory_xact_lock")


def _lock(session: Session, name: str, way: str) -> None:
    if session.get_bind().dialect.name != "sqlite":
        session.execute(select(getattr(func, way)(crc32(name.encode()))))


def may_retry(error: BaseException) -> bool:
    """Whether a transaction failed only because another ran at the same time, so that running it again may succeed."""
    original = getattr(error, "orig", None)
    return isinstance(error, DBAPIError) and getattr(original, "sqlstate", None) in {"40001", "40P01"}


def is_outage(error: BaseException) -> bool:
    """Whether the database is away, busy, locked for too long or shutting down: the reader should try again later."""
    # "8s2b": a statement on a connection that was lost earlier in the transaction.
    if isinstance(error, PoolTimeout) or (isinstance(error, PendingRollbackError) and error.code == "8s2b"):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return isinstance(error, OperationalError) or error.connection_invalidated or state in {"55P03", "57014", "57P03"}
