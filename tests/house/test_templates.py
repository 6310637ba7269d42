"""Templates: each is used, each that is asked for exists, no gap stays silent, and nothing comes from elsewhere."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import nodes

from tests.house.source import ROOT, Findings, files, plant, sources
from tests.house.words import template_tree

TEMPLATES = "web/templates"
REFERENCES = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
ADDRESS = re.compile(r"(?:https?:|wss?:|[\"'(= ])//[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s\"'<>)]*", re.IGNORECASE)
# Names, not addresses: nothing is ever fetched from them.
VOCABULARIES = re.compile(r"https?://(?:www\.w3\.org/(?:1999|2000|1998)/|schema\.org(?:/|$))")
TEXTS = ("*.html", "*.css", "*.js", "*.svg", "*.json", "*.xml", "*.txt", "*.webmanifest")


def references(root: Path) -> Iterator[tuple[str, str]]:
    """Every template name that the Python code or another template mentions, with the place."""
    for path in files(root, "*.html", TEMPLATES):
        for node in template_tree(path).find_all(REFERENCES):
            asked = node.template  # type: ignore[attr-defined]
            for constant in [asked, *asked.find_all(nodes.Const)]:
                if isinstance(constant, nodes.Const) and isinstance(constant.value, str):
                    yield path.relative_to(root / TEMPLATES).as_posix(), constant.value
    for source in sources(root, "api", "web"):
        for constant in source.nodes:
            value = constant.value if isinstance(constant, ast.Constant) else None
            if isinstance(value, str) and re.fullmatch(r"[a-z0-9_/-]+\.(?:html|xml|txt)", value):
                yield source.at(constant), value


def templates(root: Path) -> Findings:
    """Templates that nobody asks for, and asked ones that do not exist."""
    findings = Findings()
    asked = list(references(root))
    there = {path.relative_to(root / TEMPLATES).as_posix() for path in files(root, "*.html", TEMPLATES)}
    for at, name in asked:
        if name.endswith(".html"):
            findings.look(name in there, f"{at} asks for {name}, which does not exist")
    for name in there:
        users = {at for at, wanted in asked if wanted == name} - {name}
        findings.look(users, f"{name} is used by nothing")
    return findings


def origins(root: Path) -> Findings:
    """Addresses of other hosts in templates and static files."""
    findings = Findings()
    for folder in (TEMPLATES, "web/static"):
        for kind in TEXTS:
            for path in files(root, kind, folder):
                text = path.read_text("utf-8")
                foreign = [address for address in ADDRESS.findall(text) if not VOCABULARIES.match(address)]
                findings.look(not foreign, f"{path.relative_to(root).as_posix()}: {' '.join(foreign)}")
    return findings


def silent_gaps(root: Path) -> Findings:
    """Template environments that let undefined names pass."""
    findings = Findings()
    for source in sources(root, "api", "web"):
        for name, call in source.calls():
            if name.split(".")[-1] in {"Environment", "SandboxedEnvironment", "Jinja2Templates"}:
                options = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
                strict = options.get("undefined", "").endswith("StrictUndefined")
                findings.look(strict, f"{source.at(call)}: {name} without StrictUndefined")
    return findings


def test_every_template_is_used_and_every_used_one_exists() -> None:
    assert templates(ROOT).verdict == []


def test_pages_load_nothing_from_other_hosts() -> None:
    assert origins(ROOT).verdict == []


def test_undefined_names_stop_a_page() -> None:
    assert silent_gaps(ROOT).verdict == []


def test_a_planted_orphan_and_a_planted_gap_are_caught(tmp_path: Path) -> None:
    plant(tmp_path, "web/templates/orphan.html", '{% extends "frame.html" %}')
    plant(tmp_path, "web/pages.py", 'page(unit, "public/seats.html")\nmade = Environment(autoescape=True)\n')
    assert templates(tmp_path).verdict == [
        "orphan.html asks for frame.html, which does not exist",
        "orphan.html is used by nothing",
        "web/pages.py:1 asks for public/seats.html, which does not exist",
    ]
    assert silent_gaps(tmp_path).verdict == ["web/pages.py:2: Environment without StrictUndefined"]


def test_planted_foreign_origins_are_caught(tmp_path: Path) -> None:
    plant(tmp_path, "web/static/a.css", "@import url(//fonts.example.com/a.css);\n")
    plant(tmp_path, "web/static/a.svg", '<svg xmlns="http://www.w3.org/2000/svg"></svg>\n')
    plant(tmp_path, "web/templates/a.html", '<script src="https://cdn.example.com/a.js"></script>\n')
    assert origins(tmp_path).verdict == [
        "web/static/a.css: (//fonts.example.com/a.css",
        "web/templates/a.html: https://cdn.example.com/a.js",
    ]
