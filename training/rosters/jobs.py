"""Long rosters are processed, and uploads without a decision are deleted with their personal data."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.isolation import apart
from centre.jobs import job
from centre.permissions import Actor
from centre.policy import policy
from training.rosters.actions import discard_roster
from training.rosters.models import RosterUpload
from training.rosters.rules import RosterState
from training.rosters.uploads import wipe
from training.rosters.worker import work_off

KEPT = timedelta(days=30)


@job("sweep-rosters", every=timedelta(days=1))
def sweep_rosters(session: Session) -> None:
    """Discard uploads that have waited for more than 30 days, and files that were kept for their school."""
    late = session.scalars(
        select(RosterUpload.id)
        .where(
            RosterUpload.state.in_((RosterState.UPLOADED, RosterState.CHECKED)),
            RosterUpload.created_at < clock.now() - KEPT,
        )
        .order_by(RosterUpload.id)
    ).all()
    for upload_id in late:
        with apart(session):
            discard_roster(session, Actor.system(), upload_id=upload_id)
    days = timedelta(days=int(policy(session, "roster-returned-days", on=clock.today())))
    kept = select(RosterUpload).where(
        RosterUpload.wrapped_key.is_not(None), RosterUpload.settled_at < clock.now() - days
    )
    for upload in session.scalars(kept.order_by(RosterUpload.id)).all():
        with apart(session):
            wipe(session, upload)


@job("work-rosters", every=timedelta(seconds=5))
def work_rosters(session: Session) -> None:
    """Check, import or undo long rosters, piece by piece."""
    # The slot is claimed and released: each piece below is a transaction of its own and finds its own place.
    session.commit()
    work_off()
