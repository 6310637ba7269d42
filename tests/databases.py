"""Databases for tests: a migrated SQLite file to copy, and a real PostgreSQL cluster made with initdb."""

import getpass
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine

from centre import privacy, schema
from centre.database import engine
from centre.scopes import ScopedSession
from centre.settings import settings
from centre.tables import Base
from tests.modules import modules

Connection = psycopg.Connection[tuple[Any, ...]]

SERVICE = "gangqiao_service"
"""The role that the service has in tests: it owns nothing, so PostgreSQL's walls hold for it."""

BACKUP = "gangqiao_backup"
"""The role of docs/run.md that takes backups: it reads everything and writes nothing."""

OWNER = "gangqiao_owner"
"""The ordinary role that owns tests' databases: no superuser, as in docs/run.md."""

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
SPEED = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]


@event.listens_for(Engine, "connect")
def shuffle_unordered_selects(connection: Any, _record: Any) -> None:
    """Let SQLite return rows backwards where a select names no order, so that no test leans on luck."""
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute("PRAGMA reverse_unordered_selects=ON")


def absent(what: str) -> NoReturn:
    """Skip a test whose program is not on this machine; in CI everything has to be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing: .ci/run installs it")
    pytest.skip(f"{what} is not installed here")


@contextmanager
def settings_from(with_key: bool = True, /, **values: str) -> Iterator[None]:
    """Run with these GANGQIAO_ settings, and leave no connection open afterwards; a data folder gets its key."""
    before = dict(os.environ)
    os.environ.update({f"GANGQIAO_{name.upper()}": value for name, value in values.items()})
    settings.cache_clear()
    if with_key and "data_dir" in values:
        privacy.make_key()
    try:
        yield
    finally:
        engine().dispose()
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


@event.listens_for(ScopedSession, "after_flush")
def advance_sequences(session: ScopedSession, _context: Any) -> None:
    """After a test wrote rows under numbers of its own, let PostgreSQL's sequences go on behind them, as SQLite does.

    Otherwise the first row without a number takes one that is there already.
    """
    if session.get_bind().dialect.name == "postgresql":
        highest: dict[str, int] = {}
        for row in session.new:
            if isinstance(getattr(row, "id", None), int):
                highest[row.__tablename__] = max(highest.get(row.__tablename__, 0), row.id)
        for table, number in highest.items():
            session.connection().exec_driver_sql(BEHIND.format(table=table, number=number))


BEHIND = """
SELECT count(nextval(pg_get_serial_sequence('{table}', 'id')))
FROM pg_sequences, generate_series(coalesce(last_value, 0) + 1, {number})
WHERE format('%%I.%%I', schemaname, sequencename)::regclass = pg_get_serial_sequence('{table}', 'id')::regclass
"""
"""The service's role may not set a sequence, but it may draw numbers until it is past the given one."""


def import_models() -> None:
    """Import every module of the domain packages, so that the metadata knows every table."""
    for _ in modules("centre", "employers", "training", "matching"):
        pass


def make_tables(url: str) -> None:
    """Give an empty database the tables of all models; tests/house proves that the migrations make the same."""
    import_models()
    with settings_from(database_url=url), engine().execution_options(write=True).begin() as connection:
        Base.metadata.create_all(connection)
        if any((schema.MIGRATIONS / "versions").glob("*.py")):
            command.stamp(schema.configuration(connection), "head")


@contextmanager
def few_tables(folder: Path, *models: type[Base]) -> Iterator[None]:
    """Run with an SQLite file that has the tables of some models only: at hand at once, and so good for quick tests.

    Nothing may refer to a table that is left out.
    """
    with settings_from(database_url=f"sqlite:///{folder / 'few.db'}"):
        with engine().execution_options(write=True).begin() as connection:
            Base.metadata.create_all(connection, tables=[Base.metadata.tables[model.__tablename__] for model in models])
        yield


