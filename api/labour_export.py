"""Labour export: projects, batches and members; departure, hand-over, contracts, returns, subsidies."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Query

from api.dependencies import Routes, Unit
from api.versions import expect_version, tell_version
from api.wire import Wire
from centre.drafts import Draft, Line, RecordId
from centre.permissions import Permission
from matching.export import actions, batches, members, queries
from matching.export.drafts import (
    ExportBatchDraft,
    ExportMemberDraft,
    ExportProjectDraft,
    ExportQuotaDraft,
    MemberStep,
    SelfFoundDraft,
    VisitReportDraft,
)
from matching.export.models import ExportBatch, ExportMember
from matching.export.roll import actions as rolls
from matching.export.rules import BatchState, ExportProjectState, MemberState, Transport
from matching.export.stay import actions as staying
from matching.export.stay import subsidies
from matching.export.stay.queries import export_report, funnel
from matching.export.stay.rules import ContractDraft, HandOverDraft, RefusalDraft, ReturnDraft, SubsidyState

routes = Routes(prefix="/labour-export", tags=["labour_export"])

READ, RUN, LIST, ROLL = (
    Permission.READ_EXPORT,
    Permission.RUN_EXPORT,
    Permission.LIST_FOR_EXPORT,
    Permission.CALL_ROLL,
)
BATCH_STEPS: dict[str, Callable[..., ExportBatch]] = {
    "recruit": batches.open_roster,
    "lock": batches.lock_batch,
    "unlock": batches.unlock_batch,
    "close": staying.close_batch,
}


class ExportProjectOut(Wire):
    """A project of labour export; money in fen a month, `version` for If-Match (输出项目)."""

    id: int
    name: str
    employer_id: int
    destination_code: str
    agreement_no: str
    quota: int
    taken: int
    from_on: date
    to_on: date
    pay_min_fen: int
    pay_max_fen: int
    state: ExportProjectState
    version: int


class ExportBatchOut(Wire):
    """A batch with its places, the edition of its printed sheets, and its `version` for If-Match (输出批次)."""

    id: int
    project_id: int
    batch_no: str
    depart_at: datetime
    arrive_at: datetime
    gather_place: str
    mode: Transport
    seats: int
    taken: int
    edition: int
    state: BatchState
    version: int


class ExportMemberOut(Wire):
    """A member as staff see it, without numbers and contacts (输出人员)."""

    id: int
    batch_id: int
    person_id: int
    opening_id: int
    worker_name: str
    seat_no: int | None
    pick_up: str
    state: MemberState
    flag: str
    wage_fen: int | None
    contract_signed_on: date | None


class FunnelOut(Wire):
    """How many came how far; `signed` counts as exported."""

    listed: int
    confirmed: int
    boarded: int
    arrived: int
    signed: int
    day_30: int
    day_90: int
    returned: int


class ExportReportOut(Wire):
    """The report of a period: people who signed, and those who found work themselves, apart (输出月报)."""

    exported: int
    self_found: int
    in_province: int
    elsewhere: int
    after_training: int
    day_30: int
    day_90: int
    returned: int
    destinations: dict[str, int]
    occupations: dict[str, int]
    counties: dict[str, int]
    reasons: dict[str, int]


class TravelSubsidyOut(Wire):
    """A travel subsidy in fen (交通补贴)."""

    id: int
    member_id: int
    amount_fen: int
    state: SubsidyState


class ProjectStep(Draft):
    """A step of a project; pausing needs a reason."""

    event: Literal["open", "pause", "resume", "close"]
    reason: Line = ""


class BatchStep(Draft):
    """A step of a batch before the departure, or its end."""

    event: Literal["recruit", "lock", "unlock", "close"]


class JourneyStep(Draft):
    """The batch leaves, or has arrived."""

    event: Literal["depart", "arrive"]


class BatchCancellation(Draft):
    """Why a batch is cancelled."""

    reason: Line = ""


@routes.get("/projects", allow=READ)
def projects(unit: Unit, state: ExportProjectState | None = None) -> list[ExportProjectOut]:
    """List projects, the newest first."""
    return [ExportProjectOut.model_validate(row) for row, _ in unit.session.execute(queries.projects(state))]


@routes.post("/projects", allow=RUN, status_code=201)
def plan_project(unit: Unit, draft: ExportProjectDraft) -> ExportProjectOut:
    """Enter a project; 409 `out-of-scope` for a destination abroad."""
    return ExportProjectOut.model_validate(actions.plan_project(unit.session, unit.actor, draft))


@routes.put("/projects/{project_id}", allow=RUN)
def change_project(unit: Unit, project_id: RecordId, draft: ExportProjectDraft) -> ExportProjectOut:
    """Change a project; with If-Match only the version that the caller saw."""
    expect_version(unit, queries.project(unit.session, project_id))
    changed = actions.change_project(unit.session, unit.actor, project_id=project_id, draft=draft)
    tell_version(unit, changed)
    return ExportProjectOut.model_validate(changed)


@routes.post("/projects/{project_id}/visits", allow=RUN, status_code=204)
def report_visit(unit: Unit, project_id: RecordId, draft: VisitReportDraft) -> None:
    """Enter an inspection."""
    actions.report_visit(unit.session, unit.actor, project_id=project_id, draft=draft)


@routes.post("/projects/{project_id}/quotas", allow=RUN, status_code=204)
def set_quota(unit: Unit, project_id: RecordId, draft: ExportQuotaDraft) -> None:
    """Order places of an opening for a county, or for all."""
    actions.set_quota(unit.session, unit.actor, project_id=project_id, draft=draft)


@routes.post("/projects/{project_id}/advance", allow=RUN)
def move_project(unit: Unit, project_id: RecordId, step: ProjectStep) -> ExportProjectOut:
    """Open, pause, resume or close a project."""
    moved = actions.move_project(unit.session, unit.actor, project_id=project_id, event=step.event, reason=step.reason)
    return ExportProjectOut.model_validate(moved)


@routes.get("/projects/{project_id}/funnel", allow=READ)
def project_funnel(unit: Unit, project_id: RecordId) -> FunnelOut:
    """How many came how far."""
    queries.project(unit.session, project_id)
    return FunnelOut.model_validate(funnel(unit.session, project_id=project_id))


@routes.get("/projects/{project_id}/batches", allow=READ)
def project_batches(unit: Unit, project_id: RecordId) -> list[ExportBatchOut]:
    """List the batches of a project by departure."""
    queries.project(unit.session, project_id)
    return [_batch(row) for row in unit.session.scalars(queries.batches_of(project_id))]


@routes.post("/projects/{project_id}/batches", allow=RUN, status_code=201)
def plan_batch(unit: Unit, project_id: RecordId, draft: ExportBatchDraft) -> ExportBatchOut:
    """Plan a batch."""
    return _batch(batches.plan_batch(unit.session, unit.actor, project_id=project_id, draft=draft))


@routes.put("/batches/{batch_id}", allow=RUN)
def change_batch(unit: Unit, batch_id: RecordId, draft: ExportBatchDraft) -> ExportBatchOut:
    """Change a batch; members are notified once of a new time or place."""
    expect_version(unit, queries.batch(unit.session, batch_id))
    changed = batches.change_batch(unit.session, unit.actor, batch_id=batch_id, draft=draft)
    tell_version(unit, changed)
    return _batch(changed)


@routes.post("/batches/{batch_id}/advance", allow=RUN)
def move_batch(unit: Unit, batch_id: RecordId, step: BatchStep) -> ExportBatchOut:
    """Open the roster, lock or unlock it, or end the batch; 409 `lock-refused` names every reason."""
    return _batch(BATCH_STEPS[step.event](unit.session, unit.actor, batch_id=batch_id))


@routes.post("/batches/{batch_id}/cancel", allow=RUN)
def cancel_batch(unit: Unit, batch_id: RecordId, why: BatchCancellation) -> ExportBatchOut:
    """Cancel a batch before the departure."""
    return _batch(batches.cancel_batch(unit.session, unit.actor, batch_id=batch_id, reason=why.reason))


@routes.get("/batches/{batch_id}/members", allow=LIST)
def roster(unit: Unit, batch_id: RecordId) -> list[ExportMemberOut]:
    """List the members in the reader's sight."""
    queries.batch(unit.session, batch_id)
    return [ExportMemberOut.model_validate(row) for row in unit.session.scalars(queries.members(batch_id))]


