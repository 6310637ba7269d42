"""Row-level security: raw SQL reads and writes only own rows, and cannot rewrite append-only tables."""

# ruff: noqa: S608 # the names of tables are the test's own

from typing import Any

import pytest
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from centre.audit import note
from centre.database import engine, open_session
from centre.ledger import ServiceCategory, record_service
from centre.network import Centre, CentreLevel
from centre.people import new_person
from centre.permissions import Actor, Role, Scope
from centre.row_security import has_owners
from centre.scopes import tell
from centre.settings import settings
from centre.states import Transition
from centre.tables import Base
from tests.databases import Cluster, settings_from

SYSTEM = Actor.system()
CLERK = Actor(account_id=1, roles=frozenset({Role.CLERK}), centre_id=1).scope
CITY = Actor(account_id=2, roles=frozenset({Role.CITY_MANAGER})).scope
WORKER = Actor(account_id=3, roles=frozenset({Role.JOBSEEKER}), person_id=2).scope
BOSS = Actor(account_id=4, roles=frozenset({Role.EMPLOYER}), employer_id=1).scope
NOBODY = Scope()
APPEND_ONLY = ("audit_entry", "transition", "service_event")


@pytest.fixture
def people(any_database: str) -> str:
    """Two counties with one person each, an audit entry, a move and a ledger line."""
    with open_session(SYSTEM.scope, write=True) as session:
        for number in (1, 2):
            session.add(
                Centre(
                    code=f"C{number}",
                    name=f"中心{number}",
                    level=CentreLevel.COUNTY,
                    region_code=f"61040{number}",
                )
            )
            session.flush()
            session.add(new_person(centre_id=number, name=f"甲{number}"))
            session.flush()
        note(session, SYSTEM, action="test", subject="person:1")
        record_service(session, SYSTEM, centre_id=1, category=ServiceCategory.OTHER, person_id=1, note="口述")
        session.add(Transition(machine="m", record_id=1, event="e", source="a", target="b", reason="口述"))
    return any_database


def run(statement: str, scope: Scope | None = None) -> Any:
    """Run one statement on a connection of the service, with or without a scope."""
    with engine().execution_options(write=True).begin() as connection:
        if scope is not None and not settings().is_sqlite:
            tell(connection, scope)
        done = connection.exec_driver_sql(statement)
        return done.scalars().all() if done.returns_rows else done.rowcount


@pytest.fixture
def on_postgresql(people: str) -> None:
    """Skip on SQLite, which has no policies."""
    if people.startswith("sqlite"):
        pytest.skip("SQLite has no row-level security")


@pytest.mark.parametrize(
    ("scope", "seen"),
    [(None, []), (NOBODY, []), (BOSS, []), (CLERK, [1]), (WORKER, [2]), (CITY, [1, 2]), (SYSTEM.scope, [1, 2])],
)
@pytest.mark.usefixtures("on_postgresql")
def test_raw_reads_give_only_what_the_scope_sees(scope: Scope | None, seen: list[int]) -> None:
    assert run("SELECT id FROM person ORDER BY id", scope) == seen
    assert run("SELECT id FROM service_event ORDER BY id", scope) == [number for number in seen if number == 1]


@pytest.mark.usefixtures("on_postgresql")
def test_a_scope_ends_with_its_transaction() -> None:
    assert run("SELECT id FROM person ORDER BY id", SYSTEM.scope) == [1, 2]
    assert run("SELECT id FROM person ORDER BY id") == []


@pytest.mark.usefixtures("on_postgresql")
def test_raw_writes_reach_only_own_rows() -> None:
    assert run("UPDATE person SET name = 'x' WHERE id IN (1, 2)", CLERK) == 1
    assert run("DELETE FROM person WHERE id = 1", WORKER) == 0
    with pytest.raises(DBAPIError, match="row-level security"):
        run("UPDATE person SET centre_id = 2 WHERE id = 1", CLERK)
    with pytest.raises(DBAPIError, match="row-level security"):
        run(
            "INSERT INTO consent (person_id, purpose, text_version, given_at, created_at, updated_at, version) "
            "VALUES (1, 'p', '1', now(), now(), now(), 1)",
            WORKER,
        )


