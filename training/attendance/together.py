"""What follows for lessons when many people are accepted at once."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.database import seeing_everything
from centre.events import subscribe
from training.attendance import queries
from training.attendance.models import Lesson
from training.attendance.rules import first_clash
from training.classes.queries import training_class
from training.enrolments.queries import portions
from training.enrolments.rules import ClassOverlap, EnrolledTogether


@subscribe(EnrolledTogether)
def refuse_moved_lessons_together(session: Session, fact: EnrolledTogether) -> None:
    """Nobody is accepted whose other classes have moved a lesson into this one's hours (VR17). Raises ClassOverlap."""
    with seeing_everything(session):
        if session.scalar(select(Lesson.id).limit(1).order_by(Lesson.id)) is None:
            return
        here = queries.planned(session, training_class(session, fact.class_id))
        for some in portions([person_id for _, person_id in fact.places]):
            if first_clash(here, list(session.scalars(queries.lessons_elsewhere(list(some), fact.class_id)))):
                raise ClassOverlap(field="class_id")
