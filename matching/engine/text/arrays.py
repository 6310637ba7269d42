"""The arrays that the compiled search is handed, and nothing else: the kernel is compiled for exactly these.

A module of its own, because the kernel is kept on disk under the digest of all that it imports: a change in how a query
is read must not make every installation compile anew.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Ints64 = npt.NDArray[np.int64]
Tenths = npt.NDArray[np.uint16]
Words = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]

UNKNOWN_WAGE = -1
PLACE, REGION, WAGE, FIRST = 1, 2, 4, 8
"""Bits of the filters: the place named in the query, the regions ticked, the pay, then one for each other column."""


class Shelf(NamedTuple):
    """What the compiled pass reads of a part."""

    positions: Ints
    tenths: Tenths
    bits: Words
    ranks: Ints
    slopes: Floats
    ages: Ints
    ptr: Ints64
    codes: Ints
    wages: Ints64


class QueryLists(NamedTuple):
    """A query as lists of postings. A reading is `readings[r]` = (its first term, behind its last, whether it admits);
    a document answers it when the weights of the terms that it has reach `least[r]`. `done` is the pass's own."""

    spans: Ints64
    weights: Ints
    gains: Floats
    done: Bools
    readings: Ints
    least: Ints


class Sieve(NamedTuple):
    """Filters by facet value: the bits that a value satisfies, the bit of its own column, the bits wanted in all."""

    allow: Ints
    own: Ints
    wanted: int
    floor: int


class Desk(NamedTuple):
    """Working memory of one thread; every search leaves marks, `held` and scores as it found them: empty.

    The scores and `score_bits` (the same bits, in the same order) are the same memory.
    """

    marks: Bools
    held: Ints
    candidates: Ints
    kept: Ints
    scores: Floats
    score_bits: Ints
