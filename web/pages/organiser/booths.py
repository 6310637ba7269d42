"""The desk of one fair: steps, plans, notices and booths."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import Field
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre import clock
from centre.drafts import BIGGEST_ID, Draft, Line, Paragraph, RecordId, Words
from centre.errors import Problem, Refusal
from centre.permissions import Actor, Permission
from centre.scopes import holds
from centre.translation import N_
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from employers.fairs import actions, booths, fixed, halls, mornings, offers
from employers.fairs.booth_rules import BOOTH, BOOTH_LABELS, BoothDraft, ShownLicence
from employers.fairs.models import Booth, Fair
from employers.fairs.queries import between, neighbours, own_booth, permit_limit
from employers.fairs.queries import booths as booths_in_sight
from employers.fairs.queries import fair as fair_in_sight
from employers.fairs.rules import FAIR, FAIR_LABELS, PLANS, FairState
from matching.fairs.contacts.queries import figures_of
from web.forms import Bound, bind, bind_edit, editing
from web.pages.public.fairs import hours
from web.rendering import page

routes = Pages("/organiser")

ALLOW = Permission.MANAGE_FAIRS
FairId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
BoothId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class StepForm(Draft):
    """One step of a fair (办理步骤)."""

    event: Literal["prepare", "file", "clear", "publish", "open_booths", "close_booths", "start", "finish", "archive"]
    permit_no: Annotated[str, Field(max_length=60)] = ""
    filing_no: Annotated[str, Field(max_length=60)] = ""
    late_reason: Line = ""
    sure: Literal["", "yes"] = ""


class FiguresForm(Draft):
    """The figures of an ended fair (统计数字)."""

    employers: Annotated[int, Field(ge=0, le=9_999_999)]
    positions: Annotated[int, Field(ge=0, le=9_999_999)]
    visitors: Annotated[int, Field(ge=0, le=9_999_999)]
    intentions: Annotated[int, Field(ge=0, le=9_999_999)]
    hired: Annotated[int, Field(ge=0, le=9_999_999)]


class PlansForm(Draft):
    """Where the three plans are kept (三个方案)."""

    organisation_plan: Line = ""
    emergency_plan: Line = ""
    security_plan: Line = ""


class NoticeForm(Draft):
    """The cancellation or postponement of a fair (取消或延期)."""

    event: Literal["cancel", "postpone"]
    notice: Paragraph = ""


class BoothForm(ShownLicence):
    """An action on one booth application (展位办理)."""

    event: Literal["approve", "refuse", "assign", "check_in", "leave", "miss", "confirm"]
    reason: Line = ""
    booth_no: Annotated[int, Field(ge=1, le=2000)] | None = None


class WalkInForm(ShownLicence):
    """An employer that came without an application (现场来的单位)."""

    employer_id: RecordId
    contact_name: Words


@routes.get("/fairs/{fair_id:int}", allow=ALLOW)
def desk(unit: Unit, fair_id: FairId) -> Response:
    """One fair with all actions available now."""
    return _desk(unit, fair_id)


@routes.post("/fairs/{fair_id:int}/step", allow=ALLOW)
def step(unit: Unit, fair_id: FairId) -> Response:
    """Move the fair one step forward."""
    bound = bind(unit, StepForm)
    if bound.draft is None:
        return _desk(unit, fair_id, bound.problems, 422)
    event, form = bound.draft.event, bound.draft.model_dump(exclude={"sure"})
    if event == "finish" and not bound.draft.sure:
        return _desk(unit, fair_id, [Problem("sure", "missing", N_("结束不能反悔，请先勾选“确定结束”"))], 422)
    try:
        actions.advance_fair(unit.session, unit.actor, fair_id=fair_id, **form)
    except Refusal as refusal:
        return _desk(unit, fair_id, refusal.problems, refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}", 303)


@routes.post("/fairs/{fair_id:int}/report", allow=ALLOW)
def report(unit: Unit, fair_id: FairId) -> Response:
    """Report the figures of an ended fair."""
    bound = bind(unit, FiguresForm)
    if bound.draft is None:
        return _desk(unit, fair_id, bound.problems, 422)
    figures = bound.draft.model_dump()
    try:
        actions.advance_fair(unit.session, unit.actor, fair_id=fair_id, event="report", figures=figures)
    except Refusal as refusal:
        return _desk(unit, fair_id, refusal.problems, refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}", 303)


@routes.post("/fairs/{fair_id:int}/plans", allow=ALLOW)
def attach(unit: Unit, fair_id: FairId) -> Response:
    """Record where the plans are kept."""
    bound = bind_edit(unit, PlansForm, _kept_plans(fair_in_sight(unit.session, fair_id)))
    if bound.draft is None:
        return _desk(unit, fair_id, bound.problems, bound.status, planning=bound)
    try:
        actions.attach_plans(unit.session, unit.actor, fair_id=fair_id, **bound.draft.model_dump())
    except Refusal as refusal:
        return _desk(unit, fair_id, refusal.problems, refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}", 303)


@routes.post("/fairs/{fair_id:int}/call-off", allow=ALLOW)
def call_off(unit: Unit, fair_id: FairId) -> Response:
    """Cancel or postpone the fair with a public notice."""
    bound = bind(unit, NoticeForm)
    if bound.draft is None:
        return _desk(unit, fair_id, bound.problems, 422)
    act = actions.cancel_fair if bound.draft.event == "cancel" else actions.postpone_fair
    try:
        act(unit.session, unit.actor, fair_id=fair_id, notice=bound.draft.notice)
    except Refusal as refusal:
        return _desk(unit, fair_id, refusal.problems, refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}", 303)


@routes.post("/fairs/{fair_id:int}/assign-all", allow=Permission.ASSIGN_BOOTH)
def assign_all(unit: Unit, fair_id: FairId) -> Response:
    """Number all approved booths."""
    booths.assign_all_booths(unit.session, unit.actor, fair_id=fair_id)
    return RedirectResponse(f"/organiser/fairs/{fair_id}#booths", 303)


@routes.post("/fairs/{fair_id:int}/release", allow=Permission.ASSIGN_BOOTH)
def release(unit: Unit, fair_id: FairId) -> Response:
    """Take back the booths that have not been claimed by the start."""
    try:
        mornings.release_unclaimed(unit.session, unit.actor, fair_id=fair_id)
    except Refusal as refusal:
        return _desk(unit, fair_id, refusal.problems, refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}#booths", 303)


@routes.post("/fairs/{fair_id:int}/walk-in", allow=Permission.ASSIGN_BOOTH)
def walk_in(unit: Unit, fair_id: FairId) -> Response:
    """Give a free booth to an employer that just came."""
    bound = bind(unit, WalkInForm)
    if bound.draft is None:
        return _desk(unit, fair_id, bound.problems, 422)
    draft = BoothDraft(employer_id=bound.draft.employer_id, contact_name=bound.draft.contact_name)
    try:
        mornings.admit_walk_in(unit.session, unit.actor, fair_id=fair_id, draft=draft, licence=bound.draft.licence)
    except Refusal as refusal:
        return _desk(unit, fair_id, refusal.problems, refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}#booths", 303)


@routes.post("/booths/{booth_id}", allow=Permission.ASSIGN_BOOTH)
def handle_booth(unit: Unit, booth_id: BoothId) -> Response:
    """Act on one booth application."""
    booth = own_booth(unit.session, unit.actor, booth_id)
    fair_id = booth.fair_id
    bound = bind(unit, BoothForm)
    if bound.draft is None:
        return _desk(unit, fair_id, bound.problems, 422)
    session, actor, form = unit.session, unit.actor, bound.draft
    try:
        match form.event:
            case "approve":
                booths.approve_booth(session, actor, booth_id=booth_id)
            case "refuse":
                booths.refuse_booth(session, actor, booth_id=booth_id, reason=form.reason)
            case "assign":
                booths.assign_booth(session, actor, booth_id=booth_id, booth_no=form.booth_no)
            case "check_in":
                booths.check_in_booth(session, actor, booth_id=booth_id, licence=form.licence)
            case "leave":
                booths.leave_booth(session, actor, booth_id=booth_id)
            case "miss":
                booths.miss_booth(session, actor, booth_id=booth_id)
            case "confirm":
                offers.confirm_offer(session, actor, booth_id=booth_id)
    except Refusal as refusal:
        return _desk(unit, fair_id, refusal.problems, refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}#booths", 303)


def _kept_plans(fair: Fair) -> dict[str, Any]:
    """What the form shows of where the plans are kept."""
    return {name: getattr(fair, name) for name in PlansForm.model_fields}


def _desk(
    unit: Unit,
    fair_id: int,
    problems: object = (),
    status_code: int = 200,
    *,
    planning: Bound[PlansForm] | None = None,
) -> Response:
    with unit.session.no_autoflush:
        fair = fair_in_sight(unit.session, fair_id)
        requests = unit.session.scalars(booths_in_sight(fair.id)).all()
        closed = halls.block_of_fair(unit.session, fair)
        near = neighbours(unit.session, fair.region_code, fair.starts_at, but=fair.id)
    on_the_day = clock.local(fair.starts_at).date() <= clock.today()
    return page(
        unit,
        "organiser/fair.html",
        status_code,
        fair=fair,
        hours=hours,
        problems=problems,
        own=holds(unit.actor.scope, {"centre_id": fair.centre_id}),
        scheduled=unit.request.query_params.get("scheduled") == "1",
        events=[event for event in FAIR.events(fair.state, unit.actor) if event != "start" or on_the_day],
        state=FAIR_LABELS[fair.state],
        plans=PLANS,
        planning=planning or editing(unit, PlansForm, _kept_plans(fair)),
        booths=requests,
        booth_events={booth.id: _acts(booth, unit.actor, on_the_day=on_the_day) for booth in requests},
        booth_states=BOOTH_LABELS,
        near=near,
        permit_limit=permit_limit(unit.session, clock.local(fair.starts_at).date(), fair.region_code),
        unclaimed=sum(booth.state in mornings.UNCLAIMED for booth in requests),
        strangers=_strangers(unit, requests) if fair.state is FairState.LIVE and fair.booths_left else [],
        started=fair.starts_at <= clock.now(),
        counted=figures_of(unit.session, fair) if fair.state is FairState.ENDED else None,
        fixed=fixed.refusal_of(fair) if unit.request.query_params.get("fixed") == "1" and fixed.is_over(fair) else None,
        closed=closed and between(closed.starts_at, closed.ends_at),
        late=fair.filed_at is None and fair.filing_due_on < clock.today(),
    )


def _acts(booth: Booth, actor: Actor, *, on_the_day: bool) -> list[str]:
    """The actions on a booth: no check-in or no-show before the day, and no second number."""
    hidden = set() if on_the_day else {"check_in", "miss"}
    if booth.booth_no:
        hidden.add("assign")
    events = [event for event in BOOTH.events(booth.state, actor) if event not in hidden]
    return [*events, "confirm"] if booth.offer_until else events


def _strangers(unit: Unit, requests: Sequence[Booth]) -> list[tuple[int, str]]:
    """The verified employers that have not applied."""
    known = [booth.employer_id for booth in requests]
    active = select(Employer.id, Employer.name).where(Employer.state == EmployerState.ACTIVE, Employer.id.not_in(known))
    return [(number, name) for number, name in unit.session.execute(active.order_by(Employer.name, Employer.id))]
