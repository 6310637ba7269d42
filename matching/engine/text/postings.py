"""One immutable part of the text index: posting lists in numpy arrays, with the values for filters and facets.

A term's list holds document positions and the term's weight there, in tenths; BM25 impacts are computed at query time,
so that parts can be merged without reading a text again. Documents of one occupation are adjacent, so that the matches
of a query are close in memory; among equal scores the newest wins.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from matching.engine.text.arrays import UNKNOWN_WAGE, Floats, Ints, Ints64, Shelf, Tenths, Words
from matching.engine.text.terms import Document

K1, B = 1.2, 0.5
WEIGHT = 1024
"""Term weights are integers (inverse document frequency times this), so that sums do not depend on their order."""
COMMON, LEAST_COMMON = 64, 1024
"""A term in this share of the documents (1 / COMMON), and in at least this many, gets a bitmap."""
_BEHIND = "\U0010ffff"


@dataclass(slots=True)
class Terms:
    """Numbers and rarity of the terms, shared by all parts; only the one writer adds numbers."""

    numbers: dict[str, int] = field(default_factory=dict)
    idf: Floats = field(default_factory=lambda: np.ones(1, np.float32))
    """By number; the last entry is the rarity of a term that is in no document."""
    mean_length: float = 1.0

    def number(self, term: str) -> int:
        """The number of a term; a new term gets the next one."""
        return self.numbers.setdefault(term, len(self.numbers))

    def rarity(self, numbers: Ints) -> Floats:
        """The inverse document frequency of terms; terms in no document (-1) count as the rarest."""
        return self.idf.take(numbers.view(np.uint32), mode="clip")


@dataclass(frozen=True, slots=True)
class Analysed:
    """A document with its terms as numbers and their weights in tenths."""

    document: Document
    numbers: Sequence[int]
    tenths: Sequence[int]


@dataclass(frozen=True, slots=True)
class Rows:
    """The entries of documents: document `i` has `of[ptr[i]:ptr[i + 1]]`."""

    ptr: Ints64
    of: npt.NDArray[Any]

    def taken(self, order: Ints64) -> "Rows":
        """The entries of some documents, in the given order."""
        first, sizes = self.ptr[order], (self.ptr[1:] - self.ptr[:-1])[order]
        ptr = np.zeros(len(order) + 1, np.int64)
        np.cumsum(sizes, out=ptr[1:])
        return Rows(ptr, self.of[np.repeat(first - ptr[:-1], sizes) + np.arange(ptr[-1])])

    def followed_by(self, other: "Rows") -> "Rows":
        """These entries followed by those of more documents."""
        return Rows(np.append(self.ptr, self.ptr[-1] + other.ptr[1:]), np.concatenate((self.of, other.of)))


@dataclass(frozen=True, slots=True)
class Names:
    """The facet values behind the codes; those of a column are adjacent and sorted."""

    columns: dict[str, slice]
    values: tuple[str, ...]

    @classmethod
    def of(cls, held: Iterable[tuple[str, str]]) -> "Names":
        """The names of all pairs of column and value."""
        pairs = sorted(set(held))
        first = {name: at for at, (name, _) in reversed(list(enumerate(pairs)))}
        last = {name: at + 1 for at, (name, _) in enumerate(pairs)}
        columns = {name: slice(first[name], last[name]) for name in sorted(first)}
        return cls(columns, tuple(value for _, value in pairs))

    def pairs(self) -> list[tuple[str, str]]:
        """The column and value of every code."""
        return [(name, value) for name, column in self.columns.items() for value in self.values[column]]

    def column(self, name: str) -> slice:
        """The codes of a column."""
        return self.columns.get(name, slice(0, 0))

    def below(self, name: str, prefix: str) -> slice:
        """The codes of all values of a column with a common prefix."""
        column = self.column(name)
        first = bisect_left(self.values, prefix, column.start, column.stop)
        return slice(first, bisect_left(self.values, prefix + _BEHIND, first, column.stop))

    def number(self, name: str, value: str) -> int:
        """The code of a value, -1 where no document has it."""
        column = self.column(name)
        at = bisect_left(self.values, value, column.start, column.stop)
        return at if at < column.stop and self.values[at] == value else -1

    def by_column(self, counts: Ints64) -> dict[str, dict[str, int]]:
        """Counts by column and value; values without documents are left out."""
        carried = counts.nonzero()[0]
        values, many = [self.values[code] for code in carried.tolist()], counts[carried].tolist()
        ends = carried.searchsorted([column.stop for column in self.columns.values()]).tolist()
        return {
            name: dict(zip(values[first:last], many[first:last], strict=True))
            for name, first, last in zip(self.columns, [0, *ends], ends, strict=False)
        }


@dataclass(frozen=True, slots=True)
class IndexPart:
    """An immutable block of documents; everything except the names of facet values is stored in arrays.

    For each term `lists` gives the start and end of its documents among the positions, and its row in `bits` and
    `ranks` or -1; the last line stands for terms in no document. A common term has such a row: a bit for each document,
    and the number of its documents before each 64, so that finding a document in its list takes one step.
    """

    ids: Ints64
    orders: Ints64
    wages: Ints64
    by_id: Ints64
    ages: Ints
    by_age: Ints64
    slopes: Floats
    terms: Ints
    lists: Ints64
    positions: Ints
    tenths: Tenths
    bits: Words
    ranks: Ints
    facets: Rows
    titles: Rows
    names: Names

    @property
    def size(self) -> int:
        """How many documents the part holds, including removed ones."""
        return len(self.ids)

    @property
    def shelf(self) -> Shelf:
        """The arrays that answer a search."""
        lists = (self.positions, self.tenths, self.bits, self.ranks)
        return Shelf(*lists, self.slopes, self.ages, self.facets.ptr, self.facets.of, self.wages)

    def spans(self, numbers: Ints) -> Ints64:
        """The lines of terms in `lists`."""
        at = self.terms.searchsorted(numbers)
        if len(self.terms):
            at[self.terms.take(at, mode="clip") != numbers] = len(self.terms)
        return self.lists[at]

    def places(self, ids: Iterable[int]) -> Ints64:
        """The positions of the given documents that are in this part, in ascending order."""
        wanted = np.fromiter(ids, np.int64)
        if not self.size or not len(wanted):
            return np.zeros(0, np.int64)
        at = np.minimum(np.searchsorted(self.ids, wanted, sorter=self.by_id), self.size - 1)
        positions = self.by_id[at]
        return np.sort(positions[self.ids[positions] == wanted])


@dataclass(frozen=True, slots=True)
class Gathered:
    """Documents in any order, each with its entries, from which a part is laid out."""

    figures: Ints64
    words: Rows
    tenths: Rows
    facets: Rows
    titles: Rows
    names: Names

    @classmethod
    def of(cls, analysed: Iterable[Analysed]) -> "Gathered":
        """Gather documents as they come; none of them is kept in memory."""
        figures, words, tenths, facets = array("q"), array("i"), array("H"), array("i")
        ptr, tops, ends, titles = array("q", [0]), array("q", [0]), array("q", [0]), bytearray()
        numbers: dict[tuple[str, str], int] = {}
        for row in analysed:
            document = row.document
            figures.extend((document.id, document.order, _best_wage(document)))
            words.extend(row.numbers)
            tenths.extend(row.tenths)
            ptr.append(len(words))
            for name, held in facets_of(document).items():
                facets.extend(numbers.setdefault((name, value), len(numbers)) for value in held)
            tops.append(len(facets))
            titles += document.title.encode("utf-8", "replace")
            ends.append(len(titles))
        names = Names.of(numbers)
        final = np.zeros(len(numbers), np.int32)
        final[[numbers[pair] for pair in names.pairs()]] = np.arange(len(numbers))
        starts = np.array(ptr, np.int64)
        return cls(
            np.array(figures, np.int64).reshape(-1, 3),
            Rows(starts, np.array(words, np.int32)),
            Rows(starts, np.array(tenths, np.uint16)),
            Rows(np.array(tops, np.int64), final[np.array(facets, np.int32)]),
            Rows(np.array(ends, np.int64), np.frombuffer(bytes(titles), np.uint8)),
            names,
        )

    def taken(self, chosen: Ints64) -> "Gathered":
        """Some of the documents."""
        words, tenths, facets, titles = (
            rows.taken(chosen) for rows in (self.words, self.tenths, self.facets, self.titles)
        )
        return Gathered(self.figures[chosen], words, tenths, facets, titles, self.names)

    def latest(self) -> "Gathered":
        """Of documents with the same id only the last one."""
        ids = self.figures[::-1, 0]
        last = np.sort(len(ids) - 1 - np.unique(ids, return_index=True)[1])
        return self if len(last) == len(ids) else self.taken(last)

    @classmethod
    def back(cls, part: IndexPart, dead: Ints64) -> "Gathered":
        """The documents of a part that are still valid."""
        from scipy.sparse import csc_array

        if not part.size or not len(part.terms):
            return cls.of(())
        figures = np.column_stack((part.ids, part.orders, part.wages))
        shape = (part.size, len(part.terms))
        starts = np.append(part.lists[:-1, 0], len(part.positions))
        rows = csc_array((part.tenths, part.positions, starts), shape=shape).tocsr()
        ptr = rows.indptr.astype(np.int64)
        words, tenths = Rows(ptr, part.terms[rows.indices]), Rows(ptr, rows.data)
        alive = np.delete(np.arange(part.size), dead)
        return cls(figures, words, tenths, part.facets, part.titles, part.names).taken(alive)

    def followed_by(self, other: "Gathered") -> "Gathered":
        """These documents followed by others."""
        names = Names.of([*self.names.pairs(), *other.names.pairs()])
        facets = []
        for side in (self, other):
            final = np.array([names.number(*pair) for pair in side.names.pairs()], np.int32)
            facets.append(Rows(side.facets.ptr, final[side.facets.of]))
        return Gathered(
            np.concatenate((self.figures, other.figures)),
            self.words.followed_by(other.words),
            self.tenths.followed_by(other.tenths),
            facets[0].followed_by(facets[1]),
            self.titles.followed_by(other.titles),
            names,
        )

    def measure(self, terms: Terms) -> None:
        """Compute the rarity of each term and the mean length of a document."""
        size = len(self.figures)
        counts = np.append(np.bincount(self.words.of, minlength=len(terms.numbers)), 0)
        if size:
            terms.mean_length = float(self.tenths.of.sum(dtype=np.int64)) / size / 10
        terms.idf = np.maximum(np.log1p((size - counts + 0.5) / (counts + 0.5)), 1 / WEIGHT).astype(np.float32)

    def laid_out(self, terms: Terms) -> IndexPart:
        """Lay out a part; the averages must be computed already."""
        newest = np.lexsort((-self.figures[:, 0], -self.figures[:, 1]))
        order = newest[np.argsort(self._trades()[newest], kind="stable")]
        by_age = np.argsort(order)[newest]
        ages = np.empty(len(order), np.int32)
        ages[by_age] = np.arange(len(order))
        ids, orders, wages = (np.ascontiguousarray(column) for column in self.figures[order].T)
        words, tenths = self.words.taken(order), self.tenths.taken(order).of
        mass = np.add.reduceat(np.append(tenths, 0).astype(np.int64), words.ptr[:-1]) if len(ids) else np.zeros(0)
        mass[np.diff(words.ptr) == 0] = 0
        return IndexPart(
            ids,
            orders,
            wages,
            np.argsort(ids),
            ages,
            by_age,
            (10 * K1 * (1 - B + B * mass / (10 * terms.mean_length))).astype(np.float32),
            *_inverted(words, tenths),
            self.facets.taken(order),
            self.titles.taken(order),
            self.names,
        )

    def _trades(self) -> Ints:
        """The code of the first occupation of each document, 0 where it has none."""
        column, trades = self.names.column("occupation"), np.zeros(len(self.figures), np.int32)
        held = np.flatnonzero((self.facets.of >= column.start) & (self.facets.of < column.stop))[::-1]
        trades[np.searchsorted(self.facets.ptr, held, side="right") - 1] = self.facets.of[held]
        return trades


def _inverted(words: Rows, tenths: Tenths) -> tuple[Ints, Ints64, Ints, Tenths, Words, Ints]:
    """The terms, lists, positions, tenths, bits and ranks of a part, from the terms of each document."""
    from scipy.sparse import csr_array

    size = len(words.ptr) - 1
    distinct, numbers = np.unique(words.of, return_inverse=True)
    rows = csr_array((tenths, numbers.astype(np.int32), words.ptr), shape=(size, len(distinct))).tocsc()
    lists = np.full((len(distinct) + 1, 3), (0, 0, -1), np.int64)
    lists[:-1, 0], lists[:-1, 1] = rows.indptr[:-1], rows.indptr[1:]
    bits = _bits(lists, rows.indices, size)
    held = np.bitwise_count(bits).astype(np.int32)
    ranks = np.cumsum(held, axis=1, dtype=np.int32) - held
    return distinct.astype(np.int32), lists, rows.indices.astype(np.int32), rows.data, bits, ranks


def _bits(lists: Ints64, positions: Ints, size: int) -> Words:
    """The bitmaps of the common terms, whose rows are entered into their lists."""
    chosen = np.flatnonzero(lists[:, 1] - lists[:, 0] >= max(LEAST_COMMON, size // COMMON))
    lists[chosen, 2] = np.arange(len(chosen))
    bits = np.zeros((len(chosen), (size + 63) // 64), np.uint64)
    for first, last, row in lists[chosen].tolist():
        marks = np.zeros(bits.shape[1] * 64, np.bool_)
        marks[positions[first:last]] = True
        bits[row] = np.packbits(marks, bitorder="little").view(np.uint64)
    return bits


def facets_of(document: Document) -> Mapping[str, tuple[str, ...]]:
    """The facet values of a document: its own, its region, and the groups of its occupations."""
    facets = dict(document.facets)
    if document.region:
        facets["region"] = (document.region,)
    if document.occupations:
        facets["occupation"] = document.occupations
        facets["group"] = tuple(dict.fromkeys("-".join(code.split("-")[:2]) for code in document.occupations))
        facets["major"] = tuple(dict.fromkeys(code.split("-")[0] for code in document.occupations))
    return facets


def _best_wage(document: Document) -> int:
    best = document.wage_max_fen if document.wage_max_fen is not None else document.wage_min_fen
    return UNKNOWN_WAGE if best is None else best
