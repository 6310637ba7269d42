"""Solving with HiGHS: the linear bound with its prices, whole numbers for the few units it splits, then exchanges."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from matching.engine.assign.problem import PlanInfeasible, PlanLate, PlanPlace, PlanProblem, PlanUnit
from matching.engine.assign.room import PlanBoard
from matching.engine.assign.verify import certified_bound, require_right

SECONDS = 60.0
CLOSE = 0.001
"""The gap to the linear bound that is good enough."""


@dataclass(frozen=True, slots=True)
class SolverAnswer:
    """What a solver says: `status` as scipy counts (0 solved, 1 late, 2 infeasible), shares by column, prices."""

    status: int
    shares: Any = None
    value: float = 0.0
    prices: Any = None


@dataclass(frozen=True, slots=True)
class Model:
    """The problem as a sparse matrix: each column sends one unit to one place, each row is one limit."""

    worth: Any
    rows: Any
    limits: Any
    columns: list[tuple[int, int]]
    names: list[tuple[str, int, str]]


Solver = Callable[[Model, float | None, float], SolverAnswer]
"""Solves a model in some seconds: in whole numbers up to a gap, or with None the linear program with its prices."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that was checked: who goes where, its value in points, the linear bound, and the prices of the limits."""

    sent: Mapping[int, int]
    value: int
    bound: float
    prices: Mapping[tuple[str, int, str], float] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def gap(self) -> float:
        """How far the plan may be from the best one at most, as a share of the bound."""
        return max(0.0, self.bound - self.value) / self.bound if self.bound > 0 else 0.0


def plan_together(problem: PlanProblem, *, solver: Solver | None = None, seconds: float = SECONDS) -> Plan:
    """The best plan for everybody together, checked without the solver.

    Raises PlanInfeasible with the pins that cannot hold, PlanLate when the solver gives none in time, PlanWrong when
    what it gives does not stand the check.
    """
    began = time.process_time()
    solve = solver or highs
    _refuse_impossible_pins(problem)
    model = model_of(problem)
    if not model.columns:
        return Plan({}, 0, 0.0)
    relaxed = _answered(solve(model, None, seconds), problem)
    prices = dict(zip(model.names, (float(price) for price in relaxed.prices), strict=True))
    bound = certified_bound(problem, prices)
    sent = _whole(model, relaxed.shares)
    shared = zip(model.columns, relaxed.shares, strict=True)
    split = {number for (number, _), share in shared if 1e-6 < share < 1 - 1e-6}
    value = sum(float(model.worth[at]) for at, column in enumerate(model.columns) if sent.get(column[0]) == column[1])
    if split:
        rest = _rest(problem, sent, split)
        smaller = model_of(rest)
        if smaller.columns:
            open_value = max(1.0, bound - value)
            decided = _answered(solve(smaller, min(0.02, CLOSE / 2 * bound / open_value), seconds), problem)
            value += decided.value
            sent |= _whole(smaller, decided.shares)
    board = PlanBoard(problem, sent)
    board.fill()
    board.improve(problem.pins)
    value += board.gained
    if bound > 0 and (bound - value) / bound > 2 * CLOSE:
        again = solve(model, CLOSE / 2, seconds)
        if again.status == 0 and again.shares is not None and again.value > value:
            sent, value = _whole(model, again.shares), again.value
    checked = require_right(problem, sent, value=value, bound=bound)
    return Plan(sent, checked, bound, prices, time.process_time() - began)


def _answered(answer: SolverAnswer, problem: PlanProblem) -> SolverAnswer:
    if answer.status == 2:
        raise PlanInfeasible(f"the pins {sorted(problem.pins)[:20]} cannot all hold")
    if answer.status != 0 or answer.shares is None:
        raise PlanLate("no plan in time")
    return answer


def _refuse_impossible_pins(problem: PlanProblem) -> None:
    lost = [unit.id for unit in problem.units if problem.pins.get(unit.id) is not None and not problem.allowed(unit)]
    if lost:
        raise PlanInfeasible(f"pinned to a place that they may not go to: {lost[:20]}")


def _whole(model: Model, shares: Any) -> dict[int, int]:
    return {number: place for (number, place), share in zip(model.columns, shares, strict=True) if share > 1 - 1e-6}


