"""Actions on floor plans."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from centre.audit import note
from centre.errors import NotFound
from centre.permissions import Actor, Permission, require
from employers.fairs.fixed import refuse_over
from employers.fairs.hall_rules import EntranceOutside
from employers.fairs.halls import entrances, own_venue
from employers.fairs.models import Fair
from employers.fairs.plans.models import BoothPlace, HallGrid
from employers.fairs.plans.queries import floor_plan, hall_grid
from employers.fairs.plans.rules import GridDraft, PlaceDraft, grid_of, moved
from employers.fairs.queries import fair as fair_in_sight
from employers.fairs.queries import own_fair


def draw_hall(session: Session, actor: Actor, *, venue_id: int, draft: GridDraft) -> HallGrid:
    """Draw the grid of a hall; the booths of its fairs stay on it as far as they fit.

    Raises Invalid, EntranceOutside, NotFound or OtherCentre.
    """
    require(actor, Permission.MANAGE_FAIRS)
    hall = own_venue(session, actor, venue_id)
    grid = grid_of(draft)
    for way in entrances(session, hall.id):
        if way.x is not None and way.y is not None and not grid.holds((way.x, way.y)):
            raise EntranceOutside(field="walls", name=way.name, column=way.x, row=way.y)
    drawn = hall_grid(session, hall.id)
    if drawn is None:
        drawn = HallGrid(venue_id=hall.id)
        session.add(drawn)
    drawn.width, drawn.height = grid.columns, grid.rows
    drawn.walls = [list(square) for square in sorted(grid.walls)]
    drawn.doors = [list(square) for square in grid.doors]
    session.flush()
    note(session, actor, action="venue.draw", subject=f"venue:{hall.id}")
    return drawn


def move_booth(session: Session, actor: Actor, *, fair_id: int, draft: PlaceDraft) -> Fair:
    """Move a numbered booth to a square; whoever stands there changes places with it.

    Raises FairFixed, NoSuchSquare or NotFound.
    """
    require(actor, Permission.ASSIGN_BOOTH)
    refuse_over(own_fair(session, actor, fair_id))
    fair = fair_in_sight(session, fair_id)
    plan = floor_plan(session, fair)
    if draft.booth_no not in plan.places:
        raise NotFound(field="booth_no")
    after = moved(plan.grid, plan.places, draft.booth_no, (draft.x, draft.y))
    rows = {
        place.booth_no: place
        for place in session.scalars(select(BoothPlace).where(BoothPlace.fair_id == fair.id).order_by(BoothPlace.id))
    }
    # All places are written, so that a booth nobody moved does not slip into a square that became free.
    for number, (x, y) in after.items():
        row = rows.get(number)
        if row is None:
            session.add(BoothPlace(fair_id=fair.id, booth_no=number, x=x, y=y))
        else:
            row.x, row.y = x, y
    session.flush()
    return fair


def reset_plan(session: Session, actor: Actor, *, fair_id: int) -> Fair:
    """Put all booths of a fair back into double rows. Raises FairFixed."""
    require(actor, Permission.ASSIGN_BOOTH)
    fair = own_fair(session, actor, fair_id)
    refuse_over(fair)
    session.execute(delete(BoothPlace).where(BoothPlace.fair_id == fair.id))
    session.flush()
    return fair
