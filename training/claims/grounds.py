"""On what each trainee's subsidy rests: asked when a claim is entered, and again in the step that pays it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.batches import batches
from centre.calendar import retirement_rules
from centre.people import Person
from centre.policy import policy
from training.attendance.queries import held_days, hours_of
from training.certificates.queries import certificates
from training.certificates.rules import CertificateState
from training.claims.models import Claim
from training.claims.queries import earlier_subsidies
from training.claims.rules import SubsidyCase
from training.classes.models import TrainingClass
from training.classes.queries import class_parts
from training.enrolments.models import Enrolment
from training.enrolments.rules import EnrolmentState
from training.integrity.queries import trainee_of
from training.integrity.rules import retired

CERTIFIED = frozenset({EnrolmentState.CERTIFIED, EnrolmentState.EMPLOYED})
COMPLETED = CERTIFIED | {EnrolmentState.COMPLETED, EnrolmentState.RESIT, EnrolmentState.FAILED}


def cases(
    session: Session, training: TrainingClass, places: Sequence[Enrolment], *, before: Claim | None = None
) -> dict[int, SubsidyCase]:
    """What is known of trainees of a class, by enrolment; `before` is the claim that is calculated again."""
    _, major, _ = class_parts(session, training.id)
    people: dict[int, Person] = {}
    for ids in batches([place.person_id for place in places]):
        for person in session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id)):
            people[person.id] = person
    earlier = earlier_subsidies(session, list(people), before=before)
    hours = hours_of(session, training.id)
    days = held_days(session, training)
    threshold = float(policy(session, "attendance-threshold", on=training.end_on))
    valid = {
        certificate.enrolment_id
        for certificate in session.scalars(certificates(training.id))
        if certificate.state is CertificateState.VALID
    }
    table = retirement_rules()
    return {
        place.id: SubsidyCase(
            occupation=major.occupation_code,
            level=major.level or 0,
            completed_on=training.end_on,
            days=days,
            hours=hours[place.id].attended,
            completed=place.state in COMPLETED and hours[place.id].reaches(threshold),
            certified=place.state in CERTIFIED and place.id in valid,
            percent=hours[place.id].percent,
            retired=retired(trainee_of(place, people[place.person_id]), training.end_on, table, surely=True),
            government_fen=place.government_fen,
            earlier=earlier[place.person_id],
        )
        for place in places
    }
