"""Saved searches of a jobseeker: save, list, delete."""

from typing import Any

from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre.drafts import RecordId
from centre.errors import Refusal
from centre.permissions import Permission
from matching.search import actions
from matching.search.queries import matching_now, saved_searches
from matching.search.rules import SearchDraft
from web.forms import bind
from web.pages.jobseeker.home import own_id
from web.rendering import page

routes = Pages("/me/searches")

ALLOW = Permission.EDIT_PROFILE


@routes.get("", allow=ALLOW)
def searches(unit: Unit) -> Response:
    """The reader's saved searches with their current number of results."""
    return _page(unit)


@routes.post("", allow=ALLOW)
def save(unit: Unit) -> Response:
    """Save the search of the previous page."""
    own_id(unit)
    bound = bind(unit, SearchDraft)
    if bound.draft is None:
        return _page(unit, bound.problems, 422)
    try:
        actions.save_search(unit.session, unit.actor, draft=bound.draft)
    except Refusal as refusal:
        return _page(unit, bound.refuse(refusal).problems, refusal.status)
    return RedirectResponse("/me/searches", 303)


@routes.post("/{search_id}/stop", allow=ALLOW)
def stop(unit: Unit, search_id: RecordId) -> Response:
    """Delete a saved search."""
    actions.stop_search(unit.session, unit.actor, search_id=search_id)
    return RedirectResponse("/me/searches", 303)


def _page(unit: Unit, problems: Any = (), status_code: int = 200) -> Response:
    searches = [(search, len(matching_now(search.address))) for search in saved_searches(unit.session, own_id(unit))]
    return page(unit, "jobseeker/searches.html", status_code, searches=searches, problems=problems)
