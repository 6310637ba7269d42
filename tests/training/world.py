"""A small city for training: one centre, two schools, a few majors and people, all invented."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from centre import numbers
from centre.accounts import Account
from centre.calendar import age_on
from centre.database import open_session
from centre.network import Centre, CentreLevel
from centre.people import Person, PersonCategory, Recognition, Sex, new_person
from centre.permissions import Actor, Role
from centre.policy import load_examples
from training.classes.models import TrainingClass
from training.classes.rules import ClassState, Daypart
from training.providers.models import Major, PartnerAgreement, TrainingProvider

SYSTEM = Actor.system()
MONDAY = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
"""Nine in the morning in Shanghai, one week before the first classes begin."""

W1, W6 = "610499197503080022", "610499200909010053"


def identity(serial: int, born: str = "19850615") -> str:
    """An identity number of a county that does not exist, otherwise valid."""
    digits = f"610499{born}{serial:03d}"
    return digits + numbers.identity_check(digits)


@dataclass
class City:
    """Ids of the city's objects, and its actors."""

    centre_id: int = 0
    county_id: int = 0
    schools: dict[str, int] = field(default_factory=dict)
    majors: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)


def build() -> City:
    """Write the city into the configured database."""
    city = City()
    with open_session(SYSTEM.scope, write=True) as session:
        load_examples(session)
        main = Centre(code="XY00", name="市中心", level=CentreLevel.CITY, region_code="610400")
        county = Centre(code="XY05", name="三原中心", level=CentreLevel.COUNTY, region_code="610422")
        session.add_all([main, county])
        session.flush()
        city.centre_id, city.county_id = main.id, county.id
        for code, name in (("P1", "咸阳扶贫技校"), ("P2", "咸阳劲草职业技校")):
            school = TrainingProvider(centre_id=main.id, code=code, name=name, region_code="610402")
            session.add(school)
            session.flush()
            city.schools[code] = school.id
            days = {"from_on": date(2026, 1, 1), "to_on": date(2026, 12, 31)}
            session.add(PartnerAgreement(provider_id=school.id, **days))
        _majors(session, city)
        for key, number, name in (("W1", W1, "王秀兰"), ("W6", W6, "陈小宇")):
            city.people[key] = add_person(session, city, number, name).id
        session.add(
            Recognition(
                person_id=city.people["W1"], category=PersonCategory.UNION_HARDSHIP, file_no="KN-001",
                from_on=date(2026, 1, 1), to_on=date(2026, 12, 31),
            )
        )  # fmt: skip
        _actors(session, city)
    return city


def _majors(session: Session, city: City) -> None:
    for school, name, code, hours, tuition, waiver, subsidy in (
        ("P1", "服装缝纫", "6-05-01-03", 160, 1200, 400, 500),
        ("P1", "焊接", "6-18-02-04", 200, 1800, 500, 800),
        ("P2", "电子装接", "6-25-04-07", 120, 1000, 400, 400),
    ):
        major = Major(
            provider_id=city.schools[school], name=name, occupation_code=code, level=5, hours=hours,
            tuition_fen=tuition * 100, school_waiver_fen=waiver * 100, centre_subsidy_fen=subsidy * 100,
        )  # fmt: skip
        session.add(major)
        session.flush()
        city.majors[name] = major.id


def _actors(session: Session, city: City) -> None:
    for key, role, centre_id, school, person in (
        ("registrar", Role.REGISTRAR, None, "P1", None),
        ("neighbour", Role.REGISTRAR, None, "P2", None),
        ("officer", Role.TRAINING_OFFICER, city.centre_id, None, None),
        ("clerk", Role.CLERK, city.centre_id, None, None),
        ("W1", Role.JOBSEEKER, None, None, "W1"),
        ("W6", Role.JOBSEEKER, None, None, "W6"),
    ):
        account = Account(
            login=key, name=key, password_hash="-", roles=[role], centre_id=centre_id,
            provider_id=city.schools.get(school or ""), person_id=city.people.get(person or ""),
        )  # fmt: skip
        session.add(account)
        session.flush()
        city.actors[key] = account.actor


def add_person(session: Session, city: City, number: str, name: str) -> Person:
    """Register a person of the city centre."""
    person = new_person(centre_id=city.centre_id, name=name)
    person.set_identity(number)
    person.birth_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    person.sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    assert age_on(person.birth_on, date(2026, 3, 9)) > 0
    session.add(person)
    session.flush()
    return person


def add_class(
    city: City,
    major: str = "服装缝纫",
    *,
    class_no: str = "2026-01",
    seats: int = 40,
    start: date = date(2026, 3, 16),
    end: date = date(2026, 3, 27),
    daypart: Daypart = Daypart.MORNING,
    state: ClassState = ClassState.RECRUITING,
) -> int:
    """Open a class that is recruiting; returns its id."""
    with open_session(SYSTEM.scope, write=True) as session:
        taught = session.get_one(Major, city.majors[major])
        training = TrainingClass(
            provider_id=taught.provider_id, centre_id=city.centre_id, major_id=taught.id, class_no=class_no,
            start_on=start, end_on=end, daypart=daypart, seats=seats, taken=0, state=state,
        )  # fmt: skip
        session.add(training)
        session.flush()
        return training.id
