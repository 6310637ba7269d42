"""How far two regions are apart, from the approximate position of their seats (两地距离).

Straight lines between seats, so that a reader can compare places; a county without a position takes its city's. No
position of a person or of a telephone is used.
"""

from collections.abc import Sequence
from csv import DictReader
from functools import cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt

EARTH = 6_371.0
"""The earth's radius in kilometres."""


@cache
def _seats() -> dict[str, tuple[float, float]]:
    text = files("centre.data").joinpath("county_seats.csv").read_text("utf-8")
    return {row["code"]: (float(row["latitude"]), float(row["longitude"])) for row in DictReader(text.splitlines())}


def _seat(code: str) -> tuple[float, float] | None:
    return next((_seats()[part] for part in (code, code[:4] + "00", code[:2] + "0000") if part in _seats()), None)


@cache
def kilometres(one: str, other: str) -> int | None:
    """The distance between the seats of two regions in whole kilometres; None when a position is not known.

    >>> kilometres("610402", "610402"), kilometres("610402", "999999")
    (0, None)
    """
    here, there = _seat(one), _seat(other)
    if here is None or there is None:
        return None
    (a, b), (c, d) = ((radians(x), radians(y)) for x, y in (here, there))
    half = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return round(2 * EARTH * asin(sqrt(half)))


def nearest(home: str, codes: Sequence[str]) -> list[str]:
    """Regions by distance from one: itself first, then its city, then by kilometres; unknown places last.

    >>> nearest("610404", ["320600", "610404", "610481"])
    ['610404', '610481', '320600']
    """

    def far(code: str) -> tuple[bool, bool, float]:
        away = kilometres(home, code)
        return (code != home, code[:4] != home[:4], float("inf") if away is None else away)

    return sorted(codes, key=far)
