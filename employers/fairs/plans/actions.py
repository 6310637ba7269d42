"""Actions on floor plans."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from centre.audit import note
from centre.errors import Conflict, NotFound
from centre.events import publish
from centre.messages.employers import BOOTH_MOVED, BOOTH_WAY_IN
from centre.messages.jobseekers import FAIR_BOOTH_MOVED, FAIR_WAY_IN
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from centre.translation import N_
from employers.companies.messages import tell_employer
from employers.fairs.booth_rules import WAITING_OR_HOLDING
from employers.fairs.facts import BoothMoved, HallChanged
from employers.fairs.fixed import refuse_over
from employers.fairs.hall_rules import EntranceOutside
from employers.fairs.halls import coming_in_hall, entrances, hall_text, own_venue
from employers.fairs.models import Fair
from employers.fairs.plans.models import BoothPlace, HallGrid
from employers.fairs.plans.queries import HallChanges, floor_plan, hall_changes, hall_grid, known_ways
from employers.fairs.plans.rules import GridDraft, PlaceDraft, grid_of, moved
from employers.fairs.queries import booths, own_fair
from employers.fairs.queries import fair as fair_in_sight
from employers.fairs.released import PLACES, keep_released


class NothingToRelease(Conflict):
    """The published state of the hall equals the current one."""

    code = "nothing-to-release"
    message = N_("没有要公布的改动")


def draw_hall(session: Session, actor: Actor, *, venue_id: int, draft: GridDraft) -> HallGrid:
    """Draw the grid of a hall; the booths of its fairs keep their squares where these still exist.

    Raises Invalid, EntranceOutside, NotFound or OtherCentre.
    """
    require(actor, Permission.MANAGE_FAIRS)
    hall = own_venue(session, actor, venue_id)
    grid = grid_of(draft)
    for way in entrances(session, hall.id):
        if way.x is not None and way.y is not None and not grid.holds((way.x, way.y)):
            raise EntranceOutside(field="walls", name=way.name, column=way.x, row=way.y)
    planned = coming_in_hall(session, hall.id)  # also fairs of other centres
    known = {fair.id: _places(session, fair) for fair in planned}
    drawn = hall_grid(session, hall.id)
    if drawn is None:
        drawn = HallGrid(venue_id=hall.id)
        session.add(drawn)
    drawn.width, drawn.height = grid.columns, grid.rows
    drawn.walls = [list(square) for square in sorted(grid.walls)]
    drawn.doors = [list(square) for square in grid.doors]
    session.flush()
    with seeing_everything(session):
        for fair in planned:
            _keep_places(session, fair, known[fair.id])
        session.flush()
    note(session, actor, action="venue.draw", subject=f"venue:{hall.id}")
    return drawn


def move_booth(session: Session, actor: Actor, *, fair_id: int, draft: PlaceDraft) -> Fair:
    """Move a numbered booth to a square; a booth that stands there changes places with it.

    Raises FairFixed, NoSuchSquare or NotFound.
    """
    require(actor, Permission.ASSIGN_BOOTH)
    refuse_over(own_fair(session, actor, fair_id))
    fair = fair_in_sight(session, fair_id)
    plan = floor_plan(session, fair)
    if draft.booth_no not in plan.places:
        raise NotFound(field="booth_no")
    known = _places(session, fair)
    after = moved(plan.grid, plan.places, draft.booth_no, (draft.x, draft.y))
    rows = {
        place.booth_no: place
        for place in session.scalars(select(BoothPlace).where(BoothPlace.fair_id == fair.id).order_by(BoothPlace.id))
    }
    # All places are written, so that a booth that was not moved does not slip into a square that became free.
    for number, (x, y) in after.items():
        row = rows.get(number)
        if row is None:
            session.add(BoothPlace(fair_id=fair.id, booth_no=number, x=x, y=y))
        else:
            row.x, row.y = x, y
    session.flush()
    _keep_places(session, fair, known)
    session.flush()
    return fair


def reset_plan(session: Session, actor: Actor, *, fair_id: int) -> Fair:
    """Put all booths of a fair back into double rows. Raises FairFixed."""
    require(actor, Permission.ASSIGN_BOOTH)
    fair = own_fair(session, actor, fair_id)
    refuse_over(fair)
    known = _places(session, fair)
    session.execute(delete(BoothPlace).where(BoothPlace.fair_id == fair.id))
    session.flush()
    _keep_places(session, fair, known)
    session.flush()
    return fair


def release_changes(session: Session, actor: Actor, *, fair_id: int) -> HallChanges:
    """Release what changed in the hall of an announced fair, and notify those whom it concerns; returns the changes.

    A booth that moved concerns its exhibitor and who has an interview there; a way in, those who come that way; the
    address, everybody. Raises NothingToRelease, FairFixed or OtherCentre.
    """
    require(actor, Permission.ASSIGN_BOOTH)
    refuse_over(own_fair(session, actor, fair_id))
    fair = fair_in_sight(session, fair_id)
    if not fair.released:
        raise NothingToRelease
    changes = hall_changes(session, fair)
    fair.released = {}
    session.flush()
    key = f"hall:{fair.id}:{fair.version}"
    for booth, _, _ in changes.moved:
        message = BOOTH_MOVED.of(fair=fair.name, booth_no=booth.booth_no)
        tell_employer(session, booth.employer_id, message, link=f"/fairs/{fair.id}/plan", dedupe_key=f"{key}:booth")
        fact = FAIR_BOOTH_MOVED.of(fair=fair.name, employer=booth.employer.name, booth_no=booth.booth_no)
        publish(session, BoothMoved(booth.id, fair.id, fact))
    ways, place = known_ways(session, fair.venue_id), hall_text(fair.venue) if fair.venue else ""
    if changes.address or changes.exhibitor_ways:
        message = BOOTH_WAY_IN.of(fair=fair.name, place=_where(place, ways["exhibitors"]))
        for booth in session.scalars(booths(fair.id)):
            if booth.state in WAITING_OR_HOLDING:
                tell_employer(session, booth.employer_id, message, link=f"/fairs/{fair.id}", dedupe_key=f"{key}:way")
    if changes.address or changes.visitor_ways:
        publish(session, HallChanged(fair.id, FAIR_WAY_IN.of(fair=fair.name, place=_where(place, ways["visitors"]))))
    detail = {"booths": len(changes.moved), "ways": bool(changes.visitor_ways or changes.exhibitor_ways)}
    note(session, actor, action="fair.release-hall", subject=f"fair:{fair.id}", detail=detail)
    return changes


def _where(place: str, ways: str) -> str:
    return f"{place}；{ways}" if place and ways else place or ways


def _places(session: Session, fair: Fair) -> list[list[int]]:
    return [[number, x, y] for number, (x, y) in sorted(floor_plan(session, fair).places.items())]


def _keep_places(session: Session, fair: Fair, known: list[list[int]]) -> None:
    if known != _places(session, fair):
        keep_released(fair, PLACES, known)
