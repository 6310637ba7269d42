"""How much each part of the fit should count, learned from known results, and how sure a score is (权重学习).

A logistic regression on the six parts' shares of their most points: never negative, so that more of any part never
lowers a pair, and held to the proportions of the prior, so that few results change little. Only the shares come in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine.features import Weights
from matching.engine.score import Part

F8 = NDArray[np.float64]

ENOUGH, ENOUGH_OF_EACH = 200, 40
"""Known results from which on anything is learned, and how many of each kind."""
HELD_BACK = 0.3
"""The newest share of the results judges and never trains."""
LEAST, MOST = 0.5, 2.0
"""How far a part may move away from the prior."""
PULLS = (1.0, 3.0, 10.0, 30.0, 100.0)
BANDS = ((0, 40), (40, 55), (55, 70), (70, 85), (85, 101))


@dataclass(frozen=True, slots=True)
class Example:
    """An introduction with a known result (样本): the share of each part's most points, and whether it led to a job."""

    shares: tuple[float, ...]
    hired: bool


@dataclass(frozen=True, slots=True)
class Band:
    """Held-back pairs of one range of points: how many, the chance foretold, and how many were hired (分数段)."""

    low: int
    high: int
    count: int
    foretold: float
    hired: int


@dataclass(frozen=True, slots=True)
class Judged:
    """How weights did on held-back results (检验结果).

    `loss` is the log loss of the chance read from the points; `order` the share of pairs of a hired and a not hired one
    that the points put in the right order.
    """

    loss: float
    order: float
    bands: tuple[Band, ...]

    @property
    def gap(self) -> float:
        """How far foretold and real shares lie apart, on average over the held-back pairs."""
        count = sum(band.count for band in self.bands) or 1
        return sum(abs(band.foretold * band.count - band.hired) for band in self.bands) / count


@dataclass(frozen=True, slots=True)
class Trial:
    """What a round of learning found: the most points of each part, and both weights on the same held-back results."""

    most: Mapping[str, int]
    trained: int
    held_back: int
    prior: Judged
    learned: Judged

    @property
    def is_better(self) -> bool:
        """Whether the learned weights foretell better than the prior and order at least as well."""
        return self.learned.loss < self.prior.loss and self.learned.order >= self.prior.order


def most_points(weights: Weights) -> dict[str, int]:
    """The most points that each part can give."""
    terms = weights.engagement[0] + weights.living[0]
    found = (weights.wanted[0], weights.experience, weights.skills, weights.wage, weights.best_place, terms)
    return {part.value: most for part, most in zip(Part, found, strict=True)}


def is_enough(examples: Sequence[Example]) -> bool:
    """Whether there are so many results of both kinds that learning from them means something."""
    hired = sum(example.hired for example in examples)
    return len(examples) >= ENOUGH and min(hired, len(examples) - hired) >= ENOUGH_OF_EACH


def learn(examples: Sequence[Example], prior: Weights) -> Trial:
    """Learn from the older results and judge on the newest; `examples` are in the order of time."""
    shares = np.array([example.shares for example in examples], float)
    hired = np.array([example.hired for example in examples], float)
    cut = len(examples) - round(len(examples) * HELD_BACK)
    before = np.array(list(most_points(prior).values()), float)
    pull = _best_pull(shares[:cut], hired[:cut], before)
    most = whole_points(_fit(shares[:cut], hired[:cut], before, pull), before)
    return Trial(
        dict(zip((part.value for part in Part), most.tolist(), strict=True)),
        cut,
        len(examples) - cut,
        judge(shares, hired, cut, before),
        judge(shares, hired, cut, most.astype(float)),
    )


def points(shares: F8, most: F8) -> F8:
    """The points of pairs under weights, each part rounded as the scorer rounds."""
    return np.asarray(np.floor(shares * most + 0.5).sum(axis=1))


def judge(shares: F8, hired: F8, cut: int, most: F8) -> Judged:
    """Read chances out of the points of the older results, and compare them with what became of the newest."""
    scores = points(shares, most)
    base, slope = _line(scores[:cut], hired[:cut])
    chances = _chance(base + slope * scores[cut:])
    truth, late = hired[cut:], scores[cut:]
    loss = float(-np.mean(np.where(truth > 0, np.log(chances), np.log1p(-chances))))
    bands = []
    for low, high in BANDS:
        inside = (late >= low) & (late < high)
        if inside.any():
            foretold, found = float(chances[inside].mean()), int(truth[inside].sum())
            bands.append(Band(low, high, int(inside.sum()), foretold, found))
    return Judged(loss, ordered(late[truth > 0], late[truth == 0]), tuple(bands))


def ordered(higher: F8, lower: F8) -> float:
    """The share of pairs of one of each in which the first is higher, ties half: 0.5 tells nothing."""
    if not len(higher) or not len(lower):
        return 0.5
    low = np.sort(lower)
    below, upto = np.searchsorted(low, higher, "left"), np.searchsorted(low, higher, "right")
    return float((below + upto).sum() / (2 * len(higher) * len(low)))


