"""The four patterns of subsidy terms, calculated by hand: TR-04 and the published examples of 4.8."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centre.policy import shipped_examples
from training.claims.rules import (
    ClaimAct,
    DayTerms,
    Decision,
    Earlier,
    Programme,
    SubsidyCase,
    Terms,
    day_table,
    decide,
    read_terms,
)


@pytest.fixture(scope="module")
def terms() -> dict[Programme, Terms]:
    kept = {rule.key: rule.value for rule in shipped_examples()}
    return {programme: read_terms(kept[f"subsidy-{programme.value}"]) for programme in Programme}


def case(**changes: object) -> SubsidyCase:
    content: dict[str, object] = {
        "occupation": "6-05-01-03", "level": 4, "completed_on": date(2026, 3, 27), "days": 12, "hours": 40,
        "completed": True, "certified": True,
    }  # fmt: skip
    return SubsidyCase(**(content | changes))  # type: ignore[arg-type]


def had(programme: Programme, fen: int, *, occupation: str = "4-03-02-01", level: int = 5, year: int = 2026) -> Earlier:
    return Earlier(1, programme, occupation, level, year, fen)


@pytest.mark.parametrize(("days", "yuan"), [(8, 1200), (10, 1500), (12, 1700), (15, 2000), (20, 2000), (0, 0)])
def test_the_day_table_has_two_steps_and_a_cap(terms: dict[Programme, Terms], days: int, yuan: int) -> None:
    """TR-04: 8, 10, 12, 15 and 20 days."""
    assert decide(terms[Programme.PER_DAY], case(days=days), most_a_year=3).fen == yuan * 100


@given(st.integers(0, 60), st.integers(1, 40), st.lists(st.tuples(st.integers(1, 50), st.integers(0, 900)), max_size=4))
def test_the_day_table_agrees_with_counting_day_by_day(days: int, cap: int, ends: list[tuple[int, int]]) -> None:
    steps = [ClaimAct(until=until, fen=fen) for until, fen in sorted(ends)] + [ClaimAct(fen=7)]
    by_hand = sum(
        next(step.fen for step in steps if step.until is None or day <= step.until)
        for day in range(1, min(days, cap) + 1)
    )
    assert day_table(DayTerms(pattern="per_day", steps=steps, cap_days=cap), days) == by_hand


def test_two_certificates_of_one_occupation_in_a_year_are_one_subsidy(terms: dict[Programme, Terms]) -> None:
    again = case(earlier=[had(Programme.PER_CERTIFICATE, 100_000, occupation="6-05-01-03")])
    assert decide(terms[Programme.PER_CERTIFICATE], again, most_a_year=3).reason == "year-occupation"
    last_year = case(earlier=[had(Programme.PER_CERTIFICATE, 100_000, occupation="6-05-01-03", year=2025)])
    assert decide(terms[Programme.PER_CERTIFICATE], last_year, most_a_year=3).fen == 100_000
    assert decide(terms[Programme.PER_CERTIFICATE], case(certified=False), most_a_year=3).reason == "not-certified"


@pytest.mark.parametrize(
    ("level", "before", "yuan"), [(4, 0, 500), (2, 0, 1000), (2, 500, 500), (1, 1000, 0), (3, 500, 0)]
)
def test_of_the_levels_of_a_year_the_highest_counts_once(
    terms: dict[Programme, Terms], level: int, before: int, yuan: int
) -> None:
    earlier = [had(Programme.PER_LEVEL, before * 100)] if before else []
    decision = decide(terms[Programme.PER_LEVEL], case(level=level, earlier=earlier), most_a_year=3)
    assert (decision.fen, decision.reason) == (yuan * 100, "" if yuan else "year-level")
    assert decide(terms[Programme.PER_LEVEL], case(level=5), most_a_year=3).reason == "level-unknown"


@pytest.mark.parametrize(("hours", "before", "yuan"), [(20, 0, 600), (40, 0, 1000), (40, 700, 300), (40, 1000, 0)])
def test_hours_are_paid_up_to_a_thousand_yuan_a_year(
    terms: dict[Programme, Terms], hours: int, before: int, yuan: int
) -> None:
    earlier = [had(Programme.PER_HOUR, before * 100)] if before else []
    decision = decide(terms[Programme.PER_HOUR], case(hours=hours, earlier=earlier), most_a_year=3)
    assert (decision.fen, decision.reason) == (yuan * 100, "" if yuan else "year-amount")


def test_the_fourth_subsidised_course_of_a_calendar_year_is_refused(terms: dict[Programme, Terms]) -> None:
    three = [had(Programme.PER_DAY, 1, occupation=f"4-0{number}-01-01") for number in range(1, 4)]
    refused = decide(terms[Programme.PER_DAY], case(earlier=three), most_a_year=3)
    assert (refused.reason, refused.params) == ("year-count", {"most": 3})
    assert decide(terms[Programme.PER_DAY], case(earlier=three, completed_on=date(2027, 1, 2)), most_a_year=3).fen


@pytest.mark.rule("subsidy-once", "action")
def test_one_person_one_occupation_one_level_is_subsidised_once(terms: dict[Programme, Terms]) -> None:
    same = [had(Programme.PER_HOUR, 1, occupation="6-05-01-03", level=4, year=2020)]
    assert decide(terms[Programme.PER_DAY], case(earlier=same), most_a_year=3).reason == "already-subsidised"
    assert decide(terms[Programme.PER_DAY], case(earlier=same, level=3), most_a_year=3).fen == 170_000
    assert decide(terms[Programme.PER_DAY], case(retired=True), most_a_year=3).reason == "retired"


def test_attendance_and_certificate_come_before_the_amount(terms: dict[Programme, Terms]) -> None:
    absent = decide(terms[Programme.PER_DAY], case(completed=False, percent=79), most_a_year=3)
    assert (absent.fen, absent.reason, absent.params) == (0, "below-attendance", {"percent": 79})
    uncertified = {
        programme: decide(terms[programme], case(certified=False), most_a_year=3).reason for programme in Programme
    }
    assert uncertified == {
        Programme.PER_DAY: "", Programme.PER_HOUR: "", Programme.PER_CERTIFICATE: "not-certified",
        Programme.PER_LEVEL: "not-certified",
    }  # fmt: skip


def test_a_refusal_names_the_subsidy_that_stands_in_the_way(terms: dict[Programme, Terms]) -> None:
    def earlier(line_id: int, programme: Programme, occupation: str, level: int = 5) -> Earlier:
        return Earlier(line_id, programme, occupation, level, 2026, 100_000)

    mine, other = "6-05-01-03", "4-03-02-01"
    same = [earlier(5, Programme.PER_DAY, other), earlier(6, Programme.PER_DAY, mine, 4)]
    assert decide(terms[Programme.PER_DAY], case(earlier=same), most_a_year=3).line_id == 6
    two = [earlier(7, Programme.PER_CERTIFICATE, mine), earlier(8, Programme.PER_CERTIFICATE, mine, 3)]
    assert decide(terms[Programme.PER_CERTIFICATE], case(earlier=two), most_a_year=3).line_id == 8
    assert decide(terms[Programme.PER_DAY], case(earlier=two), most_a_year=2).line_id == 8
    levels = [earlier(9, Programme.PER_LEVEL, other), earlier(10, Programme.PER_LEVEL, other, 3)]
    assert decide(terms[Programme.PER_LEVEL], case(earlier=levels), most_a_year=3).line_id == 10
    others = [earlier(11, Programme.PER_CERTIFICATE, other)]
    assert decide(terms[Programme.PER_CERTIFICATE], case(earlier=others), most_a_year=3).fen == 100_000


def test_a_level_that_is_worth_nothing_is_refused_without_an_earlier_one() -> None:
    nothing = read_terms({"pattern": "per_level", "fen": {"4": 0}})
    assert decide(nothing, case(level=4), most_a_year=3) == Decision(reason="year-level")


def test_one_fen_is_an_amount() -> None:
    level, hour = {"pattern": "per_level", "fen": {"4": 1}}, {"pattern": "per_hour", "fen": 1, "cap_year_fen": 9}
    assert decide(read_terms(level), case(level=4), most_a_year=3).fen == 1
    assert decide(read_terms(hour), case(hours=1), most_a_year=3).fen == 1
    certificate = read_terms({"pattern": "per_certificate", "fen": 1_001})
    assert decide(certificate, case(government_fen=1_000), most_a_year=3).fen == 1


@pytest.mark.parametrize(
    ("government", "fen", "reason"),
    [
        (0, 100_000, ""), (30_000, 70_000, ""), (100_000, 0, "government-split"), (120_000, 0, "government-split"),
    ],
)  # fmt: skip
def test_what_the_government_has_paid_of_the_tuition_is_not_paid_again(
    terms: dict[Programme, Terms], government: int, fen: int, reason: str
) -> None:
    decision = decide(terms[Programme.PER_CERTIFICATE], case(government_fen=government), most_a_year=3)
    assert (decision.fen, decision.reason) == (fen, reason)


def test_a_reason_for_nothing_is_kept_whatever_the_government_paid(terms: dict[Programme, Terms]) -> None:
    assert decide(terms[Programme.PER_LEVEL], case(level=5, government_fen=1), most_a_year=3).reason == "level-unknown"


def test_a_year_counts_its_own_subsidies_by_the_day_of_completion(terms: dict[Programme, Terms]) -> None:
    earlier = [had(Programme.PER_DAY, 1), had(Programme.PER_HOUR, 2), had(Programme.PER_DAY, 3, year=2025)]
    mine = case(earlier=earlier)
    assert [subsidy.fen for subsidy in mine.this_year()] == [1, 2]
    assert [subsidy.fen for subsidy in mine.this_year(Programme.PER_DAY)] == [1]
    assert (mine.percent, mine.retired, mine.government_fen) == (100, False, 0)
    assert decide(terms[Programme.PER_DAY], mine, most_a_year=2).reason == "year-count"
