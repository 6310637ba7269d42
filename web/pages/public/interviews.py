"""Asking for interviews with a ticket, and a booth's interviews for its employer."""

from typing import Annotated, Any

from fastapi import Path
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from api.dependencies import PUBLIC, Pages, Unit
from centre import clock
from centre.drafts import BIGGEST_ID, Draft, RecordId
from centre.errors import Refusal
from centre.permissions import Permission
from centre.scopes import seeing_everything
from employers.fairs.fixed import ending_of
from employers.fairs.models import Booth
from employers.fairs.queries import handled_booth, shown_openings
from matching.fairs.interviews.drafts import GuestDraft
from matching.fairs.interviews.models import InterviewDay, InterviewGuest
from matching.fairs.interviews.queries import guest_of, interview_day, open_booths, slot_at, slots_of, tables_of
from matching.fairs.interviews.released import appointments
from matching.fairs.interviews.tables import TablesDraft, set_tables
from matching.fairs.interviews.wishing import ask_for_interviews
from matching.fairs.visitors.queries import ticket_by_code
from matching.fairs.visitors.tickets import spoken
from web.forms import Bound, bind, bind_edit, blank, editing
from web.pages.public.fairs import hours
from web.rendering import page

routes = Pages()

Code = Annotated[str, Path(max_length=40)]
BoothId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


LAST = 999
"""A slot after all others: who names no last one stays to the end."""


class WishForm(Draft):
    """With whom, and from when to when (面谈意愿)."""

    booth_ids: Annotated[tuple[RecordId, ...], Field(max_length=10)] = ()
    from_slot: Annotated[int, Field(ge=0, le=999)] = 0
    until_slot: Annotated[int, Field(ge=0, le=LAST)] = LAST


@routes.get("/tickets/{code}/wishes", allow=PUBLIC)
def ask(unit: Unit, code: Code) -> Response:
    """The form of a ticket's wishes."""
    guest = guest_of(unit.session, ticket_by_code(unit.session, code).id)
    return _form(unit, code, editing(unit, WishForm, _stored(guest)) if guest else blank(unit, WishForm))


def _stored(guest: InterviewGuest) -> dict[str, Any]:
    """What the form shows of a ticket's wishes; no last slot is the answer "to the end"."""
    values = {name: getattr(guest, name) for name in WishForm.model_fields}
    return values | {"until_slot": "" if guest.until_slot == LAST else guest.until_slot}


@routes.post("/tickets/{code}/wishes", allow=PUBLIC)
def wish(unit: Unit, code: Code) -> Response:
    """Keep a ticket's wishes."""
    guest = guest_of(unit.session, ticket_by_code(unit.session, code).id)
    bound = bind_edit(unit, WishForm, _stored(guest)) if guest else bind(unit, WishForm)
    if bound.draft is None:
        return _form(unit, code, bound, bound.status)
    try:
        ask_for_interviews(unit.session, code=code, draft=GuestDraft.model_validate(bound.draft.model_dump()))
    except Refusal as refusal:
        return _form(unit, code, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/tickets/{code}/wishes?kept=1", 303)


@routes.get("/employer/booths/{booth_id:int}/interviews", allow=Permission.APPLY_FOR_BOOTH)
def interviews_at_booth(unit: Unit, booth_id: BoothId) -> Response:
    """The released interviews of a booth, for the screen and for paper."""
    booth = handled_booth(unit.session, unit.actor, booth_id)
    day = interview_day(unit.session, booth.fair_id)
    return _at_booth(unit, booth, editing(unit, TablesDraft, _tables(day, booth.id)))


@routes.post("/employer/booths/{booth_id:int}/interviews", allow=Permission.APPLY_FOR_BOOTH)
def keep_tables(unit: Unit, booth_id: BoothId) -> Response:
    """Keep how many people the booth talks to at a time, and when."""
    booth = handled_booth(unit.session, unit.actor, booth_id)
    bound = bind_edit(unit, TablesDraft, _tables(interview_day(unit.session, booth.fair_id), booth.id))
    if bound.draft is None:
        return _at_booth(unit, booth, bound, bound.status)
    try:
        set_tables(unit.session, unit.actor, booth_id=booth_id, draft=bound.draft)
    except Refusal as refusal:
        return _at_booth(unit, booth, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/employer/booths/{booth_id}/interviews?kept=1", 303)


def _tables(day: InterviewDay | None, booth_id: int) -> dict[str, Any]:
    """What the form shows of a booth's tables; no last slot is the answer "to the end"."""
    tables = tables_of(day, booth_id)
    last = "" if tables.last == LAST else tables.last
    return {"tables": tables.count, "from_slot": tables.first, "until_slot": last}


def _at_booth(unit: Unit, booth: Booth, bound: Bound[TablesDraft], status_code: int = 200) -> Response:
    fair, day = booth.fair, interview_day(unit.session, booth.fair_id)
    shown = day or InterviewDay(slot_minutes=15)
    return page(
        unit,
        "employer/interviews.html",
        status_code,
        bound=bound,
        slots=[(slot, f"{clock.local(slot_at(fair, shown, slot)):%H:%M}") for slot in range(slots_of(fair, shown))],
        fixed=ending_of(fair),
        own=booth.employer_id == unit.actor.employer_id,
        kept=unit.request.query_params.get("kept") == "1",
        booth=booth,
        fair=fair,
        hours=hours(fair),
        rows=appointments(unit.session, day, booth_id=booth.id),
        at=lambda row: slot_at(fair, day, row.slot) if day else fair.starts_at,
        spoken=spoken,
    )


def _form(unit: Unit, code: str, bound: Bound[WishForm], status_code: int = 200) -> Response:
    visitor = ticket_by_code(unit.session, code)
    fair = visitor.fair
    day = interview_day(unit.session, fair.id) or InterviewDay(slot_minutes=15)
    with seeing_everything(unit.session):  # the exhibitors of an announced fair are public
        booths = unit.session.scalars(open_booths(fair.id)).all()
        shown: dict[int, list[str]] = {}
        for booth, opening in shown_openings(unit.session, fair.id):
            shown.setdefault(booth.id, []).append(opening.title)
    names = [
        (
            booth.id,
            (f"{booth.booth_no} · " if booth.booth_no else "") + booth.employer.name,
            "、".join(dict.fromkeys(shown.get(booth.id, []))),
        )
        for booth in booths
    ]
    times = [(slot, f"{clock.local(slot_at(fair, day, slot)):%H:%M}") for slot in range(slots_of(fair, day))]
    return page(
        unit,
        "public/visiting/wishes.html",
        status_code,
        fair=fair,
        hours=hours(fair),
        code=code,
        bound=bound,
        booths=names,
        times=times,
        kept=unit.request.query_params.get("kept") == "1",
        open=fair.starts_at > clock.now(),
    )
