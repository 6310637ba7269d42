"""The training desk: classes, attendance, results, integrity checks and calls."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import partial
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre import clock
from centre.drafts import Draft, Line, RecordId
from centre.funds import queries as funds
from centre.funds.rules import FundPurpose
from centre.permissions import Permission
from training.attendance import actions as attending
from training.attendance import queries as attendance
from training.attendance.models import Lesson
from training.attendance.rules import METHOD_LABELS, LessonDraft, ReportDraft
from training.certificates import actions as certifying
from training.certificates import queries as certificates
from training.certificates.rules import AssessmentDraft
from training.claims import actions as claiming
from training.claims import queries as claims
from training.claims.models import Claim
from training.claims.rules import PROGRAMME_LABELS, ClaimDraft, ClaimState, Programme
from training.claims.rules import STATE_LABELS as CLAIM_STATES
from training.classes import queries as classes
from training.classes.models import TrainingClass
from training.classes.rules import STATE_LABELS as CLASS_STATES
from training.classes.rules import ClassState
from training.enrolments.queries import trainees
from training.enrolments.rules import SEATLESS, EnrolmentState
from training.enrolments.rules import STATE_LABELS as ENROLMENT_STATES
from training.funds import actions as funding
from training.funds import queries as class_funds
from training.funds.rules import FundingDraft
from training.integrity import actions as checking
from training.integrity import queries as integrity
from training.integrity.models import PhoneCall
from training.integrity.rules import CALL_LABELS, OUTCOME_LABELS, RULE_LABELS, CallDraft, CheckOutcome
from web.forms import Bound, ButtonForm, attempt, bind, bind_edit, blank, compared, editing
from web.rendering import page

routes = Pages("/training-desk")

BUSY = (ClassState.LOCKED, ClassState.IN_SESSION, ClassState.SUSPENDED, ClassState.FINISHED, ClassState.ASSESSED)

LABELS: dict[str, Any] = {
    "class_states": CLASS_STATES,
    "enrolment_states": ENROLMENT_STATES,
    "claim_states": CLAIM_STATES,
    "programmes": PROGRAMME_LABELS,
    "outcomes": OUTCOME_LABELS,
    "rules": RULE_LABELS,
    "call_labels": CALL_LABELS,
    "methods": METHOD_LABELS,
}


@routes.get("", allow=Permission.CLAIM_SUBSIDY)
def desk(unit: Unit) -> Response:
    """Pending work: running and unclaimed classes, open claims, unresolved flags."""
    running = classes.classes().where(TrainingClass.state.in_(BUSY))
    recent = unit.session.execute(claims.claims().limit(100)).all()
    return page(
        unit,
        "staff/training/desk.html",
        running=unit.session.execute(running).all(),
        claims=recent,
        waiting=[row for row in recent if row[0].state not in (ClaimState.ARCHIVED, ClaimState.RETURNED)],
        flags=unit.session.execute(integrity.flags(unsettled=True)).all(),
        may_manage=unit.actor.may(Permission.MANAGE_PROVIDERS),
        **LABELS,
    )


@routes.get("/classes/{class_id}", allow=Permission.CLAIM_SUBSIDY)
def training_class(unit: Unit, class_id: RecordId) -> Response:
    """One class: lessons, trainees with their hours, checks, calls, and the claim."""
    return _class_page(unit, class_id, blank(unit, ButtonForm))


@routes.post("/classes/{class_id}/check", allow=Permission.CLEAR_FLAG)
def check(unit: Unit, class_id: RecordId) -> Response:
    """Run all checks of a class again."""
    return _try(unit, class_id, ButtonForm, lambda _: checking.check_class(unit.session, unit.actor, class_id=class_id))


@routes.post("/classes/{class_id}/sample", allow=Permission.CLEAR_FLAG)
def draw(unit: Unit, class_id: RecordId) -> Response:
    """Draw the sample of trainees to call."""
    return _try(unit, class_id, ButtonForm, lambda _: checking.draw_sample(unit.session, unit.actor, class_id=class_id))


@routes.post("/classes/{class_id}/calls", allow=Permission.CLEAR_FLAG)
def call(unit: Unit, class_id: RecordId) -> Response:
    """Record the result of a call."""
    typed = bind(unit, CallDraft)
    sample = integrity.sample_of(unit.session, class_id)
    known = integrity.calls_of(unit.session, sample) if sample else {}
    earlier = known.get(typed.draft.enrolment_id) if typed.draft else None
    bound = compared(unit, typed, _answer(earlier)) if earlier else typed

    def again(bound: Bound[CallDraft], status_code: int) -> Response:
        calling = {earlier.enrolment_id: bound} if earlier else {}
        return _class_page(unit, class_id, bound, status_code, calling=calling)

    return attempt(
        unit,
        bound,
        lambda draft: checking.record_call(unit.session, unit.actor, class_id=class_id, draft=draft),
        again,
        f"/training-desk/classes/{class_id}",
    )


def _answer(call: PhoneCall) -> dict[str, Any]:
    """What the form shows of a call."""
    return {"outcome": call.outcome.value, "note": call.note}


@routes.post("/classes/{class_id}/results", allow=Permission.CERTIFY)
def result(unit: Unit, class_id: RecordId) -> Response:
    """Enter the results of one trainee."""
    return _try(
        unit, class_id, AssessmentDraft, lambda draft: certifying.record_result(unit.session, unit.actor, draft=draft)
    )


@routes.post("/classes/{class_id}/assessed", allow=Permission.CERTIFY)
def close(unit: Unit, class_id: RecordId) -> Response:
    """Mark a class as assessed."""
    return _try(
        unit, class_id, ButtonForm, lambda _: certifying.close_assessment(unit.session, unit.actor, class_id=class_id)
    )


@routes.post("/classes/{class_id}/funding", allow=Permission.APPROVE_CLASS)
def fund(unit: Unit, class_id: RecordId) -> Response:
    """Select the fund that pays the centre's part."""
    return _try(
        unit,
        class_id,
        FundingDraft,
        lambda draft: funding.fund_class(unit.session, unit.actor, class_id=class_id, fund_id=draft.fund_id),
    )


