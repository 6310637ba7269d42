"""The ground that the tests stand on."""

import socket

import pytest
from sqlalchemy import create_engine, inspect

from centre.database import engine
from centre.settings import settings
from tests.conftest import NetworkClosed
from tests.databases import Cluster
from tests.statements import statements


def test_other_machines_are_out_of_reach() -> None:
    with socket.socket() as plug, pytest.raises(NetworkClosed):
        plug.connect(("192.0.2.1", 80))
    with pytest.raises(NetworkClosed):
        socket.getaddrinfo("example.org", 443)


def test_this_machine_is_within_reach() -> None:
    with socket.socket() as server, socket.socket() as plug:
        server.bind(("127.0.0.1", 0))
        server.listen()
        plug.connect(server.getsockname())
        assert plug.getpeername() == server.getsockname()


def test_a_fresh_database_has_the_tables_and_the_settings_point_to_it(any_database: str) -> None:
    assert settings().url == any_database
    assert inspect(engine()).get_table_names()


def test_rows_without_an_order_come_backwards(database: str) -> None:
    with engine().connect() as connection:
        connection.exec_driver_sql("CREATE TABLE shelf (place INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO shelf VALUES (1), (2), (3)")
        assert [row.place for row in connection.exec_driver_sql("SELECT place FROM shelf")] == [3, 2, 1]


def test_each_postgresql_database_is_new(postgres: Cluster) -> None:
    with postgres.fresh() as first, postgres.fresh() as second:
        assert first != second
        for url in (first, second):
            reader = create_engine(url)
            assert inspect(reader).get_table_names() == []
            reader.dispose()


ROW = (
    "INSERT INTO transition (machine, record_id, event, source, target, reason, at) "
    "VALUES ('a', 1, 'b', 'c', 'd', '', now()) RETURNING id"
)


def used(postgres: Cluster, template: str, *statements: str) -> str:
    """The address of a copy of the template, after a test ran these statements in it as its owner."""
    with postgres.emptied(template, "gangqiao") as url:
        writer = create_engine(url)
        with writer.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        writer.dispose()
    return url


def test_a_copy_is_emptied_and_counts_from_the_beginning(postgres: Cluster, postgres_template: str) -> None:
    first = used(postgres, postgres_template, ROW, ROW)
    with postgres.emptied(postgres_template, "gangqiao") as second:
        assert first != second, "under a new name, since caches go by the address"
        reader = create_engine(second)
        with reader.begin() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM transition").scalar_one() == 0
            assert connection.exec_driver_sql(ROW).scalar_one() == 1
            assert connection.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar_one() == 1
        reader.dispose()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE audit_entry DISABLE TRIGGER USER",
        "ALTER TABLE person DISABLE ROW LEVEL SECURITY",
        "DROP INDEX ix_message_due",
        "ALTER TABLE centre ALTER code DROP NOT NULL",
        "UPDATE alembic_version SET version_num = '0001'",
        "CREATE TABLE ballast AS SELECT repeat(md5(n::text), 8) FROM generate_series(1, 60000) AS n",
    ],
)
def test_a_copy_that_a_test_changed_is_not_given_to_the_next(
    postgres: Cluster, postgres_template: str, change: str
) -> None:
    used(postgres, postgres_template)
    kept = len(postgres.spare)
    used(postgres, postgres_template, change)
    assert len(postgres.spare) == kept - 1


def test_a_copy_that_somebody_is_connected_to_is_not_given_to_the_next(
    postgres: Cluster, postgres_template: str
) -> None:
    used(postgres, postgres_template)
    kept = len(postgres.spare)
    with postgres.emptied(postgres_template, "gangqiao") as first:
        left = create_engine(first)
        connection = left.connect()
    assert len(postgres.spare) == kept - 1
    connection.invalidate()
    left.dispose()


def test_statements_are_counted_without_the_boundaries_of_their_transaction(any_database: str) -> None:
    with statements() as ran, engine().begin() as connection:
        connection.exec_driver_sql("SELECT 1")
        connection.exec_driver_sql("SELECT 2")
    assert ran == ["SELECT 1", "SELECT 2"]
