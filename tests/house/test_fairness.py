"""Sex, ethnicity, marital status and household register never reach a score: the engine has no word for them.

Employment Promotion Law (就业促进法) articles 3 and 25 to 31; online recruitment notice of January 2026.
"""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tests.house.source import ROOT, Findings, Source, plant, sources

ATTRIBUTES = {
    "sex",
    "gender",
    "male",
    "female",
    "ethnicity",
    "ethnic",
    "nation",
    "marital",
    "married",
    "hukou",
    "religion",
}
REGISTERS = {("household", "register"), ("household", "registration")}


def words(name: str) -> tuple[str, ...]:
    """The words of an identifier."""
    return tuple(word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name))


def identifiers(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Every identifier and every key that a module uses."""
    for node in source.nodes:
        for part in ("id", "attr", "arg", "name"):
            if isinstance(name := getattr(node, part, None), str):
                yield node, name
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            yield node, node.value


def unfair(name: str) -> bool:
    """Whether an identifier names an attribute that must not influence matching."""
    spoken = words(name)
    return bool(ATTRIBUTES.intersection(spoken) or REGISTERS.intersection(pairwise(spoken)))


def fairness(root: Path) -> Findings:
    """Words of the engine for what must not count."""
    findings = Findings()
    for source in sources(root, "matching/engine"):
        for node, name in identifiers(source):
            findings.look(not unfair(name), f"{source.at(node)}: {name}")
    return findings


def test_the_engine_has_no_word_for_what_must_not_count() -> None:
    assert fairness(ROOT).verdict == []


def test_planted_words_are_caught_and_innocent_ones_are_not(tmp_path: Path) -> None:
    plant(tmp_path, "matching/engine/fit/score.py", "x = worker.sex\ny = row['maritalStatus']\n")
    plant(tmp_path, "matching/engine/fit.py", "def fit(household_register, combination, unisex, household): ...\n")
    assert fairness(tmp_path).verdict == [
        "matching/engine/fit.py:1: household_register",
        "matching/engine/fit/score.py:1: sex",
        "matching/engine/fit/score.py:2: maritalStatus",
    ]
