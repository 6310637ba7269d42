"""docs/rules.md: each rule of the domain, the doors where it holds, and their tests; `make reference` writes it.

Rules and doors are declared in rules.csv. A test says which rule it checks at which doors:
`@pytest.mark.rule("minimum-pay", "page", "import")`. The marks are read from the text of the tests, so that nothing
needs to be imported or run.
"""

import ast
import csv
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.house.source import ROOT, Function, dotted, sources

DECLARED = Path(__file__).with_name("rules.csv")

DOORS = {
    "action": "the one function through which pages, API, imports and jobs go",
    "page": "a page of the website, shown or submitted",
    "api": "a route of the API",
    "import": "a list or roster that is uploaded or read by a command",
    "search": "search by words and filters, saved searches and their digests",
    "list": "lists of records, also those of one group, place or employer",
    "count": "numbers of records: facets, totals, figures for employers",
    "feed": "feeds for other programs: changes, Atom, calendars, sitemap",
    "suggestion": "suggestions in both directions, and invitations",
    "letter": "proposals, letters of introduction and rosters that send somebody to work",
    "booth": "what is shown or done at a booth of a fair",
    "job": "scheduled jobs",
    "database": "constraints of the database",
}
"""The doors: entry points through which a rule could be broken."""

HEAD = """# Rules and where they are enforced

Written by `make reference`; do not edit. A door is an entry point through which a rule could be broken. Each rule of
DOMAIN sections 6 and 7, and each rule that was once broken at one of its doors, is listed with its doors and their
tests. The rules are declared in `tests/house/rules.csv`; a door without a test fails `tests/house/test_rules.py`.
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the domain in a sentence, where the dossier states it, and its doors."""

    key: str
    where: str
    text: str
    doors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleMark:
    """A test that says it checks a rule at a door."""

    key: str
    door: str
    test: str


def declared(path: Path = DECLARED) -> tuple[Rule, ...]:
    """The rules of the file, in its order."""
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(Rule(**row | {"doors": tuple(row["doors"].split())}) for row in csv.DictReader(lines))


def marks(root: Path = ROOT) -> Iterator[RuleMark]:
    """Every mark of every test below a folder."""
    for source in sources(root, "tests"):
        for test in source.functions():
            for key, doors in _rules_of(test):
                yield from (RuleMark(key, door, f"{source.name}::{test.name}") for door in doors)


def _rules_of(test: Function) -> Iterator[tuple[str, list[str]]]:
    for node in test.decorator_list:
        if isinstance(node, ast.Call) and dotted(node.func) == "pytest.mark.rule":
            key, *doors = [str(ast.literal_eval(argument)) for argument in node.args]
            yield key, doors


def tests_by_cell(marked: Iterable[RuleMark]) -> dict[tuple[str, str], list[str]]:
    """The tests of each pair of rule and door, by name."""
    cells: dict[tuple[str, str], set[str]] = {}
    for mark in marked:
        cells.setdefault((mark.key, mark.door), set()).add(mark.test)
    return {cell: sorted(names) for cell, names in cells.items()}


def faults(rules: tuple[Rule, ...] | None = None, root: Path = ROOT) -> list[str]:
    """Doors without a test, marks that name no declared door, rules that are declared twice or without a door."""
    rules = declared() if rules is None else rules
    tested = tests_by_cell(marks(root))
    cells = {(rule.key, door) for rule in rules for door in rule.doors}
    keys = [rule.key for rule in rules]
    unknown = set(tested) - cells
    return sorted(
        [
            *(f"{key} at {door}: no test" for key, door in cells - set(tested)),
            *(f"{key} at {door}: not declared, but marked on {tested[key, door][0]}" for key, door in unknown),
            *(f"{key}: declared twice" for key in set(keys) if keys.count(key) > 1),
            *(f"{rule.key}: no door" for rule in rules if not rule.doors),
            *(f"{rule.key}: unknown door {door}" for rule in rules for door in rule.doors if door not in DOORS),
        ]
    )


def document() -> str:
    """The whole document."""
    rules, tested = declared(), tests_by_cell(marks())
    lines = [HEAD, f"{len(rules)} rules at {sum(len(rule.doors) for rule in rules)} doors.\n"]
    lines += ["| door | what it is |", "|---|---|", *(f"| {door} | {meaning} |" for door, meaning in DOORS.items())]
    for rule in rules:
        lines += [f"\n## `{rule.key}` ({rule.where})\n", rule.text, "\n| door | tests |", "|---|---|"]
        for door in rule.doors:
            names = (f"`{name.removeprefix('tests/')}`" for name in tested.get((rule.key, door), []))
            lines.append(f"| {door} | {'<br>'.join(names)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
