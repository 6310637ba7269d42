"""Mutants in a process that has already run the tests: a change takes less than a second instead of a start of pytest.

Pytest collects the tests of a module once and runs them once, which shows which functions each test calls. Then each
mutant is a fork of that process: its changed function is put in the place of the old one, and the tests that call the
function run, those that have noticed the most so far first, until one fails. A changed table or machine is put in
everywhere by its name; a change that cannot be put in so is left to a fresh import.
"""

import ast
import dataclasses
import functools
import gc
import json
import mmap
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from time import monotonic
from types import CodeType, FunctionType
from typing import Any

import pytest

from tests.mutation.changes import Mutant

MARKS = "__called__"
KEEPERS = ("centre.scopes",)
"""Modules that keep what functions of others once said: which rows a model shows to whom."""
SLOWER = 10
"""Seconds that a mutant has beside five times its tests' own; who needs more is taken to run for ever."""


class Marked(ast.NodeTransformer):
    """Lets every function note that it was called."""

    def __init__(self) -> None:
        self._around: list[str] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Go into a class with its name."""
        self._around.append(node.name)
        self.generic_visit(node)
        self._around.pop()
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Put the note before the first statement, and leave functions within alone."""
        note = ast.parse(f"{MARKS}.add({'.'.join([*self._around, node.name])!r})").body
        node.body[:0] = note
        return node


def codes(tree: ast.Module) -> dict[str, CodeType]:
    """The code of every function of a module and of its classes, by its dotted name."""
    return dict(_codes(compile(tree, "<changed>", "exec")))


def _codes(outer: CodeType) -> Iterator[tuple[str, CodeType]]:
    for code in outer.co_consts:
        if isinstance(code, CodeType) and "<" not in code.co_qualname:
            yield code.co_qualname, code
            if not code.co_flags & 0x02:  # A class, which unlike a function has no fast locals.
                yield from _codes(code)


def holders(name: str) -> list[Any]:
    """The functions of a loaded module, wherever they are already held, and the caches of what they once said."""
    gc.unfreeze()  # The application freezes what it has loaded, and get_objects does not see that.
    return [
        held
        for held in gc.get_objects()
        if (isinstance(held, FunctionType) and held.__module__ == name)
        or (isinstance(held, functools._lru_cache_wrapper) and held.__module__ in (name, *KEEPERS))
    ]


def swap(held: Iterable[Any], tree: ast.Module) -> None:
    """Give the functions among what is held the code of a tree, and empty the caches."""
    fresh = codes(tree)
    for each in held:
        if not isinstance(each, FunctionType):
            each.cache_clear()
        elif each.__qualname__ in fresh:
            each.__code__ = fresh[each.__qualname__]


def changed_function(before: ast.Module, after: ast.Module) -> str:
    """The function whose body holds the whole change; empty when it is elsewhere."""
    around: list[str] = []
    old: Any = before
    new: Any = after
    while isinstance(old, ast.Module | ast.ClassDef):
        if isinstance(old, ast.ClassDef):
            around.append(old.name)
        pairs = [pair for pair in zip(old.body, new.body, strict=True) if ast.dump(pair[0]) != ast.dump(pair[1])]
        if len(pairs) != 1:
            return ""
        old, new = pairs[0]
    if not isinstance(old, ast.FunctionDef) or ast.dump(old.args) != ast.dump(new.args):
        return ""
    return ".".join([*around, old.name])


def rebind(name: str, before: ast.Module, after: ast.Module) -> bool:
    """Compute a changed table or machine again, with all that is computed from it; whether the change is one."""
    space = vars(sys.modules[name])
    changed: set[str] = set()
    for old, new in zip(before.body, after.body, strict=True):
        differs = ast.dump(old) != ast.dump(new)
        uses = {part.id for part in ast.walk(new) if isinstance(part, ast.Name)} & changed
        if not isinstance(new, ast.Assign | ast.AnnAssign):
            if differs:
                return False
            continue
        if not differs and not uses:
            continue
        targets = new.targets if isinstance(new, ast.Assign) else [new.target]
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        held = {target: space[target] for target in names}
        exec(compile(ast.Module([new], []), "<changed>", "exec"), space)  # noqa: S102
        for target, value in held.items():
            _replace(space, target, value)
        changed.update(names)
    return bool(changed)


