"""P1 as a whole: `gangqiao match` on two files, seconds from start to end and memory of all its processes together.

P10: the tasks of the same command through joblib on threads, processes and a dask cluster, each warm, same answers.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

from centre import clock
from centre.settings import settings
from matching.bulk.blocks import blocks, open_sheet
from matching.bulk.command import index_openings
from matching.bulk.parallel import spread
from matching.bulk.tasks import BulkPlan, answer
from matching.bulk.verdicts import Verdicts
from matching.engine.fit.profiles import Ground
from matching.live.kernels import kernels, warm
from tests.bench.sheets import write_tables

ROOT = Path(__file__).parents[2]
TOP = 20


def family(pid: int) -> list[int]:
    """A process and all below it."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(") ", 1)[1].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    processes, open_ones = [], [pid]
    while open_ones:
        process = open_ones.pop()
        processes.append(process)
        open_ones += parents.get(process, [])
    return processes


def memory_mb(pid: int) -> float:
    """Memory of a process and all below it; what they share is counted once."""
    total = 0
    for process in family(pid):
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024


def command(openings: int, workers: int) -> dict[str, Any]:
    """The command from two files to a third, the kernels compiled before."""
    warm(kernels())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_tables(folder, openings, workers)
        start, most = time.perf_counter(), 0.0
        asked = [sys.executable, "-m", "web", "match", "openings.csv", "workers.csv", "--out", "out.csv"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "GANGQIAO_DATA_DIR": str(settings().data_dir.resolve())}
        run = subprocess.Popen(asked, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
        while run.poll() is None:
            most = max(most, memory_mb(run.pid))
            time.sleep(0.25)
        took = time.perf_counter() - start
        with (folder / "out.csv").open("rb") as file:
            pairs = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 24), b"")) - 1
    figures = {"seconds": took, "peak_mb": most, "workers_a_second": workers / took, "pairs_written": pairs}
    return {"openings": openings, "workers": workers, "figures": figures, "exit": run.returncode}


def backends(openings: int, workers: int, processes: int = 2) -> dict[str, Any]:
    """Workers a second through each backend after a first round, and whether all gave the same bytes."""
    figures: dict[str, float] = {}
    answers = set()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_tables(folder, openings, workers)
        posts, people = (open_sheet(folder / f"{side}.csv") for side in ("openings", "workers"))
        index = folder / "index"
        index.mkdir()
        plan = BulkPlan(index, posts, people, Ground(today=clock.today()), TOP, "csv", "zh-Hans", kernels())
        warm(kernels())
        with spread("threading", processes) as run:
            index_openings(plan, run, Verdicts("openings.csv"))
        for backend in ("threading", "loky", "dask"):
            if backend == "dask" and importlib.util.find_spec("distributed") is None:
                continue
            with spread(backend, processes) as run:
                for answered in run(answer, ((plan, block) for block in islice(blocks(plan.workers), 2 * processes))):
                    answered.path.unlink()
                mixed, start = hashlib.sha256(), time.perf_counter()
                for answered in run(answer, ((plan, block) for block in blocks(plan.workers))):
                    mixed.update(answered.path.read_bytes())
                    answered.path.unlink()
                figures[backend] = workers / (time.perf_counter() - start)
                answers.add(mixed.hexdigest())
    ratios = {f"{name}_over_threads": figures[name] / figures["threading"] for name in figures if name != "threading"}
    result = {"openings": openings, "workers": workers, "identical": len(answers) == 1}
    return result | {"figures": figures, "ratios": ratios}
