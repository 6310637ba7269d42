"""What the openings in memory depend on besides their own rows, supplied by the slices above (岗位看板的输入)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Protocol

from sqlalchemy.orm import Session

from matching.engine.fit.profiles import Weights

WIRING = "matching.wiring"
"""The module that fills the inputs; named as text, because it imports slices that import this module."""


class Ranks(Protocol):
    """What orders openings with equal points."""

    def is_underserved(self, opening_id: int) -> bool:
        """Whether an opening got less than its fair share of introductions."""

    def health(self, employer_id: int) -> int:
        """How well an employer answers letters, 0 to 100."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Three reads of the slices above: search words with their occupations, the weights in use, the tie-breaks."""

    words: Callable[[Session], Sequence[tuple[str, str]]]
    weights: Callable[[Session], Weights]
    ranks: Callable[[Session], Ranks]


@cache
def inputs() -> Inputs:
    """The inputs of this process; the first call imports `matching.wiring`, so every process has them."""
    wired: Inputs = import_module(WIRING).INPUTS
    return wired
