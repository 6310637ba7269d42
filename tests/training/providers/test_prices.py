"""How a tuition is divided (TR-01, TR-02, VR16)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.providers.prices import Entitlement, PriceSplit, SplitExceedsTuition, price_split

FREE = Entitlement("union_hardship")
AMOUNT = st.integers(min_value=0, max_value=10**9)


def test_an_ordinary_learner_pays_the_remainder_after_school_and_centre() -> None:
    """TR-01: 1,200 = 400 + 500 + 300."""
    assert price_split(120_000, 40_000, 0, None, subsidy_fen=50_000) == PriceSplit(120_000, 40_000, 0, 50_000, 30_000)


def test_a_learner_without_any_help_pays_all() -> None:
    assert price_split(120_000, 0, 0, None) == PriceSplit(120_000, 0, 0, 0, 120_000)


def test_an_entitled_learner_pays_nothing_and_the_centre_pays_the_rest() -> None:
    """TR-02: 1,200 = 400 + 800 + 0."""
    assert price_split(120_000, 40_000, 0, FREE, subsidy_fen=50_000) == PriceSplit(120_000, 40_000, 0, 80_000, 0)


def test_parts_over_the_tuition_are_refused_with_the_excess_in_yuan() -> None:
    """TR-01: 800 and 500 exceed 1,200 by 100."""
    with pytest.raises(SplitExceedsTuition) as refused:
        price_split(120_000, 80_000, 0, None, subsidy_fen=50_000)
    assert (refused.value.params, refused.value.status) == ({"excess": "100"}, 422)


def test_parts_that_leave_nothing_to_pay_are_no_excess() -> None:
    assert price_split(120_000, 70_000, 0, None, subsidy_fen=50_000).learner_fen == 0


def test_a_negative_part_is_refused() -> None:
    with pytest.raises(ValueError, match="never negative"):
        price_split(100, -1, 0, None)


@pytest.mark.rule("price-split", "action")
@given(AMOUNT, AMOUNT, AMOUNT, AMOUNT, st.sampled_from([None, FREE]))
def test_the_parts_always_add_up_or_are_refused(
    tuition: int, waiver: int, government: int, subsidy: int, entitled: Entitlement | None
) -> None:
    try:
        split = price_split(tuition, waiver, government, entitled, subsidy_fen=subsidy)
    except SplitExceedsTuition:
        assert waiver + government + subsidy > tuition
        return
    parts = (split.waiver_fen, split.government_fen, split.centre_fen, split.learner_fen)
    assert sum(parts) == split.tuition_fen == tuition
    assert min(parts) >= 0
    assert split.learner_fen == 0 or entitled is None