@routes.post("/batches/{batch_id}/members", allow=LIST, status_code=201)
def enlist(unit: Unit, batch_id: RecordId, draft: ExportMemberDraft) -> ExportMemberOut:
    """Put a person on the roster; 409 `no-export-place` when batch, project or county has no place left."""
    return ExportMemberOut.model_validate(members.list_member(unit.session, unit.actor, batch_id=batch_id, draft=draft))


@routes.post("/members/{member_id}/step", allow=LIST)
def step_member(unit: Unit, member_id: RecordId, draft: MemberStep) -> ExportMemberOut:
    """Accept, confirm or withdraw a member."""
    return _member(members.step_member, unit, member_id, draft)


@routes.post("/batches/{batch_id}/journey", allow=ROLL)
def journey(unit: Unit, batch_id: RecordId, step: JourneyStep) -> ExportBatchOut:
    """Depart or arrive; 409 `roll-unsettled` while sources differ."""
    act = rolls.depart_batch if step.event == "depart" else rolls.arrive_batch
    return _batch(act(unit.session, unit.actor, batch_id=batch_id))


@routes.post("/batches/{batch_id}/hand-over", allow=Permission.SIGN_HAND_OVER)
def hand_over(unit: Unit, batch_id: RecordId, draft: HandOverDraft) -> ExportBatchOut:
    """Sign for those who arrived."""
    return _batch(staying.hand_over(unit.session, unit.actor, batch_id=batch_id, draft=draft))


