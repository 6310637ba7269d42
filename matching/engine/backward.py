"""Best workers for an opening: the same pair scorer, from the other side, compiled."""

from typing import NamedTuple

import numpy as np

from matching.engine.columns import (
    ASKED,
    ATTRS,
    BORN,
    EXPERIENCE_UNKNOWN,
    FLAGS,
    FLOOR,
    FORBID,
    FREE,
    HARDSHIP,
    HIGH,
    I1,
    I4,
    I8,
    LOW,
    NEEDS,
    NEIGHBOUR,
    OCCUPATION,
    PAPERS_KNOWN,
    RANK,
    REGION,
    REST,
    SCHOOLING,
    SKILL_ONLY,
    SKILLS,
    SKILLS_KNOWN,
    TODAY,
    TYPES,
    Index,
    Lists,
    People,
    Workers,
)
from matching.engine.kernel import (
    OUTSIDE,
    TIES,
    compiled,
    entrance,
    forget,
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


@compiled
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


@compiled
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
def consider_all(row: int, lists: Lists, key: int, index: Index, workers: Workers, work: Desk) -> None:
    """Consider everybody in one group."""
    if key >= 0 and key + 1 < len(lists.ptr):
        for at in range(lists.ptr[key], lists.ptr[key + 1]):
            consider(row, lists.of[at], index, workers, work)


@compiled
def find_workers(row: int, index: Index, workers: Workers, group: People, work: Desk) -> None:
    """Consider all whom a related or unknown trade, or else a skill, joins to the opening."""
    marks, occupation = index.marks, index.openings.rows[row, OCCUPATION]
    if occupation < 0:
        for w in range(len(workers.rows)):
            consider(row, w, index, workers, work)
        return
    consider_all(row, group.trades, occupation, index, workers, work)
    consider_all(row, group.fields, index.layout.trades[occupation, 1], index, workers, work)
    for w in group.tradeless:
        consider(row, w, index, workers, work)
    most = max(marks[NEIGHBOUR], marks[SKILL_ONLY]) + marks[EXPERIENCE_UNKNOWN]
    rest = index.openings.terms
    for at in range(rest.ptr[row], rest.ptr[row + 1]):
        if ((most + marks[REST] + 1) << 32) + TIES < work.keys[len(work.keys) - 1]:
            return
        consider_all(row, group.terms, rest.of[at, 0] >> 5, index, workers, work)


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
