"""A roster enrols by the rules of a single enrolment and leaves the same traces."""

from typing import Any

import pytest
from sqlalchemy import select

from centre.database import open_session
from centre.ledger import ServiceEvent
from centre.outbox import Message
from centre.people import Person, PersonCategory
from centre.states import Transition
from tests.training.world import SYSTEM, City, add_class, add_person, identity
from training.classes.queries import class_parts
from training.classes.rules import ClassState, Daypart
from training.enrolments.bulk import Newcomer, admit_together
from training.enrolments.models import Enrolment
from training.enrolments.rules import (
    AlreadyEnrolled,
    Application,
    BeneficiaryMissing,
    ClassFull,
    ClassNotOpen,
    ClassOverlap,
    Origin,
    Relation,
    TooYoung,
)

APPLICATIONS = [
    Application(origin=Origin.ROSTER),
    Application(origin=Origin.ROSTER, category=PersonCategory.VETERAN, trainee_name="王秀蘭"),
    Application(origin=Origin.ROSTER, relation=Relation.CHILD, hardship_no="KN-001"),
    Application(origin=Origin.ROSTER, relation=Relation.SPOUSE, hardship_no="KN-404"),
    Application(origin=Origin.ROSTER, to_check="name"),
]
CLASS_BOUND = {
    "id",
    "class_id",
    "service_event_id",
    "subject",
    "dedupe_key",
    "link",
    "programme",
    "record_id",
    "body",
    "version",
}


def people(city: City) -> list[int]:
    """W1, who is recognised, and four others."""
    with open_session(SYSTEM.scope, write=True) as session:
        more = [add_person(session, city, identity(serial), f"学员{serial}").id for serial in range(1, 5)]
    return [city.people["W1"], *more]


def traces(class_id: int) -> list[list[dict[str, Any]]]:
    """What enrolments have written, without the numbers in which two classes differ."""
    with open_session(SYSTEM.scope) as session:
        places = session.scalars(select(Enrolment).where(Enrolment.class_id == class_id).order_by(Enrolment.person_id))
        traces_by_place = []
        for place in places.all():
            subject = f"enrolment:{place.id}"
            entry = session.scalars(select(ServiceEvent).where(ServiceEvent.subject == subject)).all()
            moves = session.scalars(
                select(Transition).where(Transition.machine == "enrolment", Transition.record_id == place.id)
            ).all()
            messages = session.scalars(select(Message).where(Message.dedupe_key.startswith(f"{subject}:"))).all()
            assert place.service_event_id == (entry[0].id if entry else None)
            traces_by_place.append([_plain(row) for row in (place, *entry, *moves, *messages)])
        return traces_by_place


def _plain(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__mapper__.columns if column.key not in CLASS_BOUND}


def newcomers(session: Any, ids: list[int]) -> list[Newcomer]:
    pairs = zip(ids, APPLICATIONS, strict=False)
    return [Newcomer(session.get_one(Person, person_id), application) for person_id, application in pairs]


def bring(city: City, class_id: int, ids: list[int], application: Application) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        several = [Newcomer(session.get_one(Person, person_id), application) for person_id in ids]
        admit_together(session, city.actors["officer"], parts=class_parts(session, class_id), newcomers=several)


def test_a_bulk_enrolment_leaves_the_same_state_as_single_ones(any_city: City) -> None:
    ids, registrar = people(any_city), any_city.actors["registrar"]
    single, together = add_class(any_city), add_class(any_city, class_no="2026-02", daypart=Daypart.EVENING)
    with open_session(SYSTEM.scope, write=True) as session:
        parts = class_parts(session, single)
        for newcomer in newcomers(session, ids):
            admit_together(session, registrar, parts=parts, newcomers=[newcomer])
    with open_session(SYSTEM.scope, write=True) as session:
        parts = class_parts(session, together)
        admit_together(session, registrar, parts=parts, newcomers=newcomers(session, ids))
    assert len(traces(single)) == len(APPLICATIONS)
    assert traces(together) == traces(single)
    with open_session(SYSTEM.scope) as session:
        assert class_parts(session, single)[0].taken == class_parts(session, together)[0].taken == 5


@pytest.mark.parametrize(
    ("refusal", "options", "application"),
    [
        (ClassFull, {"seats": 1}, Application()),
        (ClassNotOpen, {"state": ClassState.LOCKED}, Application()),
        (BeneficiaryMissing, {}, Application(relation=Relation.CHILD)),
        (AlreadyEnrolled, {}, None),
        (ClassOverlap, {}, Application()),
        (TooYoung, {}, Application()),
    ],
)
def test_one_ineligible_trainee_blocks_the_whole_bulk_enrolment(
    city: City, refusal: type[Exception], options: dict[str, Any], application: Application | None
) -> None:
    ids = people(city)[:2]
    class_id = add_class(city, **options)
    other = add_class(city, class_no="2026-09", daypart=Daypart.MORNING)
    with open_session(SYSTEM.scope, write=True) as session:
        person = session.get_one(Person, ids[1])
        if refusal is TooYoung:
            person.birth_on = person.birth_on.replace(year=2015) if person.birth_on else None
        if refusal in (ClassOverlap, AlreadyEnrolled):
            where = class_parts(session, other if refusal is ClassOverlap else class_id)
            admit_together(session, SYSTEM, parts=where, newcomers=[Newcomer(person, Application())])
    with pytest.raises(refusal):
        bring(city, class_id, ids, application or Application())
    with open_session(SYSTEM.scope) as session:
        held = session.scalars(select(Enrolment.person_id).where(Enrolment.class_id == class_id)).all()
        assert held == ([ids[1]] if refusal is AlreadyEnrolled else [])
