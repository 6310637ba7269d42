"""Best workers for an opening: the same pair scorer, from the other side, compiled."""

from typing import Any, NamedTuple

import numpy as np

from matching.engine.askers import bisect
from matching.engine.columns import (
    ANY_AREA,
    ASKED,
    ATTRS,
    BORN,
    ENGAGED,
    ENGAGED_UNKNOWN,
    EXPERIENCE_UNKNOWN,
    FLAGS,
    FLOOR,
    FORBID,
    FREE,
    HARDSHIP,
    HELD,
    HIGH,
    I1,
    I4,
    I8,
    LIVING,
    LIVING_UNKNOWN,
    LOW,
    NEEDS,
    NEIGHBOUR,
    OCCUPATION,
    OPEN,
    PAPERS_KNOWN,
    PLACE_UNKNOWN,
    RANK,
    REGION,
    REST,
    SCHOOLING,
    SIGN,
    SIGN_MORE,
    SKILL_ONLY,
    SKILLS,
    SKILLS_KNOWN,
    SKILLS_UNKNOWN,
    SLACK,
    SLACK_LOST,
    SLACK_UNIT,
    TODAY,
    TRADE_UNKNOWN,
    TYPES,
    WAGE_ABOVE,
    WAGE_MET,
    WAGE_PARTLY,
    WAGE_UNKNOWN,
    WANTED,
    Index,
    Lists,
    People,
    Workers,
)
from matching.engine.kernel import (
    OUTSIDE,
    TIES,
    bits_set,
    compiled,
    entrance,
    forget,
    inlined,
    insert,
    is_neighbour,
    learn,
    papers_found,
    person_fits,
    place_points,
    skill_points,
    start_day,
    terms_found,
    terms_points,
    trade_points,
    wage_points,
)
from matching.engine.sweep import entries

FEW = 24


class Desk(NamedTuple):
    """Working memory of one thread."""

    level: I1
    seen: I4
    turn: I4
    keys: I8


def desk(workers: Workers, terms: int, top: int) -> Desk:
    """Fresh working memory."""
    return Desk(
        np.zeros(terms + 1, np.int8),
        np.zeros(len(workers.rows), np.int32),
        np.zeros(1, np.int32),
        np.zeros(top, np.int64),
    )


@inlined
def cheap(row: int, w: int, index: Index, workers: Workers) -> tuple[int, bool]:
    """Points without the skills, and whether trade joins the two; OUTSIDE where a cheap condition fails."""
    rows, who, marks = index.openings.rows, workers.rows[w], index.marks
    wage = wage_points(who[FLOOR], rows[row, LOW], rows[row, HIGH], marks)
    if rows[row, ATTRS] & who[FORBID] or wage == OUTSIDE:
        return OUTSIDE, False
    here = place_points(rows[row, REGION], index.layout.regions, who, entries(workers.areas, w), marks)
    if here == OUTSIDE:
        return OUTSIDE, False
    occupation, own = rows[row, OCCUPATION], entries(workers.trades, w)
    trade, experience = trade_points(occupation, index.layout.trades, who[FLAGS], own, marks)
    joined = trade > 0
    if not joined:
        near = is_neighbour(occupation, own, index.layout.neighbours.ptr, index.layout.neighbours.of)
        trade = marks[NEIGHBOUR] if near else marks[SKILL_ONLY]
    terms = terms_points(rows[row, ATTRS], who[TYPES], who[NEEDS], marks)
    return trade + experience + here + wage + terms + who[HARDSHIP], joined


@inlined
def consider(row: int, w: int, index: Index, workers: Workers, work: Desk) -> None:
    """Score one worker and enter him into the list if he belongs there."""
    if work.seen[w] == work.turn[0]:
        return
    work.seen[w] = work.turn[0]
    points, joined = cheap(row, w, index, workers)
    rows, who, marks, openings = index.openings.rows, workers.rows[w], index.marks, index.openings
    tie = TIES - who[RANK]
    worst = work.keys[len(work.keys) - 1]
    if points == OUTSIDE or ((np.int64(points) + marks[SKILLS]) << 32) + tie <= worst:
        return
    if not person_fits(row, rows, who[SCHOOLING], who[BORN], who[FREE], marks[TODAY]):
        return
    flags, credit = who[FLAGS], 0
    papers = openings.papers
    if papers.ptr[row] < papers.ptr[row + 1]:
        start, known = start_day(row, rows, who[FREE], marks[TODAY]), flags & PAPERS_KNOWN != 0
        own = entries(workers.papers, w)
        credit = papers_found(papers.ptr[row], papers.ptr[row + 1], papers.of, own, known, start)
        if credit == OUTSIDE:
            return
    mine, terms = entries(workers.terms, w), openings.terms
    learn(work.level, mine)
    known = flags & SKILLS_KNOWN != 0
    found, shared = terms_found(terms.ptr[row], terms.ptr[row + 1], terms.of, work.level, known)
    forget(work.level, mine)
    if found == OUTSIDE or not (joined or shared):
        return
    total = np.int64(points) + skill_points(found + credit, rows[row, ASKED], flags, marks)
    if (total << 32) + tie > worst:
        insert(work.keys, (total << 32) + tie)


