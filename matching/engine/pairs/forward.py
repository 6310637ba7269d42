"""The best openings for workers, compiled.

Occupations are visited in order of their possible points, and within them only the regions that the worker would go to;
the search stops when nothing left can reach the list.
"""

import numpy as np

from matching.engine.jit import TIES, compiled, entrance, inlined
from matching.engine.pairs import columns as c
from matching.engine.pairs.candidates import BENCH, EVERYTHING, Go, Grid, Scratch, judge, scan
from matching.engine.pairs.columns import I2, I4, I8, Index, Layout, Lists, Workers
from matching.engine.pairs.points import UNSET, forget, learn, trade_points
from matching.engine.pairs.worker import Asker, asker_of, bisect, region_ranges

FEW, MOST_RANGES = 24, 1024
MANY, FIRST_SHARE = 1024, 40
"""Where an occupation has this many openings for a worker, the first pass takes those with this share of skill points.
"""
ALL = Go(0, EVERYTHING)


def scratch(index: Index, top: int) -> Scratch:
    """New working memory for an index."""
    layout = index.layout
    return Scratch(
        np.full(len(layout.regions) + 1, UNSET, np.int16),
        np.zeros(len(layout.postings.ptr), np.int8),
        np.full(len(layout.spans) + 1, -1, np.int16),
        np.zeros(len(layout.row_of), np.int32),
        np.zeros(len(layout.spans) + 1, np.int32),
        np.zeros(1, np.int32),
        np.zeros((MOST_RANGES, 2), np.int32),
        np.zeros((BENCH, 3), np.int32),
        np.zeros(BENCH, np.int32),
        np.zeros(top, np.int64),
    )


@compiled
def visit(
    trade: int,
    ranges: int,
    count: int,
    base: int,
    joined: bool,
    layout: Layout,
    grid: Grid,
    asker: Asker,
    work: Scratch,
) -> int:
    """Add the openings of one occupation in the worker's regions; returns the number of waiting candidates.

    Where there are many, those that share most skills go first: their points make most of the others unnecessary.
    """
    spans = layout.spans
    few = spans[trade, 3] - spans[trade, 2] <= MANY or not asker.who[c.FLAGS] & c.SKILLS_KNOWN
    if ranges > 0 or few:
        return visit_some(trade, ranges, count, base, joined, ALL, layout, grid, asker, work)
    first = asker.skills * FIRST_SHARE // 100
    count = visit_some(trade, ranges, count, base, joined, Go(first, EVERYTHING), layout, grid, asker, work)
    judge(count, base, joined, grid, asker, work)
    return visit_some(trade, ranges, 0, base, joined, Go(0, first), layout, grid, asker, work)


@compiled
def visit_some(
    trade: int,
    ranges: int,
    count: int,
    base: int,
    joined: bool,
    go: Go,
    layout: Layout,
    grid: Grid,
    asker: Asker,
    work: Scratch,
) -> int:
    """Add the openings of one pass over an occupation in the worker's regions."""
    spans, runs = layout.spans, layout.runs
    if ranges == 0 or spans[trade, 3] - spans[trade, 2] <= FEW:
        return scan(spans[trade, 2], spans[trade, 3], asker.place, count, base, joined, go, grid, asker, work)
    run, end = spans[trade, 0], spans[trade, 1]
    for at in range(ranges):
        run = bisect(runs, 0, run, end, work.ranges[at, 0])
        over = bisect(runs, 0, run, end, work.ranges[at, 1])
        if over > run:
            count = scan(runs[run, 1], runs[over, 1], asker.place, count, base, joined, go, grid, asker, work)
        run = over
    return count


@compiled
def visit_nameless(ranges: int, layout: Layout, grid: Grid, asker: Asker, work: Scratch) -> None:
    """Try the openings without an occupation, if they can still reach the list."""
    base = grid.marks[c.TRADE_UNKNOWN] + grid.marks[c.EXPERIENCE_UNKNOWN]
    first, last, count = layout.nameless, len(grid.rows), 0
    if first == last or out_of_reach(base, asker, grid.marks, work.keys):
        return
    if ranges == 0:
        count = scan(first, last, asker.place, count, base, True, ALL, grid, asker, work)
    for at in range(ranges):
        first = bisect(grid.rows, c.REGION, first, last, work.ranges[at, 0])
        end = bisect(grid.rows, c.REGION, first, last, work.ranges[at, 1])
        count = scan(first, end, asker.place, count, base, True, ALL, grid, asker, work)
        first = end
    judge(count, base, True, grid, asker, work)


