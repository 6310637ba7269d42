"""The compiled pair scorer (numba), imported only where a compiled kernel is wanted.

Its points equal those of `matching.engine.fit.reference`, which a property test checks. `who` is a worker's row, `post`
an opening's; lists are passed as pointers and entries.
"""

import numpy as np

from matching.engine.jit import bits_set, compiled
from matching.engine.pairs import columns as c
from matching.engine.pairs.columns import I1, I4, I8

UNSET, OUTSIDE = -2, -1


@compiled
def covers(level: int, code: int, region: I4) -> bool:
    """Whether an area contains a region (level, county, city, province)."""
    if level == 6:
        return region[1] == code
    return region[2] == code if level == 4 else region[3] == code


@compiled
def distance_points(home: int, region: I4, marks: I4) -> int:
    """Points of a region by its distance from home."""
    if home >= c.NAME or region[1] >= c.NAME:
        return marks[c.DISTANCE] if region[1] == home else marks[c.DISTANCE + 3]
    if home >= 100_000 and region[1] == home:
        return marks[c.DISTANCE]
    city = home // 100 if home >= 100_000 else home if home >= 1_000 else -1
    if city >= 0 and region[2] == city:
        return marks[c.DISTANCE + 1]
    province = home // 10_000 if home >= 100_000 else home // 100 if home >= 1_000 else home
    return marks[c.DISTANCE + 2] if region[3] == province else marks[c.DISTANCE + 3]


