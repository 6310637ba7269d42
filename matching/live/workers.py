"""All jobseekers as each process sees them: an index on disk, and later changes (人才库).

The nightly refresh reads and indexes all people and saves the index in `data_dir`; other processes map it. Each
question asks the database whom the reader may see and who has changed since; the latter are judged one by one. A
deleted row is noticed when the results are read again, or at the next refresh.
"""

import hashlib
import os
import pickle
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from centre import clock
from centre.batches import batches
from centre.database import open_session
from centre.people import Person, Recognition, Sex
from centre.permissions import Actor
from centre.records.queries import refused
from centre.settings import settings
from centre.skills.vocabulary import vocabulary
from centre.sources import source_digest
from centre.text import normalise
from matching.engine.fit.conditions import conditions, failures
from matching.engine.fit.profiles import Ground, OpeningProfile, Skill, WorkerProfile
from matching.live.folders import keep_newest, numbered
from matching.live.listing import Listed
from matching.profiles.models import HeldCertificate, JobWish, Registration, SkillProfile, WorkedOccupation
from matching.profiles.queries import seekers, worker_profiles

if TYPE_CHECKING:
    from matching.engine.pairs.columns import I8
    from matching.engine.pairs.workers import Pool

PURPOSE = "matching"
"""The purpose of automatic suggestions, which a person may switch off."""
OVERLAP = timedelta(seconds=30)
"""How far before the index's own time changes are looked for, for transactions that commit late."""
MOST_CHANGED = 1_000
"""With more changed people than this, the index is rebuilt."""
SPARE = 10
"""How many candidates more than asked for are read, to replace those who drop out on the second reading."""
OLDEST = timedelta(hours=36)
"""An index older than this is rebuilt, so that no machine keeps data longer after it was erased on another."""
LOOK_EVERY, KEPT = 60.0, 2
_KINDS = (Registration, SkillProfile, WorkedOccupation, HeldCertificate, JobWish, Recognition)


@dataclass(slots=True)
class Indexed:
    """The index of one database in this process, with the time before it was read and its parameters."""

    pool: "Pool"
    since: datetime
    folder: Path
    looked: float


_indexed: dict[str, Indexed] = {}
_lock = Lock()


def best_workers(session: Session, listed: Listed, ground: Ground, *, top: int) -> list[WorkerProfile]:
    """People visible to the session who may be among the `top` for an opening: all of these, and a few more.

    Leaves out those who opted out of suggestions and, where the law closes the work to women (MA-07), women.
    """
    import numpy as np  # imported late, like all numpy parts of the engine: the service starts without it

    from matching.engine.pairs.workers import best

    with _lock:
        at_hand, changed = _fresh(session, ground)
        pool, wanted = at_hand.pool, 2 * top + SPARE
        stale, in_sight = np.isin(pool.ids, changed), _in_sight(listed)
        candidates = best(pool, listed.profile, ground, stale, wanted)
        seen = _among(session, in_sight, [*candidates, *changed.tolist()])
        if len(candidates) == wanted and len(seen.intersection(candidates)) < top + SPARE:
            # The reader sees only few of all people: search again among those.
            mine = np.fromiter(session.scalars(in_sight), np.int64)
            candidates = best(pool, listed.profile, ground, stale | ~np.isin(pool.ids, mine), top + SPARE)
            seen.update(candidates)
    return workers_of(session, [number for number in (*candidates, *changed.tolist()) if number in seen])


@dataclass(frozen=True, slots=True)
class Scored:
    """The best people for one opening with their points, best first, and those who changed since they were indexed."""

    indexed: list[tuple[int, int]]
    changed: list[tuple[int, int]]


