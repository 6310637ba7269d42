"""A simulated year of an invented city: suggestions planned together each week against everybody's own ranking.

Every week people begin to look for work and openings begin; a person applies once, an opening stays for a quarter and
hires as many as it has places. A quarter before the year is drawn as well: the first plans learn from its people what
to keep for those who will come. With own rankings a person applies to one of the own
twenty best, the first ones more often; with plans to the planned place, or where the plan has none to the own first.
Hires are drawn with the same chances for both. The hindsight optimum is one plan that knows the people and openings of
the whole year beforehand, in expected hires.

python -m tests.bench.year [openings] [workers]
"""

import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import replace
from random import Random
from typing import Any

from sqlalchemy import update

from centre import clock
from centre.database import open_session
from centre.permissions import Actor
from centre.policy import PolicyRule, policy
from matching.engine.assign.newcomers import keeping, newcomers_prices
from matching.engine.assign.problem import PlanPlace, PlanProblem, PlanUnit
from matching.engine.assign.solve import plan_together
from matching.engine.assign.verify import plan_value
from tests.bench.nightly import fill
from tests.databases import make_tables, settings_from

SYSTEM = Actor.system().scope
WEEKS, STAYS, OWN_LIST, DEEP = 52, 13, 20, 160
PLACES_PER_PERSON = 0.5
"""Places are scarce: half as many in the year as people; otherwise nothing has to be planned."""


