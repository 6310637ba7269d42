"""The gates of fairs: an installable page that works without network, its worker, and the printed roll."""

import re
from datetime import date, datetime
from typing import Annotated

from fastapi import Path
from pydantic import Field
from sqlalchemy import func, or_
from starlette.responses import RedirectResponse, Response

from api.dependencies import PUBLIC, Pages, Unit
from centre import clock
from centre.drafts import BIGGEST_ID, Draft, Line, RecordId, WallTime
from centre.errors import Refusal
from centre.permissions import Permission
from centre.scans.rules import ACT_LABELS, VERDICT_LABELS, Act, GateVerdict
from centre.translation import N_, translate
from employers.fairs.models import Fair
from employers.fairs.queries import days_of, fairs
from matching.fairs.visitors import actions
from matching.fairs.visitors.models import Visitor
from matching.fairs.visitors.queries import TAKES_VISITORS, day_truth, door_of, visitors
from matching.fairs.visitors.rules import GateDraft, TicketDraft, WalkInDraft
from matching.fairs.visitors.tickets import spoken
from web.assets import STATIC
from web.forms import bind
from web.manifest import app_manifest
from web.pages.public.fairs import hours
from web.rendering import page

routes = Pages("/gate")

ALLOW = Permission.CHECK_IN
FairId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
CAMERA = "camera=(self), microphone=(), geolocation=()"
CALLED = N_("岗桥门岗")
A_PART = 1_000
"""Tickets on one part of a printed roll."""


class RollForm(Draft):
    """A printed roll that is entered afterwards (纸质名单补录)."""

    came: Annotated[tuple[RecordId, ...], Field(max_length=2000)] = ()
    at: WallTime
    day: date | None = None
    gate: Annotated[Line, Field(max_length=40)] = ""
    walk_ins: Annotated[int, Field(ge=0, le=99_999)] = 0


@routes.get("", allow=ALLOW)
def gates(unit: Unit) -> Response:
    """The fairs whose gates may be opened now: those of this week."""
    wanted = fairs(from_on=clock.today()).where(Fair.state.in_(sorted(TAKES_VISITORS)))
    if not unit.actor.scope.all_centres:
        wanted = wanted.where(or_(Fair.centre_id == unit.actor.centre_id, Fair.centre_id.is_(None)))
    return page(unit, "staff/gate/gates.html", fairs=unit.session.scalars(wanted.limit(20)).all(), hours=hours)


@routes.get("/worker.js", allow=PUBLIC)
def worker(unit: Unit) -> Response:
    """The service worker of the gate pages, and of the talks at booths."""
    del unit
    script = (STATIC / "gate-worker.js").read_bytes()
    headers = {"service-worker-allowed": "/", "cache-control": "no-cache"}
    return Response(script, media_type="text/javascript; charset=utf-8", headers=headers)


@routes.get("/app.webmanifest", allow=PUBLIC)
def manifest(unit: Unit) -> Response:
    """What a browser needs to install the gate page."""
    return app_manifest(translate(unit.locale, CALLED), scope="/gate")


@routes.get("/fairs/{fair_id}", allow=ALLOW)
def gate(unit: Unit, fair_id: FairId) -> Response:
    """The gate of one fair."""
    return _gate(unit, fair_id)


@routes.post("/fairs/{fair_id}", allow=ALLOW)
def check(unit: Unit, fair_id: FairId) -> Response:
    """Check one code, for browsers without the script."""
    bound = bind(unit, GateDraft)
    if bound.draft is None or not bound.draft.code:
        return _gate(unit, fair_id, problems=bound.problems, status_code=422)
    form = bound.draft
    try:
        checked = actions.check_code(unit.session, unit.actor, fair_id=fair_id, draft=form)
    except Refusal as refusal:
        return _gate(unit, fair_id, problems=refusal.problems, status_code=refusal.status)
    return _gate(unit, fair_id, checked=checked, code=form.code, form=form)


@routes.post("/fairs/{fair_id}/walk-ins", allow=ALLOW)
def walk_in(unit: Unit, fair_id: FairId) -> Response:
    """Count people without tickets."""
    bound = bind(unit, WalkInDraft)
    if bound.draft is None:
        return _gate(unit, fair_id, problems=bound.problems, status_code=422)
    form = bound.draft
    try:
        checked = actions.count_walk_in(unit.session, unit.actor, fair_id=fair_id, draft=form)
    except Refusal as refusal:
        return _gate(unit, fair_id, problems=refusal.problems, status_code=refusal.status)
    if checked.verdict is GateVerdict.ADMIT:
        return RedirectResponse(f"/gate/fairs/{fair_id}", 303)
    return _gate(unit, fair_id, checked=checked, form=form)