@pytest.mark.usefixtures("on_postgresql")
def test_every_table_with_owners_has_forced_row_level_security() -> None:
    protected = run("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity ORDER BY 1")
    owned = sorted(str(mapper.class_.__tablename__) for mapper in Base.registry.mappers if has_owners(mapper.class_))
    assert protected == owned
    assert {"person", "enrolment", "introduction", "message", "roster_upload", "sign_in"} <= set(protected)


@pytest.mark.usefixtures("on_postgresql")
def test_a_planted_table_without_row_level_security_is_caught(people: str, postgres: Cluster) -> None:
    owner = create_engine(people.replace("gangqiao_service@", "gangqiao@"))
    with owner.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE person DISABLE ROW LEVEL SECURITY")
    owner.dispose()
    assert run("SELECT id FROM person ORDER BY id", CLERK) == [1, 2]


@pytest.mark.rule("ledger-unchanged", "database")
@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("way", ["UPDATE {} SET id = id + 100", "DELETE FROM {}"])
def test_append_only_tables_are_neither_updated_nor_truncated(people: str, table: str, way: str) -> None:
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
        run(way.format(table), SYSTEM.scope)
    assert len(run(f"SELECT id FROM {table}", SYSTEM.scope)) == 1


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_not_even_the_table_owner_updates_them(people: str, table: str, postgres: Cluster) -> None:
    owner = create_engine(people.replace("gangqiao_service@", "gangqiao@"))
    words = {"audit_entry": "UPDATE audit_entry SET action = 'x'", "transition": "UPDATE transition SET event = 'x'"}
    ways = [words.get(table, f"UPDATE {table} SET topic = 'x'"), f"DELETE FROM {table}"]
    for way in ways if owner.dialect.name == "sqlite" else [*ways, f"TRUNCATE {table} CASCADE"]:
        with pytest.raises(DBAPIError, match="append-only"), owner.begin() as connection:
            connection.exec_driver_sql(way)
    owner.dispose()


def test_a_row_cannot_be_replaced_under_sqlite(people: str) -> None:
    if not people.startswith("sqlite"):
        pytest.skip("PostgreSQL has no INSERT OR REPLACE")
    with pytest.raises(DBAPIError, match="append-only"):
        run(
            "INSERT OR REPLACE INTO audit_entry SELECT id, at, 9, 'x', subject, detail, previous, digest "
            "FROM audit_entry"
        )
    assert run("SELECT action FROM audit_entry") == ["test"]


def test_an_erasure_may_empty_the_reason_of_a_move_and_nothing_else(people: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        run("UPDATE transition SET reason = 'anders'", SYSTEM.scope)
    assert run("UPDATE transition SET reason = ''", SYSTEM.scope) == 1
    assert run("SELECT reason FROM transition", SYSTEM.scope) == [""]


@pytest.mark.usefixtures("on_postgresql")
def test_the_role_of_the_service_owns_nothing_and_may_not_rewrite_the_audit_log() -> None:
    assert run("SELECT tablename FROM pg_tables WHERE tableowner = current_user") == []
    rights = "SELECT has_table_privilege(current_user, 'audit_entry', '{}')"
    assert [run(rights.format(right)) for right in ("INSERT", "SELECT")] == [[True], [True]]
    assert [run(rights.format(right)) for right in ("UPDATE", "DELETE", "TRUNCATE")] == [[False]] * 3


def test_migrating_again_restores_row_level_security(postgres_url: str, tmp_path: Any) -> None:
    from centre import schema

    with settings_from(database_url=postgres_url, data_dir=str(tmp_path)):
        schema.upgrade()
        assert _policies(engine().connect()) == _policies_after(schema.upgrade)


def _policies(connection: Connection) -> int:
    with connection:
        count: int = connection.exec_driver_sql("SELECT count(*) FROM pg_policies").scalar_one()
        assert count > 40
        assert inspect(connection).has_table("person")
        return count


def _policies_after(act: Any) -> int:
    act()
    return _policies(engine().connect())
