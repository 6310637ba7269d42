"""What follows for plans when a person is erased."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from centre.events import subscribe
from centre.records.rules import PersonErased
from matching.plans.models import PlannedPlace, PlanPin


@subscribe(PersonErased)
def forget_places(session: Session, fact: PersonErased) -> None:
    """Delete an erased person's places; the stored problems contain no names and can still be solved again."""
    for model in (PlannedPlace, PlanPin):
        session.execute(delete(model).where(model.person_id == fact.person_id))
