"""Openings follow their employer's state: they are frozen and restored with it (EM-06)."""

from sqlalchemy.orm import Session

from centre.events import subscribe
from employers.companies.rules import FREEZING, LISTED, THAWING, EmployerMoved
from employers.openings.actions import freeze_openings, thaw_openings


@subscribe(EmployerMoved)
def follow_employer(session: Session, fact: EmployerMoved) -> None:
    """Freeze the openings of an employer that loses its good standing; restore them when it regains it."""
    reason = fact.reason or fact.event
    if fact.event in FREEZING:
        freeze_openings(session, fact.actor, employer_id=fact.employer_id, reason=reason)
    elif fact.event in THAWING and fact.state in LISTED:
        thaw_openings(session, fact.actor, employer_id=fact.employer_id, reason=reason)
