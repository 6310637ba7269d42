"""SE-06: a restored backup has the same totals, readable numbers and an intact audit log."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, make_url, select
from typer.testing import CliRunner

from centre import privacy
from centre.audit import Anchor, anchor, first_fault, note
from centre.database import open_session
from centre.ledger import ServiceCategory, ServiceEvent, record_service
from centre.people import Person
from centre.permissions import Actor
from centre.tables import Base
from tests.databases import BACKUP, BINARIES, Cluster, settings_from
from tests.ordeal import world as worlds
from web.commands.entry import app

SYSTEM = Actor.system()
AMOUNTS = (12_300, 45_600, 7_800)


@pytest.fixture
def kept(any_database: str) -> tuple[dict[str, Any], Anchor]:
    """A small world with a ledger and a log; its totals and the printed head of the audit log."""
    privacy.forget_keys()
    worlds.build()
    with open_session(SYSTEM.scope, write=True) as session:
        centre_id = session.scalars(select(Person.centre_id).order_by(Person.id)).first()
        assert centre_id is not None
        for amount in AMOUNTS:
            record_service(session, SYSTEM, centre_id=centre_id, category=ServiceCategory.RELIEF, amount_fen=amount)
            note(session, SYSTEM, action="test", subject=f"amount:{amount}")
    with open_session(SYSTEM.scope) as session:
        return totals(), anchor(session)


def totals() -> dict[str, Any]:
    """The ledger by centre and category, the rows of each table, and all decrypted numbers."""
    with open_session(SYSTEM.scope) as session:
        ledger = session.execute(
            select(ServiceEvent.centre_id, ServiceEvent.category, func.count(), func.sum(ServiceEvent.amount_fen))
            .group_by(ServiceEvent.centre_id, ServiceEvent.category)
            .order_by(ServiceEvent.centre_id, ServiceEvent.category)
        ).all()
        rows = {
            table.name: session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
        }
        numbers = [
            (person.identity_number, person.phone) for person in session.scalars(select(Person).order_by(Person.id))
        ]
    return {"ledger": [tuple(row) for row in ledger], "rows": rows, "numbers": numbers}


def check(expected: tuple[dict[str, Any], Anchor]) -> None:
    """Check that the restored data equals the original."""
    privacy.forget_keys()
    assert totals() == expected[0]
    assert sum(expected[0]["rows"].values()) > 100
    with open_session(SYSTEM.scope) as session:
        assert first_fault(session, expected[1]) is None


def test_a_restored_backup_has_the_same_totals(
    kept: tuple[dict[str, Any], Anchor], any_database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    restored = tmp_path / "restored"
    restored.mkdir()
    key = privacy.key_file().read_text()
    if any_database.startswith("sqlite"):
        copy = tmp_path / "copy.db"
        done = CliRunner().invoke(app, ["backup", str(copy)])
        assert done.exit_code == 0, done.output
        assert key.encode() not in copy.read_bytes()
        shutil.copyfile(copy, restored / "gangqiao.db")
        (restored / "master.key").write_text(key)
        with settings_from(data_dir=str(restored), database_url=""):
            check(kept)
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        with cluster.fresh(role="gangqiao_service") as address:
            copied = _dumped(cluster, make_url(any_database).database or "")
            assert key not in copied
            _restore(cluster, make_url(address).database or "", copied)
            with settings_from(database_url=address, master_key=key):
                check(kept)
    privacy.forget_keys()


def _dumped(cluster: Cluster, name: str) -> str:
    command = [str(BINARIES[-1] / "pg_dump"), "-h", str(cluster.folder), "-U", BACKUP, "--no-owner", name]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def _restore(cluster: Cluster, name: str, dump: str) -> None:
    command = [
        str(BINARIES[-1] / "psql"),
        "-h",
        str(cluster.folder),
        "-U",
        "gangqiao",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        name,
    ]
    subprocess.run(command, input=dump, capture_output=True, text=True, check=True, timeout=60)


def test_a_planted_backup_with_a_missing_row_is_caught(kept: tuple[dict[str, Any], Anchor], any_database: str) -> None:
    owner = create_engine(any_database.replace("gangqiao_service@", "gangqiao@"))
    with owner.begin() as connection:
        if owner.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER gq_service_event_delete")
        else:
            connection.exec_driver_sql("ALTER TABLE service_event DISABLE TRIGGER USER")
        connection.exec_driver_sql(f"DELETE FROM service_event WHERE amount_fen = {AMOUNTS[0]}")  # noqa: S608
    owner.dispose()
    with pytest.raises(AssertionError):
        check(kept)