def whole_points(wanted: F8, before: F8) -> NDArray[np.int64]:
    """Weights as whole points that add up to 100, none beyond the bounds around the prior.

    Experience goes in steps of five: its years count a whole number of points each.
    """
    experience = list(Part).index(Part.EXPERIENCE)
    low, high = np.ceil(before * LEAST), np.floor(before * MOST)
    kept = _within(wanted, low, high, 100.0)
    kept[experience] = min(max(round(kept[experience] / 5) * 5, 10), 25)
    others = np.arange(len(before)) != experience
    kept[others] = _within(kept[others], low[others], high[others], 100 - kept[experience])
    whole = np.floor(kept + 1e-9).astype(np.int64)
    for at in np.argsort(-(kept - whole), kind="stable")[: 100 - int(whole.sum())]:
        whole[at] += 1
    return whole


def weights_of(most: Mapping[str, int], version: str, prior: Weights | None = None) -> Weights:
    """The prior with each part stretched to its most points; what is unknown stays as neutral as it was."""
    base = prior or Weights()
    old = most_points(base)

    def scaled(part: Part, *values: int) -> tuple[int, ...]:
        return tuple((2 * value * most[part.value] + old[part.value]) // (2 * old[part.value]) for value in values)

    trade = scaled(Part.TRADE, *base.wanted, *base.held, base.neighbour, base.skill_only, base.trade_unknown)
    wage_met, partly, unknown = scaled(Part.WAGE, base.wage_met, base.wage_partly, base.wage_unknown)
    place = scaled(Part.PLACE, *base.place, *base.distance, base.place_unknown)
    engagement = scaled(Part.TERMS, *base.engagement)
    return Weights(
        version=version,
        wanted=trade[:3],  # type: ignore[arg-type]
        held=trade[3:6],  # type: ignore[arg-type]
        neighbour=trade[6],
        skill_only=trade[7],
        trade_unknown=trade[8],
        year=(most[Part.EXPERIENCE.value] - 5) // base.years_full,
        years_unknown=2 * ((most[Part.EXPERIENCE.value] - 5) // base.years_full),
        experience_unknown=scaled(Part.EXPERIENCE, base.experience_unknown)[0],
        skills=most[Part.SKILLS.value],
        skills_unknown=scaled(Part.SKILLS, base.skills_unknown)[0],
        wage_met=wage_met,
        wage_above=most[Part.WAGE.value] - wage_met,
        wage_partly=partly,
        wage_unknown=unknown,
        place=place[: len(base.place)],
        distance=place[len(base.place) : -1],  # type: ignore[arg-type]
        place_unknown=place[-1],
        engagement=engagement,  # type: ignore[arg-type]
        living=(most[Part.TERMS.value] - engagement[0], scaled(Part.TERMS, base.living[1])[0]),
    )


def _within(wanted: F8, low: F8, high: F8, total: float) -> F8:
    """The wanted proportions, stretched until they add up to the total with every one inside its bounds."""
    least, most = 0.0, 1e6
    for _ in range(80):
        middle = (least + most) / 2
        if np.clip(wanted * middle, low, high).sum() < total:
            least = middle
        else:
            most = middle
    return np.asarray(np.clip(wanted * most, low, high))


def _chance(logit: F8) -> F8:
    return np.asarray(np.clip(1 / (1 + np.exp(-np.clip(logit, -30, 30))), 1e-6, 1 - 1e-6))


def _line(scores: F8, hired: F8) -> tuple[float, float]:
    """Platt's line from points to chances, never falling."""
    found = _least(scores[:, None] / 100, hired, np.zeros(1), 1e-3, np.ones(1))
    return float(found[0]), float(found[1]) / 100


def _fit(shares: F8, hired: F8, before: F8, pull: float) -> F8:
    """Weights of the parts; `pull` holds them to the proportions of the prior, whose scale is fitted along."""
    direction = before / before.sum()
    _, slope = _line((shares * before).sum(axis=1), hired)
    found = _least(shares, hired, slope * 100 * direction, pull, direction)
    return np.maximum(found[1:], 1e-6 * direction)


def _least(shares: F8, hired: F8, centre: F8, pull: float, direction: F8) -> F8:
    """Base and weights of least log loss, the weights not negative and drawn to `centre`."""
    from scipy.optimize import minimize  # late: whoever only reads a card need not wait for them
    from scipy.special import expit
    from threadpoolctl import threadpool_limits

    columns = np.column_stack([np.ones(len(hired)), shares])
    hold, middle = np.append(1e-6, pull / direction), np.append(0.0, centre)

    def loss(at: F8) -> tuple[float, F8]:
        logit, away = (columns * at).sum(axis=1), at - middle
        missed = expit(logit) - hired
        cost = float((np.logaddexp(0, logit) - hired * logit).sum() + (hold * away**2).sum() / 2)
        return cost, (missed[:, None] * columns).sum(axis=0) + hold * away

    start = np.append(0.0, np.maximum(centre, 0.1 * direction))
    bounds = [(None, None), *[(0, None)] * len(centre)]
    with threadpool_limits(1):  # so few numbers that threads would only wait for each other: a quarter of the time
        found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-12, "gtol": 1e-7})
    return np.asarray(found.x)


def _best_pull(shares: F8, hired: F8, before: F8) -> float:
    """How strongly to hold on to the prior: what foretells best when each fifth is foretold from the others."""
    fold = np.arange(len(hired)) % 5

    def loss(pull: float) -> float:
        total = 0.0
        for out in range(5):
            inside = fold != out
            most = whole_points(_fit(shares[inside], hired[inside], before, pull), before).astype(float)
            order = np.concatenate([np.flatnonzero(inside), np.flatnonzero(~inside)])
            total += judge(shares[order], hired[order], int(inside.sum()), most).loss
        return total

    return min(PULLS, key=loss)
