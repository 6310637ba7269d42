"""Trying candidates for one worker, compiled: sixteen bytes of an opening exclude most, few are scored in full."""

from typing import Any, NamedTuple

import numpy as np

from matching.engine.jit import TIES, bits_set, compiled
from matching.engine.pairs import columns as c
from matching.engine.pairs.columns import I1, I2, I4, I8, Lists
from matching.engine.pairs.points import (
    OUTSIDE,
    UNSET,
    insert,
    most_skills,
    papers_credit,
    person_fits,
    place_points,
    skill_points,
    skills_credit,
    start_day,
    terms_points,
    wage_points,
)
from matching.engine.pairs.worker import Asker

BENCH = 512
EVERYTHING = 1 << 20
"""More points than skills can give."""


class Scratch(NamedTuple):
    """Working memory of one thread; every search leaves it in its initial state."""

    place: I2
    level: I1
    base: I2
    seen: I4
    touched: I4
    turn: I4
    ranges: I4
    waiting: I4
    passed: I4
    keys: I8


class Grid(NamedTuple):
    """What a scan reads of the openings."""

    rows: I4
    terms: Lists
    papers: Lists
    regions: I4
    marks: I4
    signs: I4
    more: I4
    slacks: I4
    asked: I4


class Go(NamedTuple):
    """Which rows are tried: those that may have at least `wanted` points for skills but less than `done`, as the others
    have been tried already."""

    wanted: int
    done: int


@compiled
def place_of(region: int, grid: Grid, asker: Asker, work: Scratch) -> int:
    """Points of a region, or OUTSIDE; computed once per worker."""
    here = work.place[region + 1]
    if here == UNSET:
        here = place_points(region, grid.regions, asker.who, asker.areas, grid.marks)
        work.place[region + 1] = here
    return here


@compiled
def hopeful(count: int, base: int, grid: Grid, asker: Asker, work: Scratch) -> int:
    """Of the first `count` candidates keep those that pass the cheap conditions and can reach the list."""
    rows, who, marks = grid.rows, asker.who, grid.marks
    waiting, worst, kept = work.waiting, work.keys[len(work.keys) - 1], 0
    floor, forbid, types, needs, flags = who[c.FLOOR], who[c.FORBID], who[c.TYPES], who[c.NEEDS], who[c.FLAGS]
    cheap, best = asker.cheap, max(marks[c.SKILLS_UNKNOWN], marks[c.SKILLS])
    for at in range(count):
        row = waiting[at, 0]
        attrs, high = rows[row, c.ATTRS], rows[row, c.HIGH]
        if attrs & forbid or (high < floor and high >= 0):
            continue
        here = place_of(rows[row, c.REGION], grid, asker, work)
        points = base + here + rows[row, c.LIFTED]
        tie = TIES - rows[row, c.TIE]
        if here == OUTSIDE or ((points + cheap + best) << 32) + tie <= worst:
            continue
        points += wage_points(floor, rows[row, c.LOW], high, marks) + terms_points(attrs, types, needs, marks)
        points = np.int64(points)
        if ((points + best) << 32) + tie <= worst:
            continue
        skills = most_skills(row, rows, asker.low, asker.high, flags, marks)
        if ((points + skills) << 32) + tie > worst:
            waiting[kept, 0], waiting[kept, 1], waiting[kept, 2] = row, points, skills
            kept += 1
    return kept


