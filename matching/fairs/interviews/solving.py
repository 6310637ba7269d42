"""Solving a timetable by integer programming (HiGHS), with a plain plan to fall back on. Pure arithmetic.

What the solver says is never believed: `faults` looks at its plan, and the better of the plans without a fault is
given. A bound from the linear relaxation says how far from the best it can be at most.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matching.fairs.interviews.rules import (
    Interview,
    Plan,
    Wishes,
    bonus,
    faults,
    greedy,
    improved,
    value,
)

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SECONDS = 50.0
GAP = 1e-6


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan without faults, its worth, the bound that no plan can pass, and what became of the solver."""

    plan: Plan
    value: int
    bound: float
    by_solver: bool
    note: str = ""

    @property
    def gap(self) -> float:
        """How far the plan may be from the best, as a share of the bound."""
        return max(0.0, (self.bound - self.value) / self.bound) if self.bound > 0 else 0.0


def plain(wishes: Wishes, former: Plan = frozenset()) -> Solved:
    """A plan without the solver, in a moment: what is kept of a former plan, and whatever fits beside it."""
    plan = improved(wishes, greedy(wishes, former))
    return Solved(plan, value(wishes, plan), linear_bound(wishes, wishes.most), by_solver=False)


def linear_bound(wishes: Wishes, cap: int) -> float:
    """What no plan with at most `cap` interviews a person can be worth more than: pairs and limits, without the clock.

    A linear program over the pairs alone; it takes a moment even for a city's fair.
    """
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    pairs = sorted(
        {pair for pair, slots in wishes.common.items() if slots} | {(p.seeker, p.panel) for p in wishes.pinned}
    )
    if not pairs:
        return 0.0
    kept: dict[tuple[int, int], int] = {}
    for cell, extra in wishes.before.items():
        kept[cell.seeker, cell.panel] = max(extra, kept.get((cell.seeker, cell.panel), 0))
    seekers = sorted({seeker for seeker, _ in pairs})
    steps = [(seeker, number) for seeker in seekers for number in range(1, cap + 1)]
    rows: dict[tuple[str, int], int] = {}
    limits: list[float] = []
    entries: list[tuple[int, int, float]] = []

    def put(kind: str, key: int, column: int, limit: float, factor: float = 1.0) -> None:
        if (kind, key) not in rows:
            rows[kind, key] = len(limits)
            limits.append(limit)
        entries.append((rows[kind, key], column, factor))

    for column, (seeker, panel) in enumerate(pairs):
        pins = sum(pin.seeker == seeker for pin in wishes.pinned) if wishes.pinned else 0
        table = wishes.panels.get(panel)
        there = sum(pin.panel == panel for pin in wishes.pinned) if wishes.pinned else 0
        put("most", seeker, column, max(cap, pins))
        put("limit", panel, column, max(table.limit if table else 0, there))
        put("earned", seeker, column, 0.0, -1.0)
    for place, (seeker, _) in enumerate(steps):
        put("earned", seeker, len(pairs) + place, 0.0)
    worths = [wishes.weights.get(pair, 0) + kept.get(pair, 0) for pair in pairs]
    costs = np.array([*worths, *(bonus(number) for _, number in steps)], dtype=float)
    lines, columns, factors = zip(*entries, strict=True)
    matrix = csr_array((np.array(factors), (np.array(lines), np.array(columns))), shape=(len(limits), len(costs)))
    result = linprog(-costs, A_ub=matrix, b_ub=np.array(limits), bounds=(0, 1), method="highs")
    return float(-result.fun) if result.status == 0 else float(sum(worths) + sum(bonus(number) for _, number in steps))


Solver = Callable[[Wishes, int, float], tuple[Plan, float, str]]


def solve(
    wishes: Wishes, *, seconds: float = SECONDS, solver: "Solver | None" = None, former: Plan = frozenset()
) -> Solved:
    """The best plan within a time: everybody's first interview before anybody's third.

    The first run allows two interviews each. Only when everybody who can be placed has one, a second run allows more.
    """
    ask = solver or by_highs
    start = plain(wishes, former)
    caps = [min(2, wishes.most)] if wishes.most > 2 else [wishes.most]
    best, by_solver, notes, bound = start.plan, False, [], start.bound
    if start.value >= start.bound - 0.5:  # nothing is left to be gained
        return start
    for cap in [*caps, *([wishes.most] if wishes.most > 2 else [])]:
        if cap > 2 and wishes.placeable - {interview.seeker for interview in best}:
            break
        plan, proven, note = ask(wishes, cap, seconds / 2 if wishes.most > 2 else seconds)
        notes += [note] if note else []
        if faults(wishes, plan):
            notes.append("rejected")
            continue
        plan = improved(wishes, plan)
        if not faults(wishes, plan) and value(wishes, plan) >= value(wishes, best):
            best, by_solver = plan, True
            if cap == wishes.most and proven >= value(wishes, plan) - 0.5:
                bound = min(bound, proven)
    return Solved(best, value(wishes, best), max(bound, value(wishes, best)), by_solver, " ".join(notes))


