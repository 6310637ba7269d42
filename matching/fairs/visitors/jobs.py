"""Scheduled jobs for visitors."""

from datetime import timedelta

from sqlalchemy.orm import Session

from centre import clock
from centre.jobs import job
from matching.fairs.visitors.queries import named_strangers

KEPT_FOR = timedelta(days=30)


@job("forget-visitors", every=timedelta(days=1))
def forget_visitors(session: Session) -> None:
    """Blank the names of visitors without an account, a month after their fair; the figures stay."""
    for visitor in session.scalars(named_strangers(clock.now() - KEPT_FOR)):
        visitor.worker_name = ""
