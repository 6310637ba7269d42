"""An employer's desk: openings from draft to publication, and booths at fairs."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import Field
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre import clock
from centre.drafts import BIGGEST_ID, Draft, Line, RecordId, Words
from centre.errors import NotFound, Refusal
from centre.outbox import Message
from centre.permissions import Permission
from centre.translation import translate
from employers.companies.models import Employer
from employers.companies.queries import employer as employer_in_sight
from employers.companies.rules import EMPLOYER_LABELS, Phone
from employers.fairs import booths, offers
from employers.fairs.booth_rules import ASKED_BEFORE, BOOTH, BOOTH_LABELS, BoothDraft
from employers.fairs.models import Fair
from employers.fairs.queries import employer_booths, fairs, place_in_queue
from employers.fairs.queries import fair as fair_in_sight
from employers.fairs.rules import FairState
from employers.openings import actions
from employers.openings.checks import ELEMENTS
from employers.openings.doubles import doubles_of
from employers.openings.models import Opening
from employers.openings.queries import employer_openings, own_opening
from employers.openings.rules import OPENING, OPENING_LABELS, OpeningState
from employers.openings.screening import restore
from matching.interviews.queries import coming_interviews
from matching.introductions.queries import applicants
from matching.introductions.rules import IntroductionState
from matching.live.listing import listed_now
from matching.suggestions.reach import CHANGE_LABELS, reach_of
from web import choices
from web.forms import Bound, bind, bind_edit, blank, editing
from web.pages.employer.posting import can_be_changed, next_part, still_missing, way_to
from web.pages.public.fairs import hours
from web.rendering import page

routes = Pages("/employer")

ALLOW = Permission.POST_OPENING
RecordPath = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
WAITING = (IntroductionState.LETTER_ISSUED, IntroductionState.UNKNOWN)
"""States of a letter that the employer has not answered."""

SOON = timedelta(days=3)
"""An opening that ends so soon is on the list of today."""


class ActForm(Draft):
    """An employer's action on an opening (岗位办理)."""

    event: Literal["submit", "publish", "pause", "resume", "close", "renew", "headcount"]
    reason: Line = ""
    valid_until: date | None = None
    headcount: Annotated[int, Field(ge=1, le=10_000)] | None = None


class RequestForm(Draft):
    """The booth application form (参会申请)."""

    contact_name: Words
    contact_phone: Phone = ""
    opening_ids: Annotated[tuple[RecordId, ...], Field(max_length=30)] = ()
    note: Line = ""


@routes.get("", allow=ALLOW)
def desk(unit: Unit) -> Response:
    """The employer's openings, booths and messages."""
    own = _own(unit)
    openings = unit.session.scalars(employer_openings(own.id).limit(100)).all()
    messages = unit.session.scalars(
        select(Message).where(Message.account_id == unit.actor.account_id).order_by(Message.id.desc()).limit(5)
    )
    return page(
        unit,
        "employer/desk.html",
        employer=own,
        employer_state=EMPLOYER_LABELS[own.state],
        openings=openings,
        unfinished=[
            (opening, next_part(opening), [translate(unit.locale, ELEMENTS[name]) for name in still_missing(opening)])
            for opening in openings
            if opening.state is OpeningState.DRAFT
        ],
        states=OPENING_LABELS,
        unanswered=[person for person in applicants(unit.session) if person.state in WAITING],
        meetings=coming_interviews(unit.session, clock.now(), clock.now() + timedelta(days=1)),
        ending=[opening for opening in openings if _ends_soon(opening)],
        messages=messages.all(),
    )


def _ends_soon(opening: Opening) -> bool:
    last = opening.valid_until
    return opening.state is OpeningState.OPEN and last is not None and last <= clock.today() + SOON


@routes.get("/openings/{opening_id:int}", allow=ALLOW)
def opening(unit: Unit, opening_id: RecordPath) -> Response:
    """One opening: missing elements, screening findings, available actions."""
    return _opening(unit, opening_id)


@routes.get("/openings/{opening_id:int}/reach", allow=ALLOW)
def reach(unit: Unit, opening_id: RecordPath) -> Response:
    """How many workers an opening suits, and how many more it would with one change."""
    known = reach_of(unit.session, unit.actor, opening_id=opening_id)
    own = own_opening(unit.session, unit.actor, opening_id)
    return page(
        unit,
        "employer/reach.html",
        opening=own,
        way=way_to(unit, own.employer),
        reach=known,
        changes=[(translate(unit.locale, CHANGE_LABELS[change]), count) for change, count in known.more.items()],
    )


@routes.post("/openings/{opening_id:int}", allow=ALLOW)
def act(unit: Unit, opening_id: RecordPath) -> Response:
    """Submit, publish, pause, resume, renew, close, or change the headcount."""
    places = {"headcount": own_opening(unit.session, unit.actor, opening_id).headcount}
    bound = bind_edit(unit, ActForm, places)
    if bound.draft is None:
        return _opening(unit, opening_id, bound.problems, bound.status, places=bound)
    try:
        _act(unit, opening_id, bound.draft)
    except Refusal as refusal:
        return _opening(unit, opening_id, refusal.problems, refusal.status)
    return RedirectResponse(f"/employer/openings/{opening_id}", 303)


@routes.get("/booths", allow=Permission.APPLY_FOR_BOOTH)
def my_booths(unit: Unit) -> Response:
    """Fairs open for applications, and the employer's applications."""
    own = _own(unit)
    return _booths(unit, own)


