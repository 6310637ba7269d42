"""Queries on labour export, scoped to the reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from centre import clock, regions
from centre.accounts import Account
from centre.errors import NotFound
from centre.network import Centre, allow_staff, oversees
from centre.people import Person
from centre.permissions import Actor, Role
from centre.scopes import seeing_everything
from employers.companies.models import Employer
from employers.openings.models import Opening
from matching.export.models import (
    EscortDuty,
    ExportBatch,
    ExportGroup,
    ExportMember,
    ExportProject,
    ExportQuota,
    VisitReport,
)
from matching.export.rules import HOLDING, BatchState, ExportProjectState, MemberState

SHEET_DAYS = timedelta(days=30)
"""How long after the hand-over a batch stays on the telephones of escorts and leaders (EX-05)."""


@dataclass(frozen=True, slots=True)
class Seated:
    """The data of a member that an escort or a group leader may see: only what is on this line (带队名单)."""

    member_id: int
    name: str
    phone: str
    vehicle: int
    seat: int
    emergency_name: str
    emergency_phone: str
    pick_up: str
    group: str
    state: MemberState


def projects(state: ExportProjectState | None = None) -> Select[ExportProject, str]:
    """Projects with the names of their employers, the newest first."""
    statement = (
        select(ExportProject, Employer.name)
        .join(Employer, Employer.id == ExportProject.employer_id)
        .order_by(ExportProject.id.desc())
    )
    return statement if state is None else statement.where(ExportProject.state == state)


def project(session: Session, project_id: int) -> ExportProject:
    """One project that is visible to the session. Raises NotFound."""
    record = session.scalar(select(ExportProject).where(ExportProject.id == project_id))
    if record is None:
        raise NotFound
    return record


def own_project(session: Session, actor: Actor, project_id: int) -> ExportProject:
    """A project of a centre that the actor oversees. Raises NotFound or OtherCentre."""
    record = project(session, project_id)
    allow_staff(session, record, record.centre_id, actor=actor)
    return record


def batch(session: Session, batch_id: int) -> ExportBatch:
    """One batch that is visible to the session. Raises NotFound."""
    record = session.scalar(select(ExportBatch).where(ExportBatch.id == batch_id))
    if record is None:
        raise NotFound
    return record


def own_batch(session: Session, actor: Actor, batch_id: int) -> ExportBatch:
    """A batch of a centre that the actor oversees. Raises NotFound or OtherCentre."""
    record = batch(session, batch_id)
    allow_staff(session, record, record.centre_id, actor=actor)
    return record


def batches_of(project_id: int) -> Select[ExportBatch]:
    """The batches of a project by departure."""
    return (
        select(ExportBatch).where(ExportBatch.project_id == project_id).order_by(ExportBatch.depart_at, ExportBatch.id)
    )


def batches_in(*states: BatchState) -> Select[ExportBatch, str]:
    """Batches in some states with the names of their projects, the next departure first."""
    return (
        select(ExportBatch, ExportProject.name)
        .join(ExportProject, ExportProject.id == ExportBatch.project_id)
        .where(ExportBatch.state.in_(states))
        .order_by(ExportBatch.depart_at, ExportBatch.id)
    )


def quotas(project_id: int) -> Select[ExportQuota, Opening]:
    """The quotas of a project with their openings."""
    return (
        select(ExportQuota, Opening)
        .join(Opening, Opening.id == ExportQuota.opening_id)
        .where(ExportQuota.project_id == project_id)
        .order_by(ExportQuota.opening_id, ExportQuota.region_code, ExportQuota.id)
    )


def reports(project_id: int) -> Select[VisitReport]:
    """The inspections of a project, the newest first."""
    return (
        select(VisitReport)
        .where(VisitReport.project_id == project_id)
        .order_by(VisitReport.visited_on.desc(), VisitReport.id.desc())
    )


def members(batch_id: int) -> Select[ExportMember]:
    """The members of a batch in the order of the list; those who withdrew last."""
    return select(ExportMember).where(ExportMember.batch_id == batch_id).order_by(ExportMember.id)


def flagged() -> Select[ExportMember]:
    """Members whose contract said less than was promised and who have not signed or gone back."""
    waiting = (MemberState.ARRIVED, MemberState.SIGNED)
    return (
        select(ExportMember)
        .where(ExportMember.flag != "", ExportMember.state.in_(waiting))
        .order_by(ExportMember.id.desc())
    )


def travelling(session: Session, batch_id: int) -> Sequence[ExportMember]:
    """The members of a batch that hold a place, all of them."""
    with seeing_everything(session):
        return session.scalars(members(batch_id).where(ExportMember.state.in_(HOLDING))).all()


def member(session: Session, member_id: int) -> ExportMember:
    """One member that is visible to the session. Raises NotFound."""
    record = session.scalar(select(ExportMember).where(ExportMember.id == member_id))
    if record is None:
        raise NotFound
    return record


def own_member(session: Session, actor: Actor, member_id: int) -> ExportMember:
    """A member of a batch that the actor's centre organises, or one that it sent. Raises NotFound or OtherCentre."""
    record = member(session, member_id)
    if record.home_centre_id != actor.centre_id:
        allow_staff(session, record, record.centre_id, actor=actor)
    return record


