"""Learning weights: what decides is found, noise is not, nothing falls when more speaks for a pair."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine.fit.evaluation import ENOUGH, ENOUGH_OF_EACH, Example, is_enough, most_points, weights_of
from matching.engine.fit.learning import LEAST, MOST, learn
from matching.engine.fit.profiles import Ground, OpeningProfile, Weights, WorkerProfile
from matching.engine.fit.reference import rank
from matching.engine.fit.score import ScorePart, fit, points_of
from matching.engine.pairs.engine import Engine
from tests.matching.engine.people import GROUND, OPENINGS, WORKERS

PRIOR = most_points(Weights())


def results(count: int, seed: int, *, truth: tuple[float, ...], base: float) -> list[Example]:
    """Invented results whose chance grows with the shares by known weights."""
    random = Random(seed)
    made = []
    for _ in range(count):
        shares = tuple(random.betavariate(2, 1.5) for _ in ScorePart)
        logit = base + sum(weight * share for weight, share in zip(truth, shares, strict=True))
        made.append(Example(shares, random.random() < 1 / (1 + 2.718281828**-logit)))
    return made


PLACE_DECIDES = (0.5, 0.3, 0.5, 0.3, 4.0, 0.1)
NOTHING_DECIDES = (0.0,) * 6


def test_what_really_decides_gains_weight_and_foretells_better_on_held_back_results() -> None:
    trial = learn(results(2_000, 1, truth=PLACE_DECIDES, base=-2.5), Weights())
    assert trial.most["place"] == 20
    assert trial.is_better
    assert trial.learned.order > trial.prior.order + 0.02
    assert (trial.trained, trial.held_back) == (1_400, 600)


def test_foretold_and_real_hires_agree_on_held_back_results() -> None:
    trial = learn(results(2_500, 2, truth=PLACE_DECIDES, base=-2.5), Weights())
    assert trial.learned.gap < 0.07
    shares = [band.hired / band.count for band in trial.learned.bands if band.count > 50]
    assert shares == sorted(shares)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_chosen_never_does_worse_than_the_prior_on_held_back_results(seed: int) -> None:
    trial = learn(results(400, seed, truth=NOTHING_DECIDES, base=0.0), Weights())
    chosen = trial.learned if trial.is_better else trial.prior
    assert chosen.loss <= trial.prior.loss
    assert chosen.order >= trial.prior.order


def test_labels_turned_round_cannot_make_a_part_count_against_a_pair() -> None:
    turned = [Example(one.shares, not one.hired) for one in results(1_000, 3, truth=PLACE_DECIDES, base=-2.5)]
    trial = learn(turned, Weights())
    assert min(trial.most.values()) > 0
    assert not trial.is_better
    for judged in (trial.prior, trial.learned):
        foretold = [band.foretold for band in judged.bands]
        assert all(later >= earlier - 1e-9 for earlier, later in pairwise(foretold))


def test_results_that_agree_with_the_prior_leave_it_as_it_is() -> None:
    truth = tuple(PRIOR[part.value] / 20 for part in ScorePart)
    trial = learn(results(1_000, 4, truth=truth, base=-2.7), Weights())
    assert all(abs(trial.most[name] - most) <= 4 for name, most in PRIOR.items())


def test_few_results_or_only_one_kind_teach_nothing() -> None:
    many = results(ENOUGH, 5, truth=PLACE_DECIDES, base=-2.5)
    assert is_enough(many)
    assert not is_enough(many[:-1])
    lopsided = [Example(one.shares, place < ENOUGH_OF_EACH - 1) for place, one in enumerate(many)]
    assert not is_enough(lopsided)


def test_the_prior_stretched_by_itself_is_the_prior() -> None:
    assert weights_of(PRIOR, "prior-1") == Weights()


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), truth=st.tuples(*[st.floats(0, 5)] * 6))
def test_learned_weights_add_up_to_one_hundred_within_their_bounds(seed: int, truth: tuple[float, ...]) -> None:
    trial = learn(results(60, seed, truth=truth, base=-2.0), Weights())
    assert sum(trial.most.values()) == 100
    assert all(LEAST * PRIOR[name] <= most <= MOST * PRIOR[name] for name, most in trial.most.items())
    made = weights_of(trial.most, "learned")
    assert made.total == 100
    assert most_points(made) == trial.most
    for steps in (made.wanted, made.held, made.place, made.distance, made.engagement, made.living):
        assert list(steps) == sorted(steps, reverse=True)
    assert made.wanted[0] >= made.held[0] >= made.neighbour >= made.skill_only > 0
    assert made.wage_met > made.wage_partly > 0


OTHER = weights_of(
    {"trade": 27, "experience": 20, "skills": 13, "wage": 16, "place": 18, "terms": 6}, "learned-2026-03-09"
)


@settings(max_examples=50)
@given(worker=WORKERS, offered=st.lists(OPENINGS, max_size=12, unique_by=lambda one: one.id))
def test_the_fast_engine_and_the_reference_agree_under_learned_weights(
    worker: WorkerProfile, offered: list[OpeningProfile]
) -> None:
    ground = Ground(GROUND.today, OTHER, GROUND.wages, GROUND.adjacency)
    fast = Engine(offered, ground).rank(worker, top=10)
    slow = rank(worker, offered, ground, top=10)
    assert fast.suggestions == slow.suggestions
    assert all(one.points == points_of(one.factors) for one in fast.suggestions)
    for one in offered:
        assert all(0 <= factor.points <= factor.most for factor in fit(worker, one, ground))
