"""Certificates joined with placements, and the page's figures, from real rows."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from centre import clock
from centre.database import open_session
from employers.companies.models import Employer
from matching.introductions.models import Placement
from matching.introductions.rules import PlacementState
from matching.learning import outcomes
from tests.training import world
from tests.training.course import assessed, people
from training.outcomes.rules import OutcomeTally


@pytest.fixture
def city(any_database: str) -> Iterator[world.City]:
    with clock.frozen(world.MONDAY):
        yield world.build()


def placed(
    city: world.City, person_id: int, starts: date, *, region: str = "610402", ended: date | None = None
) -> None:
    with open_session(world.SYSTEM.scope, write=True) as session:
        employer = Employer(name=f"用人单位{person_id}", region_code="610402", centre_id=city.centre_id)
        session.add(employer)
        session.flush()
        session.add(
            Placement(
                centre_id=city.centre_id, person_id=person_id, employer_id=employer.id, starts_on=starts,
                region_code=region, ended_on=ended, state=PlacementState.ENDED if ended else PlacementState.HIRED,
            )
        )  # fmt: skip


def test_certificates_and_placements_give_rates_cohorts_and_a_forecast(city: world.City) -> None:
    persons = people(city, 8)
    assessed(city, persons, missed=(7,))
    for number, person in enumerate(persons[:5]):
        placed(city, person, date(2026, 4, 20), region="320281" if number < 2 else "610402")
    placed(city, persons[5], date(2026, 4, 20), ended=date(2026, 5, 1))
    later = datetime(2026, 10, 1, 1, tzinfo=world.MONDAY.tzinfo)
    with clock.frozen(later), open_session(city.actors["officer"].scope) as session:
        assert outcomes.outcome(session) == OutcomeTally(7, 5, 2, 0, (5, 5, 0))
        (cohort,) = outcomes.cohorts(session, clock.today())
        assert (cohort.began, cohort.certified, cohort.placed) == (8, 7, 5)
        ranking, _ = outcomes.prospects(session)
        assert len(ranking) == 3
        assert ranking[0].forecast.places == 0
    with clock.frozen(later - timedelta(days=150)), open_session(world.SYSTEM.scope) as session:
        assert outcomes.cohorts(session, clock.today()) == []
