"""The same search in plain numpy: used where numba is missing or not compiled yet, and for the full survey of one
worker.

A survey gives the failed conditions and the points of every opening, so it also counts what one change would add and
finds the transfers through training.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine.fit.conditions import Condition
from matching.engine.pairs import columns as c
from matching.engine.pairs.columns import I4, I8, Index, Lists, Workers
from matching.engine.pairs.encode import sign

BITS = {condition: 1 << place for place, condition in enumerate(Condition)}
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Survey:
    """For each of `rows`: the failed conditions as bits, and the points."""

    rows: I8
    gaps: I4
    points: I8
    neighbour: Bools


def entries(lists: Lists, row: int) -> I4:
    """The entries of one row."""
    return lists.of[lists.ptr[row] : lists.ptr[row + 1]]


@dataclass(frozen=True, slots=True)
class Own:
    """What is computed once for a worker: points by region, and points of trade by occupation."""

    places: I4
    trades: tuple[I4, I4, Bools]


def own(index: Index, workers: Workers, w: int) -> Own:
    """The tables of one worker."""
    return Own(places(index, workers, w), trades(index, workers, w))


def survey(index: Index, workers: Workers, w: int, rows: I8 | None = None, mine: Own | None = None) -> Survey:
    """Judge openings (all, or the given rows) for one worker."""
    chosen = np.arange(len(index.openings.rows)) if rows is None else rows
    mine = mine or own(index, workers, w)
    post = index.openings.rows.take(chosen, 0)
    who = workers.rows[w]
    attrs, marks = post[:, c.ATTRS], index.marks
    free, today = int(who[c.FREE]), int(marks[c.TODAY])
    start = np.where(post[:, c.STARTS] > 0, post[:, c.STARTS], np.maximum(max(today, free), post[:, c.OPENS]))
    gaps = (post[:, c.EDUCATION] > who[c.SCHOOLING]) * BITS[Condition.EDUCATION]
    if free > today:
        gaps |= (free > post[:, c.LAST]) * BITS[Condition.VALID]
    refused = attrs & who[c.FORBID]
    if who[c.FORBID]:
        gaps |= ((refused & (c.NIGHT | c.SHIFT)) != 0) * BITS[Condition.HOURS]
        gaps |= ((refused & (c.NO_LODGING | c.NO_BOARD)) != 0) * BITS[Condition.LIVING]
        gaps |= ((refused & c.ALL_TYPES) != 0) * BITS[Condition.ENGAGEMENT]
    if who[c.BORN]:
        gaps |= _too_young(post, int(who[c.BORN]), start) * BITS[Condition.AGE]
    place = mine.places.take(post[:, c.REGION])
    gaps |= (place < 0) * BITS[Condition.REGION]
    wage, below = wages(post, int(who[c.FLOOR]), marks)
    gaps |= below * BITS[Condition.WAGE]
    credit, lacking, shared = _skills(index, workers, w, chosen)
    papers, missing = _papers(index, workers, w, chosen, start)
    gaps |= lacking * BITS[Condition.SKILL] | missing * BITS[Condition.CERTIFICATE]
    tables, occupation = mine.trades, post[:, c.OCCUPATION]
    trade, experience, near = tables[0].take(occupation), tables[1].take(occupation), tables[2].take(occupation)
    if not trade.all():
        gaps |= ((trade == 0) & ~shared) * BITS[Condition.TRADE]
        trade = np.where(trade > 0, trade, np.where(near, marks[c.NEIGHBOUR], shared * marks[c.SKILL_ONLY]))
    points = trade + experience
    points += _share(credit + papers, post[:, c.ASKED], int(who[c.FLAGS]), marks) + wage + np.maximum(place, 0)
    points += terms(attrs, refused, who, marks)
    return Survey(chosen, gaps.astype(np.int32), points.astype(np.int64), near)


def _too_young(post: I4, born: int, start: I4) -> Bools:
    adult = (post[:, c.ATTRS] & (c.NIGHT | c.HAZARD)) != 0
    young = (start < born + 160_000) | (start < born + post[:, c.MIN_AGE] * 10_000)
    return young | (adult & (start < born + 180_000))


def covers(level: int, code: int, regions: I4) -> Bools:
    """Which regions lie in an area."""
    return regions[:, {6: 1, 4: 2, 2: 3}[level]] == code


def places(index: Index, workers: Workers, w: int) -> I4:
    """Points of every region for a worker, -1 outside; the last entry stands for an unknown region."""
    regions, marks, who, areas = index.layout.regions, index.marks, workers.rows[w], entries(workers.areas, w)
    points = np.full(len(regions) + 1, -1, np.int32)
    here = points[:-1]
    listed = int(who[c.LISTED])
    if who[c.MODE] == c.NO_WISH:
        here[:] = marks[c.PLACE_UNKNOWN]
    elif who[c.MODE] == c.ANYWHERE:
        here[:] = _distances(index, int(who[c.HOME]), listed)
    else:
        roughly = (regions[:, 0] < 6).any()
        for level, code, _ in areas.tolist() if roughly else ():
            for rough in (2, 4):
                if rough < level and code < c.NAME:
                    above = code // (100 if level - rough == 2 else 10_000)
                    here[(regions[:, 0] == rough) & covers(rough, above, regions)] = marks[c.PLACE_UNKNOWN]
        away = _distances(index, int(who[c.HOME]), listed)
        for level, code, _ in areas[listed:].tolist():
            inside = covers(level, code, regions)
            here[inside] = away[inside]
    for rank in range(listed - 1, -1, -1):
        level, code, _ = areas[rank].tolist()
        here[covers(level, code, regions)] = marks[c.PLACES + min(rank, len(marks) - c.PLACES - 1)]
    points[-1] = marks[c.PLACE_UNKNOWN]
    return points


def _distances(index: Index, home: int, listed: int) -> I4:
    regions, marks = index.layout.regions, index.marks
    points = np.full(len(regions), marks[c.DISTANCE + 3], np.int32)
    if listed:
        return points
    if home < 0:
        points[:] = marks[c.PLACE_UNKNOWN]
    elif home >= c.NAME:
        points[regions[:, 1] == home] = marks[c.DISTANCE]
    else:
        text = str(home)
        points[regions[:, 3] == int(text[:2])] = marks[c.DISTANCE + 2]
        if len(text) >= 4:
            points[regions[:, 2] == int(text[:4])] = marks[c.DISTANCE + 1]
        if len(text) == 6:
            points[regions[:, 1] == home] = marks[c.DISTANCE]
    return points


def wages(post: I4, floor: int, marks: I4) -> tuple[I8, Bools]:
    """Points of the pay, and where the pay is below the minimum."""
    if floor < 0:
        return np.full(len(post), marks[c.WAGE_UNKNOWN], np.int64), np.zeros(len(post), np.bool_)
    # One more point for every twentieth above the minimum, counted by the smallest pay that reaches each.
    high, steps = post[:, c.HIGH], np.arange(int(marks[c.WAGE_ABOVE]) + 1)
    table = np.concatenate(([marks[c.WAGE_PARTLY]], marks[c.WAGE_MET] + steps))
    points = table[np.searchsorted(floor - (-floor * steps // 20), post[:, c.LOW], "right")]
    unknown = high < 0
    below = (high < floor) & ~unknown
    points[below] = 0
    points[unknown] = marks[c.WAGE_UNKNOWN]
    return points, below


def _levels(workers: Workers, w: int) -> dict[int, int]:
    best: dict[int, int] = {}
    for term, level in entries(workers.terms, w).tolist():
        best[term] = max(level, best.get(term, 0))
    return best


def _skills(index: Index, workers: Workers, w: int, chosen: I8) -> tuple[I8, Bools, Bools]:
    """Credit for skills, whether a required one is missing, whether any is shared."""
    terms = index.openings.terms
    held = np.zeros(len(index.layout.postings.ptr), np.int8)
    for term, level in _levels(workers, w).items():
        if term < len(held):
            held[term] = level
    starts = terms.ptr[chosen]
    sizes = terms.ptr[chosen + 1] - starts
    ends = np.cumsum(sizes)
    owner = np.arange(len(chosen)).repeat(sizes)
    need = terms.of[:, 0].take((starts - ends + sizes).take(owner) + np.arange(len(owner)))
    own = held.take(need >> 5)
    has = own.nonzero()[0]
    need, own, owner = need.take(has), own.take(has), owner.take(has)
    full = own >= (need >> 1 & 15)
    must = (need & 1) != 0
    credit = np.bincount(owner, (1 + full) << must, len(chosen)).astype(np.int64)
    lacking = np.zeros(len(chosen), np.bool_)
    if workers.rows[w, c.FLAGS] & c.SKILLS_KNOWN:
        insisted = index.layout.musts[chosen]
        if insisted.any():
            lacking = insisted > np.bincount(owner[full & must], minlength=len(chosen))
    return credit, lacking, credit > 0


def _papers(index: Index, workers: Workers, w: int, chosen: I8, start: I4) -> tuple[I8, Bools]:
    """Credit for certificates that are not required, and whether a required one is missing."""
    papers = index.openings.papers
    first = papers.ptr[chosen]
    sizes = papers.ptr[chosen + 1] - first
    owner = np.arange(len(chosen)).repeat(sizes)
    asked = papers.of.take((first - sizes.cumsum() + sizes).take(owner) + np.arange(len(owner)), 0)
    own = entries(workers.papers, w)
    kind, level = asked[:, :1], asked[:, 1:2]
    enough = (level == 0) | (own[:, 1] == 0) | (own[:, 1] <= level)
    held = ((kind == own[:, 0]) & enough & (own[:, 2] >= start.take(owner)[:, None])).any(1)
    must = asked[:, 2] != 0
    credit = np.bincount(owner[held & ~must], minlength=len(chosen)) * 2
    missing = np.zeros(len(chosen), np.bool_)
    if workers.rows[w, c.FLAGS] & c.PAPERS_KNOWN:
        missing[owner[must & ~held]] = True
    return credit, missing


def _share(credit: I8, asked: I4, flags: int, marks: I4) -> I8:
    neutral = np.full(len(credit), marks[c.SKILLS_UNKNOWN], np.int64)
    if not flags & c.SKILLS_KNOWN:
        return neutral
    divisor = np.maximum(2 * asked.astype(np.int64), 1)
    return np.where(asked == 0, neutral, (2 * int(marks[c.SKILLS]) * credit + asked) // divisor)


def trades(index: Index, workers: Workers, w: int) -> tuple[I4, I4, Bools]:
    """Points of trade and experience, and whether it is a neighbour, by occupation; the last entry stands for none."""
    layout, marks, flags = index.layout, index.marks, int(workers.rows[w, c.FLAGS])
    kin, known = layout.trades, len(layout.trades)
    trade = np.zeros(known + 1, np.int32)
    experience = np.full(known + 1, 0 if flags & c.PRACTICE_KNOWN else marks[c.EXPERIENCE_UNKNOWN], np.int32)
    near = np.zeros(known + 1, np.bool_)
    if not flags & c.TRADE_KNOWN:
        trade[:] = marks[c.TRADE_UNKNOWN]
    for mine, own in entries(workers.trades, w).tolist():
        table = c.WANTED if own < 0 or not flags & c.WISH_KNOWN else c.HELD
        level, (gained, practised) = nearness(kin, mine), np.zeros((2, 4), np.int32)
        gained[:3] = marks[table : table + 3]
        np.maximum(trade[:-1], gained.take(level), out=trade[:-1])
        if own >= 0:
            practised[:] = [own * (3 - far) // 3 for far in range(4)]
            np.maximum(experience[:-1], practised.take(level), out=experience[:-1])
        if mine + 1 < len(layout.neighbours.ptr):
            near[layout.neighbours.of[layout.neighbours.ptr[mine] : layout.neighbours.ptr[mine + 1]]] = True
    trade[-1], experience[-1] = marks[c.TRADE_UNKNOWN], marks[c.EXPERIENCE_UNKNOWN]
    return trade, experience, near & (trade == 0)


def nearness(kin: I4, mine: int) -> I4:
    """How close every occupation is: 0 the same, 1 near, 2 in the same field, 3 unrelated."""
    group, field = kin[mine].tolist()
    level = np.full(len(kin), 3, np.int32)
    if field >= 0:
        level[kin[:, 1] == field] = 2
    if group >= 0:
        level[kin[:, 0] == group] = 1
    level[mine] = 0
    return level


def terms(attrs: I4, refused: I4, who: I4, marks: I4) -> I4:
    """Points of engagement, board and lodging."""
    needs = who[c.NEEDS]
    engaged = marks[np.where(attrs & who[c.TYPES], c.ENGAGED, c.ENGAGED_UNKNOWN)]
    living = marks[np.where((attrs & needs == needs) & (needs != 0), c.LIVING, c.LIVING_UNKNOWN)]
    if refused.any():
        engaged[refused & c.ALL_TYPES != 0] = 0
        living[refused & (c.NO_LODGING | c.NO_BOARD) != 0] = 0
    return engaged + living


def candidates(index: Index, workers: Workers, w: int, mine: Own, *, skills: bool = True) -> I8:
    """Rows with something in common with a worker: a related or unknown occupation, or (with `skills`) a skill."""
    layout = index.layout
    if not workers.rows[w, c.FLAGS] & c.TRADE_KNOWN:
        return np.arange(len(index.openings.rows))
    trade = mine.trades[0][: len(layout.spans)]
    spans = layout.spans.take(trade.nonzero()[0], 0)
    sizes = spans[:, 3] - spans[:, 2]
    ends = sizes.cumsum()
    named = (spans[:, 2] - ends + sizes).repeat(sizes) + np.arange(ends[-1] if len(ends) else 0)
    parts = [named, np.arange(layout.nameless, len(index.openings.rows))]
    if not skills:
        return np.concatenate(parts)
    terms = [term for term in _levels(workers, w) if term + 1 < len(layout.postings.ptr)]
    parts += [layout.postings.of[layout.postings.ptr[term] : layout.postings.ptr[term + 1]] for term in terms]
    return np.unique(np.concatenate(parts))


def teaches(index: Index, rows: I8) -> Bools:
    """Which openings accept people who still have to learn, or do not say."""
    return (index.openings.rows[rows, c.ATTRS] & c.TEACHES) != 0


def order_of(index: Index, rows: I8, points: I8, top: int) -> I8:
    """The positions in `rows` of the best, in list order."""
    post = index.openings.rows[rows]
    keys = ((points + post[:, c.LIFTED]) << 32) - post[:, c.TIE]
    if len(keys) > 4 * top:
        keys_at = np.argpartition(-keys, top)[:top]
        return keys_at[np.argsort(-keys[keys_at])]
    return np.argsort(-keys)[:top]


def best_openings(index: Index, workers: Workers, first: int, last: int, rows: I4, points: I4) -> None:
    """The plain twin of `forward.best_openings`."""
    top = rows.shape[1]
    rows[:], points[:] = -1, 0
    for w in range(first, last):
        mine = own(index, workers, w)
        joined = candidates(index, workers, w, mine, skills=False)
        fitting, score = _fitting(index, workers, w, joined[_allowed(index, workers.rows[w], joined, mine)], mine)
        best = order_of(index, fitting, score, top)
        worst = int(score[best[-1]]) if len(best) == top else 0
        others = _unrelated(index, workers, w, mine, worst)
        if len(others):
            more, scores = _fitting(index, workers, w, others, mine)
            fitting, score = np.concatenate((fitting[best], more)), np.concatenate((score[best], scores))
            best = order_of(index, fitting, score, top)
        rows[w - first, : len(best)] = fitting[best]
        points[w - first, : len(best)] = score[best]


def _fitting(index: Index, workers: Workers, w: int, rows: I8, mine: Own) -> tuple[I8, I8]:
    seen = survey(index, workers, w, rows, mine)
    fits = seen.gaps == 0
    return seen.rows[fits], seen.points[fits]


def _unrelated(index: Index, workers: Workers, w: int, mine: Own, worst: int) -> I8:
    """Rows of unrelated occupations that share a skill and may reach the points of the worst on the list."""
    marks, who, post = index.marks, workers.rows[w], index.openings.rows
    trade, experience, near = mine.trades
    none = np.empty(0, np.int64)
    if not who[c.FLAGS] & c.SKILLS_KNOWN or not who[c.FLAGS] & c.TRADE_KNOWN:
        return none
    unlike = marks[c.NEIGHBOUR] if near.any() else marks[c.SKILL_ONLY]
    best = max(int(marks[c.SKILLS]), int(marks[c.SKILLS_UNKNOWN]))
    rest = int(experience[trade == 0].max(initial=0)) + int(mine.places.max()) + _most_terms(who, marks) + marks[c.LIFT]
    need = worst - int(unlike + rest)
    if need > best:
        return none
    held = [term for term in _levels(workers, w) if term + 1 < len(index.layout.postings.ptr)]
    bits = sum({1 << sign(term) for term in held})
    postings = index.layout.postings
    parts = [postings.of[postings.ptr[term] : postings.ptr[term + 1]] for term in held]
    rows = np.concatenate([none, *parts])
    if need > 0 and len(rows):
        low, high = np.uint32(bits & 0xFFFFFFFF), np.uint32(bits >> 32)
        bounds = index.openings.bounds.take(rows, 1)
        slack = bounds[2].astype(np.int64)
        shared = np.bitwise_count(bounds[0].view(np.uint32) & low).astype(np.int64)
        shared += np.bitwise_count(bounds[1].view(np.uint32) & high)
        shared += slack >> c.SLACK_LOST & 255
        most = (slack >> c.SLACK_UNIT) * shared + (slack & 255)
        rows = rows[2 * int(marks[c.SKILLS]) * most >= bounds[3] * (2 * need - 1)]
    rows = rows[trade[post[rows, c.OCCUPATION]] == 0]
    return np.unique(rows[_allowed(index, who, rows, mine)])


def _most_terms(who: I4, marks: I4) -> int:
    """The maximum points that pay and terms can give to a worker."""
    known = max(int(marks[c.WAGE_MET] + marks[c.WAGE_ABOVE]), int(marks[c.WAGE_PARTLY]), int(marks[c.WAGE_UNKNOWN]))
    wage = known if who[c.FLOOR] >= 0 else int(marks[c.WAGE_UNKNOWN])
    engaged = max(marks[c.ENGAGED_UNKNOWN], marks[c.ENGAGED] if who[c.TYPES] else 0)
    return wage + int(engaged + max(marks[c.LIVING_UNKNOWN], marks[c.LIVING] if who[c.NEEDS] else 0))


def _allowed(index: Index, who: I4, rows: I8, mine: Own) -> Bools:
    """Which rows pass the cheapest conditions: place, pay, and what the worker rules out."""
    post = index.openings.rows
    high = post[rows, c.HIGH]
    passed = (mine.places.take(post[rows, c.REGION]) >= 0) & ((high >= who[c.FLOOR]) | (high < 0))
    if who[c.FORBID]:
        passed &= (post[rows, c.ATTRS] & who[c.FORBID]) == 0
    return passed


def best_workers(index: Index, workers: Workers, top: int) -> I4:
    """The best workers of every opening (openings x top x 2: worker, points), -1 after the end of a list."""
    batches: list[tuple[I8, I8, I8]] = []
    for w in range(len(workers.rows)):
        mine = own(index, workers, w)
        seen = survey(index, workers, w, candidates(index, workers, w, mine), mine)
        fits = seen.gaps == 0
        rows, points = seen.rows[fits], seen.points[fits]
        keys = ((points + workers.rows[w, c.HARDSHIP]) << 32) - workers.rows[w, c.RANK]
        batches.append((rows, keys, np.column_stack((np.full(len(rows), w), points))))
    out = np.full((len(index.openings.rows), top, 2), (-1, 0), np.int32)
    if not batches:
        return out
    rows, keys, pairs = (np.concatenate(part) for part in zip(*batches, strict=True))
    order = np.lexsort((-keys, rows))
    rows = rows[order]
    firsts = np.searchsorted(rows, rows)
    rank = np.arange(len(rows)) - firsts
    kept = rank < top
    out[rows[kept], rank[kept]] = pairs[order[kept]]
    return out
