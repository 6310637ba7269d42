"""Checks of the database: schema, indexes, guards, clock, the marks of the keys."""

from datetime import timedelta

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.orm import Session

from centre import clock, schema
from centre.checkup.finding import Finding, fault, good
from centre.jobs import JobRun
from centre.keys import key_trouble
from centre.row_security import APPEND_ONLY
from centre.tables import Base

MOST_SKEW = timedelta(seconds=5)
MOST_AHEAD = timedelta(minutes=1)


def schema_version() -> Finding:
    """Whether the database has the schema of this code."""
    now, newest = schema.current(), schema.newest()
    if now != newest:
        return fault("schema", f"{now or 'no tables'}, this version needs {newest}", "Run `gangqiao migrate`")
    return good("schema", newest)


def keys() -> Finding:
    """Whether the master keys are those of the database."""
    trouble = key_trouble()
    return fault("keys", "the master key does not fit", trouble) if trouble else good("keys", "fit the database")


def indexes(connection: Connection) -> Finding:
    """Whether every index of the models is there."""
    looker = inspect(connection)
    there = set(looker.get_table_names())
    missing = [
        str(index.name)
        for table in Base.metadata.sorted_tables
        if table.name in there
        for index in table.indexes
        if index.name not in {index_row["name"] for index_row in looker.get_indexes(table.name)}
    ]
    if missing:
        advice = "Restore a backup, or compare with centre/migrations and create them again"
        return fault("indexes", f"missing: {', '.join(sorted(missing)[:5])}", advice)
    return good("indexes", "all there")


def guards(connection: Connection) -> Finding:
    """Whether the triggers that keep the logs append-only stand; on PostgreSQL also whether the role is harmless."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        needed = {f"gq_{table}_{kind}" for table in APPEND_ONLY for kind in ("update", "delete")}
    else:
        rows = connection.execute(
            text("SELECT tgrelid::regclass::text || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal")
        ).scalars().all()  # fmt: skip
        needed = {f"{table}.gq_keep" for table in APPEND_ONLY}
        role = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        if connection.execute(text(role)).scalar():
            advice = "Run the service as a role without SUPERUSER and BYPASSRLS, see docs/run.md"
            return fault("guards", "the service's role bypasses row-level security", advice)
    missing = sorted(needed - set(rows))
    if missing:
        return fault("guards", f"triggers are missing: {', '.join(missing[:3])}", "Run `gangqiao migrate` once more")
    return good("guards", f"{len(needed)} triggers stand")


def integrity(connection: Connection) -> Finding:
    """Whether SQLite finds its file whole; PostgreSQL sees to that itself."""
    if connection.dialect.name != "sqlite":
        return good("integrity", "checked by PostgreSQL")
    verdict = str(connection.execute(text("PRAGMA quick_check(1)")).scalar())
    if verdict != "ok":
        return fault("integrity", verdict[:100], "Stop the service and restore the newest backup, see docs/run.md")
    return good("integrity", "ok")


def clocks(session: Session) -> Finding:
    """Whether this machine's clock agrees with the database's, and nothing was done in the future."""
    now = clock.now()
    newest = session.scalar(select(func.max(JobRun.done_at)))
    advice = "Set the clock (NTP) on every machine; due work waits while it is wrong"
    if newest is not None and newest > now + MOST_AHEAD:
        return fault("clock", f"the newest job was done at {newest:%Y-%m-%d %H:%M} UTC, which is still to come", advice)
    if session.get_bind().dialect.name == "postgresql":
        there = session.scalar(select(func.clock_timestamp()))
        if there is not None and abs(there - now) > MOST_SKEW:
            return fault("clock", f"{abs(there - now).total_seconds():.0f} s off the database's", advice)
    return good("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")
