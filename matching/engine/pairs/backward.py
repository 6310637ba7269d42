"""The best workers for an opening: the same pair scorer in the other direction, compiled."""

from typing import Any, NamedTuple

import numpy as np

from matching.engine.jit import TIES, bits_set, compiled, entrance, inlined
from matching.engine.pairs import columns as c
from matching.engine.pairs.columns import I1, I4, I8, Index, Lists, People, Workers
from matching.engine.pairs.forward import entries
from matching.engine.pairs.points import (
    OUTSIDE,
    forget,
    insert,
    is_neighbour,
    learn,
    papers_credit,
    person_fits,
    place_points,
    skill_points,
    skills_credit,
    start_day,
    terms_points,
    trade_points,
    wage_points,
)
from matching.engine.pairs.worker import bisect


class CandidateBuffers(NamedTuple):
    """Working memory of one thread."""

    level: I1
    seen: I4
    turn: I4
    keys: I8


def desk(workers: Workers, terms: int, top: int) -> CandidateBuffers:
    """New working memory."""
    return CandidateBuffers(
        np.zeros(terms + 1, np.int8),
        np.zeros(len(workers.rows), np.int32),
        np.zeros(1, np.int32),
        np.zeros(top, np.int64),
    )


@inlined
def cheap(row: int, w: int, index: Index, workers: Workers) -> tuple[int, bool]:
    """Points without the skills, and whether the trades are related; OUTSIDE where a cheap condition fails."""
    rows, who, marks = index.openings.rows, workers.rows[w], index.marks
    wage = wage_points(who[c.FLOOR], rows[row, c.LOW], rows[row, c.HIGH], marks)
    if rows[row, c.ATTRS] & who[c.FORBID] or wage == OUTSIDE:
        return OUTSIDE, False
    here = place_points(rows[row, c.REGION], index.layout.regions, who, entries(workers.areas, w), marks)
    if here == OUTSIDE:
        return OUTSIDE, False
    occupation, own = rows[row, c.OCCUPATION], entries(workers.trades, w)
    trade, experience = trade_points(occupation, index.layout.trades, who[c.FLAGS], own, marks)
    joined = trade > 0
    if not joined:
        near = is_neighbour(occupation, own, index.layout.neighbours.ptr, index.layout.neighbours.of)
        trade = marks[c.NEIGHBOUR] if near else marks[c.SKILL_ONLY]
    terms = terms_points(rows[row, c.ATTRS], who[c.TYPES], who[c.NEEDS], marks)
    return trade + experience + here + wage + terms + who[c.HARDSHIP], joined


@inlined
def credit_of(row: int, w: int, index: Index, workers: Workers, work: CandidateBuffers) -> tuple[int, bool]:
    """Credit for skills and certificates, and whether a skill is shared; OUTSIDE where a required one is missing."""
    who, papers, terms, credit = workers.rows[w], index.openings.papers, index.openings.terms, 0
    if papers.ptr[row] < papers.ptr[row + 1]:
        start, known = (
            start_day(row, index.openings.rows, who[c.FREE], index.marks[c.TODAY]),
            who[c.FLAGS] & c.PAPERS_KNOWN != 0,
        )
        own = entries(workers.papers, w)
        credit = papers_credit(papers.ptr[row], papers.ptr[row + 1], papers.of, own, known, start)
        if credit == OUTSIDE:
            return OUTSIDE, False
    mine = entries(workers.terms, w)
    learn(work.level, mine)
    known = who[c.FLAGS] & c.SKILLS_KNOWN != 0
    skill_credit, shared = skills_credit(terms.ptr[row], terms.ptr[row + 1], terms.of, work.level, known)
    forget(work.level, mine)
    return OUTSIDE if skill_credit == OUTSIDE else skill_credit + credit, shared


