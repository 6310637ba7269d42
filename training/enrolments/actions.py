"""What is done with enrolments: take a seat, wait for one, leave, be checked."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit, events
from centre.errors import NotFound
from centre.messages import Wording, send
from centre.messages.training import ENROLMENT_REFUSED, ENROLMENT_WITHDRAWN
from centre.people import Person
from centre.permissions import STAFF, Actor, Permission, require
from centre.scopes import seeing_everything
from centre.states import move
from training.classes.queries import class_parts
from training.classes.rules import JOINABLE, RUNNING, first_overlap
from training.enrolments import queries
from training.enrolments.bulk import Newcomer, admit_together, withdraw_together
from training.enrolments.effects import Parts, confirm_places, free_seats, record_places
from training.enrolments.models import Enrolment
from training.enrolments.rules import (
    ENROLMENTS,
    Application,
    ClassNotOpen,
    ClassOverlap,
    EnrolmentState,
    Left,
    TrainingEnded,
    TrainingStarted,
)
from training.providers.rules import require_active, require_responsible


def enrol_learner(
    session: Session, actor: Actor, *, class_id: int, person_id: int, application: Application | None = None
) -> Enrolment:
    """Give a person a seat in a class at a price fixed today (报名).

    Learners enrol themselves, staff the people of their centre, schools their own trainees. Raises ClassFull (unless
    the application may wait), ClassNotOpen, AlreadyEnrolled, ClassOverlap, TooYoung, BeneficiaryMissing or NotFound.
    """
    require(actor, Permission.ENROL)
    if not (actor.is_system or actor.roles & STAFF or actor.provider_id) and person_id != actor.person_id:
        raise NotFound
    parts = class_parts(session, class_id)
    person = session.scalar(select(Person).where(Person.id == person_id))
    if person is None:
        raise NotFound
    newcomer = Newcomer(person, application or Application())
    [number] = admit_together(session, actor, parts=parts, newcomers=[newcomer])
    with seeing_everything(session):
        return session.get_one(Enrolment, number)


def withdraw_learner(session: Session, actor: Actor, *, enrolment_id: int, reason: str = "") -> Enrolment:
    """Withdraw a person from a class before it begins; the seat is offered to the person who has waited longest (退班).

    Raises IllegalMove once the class runs, or NotFound.
    """
    require(actor, Permission.ENROL)
    leaving = queries.enrolment(session, enrolment_id)
    withdraw_together(session, actor, class_id=leaving.class_id, places=[leaving], reason=reason)
    audit.note(session, actor, action="enrolment.withdraw", subject=f"enrolment:{leaving.id}")
    if actor.person_id != leaving.person_id and not actor.is_system:
        _tell(session, leaving, ENROLMENT_WITHDRAWN, reason)
    return leaving


def take_seat(session: Session, actor: Actor, *, enrolment_id: int) -> Enrolment:
    """Accept a seat that was offered to a person on the waiting list (确认候补名额).

    Whom the centre has to look at first takes it as an applicant. Raises IllegalMove, ClassOverlap, ProviderNotActive
    or NotFound.
    """
    require(actor, Permission.ENROL)
    offered = queries.enrolment(session, enrolment_id)
    parts = class_parts(session, offered.class_id)
    require_active(parts[2].state)
    queries.lock_people(session, [offered.person_id])
    if first_overlap(parts[0], queries.other_classes(session, offered.person_id, parts[0].id)) is not None:
        raise ClassOverlap(field="class_id")
    with seeing_everything(session):
        if offered.to_check:
            move(session, actor, offered, ENROLMENTS, "check")
        else:
            _accept(session, actor, offered, parts, "take")
    return offered


def drop_learner(session: Session, actor: Actor, *, enrolment_id: int, reason: str) -> Enrolment:
    """End the training of a person who stays away; the seat becomes free (中途退学). Raises IllegalMove or NotFound."""
    require(actor, Permission.REPORT_TRAINING)
    leaving = queries.enrolment(session, enrolment_id)
    require_responsible(actor, provider_id=leaving.provider_id, centre_id=leaving.centre_id)
    move(session, actor, leaving, ENROLMENTS, "drop", reason=reason)
    audit.note(session, actor, action="enrolment.drop", subject=f"enrolment:{leaving.id}")
    session.flush()
    events.publish(session, Left(leaving.class_id, [leaving.id]))
    events.publish(session, TrainingEnded(leaving.class_id, [leaving.person_id]))
    free_seats(session, leaving.class_id)
    return leaving


def accept_learner(session: Session, actor: Actor, *, enrolment_id: int) -> Enrolment:
    """Accept an enrolment that the centre had to look at first; who comes after the beginning joins at once.

    Raises ClassNotOpen when the class is over, ProviderNotActive, IllegalMove or NotFound.
    """
    require(actor, Permission.APPROVE_CLASS)
    checked = queries.enrolment(session, enrolment_id)
    require_responsible(actor, provider_id=checked.provider_id, centre_id=checked.centre_id)
    parts = class_parts(session, checked.class_id)
    if parts[0].state not in JOINABLE:
        raise ClassNotOpen(field="enrolment_id")
    require_active(parts[2].state)
    checked.to_check = ""
    _accept(session, actor, checked, parts)
    return checked


def refuse_learner(session: Session, actor: Actor, *, enrolment_id: int, reason: str = "") -> Enrolment:
    """Refuse an enrolment that the centre had to look at first. Raises IllegalMove or NotFound."""
    require(actor, Permission.APPROVE_CLASS)
    checked = queries.enrolment(session, enrolment_id)
    require_responsible(actor, provider_id=checked.provider_id, centre_id=checked.centre_id)
    move(session, actor, checked, ENROLMENTS, "refuse", reason=reason)
    audit.note(session, actor, action="enrolment.refuse", subject=f"enrolment:{checked.id}")
    _tell(session, checked, ENROLMENT_REFUSED, reason)
    free_seats(session, checked.class_id)
    return checked


def place_graduates(session: Session, actor: Actor, *, person_id: int) -> int:
    """Record on a person's certified courses that employment followed (就业); returns how many."""
    require(actor, Permission.ENROL)
    with seeing_everything(session):
        certified = select(Enrolment).where(
            Enrolment.person_id == person_id, Enrolment.state == EnrolmentState.CERTIFIED
        )
        places = session.scalars(certified.order_by(Enrolment.id)).all()
        for place in places:
            move(session, Actor.system(), place, ENROLMENTS, "place")
        session.flush()
    return len(places)


def _accept(session: Session, actor: Actor, place: Enrolment, parts: Parts, event: str = "accept") -> None:
    move(session, actor, place, ENROLMENTS, event)
    columns = ("id", "person_id", "origin", "centre_fen", "government_fen")
    accepted = [{name: getattr(place, name) for name in columns}]
    with seeing_everything(session):
        entries = record_places(session, actor, parts, accepted)
        place.service_event_id = entries[place.id]
        session.flush()
        confirm_places(session, parts, accepted, entries)
    if parts[0].state in RUNNING:
        move(session, Actor.system(), place, ENROLMENTS, "begin")
        session.flush()
        events.publish(session, TrainingStarted(place.class_id, [place.person_id]))


def _tell(session: Session, place: Enrolment, wording: Wording, reason: str) -> None:
    with seeing_everything(session):
        _, major, _ = class_parts(session, place.class_id)
        send(
            session,
            wording.of(major=major.name, reason=reason.strip()),
            to_person_id=place.person_id,
            link="/training",
            dedupe_key=f"enrolment-ended:{place.id}:{place.version}",
        )