def _replace(space: dict[str, Any], name: str, old: Any) -> None:
    """Put a new value where the old one is held: into it when it can change, else under its name in every module."""
    new = space[name]
    if isinstance(old, dict | set):
        old.clear()
        old.update(new)
        space[name] = old
    elif isinstance(old, list):
        old[:] = new
        space[name] = old
    elif dataclasses.is_dataclass(old) and hasattr(old, "__dict__"):
        vars(old).clear()
        vars(old).update(vars(new))
        space[name] = old
    else:
        for module in list(sys.modules.values()):
            if vars(module).get(name) is old:
                vars(module)[name] = new


class Ground:
    """A plugin that takes over once pytest has collected the tests, and says which mutants none of them notices."""

    def __init__(self, name: str, tree: ast.Module, mutants: Sequence[Mutant], workers: int) -> None:
        self.name, self.tree, self.mutants, self.workers = name, tree, mutants, workers
        self.fails = ""
        self.alive: list[int] = []
        self.left: list[int] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests unchanged, then each mutant in forks."""
        called: set[str] = set()
        marked = ast.fix_missing_locations(Marked().visit(ast.parse(ast.unparse(self.tree))))
        vars(sys.modules[self.name])[MARKS] = called
        self.held = holders(self.name)
        swap(self.held, marked)
        calls: list[set[str]] = []
        self.took: list[float] = []
        for item in session.items:
            called.clear()
            began = monotonic()
            _run(item)
            self.took.append(monotonic() - began)
            calls.append(set(called))
            if session.testsfailed:
                self.fails = item.nodeid
                return True
        self.held = holders(self.name)  # Once more: tests may have loaded others that hold them.
        swap(self.held, self.tree)
        gc.freeze()  # So that no fork copies all the pages by looking for garbage in them.
        self.kills = mmap.mmap(-1, max(len(session.items), 1))
        running: dict[int, int] = {}
        for index, mutant in enumerate(self.mutants):
            function = changed_function(self.tree, mutant.tree)
            chosen = [at for at, names in enumerate(calls) if not function or function in names]
            if function and not chosen:
                self.left.append(index)
                continue
            while len(running) >= self.workers:
                self._await(running)
            running[self._fork(session, mutant, function, chosen)] = index
        while running:
            self._await(running)
        return True

    def _await(self, running: dict[int, int]) -> None:
        child, status = os.wait()
        index = running.pop(child)
        code = os.waitstatus_to_exitcode(status)
        if code == 0:
            self.alive.append(index)
        elif code == LEFT:
            self.left.append(index)

    def _fork(self, session: pytest.Session, mutant: Mutant, function: str, chosen: list[int]) -> int:
        child = os.fork()
        if child:
            return child
        signal.alarm(SLOWER + 5 * int(sum(self.took[at] for at in chosen)))
        code = 1
        try:
            if function:
                swap(self.held, mutant.tree)
            elif not rebind(self.name, self.tree, mutant.tree):
                os._exit(LEFT)
            code = self._run(session, chosen, LEFT if not function else 0)
        finally:
            os._exit(code)

    def _run(self, session: pytest.Session, chosen: list[int], alive: int) -> int:
        """Run tests until one fails: 1 then, else the code of a mutant that lives."""
        for at in sorted(chosen, key=lambda at: (-self.kills[at], self.took[at])):
            _run(session.items[at])
            if session.testsfailed:
                self.kills[at] = min(255, self.kills[at] + 1)
                return 1
        return alive


@dataclasses.dataclass
class Whatever:
    """The test that follows, of which only the session is known: what the session shares stays, all else ends."""

    session: pytest.Session

    def listchain(self) -> list[pytest.Session]:
        """The nodes around the test."""
        return [self.session]


def _run(item: pytest.Item) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=Whatever(item.session))


LEFT = 3
"""The exit code of a mutant that a fresh import must judge."""


def judge(name: str, tree: ast.Module, mutants: Sequence[Mutant], tests: Sequence[str], workers: int) -> dict[str, Any]:
    """Which mutants live and which need a fresh import, from a process of its own; `fails` names a test that fails."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        __import__(name)
        # Without the plugins, of which schemathesis alone takes longer to load than most tests to run.
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        ground = Ground(name, tree, mutants, workers)
        code = pytest.main(["-q", "-p", "no:cacheprovider", "-k", "not postgresql", *tests], plugins=[ground])
        fails = ground.fails or ("" if code in {0, 5} else f"pytest ends with {code!r}")
        with os.fdopen(writing, "w", encoding="utf-8") as pipe:
            json.dump({"alive": ground.alive, "left": ground.left, "fails": fails}, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        answer = json.loads(pipe.read() or '{"alive": [], "left": [], "fails": "the process ended"}')
    os.waitpid(child, 0)
    return dict(answer)
