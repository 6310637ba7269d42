"""Scheduled jobs for openings."""

from datetime import timedelta

from sqlalchemy.orm import Session

from centre import clock
from centre.events import publish
from centre.jobs import job
from centre.permissions import Actor
from centre.states import move
from employers.openings.queries import due_openings
from employers.openings.rules import OPENING, OpeningChanged


@job("expire-openings", every=timedelta(minutes=10))
def expire_openings(session: Session) -> None:
    """Expire openings on the day after their validity ends."""
    system = Actor.system()
    for opening in session.scalars(due_openings(clock.today())).all():
        move(session, system, opening, OPENING, "expire")
        session.flush()
        publish(session, OpeningChanged(opening.id))
