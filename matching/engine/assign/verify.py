"""Checking a plan without the solver: every limit counted again, in whole numbers."""

from collections import Counter
from collections.abc import Mapping

from matching.engine.assign.problem import PlanPlace, PlanProblem, PlanWrong


def plan_faults(problem: PlanProblem, sent: Mapping[int, int]) -> list[str]:
    """Every limit that a plan breaks, in words for the log; empty when it keeps them all."""
    units = {unit.id: unit for unit in problem.units}
    faults = [f"unit {number} is unknown" for number in sent if number not in units]
    people: Counter[int] = Counter()
    expected: Counter[int] = Counter()
    of_county: Counter[str] = Counter()
    of_county_there: Counter[tuple[int, str]] = Counter()
    for number, place in sent.items():
        unit = units.get(number)
        choice = next((offer for offer in unit.choices if offer.place == place), None) if unit else None
        if unit is None or choice is None:
            faults.append(f"unit {number} may not go to {place}")
            continue
        people[place] += unit.people
        expected[place] += unit.people * choice.chance
        of_county[unit.county] += unit.people
        of_county_there[place, unit.county] += unit.people
    for spot in problem.places:
        if people[spot.id] > spot.headcount:
            faults.append(f"place {spot.id}: {people[spot.id]} people for {spot.headcount}")
        if spot.most_expected is not None and expected[spot.id] > spot.most_expected:
            faults.append(f"place {spot.id}: {expected[spot.id]} expected, at most {spot.most_expected}")
        for county, most in spot.quotas.items():
            if of_county_there[spot.id, county] > most:
                faults.append(f"place {spot.id}: {of_county_there[spot.id, county]} of {county}, at most {most}")
    for county, most in problem.quotas.items():
        if of_county[county] > most:
            faults.append(f"county {county}: {of_county[county]} people, at most {most}")
    for number, pinned in problem.pins.items():
        if number in units and sent.get(number) != pinned:
            faults.append(f"unit {number} is pinned to {pinned}")
    return faults


def plan_value(problem: PlanProblem, sent: Mapping[int, int]) -> int:
    """The value of a plan in points, added up by hand."""
    units = {unit.id: unit for unit in problem.units}
    total = 0
    for number, place in sent.items():
        unit = units[number]
        total += next(problem.worth(unit, choice) for choice in unit.choices if choice.place == place)
    return total


def require_right(problem: PlanProblem, sent: Mapping[int, int], *, value: float, bound: float) -> int:
    """The value of a valid plan; an invalid one is never shown. Raises PlanWrong."""
    if faults := plan_faults(problem, sent):
        raise PlanWrong("; ".join(faults[:5]))
    real = plan_value(problem, sent)
    slack = 1e-6 * max(1.0, abs(real))
    if abs(real - value) > slack:
        raise PlanWrong(f"the solver claims {value}, the plan is worth {real}")
    if real > bound + slack:
        raise PlanWrong(f"the plan is worth {real}, above its own bound {bound}")
    return real


def certified_bound(problem: PlanProblem, prices: Mapping[tuple[str, int, str], float]) -> float:
    """An upper bound for every plan from any non-negative prices, whatever their origin (weak duality).

    With the prices of the linear optimum it is the linear bound itself; with wrong ones it is only higher.
    """
    price = {name: max(0.0, value) for name, value in prices.items()}
    spots = {spot.id: spot for spot in problem.places}
    total = 0.0
    for (kind, number, county), value in price.items():
        total += value * _limit(problem, spots, kind, number, county)
    for unit in problem.units:
        own = price.get(("unit", unit.id, ""), 0.0) - price.get(("pin", unit.id, ""), 0.0)
        of_county = price.get(("county", 0, unit.county), 0.0) * unit.people
        for choice in problem.allowed(unit):
            if choice.place not in spots:
                continue
            there = price.get(("place", choice.place, ""), 0.0) * unit.people
            there += price.get(("expected", choice.place, ""), 0.0) * unit.people * choice.chance
            there += price.get(("place-county", choice.place, unit.county), 0.0) * unit.people
            total += max(0.0, problem.worth(unit, choice) - own - of_county - there)
    return total


def _limit(problem: PlanProblem, spots: Mapping[int, PlanPlace], kind: str, number: int, county: str) -> float:
    match kind:
        case "unit":
            return 1.0
        case "pin":
            return -1.0
        case "place":
            return float(spots[number].headcount)
        case "expected":
            return float(spots[number].most_expected or 0)
        case "place-county":
            return float(spots[number].quotas[county])
        case _:
            return float(problem.quotas[county])
