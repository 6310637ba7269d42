"""Queries on floor plans."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.scopes import seeing_everything
from employers.fairs.booth_rules import BoothState
from employers.fairs.hall_rules import EntranceUse
from employers.fairs.halls import entrances, hall_text
from employers.fairs.models import Booth, Fair, VenueEntrance
from employers.fairs.plans.models import BoothPlace, HallGrid
from employers.fairs.plans.rules import FloorGrid, Square, default_grid, laid_out
from employers.fairs.queries import booths
from employers.fairs.released import ADDRESS, PLACES, WAYS

SHOWN = (BoothState.APPROVED, BoothState.ASSIGNED, BoothState.PRESENT, BoothState.SERVED)


@dataclass(frozen=True)
class FloorPlan:
    """The hall of a fair with its booths: where each number stands, who has it, and the ways in (展位图)."""

    grid: FloorGrid
    places: dict[int, Square]
    holders: dict[int, Booth]
    entrances: tuple[VenueEntrance, ...] = ()

    @property
    def door_names(self) -> dict[Square, str]:
        """The names of the entry points that have one."""
        return {(way.x, way.y): way.name for way in self.entrances if way.x is not None and way.y is not None}


def hall_grid(session: Session, venue_id: int) -> HallGrid | None:
    """The grid of a hall, if it has been drawn."""
    return session.scalar(select(HallGrid).where(HallGrid.venue_id == venue_id))


def floor_plan(session: Session, fair: Fair, *, released: bool = False) -> FloorPlan:
    """The floor plan of a fair; booths without a place stand in double rows. Holders are public.

    `released` is the plan that everybody knows, without what its organiser moved since.
    """
    drawn = hall_grid(session, fair.venue_id) if fair.venue_id else None
    ways = tuple(entrances(session, fair.venue_id))
    grid = _with_entrances(drawn.grid if drawn else default_grid(fair.booth_count), ways)
    kept = {
        number: square
        for number, square in _placed(session, fair, released=released).items()
        if grid.holds(square) and square not in grid.doors and 1 <= number <= fair.booth_count
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


@dataclass(frozen=True, slots=True)
class HallChanges:
    """What changed in the hall of an announced fair and is not released yet, by whom it concerns (未公布的改动).

    Each part has the published and the current value. Booths without a holder are left out.
    """

    moved: tuple[tuple[Booth, Square, Square], ...] = ()
    visitor_ways: tuple[str, str] | None = None
    exhibitor_ways: tuple[str, str] | None = None
    address: tuple[str, str] | None = None

    def __bool__(self) -> bool:
        return bool(self.moved or self.visitor_ways or self.exhibitor_ways or self.address)


def hall_changes(session: Session, fair: Fair) -> HallChanges:
    """What the next release of a fair's hall says, compared with what everybody knows."""
    if not fair.released:
        return HallChanges()
    before, now = floor_plan(session, fair, released=True), floor_plan(session, fair)
    moved = tuple(
        (booth, before.places[number], now.places[number])
        for number, booth in sorted(now.holders.items())
        if number in before.places and number in now.places and before.places[number] != now.places[number]
    )
    ways = known_ways(session, fair.venue_id)
    former = fair.released.get(WAYS, ways)
    here = hall_text(fair.venue) if fair.venue else ""
    return HallChanges(
        moved,
        _differing(former["visitors"], ways["visitors"]),
        _differing(former["exhibitors"], ways["exhibitors"]),
        _differing(fair.released.get(ADDRESS, here), here),
    )


def known_ways(session: Session, venue_id: int | None) -> dict[str, str]:
    """The ways into a hall in one line, as visitors and as exhibitors read them."""
    ways = entrances(session, venue_id)
    return {
        "visitors": _ways_text([way for way in ways if way.use is not EntranceUse.EXHIBITORS]),
        "exhibitors": _ways_text([way for way in ways if way.use is not EntranceUse.VISITORS]),
    }


def _ways_text(ways: Sequence[VenueEntrance]) -> str:
    return "；".join(f"{way.name}（{way.directions}）" if way.directions else way.name for way in ways)


def _differing(before: str, now: str) -> tuple[str, str] | None:
    return (before, now) if before != now else None


def _placed(session: Session, fair: Fair, *, released: bool) -> dict[int, Square]:
    """The squares that were chosen for booths."""
    if released and PLACES in fair.released:
        return {number: (x, y) for number, x, y in fair.released[PLACES]}
    rows = session.scalars(select(BoothPlace).where(BoothPlace.fair_id == fair.id).order_by(BoothPlace.id))
    return {place.booth_no: (place.x, place.y) for place in rows}


def _with_entrances(grid: FloorGrid, ways: tuple[VenueEntrance, ...]) -> FloorGrid:
    """The grid with the squares of the entrances among its doors; ways through the hall start at the visitors' one."""
    squares = [
        (way.use is EntranceUse.EXHIBITORS, (way.x, way.y)) for way in ways if way.x is not None and way.y is not None
    ]
    front = [square for last, square in squares if not last and grid.holds(square)]
    back = [square for last, square in squares if last and grid.holds(square)]
    return replace(grid, doors=tuple(dict.fromkeys([*front, *grid.doors, *back])))
