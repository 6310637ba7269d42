"""The counter: find or register a person, see their record on one screen, introduce, print, record visits."""

import re
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import Field
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from api.desk import KINDS
from centre import clock
from centre.desk.cases.queries import briefs
from centre.drafts import BIGGEST_ID, Draft, Fen, RecordId, Words
from centre.errors import Refusal
from centre.ledger import CATEGORY_LABELS, CHANNEL_LABELS, Channel, ServiceEvent
from centre.people import CATEGORY_LABELS as PERSON_LABELS
from centre.people import EDUCATION_LABELS, recognised_categories
from centre.permissions import Permission
from centre.skills.vocabulary import vocabulary
from employers.openings.rules import CERTIFICATE_LABELS
from matching.engine.fit.profiles import Leave
from matching.introductions import actions as introducing
from matching.introductions import queries
from matching.introductions.rules import (
    INTRODUCTION_LABELS,
    OUTCOME_LABELS,
    PLACEMENT_LABELS,
    Recommendation,
)
from matching.profiles import actions
from matching.profiles.claims import foreign_claims
from matching.profiles.contact import ContactDraft, correct_contact
from matching.profiles.queries import Jobseeker, jobseeker, people_found
from matching.profiles.rules import (
    LEAVE_LABELS,
    REGISTRATION_LABELS,
    CounterRegistration,
    KnownRegion,
    OccupationCode,
    OccupationDraft,
    ProfileDraft,
    WishDraft,
)
from matching.profiles.visits import TOPICS, VisitDraft, record_visit, reversible_visits, take_back_visit
from matching.promises.rules import STAGE_LABELS, stage_of_call
from matching.suggestions.fits import suggestions_for
from training.enrolments.queries import enrolments_of
from training.enrolments.rules import STATE_LABELS as ENROLMENT_LABELS
from web import choices, seeking
from web.forms import Bound, ButtonForm, attempt, bind, bind_edit, blank, editing, yuan
from web.rendering import page

routes = Pages("/counter")

ALLOW = Permission.LIST_PEOPLE
Number = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


WAITING = re.compile(r"/desk/[a-z-]{1,40}/(?:new|[0-9]{1,18})")
"""A form or a case of the desk that needs a person to be found or registered."""


class PersonSearchForm(Draft):
    """The search for a person; posted, so that no URL and no log contains a number (查找)."""

    words: Words


class CounterForm(CounterRegistration):
    """A registration at the counter, and whether the person agrees to move to this centre (窗口登记)."""

    hand_over: bool = False


class PersonForm(Draft):
    """Profile and wish on one page for the clerk (窗口填档)."""

    trade_1: OccupationCode | None = None
    years_1: Annotated[int, Field(ge=0, le=60)] | None = None
    trade_2: OccupationCode | None = None
    years_2: Annotated[int, Field(ge=0, le=60)] | None = None
    wanted: OccupationCode | None = None
    leave_home_ok: Leave | None = None
    regions: Annotated[tuple[KnownRegion, ...], Field(max_length=8)] = ()
    wage_floor_fen: Fen | None = None
    terms: Annotated[
        tuple[Literal["board", "lodging", "no_night", "no_shift", "training"], ...], Field(max_length=5)
    ] = ()


class Introducing(Draft):
    """An introduction, with the worker's consent given or still to be asked (推荐)."""

    opening_id: RecordId
    agreed: bool = False
    share_phone: bool = False


@routes.get("", allow=ALLOW)
def desk(unit: Unit) -> Response:
    """The search for people, and the centre's pending work."""
    return _desk(unit, blank(unit, PersonSearchForm))


def _waiting(unit: Unit) -> str:
    """The case for which a person is searched; empty if there is none."""
    to = unit.request.query_params.get("to", "")
    return to if WAITING.fullmatch(to) else ""


