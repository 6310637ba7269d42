"""The compiled pair scorer (numba). Imported only where a warm kernel is wanted.

Agrees with `matching.engine.fit.reference` to the point; a property test holds it to that. `who` is a worker's row,
`post` an opening's; lists come as their pointers and entries.
"""

import numpy as np

from matching.engine.jit import bits_set, compiled
from matching.engine.pairs.columns import (
    ASKED,
    ATTRS,
    DISTANCE,
    EDUCATION,
    ENGAGED,
    ENGAGED_UNKNOWN,
    EXPERIENCE_UNKNOWN,
    HAZARD,
    HELD,
    HOME,
    I1,
    I4,
    I8,
    LAST,
    LISTED,
    LISTED_ONLY,
    LIVING,
    LIVING_UNKNOWN,
    MIN_AGE,
    MODE,
    NAME,
    NIGHT,
    NO_WISH,
    OPENS,
    PLACE_UNKNOWN,
    PLACES,
    PRACTICE_KNOWN,
    SIGN,
    SIGN_MORE,
    SKILLS,
    SKILLS_KNOWN,
    SKILLS_UNKNOWN,
    SLACK,
    SLACK_LOST,
    SLACK_UNIT,
    STARTS,
    TRADE_KNOWN,
    TRADE_UNKNOWN,
    WAGE_ABOVE,
    WAGE_MET,
    WAGE_PARTLY,
    WAGE_UNKNOWN,
    WANTED,
    WISH_KNOWN,
)

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
    if home >= NAME or region[1] >= NAME:
        return marks[DISTANCE] if region[1] == home else marks[DISTANCE + 3]
    if home >= 100_000 and region[1] == home:
        return marks[DISTANCE]
    city = home // 100 if home >= 100_000 else home if home >= 1_000 else -1
    if city >= 0 and region[2] == city:
        return marks[DISTANCE + 1]
    province = home // 10_000 if home >= 100_000 else home // 100 if home >= 1_000 else home
    return marks[DISTANCE + 2] if region[3] == province else marks[DISTANCE + 3]


