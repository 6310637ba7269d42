"""The page on which jobseekers say with whom they want to leave."""

from functools import partial
from typing import Any

from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre.permissions import Permission
from matching.companions import actions
from matching.companions.queries import group_of, seeking_apart
from matching.companions.rules import TIE_LABELS, TravelCode, TravelGroupDraft, TravelSplit
from web.forms import Bound, ButtonForm, attempt, bind, blank
from web.pages.jobseeker.home import own_id
from web.rendering import page

routes = Pages("/me/companions")

ALLOW = Permission.EDIT_PROFILE
HERE = "/me/companions"


@routes.get("", allow=ALLOW)
def companions(unit: Unit) -> Response:
    """The reader's group with its code, or the two ways into one."""
    return _page(unit, blank(unit, TravelGroupDraft))


@routes.post("", allow=ALLOW)
def start(unit: Unit) -> Response:
    """Start a group."""
    return attempt(
        unit,
        bind(unit, TravelGroupDraft),
        lambda draft: actions.start_group(unit.session, unit.actor, person_id=own_id(unit), draft=draft),
        partial(_page, unit),
        HERE,
    )


@routes.post("/join", allow=ALLOW)
def join(unit: Unit) -> Response:
    """Join a group by its code."""
    return attempt(
        unit,
        bind(unit, TravelCode),
        lambda draft: actions.join_group(unit.session, unit.actor, person_id=own_id(unit), draft=draft),
        partial(_page, unit),
        HERE,
    )


@routes.post("/split", allow=ALLOW)
def split(unit: Unit) -> Response:
    """Say whether the group may be suggested apart."""
    return attempt(
        unit,
        bind(unit, TravelSplit),
        lambda draft: actions.change_split(unit.session, unit.actor, person_id=own_id(unit), draft=draft),
        partial(_page, unit),
        HERE,
    )


@routes.post("/leave", allow=ALLOW)
def leave(unit: Unit) -> Response:
    """Leave the group."""
    return attempt(
        unit,
        bind(unit, ButtonForm),
        lambda _: actions.leave_group(unit.session, unit.actor, person_id=own_id(unit)),
        partial(_page, unit),
        HERE,
    )


def _page(unit: UnitOfWork, bound: Bound[Any], status_code: int = 200) -> Response:
    own = own_id(unit)
    return page(
        unit,
        "jobseeker/companions.html",
        status_code,
        group=group_of(unit.session, own),
        waits=own in seeking_apart(unit.session, [own]),
        ties=TIE_LABELS,
        bound=bound,
    )