@compiled
def coarser(level: int, code: int, region: I4) -> bool:
    """Whether a region is known only roughly and the area may lie inside it."""
    if code >= c.NAME or region[0] >= level:
        return False
    return covers(region[0], code // 100 if level - region[0] == 2 else code // 10_000, region)


@compiled
def place_points(number: int, regions: I4, who: I4, areas: I4, marks: I4) -> int:
    """Points of a region for a worker, or OUTSIDE."""
    if number < 0:
        return marks[c.PLACE_UNKNOWN]
    region = regions[number]
    for rank in range(who[c.LISTED]):
        if covers(areas[rank, 0], areas[rank, 1], region):
            return marks[c.PLACES + min(rank, len(marks) - c.PLACES - 1)]
    if who[c.MODE] == c.LISTED_ONLY:
        inside, coarse = False, False
        for at in range(len(areas)):
            inside = inside or covers(areas[at, 0], areas[at, 1], region)
            coarse = coarse or coarser(areas[at, 0], areas[at, 1], region)
        if not inside:
            return marks[c.PLACE_UNKNOWN] if coarse else OUTSIDE
    elif who[c.MODE] == c.NO_WISH:
        return marks[c.PLACE_UNKNOWN]
    if who[c.LISTED] > 0:
        return marks[c.DISTANCE + 3]
    return marks[c.PLACE_UNKNOWN] if who[c.HOME] < 0 else distance_points(who[c.HOME], region, marks)


@compiled
def nearness(kin: I4, mine: int, other: int) -> int:
    """0 same, 1 near, 2 same field, 3 unrelated."""
    if mine == other:
        return 0
    if kin[mine, 0] >= 0 and kin[mine, 0] == kin[other, 0]:
        return 1
    return 2 if kin[mine, 1] >= 0 and kin[mine, 1] == kin[other, 1] else 3


@compiled
def trade_points(occupation: int, kin: I4, flags: int, trades: I4, marks: I4) -> tuple[int, int]:
    """Points of trade, 0 where the two are unrelated, and points of experience."""
    trade = marks[c.TRADE_UNKNOWN] if occupation < 0 or not flags & c.TRADE_KNOWN else 0
    if occupation < 0:
        return trade, marks[c.EXPERIENCE_UNKNOWN]
    experience = 0 if flags & c.PRACTICE_KNOWN else marks[c.EXPERIENCE_UNKNOWN]
    for at in range(len(trades)):
        near = nearness(kin, trades[at, 0], occupation)
        if near == 3:
            continue
        own = trades[at, 1]
        table = c.WANTED if own < 0 or not flags & c.WISH_KNOWN else c.HELD
        trade = max(trade, marks[table + near])
        if own >= 0:
            experience = max(experience, own * (3 - near) // 3)
    return trade, experience


@compiled
def is_neighbour(occupation: int, trades: I4, ptr: I8, of: I4) -> bool:
    """Whether people move to this occupation from one of the worker's."""
    for at in range(len(trades)):
        mine = trades[at, 0]
        if mine + 1 < len(ptr):
            for place in range(ptr[mine], ptr[mine + 1]):
                if of[place] == occupation:
                    return True
    return False


@compiled
def wage_points(floor: int, low: int, high: int, marks: I4) -> int:
    """Points of the pay; OUTSIDE where it is below the minimum."""
    if floor < 0 or high < 0:
        return marks[c.WAGE_UNKNOWN]
    if high < floor:
        return OUTSIDE
    if low < floor:
        return marks[c.WAGE_PARTLY]
    above = marks[c.WAGE_ABOVE] if floor == 0 else min(marks[c.WAGE_ABOVE], (low - floor) * 20 // floor)
    return marks[c.WAGE_MET] + above


@compiled
def terms_points(attrs: int, types: int, needs: int, marks: I4) -> int:
    """Points of engagement, board and lodging for a pair in which none is ruled out."""
    points = marks[c.ENGAGED] if attrs & types else marks[c.ENGAGED_UNKNOWN]
    return points + (marks[c.LIVING] if needs != 0 and attrs & needs == needs else marks[c.LIVING_UNKNOWN])


@compiled
def start_day(row: int, rows: I4, free: int, today: int) -> int:
    """The first day on which the worker could start the job."""
    return rows[row, c.STARTS] if rows[row, c.STARTS] > 0 else max(today, max(rows[row, c.OPENS], free))


@compiled
def person_fits(row: int, rows: I4, schooling: int, born: int, free: int, today: int) -> bool:
    """Education, start date, and age: 16; 18 for night or hazardous work; or the opening's own lawful limit."""
    if rows[row, c.EDUCATION] > schooling or max(free, today) > max(rows[row, c.LAST], today):
        return False
    if born == 0:
        return True
    start = start_day(row, rows, free, today)
    if start < born + 160_000 or start < born + rows[row, c.MIN_AGE] * 10_000:
        return False
    return start >= born + 180_000 or not rows[row, c.ATTRS] & (c.NIGHT | c.HAZARD)


@compiled
def paper_held(own: I4, kind: int, level: int, start: int) -> bool:
    """Whether a certificate of the kind and level is held and valid on the first day."""
    for at in range(len(own)):
        if own[at, 0] == kind and own[at, 2] >= start and (level == 0 or own[at, 1] == 0 or own[at, 1] <= level):
            return True
    return False


@compiled
def papers_credit(first: int, last: int, papers: I4, own: I4, known: bool, start: int) -> int:
    """Credit for certificates that are not required; OUTSIDE where a required one is missing."""
    credit = 0
    for at in range(first, last):
        held = paper_held(own, papers[at, 0], papers[at, 1], start)
        if papers[at, 2]:
            if known and not held:
                return OUTSIDE
        elif held:
            credit += 2
    return credit


@compiled
def skills_credit(first: int, last: int, terms: I4, level: I1, known: bool) -> tuple[int, bool]:
    """Credit for skills, and whether any is shared; OUTSIDE where a required one is missing."""
    total, shared = 0, False
    for at in range(first, last):
        need = terms[at, 0]
        held = level[need >> 5]
        if held == 0:
            if known and need & 1:
                return OUTSIDE, False
            continue
        credit = 2 if held >= (need >> 1) & 15 else 1
        if need & 1 and credit < 2:
            return OUTSIDE, False
        total += credit << (need & 1)
        shared = True
    return total, shared


@compiled
def skill_points(credit: int, asked: int, flags: int, marks: I4) -> int:
    """Points for a credit out of the required total."""
    if asked == 0 or not flags & c.SKILLS_KNOWN:
        return marks[c.SKILLS_UNKNOWN]
    return (2 * marks[c.SKILLS] * credit + asked) // (2 * asked)


@compiled
def signature(terms: I4) -> tuple[int, int]:
    """The two halves of a worker's skill signature, as for openings."""
    low, high = np.int32(0), np.int32(0)
    for at in range(len(terms)):
        bit = (np.int64(terms[at, 0]) * 0x9E3779B1 >> 20) & 63
        if bit < 32:
            low |= np.int32(1) << np.int32(bit)
        else:
            high |= np.int32(1) << np.int32(bit - 32)
    return low, high  # type: ignore[return-value]


@compiled
def most_skills(row: int, rows: I4, low: int, high: int, flags: int, marks: I4) -> int:
    """An upper bound for the points of the pair's skills, from the signatures alone."""
    asked = rows[row, c.ASKED]
    if asked == 0 or not flags & c.SKILLS_KNOWN:
        return marks[c.SKILLS_UNKNOWN]
    slack = rows[row, c.SLACK]
    shared = bits_set(rows[row, c.SIGN] & low) + bits_set(rows[row, c.SIGN_MORE] & high) + (slack >> c.SLACK_LOST & 255)
    credit = min(asked, (slack >> c.SLACK_UNIT) * shared + (slack & 255))
    return (2 * marks[c.SKILLS] * credit + asked) // (2 * asked)


@compiled
def insert(keys: I8, key: int) -> None:
    """Insert a key into the best ones, descending; the worst drops out."""
    at = len(keys) - 1
    while at > 0 and keys[at - 1] < key:
        keys[at] = keys[at - 1]
        at -= 1
    keys[at] = key


@compiled
def learn(level: I1, terms: I4) -> None:
    """Record the best level of each of the worker's skills."""
    for at in range(len(terms)):
        if terms[at, 0] < len(level):
            level[terms[at, 0]] = max(level[terms[at, 0]], np.int8(terms[at, 1]))


@compiled
def forget(level: I1, terms: I4) -> None:
    """Undo `learn`."""
    for at in range(len(terms)):
        if terms[at, 0] < len(level):
            level[terms[at, 0]] = 0
