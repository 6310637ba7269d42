"""Actions on searches: save one, delete one, decide what a word means."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.bulk_writes import insert_rows
from centre.errors import NotFound
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from centre.skills.vocabulary import vocabulary
from centre.states import move
from matching.search.models import SavedHit, SavedSearch, Synonym
from matching.search.queries import matching_now
from matching.search.rules import (
    MOST_SAVED,
    SYNONYM,
    NoSuchOccupation,
    NothingSought,
    SearchCriteria,
    SearchDraft,
    SynonymDraft,
    TooManySearches,
)


def save_search(session: Session, actor: Actor, *, draft: SearchDraft) -> SavedSearch:
    """Save a search for the actor; its current results count as seen. Raises NothingSought, TooManySearches, NotFound.

    Saving the same search again changes nothing.
    """
    require(actor, Permission.EDIT_PROFILE)
    if actor.person_id is None:
        raise NotFound
    criteria = SearchCriteria.read(draft.address)
    if criteria.is_empty:
        raise NothingSought
    own = SavedSearch.person_id == actor.person_id
    known = session.scalar(select(SavedSearch).where(own, SavedSearch.address == criteria.address))
    if known is not None:
        return known
    if (session.scalar(select(func.count()).select_from(SavedSearch).where(own)) or 0) >= MOST_SAVED:
        raise TooManySearches(most=MOST_SAVED)
    search = SavedSearch(
        person_id=actor.person_id,
        name=(draft.name or criteria.q or vocabulary().name(criteria.occupation))[:80],
        address=criteria.address,
        told_at=clock.now(),
    )
    session.add(search)
    session.flush()
    with seeing_everything(session):
        seen = [{"search_id": search.id, "opening_id": opening.id} for opening in matching_now(search.address)]
        insert_rows(session, SavedHit, seen)
    return search


def stop_search(session: Session, actor: Actor, *, search_id: int) -> None:
    """Delete a search of the actor. Raises NotFound."""
    require(actor, Permission.EDIT_PROFILE)
    own = SavedSearch.person_id == (actor.person_id or 0)
    search = session.scalar(select(SavedSearch).where(SavedSearch.id == search_id, own))
    if search is None:
        raise NotFound
    with seeing_everything(session):
        session.execute(delete(SavedHit).where(SavedHit.search_id == search.id))
    session.delete(search)
    session.flush()


def accept_synonym(session: Session, actor: Actor, *, synonym_id: int, draft: SynonymDraft) -> Synonym:
    """Let a word mean an occupation in every search. Raises NoSuchOccupation, IllegalMove, NotFound."""
    require(actor, Permission.CURATE_WORDS)
    synonym = _synonym(session, synonym_id)
    code = draft.occupation
    if code not in vocabulary().nodes or vocabulary().nodes[code].level != 4:
        code = next(iter(vocabulary().codes_for(code)), "")
    if not code:
        raise NoSuchOccupation(field="occupation")
    synonym.occupation = code
    move(session, actor, synonym, SYNONYM, "accept", reason=code)
    audit.note(session, actor, action="word.accept", subject=f"synonym:{synonym.id}", detail={"occupation": code})
    return synonym


def reject_synonym(session: Session, actor: Actor, *, synonym_id: int) -> Synonym:
    """Let a word mean nothing; it is not proposed again. Raises IllegalMove, NotFound."""
    require(actor, Permission.CURATE_WORDS)
    synonym = _synonym(session, synonym_id)
    move(session, actor, synonym, SYNONYM, "reject")
    audit.note(session, actor, action="word.reject", subject=f"synonym:{synonym.id}")
    return synonym


def _synonym(session: Session, synonym_id: int) -> Synonym:
    synonym = session.scalar(select(Synonym).where(Synonym.id == synonym_id))
    if synonym is None:
        raise NotFound
    return synonym