def escorts(batch_id: int) -> Select[EscortDuty]:
    """The escorts of a batch."""
    return select(EscortDuty).where(EscortDuty.batch_id == batch_id).order_by(EscortDuty.id)


def escorts_to_expect(session: Session, batch_id: int) -> Sequence[EscortDuty]:
    """The escorts of a batch for the employer that waits for it; the caller has checked the right to the batch."""
    with seeing_everything(session):
        return session.scalars(escorts(batch_id)).all()


def duty(session: Session, duty_id: int) -> EscortDuty:
    """One escort's duty. Raises NotFound."""
    record = session.scalar(select(EscortDuty).where(EscortDuty.id == duty_id))
    if record is None:
        raise NotFound
    return record


def groups(batch_id: int) -> Select[ExportGroup]:
    """The groups of a batch."""
    return select(ExportGroup).where(ExportGroup.batch_id == batch_id).order_by(ExportGroup.id)


def group_names(session: Session, batch_id: int) -> dict[int, str]:
    """The names of a batch's groups by id."""
    with seeing_everything(session):
        return {group.id: group.name for group in session.scalars(groups(batch_id))}


def possible_escorts(session: Session, actor: Actor) -> Sequence[Account]:
    """Accounts that may lead a batch of the actor's centre, by name; the city centre chooses among all."""
    with seeing_everything(session):
        accounts = session.scalars(select(Account).where(Account.disabled.is_(False)).order_by(Account.name)).all()
    able = [account for account in accounts if Role.ESCORT in account.roles and account.usable]
    return [account for account in able if oversees(session, account.centre_id, actor=actor)]


def led(session: Session, actor: Actor) -> list[ExportBatch]:
    """The batches that an escort or a group leader has on the telephone, the next departure first."""
    own = select(EscortDuty.batch_id).where(EscortDuty.account_id == (actor.account_id or 0))
    leading = select(ExportGroup.batch_id).where(ExportGroup.leader_person_id == (actor.person_id or 0))
    statement = select(ExportBatch).where(ExportBatch.id.in_(own) | ExportBatch.id.in_(leading))
    rows = session.scalars(statement.order_by(ExportBatch.depart_at, ExportBatch.id)).all()
    return [row for row in rows if row.state is not BatchState.CANCELLED and not sheet_expired(row)]


def led_batch(session: Session, actor: Actor, batch_id: int) -> ExportBatch:
    """A batch whose roll the actor calls: as escort, as group leader, or as staff of its centre. Raises NotFound."""
    record = batch(session, batch_id)
    if actor.scope.staff or actor.is_system:
        allow_staff(session, record, record.centre_id, actor=actor)
        return record
    if record.id not in {row.id for row in led(session, actor)}:
        raise NotFound
    return record


def sheet_expired(record: ExportBatch) -> bool:
    """Whether the escort's sheet has left the telephones, thirty days after the hand-over (EX-05)."""
    return record.signed_at is not None and clock.now() > sheet_until(record)


