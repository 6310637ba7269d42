"""Queries on floor plans."""

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.scopes import seeing_everything
from employers.fairs.hall_rules import EntranceUse
from employers.fairs.halls import entrances
from employers.fairs.models import Booth, Fair, VenueEntrance
from employers.fairs.plans.models import BoothPlace, HallGrid
from employers.fairs.plans.rules import Grid, Square, default_grid, laid_out
from employers.fairs.queries import booths
from employers.fairs.rules import BoothState

SHOWN = (BoothState.APPROVED, BoothState.ASSIGNED, BoothState.PRESENT, BoothState.SERVED)


@dataclass(frozen=True)
class FloorPlan:
    """The hall of a fair with its booths: where each number stands, who has it, and the ways in (展位图)."""

    grid: Grid
    places: dict[int, Square]
    holders: dict[int, Booth]
    entrances: tuple[VenueEntrance, ...] = ()

    @property
    def door_names(self) -> dict[Square, str]:
        """The names of the doors that have one."""
        return {(way.x, way.y): way.name for way in self.entrances if way.x is not None and way.y is not None}


def hall_grid(session: Session, venue_id: int) -> HallGrid | None:
    """The grid of a hall, if somebody drew it."""
    return session.scalar(select(HallGrid).where(HallGrid.venue_id == venue_id))


def floor_plan(session: Session, fair: Fair) -> FloorPlan:
    """The floor plan of a fair; booths that nobody placed stand in double rows. Holders are public."""
    drawn = hall_grid(session, fair.venue_id) if fair.venue_id else None
    ways = tuple(entrances(session, fair.venue_id))
    grid = _with_entrances(drawn.grid if drawn else default_grid(fair.booth_count), ways)
    kept = {
        place.booth_no: (place.x, place.y)
        for place in session.scalars(select(BoothPlace).where(BoothPlace.fair_id == fair.id).order_by(BoothPlace.id))
        if grid.holds((place.x, place.y))
        and (place.x, place.y) not in grid.doors
        and 1 <= place.booth_no <= fair.booth_count
    }
    taken = set(kept.values())
    ordered = laid_out(grid, grid.columns * grid.rows).values()
    free = iter([square for square in ordered if square not in taken])
    places = {}
    for number in range(1, fair.booth_count + 1):
        square = kept.get(number) or next(free, None)
        if square is not None:
            places[number] = square
    with seeing_everything(session):
        holders = {
            booth.booth_no: booth
            for booth in session.scalars(booths(fair.id).where(Booth.state.in_(SHOWN), Booth.booth_no.is_not(None)))
            if booth.booth_no
        }
    return FloorPlan(grid, places, holders, ways)


def _with_entrances(grid: Grid, ways: tuple[VenueEntrance, ...]) -> Grid:
    """The grid with the squares of the entrances among its doors; ways through the hall start at the visitors' one."""
    squares = [
        (way.use is EntranceUse.EXHIBITORS, (way.x, way.y)) for way in ways if way.x is not None and way.y is not None
    ]
    front = [square for last, square in squares if not last and grid.holds(square)]
    back = [square for last, square in squares if last and grid.holds(square)]
    return replace(grid, doors=tuple(dict.fromkeys([*front, *grid.doors, *back])))
