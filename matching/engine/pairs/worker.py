"""One worker as the search sees them, and the ranges of their regions, compiled."""

from typing import NamedTuple

import numpy as np

from matching.engine.jit import compiled, inlined
from matching.engine.pairs import columns as c
from matching.engine.pairs.columns import I4
from matching.engine.pairs.points import signature


class Asker(NamedTuple):
    """What a scan reads of one worker."""

    who: I4
    trades: I4
    terms: I4
    papers: I4
    areas: I4
    low: int
    high: int
    cheap: int
    skills: int
    place: int


@inlined
def asker_of(who: I4, trades: I4, terms: I4, papers: I4, areas: I4, marks: I4) -> Asker:
    """A worker with the signature of their skills, and the maximum points for wage and terms, skills, and place."""
    low, high = signature(terms)
    wage = marks[c.WAGE_UNKNOWN]
    if who[c.FLOOR] >= 0:
        wage = max(wage, max(marks[c.WAGE_MET] + marks[c.WAGE_ABOVE], marks[c.WAGE_PARTLY]))
    engaged, living = marks[c.ENGAGED_UNKNOWN], marks[c.LIVING_UNKNOWN]
    if who[c.TYPES] != 0:
        engaged = max(engaged, marks[c.ENGAGED])
    if who[c.NEEDS] != 0:
        living = max(living, marks[c.LIVING])
    skills = marks[c.SKILLS_UNKNOWN]
    if who[c.FLAGS] & c.SKILLS_KNOWN:
        skills = max(skills, marks[c.SKILLS])
    place = marks[c.PLACE_UNKNOWN]
    if who[c.MODE] != c.NO_WISH or who[c.LISTED] > 0:
        place = max(place, marks[c.REST] - marks[c.OPEN])
    cheap = np.int64(wage + engaged + living)
    return Asker(who, trades, terms, papers, areas, low, high, cheap, np.int64(skills), np.int64(place))  # type: ignore[arg-type]


@compiled
def bisect(values: I4, column: int, first: int, last: int, least: int) -> int:
    """The first position between two whose value is at least `least`."""
    while first < last:
        middle = (first + last) >> 1
        if values[middle, column] < least:
            first = middle + 1
        else:
            last = middle
    return first


@compiled
def add_range(ranges: I4, count: int, first: int, last: int) -> int:
    """Insert a range by its start; returns the new count."""
    if first >= last:
        return count
    at = count
    while at > 0 and ranges[at - 1, 0] > first:
        ranges[at, 0], ranges[at, 1] = ranges[at - 1, 0], ranges[at - 1, 1]
        at -= 1
    ranges[at, 0], ranges[at, 1] = first, last
    return count + 1


@compiled
def region_ranges(regions: I4, asker: Asker, ranges: I4) -> int:
    """The ranges of regions that a worker would go to, sorted and disjoint; 0 means all of them."""
    areas, most = asker.areas, len(regions)
    if asker.who[c.MODE] != c.LISTED_ONLY or len(areas) * 3 + 1 > len(ranges):
        return 0
    count = add_range(ranges, 0, -1, 0)
    for at in range(len(areas)):
        level, code, full = areas[at, 0], areas[at, 1], areas[at, 2]
        span = 1 if level == 6 else 100 if level == 4 else 10_000
        first = bisect(regions, 4, 0, most, full)
        count = add_range(ranges, count, first, bisect(regions, 4, first, most, full + span))
        for above in range(level - 2 if code < c.NAME else 0, 0, -2):
            rough = full // 100 * 100 if above == 4 else full // 10_000 * 10_000
            place = bisect(regions, 4, 0, most, rough)
            if place < most and regions[place, 4] == rough and regions[place, 0] == above:
                count = add_range(ranges, count, place, place + 1)
    kept = 0
    for at in range(1, count):
        if ranges[at, 0] <= ranges[kept, 1]:
            ranges[kept, 1] = max(ranges[kept, 1], ranges[at, 1])
        else:
            kept += 1
            ranges[kept, 0], ranges[kept, 1] = ranges[at, 0], ranges[at, 1]
    return kept + 1
