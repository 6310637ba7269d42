"""Crowds in the test's database: people who want one class, employers who want one fair."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock, privacy
from centre.accounts import Account, create_account
from centre.database import open_session
from centre.desk.relief import Relief, ReliefForm
from centre.funds.models import Fund
from centre.funds.movements import bring_in
from centre.funds.rules import FundPurpose, MovementKind
from centre.network import Centre, CentreLevel
from centre.people import new_person
from centre.permissions import Actor, Role
from centre.policy import load_examples
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from employers.fairs.models import Fair, Venue
from employers.fairs.rules import FairState
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.providers.models import Major, PartnerAgreement, TrainingProvider
from web.demo.town import PASSWORD


@dataclass(frozen=True, slots=True)
class Crowd:
    """The people, the class and its seats, and the account that enrols them."""

    login: str
    class_id: int
    seats: int
    person_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """Employers that want a booth at the same fair, and the organiser's account that applies for them."""

    login: str
    fair_id: int
    booths: int
    employer_ids: tuple[int, ...]


def _centre(session: Session, login: str, role: Role) -> Centre:
    """A centre with one staff account."""
    centre = Centre(code="XY00", name="演示中心", level=CentreLevel.CITY, region_code="610400")
    session.add(centre)
    session.flush()
    create_account(
        session, Actor.system(), login=login, name="演示", password=PASSWORD, roles={role}, centre_id=centre.id
    )
    return centre


def line_up(*, employers: int, booths: int) -> Queue:
    """A fair with `booths` that accepts applications, and `employers` that may apply."""
    today = clock.today()
    with open_session(Actor.system().scope, write=True) as session:
        load_examples(session)
        centre = _centre(session, "organiser", Role.ORGANISER)
        hall = Venue(name="演示大厅", region_code="610402")
        session.add(hall)
        session.flush()
        starts_at = clock.now() + timedelta(days=20)
        fair = Fair(
            name="演示招聘会",
            centre_id=centre.id,
            venue_id=hall.id,
            region_code="610402",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=3),
            booth_count=booths,
            filing_due_on=today,
            statistics_due_on=today + timedelta(days=27),
            published_at=clock.now(),
            revised_at=clock.now(),
            state=FairState.BOOTH_OPEN,
        )
        asking = [
            Employer(name=f"演示单位{number}", region_code="610402", state=EmployerState.ACTIVE)
            for number in range(employers)
        ]
        session.add_all([fair, *asking])
        session.flush()
        return Queue("organiser", fair.id, booths, tuple(employer.id for employer in asking))


def gather(*, people: int, seats: int) -> Crowd:
    """A centre with a training officer, a class with `seats`, and `people` who want to join it."""
    privacy.forget_keys()
    today = clock.today()
    with open_session(Actor.system().scope, write=True) as session:
        load_examples(session)
        centre = _centre(session, "officer", Role.TRAINING_OFFICER)
        school = TrainingProvider(code="P1", centre_id=centre.id, name="演示学校", region_code="610402")
        session.add(school)
        session.flush()
        days = {"from_on": today - timedelta(days=30), "to_on": today + timedelta(days=400)}
        session.add(PartnerAgreement(provider_id=school.id, quota=10_000, **days))
        major = Major(
            provider_id=school.id, name="缝纫", occupation_code="6-05-01-03", level=5, hours=160, tuition_fen=120_000
        )
        session.add(major)
        session.flush()
        course = TrainingClass(
            provider_id=school.id,
            centre_id=centre.id,
            major_id=major.id,
            class_no="R4",
            start_on=today + timedelta(days=20),
            end_on=today + timedelta(days=45),
            seats=seats,
            state=ClassState.RECRUITING,
        )
        session.add(course)
        session.flush()
        crowd = [new_person(centre_id=centre.id, name=f"演示{number}") for number in range(people)]
        session.add_all(crowd)
        session.flush()
        return Crowd("officer", course.id, seats, tuple(person.id for person in crowd))


@dataclass(frozen=True, slots=True)
class Needy:
    """Applications for relief that are entered by one account, and the fund that may pay for some of them."""

    clerk: str
    colleague: str
    fund_id: int
    money_fen: int
    each_fen: int
    case_ids: tuple[int, ...]


def plead(*, people: int, cases_each: int, each_fen: int, money_fen: int) -> Needy:
    """`people` who each apply `cases_each` times for `each_fen`, and a relief fund that holds `money_fen`."""
    privacy.forget_keys()
    with open_session(Actor.system().scope, write=True) as session:
        load_examples(session)
        centre = _centre(session, "clerk", Role.CLERK)
        clerk = session.scalars(select(Account.id)).one()
        create_account(
            session, Actor.system(), login="colleague", name="演示", password=PASSWORD, roles={Role.CLERK},
            centre_id=centre.id,
        )  # fmt: skip
        fund = Fund(code="R4", name="演示救助金", purpose=FundPurpose.RELIEF, centre_id=centre.id, balance_fen=0)
        crowd = [new_person(centre_id=centre.id, name=f"演示{number}") for number in range(people)]
        session.add_all([fund, *crowd])
        session.flush()
        bring_in(session, fund_id=fund.id, kind=MovementKind.GRANT, amount_fen=money_fen, account_id=clerk)
        cases = [
            Relief(
                centre_id=centre.id, person_id=person.id, opened_by=clerk, form=ReliefForm.CASH, asked_fen=each_fen
            )
            for person in crowd
            for _ in range(cases_each)
        ]  # fmt: skip
        session.add_all(cases)
        session.flush()
        return Needy("clerk", "colleague", fund.id, money_fen, each_fen, tuple(case.id for case in cases))
