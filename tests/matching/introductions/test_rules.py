"""The rules of introductions without a database: the steps to a result, the days of calls, rates, letter numbers."""

from datetime import date, timedelta

import pytest

from matching.introductions.rules import (
    CHASE_DAYS,
    DONE,
    EDITABLE,
    FOLLOW_UP_DAYS,
    INTRODUCTION,
    KNOWN,
    MOST_CALLS,
    PLACEMENT,
    REFUSED,
    STABLE_AFTER,
    WITH_EMPLOYER,
    IntroductionState,
    PlacementState,
    Rates,
    Recommendation,
    Result,
    events_to,
    is_letter_number,
    letter_number,
)

S, P = IntroductionState, PlacementState
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize("state", [S.RECOMMENDED, S.LETTER_ISSUED, S.UNKNOWN, S.VOID])
def test_a_result_of_a_letter_implies_the_steps_before_it(state: IntroductionState) -> None:
    assert events_to(state, Result.INTERVIEWED) == ("interview",)
    assert events_to(state, Result.OFFERED) == ("interview", "offer")
    assert events_to(state, Result.HIRED) == ("interview", "offer", "accept")


def test_steps_that_were_taken_are_not_taken_again() -> None:
    assert events_to(S.INTERVIEWED, Result.OFFERED) == ("offer",)
    assert events_to(S.INTERVIEWED, Result.HIRED) == ("offer", "accept")
    assert events_to(S.OFFERED, Result.HIRED) == ("accept",)


@pytest.mark.parametrize(
    ("state", "result", "event"),
    [
        (S.INTERVIEWED, Result.INTERVIEWED, "interview"), (S.OFFERED, Result.OFFERED, "offer"),
        (S.OFFERED, Result.INTERVIEWED, "interview"),
    ],
)  # fmt: skip
def test_a_result_that_lies_behind_names_its_own_step_which_the_machine_refuses(
    state: IntroductionState, result: Result, event: str
) -> None:
    assert events_to(state, result) == (event,)
    assert (state, event) not in INTRODUCTION.table


@pytest.mark.parametrize(
    ("result", "event"),
    [(Result.REFUSED_BY_EMPLOYER, "refuse"), (Result.REFUSED_BY_WORKER, "decline"), (Result.NO_SHOW, "absent")],
)
def test_a_no_is_one_step_from_any_state(result: Result, event: str) -> None:
    assert [events_to(state, result) for state in (S.LETTER_ISSUED, S.OFFERED)] == [(event,), (event,)]


def test_the_groups_of_states_are_those_of_the_desk() -> None:
    assert {S.REFUSED_BY_EMPLOYER, S.REFUSED_BY_WORKER, S.NO_SHOW} == REFUSED
    assert {*REFUSED, S.HIRED} == KNOWN
    assert {*KNOWN, S.SET_ASIDE} == DONE
    assert {S.LETTER_ISSUED, S.INTERVIEWED, S.OFFERED, S.UNKNOWN, S.VOID, *KNOWN} == WITH_EMPLOYER


def test_calls_and_reminders_have_their_days() -> None:
    assert (FOLLOW_UP_DAYS, CHASE_DAYS, MOST_CALLS) == ((7, 30, 90), (3, 7), 3)
    assert (timedelta(days=180), timedelta(days=60)) == (STABLE_AFTER, EDITABLE)


def test_a_member_who_has_left_cannot_leave_again_and_anybody_else_may() -> None:
    assert {move.source for move in PLACEMENT.moves if move.event == "leave"} == set(P) - {P.ENDED}


def test_a_recommendation_neither_agrees_nor_shares_the_telephone_by_itself() -> None:
    draft = Recommendation(person_id=1, opening_id=2)
    assert (draft.agreed, draft.share_phone) == (False, False)


def test_silence_is_not_a_hire_in_either_rate() -> None:
    """MA-11: of 10 letters 4 hired and 3 silent."""
    rates = Rates(letters=10, hired=4, known=7, unknown=3)
    assert (round(rates.of_known, 3), rates.of_all) == (0.571, 0.4)
    assert (Rates(0, 0, 0, 0).of_known, Rates(0, 0, 0, 0).of_all) == (0.0, 0.0)


@pytest.mark.parametrize(
    "number", ["A1-2425G-ABC1234002-M", "0000-0001-8947-0000-8", "0000-0001-8947-0000-0000-0000-D"]
)
def test_the_published_numbers_of_other_registers_with_the_same_check_are_right(number: str) -> None:
    """ISO 7064, mod 37,36: the examples of GRid (a release) and ISAN (a film, and a version of it)."""
    assert is_letter_number(number)
    assert is_letter_number(f" {number.lower()} ")
    body, _, right = number.rpartition("-")
    assert [last for last in ALPHABET if is_letter_number(f"{body}-{last}")] == [right]


def test_a_letter_is_numbered_by_centre_day_and_serial() -> None:
    assert letter_number("XY", date(2026, 3, 2), 7) == "XY-20260302-0007-R"
    assert letter_number("XY", date(2026, 3, 2), 78) == "XY-20260302-0078-0"
    assert is_letter_number(letter_number("XY03", date(2026, 12, 31), 9999))


@pytest.mark.parametrize("text", ["", "M", "-M", "A1_2425G-ABC1234002-M", "信-M"])
def test_what_is_no_letter_number_is_not_taken_for_one(text: str) -> None:
    assert not is_letter_number(text)


def test_every_sign_may_stand_in_a_letter_number() -> None:
    assert sum(is_letter_number(f"{ALPHABET}-{ALPHABET}-{last}") for last in ALPHABET) == 1
