"""The people who came in the last quarter, as those who will come in the next one (后来的人)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.records.queries import refused
from matching.engine.assign.newcomers import keeping, newcomers_prices
from matching.engine.assign.problem import PlanPlace, PlanUnit
from matching.live.openings import View
from matching.live.workers import PURPOSE, workers_of
from matching.planning.prospects import Prospects
from matching.profiles.models import Registration


def kept_for_newcomers(
    session: Session,
    view: View,
    prospects: Prospects,
    units: Sequence[PlanUnit],
    places: Sequence[PlanPlace],
    rules: Mapping[str, Any],
) -> tuple[PlanUnit, ...]:
    """The units of tonight with what their places are worth to the people of the next quarter kept in each choice.

    Nothing is kept by a rule that does not ask for it, or before there is a whole quarter to learn from: from the first
    busy days of a new installation no inflow can be told.
    """
    wanted = rules.get("newcomers")
    if not wanted:
        return tuple(units)
    quarter = timedelta(days=int(wanted["days"]))
    since = clock.now() - quarter
    first = session.scalar(select(func.min(Registration.submitted_at)))
    if first is None or first > since:
        return tuple(units)
    people, seen = _newcomers(session, since, int(wanted["people"]))
    if not people:
        return tuple(units)
    sampled = len(people) / seen
    share = {
        number: min(1.0, (entry.valid_until - clock.today()) / quarter if entry.valid_until else 1.0) / sampled
        for number, entry in prospects.listed.items()
    }
    newcomers = _units(session, view, prospects, people, int(rules["choices"]))
    prices = newcomers_prices(newcomers, places, share, seconds=float(rules["seconds"]))
    return keeping(units, prices, float(wanted["part"]))


def _newcomers(session: Session, since: datetime, most: int) -> tuple[list[int], int]:
    """The latest people registered since a moment, whatever has become of them, and how many there were in all."""
    came = select(Registration.person_id).where(
        Registration.submitted_at >= since, Registration.person_id.not_in(refused(PURPOSE))
    )
    seen = session.scalar(select(func.count()).select_from(came.distinct().subquery())) or 0
    latest = came.group_by(Registration.person_id).order_by(func.max(Registration.submitted_at).desc()).limit(most)
    return list(session.scalars(latest)), seen


def _units(session: Session, view: View, prospects: Prospects, people: Sequence[int], top: int) -> list[PlanUnit]:
    from matching.engine.pairs.workers import first_choices, gather

    pool = gather(workers_of(session, people), view.ground)
    openings = [entry.profile for entry in prospects.listed.values()]
    numbers_of, points = first_choices(pool, openings, view.ground, top)
    units = []
    for person_id, numbers, scores in zip(pool.ids.tolist(), numbers_of.tolist(), points.tolist(), strict=True):
        offers = {number: score for number, score in zip(numbers, scores, strict=True) if number >= 0}
        units.append(PlanUnit(person_id, prospects.choices([offers])))
    return units
