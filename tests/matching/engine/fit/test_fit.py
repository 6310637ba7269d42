"""The score of a pair, calculated by hand: hard conditions and points (MA-08, MA-13)."""

from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given, settings

from matching.engine.fit.conditions import Condition, FitVerdict, birthday, conditions, failures
from matching.engine.fit.profiles import (
    Certificate,
    CertificateNeed,
    Ground,
    Leave,
    OpeningProfile,
    Practice,
    Risk,
    Skill,
    SkillNeed,
    WageBasis,
    WageUnit,
    Weights,
    WorkerProfile,
)
from matching.engine.fit.score import fit, points_of
from tests.matching.engine.people import (
    CARD,
    GROUND,
    MASONRY,
    OPENINGS,
    PACKING,
    SEWING,
    SPINNER,
    SPINNING,
    WELDER,
    WELDING,
    WORKERS,
    YOUTH,
)

FIRM = replace(WELDING, certificates=(CertificateNeed("health", must=False),), skills=(SkillNeed("焊接", 3),))


def verdict(
    worker: WorkerProfile, opening: OpeningProfile, condition: Condition, ground: Ground = GROUND
) -> FitVerdict:
    return next(check.verdict for check in conditions(worker, opening, ground) if check.condition is condition)


def code(worker: WorkerProfile, opening: OpeningProfile, condition: Condition, ground: Ground = GROUND) -> str:
    return next(check.code for check in conditions(worker, opening, ground) if check.condition is condition)


def points(worker: WorkerProfile, opening: OpeningProfile, part: str, ground: Ground = GROUND) -> int:
    return next(factor.points for factor in fit(worker, opening, ground) if factor.part == part)


def test_no_profile_has_a_field_for_sex_ethnicity_marriage_or_household_register() -> None:
    words = ("sex", "gender", "ethnic", "marri", "marital", "spouse", "hukou", "household_register", "nation", "name")
    for profile in (WorkerProfile, OpeningProfile, Practice, Skill, Certificate):
        for field in fields(profile):
            assert not any(word in field.name for word in words), field.name


def test_the_points_of_a_full_profile_equal_a_hand_calculation() -> None:
    worker = replace(SPINNER, leave_home_ok=Leave.ANY)
    by_part = {factor.part.value: factor.points for factor in fit(worker, SPINNING, GROUND)}
    # wanted 40; 5 years full 10 + unknown level 2; one of two skills 10; floor met 6 + 4; away from her list 2; 1 + 2
    assert by_part == {"trade": 40, "experience": 12, "skills": 10, "wage": 10, "place": 2, "terms": 3}
    assert points_of(fit(worker, SPINNING, GROUND)) == 77


def test_the_most_points_of_all_factors_add_up_to_one_hundred() -> None:
    assert Weights().total == 100
    assert sum(factor.most for factor in fit(SPINNER, SPINNING, GROUND)) == 100


@given(WORKERS, OPENINGS)
@settings(max_examples=60, deadline=None)
def test_every_factor_stays_between_zero_and_its_maximum(worker: WorkerProfile, opening: OpeningProfile) -> None:
    factors = fit(worker, opening, GROUND)
    assert all(0 <= factor.points <= factor.most for factor in factors)
    assert 0 <= points_of(factors) <= 100


@given(WORKERS, OPENINGS)
@settings(max_examples=60, deadline=None)
def test_unrecorded_facts_never_fail_a_condition(worker: WorkerProfile, opening: OpeningProfile) -> None:
    bare = OpeningProfile(id=opening.id)
    blank = WorkerProfile(id=worker.id)
    about_the_opening = {Condition.VALID, Condition.PLACES, Condition.EMPLOYER}
    assert {check.condition for check in failures(conditions(worker, bare, GROUND))} <= {Condition.AGE}
    assert {check.condition for check in failures(conditions(blank, opening, GROUND))} <= about_the_opening


def test_missing_data_is_neutral_and_never_zero() -> None:
    blank = WorkerProfile(id=9)
    assert all(factor.points > 0 for factor in fit(blank, WELDING, GROUND))
    assert points(blank, WELDING, "trade") == 20


@pytest.mark.rule("working-age", "suggestion")
def test_a_sixteenth_birthday_permits_only_day_work() -> None:
    day = replace(PACKING, starts_on=date(2025, 9, 1))
    assert verdict(YOUTH, replace(day, starts_on=date(2025, 8, 31)), Condition.AGE) is FitVerdict.FAIL
    assert verdict(YOUTH, day, Condition.AGE) is FitVerdict.PASS
    assert code(YOUTH, replace(day, night=True), Condition.AGE) == "minor-night"
    assert code(YOUTH, replace(day, hazardous=True), Condition.AGE) == "minor-hazardous"


def test_born_on_29_february_means_a_birthday_on_1_march_in_other_years() -> None:
    assert birthday(date(2008, 2, 29), 18) == date(2026, 3, 1)
    assert birthday(date(2008, 2, 29), 16) == date(2024, 2, 29)


def test_a_daily_wage_is_converted_to_monthly_by_the_stated_assumption() -> None:
    mason = WorkerProfile(id=11, wanted=("6-29-01-01",), wage_floor_fen=700_000)
    full = Ground(GROUND.today, wages=WageBasis(days_hundredths=2600))
    short = Ground(GROUND.today, wages=WageBasis(days_hundredths=2200))
    assert code(mason, MASONRY, Condition.WAGE, full) == "wage-met"
    assert code(mason, MASONRY, Condition.WAGE, short) == "wage-partly"
    check = next(check for check in conditions(mason, MASONRY, full) if check.condition is Condition.WAGE)
    assert (check.params["low"], check.params["high"]) == (728_000, 910_000)
    assert points(mason, MASONRY, "wage", short) == 3


