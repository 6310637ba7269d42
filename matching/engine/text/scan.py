"""The pass over one index part: candidates, relevance threshold, filters and facet counts together.

The compiled pass (`harvest`) is used once it is warm; until then plain numpy gives the same results.
"""

from dataclasses import dataclass
from threading import local

import numpy as np

from matching.engine.text.arrays import (
    PLACE,
    REGION,
    UNKNOWN_WAGE,
    WAGE,
    Bools,
    Floats,
    Ints64,
    QueryLists,
    SearchBuffers,
    Sieve,
)
from matching.engine.text.compile import Filters, desk, query_lists, sieve_of
from matching.engine.text.postings import IndexPart, Terms
from matching.engine.text.query import Query

_Answer = tuple[Ints64, int, int]
"""The best keys in descending order (score bits, never negative, above the complemented age), and the number of matches
here and elsewhere."""
_LAST = np.int64(0xFFFFFFFF)
WARM: set[str] = set()
"""Contains `search` once the compiled pass is ready in this process."""


@dataclass(frozen=True, slots=True)
class Matches:
    """The matches of one part: best (score, order, id) first, the total, and counts per facet value."""

    rows: tuple[tuple[float, int, int], ...]
    total: int
    elsewhere: int
    facets: dict[str, dict[str, int]]


def match(lists: QueryLists, part: IndexPart, every: bool) -> tuple[Bools, Floats]:
    """Which documents match a query, with their scores. A query without words matches everything."""
    scores = np.zeros(part.size, np.float32)
    admitted = np.full(part.size, every, np.bool_)
    for (first, last, admits), least in zip(lists.readings.tolist(), lists.least, strict=True):
        held = np.zeros(part.size, np.int32)
        for at in range(first, last):
            start, end, _ = lists.spans[at]
            positions = part.positions[start:end]
            counted = part.tenths[start:end].astype(np.float32)
            scores[positions] += lists.gains[at] * counted / (counted + part.slopes[positions])
            held[positions] += lists.weights[at]
        if admits:
            admitted |= held >= least
    return admitted, scores


def look(
    query: Query, filters: Filters, part: IndexPart, terms: Terms, dead: Ints64, top: int, relaxed: float | None = None
) -> Matches:
    """Search one part: the `top` best rows, the total, and disjunctive facet counts (each without its own filter)."""
    lists, sieve = query_lists(query, part, terms, relaxed), sieve_of(query, filters, part)
    every = not query.parts
    counts = np.zeros(len(part.names.values), np.int64)
    passed = _compiled if "search" in WARM else _plain
    best, total, elsewhere = passed(lists, sieve, part, dead, counts, every, top)
    scores, chosen = (best >> 32).astype(np.int32).view(np.float32), part.by_age[_LAST - (best & _LAST)]
    rows = zip(scores.tolist(), part.orders[chosen].tolist(), part.ids[chosen].tolist(), strict=True)
    return Matches(tuple(rows), total, elsewhere, part.names.by_column(counts))


_desks = local()


def _desk(size: int) -> SearchBuffers:
    """The memory of this thread, larger than any part that it has searched."""
    kept: SearchBuffers | None = getattr(_desks, "kept", None)
    if kept is None or len(kept.held) < size:
        kept = _desks.kept = desk(size + size // 4)
    return kept


def _compiled(
    lists: QueryLists, sieve: Sieve, part: IndexPart, dead: Ints64, counts: Ints64, every: bool, top: int
) -> _Answer:
    from matching.engine.text.kernel import harvest

    best, sums = np.zeros(max(top, 1), np.int64), np.zeros(2, np.int64)
    harvest(lists, sieve, part.shelf, dead, every, counts, _desk(part.size), best, sums)
    total, elsewhere = sums.tolist()
    return np.sort(best[best > 0])[::-1][:top], total, elsewhere


def _plain(
    lists: QueryLists, sieve: Sieve, part: IndexPart, dead: Ints64, counts: Ints64, every: bool, top: int
) -> _Answer:
    admitted, scores = match(lists, part, every)
    admitted[dead] = False
    chosen = np.flatnonzero(admitted)
    first = part.facets.ptr[chosen]
    sizes = part.facets.ptr[chosen + 1] - first
    ends = np.cumsum(sizes)
    codes = part.facets.of[np.repeat(first - ends + sizes, sizes) + np.arange(ends[-1] if len(ends) else 0)]
    wages = part.wages[chosen]
    passed = np.where((wages >= sieve.floor) | (wages == UNKNOWN_WAGE), np.int32(WAGE), np.int32(0))
    if len(codes):
        np.bitwise_or.at(passed, np.repeat(np.arange(len(chosen)), sizes), sieve.allow[codes])
    missed = sieve.wanted & ~passed
    counts += np.bincount(codes[np.repeat(missed, sizes) & ~sieve.own[codes] == 0], minlength=len(counts))
    inside = chosen[missed == 0]
    elsewhere = int(np.count_nonzero(missed & ~(PLACE | REGION) == 0)) - len(inside)
    keys = (scores[inside].view(np.int32).astype(np.int64) << 32) + (_LAST - part.ages[inside])
    return np.sort(keys)[::-1][:top], len(keys), elsewhere
