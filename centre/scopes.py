"""Sessions with a scope: selects see only rows visible to the reader, and no row of others is written."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any
from weakref import WeakSet

from sqlalchemy import Engine, String, bindparam, event, func, select, true
from sqlalchemy import inspect as inspected
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.attributes import get_history

from centre import privacy
from centre.criteria import Criteria
from centre.permissions import Actor, Scope
from centre.tables import OWNERS, Base


class MissingScope(RuntimeError):
    """A session was used without a scope."""


class ForeignWrite(RuntimeError):
    """A session was about to write a row whose owner is outside its scope: a programming error."""


SYSTEM = Actor.system().scope


class ScopedSession(Session):
    """A session bound to one scope for its whole life; each select sees only rows visible to it.

    Inside `seeing_everything` its eyes are wider. What was read with them is remembered, so that `get` does not hand it
    out of the identity map afterwards; what was written with them is not compared with the scope again.
    """

    def __init__(self, bind: Engine, *, scope: Scope) -> None:
        super().__init__(bind, expire_on_commit=False, autoflush=True, info={"root": privacy.root_mark()})
        self._scope = scope
        self._wide = 0
        self._strangers: WeakSet[Any] = WeakSet()
        self._own: WeakSet[Any] = WeakSet()
        self._vouched: WeakSet[Any] = WeakSet()
        self._granted: WeakSet[Any] = WeakSet()

    @property
    def scope(self) -> Scope:
        """The scope of the session, which never changes."""
        return self._scope

    @property
    def eyes(self) -> Scope:
        """The scope in effect now."""
        return SYSTEM if self._wide else self._scope

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """One row by its key, if it is visible to the scope, even if it was read with a wider scope before."""
        row = super().get(entity, ident, **options)
        if row is None or self.eyes.everything or row not in self._strangers:
            return row
        state = inspected(row)
        keys = zip(state.mapper.primary_key, state.identity, strict=True)
        return self.scalar(select(state.mapper.class_).where(*(column == value for column, value in keys)))

    def widen(self) -> None:
        """Widen the scope to everything until `narrow`; pending changes are still checked against the old scope."""
        self._wide += 1
        if self._wide == 1:
            self._own = WeakSet(self._pending())
            self.tell_database()

    def narrow(self) -> None:
        """Return to the session's scope."""
        self._wide -= 1
        if self._wide == 0:
            self._vouched.update(row for row in self._pending() if row not in self._own)
            # In a transaction that the database has aborted no statement runs any more, and the error that aborted it
            # must not be hidden by another.
            with suppress(DBAPIError, PendingRollbackError):
                self.tell_database()

    def tell_database(self, *, everything: bool = False) -> None:
        """Pass the scope to PostgreSQL's row-level security (centre.row_security) until the transaction ends."""
        if self.in_transaction() and self.is_active and self.get_bind().dialect.name == "postgresql":
            tell(self.connection(), SYSTEM if everything else self.eyes)

    def check_rows(self) -> None:
        """Check all pending changes against the scope. Raises ForeignWrite."""
        for row in self._pending():
            if (
                row in self._granted
                or row in self._vouched
                or (self._wide and row not in self._own)
                or type(row).written_for_others
            ):
                continue
            for values in _owners(row):
                if not holds(self._scope, values):
                    raise ForeignWrite(f"{type(row).__name__} of {values} written by {self._scope}")

    @property
    def writes_for_others(self) -> bool:
        """Whether the next flush contains rows exempt from the scope."""
        return any(
            type(row).written_for_others or row in self._vouched or row in self._granted for row in self._pending()
        )

    def grant(self, row: Base) -> None:
        """Exempt one row from the scope check."""
        self._granted.add(row)

    def _pending(self) -> list[Any]:
        return [*self.new, *self.dirty, *self.deleted]


def _owners(row: Base) -> Iterator[dict[str, int]]:
    """The owners of a row, preceded by its previous owners."""
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
    """Whether a row with these owners may be written in a scope; rows without owners depend on permissions alone."""
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
        session.info["sees everything"] = True


@event.listens_for(ScopedSession, "after_flush_postexec")
def _forget_checked(session: ScopedSession, _context: Any) -> None:
    session._vouched.clear()
    if session.info.pop("sees everything", False):
        session.tell_database()


@event.listens_for(ScopedSession, "after_begin")
def _tell_eyes(session: ScopedSession, _transaction: Any, connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        tell(connection, session.eyes)


@event.listens_for(ScopedSession, "loaded_as_persistent")
def _remember_stranger(session: ScopedSession, row: Any) -> None:
    if session._wide and not session.scope.everything:
        session._strangers.add(row)


TOLD = ("everything", "all_centres", "staff", *OWNERS, "account_id")
TELL = select(*(func.set_config(f"gangqiao.{name}", bindparam(name, type_=String), True) for name in TOLD))
"""Written once, since every transaction on PostgreSQL begins with it."""


def tell(connection: Connection, scope: Scope) -> None:
    """Set the session settings that PostgreSQL's policies read, for this transaction only."""
    flags = ("everything", "all_centres", "staff")
    eyes = {name: "on" if getattr(scope, name) else "" for name in flags}
    connection.execute(TELL, eyes | {name: str(getattr(scope, name) or "") for name in TOLD if name not in flags})


@event.listens_for(Session, "do_orm_execute")
def _apply_scope(state: ORMExecuteState) -> None:
    session = state.session
    if not isinstance(session, ScopedSession):
        raise MissingScope("open sessions with open_session(scope)")
    scope = session.eyes
    if scope.everything or state.is_column_load or state.is_relationship_load:
        return
    if state.is_insert and state.bind_mapper is not None and is_owned(state.bind_mapper.class_):
        raise ForeignWrite(f"{state.bind_mapper.class_.__name__} inserted by statement")
    state.statement = state.statement.options(_criteria(scope))


def is_owned(model: type[Base]) -> bool:
    """Whether a bulk insert of these rows is forbidden, since it bypasses the flush and its owner check."""
    return not model.written_for_others and not {*OWNERS}.isdisjoint(model.__table__.columns.keys())


@lru_cache(maxsize=512)
def _criteria(scope: Scope) -> Criteria:
    options = []
    for mapper in Base.registry.mappers:
        rule = mapper.class_.visible_to(scope)
        if rule is not true() and str(rule) != "true":
            options.append(with_loader_criteria(mapper.class_, rule, include_aliases=True))
    return Criteria(options)


def grant_row(session: Session, row: Base) -> None:
    """Allow one row of others to be written in this session; the caller has checked the permission."""
    if not isinstance(session, ScopedSession):
        raise MissingScope("open sessions with open_session(scope)")
    session.grant(row)


@contextmanager
def seeing_everything(session: Session) -> Iterator[None]:
    """Widen the scope to everything inside the block, for rules that count or use rows the actor may not read.

    Rows that are changed for another user must be changed inside the block, too.
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