@routes.post("/members/{member_id}/contract-check", allow=RUN)
def check_contract(unit: Unit, member_id: RecordId, draft: ContractDraft) -> ExportMemberOut:
    """Compare a contract with the promise."""
    return _member(staying.check_contract, unit, member_id, draft)


@routes.post("/members/{member_id}/contract", allow=RUN)
def sign_contract(unit: Unit, member_id: RecordId, draft: ContractDraft) -> ExportMemberOut:
    """Record a signed contract."""
    return _member(staying.sign_contract, unit, member_id, draft)


@routes.post("/members/{member_id}/contract-refusal", allow=RUN)
def reject_contract(unit: Unit, member_id: RecordId, draft: RefusalDraft) -> ExportMemberOut:
    """Record that no contract is signed."""
    return _member(staying.reject_contract, unit, member_id, draft)


@routes.post("/members/{member_id}/return", allow=RUN)
def record_return(unit: Unit, member_id: RecordId, draft: ReturnDraft) -> ExportMemberOut:
    """Record that a worker has returned."""
    return _member(staying.record_return, unit, member_id, draft)


@routes.post("/self-found", allow=LIST, status_code=204)
def self_found(unit: Unit, draft: SelfFoundDraft) -> None:
    """Record work elsewhere that a person found without the centre."""
    staying.record_self_found(unit.session, unit.actor, draft=draft)


@routes.post("/batches/{batch_id}/subsidies", allow=RUN, status_code=201)
def enter_subsidies(unit: Unit, batch_id: RecordId) -> list[TravelSubsidyOut]:
    """Enter the travel subsidies of those who stayed long enough."""
    entered = subsidies.enter_subsidies(unit.session, unit.actor, batch_id=batch_id)
    return [TravelSubsidyOut.model_validate(row) for row in entered]


@routes.get("/report", allow=READ)
def report(
    unit: Unit,
    since: Annotated[date, Query(alias="from", description="first day of signing")],
    until: Annotated[date, Query(alias="to", description="last day of signing")],
) -> ExportReportOut:
    """What was exported in a period (R7)."""
    return ExportReportOut.model_validate(export_report(unit.session, since, until))


def _batch(row: ExportBatch) -> ExportBatchOut:
    return ExportBatchOut.model_validate(row)


def _member(act: Callable[..., ExportMember], unit: Unit, member_id: int, draft: Any) -> ExportMemberOut:
    return ExportMemberOut.model_validate(act(unit.session, unit.actor, member_id=member_id, draft=draft))
