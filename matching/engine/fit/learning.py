"""How much each part of the fit should count, learned from known results, and how reliable a score is (权重学习).

A logistic regression on the six parts, each as a share of its maximum. Weights are non-negative, so that more of a part
never lowers a pair, and regularised towards the prior, so that few results change little. Only the shares are used.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.engine.fit.evaluation import Band, HeldOutResult, HistoricalPair, Trial, most_points
from matching.engine.fit.profiles import Weights
from matching.engine.fit.score import ScorePart

F8 = NDArray[np.float64]

HELD_BACK = 0.3
"""The newest share of the results is held out for evaluation and never used for training."""
LEAST, MOST = 0.5, 2.0
"""How far a part may move from the prior."""
PULLS = (1.0, 3.0, 10.0, 30.0, 100.0)
BANDS = ((0, 40), (40, 55), (55, 70), (70, 85), (85, 101))


def learn(examples: Sequence[HistoricalPair], prior: Weights) -> Trial:
    """Learn from the older results and evaluate on the newest; `examples` are in order of time."""
    shares = np.array([example.shares for example in examples], float)
    hired = np.array([example.hired for example in examples], float)
    cut = len(examples) - round(len(examples) * HELD_BACK)
    before = np.array(list(most_points(prior).values()), float)
    pull = _best_pull(shares[:cut], hired[:cut], before)
    most = whole_points(_fit(shares[:cut], hired[:cut], before, pull), before)
    return Trial(
        dict(zip((part.value for part in ScorePart), most.tolist(), strict=True)),
        cut,
        len(examples) - cut,
        judge(shares, hired, cut, before),
        judge(shares, hired, cut, most.astype(float)),
    )


def points(shares: F8, most: F8) -> F8:
    """The points of pairs under some weights, each part rounded as the scorer rounds."""
    return np.asarray(np.floor(shares * most + 0.5).sum(axis=1))


def judge(shares: F8, hired: F8, cut: int, most: F8) -> HeldOutResult:
    """Fit chances to the points of the older results, and compare them with the outcomes of the newest."""
    scores = points(shares, most)
    base, slope = _line(scores[:cut], hired[:cut])
    chances = _chance(base + slope * scores[cut:])
    truth, late = hired[cut:], scores[cut:]
    loss = float(-np.mean(np.where(truth > 0, np.log(chances), np.log1p(-chances))))
    bands = []
    for low, high in BANDS:
        inside = (late >= low) & (late < high)
        if inside.any():
            predicted, hires = float(chances[inside].mean()), int(truth[inside].sum())
            bands.append(Band(low, high, int(inside.sum()), predicted, hires))
    return HeldOutResult(loss, ordered(late[truth > 0], late[truth == 0]), tuple(bands))


def ordered(higher: F8, lower: F8) -> float:
    """The share of mixed pairs in which the first kind ranks higher, ties counting half; 0.5 carries no information."""
    if not len(higher) or not len(lower):
        return 0.5
    low = np.sort(lower)
    below, upto = np.searchsorted(low, higher, "left"), np.searchsorted(low, higher, "right")
    return float((below + upto).sum() / (2 * len(higher) * len(low)))


def whole_points(wanted: F8, before: F8) -> NDArray[np.int64]:
    """Weights as whole points that add up to 100, within the bounds around the prior.

    Experience moves in steps of five, because each of its years counts a whole number of points.
    """
    experience = list(ScorePart).index(ScorePart.EXPERIENCE)
    low, high = np.ceil(before * LEAST), np.floor(before * MOST)
    kept = _within(wanted, low, high, 100.0)
    kept[experience] = min(max(round(kept[experience] / 5) * 5, 10), 25)
    others = np.arange(len(before)) != experience
    kept[others] = _within(kept[others], low[others], high[others], 100 - kept[experience])
    whole = np.floor(kept + 1e-9).astype(np.int64)
    for at in np.argsort(-(kept - whole), kind="stable")[: 100 - int(whole.sum())]:
        whole[at] += 1
    return whole


def _within(wanted: F8, low: F8, high: F8, total: float) -> F8:
    """The wanted proportions, scaled until they add up to the total with each one within its bounds."""
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
    """Platt scaling from points to chances, never decreasing."""
    fitted = _least(scores[:, None] / 100, hired, np.zeros(1), 1e-3, np.ones(1))
    return float(fitted[0]), float(fitted[1]) / 100


def _fit(shares: F8, hired: F8, before: F8, pull: float) -> F8:
    """The weights of the parts; `pull` regularises them towards the proportions of the prior, whose scale is fitted
    too."""
    direction = before / before.sum()
    _, slope = _line((shares * before).sum(axis=1), hired)
    fitted = _least(shares, hired, slope * 100 * direction, pull, direction)
    return np.maximum(fitted[1:], 1e-6 * direction)


def _least(shares: F8, hired: F8, centre: F8, pull: float, direction: F8) -> F8:
    """The intercept and weights that minimise the log loss, with non-negative weights regularised towards `centre`."""
    from scipy.optimize import minimize  # imported late: reading a card does not need them
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
    with threadpool_limits(1):  # on so few numbers one thread takes a quarter of the time of several
        least = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-12, "gtol": 1e-7})
    return np.asarray(least.x)


def _best_pull(shares: F8, hired: F8, before: F8) -> float:
    """The strength of regularisation that predicts best in five-fold cross-validation."""
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
