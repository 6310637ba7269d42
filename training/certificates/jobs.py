"""Scheduled work in assessment: second attempts that were not taken in time."""

from datetime import timedelta

from sqlalchemy.orm import Session

from centre.jobs import job
from centre.permissions import Actor
from training.certificates.actions import end_resits


@job("end-resits", every=timedelta(days=1))
def end_overdue_resits(session: Session) -> None:
    """Fail those who did not sit again in time, and tell them."""
    end_resits(session, Actor.system())
