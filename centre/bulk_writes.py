"""Many rows as a driver takes them: converted column by column and each object once, not row by row."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Dialect, Insert, Table, Update, bindparam, insert, update

Rows = Sequence[Mapping[str, Any]]
Driven = tuple[str, list[Any]]
"""A statement in the driver's own words, and the parameters of each row."""


def insertion(table: Table, rows: Rows, dialect: Dialect) -> Driven:
    """What inserts rows that all give the same columns; the others get what the table gives."""
    given: dict[str, Any] = {}
    for column in table.columns:
        found: Any = column.default
        if found is not None and column.key not in rows[0]:
            given[column.key] = found.arg(None) if found.is_callable else found.arg
    full = [{**given, **row} for row in rows]
    return _driven(insert(table), table, full, list(full[0]), dialect)


def correction(table: Table, rows: Rows, dialect: Dialect) -> Driven:
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
