"""R18: changed, removed, swapped or truncated entries of the audit log are detected."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import Connection

from centre.audit import Anchor, AuditEntry, anchor, digest, first_fault, note
from centre.database import open_session
from centre.permissions import Actor
from tests.ordeal.lengths import length

SYSTEM = Actor.system()
TAMPERS = length(200, 10_000)
ENTRIES = 40
COLUMNS = ("action", "subject", "account_id", "previous", "digest", "detail")

Tamper = Callable[[Connection, random.Random], str]


@pytest.fixture
def chain(any_database: str) -> str:
    """Forty entries without triggers: the attacker owns the database."""
    with open_session(SYSTEM.scope, write=True) as session:
        for number in range(ENTRIES):
            actor = Actor(account_id=number % 5 + 1)
            note(session, actor, action="person.reveal", subject=f"person:{number}", detail={"reason": "陪同办理"})
    owner = create_engine(any_database.replace("gangqiao_service@", "gangqiao@"))
    with owner.begin() as connection:
        if owner.dialect.name == "sqlite":
            for kind in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER gq_audit_entry_{kind}")
        else:
            connection.exec_driver_sql("ALTER TABLE audit_entry DISABLE TRIGGER USER")
            connection.exec_driver_sql("ALTER TABLE audit_entry DISABLE ROW LEVEL SECURITY")
            connection.exec_driver_sql("GRANT UPDATE, DELETE ON audit_entry TO gangqiao_service")
    owner.dispose()
    return any_database


def change(connection: Connection, dice: random.Random) -> str:
    """Change one value of one entry."""
    number, column = dice.randint(1, ENTRIES), dice.choice(COLUMNS)
    value = {"account_id": "99", "detail": '\'{"reason": ""}\''}.get(column, f"'{'f' * 20}'")
    connection.exec_driver_sql(f"UPDATE audit_entry SET {column} = {value} WHERE id = {number}")  # noqa: S608
    return f"{column} of {number}"


def remove(connection: Connection, dice: random.Random) -> str:
    """Remove one entry."""
    number = dice.randint(1, ENTRIES)
    connection.exec_driver_sql(f"DELETE FROM audit_entry WHERE id = {number}")  # noqa: S608
    return f"without {number}"


def swap(connection: Connection, dice: random.Random) -> str:
    """Swap two entries."""
    first, other = dice.sample(range(1, ENTRIES + 1), 2)
    for old, new in ((first, 1000), (other, first), (1000, other)):
        connection.exec_driver_sql(f"UPDATE audit_entry SET id = {new} WHERE id = {old}")  # noqa: S608
    return f"{first} and {other} swapped"


def cut(connection: Connection, dice: random.Random) -> str:
    """Truncate the log and rewrite the head to match."""
    length = dice.randint(0, ENTRIES - 1)
    connection.exec_driver_sql(f"DELETE FROM audit_entry WHERE id > {length}")  # noqa: S608
    last = connection.exec_driver_sql(f"SELECT digest FROM audit_entry WHERE id = {length}").scalar()  # noqa: S608
    connection.exec_driver_sql(f"UPDATE audit_head SET length = {length}, digest = '{last or '0' * 64}'")  # noqa: S608
    return f"cut at {length}"


def rewrite(connection: Connection, dice: random.Random) -> str:
    """Change one entry and rebuild the chain after it, including the head."""
    number = dice.randint(1, ENTRIES)
    connection.exec_driver_sql(f"UPDATE audit_entry SET action = 'x' WHERE id = {number}")  # noqa: S608
    previous = ""
    for entry in connection.execute(select(AuditEntry).order_by(AuditEntry.id)).all():
        values: dict[str, Any] = entry._asdict()
        values["previous"] = previous if entry.id > number else entry.previous
        previous = digest(AuditEntry(**values)) if entry.id >= number else entry.digest
        connection.exec_driver_sql(
            f"UPDATE audit_entry SET previous = '{values['previous']}', digest = '{previous}' "  # noqa: S608
            f"WHERE id = {entry.id}"
        )
    connection.exec_driver_sql(f"UPDATE audit_head SET digest = '{previous}'")  # noqa: S608
    return f"{number} rewritten"


WAYS: tuple[Tamper, ...] = (change, remove, swap, cut, rewrite)


def undetected(kept: Anchor | None, ways: tuple[Tamper, ...] = WAYS) -> list[str]:
    """The manipulations that went undetected; each is undone before the next."""
    missed = []
    dice = random.Random(18)
    for turn in range(TAMPERS):
        with open_session(SYSTEM.scope, write=True) as session:
            what = ways[turn % len(ways)](session.connection(), dice)
            session.expire_all()
            if first_fault(session, kept) is None:
                missed.append(what)
            session.rollback()
    return missed


def head() -> Anchor:
    """The head as printed and parsed again."""
    with open_session(SYSTEM.scope) as session:
        return Anchor.read(str(anchor(session)))


def test_every_manipulation_is_detected(chain: str) -> None:
    kept = head()
    with open_session(SYSTEM.scope) as session:
        assert first_fault(session, kept) is None
    missed = undetected(kept)
    print(json.dumps({"name": "R18", "tampers": TAMPERS, "missed": len(missed), "seed": 18, "database": chain[:10]}))
    assert missed == []


def test_without_an_anchor_truncation_and_replacement_go_unnoticed(chain: str) -> None:
    missed = undetected(None)
    assert len(missed) == TAMPERS // len(WAYS) * 2
    assert {what.split()[0] for what in missed if "cut" in what} == {"cut"}


def test_entries_written_after_the_anchor_keep_it_valid(chain: str) -> None:
    kept = head()
    with open_session(SYSTEM.scope, write=True) as session:
        note(session, SYSTEM, action="later", subject="person:1")
    with open_session(SYSTEM.scope) as session:
        assert first_fault(session, kept) is None
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == ENTRIES + 1


def test_a_mistyped_head_is_refused() -> None:
    with pytest.raises(ValueError, match="12"):
        Anchor.read("12:zz")
