"""The interview timetable of a fair for its organiser: conditions, plan, pins, release, repair."""

from typing import Annotated, Any

from fastapi import Path
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre import clock
from centre.drafts import BIGGEST_ID, Draft, Line, RecordId
from centre.errors import Refusal
from centre.permissions import Permission
from employers.fairs.fixed import ending_of
from employers.fairs.models import Fair
from employers.fairs.queries import own_fair
from matching.fairs.interviews import actions
from matching.fairs.interviews.drafts import DayDraft
from matching.fairs.interviews.models import InterviewDay
from matching.fairs.interviews.queries import booked, guests, interview_day, open_booths, slot_at, slots_of, tables_of
from matching.fairs.interviews.rules import WHY_NOT_LABELS, NoInterviewReason
from matching.fairs.visitors.tickets import spoken
from web.forms import Bound, ButtonForm, bind, bind_edit, blank, editing
from web.pages.public.fairs import hours
from web.rendering import page

routes = Pages("/organiser")

ALLOW = Permission.MANAGE_FAIRS
FairId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
InterviewId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
MOST_LEFT_OUT = 200


class DayForm(Draft):
    """The form of a timetable's conditions; breaks are numbers of slots with commas (排期条件)."""

    slot_minutes: Annotated[int, Field(ge=5, le=120)] = 15
    gap: Annotated[int, Field(ge=0, le=8)] = 1
    most: Annotated[int, Field(ge=1, le=10)] = 3
    reserve: Annotated[int, Field(ge=0, le=90)] = 15
    breaks: Annotated[tuple[Annotated[int, Field(ge=0, le=300)], ...], Field(max_length=100)] = ()


class PinForm(Draft):
    """Keep an interview where it is, or let it move (固定)."""

    pinned: bool = False


class DropForm(Draft):
    """A booth that has left (单位提前离场)."""

    booth_id: RecordId
    note: Line = ""


@routes.get("/fairs/{fair_id:int}/interviews", allow=ALLOW)
def desk(unit: Unit, fair_id: FairId) -> Response:
    """The timetable with everything that can be done about it."""
    return _desk(unit, fair_id)


@routes.post("/fairs/{fair_id:int}/interviews", allow=ALLOW)
def set_conditions(unit: Unit, fair_id: FairId) -> Response:
    """Keep the conditions."""
    day = interview_day(unit.session, fair_id)
    bound = bind_edit(unit, DayForm, _stored(day)) if day else bind(unit, DayForm)
    if bound.draft is None:
        return _desk(unit, fair_id, bound, status_code=bound.status)
    draft = DayDraft.model_validate(bound.draft.model_dump())
    try:
        actions.set_conditions(unit.session, unit.actor, fair_id=fair_id, draft=draft)
    except Refusal as refusal:
        return _desk(unit, fair_id, bound.refuse(refusal), status_code=refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}/interviews", 303)


@routes.post("/fairs/{fair_id:int}/interviews/plan", allow=ALLOW)
def plan(unit: Unit, fair_id: FairId) -> Response:
    """Plan the interviews, or plan them again."""
    bind(unit, ButtonForm)
    try:
        actions.plan_interviews(unit.session, unit.actor, fair_id=fair_id)
    except Refusal as refusal:
        return _desk(unit, fair_id, problems=refusal.problems, status_code=refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}/interviews#plan", 303)


@routes.post("/fairs/{fair_id:int}/interviews/release", allow=ALLOW)
def release(unit: Unit, fair_id: FairId) -> Response:
    """Release the timetable to those whom the change concerns."""
    bind(unit, ButtonForm)
    try:
        people = actions.release_interviews(unit.session, unit.actor, fair_id=fair_id)
    except Refusal as refusal:
        return _desk(unit, fair_id, problems=refusal.problems, status_code=refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}/interviews?released={people}", 303)


@routes.post("/fairs/{fair_id:int}/interviews/drop", allow=ALLOW)
def drop(unit: Unit, fair_id: FairId) -> Response:
    """Plan without a booth that has left."""
    bound = bind(unit, DropForm)
    if bound.draft is None:
        return _desk(unit, fair_id, problems=bound.problems, status_code=422)
    try:
        actions.drop_booth(unit.session, unit.actor, fair_id=fair_id, booth_id=bound.draft.booth_id)
    except Refusal as refusal:
        return _desk(unit, fair_id, problems=refusal.problems, status_code=refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}/interviews#plan", 303)


@routes.post("/interviews/{interview_id}/pin", allow=ALLOW)
def pin(unit: Unit, interview_id: InterviewId) -> Response:
    """Pin an interview to its time, or unpin it."""
    bound = bind(unit, PinForm)
    pinned = bool(bound.draft and bound.draft.pinned)
    row = actions.pin_interview(unit.session, unit.actor, interview_id=interview_id, pinned=pinned)
    return RedirectResponse(f"/organiser/fairs/{row.fair_id}/interviews#plan", 303)


def _desk(
    unit: Unit,
    fair_id: int,
    bound: Bound[DayForm] | None = None,
    *,
    problems: object = (),
    status_code: int = 200,
) -> Response:
    with unit.session.no_autoflush:
        fair = own_fair(unit.session, unit.actor, fair_id)
        day = interview_day(unit.session, fair_id)
        booths = unit.session.scalars(open_booths(fair_id)).all()
        rows = unit.session.scalars(booked(fair_id)).all()
        names = {guest.visitor_id: guest.visitor for guest in unit.session.scalars(guests(fair_id))}
    shown = day or InterviewDay(slot_minutes=15, gap=1, most=3, reserve=15, breaks=[], figures={})
    form = bound or (editing(unit, DayForm, _stored(day)) if day else blank(unit, DayForm, **_stored(shown)))
    employers = {booth.id: booth.employer.name for booth in booths}
    left_out = [
        (names[visitor], employers[booth], WHY_NOT_LABELS[NoInterviewReason(reason)])
        for visitor, booth, reason in shown.figures.get("left_out", [])
        if visitor in names and booth in employers
    ]
    return page(
        unit,
        "organiser/interviews.html",
        status_code,
        fair=fair,
        hours=hours(fair),
        fixed=ending_of(fair),
        day=day,
        bound=form,
        problems=problems or form.problems,
        slots=_slots(fair, shown),
        booths=booths,
        tables={booth.id: tables_of(day, booth.id) for booth in booths},
        rows=rows,
        guests=len(names),
        at=lambda row: slot_at(fair, shown, row.slot),
        left_out=left_out[:MOST_LEFT_OUT],
        spoken=spoken,
        released=unit.request.query_params.get("released", ""),
    )


def _stored(day: InterviewDay) -> dict[str, Any]:
    """What the form shows of the conditions."""
    return {name: getattr(day, name) for name in DayForm.model_fields}


def _slots(fair: Fair, day: InterviewDay) -> list[tuple[int, str]]:
    return [(slot, f"{clock.local(slot_at(fair, day, slot)):%H:%M}") for slot in range(slots_of(fair, day))]
