"""The text index over openings: an immutable snapshot that readers share, and small changes that produce the next one.

A snapshot is a large part built at once, a small part with later changes, and the positions of the large part that are
no longer valid. The cost of `changed` does not depend on the size of the index; `rebuilt` merges the changes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from threading import Lock

import numpy as np

from centre.skills.vocabulary import Neighbour, Vocabulary, vocabulary
from centre.text import normalise
from matching.engine.text.arrays import Ints64
from matching.engine.text.compile import Filters
from matching.engine.text.places import NO_PLACES, Places
from matching.engine.text.postings import Analysed, Gathered, IndexPart, Terms
from matching.engine.text.query import RELAXED_SHARE, WORD_SHARE, Query, QueryPart, QueryReader, WordReading
from matching.engine.text.scan import Matches, look
from matching.engine.text.spelling import Lexicon
from matching.engine.text.terms import Document, code_term, weigh

MOST_CHANGES = 256
"""The number of changes after which the index should be rebuilt in the background."""
_LONGEST_TITLE_WORD = 12
_NONE = np.zeros(0, np.int64)
_UNSEEN = object()


@dataclass(frozen=True, slots=True)
class Hits:
    """The answer to a search: ids and scores of the page, the total, facet counts, and the parsed query.

    `relaxed` means that nothing matched closely and near matches are shown; `elsewhere` counts the matches outside the
    place asked for; `corrected` is the spelling that was searched in addition to the typed one; `start` says how many
    better answers the page leaves out.
    """

    ids: tuple[int, ...]
    scores: tuple[float, ...]
    total: int
    facets: dict[str, dict[str, int]]
    query: Query
    corrected: str | None = None
    terms: tuple[str, ...] = ()
    elsewhere: int = 0
    relaxed: bool = False
    start: int = 0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A neighbouring occupation (相近职业) with its number of openings under the same filters."""

    code: str
    name: str
    count: int
    why: str


@dataclass(frozen=True, slots=True)
class TextIndex:
    """A searchable snapshot; it never changes, so any number of threads may read it."""

    terms: Terms
    reader: QueryReader
    base: IndexPart
    recent: IndexPart
    changes: dict[int, Analysed | None]
    dead: Ints64

    @classmethod
    def build(cls, documents: Iterable[Document], places: Places = NO_PLACES) -> "TextIndex":
        """Index all documents at once; of two with the same id the later one wins."""
        words, terms = vocabulary(), Terms()
        gathered = Gathered.of(analyse(document, terms, words) for document in documents)
        return cls._of(gathered.latest(), terms, places)

    @classmethod
    def _of(cls, gathered: Gathered, terms: Terms, places: Places) -> "TextIndex":
        gathered.measure(terms)
        return cls.whole(gathered.laid_out(terms), terms, places)

    @classmethod
    def whole(
        cls, base: IndexPart, terms: Terms, places: Places = NO_PLACES, lexicon: Lexicon | None = None
    ) -> "TextIndex":
        """An index of one part, without changes."""
        words = vocabulary()
        reader = QueryReader(terms, lexicon or _lexicon(base, words), words, places)
        return cls(terms, reader, base, Gathered.of(()).laid_out(terms), {}, _NONE)

    @property
    def size(self) -> int:
        """How many documents can be found."""
        return self.base.size - len(self.dead) + self.recent.size

    @property
    def is_worn(self) -> bool:
        """Whether there are so many changes that a rebuild is due."""
        return len(self.changes) > MOST_CHANGES

    def changed(self, put: Iterable[Document] = (), remove: Iterable[int] = ()) -> "TextIndex":
        """The next snapshot, with documents added, replaced or removed; unknown ids are ignored."""
        changes = dict(self.changes)
        for gone in remove:
            changes[gone] = None
        for document in put:
            changes[document.id] = analyse(document, self.terms, self.reader.vocabulary)
        dead = self.base.places(changes)
        return replace(self, recent=self._added(changes).laid_out(self.terms), changes=changes, dead=dead)

    def rebuilt(self) -> "TextIndex":
        """A fresh snapshot with all changes merged; no text is read again."""
        terms = replace(self.terms, numbers=dict(self.terms.numbers))
        gathered = Gathered.back(self.base, self.dead).followed_by(self._added(self.changes))
        return TextIndex._of(gathered, terms, self.reader.places)

    @staticmethod
    def _added(changes: Mapping[int, Analysed | None]) -> Gathered:
        return Gathered.of(row for row in changes.values() if row is not None)

    def search(
        self,
        text: str,
        filters: Filters | None = None,
        *,
        limit: int = 20,
        offset: int = 0,
        after: tuple[int, ...] = (),
    ) -> Hits:
        """The best openings for some words, with counts; without words, all in the default order (newest first).

        The page begins behind the first of the openings `after` that is still among the answers, wherever it stands by
        now; without any, behind `offset` answers.
        """
        query = self.reader.read(text)
        chosen = filters or Filters()
        top = offset + limit + (MOST_CHANGES if after else 0)
        matches, relaxed = self._look(query, chosen, top), False
        if not matches.total and not matches.elsewhere and query.parts:
            loose = self._look(query, chosen, top, RELAXED_SHARE)
            matches, relaxed = loose, bool(loose.total)
        start = _behind(matches, after)
        if start is None and after and matches.total > top:  # more came in since than the page looked past
            matches = self._look(query, chosen, matches.total, RELAXED_SHARE if relaxed else None)
            start = _behind(matches, after)
        start = offset if start is None else start
        page = matches.rows[start : start + limit]
        return Hits(
            ids=tuple(number for _, _, number in page),
            scores=tuple(score for score, _, _ in page),
            total=matches.total,
            facets=matches.facets,
            query=query,
            corrected=query.corrected,
            terms=query.words,
            elsewhere=matches.elsewhere,
            relaxed=relaxed,
            start=start,
        )

    def values(self, name: str) -> tuple[str, ...]:
        """The values of a facet that any document has."""
        parts = (self.base.names, self.recent.names)
        return tuple(dict.fromkeys(value for names in parts for value in names.values[names.column(name)]))

    def suggestions(self, query: Query, filters: Filters | None = None, limit: int = 6) -> tuple[Suggestion, ...]:
        """Neighbouring occupations that have openings, for a search with few or no results."""
        near: dict[str, Neighbour] = {}
        for code in query.codes[:3]:
            for neighbour in self.reader.vocabulary.neighbours(code, limit=24):
                if neighbour.code not in query.codes:
                    near.setdefault(neighbour.code, neighbour)
        counts = self.counts(tuple(near), filters or Filters(), query.regions)
        offered = [neighbour for code, neighbour in near.items() if code in counts][:limit]
        return tuple(
            Suggestion(
                neighbour.code, self.reader.vocabulary.name(neighbour.code), counts[neighbour.code], neighbour.why
            )
            for neighbour in offered
        )

    def counts(self, codes: tuple[str, ...], filters: Filters, regions: tuple[str, ...] = ()) -> dict[str, int]:
        """How many openings of each of some occupations pass the filters, ignoring the occupation filter."""
        readings = tuple(WordReading("", (code_term(code),), share=WORD_SHARE) for code in codes)
        free = {name: values for name, values in filters.facets.items() if name != "occupation"}
        matches = self._look(Query("", (QueryPart("", readings),), regions), replace(filters, facets=free), 1)
        return matches.facets.get("occupation", {})

    def _look(self, query: Query, filters: Filters, top: int, relaxed: float | None = None) -> Matches:
        matches = look(query, filters, self.base, self.terms, self.dead, top, relaxed)
        if not self.recent.size:
            return matches
        return _merged(matches, look(query, filters, self.recent, self.terms, _NONE, top, relaxed), top)