@compiled
def out_of_reach(base: int, asker: Asker, marks: I4, keys: I8) -> bool:
    """Whether openings with these points of trade and experience can no longer reach the list."""
    rest = asker.cheap + asker.skills + asker.place + marks[c.LIFT]
    return ((base + rest) << 32) + TIES < keys[len(keys) - 1]


@compiled
def note(trade: int, count: int, layout: Layout, asker: Asker, marks: I4, work: Scratch) -> int:
    """Record the points of one related occupation, once; returns the number of recorded ones."""
    if work.base[trade] >= 0 or layout.spans[trade, 3] <= layout.spans[trade, 2]:
        return count
    points, experience = trade_points(trade, layout.trades, asker.who[c.FLAGS], asker.trades, marks)
    work.base[trade] = points + experience
    work.touched[count] = trade
    return count + 1


@compiled
def related(layout: Layout, asker: Asker, marks: I4, work: Scratch) -> int:
    """Record every indexed occupation related to the worker's; all of them, where the worker's are unknown."""
    count, known, fields = 0, len(layout.spans), layout.fields
    if not asker.who[c.FLAGS] & c.TRADE_KNOWN:
        for trade in range(known):
            count = note(trade, count, layout, asker, marks, work)
        return count
    for at in range(len(asker.trades)):
        mine = asker.trades[at, 0]
        field = layout.trades[mine, 1]
        if field < 0:
            count = note(mine, count, layout, asker, marks, work) if mine < known else count
        elif field + 1 < len(fields.ptr):
            for place in range(fields.ptr[field], fields.ptr[field + 1]):
                count = note(fields.of[place], count, layout, asker, marks, work)
    return count


@compiled
def by_promise(known: int, touched: I4, base: I2) -> None:
    """Sort the recorded occupations by points, ascending (Shell sort, as there may be few or very many)."""
    gap = known // 2
    while gap > 0:
        for place in range(gap, known):
            trade, at = touched[place], place
            while at >= gap and base[touched[at - gap]] > base[trade]:
                touched[at] = touched[at - gap]
                at -= gap
            touched[at] = trade
        gap //= 2


@compiled
def by_trade(known: int, ranges: int, layout: Layout, grid: Grid, asker: Asker, work: Scratch) -> None:
    """Visit the related occupations, most points first, until none can reach the list."""
    nameless = grid.marks[c.TRADE_UNKNOWN] + grid.marks[c.EXPERIENCE_UNKNOWN]
    waiting, count, before = True, 0, -1
    by_promise(known, work.touched, work.base)
    for step in range(known - 1, -1, -1):
        trade = work.touched[step]
        base = work.base[trade]
        if base != before:
            judge(count, before, True, grid, asker, work)
            count, before = 0, base
        if waiting and base < nameless:
            visit_nameless(ranges, layout, grid, asker, work)
            waiting = False
        if out_of_reach(base, asker, grid.marks, work.keys):
            break
        count = visit(trade, ranges, count, base, True, layout, grid, asker, work)
    judge(count, before, True, grid, asker, work)
    if waiting:
        visit_nameless(ranges, layout, grid, asker, work)


@compiled
def by_neighbour(known: int, ranges: int, base: int, layout: Layout, grid: Grid, asker: Asker, work: Scratch) -> int:
    """Visit the neighbouring occupations, which need a shared skill; returns the number of recorded ones."""
    ptr, of, spans, trades, count = layout.neighbours.ptr, layout.neighbours.of, layout.spans, asker.trades, 0
    for at in range(len(trades)):
        mine = trades[at, 0]
        if mine + 1 >= len(ptr):
            continue
        for place in range(ptr[mine], ptr[mine + 1]):
            trade = of[place]
            if work.base[trade] < 0 and spans[trade, 3] > spans[trade, 2]:
                work.base[trade] = base
                work.touched[known] = trade
                known += 1
                count = visit(trade, ranges, count, base, False, layout, grid, asker, work)
    judge(count, base, False, grid, asker, work)
    return known