def test_piece_wages_are_unknown_until_somebody_states_the_pieces() -> None:
    piece = replace(MASONRY, wage_unit=WageUnit.PIECE, wage_min_fen=50, wage_max_fen=60)
    mason = WorkerProfile(id=11, wage_floor_fen=700_000)
    assert verdict(mason, piece, Condition.WAGE) is FitVerdict.UNKNOWN
    counted = Ground(GROUND.today, wages=WageBasis(pieces=10_000))
    assert verdict(mason, piece, Condition.WAGE, counted) is FitVerdict.FAIL


@pytest.mark.rule("card-expiry", "suggestion")
def test_an_expired_or_unreviewed_card_is_no_card() -> None:
    assert code(WELDER, WELDING, Condition.CERTIFICATE) == "certificate-expired"
    fresh = Certificate(CARD, expires_on=date(2028, 1, 1), review_due_on=date(2026, 1, 1))
    assert code(replace(WELDER, certificates=(fresh,)), WELDING, Condition.CERTIFICATE) == "certificate-expired"
    good = replace(fresh, review_due_on=date(2027, 1, 1))
    assert verdict(replace(WELDER, certificates=(good,)), WELDING, Condition.CERTIFICATE) is FitVerdict.PASS
    late = replace(WELDING, starts_on=date(2027, 6, 1))
    assert verdict(replace(WELDER, certificates=(good,)), late, Condition.CERTIFICATE) is FitVerdict.FAIL


def test_a_certificate_of_a_lower_level_differs_from_a_missing_one() -> None:
    wants = replace(WELDING, certificates=(CertificateNeed("skill-level", level=3),))
    junior = replace(WELDER, certificates=(Certificate("skill-level", level=4),))
    assert code(junior, wants, Condition.CERTIFICATE) == "certificate-level"
    assert code(replace(junior, certificates=()), wants, Condition.CERTIFICATE) == "certificate-missing"
    assert verdict(replace(junior, certificates=None), wants, Condition.CERTIFICATE) is FitVerdict.UNKNOWN


@pytest.mark.parametrize(
    ("leave", "regions", "where", "expected"),
    [
        (Leave.COUNTY, ("610404", "610402"), "610402", FitVerdict.PASS),
        (Leave.COUNTY, ("610404", "610402"), "610481", FitVerdict.FAIL),
        (Leave.COUNTY, ("610404", "610402"), "610404002", FitVerdict.PASS),
        (Leave.COUNTY, ("610404",), "610400", FitVerdict.UNKNOWN),
        (Leave.CITY, (), "610481", FitVerdict.PASS),
        (Leave.CITY, ("320500",), "320583", FitVerdict.PASS),
        (Leave.PROVINCE, (), "320583", FitVerdict.FAIL),
        (Leave.ANY, ("610404",), "320600", FitVerdict.PASS),
        (Leave.NONE, (), "610404", FitVerdict.PASS),
        (Leave.NONE, (), "610402", FitVerdict.FAIL),
        (None, (), "320600", FitVerdict.UNKNOWN),
        (None, ("610404",), None, FitVerdict.UNKNOWN),
    ],
)
def test_the_region_wish_is_hard(
    leave: Leave | None, regions: tuple[str, ...], where: str | None, expected: str
) -> None:
    worker = replace(SPINNER, leave_home_ok=leave, regions=regions)
    assert verdict(worker, replace(PACKING, region=where), Condition.REGION) is expected


def test_a_watched_employer_passes_and_a_suspended_one_does_not() -> None:
    assert code(WELDER, replace(WELDING, risk=Risk.WATCH), Condition.EMPLOYER) == "employer-watched"
    assert verdict(WELDER, replace(WELDING, risk=Risk.SUSPENDED), Condition.EMPLOYER) is FitVerdict.FAIL


def test_refused_nights_missing_beds_and_other_engagements_exclude() -> None:
    assert code(SPINNER, replace(SEWING, night=True), Condition.HOURS) == "night-refused"
    assert verdict(SPINNER, replace(SEWING, night=None), Condition.HOURS) is FitVerdict.UNKNOWN
    guest = replace(SPINNER, needs_lodging=True)
    assert verdict(guest, replace(SEWING, lodging=False), Condition.LIVING) is FitVerdict.FAIL
    assert verdict(guest, SEWING, Condition.LIVING) is FitVerdict.UNKNOWN


def test_a_shared_skill_connects_two_otherwise_unrelated_trades() -> None:
    worker = WorkerProfile(id=5, wanted=("4-03-02-01",), skills=(Skill("焊接"),))
    assert code(worker, FIRM, Condition.TRADE) == "trade-by-skill"
    assert points(worker, FIRM, "trade") == 6
    assert verdict(replace(worker, skills=()), FIRM, Condition.TRADE) is FitVerdict.FAIL


def test_a_skill_at_a_lower_level_counts_half() -> None:
    worker = WorkerProfile(id=5, skills=(Skill("焊接", 2),), certificates=())
    assert points(worker, replace(FIRM, certificates=()), "skills") == 10
    assert points(replace(worker, skills=(Skill("焊接", 3),)), replace(FIRM, certificates=()), "skills") == 20
