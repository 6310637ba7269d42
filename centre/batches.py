"""Long sequences in batches: for statements that name many ids, and for bulk inserts."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

BATCH = 1_000
"""Values in one statement. SQLite takes 32,766 parameters and PostgreSQL 65,535; longer lists gain nothing."""

Value = TypeVar("Value")


def batches(values: Sequence[Value], size: int = BATCH) -> Iterator[Sequence[Value]]:
    """Slices of at most `size` values, in order.

    >>> list(batches([1, 2, 3, 4, 5], 2))
    [[1, 2], [3, 4], [5]]
    """
    for start in range(0, len(values), size):
        yield values[start : start + size]
