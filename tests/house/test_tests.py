"""Tests are sentences, each asserts something, and none replaces our own code by a mock."""

import ast
from pathlib import Path

from tests.house.source import ROOT, Findings, Function, Source, dotted, plant, sources

WORDS = 3
CHECKS = ("assert", "expect", "check", "pytest.raises", "pytest.fail", "pytest.warns")


def asserts(test: Function) -> bool:
    """Whether a test can fail by its own word."""
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            # A browser's wait_for_url and the like fail the test when the time is over.
            if name.startswith(CHECKS) or name.split(".")[-1].startswith("wait_for"):
                return True
    return False


def mocks(source: Source) -> list[str]:
    """Where a test file replaces code by a mock."""
    imports = [node for node in source.nodes if isinstance(node, ast.ImportFrom)]
    return [
        *(f"{source.at(node)}: a mock" for node in imports if node.module in {"unittest.mock", "pytest_mock"}),
        *(f"{source.at(call)}: {name}" for name, call in source.calls() if name == "monkeypatch.setattr"),
    ]


def proofs(root: Path) -> Findings:
    """Tests that assert nothing, are no sentences, or use mocks."""
    findings = Findings()
    for source in sources(root, "tests"):
        for function in source.functions():
            if function.name.startswith("test_"):
                findings.look(asserts(function), f"{source.at(function)}: {function.name} asserts nothing")
                enough = len(function.name.split("_")) > WORDS
                findings.look(enough, f"{source.at(function)}: {function.name} is no sentence")
        findings.wrong += mocks(source)
    return findings


def test_tests_are_sentences_that_can_fail() -> None:
    assert proofs(ROOT).verdict == []


def test_planted_empty_and_mocking_tests_are_caught(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "tests/test_seats.py",
        "from unittest.mock import Mock\n"
        "def test_the_eleventh_learner_is_refused():\n    enrol()\n"
        "def test_enrol():\n    assert enrol()\n"
        "def test_a_full_class_is_closed(monkeypatch):\n    monkeypatch.setattr('a', 'b')\n    assert enrol()\n",
    )
    assert proofs(tmp_path).verdict == [
        "tests/test_seats.py:1: a mock",
        "tests/test_seats.py:2: test_the_eleventh_learner_is_refused asserts nothing",
        "tests/test_seats.py:4: test_enrol is no sentence",
        "tests/test_seats.py:7: monkeypatch.setattr",
    ]
