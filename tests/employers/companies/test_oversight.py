"""Who decides on which employer: the city centre on all that it sees, a county centre on its own."""

import pytest
from sqlalchemy.orm import Session

from centre.database import open_session
from centre.errors import OtherCentre
from centre.network import Centre, CentreLevel
from centre.permissions import Actor, Role
from employers.companies.actions import count_no_show, judge_employer
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from employers.openings.actions import pause_opening
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from tests.employers.world import add_employer, published

COUNTY = 2


def officer(centre_id: int, *roles: Role) -> Actor:
    return Actor(account_id=900, roles=frozenset({Role.PLACEMENT_OFFICER, *roles}), centre_id=centre_id)


@pytest.fixture
def county_opening(session: Session) -> int:
    """An opening of an employer that the county centre looks after; the city centre's employer has number 1."""
    session.add(Centre(id=COUNTY, code="XY01", name="渭城区中心", level=CentreLevel.COUNTY, region_code="610404"))
    session.flush()
    for number in (1, 2):
        add_employer(session, number)
    session.get_one(Employer, 2).centre_id = COUNTY
    session.flush()
    opening = published(session, 2)
    opening.centre_id = COUNTY
    session.commit()
    return opening.id


@pytest.mark.rule("city-acts-for-counties", "action")
def test_the_city_officer_decides_on_county_employers_and_their_openings(county_opening: int) -> None:
    city = officer(1)
    with open_session(city.scope, write=True) as session:
        pause_opening(session, city, opening_id=county_opening)
    with open_session(city.scope, write=True) as session:
        judge_employer(session, city, employer_id=2, event="warn", reason="投诉属实")
    with open_session(Actor.system().scope) as session:
        assert session.get_one(Employer, 2).state is EmployerState.WATCH
        assert session.get_one(Opening, county_opening).state is OpeningState.PAUSED


def test_a_county_officer_is_notified_that_another_centre_decides(county_opening: int) -> None:
    county = officer(COUNTY)
    assert county_opening
    with open_session(county.scope, write=True) as session, pytest.raises(OtherCentre):
        judge_employer(session, county, employer_id=1, event="warn", reason="投诉属实")
    with open_session(county.scope, write=True) as session:
        assert judge_employer(session, county, employer_id=2, event="warn", reason="投诉属实").id == 2


def test_openings_that_the_city_posted_freeze_with_their_county_employer(county_opening: int) -> None:
    with open_session(Actor.system().scope, write=True) as session:
        session.get_one(Opening, county_opening).centre_id = 1
    county = officer(COUNTY)
    with open_session(county.scope, write=True) as session:
        for event in ("warn", "suspend"):
            judge_employer(session, county, employer_id=2, event=event, reason="克扣工资")
    with open_session(Actor.system().scope) as session:
        assert session.get_one(Opening, county_opening).state is OpeningState.FROZEN


def test_an_organiser_counts_the_no_show_of_another_centres_employer(county_opening: int) -> None:
    organiser = Actor(account_id=900, roles=frozenset({Role.ORGANISER}), centre_id=1)
    assert county_opening
    with open_session(organiser.scope, write=True) as session:
        assert count_no_show(session, organiser, employer_id=2) == 1
