"""Rules that explain and block: unlawful words, the law, and a lawful wording. Pure; the rules are data."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from employers.openings.adverts.clauses import clauses, levelled
from employers.openings.adverts.lexicon import is_title, laws, without_work
from employers.openings.rules import CertificateKind, CertificateRequirement

RULES = Path(__file__).parents[1] / "data" / "ad_rules.toml"

WIDEST_RANGE = 3
"""A pay range wider than this factor is too vague to be useful."""

OF_THINGS = frozenset({"hepatitis-b", "pregnancy-test", "fees", "education-limit"})
"""Rules whose words also name things: in a bare title (乙肝检验科护工) they demand nothing of the applicant."""

_MONEY_RANGE = re.compile(r"(?<![0-9])([0-9]{4,6})(?:元)?[-~至到—]([0-9]{4,6})(?![0-9])")
_DIGIT = r"[0-9\uff10-\uff19]"
_GAP = r"[ .·_\u2014\uff0d-]?"
_PHONE = re.compile(
    rf"(?<!{_DIGIT})((?:(?:\+|00)?86{_GAP})?[1\uff11][3-9\uff13-\uff19]{_DIGIT})"
    rf"(?:{_GAP}{_DIGIT}){{4}}{_GAP}({_DIGIT}{{2}})[ -]?({_DIGIT}{{2}})(?!{_DIGIT})"
)
_MUST = re.compile(r"需|须|必须|要求|持证上岗|要有|具有|具备")


class Reaction(StrEnum):
    """The consequence of a finding: a warning asks the employer, a question asks an officer (审查结果)."""

    OK = "ok"
    WARN = "warn"
    ASK = "ask"
    BLOCK = "block"


_WEIGHT = {Reaction.OK: 0, Reaction.WARN: 1, Reaction.ASK: 2, Reaction.BLOCK: 3}


@dataclass(frozen=True, slots=True)
class AdRule:
    """One rule of the data file, with compiled patterns."""

    key: str
    reaction: Reaction
    pattern: re.Pattern[str] | None
    allow: re.Pattern[str] | None
    softened_by: str
    texts: Mapping[str, str]

    def text(self, part: str, locale: str) -> str:
        """`message`, `basis` or `rewrite` in a language."""
        return self.texts[f"{part}_{'en' if locale == 'en' else 'zh'}"]


@dataclass(frozen=True, slots=True)
class ScreeningFinding:
    """Words of an advertisement that a rule reacts to."""

    key: str
    reaction: Reaction
    words: str
    field: str = ""

    def text(self, part: str, locale: str) -> str:
        """What is wrong (`message`), the law (`basis`), or a lawful wording (`rewrite`)."""
        return rulebook()[laws().get(self.key, self.key)].text(part, locale)

    def kept(self) -> dict[str, str]:
        """The finding as it is stored with the opening."""
        return {"key": self.key, "reaction": self.reaction.value, "words": self.words, "field": self.field}


@lru_cache(maxsize=1)
def rulebook() -> dict[str, AdRule]:
    """The rules of the data file by key, in file order."""
    return {
        row["key"]: AdRule(
            key=row["key"],
            reaction=Reaction(row["reaction"]),
            pattern=re.compile(row["pattern"]) if row["pattern"] else None,
            allow=re.compile(row["allow"]) if row.get("allow") else None,
            softened_by=row.get("softened_by", ""),
            texts={name: value for name, value in row.items() if name.endswith(("_zh", "_en"))},
        )
        for row in _data()["rule"]
    }


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    with RULES.open("rb") as file:
        return tomllib.load(file)


@lru_cache(maxsize=1)
def _certificates() -> list[tuple[re.Pattern[str], CertificateKind, str]]:
    return [(re.compile(row["pattern"]), CertificateKind(row["kind"]), row["name"]) for row in _data()["certificate"]]


def rule_findings(text: str, *, field: str = "", known: Iterable[str] = ()) -> list[ScreeningFinding]:
    """What the rules find in a text, in their order, each with the words that caused it.

    `known` names facts recorded beside the text that soften a rule: `pay` (basic pay is stated), `sex_ground` (one of
    the lawful grounds is given, a reviewer still has to confirm it). Linear in the length of the text.
    """
    facts, parted = set(known), clauses(text)
    findings: dict[tuple[str, str], ScreeningFinding] = {}
    for rule in rulebook().values():
        for clause in parted:
            if rule.pattern is None or not rule.pattern.search(clause):
                continue
            if (rule.allow and rule.allow.search(clause)) or (rule.key in OF_THINGS and is_title(clause)):
                continue
            for match in rule.pattern.finditer(without_work(clause, rule.key)):
                reaction = Reaction.WARN if rule.softened_by in facts else rule.reaction
                findings.setdefault((rule.key, match[0]), ScreeningFinding(rule.key, reaction, match[0], field))
    for words in _wide_ranges(text):
        findings.setdefault(("wage-range", words), ScreeningFinding("wage-range", Reaction.WARN, words, field))
    return list(findings.values())


def is_wide(least: int | None, most: int | None) -> bool:
    """Whether a pay range is too wide to be useful."""
    return bool(least and most and most > WIDEST_RANGE * least)


def worst(findings: Iterable[ScreeningFinding]) -> Reaction:
    """The strictest reaction among findings; `ok` when there are none."""
    return max((finding.reaction for finding in findings), key=_WEIGHT.__getitem__, default=Reaction.OK)


def certificates_in(text: str) -> list[CertificateRequirement]:
    """The certificates that a text requires; those after a word such as 需 or 必须 are mandatory."""
    required: dict[str, CertificateRequirement] = {}
    for clause in clauses(text):
        for pattern, kind, name in _certificates():
            if pattern.search(clause):
                must = bool(_MUST.search(clause)) and "优先" not in clause
                required.setdefault(name, CertificateRequirement(kind=kind, name=name, must=must))
    return list(required.values())


def without_phones(text: str) -> str:
    """A text with mobile numbers masked for the public: 138****1234."""
    return _PHONE.sub(r"\1****\2\3", text)


def restore(kept: Iterable[Mapping[str, str]]) -> list[ScreeningFinding]:
    """Restore findings stored by `ScreeningFinding.kept`; those of deleted rules are dropped."""
    return [
        ScreeningFinding(row["key"], Reaction(row["reaction"]), row["words"], row.get("field", ""))
        for row in kept
        if row["key"] in rulebook() or row["key"] in laws()
    ]


def _wide_ranges(text: str) -> Iterator[str]:
    for match in _MONEY_RANGE.finditer("\n".join(levelled(text))):
        if is_wide(int(match[1]), int(match[2])):
            yield match[0]
