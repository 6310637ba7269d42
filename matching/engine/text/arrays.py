"""The arrays that the compiled search receives: the kernel is compiled for exactly these types.

They have a module of their own because compiled kernels are cached under a digest of everything that they import: a
change to query parsing must not make every installation recompile.
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
"""Filter bits: the place named in the query, the ticked regions, the pay, then one for each other column."""


class Shelf(NamedTuple):
    """What the compiled pass reads of an index part."""

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
    """A query as posting lists.

    A reading is `readings[r]` = (first term, end of terms, whether it admits); a document matches it when the weights
    of the terms that it contains reach `least[r]`. `done` is scratch space of the pass.
    """

    spans: Ints64
    weights: Ints
    gains: Floats
    done: Bools
    readings: Ints
    least: Ints


class Sieve(NamedTuple):
    """Filters by facet value: the bits that a value satisfies, the bit of its own column, and all bits wanted."""

    allow: Ints
    own: Ints
    wanted: int
    floor: int


class SearchBuffers(NamedTuple):
    """Working memory of one thread; every search leaves marks, `held` and scores empty again.

    `scores` and `score_bits` (the same bits, in the same order) share memory.
    """

    marks: Bools
    held: Ints
    candidates: Ints
    kept: Ints
    scores: Floats
    score_bits: Ints
