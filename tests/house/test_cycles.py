"""No module imports itself by way of others, and no folder does, at any depth."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.house.source import PACKAGES, ROOT, plant

GRAPH = """
import json, sys, grimp
graph = grimp.build_graph(*sys.argv[1:], cache_dir=None)
print(json.dumps({module: sorted(graph.find_modules_directly_imported_by(module)) for module in graph.modules}))
"""

Imports = Mapping[str, Iterable[str]]


def imports_of(root: Path, *packages: str) -> dict[str, list[str]]:
    """Each module of a tree and the modules that it imports, inside functions too."""
    command = [sys.executable, "-c", GRAPH, *packages]
    answer = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    graph: dict[str, list[str]] = json.loads(answer.stdout)
    return graph


def cycle(imports: Imports) -> list[str]:
    """One cycle, empty if there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        names: list[str] = error.args[1]
        return names
    return []


def children(folder: str, imports: Imports) -> dict[str, set[str]]:
    """The modules and folders that lie in a folder directly, and which of the others each of them imports."""

    def child(module: str) -> str:
        inside = module.removeprefix(f"{folder}.")
        return "" if inside == module else inside.split(".")[0]

    units: dict[str, set[str]] = {}
    for module, targets in imports.items():
        unit = child(module)
        if unit:
            units.setdefault(unit, set()).update(other for other in map(child, targets) if other not in ("", unit))
    return units


def folder_cycles(imports: Imports) -> list[str]:
    """A cycle between the children of each folder that has one, at every depth."""
    folders = sorted({module.rpartition(".")[0] for module in imports} - {""})
    cycles = {folder: cycle(children(folder, imports)) for folder in folders}
    return [f"{folder}: {' <- '.join(names)}" for folder, names in cycles.items() if names]


@pytest.fixture(scope="module")
def imports() -> dict[str, list[str]]:
    return imports_of(ROOT, *PACKAGES)


def test_there_is_no_import_cycle(imports: dict[str, list[str]]) -> None:
    assert cycle(imports) == []
    assert len(imports) > len(PACKAGES)


def test_no_folders_import_each_other_at_any_depth(imports: dict[str, list[str]]) -> None:
    assert folder_cycles(imports) == []
    assert max(module.count(".") for module in imports) > 2


def test_a_planted_cycle_is_caught_even_inside_a_function(tmp_path: Path) -> None:
    plant(tmp_path, "yard/__init__.py", "")
    plant(tmp_path, "yard/hen.py", "import yard.egg\n")
    plant(tmp_path, "yard/egg.py", "def hatch():\n    import yard.hen\n")
    assert set(cycle(imports_of(tmp_path, "yard"))) == {"yard.hen", "yard.egg"}


def test_a_planted_cycle_between_folders_is_caught_where_no_module_has_one(tmp_path: Path) -> None:
    for folder in ("yard", "yard/barn", "yard/barn/hens", "yard/barn/eggs"):
        plant(tmp_path, f"{folder}/__init__.py", "")
    plant(tmp_path, "yard/barn/hens/nest.py", "import yard.barn.eggs.shell\n")
    plant(tmp_path, "yard/barn/hens/rules.py", "")
    plant(tmp_path, "yard/barn/eggs/shell.py", "")
    plant(tmp_path, "yard/barn/eggs/size.py", "import yard.barn.hens.rules\n")
    imports = imports_of(tmp_path, "yard")
    assert cycle(imports) == []
    assert [line.partition(":")[0] for line in folder_cycles(imports)] == ["yard.barn"]