class MoveForm(Draft):
    """The new time and place of a lesson, in Shanghai time (调课)."""

    day: date
    begins: time
    ends: time
    room: Line = ""
    teacher: Line = ""


class ProgrammeForm(Draft):
    """The programme of a claim (补贴方式)."""

    programme: Programme


@routes.post("/classes/{class_id}/claim", allow=Permission.CLAIM_SUBSIDY)
def claim(unit: Unit, class_id: RecordId) -> Response:
    """Claim the subsidies of an assessed class."""
    return _try(
        unit,
        class_id,
        ProgrammeForm,
        lambda form: claiming.enter_claim(
            unit.session, unit.actor, draft=ClaimDraft(class_id=class_id, programme=form.programme)
        ),
    )


@routes.get("/lessons/{lesson_id}", allow=Permission.REPORT_TRAINING)
def lesson(unit: Unit, lesson_id: RecordId) -> Response:
    """The attendance register of one lesson."""
    return _lesson_page(unit, lesson_id, editing(unit, MoveForm, _stored(attendance.lesson(unit.session, lesson_id))))


def _stored(lesson: Lesson) -> dict[str, Any]:
    """What the form for moving a lesson shows."""
    begins, ends = clock.local(lesson.starts_at), clock.local(lesson.ends_at)
    days = {"day": begins.date().isoformat(), "begins": f"{begins:%H:%M}", "ends": f"{ends:%H:%M}"}
    return days | {"room": lesson.room, "teacher": lesson.teacher}


@routes.post("/lessons/{lesson_id}/report", allow=Permission.REPORT_TRAINING)
def report(unit: Unit, lesson_id: RecordId) -> Response:
    """Close a lesson with its attendance register."""
    return attempt(
        unit,
        bind(unit, ReportDraft),
        lambda form: attending.report_lesson(unit.session, unit.actor, lesson_id=lesson_id, present=form.present),
        partial(_lesson_page, unit, lesson_id),
        lambda done: f"/training-desk/classes/{done.class_id}#lessons",
    )


