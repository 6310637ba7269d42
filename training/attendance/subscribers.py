"""The effects on lessons and seats when a class begins or ends, and when a trainee joins or leaves."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock, events
from centre.batches import batches
from centre.events import subscribe
from centre.messages import send_all
from centre.messages.training import CLASS_RESUMED, CLASS_SUSPENDED
from centre.permissions import Actor
from centre.scopes import seeing_everything
from centre.states import move
from training.attendance import queries
from training.attendance.actions import complete_class, plan_lessons
from training.attendance.models import Lesson
from training.attendance.offers import offer_next, settle_answered
from training.attendance.rules import LessonAhead, first_clash
from training.classes.queries import class_parts, training_class
from training.classes.rules import ENDINGS, ClassMoved
from training.enrolments.ending import cancel_places, close_places
from training.enrolments.models import Enrolment
from training.enrolments.rules import ENROLMENTS, ClassOverlap, Enrolled, EnrolmentState, SeatFreed, TrainingStarted

PAUSES = {"suspend": CLASS_SUSPENDED, "resume": CLASS_RESUMED}


@subscribe(ClassMoved)
def follow_class(session: Session, fact: ClassMoved) -> None:
    """Write the lessons down when a class begins, let its trainees complete it when it is over.

    Trainees of a class that ends early, and people who wait for one that is over, are released and notified. Raises
    LessonAhead when a class is finished before its last lesson.
    """
    with seeing_everything(session):
        if fact.event == "begin":
            plan_lessons(session, Actor.system(), class_id=fact.class_id)
            accepted = select(Enrolment).where(
                Enrolment.class_id == fact.class_id, Enrolment.state == EnrolmentState.ACCEPTED
            )
            places = session.scalars(accepted.order_by(Enrolment.id)).all()
            for place in places:
                move(session, Actor.system(), place, ENROLMENTS, "begin")
            session.flush()
            events.publish(session, TrainingStarted(fact.class_id, [place.person_id for place in places]))
        elif fact.event == "finish":
            _refuse_lessons_ahead(session, fact.class_id)
            complete_class(session, Actor.system(), class_id=fact.class_id)
            close_places(session, class_id=fact.class_id)
            settle_answered(session, fact.class_id)
        elif fact.event in ENDINGS:
            cancel_places(session, class_id=fact.class_id, reason=fact.reason)
            settle_answered(session, fact.class_id)
        elif fact.event in PAUSES:
            _tell_trainees(session, fact)
        session.flush()


def _refuse_lessons_ahead(session: Session, class_id: int) -> None:
    """Refuse to finish a class whose lessons have not all begun. Raises LessonAhead."""
    ahead = queries.lessons(class_id).where(Lesson.starts_at > clock.now()).limit(1)
    if session.scalar(ahead) is not None:
        raise LessonAhead(field="event")


def _tell_trainees(session: Session, fact: ClassMoved) -> None:
    training, major, _ = class_parts(session, fact.class_id)
    places = session.scalars(queries.trainees_now(fact.class_id)).all()
    message = PAUSES[fact.event].of(major=major.name, reason=fact.reason.strip())
    send_all(
        session,
        [
            (
                message,
                {
                    "person_id": place.person_id,
                    "link": f"/training/classes/{training.id}",
                    "dedupe_key": f"class-{fact.event}:{training.version}:{place.id}",
                },
            )
            for place in places
        ],
    )


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
    """A seat that came back is offered to the person who has waited longest."""
    settle_answered(session, fact.class_id)
    offer_next(session, fact.class_id)
