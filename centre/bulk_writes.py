"""Bulk inserts and updates: one compiled statement, without objects, each value converted once, not row by row."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Dialect, Insert, Table, Update, bindparam, func, insert, select, update
from sqlalchemy import inspect as inspected
from sqlalchemy.orm import Session

from centre.key_marks import blind_columns, hold_root
from centre.scopes import ForeignWrite, MissingScope, ScopedSession, is_owned, seeing_everything
from centre.tables import Base

Rows = Sequence[Mapping[str, Any]]
Driven = tuple[str, list[Any]]
"""A statement in the driver's own words, and the parameters of each row."""


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
    _write(session, model, _insertion, rows)


def update_rows(session: Session, model: type[Base], rows: Rows) -> None:
    """Write the same columns of many rows without a version, each named by its `id`; for wide eyes alone."""
    _write(session, model, _correction, rows)


def _write(session: Session, model: type[Base], way: Callable[[Any, Rows, Dialect], Driven], rows: Rows) -> None:
    if not isinstance(session, ScopedSession):
        raise MissingScope("open sessions with open_session(scope)")
    if rows:
        if not session.eyes.everything and (way is _correction or is_owned(model)):
            raise ForeignWrite(f"{model.__name__} written by statement")
        session.flush()
        if blind_columns(model).keys() & rows[0].keys() and way is _insertion:
            hold_root(session)
        session.connection().exec_driver_sql(*way(model.__table__, rows, session.get_bind().dialect))


def _insertion(table: Table, rows: Rows, dialect: Dialect) -> Driven:
    """What inserts rows that all give the same columns; the others get what the table gives."""
    given: dict[str, Any] = {}
    for column in table.columns:
        default: Any = column.default
        if default is not None and column.key not in rows[0]:
            given[column.key] = default.arg(None) if default.is_callable else default.arg
    full = [{**given, **row} for row in rows]
    return _driven(insert(table), table, full, list(full[0]), dialect)


def _correction(table: Table, rows: Rows, dialect: Dialect) -> Driven:
    """What writes the same columns of rows, each named by its `id`."""
    statement = update(table).where(table.c.id == bindparam("id"))
    return _driven(statement, table, rows, [name for name in rows[0] if name != "id"], dialect)


def _driven(statement: Insert | Update, table: Table, rows: Rows, written: list[str], dialect: Dialect) -> Driven:
    compiled: Any = statement.compile(dialect=dialect, column_keys=written)
    names = compiled.positiontup or list(compiled.binds)
    columns = [_converted(table.columns[name], [row[name] for row in rows], dialect) for name in names]
    lines = list(zip(*columns, strict=True))
    return str(compiled), lines if compiled.positiontup else [dict(zip(names, line, strict=True)) for line in lines]


def _converted(column: Column[Any], values: list[Any], dialect: Dialect) -> list[Any]:
    convert = column.type.dialect_impl(dialect).bind_processor(dialect)
    if convert is None:
        return values
    done = {key: convert(value) for key, value in {id(value): value for value in values}.items()}
    return [done[id(value)] for value in values]
