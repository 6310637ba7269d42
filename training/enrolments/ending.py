"""What becomes of everybody in a class that ends before its time: they are released and notified once (停办善后)."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from centre import clock, events
from centre.batches import batches
from centre.counters import give_back
from centre.ledger import reverse_services
from centre.messages import Filled, send_all
from centre.messages.overlay import written
from centre.messages.training import CLASS_CANCELLED, CLASS_CANCELLED_BECAUSE, CLASS_FULL
from centre.permissions import Actor
from centre.scopes import seeing_everything
from centre.states import log_moves
from centre.translation import N_
from training.classes.models import TrainingClass
from training.classes.queries import class_parts
from training.enrolments.effects import Parts
from training.enrolments.models import Enrolment
from training.enrolments.rules import ENROLMENTS, RELEASABLE, SEATLESS, EnrolmentState, Left, TrainingEnded

_IN_CLASS = frozenset({EnrolmentState.ACCEPTED, EnrolmentState.ATTENDING})
_NOT_BEGUN = RELEASABLE - {EnrolmentState.ATTENDING}


def cancel_places(session: Session, *, class_id: int, reason: str = "") -> int:
    """Release everybody from a class that is cancelled or broken off and tell them why; returns how many."""
    with seeing_everything(session):
        parts = class_parts(session, class_id)
        class_no, major = parts[0].class_no, parts[1].name
        because = reason.strip().rstrip("。")
        if because:
            message = CLASS_CANCELLED_BECAUSE.of(major=major, class_no=class_no, reason=because)
        else:
            message = CLASS_CANCELLED.of(major=major, class_no=class_no)
        return _release(session, parts, RELEASABLE, message)


def close_places(session: Session, *, class_id: int, states: Collection[EnrolmentState] = _NOT_BEGUN) -> int:
    """Release those who never got into a class that goes on or is over without them; returns how many."""
    with seeing_everything(session):
        parts = class_parts(session, class_id)
        return _release(session, parts, states, CLASS_FULL.of(major=parts[1].name, class_no=parts[0].class_no))


def _release(session: Session, parts: Parts, states: Collection[EnrolmentState], message: Filled) -> int:
    training = parts[0]
    held = select(Enrolment).where(Enrolment.class_id == training.id, Enrolment.state.in_(states))
    places = list(session.scalars(held.order_by(Enrolment.id).with_for_update()))
    by_state: dict[EnrolmentState, list[int]] = defaultdict(list)
    for place in places:
        by_state[place.state].append(place.id)
    entries = [
        place.service_event_id
        for place in places
        if place.service_event_id is not None and place.state is not EnrolmentState.ATTENDING
    ]
    for batch in batches(entries):
        reverse_services(session, Actor.system(), batch, note=N_("班不办了"))
    reason = written(message, clock.today()).body
    for state, ids in by_state.items():
        target = log_moves(session, Actor.system(), ENROLMENTS, state, "release", ids, reason=reason)
        values: dict[str, object] = {"state": target, "version": Enrolment.version + 1}
        if state is not EnrolmentState.ATTENDING:
            values["service_event_id"] = None
        for batch in batches(ids):
            session.execute(
                update(Enrolment)
                .where(Enrolment.id.in_(batch))
                .values(values)
                .execution_options(synchronize_session=False)
            )
    for place in places:
        session.expire(place)
    left = [place_id for state, ids in by_state.items() if state in _IN_CLASS for place_id in ids]
    if left:
        events.publish(session, Left(training.id, left))
    attended = [place.person_id for place in places if place.id in set(by_state.get(EnrolmentState.ATTENDING, ()))]
    if attended:
        events.publish(session, TrainingEnded(training.id, attended))
    seated = sum(len(ids) for state, ids in by_state.items() if state not in SEATLESS)
    if seated:
        give_back(session, TrainingClass, training.id, count=seated)
    _tell(session, places, message)
    return len(places)


def _tell(session: Session, places: list[Enrolment], message: Filled) -> None:
    send_all(
        session,
        [
            (
                message,
                {
                    "person_id": place.person_id,
                    "link": "/training",
                    "dedupe_key": f"class-ended:{place.id}:{place.version}",
                },
            )
            for place in places
        ],
    )
