"""A linear classifier on runs of characters, for wording that neither rule nor lexicon lists: it flags. Pure.

Trained by `employers.openings.adverts.training`; here are only the weights and their sum, so that no library is
loaded for a sentence. The data file holds an integer for each run of one to three characters, in thousandths. Weights
that were learnt from a centre's own decisions as well stand in the data folder, and take the place of the shipped ones.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from math import exp, sqrt
from pathlib import Path

from centre.settings import settings
from employers.openings.adverts.clauses import clauses

WEIGHTS = Path(__file__).parents[1] / "data" / "ad_weights.json"
LONGEST_RUN = 3
ASKED_FROM = 0.9
"""Probability from which a clause is flagged; chosen so that lawful sentences are not."""

LAWFUL_BELOW = 0.2
"""Probability below which a question of the lexicon is dropped; .3 would silence one more in seventy unlawful ones."""

TITLE_BELOW = 0.5
"""The threshold for a bare title: it demands nothing, and its words describe the work more often than a person."""

SHORTEST = 6
"""Shorter clauses are too little to judge by resemblance."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained weights, per run of characters, and the constant."""

    runs: dict[str, int]
    constant: int


def runs_of(clause: str) -> set[str]:
    """The distinct runs of one to three characters of a clause, its ends marked."""
    ended = f"^{clause}$"
    return {
        ended[start : start + length]
        for length in range(1, LONGEST_RUN + 1)
        for start in range(len(ended) - length + 1)
    }


def probability(clause: str) -> float:
    """How likely a clause of levelled text is to be unlawful, between 0 and 1."""
    weights = _trial.get() or _weights(*weights_in_use())
    runs = runs_of(clause)
    # Divided by all runs, not only the known ones: what was never seen is no ground for a question.
    total = sum(weights.runs.get(run, 0) for run in runs) / sqrt(len(runs))
    return 1 / (1 + exp(-(total + weights.constant) / 1000))


def is_lawful(clause: str, *, title: bool = False) -> bool:
    """Whether a clause resembles lawful wording so closely that a lexicon word in it is not flagged."""
    return probability(clause.replace(" ", "")) < (TITLE_BELOW if title else LAWFUL_BELOW)


def resembling(text: str) -> Iterator[str]:
    """The clauses of a text that resemble unlawful wording."""
    for clause in clauses(text):
        if len(clause) >= SHORTEST and probability(clause) >= ASKED_FROM:
            yield clause


def own_weights() -> Path:
    """The file for weights that were learnt from this installation's decisions."""
    return settings().data_dir / "ad_weights.json"


def weights_in_use() -> tuple[Path, int]:
    """The file of the weights that count now, and when it was written, in nanoseconds."""
    own = own_weights()
    try:
        return own, own.stat().st_mtime_ns
    except OSError:
        return WEIGHTS, 0


def weights_of(text: str) -> Weights:
    """Weights as they are stored. Raises ValueError or KeyError."""
    data = json.loads(text)
    return Weights(data["runs"], data["constant"])


@contextmanager
def trying(weights: Weights) -> Iterator[None]:
    """Judge by other weights, to measure them."""
    token = _trial.set(weights)
    try:
        yield
    finally:
        _trial.reset(token)


_trial: ContextVar[Weights | None] = ContextVar("weights on trial", default=None)


@lru_cache(maxsize=1)
def _weights(file: Path, _written: int) -> Weights:
    try:
        return weights_of(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError):  # cut off by a power failure: the next night learns it again
        return weights_of(WEIGHTS.read_text(encoding="utf-8"))
