"""A small network for matching: two centres, invented employers, openings and the workers of the acceptance cases."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from centre import policy
from centre.database import open_session
from centre.network import Centre, CentreLevel
from centre.numbers import parse_identity
from centre.people import Person, Recognition, Sex, new_person
from centre.permissions import Actor, Role
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from matching.engine.fit.profiles import Leave
from matching.profiles.models import JobWish, Registration, SkillProfile, WorkedOccupation
from matching.profiles.rules import RegistrationState

MONDAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 9)
SPINNING, WEAVING, SEWING = "6-04-02-01", "6-04-03-03", "6-05-01-03"
W1 = ("王秀兰", "610499197503080022")
W2 = ("李桂芳", "610499196801120040")
W6 = ("陈小宇", "610499200909010053")
W9 = ("高强", "610499199511110075")


@dataclass
class Town:
    """Ids of the created objects."""

    centres: dict[str, int] = field(default_factory=dict)
    employers: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    openings: dict[str, int] = field(default_factory=dict)

    def clerk(self, centre: str = "wc") -> Actor:
        """A clerk of a centre."""
        return Actor(account_id=901, name="窗口", roles=frozenset({Role.CLERK}), centre_id=self.centres[centre])

    def officer(self, centre: str = "wc") -> Actor:
        """A placement officer of a centre."""
        roles = frozenset({Role.PLACEMENT_OFFICER})
        return Actor(account_id=902, name="职介", roles=roles, centre_id=self.centres[centre])

    def worker(self, name: str) -> Actor:
        """A jobseeker with an account."""
        return Actor(account_id=903, name=name, roles=frozenset({Role.JOBSEEKER}), person_id=self.people[name])

    def boss(self, name: str) -> Actor:
        """A person who acts for an employer."""
        return Actor(account_id=904, name=name, roles=frozenset({Role.EMPLOYER}), employer_id=self.employers[name])


def build() -> Town:
    """Two centres, the example policies, three employers and four openings."""
    town = Town()
    with open_session(Actor.system().scope, write=True) as session:
        policy.load_examples(session)
        for code, name, level, region in (
            ("xy", "咸阳市中心", CentreLevel.CITY, "610400"),
            ("wc", "渭城区中心", CentreLevel.COUNTY, "610404"),
            ("qd", "秦都区中心", CentreLevel.COUNTY, "610402"),
        ):
            centre = Centre(code=code.upper(), name=name, level=level, region_code=region)
            session.add(centre)
            session.flush()
            town.centres[code] = centre.id
        add_employer(session, town, "南通海门织彩(虚构)", "320600")
        add_employer(session, town, "渭城新棉制衣(虚构)", "610404")
        add_employer(session, town, "昆山晨屹电子(虚构)", "320583")
        add_opening(
            session, town, "spin", "南通海门织彩(虚构)", title="纺纱工(细纱值车)", occupation_code=SPINNING,
            region_code="320600", wage_min_fen=550_000, wage_max_fen=750_000, headcount=60, shift="三班倒",
        )  # fmt: skip
        add_opening(
            session, town, "service", "南通海门织彩(虚构)", title="前台服务员", occupation_code="4-03-02-05",
            region_code="320600", wage_min_fen=400_000, wage_max_fen=450_000, content="接待来访家属",
        )  # fmt: skip
        add_opening(
            session, town, "sew", "渭城新棉制衣(虚构)", title="缝纫工", occupation_code=SEWING, region_code="610404",
            wage_min_fen=320_000, wage_max_fen=500_000, headcount=40, accepts_training=True, shift="长白班",
        )  # fmt: skip
        add_opening(
            session, town, "line", "昆山晨屹电子(虚构)", title="电子装接", occupation_code="6-25-04-07",
            region_code="320583", wage_min_fen=550_000, wage_max_fen=700_000, headcount=120,
        )  # fmt: skip
    return town


def add_employer(session: Session, town: Town, name: str, region: str) -> Employer:
    """A trusted employer."""
    employer = Employer(name=name, region_code=region, state=EmployerState.ACTIVE, is_demo=True)
    session.add(employer)
    session.flush()
    town.employers[name] = employer.id
    return employer


def add_opening(session: Session, town: Town, key: str, employer: str, **columns: Any) -> Opening:
    """A published opening."""
    opening = Opening(
        employer_id=town.employers[employer],
        state=OpeningState.OPEN,
        posted_at=MONDAY,
        **({"content": "操作机台", "valid_until": date(2026, 6, 30)} | columns),
    )
    session.add(opening)
    session.flush()
    town.openings[key] = opening.id
    return opening


def add_worker(
    session: Session,
    town: Town,
    who: tuple[str, str] = W1,
    *,
    centre: str = "wc",
    occupation: str = SPINNING,
    years: int = 18,
    phone: str = "13800000001",
    recognised: tuple[str, ...] = (),
    **wish: Any,
) -> Person:
    """A registered worker with one trade and a wish; invented identity numbers are of a county that does not exist."""
    name, number = who
    identity = parse_identity(number, TODAY)
    person = new_person(centre_id=town.centres[centre], name=name)
    person.set_identity(number)
    person.set_phone(phone)
    person.sex, person.birth_on = Sex(identity.sex), identity.birth_date
    person.live_region = "610404"
    session.add(person)
    session.flush()
    town.people[name] = person.id
    own = {"person_id": person.id, "centre_id": person.centre_id}
    session.add(Registration(state=RegistrationState.ACTIVE, valid_until_on=date(2026, 8, 1), **own))
    session.add(SkillProfile(occupations_known=True, **own))
    if occupation:
        session.add(WorkedOccupation(occupation=occupation, years=years, **own))
    session.add(
        JobWish(
            **({"occupations": [], "regions": [], "leave_home_ok": Leave.ANY, "employment_types": []} | wish), **own
        )
    )
    for category in recognised:
        session.add(Recognition(person_id=person.id, category=category, from_on=date(2026, 1, 1)))
    session.flush()
    return person
