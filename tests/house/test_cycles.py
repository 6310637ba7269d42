"""No module imports itself by way of others."""

import subprocess
import sys
from pathlib import Path

from tests.house.source import PACKAGES, ROOT, plant

SEARCH = """
import graphlib, sys, grimp
graph = grimp.build_graph(*sys.argv[1:], cache_dir=None)
modules = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
try:
    graphlib.TopologicalSorter(modules).prepare()
except graphlib.CycleError as error:
    sys.exit(" <- ".join(error.args[1]))
print(len(modules))
"""


def cycle(root: Path, *packages: str) -> tuple[str, int]:
    """One import cycle of a tree, empty if there is none, and the number of modules looked at."""
    command = [sys.executable, "-c", SEARCH, *packages]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.stderr.strip(), int(done.stdout or 0)


def test_there_is_no_import_cycle() -> None:
    found, examined = cycle(ROOT, *PACKAGES)
    assert found == ""
    assert examined > len(PACKAGES)


def test_a_planted_cycle_is_caught_even_inside_a_function(tmp_path: Path) -> None:
    plant(tmp_path, "yard/__init__.py", "")
    plant(tmp_path, "yard/hen.py", "import yard.egg\n")
    plant(tmp_path, "yard/egg.py", "def hatch():\n    import yard.hen\n")
    found, _ = cycle(tmp_path, "yard")
    assert "yard.hen <- yard.egg" in found or "yard.egg <- yard.hen" in found
