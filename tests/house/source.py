"""What the house rules look at: the project's files, and a verdict that cannot be reached by looking at nothing."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOMAIN = ("centre", "employers", "training", "matching")
PACKAGES = (*DOMAIN, "api", "web")
SLICE = ("rules", "models", "queries", "actions", "jobs", "subscribers")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Findings:
    """How many things a rule has examined, and its complaints."""

    examined: int = 0
    wrong: list[str] = field(default_factory=list)

    def look(self, good: object, complaint: str) -> None:
        """Count one thing that was examined; unless it is `good`, record the complaint."""
        self.examined += 1
        if not good:
            self.wrong.append(complaint)

    @property
    def verdict(self) -> list[str]:
        """The complaints; a rule that met nothing it could judge complains about itself."""
        return sorted(self.wrong) if self.examined else ["the rule found nothing to look at"]


@dataclass(frozen=True)
class Source:
    """One Python file of the project."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.text, self.name)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree: a dozen rules look at all of them, and one `ast.walk` of the project takes 2 s."""
        return tuple(ast.walk(self.tree))

    @property
    def module(self) -> str:
        """The last word of the module's name."""
        return Path(self.name).stem

    def functions(self) -> Iterator[Function]:
        """Every function and method."""
        return (node for node in self.nodes if isinstance(node, Function))

    def classes(self) -> Iterator[ast.ClassDef]:
        """Every class."""
        return (node for node in self.nodes if isinstance(node, ast.ClassDef))

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Every call with the dotted name that is called."""
        return ((dotted(node.func), node) for node in self.nodes if isinstance(node, ast.Call))

    def at(self, node: ast.AST) -> str:
        """Where a node stands, for complaints."""
        return f"{self.name}:{getattr(node, 'lineno', 1)}"


@lru_cache(maxsize=2_000)
def _read(path: Path, name: str, _changed: int) -> Source:
    return Source(name, path.read_text("utf-8"))


def sources(root: Path, *folders: str) -> Iterator[Source]:
    """The Python files below the given folders (the six packages by default), generated migrations left out."""
    for path in files(root, "*.py", *folders):
        yield _read(path, path.relative_to(root).as_posix(), path.stat().st_mtime_ns)


def files(root: Path, pattern: str, *folders: str) -> Iterator[Path]:
    """The files of a kind below the given folders (the six packages by default)."""
    for folder in folders or PACKAGES:
        for path in sorted((root / folder).rglob(pattern)):
            if "__pycache__" not in path.parts and path.parent.parts[-2:] != ("migrations", "versions"):
                yield path


def dotted(node: ast.expr) -> str:
    """The dotted name of an expression such as `datetime.datetime.now`; other parts are shown as `?`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return "?"


def plant(root: Path, name: str, text: str) -> Path:
    """Write a file of a planted tree and return the tree's root."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return root
