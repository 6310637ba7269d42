"""One opening: what it pays, when and where, what suits the reader and what does not, one button."""

from typing import Annotated

from fastapi import Path
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from api.dependencies import PUBLIC, Pages, Unit
from api.security import own_address
from centre.distances import kilometres
from centre.drafts import BIGGEST_ID
from centre.errors import NotFound, Refusal
from centre.permissions import Permission
from centre.skills.vocabulary import vocabulary
from employers.openings.models import Opening
from employers.openings.queries import opening as opening_in_sight
from employers.openings.rules import OpeningState
from matching.introductions import actions
from matching.introductions.models import Introduction
from matching.introductions.rules import DONE
from matching.live.listing import nights
from matching.profiles.queries import has_trade, person_in_sight
from matching.search.find import listed_opening, similar_openings
from matching.suggestions.fits import fit_of
from web import choices
from web.forms import Bound, ButtonForm, blank
from web.letter_page import map_address
from web.pages.public.registering import JoinForm
from web.promise_page import warning_of
from web.rendering import page
from web.structured_data import job_posting

routes = Pages()

OpeningId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


@routes.get("/openings/{opening_id:int}", allow=PUBLIC)
def opening(unit: Unit, opening_id: OpeningId) -> Response:
    """One opening: pay, hours, place with its distance, then what does not suit the reader and what does."""
    return _opening(unit, opening_id, blank(unit, ButtonForm))


def _opening(unit: Unit, opening_id: int, bound: Bound[ButtonForm], status_code: int = 200) -> Response:
    opening = opening_in_sight(unit.session, opening_id)
    # The row is newer than the list in memory, which still has what was paused or ended a moment ago.
    is_open = opening.shown_state is OpeningState.OPEN
    listed = listed_opening(unit.session, opening_id) if is_open else None
    base = own_address(unit.request)
    fit, mine, home, has_profile = None, None, "", False
    if unit.actor.person_id is not None:
        home = person_in_sight(unit.session, unit.actor.person_id).live_region
        has_profile = has_trade(unit.session, unit.actor.person_id)
        if listed is not None:
            fit = fit_of(unit.session, unit.actor.person_id, listed, locale=unit.locale)
        mine = _living(unit, opening_id)
    return page(
        unit,
        "public/opening.html",
        status_code,
        opening=opening,
        listed=listed,
        fit=fit,
        has_profile=has_profile,
        mine=mine,
        similar=similar_openings(listed) if listed else [],
        trade=vocabulary().name(opening.occupation_code),
        employment=choices.EMPLOYMENT[opening.employment_type.value],
        stated=choices.stated(opening, unit.locale),
        nights=nights(opening.night_shift, opening.shift),
        away=_away(home, opening),
        map=map_address(opening),
        place=choices.place,
        chips_of=choices.chips_of,
        may_introduce=unit.actor.may(Permission.LIST_PEOPLE),
        bound=bound,
        joining=blank(unit, JoinForm),
        base=base,
        posting=job_posting(opening, base) if listed and not opening.reserved_for else "",
        warning=warning_of(unit, employer_id=opening.employer_id, opening_id=opening_id),
    )


def _living(unit: Unit, opening_id: int) -> Introduction | None:
    return unit.session.scalar(
        select(Introduction).where(
            Introduction.opening_id == opening_id,
            Introduction.person_id == unit.actor.person_id,
            Introduction.state.not_in(sorted(DONE)),
        )
    )


def _away(home: str | None, opening: Opening) -> int | None:
    """Kilometres between the reader's county and the place of work; None when either is only known as a city."""
    counties = home and opening.region_code and not home.endswith("00") and not opening.region_code.endswith("00")
    return kilometres(home, opening.region_code) if counties else None


@routes.get("/openings/{opening_id:int}/score", allow=Permission.EDIT_PROFILE)
def score(unit: Unit, opening_id: OpeningId) -> Response:
    """How the points of this opening for the reader add up."""
    opening = opening_in_sight(unit.session, opening_id)
    listed = listed_opening(unit.session, opening_id)
    if listed is None or unit.actor.person_id is None:
        raise NotFound
    fit = fit_of(unit.session, unit.actor.person_id, listed, locale=unit.locale)
    return page(unit, "public/score.html", opening=opening, fit=fit)


@routes.post("/openings/{opening_id:int}/ask", allow=Permission.INTRODUCE)
def ask(unit: Unit, opening_id: OpeningId) -> Response:
    """Request a letter of introduction to this opening."""
    share = bool(unit.form and unit.form.get("share_phone"))
    try:
        introduction = actions.ask_for_introduction(unit.session, unit.actor, opening_id=opening_id, share_phone=share)
    except NotFound:
        raise
    except Refusal as refusal:
        unit.session.rollback()
        return _opening(unit, opening_id, blank(unit, ButtonForm).refuse(refusal), refusal.status)
    return RedirectResponse(f"/me/introductions/{introduction.id}", 303)
