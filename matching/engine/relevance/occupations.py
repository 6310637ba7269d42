"""Which occupations a title stands for, and how close two titles are in the tree of occupations (职业空间)."""

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from centre.skills.vocabulary import Vocabulary, vocabulary
from matching.engine.relevance.tokens import grams, is_han, level
from matching.engine.relevance.translate import translations
from matching.engine.relevance.vectors import Space, best_by_owner

NEAR, FIELD = 0.5, 0.2
"""The weights of the small and the medium group besides the occupation itself."""
_MOST = 8
_LEAST = 0.3
_MANY, _FAINT = 20, 0.05


class CodeSpace:
    """All job words of the vocabulary as vectors; titles become weighted sets of occupation codes."""

    def __init__(self, known: Vocabulary) -> None:
        self.known = known
        ranked = ((word, at, code) for word, codes in known.words.items() for at, code in enumerate(codes))
        pairs = [(code, word, 1 / (1 + 0.15 * at)) for word, at, code in ranked]
        pairs.sort(key=lambda pair: pair[0])
        self.codes = [code for at, (code, _, _) in enumerate(pairs) if at == 0 or pairs[at - 1][0] != code]
        self._starts = np.array([at for at in range(len(pairs)) if at == 0 or pairs[at - 1][0] != pairs[at][0]])
        self._trust = np.array([trust for _, _, trust in pairs], np.float32)
        self._space = Space([word for _, word, _ in pairs], grams)
        groups = {code[:length]: None for length in (7, 4) for code in self.codes}
        self._column = {key: at for at, key in enumerate((*self.codes, *groups))}

    def likely(self, titles: Sequence[str], readings: int = 3) -> np.ndarray:
        """For each title the similarity of every occupation's best word; 1 means the word itself."""
        return self._read(
            titles, readings, lambda flat: best_by_owner(self._space.cosine(flat) * self._trust, self._starts)
        )

    def _read(self, titles: Sequence[str], readings: int, compare: Callable[[list[str]], np.ndarray]) -> np.ndarray:
        """The best value that any reading of a title gets from `compare`, later readings slightly discounted."""
        chosen = [self.readings(title)[:readings] for title in titles]
        flat = [reading for row in chosen for reading in row]
        likeness = np.zeros((len(titles), len(self.codes)), np.float32)
        if flat:
            cosines = compare(flat)
            at = 0
            for row, chinese in enumerate(chosen):
                for rank in range(len(chinese)):
                    likeness[row] = np.maximum(likeness[row], cosines[at] * (1 - 0.05 * rank))
                    at += 1
        return likeness

    def readings(self, title: str) -> list[str]:
        """The Chinese readings of a title."""
        text = level(title)
        return [text] if is_han(text) else list(translations(text)[:3])

    @cached_property
    def _centres(self) -> Any:
        """Every occupation as the sum of all its words."""
        from scipy.sparse import csr_matrix
        from sklearn.preprocessing import normalize

        owner = np.repeat(np.arange(len(self.codes)), np.diff(np.append(self._starts, len(self._trust))))
        shape = (len(self.codes), len(self._trust))
        held = csr_matrix((self._trust, (owner, np.arange(len(owner)))), shape=shape)
        return normalize(held @ self._space.matrix).T.tocsr()

    def senses(self, titles: Sequence[str], readings: int = 3) -> Any:
        """Smooth unit vectors over the tree: by the combined words of each occupation, many codes per title.

        A title without any similar word in the vocabulary still points to the right part of the tree.
        """
        likeness = self._read(
            titles, readings, lambda flat: np.asarray((self._space.encode(flat) @ self._centres).toarray())
        )
        return self._spread(likeness, _MANY, _FAINT, 2)

    def profiles(self, likely: np.ndarray) -> Any:
        """Unit vectors over occupations, small groups and medium groups, one for each row of similarities."""
        return self._spread(likely, _MOST, _LEAST, 3, share=0.5)

    def _spread(self, likely: np.ndarray, most: int, floor: float, power: int, share: float = 0.0) -> Any:
        from scipy.sparse import csr_matrix
        from sklearn.preprocessing import normalize

        rows: list[int] = []
        columns: list[int] = []
        values: list[float] = []
        for row, line in enumerate(likely):
            best = np.argpartition(-line, most)[:most]
            least = max(floor, share * float(line[best].max()))
            for at in best[line[best] >= least]:
                weight = float(line[at]) ** power
                code = self.codes[at]
                for key, factor in ((code, 1.0), (code[:7], NEAR), (code[:4], FIELD)):
                    rows.append(row)
                    columns.append(self._column[key])
                    values.append(weight * factor)
        shape = (len(likely), len(self._column))
        return normalize(csr_matrix((values, (rows, columns)), shape=shape, dtype=np.float32))


@lru_cache(maxsize=1)
def code_space() -> CodeSpace:
    """The space over the vocabulary of this process, built on first use (about a second)."""
    return CodeSpace(vocabulary())