def sheet_until(record: ExportBatch) -> datetime:
    """Until when telephones keep the sheet: thirty days after the hand-over.

    Before the hand-over, it is kept for thirty days after the expected arrival or, if that is past, from now on.
    """
    return (record.signed_at or max(record.arrive_at, clock.now())) + SHEET_DAYS


def seated(session: Session, record: ExportBatch) -> list[Seated]:
    """The roster as escorts and group leaders read it, by vehicle and seat; only those who hold a place."""
    called = group_names(session, record.id)
    rows = session.scalars(members(record.id).where(ExportMember.state.in_(HOLDING))).all()
    lines = []
    for row in rows:
        vehicle, seat = place_of(record, row.seat_no)
        emergency_name, emergency_phone = row.emergency
        lines.append(
            Seated(
                row.id, row.worker_name, row.phone, vehicle, seat, emergency_name, emergency_phone, row.pick_up,
                called.get(row.group_id or 0, ""), row.state,
            )
        )  # fmt: skip
    return sorted(lines, key=lambda line: (line.vehicle == 0, line.vehicle, line.seat, line.member_id))


def place_of(record: ExportBatch, seat_no: int | None) -> tuple[int, int]:
    """The vehicle and the seat in it of a seat number of the batch; 0, 0 before seats are given."""
    if seat_no is None:
        return 0, 0
    return (seat_no - 1) // record.vehicle_seats + 1, (seat_no - 1) % record.vehicle_seats + 1


def county_of(session: Session, person: Person) -> str:
    """The county whose quota a person draws on: where they live, or that of their centre."""
    home = session.scalar(select(Centre.region_code).where(Centre.id == person.centre_id)) or ""
    live = person.live_region
    if live and regions.exists(live) and home and regions.within(live, home[:4] + "00"):
        return live
    return home


def overlapping(
    session: Session, person_ids: Sequence[int], record: ExportBatch, states: Sequence[BatchState]
) -> set[int]:
    """Who of some people is on another batch in these states that travels at the same time."""
    statement = (
        select(ExportMember.person_id)
        .join(ExportBatch, ExportBatch.id == ExportMember.batch_id)
        .where(
            ExportMember.person_id.in_(person_ids),
            ExportMember.state.in_(HOLDING),
            ExportBatch.id != record.id,
            ExportBatch.state.in_(states),
            ExportBatch.depart_at < record.arrive_at,
            ExportBatch.arrive_at > record.depart_at,
        )
    )
    with seeing_everything(session):
        return set(session.scalars(statement))


def state_counts(session: Session, batch_id: int) -> dict[MemberState, int]:
    """How many members of a batch are in each state."""
    statement = (
        select(ExportMember.state, func.count()).where(ExportMember.batch_id == batch_id).group_by(ExportMember.state)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def journeys_of(session: Session, person_id: int) -> Sequence[tuple[ExportMember, ExportBatch, ExportProject]]:
    """The journeys of one person, the newest first."""
    rows = session.execute(
        select(ExportMember, ExportBatch, ExportProject)
        .join(ExportBatch, ExportBatch.id == ExportMember.batch_id)
        .join(ExportProject, ExportProject.id == ExportMember.project_id)
        .where(ExportMember.person_id == person_id)
        .order_by(ExportMember.id.desc())
    )
    return [(row[0], row[1], row[2]) for row in rows]


def due_sheets(now: datetime) -> Select[ExportBatch]:
    """Batches whose sheets have to leave the telephones."""
    return (
        select(ExportBatch)
        .join(EscortDuty, EscortDuty.batch_id == ExportBatch.id)
        .where(ExportBatch.signed_at < now - SHEET_DAYS, EscortDuty.ended_at.is_(None))
        .order_by(ExportBatch.id)
        .distinct()
    )


def ended_projects(today: date) -> Select[ExportProject]:
    """Projects whose last day has passed."""
    lasting = (ExportProjectState.OPEN, ExportProjectState.PAUSED)
    return (
        select(ExportProject)
        .where(ExportProject.state.in_(lasting), ExportProject.to_on < today)
        .order_by(ExportProject.id)
    )