@compiled
def coarser(level: int, code: int, region: I4) -> bool:
    """Whether a region is known only roughly and the area may lie inside it."""
    if code >= NAME or region[0] >= level:
        return False
    return covers(region[0], code // 100 if level - region[0] == 2 else code // 10_000, region)


@compiled
def place_points(number: int, regions: I4, who: I4, areas: I4, marks: I4) -> int:
    """Points of a region for a worker, or OUTSIDE."""
    if number < 0:
        return marks[PLACE_UNKNOWN]
    region = regions[number]
    for rank in range(who[LISTED]):
        if covers(areas[rank, 0], areas[rank, 1], region):
            return marks[PLACES + min(rank, len(marks) - PLACES - 1)]
    if who[MODE] == LISTED_ONLY:
        inside, coarse = False, False
        for at in range(len(areas)):
            inside = inside or covers(areas[at, 0], areas[at, 1], region)
            coarse = coarse or coarser(areas[at, 0], areas[at, 1], region)
        if not inside:
            return marks[PLACE_UNKNOWN] if coarse else OUTSIDE
    elif who[MODE] == NO_WISH:
        return marks[PLACE_UNKNOWN]
    if who[LISTED] > 0:
        return marks[DISTANCE + 3]
    return marks[PLACE_UNKNOWN] if who[HOME] < 0 else distance_points(who[HOME], region, marks)


@compiled
def nearness(kin: I4, mine: int, other: int) -> int:
    """0 same, 1 near, 2 same field, 3 nothing."""
    if mine == other:
        return 0
    if kin[mine, 0] >= 0 and kin[mine, 0] == kin[other, 0]:
        return 1
    return 2 if kin[mine, 1] >= 0 and kin[mine, 1] == kin[other, 1] else 3


@compiled
def trade_points(occupation: int, kin: I4, flags: int, trades: I4, marks: I4) -> tuple[int, int]:
    """Points of trade, 0 where the two are unrelated, and points of experience."""
    trade = marks[TRADE_UNKNOWN] if occupation < 0 or not flags & TRADE_KNOWN else 0
    if occupation < 0:
        return trade, marks[EXPERIENCE_UNKNOWN]
    experience = 0 if flags & PRACTICE_KNOWN else marks[EXPERIENCE_UNKNOWN]
    for at in range(len(trades)):
        near = nearness(kin, trades[at, 0], occupation)
        if near == 3:
            continue
        own = trades[at, 1]
        table = WANTED if own < 0 or not flags & WISH_KNOWN else HELD
        trade = max(trade, marks[table + near])
        if own >= 0:
            experience = max(experience, own * (3 - near) // 3)
    return trade, experience


@compiled
def is_neighbour(occupation: int, trades: I4, ptr: I8, of: I4) -> bool:
    """Whether people of one of the worker's occupations change to this one."""
    for at in range(len(trades)):
        mine = trades[at, 0]
        if mine + 1 < len(ptr):
            for place in range(ptr[mine], ptr[mine + 1]):
                if of[place] == occupation:
                    return True
    return False


@compiled
def wage_points(floor: int, low: int, high: int, marks: I4) -> int:
    """Points of the pay; OUTSIDE where it stays below the floor."""
    if floor < 0 or high < 0:
        return marks[WAGE_UNKNOWN]
    if high < floor:
        return OUTSIDE
    if low < floor:
        return marks[WAGE_PARTLY]
    above = marks[WAGE_ABOVE] if floor == 0 else min(marks[WAGE_ABOVE], (low - floor) * 20 // floor)
    return marks[WAGE_MET] + above


@compiled
def terms_points(attrs: int, types: int, needs: int, marks: I4) -> int:
    """Points of engagement, board and lodging for a pair in which none is refused."""
    points = marks[ENGAGED] if attrs & types else marks[ENGAGED_UNKNOWN]
    return points + (marks[LIVING] if needs != 0 and attrs & needs == needs else marks[LIVING_UNKNOWN])


@compiled
def start_day(row: int, rows: I4, free: int, today: int) -> int:
    """The first day on which the worker could stand at the post."""
    return rows[row, STARTS] if rows[row, STARTS] > 0 else max(today, max(rows[row, OPENS], free))


@compiled
def person_fits(row: int, rows: I4, schooling: int, born: int, free: int, today: int) -> bool:
    """Schooling, the time of starting, and age: 16; 18 at night or hazardous work; or what the opening may ask."""
    if rows[row, EDUCATION] > schooling or max(free, today) > max(rows[row, LAST], today):
        return False
    if born == 0:
        return True
    start = start_day(row, rows, free, today)
    if start < born + 160_000 or start < born + rows[row, MIN_AGE] * 10_000:
        return False
    return start >= born + 180_000 or not rows[row, ATTRS] & (NIGHT | HAZARD)


@compiled
def paper_held(own: I4, kind: int, level: int, start: int) -> bool:
    """Whether a certificate of the kind and level is held and valid on the first day."""
    for at in range(len(own)):
        if own[at, 0] == kind and own[at, 2] >= start and (level == 0 or own[at, 1] == 0 or own[at, 1] <= level):
            return True
    return False


@compiled
def papers_found(first: int, last: int, papers: I4, own: I4, known: bool, start: int) -> int:
    """Credit for certificates that are no must; OUTSIDE where one that is a must is missing."""
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
def terms_found(first: int, last: int, terms: I4, level: I1, known: bool) -> tuple[int, bool]:
    """Credit for skills, and whether any is shared; OUTSIDE where one that is a must is missing."""
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
    """Points for so much credit out of what is asked."""
    if asked == 0 or not flags & SKILLS_KNOWN:
        return marks[SKILLS_UNKNOWN]
    return (2 * marks[SKILLS] * credit + asked) // (2 * asked)


@compiled
def signature(terms: I4) -> tuple[int, int]:
    """The two halves of the bits of a worker's skills, as openings have them."""
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
    """No fewer points than the skills of the pair can give, from the signatures alone."""
    asked = rows[row, ASKED]
    if asked == 0 or not flags & SKILLS_KNOWN:
        return marks[SKILLS_UNKNOWN]
    slack = rows[row, SLACK]
    shared = bits_set(rows[row, SIGN] & low) + bits_set(rows[row, SIGN_MORE] & high) + (slack >> SLACK_LOST & 255)
    credit = min(asked, (slack >> SLACK_UNIT) * shared + (slack & 255))
    return (2 * marks[SKILLS] * credit + asked) // (2 * asked)


@compiled
def insert(keys: I8, key: int) -> None:
    """Keep the best keys, downward; the worst falls out."""
    at = len(keys) - 1
    while at > 0 and keys[at - 1] < key:
        keys[at] = keys[at - 1]
        at -= 1
    keys[at] = key


@compiled
def learn(level: I1, terms: I4) -> None:
    """Note the best level of every skill that a worker has."""
    for at in range(len(terms)):
        if terms[at, 0] < len(level):
            level[terms[at, 0]] = max(level[terms[at, 0]], np.int8(terms[at, 1]))


@compiled
def forget(level: I1, terms: I4) -> None:
    """Undo `learn`."""
    for at in range(len(terms)):
        if terms[at, 0] < len(level):
            level[terms[at, 0]] = 0