def _with(unit: Unit, person_id: int) -> str:
    """The next page once a person is chosen: the case that needs them, or their own page."""
    to = _waiting(unit)
    return f"{to}?person={person_id}#lines" if to else f"/counter/people/{person_id}"


def _desk(
    unit: Unit,
    bound: Bound[PersonSearchForm],
    people: list[Any] | None = None,
    status_code: int = 200,
    *,
    elsewhere: str = "",
) -> Response:
    calls = queries.follow_ups_due(unit.session, clock.today(), limit=20)
    return page(
        unit,
        "staff/counter/desk.html",
        status_code,
        bound=bound,
        people=people,
        to=_waiting(unit),
        with_person=partial(_with, unit),
        elsewhere=elsewhere,
        waiting=queries.waiting(unit.session, limit=20),
        flagged=queries.flagged(unit.session, limit=20),
        calls=calls,
        called=queries.called_about(unit.session, calls),
        rates=queries.introduction_rates(unit.session),
        outcomes=OUTCOME_LABELS,
        stage_of=stage_of_call,
        stages=STAGE_LABELS,
        categories=CATEGORY_LABELS,
        channels=CHANNEL_LABELS,
        topics=TOPICS,
        labels=INTRODUCTION_LABELS,
        place=choices.place,
        saved=unit.request.query_params.get("saved", ""),
        may_verify=unit.actor.may(Permission.VERIFY_OPENING),
        may_close_accounts=unit.actor.may(Permission.CLOSE_FALSE_ACCOUNTS),
        may_curate=unit.actor.may(Permission.CURATE_WORDS),
        may_train=unit.actor.may(Permission.APPROVE_CLASS),
    )


@routes.post("/find", allow=ALLOW, keep=False)
def find(unit: Unit) -> Response:
    """Search people by number, telephone or name; a single match is opened at once."""
    bound = bind(unit, PersonSearchForm)
    if bound.draft is None:
        return _desk(unit, bound, status_code=422)
    people = people_found(unit.session, bound.draft.words)
    if len(people) == 1:
        return RedirectResponse(_with(unit, people[0].id), 303)
    elsewhere = "" if people else actions.centre_elsewhere(unit.session, unit.actor, words=bound.draft.words)
    return _desk(unit, bound, people, elsewhere=elsewhere)


@routes.get("/register", allow=Permission.REGISTER_PERSON)
def registering(unit: Unit) -> Response:
    """The registration form."""
    return _register(unit, blank(unit, CounterForm), elsewhere="elsewhere" in unit.request.query_params)


@routes.post("/register", allow=Permission.REGISTER_PERSON, keep=False)
def register(unit: Unit) -> Response:
    """Find or add the person and open their page."""
    bound = bind(unit, CounterForm)
    if bound.draft is None:
        return _register(unit, bound, 422)
    draft = CounterRegistration.model_validate(bound.draft.model_dump(exclude={"hand_over"}))
    try:
        person, _ = actions.register_person(unit.session, unit.actor, draft=draft, hand_over=bound.draft.hand_over)
    except Refusal as refusal:
        return _register(unit, bound.refuse(refusal), 422, elsewhere=refusal.code == "known-elsewhere")
    return RedirectResponse(_with(unit, person.id), 303)


def _register(unit: Unit, bound: Bound[CounterForm], status_code: int = 200, *, elsewhere: bool = False) -> Response:
    return page(
        unit,
        "staff/counter/register.html",
        status_code,
        bound=bound,
        elsewhere=elsewhere,
        to=_waiting(unit),
        counties=choices.home_counties(),
        education=EDUCATION_LABELS,
        categories=PERSON_LABELS,
    )


@routes.get("/people/{person_id}", allow=ALLOW)
def person(unit: Unit, person_id: Number) -> Response:
    """The record of one person on one screen."""
    return _person(unit, person_id, blank(unit, Introducing))


