"""One immutable part of the text index: inverted lists in numpy arrays, with the columns that filters and facets read.

A term's list holds document positions and ready BM25 impacts. Positions run from the newest document to the oldest, so
a smaller position wins among equal scores.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from matching.engine.words import Document

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

K1, B = 1.2, 0.5
UNKNOWN_WAGE = -1


@dataclass(slots=True)
class Terms:
    """Numbers of the terms and their rarity, shared by all parts; numbers are only ever added, by the one writer."""

    numbers: dict[str, int] = field(default_factory=dict)
    idf: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    mean_length: float = 1.0
    rarest: float = 1.0

    def number(self, term: str) -> int:
        """The number of a term, given out when it is new."""
        return self.numbers.setdefault(term, len(self.numbers))

    def weight(self, term: str) -> float:
        """How much a term tells: its inverse document frequency; unseen terms count as the rarest."""
        number = self.numbers.get(term, -1)
        return float(self.idf[number]) if 0 <= number < len(self.idf) else self.rarest

    def weights(self, numbers: Ints) -> Floats:
        """Inverse document frequencies of many terms."""
        known = numbers < len(self.idf)
        return np.where(known, self.idf[np.where(known, numbers, 0)] if len(self.idf) else 0, self.rarest).astype(
            np.float32
        )


@dataclass(frozen=True, slots=True)
class Analysed:
    """A document with its terms as numbers and its weights before saturation."""

    document: Document
    numbers: Ints
    weights: Floats


@dataclass(frozen=True, slots=True)
class Column:
    """One facet of all documents, both ways: document `i` has the values `codes[starts[i]:starts[i + 1]]`, value `v` is
    carried by the documents `carriers[firsts[v]:firsts[v + 1]]`."""

    values: tuple[str, ...]
    starts: npt.NDArray[np.int64]
    codes: Ints
    firsts: npt.NDArray[np.int64]
    carriers: Ints
    numbers: Mapping[str, int]

    @classmethod
    def of(cls, values: Sequence[str], positions: Ints, codes: Ints, size: int) -> "Column":
        """A column from pairs of position and value, positions ascending."""
        firsts = np.zeros(len(values) + 1, np.int64)
        np.cumsum(np.bincount(codes, minlength=len(values)), out=firsts[1:])
        starts = np.searchsorted(positions, np.arange(size + 1))
        carriers = positions[np.argsort(codes, kind="stable")]
        return cls(tuple(values), starts, codes, firsts, carriers, {value: at for at, value in enumerate(values)})

    def hits(self, wanted: Iterable[str], size: int) -> Bools:
        """Which documents carry one of the wanted values."""
        found = np.zeros(size, np.bool_)
        for value in wanted:
            at = self.numbers.get(value, -1)
            if at >= 0:
                found[self.carriers[self.firsts[at] : self.firsts[at + 1]]] = True
        return found

    def counts(self, inside: Bools) -> dict[str, int]:
        """How many of the given documents carry each value; values that none carries are left out."""
        chosen = np.flatnonzero(inside)
        first = self.starts[chosen]
        sizes = self.starts[chosen + 1] - first
        if len(sizes) and sizes.min() == sizes.max() == 1:
            codes = self.codes[first]
        else:
            ends = np.cumsum(sizes)
            codes = self.codes[np.repeat(first - ends + sizes, sizes) + np.arange(ends[-1] if len(ends) else 0)]
        counted = np.bincount(codes, minlength=len(self.values))
        carried = np.flatnonzero(counted)
        return {self.values[at]: n for at, n in zip(carried.tolist(), counted[carried].tolist(), strict=True)}


@dataclass(frozen=True, slots=True)
class Part:
    """An immutable block of documents."""

    ids: npt.NDArray[np.int64]
    orders: npt.NDArray[np.int64]
    wages: npt.NDArray[np.int64]
    columns: dict[str, Column]
    terms: Ints
    starts: npt.NDArray[np.int64]
    positions: Ints
    impacts: Floats
    places: dict[int, int]

    @property
    def size(self) -> int:
        """How many documents the part holds, removed ones included."""
        return len(self.ids)

    def postings(self, number: int) -> tuple[Ints, Floats]:
        """Positions and impacts of a term; empty when no document has it."""
        at = int(np.searchsorted(self.terms, number))
        if at >= len(self.terms) or self.terms[at] != number:
            return self.positions[:0], self.impacts[:0]
        start, end = self.starts[at], self.starts[at + 1]
        return self.positions[start:end], self.impacts[start:end]


def _columns(documents: Sequence[Document]) -> dict[str, Column]:
    found: dict[str, tuple[dict[str, int], list[int], list[int]]] = {}
    for position, document in enumerate(documents):
        for name, values in facets_of(document).items():
            known, positions, codes = found.setdefault(name, ({}, [], []))
            for value in values:
                positions.append(position)
                codes.append(known.setdefault(value, len(known)))
    return {
        name: Column.of(tuple(known), np.array(positions, np.int32), np.array(codes, np.int32), len(documents))
        for name, (known, positions, codes) in found.items()
    }


def facets_of(document: Document) -> dict[str, tuple[str, ...]]:
    """The facet values of a document: its own, its region, and the groups of its occupations."""
    found = dict(document.facets)
    if document.region:
        found["region"] = (document.region,)
    if document.occupations:
        found["occupation"] = document.occupations
        found["group"] = tuple(dict.fromkeys("-".join(code.split("-")[:2]) for code in document.occupations))
        found["major"] = tuple(dict.fromkeys(code.split("-")[0] for code in document.occupations))
    return found


def build_part(analysed: Iterable[Analysed], terms: Terms) -> Part:
    """Lay out documents as a part, newest first; the rarity in `terms` must be known already."""
    rows = sorted(analysed, key=lambda row: (-row.document.order, -row.document.id))
    lengths = np.fromiter((len(row.numbers) for row in rows), np.int64, len(rows))
    position = np.repeat(np.arange(len(rows), dtype=np.int32), lengths)
    number = np.concatenate([row.numbers for row in rows]) if rows else np.zeros(0, np.int32)
    weight = np.concatenate([row.weights for row in rows]) if rows else np.zeros(0, np.float32)
    mass = np.bincount(position, weights=weight, minlength=len(rows))
    slope = (K1 * (1 - B + B * mass / terms.mean_length)).astype(np.float32)
    impact = terms.weights(number) * weight * np.float32(K1 + 1) / (weight + slope[position])
    by_term = np.argsort(number, kind="stable")
    distinct, first = np.unique(number[by_term], return_index=True)
    documents = [row.document for row in rows]
    return Part(
        ids=np.fromiter((document.id for document in documents), np.int64, len(rows)),
        orders=np.fromiter((document.order for document in documents), np.int64, len(rows)),
        wages=np.fromiter((_best_wage(document) for document in documents), np.int64, len(rows)),
        columns=_columns(documents),
        terms=distinct.astype(np.int32),
        starts=np.append(first, len(number)).astype(np.int64),
        positions=position[by_term],
        impacts=impact[by_term].astype(np.float32),
        places={document.id: place for place, document in enumerate(documents)},
    )


def _best_wage(document: Document) -> int:
    best = document.wage_max_fen if document.wage_max_fen is not None else document.wage_min_fen
    return UNKNOWN_WAGE if best is None else best
