"""Scheduled jobs for fairs."""

from datetime import timedelta

from sqlalchemy.orm import Session

from centre import clock
from centre.isolation import apart
from centre.jobs import job
from centre.messages import Wording
from centre.messages.office import FAIR_FILING, FAIR_STATISTICS
from centre.permissions import Actor
from centre.states import move
from employers.fairs.booths import end_requests
from employers.fairs.models import Fair
from employers.fairs.offers import expire_offers
from employers.fairs.organisers import tell_organisers
from employers.fairs.queries import due_filings, due_statistics, ending_fairs, starting_fairs
from employers.fairs.rules import FAIR

AHEAD = timedelta(days=3)


@job("run-fairs", every=timedelta(minutes=5))
def run_fairs(session: Session) -> None:
    """Start announced fairs and end live ones when they are due; before that, end the offers that were not accepted."""
    expire_offers(session)
    now = clock.now()
    for event, due in (("start", starting_fairs(now)), ("finish", ending_fairs(now))):
        for fair in session.scalars(due).all():
            with apart(session):
                move(session, Actor.system(), fair, FAIR, event)
                session.flush()
                if event == "finish":
                    end_requests(session, Actor.system(), fair_id=fair.id)


@job("fair-clocks", every=timedelta(days=1))
def remind_organisers(session: Session) -> None:
    """Remind organisers of filings and figures that are overdue or due within three days."""
    day = clock.today() + AHEAD
    for fair in session.scalars(due_filings(day)).all():
        with apart(session):
            _remind(session, fair, FAIR_FILING, fair.filing_due_on.isoformat())
    for fair in session.scalars(due_statistics(day)).all():
        with apart(session):
            _remind(session, fair, FAIR_STATISTICS, fair.statistics_due_on.isoformat())


def _remind(session: Session, fair: Fair, wording: Wording, day: str) -> None:
    tell_organisers(session, fair, wording.of(fair=fair.name, day=day), key=f"{wording.name}:{fair.id}:{day}")