def _person(unit: Unit, person_id: int, bound: Bound[Any], status_code: int = 200) -> Response:
    seeker = jobseeker(unit.session, person_id)
    newest = select(ServiceEvent).where(ServiceEvent.person_id == person_id).order_by(ServiceEvent.id.desc()).limit(8)
    services = unit.session.scalars(newest).all()
    return page(
        unit,
        "staff/counter/person.html",
        status_code,
        seeker=seeker,
        claims=foreign_claims(unit.session, seeker.person),
        bound=bound,
        state=REGISTRATION_LABELS[seeker.registration.state] if seeker.registration else "",
        recognised=sorted(recognised_categories(unit.session, person_id, clock.today())),
        person_labels=PERSON_LABELS,
        suggested=suggestions_for(unit.session, person_id, locale=unit.locale, top=6),
        introductions=queries.introductions_of(unit.session, person_id, limit=20),
        placements=queries.placements_of(unit.session, person_id),
        enrolments=unit.session.execute(enrolments_of(person_id).limit(10)).all(),
        services=services,
        reversible=reversible_visits(unit.session, services, centre_id=unit.actor.centre_id),
        labels=INTRODUCTION_LABELS,
        placement_labels=PLACEMENT_LABELS,
        enrolment_labels=ENROLMENT_LABELS,
        categories=CATEGORY_LABELS,
        channels=CHANNEL_LABELS,
        topics=TOPICS,
        leave=LEAVE_LABELS,
        papers=CERTIFICATE_LABELS,
        trade=vocabulary().name,
        place=choices.place,
        chips_of=choices.chips_of,
        startable=[kind for kind in KINDS if kind.concerns_people and unit.actor.may(kind.opens)],
        cases=briefs(unit.session, KINDS, person_id=person_id),
        counties=choices.home_counties(),
    )


@routes.post("/people/{person_id}/contact", allow=Permission.REGISTER_PERSON, keep=False)
def contact(unit: Unit, person_id: Number) -> Response:
    """Correct telephone and place of living."""
    return attempt(
        unit,
        bind(unit, ContactDraft),
        lambda draft: correct_contact(unit.session, unit.actor, person_id=person_id, draft=draft),
        partial(_person, unit, person_id),
        f"/counter/people/{person_id}",
    )


@routes.get("/people/{person_id}/profile", allow=ALLOW)
def profile(unit: Unit, person_id: Number) -> Response:
    """Profile and wish on one page."""
    return _profile(unit, person_id, editing(unit, PersonForm, _stored(jobseeker(unit.session, person_id))))


def _stored(seeker: Jobseeker) -> dict[str, Any]:
    """What the form shows of a profile and a wish."""
    typed: dict[str, Any] = {}
    for at, row in enumerate(seeker.occupations[:2], 1):
        typed |= {f"trade_{at}": row.occupation, f"years_{at}": row.years if row.years is not None else ""}
    if seeker.wish:
        wish = seeker.wish
        typed |= {
            "wanted": wish.occupations[0] if wish.occupations else "",
            "leave_home_ok": wish.leave_home_ok.value if wish.leave_home_ok else "",
            "regions": wish.regions,
            "wage_floor_fen": yuan(wish.wage_floor_fen),
            "terms": seeking.terms_shown(wish),
        }
    return typed


def _profile(unit: Unit, person_id: int, bound: Bound[PersonForm], status_code: int = 200) -> Response:
    seeker = jobseeker(unit.session, person_id)
    known = {trade.code for trade in choices.TRADES}
    more = [*(row.occupation for row in seeker.occupations), *(seeker.wish.occupations if seeker.wish else [])]
    others = [(code, vocabulary().name(code)) for code in dict.fromkeys(more) if code not in known]
    return page(
        unit,
        "staff/counter/profile.html",
        status_code,
        seeker=seeker,
        claims=foreign_claims(unit.session, seeker.person),
        bound=bound,
        trades=choices.TRADES,
        others=others,
        counties=seeking.counties_with(seeker.wish.regions if seeker.wish else ()),
        leave=LEAVE_LABELS,
    )


