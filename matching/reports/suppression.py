"""Protection of small figures in published tables: what is hidden, so that no sum gives it away (小数字保护).

A figure of 1 to 4 prints "<5". Others are hidden with it until a reader who solves all published sums at once learns
nothing more: hidden figures keep a distance of three both ways, and the mark "<5" keeps its whole range from 1 to 4.
Each step is a linear programme: the cheapest way to move the figure while every published sum still holds tells which
others have to be hidden with it.
"""

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, TypeVar

from centre.small_counts import SMALL

Key = TypeVar("Key", bound=Hashable)

DISTANCE = 3


class Unprotectable(ValueError):
    """What was published before leaves no way to protect a figure: a programming error."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is not shown: `small` prints "<5", `others` print an ellipsis."""

    small: AbstractSet[Any] = field(default_factory=frozenset)
    others: AbstractSet[Any] = field(default_factory=frozenset)

    @property
    def all(self) -> AbstractSet[Any]:
        """Everything that is not shown."""
        return self.small | self.others


def is_small(value: int) -> bool:
    """Whether a figure is too small to be published."""
    return 0 < value < SMALL


def protect(
    values: Mapping[Key, int],
    sums: Sequence[tuple[Key, Sequence[Key]]],
    *,
    fixed: AbstractSet[Key] = frozenset(),
    hidden: Hidden = Hidden(),
) -> Hidden:
    """What to hide of some figures, of which each of `sums` says that one is the sum of others.

    `fixed` figures were published before, those in `hidden` without their value; the others may still be hidden.
    Raises Unprotectable.
    """
    moves = _Moves(values, sums)
    small = {key for key, value in values.items() if is_small(value) and key not in fixed} | set(hidden.small)
    others = set(hidden.others)
    frozen = {key for key in fixed if key not in hidden.all}
    due = deque([*sorted(small, key=repr), *sorted(others, key=repr)])
    while due:
        key = due.popleft()
        for step, marks in steps(values[key], is_marked=key in small):
            bounds = small - {key} if marks else set[Key]()
            for other in moves.needed(key, step, free=small | others, frozen=frozen, marked=bounds):
                others.add(other)
                due.append(other)
    return Hidden(frozenset(small), frozenset(others))


def steps(value: int, *, is_marked: bool) -> list[tuple[int, bool]]:
    """How far a hidden figure has to be able to move, and whether the marks of the others are known by then."""
    far = [(DISTANCE, False), (-min(DISTANCE, value), False)]
    if is_marked:
        far += [(SMALL - 1 - value, True), (1 - value, True)]
    else:
        far = [(step, True) for step, _ in far]
    return [(step, marks) for step, marks in far if step]


class _Moves:
    """The changes of figures that leave all sums as they are."""

    def __init__(self, values: Mapping[Any, int], sums: Sequence[tuple[Any, Sequence[Any]]]) -> None:
        import numpy as np  # late: publishing alone needs them
        from scipy.sparse import csr_array, hstack

        self.keys = list(values)
        self.place = {key: at for at, key in enumerate(self.keys)}
        self.values = np.array([values[key] for key in self.keys], dtype=float)
        rows, columns, signs = [], [], []
        for at, (whole, parts) in enumerate(sums):
            for key, sign in [(whole, -1.0), *((part, 1.0) for part in parts)]:
                rows.append(at)
                columns.append(self.place[key])
                signs.append(sign)
        matrix = csr_array((signs, (rows, columns)), shape=(len(sums), len(self.keys)))
        self.balance = hstack([matrix, -matrix]).tocsr()

    def needed(
        self, key: Any, step: int, *, free: AbstractSet[Any], frozen: AbstractSet[Any], marked: AbstractSet[Any]
    ) -> list[Any]:
        """The figures that must be hidden, too, so that one can be `step` more while all sums hold."""
        import numpy as np
        from scipy.optimize import linprog

        count = len(self.keys)
        up, down = np.full(count, np.inf), self.values.copy()
        cost = np.log2(self.values + 2.0)
        for other in free:
            cost[self.place[other]] = 0.0
        for other in frozen:
            up[self.place[other]] = down[self.place[other]] = 0.0
        for other in marked:
            at = self.place[other]
            up[at], down[at] = max(0.0, SMALL - 1 - self.values[at]), max(0.0, self.values[at] - 1)
        low = np.zeros(2 * count)
        high = np.concatenate([up, down])
        at = self.place[key]
        low[at], low[count + at] = max(step, 0), max(-step, 0)
        high[at], high[count + at] = low[at], low[count + at]
        answer = linprog(
            np.concatenate([cost, cost]),
            A_eq=self.balance,
            b_eq=np.zeros(self.balance.shape[0]),
            bounds=np.column_stack([low, high]),
            method="highs",
        )
        if not answer.success:
            raise Unprotectable(repr(key))
        moved = np.abs(answer.x[:count] - answer.x[count:]) > 1e-6
        return [other for other in (self.keys[place] for place in np.flatnonzero(moved)) if other not in free | {key}]
