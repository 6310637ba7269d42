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


def test_statements_are_counted_without_the_boundaries_of_their_transaction(any_database: str) -> None:
    with statements() as ran, engine().begin() as connection:
        connection.exec_driver_sql("SELECT 1")
        connection.exec_driver_sql("SELECT 2")
    assert ran == ["SELECT 1", "SELECT 2"]
