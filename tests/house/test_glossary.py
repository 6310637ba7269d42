"""Every model's docstring names its Chinese term in brackets; docs/glossary.md lists them and is up to date."""

import re
from pathlib import Path

from tests.house.glossary import glossary, is_model, term_of
from tests.house.source import DOMAIN, ROOT, Findings, plant, sources

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#:]+)\)")


def models_without_term(root: Path) -> Findings:
    """Models whose docstring has no Chinese term."""
    findings = Findings()
    for source in sources(root, *DOMAIN):
        for node in source.classes():
            if is_model(node):
                findings.look(term_of(node, source.name), f"{source.at(node)}: {node.name} names no term")
    return findings


def test_every_model_names_its_chinese_term() -> None:
    assert models_without_term(ROOT).verdict == []


def test_a_planted_model_without_a_term_is_caught(tmp_path: Path) -> None:
    plant(
        tmp_path, "training/models.py", 'class Seat(Record):\n    """A seat."""\nclass Row(Base):\n    """排 (排)."""\n'
    )
    assert models_without_term(tmp_path).verdict == ["training/models.py:1: Seat names no term"]


def test_the_glossary_file_equals_the_docstrings() -> None:
    assert (ROOT / "docs" / "glossary.md").read_text("utf-8") == glossary(), "run make reference"


def test_a_changed_docstring_changes_the_glossary(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "training/models.py",
        'class Seat(Record):\n    """A place\n    in a class (学位, 名额).\n\n    More."""\n',
    )
    written = glossary(tmp_path)
    assert "| 学位, 名额 | [`Seat`](../training/models.py) | A place in a class. |" in written
    plant(tmp_path, "training/models.py", 'class Seat(Record):\n    """A chair (学位)."""\n')
    assert glossary(tmp_path) != written


def broken_links(root: Path) -> Findings:
    """Links of the documents that lead to no file of the repository."""
    findings = Findings()
    for page in (*root.glob("*.md"), *root.glob("docs/*.md")):
        for target in LINK.findall(page.read_text("utf-8")):
            findings.look((page.parent / target).exists(), f"{page.name}: {target} does not exist")
    return findings


def test_every_link_of_the_documents_leads_to_a_file() -> None:
    assert broken_links(ROOT).verdict == []


def test_a_planted_dead_link_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, "README.md", "See [the law](https://example.org), [this](README.md) and [that](docs/that.md).")
    assert broken_links(tmp_path).verdict == ["README.md: docs/that.md does not exist"]
