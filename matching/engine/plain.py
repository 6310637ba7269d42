"""The same search in plain numpy: the answer where numba is absent or still cold, and the full account of one worker.

A survey tells for every opening which conditions fail and how many points it has, so it also counts what one change
would open and finds the ways through training.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine import columns as c
from matching.engine.columns import I4, I8, Index, Lists, Workers
from matching.engine.conditions import Condition
from matching.engine.encode import sign

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
    """What is worked out once for a worker: points by region, and points of trade by occupation."""

    places: I4
    trades: tuple[I4, I4, Bools]


def own(index: Index, workers: Workers, w: int) -> Own:
    """The tables of one worker."""
    return Own(places(index, workers, w), trades(index, workers, w))


def survey(index: Index, workers: Workers, w: int, rows: I8 | None = None, mine: Own | None = None) -> Survey:
    """Judge openings (all of them, or the given rows) for one worker."""
    chosen = np.arange(len(index.openings.rows)) if rows is None else rows
    mine = mine or own(index, workers, w)
    post = index.openings.rows[chosen]
    who = workers.rows[w]
    attrs, marks = post[:, c.ATTRS], index.marks
    free, today = int(who[c.FREE]), int(marks[c.TODAY])
    start = np.where(post[:, c.STARTS] > 0, post[:, c.STARTS], np.maximum(max(today, free), post[:, c.OPENS]))
    gaps = np.where(max(free, today) > np.maximum(post[:, c.LAST], today), BITS[Condition.VALID], 0)
    gaps |= np.where(post[:, c.EDUCATION] > who[c.SCHOOLING], BITS[Condition.EDUCATION], 0)
    refused = attrs & who[c.FORBID]
    gaps |= np.where(refused & (c.NIGHT | c.SHIFT), BITS[Condition.HOURS], 0)
    gaps |= np.where(refused & (c.NO_LODGING | c.NO_BOARD), BITS[Condition.LIVING], 0)
    gaps |= np.where(refused & c.ALL_TYPES, BITS[Condition.ENGAGEMENT], 0)
    gaps |= np.where(_too_young(post, int(who[c.BORN]), start), BITS[Condition.AGE], 0)
    place = mine.places[post[:, c.REGION]]
    gaps |= np.where(place < 0, BITS[Condition.REGION], 0)
    wage, below = wages(post, int(who[c.FLOOR]), marks)
    gaps |= np.where(below, BITS[Condition.WAGE], 0)
    found, lacking, shared = _skills(index, workers, w, chosen)
    papers, missing = _papers(index, workers, w, chosen, start)
    gaps |= np.where(lacking, BITS[Condition.SKILL], 0) | np.where(missing, BITS[Condition.CERTIFICATE], 0)
    tables, occupation = mine.trades, post[:, c.OCCUPATION]
    trade, experience, near = tables[0][occupation], tables[1][occupation], tables[2][occupation]
    gaps |= np.where((trade == 0) & ~shared, BITS[Condition.TRADE], 0)
    unlike = np.where(near, marks[c.NEIGHBOUR], np.where(shared, marks[c.SKILL_ONLY], 0))
    points = np.where(trade > 0, trade, unlike) + experience
    points += _share(found + papers, post[:, c.ASKED], int(who[c.FLAGS]), marks) + wage + np.maximum(place, 0)
    points += terms(attrs, refused, who, marks)
    return Survey(chosen, gaps.astype(np.int32), points.astype(np.int64), near)


def _too_young(post: I4, born: int, start: I4) -> Bools:
    if born == 0:
        return np.zeros(len(post), np.bool_)
    adult = (post[:, c.ATTRS] & (c.NIGHT | c.HAZARD)) != 0
    young = (start < born + 160_000) | (start < born + post[:, c.MIN_AGE] * 10_000)
    return young | (adult & (start < born + 180_000))


def covers(level: int, code: int, regions: I4) -> Bools:
    """Which regions lie in an area."""
    return regions[:, {6: 1, 4: 2, 2: 3}[level]] == code


def places(index: Index, workers: Workers, w: int) -> I4:
    """Points of every region for a worker, -1 outside; the last entry is for an unknown region."""
    regions, marks, who, areas = index.layout.regions, index.marks, workers.rows[w], entries(workers.areas, w)
    points = np.full(len(regions) + 1, -1, np.int32)
    here = points[:-1]
    listed = int(who[c.LISTED])
    if who[c.MODE] == c.NO_WISH:
        here[:] = marks[c.PLACE_UNKNOWN]
    elif who[c.MODE] == c.ANYWHERE:
        here[:] = _distances(index, int(who[c.HOME]), listed)
    else:
        for level, code, _ in areas.tolist():
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
    """Points of the pay, and which pay is below the floor."""
    low, high = post[:, c.LOW].astype(np.int64), post[:, c.HIGH].astype(np.int64)
    if floor < 0:
        return np.full(len(post), marks[c.WAGE_UNKNOWN], np.int64), np.zeros(len(post), np.bool_)
    most = int(marks[c.WAGE_ABOVE])
    above = np.full(len(post), most) if floor == 0 else np.minimum((low - floor) * 20 // floor, most)
    points = np.where(low >= floor, marks[c.WAGE_MET] + above, marks[c.WAGE_PARTLY])
    below = (high >= 0) & (high < floor)
    return np.where(high < 0, marks[c.WAGE_UNKNOWN], np.where(below, 0, points)), below


def _levels(workers: Workers, w: int) -> dict[int, int]:
    best: dict[int, int] = {}
    for term, level in entries(workers.terms, w).tolist():
        best[term] = max(level, best.get(term, 0))
    return best


def _skills(index: Index, workers: Workers, w: int, chosen: I8) -> tuple[I8, Bools, Bools]:
    """Credit for skills, whether a must is missing, whether any is shared."""
    terms = index.openings.terms
    held = np.zeros(len(index.layout.postings.ptr), np.int8)
    for term, level in _levels(workers, w).items():
        if term < len(held):
            held[term] = level
    starts = terms.ptr[chosen]
    sizes = terms.ptr[chosen + 1] - starts
    ends = np.cumsum(sizes)
    need = terms.of[np.repeat(starts - ends + sizes, sizes) + np.arange(ends[-1] if len(ends) else 0), 0]
    level = held[need >> 5]
    has = np.flatnonzero(level)
    need, level, owner = need[has], level[has], np.repeat(np.arange(len(chosen)), sizes)[has]
    full = level >= (need >> 1 & 15)
    must = (need & 1) != 0
    found = np.bincount(owner, (1 + full) << must, len(chosen)).astype(np.int64)
    lacking = np.zeros(len(chosen), np.bool_)
    if workers.rows[w, c.FLAGS] & c.SKILLS_KNOWN:
        insisted = index.layout.musts[chosen]
        if insisted.any():
            lacking = insisted > np.bincount(owner[full & must], minlength=len(chosen))
    return found, lacking, found > 0


def _papers(index: Index, workers: Workers, w: int, chosen: I8, start: I4) -> tuple[I8, Bools]:
    """Credit for certificates that are no must, and whether one that is a must is missing."""
    papers = index.openings.papers
    sizes = papers.ptr[chosen + 1] - papers.ptr[chosen]
    owner = np.repeat(np.arange(len(chosen)), sizes)
    asked = papers.of[np.repeat(papers.ptr[chosen] - np.cumsum(sizes) + sizes, sizes) + np.arange(len(owner))]
    held = np.zeros(len(asked), np.bool_)
    for kind, level, until in entries(workers.papers, w).tolist():
        enough = (asked[:, 1] == 0) | (level == 0) | (level <= asked[:, 1])
        held |= (asked[:, 0] == kind) & enough & (until >= start[owner])
    must = asked[:, 2] != 0
    credit = np.bincount(owner[held & ~must], minlength=len(chosen)) * 2
    missing = np.zeros(len(chosen), np.bool_)
    if workers.rows[w, c.FLAGS] & c.PAPERS_KNOWN:
        missing[owner[must & ~held]] = True
    return credit, missing


def _share(found: I8, asked: I4, flags: int, marks: I4) -> I8:
    neutral = np.full(len(found), marks[c.SKILLS_UNKNOWN], np.int64)
    if not flags & c.SKILLS_KNOWN:
        return neutral
    divisor = np.maximum(2 * asked.astype(np.int64), 1)
    return np.where(asked == 0, neutral, (2 * int(marks[c.SKILLS]) * found + asked) // divisor)


def trades(index: Index, workers: Workers, w: int) -> tuple[I4, I4, Bools]:
    """Points of trade and of experience, and whether it is a neighbour, by occupation; the last is for none."""
    layout, marks, flags = index.layout, index.marks, int(workers.rows[w, c.FLAGS])
    kin, known = layout.trades, len(layout.trades)
    trade = np.zeros(known + 1, np.int32)
    experience = np.full(known + 1, 0 if flags & c.PRACTICE_KNOWN else marks[c.EXPERIENCE_UNKNOWN], np.int32)
    near = np.zeros(known + 1, np.bool_)
    if not flags & c.TRADE_KNOWN:
        trade[:] = marks[c.TRADE_UNKNOWN]
    for mine, own in entries(workers.trades, w).tolist():
        table = c.WANTED if own < 0 or not flags & c.WISH_KNOWN else c.HELD
        for nearness, members in kindred(kin, mine):
            trade[members] = np.maximum(trade[members], marks[table + nearness])
            if own >= 0:
                experience[members] = np.maximum(experience[members], own * (3 - nearness) // 3)
        if mine + 1 < len(layout.neighbours.ptr):
            near[layout.neighbours.of[layout.neighbours.ptr[mine] : layout.neighbours.ptr[mine + 1]]] = True
    trade[-1], experience[-1] = marks[c.TRADE_UNKNOWN], marks[c.EXPERIENCE_UNKNOWN]
    return trade, experience, near & (trade == 0)


def kindred(kin: I4, mine: int) -> list[tuple[int, I8]]:
    """The occupations that are the same, near, and in the same field, each once."""
    group, field = kin[mine].tolist()
    near = kin[:, 0] == group if group >= 0 else np.zeros(len(kin), np.bool_)
    wide = (kin[:, 1] == field if field >= 0 else np.zeros(len(kin), np.bool_)) & ~near
    near[mine] = wide[mine] = False
    return [(0, np.array([mine])), (1, np.flatnonzero(near)), (2, np.flatnonzero(wide))]


def terms(attrs: I4, refused: I4, who: I4, marks: I4) -> I4:
    """Points of engagement, board and lodging."""
    engaged = np.where(attrs & who[c.TYPES], marks[c.ENGAGED], marks[c.ENGAGED_UNKNOWN])
    engaged = np.where(refused & c.ALL_TYPES, 0, engaged)
    needs = who[c.NEEDS]
    given = (attrs & needs) == needs if needs else np.zeros(len(attrs), np.bool_)
    living = np.where(given, marks[c.LIVING], marks[c.LIVING_UNKNOWN])
    return engaged + np.where(refused & (c.NO_LODGING | c.NO_BOARD), 0, living)


def candidates(index: Index, workers: Workers, w: int, mine: Own, *, skills: bool = True) -> I8:
    """Rows that something joins to a worker: a related or unknown occupation, or (with `skills`) a skill."""
    layout = index.layout
    if not workers.rows[w, c.FLAGS] & c.TRADE_KNOWN:
        return np.arange(len(index.openings.rows))
    trade = mine.trades[0][: len(layout.spans)]
    parts = [np.arange(span[2], span[3]) for span in layout.spans[np.flatnonzero(trade)].tolist()]
    parts.append(np.arange(layout.nameless, len(index.openings.rows)))
    if not skills:
        return np.concatenate(parts)
    terms = [term for term in _levels(workers, w) if term + 1 < len(layout.postings.ptr)]
    parts += [layout.postings.of[layout.postings.ptr[term] : layout.postings.ptr[term + 1]] for term in terms]
    return np.unique(np.concatenate(parts))


def teaches(index: Index, rows: I8) -> Bools:
    """Which openings take people who still have to learn, or do not say."""
    return (index.openings.rows[rows, c.ATTRS] & c.TEACHES) != 0


def order_of(index: Index, rows: I8, points: I8, top: int) -> I8:
    """The places in `rows` of the best, in the order of the list."""
    post = index.openings.rows[rows]
    keys = ((points + post[:, c.LIFTED]) << 32) - post[:, c.TIE]
    if len(keys) > 4 * top:
        keys_at = np.argpartition(-keys, top)[:top]
        return keys_at[np.argsort(-keys[keys_at])]
    return np.argsort(-keys)[:top]


def best_openings(index: Index, workers: Workers, first: int, last: int, rows: I4, points: I4) -> None:
    """What `sweep.best_openings` does, without the compiler."""
    top = rows.shape[1]
    rows[:], points[:] = -1, 0
    for w in range(first, last):
        mine = own(index, workers, w)
        found, score = _fitting(index, workers, w, candidates(index, workers, w, mine, skills=False), mine)
        best = order_of(index, found, score, top)
        worst = int(score[best[-1]]) if len(best) == top else 0
        others = _unrelated(index, workers, w, mine, worst)
        if len(others):
            more, scores = _fitting(index, workers, w, others, mine)
            found, score = np.concatenate((found[best], more)), np.concatenate((score[best], scores))
            best = order_of(index, found, score, top)
        rows[w - first, : len(best)] = found[best]
        points[w - first, : len(best)] = score[best]


def _fitting(index: Index, workers: Workers, w: int, rows: I8, mine: Own) -> tuple[I8, I8]:
    seen = survey(index, workers, w, rows[_allowed(index, workers.rows[w], rows, mine)], mine)
    fits = seen.gaps == 0
    return seen.rows[fits], seen.points[fits]


def _unrelated(index: Index, workers: Workers, w: int, mine: Own, worst: int) -> I8:
    """Rows of unrelated occupations that share a skill and may have as many points as the worst of the list."""
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
    bits = np.zeros(64, np.bool_)
    held = [term for term in _levels(workers, w) if term + 1 < len(index.layout.postings.ptr)]
    bits[[sign(term) for term in held]] = True
    postings = index.layout.postings
    parts = [postings.of[postings.ptr[term] : postings.ptr[term + 1]] for term in held]
    rows = np.concatenate([none, *parts])
    if need > 0 and len(rows):
        low, high = np.packbits(bits, bitorder="little").view(np.uint32)
        bounds = index.openings.bounds[rows]
        slack = bounds[:, 2].astype(np.int64)
        shared = np.bitwise_count(bounds[:, 0].view(np.uint32) & low).astype(np.int64)
        shared += np.bitwise_count(bounds[:, 1].view(np.uint32) & high)
        shared += slack >> c.SLACK_LOST & 255
        most = (slack >> c.SLACK_UNIT) * shared + (slack & 255)
        rows = rows[2 * int(marks[c.SKILLS]) * most >= bounds[:, 3] * (2 * need - 1)]
    rows = rows[trade[post[rows, c.OCCUPATION]] == 0]
    return np.unique(rows[_allowed(index, who, rows, mine)])


def _most_terms(who: I4, marks: I4) -> int:
    """The most that pay and terms can give to a worker."""
    known = max(int(marks[c.WAGE_MET] + marks[c.WAGE_ABOVE]), int(marks[c.WAGE_PARTLY]), int(marks[c.WAGE_UNKNOWN]))
    wage = known if who[c.FLOOR] >= 0 else int(marks[c.WAGE_UNKNOWN])
    engaged = max(marks[c.ENGAGED_UNKNOWN], marks[c.ENGAGED] if who[c.TYPES] else 0)
    return wage + int(engaged + max(marks[c.LIVING_UNKNOWN], marks[c.LIVING] if who[c.NEEDS] else 0))


def _allowed(index: Index, who: I4, rows: I8, mine: Own) -> Bools:
    """Which rows pass the conditions that cost least: place, pay, and what the worker forbids."""
    post = index.openings.rows
    high = post[rows, c.HIGH]
    passed = (mine.places[post[rows, c.REGION]] >= 0) & ((high >= who[c.FLOOR]) | (high < 0))
    if who[c.FORBID]:
        passed &= (post[rows, c.ATTRS] & who[c.FORBID]) == 0
    return passed


def best_workers(index: Index, workers: Workers, top: int) -> I4:
    """The best workers of every opening (openings x top x 2: worker, points), -1 where a list ends."""
    found: list[tuple[I8, I8, I8]] = []
    for w in range(len(workers.rows)):
        mine = own(index, workers, w)
        seen = survey(index, workers, w, candidates(index, workers, w, mine), mine)
        fits = seen.gaps == 0
        rows, points = seen.rows[fits], seen.points[fits]
        keys = ((points + workers.rows[w, c.HARDSHIP]) << 32) - workers.rows[w, c.RANK]
        found.append((rows, keys, np.column_stack((np.full(len(rows), w), points))))
    out = np.full((len(index.openings.rows), top, 2), (-1, 0), np.int32)
    if not found:
        return out
    rows, keys, pairs = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((-keys, rows))
    rows = rows[order]
    firsts = np.searchsorted(rows, rows)
    rank = np.arange(len(rows)) - firsts
    kept = rank < top
    out[rows[kept], rank[kept]] = pairs[order[kept]]
    return out
