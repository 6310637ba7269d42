"""Order inside a slice: rules, models, queries, actions, jobs; each imports only those before it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import DOMAIN, ROOT, SLICE, Findings, Source, plant, sources


def imported(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Every module that a file imports, with the import."""
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from ((node, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node, node.module
            yield from ((node, f"{node.module}.{name.name}") for name in node.names)


def slices(root: Path) -> Findings:
    """Imports inside a slice that go against the order."""
    findings = Findings()
    for source in sources(root, *DOMAIN):
        if source.module not in SLICE:
            continue
        package = ".".join(Path(source.name).parent.parts)
        later = {f"{package}.{name}" for name in SLICE[SLICE.index(source.module) + 1 :]}
        findings.look(True, source.name)
        findings.wrong += [f"{source.at(node)}: imports {name}" for node, name in imported(source) if name in later]
    return findings


def test_slices_keep_their_order() -> None:
    assert slices(ROOT).verdict == []


def test_planted_imports_against_the_order_are_caught(tmp_path: Path) -> None:
    plant(tmp_path, "employers/fairs/rules.py", "from employers.fairs.models import Booth\n")
    plant(tmp_path, "employers/fairs/queries.py", "import employers.fairs.rules\nfrom employers.fairs import jobs\n")
    assert slices(tmp_path).verdict == [
        "employers/fairs/queries.py:2: imports employers.fairs.jobs",
        "employers/fairs/rules.py:1: imports employers.fairs.models",
    ]
