"""Queries for saved searches: a person's own, the news for each, and words that need a meaning."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from centre.skills.vocabulary import vocabulary
from matching.live.listing import Listed
from matching.search.find import search_openings
from matching.search.models import SavedHit, SavedSearch, SearchCount, Synonym
from matching.search.rules import ASKED, DAYS, SearchCriteria, SynonymState

MOST_FOUND = 100
_CANDIDATES, _LEAST = 3, 0.25


@dataclass(frozen=True, slots=True)
class News:
    """The new openings for one saved search (新岗位)."""

    search_id: int
    person_id: int
    name: str
    openings: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class SynonymProposal:
    """A word searched without results, with the occupations that it may mean (同义词提议)."""

    word: str
    asked: int
    candidates: tuple[tuple[str, float], ...]


def saved_searches(session: Session, person_id: int) -> Sequence[SavedSearch]:
    """The searches of a person, the newest first."""
    own = select(SavedSearch).where(SavedSearch.person_id == person_id)
    return session.scalars(own.order_by(SavedSearch.id.desc())).all()


def matching_now(address: str) -> tuple[Listed, ...]:
    """The openings that a kept address finds today; near misses do not count."""
    results = search_openings(SearchCriteria.read(address), limit=MOST_FOUND)
    return () if results.relaxed else results.items


def news(session: Session) -> list[News]:
    """For every saved search the openings that its owner has neither seen nor been notified of."""
    fresh = []
    for search in session.scalars(select(SavedSearch).order_by(SavedSearch.person_id, SavedSearch.id)).all():
        openings = matching_now(search.address)
        numbers = [opening.id for opening in openings]
        known = set(
            session.scalars(
                select(SavedHit.opening_id).where(SavedHit.search_id == search.id, SavedHit.opening_id.in_(numbers))
            )
        )
        unseen = tuple(opening for opening in openings if opening.id not in known)
        if unseen:
            fresh.append(News(search.id, search.person_id, search.name, unseen))
    return fresh


def synonyms(session: Session, state: SynonymState, limit: int = 100) -> Sequence[Synonym]:
    """Words in one state, the most searched first."""
    chosen = select(Synonym).where(Synonym.state == state).order_by(Synonym.asked.desc(), Synonym.id)
    return session.scalars(chosen.limit(limit)).all()


def accepted_words(session: Session) -> list[tuple[str, str]]:
    """The words that staff have given a meaning, each with its occupation code."""
    rows = session.execute(select(Synonym.word, Synonym.occupation).where(Synonym.state == SynonymState.ACCEPTED))
    return [(word, occupation) for word, occupation in rows]


def proposals(session: Session) -> list[SynonymProposal]:
    """Words searched often, mostly without results, that belong to no occupation and await a decision."""
    decided = select(Synonym.word)
    rows = session.execute(
        select(SearchCount.word, func.sum(SearchCount.asked))
        .where(SearchCount.word.not_in(decided))
        .group_by(SearchCount.word)
        .having(
            func.sum(SearchCount.asked) >= ASKED,
            func.count(distinct(SearchCount.day)) >= DAYS,
            func.sum(SearchCount.empty) * 2 >= func.sum(SearchCount.asked),
        )
        .order_by(SearchCount.word)
    ).all()
    known = vocabulary().words
    asked = {word: int(count) for word, count in rows if word not in known}
    return [
        SynonymProposal(word, asked[word], means) for word, means in zip(asked, _meanings(list(asked)), strict=True)
    ]


def _meanings(words: list[str]) -> list[tuple[tuple[str, float], ...]]:
    import numpy as np  # late, like the code space: only the nightly proposals need numpy

    from matching.engine.relevance.occupations import code_space

    if not words:
        return []
    space, meanings = code_space(), []
    for line in space.likely(words):
        best = np.argsort(-line, kind="stable")[:_CANDIDATES]
        meanings.append(tuple((space.codes[at], round(float(line[at]), 2)) for at in best if line[at] >= _LEAST))
    return meanings
