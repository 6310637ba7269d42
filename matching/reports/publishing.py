"""Which figures everybody may read: the city by month, each centre by year, with every total (公开统计)."""

from collections.abc import Iterable, Mapping, Sequence

from centre.ledger import ServiceCategory

ALL = "all"
CATEGORIES = tuple(category.value for category in ServiceCategory if category is not ServiceCategory.OTHER)

Key = tuple[str, ...]
"""`("month", "2026-03", category)` or `("year", "2026", centre, category)`; a centre or category may be `all`."""

Known = Mapping[tuple[str, str, str], int]
"""Person-times by month, centre and category."""


def cells_of(known: Known, months: Iterable[str], years: Iterable[str] = ()) -> dict[Key, int]:
    """The figures of the tables of some months and years."""
    months, years = set(months), set(years)
    cells: dict[Key, int] = {}
    for (month, centre, category), count in known.items():
        keys: list[Key] = []
        if month in months:
            keys += [("month", month, kind) for kind in (category, ALL)]
        if month[:4] in years:
            keys += [("year", month[:4], place, kind) for place in (centre, ALL) for kind in (category, ALL)]
        for key in keys:
            cells[key] = cells.get(key, 0) + count
    return cells


def sums_of(cells: Mapping[Key, int]) -> list[tuple[Key, Sequence[Key]]]:
    """Which figure is the sum of which others, over all tables of all periods and levels."""
    sums: list[tuple[Key, Sequence[Key]]] = []
    for key in cells:
        kind, period, *place, category = key
        if category == ALL:
            parts = [(kind, period, *place, part) for part in CATEGORIES]
            sums.append((key, [part for part in parts if part in cells]))
        if kind == "year" and place == [ALL]:
            sums.append(
                (key, [other for other in cells if other[:2] == key[:2] and other[2] != ALL and other[3] == category])
            )
            months = [
                other for other in cells if other[0] == "month" and other[1][:4] == period and other[2] == category
            ]
            if len(months) == 12:
                sums.append((key, months))
    return sums
