"""The simulated gates agree with queueing theory where a formula exists, and more gates never wait longer."""

from math import isclose

import pytest

from employers.fairs.simulation.rules import (
    MorningDraft,
    advise,
    advise_booths,
    arrivals_by_hour,
    erlang_wait,
    simulate,
)

LONG = [180.0] * 12
"""Twelve even hours: long enough for the start, with nobody waiting, to count little."""


@pytest.mark.parametrize(("gates", "seconds"), [(1, 12.0), (2, 30.0), (3, 45.0)])
def test_the_formula_lies_within_the_interval_of_the_mean_wait(gates: int, seconds: float) -> None:
    theory = 60 * erlang_wait(180, 3600 / seconds, gates)
    for seed in (1, 2, 3):
        waiting = simulate(LONG, gates=gates, seconds=seconds, runs=60, seed=seed)
        assert waiting.low <= theory <= waiting.high


def test_more_staff_at_the_booths_saves_minutes() -> None:
    morning = MorningDraft(visitors=2160, booths=12, staff=2, talks=1, talk_minutes=6, first_hour_share=50)
    advice = advise_booths(morning, hours=2)
    assert advice is not None
    (_, planned), (_, more), _ = advice.rows
    assert planned.mean > more.mean
    assert advice.saved == planned.mean - more.mean > 1
    assert advise_booths(MorningDraft(visitors=100), hours=2) is None


def test_the_comparison_catches_gates_that_serve_too_fast() -> None:
    waiting = simulate(LONG, gates=2, seconds=24.0, runs=60)
    assert waiting.high < 60 * erlang_wait(180, 120, 2)


def test_the_formula_gives_the_known_values() -> None:
    assert isclose(erlang_wait(0.5, 1, 1), 1.0)
    assert isclose(erlang_wait(1.0, 1, 2), 1 / 3)
    assert erlang_wait(2.0, 1, 2) == float("inf")


def test_one_more_gate_saves_minutes_on_a_crowded_morning() -> None:
    advice = advise(MorningDraft(visitors=1200, gates=2, seconds=15, first_hour_share=60), hours=3)
    assert [gates for gates, _ in advice.rows] == [1, 2, 3, 4]
    means = [waiting.mean for _, waiting in advice.rows]
    assert means == sorted(means, reverse=True)
    assert advice.saved > 1


def test_arrivals_add_up() -> None:
    assert isclose(sum(arrivals_by_hour(1200, 3, 50)), 1200)
    assert arrivals_by_hour(100, 1, 50) == [100]
    assert simulate([0.0], gates=1, seconds=10).mean == 0
