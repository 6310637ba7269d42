"""Booths of an employer that may no longer recruit are released to the waiting list."""

from dataclasses import replace

from sqlalchemy.orm import Session

from centre.events import subscribe
from centre.permissions import Actor
from employers.companies.rules import BARRED, EmployerMoved
from employers.fairs.booths import release_booths


@subscribe(EmployerMoved)
def free_booths_of_barred(session: Session, fact: EmployerMoved) -> None:
    """Take back the booths of an employer that was suspended, rejected or blacklisted, and tell it why."""
    if fact.state in BARRED:
        system = replace(Actor.system(), account_id=fact.actor.account_id)
        release_booths(session, system, employer_id=fact.employer_id, reason=fact.reason)
