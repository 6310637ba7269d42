import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from centre.sheets.limits import Limits
from tests.centre.sheets.bombs import BOMBS, rectangle

resource = pytest.importorskip("resource", reason="limits of processes are a matter of POSIX")

MEMORY = 512 * 1024  # kB, as the kernel counts
SECONDS = 2
# A parent of its own for each bomb, because the kernel keeps only the largest child of a process's life.
PARENT = """
import json, resource, sys
sys.path.insert(0, sys.argv[1])
from centre.sheets.cells import SheetRefused
from centre.sheets.limits import Limits
from centre.sheets.reading import read_sheets
data, before = sys.stdin.buffer.read(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_sheets(data, sys.argv[2], Limits(**json.loads(sys.argv[3])))
    code = ""
except SheetRefused as refused:
    code = refused.code
spent = resource.getrusage(resource.RUSAGE_CHILDREN)
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps({"code": code, "memory": spent.ru_maxrss, "seconds": spent.ru_utime + spent.ru_stime, "grown": grown}))
"""


@dataclass(frozen=True)
class Report:
    code: str
    memory: int
    seconds: float
    grown: int


def ordeal(data: bytes, filename: str, limits: Limits) -> Report:
    root = str(Path(__file__).parents[3])
    command = [sys.executable, "-c", PARENT, root, filename, json.dumps(limits.as_dict())]
    ended = subprocess.run(command, input=data, capture_output=True, timeout=60, check=True)
    return Report(**json.loads(ended.stdout))


@pytest.mark.parametrize("name", BOMBS)
def test_a_decompression_bomb_is_refused_within_time_and_memory_limits(name: str) -> None:
    make, filename, code = BOMBS[name]
    report = ordeal(make(), filename, Limits())
    assert report.code == code
    assert report.seconds < SECONDS
    assert report.memory <= MEMORY
    assert report.grown <= 20 * 1024


def test_the_same_harness_notices_a_parser_without_limits() -> None:
    # The number of cells still ends the reading, but only after the library has laid out the whole rectangle.
    report = ordeal(rectangle("XFD1400"), "a.xlsx", Limits(memory=4 * 1024**3, columns=20_000))
    assert report.memory > MEMORY


def test_the_smallest_bomb_is_as_small_as_the_one_that_was_reported() -> None:
    assert len(rectangle("XFD1048576")) < 1_681
