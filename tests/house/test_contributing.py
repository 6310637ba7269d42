"""CONTRIBUTING answers a stranger's questions by names that exist, documents name real paths, commits are short."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.source import PACKAGES, ROOT, Findings, plant

QUESTION = re.compile(r"^[0-9]+\. \*\*.*?(?=^[0-9]+\. \*\*|^## |\Z)", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\s]+)`")
PATH = re.compile(r"[a-z_]+(?:/[a-z_.]+)+/?", re.IGNORECASE)
LONGEST_SUBJECT = 72
RULE_FROM = "f7036f3"
"""Commits after this one keep the length of the subject line."""


def defined(path: Path) -> set[str]:
    """The names that a Python file defines or imports at its top level."""
    names: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names.update(target.id for target in targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.ImportFrom):
            names.update(alias.asname or alias.name for alias in node.names)
    return names


def unanswered(root: Path) -> Findings:
    """Paths and names in the answers that do not exist; a name belongs to one of the files of its answer."""
    findings = Findings()
    for answer in QUESTION.findall((root / "CONTRIBUTING.md").read_text("utf-8")):
        words = CODE.findall(answer)
        paths = [root / word for word in words if PATH.fullmatch(word)]
        names = {name for path in paths if path.suffix == ".py" and path.exists() for name in defined(path)}
        number = answer.split(".", 1)[0]
        for word in words:
            exists = (root / word).exists() if PATH.fullmatch(word) else word in names | {"visible_to"}
            findings.look(exists, f"question {number}: {word} does not exist")
    return findings


def missing_paths(root: Path) -> Findings:
    """Folders and files of the project that a document names and that do not exist."""
    findings = Findings()
    for page in (*root.glob("*.md"), *root.glob("docs/*.md")):
        for word in CODE.findall(page.read_text("utf-8")):
            if PATH.fullmatch(word) and word.split("/")[0] in {*PACKAGES, "tests", "docs"}:
                findings.look((root / word).exists(), f"{page.name}: {word} does not exist")
    return findings


def long_subjects(log: str) -> Findings:
    """Commits whose subject line is too long."""
    findings = Findings()
    for line in log.splitlines():
        commit, _, subject = line.partition(" ")
        findings.look(len(subject) <= LONGEST_SUBJECT, f"{commit}: {len(subject)} characters")
    return findings


def test_ten_questions_are_answered_by_names_that_exist() -> None:
    assert len(QUESTION.findall((ROOT / "CONTRIBUTING.md").read_text("utf-8"))) == 10
    assert unanswered(ROOT).verdict == []


def test_every_path_that_a_document_names_exists() -> None:
    assert missing_paths(ROOT).verdict == []


def test_a_planted_answer_by_a_name_that_is_gone_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, "training/seats.py", "def free_seat(): ...\n")
    plant(
        tmp_path,
        "CONTRIBUTING.md",
        "1. **Where?** `training/seats.py`: `free_seat`, `take_seat`; `training/rows.py`.\n",
    )
    assert unanswered(tmp_path).verdict == [
        "question 1: take_seat does not exist",
        "question 1: training/rows.py does not exist",
    ]
    assert missing_paths(tmp_path).verdict == ["CONTRIBUTING.md: training/rows.py does not exist"]


def test_subjects_of_commits_fit_into_72_characters() -> None:
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    command = ["git", "log", "--no-merges", "--format=%h %s", f"{RULE_FROM}..HEAD"]
    log = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    if log.returncode or not log.stdout:
        pytest.skip("the history is not here")
    assert long_subjects(log.stdout).verdict == []


def test_a_planted_long_subject_is_caught() -> None:
    assert long_subjects(f"abc1234 Fix\ndef5678 {'x' * 73}").verdict == ["def5678: 73 characters"]
