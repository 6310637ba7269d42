"""Jobs after the certificate (TR-14), and the forecast of the next class compared with held-out months."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.outcomes.rules import (
    Cohort,
    Completion,
    OutcomeTally,
    TraineeJob,
    backtest,
    beta_binomial,
    forecast,
    interval,
    spread,
    tally,
)

CERTIFIED = date(2026, 3, 31)
TODAY = date(2026, 12, 1)


def completions(count: int) -> list[Completion]:
    return [Completion(person, person, 1, CERTIFIED) for person in range(1, count + 1)]


def job(person: int, after: int, lasted: int | None = None, *, away: bool = False) -> TraineeJob:
    starts = CERTIFIED + timedelta(days=after)
    return TraineeJob(person, starts, None if lasted is None else starts + timedelta(days=lasted), away)


def test_twenty_seven_of_thirty_six_are_placed_and_twelve_of_them_away() -> None:
    """TR-14: 75.0 %."""
    placed = [job(person, 10 + person, away=person <= 12) for person in range(1, 28)]
    short = [job(28, 5, 29), job(29, 91), job(30, -1)]
    assert tally(completions(36), placed + short, TODAY) == OutcomeTally(36, 27, 12, 0, (27, 27, 27))
    assert tally(completions(36), placed + short, TODAY).per_mille == 750


def test_thirty_ninety_and_one_hundred_and_eighty_days_are_counted_separately() -> None:
    jobs = [job(1, 0, 30), job(2, 90, 89), job(3, 90, 90), job(4, 1, 180), job(5, 1), job(5, 2, 40)]
    counted = tally(completions(6), jobs, TODAY)
    assert (counted.placed, counted.held) == (5, (5, 3, 2))


def test_people_who_may_still_find_or_keep_work_are_pending() -> None:
    early = CERTIFIED + timedelta(days=20)
    assert tally(completions(3), [job(1, 5), job(2, 5, 10)], early) == OutcomeTally(3, 0, 0, 2, (0, 0, 0))
    assert tally(completions(1), [], CERTIFIED + timedelta(days=91)).pending == 0


def test_a_job_held_before_the_course_does_not_count_as_its_outcome() -> None:
    assert tally(completions(1), [job(1, -200)], TODAY).placed == 0


@given(st.integers(0, 60), st.floats(0.05, 50), st.floats(0.05, 50))
def test_probabilities_sum_to_one_and_the_interval_holds_most_of_them(tries: int, alpha: float, beta: float) -> None:
    chances = beta_binomial(tries, alpha, beta)
    assert sum(chances) == pytest.approx(1)
    assert sum(count * chance for count, chance in enumerate(chances)) == pytest.approx(tries * alpha / (alpha + beta))
    low, high = interval(chances)
    assert 0 <= low <= high <= tries
    assert sum(chances[low : high + 1]) >= 0.8 - 1e-9


def city(seed: int, *, months: int = 36, weight: float = 30.0) -> list[Cohort]:
    """An invented past: 22 majors with their own share, classes that differ, nine held-out months."""
    random = Random(seed)
    shares = {major: random.uniform(0.2, 0.8) for major in range(1, 23)}
    cohorts = []
    for month in range(months):
        for major, share in shares.items():
            if random.random() < 0.5:
                began = random.randint(20, 40)
                own = random.betavariate(share * weight, (1 - share) * weight)
                placed = sum(random.random() < own for _ in range(began))
                certified = min(began, placed + random.randint(0, began - placed))
                cohorts.append(Cohort(major, date(2023, 1, 28) + timedelta(days=30 * month), began, certified, placed))
    return cohorts


@pytest.mark.parametrize("seed", range(4))
def test_four_of_five_held_out_classes_fall_within_their_prediction_interval(seed: int) -> None:
    tested = backtest(city(seed), months=9)
    assert tested.cohorts > 70
    assert 72 <= tested.percent <= 95
    assert tested.error < 0.75 * tested.plain_error


def test_an_interval_that_ignores_differences_between_classes_is_caught() -> None:
    backtests = [backtest(city(seed, weight=4.0), months=9) for seed in range(3)]
    assert all(72 <= tested.percent <= 95 for tested in backtests)
    narrow = []
    for cohort in city(0, weight=4.0)[-60:]:
        share = cohort.placed / cohort.began
        low, high = interval(beta_binomial(30, 10_000 * 0.5, 10_000 * 0.5))
        narrow.append(low <= 30 * share <= high)
    assert sum(narrow) / len(narrow) < 0.72


def test_similar_classes_weigh_more_than_differing_ones() -> None:
    assert spread(city(1, weight=200.0)) > 3 * spread(city(1, weight=5.0))


def test_a_major_without_history_is_forecast_from_all_majors_up_to_the_open_places() -> None:
    known = city(5)
    new = forecast(known, 99, seats=30, places=500)
    assert new.cohorts == 0
    mean = sum(cohort.placed for cohort in known) / sum(cohort.began for cohort in known)
    assert new.expected == pytest.approx(30 * mean, rel=0.02)
    assert forecast(known, 99, seats=30, places=4).high == 4
    assert forecast(known, 99, seats=30, places=0).expected == 0
    assert forecast([], 1, seats=30, places=30).low < forecast([], 1, seats=30, places=30).high
