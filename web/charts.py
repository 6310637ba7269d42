"""Geometry for the chart macros, in percent of the drawing, so that text keeps its size on a phone."""

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, log10

Number = int | float


def ceiling(values: Sequence[Number]) -> Number:
    """A round number at or above the largest value: 1, 2 or 5 times a power of ten; 1 when no value is positive."""
    most = max(values, default=0)
    if most <= 0:
        return 1
    power = 10 ** int(log10(most)) if most >= 1 else 1
    steps = (1, 2, 2.5, 4, 5, 6, 8, 10) if power > 1 else (1, 2, 4, 5, 6, 8, 10)
    return next((int(step * power) for step in steps if step * power >= most), ceil(most))


def percent(value: Number, whole: Number) -> float:
    """A share in percent, clamped to 0 to 100; 0 when the whole is 0."""
    return round(min(100.0, max(0.0, 100 * value / whole)), 2) if whole else 0.0


@dataclass(frozen=True, slots=True)
class Point:
    """A data point: `x` and `y` in percent from the top left."""

    x: float
    y: float
    value: Number


def points(values: Sequence[Number], top: Number) -> list[Point]:
    """Points for values, evenly spaced from left to right; `top` is the value at the upper edge."""
    step = 100 / max(1, len(values) - 1)
    return [
        Point(round(step * place, 2), round(100 - percent(value, top), 2), value) for place, value in enumerate(values)
    ]


def path(places: Sequence[Point]) -> str:
    """SVG path data for a line through the points."""
    return " ".join(f"{'L' if number else 'M'}{place.x:g} {place.y:g}" for number, place in enumerate(places))


def bands(values: Sequence[Number]) -> list[str]:
    """SVG path data of flows from one place at the left to equal rows at the right, in percent from the top left.

    Their widths are in proportion to the values, the widest 70 % of a row. A value of 0 has an empty path.
    """
    row = 100 / max(1, len(values))
    widths = [percent(value, max(values, default=0)) * 0.7 * row / 100 for value in values]
    start, paths = 50 - sum(widths) / 2, []
    for place, width in enumerate(widths):
        end = row * (place + 0.5) - width / 2
        upper = f"M0 {start:.4g}C50 {start:.4g} 50 {end:.4g} 100 {end:.4g}"
        lower = f"V{end + width:.4g}C50 {end + width:.4g} 50 {start + width:.4g} 0 {start + width:.4g}Z"
        paths.append(upper + lower if width else "")
        start += width
    return paths


def sheet(year: int, month: int) -> list[list[date | None]]:
    """The weeks of a month, starting on Monday; days of other months are None."""
    weeks = Calendar().monthdatescalendar(year, month)
    return [[day if day.month == month else None for day in week] for week in weeks]


_PICTOGRAMS = {
    "6-04-01": "spinning", "6-04-02": "spinning", "6-04": "weaving", "6-05": "sewing", "6-18": "welding",
    "6-25": "electronics", "6-24": "electronics", "6-31-01": "electronics", "6-31-05": "warehouse", "6-29": "building",
    "6-30": "driver", "6-02": "kitchen", "6-01": "kitchen", "6-06": "building", "6-22": "driver", "6": "factory",
    "5": "farm", "4-01": "shop", "4-02-06": "warehouse", "4-02": "driver", "4-03-01": "bed", "4-03": "kitchen",
    "4-07-05": "office", "4-09": "cleaning", "4-10-08": "driver", "4-10-04": "foot", "4-10-03": "foot", "4-10": "care",
    "4-12": "welding", "4-14": "care", "4": "shop", "3": "office", "2": "office", "1": "office",
}  # fmt: skip


def pictogram(occupation: str | None) -> str:
    """The icon of an occupation code such as 6-04-02-01: that of its closest known group, or `work`."""
    parts = (occupation or "").split("-")
    nearest = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((_PICTOGRAMS[group] for group in nearest if group in _PICTOGRAMS), "work")
