"""Plain lexical rankings to compare with: character n-grams, fuzzy token sets, BM25 on words (对照方法)."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from matching.engine.analysis import is_han, level
from matching.engine.ranker import best
from matching.engine.signals import Item

Scores = Callable[[Sequence[str]], np.ndarray]
K1, B = 1.5, 0.75
_CHUNK = 128


def char_grams(items: Sequence[Item]) -> Scores:
    """Cosine of TF-IDF over character n-grams of the title, of the best name where there are several.

    One to three characters in Chinese, two to four inside words in English: what did best on the development sets.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    names, starts = _names(items)
    chinese = sum(map(is_han, names[:500])) * 2 > len(names[:500])
    kind, sizes = ("char", (1, 3)) if chinese else ("char_wb", (2, 4))
    vectors = TfidfVectorizer(analyzer=kind, ngram_range=sizes, sublinear_tf=True, dtype=np.float32)
    turned = vectors.fit_transform(names).T.tocsr()

    def scores(queries: Sequence[str]) -> np.ndarray:
        values = (vectors.transform(map(level, queries)) @ turned).toarray()
        return np.asarray(np.maximum.reduceat(values, starts, axis=1), np.float32)

    return scores


def token_set(items: Sequence[Item]) -> Scores:
    """rapidfuzz token_set_ratio between titles."""
    from rapidfuzz import fuzz, process

    titles = [level(item.title) for item in items]

    def scores(queries: Sequence[str]) -> np.ndarray:
        texts = list(map(level, queries))
        return np.asarray(process.cdist(texts, titles, scorer=fuzz.token_set_ratio, dtype=np.float32))

    return scores


def bm25(items: Sequence[Item]) -> Scores:
    """BM25 over words of title and names (words of the segmenter in Chinese)."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(analyzer=_words, dtype=np.float32)
    counts = counter.fit_transform([level(" ".join((item.title, *item.names))) for item in items]).tocsr()
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    spread = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.log1p((len(items) - spread + 0.5) / (spread + 0.5))
    owner = np.repeat(np.arange(len(items)), np.diff(counts.indptr))
    slope = K1 * (1 - B + B * lengths[owner] / max(lengths.mean(), 1e-6))
    impact = rarity[counts.indices] * counts.data * (K1 + 1) / (counts.data + slope)
    turned = csr_matrix((impact.astype(np.float32), counts.indices, counts.indptr), shape=counts.shape).T.tocsr()

    def scores(queries: Sequence[str]) -> np.ndarray:
        return np.asarray((counter.transform(map(level, queries)) @ turned).toarray(), np.float32)

    return scores


BASELINES: dict[str, Callable[[Sequence[Item]], Scores]] = {
    "character n-grams TF-IDF": char_grams,
    "rapidfuzz token_set": token_set,
    "BM25 words": bm25,
}


def rank(name: str, items: Sequence[Item], queries: Sequence[Item], exclude: dict[str, str]) -> Iterator[list[str]]:
    """The ranking that a baseline gives for each query."""
    scores = BASELINES[name](items)
    ids = [item.id for item in items]
    for start in range(0, len(queries), _CHUNK):
        chunk = queries[start : start + _CHUNK]
        for row, query in zip(scores([query.title for query in chunk]), chunk, strict=True):
            yield [ids[at] for at in best(row, 1000) if ids[at] != exclude.get(query.id)]


def _names(items: Sequence[Item]) -> tuple[list[str], np.ndarray]:
    rows = [[level(name) for name in (item.title, *item.names)] for item in items]
    counts = np.array([len(row) for row in rows])
    return [name for row in rows for name in row], np.concatenate([[0], np.cumsum(counts)[:-1]])


def _words(text: str) -> list[str]:
    import rjieba

    return [word for word in rjieba.cut_for_search(text) if word.strip()] if is_han(text) else text.split()