@compiled
def settle(count: int, joined: bool, grid: Grid, asker: Asker, work: Scratch) -> None:
    """Insert into the list what belongs there; `joined` is False where the trade counts only with a shared skill."""
    rows, who, marks, own, level = grid.rows, asker.who, grid.marks, asker.papers, work.level
    term_ptr, terms, paper_ptr, papers = grid.terms.ptr, grid.terms.of, grid.papers.ptr, grid.papers.of
    keys, waiting, today = work.keys, work.waiting, marks[c.TODAY]
    schooling, born, free, flags = who[c.SCHOOLING], who[c.BORN], who[c.FREE], who[c.FLAGS]
    skilled, papered = flags & c.SKILLS_KNOWN != 0, flags & c.PAPERS_KNOWN != 0
    for at in range(count):
        row, points = waiting[at, 0], np.int64(waiting[at, 1])
        tie = TIES - rows[row, c.TIE]
        if ((points + waiting[at, 2]) << 32) + tie <= keys[len(keys) - 1]:
            continue
        if not person_fits(row, rows, schooling, born, free, today):
            continue
        credit = 0
        if paper_ptr[row] < paper_ptr[row + 1]:
            start = start_day(row, rows, free, today)
            credit = papers_credit(paper_ptr[row], paper_ptr[row + 1], papers, own, papered, start)
            if credit == OUTSIDE:
                continue
        skill_credit, shared = skills_credit(term_ptr[row], term_ptr[row + 1], terms, level, skilled)
        if skill_credit == OUTSIDE or not (joined or shared):
            continue
        key = ((points + skill_points(skill_credit + credit, rows[row, c.ASKED], flags, marks)) << 32) + tie
        if key > keys[len(keys) - 1]:
            insert(keys, key)


@compiled
def judge(count: int, base: int, joined: bool, grid: Grid, asker: Asker, work: Scratch) -> None:
    """Try the first `count` candidates."""
    kept = hopeful(count, base, grid, asker, work)
    if kept > 0:
        settle(kept, joined, grid, asker, work)


@compiled
def promising(
    low_signs: I4,
    high_signs: I4,
    slacks: I4,
    asked: I4,
    low: int,
    high: int,
    twice: np.int32,
    least: np.int32,
    most: np.int32,
    out: I4,
) -> None:
    """Write for each row whether its signature allows at least `least` points for skills but less than `most`.

    The tests are `skill_points(...) >= wanted` and `< done`, multiplied out, in 32 bits and without branches, so that
    the compiler vectorises them. `most` is 0 where nothing is done yet; rows without required skills are done first.
    """
    fresh = np.int32(most == 0)
    for at in range(len(low_signs)):
        shared = bits_set(low_signs[at] & low) + bits_set(high_signs[at] & high)
        slack = slacks[at]
        credit = (slack >> np.int32(c.SLACK_UNIT)) * (shared + (slack >> np.int32(c.SLACK_LOST) & np.int32(255)))
        credit = twice * (credit + (slack & np.int32(255)))
        out[at] = np.int32(credit >= asked[at] * least) & (np.int32(credit < asked[at] * most) | fresh)


@compiled
def sieve(first: int, last: int, count: int, need: int, done: int, grid: Grid, asker: Asker, work: Scratch) -> int:
    """Add the rows whose signatures allow `need` points for skills but not `done`; there must be room for all."""
    waiting, passed = work.waiting, work.passed
    tested = need > 0 or done < EVERYTHING
    if tested:
        twice, least = np.int32(2 * grid.marks[c.SKILLS]), np.int32(2 * need - 1)
        most = np.int32(2 * done - 1 if done < EVERYTHING else 0)
        low_signs, high_signs, slacks = grid.signs[first:last], grid.more[first:last], grid.slacks[first:last]
        promising(
            low_signs, high_signs, slacks, grid.asked[first:last], asker.low, asker.high, twice, least, most, passed
        )
    for at in range(last - first):
        waiting[count, 0] = first + at
        count += passed[at] if tested else 1
    return count


@compiled
def scan(
    first: int,
    last: int,
    place: int,
    count: int,
    base: int,
    joined: bool,
    go: Go,
    grid: Grid,
    asker: Asker,
    work: Scratch,
) -> int:
    """Add rows that may reach the list to the candidates, which are tried whenever the buffer is full.

    `place` is the maximum that the place gives to any of the rows. Returns the number of waiting candidates.
    """
    skilled = asker.who[c.FLAGS] & c.SKILLS_KNOWN != 0
    while first < last:
        need: Any = (work.keys[len(work.keys) - 1] >> 32) - (base + place + asker.cheap + grid.marks[c.LIFT])
        if need > asker.skills or need >= go.done:
            return count
        need = max(need, go.wanted) if skilled else np.int64(0)
        step = min(last, first + BENCH - count)
        count = sieve(first, step, count, need, go.done, grid, asker, work)
        first = step
        if count == BENCH:
            judge(count, base, joined, grid, asker, work)
            count = 0
    return count
