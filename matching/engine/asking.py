"""What one search asks of one part of the index, as arrays: lists of postings, readings, and filters as bits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from matching.engine.postings import K1, Bools, Floats, Ints, Ints64, Part, Terms
from matching.engine.query import Query
from matching.engine.words import area

PLACE, REGION, WAGE, FIRST = 1, 2, 4, 8
"""Bits of the filters: the place named in the query, the regions ticked, the pay, then one for each other column."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a searcher ticked (筛选条件). A region covers all below it; an unknown wage passes, an unknown place not."""

    regions: tuple[str, ...] = ()
    wage_min_fen: int | None = None
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Asked(NamedTuple):
    """A query as lists of postings. A reading is `readings[r]` = (its first term, behind its last, whether it admits);
    a document answers it when the weights of the terms that it has reach `least[r]`."""

    spans: Ints64
    weights: Floats
    gains: Floats
    essential: Bools
    readings: Ints
    least: Floats


class Sieve(NamedTuple):
    """Filters by facet value: the bits that a value satisfies, the bit of its own column, the bits wanted in all."""

    allow: Ints
    own: Ints
    wanted: int
    floor: int


class Desk(NamedTuple):
    """Working memory of one thread. `marks` (a byte for each document) and `words` are the same memory; every search
    leaves marks and `held` as it found them: empty."""

    marks: Bools
    words: Ints64
    held: Floats
    found: Ints
    scores: Floats


def desk(size: int) -> Desk:
    """Working memory for parts of so many documents."""
    marks = np.zeros(size + 7 & ~7, np.bool_)
    held, found, scores = np.zeros(size, np.float32), np.empty(size, np.int32), np.empty(size, np.float32)
    return Desk(marks, marks.view(np.int64), held, found, scores)


def asked_of(query: Query, part: Part, terms: Terms, relaxed: float | None) -> Asked:
    """The lists that a query reads."""
    numbers: list[int] = []
    weights: list[float] = []
    gains: list[float] = []
    essential: list[bool] = []
    readings: list[tuple[int, int, bool]] = []
    least: list[float] = []
    for wish in query.wishes:
        for reading in wish.readings:
            rarity = {term: terms.weight(term) for term in reading.terms}
            share = reading.share if relaxed is None else min(reading.share, relaxed)
            enough = max(share * sum(rarity.values()) * 0.9999, 1e-6)
            readings.append((len(numbers), len(numbers) + len(rarity), wish.admits))
            least.append(enough)
            essential += _essential(list(rarity.values()), enough) if wish.admits else [False] * len(rarity)
            numbers += [terms.numbers.get(term, -1) for term in rarity]
            weights += rarity.values()
            gains += [reading.factor * (K1 + 1) * weight for weight in rarity.values()]
    return Asked(
        part.spans(numbers),
        np.array(weights, np.float32),
        np.array(gains, np.float32),
        np.array(essential, np.bool_),
        np.array(readings, np.int32).reshape(-1, 3),
        np.array(least, np.float32),
    )


def _essential(weights: list[float], enough: float) -> list[bool]:
    """Which terms a document needs one of: without the rarest, the others cannot reach what is enough."""
    found, rest = [False] * len(weights), sum(weights)
    for at in sorted(range(len(weights)), key=lambda at: -weights[at]):
        if rest < enough * 0.999:
            break
        found[at] = True
        rest -= weights[at]
    return found


def sieve_of(query: Query, filters: Filters, part: Part) -> Sieve:
    """The filters in force, as bits of the values that satisfy them."""
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
    for name, values in filters.facets.items():
        if values:
            wanted |= bit
            own[names.column(name)] |= bit
            for number in {names.number(name, value) for value in values} - {-1}:
                allow[number] |= bit
            bit <<= 1
    return Sieve(allow, own, wanted, -1 if filters.wage_min_fen is None else filters.wage_min_fen)
