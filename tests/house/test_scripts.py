"""Scripts that benchmarks and tests start in processes of their own are strings, which no type checker reads."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from tests.house.source import ROOT

OWN = ("api", "centre", "employers", "matching", "training", "web", "tests")


def scripts(tree: ast.AST) -> Iterator[ast.Module]:
    """The strings of several lines that are programs with imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "import " in node.value:
            try:
                yield ast.parse(node.value)
            except (SyntaxError, ValueError):
                continue


def missing(script: ast.Module) -> list[str]:
    """Names of our own modules that a script imports and that are not there."""
    gone = []
    for node in ast.walk(script):
        if not isinstance(node, ast.ImportFrom) or (node.module or "").split(".")[0] not in OWN:
            continue
        try:
            module = import_module(node.module or "")
        except ImportError:
            gone.append(node.module or "")
            continue
        for name in node.names:
            if not hasattr(module, name.name):
                try:
                    import_module(f"{node.module}.{name.name}")
                except ImportError:
                    gone.append(f"{node.module}.{name.name}")
    return gone


def test_scripts_in_strings_import_what_is_there() -> None:
    wrong, seen = [], 0
    for file in sorted(Path(ROOT, "tests").rglob("*.py")):
        if file.parts[-2] == "house":  # its planted violations import what is not there
            continue
        for script in scripts(ast.parse(file.read_text("utf-8"))):
            seen += 1
            wrong += [f"{file.name}: {name}" for name in missing(script)]
    assert seen > 10
    assert wrong == []


def test_a_script_that_imports_a_moved_module_is_caught() -> None:
    (script,) = scripts(ast.parse("code = 'from matching.board import board\\nfrom centre import clock'"))
    assert missing(script) == ["matching.board"]
