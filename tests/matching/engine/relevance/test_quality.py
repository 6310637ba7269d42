"""The ranking of the shipped Chinese sets does not get worse: everyday trade names, and searches with a place.

Both sets are in the format of `gangqiao evaluate`; nDCG@10 of the whole set is compared.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matching.engine.relevance import evaluate
from matching.engine.relevance.evidence import Item, Signals
from matching.engine.relevance.metrics import measure
from tests.planted import planted

SETS = Path(__file__).parent / "sets"
LEAST = {"trade-zh": 0.89, "search-zh": 0.95}


def quality(name: str) -> float:
    """nDCG@10 of a set."""
    return measure(evaluate.read_labels(SETS / name), evaluate.ranking(evaluate.read_task(SETS / name))).ndcg


@pytest.mark.parametrize("name", LEAST)
def test_the_ranking_of_a_shipped_set_does_not_get_worse(name: str) -> None:
    assert quality(name) >= LEAST[name]


@pytest.mark.lengthy
def test_a_ranking_that_forgets_the_everyday_names_is_caught() -> None:
    def without_codes(corpus: Any, queries: Sequence[Item]) -> dict[str, np.ndarray]:
        return {kind: np.zeros_like(values) for kind, values in by_code(corpus, queries).items()}

    by_code = Signals._by_code
    with planted(Signals, _by_code=without_codes):
        assert quality("trade-zh") < LEAST["trade-zh"]


def test_a_search_that_loses_its_words_is_caught() -> None:
    with planted(evaluate, _placed=lambda query: replace(query, title="")):
        assert quality("search-zh") < LEAST["search-zh"]