def scored_workers(session: Session, wanted: Sequence[Listed], ground: Ground, *, top: int) -> dict[int, Scored]:
    """For each opening the people of `best_workers` with their points; what is common to all is read once.

    Points are those of the compiled engine, which agree with the reasons that a pair is shown with.
    """
    import numpy as np

    from matching.engine.pairs.workers import best_scored, gather

    with _lock:
        at_hand, changed = _fresh(session, ground)
        pool, most = at_hand.pool, 2 * top + SPARE
        stale = np.isin(pool.ids, changed)
        newer = gather(workers_of(session, changed.tolist()), ground) if len(changed) else None
        everybody = np.zeros(len(newer.ids) if newer else 0, bool)
        scored = {}
        for each in wanted:
            recent = best_scored(newer, each.profile, ground, everybody, len(newer.ids)) if newer else []
            scored[each.id] = Scored(best_scored(pool, each.profile, ground, stale, most), recent)
        seen, mine = _seen(session, wanted, scored), dict[str, Any]()
        for each in wanted:
            before, visible = scored[each.id], seen[each.sex_ground]
            indexed = [pair for pair in before.indexed if pair[0] in visible]
            if len(before.indexed) == most and len(indexed) < top + SPARE:
                # The reader sees only few of all people: search again among those.
                if each.sex_ground not in mine:
                    mine[each.sex_ground] = np.fromiter(session.scalars(_in_sight(each)), np.int64)
                others = ~np.isin(pool.ids, mine[each.sex_ground])
                indexed = best_scored(pool, each.profile, ground, stale | others, top + SPARE)
            scored[each.id] = Scored(indexed, [pair for pair in before.changed if pair[0] in visible])
    return scored


def _seen(session: Session, wanted: Sequence[Listed], scored: dict[int, Scored]) -> dict[str, set[int]]:
    """Of the people of all lists those who are visible and may lawfully take the openings, by the limit of these."""
    people, first = dict[str, set[int]](), dict[str, Listed]()
    for each in wanted:
        lists = scored[each.id]
        first.setdefault(each.sex_ground, each)
        people.setdefault(each.sex_ground, set()).update(number for number, _ in (*lists.indexed, *lists.changed))
    return {limit: _among(session, _in_sight(first[limit]), sorted(ids)) for limit, ids in people.items()}


def _fresh(session: Session, ground: Ground) -> tuple[Indexed, "I8"]:
    """The index at hand and who changed since; with too many changes a new one. The caller holds the lock."""
    at_hand = _at_hand(ground)
    changed = _changed(session, at_hand.since - OVERLAP, MOST_CHANGED + 1)
    if len(changed) > MOST_CHANGED:
        if clock.now() - at_hand.since > OVERLAP:
            at_hand = index_everybody(ground)
        changed = _changed(session, at_hand.since)
    return at_hand, changed


def fitting_workers(
    session: Session, listed: Listed, profiles: Sequence[OpeningProfile], ground: Ground
) -> list[set[int]]:
    """Everybody visible to the session who fits an opening, once for each of its `profiles` (as it is, or changed).

    Found by the compiled engine in the index of people; those who changed since are scored individually.
    """
    import numpy as np

    from matching.engine.pairs.workers import best

    with _lock:
        pool = (at_hand := _at_hand(ground)).pool
        changed = _changed(session, at_hand.since - OVERLAP)
        in_sight, stale = set(session.scalars(_in_sight(listed))), np.isin(pool.ids, changed)
        most = max(len(pool.ids), 1)
        fitting = [in_sight.intersection(best(pool, profile, ground, stale, most)) for profile in profiles]
    newer = workers_of(session, [number for number in changed.tolist() if number in in_sight])
    for profile, ids in zip(profiles, fitting, strict=True):
        ids |= {int(worker.id) for worker in newer if not failures(conditions(worker, profile, ground))}
    return fitting


def still_suited(session: Session, listed: Listed, ids: Sequence[int]) -> list[WorkerProfile]:
    """Those of some people who are visible, look for work, want suggestions, and may lawfully take an opening."""
    suited = among_suited(session, listed, ids)
    return workers_of(session, [number for number in ids if number in suited])


def workers_of(session: Session, ids: Collection[int]) -> list[WorkerProfile]:
    """The profiles of some people for the engine."""
    return [with_trade_words(worker) for worker in worker_profiles(session, ids)]


def with_trade_words(worker: WorkerProfile) -> WorkerProfile:
    """The worker with the everyday words of the practised trades added to the skills, so that 挡车 matches 纺纱工."""
    if worker.skills is None:
        return worker
    words = vocabulary()
    known = {normalise(skill.term): replace(skill, term=normalise(skill.term)) for skill in worker.skills}
    for practice in worker.practised or ():
        for word in (normalise(words.name(practice.code)), *words.aliases_of.get(practice.code, ())):
            known.setdefault(word, Skill(word))
    return replace(worker, skills=tuple(known.values()))


