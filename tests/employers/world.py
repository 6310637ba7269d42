"""A small city for the tests of employers: a centre, an officer, an organiser, employers with accounts."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from centre import clock, policy
from centre.accounts import Account
from centre.database import open_session
from centre.network import Centre, CentreLevel
from centre.permissions import Actor, Role
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from employers.fairs.actions import advance_fair, schedule_fair
from employers.fairs.hall_rules import VenueDraft
from employers.fairs.halls import add_venue
from employers.fairs.models import Fair
from employers.fairs.rules import FairDraft
from employers.openings.actions import create_opening, publish_opening, submit_opening, verify_opening
from employers.openings.models import Opening
from employers.openings.rules import OpeningDraft

SYSTEM = Actor.system()
DAY = date(2026, 3, 6)

OPENING: dict[str, Any] = {
    "title": "细纱挡车工",
    "headcount": 3,
    "content": "看管细纱机，接头、落纱、做清洁",
    "conditions": "能适应三班倒，生手可以培训",
    "region_code": "610404",
    "address": "渭城区纺织路 1 号",
    "wage_min_fen": 350_000,
    "wage_max_fen": 500_000,
    "base_pay_fen": 250_000,
}


def found_city(session: Session) -> None:
    """Insert the centre and the example policies."""
    policy.load_examples(session)
    session.add(Centre(id=1, code="XY00", name="市中心", level=CentreLevel.CITY, region_code="610400"))
    session.flush()


def staff(*roles: Role) -> Actor:
    """A staff member of the centre, without an account row."""
    return Actor(account_id=900, roles=frozenset(roles), centre_id=1)


OFFICER = staff(Role.PLACEMENT_OFFICER)
ORGANISER = staff(Role.ORGANISER)
MANAGER = staff(Role.CITY_MANAGER)


def add_employer(session: Session, number: int = 1, *, state: EmployerState = EmployerState.ACTIVE) -> Actor:
    """An employer with an account; returns the account's actor. The employer's id is the number."""
    session.add(
        Employer(id=number, name=f"第{number}纺织厂", region_code="610404", state=state, centre_id=1, contact_name="王")
    )
    session.flush()
    session.add(
        Account(
            id=number,
            login=f"employer{number}",
            name="王",
            password_hash="-",
            roles=[Role.EMPLOYER],
            employer_id=number,
        )
    )
    session.flush()
    return boss(number)


def boss(number: int = 1) -> Actor:
    """The actor of an employer's account."""
    return Actor(account_id=number, roles=frozenset({Role.EMPLOYER}), employer_id=number)


def officer_account(session: Session) -> None:
    """The account row behind OFFICER, for columns that point to one."""
    session.add(Account(id=900, login="officer", name="李", password_hash="-", roles=[Role.PLACEMENT_OFFICER]))
    session.flush()


def draft(**changes: Any) -> OpeningDraft:
    """A complete opening with some fields changed; None removes a field."""
    return OpeningDraft.model_validate(
        {name: value for name, value in (OPENING | changes).items() if value is not None}
    )


def published(session: Session, number: int = 1, **changes: Any) -> Opening:
    """A published opening of an employer."""
    opening = create_opening(session, boss(number), draft(**changes))
    submit_opening(session, boss(number), opening_id=opening.id)
    verify_opening(session, SYSTEM, opening_id=opening.id)
    return publish_opening(session, boss(number), opening_id=opening.id)


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    """A Shanghai time on a day."""
    return datetime.combine(day, time(hour, minute), clock.SHANGHAI)


def fair_draft(venue_id: int = 1, **changes: Any) -> FairDraft:
    """A small fair on a Friday morning."""
    values = {
        "name": "春季招聘会",
        "venue_id": venue_id,
        "starts_at": at(9),
        "ends_at": at(11, 30),
        "booth_count": 2,
        "organisation_plan": "GQ-1",
        "emergency_plan": "GQ-2",
        "security_plan": "GQ-3",
    }
    return FairDraft.model_validate(values | changes)


def add_hall(session: Session, hall: str = "一号厅") -> int:
    """A hall; returns its id."""
    return add_venue(session, ORGANISER, VenueDraft(name="人力资源市场", hall=hall, region_code="610402")).id


def booth_fair(session: Session, venue_id: int, **changes: Any) -> Fair:
    """A fair that accepts booth applications."""
    fair = schedule_fair(session, ORGANISER, fair_draft(venue_id, **changes))
    for event in ("prepare", "file", "clear", "publish", "open_booths"):
        advance_fair(session, ORGANISER, fair_id=fair.id, event=event, permit_no="公安许可1号", late_reason="补办")
    return fair


def write_city() -> None:
    """The city in a database of its own transaction."""
    with open_session(SYSTEM.scope, write=True) as session:
        found_city(session)


NEXT_WEEK = timedelta(weeks=1)
