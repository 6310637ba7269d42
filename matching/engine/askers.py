"""One worker as the search sees him, and the ranges of regions that he would go to, compiled."""

from typing import NamedTuple

from matching.engine.columns import I4, LISTED_ONLY, MODE, NAME
from matching.engine.kernel import compiled


class Asker(NamedTuple):
    """What a scan reads of one worker."""

    who: I4
    trades: I4
    terms: I4
    papers: I4
    areas: I4


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
        ranges[at] = ranges[at - 1]
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
            ranges[kept] = ranges[at]
    return kept + 1
