"""Actions on projects of labour export: agreement, inspection, quotas, opening and pausing."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock, regions
from centre.audit import note
from centre.errors import Invalid, Problem
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_, Terms
from employers.companies.queries import employer
from employers.companies.rules import EmployerNotActive, EmployerState
from employers.openings.queries import opening
from employers.openings.rules import EmploymentType
from matching.export import queries
from matching.export.drafts import ExportProjectDraft, ExportQuotaDraft, VisitReportDraft
from matching.export.models import ExportProject, ExportQuota, VisitReport
from matching.export.rules import (
    EXPORT_PROJECT,
    DispatchLicenceMissing,
    ExportProjectState,
    InspectionMissing,
    OutOfScope,
    QuotaAboveOpening,
    QuotaTaken,
)

ABROAD = frozenset({"71", "81", "82"})
"""Hong Kong, Macao and Taiwan have regimes of their own."""

NO_REPORT, FAILED_REPORT, NO_AGREEMENT = N_("考察报告"), N_("考察各项合格"), N_("合作协议编号")
NO_QUOTAS = N_("名额分配")


def plan_project(session: Session, actor: Actor, draft: ExportProjectDraft, *, is_demo: bool = False) -> ExportProject:
    """Enter an agreement with an employer. Raises OutOfScope, DispatchLicenceMissing, EmployerNotActive or NotFound."""
    require(actor, Permission.RUN_EXPORT)
    project = ExportProject(centre_id=_own_centre(actor), is_demo=is_demo)
    _fill_in(session, project, draft)
    session.add(project)
    session.flush()
    note(session, actor, action="export.plan", subject=f"export_project:{project.id}")
    return project


def change_project(session: Session, actor: Actor, *, project_id: int, draft: ExportProjectDraft) -> ExportProject:
    """Change an agreement; the quota cannot fall below what is taken. Raises QuotaTaken and as `plan_project`."""
    require(actor, Permission.RUN_EXPORT)
    project = queries.own_project(session, actor, project_id)
    if draft.quota < project.taken:
        raise QuotaTaken(field="quota", taken=project.taken)
    if draft.employer_id != project.employer_id and project.state is not ExportProjectState.DRAFT:
        raise Invalid([Problem("employer_id", "fixed", N_("已开始组织的项目不能换用人单位，请另建项目"))])
    with seeing_everything(session):
        _fill_in(session, project, draft)
        session.flush()
    note(session, actor, action="export.change", subject=f"export_project:{project.id}")
    return project


def report_visit(session: Session, actor: Actor, *, project_id: int, draft: VisitReportDraft) -> VisitReport:
    """Enter what the centre saw at the employer's. Raises Invalid for a day ahead of today, NotFound or OtherCentre."""
    require(actor, Permission.RUN_EXPORT)
    project = queries.own_project(session, actor, project_id)
    if draft.visited_on > clock.today():
        raise Invalid([Problem("visited_on", "future", N_("考察日期不能晚于今天"))])
    with seeing_everything(session):
        report = VisitReport(
            project_id=project.id, centre_id=project.centre_id, account_id=actor.account_id, **draft.model_dump()
        )
        session.add(report)
        session.flush()
    note(session, actor, action="export.inspect", subject=f"export_project:{project.id}")
    return report


