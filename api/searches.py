"""Saved searches of a jobseeker, with notifications of new openings."""

from datetime import datetime
from typing import Annotated

from fastapi import Path

from api.dependencies import Routes, Unit
from api.profiles import own_person_id
from api.wire import Wire
from centre.drafts import BIGGEST_ID
from centre.permissions import Permission
from matching.search import actions
from matching.search.queries import saved_searches
from matching.search.rules import SearchDraft

routes = Routes(prefix="/me/searches", tags=["searches"])

SearchId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class SavedOut(Wire):
    """A saved search; `address` is the query of the search page."""

    id: int
    name: str
    address: str
    told_at: datetime | None


@routes.get("", allow=Permission.EDIT_PROFILE)
def searches(unit: Unit) -> list[SavedOut]:
    """List the caller's saved searches, newest first."""
    return [SavedOut.model_validate(search) for search in saved_searches(unit.session, own_person_id(unit))]


@routes.post("", allow=Permission.EDIT_PROFILE, status_code=201)
def save(unit: Unit, draft: SearchDraft) -> SavedOut:
    """Save a search; saving it again changes nothing."""
    return SavedOut.model_validate(actions.save_search(unit.session, unit.actor, draft=draft))


@routes.delete("/{search_id}", allow=Permission.EDIT_PROFILE, status_code=204)
def stop(unit: Unit, search_id: SearchId) -> None:
    """Delete a saved search."""
    actions.stop_search(unit.session, unit.actor, search_id=search_id)
