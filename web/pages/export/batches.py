"""One batch at the officer's desk: roster, escorts, groups, lock, roll, contracts, travel subsidies."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import Path
from pydantic import Field, ValidationError
from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre import clock
from centre.drafts import Draft, Fen, Line, RecordId, WallTime, Words, problems_of
from centre.errors import NotFound
from centre.permissions import Permission
from centre.scopes import holds
from matching.export import batches, members, queries
from matching.export.drafts import ExportBatchDraft, GroupDraft, MemberStep
from matching.export.models import ExportBatch, ExportMember
from matching.export.roll import actions as rolls
from matching.export.roll.queries import callers, devices, roll
from matching.export.roll.rules import SOURCE_LABELS, WORD_LABELS
from matching.export.rules import (
    BATCH_LABELS,
    EXPORT_BATCH,
    MEMBER_LABELS,
    TRANSPORT_LABELS,
    Medical,
    MemberState,
    Transport,
)
from matching.export.stay import actions as staying
from matching.export.stay import subsidies
from matching.export.stay.queries import funnel
from matching.export.stay.queries import subsidies as travel_subsidies
from matching.export.stay.rules import SUBSIDY_LABELS, ContractDraft, HandOverDraft
from web import choices
from web.forms import Bound, ButtonForm, ReasonForm, attempt, bind, bind_edit, blank, editing, yuan
from web.rendering import page

routes = Pages("/export")

READ, RUN = Permission.READ_EXPORT, Permission.RUN_EXPORT
ELSEWHERE = {"depart_day", "depart_time", "arrive_day", "arrive_time"}
STEPS: dict[str, Callable[..., ExportBatch]] = {
    "recruit": batches.open_roster,
    "lock": batches.lock_batch,
    "unlock": batches.unlock_batch,
    "depart": rolls.depart_batch,
    "arrive": rolls.arrive_batch,
    "close": staying.close_batch,
}
BULK = {"accept": MemberState.LISTED, "confirm": MemberState.ACCEPTED}


class BatchForm(Draft):
    """The form of a batch: days and times as people write them (批次表单)."""

    batch_no: Annotated[Words, Field(max_length=40)]
    depart_day: date
    depart_time: WallTime
    arrive_day: date
    arrive_time: WallTime
    gather_place: Words
    pick_ups: Line = ""
    mode: Transport = Transport.COACH
    vehicles: Line = ""
    vehicle_seats: Annotated[int, Field(ge=1, le=2000)]
    vehicle_count: Annotated[int, Field(ge=1, le=50)] = 1
    insurance_no: Annotated[Line, Field(max_length=60)] = ""
    travel_subsidy_fen: Fen = 0
    contact_name: Annotated[Words, Field(max_length=60)]
    contact_phone: Line

    def plan(self) -> ExportBatchDraft:
        """The batch as a draft."""
        return ExportBatchDraft(
            **self.model_dump(exclude=ELSEWHERE),
            depart_at=datetime.combine(self.depart_day, self.depart_time, clock.SHANGHAI),
            arrive_at=datetime.combine(self.arrive_day, self.arrive_time, clock.SHANGHAI),
        )


class EscortForm(Draft):
    """The form that names an escort (安排带队人员)."""

    account_id: RecordId
    phone: Annotated[Line, Field(max_length=40)] = ""


class ContractsForm(Draft):
    """The same contract for several members (批量核对签约)."""

    member_ids: Annotated[tuple[RecordId, ...], Field(min_length=1, max_length=500)]
    wage_fen: Fen
    starts_on: date


@routes.get("/projects/{project_id}/batches/new", allow=RUN)
def ask_batch(unit: Unit, project_id: RecordId) -> Response:
    """The form for a new batch."""
    held = queries.project(unit.session, project_id)
    day = max(clock.today(), held.from_on) + timedelta(days=7)
    values: dict[str, Any] = {
        "depart_day": day.isoformat(),
        "depart_time": "07:00",
        "arrive_day": (day + timedelta(1)).isoformat(),
    }
    values |= {"arrive_time": "08:00", "vehicle_seats": 45, "vehicle_count": 1}
    return _form(unit, project_id, None, blank(unit, BatchForm, **values))


@routes.post("/projects/{project_id}/batches/new", allow=RUN)
def plan(unit: Unit, project_id: RecordId) -> Response:
    """Plan a batch."""
    return attempt(
        unit,
        _planned(bind(unit, BatchForm)),
        lambda form: batches.plan_batch(unit.session, unit.actor, project_id=project_id, draft=form.plan()),
        partial(_form, unit, project_id, None),
        lambda batch: f"/export/batches/{batch.id}",
    )


@routes.get("/batches/{batch_id}", allow=READ)
def batch(unit: Unit, batch_id: RecordId) -> Response:
    """One batch."""
    return _page(unit, batch_id, blank(unit, ReasonForm))


@routes.get("/batches/{batch_id}/edit", allow=RUN)
def ask_change(unit: Unit, batch_id: RecordId) -> Response:
    """The form for changing a batch."""
    held = queries.batch(unit.session, batch_id)
    return _form(unit, held.project_id, held, editing(unit, BatchForm, _stored(held)))


def _stored(batch: ExportBatch) -> dict[str, Any]:
    """What the form shows of a batch."""
    values = {name: getattr(batch, name) for name in BatchForm.model_fields if hasattr(batch, name)}
    leaves, arrives = clock.local(batch.depart_at), clock.local(batch.arrive_at)
    values |= {"depart_day": leaves.date().isoformat(), "depart_time": f"{leaves:%H:%M}"}
    values |= {"arrive_day": arrives.date().isoformat(), "arrive_time": f"{arrives:%H:%M}"}
    return values | {"travel_subsidy_fen": yuan(batch.travel_subsidy_fen)}


@routes.post("/batches/{batch_id}/edit", allow=RUN)
def change(unit: Unit, batch_id: RecordId) -> Response:
    """Change a batch; all members are notified of a new time or place."""
    held = queries.batch(unit.session, batch_id)
    return attempt(
        unit,
        _planned(bind_edit(unit, BatchForm, _stored(held))),
        lambda form: batches.change_batch(unit.session, unit.actor, batch_id=batch_id, draft=form.plan()),
        partial(_form, unit, held.project_id, held),
        f"/export/batches/{batch_id}",
    )


@routes.post("/batches/{batch_id}/moves/{event}", allow=Permission.CALL_ROLL)
def move(
    unit: Unit,
    batch_id: RecordId,
    event: Annotated[str, Path(pattern="^(recruit|lock|unlock|depart|arrive|close)$")],
) -> Response:
    """Take the next step of a batch."""
    if not unit.actor.scope.staff:
        raise NotFound
    return _try(
        unit, batch_id, bind(unit, ButtonForm), lambda _: STEPS[event](unit.session, unit.actor, batch_id=batch_id)
    )


@routes.post("/batches/{batch_id}/cancel", allow=RUN)
def cancel(unit: Unit, batch_id: RecordId) -> Response:
    """Cancel a batch with a reason."""
    return _try(
        unit,
        batch_id,
        bind(unit, ReasonForm),
        lambda form: batches.cancel_batch(unit.session, unit.actor, batch_id=batch_id, reason=form.reason),
    )


@routes.post("/batches/{batch_id}/escorts", allow=RUN)
def appoint(unit: Unit, batch_id: RecordId) -> Response:
    """Name an escort."""
    return _try(
        unit,
        batch_id,
        bind(unit, EscortForm),
        lambda form: batches.appoint_escort(
            unit.session, unit.actor, batch_id=batch_id, account_id=form.account_id, phone=form.phone
        ),
    )


@routes.post("/escorts/{duty_id}/release", allow=RUN)
def release(unit: Unit, duty_id: RecordId) -> Response:
    """Take an escort off a batch."""
    return _try(
        unit,
        queries.duty(unit.session, duty_id).batch_id,
        bind(unit, ButtonForm),
        lambda _: batches.release_escort(unit.session, unit.actor, duty_id=duty_id),
    )


@routes.post("/batches/{batch_id}/groups", allow=RUN)
def group(unit: Unit, batch_id: RecordId) -> Response:
    """Name the leader of a group."""
    return _try(
        unit,
        batch_id,
        bind(unit, GroupDraft),
        lambda form: batches.lead_group(unit.session, unit.actor, batch_id=batch_id, draft=form),
    )


@routes.post("/batches/{batch_id}/all/{event}", allow=RUN)
def step_all(unit: Unit, batch_id: RecordId, event: Annotated[str, Path(pattern="^(accept|confirm)$")]) -> Response:
    """Accept or confirm everybody who waits for it."""

    def act(_: ButtonForm) -> None:
        waiting = unit.session.scalars(queries.members(batch_id).where(ExportMember.state == BULK[event])).all()
        if not waiting:  # a centre may step the people whom it sent on another's batch, but has to have some there
            queries.own_batch(unit.session, unit.actor, batch_id)
        for row in waiting:
            step = MemberStep(event=event, medical=Medical.PASSED)
            members.step_member(unit.session, unit.actor, member_id=row.id, draft=step)

    return _try(unit, batch_id, bind(unit, ButtonForm), act)


@routes.post("/batches/{batch_id}/contracts", allow=RUN)
def contracts(unit: Unit, batch_id: RecordId) -> Response:
    """Compare and sign the same contract for several members; one below the promise is compared and not signed."""

    def act(form: ContractsForm) -> None:
        draft = ContractDraft(wage_fen=form.wage_fen, starts_on=form.starts_on)
        for member_id in form.member_ids:
            row = staying.check_contract(unit.session, unit.actor, member_id=member_id, draft=draft)
            if not row.flag:
                staying.sign_contract(unit.session, unit.actor, member_id=member_id, draft=draft)

    return _try(unit, batch_id, bind(unit, ContractsForm), act)


@routes.post("/batches/{batch_id}/hand-over", allow=RUN)
def hand_over(unit: Unit, batch_id: RecordId) -> Response:
    """Enter a hand-over list that was signed on paper."""
    return _try(
        unit,
        batch_id,
        bind(unit, HandOverDraft),
        lambda form: staying.hand_over(unit.session, unit.actor, batch_id=batch_id, draft=form),
    )


@routes.post("/batches/{batch_id}/subsidies", allow=RUN)
def enter(unit: Unit, batch_id: RecordId) -> Response:
    """Enter the travel subsidies of those who stayed."""
    return _try(
        unit,
        batch_id,
        bind(unit, ButtonForm),
        lambda _: subsidies.enter_subsidies(unit.session, unit.actor, batch_id=batch_id),
    )


def _planned(bound: Bound[BatchForm]) -> Bound[BatchForm]:
    """The form with the problems of the draft behind it, for example an arrival before the departure."""
    if bound.draft is None:
        return bound
    try:
        bound.draft.plan()
    except ValidationError as error:
        return replace(bound, draft=None, problems=tuple(problems_of(error)))
    return bound


def _try(unit: UnitOfWork, batch_id: int, bound: Bound[Any], action: Callable[[Any], object]) -> Response:
    return attempt(unit, bound, action, partial(_page, unit, batch_id), f"/export/batches/{batch_id}")


def _form(
    unit: UnitOfWork, project_id: int, held: ExportBatch | None, bound: Bound[Any], status_code: int = 200
) -> Response:
    return page(
        unit,
        "export/batch-form.html",
        status_code,
        bound=bound,
        batch=held,
        project=queries.project(unit.session, project_id),
        modes=TRANSPORT_LABELS,
    )


def _page(unit: UnitOfWork, batch_id: int, bound: Bound[Any], status_code: int = 200) -> Response:
    held = queries.batch(unit.session, batch_id)
    # Another centre's people on the batch are seen by their centre; running it is for the centre that sends it.
    runs = unit.actor.may(RUN) and holds(unit.actor.scope, {"centre_id": held.centre_id})
    rows = unit.session.scalars(queries.members(batch_id)).all()
    called = roll(unit.session, batch_id)
    return page(
        unit,
        "export/batch.html",
        status_code,
        batch=held,
        project=queries.project(unit.session, held.project_id),
        rows=rows,
        seats={row.id: queries.place_of(held, row.seat_no) for row in rows},
        group_names=queries.group_names(unit.session, batch_id),
        groups=unit.session.scalars(queries.groups(batch_id)).all(),
        escorts=unit.session.scalars(queries.escorts(batch_id)).all(),
        possible=[(account.id, account.name) for account in queries.possible_escorts(unit.session, unit.actor)]
        if runs
        else [],
        problems=batches.unmet_guards(unit.session, held) if runs and held.state == "recruiting" else (),
        conflicts=[truth for truth in called.conflicts if truth.member_id in {row.id for row in rows}],
        devices=devices(unit.session, batch_id),
        callers=callers(unit.session, batch_id),
        funnel=funnel(unit.session, batch_id=batch_id),
        subsidies=unit.session.execute(travel_subsidies(batch_id)).all(),
        subsidy_states=SUBSIDY_LABELS,
        events=EXPORT_BATCH.events(held.state, unit.actor) if runs else [],
        words=WORD_LABELS,
        sources=SOURCE_LABELS,
        batch_states=BATCH_LABELS,
        states=MEMBER_LABELS,
        modes=TRANSPORT_LABELS,
        place=choices.place,
        when=batches.when_of,
        today=clock.today(),
        runs=runs,
        bound=bound,
    )
