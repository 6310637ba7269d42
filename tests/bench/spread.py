"""P10: the same bulk match, spread by joblib over threads, processes, and a dask cluster; identical answers."""

import hashlib
import importlib.util
import tempfile
import time
from pathlib import Path
from typing import Any

from matching.match import match
from tests.bench.city import Market
from tests.bench.sheets import write_openings, write_workers


def measure(openings: int, workers: int, processes: int = 2) -> dict[str, Any]:
    """Seconds of the whole command for each backend (the second of two runs), and whether all wrote the same."""
    figures: dict[str, float] = {}
    answers = set()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_openings(folder / "openings.csv", Market(), openings)
        write_workers(folder / "workers.csv", Market(), workers)
        for backend in ("threading", "loky", "dask"):
            if backend == "dask" and importlib.util.find_spec("distributed") is None:
                continue
            for _ in range(2):
                start = time.perf_counter()
                files = folder / "openings.csv", folder / "workers.csv"
                match(*files, out=folder / backend, jobs=processes, backend=backend)
                figures[backend] = time.perf_counter() - start
            answers.add(hashlib.sha256((folder / backend).read_bytes()).hexdigest())
    ratios = {f"{name}_over_threads": figures["threading"] / figures[name] for name in figures}
    return {"figures": {f"{name}_s": value for name, value in figures.items()}, "ratios": ratios} | {
        "identical": len(answers) == 1
    }
