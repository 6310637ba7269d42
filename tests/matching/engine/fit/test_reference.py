"""The slow scorer that can be checked by hand: lists, transfers, gaps and the order of ties (MA-01, MA-03, MA-18)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from centre.translation import catalogue, translate
from matching.engine.fit.conditions import Condition, failures
from matching.engine.fit.profiles import Leave, OpeningProfile, Practice, Risk, WorkerProfile
from matching.engine.fit.reasons import changes, reasons, warnings, why_not
from matching.engine.fit.reference import rank, rank_workers, suggest
from tests.matching.engine.people import (
    GROUND,
    OPENINGS,
    PACKING,
    SEWING,
    SPINNER,
    SPINNING,
    WELDER,
    WELDING,
    WORKERS,
)

CITY = [SPINNING, SEWING, WELDING, PACKING]


def test_a_distant_spinning_job_leads_for_a_spinner_willing_to_move() -> None:
    ranking = rank(replace(SPINNER, leave_home_ok=Leave.ANY), CITY, GROUND)
    assert [suggestion.opening_id for suggestion in ranking.suggestions] == [SPINNING.id]


def test_a_local_wish_hides_distant_openings_and_counts_them() -> None:
    ranking = rank(SPINNER, CITY, GROUND)
    assert ranking.suggestions == ()
    assert ranking.blocked[Condition.REGION] == 1


def test_a_neighbouring_trade_with_training_is_a_transfer_and_not_a_suggestion() -> None:
    ranking = rank(SPINNER, CITY, GROUND)
    assert [(way.suggestion.opening_id, way.occupation) for way in ranking.transfers] == [(SEWING.id, "6-05-01-03")]
    assert rank(SPINNER, [replace(SEWING, accepts_training=False)], GROUND).transfers == ()
    assert rank(replace(SPINNER, accepts_training=False), [SEWING], GROUND).transfers == ()


@pytest.mark.rule("legal-papers", "suggestion")
def test_a_missing_certificate_is_a_gap_that_a_course_can_close() -> None:
    way = rank(replace(WELDER, certificates=()), [WELDING], GROUND).transfers[0]
    assert (way.occupation, way.certificates) == (None, (WELDING.certificates[0].kind,))


def test_a_suspended_employer_disappears_and_a_watched_one_carries_a_warning() -> None:
    worker = replace(SPINNER, leave_home_ok=Leave.ANY)
    assert rank(worker, [replace(SPINNING, risk=Risk.SUSPENDED)], GROUND).suggestions == ()
    suggestion = rank(worker, [replace(SPINNING, risk=Risk.WATCH)], GROUND).suggestions[0]
    assert suggestion.watched
    assert "employer-watched" in [warning.code for warning in warnings(suggestion)]


@given(WORKERS, st.lists(OPENINGS, min_size=1, max_size=12, unique_by=lambda opening: opening.id))
@settings(max_examples=40, deadline=None)
def test_every_suggestion_gives_three_reasons_whose_points_add_up(
    worker: WorkerProfile, openings: list[OpeningProfile]
) -> None:
    for suggestion in rank(worker, openings, GROUND).suggestions:
        texts = reasons(suggestion)
        assert len(texts) >= 3
        assert sum(reason.points or 0 for reason in texts) == suggestion.points
        assert all(translate("zh-Hans", reason.message, **reason.params) for reason in texts)
        assert all(reason.message in catalogue("en") for reason in texts)


@given(WORKERS, OPENINGS)
@settings(max_examples=60, deadline=None)
def test_both_sides_see_the_same_pair(worker: WorkerProfile, opening: OpeningProfile) -> None:
    ahead = rank(worker, [opening], GROUND)
    back = rank_workers(opening, [worker], GROUND)
    assert [(s.points, s.factors, s.checks) for s in ahead.suggestions] == [
        (s.points, s.factors, s.checks) for s in back.suggestions
    ]
    assert ahead.blocked == back.blocked


def test_hardship_decides_only_within_one_point() -> None:
    plain = replace(SPINNER, id=20, hardship=False, leave_home_ok=Leave.ANY)
    poor = replace(plain, id=21, hardship=True)
    one_better = replace(plain, practised=(Practice("6-04-02-01", 18, 3, False),))
    assert one_better.practised is not None
    gap = suggest(one_better, SPINNING, GROUND).points - suggest(poor, SPINNING, GROUND).points
    assert gap == 0
    nearly = replace(plain, practised=(Practice("6-04-02-01", 18, 3, True),))
    assert suggest(nearly, SPINNING, GROUND).points - suggest(poor, SPINNING, GROUND).points == 1
    assert [s.worker_id for s in rank_workers(SPINNING, [nearly, poor], GROUND).suggestions] == [21, 20]
    ahead = replace(plain, practised=(Practice("6-04-02-01", 18, 2, True),))
    assert suggest(ahead, SPINNING, GROUND).points - suggest(poor, SPINNING, GROUND).points == 2
    assert [s.worker_id for s in rank_workers(SPINNING, [poor, ahead], GROUND).suggestions] == [20, 21]


def test_equal_openings_go_by_fair_share_health_registration_and_id() -> None:
    worker = replace(SPINNER, leave_home_ok=Leave.ANY)
    late = replace(SPINNING, id=1, registered_on=date(2026, 2, 2))
    early = replace(late, id=4, registered_on=date(2026, 2, 1))
    twin = replace(early, id=3)
    healthy = replace(late, id=8, health=90)
    forgotten = replace(late, id=9, underserved=True, health=10)
    ranking = rank(worker, [late, early, twin, healthy, forgotten], GROUND)
    assert [suggestion.opening_id for suggestion in ranking.suggestions] == [9, 8, 3, 4, 1]


@given(WORKERS, st.lists(OPENINGS, max_size=12, unique_by=lambda opening: opening.id), st.randoms())
@settings(max_examples=30, deadline=None)
def test_the_order_of_the_input_changes_nothing(worker: WorkerProfile, openings: list[OpeningProfile], dice) -> None:  # type: ignore[no-untyped-def]
    mixed = list(openings)
    dice.shuffle(mixed)
    assert rank(worker, openings, GROUND) == rank(worker, mixed, GROUND)


def test_a_failed_condition_is_named_and_the_smallest_change_satisfies_it() -> None:
    suggestion = suggest(SPINNER, SPINNING, GROUND)
    assert [reason.code for reason in why_not(suggestion)] == ["too-far"]
    flips = changes(suggestion, lambda _kind, code: {"320600": "南通市"}.get(code, code))
    assert flips is not None
    assert [translate("zh-Hans", change.message, **change.params) for change in flips] == ["愿意去 南通市"]
    assert not failures(suggest(replace(SPINNER, regions=("320600",)), SPINNING, GROUND).checks)


def test_lowering_the_wage_wish_by_the_stated_gap_suffices() -> None:
    dear = replace(SPINNER, leave_home_ok=Leave.ANY, wage_floor_fen=800_000)
    flips = changes(suggest(dear, SPINNING, GROUND))
    assert flips is not None
    assert [change.params["gap"] for change in flips] == ["500"]
    assert not failures(suggest(replace(dear, wage_floor_fen=750_000), SPINNING, GROUND).checks)


def test_worker_actions_never_reopen_an_expired_opening() -> None:
    old = replace(SPINNING, region="610404", valid_until=GROUND.today - timedelta(days=1))
    assert changes(suggest(SPINNER, old, GROUND)) is None
