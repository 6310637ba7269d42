"""Actions after the arrival: hand-over, contract, return, work found without the centre."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock, regions
from centre.audit import note
from centre.counters import give_back
from centre.errors import Invalid, Problem
from centre.ledger import Channel, ServiceCategory, record_service
from centre.messages import send
from centre.messages.journeys import EXPORT_WARNED
from centre.permissions import Actor, Permission, Role, require
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_, SOURCE_LOCALE, translate
from employers.companies.actions import judge_employer
from employers.companies.queries import employer
from employers.companies.rules import EmployerState
from matching.export import queries
from matching.export.actions import pause_projects
from matching.export.drafts import SelfFoundDraft
from matching.export.members import move_member
from matching.export.models import ExportBatch, ExportMember, ExportProject, ExportQuota, SelfFoundJob
from matching.export.roll.queries import roll
from matching.export.roll.rules import RollUnsettled
from matching.export.rules import (
    EXPORT_BATCH,
    EXPORT_MEMBER,
    NOT_LEFT,
    BatchState,
    MemberState,
    OutOfScope,
    StillWithUs,
)
from matching.export.stay.queries import list_digest
from matching.export.stay.returning import bring_back
from matching.export.stay.rules import (
    ContractDraft,
    ContractNotChecked,
    ContractWorse,
    HandOverDraft,
    NotSigned,
    RefusalDraft,
    ReturnDraft,
    is_worse,
)
from matching.introductions.actions import end_placement
from matching.introductions.models import Placement
from matching.introductions.placing import place_worker
from matching.introductions.rules import PlacementState
from matching.profiles.actions import move_registration
from matching.profiles.queries import person_in_sight

LESS = N_("合同工资 {wage} 元，招工时说最低 {promised} 元")


def hand_over(session: Session, actor: Actor, *, batch_id: int, draft: HandOverDraft) -> ExportBatch:
    """The employer signs for those who arrived, on a telephone; the centre enters a list signed on paper.

    The digest binds the signature to the list. Places of those who never came become free again. Raises NotSigned,
    RollUnsettled, IllegalMove or NotFound.
    """
    require(actor, Permission.SIGN_HAND_OVER)
    batch = queries.own_batch(session, actor, batch_id) if actor.scope.staff else queries.batch(session, batch_id)
    EXPORT_BATCH.find(batch.state, "hand_over")
    is_employer = Role.EMPLOYER in actor.roles and actor.employer_id == batch.employer_id
    if not draft.signer or not (draft.agrees if is_employer else draft.paper_no):
        raise NotSigned
    with seeing_everything(session):
        disputed = roll(session, batch.id).conflicts
        rows = session.scalars(queries.members(batch.id)).all()
        if disputed:
            ids = {truth.member_id for truth in disputed}
            names = "、".join(row.worker_name for row in rows if row.id in ids)
            raise RollUnsettled(count=len(disputed), names=names)
        arrived = [row for row in rows if row.state is MemberState.ARRIVED]
        batch.signed_at = clock.now()
        batch.signed_by = draft.signer if is_employer else f"{draft.signer} {draft.paper_no}"[:60]
        batch.signed_digest, batch.signed_people = list_digest(batch, arrived), len(arrived)
        move(session, actor, batch, EXPORT_BATCH, "hand_over")
        session.flush()
        for row in rows:
            if row.state is MemberState.NO_SHOW:
                give_back(session, ExportProject, row.project_id)
                give_back(session, ExportQuota, row.quota_id)
    note(session, actor, action="export.hand-over", subject=f"export_batch:{batch.id}", detail={"people": len(arrived)})
    return batch


def check_contract(session: Session, actor: Actor, *, member_id: int, draft: ContractDraft) -> ExportMember:
    """Compare a contract with what was promised, before it is signed.

    When it says less, the member is flagged, the employer is put on watch, its projects are paused, and everybody who
    has not signed yet is notified once (EX-04). Raises IllegalMove or NotFound.
    """
    require(actor, Permission.RUN_EXPORT)
    row = queries.own_member(session, actor, member_id)
    EXPORT_MEMBER.find(row.state, "sign")
    with seeing_everything(session):
        project = session.get_one(ExportProject, row.project_id)
        row.contract_checked_at, row.wage_fen = clock.now(), draft.wage_fen
        if is_worse(draft.wage_fen, project.pay_min_fen):
            words = {"wage": draft.wage_fen // 100, "promised": project.pay_min_fen // 100}
            row.flag = translate(SOURCE_LOCALE, LESS, **words)[:200]
            session.flush()
            _warn(session, actor, project, row.flag, but=row.person_id)
        else:
            row.flag = ""
        session.flush()
    note(session, actor, action="export.contract-check", subject=f"export_member:{row.id}")
    return row


def sign_contract(session: Session, actor: Actor, *, member_id: int, draft: ContractDraft) -> ExportMember:
    """Record a signed contract: from now on the person counts as exported and is followed for 90 days (EX-03).

    Raises ContractNotChecked, ContractWorse, OpeningFull, IllegalMove or NotFound.
    """
    require(actor, Permission.RUN_EXPORT)
    row = queries.own_member(session, actor, member_id)
    EXPORT_MEMBER.find(row.state, "sign")
    if row.contract_checked_at is None or row.wage_fen != draft.wage_fen:
        raise ContractNotChecked
    if row.flag and not draft.knows_less:
        raise ContractWorse
    if draft.starts_on > clock.today():
        raise Invalid([Problem("starts_on", "future", N_("上岗日期不能晚于今天"))])
    with seeing_everything(session):
        placement = place_worker(
            session, actor, person_id=row.person_id, centre_id=row.home_centre_id, opening_id=row.opening_id,
            starts_on=draft.starts_on, wage_fen=draft.wage_fen, is_demo=row.is_demo,
        )  # fmt: skip
        row.placement_id, row.contract_signed_on = placement.id, clock.today()
        move_member(session, row, "sign", by=actor)
        record_service(
            session, actor, centre_id=row.home_centre_id, category=ServiceCategory.INTERMEDIATION,
            channel=Channel.SITE, person_id=row.person_id, topic="labour-export", subject=f"export_member:{row.id}",
        )  # fmt: skip
        session.flush()
    note(session, actor, action="export.contract", subject=f"export_member:{row.id}")
    return row


def reject_contract(session: Session, actor: Actor, *, member_id: int, draft: RefusalDraft) -> ExportMember:
    """Record that an arrived worker does not sign, with the reason. Raises Invalid, IllegalMove or NotFound."""
    require(actor, Permission.RUN_EXPORT)
    if not draft.reason:
        raise Invalid([Problem("reason", "missing", N_("请写明理由"))])
    row = queries.own_member(session, actor, member_id)
    with seeing_everything(session):
        move_member(session, row, "reject", by=actor, reason=draft.reason)
    note(session, actor, action="export.contract-refused", subject=f"export_member:{row.id}")
    return row


def record_return(session: Session, actor: Actor, *, member_id: int, draft: ReturnDraft) -> ExportMember:
    """Record that a worker has returned: the registration is active again, with new suggestions, the same day (EX-06).

    Raises Invalid for a day ahead of today, IllegalMove or NotFound.
    """
    require(actor, Permission.RUN_EXPORT)
    row = queries.own_member(session, actor, member_id)
    EXPORT_MEMBER.find(row.state, "return")
    if draft.on > clock.today():
        raise Invalid([Problem("on", "future", N_("返乡日期不能晚于今天"))])
    with seeing_everything(session):
        placement = session.get(Placement, row.placement_id) if row.placement_id else None
        if placement is not None and placement.state is not PlacementState.ENDED:
            end_placement(session, actor, placement_id=placement.id, reason=draft.reason, on=draft.on)
            session.refresh(row)
            row.returned_on = draft.on
        else:
            bring_back(session, row, by=actor, reason=draft.reason.value)
            row.returned_on = draft.on
        session.flush()
    note(session, actor, action="export.return", subject=f"export_member:{row.id}")
    return row


def record_self_found(session: Session, actor: Actor, *, draft: SelfFoundDraft) -> SelfFoundJob:
    """Record work elsewhere that a person found without the centre: counted apart, never as an introduction (EX-07).

    Raises OutOfScope, Invalid or NotFound.
    """
    require(actor, Permission.LIST_FOR_EXPORT)
    person = person_in_sight(session, draft.person_id)
    if not regions.exists(draft.region_code):
        raise OutOfScope(field="region_code")
    if draft.started_on > clock.today():
        raise Invalid([Problem("started_on", "future", N_("上岗日期不能晚于今天"))])
    with seeing_everything(session):
        job = SelfFoundJob(centre_id=person.centre_id, account_id=actor.account_id, **draft.model_dump())
        session.add(job)
        move_registration(session, Actor.system(), person_id=person.id, event="hire")
        session.flush()
    note(session, actor, action="export.self-found", subject=f"person:{person.id}")
    return job


def close_batch(session: Session, actor: Actor, *, batch_id: int) -> ExportBatch:
    """End a batch whose members are all stable, back, or never went on. Raises StillWithUs or IllegalMove."""
    require(actor, Permission.RUN_EXPORT)
    batch = queries.own_batch(session, actor, batch_id)
    EXPORT_BATCH.find(batch.state, "close")
    with seeing_everything(session):
        followed = (MemberState.ARRIVED, MemberState.SIGNED, MemberState.DAY_30)
        rows = session.scalars(queries.members(batch.id).where(ExportMember.state.in_(followed))).all()
        if rows:
            raise StillWithUs(count=len(rows))
        move(session, actor, batch, EXPORT_BATCH, "close")
        session.flush()
    return batch


def _warn(session: Session, actor: Actor, project: ExportProject, reason: str, *, but: int) -> None:
    system = replace(Actor.system(), account_id=actor.account_id)
    if employer(session, project.employer_id).state is EmployerState.ACTIVE:
        judge_employer(session, system, employer_id=project.employer_id, event="warn", reason=reason)
    pause_projects(session, system, employer_id=project.employer_id, reason=reason)
    unsigned = (
        select(ExportMember)
        .join(ExportBatch, ExportBatch.id == ExportMember.batch_id)
        .where(
            ExportMember.employer_id == project.employer_id,
            ExportMember.state.in_([*NOT_LEFT, MemberState.BOARDED, MemberState.ARRIVED]),
            ExportBatch.state != BatchState.CANCELLED,
            ExportMember.person_id != but,
        )
    )
    for other in session.scalars(unsigned.order_by(ExportMember.id)).all():
        send(
            session,
            EXPORT_WARNED.of(project=project.name),
            to_person_id=other.person_id,
            link="/me/journeys",
            dedupe_key=f"export-warned:{project.id}:{other.person_id}",
        )