def index_everybody(ground: Ground) -> Indexed:
    """Read and index everybody, for this and all other processes; takes seconds for a city."""
    from matching.engine.pairs.workers import gather

    since, folder = clock.now(), _folder(ground)
    with open_session(Actor.system().scope) as session:
        ids = session.scalars(seekers().with_only_columns(Registration.person_id)).all()
        indexed = Indexed(gather(workers_of(session, ids), ground), since, folder, monotonic())
    if len(ids) >= settings().index_from and settings().data_dir.is_dir():
        _keep(indexed)
        indexed = _mapped(folder) or indexed
    _indexed[settings().url] = indexed
    return indexed


def _at_hand(ground: Ground) -> Indexed:
    """The index of this process: the current one, a newer one written by another process, or a new one."""
    known, folder = _indexed.get(settings().url), _folder(ground)
    if known is None or known.folder != folder:
        known = _indexed[settings().url] = _mapped(folder) or index_everybody(ground)
    elif monotonic() - known.looked > LOOK_EVERY:
        known.looked = monotonic()
        if any(int(path.name) > _number(known.since) for path in numbered(folder)):
            known = _indexed[settings().url] = _mapped(folder) or known
    return known if clock.now() - known.since < OLDEST else index_everybody(ground)


def among_suited(session: Session, listed: Listed, ids: Sequence[int]) -> set[int]:
    """Those of some people who are visible, look for work, want suggestions, and may lawfully take an opening."""
    return _among(session, _in_sight(listed), ids)


def _in_sight(listed: Listed) -> Select[int]:
    chosen = seekers().with_only_columns(Registration.person_id).order_by(None)
    chosen = chosen.where(Registration.person_id.not_in(refused(PURPOSE)))
    if listed.sex_ground:
        chosen = chosen.where(
            Registration.person_id.in_(select(Person.id).where(Person.sex.is_distinct_from(Sex.FEMALE)))
        )
    return chosen


def _among(session: Session, chosen: Select[int], ids: Sequence[int]) -> set[int]:
    visible = set[int]()
    for batch in batches(ids):
        # By way of the ids; otherwise SQLite reads every registration in these states instead of the few needed.
        own = select(Registration.id).where(Registration.person_id.in_(batch))
        visible |= set(session.scalars(chosen.where(Registration.id.in_(own))))
    return visible


def _changed(session: Session, since: datetime, most: int | None = None) -> "I8":
    """People with any row written since, as visible to the session; at most `most` for each kind of row."""
    import numpy as np

    parts = [select(Person.id).where(Person.updated_at > since)]
    parts += [select(kind.person_id).where(kind.updated_at > since) for kind in _KINDS]
    recent = (session.scalars(part.distinct().limit(most)) for part in parts)
    return np.unique(np.fromiter(chain.from_iterable(recent), np.int64))


def _folder(ground: Ground) -> Path:
    """The folder of indexes of this database by the current code, wage basis and weights."""
    digest = hashlib.sha256(source_digest(__name__) + vocabulary().digest)
    digest.update(repr((settings().url, ground.wages, ground.weights)).encode())
    return settings().data_dir / "index" / f"people-{digest.hexdigest()[:16]}"


def _number(since: datetime) -> int:
    return int(since.timestamp() * 1_000_000)


def _keep(indexed: Indexed) -> None:
    import numpy as np

    from matching.engine.pairs import snapshot

    fresh = indexed.folder / f"{os.getpid()}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    snapshot.write(indexed.pool.crowd, fresh)
    np.save(fresh / "ids.npy", indexed.pool.ids)
    (fresh / "register.pickle").write_bytes(pickle.dumps((indexed.pool.register, indexed.since)))
    try:
        fresh.rename(indexed.folder / str(_number(indexed.since)))
    except OSError:  # another process has just written one
        shutil.rmtree(fresh, ignore_errors=True)
    keep_newest(indexed.folder, KEPT)


def _mapped(folder: Path) -> Indexed | None:
    """The newest index on disk."""
    import numpy as np

    from matching.engine.pairs import snapshot
    from matching.engine.pairs.workers import Pool

    for path in reversed(numbered(folder)):
        try:
            # a pickle that this service wrote itself
            register, since = pickle.loads((path / "register.pickle").read_bytes())  # noqa: S301
            pool = Pool(snapshot.read(path), register, np.load(path / "ids.npy"))
        except (OSError, EOFError, ValueError, KeyError, pickle.UnpicklingError):  # removed or written a moment ago
            continue
        return Indexed(pool, since, folder, monotonic())
    return None
