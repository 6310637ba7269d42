"""What follows for searches from facts of the packages below."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from centre.events import subscribe
from centre.records.rules import PersonErased
from matching.search.models import SavedHit, SavedSearch


@subscribe(PersonErased)
def forget_searches(session: Session, fact: PersonErased) -> None:
    """Delete an erased person's searches."""
    own = select(SavedSearch.id).where(SavedSearch.person_id == fact.person_id)
    session.execute(delete(SavedHit).where(SavedHit.search_id.in_(own)))
    session.execute(delete(SavedSearch).where(SavedSearch.person_id == fact.person_id))
