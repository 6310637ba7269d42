"""Only the modules of the database, row-level security and the migrations touch SQL text, tables or connections.

Everything else goes through the session, where the reader's scope is added to every select.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import ROOT, Findings, Source, plant, sources

ALLOWED = (
    "centre/bulk_writes.py",
    "centre/checkup/storage.py",
    "centre/database.py",
    "centre/migrations/",
    "centre/moving.py",
    "centre/row_security.py",
    "centre/schema.py",
    "centre/scopes.py",
)


def raw_access(source: Source) -> Iterator[str]:
    """Every place that goes round the session."""
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            if "text" in {name.name for name in node.names}:
                yield f"{source.at(node)}: text"
            if (node.module or "").startswith("sqlalchemy.dialects"):
                yield f"{source.at(node)}: {node.module}"
        elif isinstance(node, ast.Attribute) and node.attr in {"__table__", "exec_driver_sql"}:
            yield f"{source.at(node)}: {node.attr}"
    for name, call in source.calls():
        if name in {"sqlalchemy.text", "sa.text"} or name.endswith(".connection"):
            yield f"{source.at(call)}: {name}"


def dialects(root: Path) -> Findings:
    """Raw access in every module that is not allowed it."""
    findings = Findings()
    for source in sources(root):
        if not source.name.startswith(ALLOWED):
            findings.look(True, source.name)
            findings.wrong += raw_access(source)
    return findings


def test_nobody_goes_round_the_session() -> None:
    assert dialects(ROOT).verdict == []


def test_planted_ways_round_the_session_are_caught(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "training/raw.py",
        "from sqlalchemy import text\nrows = Seat.__table__\nline = made.connection()\nsa.text('x')\n",
    )
    assert dialects(tmp_path).verdict == [
        "training/raw.py:1: text",
        "training/raw.py:2: __table__",
        "training/raw.py:3: made.connection",
        "training/raw.py:4: sa.text",
    ]