def _rest(problem: PlanProblem, sent: Mapping[int, int], split: set[int]) -> PlanProblem:
    """The problem of the units that the linear program splits, with what the others leave of every limit."""
    fixed = [(unit, sent[unit.id]) for unit in problem.units if unit.id in sent]
    places = []
    for spot in problem.places:
        there = [(unit, _chance(unit, spot.id)) for unit, place in fixed if place == spot.id]
        quotas = {
            county: most - sum(unit.people for unit, _ in there if unit.county == county)
            for county, most in spot.quotas.items()
        }
        expected = None
        if spot.most_expected is not None:
            expected = spot.most_expected - sum(unit.people * chance for unit, chance in there)
        places.append(PlanPlace(spot.id, spot.headcount - sum(unit.people for unit, _ in there), expected, quotas))
    county_quotas = {
        county: most - sum(unit.people for unit, _ in fixed if unit.county == county)
        for county, most in problem.quotas.items()
    }
    units = tuple(unit for unit in problem.units if unit.id in split)
    pins = {number: place for number, place in problem.pins.items() if number in split}
    return replace(problem, units=units, places=tuple(places), quotas=county_quotas, pins=pins)


def _chance(unit: PlanUnit, place: int) -> int:
    return next(choice.chance for choice in unit.choices if choice.place == place)


def model_of(problem: PlanProblem) -> Model:
    """The sparse model of a problem: a row for each unit, headcount, cap, and quota."""
    import numpy as np
    from scipy.sparse import csr_array

    columns: list[tuple[int, int]] = []
    worth: list[float] = []
    names: dict[tuple[str, int, str], int] = {}
    limits: list[float] = []
    entries: list[tuple[int, int, float]] = []

    def row(name: tuple[str, int, str], limit: float) -> int:
        if name not in names:
            names[name] = len(limits)
            limits.append(limit)
        return names[name]

    spots = {spot.id: spot for spot in problem.places}
    for unit in problem.units:
        for choice in problem.allowed(unit):
            spot = spots.get(choice.place)
            if spot is None:
                continue
            at = len(columns)
            columns.append((unit.id, spot.id))
            worth.append(float(problem.worth(unit, choice)))
            entries.append((row(("unit", unit.id, ""), 1.0), at, 1.0))
            entries.append((row(("place", spot.id, ""), spot.headcount), at, unit.people))
            if spot.most_expected is not None:
                entries.append((row(("expected", spot.id, ""), spot.most_expected), at, unit.people * choice.chance))
            if unit.county in spot.quotas:
                most = spot.quotas[unit.county]
                entries.append((row(("place-county", spot.id, unit.county), most), at, unit.people))
            if unit.county in problem.quotas:
                entries.append((row(("county", 0, unit.county), problem.quotas[unit.county]), at, unit.people))
    # A unit that is pinned somewhere has to go there: its row is an equality, written as a second row.
    for unit in problem.units:
        if problem.pins.get(unit.id) is not None:
            must = row(("pin", unit.id, ""), -1.0)
            entries += [(must, at, -1.0) for at, column in enumerate(columns) if column[0] == unit.id]
    where = np.array([(line, at) for line, at, _ in entries]).reshape(-1, 2)
    values = np.array([value for _, _, value in entries])
    shape = (len(limits), len(columns))
    matrix = csr_array((values, (where[:, 0], where[:, 1])), shape=shape)
    return Model(np.array(worth), matrix, np.array(limits), columns, list(names))


def highs(model: Model, gap: float | None, seconds: float) -> SolverAnswer:
    """Scipy's HiGHS: the interior point method with crossover for the bound, branch and bound for whole numbers."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, linprog, milp

    if gap is not None:
        solved = milp(
            -model.worth,
            integrality=np.ones(len(model.columns)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(model.rows, -np.inf, model.limits),
            options={"time_limit": seconds, "mip_rel_gap": gap},
        )
        status = 0 if solved.status == 1 and solved.x is not None else int(solved.status)
        return SolverAnswer(status, solved.x, -float(solved.fun) if solved.fun is not None else 0.0)
    solved = linprog(
        -model.worth, A_ub=model.rows, b_ub=model.limits, bounds=(0, None), method="highs-ipm",
        options={"time_limit": seconds},
    )  # fmt: skip
    if solved.x is None:
        return SolverAnswer(int(solved.status))
    return SolverAnswer(int(solved.status), solved.x, -float(solved.fun), -solved.ineqlin.marginals)