@dataclass(frozen=True, slots=True)
class _Model:
    cells: list[Interview]
    costs: Any
    rows: "csr_array"
    limits: Any
    integers: Any


def by_highs(wishes: Wishes, cap: int, seconds: float) -> tuple[Plan, float, str]:
    """Ask HiGHS for the best plan with at most `cap` interviews a person; also the bound, and a note when it stopped.

    A small problem is solved as it is. The linear relaxation alone is close to integral here.
    """
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    model = _model(wishes, cap)
    if not model.cells:
        return frozenset(wishes.pinned), float(value(wishes, wishes.pinned)), ""
    fixed = np.array([cell in wishes.pinned for cell in model.cells])
    width = len(model.costs)
    lowest = np.zeros(width)
    lowest[: len(fixed)][fixed] = 1
    result = milp(
        -model.costs,
        constraints=LinearConstraint(model.rows, -np.inf, model.limits),
        integrality=model.integers,
        bounds=Bounds(lowest, np.ones(width)),
        options={"time_limit": seconds, "mip_rel_gap": GAP, "presolve": True},
    )
    bound = float(-result.mip_dual_bound) if result.mip_dual_bound is not None else float("inf")
    if result.x is None:
        return frozenset(wishes.pinned), bound, "nothing"
    chosen = result.x[: len(model.cells)] > 0.5
    plan = frozenset(cell for cell, is_in in zip(model.cells, chosen, strict=True) if is_in)
    return plan, bound, "" if result.status == 0 else "timed-out"


def _model(wishes: Wishes, cap: int) -> _Model:
    import numpy as np
    from scipy.sparse import csr_array

    cells = sorted({Interview(*pair, slot) for pair, slots in wishes.common.items() for slot in slots} | wishes.pinned)
    steps = [(seeker, number) for seeker in sorted({cell.seeker for cell in cells}) for number in range(1, cap + 1)]
    rows: dict[tuple[Any, ...], dict[int, float]] = {}
    limits: dict[tuple[Any, ...], float] = {}

    def put(row: tuple[Any, ...], column: int, limit: float, factor: float = 1.0) -> None:
        rows.setdefault(row, {})[column] = factor
        limits[row] = limit

    pins: dict[int, int] = {}
    panel_pins: dict[int, int] = {}
    for pin in wishes.pinned:
        pins[pin.seeker] = pins.get(pin.seeker, 0) + 1
        panel_pins[pin.panel] = panel_pins.get(pin.panel, 0) + 1
    for column, cell in enumerate(cells):
        put(("panel", cell.panel, cell.slot), column, 1)
        put(("pair", cell.seeker, cell.panel), column, 1)
        limit = wishes.panels[cell.panel].limit if cell.panel in wishes.panels else 0
        put(("limit", cell.panel), column, max(limit, panel_pins.get(cell.panel, 0)))
        put(("most", cell.seeker), column, max(cap, pins.get(cell.seeker, 0)))
        for start in range(cell.slot - wishes.gap, cell.slot + 1):
            put(("walk", cell.seeker, start), column, 1)
    for place, (seeker, _) in enumerate(steps):
        # Steps are earned by interviews: their sum may not pass the number of interviews.
        put(("earned", seeker), len(cells) + place, 0)
    for column, cell in enumerate(cells):
        put(("earned", cell.seeker), column, 0, -1.0)
    entries = [(number, column, factor) for number, row in enumerate(rows.values()) for column, factor in row.items()]
    matrix = csr_array(
        (
            np.array([factor for _, _, factor in entries]),
            (np.array([row for row, _, _ in entries]), np.array([column for _, column, _ in entries])),
        ),
        shape=(len(rows), len(cells) + len(steps)),
    )
    costs = np.array([float(wishes.worth(cell)) for cell in cells] + [float(bonus(number)) for _, number in steps])
    integers = np.array([1] * len(cells) + [0] * len(steps))
    return _Model(cells, costs, matrix, np.array([limits[row] for row in rows]), integers)
