"""Known results, the outcome of a round of learning, and the weights derived from it (学习结果).

No numpy here, so that readers of learned weights need not load it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matching.engine.fit.profiles import Weights
from matching.engine.fit.score import ScorePart

ENOUGH, ENOUGH_OF_EACH = 200, 40
"""How many known results learning needs, in total and of each kind."""


@dataclass(frozen=True, slots=True)
class HistoricalPair:
    """An introduction with a known result (样本): each part's share of its maximum, and whether it led to a job."""

    shares: tuple[float, ...]
    hired: bool


@dataclass(frozen=True, slots=True)
class Band:
    """Held-out pairs within a range of points: their number, the predicted chance, and how many were hired (分数段)."""

    low: int
    high: int
    count: int
    foretold: float
    hired: int


@dataclass(frozen=True, slots=True)
class HeldOutResult:
    """How weights perform on held-out results (检验结果).

    `loss` is the log loss of the chance derived from the points; `order` is the share of pairs of one hired and one not
    hired that the points rank correctly.
    """

    loss: float
    order: float
    bands: tuple[Band, ...]

    @property
    def gap(self) -> float:
        """The mean difference between predicted and actual hire rates over the held-out pairs."""
        count = sum(band.count for band in self.bands) or 1
        return sum(abs(band.foretold * band.count - band.hired) for band in self.bands) / count


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome of a round of learning: the maximum of each part, and both weights on the same held-out results."""

    most: Mapping[str, int]
    trained: int
    held_back: int
    prior: HeldOutResult
    learned: HeldOutResult

    @property
    def is_better(self) -> bool:
        """Whether the learned weights predict better than the prior and rank at least as well."""
        return self.learned.loss < self.prior.loss and self.learned.order >= self.prior.order


def most_points(weights: Weights) -> dict[str, int]:
    """The maximum points of each part."""
    terms = weights.engagement[0] + weights.living[0]
    maxima = (weights.wanted[0], weights.experience, weights.skills, weights.wage, weights.best_place, terms)
    return {part.value: most for part, most in zip(ScorePart, maxima, strict=True)}


def is_enough(examples: Sequence[HistoricalPair]) -> bool:
    """Whether there are enough results of both kinds to learn from."""
    hired = sum(example.hired for example in examples)
    return len(examples) >= ENOUGH and min(hired, len(examples) - hired) >= ENOUGH_OF_EACH


def weights_of(most: Mapping[str, int], version: str, prior: Weights | None = None) -> Weights:
    """The prior with each part scaled to its learned maximum; unknown values stay as neutral as before."""
    base = prior or Weights()
    old = most_points(base)

    def scaled(part: ScorePart, *values: int) -> tuple[int, ...]:
        return tuple((2 * value * most[part.value] + old[part.value]) // (2 * old[part.value]) for value in values)

    trade = scaled(ScorePart.TRADE, *base.wanted, *base.held, base.neighbour, base.skill_only, base.trade_unknown)
    wage_met, partly, unknown = scaled(ScorePart.WAGE, base.wage_met, base.wage_partly, base.wage_unknown)
    place = scaled(ScorePart.PLACE, *base.place, *base.distance, base.place_unknown)
    engagement = scaled(ScorePart.TERMS, *base.engagement)
    return Weights(
        version=version,
        wanted=trade[:3],  # type: ignore[arg-type]
        held=trade[3:6],  # type: ignore[arg-type]
        neighbour=trade[6],
        skill_only=trade[7],
        trade_unknown=trade[8],
        year=(most[ScorePart.EXPERIENCE.value] - 5) // base.years_full,
        years_unknown=2 * ((most[ScorePart.EXPERIENCE.value] - 5) // base.years_full),
        experience_unknown=scaled(ScorePart.EXPERIENCE, base.experience_unknown)[0],
        skills=most[ScorePart.SKILLS.value],
        skills_unknown=scaled(ScorePart.SKILLS, base.skills_unknown)[0],
        wage_met=wage_met,
        wage_above=most[ScorePart.WAGE.value] - wage_met,
        wage_partly=partly,
        wage_unknown=unknown,
        place=place[: len(base.place)],
        distance=place[len(base.place) : -1],  # type: ignore[arg-type]
        place_unknown=place[-1],
        engagement=engagement,  # type: ignore[arg-type]
        living=(most[ScorePart.TERMS.value] - engagement[0], scaled(ScorePart.TERMS, base.living[1])[0]),
    )
