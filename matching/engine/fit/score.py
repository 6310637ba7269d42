"""Stage two: the fit, six named factors whose integer points add up to the score (匹配得分).

One function scores a pair in both directions. Shares are rounded half up in integers, so every machine gives the same
result.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from matching.engine.fit.conditions import allowed_areas, holds, monthly_range, skill_held, start_of
from matching.engine.fit.profiles import Ground, Leave, OpeningProfile, WorkerProfile, area
from matching.engine.fit.trades import Kin, experience_points, neighbour_of, trade_known, trade_points


class ScorePart(StrEnum):
    """What a factor measures (得分项)."""

    TRADE = "trade"
    EXPERIENCE = "experience"
    SKILLS = "skills"
    WAGE = "wage"
    PLACE = "place"
    TERMS = "terms"


@dataclass(frozen=True, slots=True)
class Factor:
    """Points of one factor out of `most`; `code` names the sentence that explains it, `params` fill that sentence."""

    part: ScorePart
    points: int
    most: int
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


def trade(worker: WorkerProfile, opening: OpeningProfile, ground: Ground) -> Factor:
    """The nearest of the occupations that the worker wants or has practised."""
    weights = ground.weights
    most = weights.wanted[0]
    points, near, code, wished = trade_points(worker, opening.occupation, ground)
    if opening.occupation is None or not trade_known(worker):
        return Factor(ScorePart.TRADE, points, most, "trade-unknown")
    params = {"occupation": opening.occupation, "mine": code}
    if near is not Kin.NONE:
        return Factor(ScorePart.TRADE, points, most, f"{'wanted' if wished else 'held'}-{near.name.lower()}", params)
    mine = neighbour_of(worker, opening.occupation, ground)
    if mine is not None:
        params = {"occupation": opening.occupation, "mine": mine}
        return Factor(ScorePart.TRADE, weights.neighbour, most, "neighbour", params)
    if any(skill_held(worker, need) for need in opening.skills):
        return Factor(ScorePart.TRADE, weights.skill_only, most, "skill-only", params)
    return Factor(ScorePart.TRADE, 0, most, "unrelated", params)


def experience(worker: WorkerProfile, opening: OpeningProfile, ground: Ground) -> Factor:
    """Years and national level in the same, a near or a related occupation."""
    points, near, practice = experience_points(worker, opening.occupation, ground)
    most = ground.weights.experience
    if opening.occupation is None or worker.practised is None:
        return Factor(ScorePart.EXPERIENCE, points, most, "experience-unknown")
    if practice is None:
        return Factor(ScorePart.EXPERIENCE, points, most, "experience-none", {"occupation": opening.occupation})
    code = "experience-same" if near is Kin.SAME else "experience-related"
    if practice.years is None:
        return Factor(ScorePart.EXPERIENCE, points, most, f"{code}-unstated", {"mine": practice.code})
    return Factor(ScorePart.EXPERIENCE, points, most, code, {"mine": practice.code, "years": practice.years})


def skills(worker: WorkerProfile, opening: OpeningProfile, ground: Ground) -> Factor:
    """The share of required skills that the worker has: required ones count twice, a lower level counts half.

    Certificates that are not required count as one skill each.
    """
    most = ground.weights.skills
    wished = [need for need in opening.certificates if not need.must]
    wanted_total = 2 * sum(2 if need.must else 1 for need in opening.skills) + 2 * len(wished)
    if not wanted_total:
        return Factor(ScorePart.SKILLS, ground.weights.skills_unknown, most, "skills-none-asked")
    if worker.skills is None:
        return Factor(ScorePart.SKILLS, ground.weights.skills_unknown, most, "skills-unknown")
    start = start_of(worker, opening, ground.today)
    held_total = sum(skill_held(worker, need) * (2 if need.must else 1) for need in opening.skills)
    held_total += 2 * sum(any(holds(held, need, start) for held in worker.certificates or ()) for need in wished)
    points = (2 * most * held_total + wanted_total) // (2 * wanted_total)
    names = [need.term for need in opening.skills if skill_held(worker, need)]
    names += [need.kind for need in wished if any(holds(held, need, start) for held in worker.certificates or ())]
    asked_for = [need.term for need in opening.skills] + [need.kind for need in wished]
    lacking = [name for name in asked_for if name not in names]
    params = {"n": len(names), "of": len(opening.skills) + len(wished), "names": "、".join(names)}
    if not names:
        return Factor(ScorePart.SKILLS, points, most, "skills-none", {"missing": "、".join(lacking), **params})
    return Factor(ScorePart.SKILLS, points, most, "skills-some", params)


def wage(worker: WorkerProfile, opening: OpeningProfile, ground: Ground) -> Factor:
    """The pay compared with the worker's minimum: one more point for every 5 % above it, up to the maximum."""
    weights = ground.weights
    floor = ground.wages.monthly(worker.wage_floor_fen, worker.wage_unit)
    low, high = monthly_range(opening, ground)
    if floor is None or low is None or high is None:
        return Factor(ScorePart.WAGE, weights.wage_unknown, weights.wage, "wage-unknown")
    params = {"low": low, "high": high, "floor": floor, "unit": opening.wage_unit.value}
    params |= {"days": ground.wages.days_hundredths, "hours": ground.wages.hours}
    if low >= floor:
        above = weights.wage_above if floor <= 0 else min(weights.wage_above, (low - floor) * 20 // floor)
        return Factor(ScorePart.WAGE, weights.wage_met + above, weights.wage, "wage-met", params)
    return Factor(ScorePart.WAGE, weights.wage_partly if high >= floor else 0, weights.wage, "wage-partly", params)


def place_points(worker: WorkerProfile, where: str | None, ground: Ground) -> tuple[int, str]:
    """Points and sentence of an area for a worker: by order of preference, otherwise by distance from home."""
    weights = ground.weights
    if where is None:
        return weights.place_unknown, "place-unknown"
    listed = [region for region in map(area, worker.regions) if region]
    for rank, wish in enumerate(listed):
        if where.startswith(wish):
            return weights.place[min(rank, len(weights.place) - 1)], "place-wished"
    home = area(worker.home)
    allowed = allowed_areas(worker)
    if allowed is not None and not any(where.startswith(inside) for inside in allowed):
        coarse = any(inside.startswith(where) for inside in allowed)
        return (weights.place_unknown, "place-coarse") if coarse else (0, "place-far")
    if allowed is None and worker.leave_home_ok is not Leave.ANY:
        return weights.place_unknown, "place-no-wish"
    if listed or home is None:
        return weights.distance[3] if listed else weights.place_unknown, "place-open"
    if where.startswith("~") or home.startswith("~"):
        return (weights.distance[0], "place-home") if where == home else (weights.distance[3], "place-open")
    same = next((length for length in (6, 4, 2) if len(home) >= length and where[:length] == home[:length]), 0)
    names = {6: "place-home", 4: "place-city", 2: "place-province", 0: "place-open"}
    return weights.distance[{6: 0, 4: 1, 2: 2, 0: 3}[same]], names[same]


def place(worker: WorkerProfile, opening: OpeningProfile, ground: Ground) -> Factor:
    """The workplace compared with the worker's preferred regions and home."""
    points, code = place_points(worker, area(opening.region), ground)
    return Factor(ScorePart.PLACE, points, ground.weights.best_place, code, {"region": opening.region})


def terms(worker: WorkerProfile, opening: OpeningProfile, ground: Ground) -> Factor:
    """Employment type, board and lodging: more where a preference is known to be met, neutral otherwise."""
    engagement, living = ground.weights.engagement, ground.weights.living
    met = bool(worker.employment_types) and opening.employment_type in worker.employment_types
    other = bool(worker.employment_types) and opening.employment_type is not None and not met
    points = engagement[0] if met else 0 if other else engagement[1]
    needs = worker.needs_board or worker.needs_lodging
    given = (not worker.needs_board or opening.board is True) and (not worker.needs_lodging or opening.lodging is True)
    denied = (worker.needs_board and opening.board is False) or (worker.needs_lodging and opening.lodging is False)
    points += living[0] if needs and given else 0 if denied else living[1]
    code = "terms-both" if met and needs and given else "terms-engagement" if met else ""
    code = code or ("terms-living" if needs and given else "terms-against" if other or denied else "terms-neutral")
    return Factor(ScorePart.TERMS, points, engagement[0] + living[0], code)


def fit(worker: WorkerProfile, opening: OpeningProfile, ground: Ground) -> tuple[Factor, ...]:
    """The six factors of a pair; the score is the sum of their points, 0 to 100."""
    return tuple(part(worker, opening, ground) for part in (trade, experience, skills, wage, place, terms))


def points_of(factors: tuple[Factor, ...]) -> int:
    """The score as shown."""
    return sum(factor.points for factor in factors)
