"""Scheduled jobs for employers."""

from datetime import timedelta

from sqlalchemy.orm import Session

from centre import clock
from centre.isolation import apart
from centre.jobs import job
from centre.messages.employers import LICENCE_ENDED, LICENCE_ENDS
from centre.permissions import Actor
from employers.companies.actions import judge_employer
from employers.companies.messages import tell_employer
from employers.companies.queries import ended_licences, ending_licences
from employers.companies.rules import LICENCE_NOTICES


@job("employer-licences", every=timedelta(days=1), catch_up=True)
def watch_licences(session: Session) -> None:
    """Warn employers whose licence is about to expire, and send those with an expired one back to verification."""
    today, system = clock.today(), Actor.system()
    for days in LICENCE_NOTICES:
        for employer in session.scalars(ending_licences(today + timedelta(days=days))).all():
            with apart(session):
                tell_employer(
                    session,
                    employer.id,
                    LICENCE_ENDS.of(day=employer.licence_expires_on, days=days),
                    dedupe_key=f"licence:{employer.id}:{employer.licence_expires_on}:{days}",
                    link="/employer",
                )
    for employer in session.scalars(ended_licences(today)).all():
        with apart(session):
            judge_employer(session, system, employer_id=employer.id, event="licence_expired")
            tell_employer(
                session,
                employer.id,
                LICENCE_ENDED.of(day=employer.licence_expires_on),
                dedupe_key=f"licence:{employer.id}:{employer.licence_expires_on}:ended",
                link="/employer",
            )
