"""The problem of a night: who is offered work, what suits each of them, and every limit of the places."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.people import Person, Sex
from centre.policy import policy
from centre.records.queries import refused
from centre.sources import source_digest
from matching.companions.queries import fellows_of
from matching.engine.assign.explain import Reasons
from matching.engine.assign.problem import (
    PlanInfeasible,
    PlanLate,
    PlanPlace,
    PlanProblem,
    PlanUnit,
    PlanWrong,
)
from matching.engine.assign.solve import Plan, plan_together
from matching.engine.fit.evaluation import most_points
from matching.export.models import ExportQuota
from matching.live.listing import Listed
from matching.live.openings import View, board
from matching.live.workers import PURPOSE, index_everybody, workers_of
from matching.planning.evidence import introduced_pairs, known_results, known_stays
from matching.planning.newcomers import kept_for_newcomers
from matching.planning.prospects import Prospects
from matching.planning.rules import hire_chances, stay_shares
from matching.plans.models import NightPlan, PlannedPlace
from matching.plans.queries import living_pins
from matching.plans.rules import ALTERNATIVES, NightPlanState
from matching.profiles.queries import hard_to_employ

KEY = "plan-night"
DEEP = 300
"""How many openings are considered for each person of a group, to find those that suit all of them."""

Offers = dict[int, dict[int, int]]
"""For each person the points of the openings that suit them."""


@dataclass(frozen=True, slots=True)
class Night:
    """A night that was planned, or failed, ready to be stored (一夜的统筹)."""

    rules: Mapping[str, Any]
    problem: PlanProblem
    members: Mapping[int, tuple[int, ...]]
    centres: Mapping[int, int]
    plan: Plan | None = None
    fault: str = ""

    def rows(self) -> list[dict[str, Any]]:
        """One row for each person, without the plan that it belongs to."""
        if self.plan is None:
            return []
        reasons, rows = Reasons(self.problem, self.plan), []
        for unit in self.problem.units:
            here = self.plan.sent.get(unit.id)
            choices = {choice.place: choice for choice in unit.choices}
            least = choices[here].worth if here is not None else 0
            rivals = (choice for choice in unit.choices if choice.place != here and choice.worth >= least)
            better = sorted((-choice.worth, choice.place) for choice in rivals)
            others = []
            for _, place in better[:ALTERNATIVES]:
                why = reasons.why_not(unit.id, place)
                others.append({"opening_id": place, "code": why.code, "others": why.others, "points": why.points})
            row = {
                "unit": unit.id, "opening_id": here, "chance": choices[here].chance if here is not None else 0,
                "others": others,
            }  # fmt: skip
            rows += [
                row | {"person_id": person_id, "centre_id": self.centres[person_id]}
                for person_id in self.members[unit.id]
            ]
        return rows


def code_digest() -> str:
    """The version of the code that plans: another digest, another planner."""
    return source_digest("matching.engine.assign.solve", "matching.planning.queries").hex()


def planned_night(session: Session) -> Night:
    """Plan the suggestions of tonight. A failed plan is reported as failed; impossible pins are left out and listed."""
    night = night_task(session)
    seconds = float(night.rules["seconds"])
    try:
        return _with(night, plan_together(night.problem, seconds=seconds))
    except PlanInfeasible as fault:
        freed = PlanProblem(
            night.problem.units, night.problem.places, night.problem.quotas, {}, night.problem.before,
            night.problem.keep, night.problem.tie,
        )  # fmt: skip
        night = Night(night.rules, freed, night.members, night.centres, fault=str(fault))
    except (PlanLate, PlanWrong) as fault:
        return Night(night.rules, night.problem, night.members, night.centres, fault=str(fault))
    try:
        return _with(night, plan_together(night.problem, seconds=seconds))
    except (PlanInfeasible, PlanLate, PlanWrong) as fault:
        return Night(night.rules, night.problem, night.members, night.centres, fault=str(fault))


def _with(night: Night, plan: Plan) -> Night:
    return Night(night.rules, night.problem, night.members, night.centres, plan, night.fault)


def night_task(session: Session) -> Night:
    """Everything that the plan of tonight depends on; the session sees everybody."""
    view = board().look()
    rules = dict(policy(session, KEY, on=clock.today()))
    listed = {number: entry for number, entry in view.listed.items() if entry.remaining > 0}
    offers = _offers(session, view, listed, int(rules["choices"]))
    chances = hire_chances(known_results(session), per_point=int(rules["per_point"]))
    stays, usual = stay_shares(known_stays(session))
    pins = _pinned(session, view, offers)
    groups = _groups(session, view, offers, listed)
    facts = session.execute(select(Person.id, Person.live_region, Person.centre_id)).all()
    county = {number: (region or "")[:6] for number, region, _ in facts}
    hard = hard_to_employ(session, sorted(offers), clock.today())
    before = _yesterday(session)
    members, units = dict[int, tuple[int, ...]](), []
    unit_pins, unit_before = dict[int, int | None](), dict[int, int]()
    prospects = Prospects(listed, chances, stays, usual)
    for number, people in enumerate(groups, 1):
        members[number] = people
        choices = prospects.choices([offers[person] for person in people])
        is_hard = any(person in hard for person in people)
        units.append(PlanUnit(number, choices, len(people), county.get(people[0], ""), is_hard))
        wanted = [pins[person] for person in people if person in pins]
        if wanted and wanted[0] in {None, *(choice.place for choice in units[-1].choices)}:
            unit_pins[number] = wanted[0]
        if people[0] in before:
            unit_before[number] = before[people[0]]
    places = _places(session, listed, units, int(rules["people_per_place"]))
    problem = PlanProblem(
        kept_for_newcomers(session, view, prospects, units, places, rules), places, {}, unit_pins, unit_before,
        int(rules["keep"]), int(rules["hardship"]),
    )  # fmt: skip
    rules |= {"chances": chances, "stays": stays, "usual_stay": usual, "weights": most_points(view.ground.weights)}
    return Night(rules, problem, members, {number: centre_id for number, _, centre_id in facts if number in offers})


def _offers(session: Session, view: View, listed: Mapping[int, Listed], top: int) -> Offers:
    """The best openings of everybody who wants suggestions, without those they were sent to before."""
    from matching.engine.pairs.workers import first_choices

    pool = index_everybody(view.ground).pool
    numbers_of, points = first_choices(pool, [entry.profile for entry in listed.values()], view.ground, top)
    off = set(session.scalars(refused(PURPOSE)))
    lawful = _lawful(session, listed)
    known = introduced_pairs(session)
    offers: Offers = {}
    for person_id, numbers, scores in zip(pool.ids.tolist(), numbers_of.tolist(), points.tolist(), strict=True):
        if person_id not in off:
            offers[person_id] = {
                number: score
                for number, score in zip(numbers, scores, strict=True)
                if number >= 0 and lawful(person_id, number) and (person_id, number) not in known
            }
    return dict(sorted(offers.items()))


def _lawful(session: Session, listed: Mapping[int, Listed]) -> Callable[[int, int], bool]:
    """Whether the law leaves an opening open to a person."""
    women = set(session.scalars(select(Person.id).where(Person.sex == Sex.FEMALE)))
    return lambda person_id, number: not (person_id in women and listed[number].is_closed_to(Sex.FEMALE))


def _pinned(session: Session, view: View, offers: Offers) -> dict[int, int | None]:
    """The officers' choices that can hold; the pinned opening is among the person's choices then."""
    pins: dict[int, int | None] = {}
    for pin in session.scalars(living_pins()):
        if pin.person_id not in offers:
            continue
        if pin.opening_id is not None and pin.opening_id not in offers[pin.person_id]:
            points = _points(session, view, pin.person_id).get(pin.opening_id)
            if points is None:
                continue
            offers[pin.person_id][pin.opening_id] = points
        pins[pin.person_id] = pin.opening_id
    return pins


def _points(session: Session, view: View, person_id: int) -> dict[int, int]:
    (worker,) = workers_of(session, [person_id])
    _, ranking = board().rank(worker, top=DEEP)
    return {int(each.opening_id): each.points for each in ranking.suggestions if int(each.opening_id) in view.listed}


def _groups(session: Session, view: View, offers: Offers, listed: Mapping[int, Listed]) -> list[tuple[int, ...]]:
    """The units in the order of their first person: who must not be split is one unit, everybody else is alone.

    A group with a member who does not look for work gets no suggestions: together or not at all (MA-09).
    """
    bound = fellows_of(session, list(offers))
    lawful = _lawful(session, listed)
    for people in set(bound.values()):
        for person in people:
            if person in offers:
                seen = _points(session, view, person)
                offers[person] |= {n: score for n, score in seen.items() if n in listed and lawful(person, n)}
    units = {bound.get(person, (person,)) for person in offers}
    return sorted(people for people in units if all(person in offers for person in people))


def _yesterday(session: Session) -> dict[int, int]:
    last = session.scalar(
        select(NightPlan.id).where(NightPlan.state == NightPlanState.PLANNED).order_by(NightPlan.day.desc()).limit(1)
    )
    rows = session.execute(
        select(PlannedPlace.person_id, PlannedPlace.opening_id).where(
            PlannedPlace.plan_id == last, PlannedPlace.opening_id.is_not(None)
        )
    )
    return {person_id: opening_id for person_id, opening_id in rows if opening_id is not None}


def _places(
    session: Session, listed: Mapping[int, Listed], units: list[PlanUnit], per_place: int
) -> tuple[PlanPlace, ...]:
    """The places: advice may send several people for each free one, but no more hires are expected than it takes."""
    counties = {unit.county for unit in units}
    quotas: defaultdict[int, Counter[str]] = defaultdict(Counter)
    rows = session.execute(
        select(ExportQuota.opening_id, ExportQuota.region_code, ExportQuota.places - ExportQuota.taken)
    )
    for opening_id, region, left in rows:
        quotas[opening_id][region] += left
    places = []
    for number, entry in sorted(listed.items()):
        own = quotas.get(number)
        limits: dict[str, int] = {}
        if own is not None:
            # Places without a region are for every county; a county may use them besides its own.
            limits = {county: own[""] + (own[county] if county else 0) for county in sorted(counties)}
        places.append(PlanPlace(number, entry.remaining * per_place, entry.remaining * 1000, limits))
    return tuple(places)