@inlined
def consider(row: int, w: int, most: int, index: Index, workers: Workers, work: CandidateBuffers) -> None:
    """Score one worker and insert them into the list if they belong there; `most` bounds the points without skills."""
    if work.seen[w] == work.turn[0]:
        return
    rows, who, marks, worst = index.openings.rows, workers.rows[w], index.marks, work.keys[len(work.keys) - 1]
    credit, shared = credit_of(row, w, index, workers, work)
    skilled, tie = skill_points(credit, rows[row, c.ASKED], who[c.FLAGS], marks), TIES - who[c.RANK]
    if credit == OUTSIDE or ((np.int64(most) + skilled) << 32) + tie <= worst:
        return
    work.seen[w] = work.turn[0]  # only now: another of their areas may promise more
    points, joined = cheap(row, w, index, workers)
    key = ((np.int64(points) + skilled) << 32) + tie
    if points == OUTSIDE or key <= worst or not (joined or shared):
        return
    if person_fits(row, rows, who[c.SCHOOLING], who[c.BORN], who[c.FREE], marks[c.TODAY]):
        insert(work.keys, key)


@compiled
def most_terms(attrs: int, marks: I4) -> int:
    """The maximum points for engagement, board and lodging of a pair with this opening."""
    engaged, living = marks[c.ENGAGED_UNKNOWN], marks[c.LIVING_UNKNOWN]
    if attrs & c.ALL_TYPES:
        engaged = max(engaged, marks[c.ENGAGED])
    if attrs & (c.LODGING | c.BOARD):
        living = max(living, marks[c.LIVING])
    return np.int64(engaged + living)  # type: ignore[return-value]


@compiled
def most_wage(high: int, marks: I4) -> int:
    """The maximum points for pay of a pair with this opening."""
    known = max(marks[c.WAGE_MET] + marks[c.WAGE_ABOVE], marks[c.WAGE_PARTLY]) if high >= 0 else marks[c.WAGE_UNKNOWN]
    return max(known, marks[c.WAGE_UNKNOWN])


@compiled
def consider_some(
    row: int,
    some: I4,
    first: int,
    last: int,
    more: int,
    index: Index,
    workers: Workers,
    group: People,
    work: CandidateBuffers,
) -> int:
    """Consider the members of the first area whose skills can lift them onto the list, most points first.

    Returns where the rest begins; `more` is what they may have beyond their noted points.
    """
    marks, rows, signs, keys = index.marks, index.openings.rows, group.signs, work.keys
    low, high, slack, asked = (
        rows[row, c.SIGN],
        rows[row, c.SIGN_MORE],
        np.int64(rows[row, c.SLACK]),
        rows[row, c.ASKED],
    )
    least, most, area = rows[row, c.LOW], rows[row, c.HIGH], some[first, 0]
    more, best = more + most_terms(rows[row, c.ATTRS], marks), np.int64(max(marks[c.SKILLS], marks[c.SKILLS_UNKNOWN]))
    best_paid = best + most_wage(most, marks)
    unit, lost, papers, twice = (
        slack >> c.SLACK_UNIT,
        slack >> c.SLACK_LOST & 255,
        slack & 255,
        np.int64(2 * marks[c.SKILLS]),
    )
    for at in range(first, last):
        worst = keys[len(keys) - 1] >> 32
        has: Any = np.int64(more + some[at, 2])
        if some[at, 0] != area or worst - has > best_paid:
            return at
        wage = wage_points(some[at, 3], least, most, marks)
        has += wage
        need = worst - has
        if wage == OUTSIDE or need > best:
            continue
        w = some[at, 1]
        if need > 0:
            shared = bits_set(signs[w, 0] & low) + bits_set(signs[w, 1] & high) + lost
            if twice * (unit * shared + papers) < asked * (2 * need - 1):
                continue
        consider(row, w, has, index, workers, work)
    return last


