"""The migrations make exactly the tables that the models describe, on both databases, and can be taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Table, inspect

from centre import schema
from centre.database import engine
from centre.tables import Base
from tests.databases import Cluster, import_models, settings_from

BOOKKEEPING = {"alembic_version"}


def differences(metadata: MetaData) -> list[str]:
    """What the settings' database lacks or has beyond the models; an empty list means that both are equal."""
    with engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        changes = [str(change) for change in compare_metadata(context, metadata)]
    return changes + list(check_differences(metadata))


def check_differences(metadata: MetaData) -> Iterator[str]:
    """CHECK constraints on one side only; Alembic does not compare them."""
    looker = inspect(engine())
    there = set(looker.get_table_names()) - BOOKKEEPING
    for name, table in metadata.tables.items():
        kept = {str(check["name"]) for check in looker.get_check_constraints(name)} if name in there else set()
        wanted = {str(check.name) for check in table.constraints if isinstance(check, CheckConstraint) and check.name}
        yield from (f"{name}: {check} is only in the models" for check in wanted - kept)
        yield from (f"{name}: {check} is only in the database" for check in kept - wanted)


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """A database that the migrations made, and nothing else; the settings point to it."""
    import_models()
    if request.param == "sqlite":
        with settings_from(database_url=f"sqlite:///{tmp_path / 'migrated.db'}", data_dir=str(tmp_path)):
            schema.upgrade()
            yield
    else:
        postgres: Cluster = request.getfixturevalue("postgres")
        with postgres.fresh() as url, settings_from(database_url=url, data_dir=str(tmp_path)):
            schema.upgrade()
            yield


@pytest.mark.usefixtures("migrated")
def test_models_equal_migrations() -> None:
    assert Base.metadata.tables
    assert differences(Base.metadata) == []


@pytest.mark.usefixtures("migrated")
def test_migrations_go_down_to_nothing_and_up_again() -> None:
    schema.downgrade("base")
    assert set(inspect(engine()).get_table_names()) <= BOOKKEEPING
    schema.upgrade()
    assert differences(Base.metadata) == []


def test_a_planted_table_column_and_check_are_caught(database: str) -> None:
    import_models()
    planted = MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.tables.values():
        table.to_metadata(planted)
    Table("planted", planted, Column("id", Integer, primary_key=True))
    account = planted.tables["account"]
    account.append_column(Column("planted_column", Integer))
    account.append_constraint(CheckConstraint("id > 0", name="planted_check"))
    changes = "\n".join(differences(planted))
    assert "add_table" in changes
    assert "planted_column" in changes
    assert "ck_account_planted_check is only in the models" in changes
