"""What is due at the counter of the demo town: introductions that do not go on, and services that are owed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.ledger import Channel
from centre.people import Person
from employers.companies.models import Employer
from employers.openings.models import Opening
from matching.introductions.models import Introduction
from matching.introductions.rules import IntroductionState, letter_number
from matching.profiles.models import Registration

LETTER_DAYS = 7


def fill(session: Session, people: Mapping[str, Person]) -> None:
    """Insert four introductions that do not go on, and date two registrations back."""
    now = clock.now()
    _introduction(session, people["W4"], "三原食品(虚构)", now - timedelta(days=5))
    asked = now - timedelta(days=4)
    _introduction(session, people["W9"], "兴平装备(虚构)", asked, agreed_at=asked)
    interviewed = {"state": IntroductionState.INTERVIEWED, "updated_at": now - timedelta(days=9)}
    _letter(session, people["W3"], "东莞长安五金(虚构)", now - timedelta(days=16), 9001, **interviewed)
    _letter(session, people["W11"], "彬州工地(虚构)", now - timedelta(days=12), 9002, state=IntroductionState.UNKNOWN)
    for key, days in (("W7", 85), ("W11", 96)):  # due in five days, and late
        registration = session.scalars(select(Registration).where(Registration.person_id == people[key].id)).one()
        registration.submitted_at = now - timedelta(days=days)
    session.flush()


def _letter(session: Session, person: Person, employer: str, at: datetime, serial: int, **values: Any) -> None:
    day = clock.local(at).date()
    letter: dict[str, Any] = {
        "letter_no": letter_number("XY99", day, serial),
        "issued_at": at,
        "expires_on": day + timedelta(days=LETTER_DAYS),
        "agreed_at": at,
    }
    _introduction(session, person, employer, at, **letter, **values)


def _introduction(session: Session, person: Person, employer: str, at: datetime, **values: Any) -> None:
    opening = session.scalars(select(Opening).join(Employer).where(Employer.name == employer)).one()
    row = {"channel": Channel.COUNTER, "is_demo": True, "created_at": at, "updated_at": at, **values}
    session.add(
        Introduction(
            centre_id=person.centre_id,
            person_id=person.id,
            opening_id=opening.id,
            employer_id=opening.employer_id,
            worker_name=person.name,
            **row,
        )
    )
