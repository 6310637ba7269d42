"""Enrol people and take them out, one or a whole roster by the same steps (报名, 退班, 集体报名, 集体退班)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from centre import audit, clock, events
from centre.batches import batches
from centre.bulk_writes import insert_rows, new_ids
from centre.counters import take_some
from centre.ledger import reverse_services
from centre.permissions import STAFF, Actor, Permission, require
from centre.scopes import seeing_everything
from centre.states import log_moves
from centre.translation import N_
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.enrolments import queries
from training.enrolments.effects import (
    Learner,
    Parts,
    confirm_places,
    free_seats,
    place_values,
    record_places,
)
from training.enrolments.models import Enrolment
from training.enrolments.rules import (
    ENROLMENTS,
    SEATLESS,
    AlreadyEnrolled,
    Application,
    ClassFull,
    ClassNotOpen,
    EnrolmentState,
    Left,
    Origin,
    needs_holder,
    refuse_by_rules,
    with_beneficiary,
)
from training.providers.rules import require_active


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person who enrols, with the application; `extra` holds further columns, the same for everybody."""

    person: Learner
    application: Application
    extra: Mapping[str, Any] = field(default_factory=dict)


def admit_together(
    session: Session, actor: Actor, *, parts: Parts, newcomers: Sequence[Newcomer], seated: bool = False
) -> Sequence[int]:
    """Enrol people in a class, all or none; returns the numbers of their enrolments in the order of `newcomers`.

    Who left the class or was refused comes back on the same enrolment. When there is no room for all of them, they
    wait if every application allows it. With `seated` the caller has taken the seats already. Raises ClassFull,
    ClassNotOpen, AlreadyEnrolled, ClassOverlap, TooYoung or BeneficiaryMissing.
    """
    require(actor, Permission.ENROL)
    training = parts[0]
    if training.state is not ClassState.RECRUITING:
        raise ClassNotOpen
    require_active(parts[2].state)
    ids = [newcomer.person.id for newcomer in newcomers]
    queries.lock_people(session, ids)
    _refuse_many(session, training, newcomers)
    held = queries.places_of(session, training.id, ids)
    if any("return" not in ENROLMENTS.events(place.state, Actor.system()) for place in held.values()):
        raise AlreadyEnrolled(field="person_id")
    rows = _rows(session, actor, parts, newcomers, held)
    has_room = seated or take_some(session, TrainingClass, training.id, len(rows))
    if not has_room and not all(newcomer.application.may_wait for newcomer in newcomers):
        raise ClassFull(field="class_id", seats=training.seats)
    # Everything was checked: a county's clerk may put people into a class of another centre.
    with seeing_everything(session):
        _write(session, actor, parts, rows, held, seated=has_room)
    return [row["id"] for row in rows]


def withdraw_together(
    session: Session, actor: Actor, *, class_id: int, places: Sequence[Enrolment], reason: str
) -> None:
    """Take people out of one class before it begins; their seats go to the person who has waited longest (集体退班).

    All of them are in the same state. Raises IllegalMove once the class runs, and StaleDataError when somebody else
    moved one of them meanwhile: the seat would come back twice.
    """
    require(actor, Permission.ENROL)
    if not places:
        return
    ids = [place.id for place in places]
    state = places[0].state
    if any(place.state is not state for place in places):
        raise ValueError("places of one state")
    with seeing_everything(session):
        session.flush()
        left = log_moves(session, actor, ENROLMENTS, state, "withdraw", ids, reason=reason)
        entries = [place.service_event_id for place in places if place.service_event_id is not None]
        for batch in batches(entries):
            reverse_services(session, actor, batch, note=N_("退班"))
        for batch in batches(ids):
            moved = session.execute(
                update(Enrolment)
                .where(Enrolment.id.in_(batch), Enrolment.state == state)
                .values(state=left, service_event_id=None, version=Enrolment.version + 1)
                .execution_options(synchronize_session=False)
            )
            if getattr(moved, "rowcount", 0) != len(batch):
                raise StaleDataError("an enrolment was moved meanwhile")
        for place in places:
            session.expire(place)
        if state is EnrolmentState.ACCEPTED:
            events.publish(session, Left(class_id, ids))
        if state not in SEATLESS:
            free_seats(session, class_id, len(ids))


