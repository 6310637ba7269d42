"""docs/rules.md is up to date, and each rule has a test at each of its doors."""

from pathlib import Path

from tests.house.rules import Rule, document, faults
from tests.house.source import ROOT, plant

MARKED = """import pytest
@pytest.mark.rule("pay", "page")
@pytest.mark.rule("age", "page", "letter")
def test_pay_and_age_are_asked_on_the_page(): assert True
"""
PAY, AGE = Rule("pay", "VR1", "Pay.", ("page", "import")), Rule("age", "VR2", "Age.", ("page",))


def test_the_document_of_rules_is_up_to_date() -> None:
    assert (ROOT / "docs" / "rules.md").read_text("utf-8") == document(), "run make reference"


def test_every_rule_has_a_test_at_each_of_its_doors() -> None:
    assert faults() == []


def test_a_planted_door_without_a_test_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, "tests/test_pay.py", MARKED)
    assert faults((PAY, AGE), tmp_path) == [
        "age at letter: not declared, but marked on tests/test_pay.py::test_pay_and_age_are_asked_on_the_page",
        "pay at import: no test",
    ]


def test_a_planted_rule_that_is_declared_twice_or_nowhere_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, "tests/test_pay.py", MARKED.replace(', "letter"', ""))
    none, window = Rule("none", "VR3", "None.", ()), Rule("age", "VR2", "Age.", ("page", "window"))
    assert faults((Rule("pay", "VR1", "Pay.", ("page",)), AGE, none, window), tmp_path) == [
        "age at window: no test",
        "age: declared twice",
        "age: unknown door window",
        "none: no door",
    ]
