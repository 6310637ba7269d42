"""A seat that comes back: called by actions that have asked already."""

from sqlalchemy.orm import Session

from centre import events
from centre.counters import give_back
from centre.scopes import seeing_everything
from training.classes.models import TrainingClass
from training.enrolments.rules import SeatFreed


def free_seat(session: Session, class_id: int) -> None:
    """Give a seat of a class back and say so; whoever keeps the waiting list offers it to the next."""
    with seeing_everything(session):
        give_back(session, TrainingClass, class_id)
    events.publish(session, SeatFreed(class_id))
