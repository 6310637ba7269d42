"""The current openings in each process: cards, engine profiles and the text index of all open openings.

The text index is a snapshot that all processes map (`snapshots`), plus the small changes of each process. The database
remains the source of truth. A look at the board asks, at most a few times a second, for rows changed since the last
look (two indexed selects, whatever the number of openings), so a change is visible everywhere within a second; every
few minutes the whole list is compared, in case a slow transaction committed late.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from centre import clock
from centre.batches import batches
from centre.database import open_session
from centre.permissions import Actor
from centre.settings import settings
from centre.skills.vocabulary import teach, vocabulary
from employers.companies.models import Employer
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from matching.engine.fit.profiles import Ground, WageBasis, Weights, WorkerProfile
from matching.live.inputs import Ranks, inputs
from matching.live.listing import Listed, covers, document, listing, rows, wage_basis
from matching.live.snapshots import PLACES, settled

if TYPE_CHECKING:
    from matching.engine.fit.reference import Ranking
    from matching.engine.pairs.engine import Engine
    from matching.engine.text.index import LiveIndex, TextIndex
    from matching.engine.text.terms import Document

LOOK_EVERY = 0.25
"""Seconds between two looks for changes; the promise is one second."""
OVERLAP = timedelta(seconds=10)
"""How far a look reaches behind the newest change, for transactions that commit late."""
COMPARE_EVERY = 300.0
WORN = 128
"""The number of changes after which openings are reindexed for matching in the background; half of what the engine
bears."""


@dataclass
class _State:
    """The state of a process; changed piece by piece under the lock, read without it."""

    index: "LiveIndex"
    listed: dict[int, Listed]
    fields: dict[str, set[int]]
    day: date
    wages: WageBasis
    weights: Weights
    ranks: Ranks
    newest: datetime | None = None
    last_id: int = 0
    engine: "Engine | None" = None
    moves: int = 0

    @property
    def ground(self) -> Ground:
        """Everything that a match depends on besides the two profiles."""
        return ground_on(self.day, self.wages, self.weights)

    def listing(self, row: Row[Any]) -> Listed:
        """An opening with the data that order it among equals."""
        return _ranked(listing(row), self.ranks)


class OpeningBoard:
    """The open openings of one database, kept up to date by looking for changes (岗位看板)."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._folding = Lock()
        self._matching = Lock()
        self._indexing = Lock()
        self._state: _State | None = None
        self._looked = 0.0
        self._compared = 0.0

    def look(self) -> "View":
        """The current openings, at most a quarter of a second old."""
        state = self._state
        if state is None:
            with self._lock:
                state = self._state or self._build()
        elif monotonic() - self._looked > LOOK_EVERY and self._lock.acquire(blocking=False):
            try:
                self._catch_up(state)
                state = self._state or state
            finally:
                self._lock.release()
        return View(state.index.current, state.listed, state.fields, state.ground)

    def rank(self, worker: WorkerProfile, *, top: int) -> tuple["View", "Ranking"]:
        """The best openings for a worker by the fast engine, which is built on the first question of a day."""
        from matching.engine.pairs.engine import Engine

        view = self.look()
        state = self._state
        if state is None:
            raise LookupError("the board was taken down while it was read")
        with self._matching:
            if state.engine is None or state.engine.ground != state.ground:
                profiles = [listed.profile for listed in list(state.listed.values())]
                state.engine = Engine(profiles, state.ground)
            return view, state.engine.rank(worker, top=top)

    def _build(self) -> _State:
        from matching.engine.text.index import LiveIndex, TextIndex

        with open_session(Actor.system().scope) as session:
            teach(inputs().words(session))
            wages, weights, ranks = wage_basis(session), inputs().weights(session), inputs().ranks(session)
            seen = session.execute(rows().where(Opening.state == OpeningState.OPEN)).all()
        today = clock.today()
        openings = [row for row in seen if _is_current(row, today)]
        listed = {row.id: _ranked(listing(row), ranks) for row in openings}
        by_id = {row.id: row for row in openings}

        def documents(ids: Iterable[int]) -> Iterator["Document"]:
            return (document(by_id[number], listed[number], wages) for number in ids)

        marks = {number: entry.mark for number, entry in listed.items()}
        index = settled(marks, wages, lambda: TextIndex.build(documents(by_id), PLACES), documents)
        state = _State(LiveIndex(index), listed, defaultdict(set), today, wages, weights, ranks)
        for opening in listed.values():
            state.fields[_field(opening)].add(opening.id)
        _advance(state, seen)
        self._state, self._looked, self._compared = state, monotonic(), monotonic()
        return state

    def _catch_up(self, state: _State) -> None:
        if state.day != clock.today():
            state.day = clock.today()
            self._compared = 0.0
        with open_session(Actor.system().scope) as session:
            changed, moved = _changed(session, state), []
            if monotonic() - self._compared > COMPARE_EVERY:
                changed += _drifted(session, state)
                moved = _rank_again(session, state)
                self._compared = monotonic()
                if teach(inputs().words(session)):
                    state = self._build()
                    changed, moved = [], []
        put, gone = _apply(state, changed)
        put += [number for number in moved if number in state.listed]
        with self._matching:
            if state.engine is not None:
                for number in put:
                    state.engine.put_opening(state.listed[number].profile)
                for number in gone:
                    state.engine.drop_opening(number)
                state.moves += len(put) + len(gone)
        self._looked = monotonic()
        if state.moves > WORN and not self._indexing.locked():
            Thread(target=self._index, args=(state,), name="index-openings", daemon=True).start()
        if state.index.current.is_worn and not self._folding.locked():
            Thread(target=self._fold, args=(state,), name="fold-openings", daemon=True).start()

    def _index(self, state: _State) -> None:
        """Reindex the openings for matching in the background, then apply the changes made meanwhile."""
        from matching.engine.pairs.engine import Engine

        with self._indexing:
            seen = {number: listed.profile for number, listed in list(state.listed.items())}
            engine = Engine(seen.values(), state.ground)
            with self._lock, self._matching:
                for number, listed in state.listed.items():
                    if seen.get(number) is not listed.profile:
                        engine.put_opening(listed.profile)
                for number in seen.keys() - state.listed.keys():
                    engine.drop_opening(number)
                state.engine, state.moves = engine, 0

    def _fold(self, state: _State) -> None:
        """Merge the many small changes into the large part of the index, in the background."""
        with self._folding:
            with self._lock:
                seen = state.index.current
                marks = {number: listed.mark for number, listed in list(state.listed.items())}
            if seen.is_worn:
                state.index.rebase(settled(marks, state.wages, seen.rebuilt, partial(_documents, state.wages)), seen)


