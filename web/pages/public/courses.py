"""Courses for everybody: recruiting classes, prices and enrolment."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from api.dependencies import PUBLIC, Pages, Unit, UnitOfWork
from api.paging import cursor_behind, place_of
from api.security import own_address
from centre import clock
from centre.drafts import Draft, Line, RecordId
from centre.errors import NotFound, Refusal
from centre.network import region_code_of
from centre.people import Person
from centre.permissions import Permission
from matching.search.rules import place_behind
from matching.suggestions.courses import openings_after
from training.attendance.queries import lessons_ahead, open_offers
from training.certificates.queries import certificates
from training.certificates.rules import shown
from training.claims import queries as claim_queries
from training.claims.rules import PROGRAMME_LABELS
from training.classes import queries as class_queries
from training.classes.models import TrainingClass
from training.classes.rules import DAYPART_LABELS, ClassState, Daypart
from training.classes.rules import STATE_LABELS as CLASS_STATES
from training.enrolments import actions as enrolment_actions
from training.enrolments import queries as enrolment_queries
from training.enrolments.choosing import choices
from training.enrolments.effects import split_of
from training.enrolments.rules import (
    ENDED,
    ENROLMENTS,
    RELATION_LABELS,
    Application,
    Origin,
    Relation,
)
from training.enrolments.rules import STATE_LABELS as ENROLMENT_STATES
from training.providers.models import Major, TrainingProvider
from training.providers.prices import PriceSplit
from training.providers.rules import LEVEL_LABELS
from web import choices as pictures
from web.forms import Bound, bind, bind_query, blank
from web.rendering import page
from web.structured_data import course as course_data

routes = Pages("/training")

PAGE_SIZE = 12
LABELS: dict[str, Any] = {"dayparts": DAYPART_LABELS, "levels": LEVEL_LABELS, "class_states": CLASS_STATES}


class Choosing(Draft):
    """The filters of the course list; invalid values are ignored (选课条件)."""

    q: Annotated[Line, StringConstraints(max_length=60)] = ""
    daypart: Daypart | None = None
    region: Annotated[str, AfterValidator(region_code_of)] = ""
    free: bool = False
    everything: bool = False
    page: Annotated[int, Field(ge=1, le=1_000)] = 1
    after: Annotated[str, Field(pattern=r"^[0-9-]*$", max_length=200)] = ""


class EnrolForm(Draft):
    """The enrolment form (报名)."""

    relation: Relation = Relation.SELF
    hardship_no: Line = ""
    may_wait: bool = False


class LeaveForm(Draft):
    """The reason for leaving a class (退班)."""

    reason: Line = ""


@routes.get("", allow=PUBLIC)
def courses(unit: Unit) -> Response:
    """Recruiting classes; for a jobseeker those they may join, nearest first, with their own price."""
    choosing = bind_query(unit, Choosing).draft or Choosing()
    me = _me(unit)
    offered = choices(
        unit.session, me, clock.today(), daypart=choosing.daypart, words=choosing.q, region=choosing.region
    )  # fmt: skip
    if choosing.free:
        offered = [choice for choice in offered if not choice.price.learner_fen]
    hidden = 0 if choosing.everything else sum(not choice.may_join for choice in offered)
    if hidden:
        offered = [choice for choice in offered if choice.may_join]
    numbers = [choice.training.id for choice in offered]
    read, behind = place_of(choosing.after) if choosing.after else ((choosing.page - 1) * PAGE_SIZE, ())
    place = place_behind(numbers, behind)
    start = read if place is None else place
    return page(
        unit,
        "public/courses/list.html",
        offered=offered[start : start + PAGE_SIZE],
        total=len(offered),
        hidden=hidden,
        number=choosing.page,
        pages=-(-len(offered) // PAGE_SIZE),
        after=cursor_behind(start, numbers[start : start + PAGE_SIZE], len(offered)),
        choosing=choosing,
        me=me,
        place=pictures.place,
        counties=pictures.home_counties(),
        base=own_address(unit.request),
        **LABELS,
    )


@routes.get("/mine", allow=Permission.ENROL)
def mine(unit: Unit) -> Response:
    """The reader's classes, next lessons, seat offers and certificates."""
    me = _me(unit)
    if me is None:
        raise NotFound
    papers = unit.session.scalars(certificates(person_id=me.id))
    return page(
        unit,
        "public/courses/mine.html",
        places=unit.session.execute(enrolment_queries.enrolments_of(me.id)).all(),
        lessons=unit.session.execute(lessons_ahead(me.id, clock.now()).limit(6)).all(),
        offers={offer.enrolment_id: offer for offer in unit.session.scalars(open_offers(me.id, clock.now()))},
        papers={certificate.enrolment_id: certificate for certificate in papers},
        shown=shown,
        enrolment_states=ENROLMENT_STATES,
        **LABELS,
    )


