"""Bulk match against what people would use instead: `python -m tests.bench.bulk --openings 100000 --workers 2000`.

Everybody gets the same openings and workers and gives the top 20 by shared weighted features. Figures are workers per
second of CPU time on one core; ours has all hard conditions inside and is exact, the scipy peer filters afterwards,
and the top-n libraries know no filters at all. One JSON line.
"""

import argparse
import importlib
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse

from matching.engine import backward, plain, retrieve, sweep
from matching.engine.columns import HIGH, REGION, Index, Workers
from matching.engine.encode import encode_workers
from matching.engine.index import Built, build, people
from matching.engine.reference import rank
from matching.engine.retrieve import alike, current
from matching.match import kernels
from tests.bench.city import GROUND, Market

TOP = 20
MOST = 100_000
PEERS = ("plain", "scipy", "sparse_dot_topn", "sklearn")


def pace(work: Callable[[int], object], count: int) -> float:
    """Workers per CPU second for the first `count` workers."""
    start = time.process_time()
    work(count)
    return count / max(time.process_time() - start, 1e-9)


def features(index: Index, workers: Workers) -> tuple[Any, Any]:
    """The two sparse matrices that everybody else multiplies: skills, and the occupation at three depths."""
    openings, layout = index.openings, index.layout
    terms = len(layout.postings.ptr)
    depth = len(layout.trades)
    asked = sparse.csr_matrix(
        (np.full(len(openings.terms.of), 20.0), openings.terms.of[:, 0] >> 5, openings.terms.ptr),
        shape=(len(openings.rows), terms),
    )
    counts = np.maximum(np.diff(openings.terms.ptr), 1)
    asked = sparse.diags(1 / counts) @ asked
    known = workers.terms.of[:, 0] < terms
    rows = np.repeat(np.arange(len(workers.rows)), np.diff(workers.terms.ptr))[known]
    shape = (len(workers.rows), terms)
    has = sparse.csr_matrix((np.ones(known.sum()), (rows, workers.terms.of[known, 0])), shape=shape)
    kin = np.column_stack((np.arange(depth), depth + layout.trades[:, 0], 2 * depth + layout.trades[:, 1]))
    width = int(kin.max()) + 1
    trades = openings.rows[:, 12]
    posts = sparse.csr_matrix(
        (np.tile([12.0, 12.0, 16.0], len(trades)), kin[trades].ravel(), np.arange(0, 3 * len(trades) + 1, 3)),
        shape=(len(trades), width),
    )
    mine = workers.trades.of[workers.trades.ptr[:-1], 0]
    wants = sparse.csr_matrix(
        (np.ones(3 * len(mine)), kin[mine].ravel(), np.arange(0, 3 * len(mine) + 1, 3)), shape=(len(mine), width)
    )
    return sparse.hstack((has, wants)).tocsr(), sparse.hstack((asked, posts)).tocsr()


def by_scipy(index: Index, workers: Workers, left: Any, right: Any) -> Callable[[int], object]:
    """Sparse product, filters, argpartition, as anybody would write it."""
    turned, rows = right.T.tocsr(), index.openings.rows

    def run(count: int) -> None:
        for w in range(count):
            score = (left[w] @ turned).toarray()[0]
            allowed = plain.places(index, workers, w)[rows[:, REGION]] >= 0
            score[~allowed | (rows[:, HIGH] < workers.rows[w, 0])] = -1
            np.argpartition(-score, TOP)[:TOP]

    return run


def peers(left: Any, right: Any, count: int) -> dict[str, float]:
    """The libraries that happen to be installed."""
    found: dict[str, float] = {}
    try:
        sp_matmul_topn = importlib.import_module("sparse_dot_topn").sp_matmul_topn
        turned = right.T.tocsr()
        found["sparse_dot_topn"] = pace(lambda n: sp_matmul_topn(left[:n], turned, top_n=TOP, n_threads=1), count)
    except ImportError:
        pass
    try:
        from sklearn.neighbors import NearestNeighbors

        near = NearestNeighbors(n_neighbors=TOP, metric="cosine", algorithm="brute").fit(right)
        found["sklearn"] = pace(lambda n: near.kneighbors(left[:n]), max(count // 8, 8))
    except ImportError:
        pass
    return found


def measure(count: int, many: int, seed: int = 7) -> dict[str, Any]:
    """Workers per CPU second of everybody, the other direction, and whether the reference agrees."""
    market = Market(seed)
    openings = list(market.openings(count))
    start = time.process_time()
    built = build(openings, GROUND)
    figures: dict[str, float] = {"build_s": time.process_time() - start}
    everyone = list(market.workers(many))
    workers = encode_workers(everyone, built.register, GROUND)
    index = current(built.index, built.register)
    few = min(many, 64)
    retrieve.warm(kernels())
    work, order = sweep.scratch(index, TOP), alike(workers)
    rows = np.zeros((many, TOP), np.int32)
    points = np.zeros_like(rows)
    figures["kernel"] = pace(lambda n: sweep.best_openings(index, workers, order[:n], work, rows, points), many)
    spare = np.zeros_like(rows), np.zeros_like(rows)
    figures["plain"] = pace(lambda n: plain.best_openings(index, workers, 0, n, *(one[:n] for one in spare)), few)
    left, right = features(index, workers)
    figures["scipy"] = pace(by_scipy(index, workers, left, right), few)
    figures |= peers(left, right, few)
    same = 0
    for w in range(min(3, many)) if count <= 20_000 else ():
        slow = rank(everyone[w], openings, GROUND).suggestions
        mine = [openings[place].id for place in built.source[rows[w][rows[w] >= 0]]]
        same += [one.opening_id for one in slow] == mine
    ratios = {f"kernel_over_{name}": figures["kernel"] / figures[name] for name in PEERS if name in figures}
    ratios["plain_over_scipy"] = figures["plain"] / figures["scipy"]
    # As many workers as openings, so that both directions choose from the same number of pairs.
    crowd = encode_workers(market.workers(min(count, MOST)), built.register, GROUND)
    other = backwards(built, current(built.index, built.register), crowd)
    pair = 1 / figures["kernel"] / count, other["one_opening_ms_mean"] / 1000 / len(crowd.rows)
    ratios["backward_over_forward_per_pair"] = pair[1] / pair[0]
    return {"openings": count, "workers": many, "figures": figures | other, "ratios": ratios, "same_as_reference": same}


def backwards(built: Built, index: Index, workers: Workers) -> dict[str, float]:
    """One opening against all workers, in milliseconds."""
    group, desk = people(workers, index.layout.trades), backward.desk(workers, len(built.register.terms), TOP)
    out = np.zeros((1, TOP, 2), np.int32)
    spans = []
    for row in np.linspace(0, len(built.source) - 1, 500).astype(int).tolist():
        start = time.process_time()
        backward.best_workers(index, workers, group, row, row + 1, desk, out)
        spans.append((time.process_time() - start) * 1000)
    p50, p99 = np.percentile(spans, (50, 99))
    mean = float(np.mean(spans))
    return {"one_opening_ms_p50": float(p50), "one_opening_ms_p99": float(p99), "one_opening_ms_mean": mean}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--openings", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    print(json.dumps(measure(asked.openings, asked.workers, asked.seed), default=float))


if __name__ == "__main__":
    main()
