"""What suggestions owe to others: the plan of the night, and the people who want to leave together (统筹与结伴)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.people import Person
from centre.scopes import seeing_everything
from centre.translation import N_, translate
from matching.companions.queries import fellows_of
from matching.engine.assign.explain import NotPlannedReason
from matching.engine.fit.conditions import failures
from matching.engine.fit.profiles import Ground, WorkerProfile
from matching.engine.fit.reference import Suggestion, suggest
from matching.live.listing import Listed
from matching.live.openings import View
from matching.live.workers import still_suited, workers_of
from matching.plans.queries import Planned, people_planned

CHANGE = N_("；录用把握再高约 {percent} 个百分点，就会改推荐那里")
Pairs = list[tuple[Listed, Suggestion]]


def suitable_together(session: Session, person_id: int, pairs: Pairs, ground: Ground) -> Pairs:
    """The openings that suit everybody of a person's group and have room for all; all of them without a group."""
    fellows = fellows_of(session, [person_id]).get(person_id, ())
    others = tuple(number for number in fellows if number != person_id)
    if not others:
        return pairs
    with seeing_everything(session):
        workers = workers_of(session, others)
        sexes = set(session.scalars(select(Person.sex).where(Person.id.in_(others))))
    return [
        (listed, suggestion)
        for listed, suggestion in pairs
        if listed.remaining >= len(fellows)
        and not any(map(listed.is_closed_to, sexes))
        and all(not failures(suggest(worker, listed.profile, ground).checks) for worker in workers)
    ]


def plan_first(planned: Planned | None, worker: WorkerProfile, pairs: Pairs, view: View) -> Pairs:
    """The pairs with the planned opening before all others, as long as it is open and still suits the worker.

    `pairs` hold what is lawful for her; an opening that is closed to her by law is never planned.
    """
    listed = view.listed.get(planned.opening_id) if planned and planned.opening_id else None
    if listed is None:
        return pairs
    known = next((suggestion for entry, suggestion in pairs if entry.id == listed.id), None)
    suggestion = known or suggest(worker, listed.profile, view.ground)
    if failures(suggestion.checks):
        return pairs
    return [(listed, suggestion), *(pair for pair in pairs if pair[0].id != listed.id)]


def in_words(why: NotPlannedReason | None, locale: str) -> str:
    """Why not there, and what would change it; nothing where there is nothing to say."""
    if why is None:
        return ""
    sentence = translate(locale, why.message, others=why.others)
    if not why.points:
        return sentence
    # a point of the plan is a thousandth of a hire
    return sentence + translate(locale, CHANGE, percent=-(-why.points // 10))


def workers_planned(session: Session, listed: Listed, limit: int) -> list[WorkerProfile]:
    """The workers whom the plan sends to an opening and who may still be suggested."""
    return still_suited(session, listed, people_planned(session, listed.id)[:limit])


def not_split(session: Session, listed: Listed, workers: Sequence[Suggestion], ground: Ground) -> list[Suggestion]:
    """Without those who must not be sent alone and whose fellows do not suit the opening."""
    bound = fellows_of(session, [int(each.worker_id) for each in workers])
    kept = []
    for each in workers:
        pair = [(listed, each)]
        if int(each.worker_id) not in bound or suitable_together(session, int(each.worker_id), pair, ground):
            kept.append(each)
    return kept
