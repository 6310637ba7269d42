"""docs/glossary.md, written from the models' docstrings by `make reference`. A test keeps the file up to date."""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.house.source import DOMAIN, ROOT, dotted, sources

TERM = re.compile(r"\s*[(（]([^()（）]*[一-鿿][^()（）]*)[)）]")

HEAD = """# Glossary 词汇表

Every stored record: the Chinese term that people at the desk use, the name in the code, and what it means.
Written by `make reference` from the models' docstrings; do not edit. Back to the [README](../README.md).
"""


@dataclass(frozen=True)
class Term:
    """One model: its Chinese term, its class and what its docstring says."""

    chinese: str
    name: str
    meaning: str
    path: str

    @property
    def row(self) -> str:
        """The term as a row of a Markdown table; the name links to its file."""
        return f"| {self.chinese} | [`{self.name}`](../{self.path}) | {self.meaning} |".replace("\n", " ")


def is_model(node: ast.ClassDef) -> bool:
    """Whether a class is a table of its own."""
    abstract = any(isinstance(line, ast.Assign) and dotted(line.targets[0]) == "__abstract__" for line in node.body)
    return bool({"Base", "Record"} & {dotted(base).split(".")[-1] for base in node.bases}) and not abstract


def term_of(node: ast.ClassDef, path: str) -> Term | None:
    """The glossary's entry for a model, or None if its docstring has no Chinese term in brackets."""
    first = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ")
    match = TERM.search(first)
    if match is None:
        return None
    return Term(match[1], node.name, TERM.sub("", first, count=1).replace("|", "\\|"), path)


def terms(root: Path, package: str) -> Iterator[Term]:
    """The entries of one package, in the order of its files."""
    for source in sources(root, package):
        for node in source.classes():
            if is_model(node) and (term := term_of(node, source.name)):
                yield term


def glossary(root: Path = ROOT) -> str:
    """The whole document: one table for each domain package that has models."""
    text = HEAD
    for package in DOMAIN:
        if rows := [term.row for term in terms(root, package)]:
            text += "\n".join((f"\n## {package}\n", "| 中文 | name | meaning |", "| --- | --- | --- |", *rows, ""))
    return text


if __name__ == "__main__":
    sys.stdout.write(glossary())
