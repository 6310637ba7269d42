"""The database: sessions with a scope, guarded counters, and what differs between SQLite and PostgreSQL."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any
from weakref import WeakSet

from sqlalchemy import Dialect, Engine, Update, create_engine, event, func, select, true, update
from sqlalchemy import inspect as inspected
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.attributes import get_history

from centre.bulk_writes import Driven, Rows, correction, insertion
from centre.permissions import Actor, Scope
from centre.settings import settings
from centre.tables import OWNERS, Base, Instant, OfCentre, Record, coded

BUSY_SECONDS = 5
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON", "secure_delete=ON")
"""How SQLite is opened; `secure_delete` overwrites what was deleted, so that an erased name is not left in the file."""


class MissingScope(RuntimeError):
    """A session was used without saying whose eyes it reads with."""


class ForeignWrite(RuntimeError):
    """A session was about to write a row that belongs to somebody outside its scope: a fault of the program."""


SYSTEM = Actor.system().scope


class ScopedSession(Session):
    """A session bound to one scope for its whole life; each select sees only rows visible to it.

    Inside `seeing_everything` its eyes are wider. What was read with them is remembered, so that `get` does not hand it
    out of the identity map afterwards; what was written with them is not compared with the scope again.
    """

    def __init__(self, bind: Engine, *, scope: Scope) -> None:
        super().__init__(bind, expire_on_commit=False, autoflush=True)
        self._scope = scope
        self._wide = 0
        self._strangers: WeakSet[Any] = WeakSet()
        self._own: WeakSet[Any] = WeakSet()
        self._vouched: WeakSet[Any] = WeakSet()

    @property
    def scope(self) -> Scope:
        """Whose eyes the session was opened with; it never changes."""
        return self._scope

    @property
    def eyes(self) -> Scope:
        """What the session sees at this moment."""
        return SYSTEM if self._wide else self._scope

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """One row by its key, if the scope sees it, also when wider eyes had read it before."""
        found = super().get(entity, ident, **options)
        if found is None or self.eyes.everything or found not in self._strangers:
            return found
        state = inspected(found)
        keys = zip(state.mapper.primary_key, state.identity, strict=True)
        return self.scalar(select(state.mapper.class_).where(*(column == value for column, value in keys)))

    def widen(self) -> None:
        """See everything until `narrow`; what is pending now is still compared with the scope."""
        self._wide += 1
        if self._wide == 1:
            self._own = WeakSet(self._pending())
            self.tell_database()

    def narrow(self) -> None:
        """See with the scope again."""
        self._wide -= 1
        if self._wide == 0:
            self._vouched.update(row for row in self._pending() if row not in self._own)
            # In a transaction that the database has given up nothing can be told or read any more.
            with suppress(DBAPIError):
                self.tell_database()

    def tell_database(self, *, everything: bool = False) -> None:
        """Hand the eyes to PostgreSQL, whose own walls (centre.walls) read them, until the transaction ends."""
        if self.in_transaction() and self.is_active and self.get_bind().dialect.name == "postgresql":
            tell(self.connection(), SYSTEM if everything else self.eyes)

    def check_rows(self) -> None:
        """Compare everything that is about to be written with the scope. Raises ForeignWrite."""
        for row in self._pending():
            if row in self._vouched or (self._wide and row not in self._own) or type(row).written_for_others:
                continue
            for values in _owners(row):
                if not holds(self._scope, values):
                    raise ForeignWrite(f"{type(row).__name__} of {values} written by {self._scope}")

    @property
    def writes_for_others(self) -> bool:
        """Whether the next flush holds rows that the scope need not see."""
        return any(type(row).written_for_others or row in self._vouched for row in self._pending())

    def _pending(self) -> list[Any]:
        return [*self.new, *self.dirty, *self.deleted]


def _owners(row: Base) -> Iterator[dict[str, int]]:
    """To whom a row belongs, and before that, to whom it belonged until now."""
    mapper = inspected(row).mapper
    names = {name: name for name in OWNERS if name in mapper.columns}
    if row.owned_as:
        names[row.owned_as] = "id"
    if not names and "account_id" in mapper.columns:
        names["account_id"] = "account_id"
    before, now = {}, {}
    for owner, name in names.items():
        history = get_history(row, name)
        now[owner] = getattr(row, name)
        before[owner] = history.deleted[0] if history.deleted else now[owner]
    yield {owner: value for owner, value in before.items() if value is not None}
    yield {owner: value for owner, value in now.items() if value is not None}


def holds(scope: Scope, owners: dict[str, int]) -> bool:
    """Whether a row with these owners may be written with a scope; rows without an owner are for permissions alone."""
    if scope.everything or not owners or any(getattr(scope, name) == value for name, value in owners.items()):
        return True
    if "account_id" in owners:
        return False
    return scope.all_centres or (scope.staff and "centre_id" not in owners)


@event.listens_for(ScopedSession, "before_flush")
def _check_rows(session: ScopedSession, _context: Any, _instances: Any) -> None:
    if session.scope.everything:
        return
    session.check_rows()
    if session.writes_for_others:
        session.tell_database(everything=True)
        session.info["told"] = True


@event.listens_for(ScopedSession, "after_flush_postexec")
def _forget_checked(session: ScopedSession, _context: Any) -> None:
    session._vouched.clear()
    if session.info.pop("told", False):
        session.tell_database()


@event.listens_for(ScopedSession, "after_begin")
def _tell_eyes(session: ScopedSession, _transaction: Any, connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        tell(connection, session.eyes)


@event.listens_for(ScopedSession, "loaded_as_persistent")
def _remember_stranger(session: ScopedSession, row: Any) -> None:
    if session._wide and not session.scope.everything:
        session._strangers.add(row)


def tell(connection: Connection, scope: Scope) -> None:
    """Set what PostgreSQL's policies read, for this transaction only."""
    eyes = {
        "everything": "on" if scope.everything else "",
        "all_centres": "on" if scope.all_centres else "",
        "staff": "on" if scope.staff else "",
        **{name: str(getattr(scope, name) or "") for name in (*OWNERS, "account_id")},
    }
    connection.execute(select(*(func.set_config(f"gangqiao.{name}", value, True) for name, value in eyes.items())))


