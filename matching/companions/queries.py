"""Queries on groups: a person's own, and everybody who has to be suggested together."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre.batches import batches
from centre.scopes import seeing_everything
from centre.states import Transition
from matching.companions.models import TravelFellow, TravelGroup
from matching.profiles.models import Registration
from matching.profiles.queries import seekers
from matching.profiles.rules import REGISTRATION, SEEKING


def group_of(session: Session, person_id: int) -> TravelGroup | None:
    """The group of a person in the reader's sight, if they have one."""
    own = select(TravelFellow.group_id).where(TravelFellow.person_id == person_id)
    return session.scalar(select(TravelGroup).where(TravelGroup.id.in_(own)))


def fellows_of(session: Session, person_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """For each of these people who may not be sent alone, everybody in the group, for any reader; others are left out.

    Groups of one, and those that may be split, have no effect.
    """
    bound: dict[int, tuple[int, ...]] = {}
    with seeing_everything(session):
        for batch in batches(sorted(person_ids)):
            groups = select(TravelFellow.group_id).where(TravelFellow.person_id.in_(batch))
            people = defaultdict(list)
            for group_id, person_id in session.execute(
                select(TravelFellow.group_id, TravelFellow.person_id)
                .join(TravelGroup, TravelGroup.id == TravelFellow.group_id)
                .where(TravelFellow.group_id.in_(groups), TravelGroup.may_split.is_(False))
                .order_by(TravelFellow.person_id)
            ):
                people[group_id].append(person_id)
            for together in people.values():
                if len(together) > 1:
                    bound |= dict.fromkeys(together, tuple(together))
    return bound


def seeking_apart(session: Session, person_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """For each of these people who looks for work in a group that may not be split: the others, who do not look.

    Members of such a group get no nightly suggestions: together or not at all (MA-09).
    """
    waiting: dict[int, tuple[int, ...]] = {}
    bound = fellows_of(session, person_ids)
    everybody = sorted({number for together in bound.values() for number in together})
    looking: set[int] = set()
    with seeing_everything(session):
        for batch in batches(everybody):
            rows = seekers().where(Registration.person_id.in_(batch)).with_only_columns(Registration.person_id)
            looking.update(session.scalars(rows.order_by(None)))
    for person_id, together in bound.items():
        idle = tuple(number for number in together if number not in looking)
        if person_id in looking and idle:
            waiting[person_id] = idle
    return waiting


def search_starts(session: Session, person_ids: Collection[int]) -> dict[int, int]:
    """The number of the transition by which each of these people last began to look for work.

    It names the time of looking that ended, however it ended; who looks again has another. Imported people, of whom
    no beginning is logged, are left out.
    """
    began: dict[int, int] = {}
    with seeing_everything(session):
        for batch in batches(sorted(person_ids)):
            latest = session.execute(
                select(Registration.person_id, func.max(Transition.id))
                .join(Transition, Transition.record_id == Registration.id)
                .where(
                    Transition.machine == REGISTRATION.name,
                    Transition.target.in_(SEEKING),
                    Transition.source.not_in(SEEKING),
                    Registration.person_id.in_(batch),
                )
                .group_by(Registration.person_id)
            )
            began |= dict(latest.all())
    return began