def _refuse_many(session: Session, training: TrainingClass, newcomers: Sequence[Newcomer]) -> None:
    age = queries.least_age(session, training)
    elsewhere = queries.classes_elsewhere(session, [newcomer.person.id for newcomer in newcomers], training.id)
    for newcomer in newcomers:
        refuse_by_rules(
            training, birth_on=newcomer.person.birth_on, age=age, others=elsewhere.get(newcomer.person.id, [])
        )


def _rows(
    session: Session, actor: Actor, parts: Parts, newcomers: Sequence[Newcomer], held: Mapping[int, Enrolment]
) -> list[dict[str, Any]]:
    training, _, provider = parts
    trusted = actor.is_system or bool(actor.roles & STAFF)
    files = [
        newcomer.application.hardship_no
        for newcomer in newcomers
        if needs_holder(newcomer.application, trusted=trusted)
    ]
    holders = queries.holders_of(session, files) if files else {}
    applications = [
        with_beneficiary(newcomer.application, holders.get(newcomer.application.hardship_no), trusted=trusted)
        for newcomer in newcomers
    ]
    entitled_ids = [
        application.beneficiary_of_id or newcomer.person.id
        for newcomer, application in zip(newcomers, applications, strict=True)
    ]
    rights = queries.entitlements(session, sorted(set(entitled_ids)), training, provider)
    fresh = iter(new_ids(session, Enrolment, len(newcomers) - len(held)))
    return [
        {
            "id": held[newcomer.person.id].id if newcomer.person.id in held else next(fresh),
            "class_id": training.id,
            "person_id": newcomer.person.id,
            **place_values(parts, newcomer.person, application, rights.get(holder)),
            **newcomer.extra,
        }
        for newcomer, application, holder in zip(newcomers, applications, entitled_ids, strict=True)
    ]


def _write(
    session: Session,
    actor: Actor,
    parts: Parts,
    rows: Sequence[dict[str, Any]],
    held: Mapping[int, Enrolment],
    *,
    seated: bool,
) -> None:
    """Enrolments, their moves, ledger and messages; applications that need a check stay in the state applied."""
    accepted = [row for row in rows if seated and not row["to_check"]]
    entries = record_places(session, actor, parts, accepted)
    now, state = clock.now(), EnrolmentState.APPLIED if seated else EnrolmentState.WAITLISTED
    for row in rows:
        row["service_event_id"] = entries.get(row["id"])
        row["state"] = EnrolmentState.ACCEPTED if row["id"] in entries else state
    fresh = [row | {"created_at": now, "updated_at": now} for row in rows if row["person_id"] not in held]
    insert_rows(session, Enrolment, fresh)
    _bring_back(session, rows, held)
    if seated:
        log_moves(session, actor, ENROLMENTS, EnrolmentState.APPLIED, "accept", list(entries))
    else:
        log_moves(session, Actor.system(), ENROLMENTS, EnrolmentState.APPLIED, "wait", [row["id"] for row in rows])
    for row in rows:
        if row["origin"] is not Origin.ROSTER:  # a roster is noted once, with its numbers
            audit.note(session, actor, action="enrolment.create", subject=f"enrolment:{row['id']}")
    confirm_places(session, parts, accepted, entries)


def _bring_back(session: Session, rows: Sequence[dict[str, Any]], held: Mapping[int, Enrolment]) -> None:
    for row in rows:
        place = held.get(row["person_id"])
        if place is not None:
            log_moves(session, Actor.system(), ENROLMENTS, place.state, "return", [place.id])
            for name, value in row.items():
                setattr(place, name, value)
    session.flush()
