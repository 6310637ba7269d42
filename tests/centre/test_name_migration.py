"""People registered before names were spelt are found like those who come later."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import MetaData, Table, insert, select

from centre import schema
from centre.database import engine
from tests.databases import Cluster, import_models, settings_from

NOW = datetime(2026, 11, 28, tzinfo=UTC)
OLD = {"created_at": NOW, "updated_at": NOW, "version": 1}


def person(number: int, name: str, key: bytes) -> dict[str, object]:
    """A row as the service wrote it before the migration."""
    return OLD | {
        "id": number, "centre_id": 1, "name": name, "name_norm": name, "key_name": f"k{number}", "wrapped_key": key,
        "sex": "unknown", "categories": [], "live_region": "", "home_region": "", "literacy_aid": False,
        "legacy_number": False, "source": "counter", "is_demo": False,
    }  # fmt: skip


def spellings_after_migrating() -> list[tuple[str, str]]:
    """The key and the spelling of two people of an older database, of whom the second is erased."""
    schema.upgrade("0041_judged_wordings")
    with engine().execution_options(write=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT set_config('gangqiao.everything', 'on', true)")
        tables = MetaData()
        centres = Table("centre", tables, autoload_with=connection)
        known = {"id": 1, "code": "A", "name": "甲", "level": "city", "region_code": "610400"}
        needed = [column for column in centres.columns if not column.nullable and column.name not in {*known, *OLD}]
        connection.execute(
            insert(centres), [{column.name: column.type.python_type() for column in needed} | OLD | known]
        )
        people = Table("person", tables, autoload_with=connection)
        rows = [person(1, "古麗•阿依", b"key"), person(2, "已注销", b"")]
        connection.execute(insert(people), rows)
    schema.upgrade()
    with engine().begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT set_config('gangqiao.everything', 'on', true)")
        people = Table("person", MetaData(), autoload_with=connection)
        spelt = select(people.c.name_norm, people.c.name_spelt).order_by(people.c.id)
        return [(key, spelling) for key, spelling in connection.execute(spelt)]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_names_of_an_older_database_are_spelt(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    import_models()
    if kind == "sqlite":
        with settings_from(database_url=f"sqlite:///{tmp_path / 'old.db'}", data_dir=str(tmp_path)):
            spelt = spellings_after_migrating()
    else:
        postgres: Cluster = request.getfixturevalue("postgres")
        with postgres.fresh() as url, settings_from(database_url=url, data_dir=str(tmp_path)):
            spelt = spellings_after_migrating()
    assert spelt == [("古丽阿依", "guliayi"), ("已注销", "")]
