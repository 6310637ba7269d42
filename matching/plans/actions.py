"""Officers' own assignments, which every plan keeps: a person to an opening or to none, and ending that."""

from sqlalchemy.orm import Session

from centre import clock
from centre.audit import note
from centre.permissions import Actor, Permission, require
from matching.engine.fit.conditions import failures
from matching.engine.fit.reference import suggest
from matching.live.openings import board
from matching.live.workers import workers_of
from matching.plans import queries
from matching.plans.models import PlanPin
from matching.plans.rules import PinDoesNotFit, PlanPinDraft
from matching.profiles.queries import person_in_sight


def pin_person(session: Session, actor: Actor, draft: PlanPinDraft) -> PlanPin:
    """Choose an opening for a person, or none; it takes the place of a former choice and holds at once.

    Raises NotFound or PinDoesNotFit.
    """
    require(actor, Permission.KEEP_PLANS)
    person = person_in_sight(session, draft.person_id)
    if draft.opening_id is not None:
        view = board().look()
        listed = view.listed.get(draft.opening_id)
        (worker,) = workers_of(session, [person.id])
        if listed is None or listed.is_closed_to(person.sex):
            raise PinDoesNotFit
        if failures(suggest(worker, listed.profile, view.ground).checks):
            raise PinDoesNotFit
    for former in session.scalars(queries.living_pins().where(PlanPin.person_id == person.id)):
        former.ended_at = clock.now()
    session.flush()
    pin = PlanPin(
        person_id=person.id, centre_id=person.centre_id, opening_id=draft.opening_id, reason=draft.reason,
        account_id=actor.account_id,
    )  # fmt: skip
    session.add(pin)
    session.flush()
    note(session, actor, action="plan.pin", subject=f"person:{person.id}", detail={"opening": draft.opening_id})
    return pin


def end_pin(session: Session, actor: Actor, *, pin_id: int) -> PlanPin:
    """Let the plan decide again. Ending it twice changes nothing. Raises NotFound."""
    require(actor, Permission.KEEP_PLANS)
    pin = queries.pin_in_sight(session, pin_id)
    if pin.ended_at is None:
        pin.ended_at = clock.now()
        session.flush()
        note(session, actor, action="plan.unpin", subject=f"person:{pin.person_id}")
    return pin
