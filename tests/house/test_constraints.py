"""The constraints of a table have names of their own; PostgreSQL refuses twins, SQLite lets them pass."""

from collections import Counter

from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Table

from centre.tables import Base
from tests.databases import import_models
from tests.house.source import Findings


def twins(metadata: MetaData) -> Findings:
    """Constraints that share their name with another of the same table."""
    findings = Findings()
    for name, table in metadata.tables.items():
        for constraint, times in Counter(str(check.name) for check in table.constraints if check.name).items():
            findings.look(times == 1, f"{name}: {times} constraints are named {constraint}")
    return findings


def test_constraints_have_names_of_their_own() -> None:
    import_models()
    assert twins(Base.metadata).verdict == []


def test_planted_twins_are_caught() -> None:
    planted = MetaData()
    checks = [CheckConstraint("seats > 0", name="seats"), CheckConstraint("seats < 9", name="seats")]
    Table("room", planted, Column("seats", Integer), *checks)
    assert twins(planted).verdict == ["room: 2 constraints are named seats"]
