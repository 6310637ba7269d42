"""Modules are plain lower-case words joined by underscores, and none of them is a drawer for everything."""

import ast
import re
from pathlib import Path

from tests.house.source import PACKAGES, ROOT, Findings, plant, sources

DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "managers", "service", "services"}
PLAIN = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*|__init__|__main__")
TEST = PLAIN


def names(root: Path) -> Findings:
    """Modules and folders with a name that the house does not use."""
    findings = Findings()
    for folder in (*PACKAGES, "tests"):
        for source in sources(root, folder):
            words = source.name.removesuffix(".py").split("/")
            allowed = TEST if folder == "tests" else PLAIN
            findings.look(not DRAWERS.intersection(words), f"{source.name}: a drawer")
            findings.look(all(allowed.fullmatch(word) for word in words), f"{source.name}: not plain words")
    return findings


def test_modules_are_plain_words() -> None:
    assert names(ROOT).verdict == []


def test_a_planted_drawer_and_a_planted_compound_are_caught(tmp_path: Path) -> None:
    plant(tmp_path, "training/utils.py", "")
    plant(tmp_path, "training/classSeats.py", "")
    assert names(tmp_path).verdict == ["training/classSeats.py: not plain words", "training/utils.py: a drawer"]


EMPTY = {"found", "told", "one", "made"}
"""Names that say nothing of the value they hold: a lesson is called `lesson`, several are `lessons`."""


def empty_names(root: Path) -> Findings:
    """Variables and parameters with such a name; columns and fields of a class have a noun before them."""
    findings = Findings()
    for source in sources(root, *PACKAGES, "tests"):
        fields = {
            id(statement.target)
            for definition in source.classes()
            for statement in definition.body
            if isinstance(statement, ast.AnnAssign)
        }
        for node in source.nodes:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in fields:
                findings.look(node.id not in EMPTY, f"{source.at(node)}: {node.id}")
            elif isinstance(node, ast.arg):
                findings.look(node.arg not in EMPTY, f"{source.at(node)}: {node.arg}")
    return findings


def test_values_are_named_for_what_they_are() -> None:
    assert empty_names(ROOT).verdict == []


def test_a_planted_empty_name_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, "training/lessons.py", "def move(one):\n    found = one.room\n    return found\n")
    assert empty_names(tmp_path).verdict == ["training/lessons.py:1: one", "training/lessons.py:2: found"]
