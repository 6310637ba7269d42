"""The evidence that a title and a document belong together: one number from 0 to 1 for each kind (排序依据).

Nothing here is learned from labels; the blend decides how much each kind counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from centre.batches import batches
from matching.engine.relevance.occupations import code_space
from matching.engine.relevance.tokens import core, grams, is_han, level, opening, stems, terms
from matching.engine.relevance.translate import translations
from matching.engine.relevance.vectors import Overlap, Projection, Space, best_by_owner

_CODED = 3
_DIMENSIONS = 200
_FEEDBACK = 12
_MOST_READINGS = 5


@dataclass(frozen=True, slots=True)
class Item:
    """A document or a query: title, other names, longer text, and what group and place it belongs to."""

    id: str
    title: str
    names: tuple[str, ...] = ()
    text: str = ""
    group: str = ""
    regions: tuple[str, ...] = ()


class Signals:
    """A corpus prepared for comparison; `of` gives the evidence for some queries as matrices (queries x documents)."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.han = sum(is_han(level(item.title)) for item in items[:500]) * 2 > len(items[:500])
        rows = [tuple(dict.fromkeys(map(level, (item.title, *item.names)))) for item in items]
        self._names = [name for row in rows for name in row]
        counts = np.array([len(row) for row in rows])
        self._starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
        self._owner = np.repeat(np.arange(len(items)), counts)
        self.wordless = not any(map(grams, self._names))
        self.named = bool(len(self._names) > 1.5 * len(items))
        self.worded = sum(bool(item.text) for item in items) * 2 > len(items)
        self.grouped = sum(bool(item.group) for item in items) * 2 > len(items)
        self.placed = sum(bool(item.regions) for item in items) * 2 > len(items)

    @property
    def kind(self) -> str:
        """The kind of corpus: openings with places, long texts, several names each, a tree, or bare titles."""
        if self.placed:
            return "openings"
        if self.worded:
            return "texts"
        if self.named:
            return "names"
        return "tree" if self.grouped else "titles"

    @cached_property
    def owners(self) -> Any:
        """Documents x names: the names of each document."""
        from scipy.sparse import csr_matrix

        ones = np.ones(len(self._owner), np.float32)
        shape = (len(self.items), len(self._owner))
        return csr_matrix((ones, (self._owner, np.arange(len(self._owner)))), shape=shape)

    @cached_property
    def chars(self) -> Space:
        """All names by their character n-grams."""
        return Space(self._names, grams)

    @cached_property
    def terms(self) -> Space:
        """All names by their word-like pieces."""
        return Space(self._names, terms)

    @cached_property
    def overlap(self) -> Overlap:
        """All names by how far they cover a query."""
        return Overlap(self._names, grams)

    @cached_property
    def pooled(self) -> Any:
        """Each document as the normalised sum of its names' word-like pieces."""
        from sklearn.preprocessing import normalize

        return normalize(self.owners @ self.terms.matrix).tocsr()

    @cached_property
    def titles(self) -> Space:
        """The titles alone."""
        return Space([level(item.title) for item in self.items], grams)

    @cached_property
    def texts(self) -> Space:
        """All text of a document."""
        return Space([_all_text(item) for item in self.items], stems)

    @cached_property
    def latent(self) -> Projection:
        """The latent semantic space of the names (and of the longer text, where there is any)."""
        if self.worded:
            from scipy.sparse import identity

            return Projection(self.texts, identity(len(self.items), dtype=np.float32, format="csr"), _DIMENSIONS)
        return Projection(self.terms, self.owners, _DIMENSIONS)

    @cached_property
    def _coded(self) -> tuple[np.ndarray, np.ndarray, Any]:
        """The likeliest occupations of every document with their likelihoods, and the profiles over the tree."""
        from scipy.sparse import vstack

        space = code_space()
        columns, weights, profiles = [], [], []
        for batch in batches(self.items, 512):
            likely = space.likely([item.title for item in batch], readings=1)
            best = np.argpartition(-likely, _CODED, axis=1)[:, :_CODED]
            columns.append(best)
            weights.append(np.take_along_axis(likely, best, axis=1))
            profiles.append(space.profiles(likely))
        return np.vstack(columns), np.vstack(weights), vstack(profiles).T.tocsr()

    @cached_property
    def _senses(self) -> Any:
        """The meaning of every document, as smooth vectors over the tree of occupations."""
        from scipy.sparse import vstack

        titles = [item.title for item in self.items]
        parts = [code_space().senses(batch, readings=3) for batch in batches(titles, 512)]
        return vstack(parts).T.tocsr()

    def of(self, queries: Sequence[Item]) -> dict[str, np.ndarray]:
        """The evidence for each query and document, by kind; only the kinds that this corpus supports."""
        forms = [self._forms(query) for query in queries]
        flat = [form for row in forms for form in row]
        pick = np.repeat(np.arange(len(queries)), [len(row) for row in forms])
        signals = {
            "chars": _best(best_by_owner(self.chars.cosine(flat), self._starts), pick, len(queries)),
            "latent": np.maximum(_best(self._latent(queries, flat, pick), pick, len(queries)), 0),
            "held": _best(self._covered(flat), pick, len(queries)),
            **self._overlap(flat, pick, len(queries)),
            **self._by_code(queries),
        }
        if self.named:
            signals["title"] = _best(self.titles.cosine(flat), pick, len(queries))
            for name, cut in (("core", core), ("first", opening)):
                values = best_by_owner(self.chars.cosine([cut(text) for text in flat]), self._starts)
                signals[name] = _best(values, pick, len(queries))
            known = [" . ".join((flat[row], *queries[int(at)].names)).lower() for row, at in enumerate(pick)]
            signals["pool"] = _best(
                np.asarray((self.terms.encode(known) @ self.pooled.T).toarray()), pick, len(queries)
            )
        if self.worded:
            signals["text"] = self.texts.cosine([_all_text(query) for query in queries])
        if self.grouped:
            signals["group"] = self._group(signals)
        signals["feedback"] = self._feedback(signals)
        if self.kind == "titles":
            signals["near"] = ((signals["chars"] + signals["held"]) / 2) ** 2
            signals["sense"] = np.asarray(
                (code_space().senses([query.title for query in queries]) @ self._senses).toarray()
            )
        if self.placed:
            signals["place"] = self._place(queries)
        return signals

    def _overlap(self, flat: list[str], pick: np.ndarray, size: int) -> dict[str, np.ndarray]:
        covered, contained = self.overlap.shares(flat)
        kinds = {"covered": covered, "contained": contained}
        return {name: _best(best_by_owner(values, self._starts), pick, size) for name, values in kinds.items()}

    def _forms(self, query: Item) -> list[str]:
        """A query in the language of the corpus: itself, or its likeliest Chinese readings."""
        text = level(query.title)
        if self.han and not is_han(text):
            return list(translations(text)[:_MOST_READINGS]) or [text]
        return [text]

    def _latent(self, queries: Sequence[Item], flat: list[str], pick: np.ndarray) -> np.ndarray:
        if self.worded:
            known = (_all_text(queries[int(at)]) if queries[int(at)].text else flat[row] for row, at in enumerate(pick))
            return self.latent.cosine(list(known))
        return self.latent.cosine(flat)

    def _by_code(self, queries: Sequence[Item]) -> dict[str, np.ndarray]:
        space = code_space()
        likely = space.likely([query.title for query in queries])
        columns, weights, profiles = self._coded
        alike = np.max([likely[:, columns[:, at]] * weights[:, at] for at in range(_CODED)], axis=0)
        return {"code": alike, "kin": np.asarray((space.profiles(likely) @ profiles).toarray())}

    @cached_property
    def _held(self) -> tuple[dict[str, int], np.ndarray, Any]:
        """Stems with their rarity, and which document contains which."""
        from sklearn.feature_extraction.text import CountVectorizer

        counter = CountVectorizer(analyzer=stems, binary=True, dtype=np.float32)
        held = counter.fit_transform([" ".join((item.title, *item.names)).lower() for item in self.items])
        spread = np.asarray(held.sum(axis=0)).ravel()
        return counter.vocabulary_, np.log1p(len(self.items) / spread).astype(np.float32), held.T.tocsr()

    def _covered(self, flat: list[str]) -> np.ndarray:
        """The share of a query's stems, weighted by rarity, that a document contains."""
        from scipy.sparse import csr_matrix

        known, rarity, held = self._held
        rows, columns, values = [], [], []
        for row, text in enumerate(flat):
            own = set(stems(text))
            weight = {stem: float(rarity[known[stem]]) for stem in own if stem in known}
            whole = sum(weight.values()) + float(np.median(rarity)) * 0.5 * (len(own) - len(weight)) or 1.0
            for stem, value in weight.items():
                rows.append(row)
                columns.append(known[stem])
                values.append(value / whole)
        queries = csr_matrix((values, (rows, columns)), shape=(len(flat), len(rarity)), dtype=np.float32)
        return np.asarray((queries @ held).toarray())

    def _group(self, signals: dict[str, np.ndarray]) -> np.ndarray:
        """The best evidence that any document of the same group has."""
        base = _mean(signals)
        names = {name: at for at, name in enumerate(dict.fromkeys(item.group for item in self.items))}
        number = np.array([names[item.group] for item in self.items])
        order = np.argsort(number, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(number[order]) > 0])
        return np.maximum.reduceat(base[:, order], starts, axis=1)[:, number]

    def _feedback(self, signals: dict[str, np.ndarray]) -> np.ndarray:
        """Similarity to the results of a first ranking (pseudo-relevance feedback)."""
        from scipy.sparse import csr_matrix

        base = _mean(signals)
        top = np.argpartition(-base, _FEEDBACK, axis=1)[:, :_FEEDBACK] if base.shape[1] > _FEEDBACK else None
        if top is None:
            return base
        weights = np.take_along_axis(base, top, axis=1)
        weights = weights**2 / np.maximum((weights**2).sum(axis=1, keepdims=True), 1e-9)
        rows = np.repeat(np.arange(len(base)), _FEEDBACK)
        chosen = csr_matrix((weights.ravel(), (rows, top.ravel())), shape=base.shape, dtype=np.float32)
        near = np.asarray((chosen @ self.pooled @ self.pooled.T).toarray())
        latent = np.maximum((chosen @ self.latent.documents) @ self.latent.documents.T, 0)
        return (near / np.maximum(near.max(axis=1, keepdims=True), 1e-9) + latent) / 2

    def _place(self, queries: Sequence[Item]) -> np.ndarray:
        """Whether a document lies in a place that the query names."""
        inside = np.zeros((len(queries), len(self.items)), np.float32)
        for row, query in enumerate(queries):
            if query.regions:
                inside[row] = [any(here.startswith(query.regions) for here in item.regions) for item in self.items]
        return inside


def _mean(signals: dict[str, np.ndarray]) -> np.ndarray:
    chosen = [signals[name] for name in ("chars", "covered", "code") if name in signals]
    return np.asarray(np.mean(chosen, axis=0), np.float32)


def _best(values: np.ndarray, pick: np.ndarray, size: int) -> np.ndarray:
    """The best reading of every query."""
    if len(values) == size:
        return values
    starts = np.flatnonzero(np.r_[True, np.diff(pick) > 0])
    return np.maximum.reduceat(values, starts, axis=0)


def _all_text(item: Item) -> str:
    return level(" . ".join((item.title, item.title, *item.names, item.text)))
