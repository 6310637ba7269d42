"""Modules are plain lower-case words joined by underscores, and none of them is a drawer for everything."""

import re
from pathlib import Path

from tests.house.source import PACKAGES, ROOT, Findings, plant, sources

DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "managers", "service", "services"}
PLAIN = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*|__init__|__main__")
TEST = PLAIN


def names(root: Path) -> Findings:
    """Modules and folders with a name that the house does not use."""
    found = Findings()
    for folder in (*PACKAGES, "tests"):
        for source in sources(root, folder):
            words = source.name.removesuffix(".py").split("/")
            allowed = TEST if folder == "tests" else PLAIN
            found.look(not DRAWERS.intersection(words), f"{source.name}: a drawer")
            found.look(all(allowed.fullmatch(word) for word in words), f"{source.name}: not plain words")
    return found


def test_modules_are_plain_words() -> None:
    assert names(ROOT).verdict == []


def test_a_planted_drawer_and_a_planted_compound_are_caught(tmp_path: Path) -> None:
    plant(tmp_path, "training/utils.py", "")
    plant(tmp_path, "training/classSeats.py", "")
    assert names(tmp_path).verdict == ["training/classSeats.py: not plain words", "training/utils.py: a drawer"]
