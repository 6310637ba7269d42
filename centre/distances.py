"""How far two regions are apart, from the positions of their seats (两地距离).

Straight lines between seats, so that a reader can compare places. No position of a person or a telephone is used.
"""

import csv
from collections.abc import Collection
from functools import cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

EARTH_RADIUS_KM = 6_371


@cache
def _positions() -> dict[str, tuple[float, float]]:
    with (Path(__file__).parent / "data" / "region_positions.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: (radians(float(row["latitude"])), radians(float(row["longitude"])))
            for row in csv.DictReader(file)
        }


@cache
def kilometres(start: str, end: str) -> int | None:
    """The distance between the seats of two regions in whole kilometres; None when a position is not known.

    >>> kilometres("610402", "610482"), kilometres("610402", "610402"), kilometres("610402", "999999")
    (97, 0, None)
    """
    if start not in _positions() or end not in _positions():
        return None
    (latitude, longitude), (other_latitude, other_longitude) = _positions()[start], _positions()[end]
    half = (
        sin((other_latitude - latitude) / 2) ** 2
        + cos(latitude) * cos(other_latitude) * sin((other_longitude - longitude) / 2) ** 2
    )
    return round(2 * EARTH_RADIUS_KM * asin(sqrt(half)))


def nearest_first(home: str, codes: Collection[str]) -> list[str]:
    """Regions ordered by where they lie from `home`: itself, its city, its province, the rest; within each by distance.

    Those without a position come last in their ring.

    >>> nearest_first("610404", ["320600", "610481", "610404"])
    ['610404', '610481', '320600']
    """

    def ring(code: str) -> tuple[bool, bool, bool, float, str]:
        away = kilometres(home, code)
        return (
            code != home,
            code[:4] != home[:4],
            code[:2] != home[:2],
            float("inf") if away is None else away,
            code,
        )

    return sorted(codes, key=ring)
