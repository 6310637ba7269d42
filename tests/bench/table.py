"""The figures of a run beside what was promised, as a table in Markdown."""

from collections.abc import Sequence
from typing import Any

WANTED: tuple[tuple[str, str, str, float, bool], ...] = (
    # benchmark, ratio or figure, how it is told, what is promised, whether more is better
    ("P1 kernel", "kernel_over_best_near_exact", "bulk match / best top-n library by region", 15, True),
    ("P1 kernel", "kernel_over_scipy", "bulk match / exact scipy", 60, True),
    ("P1 kernel", "share_of_bandwidth_bound", "bulk match, share of the memory bound", 0.6, True),
    ("P1 kernel", "unfiltered_over_sparse_dot_topn", "without conditions / sparse_dot_topn", 10, True),
    ("P1 kernel", "unfiltered_over_sp_matmul_rs", "without conditions / sp_matmul_rs", 2.5, True),
    ("P1 kernel", "unfiltered_over_sklearn", "without conditions / scikit-learn NearestNeighbors", 10, True),
    ("P1 kernel", "plain_over_scipy", "plain numpy path / hand-written scipy", 0.9, True),
    ("P1 command", "seconds", "the command, seconds", 120, False),
    ("P1 command", "peak_mb", "the command, MB of all processes", 4096, False),
    ("P2 100000", "tantivy_over_ours_p99", "search p99: tantivy / ours", 4, True),
    ("P2 100000", "bm25s_over_ours_p99", "search p99: bm25s / ours", 1.5, True),
    ("P2 100000", "fts5_trigram_over_ours_p99", "search p99: FTS5 trigram / ours", 80, True),
    ("P2 100000", "fts5_over_ours_p99", "search p99: FTS5 bigram / ours", 80, True),
    ("P2 100000", "postgres_over_ours_p99", "search p99: PostgreSQL / ours", 200, True),
    ("P2 100000", "sklearn_over_ours_p99", "search p99: scikit-learn rows / ours", 1, True),
    ("P2 100000", "quality_over_best_peer", "quality above the best peer", 0, True),
    ("P2 100000", "slips_over_best_peer", "quality with slips above the best peer", 0.08, True),
    ("P2 100000", "slips_p99_ms", "p99 with slips, ms", 2, False),
    ("P2 100000", "two_characters_found", "two-character words found", 1, True),
    ("P2 1000000", "tantivy_over_ours_p99", "search p99 at a million: tantivy / ours", 8, True),
    ("P2 1000000", "bm25s_over_ours_p99", "search p99 at a million: bm25s / ours", 3, True),
    ("P2 1000000", "p99_over_100000", "search p99 at a million / at 100,000", 5, False),
    ("P2 1000000", "open_s", "snapshot opens, s", 1, False),
    ("P2 1000000", "build_peak_mb", "building the index, MB above the texts", 2048, False),
    ("P3", "share_of_bare_json", "JSON, share of a bare route", 0.3, True),
    ("P3", "share_of_bare_html", "HTML, share of a bare route", 0.3, True),
    ("P3", "share_of_bare_json_once", "JSON, each question asked once", 0.3, True),
    ("P3", "share_of_bare_html_once", "HTML, each question asked once", 0.3, True),
    ("P3", "rows_over_raw_sqlite", "rows of a page / raw sqlite3", 2, False),
    *(
        ("P4", f"{what}_{where}_s_max", f"{what} opening in every process: {where}, s", 1, False)
        for what in ("new", "changed")
        for where in ("search", "suggestions", "candidates")
    ),
    ("P4", "cost_large_over_small", "cost of a change to the words, large index / small", 1.5, False),
    ("P4", "match_cost_large_over_small", "cost of a change to the matches, large index / small", 1.5, False),
    ("P5", "backward_over_forward_per_pair", "workers for an opening / openings for a worker, per pair", 2, False),
    ("P5", "one_opening_ms_p99", "one opening against all workers, p99 ms", 1, False),
    ("P6", "ours_over_bare", "start / bare FastAPI and SQLAlchemy", 3.5, False),
    ("MA20", "first_20_p95_ms", "first 20 of one worker, city on SQLite, p95 ms", 150, False),
    ("MA20", "candidates_p95_ms", "best 20 for an opening among 50,000 people, p95 ms", 150, False),
    ("MA20", "refresh_s", "nightly refresh of the city, s", 600, False),
    ("P10", "loky_over_threads", "loky / threads", 0.85, True),
    ("P10", "dask_over_threads", "dask / threads", 0.85, True),
)


def table_text(results: Sequence[dict[str, Any]]) -> str:
    """The table of all figures that the run has."""
    known = {result["name"]: flat(result) for result in results}
    if {"P2 100000", "P2 1000000"} <= known.keys():
        known["P2 1000000"]["p99_over_100000"] = known["P2 1000000"]["p99_ms"] / known["P2 100000"]["p99_ms"]
    lines = ["| promise | what | promised | measured | |", "|---|---|---|---|---|"]
    for name, key, what, least, more in WANTED:
        value = known.get(name, {}).get(key)
        if value is None:
            continue
        held = value >= least if more else value <= least
        promised = f"{'>=' if more else '<='} {least:g}"
        lines.append(f"| {name.split()[0]} | {what} | {promised} | {value:.3g} | {'held' if held else 'not held'} |")
    return "\n".join(lines)


def flat(result: dict[str, Any]) -> dict[str, float]:
    """Ratios and figures of a benchmark by name; of a table of engines the line of ours."""
    return {**result.get("figures", {}), **result.get("ratios", {}), **result.get("table", {}).get("ours", {})}
