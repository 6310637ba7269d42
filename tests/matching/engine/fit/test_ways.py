"""What would make a pair fit: every way that is shown leads in, and no smaller change does."""

from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given

from matching.engine.fit import ways
from matching.engine.fit.conditions import Condition, conditions, failures
from matching.engine.fit.profiles import (
    CertificateNeed,
    EmploymentType,
    OpeningProfile,
    SkillNeed,
    WageBasis,
    WageUnit,
    WorkerProfile,
)
from matching.engine.fit.reasons import CHANGES
from matching.engine.fit.ways import STEPS, way_in
from tests.matching.engine.people import CARD, GROUND, OPENINGS, SPINNER, SPINNING, WORKERS, YOUTH

OWN = {"expired", "filled", "employer-suspended"}
"""Failures of the opening itself, which no worker changes."""

TIMED = {"free-too-late", "under-16", "minor-hazardous", "minor-night", "under-age"}
"""Failures that waiting or coming earlier does not mend where the days of the opening are fixed."""


def gaps(worker: WorkerProfile, opening: OpeningProfile) -> list[str]:
    return [check.code for check in failures(conditions(worker, opening, GROUND))]


@given(worker=WORKERS, opening=OPENINGS)
def test_after_the_suggested_changes_the_engine_says_eligible(worker: WorkerProfile, opening: OpeningProfile) -> None:
    before, way = gaps(worker, opening), way_in(worker, opening, GROUND)
    if way is None:
        assert not before or (OWN | TIMED) & set(before)
        return
    assert before
    assert not OWN & set(before)
    assert gaps(way.worker, opening) == []
    assert {step.code for step in way.steps} <= set(CHANGES)


def test_every_change_that_is_worded_can_be_proved() -> None:
    assert set(STEPS) == set(CHANGES)


def pairs(random: Random, count: int) -> list[tuple[WorkerProfile, OpeningProfile]]:
    """Workers who differ from a fitting spinner in one to three wishes."""
    wishes: tuple[dict[str, Any], ...] = (
        {"wage_floor_fen": 800_000}, {"regions": ("610404",)}, {"night_ok": False}, {"shift_ok": False},
        {"education": 1}, {"employment_types": (EmploymentType.FLEXIBLE,)}, {"needs_lodging": True},
        {"needs_board": True}, {"wanted": ("4-10-04-02",), "practised": ()}, {"certificates": ()}, {"skills": ()},
        {"available_from": date(2026, 12, 1)},
    )  # fmt: skip
    base = replace(SPINNER, regions=("320600",), leave_home_ok=None, night_ok=None, certificates=None, skills=None)
    opening = replace(
        SPINNING, night=True, shift=True, min_education=3, lodging=False, board=False, valid_until=date(2026, 6, 30),
        employment_type=EmploymentType.DIRECT, certificates=(CertificateNeed(CARD),),
        skills=(SkillNeed("细纱挡车", must=True),),
    )  # fmt: skip
    chosen = [random.sample(wishes, random.randint(1, 3)) for _ in range(count)]
    return [(replace(base, **{name: wish[name] for wish in some for name in wish}), opening) for some in chosen]


def test_no_part_of_a_way_is_enough_without_the_rest() -> None:
    seen: Counter[int] = Counter()
    for worker, opening in pairs(Random(6), 500):
        way = way_in(worker, opening, GROUND)
        if way is None:
            assert gaps(worker, opening) == []
            continue
        seen[len(way.steps)] += 1
        unchanged = {name for name in WorkerProfile.__slots__ if getattr(way.worker, name) == getattr(worker, name)}
        for name in set(WorkerProfile.__slots__) - unchanged - {"wage_unit"}:
            assert gaps(replace(way.worker, **{name: getattr(worker, name)}), opening), (name, worker)
        assert (way.only is not None) is (len({step.condition for step in way.steps}) == 1)
    assert min(seen[1], seen[2], seen[3]) > 50


@pytest.mark.parametrize(
    ("worker", "opening", "field", "value"),
    [
        (replace(SPINNER, wage_floor_fen=760_000, regions=("320600",)), SPINNING, "wage_floor_fen", 750_000),
        (replace(SPINNER, shift_ok=False, regions=("320600",)), SPINNING, "shift_ok", True),
        (SPINNER, SPINNING, "regions", ("610404", "610402", "320600")),
        (
            replace(SPINNER, regions=("320600",), available_from=date(2026, 8, 1)),
            replace(SPINNING, valid_until=date(2026, 6, 30)),
            "available_from",
            date(2026, 6, 30),
        ),
    ],
)
def test_the_change_is_the_smallest(worker: WorkerProfile, opening: OpeningProfile, field: str, value: object) -> None:
    way = way_in(worker, opening, GROUND)
    assert way is not None
    assert getattr(way.worker, field) == value
    assert len(way.steps) == 1


def test_a_smaller_step_of_pay_would_not_be_enough() -> None:
    worker = replace(SPINNER, wage_floor_fen=760_000, regions=("320600",))
    way = way_in(worker, SPINNING, GROUND)
    assert way is not None
    assert way.only is Condition.WAGE
    assert gaps(replace(way.worker, wage_floor_fen=750_001), SPINNING) == ["wage-below"]


def test_the_young_wait_for_their_birthday_unless_the_first_day_is_fixed() -> None:
    opening = OpeningProfile(9, occupation="6-31-05-00", region="610404", remaining=3, hazardous=True)
    way = way_in(YOUTH, opening, GROUND)
    assert way is not None
    assert way.worker.available_from == date(2027, 9, 1)
    assert way_in(YOUTH, replace(opening, starts_on=date(2026, 4, 1)), GROUND) is None


@pytest.mark.parametrize("lost", [{"remaining": 0}, {"valid_until": date(2026, 1, 1)}])
def test_where_the_opening_itself_is_gone_no_change_is_suggested(lost: dict[str, Any]) -> None:
    assert way_in(SPINNER, replace(SPINNING, **lost), GROUND) is None
    assert way_in(replace(SPINNER, regions=("320600",)), SPINNING, GROUND) is None  # it fits already


@pytest.mark.parametrize(("unit", "low"), [(WageUnit.MONTH, 400_000), (WageUnit.DAY, 15_000), (WageUnit.HOUR, 2_000)])
def test_two_hundred_yuan_more_are_two_hundred_a_month_in_every_unit(unit: WageUnit, low: int) -> None:
    wages: WageBasis = GROUND.wages
    paid = OpeningProfile(1, wage_min_fen=low, wage_unit=unit)
    better = ways.better_paid(paid, 20_000, GROUND)
    assert better is not None
    assert better.wage_max_fen is None
    gain = (wages.monthly(better.wage_min_fen, unit) or 0) - (wages.monthly(low, unit) or 0)
    assert 20_000 <= gain < 20_000 + (wages.monthly(1, unit) or 0)


def test_an_opening_without_the_term_has_no_such_change() -> None:
    plain = OpeningProfile(1)
    assert ways.better_paid(plain, 20_000, GROUND) is None
    assert ways.better_paid(replace(plain, wage_min_fen=50, wage_unit=WageUnit.PIECE), 20_000, GROUND) is None
    assert [ways.without_age_note(plain), ways.by_day(plain), ways.with_lodging(plain)] == [None] * 3
    assert ways.without_schooling(plain) is None
