"""Actions on batches: planning, moving the departure, escorts, groups, locking with every guard, cancelling."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts import Account
from centre.audit import note
from centre.errors import Invalid, Problem
from centre.messages import Filled, send
from centre.messages.journeys import EXPORT_CANCELLED, EXPORT_LOCKED, EXPORT_MOVED
from centre.messages.office import EXPORT_ESCORT
from centre.people import Person
from centre.permissions import Actor, Permission, Role, require
from centre.policy import policy
from centre.records.queries import agrees
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_, Term
from employers.companies.messages import tell_employer
from employers.openings.models import Opening
from matching.companions.queries import fellows_of
from matching.export import queries
from matching.export.drafts import ExportBatchDraft, GroupDraft
from matching.export.members import move_member, release_member
from matching.export.models import EscortDuty, ExportBatch, ExportGroup, ExportMember, ExportProject
from matching.export.rules import (
    BATCH_LABELS,
    BEFORE_DEPARTURE,
    EXPORT_BATCH,
    HOLDING,
    NOT_LEFT,
    ON_THE_WAY,
    PROJECT_LABELS,
    BatchNotRecruiting,
    BatchState,
    ExportProjectState,
    LockRefused,
    MemberState,
    NotEscort,
    ProjectNotOpen,
    QuotaTaken,
)
from matching.export.seating import PURPOSE, Traveller, lock_problems, seat_numbers


def plan_batch(
    session: Session, actor: Actor, *, project_id: int, draft: ExportBatchDraft, is_demo: bool = False
) -> ExportBatch:
    """Plan a journey of a project. Raises ProjectNotOpen, Invalid for a known number, NotFound or OtherCentre."""
    require(actor, Permission.RUN_EXPORT)
    project = queries.own_project(session, actor, project_id)
    if project.state is not ExportProjectState.OPEN:
        raise ProjectNotOpen(state=Term(PROJECT_LABELS[project.state]))
    _refuse_known_number(session, project.id, draft.batch_no, but=0)
    with seeing_everything(session):
        batch = ExportBatch(
            project_id=project.id, centre_id=project.centre_id, employer_id=project.employer_id, is_demo=is_demo,
            seats=draft.vehicle_seats * draft.vehicle_count, **draft.model_dump(),
        )  # fmt: skip
        session.add(batch)
        session.flush()
    note(session, actor, action="export.batch", subject=f"export_batch:{batch.id}")
    return batch


def change_batch(session: Session, actor: Actor, *, batch_id: int, draft: ExportBatchDraft) -> ExportBatch:
    """Change a journey before the departure; all members are notified once of a new time or place (EX-10).

    Printed sheets carry the edition, which rises with every change. A locked roster whose vehicles change is unlocked.
    Raises BatchNotRecruiting, QuotaTaken or Invalid.
    """
    require(actor, Permission.RUN_EXPORT)
    batch = queries.own_batch(session, actor, batch_id)
    if batch.state not in BEFORE_DEPARTURE:
        raise BatchNotRecruiting(state=Term(BATCH_LABELS[batch.state]))
    _refuse_known_number(session, batch.project_id, draft.batch_no, but=batch.id)
    seats = draft.vehicle_seats * draft.vehicle_count
    if seats < batch.taken:
        raise QuotaTaken(field="vehicle_seats", taken=batch.taken)
    before = (batch.depart_at, batch.gather_place, batch.pick_ups)
    vehicles = (batch.vehicle_seats, batch.vehicle_count, batch.insurance_no)
    with seeing_everything(session):
        for name, value in draft.model_dump().items():
            setattr(batch, name, value)
        batch.seats = seats
        batch.edition += 1
        moved = before != (batch.depart_at, batch.gather_place, batch.pick_ups)
        is_new = vehicles != (batch.vehicle_seats, batch.vehicle_count, batch.insurance_no)
        if batch.state is BatchState.LOCKED and (is_new or moved):
            move(session, actor, batch, EXPORT_BATCH, "unlock")
        session.flush()
        if moved:
            _tell_all(
                session,
                batch,
                EXPORT_MOVED.of(
                    batch=batch.batch_no, when=when_of(batch), place=batch.gather_place, edition=batch.edition
                ),
            )
    note(session, actor, action="export.batch-change", subject=f"export_batch:{batch.id}", detail={"moved": moved})
    return batch


def open_roster(session: Session, actor: Actor, *, batch_id: int) -> ExportBatch:
    """Let the county centres put people on the roster. Raises IllegalMove."""
    require(actor, Permission.RUN_EXPORT)
    batch = queries.own_batch(session, actor, batch_id)
    with seeing_everything(session):
        move(session, actor, batch, EXPORT_BATCH, "recruit")
        session.flush()
    return batch


def appoint_escort(session: Session, actor: Actor, *, batch_id: int, account_id: int, phone: str = "") -> EscortDuty:
    """Appoint an escort of the batch. Raises NotEscort, BatchNotRecruiting or NotFound."""
    require(actor, Permission.RUN_EXPORT)
    batch = queries.own_batch(session, actor, batch_id)
    if batch.state not in BEFORE_DEPARTURE:
        raise BatchNotRecruiting(state=Term(BATCH_LABELS[batch.state]))
    with seeing_everything(session):
        account = session.get(Account, account_id)
        if account is None or Role.ESCORT not in account.roles or not account.usable:
            raise NotEscort(field="account_id")
        duty = session.scalar(queries.escorts(batch.id).where(EscortDuty.account_id == account_id))
        if duty is None:
            duty = EscortDuty(batch_id=batch.id, centre_id=batch.centre_id, account_id=account_id, name=account.name)
            session.add(duty)
        duty.phone = phone or duty.phone or ""
        batch.edition += 1
        session.flush()
        send(
            session,
            EXPORT_ESCORT.of(batch=batch.batch_no, when=when_of(batch)),
            to_account_id=account_id,
            link=f"/roll/{batch.id}",
            dedupe_key=f"export-escort:{batch.id}:{account_id}",
        )
    note(session, actor, action="export.escort", subject=f"export_batch:{batch.id}")
    return duty


def release_escort(session: Session, actor: Actor, *, duty_id: int) -> None:
    """Take an escort off a batch that has not left. Raises BatchNotRecruiting or NotFound."""
    require(actor, Permission.RUN_EXPORT)
    duty = queries.duty(session, duty_id)
    batch = queries.own_batch(session, actor, duty.batch_id)
    if batch.state not in (BatchState.PLANNED, BatchState.RECRUITING):
        raise BatchNotRecruiting(state=Term(BATCH_LABELS[batch.state]))
    with seeing_everything(session):
        session.delete(duty)
        batch.edition += 1
        session.flush()


def lead_group(session: Session, actor: Actor, *, batch_id: int, draft: GroupDraft) -> ExportGroup:
    """Make a member the leader of a group, which they join. Raises Invalid or NotFound."""
    require(actor, Permission.RUN_EXPORT)
    batch = queries.own_batch(session, actor, batch_id)
    with seeing_everything(session):
        leader = session.scalar(queries.members(batch.id).where(ExportMember.id == draft.leader_id))
        if leader is None or leader.state not in HOLDING:
            raise Invalid([Problem("leader_id", "not-a-member", N_("组长要从这一批的名单里选"))])
        group = session.scalar(queries.groups(batch.id).where(ExportGroup.name == draft.name))
        if group is None:
            group = ExportGroup(batch_id=batch.id, centre_id=batch.centre_id, name=draft.name)
            session.add(group)
        group.leader_person_id = leader.person_id
        session.flush()
        leader.group_id = group.id
        batch.edition += 1
        session.flush()
    return group


def lock_batch(session: Session, actor: Actor, *, batch_id: int) -> ExportBatch:
    """Lock the roster, give everybody a seat and tell them when and where (EX-01).

    Raises LockRefused with every reason at once: no escort, no insurance, too few seats, too young, no emergency
    contact, no consent, not confirmed, or on another locked batch at the same time.
    """
    require(actor, Permission.RUN_EXPORT)
    batch = queries.own_batch(session, actor, batch_id)
    EXPORT_BATCH.find(batch.state, "lock")
    with seeing_everything(session):
        rows = queries.travelling(session, batch.id)
        ids = sorted(row.person_id for row in rows)
        # A transaction that locks another batch with one of these people waits here, so that neither misses the other.
        session.scalars(select(Person.id).where(Person.id.in_(ids)).order_by(Person.id).with_for_update()).all()
        problems = list(unmet_guards(session, batch))
        if problems:
            raise LockRefused(problems)
        for row in session.scalars(queries.members(batch.id)).all():
            row.seat_no = None
        session.flush()
        duties = session.scalars(queries.escorts(batch.id)).all()
        together = fellows_of(session, ids)
        numbers = seat_numbers(
            [(row.id, row.group_id or -min(together.get(row.person_id, (0,))), row.pick_up) for row in rows],
            vehicles=batch.vehicle_count, seats=batch.vehicle_seats, escorts=len(duties),
        )  # fmt: skip
        for row in rows:
            row.seat_no = numbers[row.id]
        move(session, actor, batch, EXPORT_BATCH, "lock")
        batch.edition += 1
        session.flush()
        for row in rows:
            _tell_seat(session, batch, row)
    note(session, actor, action="export.lock", subject=f"export_batch:{batch.id}", detail={"people": len(rows)})
    return batch


def unlock_batch(session: Session, actor: Actor, *, batch_id: int) -> ExportBatch:
    """Open a locked roster again; printed sheets become void. Raises IllegalMove."""
    require(actor, Permission.RUN_EXPORT)
    batch = queries.own_batch(session, actor, batch_id)
    with seeing_everything(session):
        move(session, actor, batch, EXPORT_BATCH, "unlock")
        batch.edition += 1
        session.flush()
    return batch


def cancel_batch(session: Session, actor: Actor, *, batch_id: int, reason: str) -> ExportBatch:
    """Cancel a journey before the departure: every place is released and everybody is notified once. Raises Invalid."""
    require(actor, Permission.RUN_EXPORT)
    if not reason.strip():
        raise Invalid([Problem("reason", "missing", N_("请写明理由"))])
    batch = queries.own_batch(session, actor, batch_id)
    EXPORT_BATCH.find(batch.state, "cancel")
    with seeing_everything(session):
        message = EXPORT_CANCELLED.of(batch=batch.batch_no, when=when_of(batch), reason=reason.strip()[:200])
        _tell_all(session, batch, message)
        move(session, actor, batch, EXPORT_BATCH, "cancel", reason=reason)
        session.flush()
        for row in queries.travelling(session, batch.id):
            move_member(session, row, "withdraw", by=actor, reason=reason)
            release_member(session, row)
    note(session, actor, action="export.cancel", subject=f"export_batch:{batch.id}")
    return batch


def unmet_guards(session: Session, batch: ExportBatch) -> tuple[Problem, ...]:
    """Everything that keeps a roster from being locked, with the names of those concerned."""
    with seeing_everything(session):
        project = session.get_one(ExportProject, batch.project_id)
        rows = queries.travelling(session, batch.id)
        people = {row.id: row for row in session.scalars(select(Person).where(Person.id.in_(_persons(rows))))}
        postings = {row.id: row for row in session.scalars(select(Opening).where(Opening.id.in_(_openings(rows))))}
        elsewhere = queries.overlapping(session, _persons(rows), batch, ON_THE_WAY)
        together, listed = fellows_of(session, _persons(rows)), set(_persons(rows))
        on = clock.local(batch.depart_at).date()
        travellers = [
            Traveller(
                name=row.worker_name,
                birth_on=people[row.person_id].birth_on,
                at_night=_adults_only(postings[row.opening_id]),
                has_contact=all(row.emergency) and bool(row.phone),
                agrees=agrees(session, row.person_id, PURPOSE),
                confirmed=row.state is MemberState.CONFIRMED,
                elsewhere=row.person_id in elsewhere,
                alone=not set(together.get(row.person_id, ())) <= listed,
            )
            for row in rows
        ]
        escorts = len(session.scalars(queries.escorts(batch.id)).all())
    return lock_problems(
        travellers,
        on=on,
        seats=batch.seats,
        escorts=escorts,
        insurance_no=batch.insurance_no,
        vehicles=batch.vehicles,
        is_open=project.state is ExportProjectState.OPEN,
        working_age=int(policy(session, "working-age", on=on)),
        adult_age=int(policy(session, "adult-age", on=on)),
    )


def when_of(batch: ExportBatch) -> str:
    """The departure as people read it."""
    return f"{clock.local(batch.depart_at):%Y-%m-%d %H:%M}"


def _persons(rows: Sequence[ExportMember]) -> list[int]:
    return [row.person_id for row in rows]


def _openings(rows: Sequence[ExportMember]) -> list[int]:
    return sorted({row.opening_id for row in rows})


def _adults_only(posting: Opening) -> bool:
    return posting.night_shift is True or posting.hazardous


def _refuse_known_number(session: Session, project_id: int, batch_no: str, *, but: int) -> None:
    same = select(ExportBatch.id).where(
        ExportBatch.project_id == project_id, ExportBatch.batch_no == batch_no, ExportBatch.id != but
    )
    if session.scalar(same) is not None:
        raise Invalid([Problem("batch_no", "known", N_("这个项目已有同名批次，请换一个批次号"))])


def _tell_seat(session: Session, batch: ExportBatch, row: ExportMember) -> None:
    vehicle, seat = queries.place_of(batch, row.seat_no)
    place = row.pick_up or batch.gather_place
    send(
        session,
        EXPORT_LOCKED.of(batch=batch.batch_no, when=when_of(batch), place=place, vehicle=vehicle, seat=seat),
        to_person_id=row.person_id,
        link="/me/journeys",
        dedupe_key=f"export-locked:{row.id}:{batch.edition}",
    )


def _tell_all(session: Session, batch: ExportBatch, message: Filled) -> None:
    """Tell every member, escort and the employer once of a change of the journey."""
    once = f"{message.wording.name}:{batch.id}:{batch.edition}"
    for row in queries.travelling(session, batch.id):
        if row.state in NOT_LEFT:
            key = f"{once}:p{row.person_id}"
            send(session, message, to_person_id=row.person_id, link="/me/journeys", dedupe_key=key)
    for duty in session.scalars(queries.escorts(batch.id)).all():
        key = f"{once}:a{duty.account_id}"
        send(session, message, to_account_id=duty.account_id, link=f"/roll/{batch.id}", dedupe_key=key)
    tell_employer(session, batch.employer_id, message, link="/employer/arrivals", dedupe_key=once)
