"""What the planning of a night learns from: results of introductions, and how long hires lasted (依据)."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.ledger import Channel
from centre.scopes import seeing_everything
from matching.introductions.models import Introduction, Placement
from matching.introductions.rules import KNOWN, IntroductionState, PlacementState
from matching.plans.models import PlannedPlace, PlanPin
from matching.plans.rules import PUBLISHED, WINDOW, Overrides

LASTING = timedelta(days=90)


def known_results(session: Session) -> list[tuple[int, bool]]:
    """Points and outcome of every introduction with a reported result."""
    rows = session.execute(
        select(Introduction.points, Introduction.state)
        .where(Introduction.state.in_(sorted(KNOWN)), Introduction.points.is_not(None))
        .order_by(Introduction.id)
    )
    return [(points or 0, state is IntroductionState.HIRED) for points, state in rows]


def known_stays(session: Session) -> list[tuple[int, bool]]:
    """Employer, and whether the hire lasted ninety days, of every placement of which that is known."""
    rows = session.execute(
        select(Placement.employer_id, Placement.state, Placement.starts_on, Placement.ended_on)
        .where((Placement.state == PlacementState.STABLE) | Placement.ended_on.is_not(None))
        .order_by(Placement.id)
    )
    return [
        (employer_id, state is PlacementState.STABLE or (ended is not None and ended - starts >= LASTING))
        for employer_id, state, starts, ended in rows
    ]


def introduced_pairs(session: Session) -> set[tuple[int, int]]:
    """Person and opening of every introduction that there was: it is not suggested anew as if it were news."""
    rows = session.execute(select(Introduction.person_id, Introduction.opening_id))
    return {(person_id, opening_id) for person_id, opening_id in rows}


def overrides(session: Session) -> Overrides:
    """How officers dealt with the plan's suggestions in the last thirty days.

    Counted are recommendations made by staff on a day whose plan had a place for the person, and the pins.
    """
    since = clock.now() - WINDOW
    introduced = session.execute(
        select(Introduction.person_id, Introduction.opening_id, Introduction.created_at)
        .where(Introduction.created_at >= since, Introduction.channel != Channel.WEB)
        .order_by(Introduction.id)
    ).all()
    places = session.execute(
        select(PlannedPlace.person_id, PlannedPlace.day, PlannedPlace.opening_id).where(
            PlannedPlace.opening_id.is_not(None), PlannedPlace.day >= since.date()
        )
    )
    planned = {(person_id, day): opening_id for person_id, day, opening_id in places}
    decided = [
        (planned[key], opening_id)
        for person_id, opening_id, at in introduced
        if (key := (person_id, clock.local(at).date())) in planned
    ]
    accepted = sum(wanted == chosen for wanted, chosen in decided)
    pins = len(session.scalars(select(PlanPin.id).where(PlanPin.created_at >= since)).all())
    return Overrides(accepted, len(decided) - accepted + pins)


def published_overrides(session: Session) -> Overrides | None:
    """The same for the whole network, visible to everybody; None while there are too few decisions to publish."""
    with seeing_everything(session):
        decided = overrides(session)
    return decided if decided.decided >= PUBLISHED else None
