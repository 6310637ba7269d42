"""The messages of the source and of the catalogues, as the house rules compare them.

`make words` prints the messages that have no English yet, ready to be pasted into a catalogue.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from tests.house.source import ROOT, files, sources

HAN = re.compile(r"[一-鿿]+")
MARKS = {"N_", "_"}
LATE = {"translate", "_words"}  # called with a locale or from a template: a constant here is a message too


@dataclass(frozen=True)
class Message:
    """A message of the source: where it stands, its text (None if it is no constant) and the parameters given."""

    at: str
    text: str | None
    given: frozenset[str] | None = None


def parameters(text: str) -> frozenset[str]:
    """The names of the `{name}` parameters of a message."""
    return frozenset(name.split(".")[0].split("[")[0] for _, name, _, _ in Formatter().parse(text) if name)


def python_messages(root: Path) -> Iterator[Message]:
    """Messages marked with N_ in the packages, and constants that are translated on the spot."""
    for source in sources(root):
        for name, call in source.calls():
            word = name.split(".")[-1]
            arguments = call.args[1:] if word == "translate" else call.args
            if word not in MARKS | LATE or not arguments:
                continue
            first = arguments[0]
            constant = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
            if constant is None and word != "N_":
                continue
            given = None
            if word in LATE | {"_"} and all(keyword.arg for keyword in call.keywords):
                given = frozenset(str(keyword.arg) for keyword in call.keywords)
            yield Message(source.at(call), constant, given)


def template_tree(path: Path) -> nodes.Template:
    """A template's syntax tree, parsed once for all the rules that read it."""
    return _template_tree(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1_000)
def _template_tree(path: Path, _changed: int) -> nodes.Template:
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).parse(path.read_text("utf-8"))


def template_messages(root: Path) -> Iterator[Message]:
    """Messages that templates translate; those that arrive in variables were marked in Python."""
    for path in files(root, "*.html", "web/templates"):
        name = path.relative_to(root).as_posix()
        for call in template_tree(path).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "_" and call.args:
                first = call.args[0]
                if isinstance(first, nodes.Const) and isinstance(first.value, str):
                    given = None if call.dyn_kwargs else frozenset(keyword.key for keyword in call.kwargs)
                    yield Message(f"{name}:{call.lineno}", first.value, given)
                elif isinstance(first, nodes.CondExpr):
                    for choice in first.find_all(nodes.Const):
                        yield Message(f"{name}:{call.lineno}", str(choice.value))
                elif isinstance(first, nodes.Concat | nodes.Add | nodes.Mod):
                    yield Message(f"{name}:{call.lineno}", None)


@dataclass(frozen=True)
class Entry:
    """An entry of a catalogue: its file, the source text and the translation."""

    file: str
    text: str
    translation: str
    fuzzy: bool


def entries(root: Path, locale: str = "en") -> Iterator[Entry]:
    """Every entry of a language's catalogues."""
    for path in sorted((root / "centre/locale" / locale).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, abort_invalid=True):
                if message.id:
                    yield Entry(path.name, str(message.id), str(message.string or ""), message.fuzzy)


def untranslated(root: Path) -> Iterator[str]:
    """Catalogue entries to fill in, each message once, with the places where it stands."""
    known = {entry.text for entry in entries(root) if entry.translation}
    places: dict[str, list[str]] = {}
    for message in (*python_messages(root), *template_messages(root)):
        if message.text and HAN.search(message.text) and message.text not in known:
            places.setdefault(message.text, []).append(message.at)
    for text, stands in places.items():
        yield f'#: {" ".join(stands)}\nmsgid {json.dumps(text, ensure_ascii=False)}\nmsgstr ""\n\n'


if __name__ == "__main__":
    sys.stdout.writelines(untranslated(ROOT))
