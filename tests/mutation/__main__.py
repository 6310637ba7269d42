"""`make mutants`: change one thing at a time, run the module's own tests, and count what they notice.

Each mutant runs in a fork of a process that has run the tests; what cannot be put into it runs once more in a process
that imports the module anew. A mutant that outlasts its time counts as killed. Fails below 85 per cent, and when a
survivor is not explained in docs/mutants.md.
"""

import argparse
import ast
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from types import ModuleType

import pytest

from tests.mutation.changes import Mutant
from tests.mutation.targets import TARGETS, machine_modules, mutants_of, tests_of
from tests.mutation.warm import judge

ROOT = Path(__file__).parent.parent.parent
EXPLAINED = ROOT / "docs" / "mutants.md"
LEAST = 0.85
NEVER_ENDS = 120
"""Seconds after which a mutant is taken to run for ever."""

PRELOADED = (
    "alembic", "hypothesis.stateful", "icalendar", "numpy", "playwright.sync_api", "pydantic", "python_calamine",
    "sqlalchemy.orm", "starlette.testclient", "xlsxwriter",
)  # fmt: skip
"""Libraries that are loaded once for all mutants."""


class Replaced(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a changed syntax tree, and no other."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        self._name, self._tree = name, tree

    def find_spec(self, name: str, *_where: object) -> importlib.machinery.ModuleSpec | None:
        """The changed module."""
        return importlib.util.spec_from_loader(name, self, origin=str(path_of(name))) if name == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed code."""
        module.__file__ = str(path_of(self._name))
        exec(compile(self._tree, module.__file__, "exec"), vars(module))  # noqa: S102


def path_of(name: str) -> Path:
    """The file of a module."""
    return ROOT / f"{name.replace('.', '/')}.py"


def passes(name: str, tree: ast.Module | None, tests: Sequence[str]) -> bool:
    """Whether all tests of a module pass with a changed tree, or unchanged without one; in a process of its own."""
    child = os.fork()
    if child == 0:
        signal.alarm(NEVER_ENDS)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        if tree is not None:
            sys.meta_path.insert(0, Replaced(name, tree))
        # Without the plugins, of which schemathesis alone takes longer to load than most tests to run.
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        options = ["-q", "-x", "-p", "no:cacheprovider", "-k", "not postgresql"]
        os._exit(0 if pytest.main([*options, *tests]) == pytest.ExitCode.OK else 1)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def explained(path: Path = EXPLAINED) -> dict[str, set[str]]:
    """The survivors that docs/mutants.md explains, by module."""
    keys: dict[str, set[str]] = {}
    module = ""
    for line in path.read_text("utf-8").splitlines() if path.exists() else []:
        if line.startswith("## `"):
            module = line[4:].partition("`")[0]
        elif line.startswith("| `") and module:
            keys.setdefault(module, set()).add(line[3:].partition("` |")[0].replace("\\|", "|"))
    return keys


def examine(name: str, workers: int) -> tuple[int, list[Mutant]]:
    """How many mutants a module has, and those that survive. Raises AssertionError if its tests fail unchanged."""
    text = path_of(name).read_text("utf-8")
    tests, changed = tests_of(name, text), mutants_of(name, text)
    verdict = judge(name, ast.parse(text), changed, tests, workers)
    if verdict["fails"]:
        raise AssertionError(f"the tests of {name} fail without any change: {verdict['fails']}")
    left = [changed[index] for index in verdict["left"]]
    with ThreadPoolExecutor(workers) as pool:
        lives = pool.map(lambda mutant: passes(name, mutant.tree, tests), left)
        alive = [mutant for mutant, is_alive in zip(left, lives, strict=True) if is_alive]
    alive += [changed[index] for index in verdict["alive"]]
    return len(changed), sorted(alive, key=changed.index)


def main() -> int:
    """Examine the modules that are named, or all."""
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("modules", nargs="*", help="modules, such as centre.money; all by default")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes at a time")
    given = parser.parse_args()
    chosen = given.modules or [*TARGETS, *machine_modules()]
    for library in PRELOADED:
        importlib.import_module(library)
    known, total, alive, unexplained = explained(), 0, 0, 0
    for name in chosen:
        began = monotonic()
        count, survivors = examine(name, given.workers)
        total, alive = total + count, alive + len(survivors)
        share, took = 100 * (count - len(survivors)) / max(count, 1), monotonic() - began
        print(f"{name}: {count - len(survivors)} of {count} killed, {share:.0f} %, {took:.0f} s", flush=True)
        for mutant in survivors:
            is_known = mutant.key in known.get(name, set())
            unexplained += not is_known
            print(f"  {'explained' if is_known else 'SURVIVED '} {mutant.key}", flush=True)
    killed = (total - alive) / max(total, 1)
    print(f"{total - alive} of {total} killed, {100 * killed:.1f} %; {unexplained} survivors not explained")
    return 0 if killed >= LEAST and not unexplained else 1


if __name__ == "__main__":
    sys.exit(main())