@dataclass
class Cluster:
    """A PostgreSQL of our own: made by initdb in a temporary folder, reached by a socket, trusting everybody."""

    durable: bool = False
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="gangqiao-pg-")))
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    spare: list["Copy"] = field(default_factory=list)
    """Copies of the template that are emptied and free."""

    @property
    def data(self) -> Path:
        """Where the cluster keeps its files."""
        return self.folder / "data"

    def _as_owner(self, *command: str) -> None:
        # PostgreSQL refuses to run as root.
        prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        done = subprocess.run([*prefix, *command], cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}{self.log}")

    @property
    def copying(self) -> str:
        """How a template is copied: as files where the disk may forget them, which takes a third of the time."""
        return "" if self.durable or int(BINARIES[-1].parent.name) < 15 else "STRATEGY FILE_COPY"

    @property
    def log(self) -> str:
        """What the server wrote."""
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def make(self) -> None:
        """Lay the files and start the server."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._as_owner(
            str(BINARIES[-1] / "initdb"), "--pgdata", str(self.data), "--username", "gangqiao", "--auth", "trust",
            "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
        )  # fmt: skip
        self.start()
        self.execute(f"CREATE ROLE {OWNER} LOGIN")
        self.execute(f"CREATE ROLE {SERVICE} LOGIN")
        self.execute(f"CREATE ROLE {BACKUP} LOGIN BYPASSRLS IN ROLE pg_read_all_data")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = ["-k", str(self.folder), "-c", "listen_addresses=", *([] if self.durable else SPEED)]
        self._as_owner(
            str(BINARIES[-1] / "pg_ctl"), "start", "--wait", "--silent", "--pgdata", str(self.data),
            "--log", str(self.folder / "log"), "--options", " ".join(f"'{option}'" for option in options),
        )  # fmt: skip

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server: `immediate` as a power cut would, `fast` in good order."""
        self._as_owner(str(BINARIES[-1] / "pg_ctl"), "stop", "--wait", "--pgdata", str(self.data), "--mode", mode)

    def url(self, database: str = "postgres", role: str = "gangqiao") -> str:
        """The SQLAlchemy address of one of its databases, for the owner of everything or for another role."""
        return f"postgresql+psycopg://{role}@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """Run one administrative statement."""
        administrator = create_engine(self.url(), isolation_level="AUTOCOMMIT")
        with administrator.connect() as connection:
            connection.exec_driver_sql(statement)
        administrator.dispose()

    @contextmanager
    def fresh(self, template: str = "template1", role: str = OWNER) -> Iterator[str]:
        """The address of a new database for a role, a copy of a template, dropped afterwards."""
        name = self.copy(template)
        try:
            yield self.url(name, role)
        finally:
            self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def copy(self, template: str) -> str:
        """The name of a new copy of a database."""
        name = f"{template}_{next(self.numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER {OWNER} {self.copying}')
        return name

    @contextmanager
    def emptied(self, template: str, role: str) -> Iterator[str]:
        """The address of a copy of a template, which holds nothing that the template does not hold.

        Copying 1,400 files takes .6 to 2 s, emptying some tables 50 ms, so a copy goes from test to test, each time
        under a new name: what a process remembers of a database it remembers by its address. A copy is dropped instead
        if a test changed its schema, made it grow, or left a connection open.
        """
        copy = self.spare.pop() if self.spare else Copy(self, self.copy(template))
        copy.rename(f"{template}_{next(self.numbers)}")
        yield self.url(copy.name, role)
        if copy.empty():
            self.spare.append(copy)
        else:
            self.execute(f'DROP DATABASE "{copy.name}" WITH (FORCE)')


SCHEMA = """
SELECT md5(string_agg(md5(entry), '' ORDER BY md5(entry))), pg_database_size(current_database()) FROM (
    SELECT oid || ' ' || xmin FROM pg_class WHERE relkind <> 't'
    UNION ALL SELECT oid || ' ' || xmin FROM pg_trigger
    UNION ALL SELECT oid || ' ' || xmin FROM pg_policy
    UNION ALL SELECT oid || ' ' || xmin FROM pg_proc
    UNION ALL SELECT oid || ' ' || xmin FROM pg_constraint
    UNION ALL SELECT attrelid || ' ' || attnum || ' ' || xmin FROM pg_attribute
    UNION ALL SELECT version_num FROM alembic_version
) AS catalogue(entry)
"""
"""A digest of everything that a statement on the schema would change, and the size of the database in bytes."""

EMPTY = """
SET session_replication_role = replica;
DO $$
DECLARE name regclass;
BEGIN
    FOR name IN SELECT oid FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
            AND pg_relation_size(oid) > 0
    LOOP EXECUTE format('DELETE FROM %s', name); END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE last_value IS NOT NULL;
END $$
"""
"""Empties all tables but the number of the migration, without triggers or checks of references."""

MOST_GROWTH = 8 << 20
"""By how many bytes a copy may have grown before it is dropped: tests of speed get tables without dead rows."""


class Copy:
    """A copy of a template that is emptied after each test."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.cluster, self.name = cluster, name
        with self._connection() as connection:
            self.schema, self.size = _look(connection)

    def _connection(self) -> Connection:
        return psycopg.connect(f"host={self.cluster.folder} user=gangqiao dbname={self.name}", autocommit=True)

    def rename(self, name: str) -> None:
        """Give the copy another name."""
        self.cluster.execute(f'ALTER DATABASE "{self.name}" RENAME TO "{name}"')
        self.name = name

    def empty(self) -> bool:
        """Empty the tables; False if the copy is not as it was, or somebody is still connected."""
        with self._connection() as connection:
            schema, size = _look(connection)
            if schema != self.schema or size - self.size > MOST_GROWTH or _is_shared(connection):
                return False
            connection.execute(EMPTY)
        return True


def _look(connection: Connection) -> tuple[str, int]:
    digest, size = connection.execute(SCHEMA).fetchone() or ("", 0)
    return digest, size


def _is_shared(connection: Connection) -> bool:
    # A closed connection leaves its backend for some milliseconds.
    others = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    for _ in range(50):
        if connection.execute(others).fetchone() is None:
            return False
        time.sleep(0.02)
    return True


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A running cluster; `durable` keeps every promise of the disk (for reliability tests), otherwise it is quick."""
    if not BINARIES:
        absent("PostgreSQL")
    if os.geteuid() == 0 and subprocess.run(["id", "postgres"], capture_output=True, check=False).returncode:
        absent(f"the user postgres (PostgreSQL refuses to run as {getpass.getuser()})")
    cluster = Cluster(durable=durable)
    try:
        cluster.make()
        yield cluster
        cluster.stop()
    finally:
        shutil.rmtree(cluster.folder, ignore_errors=True)
