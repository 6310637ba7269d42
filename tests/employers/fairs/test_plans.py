"""Booths stand where they are put, and the way past some of them is the shortest."""

import random
from itertools import pairwise, permutations

import pytest

from centre.database import open_session
from centre.errors import Invalid
from centre.scopes import ScopedSession
from employers.fairs.plans import actions
from employers.fairs.plans.queries import floor_plan
from employers.fairs.plans.rules import (
    METRES,
    FloorGrid,
    GridDraft,
    NoSuchSquare,
    PlaceDraft,
    Square,
    default_grid,
    distances,
    grid_of,
    laid_out,
    moved,
    route,
    squares,
    trail,
)
from employers.fairs.queries import fair as fair_in_sight
from tests.employers.browser import Opener
from tests.employers.world import ORGANISER, SYSTEM, add_hall, booth_fair

HALL = FloorGrid(6, 5, frozenset({(2, 2)}), ((3, 4),))


def test_every_booth_gets_a_square_of_its_own() -> None:
    for count in (1, 12, 42, 90):
        places = laid_out(default_grid(count), count)
        assert len(set(places.values())) == len(places) == count


def test_a_booth_moves_and_changes_places() -> None:
    places = {1: (1, 1), 2: (4, 1)}
    assert moved(HALL, places, 1, (0, 0)) == {1: (0, 0), 2: (4, 1)}
    assert moved(HALL, places, 1, (4, 1)) == {1: (4, 1), 2: (1, 1)}
    for square in ((2, 2), (3, 4), (6, 0)):
        with pytest.raises(NoSuchSquare):
            moved(HALL, places, 1, square)


def test_squares_are_read_whole_or_refused() -> None:
    assert squares("3,0  4，1；5,2", "walls") == [(3, 0), (4, 1), (5, 2)]
    for text in ("3", "3,", "a,1", "-1,2", "3,0,1", "３,0"):
        with pytest.raises(Invalid):
            squares(text, "walls")
    with pytest.raises(Invalid):
        grid_of(GridDraft(columns=5, rows=5, walls="9,9"))


def walked(grid: FloorGrid, places: dict[int, Square], order: tuple[int, ...]) -> int:
    """The steps of a way past booths in an order."""
    total, here = 0, grid.entrance
    for number in order:
        total += distances(grid, places.values(), here).get(places[number], 10_000)
        here = places[number]
    return total


def test_the_route_is_the_shortest_of_all_orders() -> None:
    for seed in range(30):
        dice = random.Random(seed)
        free = [(x, y) for x in range(8) for y in range(6) if (x, y) != (4, 5)]
        spots = dice.sample(free, 9)
        grid = FloorGrid(8, 6, frozenset(spots[5:]), ((4, 5),))
        places = dict(enumerate(spots[:5], 1))
        way = route(grid, places, [1, 2, 3, 4])
        best = min(walked(grid, places, order) for order in permutations(way.order))
        assert way.metres == METRES * walked(grid, places, way.order) == METRES * best
        assert set(way.order) | set(way.unreachable) == {1, 2, 3, 4}
        steps = trail(grid, places, way.order)
        assert all(abs(ax - bx) + abs(ay - by) == 1 for (ax, ay), (bx, by) in pairwise(steps))


def test_a_moved_booth_stays_and_the_others_too(session: ScopedSession) -> None:
    fair = booth_fair(session, add_hall(session), booth_count=6)
    actions.draw_hall(
        session, ORGANISER, venue_id=fair.venue_id or 0, draft=GridDraft(columns=6, rows=5, walls="2,2", doors="3,4")
    )
    before = floor_plan(session, fair_in_sight(session, fair.id)).places
    actions.move_booth(session, ORGANISER, fair_id=fair.id, draft=PlaceDraft(booth_no=3, x=0, y=0))
    after = floor_plan(session, fair_in_sight(session, fair.id)).places
    assert after == before | {3: (0, 0)}
    actions.reset_plan(session, ORGANISER, fair_id=fair.id)
    assert floor_plan(session, fair_in_sight(session, fair.id)).places == before


def test_the_plan_is_moved_by_its_form_and_seen_by_everybody(as_: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        fair = booth_fair(session, add_hall(session), booth_count=6)
        fair_id, venue_id = fair.id, fair.venue_id
    organiser, visitor = as_("organiser"), as_()
    address = f"/organiser/fairs/{fair_id}/plan"
    assert organiser.send_form(address, booth_no="1", x="0", y="0").status_code == 303
    assert 'data-x="0" data-y="0"' in organiser.get(address).text
    assert organiser.send_form(address, booth_no="1", x="59", y="59").status_code == 409
    assert "<svg" in visitor.get(f"/fairs/{fair_id}/plan").text
    hall = f"/organiser/venues/{venue_id}/grid"
    assert organiser.send_form(hall, columns="8", rows="6", doors="4,5", walls="x").status_code == 422
    assert organiser.send_form(hall, columns="8", rows="6", doors="4,5").status_code == 303
    assert organiser.get(hall).status_code == 200
    expected = organiser.get(f"/organiser/fairs/{fair_id}/simulation?visitors=900&gates=2&seconds=15")
    assert "多开一个门" in expected.text
    assert f"/fairs/{fair_id}/register" in organiser.get(f"/organiser/fairs/{fair_id}/posters").text
