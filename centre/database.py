"""The database: the base of all models, sessions with a scope, and the only knowledge of SQLite and PostgreSQL."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Engine,
    Enum,
    Integer,
    MetaData,
    create_engine,
    event,
    true,
    update,
)
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    declared_attr,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.types import TypeDecorator

from centre import clock
from centre.permissions import Actor, Scope
from centre.settings import settings

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

BUSY_SECONDS = 5


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite keeps it without the zone, PostgreSQL with it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Refuse naive instants, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Give back an aware UTC instant."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def coded(kind: type[StrEnum], name: str = "") -> Enum:
    """The column type of a code list: its values as text, guarded by a CHECK constraint.

    The constraint bears the name of the list; where a table uses a list twice, `name` tells the two apart.
    """
    name = name or re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {int: BigInteger().with_variant(Integer, "sqlite")}

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG003
        """Which rows a scope sees. Reference data is for everybody; models with owners say their own."""
        return true()


class Record(Base):
    """A row with an id, its times and a version that catches lost updates."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(Instant, default=clock.now, onupdate=clock.now)
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.version}


class MissingScope(RuntimeError):
    """A session was used without saying whose eyes it reads with."""


class ScopedSession(Session):
    """A session bound to one scope for its whole life; each select sees only rows visible to it."""

    scope: Scope


@event.listens_for(ScopedSession, "do_orm_execute")
def _apply_scope(state: ORMExecuteState) -> None:
    scope = getattr(state.session, "scope", None)
    if scope is None:
        raise MissingScope("open sessions with open_session(scope)")
    if scope.everything or state.is_column_load or state.is_relationship_load:
        return
    state.statement = state.statement.options(*_criteria(scope))


@lru_cache(maxsize=512)
def _criteria(scope: Scope) -> tuple[Any, ...]:
    options = []
    for mapper in Base.registry.mappers:
        rule = mapper.class_.visible_to(scope)
        if rule is not true() and str(rule) != "true":
            options.append(with_loader_criteria(mapper.class_, rule, include_aliases=True))
    return tuple(options)


def engine() -> Engine:
    """The engine of the settings' database, made once a process."""
    return _engine(settings().url)


@lru_cache(maxsize=8)
def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    return create_engine(
        url,
        pool_size=settings().request_threads,
        max_overflow=4,
        pool_pre_ping=True,
        connect_args={"options": "-c lock_timeout=5s -c statement_timeout=10s -c timezone=UTC"},
    )


def _sqlite_engine(url: str) -> Engine:
    made = create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS})

    @event.listens_for(made, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself, see _begin
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        # Writers take the lock at once: a read that turns into a write cannot be cured by waiting.
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return made


@contextmanager
def open_session(scope: Scope, *, write: bool = False) -> Iterator[ScopedSession]:
    """A session that sees what `scope` may see; with `write` it commits at the end, otherwise it changes nothing."""
    bound = engine().execution_options(write=write)
    session = ScopedSession(bound, expire_on_commit=False, autoflush=True)
    session.scope = scope
    try:
        yield session
        if write:
            session.commit()
    finally:
        session.close()


@contextmanager
def seeing_everything(session: Session) -> Iterator[None]:
    """Read with the service's own eyes inside the block: for rules that count or tell rows the actor may not read."""
    before = session.scope  # type: ignore[attr-defined]  # sessions come from open_session
    session.scope = Actor.system().scope  # type: ignore[attr-defined]
    try:
        yield
    finally:
        session.scope = before  # type: ignore[attr-defined]


def may_retry(error: BaseException) -> bool:
    """Whether a transaction failed only because another ran at the same time, so that running it again may succeed."""
    original = getattr(error, "orig", None)
    return isinstance(error, DBAPIError) and getattr(original, "sqlstate", None) in {"40001", "40P01"}


def is_outage(error: BaseException) -> bool:
    """Whether the database is away, locked for too long or shutting down: the reader should try again later."""
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return isinstance(error, OperationalError) or error.connection_invalidated or state in {"55P03", "57014", "57P03"}


def take_one(
    session: Session, model: type[Record], record_id: int, *, taken: str = "taken", limit: str = "seats"
) -> bool:
    """Take one of a scarce thing by a guarded counter; False when none is left.

    The only technique of five measured that never oversold, on SQLite and on PostgreSQL at every isolation level.
    """
    counter, capacity = getattr(model, taken), getattr(model, limit)
    statement = (
        update(model)
        .where(model.id == record_id, counter < capacity)
        .values({taken: counter + 1, "version": model.version + 1})
        .execution_options(synchronize_session="fetch")
    )
    return bool(getattr(session.execute(statement), "rowcount", 0))


def give_back(session: Session, model: type[Record], record_id: int, *, taken: str = "taken") -> None:
    """Return one of a scarce thing that `take_one` took."""
    counter = getattr(model, taken)
    session.execute(
        update(model)
        .where(model.id == record_id, counter > 0)
        .values({taken: counter - 1, "version": model.version + 1})
        .execution_options(synchronize_session="fetch")
    )


__all__ = [
    "Base",
    "Instant",
    "MissingScope",
    "Record",
    "ScopedSession",
    "coded",
    "engine",
    "give_back",
    "is_outage",
    "may_retry",
    "open_session",
    "seeing_everything",
    "take_one",
]