@routes.get("/fairs/{fair_id:int}/booth", allow=Permission.APPLY_FOR_BOOTH)
def ask_booth(unit: Unit, fair_id: RecordPath) -> Response:
    """The booth application form of a fair."""
    own = _own(unit)
    return _booth_form(
        unit, fair_id, blank(unit, RequestForm, contact_name=own.contact_name, contact_phone=own.contact_phone)
    )


@routes.post("/fairs/{fair_id:int}/booth", allow=Permission.APPLY_FOR_BOOTH)
def apply(unit: Unit, fair_id: RecordPath) -> Response:
    """Apply for a booth."""
    _own(unit)
    bound = bind(unit, RequestForm)
    if bound.draft is None:
        return _booth_form(unit, fair_id, bound, 422)
    try:
        draft = BoothDraft.model_validate(bound.draft.model_dump())
        booths.apply_for_booth(unit.session, unit.actor, fair_id=fair_id, draft=draft)
    except Refusal as refusal:
        return _booth_form(unit, fair_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse("/employer/booths", 303)


@routes.post("/booths/{booth_id:int}/confirm", allow=Permission.APPLY_FOR_BOOTH)
def confirm(unit: Unit, booth_id: RecordPath) -> Response:
    """Say that the employer takes the booth that became free for it."""
    own = _own(unit)
    try:
        offers.confirm_offer(unit.session, unit.actor, booth_id=booth_id)
    except NotFound:
        raise
    except Refusal as refusal:
        return _booths(unit, own, refusal.problems, refusal.status)
    return RedirectResponse("/employer/booths", 303)


@routes.post("/booths/{booth_id:int}/withdraw", allow=Permission.APPLY_FOR_BOOTH)
def withdraw(unit: Unit, booth_id: RecordPath) -> Response:
    """Withdraw a booth application."""
    own = _own(unit)
    try:
        booths.withdraw_booth(unit.session, unit.actor, booth_id=booth_id)
    except NotFound:
        raise
    except Refusal as refusal:
        return _booths(unit, own, refusal.problems, refusal.status)
    return RedirectResponse("/employer/booths", 303)


def _own(unit: Unit) -> Employer:
    if unit.actor.employer_id is None:
        raise NotFound
    return employer_in_sight(unit.session, unit.actor.employer_id)


def _act(unit: Unit, opening_id: int, form: ActForm) -> None:
    session, actor = unit.session, unit.actor
    match form.event:
        case "submit":
            actions.submit_opening(session, actor, opening_id=opening_id)
        case "publish":
            actions.publish_opening(session, actor, opening_id=opening_id)
        case "pause":
            actions.pause_opening(session, actor, opening_id=opening_id, reason=form.reason)
        case "resume":
            actions.resume_opening(session, actor, opening_id=opening_id)
        case "close":
            actions.close_opening(session, actor, opening_id=opening_id, reason=form.reason)
        case "renew":
            day = form.valid_until or clock.today()
            actions.renew_opening(session, actor, opening_id=opening_id, valid_until=day)
        case "headcount":
            actions.change_headcount(session, actor, opening_id=opening_id, headcount=form.headcount or 0)


def _opening(
    unit: Unit, opening_id: int, problems: Any = (), status_code: int = 200, *, places: Bound[ActForm] | None = None
) -> Response:
    opening = own_opening(unit.session, unit.actor, opening_id)
    missing = still_missing(opening)
    return page(
        unit,
        "employer/opening.html",
        status_code,
        opening=opening,
        way=way_to(unit, opening.employer),
        listed=listed_now(opening),
        place=choices.place,
        employment=choices.EMPLOYMENT[opening.employment_type.value],
        stated=choices.stated(opening, unit.locale),
        state=OPENING_LABELS[opening.shown_state],
        events=OPENING.events(opening.state, unit.actor),
        elements=[(ELEMENTS[name], name not in missing) for name in ELEMENTS],
        findings=restore(opening.screening),
        doubles=doubles_of(unit.session, opening),
        editable=can_be_changed(opening),
        resume=next_part(opening) if opening.state is OpeningState.DRAFT else "",
        problems=problems,
        places=places or editing(unit, ActForm, {"headcount": opening.headcount}),
    )


def _booths(unit: Unit, own: Employer, problems: Any = (), status_code: int = 200) -> Response:
    requests = unit.session.scalars(employer_booths(own.id).limit(50)).all()
    open_requests = [booth for booth in requests if booth.state not in ASKED_BEFORE]
    requested_fairs = {booth.fair_id for booth in open_requests}
    coming = fairs(from_on=clock.today()).where(Fair.state == FairState.BOOTH_OPEN).limit(30)
    return page(
        unit,
        "employer/booths.html",
        status_code,
        requests=requests,
        queue={booth.id: place_in_queue(unit.session, booth) for booth in requests},
        may_withdraw=[booth.id for booth in open_requests if "withdraw" in BOOTH.events(booth.state, unit.actor)],
        states=BOOTH_LABELS,
        fairs=[fair for fair in unit.session.scalars(coming) if fair.id not in requested_fairs],
        hours=hours,
        problems=problems,
    )


def _booth_form(unit: Unit, fair_id: int, bound: Bound[RequestForm], status_code: int = 200) -> Response:
    fair = fair_in_sight(unit.session, fair_id)
    own = employer_openings(unit.actor.employer_id or 0).where(Opening.state.in_(booths.VERIFIED))
    openings = [(opening.id, opening.title) for opening in unit.session.scalars(own)]
    return page(
        unit, "employer/booth-form.html", status_code, bound=bound, fair=fair, hours=hours(fair), openings=openings
    )
