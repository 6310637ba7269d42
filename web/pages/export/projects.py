"""The export officer's desk: projects with their inspections and quotas, what leaves next, what needs a decision."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import Path
from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre import clock, regions
from centre.drafts import RecordId
from centre.permissions import Permission
from employers.companies.queries import employer, employers
from employers.companies.rules import EmployerState
from employers.openings.queries import employer_openings
from employers.openings.rules import EMPLOYMENT_LABELS
from matching.export import actions, queries
from matching.export.drafts import ExportProjectDraft, ExportQuotaDraft, VisitReportDraft
from matching.export.models import ExportProject
from matching.export.rules import (
    BATCH_LABELS,
    EXPORT_PROJECT,
    PROJECT_LABELS,
    VISITED,
    BatchState,
    ExportProjectState,
)
from matching.export.stay.queries import export_report, funnel
from web import choices
from web.forms import Bound, ReasonForm, attempt, bind, bind_edit, blank, editing, yuan
from web.rendering import page

routes = Pages("/export")

READ, RUN = Permission.READ_EXPORT, Permission.RUN_EXPORT
SOON = timedelta(days=3)
FAR = ("310000", "320000", "330000", "340000", "440000", "350000", "610000", "120000", "110000", "650000")
"""Provinces that people go to most, first in the list of destinations."""


@routes.get("", allow=READ)
def desk(unit: Unit) -> Response:
    """What leaves next, what needs a decision, and all projects."""
    today = clock.today()
    coming = unit.session.execute(
        queries.batches_in(
            BatchState.PLANNED, BatchState.RECRUITING, BatchState.LOCKED, BatchState.TRAVELLING, BatchState.ARRIVED
        )
    ).all()
    return page(
        unit,
        "export/desk.html",
        coming=coming,
        late=[batch for batch, _ in coming if _is_late(batch.state) and batch.depart_at < clock.now() + SOON],
        flagged=unit.session.scalars(queries.flagged().limit(20)).all(),
        projects=unit.session.execute(queries.projects()).all(),
        report=export_report(unit.session, date(today.year, 1, 1), today),
        place=choices.place,
        states=PROJECT_LABELS,
        batch_states=BATCH_LABELS,
        runs=unit.actor.may(RUN),
    )


@routes.get("/projects/new", allow=RUN)
def ask_project(unit: Unit) -> Response:
    """The form for a new project."""
    return _form(unit, blank(unit, ExportProjectDraft, from_on=clock.today().isoformat()))


@routes.post("/projects/new", allow=RUN)
def plan(unit: Unit) -> Response:
    """Enter a project."""
    bound = bind(unit, ExportProjectDraft)
    return attempt(
        unit,
        bound,
        lambda draft: actions.plan_project(unit.session, unit.actor, draft),
        partial(_form, unit),
        lambda project: f"/export/projects/{project.id}",
    )


@routes.get("/projects/{project_id}", allow=READ)
def project(unit: Unit, project_id: RecordId) -> Response:
    """One project: inspection, quotas, batches, how many stayed."""
    return _page(unit, project_id, blank(unit, ReasonForm))


@routes.get("/projects/{project_id}/edit", allow=RUN)
def ask_change(unit: Unit, project_id: RecordId) -> Response:
    """The form for changing a project."""
    held = queries.project(unit.session, project_id)
    return _form(unit, editing(unit, ExportProjectDraft, _stored(held)), project=held)


def _stored(project: ExportProject) -> dict[str, Any]:
    """What the form shows of a project."""
    values = {name: getattr(project, name) for name in ExportProjectDraft.model_fields}
    values |= {name: yuan(values[name]) for name in ("pay_min_fen", "pay_max_fen")}
    return values | {name: values[name].isoformat() for name in ("from_on", "to_on")}


@routes.post("/projects/{project_id}/edit", allow=RUN)
def change(unit: Unit, project_id: RecordId) -> Response:
    """Change a project."""
    held = queries.project(unit.session, project_id)
    return attempt(
        unit,
        bind_edit(unit, ExportProjectDraft, _stored(held)),
        lambda draft: actions.change_project(unit.session, unit.actor, project_id=project_id, draft=draft),
        partial(_form, unit, project=held),
        f"/export/projects/{project_id}",
    )


@routes.post("/projects/{project_id}/visits", allow=RUN)
def visit(unit: Unit, project_id: RecordId) -> Response:
    """Enter an inspection."""
    return _try(
        unit,
        project_id,
        bind(unit, VisitReportDraft),
        lambda draft: actions.report_visit(unit.session, unit.actor, project_id=project_id, draft=draft),
    )


@routes.post("/projects/{project_id}/quotas", allow=RUN)
def quota(unit: Unit, project_id: RecordId) -> Response:
    """Order places of an opening for a county, or for all."""
    return _try(
        unit,
        project_id,
        bind(unit, ExportQuotaDraft),
        lambda draft: actions.set_quota(unit.session, unit.actor, project_id=project_id, draft=draft),
    )


@routes.post("/projects/{project_id}/moves/{event}", allow=RUN)
def move(
    unit: Unit, project_id: RecordId, event: Annotated[str, Path(pattern="^(open|pause|resume|close)$")]
) -> Response:
    """Open, pause, resume or close a project."""
    return _try(
        unit,
        project_id,
        bind(unit, ReasonForm),
        lambda draft: actions.move_project(
            unit.session, unit.actor, project_id=project_id, event=event, reason=draft.reason
        ),
    )


def _is_late(state: BatchState) -> bool:
    return state in (BatchState.PLANNED, BatchState.RECRUITING)


def _try(unit: UnitOfWork, project_id: int, bound: Bound[Any], action: Callable[[Any], object]) -> Response:
    return attempt(unit, bound, action, partial(_page, unit, project_id), f"/export/projects/{project_id}")


def _form(
    unit: UnitOfWork, bound: Bound[Any], status_code: int = 200, *, project: ExportProject | None = None
) -> Response:
    trusted = unit.session.scalars(employers(state=EmployerState.ACTIVE)).all()
    return page(
        unit,
        "export/project-form.html",
        status_code,
        bound=bound,
        project=project,
        employers=[(company.id, company.name) for company in trusted],
        destinations=destinations(),
        kinds=EMPLOYMENT_LABELS,
    )


def destinations() -> list[tuple[str, str]]:
    """Provinces and cities that people can be sent to, those that they go to most first."""
    provinces = sorted(
        (province for province in regions.children() if province.code[:2] not in actions.ABROAD),
        key=lambda province: (FAR.index(province.code) if province.code in FAR else len(FAR), province.code),
    )
    listed = []
    for province in provinces:
        listed.append((province.code, province.name))
        listed += [(city.code, f"{province.name} · {city.name}") for city in regions.children(province.code)]
    return listed


def _page(unit: UnitOfWork, project_id: int, bound: Bound[Any], status_code: int = 200) -> Response:
    held = queries.project(unit.session, project_id)
    openings = unit.session.scalars(employer_openings(held.employer_id)).all()
    runs = unit.actor.may(RUN)
    return page(
        unit,
        "export/project.html",
        status_code,
        project=held,
        employer=employer(unit.session, held.employer_id),
        reports=unit.session.scalars(queries.reports(project_id)).all(),
        quotas=unit.session.execute(queries.quotas(project_id)).all(),
        batches=unit.session.scalars(queries.batches_of(project_id)).all(),
        funnel=funnel(unit.session, project_id=project_id),
        openings=[(posting.id, posting.title) for posting in openings],
        counties=choices.home_counties(),
        visited=VISITED,
        events=EXPORT_PROJECT.events(held.state, unit.actor) if runs else [],
        states=PROJECT_LABELS,
        batch_states=BATCH_LABELS,
        kinds=EMPLOYMENT_LABELS,
        place=choices.place,
        today=clock.today(),
        runs=runs,
        is_open=held.state is ExportProjectState.OPEN,
        bound=bound,
    )
