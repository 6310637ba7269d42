"""One worker as the search sees him, and the ranges of regions that he would go to, compiled."""

from typing import NamedTuple

import numpy as np

from matching.engine.jit import compiled, inlined
from matching.engine.pairs.columns import (
    ENGAGED,
    ENGAGED_UNKNOWN,
    FLAGS,
    FLOOR,
    I4,
    LISTED,
    LISTED_ONLY,
    LIVING,
    LIVING_UNKNOWN,
    MODE,
    NAME,
    NEEDS,
    NO_WISH,
    OPEN,
    PLACE_UNKNOWN,
    REST,
    SKILLS,
    SKILLS_KNOWN,
    SKILLS_UNKNOWN,
    TYPES,
    WAGE_ABOVE,
    WAGE_MET,
    WAGE_PARTLY,
    WAGE_UNKNOWN,
)
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
    """A worker with the signature of his skills, and the most that wage and terms, skills, and the place can give."""
    low, high = signature(terms)
    wage = marks[WAGE_UNKNOWN]
    if who[FLOOR] >= 0:
        wage = max(wage, max(marks[WAGE_MET] + marks[WAGE_ABOVE], marks[WAGE_PARTLY]))
    engaged, living = marks[ENGAGED_UNKNOWN], marks[LIVING_UNKNOWN]
    if who[TYPES] != 0:
        engaged = max(engaged, marks[ENGAGED])
    if who[NEEDS] != 0:
        living = max(living, marks[LIVING])
    skills = marks[SKILLS_UNKNOWN]
    if who[FLAGS] & SKILLS_KNOWN:
        skills = max(skills, marks[SKILLS])
    place = marks[PLACE_UNKNOWN]
    if who[MODE] != NO_WISH or who[LISTED] > 0:
        place = max(place, marks[REST] - marks[OPEN])
    cheap = np.int64(wage + engaged + living)
    return Asker(who, trades, terms, papers, areas, low, high, cheap, np.int64(skills), np.int64(place))  # type: ignore[arg-type]


@compiled
def bisect(values: I4, column: int, first: int, last: int, least: int) -> int:
    """The first place between two whose value is at least so much."""
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
    """The ranges of regions that a worker would go to, in order and apart; 0 means all of them."""
    areas, most = asker.areas, len(regions)
    if asker.who[MODE] != LISTED_ONLY or len(areas) * 3 + 1 > len(ranges):
        return 0
    count = add_range(ranges, 0, -1, 0)
    for at in range(len(areas)):
        level, code, full = areas[at, 0], areas[at, 1], areas[at, 2]
        span = 1 if level == 6 else 100 if level == 4 else 10_000
        first = bisect(regions, 4, 0, most, full)
        count = add_range(ranges, count, first, bisect(regions, 4, first, most, full + span))
        for above in range(level - 2 if code < NAME else 0, 0, -2):
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
