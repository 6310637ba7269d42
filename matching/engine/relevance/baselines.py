"""Plain lexical rankings for comparison: character n-grams, fuzzy token sets, BM25 on words (对照方法)."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from centre.batches import batches
from matching.engine.relevance.evidence import Item
from matching.engine.relevance.ranker import best
from matching.engine.relevance.tokens import grams, is_han, level

Scores = Callable[[Sequence[Item]], np.ndarray]
K1, B = 1.5, 0.75
_CHUNK = 128


def char_grams(items: Sequence[Item]) -> Scores:
    """Cosine of TF-IDF over character n-grams of the title, of the best name where there are several.

    One to three characters in Chinese, two to four inside words in English: what did best on the development sets.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    rows = [[level(name) for name in (item.title, *item.names)] for item in items]
    names = [name for row in rows for name in row]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])[:-1]])
    kind, sizes = _pieces(names)
    vectors = TfidfVectorizer(analyzer=kind, ngram_range=sizes, sublinear_tf=True, dtype=np.float32)
    turned = vectors.fit_transform(names).T.tocsr()

    def scores(queries: Sequence[Item]) -> np.ndarray:
        values = (vectors.transform(level(query.title) for query in queries) @ turned).toarray()
        return np.asarray(np.maximum.reduceat(values, starts, axis=1), np.float32)

    return scores


def char_grams_of_all(items: Sequence[Item]) -> Scores:
    """The same over all text of a document, and of a query that is itself a document."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = list(map(_all_text, items))
    kind, sizes = _pieces(texts)
    vectors = TfidfVectorizer(analyzer=kind, ngram_range=sizes, sublinear_tf=True, dtype=np.float32)
    turned = vectors.fit_transform(texts).T.tocsr()

    def scores(queries: Sequence[Item]) -> np.ndarray:
        return np.asarray((vectors.transform(map(_all_text, queries)) @ turned).toarray(), np.float32)

    return scores


def token_set(items: Sequence[Item]) -> Scores:
    """rapidfuzz token_set_ratio between titles."""
    from rapidfuzz import fuzz, process

    titles = [level(item.title) for item in items]

    def scores(queries: Sequence[Item]) -> np.ndarray:
        texts = [level(query.title) for query in queries]
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

    def scores(queries: Sequence[Item]) -> np.ndarray:
        return np.asarray((counter.transform(level(query.title) for query in queries) @ turned).toarray(), np.float32)

    return scores


BASELINES: dict[str, Callable[[Sequence[Item]], Scores]] = {
    "character n-grams TF-IDF": char_grams,
    "the same on all text": char_grams_of_all,
    "rapidfuzz token_set": token_set,
    "BM25 words": bm25,
}


def rank(name: str, items: Sequence[Item], queries: Sequence[Item], exclude: dict[str, str]) -> Iterator[list[str]]:
    """The ranking that a baseline gives for each query."""
    scores = BASELINES[name](items)
    ids = [item.id for item in items]
    for chunk in batches(queries, _CHUNK):
        for row, query in zip(scores(chunk), chunk, strict=True):
            yield [ids[at] for at in best(row, 1000) if ids[at] != exclude.get(query.id)]


def suits(name: str, items: Sequence[Item]) -> bool:
    """Whether a baseline differs from the others for these documents."""
    if not any(map(grams, (level(item.title) for item in items))):
        return False
    return BASELINES[name] is not char_grams_of_all or sum(bool(item.text) for item in items) * 2 > len(items)


def _pieces(texts: Sequence[str]) -> tuple[str, tuple[int, int]]:
    chinese = sum(map(is_han, texts[:500])) * 2 > len(texts[:500])
    return ("char", (1, 3)) if chinese else ("char_wb", (2, 4))


def _all_text(item: Item) -> str:
    return level(" ".join((item.title, *item.names, item.text)))


def _words(text: str) -> list[str]:
    import rjieba

    return [word for word in rjieba.cut_for_search(text) if word.strip()] if is_han(text) else text.split()
