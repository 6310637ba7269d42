"""The import contracts of pyproject.toml hold, and each of them can fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import PACKAGES, ROOT, plant

SKELETON = (
    "api/openings.py", "centre/bulk_writes.py", "centre/clock.py", "centre/counters.py", "centre/database.py",
    "centre/scopes.py", "centre/settings.py", "centre/tables.py", "employers/companies/rules.py",
    "matching/engine/__init__.py", "matching/engine/fit/__init__.py",
    "matching/engine/fit/score.py", "training/rules.py", "web/pages.py",
)  # fmt: skip


def contracts(root: Path) -> tuple[bool, str]:
    """Whether import-linter finds the contracts kept in a tree, and what it says."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-cache"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """A tree of the six packages with our contracts and nothing in it that breaks them."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        plant(tmp_path, f"{package}/__init__.py", "")
    for name in SKELETON:
        plant(tmp_path, name, "")
    return tmp_path


def test_the_contracts_are_kept() -> None:
    kept, report = contracts(ROOT)
    assert kept, report


def test_an_empty_tree_keeps_the_contracts(skeleton: Path) -> None:
    kept, report = contracts(skeleton)
    assert kept, report


@pytest.mark.parametrize(
    ("name", "line", "contract"),
    [
        ("centre/upward.py", "import api.openings", "Packages import only downward"),
        ("employers/stranger.py", "import training.rules", "employers and training are strangers"),
        ("matching/wire.py", "import starlette", "know nothing of HTTP"),
        ("training/rules.py", "import centre.database", "Rules are pure"),
        ("matching/engine/fit/score.py", "import centre.ways", "The matching engine is pure"),
    ],
)
def test_a_planted_import_breaks_its_contract(skeleton: Path, name: str, line: str, contract: str) -> None:
    plant(skeleton, "centre/ways.py", "import centre.database\n")
    kept, report = contracts(plant(skeleton, name, f"{line}\n"))
    broken = [row for row in report.splitlines() if row.rstrip().endswith("BROKEN")]
    assert not kept
    assert len(broken) == 1
    assert contract in broken[0]
