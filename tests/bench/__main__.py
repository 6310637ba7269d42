"""All benchmarks of the engine: `python -m tests.bench [small|large] [P1 P2 ...]`; one JSON line each, ratios included.

Figures are CPU time wherever one process does the work, so that a busy machine disturbs little. Peers that are not
installed are left out: the extra `bench` names them.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import sqlite3
from collections.abc import Callable
from typing import Any

from tests.bench import bulk, searching, spread, start

PEERS = ("numpy", "scipy", "scikit-learn", "numba", "sparse_dot_topn", "tantivy", "bm25s", "joblib", "distributed")
SIZES = {
    "small": {"openings": 20_000, "workers": 2_000, "texts": 10_000, "asked": 300, "spread": 10_000},
    "medium": {"openings": 100_000, "workers": 5_000, "texts": 100_000, "asked": 500, "spread": 50_000},
    "large": {"openings": 1_000_000, "workers": 10_000, "texts": 1_000_000, "asked": 1_000, "spread": 200_000},
}


def versions() -> dict[str, str]:
    """What was measured, and on what."""
    found = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version, "machine": platform.machine()}
    for name in PEERS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found | {"cores": str(os.cpu_count())}


def main() -> None:
    """Run the benchmarks that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="?", choices=SIZES, default="small")
    parser.add_argument("names", nargs="*", default=[])
    asked = parser.parse_args()
    size = SIZES[asked.size]
    known: dict[str, Callable[[], dict[str, Any]]] = {
        "P1 P5": lambda: bulk.measure(size["openings"], size["workers"]),
        "P2 P4": lambda: searching.measure(size["texts"], size["asked"]),
        "P6": start.measure,
        "P10": lambda: spread.measure(size["openings"], size["spread"]),
    }
    about = {"size": asked.size, "versions": versions()}
    for name, run in known.items():
        if not asked.names or set(name.split()) & set(asked.names):
            print(json.dumps({"name": name, **about, **run()}, default=float, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
