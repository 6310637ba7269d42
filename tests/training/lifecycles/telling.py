"""What messages say after a step: the questions that the tests of lifecycles ask."""

from sqlalchemy import func, select

from centre.database import open_session
from centre.outbox import Message
from tests.training.world import SYSTEM
from training.attendance.models import SeatOffer
from training.classes.models import TrainingClass
from training.enrolments.models import Enrolment


def last_message() -> int:
    """The number of the newest message, from which `told_since` counts."""
    with open_session(SYSTEM.scope) as session:
        return session.scalar(select(func.max(Message.id))) or 0


def told_since(number: int, kind: str = "") -> list[tuple[str, int | None]]:
    """Kind and person of every message since, in order; of one kind if it is given."""
    with open_session(SYSTEM.scope) as session:
        newer = select(Message.kind, Message.person_id).where(Message.id > number).order_by(Message.id)
        return [(row[0], row[1]) for row in session.execute(newer) if not kind or row[0] == kind]


def seats_taken(class_id: int) -> int:
    """How many seats of a class are held."""
    with open_session(SYSTEM.scope) as session:
        return session.get_one(TrainingClass, class_id).taken


def open_offers(class_id: int) -> int:
    """How many offered seats of a class wait for an answer."""
    with open_session(SYSTEM.scope) as session:
        waiting = select(func.count()).where(SeatOffer.class_id == class_id, SeatOffer.outcome.is_(None))
        return session.scalars(waiting).one()


def person_of(enrolment_id: int) -> int:
    """Whose place it is."""
    with open_session(SYSTEM.scope) as session:
        return session.get_one(Enrolment, enrolment_id).person_id