@compiled
def consider_group(
    row: int,
    some: I4,
    first: int,
    last: int,
    more: int,
    index: Index,
    workers: Workers,
    group: People,
    work: CandidateBuffers,
) -> None:
    """Consider the members of a group who would go to the place of the opening."""
    region, regions = index.openings.rows[row, c.REGION], index.layout.regions
    if region < 0 or regions[region, 0] < 6:
        # Where the region is known only roughly, smaller areas may lie in it too, with points for an unknown place.
        more += index.marks[c.PLACE_UNKNOWN]
        while first < last:
            area = some[first, 0]
            first = consider_some(row, some, first, last, more, index, workers, group, work)
            first = bisect(some, 0, first, last, area + 1)
        return
    for depth in range(1, 5):
        code = c.ANY_AREA if depth == 4 else regions[region, depth]
        if depth == 4 or code >= 0:
            start = bisect(some, 0, first, last, code)
            if start < last and some[start, 0] == code:
                consider_some(row, some, start, last, more, index, workers, group, work)


@compiled
def members(lists: Lists, key: int) -> tuple[int, int]:
    """Where the members of a group begin and end."""
    if key >= 0 and key + 1 < len(lists.ptr):
        return lists.ptr[key], lists.ptr[key + 1]
    return 0, 0


@compiled
def by_skill(row: int, index: Index, workers: Workers, group: People, work: CandidateBuffers) -> None:
    """Consider the workers who share only a skill with the opening, while they can reach the list."""
    marks, post, terms, of = index.marks, index.openings.rows[row], index.openings.terms, index.layout.neighbours.of
    most = np.int64(marks[c.SKILL_ONLY])
    more: Any = np.int64(0)
    for at in range(len(of)):  # the table is short
        if of[at] == post[c.OCCUPATION]:
            more = np.int64(max(marks[c.NEIGHBOUR] - marks[c.SKILL_ONLY], 0))
            break
    most += more + marks[c.EXPERIENCE_UNKNOWN] + most_wage(post[c.HIGH], marks) + most_terms(post[c.ATTRS], marks)
    most += (
        max(marks[c.PLACE_UNKNOWN], marks[c.REST] - marks[c.OPEN]) + max(marks[c.SKILLS], marks[c.SKILLS_UNKNOWN]) + 1
    )
    for at in range(terms.ptr[row], terms.ptr[row + 1]):
        if (work.keys[len(work.keys) - 1] >> 32) > most:
            return
        first, last = members(group.terms, terms.of[at, 0] >> 5)
        consider_group(row, group.terms.of, first, last, more, index, workers, group, work)


@compiled
def find_workers(row: int, index: Index, workers: Workers, group: People, work: CandidateBuffers) -> None:
    """Consider everyone with a related or unknown trade, then those who share only a skill, closest first."""
    occupation, kin = index.openings.rows[row, c.OCCUPATION], index.layout.trades
    if occupation < 0:
        consider_group(row, group.everyone, 0, len(group.everyone), 0, index, workers, group, work)
        return
    for near in range(3):
        lists = group.trades if near == 0 else group.groups if near == 1 else group.fields
        first, last = members(lists, occupation if near == 0 else kin[occupation, near - 1])
        consider_group(row, lists.of, first, last, 0, index, workers, group, work)
    consider_group(row, group.tradeless, 0, len(group.tradeless), 0, index, workers, group, work)
    by_skill(row, index, workers, group, work)


@entrance
def best_workers(
    index: Index, workers: Workers, group: People, first: int, last: int, work: CandidateBuffers, out: I4
) -> None:
    """Fill `out` (openings x top x 2: worker, points) for the openings from `first` to `last`; -1 after the end of a
    list."""
    for row in range(first, last):
        for at in range(len(work.keys)):
            work.keys[at] = 0
        work.turn[0] += 1
        find_workers(row, index, workers, group, work)
        for at in range(len(work.keys)):
            key = work.keys[at]
            w = group.row_of[TIES - (key & TIES)] if key > 0 else -1
            out[row - first, at, 0] = w
            out[row - first, at, 1] = (key >> 32) - (workers.rows[w, c.HARDSHIP] if key > 0 else 0)
