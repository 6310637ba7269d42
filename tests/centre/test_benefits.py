"""Benefits: the shipped rules keep their own examples, a rule that lies is not taken, and a no names its reason."""

import csv
import json
from typing import Any

import pytest

from centre.benefits import PREFIX, BenefitAnswer, fault_of, judge, read_rule
from centre.policy import EXAMPLES


def shipped() -> dict[str, Any]:
    with EXAMPLES.open(encoding="utf-8", newline="") as file:
        return {row["key"]: json.loads(row["value"]) for row in csv.DictReader(file) if row["key"].startswith(PREFIX)}


@pytest.mark.parametrize("key", sorted(shipped()))
def test_every_shipped_rule_keeps_its_boundary_examples(key: str) -> None:
    kept = shipped()[key]
    assert len(kept["examples"]) >= 3
    assert fault_of(kept) == ""


def test_a_rule_whose_example_comes_out_differently_is_caught() -> None:
    kept = shipped()["benefit-relief"]
    moved = kept | {"criteria": [{"fact": "income", "op": "at_most", "value": 1_199}, *kept["criteria"][1:]]}
    assert "结论" in fault_of(moved)
    wrong_reason = json.loads(json.dumps(kept))
    wrong_reason["examples"][1]["stops_at"] = "relief_times"
    assert "原因" in fault_of(wrong_reason)
    assert "至少三个例子" in fault_of(kept | {"examples": kept["examples"][:2]})
    assert "也要有不能享受的" in fault_of(kept | {"examples": kept["examples"][:1] * 3})


def test_a_no_names_the_criterion_and_a_gap_is_no_refusal() -> None:
    rule = read_rule(shipped()["benefit-education-card"])
    verdict = judge(rule, {"hardship": ["none"], "child": True}, proofs=["school"])
    assert verdict.eligible is BenefitAnswer.NO
    assert verdict.nearest is not None
    assert verdict.nearest.fact == "hardship"
    assert list(verdict.missing_proofs) == ["hardship"]
    assert judge(rule, {}).eligible is BenefitAnswer.UNKNOWN


def test_eligible_and_compliant_are_two_verdicts() -> None:
    rule = read_rule(shipped()["benefit-medical-card"])
    assert judge(rule, {"hardship": ["union"]}).eligible is BenefitAnswer.YES
    assert not judge(rule, {"hardship": ["union"]}).compliant
    assert judge(rule, {"hardship": ["none"]}, proofs=["hardship", "identity"]).compliant
