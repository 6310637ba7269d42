"""Many enrolments in one step, by the same rules and with the same traces as one: for rosters (集体报名, 集体退班)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from centre import clock, events
from centre.batches import batches
from centre.bulk_writes import insert_rows, new_ids
from centre.counters import take_some
from centre.ledger import record_services, reverse_services
from centre.messages import send_all
from centre.permissions import STAFF, Actor, Permission, require
from centre.scopes import seeing_everything
from centre.states import log_moves
from centre.translation import N_
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.enrolments import queries
from training.enrolments.effects import Learner, Parts, confirmation, free_seats, place_values, service_values
from training.enrolments.models import Enrolment
from training.enrolments.rules import (
    ENROLMENTS,
    SEATLESS,
    AlreadyEnrolled,
    Application,
    ClassFull,
    ClassNotOpen,
    Enrolled,
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
    """Somebody who comes with others, and what is asked for them; `extra` are further columns of the enrolment."""

    person: Learner
    application: Application
    extra: dict[str, Any]


def admit_together(
    session: Session, actor: Actor, *, parts: Parts, newcomers: Sequence[Newcomer], seated: bool = False
) -> Sequence[int]:
    """Enrol many people, all or nobody; gives the numbers of their enrolments in the order of `newcomers`.

    The rules are those of `training.enrolments.actions.admit`; nobody waits here. With `seated` the caller has taken
    the seats already. Raises ClassFull, ClassNotOpen, AlreadyEnrolled, ClassOverlap, TooYoung or BeneficiaryMissing.
    """
    require(actor, Permission.ENROL)
    training = parts[0]
    if training.state is not ClassState.RECRUITING:
        raise ClassNotOpen
    require_active(parts[2].state)
    ids = [newcomer.person.id for newcomer in newcomers]
    queries.lock_people(session, ids)
    if queries.places_of(session, training.id, ids):
        raise AlreadyEnrolled(field="person_id")
    _refuse_many(session, training, newcomers)
    rows = _rows(session, actor, parts, newcomers)
    if not seated and not take_some(session, TrainingClass, training.id, len(rows)):
        raise ClassFull(field="class_id", seats=training.seats)
    # Everything was checked: a county's clerk may put people into a class of another centre.
    with seeing_everything(session):
        _write(session, actor, parts, rows)
    return [row["id"] for row in rows]


def withdraw_together(
    session: Session, actor: Actor, *, class_id: int, places: Sequence[Enrolment], reason: str
) -> None:
    """Take people out of one class before it begins; their seats go to whoever has waited longest (集体退班).

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


def _rows(session: Session, actor: Actor, parts: Parts, newcomers: Sequence[Newcomer]) -> list[dict[str, Any]]:
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
    return [
        {
            "id": number,
            "class_id": training.id,
            "person_id": newcomer.person.id,
            **place_values(parts, newcomer.person, application, rights.get(holder)),
            **newcomer.extra,
        }
        for number, newcomer, application, holder in zip(
            new_ids(session, Enrolment, len(newcomers)), newcomers, applications, entitled_ids, strict=True
        )
    ]


def _write(session: Session, actor: Actor, parts: Parts, rows: list[dict[str, Any]]) -> None:
    """Enrolments, their moves, ledger and messages; who has to be looked at first waits in the state applied."""
    accepted = [row for row in rows if not row["to_check"]]
    services = [
        service_values(
            parts,
            enrolment_id=row["id"],
            person_id=row["person_id"],
            origin=Origin(row["origin"]),
            paid_fen=row["centre_fen"] + row["government_fen"],
        )
        for row in accepted
    ]
    entries = dict(zip((row["id"] for row in accepted), record_services(session, actor, services), strict=True))
    now = clock.now()
    insert_rows(
        session,
        Enrolment,
        [
            row
            | {
                "state": EnrolmentState.APPLIED if row["to_check"] else EnrolmentState.ACCEPTED,
                "service_event_id": entries.get(row["id"]),
                "created_at": now,
                "updated_at": now,
            }
            for row in rows
        ],
    )
    log_moves(session, actor, ENROLMENTS, EnrolmentState.APPLIED, "accept", list(entries))
    places = [(row["id"], row["person_id"]) for row in accepted]
    if places:
        events.publish(session, Enrolled(parts[0].id, places))
    send_all(
        session,
        [
            confirmation(parts, enrolment_id=number, person_id=person_id, entry_id=entries[number])
            for number, person_id in places
        ],
    )
