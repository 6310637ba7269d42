"""The school's desk: classes, trainees and uploads; officers approve classes here."""

from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import func, select
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit, UnitOfWork
from api.paging import After, part_of
from centre.drafts import RecordId
from centre.errors import NotFound, Refusal
from centre.permissions import Permission
from training.classes import actions as class_actions
from training.classes import queries as class_queries
from training.classes.models import TrainingClass
from training.classes.rules import BEFORE_SESSION, CLASSES, DAYPART_LABELS, WORKDAYS, ClassDraft, ClassState
from training.classes.rules import STATE_LABELS as CLASS_STATES
from training.enrolments import actions as enrolment_actions
from training.enrolments import queries as enrolment_queries
from training.enrolments.rules import ENDED, ENROLMENTS, TO_CHECK_LABELS
from training.enrolments.rules import STATE_LABELS as ENROLMENT_STATES
from training.providers import queries as provider_queries
from training.rosters import queries as roster_queries
from training.rosters.regularity import own_transmission
from training.rosters.rules import STATE_LABELS as ROSTER_STATES
from training.rosters.rules import RosterState
from web.forms import Bound, ReasonForm, bind, blank
from web.rendering import page

routes = Pages("/school")

WAITING = frozenset({RosterState.UPLOADED, RosterState.CHECKED, RosterState.IMPORTING, RosterState.UNDOING})

LIVING = (*BEFORE_SESSION, ClassState.IN_SESSION, ClassState.SUSPENDED, ClassState.FINISHED)
"""States of classes on which the school still has work; the others are only listed."""

PAST = 20

LABELS: dict[str, Any] = {
    "class_states": CLASS_STATES,
    "dayparts": DAYPART_LABELS,
    "enrolment_states": ENROLMENT_STATES,
    "roster_states": ROSTER_STATES,
    "to_check": TO_CHECK_LABELS,
}


@routes.get("", allow=Permission.IMPORT_ROSTER)
def desk(unit: Unit, number: Annotated[int, Query(alias="page", ge=1, le=1_000)] = 1, after: After = "") -> Response:
    """The classes of a school, or of all schools for the centre's officers, and the pending uploads."""
    classes = unit.session.execute(class_queries.classes().where(TrainingClass.state.in_(LIVING))).all()
    over = class_queries.classes().where(TrainingClass.state.not_in(LIVING)).order_by(None)
    latest = over.order_by(TrainingClass.start_on.desc(), TrainingClass.id)
    past = part_of(unit.session, latest, limit=PAST, cursor=after, offset=(number - 1) * PAST)
    waiting = [row for row in unit.session.execute(roster_queries.uploads().limit(20)) if row[0].state in WAITING]
    return page(
        unit,
        "school/desk.html",
        applied=[parts for parts in classes if parts[0].state is ClassState.APPLIED],
        others=[parts for parts in classes if parts[0].state is not ClassState.APPLIED],
        past=past.rows,
        after=past.next_cursor,
        number=number,
        pages=-(-(unit.session.scalar(select(func.count()).select_from(over.subquery())) or 0) // PAST),
        waiting=waiting,
        own=own_transmission(unit.session, unit.actor.provider_id),
        may_approve=unit.actor.may(Permission.APPROVE_CLASS),
        **LABELS,
    )


@routes.get("/classes/new", allow=Permission.APPLY_FOR_CLASS)
def ask_class(unit: Unit) -> Response:
    """The form for a class application."""
    return _class_form(unit, blank(unit, ClassDraft, weekdays=WORKDAYS, daypart="full_day"))


@routes.post("/classes", allow=Permission.APPLY_FOR_CLASS)
def apply(unit: Unit) -> Response:
    """Submit an application for a class."""
    bound = bind(unit, ClassDraft)
    if bound.draft is None:
        return _class_form(unit, bound, 422)
    try:
        training = class_actions.draft_class(unit.session, unit.actor, draft=bound.draft)
        class_actions.apply_for_class(unit.session, unit.actor, class_id=training.id)
    except NotFound:
        raise
    except Refusal as refusal:
        return _class_form(unit, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/school/classes/{training.id}", 303)


@routes.get("/classes/{class_id}", allow=Permission.IMPORT_ROSTER)
def training_class(unit: Unit, class_id: RecordId) -> Response:
    """One class with its trainees and uploads."""
    return _class_page(unit, class_id)


@routes.post("/classes/{class_id}/moves/{event}", allow=Permission.APPLY_FOR_CLASS)
def move(unit: Unit, class_id: RecordId, event: str) -> Response:
    """Move a class one step forward; refusals appear on the class's page."""
    bound = bind(unit, ReasonForm)
    reason = bound.draft.reason if bound.draft else ""
    try:
        if event == "apply":
            class_actions.apply_for_class(unit.session, unit.actor, class_id=class_id)
        elif event == "approve":
            class_actions.approve_class(unit.session, unit.actor, class_id=class_id)
        elif event == "refuse":
            class_actions.refuse_class(unit.session, unit.actor, class_id=class_id, reason=reason)
        else:
            class_actions.move_class(unit.session, unit.actor, class_id=class_id, event=event, reason=reason)
    except NotFound:
        raise
    except Refusal as refusal:
        return _class_page(unit, class_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/school/classes/{class_id}", 303)


@routes.post("/enrolments/{enrolment_id}/moves/{event}", allow=Permission.ENROL)
def move_trainee(unit: Unit, enrolment_id: RecordId, event: str) -> Response:
    """Accept, refuse or remove a trainee."""
    place = enrolment_queries.enrolment(unit.session, enrolment_id)
    if event == "accept":
        enrolment_actions.accept_learner(unit.session, unit.actor, enrolment_id=enrolment_id)
    elif event == "refuse":
        enrolment_actions.refuse_learner(unit.session, unit.actor, enrolment_id=enrolment_id)
    elif event == "withdraw":
        enrolment_actions.withdraw_learner(unit.session, unit.actor, enrolment_id=enrolment_id)
    else:
        raise NotFound
    return RedirectResponse(f"/school/classes/{place.class_id}#trainees", 303)


def _class_form(unit: UnitOfWork, bound: Bound[ClassDraft], status_code: int = 200) -> Response:
    majors = unit.session.scalars(provider_queries.majors()).all()
    schools = {school.id: school.name for school in unit.session.scalars(provider_queries.providers())}
    return page(unit, "school/apply.html", status_code, bound=bound, majors=majors, schools=schools, **LABELS)


def _class_page(
    unit: UnitOfWork, class_id: int, bound: Bound[ReasonForm] | None = None, status_code: int = 200
) -> Response:
    training, major, provider = class_queries.class_parts(unit.session, class_id)
    trainees = enrolment_queries.trainees(unit.session, class_id)
    return page(
        unit,
        "school/class.html",
        status_code,
        training=training,
        major=major,
        provider=provider,
        trainees=trainees,
        ended=ENDED,
        moves={place.id: ENROLMENTS.events(place.state, unit.actor) for place, _ in trainees},
        uploads=unit.session.execute(roster_queries.uploads(class_id).limit(10)).all(),
        events=CLASSES.events(training.state, unit.actor),
        bound=bound or blank(unit, ReasonForm),
        **LABELS,
    )