def _me(unit: UnitOfWork) -> Person | None:
    """The reader's person, if the account belongs to a jobseeker."""
    person_id = unit.actor.person_id
    return unit.session.scalar(select(Person).where(Person.id == person_id)) if person_id else None


@routes.get("/notices", allow=PUBLIC)
def notices(unit: Unit) -> Response:
    """Public notice of subsidies before they are paid."""
    posted = claim_queries.notices(unit.session, clock.today())
    return page(unit, "public/courses/notices.html", posted=posted, programmes=PROGRAMME_LABELS)


@routes.get("/classes/{class_id}", allow=PUBLIC)
def course(unit: Unit, class_id: RecordId) -> Response:
    """One class: dates, place, price and how it is divided."""
    return _course_page(unit, class_id, blank(unit, EnrolForm, relation=Relation.SELF))


@routes.post("/classes/{class_id}/enrol", allow=Permission.ENROL)
def enrol(unit: Unit, class_id: RecordId) -> Response:
    """Enrol the reader."""
    bound = bind(unit, EnrolForm)
    person_id = unit.actor.person_id
    if person_id is None:
        raise NotFound
    if bound.draft is None:
        return _course_page(unit, class_id, bound, 422)
    plea = Application(
        origin=Origin.WEB,
        relation=bound.draft.relation,
        hardship_no=bound.draft.hardship_no,
        may_wait=bound.draft.may_wait,
    )
    try:
        enrolment_actions.enrol_learner(
            unit.session, unit.actor, class_id=class_id, person_id=person_id, application=plea
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return _course_page(unit, class_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/training/classes/{class_id}", 303)


@routes.post("/classes/{class_id}/leave", allow=Permission.ENROL)
def leave(unit: Unit, class_id: RecordId) -> Response:
    """Leave a class before it begins."""
    bound = bind(unit, LeaveForm)
    place = enrolment_queries.place_of(unit.session, class_id, unit.actor.person_id or 0)
    if place is None or bound.draft is None:
        raise NotFound
    enrolment_actions.withdraw_learner(unit.session, unit.actor, enrolment_id=place.id, reason=bound.draft.reason)
    return RedirectResponse(f"/training/classes/{class_id}", 303)


def _course_page(unit: UnitOfWork, class_id: int, bound: Bound[EnrolForm], status_code: int = 200) -> Response:
    training, major, provider = class_queries.class_parts(unit.session, class_id)
    person_id, base = unit.actor.person_id, own_address(unit.request)
    place = enrolment_queries.place_of(unit.session, class_id, person_id) if person_id else None
    is_open = training.state is ClassState.RECRUITING
    return page(
        unit,
        "public/courses/class.html",
        status_code,
        base=base,
        described=course_data(training, major, provider, base=base, locale=unit.locale) if is_open else "",
        training=training,
        major=major,
        provider=provider,
        place=place,
        may_leave=place is not None and "withdraw" in ENROLMENTS.events(place.state, unit.actor),
        may_enrol=person_id is not None and unit.actor.may(Permission.ENROL),
        price=place if place is not None and place.state not in ENDED else _price(unit, training, major, provider),
        after=openings_after(unit.session, major, person_id=person_id, locale=unit.locale),
        at=pictures.place,
        chips_of=pictures.chips_of,
        bound=bound,
        relations=RELATION_LABELS,
        enrolment_states=ENROLMENT_STATES,
        **LABELS,
    )


def _price(unit: UnitOfWork, training: TrainingClass, major: Major, provider: TrainingProvider) -> PriceSplit:
    """The reader's price today; visitors see the price without entitlements."""
    person_id = unit.actor.person_id
    entitled = enrolment_queries.entitlement(unit.session, person_id, training, provider) if person_id else None
    return split_of(major, entitled)