class LiveIndex:
    """The index of a process: readers use the current snapshot, one writer at a time replaces it."""

    def __init__(self, index: TextIndex) -> None:
        self._index = index
        self._writing = Lock()

    @property
    def current(self) -> TextIndex:
        """The newest complete snapshot."""
        return self._index

    def change(self, put: Iterable[Document] = (), remove: Iterable[int] = ()) -> TextIndex:
        """Make added, replaced and removed documents visible together."""
        with self._writing:
            self._index = self._index.changed(put, remove)
            return self._index

    def rebuild(self) -> TextIndex:
        """Merge the changes; searches and changes continue on the old snapshot until then."""
        seen = self._index
        return self.rebase(seen.rebuilt(), seen)

    def rebase(self, fresh: TextIndex, seen: TextIndex) -> TextIndex:
        """Replace the snapshot `seen` with a rebuilt one, plus the changes made since."""
        with self._writing:
            now = self._index.changes
            later = {number: row for number, row in now.items() if seen.changes.get(number, _UNSEEN) is not row}
            put = [row.document for row in later.values() if row is not None]
            self._index = fresh.changed(put, [number for number, row in later.items() if row is None])
            return self._index


def _behind(matches: Matches, after: tuple[int, ...]) -> int | None:
    places = {number: at for at, (_, _, number) in enumerate(matches.rows)}
    return next((places[number] + 1 for number in after if number in places), None)


def analyse(document: Document, terms: Terms, words: Vocabulary) -> Analysed:
    """The terms of one document with their weights."""
    weights = weigh(document, words)
    return Analysed(
        document, [terms.number(term) for term in weights], [round(10 * weight) for weight in weights.values()]
    )


def _lexicon(part: IndexPart, words: Vocabulary) -> Lexicon:
    codes = part.names.column("occupation")
    counted = np.bincount(part.facets.of, minlength=len(part.names.values))[codes].tolist()
    by_code = Counter(dict(zip(part.names.values[codes], counted, strict=True)))
    counts: Counter[str] = Counter()
    flat, ends = part.titles.of.tobytes(), part.titles.ptr.tolist()
    titles = Counter(flat[first:last] for first, last in pairwise(ends))
    for raw, many in titles.items():
        title = _level_title(raw.decode())
        held = {title} if len(title) <= _LONGEST_TITLE_WORD else set()
        held.update(word for word, _ in words.find(title))
        for word in held:
            counts[word] += many
    known = dict.fromkeys(words.words, 0)
    for word, meant in words.words.items():
        known[word] = max((by_code[code_term(code)[1:]] for code in meant[:1]), default=0)
    return Lexicon({**known, **{word: count + known.get(word, 0) for word, count in counts.items() if word}})


@lru_cache(maxsize=65_536)
def _level_title(title: str) -> str:
    return normalise(title)


def _merged(base: Matches, recent: Matches, top: int) -> Matches:
    rows = sorted((*base.rows, *recent.rows), key=lambda row: (-row[0], -row[1], -row[2]))[:top]
    facets = {
        name: dict(Counter(base.facets.get(name, {})) + Counter(recent.facets.get(name, {})))
        for name in {**base.facets, **recent.facets}
    }
    return Matches(tuple(rows), base.total + recent.total, base.elsewhere + recent.elsewhere, facets)
