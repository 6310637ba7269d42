"""Scheduled jobs for openings."""

from datetime import timedelta

from sqlalchemy.orm import Session

from centre import clock
from centre.audit import note
from centre.events import publish
from centre.isolation import apart
from centre.jobs import job
from centre.permissions import Actor
from centre.states import move
from employers.openings.actions import rescreen_opening
from employers.openings.adverts.classifier import own_weights
from employers.openings.queries import due_openings, stale_screenings, underpaid_openings
from employers.openings.rules import OPENING, OpeningChanged
from employers.openings.screening import edition
from employers.openings.wordings import learnt_from_decisions

FEW = 200
"""Openings screened again in one run, so that a new edition of the rules does not hold up other jobs."""


@job("expire-openings", every=timedelta(minutes=10))
def expire_openings(session: Session) -> None:
    """Expire openings on the day after their validity ends."""
    system = Actor.system()
    for opening in session.scalars(due_openings(clock.today())).all():
        with apart(session):
            move(session, system, opening, OPENING, "expire")
            session.flush()
            publish(session, OpeningChanged(opening.id))


@job("check-minimum-pay", every=timedelta(hours=6))
def check_minimum_pay(session: Session) -> None:
    """Unpublish openings that pay less than a raised minimum wage; the employers are notified."""
    system = Actor.system()
    for opening in underpaid_openings(session):
        with apart(session):
            rescreen_opening(session, system, opening_id=opening.id)


@job("learn-adverts", every=timedelta(days=1), reading=learnt_from_decisions)
def learn_adverts(session: Session, learnt: str | None) -> None:
    """Learn from the officers' decisions on wordings; what is on show is screened again afterwards."""
    if learnt is None:
        return
    fresh = own_weights().with_suffix(".new")
    fresh.write_text(learnt, "utf-8")
    fresh.replace(own_weights())  # in one step, since servers read it meanwhile
    note(session, Actor.system(), action="adverts.learn", subject="adverts")


@job("rescreen-openings", every=timedelta(minutes=10))
def rescreen_openings(session: Session) -> None:
    """Screen published openings again after the rules of advertisements changed; unlawful ones are paused."""
    system = Actor.system()
    for opening in session.scalars(stale_screenings(edition()).limit(FEW)).all():
        with apart(session):
            rescreen_opening(session, system, opening_id=opening.id)