@event.listens_for(Session, "do_orm_execute")
def _apply_scope(state: ORMExecuteState) -> None:
    session = state.session
    if not isinstance(session, ScopedSession):
        raise MissingScope("open sessions with open_session(scope)")
    scope = session.eyes
    if scope.everything or state.is_column_load or state.is_relationship_load:
        return
    if state.is_insert and state.bind_mapper is not None and _is_owned(state.bind_mapper.class_):
        raise ForeignWrite(f"{state.bind_mapper.class_.__name__} inserted by statement")
    state.statement = state.statement.options(*_criteria(scope))


def _is_owned(model: type[Base]) -> bool:
    # Rows written by statement pass no flush, so nobody would compare their owners.
    return not model.written_for_others and not {*OWNERS}.isdisjoint(model.__table__.columns.keys())


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


@lru_cache(maxsize=16)
def _engine(url: str, *, write: bool | None = None) -> Engine:
    if write is not None:
        return _engine(url).execution_options(write=write)
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    return create_engine(
        url,
        pool_size=settings().request_threads,
        max_overflow=4,
        pool_pre_ping=True,
        hide_parameters=True,  # an error tells the statement, never whose data it carried
        connect_args={"options": "-c lock_timeout=5s -c statement_timeout=10s -c timezone=UTC"},
    )


