"""The demo town has the records that DOMAIN lists, and the city is reproducible for a seed."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from centre import clock, privacy
from centre.database import open_session
from centre.network import Centre, CentreLevel
from centre.people import Person
from centre.permissions import Actor
from centre.policy import load_examples
from employers.companies.models import Employer
from employers.fairs.models import Booth, Fair
from employers.fairs.queries import shown_openings
from employers.fairs.rules import FairState
from employers.openings.models import Opening
from matching.profiles.models import JobWish
from training.providers.models import Major, TrainingProvider
from web.demo import city, fill, town

SMALL = city.Size(employers=30, openings=120, workers=80)


@pytest.fixture(autouse=True)
def rules(database: str) -> None:
    """The example policies, as `gangqiao migrate` loads them."""
    del database
    privacy.forget_keys()
    with open_session(Actor.system().scope, write=True) as session:
        load_examples(session)


def count(model: type) -> int:
    with open_session(Actor.system().scope) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def silently(_line: str) -> None:
    pass


def test_the_town_has_the_network_schools_majors_employers_and_fairs_of_the_year() -> None:
    fill(size="town", seed=1, say=silently)
    assert (count(Centre), count(TrainingProvider), count(Major), count(Employer)) == (14, 6, 22, 18)
    with open_session(Actor.system().scope) as session:
        levels = session.scalars(select(Centre.level)).all()
        fairs = session.scalars(select(Fair).order_by(Fair.starts_at)).all()
        people = session.scalars(select(Person)).all()
        named = [fair for fair in fairs if fair.series_id is None]
        fridays = [fair for fair in fairs if fair.series_id and clock.local(fair.starts_at).year == 2026]
        assert levels.count(CentreLevel.COUNTY) == 13
        assert len(named) == 15
        assert all(fair.permit_no for fair in fairs if fair.expected_visitors >= 1000)
        # 52 Fridays less the six that are public holidays.
        assert (len(fridays), {clock.local(fair.starts_at).weekday() for fair in fridays}) == (46, {4})
        assert all(person.identity_number.startswith("610499") for person in people)
        assert all(fair.is_demo for fair in fairs)
        assert all(person.is_demo for person in people)


def test_the_town_always_has_upcoming_fairs_with_employers_and_openings() -> None:
    with clock.frozen(clock.now() + timedelta(days=700)):
        fill(size="town", seed=1, say=silently)
        with open_session(Actor.system().scope) as session:
            coming = session.scalars(
                select(Fair).where(Fair.starts_at > clock.now(), Fair.state == FairState.BOOTH_OPEN)
            ).all()
            assert coming
            assert all(shown_openings(session, fair.id) for fair in coming)
            taken = Counter(session.scalars(select(Booth.fair_id)))
            assert all(fair.booths_taken == taken[fair.id] for fair in session.scalars(select(Fair)))


def test_filling_twice_adds_nothing() -> None:
    for _ in range(2):
        fill(size="town", seed=1, say=silently)
    assert (count(Employer), count(Fair) > 15) == (18, True)


def written(seed: int) -> list[object]:
    """The content of a small city, except the random encryption keys."""
    with open_session(Actor.system().scope, write=True) as session:
        town.fill(session)
        city.fill(session, seed=seed, say=silently, size=SMALL)
        openings = select(Opening).where(Opening.source_name == city.SOURCE).order_by(Opening.id)
        people = select(Person).where(Person.name != "").order_by(Person.id)
        wishes = select(JobWish.occupations, JobWish.regions, JobWish.wage_floor_fen).order_by(JobWish.person_id)
        rows: list[object] = [
            (opening.title, opening.wage_min_fen, opening.region_code, opening.employer_id)
            for opening in session.scalars(openings)
        ]
        rows += [
            (person.name, person.identity_number, person.phone, person.birth_on) for person in session.scalars(people)
        ]
        rows += [tuple(row) for row in session.execute(wishes)]
        session.rollback()
    return rows


def test_the_city_depends_only_on_the_seed() -> None:
    with clock.frozen(clock.now()):
        first, again, other = written(7), written(7), written(8)
    assert len(first) > SMALL.openings + SMALL.workers
    assert first == again
    assert first != other


@pytest.mark.rule("identity-demo", "action")
def test_nobody_in_the_city_can_be_a_real_person() -> None:
    for row in written(9):
        if isinstance(row, tuple) and isinstance(row[-1], date):
            assert str(row[1]).startswith("610499")


def test_nobody_of_the_city_has_the_number_of_somebody_in_the_town() -> None:
    fill(size="town", seed=1, say=silently)
    with open_session(Actor.system().scope) as session:
        numbers = [person.identity_number for person in session.scalars(select(Person).order_by(Person.id))]
    assert len(numbers) > 600
    assert not {int(number[14:17]) for number in numbers if number} & set(city.SERIALS)
    drawn, taken = Random(1), set[str]()
    assert {int(city._identity(drawn, taken)[0][14:17]) for _ in range(2_000)} <= set(city.SERIALS)
