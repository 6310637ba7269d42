"""Bulk match against what people would use instead: `python -m tests.bench.bulk --openings 100000 --workers 2000`.

Everybody gets the same openings and workers and gives the top 20 by shared weighted features. Figures are workers per
second of CPU time on one core; ours has all hard conditions inside and is exact, the scipy peer filters afterwards,
and the top-n libraries know no filters at all. One JSON line.
"""

import argparse
import importlib
import importlib.util
import json
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from scipy import sparse

from matching.engine.fit.reference import rank
from matching.engine.pairs import forward_plain
from matching.engine.pairs.columns import HIGH, I4, REGION, Index, Workers
from matching.engine.pairs.encode import encode_workers
from matching.engine.pairs.engine import alike, current
from matching.engine.pairs.index import Built, build, people
from matching.live.kernels import kernels, warm
from tests.bench.city import GROUND, Market

TOP = 20
CHECKED = 20_000
"""Openings up to which the slow reference is asked too."""


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
            allowed = forward_plain.places(index, workers, w)[rows[:, REGION]] >= 0
            score[~allowed | (rows[:, HIGH] < workers.rows[w, 0])] = -1
            np.argpartition(-score, TOP)[:TOP]

    return run


def top_n() -> dict[str, Callable[[Any, Any, int], Any]]:
    """The installed libraries that multiply sparse matrices and keep the best of each row, one thread each."""
    products: dict[str, Callable[[Any, Any, int], Any]] = {}
    if importlib.util.find_spec("sparse_dot_topn") is not None:
        multiply = importlib.import_module("sparse_dot_topn").sp_matmul_topn
        products["sparse_dot_topn"] = lambda left, turned, top: multiply(left, turned, top_n=top, n_threads=1)
    if importlib.util.find_spec("sp_matmul_rs") is not None:
        rust = importlib.import_module("sp_matmul_rs").sp_matmul_topn
        products["sp_matmul_rs"] = lambda left, turned, top: rust(left, turned, top_n=top, n_threads=1)
    return products


def product(left: Any, turned: Any, multiply: Any, count: int) -> object:
    """The best openings of the first workers without any condition."""
    return multiply(left[:count], turned, TOP)


def by_region(index: Index, workers: Workers, left: Any, right: Any, multiply: Any, count: int) -> float:
    """Workers per CPU second of the near-exact way with a top-n library: region by region, the best 100 of each, then
    the other filters and the best 20 of all. Cutting and turning the matrices is not counted."""
    rows = index.openings.rows
    order = np.argsort(rows[:, REGION], kind="stable")
    regions, starts = np.unique(rows[order, REGION], return_index=True)
    parts = np.split(order, starts[1:])
    turned = [right[part].T.tocsr() for part in parts]
    allowed = np.stack([forward_plain.places(index, workers, w)[regions] >= 0 for w in range(count)])
    start = time.process_time()
    best_of: list[list[tuple[float, int]]] = [[] for _ in range(count)]
    for place, part in enumerate(parts):
        who = np.flatnonzero(allowed[:, place])
        if not len(who):
            continue
        best = multiply(left[who], turned[place], 100).tocsr()
        for at, w in enumerate(who.tolist()):
            span = slice(best.indptr[at], best.indptr[at + 1])
            fits = part[best.indices[span]]
            kept = rows[fits, HIGH] >= workers.rows[w, 0]
            best_of[w] += zip(best.data[span][kept].tolist(), fits[kept].tolist(), strict=True)
    for pairs in best_of:
        pairs.sort(reverse=True)
        del pairs[TOP:]
    return count / max(time.process_time() - start, 1e-9)


def bound(index: Index, workers: Workers, left: Any, right: Any, count: int) -> float:
    """Workers per second and core that memory allows who reads all that must be read: for each worker 4 bytes of every
    opening inside her regions and above her floor, and 2 bytes of every entry of one of her features there. Two cores
    share the memory."""
    block = np.ones(64_000_000, np.float32)
    start = time.perf_counter()
    for _ in range(4):
        block @ block
    rate = 4 * block.nbytes / (time.perf_counter() - start) / 2
    rows, lists = index.openings.rows, right.tocsc()
    total = 0
    for w in range(count):
        inside = (forward_plain.places(index, workers, w)[rows[:, REGION]] >= 0) & (rows[:, HIGH] >= workers.rows[w, 0])
        total += 4 * int(inside.sum())
        for feature in left.indices[left.indptr[w] : left.indptr[w + 1]].tolist():
            total += 2 * int(inside[lists.indices[lists.indptr[feature] : lists.indptr[feature + 1]]].sum())
    return rate / (total / count)


def kernel(index: Index, workers: Workers, many: int) -> tuple[float, I4]:
    """Workers per CPU second of ours, and the rows that it found."""
    from matching.engine.pairs import forward

    work, order = forward.scratch(index, TOP), alike(workers)[:many]
    rows = np.zeros((len(workers.rows), TOP), np.int32)
    points = np.zeros_like(rows)
    forward.best_openings(index, workers, order[:50], work, rows, points)
    return pace(lambda n: forward.best_openings(index, workers, order[:n], work, rows, points), len(order)), rows