@dataclass(frozen=True, slots=True)
class View:
    """One consistent look at the board."""

    index: "TextIndex"
    listed: Mapping[int, Listed]
    fields: Mapping[str, set[int]]
    ground: Ground

    def in_field(self, codes: Iterable[str]) -> list[Listed]:
        """Openings in the occupational fields of these codes, and those without a known occupation."""
        wanted = {code[:4] for code in codes} | {""}
        ids = sorted(number for name in wanted for number in tuple(self.fields.get(name, ())))
        return [self.listed[number] for number in ids if number in self.listed]


_boards: dict[str, OpeningBoard] = {}


def board() -> OpeningBoard:
    """The board of the configured database in this process, built on the first look."""
    return _boards.setdefault(settings().url, OpeningBoard())


@lru_cache(maxsize=1)
def adjacency() -> Mapping[str, frozenset[str]]:
    """The known moves between trades, for every occupation that has any."""
    words = vocabulary()
    moves = {
        node.code: frozenset(near.code for near in words.neighbours(node.code, limit=24) if near.why)
        for node in words.occupations
    }
    return {code: near for code, near in moves.items() if near}


@lru_cache(maxsize=4)
def ground_on(day: date, wages: WageBasis, weights: Weights) -> Ground:
    """Everything that the matches of a day depend on besides the two profiles."""
    return Ground(today=day, wages=wages, weights=weights, adjacency=adjacency())