def _sqlite_engine(url: str) -> Engine:
    made = create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS}, hide_parameters=True)

    @event.listens_for(made, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself, see _begin
        for pragma in PRAGMAS:
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
    session = ScopedSession(_engine(settings().url, write=write), scope=scope)
    try:
        yield session
        if write:
            session.commit()
    finally:
        session.close()


@contextmanager
def seeing_everything(session: Session) -> Iterator[None]:
    """Read with the service's own eyes inside the block: for rules that count or tell rows the actor may not read.

    Rows that are changed for somebody else have to be changed inside the block, too.
    """
    if not isinstance(session, ScopedSession):
        raise MissingScope("open sessions with open_session(scope)")
    if session.scope.everything:
        yield
        return
    session.widen()
    try:
        yield
    finally:
        session.narrow()


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
    return take_some(session, model, record_id, 1, taken=taken, limit=limit)


def take_some(
    session: Session, model: type[Record], record_id: int, count: int, *, taken: str = "taken", limit: str = "seats"
) -> bool:
    """Take several of a scarce thing in one guarded step, all of them or, with False, none."""
    counter, capacity = getattr(model, taken), getattr(model, limit)
    statement = (
        update(model)
        .where(model.id == record_id, counter + count <= capacity)
        .values({taken: counter + count, "version": model.version + 1})
        .execution_options(synchronize_session="fetch")
    )
    return bool(_turn(session, statement))


def _turn(session: Session, statement: Update) -> int:
    # A counter is turned by those who do not own its row, so the database's walls open for it; the scope still applies.
    if not isinstance(session, ScopedSession):
        raise MissingScope("open sessions with open_session(scope)")
    if session.autoflush:
        session.flush()
    session.tell_database(everything=True)
    turned: int = getattr(session.execute(statement), "rowcount", 0)
    session.tell_database()
    return turned


def give_back(session: Session, model: type[Record], record_id: int, *, taken: str = "taken", count: int = 1) -> None:
    """Return what `take_one` or `take_some` took of a scarce thing."""
    counter = getattr(model, taken)
    statement = (
        update(model)
        .where(model.id == record_id, counter >= count)
        .values({taken: counter - count, "version": model.version + 1})
        .execution_options(synchronize_session="fetch")
    )
    _turn(session, statement)


def new_ids(session: Session, model: type[Base], count: int) -> Sequence[int]:
    """Numbers for rows that are about to be inserted by statement, so that they can name each other.

    On SQLite the next free ones: the transaction holds the only write lock. Elsewhere the table's sequence gives them.
    """
    key = inspected(model).primary_key[0]
    if not count:
        return ()
    if session.get_bind().dialect.name == "sqlite":
        with seeing_everything(session):
            last = session.scalar(select(func.max(key))) or 0
        return range(last + 1, last + 1 + count)
    sequence = func.pg_get_serial_sequence(key.table.name, key.name)
    series = func.generate_series(1, count).table_valued("value")
    return list(session.scalars(select(func.nextval(sequence)).select_from(series)))


def insert_rows(session: Session, model: type[Base], rows: Rows) -> None:
    """Insert many rows by one statement, without objects; all of them give the same columns.

    Whoever may not see everything at the moment has to own the rows, as with every insert by statement.
    """
    _write(session, model, insertion, rows)


def update_rows(session: Session, model: type[Base], rows: Rows) -> None:
    """Write the same columns of many rows without a version, each named by its `id`; for wide eyes alone."""
    _write(session, model, correction, rows)


def _write(session: Session, model: type[Base], way: Callable[[Any, Rows, Dialect], Driven], rows: Rows) -> None:
    if not isinstance(session, ScopedSession):
        raise MissingScope("open sessions with open_session(scope)")
    if rows:
        if not session.eyes.everything and (way is correction or _is_owned(model)):
            raise ForeignWrite(f"{model.__name__} written by statement")
        session.flush()
        session.connection().exec_driver_sql(*way(model.__table__, rows, session.get_bind().dialect))


__all__ = [
    "OWNERS",
    "Base",
    "ForeignWrite",
    "Instant",
    "MissingScope",
    "OfCentre",
    "Record",
    "ScopedSession",
    "coded",
    "engine",
    "give_back",
    "holds",
    "insert_rows",
    "is_outage",
    "may_retry",
    "new_ids",
    "open_session",
    "seeing_everything",
    "take_one",
    "take_some",
    "tell",
    "update_rows",
]
