"""What the openings in memory depend on beside their own rows; the slices above supply it (岗位看板的输入)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Protocol

from sqlalchemy.orm import Session

from matching.engine.fit.profiles import Weights

WIRING = "matching.wiring"
"""The module that fills the inputs. It stands here as text, as it imports the slices that import this one."""


class Ranks(Protocol):
    """What orders openings of equal points."""

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
    """The inputs of this process; the first call imports `matching.wiring`, so no process can go without."""
    wired: Inputs = import_module(WIRING).INPUTS
    return wired