@routes.post("/people/{person_id}/profile", allow=ALLOW)
def save_profile(unit: Unit, person_id: Number) -> Response:
    """Update profile and wish; trades beyond those of the form stay unchanged."""
    seeker = jobseeker(unit.session, person_id)
    bound = bind_edit(unit, PersonForm, _stored(seeker))
    if bound.draft is None:
        return _profile(unit, person_id, bound, bound.status)
    draft = bound.draft
    given = [(draft.trade_1, draft.years_1), (draft.trade_2, draft.years_2)]
    known = {row.occupation: row for row in seeker.occupations}
    rows = [
        seeking.occupation(known[code], years=years) if code in known else OccupationDraft(occupation=code, years=years)
        for code, years in given
        if code
    ]
    rows += [seeking.occupation(row) for row in seeker.occupations[2:]]
    further = seeker.wish.occupations[1:] if seeker.wish else []
    wish = {
        "occupations": list(dict.fromkeys([draft.wanted, *further])) if draft.wanted else [],
        "leave_home_ok": draft.leave_home_ok,
        "regions": list(draft.regions),
        "wage_floor_fen": draft.wage_floor_fen,
    } | seeking.terms_written(draft.terms, seeker.wish)
    try:
        actions.save_profile(unit.session, unit.actor, person_id=person_id, draft=ProfileDraft(occupations=rows))
        if seeker.wish or any(wish.values()):
            actions.save_wish(unit.session, unit.actor, person_id=person_id, draft=WishDraft.model_validate(wish))
    except Refusal as refusal:
        return _profile(unit, person_id, bound.refuse(refusal), 422)
    return RedirectResponse(f"/counter/people/{person_id}", 303)


@routes.post("/people/{person_id}/introduce", allow=ALLOW)
def introduce(unit: Unit, person_id: Number) -> Response:
    """Introduce the person to an opening; with their consent the letter is ready to print."""
    bound = bind(unit, Introducing)
    if bound.draft is None:
        return _person(unit, person_id, bound, 422)
    draft = Recommendation(person_id=person_id, channel=Channel.COUNTER, **bound.draft.model_dump())
    try:
        introduction = introducing.recommend_worker(unit.session, unit.actor, draft=draft)
    except Refusal as refusal:
        return _person(unit, person_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/counter/introductions/{introduction.id}", 303)


@routes.post("/people/{person_id}/visit", allow=Permission.RECORD_SERVICE)
def visit(unit: Unit, person_id: Number) -> Response:
    """Record a visit or a call of this person in the ledger."""
    bound = bind(unit, VisitDraft)
    if bound.draft is None:
        return _person(unit, person_id, bound, 422)
    record_visit(unit.session, unit.actor, draft=bound.draft, person_id=person_id)
    return RedirectResponse(f"/counter/people/{person_id}#services", 303)


@routes.post("/visit", allow=Permission.RECORD_SERVICE)
def anonymous_visit(unit: Unit) -> Response:
    """Record a visit or a call of an anonymous person."""
    bound = bind(unit, VisitDraft)
    if bound.draft is None:
        return _desk(unit, Bound(bound.typed, unit.locale, None, bound.problems), status_code=422)
    entry = record_visit(unit.session, unit.actor, draft=bound.draft)
    unit.session.flush()
    return RedirectResponse(f"/counter?saved={entry.id}", 303)


@routes.post("/visits/{service_id}/take-back", allow=Permission.RECORD_SERVICE)
def take_back(unit: Unit, service_id: Number) -> Response:
    """Take back a visit that was entered by mistake."""
    return attempt(
        unit,
        bind(unit, ButtonForm),
        lambda _: take_back_visit(unit.session, unit.actor, service_id=service_id),
        lambda bound, status: _desk(unit, Bound({}, unit.locale, None, bound.problems), status_code=status),
        lambda entry: f"/counter/people/{entry.person_id}#services" if entry.person_id else "/counter?saved=taken-back",
    )
