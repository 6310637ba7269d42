"""What follows for classes when the work with a school stops: those that have not ended end with it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.events import subscribe
from centre.permissions import Actor
from centre.scopes import seeing_everything
from training.classes.actions import step_class
from training.classes.models import TrainingClass
from training.classes.rules import BEFORE_SESSION, RUNNING
from training.providers.rules import ProviderMoved


@subscribe(ProviderMoved)
def end_classes(session: Session, fact: ProviderMoved) -> None:
    """Cancel the classes of a school that was given up and break off those that run; finished ones are assessed."""
    if fact.event != "end":
        return
    with seeing_everything(session):
        open_classes = select(TrainingClass).where(
            TrainingClass.provider_id == fact.provider_id, TrainingClass.state.in_((*BEFORE_SESSION, *RUNNING))
        )
        for training in session.scalars(open_classes.order_by(TrainingClass.id)).all():
            event = "break-off" if training.state in RUNNING else "cancel"
            step_class(session, Actor.system(), training, event, reason=fact.reason)
