"""The demo town: its training data is consistent, and no desk is empty, on every day."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from centre import clock, privacy
from centre.database import open_session
from centre.permissions import Actor
from centre.policy import load_examples
from matching.learning.outcomes import prospects
from tests.ordeal.lengths import LONG
from tests.planted import planted
from tests.training.agreement import everything_agrees
from training.claims.models import Claim
from training.claims.rules import ClaimState
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.integrity.models import Flag
from training.integrity.rules import FlagState
from training.rosters.models import RosterUpload
from training.rosters.rules import RosterState
from web.demo import learning, town

MAJORS = 22

DAYS = (
    "2026-11-28 10:00", "2026-11-30 10:00", "2026-12-01 10:00", "2026-12-30 09:00", "2026-12-31 23:59",
    "2027-01-01 00:01", "2027-02-06 10:00", "2027-05-02 10:00", "2027-08-12 10:00", "2027-10-01 10:00",
    "2028-02-29 10:00", "2028-03-01 00:00",
)  # fmt: skip
"""All weekdays, both sides of a month, a year and a leap day, and public holidays."""
FIRST, MANY = date(2026, 11, 1), 400
IN_A_ROW = tuple(f"{FIRST + timedelta(days=number)} 10:00" for number in range(MANY))
EVERY = tuple(day for day in IN_A_ROW if day not in DAYS) if LONG else ()
"""400 days in a row, with `make ordeal`."""


def fill() -> None:
    privacy.forget_keys()
    with open_session(Actor.system().scope, write=True) as session:
        load_examples(session)
        town.fill(session)


def cohorts() -> int:
    """The number of past classes that the forecast is tested against."""
    with open_session(Actor.system().scope) as session:
        return prospects(session)[1].cohorts


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("day", DAYS + EVERY)
def test_funds_seats_and_claims_of_the_town_agree_and_no_desk_is_empty(day: str) -> None:
    with clock.frozen(datetime.fromisoformat(day).replace(tzinfo=clock.SHANGHAI)):
        fill()
        assert cohorts() >= 2 * MAJORS
        with open_session(Actor.system().scope) as session:
            everything_agrees(session)
            claims = list(session.scalars(select(Claim.state).order_by(Claim.id)))
            assert claims == [
                ClaimState.CHECKING, ClaimState.NOTICED, ClaimState.RELEASED, ClaimState.PAID, ClaimState.CLAWBACK,
            ]  # fmt: skip
            states = set(session.scalars(select(TrainingClass.state)))
            assert {ClassState.APPLIED, ClassState.IN_SESSION, ClassState.FINISHED, ClassState.ASSESSED} <= states
            assert list(session.scalars(select(Flag.state))) == [FlagState.HALF_CLEARED]
            roster = session.scalars(select(RosterUpload).where(RosterUpload.state == RosterState.CHECKED)).one()
            assert roster.creates
            assert roster.errors
            assert len(prospects(session)[0]) == MAJORS
            assert clock.today() > min(session.scalars(select(TrainingClass.start_on)))


def test_the_days_cover_every_weekday() -> None:
    assert {datetime.fromisoformat(day).weekday() for day in DAYS} == set(range(7))


@pytest.mark.usefixtures("database")
def test_a_past_that_depends_on_the_weekday_is_caught() -> None:
    early = planted(learning, ENDED_AGO=(610, 460, 300, 165))
    with clock.frozen(datetime(2026, 11, 28, 10, tzinfo=clock.SHANGHAI)), early:
        fill()
        assert cohorts() < 2 * MAJORS
