"""The best workers for many openings at once, as `ranked_candidates` gives them for one: what is common is read once.

A fair shows a hundred openings. Judging the candidates of each in turn took 18 s for a city of 40,000 people; with the
points of the compiled engine only the few who are invited are judged again, for their reasons.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from matching.companions.queries import fellows_of
from matching.engine.fit.conditions import failures
from matching.engine.fit.order import list_key, standing
from matching.engine.fit.profiles import Ground, WorkerProfile
from matching.engine.fit.reference import suggest
from matching.engine.fit.score import fit
from matching.live.listing import Listed
from matching.live.workers import among_suited, scored_workers, workers_of
from matching.plans.queries import people_planned_for
from matching.suggestions.together import suitable_together
from matching.suggestions.wording import first_reason

Scores = dict[int, list[tuple[int, int]]]
"""For each opening the ids of people with their points, best first."""


def first_reasons(
    session: Session, pairs: Sequence[tuple[int, Listed]], ground: Ground, *, locale: str
) -> dict[tuple[int, int], str]:
    """The first reason for each pair of a person and an opening, as `fit_in_words` gives it."""
    people = {int(worker.id): worker for worker in workers_of(session, sorted({number for number, _ in pairs}))}
    return {
        (number, listed.id): first_reason(fit(people[number], listed.profile, ground), locale)
        for number, listed in pairs
        if number in people
    }


def ranked_for_many(session: Session, wanted: Sequence[Listed], ground: Ground, *, top: int) -> Scores:
    """The same people with the same points as `ranked_candidates` gives for each opening."""
    scored = scored_workers(session, wanted, ground, top=top)
    planned = _planned(session, wanted, top)
    everybody = {number for lists in scored.values() for number, _ in (*lists.indexed, *lists.changed)}
    everybody |= {number for people in planned.values() for number in people}
    bound = set(fellows_of(session, everybody))

    def stays(person_id: int, listed: Listed) -> bool:
        if person_id not in bound:
            return True
        (worker,) = workers_of(session, [person_id])
        pair = (listed, suggest(worker, listed.profile, ground))
        return bool(suitable_together(session, person_id, [pair], ground))

    kept: Scores = {}
    for listed in wanted:
        kept[listed.id] = []
        for number, points in scored[listed.id].indexed:
            if len(kept[listed.id]) == top:
                break
            if stays(number, listed):
                kept[listed.id].append((number, points))
    more = {each.id: [pair for pair in scored[each.id].changed if stays(pair[0], each)] for each in wanted}
    # The compiled engine has put them in order; only who changed or is planned has to be put among them.
    mixed = [each for each in wanted if more[each.id] or planned.get(each.id)]
    ids = {number for each in mixed for number, _ in (*kept[each.id], *more[each.id])}
    ids |= {number for people in planned.values() for number in people}
    workers = {int(worker.id): worker for worker in workers_of(session, sorted(ids))}
    for listed in mixed:
        known = dict([*kept[listed.id], *more[listed.id]])
        first = set(planned.get(listed.id, ()))
        for number in first:
            suggestion = suggest(workers[number], listed.profile, ground)
            if not failures(suggestion.checks) and stays(number, listed):
                known[number] = suggestion.points
        order = sorted(known, key=_order(known, workers))
        chosen = set(sorted(order, key=lambda number: number not in first)[:top])
        kept[listed.id] = [(number, known[number]) for number in order if number in chosen]
    return kept


def _order(known: Mapping[int, int], workers: Mapping[int, WorkerProfile]) -> Callable[[int], Any]:
    return lambda number: list_key(known[number], standing(workers[number]))


def _planned(session: Session, wanted: Sequence[Listed], top: int) -> dict[int, list[int]]:
    """The people whom the plan of the night sends to each opening, and who may still be suggested."""
    planned = people_planned_for(session, [listed.id for listed in wanted])
    kept = {}
    for listed in wanted:
        people = planned.get(listed.id, [])[:top]
        suited = among_suited(session, listed, people) if people else set()
        kept[listed.id] = [number for number in people if number in suited]
    return kept
