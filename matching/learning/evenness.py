"""Whether new weights shift any group of people, and which parts separate one from the others (分组核对). Pure."""

from collections.abc import Mapping, Sequence

import numpy as np

from matching.engine.fit.evaluation import HistoricalPair
from matching.engine.fit.learning import ordered, points
from matching.engine.fit.score import ScorePart
from matching.learning.rules import GUARDED, SMALLEST, TELLING, Proxy, Shift


def shifts(
    examples: Sequence[HistoricalPair],
    groups: Sequence[Mapping[str, str]],
    before: Sequence[int],
    after: Sequence[int],
) -> list[Shift]:
    """What other weights do to the mean points of every sufficiently large group."""
    shares = np.array([example.shares for example in examples], float)
    old, new = (points(shares, np.array(most, float)) for most in (before, after))
    whole = float((new - old).mean())
    shifted = []
    for attribute, group, inside in _members(groups):
        was, now = float(old[inside].mean()), float(new[inside].mean())
        shifted.append(Shift(attribute, group, int(inside.sum()), was, now, now - was - whole))
    return shifted


def proxies(examples: Sequence[HistoricalPair], groups: Sequence[Mapping[str, str]]) -> list[Proxy]:
    """The parts that separate a guarded group from all others."""
    shares = np.array([example.shares for example in examples], float)
    telling = []
    for attribute, group, inside in _members(groups):
        if attribute in GUARDED and (~inside).sum() >= SMALLEST:
            for place, part in enumerate(ScorePart):
                order = ordered(shares[inside, place], shares[~inside, place])
                if abs(order - 0.5) > TELLING:
                    telling.append(Proxy(attribute, group, part.value, order))
    return telling


def _members(groups: Sequence[Mapping[str, str]]) -> list[tuple[str, str, np.ndarray]]:
    named = sorted({(attribute, group) for held in groups for attribute, group in held.items()})
    members = []
    for attribute, group in named:
        inside = np.array([held.get(attribute) == group for held in groups])
        if inside.sum() >= SMALLEST:
            members.append((attribute, group, inside))
    return members
