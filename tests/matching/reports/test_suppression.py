"""RE-12: a reader who solves every published table at once cannot bound a hidden figure closer than three."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from random import Random
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from centre.small_counts import SMALL
from matching.reports.publishing import cells_of, sums_of
from matching.reports.suppression import DISTANCE, Hidden, is_small, protect

Key = tuple[str, ...]
Sums = Sequence[tuple[Key, Sequence[Key]]]

CENTRES = [f"XY{number:02}" for number in range(14)]
MONTHS = [f"2026-{month:02}" for month in range(1, 13)]


def network(seed: int, most: int) -> dict[tuple[str, str, str], int]:
    """Services by month, centre and category; small enough that many figures have to be hidden."""
    random = Random(seed)
    categories = {"training": 0.07, "intermediation": 0.19, "petition": 0.45, "legal": 0.03, "relief": 0.26}
    return {
        (month, centre, category): random.randrange(int(most * weight) + 2)
        for month in MONTHS
        for centre in CENTRES
        for category, weight in categories.items()
    }


def bounds(values: Mapping[Key, int], sums: Sums, hidden: Hidden, key: Key, *, marks: bool) -> tuple[float, float]:
    """What the attacker learns of one hidden figure: the least and the most that it can be."""
    keys = list(values)
    place = {name: at for at, name in enumerate(keys)}
    matrix = np.zeros((len(sums), len(keys)))
    for row, (whole, parts) in enumerate(sums):
        matrix[row, place[whole]] -= 1
        for part in parts:
            matrix[row, place[part]] += 1
    limits: list[tuple[float, float | None]] = []
    for name in keys:
        if name not in hidden.all:
            limits.append((values[name], values[name]))
        elif marks and name in hidden.small:
            limits.append((1, SMALL - 1))
        else:
            limits.append((0, None))
    cost = np.zeros(len(keys))
    cost[place[key]] = 1
    answers = [
        linprog(sign * cost, A_eq=matrix, b_eq=np.zeros(len(sums)), bounds=limits, method="highs") for sign in (1, -1)
    ]
    assert answers[0].success
    return answers[0].fun, -answers[1].fun if answers[1].success else float("inf")


def exposed(values: Mapping[Key, int], sums: Sums, hidden: Hidden, keys: AbstractSet[Key]) -> list[Any]:
    """The hidden figures that the attacker bounds too closely."""
    too_close = []
    for key in sorted(keys):
        value = values[key]
        low, high = bounds(values, sums, hidden, key, marks=False)
        if low > max(0, value - DISTANCE) + 1e-6 or high < value + DISTANCE - 1e-6:
            too_close.append((key, value, low, high))
        low, high = bounds(values, sums, hidden, key, marks=True)
        least, most = (1, SMALL - 1) if key in hidden.small else (max(0, value - DISTANCE), value + DISTANCE)
        if low > least + 1e-6 or high < most - 1e-6:
            too_close.append((key, value, low, high))
    return too_close


@pytest.fixture(scope="module")
def year() -> tuple[dict[Key, int], Sums]:
    """A year of months and the centres of the year, all levels of all tables."""
    known = network(7, 3)
    values = cells_of(known, MONTHS, years=["2026"])
    return values, sums_of(values)


@pytest.mark.lengthy
def test_nobody_bounds_a_hidden_figure_closer_than_three(year: tuple[dict[Key, int], Sums]) -> None:
    values, sums = year
    hidden = protect(values, sums)
    small = {key for key, value in values.items() if is_small(value)}
    assert small
    assert hidden.small == small
    assert hidden.others
    chosen = set(Random(1).sample(sorted(hidden.all), min(40, len(hidden.all))))
    assert exposed(values, sums, hidden, chosen) == []


@pytest.mark.lengthy
def test_months_published_before_their_year_stay_protected(year: tuple[dict[Key, int], Sums]) -> None:
    values, sums = year
    hidden, done = Hidden(), set[Key]()
    for month in MONTHS:
        fresh = {key for key in values if key[:2] == ("month", month)}
        shown = {key: value for key, value in values.items() if key in done | fresh}
        hidden = protect(shown, sums_of(shown), fixed=done, hidden=hidden)
        done |= fresh
    early = {key: key in hidden.all for key in done}
    hidden = protect(values, sums, fixed=done, hidden=hidden)
    assert {key: key in hidden.all for key in done} == early
    chosen = set(Random(2).sample(sorted(hidden.all), min(30, len(hidden.all))))
    assert exposed(values, sums, hidden, chosen) == []


def test_planted_weak_protection_is_caught(year: tuple[dict[Key, int], Sums]) -> None:
    values, sums = year
    small = frozenset(key for key, value in values.items() if is_small(value))
    weak = Hidden(small, frozenset())
    assert exposed(values, sums, weak, set(sorted(small)[:10]))
