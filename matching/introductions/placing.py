"""A hire, however it came about: a place of the opening, the calls of the follow-up, registration and courses."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from employers.openings.actions import take_place
from matching.introductions.models import FollowUp, Placement
from matching.introductions.rules import FOLLOW_UP_DAYS, PlacementState
from matching.profiles.actions import move_registration
from training.enrolments.actions import place_graduates


def place_worker(
    session: Session,
    actor: Actor,
    *,
    person_id: int,
    centre_id: int,
    opening_id: int,
    starts_on: date,
    wage_fen: int | None = None,
    introduction_id: int | None = None,
    is_demo: bool = False,
) -> Placement:
    """Place a worker in an opening and follow them for 90 days. `wage_fen` is a month's. Raises OpeningFull."""
    require(actor, Permission.RECORD_RESULT)
    with seeing_everything(session):
        opening = take_place(session, actor, opening_id=opening_id)
        placement = Placement(
            introduction_id=introduction_id,
            centre_id=centre_id,
            person_id=person_id,
            employer_id=opening.employer_id,
            opening_id=opening_id,
            state=PlacementState.HIRED,
            starts_on=starts_on,
            wage_fen=wage_fen,
            region_code=opening.region_code,
            is_demo=is_demo,
        )
        session.add(placement)
        session.flush()
        for day in FOLLOW_UP_DAYS:
            session.add(
                FollowUp(
                    placement_id=placement.id, centre_id=centre_id, day=day, due_on=starts_on + timedelta(days=day)
                )
            )
        move_registration(session, Actor.system(), person_id=person_id, event="hire")
        place_graduates(session, Actor.system(), person_id=person_id)
    return placement
