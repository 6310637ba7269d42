"""Benefits as dated rules (惠民政策规则): criteria as data, a verdict with reasons, and examples that prove the rule.

A rule is a row of the policy table, `benefit-...`. It carries its own boundary examples: at least three, of which one
is a yes and one a no. No rule is taken whose examples come out differently.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from centre.drafts import Draft
from centre.translation import N_

PREFIX = "benefit-"
LEAST_EXAMPLES = 3


class Criterion(Draft):
    """One condition on one fact (条件)."""

    fact: Annotated[str, Field(max_length=40)]
    op: Literal["is", "any_of", "at_most", "at_least"]
    value: int | str | bool | list[str]


class BenefitExample(Draft):
    """A case at the boundary and its answer; `stops_at` names the first fact in the way (边界例子)."""

    facts: dict[str, Any]
    yes: bool
    stops_at: str = ""


class BenefitRule(Draft):
    """Who may have a benefit, and the examples that prove it (政策规则)."""

    criteria: Annotated[list[Criterion], Field(max_length=12)]
    proofs: Annotated[list[str], Field(max_length=12)]
    examples: Annotated[list[BenefitExample], Field(min_length=LEAST_EXAMPLES)]


class BenefitAnswer(StrEnum):
    """The result of a rule for a person (结论)."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class BenefitVerdict:
    """Whether a person is eligible, and whether the documents are there: two different questions (资格和材料)."""

    eligible: BenefitAnswer
    unmet: Sequence[Criterion]
    unknown: Sequence[Criterion]
    missing_proofs: Sequence[str]

    @property
    def compliant(self) -> bool:
        """Whether every document has been provided."""
        return not self.missing_proofs

    @property
    def nearest(self) -> Criterion | None:
        """The single condition that stands in the way; None when there is none, or more than one."""
        return self.unmet[0] if len(self.unmet) == 1 else None


def judge(rule: BenefitRule, facts: Mapping[str, Any], proofs: Collection[str] = ()) -> BenefitVerdict:
    """Compare facts with the criteria of a rule. A fact that is not known never counts against anybody."""
    results = [(criterion, _holds(criterion, facts.get(criterion.fact))) for criterion in rule.criteria]
    unmet = [criterion for criterion, holds in results if holds is False]
    unknown = [criterion for criterion, holds in results if holds is None]
    eligible = BenefitAnswer.NO if unmet else BenefitAnswer.UNKNOWN if unknown else BenefitAnswer.YES
    return BenefitVerdict(eligible, unmet, unknown, [proof for proof in rule.proofs if proof not in proofs])


def _holds(criterion: Criterion, fact: Any) -> bool | None:
    if fact is None or fact == "":
        return None
    value = criterion.value
    match criterion.op:
        case "is":
            return bool(fact == value)
        case "any_of":
            listed = value if isinstance(value, list) else [value]
            held = fact if isinstance(fact, (list, tuple, set, frozenset)) else [fact]
            return not set(held).isdisjoint(listed)
        case "at_most":
            return bool(int(fact) <= int(str(value)))
        case "at_least":
            return bool(int(fact) >= int(str(value)))


def read_rule(kept: Any) -> BenefitRule:
    """The rule of a policy row. Raises pydantic's ValidationError for a row that says something else."""
    return BenefitRule.model_validate(kept)


def fault_of(kept: Any) -> str:
    """Why a rule cannot be taken, as a message; empty when its examples come out as they say."""
    try:
        rule = read_rule(kept)
    except ValidationError:
        return N_("规则要有条件、材料和至少三个例子，写法照现在的样子")
    if {example.yes for example in rule.examples} != {True, False}:
        return N_("例子里要有能享受的，也要有不能享受的")
    for example in rule.examples:
        verdict = judge(rule, example.facts)
        if (verdict.eligible is BenefitAnswer.YES) is not example.yes:
            return N_("有的例子按这条规则算出来的结论和写的不一样，请核对条件和例子")
        if example.stops_at and (not verdict.unmet or verdict.unmet[0].fact != example.stops_at):
            return N_("有的例子写的原因和算出来的不一样，请核对条件和例子")
    return ""