def same_as_reference(built: Built, openings: list[Any], everyone: list[Any], rows: I4) -> int:
    """How many of the first three workers have the very list of the reference scorer."""
    same = 0
    for w in range(3):
        slow = rank(everyone[w], openings, GROUND).suggestions
        mine = [openings[place].id for place in built.source[rows[w][rows[w] >= 0]]]
        same += [suggestion.opening_id for suggestion in slow] == mine
    return same


def measure(count: int, many: int, seed: int = 7) -> dict[str, Any]:
    """P1: workers per CPU second of everybody, with all conditions and with none, and whether the reference agrees."""
    market = Market(seed)
    openings = list(market.openings(count))
    start = time.process_time()
    built = build(openings, GROUND)
    figures: dict[str, float] = {"build_s": time.process_time() - start}
    everyone = list(market.workers(many))
    workers = encode_workers(everyone, built.register, GROUND)
    index = current(built.index, built.register)
    few = min(many, 64)
    warm(kernels())
    figures["kernel"], rows = kernel(index, workers, many)
    agreed = same_as_reference(built, openings, everyone, rows) if count <= CHECKED else None
    spare = np.zeros((few, TOP), np.int32), np.zeros((few, TOP), np.int32)
    figures["plain"] = pace(lambda n: forward_plain.best_openings(index, workers, 0, n, *spare), few)
    free = [
        replace(worker, regions=(), leave_home_ok=None, home=None, wage_floor_fen=None, certificates=None)
        for worker in everyone
    ]
    figures["kernel_unfiltered"], _ = kernel(index, encode_workers(free, built.register, GROUND), many)
    left, right = features(index, workers)
    figures["scipy"] = pace(by_scipy(index, workers, left, right), few)
    figures["bound"] = bound(index, workers, left, right, few)
    turned = right.T.tocsr()
    for name, multiply in top_n().items():
        figures[f"{name}_unfiltered"] = pace(partial(product, left, turned, multiply), min(many, 512))
        figures[f"{name}_by_region"] = by_region(index, workers, left, right, multiply, min(many, 512))
    figures["sklearn_unfiltered"] = by_neighbours(left, right, 16)
    return {
        "openings": count,
        "workers": many,
        "figures": figures,
        "ratios": ratios(figures),
        "same_as_reference": agreed,
    }


def by_neighbours(left: Any, right: Any, count: int) -> float:
    """scikit-learn's nearest neighbours, brute force over cosines."""
    from sklearn.neighbors import NearestNeighbors

    near = NearestNeighbors(n_neighbors=TOP, metric="cosine", algorithm="brute").fit(right)
    return pace(lambda n: near.kneighbors(left[:n]), count)


def ratios(figures: dict[str, float]) -> dict[str, float]:
    """Ours over everybody else's, with conditions and without."""
    shares = {
        "kernel_over_scipy": figures["kernel"] / figures["scipy"],
        "plain_over_scipy": figures["plain"] / figures["scipy"],
    }
    near = [value for name, value in figures.items() if name.endswith("_by_region")]
    if near:
        shares["kernel_over_best_near_exact"] = figures["kernel"] / max(near)
    shares["share_of_bandwidth_bound"] = figures["kernel"] / figures["bound"]
    for name, value in figures.items():
        if name.endswith("_unfiltered") and name != "kernel_unfiltered":
            shares[f"unfiltered_over_{name.removesuffix('_unfiltered')}"] = figures["kernel_unfiltered"] / value
    return shares


def both_ways(count: int, seed: int = 7) -> dict[str, Any]:
    """P5: as many workers as openings, so that both directions choose from the same number of pairs."""
    market = Market(seed)
    built = build(market.openings(count), GROUND)
    workers = encode_workers(market.workers(count), built.register, GROUND)
    index = current(built.index, built.register)
    warm(kernels())
    forward, _ = kernel(index, workers, min(count, 20_000))
    other = backwards(built, index, workers)
    ratio = other["one_opening_ms_mean"] / 1000 * forward
    return {"openings": count, "workers": count, "figures": {"one_worker_ms_mean": 1000 / forward} | other} | {
        "ratios": {"backward_over_forward_per_pair": ratio}
    }


def backwards(built: Built, index: Index, workers: Workers) -> dict[str, float]:
    """One opening against all workers, in milliseconds."""
    from matching.engine.pairs import backward

    group, desk = (
        people(workers, index.layout.trades, index.marks),
        backward.desk(workers, len(built.register.terms), TOP),
    )
    out = np.zeros((1, TOP, 2), np.int32)
    spans = []
    for row in np.linspace(0, len(built.source) - 1, 1000).astype(int).tolist():
        start = time.process_time()
        backward.best_workers(index, workers, group, row, row + 1, desk, out)
        spans.append((time.process_time() - start) * 1000)
    p50, p99 = np.percentile(spans, (50, 99)).tolist()
    # Many openings in one call, as many workers are in the other direction: from the whole index, like after like.
    many = min(5_000, len(built.source))
    first = (len(built.source) - many) // 2
    out = np.zeros((many, TOP, 2), np.int32)
    start = time.process_time()
    backward.best_workers(index, workers, group, first, first + many, desk, out)
    mean = (time.process_time() - start) * 1000 / many
    return {"one_opening_ms_p50": p50, "one_opening_ms_p99": p99, "one_opening_ms_mean": mean}


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
