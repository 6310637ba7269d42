"""Many workers indexed once, and the best visible ones for an opening: compiled once the kernels are warm (人才库)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from matching.engine.fit.profiles import Ground, OpeningProfile, WorkerProfile
from matching.engine.pairs import columns as c
from matching.engine.pairs import engine, forward_plain
from matching.engine.pairs.columns import I4, I8, Crowd, Index, Lists
from matching.engine.pairs.encode import Register, encode_workers, marks
from matching.engine.pairs.forward_plain import Bools
from matching.engine.pairs.index import build, people, register_neighbours


@dataclass(frozen=True, slots=True)
class Pool:
    """Workers with their lookup tables, the register of their words, and the id of each row."""

    crowd: Crowd
    register: Register
    ids: I8


def gather(workers: Iterable[WorkerProfile], ground: Ground) -> Pool:
    """Index workers with numeric ids; the ground's weights and wage basis are part of the index, its day is not."""
    register, ids = Register(), list[int]()
    register_neighbours(register, ground)

    def noted(worker: WorkerProfile) -> WorkerProfile:
        ids.append(int(worker.id))
        return worker

    columns = encode_workers(map(noted, workers), register, ground)
    trades = register.trades()
    return Pool(Crowd(columns, people(columns, trades, marks(ground, 0)), trades), register, np.array(ids, np.int64))


def best(pool: Pool, opening: OpeningProfile, ground: Ground, hidden: Bools, top: int) -> list[int]:
    """The ids of the best workers for any opening, best first, without hidden rows."""
    return [number for number, _ in best_scored(pool, opening, ground, hidden, top)]


def best_scored(pool: Pool, opening: OpeningProfile, ground: Ground, hidden: Bools, top: int) -> list[tuple[int, int]]:
    """The ids of the best workers for any opening with their points, best first, without hidden rows."""
    built = build([opening], ground, pool.register)
    if not len(built.source):
        return []
    index, crowd = engine.current(built.index, pool.register), pool.crowd
    if not engine.is_warm():
        rows, points = _plainly(index, crowd, hidden, top)
        return list(zip(pool.ids[rows].tolist(), points.tolist(), strict=True))
    from matching.engine.pairs import backward

    work = backward.desk(crowd.workers, len(pool.register.terms), top)
    work.seen[hidden] = 1  # as if the first opening, the only one, had seen them already
    out = np.zeros((1, top, 2), np.int32)
    backward.best_workers(index, crowd.workers, crowd.people, 0, 1, work, out)
    listed = out[0, out[0, :, 0] >= 0]
    return list(zip(pool.ids[listed[:, 0]].tolist(), listed[:, 1].tolist(), strict=True))


def first_openings(pool: Pool, openings: Sequence[OpeningProfile], ground: Ground, top: int) -> I8:
    """The ids of the best openings of everybody in the pool (people x top), best first; -1 after the end of a list."""
    return first_choices(pool, openings, ground, top)[0]


def first_choices(pool: Pool, openings: Sequence[OpeningProfile], ground: Ground, top: int) -> tuple[I8, I4]:
    """The best openings of everybody in the pool as `first_openings` gives them, and their points."""
    built = build(openings, ground, pool.register)
    rows, points = engine.find(engine.current(built.index, pool.register), pool.crowd.workers, top)
    numbers = np.array([int(opening.id) for opening in openings] + [-1], np.int64)
    return numbers[np.append(built.source, -1)[rows]], points


def _plainly(index: Index, crowd: Crowd, hidden: Bools, top: int) -> tuple[I8, I8]:
    """The rows and points of the best workers without compiled kernels: possible ones by group, judged one by one."""
    who = _possible(index, crowd)
    who = who[~hidden[who]]
    row, rows, points = np.zeros(1, np.int64), list[int](), list[int]()
    for w in who.tolist():
        seen = forward_plain.survey(index, crowd.workers, w, row)
        if not seen.gaps[0]:
            rows.append(w)
            points.append(int(seen.points[0]))
    fitting, worth, of = np.array(rows, np.int64), np.array(points, np.int64), crowd.workers.rows
    keys = ((worth + of[fitting, c.HARDSHIP]) << 32) - of[fitting, c.RANK]
    order = np.argsort(-keys)[:top]
    return fitting[order], worth[order]


def _possible(index: Index, crowd: Crowd) -> I4:
    """Everybody with a related trade or shared skill who accepts the place and the pay of the opening."""
    group, post = crowd.people, index.openings.rows[0]
    some = group.everyone
    if post[c.OCCUPATION] >= 0:
        kin = index.layout.trades[post[c.OCCUPATION]]
        trades = zip((group.trades, group.groups, group.fields), (post[c.OCCUPATION], *kin), strict=True)
        skills = ((group.terms, term >> 5) for term in index.openings.terms.of[:, 0])
        some = np.concatenate([group.tradeless, *(_members(lists, key) for lists, key in chain(trades, skills))])
    paid = (some[:, 3] <= post[c.HIGH]) | (post[c.HIGH] < 0)
    region = index.layout.regions[post[c.REGION]] if post[c.REGION] >= 0 else None
    if region is not None and region[0] == 6:  # where the region is known only roughly, smaller areas may lie in it too
        paid &= np.isin(some[:, 0], (*region[1:4], c.ANY_AREA))
    return np.unique(some[paid, 1])


def _members(lists: Lists, key: int) -> I4:
    if 0 <= key < len(lists.ptr) - 1:
        return lists.of[lists.ptr[key] : lists.ptr[key + 1]]
    return lists.of[:0]
