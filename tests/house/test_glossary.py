"""The docstrings are the glossary: every model names its Chinese term in brackets."""

import ast
import re
from pathlib import Path

from tests.house.source import DOMAIN, ROOT, Findings, dotted, plant, sources

TERM = re.compile(r"[(（][^)）]*[一-鿿]+[^)）]*[)）]")


def is_model(node: ast.ClassDef) -> bool:
    """Whether a class is a table of its own."""
    abstract = any(isinstance(line, ast.Assign) and dotted(line.targets[0]) == "__abstract__" for line in node.body)
    return bool({"Base", "Record"} & {dotted(base).split(".")[-1] for base in node.bases}) and not abstract


def glossary(root: Path) -> Findings:
    """Models without a Chinese term."""
    found = Findings()
    for source in sources(root, *DOMAIN):
        for node in source.classes():
            if is_model(node):
                found.look(TERM.search(ast.get_docstring(node) or ""), f"{source.at(node)}: {node.name} names no term")
    return found


def test_every_model_names_its_chinese_term() -> None:
    assert glossary(ROOT).verdict == []


def test_a_planted_model_without_a_term_is_caught(tmp_path: Path) -> None:
    plant(
        tmp_path, "training/models.py", 'class Seat(Record):\n    """A seat."""\nclass Row(Base):\n    """排 (排)."""\n'
    )
    assert glossary(tmp_path).verdict == ["training/models.py:1: Seat names no term"]