@routes.post("/fairs/{fair_id}/tickets", allow=ALLOW)
def give_ticket(unit: Unit, fair_id: FairId) -> Response:
    """Give a visitor at the gate or the counter a ticket, to be printed."""
    bound = bind(unit, TicketDraft)
    if bound.draft is None:
        return _gate(unit, fair_id, problems=bound.problems, status_code=422)
    try:
        visitor = actions.register_at_counter(unit.session, unit.actor, fair_id=fair_id, draft=bound.draft)
    except Refusal as refusal:
        return _gate(unit, fair_id, problems=refusal.problems, status_code=refusal.status)
    return RedirectResponse(f"/tickets/{spoken(visitor.code)}", 303)


@routes.get("/fairs/{fair_id}/roll", allow=ALLOW)
def roll(unit: Unit, fair_id: FairId) -> Response:
    """The roll on paper, with boxes to tick; the same page takes the ticks back."""
    return _roll(unit, fair_id)


@routes.post("/fairs/{fair_id}/roll", allow=ALLOW)
def read_back(unit: Unit, fair_id: FairId) -> Response:
    """Enter the ticks of a printed roll."""
    fair = actions.gate_fair(unit.session, unit.actor, fair_id=fair_id)
    bound = bind(unit, RollForm)
    if bound.draft is None:
        return _roll(unit, fair_id, problems=bound.problems, status_code=422)
    days = days_of(fair)
    at = datetime.combine(bound.draft.day if bound.draft.day in days else days[0], bound.draft.at, clock.SHANGHAI)
    received = actions.read_roll_back(
        unit.session,
        unit.actor,
        fair_id=fair_id,
        visitor_ids=bound.draft.came,
        at=at,
        walk_ins=bound.draft.walk_ins,
        gate=bound.draft.gate,
    )
    part = _part(unit)
    return RedirectResponse(f"/gate/fairs/{fair_id}/roll?part={part}&added={received.added}", 303)


def _part(unit: Unit) -> int:
    asked = unit.request.query_params.get("part", "")
    return int(asked) if re.fullmatch(r"[0-9]{1,4}", asked) and int(asked) else 1


def _gate(
    unit: Unit,
    fair_id: int,
    *,
    checked: actions.Checked | None = None,
    code: str = "",
    form: GateDraft | WalkInDraft | None = None,
    problems: object = (),
    status_code: int = 200,
) -> Response:
    fair = actions.gate_fair(unit.session, unit.actor, fair_id=fair_id)
    door = door_of(unit.session, fair_id)
    day = day_truth(unit.session, fair_id)
    answer = page(
        unit,
        "staff/gate/gate.html",
        status_code,
        fair=fair,
        hours=hours(fair),
        gates=door.gates if door else [],
        inside=day.inside,
        entered=day.entered,
        checked=checked,
        code=code,
        form=form,
        walking=form.heads if isinstance(form, WalkInDraft) else 0,
        problems=problems,
        verdicts=VERDICT_LABELS,
        verdict=VERDICT_LABELS[checked.verdict] if checked else "",
        can_force=checked is not None
        and checked.verdict
        in (GateVerdict.UNKNOWN, GateVerdict.EARLY, GateVerdict.LATE, GateVerdict.BANNED, GateVerdict.FULL),
        may_serve=unit.actor.may(Permission.RECORD_SERVICE),
        acts=[(act.value, ACT_LABELS[act]) for act in (Act.IN, Act.OUT)],
    )
    answer.headers["permissions-policy"] = CAMERA
    return answer


def _roll(unit: Unit, fair_id: int, *, problems: object = (), status_code: int = 200) -> Response:
    fair = actions.gate_fair(unit.session, unit.actor, fair_id=fair_id)
    day, part = day_truth(unit.session, fair_id), _part(unit)
    total = unit.session.scalar(visitors(fair_id).with_only_columns(func.count(Visitor.id)).order_by(None)) or 0
    listed = visitors(fair_id).order_by(None).order_by(Visitor.code).limit(A_PART).offset((part - 1) * A_PART)
    door = door_of(unit.session, fair_id)
    return page(
        unit,
        "staff/gate/roll.html",
        status_code,
        fair=fair,
        hours=hours(fair),
        visitors=unit.session.scalars(listed).all(),
        part=part,
        parts=max(1, -(-total // A_PART)),
        days=[(day.isoformat(), day.isoformat()) for day in days_of(fair)],
        gates=door.gates if door else [],
        came={subject for subject, stay in day.stays.items() if stay.first_in is not None},
        spoken=spoken,
        problems=problems,
        added=unit.request.query_params.get("added", ""),
    )
