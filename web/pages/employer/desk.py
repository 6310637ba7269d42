"""An employer's desk: openings from draft to publication, and booths at fairs."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import Field
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre import clock, regions
from centre.drafts import BIGGEST_ID, Draft, Fen, Line, Paragraph, RecordId, RegionCode, Words
from centre.errors import NotFound, Refusal
from centre.outbox import Message
from centre.people import EDUCATION_LABELS, Education
from centre.permissions import Permission
from centre.translation import translate
from employers.companies.models import Employer
from employers.companies.queries import employer as employer_in_sight
from employers.companies.rules import EMPLOYER_LABELS, Phone
from employers.fairs import booths
from employers.fairs.models import Fair
from employers.fairs.queries import employer_booths, fairs, place_in_queue
from employers.fairs.queries import fair as fair_in_sight
from employers.fairs.rules import ASKED_BEFORE, BOOTH, BOOTH_LABELS, BoothDraft, FairState
from employers.openings import actions
from employers.openings.checks import ELEMENTS, columns_of, missing_elements
from employers.openings.models import Opening
from employers.openings.queries import employer_openings, own_opening
from employers.openings.rules import (
    CERTIFICATE_LABELS,
    CONTRACT_LABELS,
    EMPLOYMENT_LABELS,
    OPENING,
    OPENING_LABELS,
    PROVISION_LABELS,
    WAGE_UNIT_LABELS,
    CertificateKind,
    ContractParty,
    EmploymentType,
    OpeningDraft,
    OpeningState,
    Provision,
    WageUnit,
)
from employers.openings.screening import Reaction, restore
from matching.suggestions.reach import CHANGE_LABELS, reach_of
from web import choices
from web.forms import Bound, bind, bind_edit, blank, editing, yuan
from web.pages.public.fairs import hours
from web.rendering import page

routes = Pages("/employer")

ALLOW = Permission.POST_OPENING
RecordPath = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class OpeningForm(Draft):
    """The form of an opening (招聘简章)."""

    title: Words
    headcount: Annotated[int, Field(ge=1, le=10_000)]
    content: Paragraph = ""
    conditions: Paragraph = ""
    region_code: RegionCode | None = None
    address: Line = ""
    wage_min_fen: Fen | None = None
    wage_max_fen: Fen | None = None
    wage_unit: WageUnit = WageUnit.MONTH
    base_pay_fen: Fen | None = None
    employment_type: EmploymentType = EmploymentType.DIRECT
    contract_party: ContractParty | None = None
    client_name: Line = ""
    shift: Line = ""
    night_shift: bool | None = None
    board: Provision = Provision.UNSTATED
    lodging: Provision = Provision.UNSTATED
    min_education: Education | None = None
    certificates: Annotated[tuple[CertificateKind, ...], Field(max_length=7)] = ()
    accepts_training: bool = False
    age_reason: Line = ""
    valid_until: date | None = None
    step: Literal["keep", "submit"] = "keep"

    def draft(self, opening: Opening | None = None) -> OpeningDraft:
        """The opening draft; values that the form does not show stay unchanged."""
        values: dict[str, Any] = {}
        if opening is not None:
            values = {name: getattr(opening, name) for name in OpeningDraft.model_fields}
            values["region_code"] = opening.region_code or None
        kept = [
            requirement
            for requirement in values.get("certificate_requirements", [])
            if requirement["kind"] in self.certificates
        ]
        known = {requirement["kind"] for requirement in kept}
        added = [{"kind": kind, "must": True} for kind in self.certificates if kind not in known]
        own = self.model_dump(exclude={"certificates", "step"})
        return OpeningDraft.model_validate(values | own | {"certificate_requirements": [*kept, *added]})


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
        states=OPENING_LABELS,
        messages=messages.all(),
    )


@routes.get("/openings/new", allow=ALLOW)
def ask_opening(unit: Unit) -> Response:
    """The form for a new opening."""
    own = _own(unit)
    return _form(unit, blank(unit, OpeningForm, region_code=own.region_code, address=own.address, headcount=1))


@routes.post("/openings/new", allow=ALLOW)
def create(unit: Unit) -> Response:
    """Save an opening, and submit it to the centre if requested."""
    _own(unit)
    return _save(unit, None)


@routes.get("/openings/{opening_id:int}", allow=ALLOW)
def opening(unit: Unit, opening_id: RecordPath) -> Response:
    """One opening: missing elements, screening findings, available actions."""
    return _opening(unit, opening_id)


@routes.get("/openings/{opening_id:int}/reach", allow=ALLOW)
def reach(unit: Unit, opening_id: RecordPath) -> Response:
    """How many workers an opening suits, and how many more it would with one change."""
    known = reach_of(unit.session, unit.actor, opening_id=opening_id)
    return page(
        unit,
        "employer/reach.html",
        opening=own_opening(unit.session, unit.actor, opening_id),
        reach=known,
        changes=[(translate(unit.locale, CHANGE_LABELS[change]), count) for change, count in known.more.items()],
    )


@routes.get("/openings/{opening_id:int}/edit", allow=ALLOW)
def ask_change(unit: Unit, opening_id: RecordPath) -> Response:
    """The form for editing an opening."""
    opening = own_opening(unit.session, unit.actor, opening_id)
    return _form(unit, editing(unit, OpeningForm, _stored(opening)), opening=opening)


def _stored(opening: Opening) -> dict[str, Any]:
    """What the form shows of an opening."""
    values = {name: getattr(opening, name) for name in OpeningForm.model_fields if hasattr(opening, name)}
    for name in [name for name in values if name.endswith("_fen")]:
        values[name] = yuan(values[name])
    values["certificates"] = [requirement["kind"] for requirement in opening.certificate_requirements]
    return {name: "" if value is None else value for name, value in values.items()}


@routes.post("/openings/{opening_id:int}/edit", allow=ALLOW)
def change(unit: Unit, opening_id: RecordPath) -> Response:
    """Edit an opening that is not published."""
    return _save(unit, own_opening(unit.session, unit.actor, opening_id))


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


def _save(unit: Unit, opening: Opening | None) -> Response:
    bound = bind(unit, OpeningForm) if opening is None else bind_edit(unit, OpeningForm, _stored(opening))
    if bound.draft is None:
        return _form(unit, bound, bound.status, opening=opening)
    try:
        draft = bound.draft.draft(opening)
        if opening is None:
            kept = actions.create_opening(unit.session, unit.actor, draft)
        elif bound.draft.step == "keep" and not _differs(opening, draft):
            kept = opening  # saved as it was: what waits for the centre goes on waiting
        else:
            kept = actions.update_opening(unit.session, unit.actor, opening_id=opening.id, draft=draft)
        if bound.draft.step == "submit":
            actions.submit_opening(unit.session, unit.actor, opening_id=kept.id)
    except Refusal as refusal:
        return _form(unit, bound.refuse(refusal), refusal.status, opening=opening)
    return RedirectResponse(f"/employer/openings/{kept.id}", 303)


def _differs(opening: Opening, draft: OpeningDraft) -> bool:
    """Whether a draft says anything else than the opening does."""
    return any(getattr(opening, name) != value for name, value in columns_of(draft).items())


def _form(unit: Unit, bound: Bound[OpeningForm], status_code: int = 200, *, opening: Opening | None = None) -> Response:
    return page(
        unit,
        "employer/opening-form.html",
        status_code,
        bound=bound,
        opening=opening,
        opening_id=opening.id if opening else None,
        title=opening.title if opening else "",
        findings=[] if opening is None or bound.problems else restore(opening.screening),
        counties=choices.home_counties(),
        units=WAGE_UNIT_LABELS,
        employments=EMPLOYMENT_LABELS,
        contracts=CONTRACT_LABELS,
        provisions=PROVISION_LABELS,
        educations=EDUCATION_LABELS,
        certificates=CERTIFICATE_LABELS,
    )


def _opening(
    unit: Unit, opening_id: int, problems: Any = (), status_code: int = 200, *, places: Bound[ActForm] | None = None
) -> Response:
    opening = own_opening(unit.session, unit.actor, opening_id)
    findings = restore(opening.screening)
    missing = missing_elements(opening)
    return page(
        unit,
        "employer/opening.html",
        status_code,
        opening=opening,
        place=regions.full_name(opening.region_code) if opening.region_code else "",
        state=OPENING_LABELS[opening.shown_state],
        events=OPENING.events(opening.state, unit.actor),
        elements=[(ELEMENTS[name], name not in missing) for name in ELEMENTS],
        blocking=[finding for finding in findings if finding.reaction is Reaction.BLOCK],
        warnings=[finding for finding in findings if finding.reaction is Reaction.WARN],
        questions=[finding for finding in findings if finding.reaction is Reaction.ASK],
        editable=opening.state
        not in (OpeningState.OPEN, OpeningState.FILLED, OpeningState.FROZEN, OpeningState.CLOSED),
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