@compiled
def most_beside(row: int, rows: I4, marks: I4) -> int:
    """The most that pay, place, terms and policy can give to a pair with this opening."""
    wage = marks[WAGE_UNKNOWN]
    if rows[row, HIGH] >= 0:
        wage = max(wage, max(marks[WAGE_MET] + marks[WAGE_ABOVE], marks[WAGE_PARTLY]))
    place = max(marks[PLACE_UNKNOWN], marks[REST] - marks[OPEN])
    terms = max(marks[ENGAGED], marks[ENGAGED_UNKNOWN]) + max(marks[LIVING], marks[LIVING_UNKNOWN])
    return np.int64(wage + place + terms + 1)  # type: ignore[return-value]


@compiled
def consider_some(
    row: int, some: I4, first: int, last: int, base: int, index: Index, workers: Workers, group: People, work: Desk
) -> None:
    """Consider those whose skills can lift them onto the list; `base` is the most of their trade."""
    marks, rows, signs, keys = index.marks, index.openings.rows, group.signs, work.keys
    low, high, slack, asked = rows[row, SIGN], rows[row, SIGN_MORE], np.int64(rows[row, SLACK]), rows[row, ASKED]
    beside = base + most_beside(row, rows, marks)
    unit, lost, papers, twice = slack >> SLACK_UNIT, slack >> SLACK_LOST & 255, slack & 255, np.int64(2 * marks[SKILLS])
    for at in range(first, last):
        w = some[at, 1]
        need = (keys[len(keys) - 1] >> 32) - beside
        if need > max(marks[SKILLS], marks[SKILLS_UNKNOWN]):
            return
        if need > 0:
            shared = bits_set(signs[w, 0] & low) + bits_set(signs[w, 1] & high) + lost
            if twice * (unit * shared + papers) < asked * (2 * need - 1):
                continue
        consider(row, w, index, workers, work)


@compiled
def consider_group(
    row: int, some: I4, first: int, last: int, base: int, index: Index, workers: Workers, group: People, work: Desk
) -> None:
    """Consider the members of a group who would go to where the opening is, if any of them can reach the list."""
    marks, region, regions = index.marks, index.openings.rows[row, REGION], index.layout.regions
    need = (work.keys[len(work.keys) - 1] >> 32) - (base + most_beside(row, index.openings.rows, marks))
    if first == last or need > max(marks[SKILLS], marks[SKILLS_UNKNOWN]):
        return
    if region < 0 or regions[region, 0] < 6 or last - first <= FEW:
        # Where the region is known only roughly, smaller areas may lie in it too.
        consider_some(row, some, first, last, base, index, workers, group, work)
        return
    for depth in range(4):
        code = ANY_AREA if depth == 0 else regions[region, depth]
        if depth > 0 and code < 0:
            continue
        start = bisect(some, 0, first, last, code)
        end = bisect(some, 0, start, last, code + 1)
        consider_some(row, some, start, end, base, index, workers, group, work)


@compiled
def members(lists: Lists, key: int) -> tuple[int, int]:
    """Where the members of a group begin and end."""
    if key >= 0 and key + 1 < len(lists.ptr):
        return lists.ptr[key], lists.ptr[key + 1]
    return 0, 0


@compiled
def find_workers(row: int, index: Index, workers: Workers, group: People, work: Desk) -> None:
    """Consider all whom a related or unknown trade, or else a skill, joins to the opening, the nearest first."""
    marks, occupation, kin = index.marks, index.openings.rows[row, OCCUPATION], index.layout.trades
    unknown = np.int64(marks[EXPERIENCE_UNKNOWN])
    if occupation < 0:
        base: Any = marks[TRADE_UNKNOWN] + unknown
        consider_group(row, group.everyone, 0, len(group.everyone), base, index, workers, group, work)
        return
    for near in range(3):
        lists = group.trades if near == 0 else group.groups if near == 1 else group.fields
        key = occupation if near == 0 else kin[occupation, near - 1]
        trade = marks[WANTED + near]
        for one in range(near, 3):
            trade = max(trade, max(marks[WANTED + one], marks[HELD + one]))
        gained: Any = trade + max(unknown, group.most * (3 - near) // 3)
        first, last = members(lists, key)
        consider_group(row, lists.of, first, last, gained, index, workers, group, work)
    gained = marks[TRADE_UNKNOWN] + max(unknown, group.most)
    consider_group(row, group.tradeless, 0, len(group.tradeless), gained, index, workers, group, work)
    most = max(marks[NEIGHBOUR], marks[SKILL_ONLY]) + unknown
    rest = index.openings.terms
    for at in range(rest.ptr[row], rest.ptr[row + 1]):
        first, last = members(group.terms, rest.of[at, 0] >> 5)
        consider_group(row, group.terms.of, first, last, most, index, workers, group, work)


@entrance
def best_workers(index: Index, workers: Workers, group: People, first: int, last: int, work: Desk, out: I4) -> None:
    """Fill `out` (openings x top x 2: worker, points) for the openings from `first` to `last`; -1 where a list ends."""
    for row in range(first, last):
        for at in range(len(work.keys)):
            work.keys[at] = 0
        work.turn[0] += 1
        find_workers(row, index, workers, group, work)
        for at in range(len(work.keys)):
            key = work.keys[at]
            w = group.row_of[TIES - (key & TIES)] if key > 0 else -1
            out[row - first, at, 0] = w
            out[row - first, at, 1] = (key >> 32) - (workers.rows[w, HARDSHIP] if key > 0 else 0)
