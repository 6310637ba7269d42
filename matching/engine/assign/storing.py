"""A problem and its plan as bytes, so that every night's plan can be inspected, checked and repeated (留存与复现)."""

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

from matching.engine.assign.problem import PlanChoice, PlanPlace, PlanProblem, PlanUnit
from matching.engine.assign.solve import Plan


def packed(problem: PlanProblem, plan: Plan) -> bytes:
    """A problem with its plan; the same ones give the same bytes, and both come back as they were."""
    said = {
        "units": [
            [unit.id, unit.people, unit.county, unit.hardship, [astuple(choice) for choice in unit.choices]]
            for unit in problem.units
        ],
        "places": [[place.id, place.headcount, place.most_expected, dict(place.quotas)] for place in problem.places],
        "quotas": dict(problem.quotas),
        "pins": sorted(problem.pins.items()),
        "before": sorted(problem.before.items()),
        "points": [problem.keep, problem.tie],
        "sent": sorted(plan.sent.items()),
        "value": plan.value,
        "bound": plan.bound,
        "prices": sorted([*name, price] for name, price in plan.prices.items() if price),
    }
    return zlib.compress(json.dumps(said, separators=(",", ":"), sort_keys=True).encode(), 6)


def unpacked(data: bytes) -> tuple[PlanProblem, Plan]:
    """What `packed` has kept. Raises ValueError for anything else."""
    try:
        said: Mapping[str, Any] = json.loads(zlib.decompress(data))
    except zlib.error as fault:
        raise ValueError("not a kept plan") from fault
    keep, tie = said["points"]
    problem = PlanProblem(
        tuple(
            PlanUnit(number, tuple(PlanChoice(*offer) for offer in offers), people, county, hardship)
            for number, people, county, hardship, offers in said["units"]
        ),
        tuple(PlanPlace(*place) for place in said["places"]),
        said["quotas"],
        dict(said["pins"]),
        dict(said["before"]),
        keep,
        tie,
    )
    prices = {(kind, number, county): price for kind, number, county, price in said["prices"]}
    return problem, Plan(dict(said["sent"]), said["value"], said["bound"], prices)


def digest(data: bytes) -> str:
    """What tells one kept plan from every other one."""
    return hashlib.sha256(data).hexdigest()
