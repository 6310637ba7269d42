"""A crowd of invented people before the door of one class, written straight into the test's database."""

from dataclasses import dataclass
from datetime import timedelta

from centre import clock, privacy
from centre.accounts import create_account
from centre.database import open_session
from centre.network import Centre, CentreLevel
from centre.people import new_person
from centre.permissions import Actor, Role
from centre.policy import load_examples
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.providers.models import Major, PartnerAgreement, TrainingProvider
from web.demo.town import PASSWORD


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who asks for what: the people, the class and its seats, and the account that asks for them."""

    login: str
    class_id: int
    seats: int
    person_ids: tuple[int, ...]


def gather(*, people: int, seats: int) -> Crowd:
    """A centre with a training officer, a class with `seats`, and `people` who want to join it."""
    privacy.forget_keys()
    today = clock.today()
    with open_session(Actor.system().scope, write=True) as session:
        load_examples(session)
        centre = Centre(code="XY00", name="演示中心", level=CentreLevel.CITY, region_code="610400")
        session.add(centre)
        session.flush()
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
        create_account(
            session,
            Actor.system(),
            login="officer",
            name="演示专员",
            password=PASSWORD,
            roles={Role.TRAINING_OFFICER},
            centre_id=centre.id,
        )
        session.flush()
        return Crowd("officer", course.id, seats, tuple(person.id for person in crowd))
