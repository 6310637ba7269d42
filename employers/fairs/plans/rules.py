"""The grid of a hall and the ways through it. Pure.

A hall is a grid of squares, from (0, 0) at the top left. A booth stands on one square; whatever is neither a booth nor
a wall is an aisle. One square is about three metres wide.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise, permutations
from typing import Annotated

from pydantic import Field

from centre.drafts import Draft
from centre.errors import Conflict, Invalid, Problem
from centre.translation import N_

Square = tuple[int, int]

METRES = 3
"""The width of a square."""

WIDEST = 60
MOST_STOPS = 7
"""Routes of up to so many booths are the shortest of all; longer ones go to the nearest booth next."""


@dataclass(frozen=True, slots=True)
class FloorGrid:
    """A hall: its size in squares, its walls, and its doors (场地网格)."""

    columns: int
    rows: int
    walls: frozenset[Square] = frozenset()
    doors: tuple[Square, ...] = ()

    def holds(self, square: Square) -> bool:
        """Whether a square lies in the hall and is no wall."""
        return 0 <= square[0] < self.columns and 0 <= square[1] < self.rows and square not in self.walls

    @property
    def entrance(self) -> Square:
        """The first door, or the middle of the lower edge."""
        return self.doors[0] if self.doors else (self.columns // 2, self.rows - 1)


class GridDraft(Draft):
    """The size of a hall in squares of three metres, its walls and doors as texts like `3,0 4,0` (场地网格)."""

    columns: Annotated[int, Field(ge=3, le=WIDEST)]
    rows: Annotated[int, Field(ge=3, le=WIDEST)]
    walls: Annotated[str, Field(max_length=2000)] = ""
    doors: Annotated[str, Field(max_length=200)] = ""


class PlaceDraft(Draft):
    """Where a booth goes (展位位置)."""

    booth_no: Annotated[int, Field(ge=1, le=2000)]
    x: Annotated[int, Field(ge=0, le=WIDEST)]
    y: Annotated[int, Field(ge=0, le=WIDEST)]


class NoSuchSquare(Conflict):
    """The square is outside the hall, a wall, or a door."""

    code = "no-such-square"
    message = N_("第 {column} 列第 {row} 行不能放展位，那里是墙、门或者场外")


def squares(text: str, field: str) -> list[Square]:
    """Squares written as `3,0 4,0`, each once. Raises Invalid for anything else."""
    parsed: list[Square] = []
    for word in text.replace("，", ",").replace("；", " ").replace(";", " ").split():
        left, comma, right = word.partition(",")
        if not (comma and left.isascii() and left.isdigit() and right.isascii() and right.isdigit()):
            raise Invalid([Problem(field, "squares", N_("格子请写成 3,0 4,0 这样：列和行用逗号隔开，格子之间空一格"))])
        parsed.append((int(left), int(right)))
    return list(dict.fromkeys(parsed))


def grid_of(draft: GridDraft) -> FloorGrid:
    """The grid that a draft describes. Raises Invalid."""
    walls, doors = squares(draft.walls, "walls"), squares(draft.doors, "doors")
    grid = FloorGrid(draft.columns, draft.rows)
    if outside := [square for square in [*walls, *doors] if not grid.holds(square)]:
        params = {"square": f"{outside[0][0]},{outside[0][1]}"}
        raise Invalid(
            [Problem("walls" if outside[0] in walls else "doors", "outside", N_("格子 {square} 在场外"), params)]
        )
    return FloorGrid(draft.columns, draft.rows, frozenset(walls) - frozenset(doors), tuple(doors))


def default_grid(booths: int) -> FloorGrid:
    """A hall that is large enough for a number of booths, with one door."""
    columns = 12
    rows = max(5, 3 * -(-max(booths, 1) // (2 * (columns - 2))) + 2)
    return FloorGrid(columns, min(rows, WIDEST), doors=((columns // 2, min(rows, WIDEST) - 1),))


def laid_out(grid: FloorGrid, count: int) -> dict[int, Square]:
    """Booths in double rows with aisles around them; a hall that is too small also fills its aisles from the back."""
    rows = [row for row in range(grid.rows) if row % 3 != 0]
    good = [(x, y) for y in rows for x in range(1, grid.columns - 1) if y < grid.rows - 1]
    rest = [(x, y) for y in range(grid.rows) for x in range(grid.columns) if (x, y) not in set(good)]
    free = [square for square in [*good, *rest] if grid.holds(square) and square not in grid.doors]
    return dict(zip(range(1, count + 1), free, strict=False))


def moved(grid: FloorGrid, places: Mapping[int, Square], booth_no: int, to: Square) -> dict[int, Square]:
    """The places after a booth went to a square; a booth that stood there takes its former place.

    Raises NoSuchSquare.
    """
    if not grid.holds(to) or to in grid.doors:
        raise NoSuchSquare(column=to[0], row=to[1])
    after = dict(places)
    other = next((number for number, square in places.items() if square == to and number != booth_no), None)
    if other is not None:
        if booth_no not in places:
            raise NoSuchSquare(column=to[0], row=to[1])
        after[other] = places[booth_no]
    after[booth_no] = to
    return after


def distances(grid: FloorGrid, taken: Iterable[Square], start: Square) -> dict[Square, int]:
    """Steps from a square to each square that can be reached through the aisles; booths are reached, not crossed."""
    blocked = set(taken)
    steps = {start: 0}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        if here in blocked and here != start:
            continue
        x, y = here
        for near in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
            if grid.holds(near) and near not in steps:
                steps[near] = steps[here] + 1
                queue.append(near)
    return steps


@dataclass(frozen=True, slots=True)
class Route:
    """The order in which to visit booths, and the way in metres; booths that cannot be reached come last (路线)."""

    order: tuple[int, ...]
    metres: int
    unreachable: tuple[int, ...] = ()


def route(grid: FloorGrid, places: Mapping[int, Square], stops: Iterable[int]) -> Route:
    """The shortest way from the entrance past some booths."""
    taken = set(places.values())
    wanted = [number for number in dict.fromkeys(stops) if number in places]
    ways = {0: distances(grid, taken, grid.entrance)}
    ways |= {number: distances(grid, taken, places[number]) for number in wanted}
    lost = tuple(number for number in wanted if places[number] not in ways[0])
    there = [number for number in wanted if number not in lost]

    def length(order: tuple[int, ...]) -> int:
        return sum(ways[first].get(places[then], 10_000) for first, then in pairwise((0, *order)))

    if len(there) <= MOST_STOPS:
        best = min(permutations(there), key=length, default=())
    else:
        left, order, here = set(there), [], 0
        while left:
            here = min(left, key=lambda number: (ways[here].get(places[number], 10_000), number))
            left.remove(here)
            order.append(here)
        best = tuple(order)
    return Route(best, METRES * length(best), lost)


def trail(grid: FloorGrid, places: Mapping[int, Square], order: Iterable[int]) -> list[Square]:
    """The squares that a route runs over, from the entrance."""
    taken = set(places.values())
    path, here = [grid.entrance], grid.entrance
    for number in order:
        goal = places[number]
        back = distances(grid, taken - {here}, goal)
        if here not in back:
            continue
        while here != goal:
            x, y = here
            near = [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)]
            here = min((square for square in near if square in back), key=lambda square: back[square])
            path.append(here)
    return path
