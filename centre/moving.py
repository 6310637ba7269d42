"""Moving an installation from SQLite to PostgreSQL: all rows in one transaction, compared before it is kept (搬库)."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import Enum
from hashlib import blake2b
from typing import Any

import psycopg
from sqlalchemy import JSON, Column, Connection, Select, String, Table, func, inspect, select, text, type_coerce

from centre import schema
from centre.database import engine_of, owner_engine
from centre.tables import Base

BATCH = 5_000
Say = Callable[[str], None]


class MoveRefused(RuntimeError):
    """The installation cannot be moved; the text tells an operator what to do. Nothing was written."""


def move_installation(source_url: str, say: Say = print) -> int:
    """Copy every row of an SQLite installation into the settings' PostgreSQL database; returns the number of rows.

    The target has to be empty; its tables are made here. Everything is one transaction: interrupted or refused, it
    leaves the tables empty, and may be run again. The source is locked for writing meanwhile. The first row without an
    id continues after the highest one. Raises MoveRefused.
    """
    with engine_of(source_url).execution_options(write=True).connect() as source:  # the write lock keeps others out
        _require_newest(source)
        schema.upgrade()
        with owner_engine().begin() as target:
            _require_empty(target)
            total = 0
            tables = Base.metadata.sorted_tables
            for place, table in enumerate(tables, 1):
                count = _copy(source, target, table)
                total += count
                if count:
                    say(f"{place}/{len(tables)} {table.name}: {count} rows")
            _compare_all(source, target, say)
        source.rollback()
    return total


def _require_newest(source: Connection) -> None:
    if not inspect(source).has_table("alembic_version"):
        raise MoveRefused("The source has no tables of this service: nothing to move")
    version = source.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if version != schema.newest():
        raise MoveRefused(
            f"The source has the schema {version}, this version needs {schema.newest()}: run `gangqiao migrate` there"
        )


def _require_empty(target: Connection) -> None:
    full = []
    for table in Base.metadata.sorted_tables:
        with _without_policies(target, table):
            if target.execute(select(1).select_from(table).limit(1)).scalar() is not None:
                full.append(table.name)
    if full:
        raise MoveRefused(
            f"The target already holds rows ({', '.join(full[:5])}): only an empty database is filled. "
            "Create a new one, or drop and create this one"
        )


class _without_policies:  # noqa: N801
    """The owner's eyes without row-level security on a table, until the block or its transaction ends.

    COPY does not work under policies. The change belongs to the transaction: no other connection ever sees it.
    """

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection, self._name = connection, table.name
        self._forced = False

    def __enter__(self) -> None:
        forced = text("SELECT relforcerowsecurity FROM pg_class WHERE oid = to_regclass(:name)")
        self._forced = bool(self._connection.execute(forced, {"name": self._name}).scalar())
        if self._forced:
            self._connection.exec_driver_sql(f"ALTER TABLE {self._name} NO FORCE ROW LEVEL SECURITY")

    def __exit__(self, kind: object, *_rest: object) -> None:
        if self._forced and kind is None:  # after an error the transaction takes everything back
            self._connection.exec_driver_sql(f"ALTER TABLE {self._name} FORCE ROW LEVEL SECURITY")


def _copy(source: Connection, target: Connection, table: Table) -> int:
    """Copy a table by COPY, which checks references only at its end, so that rows may name later rows."""
    convert = [_converter(column, target) for column in table.columns]
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    count = 0
    with _without_policies(target, table):
        try:
            driver: Any = target.connection.driver_connection
            with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
                for row in source.execute(_raw(table)).yield_per(BATCH):
                    values = zip(convert, row, strict=True)
                    copy.write_row([value if act is None else act(value) for act, value in values])
                    count += 1
        except psycopg.Error as error:
            # The rest of the message quotes the row, which may hold personal data.
            raise MoveRefused(
                f"PostgreSQL refuses {table.name}: {error.diag.message_primary or 'it is gone'}"
            ) from None
        _advance(target, table)
    return count


def _raw(table: Table) -> Select[Any]:
    """All rows; JSON as the text that is stored, so that a missing value and the word null stay apart."""
    columns: list[Any] = [
        type_coerce(column, String) if isinstance(column.type, JSON) else column for column in table.columns
    ]
    return select(*columns).order_by(*table.primary_key.columns)


def _converter(column: Column[Any], target: Connection) -> Callable[[Any], Any] | None:
    if isinstance(column.type, JSON):
        return None
    convert: Callable[[Any], Any] | None = column.type.dialect_impl(target.dialect).bind_processor(target.dialect)
    return convert


def _advance(target: Connection, table: Table) -> None:
    """Let the table's sequence go on behind the highest id."""
    key = next(iter(table.primary_key.columns))
    sequence = target.execute(select(func.pg_get_serial_sequence(table.name, key.name))).scalar()
    if sequence:
        highest = target.execute(select(func.max(key))).scalar()
        if highest:
            target.execute(select(func.setval(sequence, highest)))


def _compare_all(source: Connection, target: Connection, say: Say) -> None:
    """Compare counts and checksums of all tables. Raises MoveRefused, which takes everything back."""
    for table in Base.metadata.sorted_tables:
        with _without_policies(target, table):
            there, here = checksum(source, table), checksum(target, table)
        if there != here:
            raise MoveRefused(f"{table.name} differs after the copy: {there[0]} rows here, {here[0]} there")
    say(f"Counts and checksums of {len(Base.metadata.sorted_tables)} tables agree")


def checksum(connection: Connection, table: Table) -> tuple[int, str]:
    """The number of rows of a table and a sum over their values, the same in whatever order and database they are."""
    count, total = 0, 0
    for row in connection.execute(select(table)).yield_per(BATCH):
        digest = blake2b("\x1f".join(_spelt(row)).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        total = (total + int.from_bytes(digest, "big")) % (1 << 128)
        count += 1
    return count, f"{total:032x}"


def _spelt(row: Any) -> Iterator[str]:
    for value in row:
        match value:
            case datetime():
                yield value.astimezone(UTC).isoformat()
            case Enum():
                yield repr(value.value)
            case dict() | list():
                yield json.dumps(value, ensure_ascii=True, sort_keys=True)
            case bytes() | memoryview():
                yield bytes(value).hex()
            case _:
                yield repr(value)
