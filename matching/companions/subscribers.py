"""What follows for groups when a person is erased."""

from sqlalchemy.orm import Session

from centre.events import subscribe
from centre.permissions import Actor
from centre.records.rules import PersonErased
from matching.companions.actions import leave_group
from matching.companions.queries import group_of


@subscribe(PersonErased)
def forget_fellow(session: Session, fact: PersonErased) -> None:
    """Take an erased person and their name out of the group."""
    if group_of(session, fact.person_id) is not None:
        leave_group(session, Actor.system(), person_id=fact.person_id)
