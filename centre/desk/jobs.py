"""What the desk does by itself: donations whose money is gone are marked as spent."""

from datetime import timedelta

from sqlalchemy.orm import Session

from centre.desk.donations import settle_donations
from centre.jobs import job


@job("settle-donations", every=timedelta(days=1))
def mark_spent_donations(session: Session) -> None:
    """Mark donations as spent once their fund has used them up."""
    settle_donations(session)