class Year:
    """One drawn year: who looks for work in which week, which openings are open then, and with how many places."""

    def __init__(self, problem: PlanProblem, seed: int, part: float) -> None:
        self.random, self.problem, self.part = Random(seed), problem, part
        self.week_of = {unit.id: self.random.randrange(-STAYS, WEEKS) for unit in problem.units}
        self.begins = {place.id: self.random.randrange(1 - STAYS, WEEKS) for place in problem.places}
        raw = {place.id: (place.most_expected or 0) // 1000 for place in problem.places}
        factor = PLACES_PER_PERSON * len(problem.units) / max(1, sum(raw.values()))
        self.places = {number: max(1, round(count * factor)) for number, count in raw.items()}

    def open_to(self, unit: PlanUnit, week: int) -> PlanUnit:
        """A person with the choices that are open in a week."""
        now = (
            choice for choice in unit.choices if self.begins[choice.place] <= week < self.begins[choice.place] + STAYS
        )
        return replace(unit, choices=tuple(sorted(now, key=lambda choice: (-choice.worth, choice.place))[:OWN_LIST]))

    def cohorts(self) -> list[list[PlanUnit]]:
        """The people of each week with what is open to them."""
        weeks: list[list[PlanUnit]] = [[] for _ in range(WEEKS)]
        for unit in self.problem.units:
            week = self.week_of[unit.id]
            if week >= 0:
                weeks[week].append(self.open_to(unit, week))
        return weeks

    def task(self, units: list[PlanUnit], left: dict[int, float]) -> PlanProblem:
        """The plan of some people with what places are left, as the nightly job poses it."""
        spots = tuple(
            PlanPlace(number, 3 * -int(-room // 1), int(1000 * room)) for number, room in left.items() if room > 0
        )
        return PlanProblem(tuple(units), spots, tie=self.problem.tie)

    def plan(self, week: int, units: list[PlanUnit], left: dict[int, float]) -> dict[int, int]:
        """Where the plan of a week sends its people; like the nightly job it keeps places for those who will come."""
        task = self.task(units, left)
        came = [unit for unit in self.problem.units if week - STAYS <= self.week_of[unit.id] < week]
        newcomers = [self.open_to(unit, week) for unit in came]
        share = {spot.id: (self.begins[spot.id] + STAYS - 1 - week) / STAYS for spot in task.places}
        prices = newcomers_prices(newcomers, task.places, share)
        return dict(plan_together(replace(task, units=keeping(units, prices, self.part))).sent)


def own_choice(unit: PlanUnit, random: Random) -> int | None:
    """One of the own best twenty, the first ones more often."""
    if not unit.choices:
        return None
    weights = [1 / rank for rank in range(1, len(unit.choices) + 1)]
    return random.choices([choice.place for choice in unit.choices], weights)[0]


def played(year: Year, choose: Any, seed: int) -> set[int]:
    """Who is hired in a year in which `choose` names the place of everybody of a week."""
    random, left, hired = Random(seed), dict(year.places), set[int]()
    for week, cohort in enumerate(year.cohorts()):
        sent: dict[int, int] = choose(week, cohort, left)
        luck = {unit.id: random.random() for unit in cohort}
        applicants = defaultdict(list)
        for unit in cohort:
            if unit.id in sent:
                applicants[sent[unit.id]].append(unit)
        for place, people in sorted(applicants.items()):
            random.shuffle(people)
            for unit in people:
                chance = next(choice.chance for choice in unit.choices if choice.place == place)
                if left[place] > 0 and 1000 * luck[unit.id] < chance:
                    left[place] -= 1
                    hired.add(unit.id)
    return hired


def compare(problem: PlanProblem, seed: int, part: float) -> dict[str, Any]:
    """Hires of one year both ways, and the share of the hindsight optimum in expected hires."""
    year = Year(problem, seed, part)
    chooser = Random(seed + 1)

    def own(week: int, cohort: list[PlanUnit], left: dict[int, int]) -> dict[int, int]:
        del week, left
        chosen = {unit.id: own_choice(unit, chooser) for unit in cohort}
        return {number: place for number, place in chosen.items() if place is not None}

    def planned(week: int, cohort: list[PlanUnit], left: dict[int, int]) -> dict[int, int]:
        sent = year.plan(week, cohort, dict(left))
        rest = {unit.id: unit.choices[0].place for unit in cohort if unit.id not in sent and unit.choices}
        return rest | sent

    everybody = [unit for cohort in year.cohorts() for unit in cohort]
    hindsight = plan_together(year.task(everybody, dict(year.places)))
    expected, left = 0, {number: float(count) for number, count in year.places.items()}
    for week, cohort in enumerate(year.cohorts()):
        sent = year.plan(week, cohort, left)
        expected += plan_value(year.task(cohort, left), sent)
        for unit in cohort:
            if unit.id in sent:
                place = sent[unit.id]
                left[place] -= next(choice.chance for choice in unit.choices if choice.place == place) / 1000
    return {
        "own": played(year, own, seed), "planned": played(year, planned, seed),
        "of_hindsight": expected / hindsight.bound if hindsight.bound else 1.0,
    }  # fmt: skip


def measure(openings: int = 600, workers: int = 6_000, seeds: int = 5) -> dict[str, Any]:
    """Fill a city, pose the nightly problem of all its people and openings, and play some years."""
    from matching.fairness.groups import groups_of
    from matching.planning.queries import KEY, night_task

    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{name}/city.db"
        make_tables(url)
        with settings_from(data_dir=name, database_url=url):
            fill(openings, workers)
            with open_session(SYSTEM, write=True) as session:
                rule = policy(session, KEY, on=clock.today()) | {"choices": DEEP}
                session.execute(update(PolicyRule).where(PolicyRule.key == KEY).values(value=rule))
            with open_session(SYSTEM) as session:
                night = night_task(session)
                groups = groups_of(session, list(night.centres), clock.today())
    years = [compare(night.problem, seed, rule["newcomers"]["part"]) for seed in range(1, seeds + 1)]
    own, planned = (sum(len(year[way]) for year in years) for way in ("own", "planned"))
    by_group: dict[str, dict[str, float]] = {}
    for attribute in ("sex", "age", "county", "hardship"):
        of = {unit: groups[people[0]][attribute] for unit, people in night.members.items()}
        counted = {way: Counter(of[unit] for year in years for unit in year[way]) for way in ("own", "planned")}
        by_group[attribute] = {
            group: round(counted["planned"][group] / max(1, counted["own"][group]) - 1, 3)
            for group in sorted(counted["own"])
        }
    return {
        "name": "year", "people": len(night.problem.units), "openings": len(night.problem.places), "years": seeds,
        "hires_own": own / seeds, "hires_planned": planned / seeds, "more": round(planned / own - 1, 4),
        "of_hindsight": round(sum(year["of_hindsight"] for year in years) / seeds, 4),
        "of_hindsight_least": round(min(year["of_hindsight"] for year in years), 4),
        "more_by_group": by_group, "wall_s": round(time.perf_counter() - began, 1),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:])), ensure_ascii=False))
