"""Every job that goes through rows works on each of them apart from the others (centre.isolation)."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import ROOT

PACKAGES = ("centre", "employers", "matching", "training")
WHOLE = {
    "count_ledger": "empties whole tables",
    "tell_of_failed_jobs": "tells of failures, and is a row of nothing itself",
    "forget_visitors": "blanks a name, which cannot fail for one of them",
    "propose_synonyms": "adds what was worked out before",
    "send_digests": "sends apart; its second loop marks what was sent, in batches",
}
"""Jobs with a loop that needs no savepoints, with the reason."""


def jobs_of(text: str) -> Iterator[ast.FunctionDef]:
    """The functions that are registered as jobs."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == "job" for mark in node.decorator_list
        ):
            yield node


def joined_loops(text: str) -> list[str]:
    """The jobs that go through rows without `apart`."""
    return [
        job.name
        for job in jobs_of(text)
        if any(isinstance(node, ast.For) and "apart(session)" not in ast.unparse(node) for node in job.body)
    ]


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "@job(" in path.read_text("utf-8"):
                yield path


def test_no_row_of_a_job_stops_the_others() -> None:
    joined = [name for path in sources() for name in joined_loops(path.read_text("utf-8"))]
    assert sorted(joined) == sorted(WHOLE)
    assert sum(1 for path in sources() for _ in jobs_of(path.read_text("utf-8"))) > 30


def test_a_planted_loop_without_savepoints_is_noticed() -> None:
    planted = "@job('x')\ndef work(session):\n    for row in rows:\n        move(row)\n"
    assert joined_loops(planted) == ["work"]
    assert joined_loops(planted.replace("move(row)", "with apart(session):\n            move(row)")) == []
