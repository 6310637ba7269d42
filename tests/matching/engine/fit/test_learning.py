"""Learning weights: decisive parts are found, noise is ignored, and more of a part never lowers a pair."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine.fit.evaluation import ENOUGH, ENOUGH_OF_EACH, HistoricalPair, is_enough, most_points, weights_of
from matching.engine.fit.learning import LEAST, MOST, learn
from matching.engine.fit.profiles import Ground, OpeningProfile, Weights, WorkerProfile
from matching.engine.fit.reference import rank
from matching.engine.fit.score import ScorePart, fit, points_of
from matching.engine.pairs.engine import Engine
from tests.matching.engine.people import GROUND, OPENINGS, WORKERS

PRIOR = most_points(Weights())


def results(count: int, seed: int, *, truth: tuple[float, ...], base: float) -> list[HistoricalPair]:
    """Invented results whose chance depends on the shares by known weights."""
    random = Random(seed)
    examples = []
    for _ in range(count):
        shares = tuple(random.betavariate(2, 1.5) for _ in ScorePart)
        logit = base + sum(weight * share for weight, share in zip(truth, shares, strict=True))
        examples.append(HistoricalPair(shares, random.random() < 1 / (1 + 2.718281828**-logit)))
    return examples


PLACE_DECIDES = (0.5, 0.3, 0.5, 0.3, 4.0, 0.1)
NOTHING_DECIDES = (0.0,) * 6


def test_decisive_parts_gain_weight_and_predict_better_on_held_out_results() -> None:
    trial = learn(results(2_000, 1, truth=PLACE_DECIDES, base=-2.5), Weights())
    assert trial.most["place"] == 20
    assert trial.is_better
    assert trial.learned.order > trial.prior.order + 0.02
    assert (trial.trained, trial.held_back) == (1_400, 600)


def test_predicted_and_actual_hires_agree_on_held_out_results() -> None:
    trial = learn(results(2_500, 2, truth=PLACE_DECIDES, base=-2.5), Weights())
    assert trial.learned.gap < 0.07
    shares = [band.hired / band.count for band in trial.learned.bands if band.count > 50]
    assert shares == sorted(shares)


@pytest.mark.parametrize("seed", range(6))
def test_the_chosen_weights_never_do_worse_than_the_prior_on_held_out_results(seed: int) -> None:
    trial = learn(results(400, seed, truth=NOTHING_DECIDES, base=0.0), Weights())
    chosen = trial.learned if trial.is_better else trial.prior
    assert chosen.loss <= trial.prior.loss
    assert chosen.order >= trial.prior.order


def test_inverted_labels_cannot_give_a_part_a_negative_weight() -> None:
    turned = [
        HistoricalPair(example.shares, not example.hired)
        for example in results(1_000, 3, truth=PLACE_DECIDES, base=-2.5)
    ]
    trial = learn(turned, Weights())
    assert min(trial.most.values()) > 0
    assert not trial.is_better
    for judged in (trial.prior, trial.learned):
        foretold = [band.foretold for band in judged.bands]
        assert all(later >= earlier - 1e-9 for earlier, later in pairwise(foretold))


def test_results_that_agree_with_the_prior_do_not_change_it() -> None:
    truth = tuple(PRIOR[part.value] / 20 for part in ScorePart)
    trial = learn(results(1_000, 4, truth=truth, base=-2.7), Weights())
    assert all(abs(trial.most[name] - most) <= 4 for name, most in PRIOR.items())


def test_few_results_or_one_sided_results_teach_nothing() -> None:
    many = results(ENOUGH, 5, truth=PLACE_DECIDES, base=-2.5)
    assert is_enough(many)
    assert not is_enough(many[:-1])
    lopsided = [HistoricalPair(example.shares, place < ENOUGH_OF_EACH - 1) for place, example in enumerate(many)]
    assert not is_enough(lopsided)


def test_scaling_the_prior_by_itself_leaves_it_unchanged() -> None:
    assert weights_of(PRIOR, "prior-1") == Weights()


@pytest.mark.lengthy
@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), truth=st.tuples(*[st.floats(0, 5)] * 6))
def test_learned_weights_add_up_to_one_hundred_within_their_bounds(seed: int, truth: tuple[float, ...]) -> None:
    trial = learn(results(60, seed, truth=truth, base=-2.0), Weights())
    assert sum(trial.most.values()) == 100
    assert all(LEAST * PRIOR[name] <= most <= MOST * PRIOR[name] for name, most in trial.most.items())
    learned = weights_of(trial.most, "learned")
    assert learned.total == 100
    assert most_points(learned) == trial.most
    for steps in (learned.wanted, learned.held, learned.place, learned.distance, learned.engagement, learned.living):
        assert list(steps) == sorted(steps, reverse=True)
    assert learned.wanted[0] >= learned.held[0] >= learned.neighbour >= learned.skill_only > 0
    assert learned.wage_met > learned.wage_partly > 0


OTHER = weights_of(
    {"trade": 27, "experience": 20, "skills": 13, "wage": 16, "place": 18, "terms": 6}, "learned-2026-03-09"
)


@settings(max_examples=50)
@given(worker=WORKERS, offered=st.lists(OPENINGS, max_size=12, unique_by=lambda opening: opening.id))
def test_the_fast_engine_and_the_reference_agree_under_learned_weights(
    worker: WorkerProfile, offered: list[OpeningProfile]
) -> None:
    ground = Ground(GROUND.today, OTHER, GROUND.wages, GROUND.adjacency)
    fast = Engine(offered, ground).rank(worker, top=10)
    slow = rank(worker, offered, ground, top=10)
    assert fast.suggestions == slow.suggestions
    assert all(suggestion.points == points_of(suggestion.factors) for suggestion in fast.suggestions)
    for opening in offered:
        assert all(0 <= factor.points <= factor.most for factor in fit(worker, opening, ground))