@routes.post("/lessons/{lesson_id}/move", allow=Permission.REPORT_TRAINING)
def move_lesson(unit: Unit, lesson_id: RecordId) -> Response:
    """Change the time, room or teacher of a lesson."""

    def move(form: MoveForm) -> None:
        begins, ends = (datetime.combine(form.day, at, clock.SHANGHAI) for at in (form.begins, form.ends))
        draft = LessonDraft(starts_at=begins, ends_at=ends, room=form.room, teacher=form.teacher)
        attending.move_lesson(unit.session, unit.actor, lesson_id=lesson_id, draft=draft)

    again, there = partial(_lesson_page, unit, lesson_id), f"/training-desk/lessons/{lesson_id}"
    bound = bind_edit(unit, MoveForm, _stored(attendance.lesson(unit.session, lesson_id)))
    return attempt(unit, bound, move, again, there)


def _try(unit: UnitOfWork, class_id: int, model: type[Any], action: Callable[[Any], object]) -> Response:
    """Run an action on a class, or show the class again with the refusal."""
    again, there = partial(_class_page, unit, class_id), f"/training-desk/classes/{class_id}"
    return attempt(unit, bind(unit, model), action, again, there)


def _class_page(
    unit: UnitOfWork,
    class_id: int,
    bound: Bound[Any],
    status_code: int = 200,
    *,
    calling: Mapping[int, Bound[CallDraft]] = MappingProxyType({}),
) -> Response:
    training, major, provider = classes.class_parts(unit.session, class_id)
    everybody = [row for row in trainees(unit.session, class_id) if row[0].state not in SEATLESS]
    sample = integrity.sample_of(unit.session, class_id)
    calls = integrity.calls_of(unit.session, sample) if sample else {}
    return page(
        unit,
        "staff/training/class.html",
        status_code,
        training=training,
        major=major,
        provider=provider,
        trainees=everybody,
        hours=attendance.hours_of(unit.session, class_id),
        lessons=list(unit.session.scalars(attendance.lessons(class_id))),
        certificates={paper.enrolment_id: paper for paper in unit.session.scalars(certificates.certificates(class_id))},
        to_mark=[row for row in everybody if row[0].state in (EnrolmentState.COMPLETED, EnrolmentState.RESIT)],
        checks=[
            check for check in unit.session.scalars(integrity.checks(class_id)) if check.outcome is not CheckOutcome.OK
        ],
        checked=len(list(unit.session.scalars(integrity.checks(class_id)))),
        flags=unit.session.execute(integrity.flags(class_id)).all(),
        sample=sample,
        calls=calls,
        calling={place: editing(unit, CallDraft, _answer(call)) for place, call in calls.items()} | dict(calling),
        fund=class_funds.funding(unit.session, class_id),
        funds=list(unit.session.scalars(funds.funds(FundPurpose.TUITION))),
        claim=unit.session.scalar(
            select(Claim).where(Claim.class_id == class_id, Claim.state != ClaimState.RETURNED)
        ),
        may={permission.name: unit.actor.may(permission) for permission in Permission},
        now=clock.now(),
        bound=bound,
        **LABELS,
    )  # fmt: skip


def _lesson_page(unit: UnitOfWork, lesson_id: int, bound: Bound[Any], status_code: int = 200) -> Response:
    lesson = attendance.lesson(unit.session, lesson_id)
    training, major, provider = classes.class_parts(unit.session, lesson.class_id)
    return page(
        unit,
        "staff/training/lesson.html",
        status_code,
        lesson=lesson,
        training=training,
        major=major,
        provider=provider,
        places=list(unit.session.scalars(attendance.trainees_now(lesson.class_id))),
        came=attendance.attendance_at(unit.session, lesson_id),
        now=clock.now(),
        bound=bound,
        **LABELS,
    )
