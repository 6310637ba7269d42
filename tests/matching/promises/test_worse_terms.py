"""Which terms of a job got worse: every planted substitution is found, no honest contract is blamed."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from employers.openings.rules import Provision, WageUnit
from employers.openings.terms import Signatory, Terms
from matching.engine.fit.profiles import WageBasis
from matching.promises.rules import TermKind, Yardstick, kept_health, worse_terms
from tests.matching.promises.chains import BY, SUBSTITUTIONS, honest, promise

KINDS = tuple(SUBSTITUTIONS)


def test_a_hundred_planted_substitutions_are_found_and_named() -> None:
    random = Random(14)
    for number in range(100):
        kind = KINDS[number % len(KINDS)]
        promised = promise(random)
        stated = SUBSTITUTIONS[kind](random, promised)
        assert worse_terms(promised, stated, BY) == (kind,), (number, promised, stated)


def test_ten_thousand_honest_chains_are_not_blamed() -> None:
    random = Random(2026)
    blamed = []
    for _ in range(10_000):
        promised = promise(random)
        contract = honest(random, promised)
        if worse := worse_terms(promised, contract, BY):
            blamed.append((promised, contract, worse))
    assert blamed == []


def test_a_substitution_among_honest_links_is_still_found() -> None:
    random = Random(90)
    for number in range(600):
        kind = KINDS[number % len(KINDS)]
        promised = promise(random)
        stated = SUBSTITUTIONS[kind](random, promised)
        silent: dict[str, Any] = {"hours_per_week": None, "night_shift": None}
        if kind is TermKind.HOURS:
            silent = {"base_pay_fen": None}
        better = replace(stated, **silent)
        assert worse_terms(promised, better, BY) == (kind,)


@pytest.mark.parametrize(
    ("promised", "stated", "expected"),
    [
        ((550_000, WageUnit.MONTH), (380_000, WageUnit.MONTH), True),  # EX-04
        ((28_000, WageUnit.DAY), (728_000, WageUnit.MONTH), False),  # 26 days
        ((28_000, WageUnit.DAY), (720_000, WageUnit.MONTH), False),  # rounding within 2 %
        ((28_000, WageUnit.DAY), (700_000, WageUnit.MONTH), True),
        ((2_000, WageUnit.HOUR), (416_000, WageUnit.MONTH), False),  # 208 hours
        ((2_000, WageUnit.HOUR), (15_500, WageUnit.DAY), True),
        ((50, WageUnit.PIECE), (40, WageUnit.PIECE), True),
        ((50, WageUnit.PIECE), (400_000, WageUnit.MONTH), False),  # cannot be known, so nobody is blamed
        ((400_000, WageUnit.MONTH), (392_000, WageUnit.MONTH), False),
        ((400_000, WageUnit.MONTH), (391_999, WageUnit.MONTH), True),
    ],
)
def test_pay_is_compared_by_one_conversion_of_units(
    promised: tuple[int, WageUnit], stated: tuple[int, WageUnit], expected: bool
) -> None:
    before, after = (Terms(pay_min_fen=fen, pay_unit=unit) for fen, unit in (promised, stated))
    assert (worse_terms(before, after, BY) == (TermKind.PAY,)) is expected


@pytest.mark.parametrize(
    ("fen", "days", "expected"),
    [(400_000, 26, False), (400_000, 30, False), (200_000, 13, False), (190_000, 13, True), (153_847, 10, False)],
)
def test_a_payslip_of_some_days_is_judged_as_a_whole_month(fen: int, days: int, expected: bool) -> None:
    promised = Terms(pay_min_fen=400_000, pay_max_fen=500_000)
    assert (worse_terms(promised, Terms(pay_min_fen=fen, days_worked=days), BY) == (TermKind.PAY,)) is expected


@pytest.mark.parametrize(("base", "days", "expected"), [(100_000, 13, False), (90_000, 13, True), (200_000, 30, False)])
def test_the_fixed_pay_of_some_days_is_judged_as_a_whole_month(base: int, days: int, expected: bool) -> None:
    promised, stated = Terms(base_pay_fen=200_000), Terms(base_pay_fen=base, days_worked=days)
    assert (worse_terms(promised, stated, BY) == (TermKind.PAY,)) is expected


@pytest.mark.parametrize(
    ("promised", "stated", "expected"),
    [
        ("320281", "320281", False),
        ("320281", "320583", True),
        ("320200", "320281", False),  # a county of the promised city
        ("320281", "320200", False),  # named less exactly: unknown
        ("320281", "610404", False),  # home
        ("610113", "610402", False),  # nearer: the same city as home
        ("610402", "610113", True),
        ("", "320281", False),
    ],
)
def test_another_place_is_worse_unless_it_is_nearer_to_home(promised: str, stated: str, expected: bool) -> None:
    worse = worse_terms(Terms(region_code=promised), Terms(region_code=stated), BY)
    assert (worse == (TermKind.PLACE,)) is expected


def test_what_one_side_leaves_open_is_never_worse() -> None:
    full = promise(Random(3))
    assert worse_terms(full, Terms(), BY) == ()
    assert worse_terms(Terms(), full, BY) == ()


def test_every_term_can_get_worse_at_once() -> None:
    promised = Terms(
        400_000, 500_000, base_pay_fen=250_000, region_code="610404", hours_per_week=44, night_shift=False,
        lodging=Provision.FREE, board=Provision.FREE, signatory=Signatory.EMPLOYER,
    )  # fmt: skip
    stated = Terms(
        300_000, region_code="320281", hours_per_week=60, night_shift=True, lodging=Provision.PAID,
        board=Provision.NONE, signatory=Signatory.NOBODY,
    )  # fmt: skip
    assert worse_terms(promised, stated, Yardstick(WageBasis())) == tuple(TermKind)


def test_terms_are_kept_and_read_again_unchanged() -> None:
    random = Random(5)
    for terms in (Terms(), *(promise(random) for _ in range(50))):
        assert Terms.of_row(terms.as_row()) == terms


def test_health_falls_with_broken_promises_and_with_nothing_else() -> None:
    assert [kept_health(80, checked=count, broken=0) for count in (0, 1, 10)] == [80, 80, 80]
    falling = [kept_health(80, checked=6, broken=count) for count in range(7)]
    assert falling == [80, 70, 60, 50, 40, 30, 20]
