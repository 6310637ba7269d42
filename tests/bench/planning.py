"""P9: planning together at full size, with what the plan is worth against its certified bound.

python -m tests.bench.planning
"""

import json
import random
import sys
import time
from importlib.metadata import version

from matching.engine.assign.problem import PlanChoice, PlanPlace, PlanProblem, PlanUnit
from matching.engine.assign.solve import plan_together

CANDIDATES, OPENINGS, CHOICES, COUNTIES = 5_000, 200, 20, 13


def full_size(seed: int = 9, candidates: int = CANDIDATES) -> PlanProblem:
    """5,000 people of 13 counties, a tenth of them in pairs, 20 choices each among 200 openings."""
    chance = random.Random(seed)
    appeal = [chance.random() for _ in range(OPENINGS)]
    units = []
    left, number = candidates, 0
    while left > 0:
        size = 2 if number % 19 == 0 and left > 1 else 1
        offers = tuple(
            PlanChoice(
                place, int(1000 * (0.2 + 0.5 * appeal[place] + 0.3 * chance.random())), chance.randrange(200, 900)
            )
            for place in chance.sample(range(OPENINGS), CHOICES)
        )
        units.append(PlanUnit(number, offers, size, str(number % COUNTIES), number % 7 == 0))
        left, number = left - size, number + 1
    places = tuple(PlanPlace(place, 20, 8_000) for place in range(OPENINGS))
    return PlanProblem(tuple(units), places, {str(county): 350 for county in range(COUNTIES)}, tie=1)


def main() -> None:
    """Solve and print one line."""
    task = full_size(candidates=int(sys.argv[1]) if len(sys.argv) > 1 else CANDIDATES)
    wall = time.perf_counter()
    plan = plan_together(task)
    figures = {
        "name": "P9", "units": len(task.units), "sent": len(plan.sent), "value": plan.value,
        "bound": round(plan.bound, 1),
        "gap_percent": round(100 * plan.gap, 4), "cpu_s": round(plan.seconds, 2),
        "wall_s": round(time.perf_counter() - wall, 2), "scipy": version("scipy"),
    }  # fmt: skip
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
