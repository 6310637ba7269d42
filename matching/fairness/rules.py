"""Rates of groups with their intervals, and each group's share of attention in lists (公平监测). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import log2, sqrt
from random import Random

WINDOW = timedelta(days=180)
"""Introductions of the last half year count."""
OPENINGS, TOP = 40, 20
"""The number of openings for which candidate lists are compiled, and the length of a list."""
SMALLEST = 10
"""Smaller groups are not shown: figures about them would be figures about persons."""
_Z = 1.959964
_DRAWS = 400


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % Wilson interval, which is valid even for few or no cases (比例)."""

    part: int
    whole: int

    @property
    def share(self) -> float:
        """The share itself; 0 for no cases."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end; 0 to 1 without cases.

        >>> [round(end, 3) for end in Rate(0, 10).interval], [round(end, 3) for end in Rate(50, 100).interval]
        ([0.0, 0.278], [0.404, 0.596])
        """
        if not self.whole:
            return (0.0, 1.0)
        share, spread = self.share, _Z * _Z / self.whole
        middle = (share + spread / 2) / (1 + spread)
        half = sqrt(share * (1 - share) * spread + spread * spread / 4) / (1 + spread)
        return (max(0.0, middle - half), min(1.0, middle + half))


def differs(first: Rate, second: Rate) -> bool:
    """Whether two shares differ by more than chance explains: their intervals do not overlap."""
    (low, high), (floor, ceiling) = first.interval, second.interval
    return low > ceiling or high < floor


Interval = tuple[float, float, float]
"""A figure with the lower and upper end of its interval."""


def attention(
    lists: Sequence[Sequence[int]], group_of: Mapping[int, str], people: Mapping[str, int]
) -> dict[str, Interval]:
    """Each group's share of the attention in lists over its share of the people, with a 95 % interval.

    A place in a list counts by the logarithm of its rank; 1 means proportional attention. The interval comes from a
    bootstrap over the lists with a fixed seed.
    """
    seen = [_attention_of(ranking, group_of) for ranking in lists]
    whole = sum(people.values())
    random = Random(2026)
    draws = [random.choices(seen, k=len(seen)) for _ in range(_DRAWS)] if seen else []
    shares = {}
    for group, count in people.items():
        fair = count / whole if whole else 0.0
        ratios = sorted(_ratio(draw, group, fair) for draw in draws)
        if ratios:
            shares[group] = (
                _ratio(seen, group, fair),
                ratios[round(0.025 * _DRAWS)],
                ratios[round(0.975 * _DRAWS) - 1],
            )
    return shares


def _attention_of(ranking: Sequence[int], group_of: Mapping[int, str]) -> dict[str, float]:
    attention_by_group: dict[str, float] = {}
    for rank, person in enumerate(ranking):
        group = group_of.get(person, "")
        attention_by_group[group] = attention_by_group.get(group, 0.0) + 1 / log2(rank + 2)
    return attention_by_group


def _ratio(lists: Sequence[Mapping[str, float]], group: str, fair: float) -> float:
    whole = sum(sum(by_group.values()) for by_group in lists)
    return sum(by_group.get(group, 0.0) for by_group in lists) / whole / fair if whole and fair else 0.0
