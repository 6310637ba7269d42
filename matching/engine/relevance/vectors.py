"""TF-IDF vectors of titles and texts; the only module that uses scikit-learn, loaded on first use."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Analyser = Callable[[str], list[str]]


class Space:
    """Texts as unit TF-IDF vectors over the tokens of an analyser; queries are compared by cosine."""

    def __init__(self, texts: Sequence[str], analyser: Analyser, *, least: int = 1) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._empty = not any(map(analyser, texts))
        if not self._empty:
            self._vectors = TfidfVectorizer(analyzer=analyser, sublinear_tf=True, min_df=least, dtype=np.float32)
            self.matrix: Any = self._vectors.fit_transform(texts)
            self._turned: Any = self.matrix.T.tocsr()
        self.size = len(texts)

    def encode(self, texts: Sequence[str]) -> Any:
        """Unit vectors of other texts; unknown tokens are ignored and do not reduce the others."""
        return self._vectors.transform(texts)

    def cosine(self, texts: Sequence[str]) -> np.ndarray:
        """Similarity of each text (row) to each text of the space (column)."""
        return self.product(None if self._empty else self.encode(texts), len(texts))

    def product(self, vectors: Any, rows: int) -> np.ndarray:
        """The same for ready vectors."""
        if self._empty:
            return np.zeros((rows, self.size), np.float32)
        return np.asarray((vectors @ self._turned).toarray(), np.float32)


class Overlap:
    """The share of a query's tokens that a name contains, and the reverse, each token weighted by its rarity."""

    def __init__(self, texts: Sequence[str], analyser: Analyser) -> None:
        from sklearn.feature_extraction.text import CountVectorizer

        self._counter = CountVectorizer(analyzer=analyser, binary=True, dtype=np.float32)
        held = self._counter.fit_transform(texts)
        spread = np.asarray(held.sum(axis=0)).ravel()
        self._rarity = np.log1p(len(texts) / spread).astype(np.float32)
        self._unknown = float(np.log1p(len(texts)))
        self._analyser = analyser
        self._turned: Any = held.T.tocsr()
        self._mass = np.maximum(held @ self._rarity, 1e-6)

    def shares(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """For each text (row) the share that each name contains, and for each name the share that the text contains."""
        queries = self._counter.transform(texts).multiply(self._rarity).tocsr()
        common = np.asarray((queries @ self._turned).toarray(), np.float32)
        known = self._counter.vocabulary_
        strange = [sum(piece not in known for piece in set(self._analyser(text))) for text in texts]
        whole = np.asarray(queries.sum(axis=1)).ravel() + 0.5 * self._unknown * np.array(strange)
        return common / np.maximum(whole, 1e-6)[:, None], common / self._mass


class Projection:
    """Latent semantic space (潜在语义) of texts: terms that occur together are close."""

    def __init__(self, space: Space, owners: Any, dimensions: int) -> None:
        from sklearn.decomposition import TruncatedSVD
        from sklearn.preprocessing import normalize

        self._space = space
        pooled = normalize(owners @ space.matrix)
        size = max(2, min(dimensions, min(pooled.shape) - 1))
        self._svd = TruncatedSVD(size, algorithm="randomized", n_iter=3, random_state=0)
        self.documents = normalize(self._svd.fit_transform(pooled)).astype(np.float32)

    def cosine(self, texts: Sequence[str]) -> np.ndarray:
        """Similarity of each text to each pooled document."""
        from sklearn.preprocessing import normalize

        vectors = normalize(self._svd.transform(self._space.encode(texts))).astype(np.float32)
        return np.asarray(vectors @ self.documents.T, np.float32)


def best_by_owner(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """The best value of each owner, whose names are adjacent and begin at `starts`."""
    if len(starts) == values.shape[1]:
        return values
    return np.maximum.reduceat(values, starts, axis=1)
