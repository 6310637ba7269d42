"""The whole demo town, read through the rules that the service holds others to, on days unlike each other."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock, privacy
from centre.calendar import is_public_holiday
from centre.database import open_session
from centre.numbers import parse_identity
from centre.people import Person
from centre.permissions import Actor
from centre.policy import load_examples
from employers.companies.models import Employer
from employers.companies.rules import EmployerNature
from employers.fairs.models import Fair
from employers.fairs.queries import permit_limit
from employers.fairs.rules import CLEARED_STATES, FairMode
from employers.openings.checks import legal_faults
from employers.openings.models import Opening
from employers.openings.queries import publication_limits
from employers.openings.rules import OpeningState
from training.attendance.models import Lesson
from web.demo import town

DAYS = ("2026-11-28 10:00", "2027-02-06 10:00", "2027-10-01 10:00", "2028-02-29 23:59")


def fill() -> None:
    privacy.forget_keys()
    with open_session(Actor.system().scope, write=True) as session:
        load_examples(session)
        town.fill(session)


def unlawful(session: Session) -> Iterator[str]:
    """Every rule that the town breaks."""
    for lesson in session.scalars(select(Lesson)):
        if is_public_holiday(clock.local(lesson.starts_at).date()):
            yield f"lesson {lesson.id} on a public holiday"
    for employer in session.scalars(select(Employer).where(Employer.nature != EmployerNature.HOUSEHOLD)):
        if not employer.uscc or employer.uscc[2:4] != employer.region_code[:2]:
            yield f"{employer.name} of {employer.region_code} has the code {employer.uscc}"
    for person in session.scalars(select(Person)):
        number = person.identity_number
        if number and person.sex != parse_identity(number, clock.today()).sex:
            yield f"{person.name} is not called by the sex of the identity number"
    for fair in session.scalars(select(Fair).where(Fair.state.in_(CLEARED_STATES))):
        limit = permit_limit(session, clock.local(fair.starts_at).date(), fair.region_code)
        if fair.mode is not FairMode.ONLINE and fair.expected_visitors >= limit and not fair.permit_no:
            yield f"{fair.name} for {fair.expected_visitors} has no permit"
    for opening, employer in session.execute(
        select(Opening, Employer)
        .join(Employer, Employer.id == Opening.employer_id)
        .where(Opening.state == OpeningState.OPEN)
    ):
        limits = publication_limits(session, clock.local(opening.posted_at or clock.now()).date(), opening.region_code)
        for problem in legal_faults(opening, limits, service_licence=employer.service_licence):
            yield f"{opening.title}: {problem.code}"


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("day", DAYS)
def test_the_town_breaks_no_rule(day: str) -> None:
    with clock.frozen(datetime.fromisoformat(day).replace(tzinfo=clock.SHANGHAI)):
        fill()
        with open_session(Actor.system().scope) as session:
            assert list(unlawful(session)) == []


@pytest.mark.usefixtures("database")
def test_planted_breaches_are_noticed() -> None:
    with clock.frozen(datetime.fromisoformat(DAYS[0]).replace(tzinfo=clock.SHANGHAI)):
        fill()
        with open_session(Actor.system().scope, write=True) as session:
            lesson = session.scalars(select(Lesson).limit(1)).one()
            lesson.starts_at = datetime(2026, 10, 1, 1, tzinfo=clock.SHANGHAI)
            lesson.ends_at = datetime(2026, 10, 1, 3, tzinfo=clock.SHANGHAI)
            employer = session.scalars(select(Employer).where(Employer.uscc.is_not(None)).limit(1)).one()
            employer.region_code = "440100" if employer.region_code[:2] != "44" else "610400"
            fair = session.scalars(
                select(Fair).where(Fair.state.in_(CLEARED_STATES), Fair.mode != FairMode.ONLINE)
            ).first()
            assert fair is not None
            fair.expected_visitors, fair.permit_no = 100_000, ""
            opening = session.scalars(select(Opening).where(Opening.state == OpeningState.OPEN).limit(1)).one()
            opening.wage_min_fen = opening.wage_max_fen = opening.base_pay_fen = 100
        with open_session(Actor.system().scope) as session:
            assert len(list(unlawful(session))) >= 4
