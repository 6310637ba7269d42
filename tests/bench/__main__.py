"""All benchmarks in one run: `python -m tests.bench [small|medium|large] [P1 P2 ...]`.

Each prints one JSON line as it ends, then all ratios are printed as a table beside what was promised. CPU time is
measured wherever one process does the work, so that a busy machine disturbs little. Peers that are not installed are
left out: `.ci/install bench` brings them.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from matching.live.kernels import kernels, warm
from tests.bench import bulk, fresh, nightly, searching, serving, start, whole
from tests.bench.table import table_text

PEERS = (
    "numpy", "scipy", "scikit-learn", "numba", "sparse_dot_topn", "sp_matmul_rs", "tantivy", "bm25s", "psycopg",
    "fastapi", "uvicorn", "sqlalchemy", "orjson", "joblib", "distributed",
)  # fmt: skip
SIZES: dict[str, dict[str, Any]] = {
    "small": {
        "bulk": (20_000, 2_000), "whole": (20_000, 20_000), "texts": (10_000,), "asked": 300, "spread": 20_000,
        "city": (1_000, 5_000),
    },
    "medium": {
        "bulk": (100_000, 5_000), "whole": (100_000, 100_000), "texts": (100_000,), "asked": 500, "spread": 50_000,
        "city": (5_000, 50_000),
    },
    "large": {
        "bulk": (1_000_000, 10_000), "whole": (1_000_000, 1_000_000), "texts": (100_000, 1_000_000), "asked": 600,
        "spread": 200_000, "city": (5_000, 50_000),
    },
}  # fmt: skip


def machine() -> dict[str, str]:
    """What was measured, and on what."""
    facts = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version, "cores": str(os.cpu_count())}
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    facts["cpu"] = next((line.split(": ")[1] for line in info.splitlines() if line.startswith("model name")), "")
    facts["busy"] = f"{os.getloadavg()[0]:.1f}"
    for name in PEERS:
        try:
            facts[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return facts


def works(size: dict[str, Any]) -> dict[str, Callable[[], dict[str, Any]]]:
    """The benchmarks by name, with how large they are."""
    texts: tuple[int, ...] = size["texts"]
    both = min(size["bulk"][0], 100_000)
    works_: dict[str, Callable[[], dict[str, Any]]] = {
        "P1 kernel": lambda: bulk.measure(*size["bulk"]),
        "P1 command": lambda: whole.command(*size["whole"]),
    }
    for count in texts:
        works_[f"P2 {count}"] = lambda count=count: searching.measure(count, size["asked"])  # type: ignore[misc]
    return works_ | {
        "P3": serving.measure,
        "P4": lambda: fresh.measure(5_000, both),
        "P5": lambda: bulk.both_ways(both),
        "P6": start.measure,
        "MA20": lambda: nightly.measure(*size["city"]),
        "P10": lambda: whole.backends(size["bulk"][0], size["spread"]),
    }


def main() -> None:
    """Run the benchmarks that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="?", choices=SIZES, default="small")
    parser.add_argument("names", nargs="*", default=[])
    asked = parser.parse_args()
    # As make does: modules compiled once halve the time of every start, of ours as of the peers'.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    about, results = machine(), []
    print(json.dumps({"name": "machine", "size": asked.size, **about}, ensure_ascii=False), flush=True)
    warm(kernels())
    for name, run in works(SIZES[asked.size]).items():
        if not asked.names or name.split()[0] in asked.names:
            begun = time.perf_counter()
            result = {"name": name, **run(), "took_s": round(time.perf_counter() - begun)}
            results.append(result)
            print(json.dumps(result, default=float, ensure_ascii=False), flush=True)
    print(table_text(results))


if __name__ == "__main__":
    main()