def set_quota(session: Session, actor: Actor, *, project_id: int, draft: ExportQuotaDraft) -> ExportQuota:
    """Order places of an opening for a county, or for all. Raises QuotaAboveOpening, QuotaTaken or Invalid."""
    require(actor, Permission.RUN_EXPORT)
    project = queries.own_project(session, actor, project_id)
    posting = opening(session, draft.opening_id)
    if posting.employer_id != project.employer_id:
        raise Invalid([Problem("opening_id", "not-own", N_("请选这家用人单位的岗位"))])
    county = draft.region_code or ""
    if county and not regions.exists(county):
        raise Invalid([Problem("region_code", "region-unknown", N_("没有这个地区代码，请从列表里选"))])
    known = session.execute(queries.quotas(project.id)).all()
    same = next((row for row, _ in known if (row.opening_id, row.region_code) == (posting.id, county)), None)
    if same is not None and draft.places < same.taken:
        raise QuotaTaken(field="places", taken=same.taken)
    others = sum(row.places for row, _ in known if row.opening_id == posting.id and row is not same)
    if others + draft.places > posting.headcount:
        left = posting.headcount - posting.taken
        raise QuotaAboveOpening(field="places", title=posting.title, remaining=left, given=others)
    with seeing_everything(session):
        quota = same or ExportQuota(
            project_id=project.id, centre_id=project.centre_id, opening_id=posting.id, region_code=county
        )
        quota.places = draft.places
        session.add(quota)
        session.flush()
    note(session, actor, action="export.quota", subject=f"export_project:{project.id}")
    return quota


def move_project(session: Session, actor: Actor, *, project_id: int, event: str, reason: str = "") -> ExportProject:
    """Open, pause, resume or close a project.

    Events: open, pause, resume, close. Raises InspectionMissing, EmployerNotActive, Invalid (pausing needs a reason)
    or IllegalMove.
    """
    require(actor, Permission.RUN_EXPORT)
    project = queries.own_project(session, actor, project_id)
    EXPORT_PROJECT.find(project.state, event)
    if event == "pause" and not reason.strip():
        raise Invalid([Problem("reason", "missing", N_("请写明理由"))])
    if event in ("open", "resume"):
        _refuse_unready(session, project)
    with seeing_everything(session):
        move(session, actor, project, EXPORT_PROJECT, event, reason=reason)
        session.flush()
    note(session, actor, action=f"export.{event}", subject=f"export_project:{project.id}")
    return project


def pause_projects(session: Session, actor: Actor, *, employer_id: int, reason: str) -> list[ExportProject]:
    """Stop sending people to an employer that is no longer trusted; returns the projects that were paused."""
    require(actor, Permission.RUN_EXPORT)
    with seeing_everything(session):
        lasting = select(ExportProject).where(
            ExportProject.employer_id == employer_id, ExportProject.state == ExportProjectState.OPEN
        )
        stopped = list(session.scalars(lasting.order_by(ExportProject.id)))
        for project in stopped:
            move(session, actor, project, EXPORT_PROJECT, "pause", reason=reason)
        session.flush()
    return stopped


def _own_centre(actor: Actor) -> int:
    if actor.centre_id is None:
        raise Invalid([Problem("centre_id", "missing", N_("这个账号不属于任何中心，不能建项目"))])
    return actor.centre_id


def _fill_in(session: Session, project: ExportProject, draft: ExportProjectDraft) -> None:
    if not regions.exists(draft.destination_code) or draft.destination_code[:2] in ABROAD:
        raise OutOfScope(field="destination_code")
    company = employer(session, draft.employer_id)
    if company.state is not EmployerState.ACTIVE:
        raise EmployerNotActive(field="employer_id", name=company.name)
    if draft.contract_type is EmploymentType.AGENCY and not company.dispatch_licence:
        raise DispatchLicenceMissing(field="contract_type", name=company.name)
    for name, value in draft.model_dump().items():
        setattr(project, name, value)


def _refuse_unready(session: Session, project: ExportProject) -> None:
    company = employer(session, project.employer_id)
    if company.state is not EmployerState.ACTIVE:
        raise EmployerNotActive(name=company.name)
    report = session.scalars(queries.reports(project.id).limit(1)).first()
    missing = []
    if report is None:
        missing.append(NO_REPORT)
    elif not report.passed:
        missing.append(FAILED_REPORT)
    if not project.agreement_no:
        missing.append(NO_AGREEMENT)
    if session.execute(queries.quotas(project.id).limit(1)).first() is None:
        missing.append(NO_QUOTAS)
    if missing:
        raise InspectionMissing(missing=Terms(tuple(missing)))
