"""The rules of fairs without a database: which states are public or hold something, and what a form begins with."""

from datetime import UTC, date, datetime, time

from employers.fairs.booth_rules import BOOTH, HOLDING_BOOTH, BoothState
from employers.fairs.rules import FAIR, HOLDING_STATES, PUBLIC_STATES, FairDraft, FairState, SeriesDraft

F, B = FairState, BoothState
PLANNED = {F.DRAFT, F.READY, F.FILED, F.CLEARED}


def test_a_fair_is_public_from_its_announcement_on() -> None:
    assert set(F) - PLANNED == PUBLIC_STATES
    assert {F.PUBLISHED, F.CANCELLED, F.POSTPONED, F.ARCHIVED} <= PUBLIC_STATES


def test_a_fair_that_is_off_leaves_its_hall() -> None:
    assert set(F) - {F.CANCELLED, F.POSTPONED} == HOLDING_STATES


def test_a_fair_may_be_cancelled_until_it_begins() -> None:
    before = {*PLANNED, F.PUBLISHED, F.BOOTH_OPEN, F.BOOTH_CLOSED, F.POSTPONED}
    assert {move.source for move in FAIR.moves if move.event == "cancel"} == before


def test_somebody_who_waits_or_has_gone_takes_no_booth() -> None:
    assert {B.APPLIED, B.APPROVED, B.ASSIGNED, B.PRESENT, B.SERVED} == set(HOLDING_BOOTH)
    assert {move.target for move in BOOTH.moves if move.event == "wait"} == {B.WAITLISTED}


def test_a_new_fair_is_open_to_the_public_and_expects_nobody_yet() -> None:
    start, end = datetime(2026, 3, 6, 1, tzinfo=UTC), datetime(2026, 3, 6, 4, tzinfo=UTC)
    fair = FairDraft(name="春风行动", starts_at=start, ends_at=end)
    assert (fair.booth_count, fair.expected_visitors, fair.open_to_public) == (0, 0, True)
    series = SeriesDraft(
        name="周五招聘", venue_id=1, weekday=4, from_on=date(2026, 1, 1), to_on=date(2026, 12, 31), starts=time(9),
        ends=time(11, 30), booth_count=20,
    )  # fmt: skip
    assert series.expected_visitors == 0
