"""`gangqiao migrate --from --to`: a running city moves from SQLite to PostgreSQL, row by row, and goes on there."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select
from typer.testing import CliRunner

from centre import keys, moving, privacy, schema
from centre.accounts import create_account
from centre.audit import anchor, first_fault
from centre.database import engine_of, open_session
from centre.network import Centre
from centre.people import Person
from centre.permissions import Actor, Role
from centre.settings import settings
from centre.tables import Base
from tests.databases import SERVICE, settings_from
from tests.ordeal import world as worlds
from tests.planted import planted
from web.commands.entry import app

SYSTEM = Actor.system()


@pytest.fixture
def city(database: str) -> str:
    """A city in an SQLite file that the settings point to; returns its address."""
    privacy.forget_keys()
    worlds.build()
    keys.check_keys()
    return database


@pytest.fixture
def target(postgres_url: str) -> Iterator[str]:
    """An empty PostgreSQL database; the settings point to whatever they pointed to afterwards."""
    before = dict(os.environ)
    yield postgres_url
    engine_of(postgres_url).dispose()
    os.environ.clear()
    os.environ.update(before)
    settings.cache_clear()


def move(city: str, target: str, *more: str) -> tuple[int, str]:
    """Run the command; its exit code and output."""
    done = CliRunner().invoke(app, ["migrate", "--from", city, "--to", target, *more])
    return done.exit_code, done.output


def contents(url: str) -> dict[str, Any]:
    """Count and checksum of each table, and every decrypted number."""
    with settings_from(False, database_url=url), open_session(SYSTEM.scope) as session:
        people = session.scalars(select(Person).order_by(Person.id))
        numbers = [(person.name, person.identity_number, person.phone) for person in people]
        connection = session.connection()
        tables = {table.name: moving.checksum(connection, table) for table in Base.metadata.sorted_tables}
        return {"numbers": numbers} | tables


def rows_in(url: str) -> int:
    """All rows of a database, as a superuser sees them."""
    engine = create_engine(url.replace("gangqiao_owner@", "gangqiao@"))
    with engine.connect() as connection:
        counts = [
            connection.scalar(select(func.count()).select_from(table)) or 0 for table in Base.metadata.sorted_tables
        ]
    engine.dispose()
    return sum(counts)


def test_a_city_moves_and_continues_under_the_role_of_the_service(city: str, target: str) -> None:
    before = contents(city)
    code, said = move(city, target, "--role", SERVICE)
    assert code == 0, said
    assert "Counts and checksums of" in said
    service = target.replace("gangqiao_owner@", f"{SERVICE}@")
    after = contents(service)
    assert [name for name in before if before[name] != after[name]] == []
    assert sum(count for count, _ in list(before.values())[1:]) > 100
    with settings_from(False, database_url=service):
        with open_session(SYSTEM.scope) as session:
            assert first_fault(session, anchor(session)) is None
            highest = session.scalar(select(func.max(Centre.id))) or 0
        with open_session(SYSTEM.scope, write=True) as session:
            account = create_account(
                session, SYSTEM, login="newcomer", name="新", password="wheat in june", roles={Role.AUDITOR}
            )
            assert account.id > 0, "sequences go on behind the copied rows"
        with open_session(Actor.public().scope) as session:
            assert session.execute(select(Person.id)).all() == []
            raw = session.connection().exec_driver_sql("SELECT count(*) FROM person").scalar()
            assert (raw, highest > 0) == (0, True), "row-level security stands again"
            forced = "SELECT count(*) FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
            assert session.connection().exec_driver_sql(forced).scalar() == 0


def test_a_second_move_is_refused_and_an_interrupted_one_leaves_nothing(
    city: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_point_to(target, monkeypatch)
    with planted(moving, _advance=lambda _target, table: stop_at(table.name)), pytest.raises(KeyboardInterrupt):
        moving.move_installation(city, print)
    assert rows_in(target) == 0
    assert move(city, target)[0] == 0
    code, said = move(city, target)
    assert (code, "already holds rows" in said) == (1, True)


def settings_point_to(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the settings point to a database."""
    monkeypatch.setenv("GANGQIAO_DATABASE_URL", url)
    settings.cache_clear()


def stop_at(table: str) -> None:
    """Interrupt the move in its middle, as Ctrl+C would."""
    if table == "enrolment":
        raise KeyboardInterrupt


def test_a_planted_row_that_is_dropped_on_the_way_is_caught(city: str, target: str) -> None:
    original = moving._raw
    with planted(moving, _raw=lambda table: original(table).offset(1) if table.name == "consent" else original(table)):
        code, said = move(city, target)
    assert (code, "consent differs after the copy" in said) == (1, True)
    assert rows_in(target) == 0


def test_addresses_that_cannot_be_meant_are_refused(city: str, target: str, tmp_path: Path) -> None:
    assert move(f"sqlite:///{tmp_path / 'nothing.db'}", target)[0] == 2
    assert move(city, "")[0] == 2
    assert move(target, city)[0] == 2
    old = tmp_path / "old.db"
    with settings_from(database_url=f"sqlite:///{old}", data_dir=str(tmp_path)):
        schema.upgrade()
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    code, said = move(f"sqlite:///{old}", target)
    assert (code, "run `gangqiao migrate` there" in said) == (1, True)


def test_nobody_writes_to_the_source_meanwhile(city: str) -> None:
    file = city.removeprefix("sqlite:///")
    with (
        engine_of(city).execution_options(write=True).connect() as source,
        closing(sqlite3.connect(file, 0.1)) as other,
    ):
        source.exec_driver_sql("SELECT 1")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("UPDATE centre SET name = 'x'")


def test_an_installation_without_the_postgresql_library_starts() -> None:
    blocked = "import sys; sys.modules['psycopg'] = None; from web.commands import running; running.import_domain()"
    ended = subprocess.run([sys.executable, "-c", blocked], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