def _changed(session: Session, state: _State) -> list[Row[Any]]:
    """Rows changed since the last look.

    Their versions are read first: after a large import all of it falls into the overlap for some seconds, and reading
    whole rows again and again would be expensive.
    """
    if state.newest is None:
        wanted = Opening.id > state.last_id
    else:
        settled = clock.now() - state.newest > OVERLAP
        since = state.newest if settled else state.newest - OVERLAP
        touched = select(Employer.id).where(Employer.updated_at > since)
        wanted = or_(Opening.updated_at > since, Opening.id > state.last_id, Opening.employer_id.in_(touched))
    marks = session.execute(
        select(Opening.id, Opening.version, Employer.version, Opening.state)
        .join(Employer, Employer.id == Opening.employer_id)
        .where(wanted)
    )
    new = [number for number, opened, boss, now in marks if _is_news(state, number, (opened, boss), now)]
    return _whole(session, new)


def _is_news(state: _State, number: int, mark: tuple[int, int], now: OpeningState) -> bool:
    known = _mark_of(state.listed.get(number))
    if known is None:
        return now is OpeningState.OPEN or number > state.last_id
    return known != mark


def _whole(session: Session, ids: list[int]) -> list[Row[Any]]:
    changed: list[Row[Any]] = []
    for batch in batches(ids):
        changed += session.execute(rows().where(Opening.id.in_(batch))).all()
    return changed


def _documents(wages: WageBasis, ids: Iterable[int]) -> list["Document"]:
    with open_session(Actor.system().scope) as session:
        return [document(row, listing(row), wages) for row in _whole(session, list(ids))]


def _drifted(session: Session, state: _State) -> list[Row[Any]]:
    """Openings whose version, or whose employer's version, differs from the board, and those that have ended."""
    marks = session.execute(
        select(Opening.id, Opening.version, Employer.version, Opening.valid_from, Opening.valid_until)
        .join(Employer, Employer.id == Opening.employer_id)
        .where(Opening.state == OpeningState.OPEN, Opening.for_everybody())
    ).all()
    known = state.listed
    current = {row[0] for row in marks if covers(row[3], row[4], state.day)}
    odd = [number for number in known if number not in current]
    odd += [row[0] for row in marks if row[0] in current and _mark_of(known.get(row[0])) != (row[1], row[2])]
    return _whole(session, odd)


def _rank_again(session: Session, state: _State) -> list[int]:
    """Reload the weights and the tie-breaks; returns the openings whose order among equals has changed."""
    state.weights, state.ranks = inputs().weights(session), inputs().ranks(session)
    ranked = {number: _ranked(listed, state.ranks) for number, listed in state.listed.items()}
    moved = [number for number, listed in ranked.items() if listed is not state.listed[number]]
    state.listed = ranked
    return moved


def _ranked(listed: Listed, ranks: Ranks) -> Listed:
    underserved, health = ranks.is_underserved(listed.id), ranks.health(listed.employer_id)
    if (listed.profile.underserved, listed.profile.health) == (underserved, health):
        return listed
    return replace(listed, profile=replace(listed.profile, underserved=underserved, health=health))


def _mark_of(listed: Listed | None) -> tuple[int, int] | None:
    return listed.mark if listed else None


def _is_current(row: Row[Any], today: date) -> bool:
    # An opening kept for a group is on no public list, count or index (reserved_for).
    return row.state is OpeningState.OPEN and not row.reserved_for and covers(row.valid_from, row.valid_until, today)


def _apply(state: _State, changed: Iterable[Row[Any]]) -> tuple[list[int], list[int]]:
    """Apply changed rows to the board; returns the added ids and the removed ids."""
    put: list[Document] = []
    gone: list[int] = []
    listed = state.listed
    for row in changed:
        old = listed.get(row.id)
        if not _is_current(row, state.day):
            if old is not None:
                gone.append(row.id)
                del listed[row.id]
                state.fields[_field(old)].discard(row.id)
        elif _mark_of(old) != (row.version, row.employer_version):
            new = state.listing(row)
            if old is not None:
                state.fields[_field(old)].discard(row.id)
            listed[row.id] = new
            state.fields[_field(new)].add(row.id)
            put.append(document(row, new, state.wages))
    _advance(state, changed)
    if put or gone:
        state.index.change(put, gone)
    return [added.id for added in put], gone


def _advance(state: _State, seen: Iterable[Row[Any]]) -> None:
    for row in seen:
        newest = max(row.updated_at, row.employer_updated_at)
        state.newest = newest if state.newest is None else max(state.newest, newest)
        state.last_id = max(state.last_id, row.id)


def _field(listed: Listed) -> str:
    return listed.occupation[:4]
