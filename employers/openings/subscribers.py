"""Openings follow their employer's state: they are frozen and restored with it (EM-06)."""

from sqlalchemy.orm import Session

from centre.events import subscribe
from centre.scopes import seeing_everything
from employers.companies.rules import FREEZING, LISTED, THAWING, EmployerMoved, EmployerState, ServiceLicenceGone
from employers.openings.actions import close_openings, freeze_openings, pause_agency_openings, thaw_openings


@subscribe(EmployerMoved)
def follow_employer(session: Session, fact: EmployerMoved) -> None:
    """Freeze the openings of an employer that loses its good standing; restore them when it regains it.

    The openings of a blacklisted employer are closed.
    """
    reason = fact.reason or fact.event
    with seeing_everything(session):  # also the openings that another centre posted for the employer
        _follow(session, fact, reason)


def _follow(session: Session, fact: EmployerMoved, reason: str) -> None:
    if fact.state is EmployerState.BLACKLISTED:
        close_openings(session, fact.actor, employer_id=fact.employer_id, reason=reason)
    elif fact.event in FREEZING:
        freeze_openings(session, fact.actor, employer_id=fact.employer_id, reason=reason)
    elif fact.event in THAWING and fact.state in LISTED:
        thaw_openings(session, fact.actor, employer_id=fact.employer_id, reason=reason)


@subscribe(ServiceLicenceGone)
def follow_licence(session: Session, fact: ServiceLicenceGone) -> None:
    """Unpublish what the employer offered for others; publishing it again asks for the licence."""
    with seeing_everything(session):
        pause_agency_openings(session, fact.actor, employer_id=fact.employer_id)