@compiled
def add_postings(first: int, last: int, count: int, base: int, grid: Grid, asker: Asker, work: Scratch, of: I4) -> int:
    """Add openings of unrelated occupations that share a skill; returns the number of waiting candidates."""
    rows, known, seen, turn = grid.rows, work.base, work.seen, work.turn[0]
    for at in range(first, last):
        row = of[at]
        occupation = rows[row, c.OCCUPATION]
        if occupation < 0 or known[occupation] >= 0 or seen[row] == turn:
            continue
        seen[row] = turn
        if count == BENCH:
            judge(count, base, False, grid, asker, work)
            count = 0
        work.waiting[count, 0] = row
        count += 1
    return count


@compiled
def by_skill(ranges: int, base: int, layout: Layout, grid: Grid, asker: Asker, work: Scratch) -> None:
    """Visit openings of unrelated occupations that require one of the worker's skills."""
    work.turn[0] += 1
    ptr, of, posted, count = layout.postings.ptr, layout.postings.of, layout.posted, 0
    for at in range(len(asker.terms)):
        term = asker.terms[at, 0]
        if term + 1 >= len(ptr):
            continue
        first, last = ptr[term], ptr[term + 1]
        if ranges == 0 or last - first <= FEW:
            count = add_postings(first, last, count, base, grid, asker, work, of)
            continue
        for place in range(ranges):
            first = bisect(posted, 0, first, last, work.ranges[place, 0])
            end = bisect(posted, 0, first, last, work.ranges[place, 1])
            count = add_postings(first, end, count, base, grid, asker, work, of)
            first = end
    judge(count, base, False, grid, asker, work)


@compiled
def unrelated(known: int, ranges: int, layout: Layout, grid: Grid, asker: Asker, work: Scratch) -> int:
    """Visit openings that share only a skill, while they can reach the list; returns the number of recorded
    occupations."""
    marks, flags = grid.marks, asker.who[c.FLAGS]
    if not flags & c.SKILLS_KNOWN or not flags & c.TRADE_KNOWN:
        return known
    experience = 0 if flags & c.PRACTICE_KNOWN else marks[c.EXPERIENCE_UNKNOWN]
    if out_of_reach(max(marks[c.NEIGHBOUR], marks[c.SKILL_ONLY]) + experience, asker, marks, work.keys):
        return known
    known = by_neighbour(known, ranges, marks[c.NEIGHBOUR] + experience, layout, grid, asker, work)
    if not out_of_reach(marks[c.SKILL_ONLY] + experience, asker, marks, work.keys):
        by_skill(ranges, marks[c.SKILL_ONLY] + experience, layout, grid, asker, work)
    return known


@inlined
def entries(lists: Lists, row: int) -> I4:
    """The entries of one row."""
    return lists.of[lists.ptr[row] : lists.ptr[row + 1]]


@entrance
def best_openings(index: Index, workers: Workers, order: I8, work: Scratch, rows: I4, points: I4) -> None:
    """Fill `rows` and `points` (workers x top) for the workers in `order`; -1 after the end of a list.

    Workers with the same wanted occupations should be adjacent: what one has read is still in the processor's cache for
    the next.
    """
    layout, openings = index.layout, index.openings
    bounds = openings.bounds[0], openings.bounds[1], openings.bounds[2], openings.bounds[3]
    grid = Grid(openings.rows, openings.terms, openings.papers, layout.regions, index.marks, *bounds)
    for w in order:
        trades, terms, papers = entries(workers.trades, w), entries(workers.terms, w), entries(workers.papers, w)
        asker = asker_of(workers.rows[w], trades, terms, papers, entries(workers.areas, w), index.marks)
        for at in range(len(work.keys)):
            work.keys[at] = 0
        for at in range(len(work.place)):
            work.place[at] = UNSET
        learn(work.level, terms)
        ranges = region_ranges(layout.regions, asker, work.ranges)
        count = related(layout, asker, index.marks, work)
        by_trade(count, ranges, layout, grid, asker, work)
        count = unrelated(count, ranges, layout, grid, asker, work)
        forget(work.level, terms)
        for at in range(count):
            work.base[work.touched[at]] = -1
        for at in range(len(work.keys)):
            key = work.keys[at]
            row = layout.row_of[TIES - (key & TIES)] if key > 0 else -1
            rows[w, at] = row
            points[w, at] = (key >> 32) - (openings.rows[row, c.LIFTED] if key > 0 else 0)
