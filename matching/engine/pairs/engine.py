"""The fast engine with the interface of the reference: both directions, exact, compiled or plain (检索).

It uses plain numpy until `matching.live.kernels.warm` has compiled the kernels; the answers are the same.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

import numpy as np

from matching.engine.fit.conditions import Condition, failures
from matching.engine.fit.order import list_key, standing
from matching.engine.fit.profiles import Ground, Id, OpeningProfile, WorkerProfile
from matching.engine.fit.reference import TEACHABLE, Ranking, Suggestion, Transfer, rank, suggest, transfer
from matching.engine.pairs import forward_plain
from matching.engine.pairs.columns import HOME, I4, I8, Index, Workers
from matching.engine.pairs.encode import Register, encode_workers
from matching.engine.pairs.index import build, people

MOST_CHANGES = 256
WARM: set[str] = set()
"""Contains `pairs` once the compiled kernels of pairs are ready in this process."""
P = TypeVar("P", OpeningProfile, WorkerProfile)


def is_warm() -> bool:
    """Whether the kernels are compiled in this process."""
    return "pairs" in WARM


def current(index: Index, register: Register) -> Index:
    """The index with the kinship of occupations that were registered after it was built."""
    return index._replace(layout=index.layout._replace(trades=register.trades()))


def find(index: Index, workers: Workers, top: int) -> tuple[I4, I4]:
    """Rows and points of the best openings of every worker (workers x top); -1 after the end of a list."""
    shape = (len(workers.rows), top)
    rows, points = np.full(shape, -1, np.int32), np.zeros(shape, np.int32)
    if is_warm():
        from matching.engine.pairs import forward

        forward.best_openings(index, workers, alike(workers), forward.scratch(index, top), rows, points)
    else:
        forward_plain.best_openings(index, workers, 0, len(workers.rows), rows, points)
    return rows, points


def alike(workers: Workers) -> I8:
    """An order in which workers with the same occupation and home are adjacent."""
    known = np.append(workers.trades.of[:, 0], -1)
    first = np.where(np.diff(workers.trades.ptr), known[workers.trades.ptr[:-1]], -1)
    return np.lexsort((workers.rows[:, HOME], first))


class _Side(Generic[P]):
    """One side of the market: the indexed profiles and their later changes."""

    def __init__(self, profiles: Iterable[P]) -> None:
        self.profiles: list[P] = list(profiles)
        self.place: dict[Id, int] = {profile.id: place for place, profile in enumerate(self.profiles)}
        self.changed: dict[Id, P] = {}
        self.stale: set[int] = set()

    def change(self, key: Id, profile: P | None) -> None:
        """Record that a profile is new, changed or removed."""
        self.changed.pop(key, None)
        if profile is not None:
            self.changed[key] = profile
        if key in self.place:
            self.stale.add(self.place[key])

    def get(self, key: Id) -> P:
        """The current profile."""
        return self.changed[key] if key in self.changed else self.profiles[self.place[key]]

    def settled(self) -> "_Side[P]":
        """All current profiles, to be indexed again."""
        kept: list[P] = [profile for place, profile in enumerate(self.profiles) if place not in self.stale]
        kept.extend(self.changed.values())
        return _Side(kept)


class Engine:
    """Openings (and workers) indexed once, kept up to date by small changes, searched in both directions."""

    def __init__(
        self, openings: Iterable[OpeningProfile], ground: Ground, workers: Iterable[WorkerProfile] = ()
    ) -> None:
        self.ground = ground
        self._openings, self._workers = _Side(openings), _Side(workers)
        self._build()

    def _build(self) -> None:
        self._built = build(self._openings.profiles, self.ground)
        self._columns = encode_workers(self._workers.profiles, self._built.register, self.ground)
        self._people: Any = None

    def put_opening(self, opening: OpeningProfile) -> None:
        """Add or replace an opening; it is in the next answer."""
        self._openings.change(opening.id, opening)
        self._settle()

    def drop_opening(self, key: Id) -> None:
        """Remove an opening."""
        self._openings.change(key, None)
        self._settle()

    def put_worker(self, worker: WorkerProfile) -> None:
        """Add or replace a worker."""
        self._workers.change(worker.id, worker)
        self._settle()

    def drop_worker(self, key: Id) -> None:
        """Remove a worker."""
        self._workers.change(key, None)
        self._settle()

    def _settle(self) -> None:
        openings, workers = self._openings, self._workers
        sizes = (len(openings.changed), len(openings.stale), len(workers.changed), len(workers.stale))
        if max(sizes) > MOST_CHANGES:
            self._openings, self._workers = openings.settled(), workers.settled()
            self._build()

    def rank(self, worker: WorkerProfile, *, top: int = 20, counts: bool = True) -> Ranking:
        """The same as `reference.rank`. Without `counts` only the suggestions, which reads far fewer rows."""
        columns = encode_workers([worker], self._built.register, self.ground)
        index = current(self._built.index, self._built.register)
        fresh = rank(worker, self._openings.changed.values(), self.ground, top=top)
        if not counts:
            rows, _ = find(index, columns, top + len(self._openings.stale))
            best = [
                row for row in self._built.source[rows[0][rows[0] >= 0]].tolist() if row not in self._openings.stale
            ]
            suggestions = [suggest_opening(worker, self._openings.profiles[row], self.ground) for row in best[:top]]
            return Ranking(self._merged(suggestions, fresh.suggestions, top), (), {})
        return self._surveyed(worker, forward_plain.survey(index, columns, 0), fresh, top)

    def _surveyed(self, worker: WorkerProfile, seen: forward_plain.Survey, fresh: Ranking, top: int) -> Ranking:
        index, source = self._built.index, self._built.source
        alive = ~np.isin(source, np.array(sorted(self._openings.stale), np.int64))
        counted = Counter(fresh.blocked)
        for condition, bit in forward_plain.BITS.items():
            counted[condition] += int(np.count_nonzero((seen.gaps == bit) & alive))
        teachable = sum(forward_plain.BITS[condition] for condition in TEACHABLE)
        reach = (seen.gaps != 0) & (seen.gaps & ~teachable == 0) & alive
        reach &= ((seen.gaps & forward_plain.BITS[Condition.TRADE]) == 0) | seen.neighbour
        lists = []
        for kept in (
            np.flatnonzero((seen.gaps == 0) & alive),
            np.flatnonzero(reach & forward_plain.teaches(index, seen.rows)),
        ):
            best = kept[forward_plain.order_of(index, seen.rows[kept], seen.points[kept], top)]
            lists.append([self._openings.profiles[row] for row in source[seen.rows[best]].tolist()])
        suggestions = [suggest_opening(worker, opening, self.ground) for opening in lists[0]]
        ways = [transfer(worker, o, self.ground, suggest_opening(worker, o, self.ground)) for o in lists[1]]
        merged = {way.suggestion.opening_id: way for way in (*ways, *fresh.transfers) if way is not None}
        order = self._merged([way.suggestion for way in merged.values()], (), top)
        transfers: tuple[Transfer, ...] = tuple(merged[suggestion.opening_id] for suggestion in order)
        blocked = {condition: n for condition, n in counted.items() if n}
        return Ranking(self._merged(suggestions, fresh.suggestions, top), transfers, blocked)

    def _merged(self, indexed: list[Suggestion], fresh: Iterable[Suggestion], top: int) -> tuple[Suggestion, ...]:
        def key(suggestion: Suggestion) -> object:
            return list_key(suggestion.points, standing(self._openings.get(suggestion.opening_id)))

        return tuple(sorted([*indexed, *fresh], key=key)[:top])  # type: ignore[arg-type]

    def rank_workers(self, opening: OpeningProfile, *, top: int = 20) -> tuple[Suggestion, ...]:
        """The best workers for any opening, indexed or not; the same suggestions as `reference.rank_workers`."""
        side = self._workers
        best = self._best_workers(opening, top + len(side.stale))
        chosen = [side.profiles[w] for w in best if w not in side.stale] + list(side.changed.values())
        pairs = [(worker, suggest(worker, opening, self.ground, lifted=worker.hardship)) for worker in chosen]
        fitting = [
            (list_key(suggestion.points, standing(w)), suggestion)
            for w, suggestion in pairs
            if not failures(suggestion.checks)
        ]
        return tuple(suggestion for _, suggestion in sorted(fitting, key=lambda pair: pair[0])[:top])

    def _best_workers(self, opening: OpeningProfile, top: int) -> list[int]:
        built = build([opening], self.ground, self._built.register)
        if not len(built.source):
            return []
        if not is_warm():
            return list(range(len(self._columns.rows)))
        from matching.engine.pairs import backward

        group = self._people = self._people or people(self._columns, built.register.trades(), built.index.marks)
        out = np.zeros((1, top, 2), np.int32)
        work = backward.desk(self._columns, len(built.register.terms), top)
        backward.best_workers(current(built.index, built.register), self._columns, group, 0, 1, work, out)
        return [w for w in out[0, :, 0].tolist() if w >= 0]


def suggest_opening(worker: WorkerProfile, opening: OpeningProfile, ground: Ground) -> Suggestion:
    """A suggestion in a worker's list."""
    return suggest(worker, opening, ground, lifted=opening.underserved)
