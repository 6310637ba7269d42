"""P2 and P4: search of openings beside the engines that people would use, and how soon a change is found.

Everybody gets the same short texts, cut into character bigrams where the engine needs cutting, joined by OR, with a
set of regions and a wage floor as filters. Engines that are not installed are left out.
"""

import importlib
import importlib.util
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from centre.skills.vocabulary import vocabulary
from matching.engine.lookup import Filters
from matching.engine.textindex import LiveIndex, TextIndex
from matching.engine.words import Document
from tests.bench.city import AWAY, HOME

TOP = 20
SLOW = 20.0
"""Seconds after which an engine has answered enough."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query with its filters."""

    text: str
    regions: tuple[str, ...]
    floor_fen: int | None


def bigrams(text: str) -> list[str]:
    """All pairs of neighbouring characters."""
    return [a + b for a, b in pairwise(text.replace(" ", ""))] or [text]


def documents(count: int, seed: int = 7) -> list[Document]:
    """Openings with real titles of the vocabulary and made-up descriptions."""
    dice = np.random.default_rng(seed)
    pairs = [(word, codes[0]) for word, codes in vocabulary().words.items() if 2 <= len(word) <= 8 and codes]
    regions = HOME + AWAY
    chosen = (dice.random((count, 4)) ** 1.5 * len(pairs)).astype(int)
    where = np.where(dice.random(count) < 0.35, dice.integers(0, 14, count), 14 + dice.integers(0, 386, count))
    low = dice.integers(25, 75, count) * 10_000
    found = []
    for n in range(count):
        pay = int(low[n])
        title, code = pairs[chosen[n, 0]]
        text = f"会{pairs[chosen[n, 1]][0]}，懂{pairs[chosen[n, 2]][0]}，有{pairs[chosen[n, 3]][0]}经验优先，包吃住"
        found.append(Document(n + 1, title, (code,), f"企业{n % 5000}", text, regions[where[n]], pay, pay * 3 // 2, n))
    return found


def questions(kept: Sequence[Document], count: int, seed: int = 11) -> list[Question]:
    """One to three words out of the openings, most with filters, some with a slip of the pen."""
    dice = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        picked = [kept[n].title for n in dice.integers(0, len(kept), dice.integers(1, 3))]
        if dice.random() < 0.12 and len(picked[0]) > 2:
            picked[0] = picked[0][:-1] + "公"
        regions = tuple(HOME[n] for n in dice.integers(0, 14, 3)) if dice.random() < 0.6 else ()
        found.append(Question(" ".join(picked), regions, 300_000 if dice.random() < 0.5 else None))
    return found


def latencies(ask: Callable[[Question], object], asked: Sequence[Question]) -> dict[str, float]:
    """Milliseconds of CPU time: median and the 99th of a hundred."""
    spans, begun = [], time.process_time()
    for one in asked:
        start = time.process_time()
        ask(one)
        spans.append((time.process_time() - start) * 1000)
        if time.process_time() - begun > SLOW:
            break
    p50, p99 = np.percentile(spans, (50, 99))
    return {"p50_ms": float(p50), "p99_ms": float(p99), "asked": len(spans)}


def by_fts5(kept: Sequence[Document]) -> Callable[[Question], object]:
    """SQLite's FTS5 with bigrams as words."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE post USING fts5(text, region UNINDEXED, wage UNINDEXED)")
    base.executemany(
        "INSERT INTO post VALUES (?, ?, ?)",
        ((" ".join(bigrams(one.title + one.description)), one.region, one.wage_max_fen) for one in kept),
    )

    def ask(one: Question) -> object:
        words = " OR ".join(f'"{gram}"' for part in one.text.split() for gram in bigrams(part))
        places = f"AND region IN ({','.join('?' * len(one.regions))})" if one.regions else ""
        sql = f"SELECT rowid FROM post WHERE post MATCH ? {places} AND wage >= ? ORDER BY rank LIMIT {TOP}"  # noqa: S608
        return base.execute(sql, (words, *one.regions, one.floor_fen or 0)).fetchall()

    return ask


def by_tantivy(kept: Sequence[Document]) -> Callable[[Question], object] | None:
    """Tantivy with bigrams as words."""
    if importlib.util.find_spec("tantivy") is None:
        return None
    tantivy: Any = importlib.import_module("tantivy")
    maker = tantivy.SchemaBuilder()
    maker.add_text_field("text", tokenizer_name="whitespace")
    maker.add_text_field("region", tokenizer_name="raw")
    maker.add_integer_field("wage", indexed=True, fast=True)
    schema = maker.build()
    index = tantivy.Index(schema)
    writer = index.writer(100_000_000, 1)
    for one in kept:
        text = " ".join(bigrams(one.title + one.description))
        writer.add_document(tantivy.Document(text=text, region=one.region, wage=one.wage_max_fen or 0))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher, query, occur = index.searcher(), tantivy.Query, tantivy.Occur
    most = 1 << 40

    def ask(one: Question) -> object:
        grams = [gram for part in one.text.split() for gram in bigrams(part)]
        words = [(occur.Should, query.term_query(schema, "text", gram)) for gram in grams]
        parts = [(occur.Must, query.boolean_query(words))]
        if one.regions:
            parts.append((occur.Must, query.term_set_query(schema, "region", list(one.regions))))
        if one.floor_fen:
            span = query.range_query(schema, "wage", tantivy.FieldType.Integer, one.floor_fen, most)
            parts.append((occur.Must, span))
        return searcher.search(query.boolean_query(parts), TOP)

    return ask


def by_bm25s(kept: Sequence[Document]) -> Callable[[Question], object] | None:
    """bm25s with a mask of weights as filter."""
    if importlib.util.find_spec("bm25s") is None:
        return None
    bm25s: Any = importlib.import_module("bm25s")
    model = bm25s.BM25()
    model.index([bigrams(one.title + one.description) for one in kept], show_progress=False)
    regions = np.array([one.region for one in kept])
    wages = np.array([one.wage_max_fen or 0 for one in kept])

    def ask(one: Question) -> object:
        grams = [gram for part in one.text.split() for gram in bigrams(part) if gram in model.vocab_dict]
        if not grams:
            return ()
        mask = wages >= (one.floor_fen or 0)
        mask &= np.isin(regions, one.regions) if one.regions else True
        scores = model.get_scores(grams, weight_mask=mask.astype(np.float32))
        return np.argpartition(-scores, TOP)[:TOP]

    return ask


def measure(openings: int, asked: int) -> dict[str, Any]:
    """Latencies of everybody, ratios of the 99th of a hundred, and P4: a change until it is found."""
    kept = documents(openings)
    start = time.process_time()
    index = TextIndex.build(kept)
    built = time.process_time() - start
    queries = questions(kept, asked)

    def ours(one: Question) -> object:
        return index.search(one.text, Filters(one.regions, one.floor_fen), limit=TOP)

    for one in queries[:20]:
        ours(one)
    figures: dict[str, Any] = {"ours": latencies(ours, queries)}
    for name, make in (("fts5", by_fts5), ("tantivy", by_tantivy), ("bm25s", by_bm25s)):
        ask = make(kept)
        if ask is not None:
            figures[name] = latencies(ask, queries)
    ratios = {
        f"{name}_over_ours_p99": one["p99_ms"] / figures["ours"]["p99_ms"]
        for name, one in figures.items()
        if name != "ours"
    }
    live, spans = LiveIndex(index), []
    for n in range(60):
        start = time.process_time()
        live.change([Document(openings + n + 1, f"新岗{n}", (), "新企业", "", HOME[0], None, None, openings + n)])
        assert openings + n + 1 in live.current.search(f"新岗{n}").ids
        spans.append((time.process_time() - start) * 1000)
    fresh = {"p50_ms": float(np.median(spans)), "p99_ms": float(np.percentile(spans, 99))}
    return {"build_s": built, "figures": figures, "ratios": ratios, "fresh": fresh}


def main() -> None:
    """A small run by itself."""
    with tempfile.TemporaryDirectory():
        print(measure(10_000, 300))


if __name__ == "__main__":
    main()
