"""Scheduled job: groups without suggestions because a member has stopped looking for work."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.isolation import apart
from centre.jobs import job
from centre.messages.journeys import COMPANION_SETTLED
from centre.messages.sending import send
from matching.companions.models import TravelFellow
from matching.companions.queries import search_starts, seeking_apart


@job("tell-companions", every=timedelta(days=1))
def tell_companions(session: Session) -> None:
    """Tell each of a group once that no suggestions come because one of them no longer looks for work.

    Every way of stopping counts: hired, withdrawn, lapsed. It is looked at once a day, after all of them. Who looks
    again and stops again is a new reason to tell.
    """
    everybody = session.scalars(select(TravelFellow.person_id).order_by(TravelFellow.person_id)).all()
    waiting = seeking_apart(session, everybody)
    starts = search_starts(session, {number for idle in waiting.values() for number in idle})
    for person_id, idle in waiting.items():
        stopped = "-".join(f"{number}.{starts.get(number, 0)}" for number in idle)
        with apart(session):
            send(
                session,
                COMPANION_SETTLED.of(),
                to_person_id=person_id,
                link="/me/companions",
                dedupe_key=f"companion-settled:{person_id}:{stopped}",
            )
