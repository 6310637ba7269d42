"""Anonymous counts of the words of queries: no account, no address, no time except the day (搜索日志).

Counted in memory and written about once a minute by the process that answered. A word that is the name of a registered
person is not written.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from threading import Event, Lock

from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from centre import clock
from centre.batches import batches
from centre.database import open_session
from centre.people import Person
from centre.permissions import Actor
from matching.search.models import SearchCount
from matching.search.rules import KEPT, countable

EVERY = 60.0
_MOST = 10_000
_lock = Lock()
_asked: Counter[tuple[date, str]] = Counter()
_empty: Counter[tuple[date, str]] = Counter()


def count_words(words: Sequence[str], *, total: int) -> None:
    """Count the words of one query; nothing is written yet."""
    today = clock.today()
    with _lock:
        for word in countable(words):
            if len(_asked) < _MOST or (today, word) in _asked:
                _asked[today, word] += 1
                _empty[today, word] += not total


def write_counts() -> None:
    """Write the counts since the last time; they are kept for the next time when the database is not available."""
    with _lock:
        asked, empty = dict(_asked), dict(_empty)
        _asked.clear()
        _empty.clear()
    if not asked:
        return
    try:
        with open_session(Actor.system().scope, write=True) as session:
            _write(session, asked, empty)
    except DBAPIError:
        with _lock:
            _asked.update(asked)
            _empty.update(empty)


def keep_counting(stop: Event) -> None:
    """Write the counts periodically until stopped, and once more then."""
    while not stop.wait(EVERY):
        write_counts()
    write_counts()


def _write(session: Session, asked: dict[tuple[date, str], int], empty: dict[tuple[date, str], int]) -> None:
    names = set[str]()
    for batch in batches(sorted({word for _, word in asked})):
        names |= set(session.scalars(select(Person.name_norm).where(Person.name_norm.in_(batch))))
    for (day, word), times in sorted(asked.items()):
        if word in names:
            continue
        line = (SearchCount.day == day, SearchCount.word == word)
        step = (
            update(SearchCount)
            .where(*line)
            .values(asked=SearchCount.asked + times, empty=SearchCount.empty + empty.get((day, word), 0))
        )
        if not getattr(session.execute(step.execution_options(synchronize_session=False)), "rowcount", 0):
            with session.begin_nested():
                session.add(SearchCount(day=day, word=word, asked=times, empty=empty.get((day, word), 0)))
    session.execute(delete(SearchCount).where(SearchCount.day < clock.today() - KEPT))
