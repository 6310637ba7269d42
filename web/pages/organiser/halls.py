"""Halls for their organisers: what they are, how one gets in, when they cannot be used, and what is planned in them."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import Path
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre import clock, regions
from centre.calendar import add_months
from centre.drafts import BIGGEST_ID, Draft, Line, NearDay, WallTime
from centre.permissions import Permission
from centre.scopes import holds, seeing_everything
from centre.translation import N_, translate
from employers.fairs import halls
from employers.fairs.hall_rules import (
    BLOCK_LABELS,
    USE_LABELS,
    BlockDraft,
    BlockKind,
    EntranceDraft,
    VenueDraft,
)
from employers.fairs.models import Fair, Venue, VenueBlock, VenueEntrance
from employers.fairs.plans import entrances
from employers.fairs.queries import between, days_of, fairs, last_day_of, venue, venues
from employers.fairs.rules import FAIR_LABELS, HOLDING_STATES
from web import choices
from web.forms import Bound, ButtonForm, attempt, bind, bind_edit, blank, editing
from web.pages.public.fairs import hours, month_asked
from web.rendering import page

routes = Pages("/organiser")

ALLOW = Permission.MANAGE_FAIRS
CLOSED = N_("停用：")
VenueId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
EntranceId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
BlockId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class BlockForm(Draft):
    """The form of a closed time: whole days, unless hours are given (停用时段)."""

    day: NearDay
    last_day: NearDay | None = None
    starts: WallTime | None = None
    ends: WallTime | None = None
    kind: BlockKind = BlockKind.REPAIR
    reason: Line = ""
    anyway: bool = False

    def block(self) -> BlockDraft:
        """The draft with its instants; without an hour at its end it lasts to the end of the day."""
        last = self.last_day or self.day
        if self.ends is None or (self.ends == time() and self.starts):
            last, ends = last + timedelta(days=1), time()
        else:
            ends = self.ends
        return BlockDraft(
            starts_at=datetime.combine(self.day, self.starts or time(), clock.SHANGHAI),
            ends_at=datetime.combine(last, ends, clock.SHANGHAI),
            kind=self.kind,
            reason=self.reason,
            anyway=self.anyway,
        )


@routes.get("/venues", allow=ALLOW)
def all_halls(unit: Unit) -> Response:
    """All halls, and the form for a new one."""
    return _halls(unit, blank(unit, VenueDraft))


@routes.post("/venues", allow=ALLOW)
def add_hall(unit: Unit) -> Response:
    """Add a hall."""
    bound = bind(unit, VenueDraft)
    return attempt(
        unit,
        bound,
        lambda form: halls.add_venue(unit.session, unit.actor, form),
        lambda again, status: _halls(unit, again, status),
        lambda hall: f"/organiser/venues/{hall.id}",
    )


@routes.get("/venues/{venue_id}", allow=ALLOW)
def hall(unit: Unit, venue_id: VenueId) -> Response:
    """One hall: its calendar, its entrances, its closed times, and what is known of it."""
    return _hall(unit, venue_id)


@routes.post("/venues/{venue_id}", allow=ALLOW)
def change_hall(unit: Unit, venue_id: VenueId) -> Response:
    """Change what is known of a hall."""
    bound = bind_edit(unit, VenueDraft, _stored(venue(unit.session, venue_id)))
    return attempt(
        unit,
        bound,
        lambda form: halls.change_venue(unit.session, unit.actor, venue_id=venue_id, draft=form),
        lambda again, status: _hall(unit, venue_id, status, about=again),
        f"/organiser/venues/{venue_id}",
    )


@routes.get("/venues/{venue_id}/entrances", allow=ALLOW)
def new_entrance(unit: Unit, venue_id: VenueId) -> Response:
    """The form of a new entrance."""
    return _entrance(unit, venue_id, None, blank(unit, EntranceDraft, use="everybody"))


@routes.post("/venues/{venue_id}/entrances", allow=ALLOW)
def add_entrance(unit: Unit, venue_id: VenueId) -> Response:
    """Write down a way in."""
    bound = bind(unit, EntranceDraft)
    return attempt(
        unit,
        bound,
        lambda form: entrances.add_entrance(unit.session, unit.actor, venue_id=venue_id, draft=form),
        lambda again, status: _entrance(unit, venue_id, None, again, status),
        f"/organiser/venues/{venue_id}#entrances",
    )


@routes.get("/entrances/{entrance_id}", allow=ALLOW)
def entrance(unit: Unit, entrance_id: EntranceId) -> Response:
    """The form of one entrance."""
    own = entrances.own_entrance(unit.session, unit.actor, entrance_id)
    return _entrance(unit, own.venue_id, own, editing(unit, EntranceDraft, _shown(own)))


@routes.post("/entrances/{entrance_id}", allow=ALLOW)
def change_entrance(unit: Unit, entrance_id: EntranceId) -> Response:
    """Change a way in."""
    own = entrances.own_entrance(unit.session, unit.actor, entrance_id)
    bound = bind_edit(unit, EntranceDraft, _shown(own))
    return attempt(
        unit,
        bound,
        lambda form: entrances.change_entrance(unit.session, unit.actor, entrance_id=entrance_id, draft=form),
        lambda again, status: _entrance(unit, own.venue_id, own, again, status),
        f"/organiser/venues/{own.venue_id}#entrances",
    )


@routes.post("/entrances/{entrance_id}/remove", allow=ALLOW)
def remove_entrance(unit: Unit, entrance_id: EntranceId) -> Response:
    """Take a way in off plans and posters."""
    bind(unit, ButtonForm)
    venue_id = entrances.own_entrance(unit.session, unit.actor, entrance_id).venue_id
    entrances.remove_entrance(unit.session, unit.actor, entrance_id=entrance_id)
    return RedirectResponse(f"/organiser/venues/{venue_id}#entrances", 303)


@routes.post("/venues/{venue_id}/blocks", allow=ALLOW)
def block(unit: Unit, venue_id: VenueId) -> Response:
    """Close the hall for a time."""
    bound = bind(unit, BlockForm)
    return attempt(
        unit,
        bound,
        lambda form: halls.block_hall(unit.session, unit.actor, venue_id=venue_id, draft=form.block()),
        lambda again, status: _hall(unit, venue_id, status, closing=again),
        f"/organiser/venues/{venue_id}#blocks",
    )


@routes.post("/blocks/{block_id}/lift", allow=ALLOW)
def lift(unit: Unit, block_id: BlockId) -> Response:
    """Open the hall again."""
    bind(unit, ButtonForm)
    closed = halls.lift_block(unit.session, unit.actor, block_id=block_id)
    return RedirectResponse(f"/organiser/venues/{closed.venue_id}#blocks", 303)


def _stored(hall: Venue) -> dict[str, Any]:
    """What the form shows of a hall."""
    return {name: getattr(hall, name) for name in VenueDraft.model_fields}


def _shown(way: VenueEntrance) -> dict[str, Any]:
    """What the form shows of an entrance."""
    return {name: getattr(way, name) for name in EntranceDraft.model_fields}


def _halls(unit: Unit, bound: Bound[VenueDraft], status_code: int = 200) -> Response:
    return page(
        unit,
        "organiser/venues.html",
        status_code,
        bound=bound,
        venues=unit.session.scalars(venues()).all(),
        counties=choices.home_counties(),
        place=regions.name,
    )


def _entrance(
    unit: Unit, venue_id: int, way: VenueEntrance | None, bound: Bound[EntranceDraft], status_code: int = 200
) -> Response:
    place = venue(unit.session, venue_id)
    uses = [(code.value, label) for code, label in USE_LABELS.items()]
    return page(unit, "organiser/entrance.html", status_code, bound=bound, way=way, venue=place, uses=uses)


def _hall(
    unit: Unit,
    venue_id: int,
    status_code: int = 200,
    *,
    about: Bound[VenueDraft] | None = None,
    closing: Bound[BlockForm] | None = None,
) -> Response:
    place, today = venue(unit.session, venue_id), clock.today()
    start = month_asked(unit.request.query_params.get("month", "")) or today.replace(day=1)
    last = start.replace(day=monthrange(start.year, start.month)[1])
    with seeing_everything(unit.session):
        wanted = fairs(from_on=start, to_on=last).where(
            Fair.venue_id == place.id, Fair.state.in_(sorted(HOLDING_STATES))
        )
        planned = unit.session.scalars(wanted).all()
        closed = unit.session.scalars(halls.blocks(place.id)).all()
    return page(
        unit,
        "organiser/venue.html",
        status_code,
        venue=place,
        own=place.centre_id is None or holds(unit.actor.scope, {"centre_id": place.centre_id}),
        about=about or editing(unit, VenueDraft, _stored(place)),
        closing=closing or blank(unit, BlockForm, kind="repair"),
        counties=_places(place),
        place=regions.name,
        entrances=halls.entrances(unit.session, place.id),
        uses=[(code.value, label) for code, label in USE_LABELS.items()],
        kinds=[(code.value, label) for code, label in BLOCK_LABELS.items()],
        blocks=[(row, between(row.starts_at, row.ends_at)) for row in closed if row.ends_at > clock.now()],
        start=start,
        today=today,
        before=f"{add_months(start, -1):%Y-%m}",
        after=f"{add_months(start, 1):%Y-%m}",
        events=[*_fair_entries(planned, start), *_block_entries(unit, closed, start, last)],
        fairs=planned,
        hours=hours,
        states=FAIR_LABELS,
    )


def _places(hall: Venue) -> list[tuple[str, str]]:
    """The counties to choose from, with the place of the hall, which may be the city itself."""
    counties = list(choices.home_counties())
    known = {code for code, _ in counties}
    return counties if hall.region_code in known else [(hall.region_code, regions.name(hall.region_code)), *counties]


def _fair_entries(planned: Any, start: date) -> list[dict[str, str]]:
    return [
        {"day": day.isoformat(), "title": fair.name, "href": f"/organiser/fairs/{fair.id}"}
        for fair in planned
        for day in days_of(fair)
        if (day.year, day.month) == (start.year, start.month)
    ]


def _block_entries(unit: Unit, closed: Any, start: date, last: date) -> list[dict[str, str]]:
    entries = []
    for row in closed:
        day = max(clock.local(row.starts_at).date(), start)
        while day <= min(last_day_of(row.starts_at, row.ends_at), last):
            entries.append({"day": day.isoformat(), "title": _named(unit, row), "href": "#blocks"})
            day += timedelta(days=1)
    return entries


def _named(unit: Unit, row: VenueBlock) -> str:
    return translate(unit.locale, CLOSED) + (row.reason or translate(unit.locale, BLOCK_LABELS[row.kind]))
