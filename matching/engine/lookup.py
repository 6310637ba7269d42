"""The pass over one part of the index: scores, the relevance gate, filters and facet counts, in plain numpy."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from matching.engine.postings import UNKNOWN_WAGE, Bools, Floats, Part, Terms
from matching.engine.query import Query, Reading
from matching.engine.words import area


@dataclass(frozen=True, slots=True)
class Filters:
    """What a searcher ticked (筛选条件). A region covers all below it; an unknown wage passes, an unknown place not."""

    regions: tuple[str, ...] = ()
    wage_min_fen: int | None = None
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """What one part holds: best (score, order, id) first, how many in all, and counts per facet value."""

    rows: tuple[tuple[float, int, int], ...]
    total: int
    elsewhere: int
    facets: dict[str, dict[str, int]]


def _read(reading: Reading, part: Part, terms: Terms, scores: Floats, relaxed: float | None) -> Bools:
    """Add the scores of a reading and tell which documents hold enough of it."""
    rarity = {term: terms.weight(term) for term in reading.terms}
    whole = sum(rarity.values())
    held = np.zeros(part.size, np.float32)
    for term, weight in rarity.items():
        positions, impacts = part.postings(terms.numbers.get(term, -1))
        scores[positions] += impacts * np.float32(reading.factor)
        held[positions] += np.float32(weight)
    share = reading.share if relaxed is None else min(reading.share, relaxed)
    return np.asarray(held >= max(share * whole * 0.9999, 1e-6))


def match(query: Query, part: Part, terms: Terms, relaxed: float | None = None) -> tuple[Bools, Floats]:
    """Which documents answer a query, and how well. A query without words admits everything."""
    scores = np.zeros(part.size, np.float32)
    if not query.wishes:
        return np.ones(part.size, np.bool_), scores
    admitted = np.zeros(part.size, np.bool_)
    for wish in query.wishes:
        enough = [_read(reading, part, terms, scores, relaxed) for reading in wish.readings]
        for held in enough if wish.admits else ():
            admitted |= held
    return admitted, scores


def _misses(query: Query, filters: Filters, part: Part) -> dict[str, Bools]:
    """For each filter in force, the documents that it refuses."""
    found: dict[str, Bools] = {}
    for name, regions in (("place", query.regions), ("region", filters.regions)):
        if regions:
            areas = tuple(map(area, regions))
            column = part.columns.get("region")
            wanted = [value for value in column.values if value.startswith(areas)] if column else []
            found[name] = ~column.hits(wanted, part.size) if column else np.ones(part.size, np.bool_)
    if filters.wage_min_fen is not None:
        found["wage"] = (part.wages < filters.wage_min_fen) & (part.wages != UNKNOWN_WAGE)
    for name, values in filters.facets.items():
        if values:
            column = part.columns.get(name)
            found[name] = ~column.hits(values, part.size) if column else np.ones(part.size, np.bool_)
    return found


def look(
    query: Query, filters: Filters, part: Part, terms: Terms, dead: np.ndarray, top: int, relaxed: float | None = None
) -> Found:
    """Search one part: the `top` best rows, the total, and disjunctive facet counts (each without its own filter)."""
    admitted, scores = match(query, part, terms, relaxed)
    if len(dead):
        admitted[dead] = False
    misses = _misses(query, filters, part)
    failed = np.zeros(part.size, np.int8)
    for missed in misses.values():
        failed += missed
    inside = admitted & (failed == 0)
    facets: dict[str, dict[str, int]] = {}
    for name, column in part.columns.items():
        own = misses.get(name)
        facets[name] = column.counts(inside if own is None else admitted & (failed == own))
    placed = sum(misses[name].astype(np.int8) for name in ("place", "region") if name in misses)
    total = int(np.count_nonzero(inside))
    elsewhere = int(np.count_nonzero(admitted & (failed == placed))) - total if isinstance(placed, np.ndarray) else 0
    return Found(_best(inside, scores, part, top), total, elsewhere, facets)


def _best(inside: Bools, scores: Floats, part: Part, top: int) -> tuple[tuple[float, int, int], ...]:
    positions = np.flatnonzero(inside)
    if len(positions) > top > 0:
        held = scores[positions]
        least = np.partition(held, len(held) - top)[len(held) - top]
        better = positions[held > least]
        positions = np.concatenate([better, positions[held == least][: top - len(better)]])
    positions = positions[np.lexsort((positions, -scores[positions]))][:top]
    return tuple((float(scores[at]), int(part.orders[at]), int(part.ids[at])) for at in positions)
