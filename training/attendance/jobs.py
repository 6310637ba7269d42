"""Scheduled work in training: reported absences, and seats that were not confirmed."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.isolation import apart
from centre.jobs import job
from training.attendance.absences import settle_absences
from training.attendance.offers import close_waiting_lists, lapse_offers
from training.classes.models import TrainingClass
from training.classes.rules import ClassState


@job("settle-absences", every=timedelta(days=1))
def settle_all_absences(session: Session) -> None:
    """Warn and drop trainees of every running class after the days that were reported."""
    running = select(TrainingClass.id).where(TrainingClass.state == ClassState.IN_SESSION).order_by(TrainingClass.id)
    for class_id in session.scalars(running).all():
        with apart(session):
            settle_absences(session, class_id)


@job("lapse-seat-offers", every=timedelta(minutes=10))
def lapse_due_offers(session: Session) -> None:
    """Take back offered seats that were not confirmed in time, offer them to the next, close late lists."""
    lapse_offers(session)
    close_waiting_lists(session)
