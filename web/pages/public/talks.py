"""A fair's day at the booth and for complaints: outcomes by two taps, and the organiser's live picture."""

from typing import Annotated

from fastapi import Path
from starlette.responses import RedirectResponse, Response

from api.dependencies import PUBLIC, Pages, Unit
from api.security import caller_of
from centre import clock
from centre.drafts import BIGGEST_ID
from centre.errors import Refusal
from centre.limits import Limit, spend_all
from centre.permissions import Permission
from centre.scans.rules import arrivals
from employers.fairs.booth_rules import BOOTH_LABELS
from employers.fairs.models import Fair
from employers.fairs.queries import booths as booths_in_sight
from employers.fairs.queries import fair as fair_in_sight
from employers.fairs.queries import handled_booth, own_fair
from employers.fairs.rules import OVER
from matching.fairs.contacts import actions
from matching.fairs.contacts.complaining import complain
from matching.fairs.contacts.queries import (
    RECORDING,
    complaint_in_sight,
    complaints,
    contacts_at,
    figures_of,
    funnel,
    results_by_booth,
    talks_by_booth,
)
from matching.fairs.contacts.rules import COMPLAINT_LABELS, OUTCOME_LABELS, AnswerDraft, ComplaintDraft, ContactDraft
from matching.fairs.days.queries import lines_of, turns
from matching.fairs.visitors.queries import day_scans, day_truth
from matching.fairs.visitors.tickets import HOUR, spoken
from web.forms import Bound, bind, blank
from web.pages.public.fairs import hours
from web.rendering import page

routes = Pages()

FairId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
BoothId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
ComplaintId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
AT_BOOTH, MANAGE = Permission.APPLY_FOR_BOOTH, Permission.MANAGE_FAIRS
COMPLAINTS_AN_HOUR = 30


def count_complaint(unit: Unit, **_: object) -> None:
    """Count a complaint against its network address, before the transaction begins. Raises TooMany."""
    spend_all(Limit(("complaint", caller_of(unit.request).host), COMPLAINTS_AN_HOUR, HOUR))


@routes.get("/employer/booths/{booth_id:int}/talks", allow=AT_BOOTH)
def booth_day(unit: Unit, booth_id: BoothId) -> Response:
    """The talks at a booth, and the two taps for the next one."""
    return _booth(unit, booth_id, blank(unit, ContactDraft))


@routes.post("/employer/booths/{booth_id:int}/talks", allow=AT_BOOTH)
def record(unit: Unit, booth_id: BoothId) -> Response:
    """Record a talk."""
    bound = bind(unit, ContactDraft)
    if bound.draft is None:
        return _booth(unit, booth_id, bound, 422)
    try:
        actions.record_contact(unit.session, unit.actor, booth_id=booth_id, draft=bound.draft)
    except Refusal as refusal:
        return _booth(unit, booth_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/employer/booths/{booth_id}/talks?kept={bound.draft.outcome.value}", 303)


@routes.get("/organiser/fairs/{fair_id:int}/today", allow=MANAGE)
def today(unit: Unit, fair_id: FairId) -> Response:
    """The live picture of a fair, the complaints, and the funnel afterwards."""
    return _today(unit, fair_id, blank(unit, AnswerDraft))


@routes.post("/organiser/complaints/{complaint_id}", allow=MANAGE)
def answer(unit: Unit, complaint_id: ComplaintId) -> Response:
    """Answer a complaint."""
    fair_id = complaint_in_sight(unit.session, complaint_id).fair_id
    bound = bind(unit, AnswerDraft)
    if bound.draft is None:
        return _today(unit, fair_id, bound, 422)
    try:
        complaint = actions.answer_complaint(unit.session, unit.actor, complaint_id=complaint_id, draft=bound.draft)
    except Refusal as refusal:
        return _today(unit, fair_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/organiser/fairs/{complaint.fair_id}/today#complaints", 303)


@routes.get("/fairs/{fair_id}/complain", allow=PUBLIC)
def ask_complaint(unit: Unit, fair_id: FairId) -> Response:
    """The form of a complaint at a fair."""
    return _complaint(unit, fair_in_sight(unit.session, fair_id), blank(unit, ComplaintDraft))


@routes.post("/fairs/{fair_id}/complain", allow=PUBLIC, before=count_complaint)
def send_complaint(unit: Unit, fair_id: FairId) -> Response:
    """Record a complaint."""
    fair = fair_in_sight(unit.session, fair_id)
    bound = bind(unit, ComplaintDraft)
    if bound.draft is None:
        return _complaint(unit, fair, bound, 422)
    try:
        complain(unit.session, fair_id=fair_id, draft=bound.draft)
    except Refusal as refusal:
        return _complaint(unit, fair, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/fairs/{fair_id}/complain?kept=1", 303)


def _booth(unit: Unit, booth_id: int, bound: Bound[ContactDraft], status_code: int = 200) -> Response:
    booth = handled_booth(unit.session, unit.actor, booth_id)
    return page(
        unit,
        "employer/talks.html",
        status_code,
        booth=booth,
        fair=booth.fair,
        hours=hours(booth.fair),
        bound=bound,
        talks=contacts_at(unit.session, booth_id),
        outcomes=OUTCOME_LABELS,
        spoken=spoken,
        open=booth.fair.state in RECORDING,
        own=booth.employer_id == unit.actor.employer_id,
        kept=OUTCOME_LABELS.get(unit.request.query_params.get("kept", ""), ""),  # type: ignore[call-overload]
    )


def _complaint(unit: Unit, fair: Fair, bound: Bound[ComplaintDraft], status_code: int = 200) -> Response:
    return page(
        unit,
        "public/fairs/complain.html",
        status_code,
        fair=fair,
        hours=hours(fair),
        bound=bound,
        kinds=[(kind.value, label) for kind, label in COMPLAINT_LABELS.items()],
        kept=unit.request.query_params.get("kept") == "1",
    )


def _today(unit: Unit, fair_id: int, bound: Bound[AnswerDraft], status_code: int = 200) -> Response:
    fair = own_fair(unit.session, unit.actor, fair_id)
    day = day_truth(unit.session, fair_id)
    arriving = sorted(arrivals(day_scans(unit.session, fair_id)).items())
    return page(
        unit,
        "organiser/today.html",
        status_code,
        fair=fair,
        hours=hours(fair),
        bound=bound,
        day=day,
        figures=figures_of(unit.session, fair),
        quarters=[(f"{clock.local(slot):%H:%M}", count) for slot, count in arriving],
        waiting={line.booth.id: len(line.calls) for line in lines_of(turns(unit.session, fair))},
        booths=unit.session.scalars(booths_in_sight(fair_id)).all(),
        talks=talks_by_booth(unit.session, fair_id),
        outcomes=OUTCOME_LABELS,
        states=BOOTH_LABELS,
        complaints=unit.session.scalars(complaints(fair_id)).all(),
        kinds=COMPLAINT_LABELS,
        funnel=funnel(unit.session, fair),
        results=results_by_booth(unit.session, fair) if fair.state in OVER else [],
        now=clock.now(),
    )
