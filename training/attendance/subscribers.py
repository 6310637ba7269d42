"""What follows for lessons and seats when a class begins or ends, and when somebody comes or goes."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.batches import batches
from centre.events import subscribe
from centre.permissions import Actor
from centre.scopes import seeing_everything
from centre.states import move
from training.attendance import queries
from training.attendance.actions import complete_class, plan_lessons
from training.attendance.offers import offer_next, settle_answered
from training.attendance.rules import first_clash
from training.classes.queries import training_class
from training.classes.rules import ClassMoved
from training.enrolments.models import Enrolment
from training.enrolments.rules import ENROLMENTS, ClassOverlap, Enrolled, EnrolmentState, SeatFreed


@subscribe(ClassMoved)
def follow_class(session: Session, fact: ClassMoved) -> None:
    """When a class begins its lessons are written down and its trainees attend; when it ends they complete it."""
    with seeing_everything(session):
        if fact.event == "begin":
            plan_lessons(session, Actor.system(), class_id=fact.class_id)
            accepted = select(Enrolment).where(
                Enrolment.class_id == fact.class_id, Enrolment.state == EnrolmentState.ACCEPTED
            )
            for place in session.scalars(accepted.order_by(Enrolment.id)):
                move(session, Actor.system(), place, ENROLMENTS, "begin")
        elif fact.event == "finish":
            complete_class(session, Actor.system(), class_id=fact.class_id)
        session.flush()


@subscribe(Enrolled)
def refuse_moved_lessons(session: Session, fact: Enrolled) -> None:
    """Refuse people whose other classes have moved a lesson into this one's hours (VR17). Raises ClassOverlap."""
    with seeing_everything(session):
        for person_ids in batches([person_id for _, person_id in fact.places]):
            elsewhere = list(session.scalars(queries.lessons_elsewhere(list(person_ids), fact.class_id)))
            if elsewhere and first_clash(queries.planned(session, training_class(session, fact.class_id)), elsewhere):
                raise ClassOverlap(field="class_id")


@subscribe(SeatFreed)
def offer_freed_seat(session: Session, fact: SeatFreed) -> None:
    """A seat that came back is offered to whoever has waited longest."""
    settle_answered(session, fact.class_id)
    offer_next(session, fact.class_id)
