"""A query against one index part as arrays: posting lists, readings, and filters as bits."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from matching.engine.text.arrays import FIRST, PLACE, REGION, WAGE, QueryLists, SearchBuffers, Sieve
from matching.engine.text.postings import K1, WEIGHT, IndexPart, Terms
from matching.engine.text.query import Query
from matching.engine.text.terms import area

NEARLY = 0.9999
"""The share of a required sum that is enough, against rounding."""


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of a search (筛选条件). A region includes its subregions; unknown wages pass, unknown places fail.

    Of the values of a facet in `facets` a document has one, of those in `every` it has all; only the first are left out
    when the values of their own facet are counted.
    """

    regions: tuple[str, ...] = ()
    wage_min_fen: int | None = None
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    every: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def desk(size: int) -> SearchBuffers:
    """Working memory for index parts of `size` documents."""
    scores = np.zeros(size, np.float32)
    candidates, kept = np.empty(size + 1, np.int32), np.empty(size + 1, np.int32)
    return SearchBuffers(
        np.zeros(size, np.bool_), np.zeros(size, np.int32), candidates, kept, scores, scores.view(np.int32)
    )


def query_lists(query: Query, part: IndexPart, terms: Terms, relaxed: float | None) -> QueryLists:
    """The posting lists that a query reads."""
    numbers: list[int] = []
    factors: list[float] = []
    shares: list[float] = []
    readings: list[tuple[int, int, bool]] = []
    for part_of_query in query.parts:
        for reading in part_of_query.readings:
            first = len(numbers)
            numbers += [terms.numbers.get(term, -1) for term in dict.fromkeys(reading.terms)]
            factors += [reading.factor * (K1 + 1)] * (len(numbers) - first)
            shares.append(reading.share if relaxed is None else min(reading.share, relaxed))
            readings.append((first, len(numbers), part_of_query.admits))
    term_numbers = np.array(numbers, np.int32)
    rarity = terms.rarity(term_numbers)
    weights = (rarity * WEIGHT).astype(np.int32)
    weight_list = weights.tolist()
    sums = [sum(weight_list[first:last]) for first, last, _ in readings]
    return QueryLists(
        part.spans(term_numbers),
        weights,
        np.array(factors, np.float32) * rarity,
        np.zeros(len(term_numbers), np.bool_),
        np.array(readings, np.int32).reshape(-1, 3),
        np.array([max(1, int(share * most * NEARLY)) for share, most in zip(shares, sums, strict=True)], np.int32),
    )


def sieve_of(query: Query, filters: Filters, part: IndexPart) -> Sieve:
    """The active filters as bits of the values that satisfy them."""
    names = part.names
    allow, own = np.zeros(len(names.values), np.int32), np.zeros(len(names.values), np.int32)
    wanted = WAGE if filters.wage_min_fen is not None else 0
    for bit, regions in ((PLACE, query.regions), (REGION, filters.regions)):
        if regions:
            wanted |= bit
            for code in regions:
                allow[names.below("region", area(code))] |= bit
    if filters.regions:
        own[names.column("region")] = REGION
    bit = FIRST
    alone = [(name, (value,), False) for name, values in filters.every.items() for value in values]
    for name, values, is_own in (*((name, values, True) for name, values in filters.facets.items()), *alone):
        if values:
            wanted |= bit
            if is_own:
                own[names.column(name)] |= bit
            for number in {names.number(name, value) for value in values} - {-1}:
                allow[number] |= bit
            bit <<= 1
    return Sieve(allow, own, wanted, -1 if filters.wage_min_fen is None else filters.wage_min_fen)
