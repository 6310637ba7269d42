"""Ranking documents for titles: the evidence, added up by weights that suit the kind of corpus (检索排序).

Weights are data (blend.json, with a note on their origin) and never negative, so that more evidence never lowers a
document. Labels are not read here.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from centre.batches import batches
from matching.engine.relevance.evidence import Item, Signals

_BLEND = Path(__file__).parent / "blend.json"
_CHUNK = 64


@lru_cache(maxsize=1)
def blends() -> dict[str, dict[str, float]]:
    """The weights of the evidence for each kind of corpus."""
    blends_by_kind = json.loads(_BLEND.read_text(encoding="utf-8"))["weights"]
    return {kind: {name: float(weight) for name, weight in weights.items()} for kind, weights in blends_by_kind.items()}


class Ranker:
    """A corpus ready to be ranked."""

    def __init__(self, items: Sequence[Item], weights: Mapping[str, float] | None = None) -> None:
        self.signals = Signals(items)
        self._ids = [item.id for item in items]
        self._places = {name: at for at, name in enumerate(self._ids)}
        self.weights = blends()[self.kind] if weights is None else weights

    @property
    def kind(self) -> str:
        """The kind of corpus, which selects the weights."""
        return self.signals.kind

    def rank(self, queries: Sequence[Item], exclude: Mapping[str, str], most: int = 1000) -> Iterator[list[str]]:
        """The ids of the best documents for each query, best first; `exclude` leaves one document out of a ranking.

        Documents without a single word keep their input order.
        """
        for chunk in batches(queries, _CHUNK):
            scores = self._scores(chunk)
            for row, query in zip(scores, chunk, strict=True):
                out = self._places.get(exclude.get(query.id, ""), -1)
                if out >= 0:
                    row[out] = -np.inf
                yield [self._ids[at] for at in best(row, most) if at != out]

    def _scores(self, queries: Sequence[Item]) -> np.ndarray:
        evidence = {} if self.signals.wordless else self.signals.of(queries)
        scores = np.zeros((len(queries), len(self._ids)), np.float32)
        for name, weight in self.weights.items():
            if name in evidence:
                scores += np.float32(weight) * evidence[name]
        return scores


def best(row: np.ndarray, most: int) -> np.ndarray:
    """Positions of the highest values, best first; ties keep their order."""
    if len(row) <= most:
        return np.argsort(-row, kind="stable")
    chosen = np.sort(np.argpartition(-row, most)[:most])
    return chosen[np.argsort(-row[chosen], kind="stable")]
