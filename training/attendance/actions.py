"""What is done with lessons: plan and move them, check people in and out, report who was there."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit, clock, events
from centre.errors import Invalid, NotFound, Problem
from centre.permissions import Actor, Permission, require
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_
from training.attendance import queries
from training.attendance.absences import settle_absences
from training.attendance.models import Attendance, Lesson
from training.attendance.rules import (
    AlreadyCheckedIn,
    CheckInDraft,
    ClassNotRunning,
    ElsewhereNow,
    LessonAhead,
    LessonDraft,
    LessonNotNow,
    Method,
    NotAttending,
    Span,
    TraineesTaken,
    clash,
    credited_hours,
    first_clash,
    lessons_of,
)
from training.classes.actions import RoomTaken, TeacherTaken
from training.classes.models import TrainingClass
from training.classes.queries import training_class
from training.classes.rules import JOINABLE, ClassState
from training.enrolments.models import Enrolment
from training.enrolments.queries import enrolment
from training.enrolments.rules import ENDED, ENROLMENTS, EnrolmentState, TrainingEnded
from training.providers.models import TrainingProvider
from training.providers.rules import require_responsible

CLOCK_SKEW = timedelta(minutes=5)


def plan_lessons(session: Session, actor: Actor, *, class_id: int) -> list[Lesson]:
    """Write the lessons of a class down, once. Raises RoomTaken or TeacherTaken, for lessons that were moved there."""
    require(actor, Permission.REPORT_TRAINING)
    training = training_class(session, class_id)
    require_responsible(actor, provider_id=training.provider_id, centre_id=training.centre_id)
    _lock_school(session, training.provider_id)
    written = list(session.scalars(queries.lessons(class_id)))
    if written:
        return written
    planned = [
        Lesson(
            class_id=training.id, provider_id=training.provider_id, centre_id=training.centre_id,
            starts_at=plan.starts_at, ends_at=plan.ends_at, hours=plan.hours,
            room=training.room, teacher=training.teacher,
        )
        for plan in lessons_of(training, queries.lesson_times(session, training))
    ]  # fmt: skip
    if planned:
        _refuse_taken(session, training, planned, room=training.room, teacher=training.teacher)
    session.add_all(planned)
    session.flush()
    return planned


def move_lesson(session: Session, actor: Actor, *, lesson_id: int, draft: LessonDraft) -> Lesson:
    """Hold a lesson at another time or place (调课).

    Raises RoomTaken, TeacherTaken, TraineesTaken if a person would be in two lessons at once, Invalid or NotFound.
    """
    require(actor, Permission.REPORT_TRAINING)
    lesson = queries.lesson(session, lesson_id)
    require_responsible(actor, provider_id=lesson.provider_id, centre_id=lesson.centre_id)
    if draft.ends_at <= draft.starts_at or draft.ends_at - draft.starts_at > timedelta(hours=12):
        raise Invalid([Problem("ends_at", "times-order", N_("下课时间要在上课时间之后，且不超过 12 小时"))])
    if lesson.reported_at is not None:
        raise LessonNotNow(field="starts_at")
    training = training_class(session, lesson.class_id)
    if training.state not in JOINABLE:
        raise ClassNotRunning(field="starts_at")
    _lock_school(session, lesson.provider_id)
    room, teacher = draft.room or lesson.room, draft.teacher or lesson.teacher
    _refuse_taken(session, training, [draft], room=room, teacher=teacher, besides=lesson.id)
    _refuse_busy_trainees(session, training, draft)
    lesson.starts_at, lesson.ends_at, lesson.room, lesson.teacher = draft.starts_at, draft.ends_at, room, teacher
    audit.note(session, actor, action="lesson.move", subject=f"lesson:{lesson.id}")
    session.flush()
    return lesson


def check_in(session: Session, actor: Actor, *, lesson_id: int, draft: CheckInDraft) -> Attendance:
    """Take down that a trainee came, or went when the draft says `leaving` (签到, 签退).

    Raises NotAttending, LessonNotNow, AlreadyCheckedIn with the first time, ElsewhereNow, or NotFound.
    """
    require(actor, Permission.REPORT_TRAINING)
    lesson = queries.lesson(session, lesson_id)
    require_responsible(actor, provider_id=lesson.provider_id, centre_id=lesson.centre_id)
    _refuse_idle(session, lesson)
    at = draft.at or clock.now()
    window = timedelta(minutes=int(policy(session, "check-in-window-minutes", on=clock.today())))
    if not lesson.starts_at - window <= at <= lesson.ends_at + window or at > clock.now() + CLOCK_SKEW:
        raise LessonNotNow(field="at")
    place = _expected(session, lesson, draft.enrolment_id)
    known = session.scalar(
        select(Attendance).where(Attendance.lesson_id == lesson.id, Attendance.enrolment_id == place.id)
    )
    if draft.leaving:
        return _check_out(session, lesson, known, at)
    if known is not None:
        raise AlreadyCheckedIn(at=clock.local(known.in_at or known.created_at).strftime("%H:%M"))
    _refuse_elsewhere(session, lesson, place)
    attendance = Attendance(
        lesson_id=lesson.id, enrolment_id=place.id, class_id=lesson.class_id, person_id=place.person_id,
        provider_id=lesson.provider_id, centre_id=lesson.centre_id, in_at=at, method=draft.method, place=draft.place,
        hours=0, account_id=actor.account_id,
    )  # fmt: skip
    session.add(attendance)
    session.flush()
    return attendance


def report_lesson(session: Session, actor: Actor, *, lesson_id: int, present: Sequence[int] = ()) -> Lesson:
    """Close a lesson (上报考勤): who is on the paper register gets its hours, and absences take effect.

    Raises LessonAhead, NotAttending or NotFound. Reporting again may add people, never take them out.
    """
    require(actor, Permission.REPORT_TRAINING)
    lesson = queries.lesson(session, lesson_id)
    require_responsible(actor, provider_id=lesson.provider_id, centre_id=lesson.centre_id)
    _refuse_idle(session, lesson)
    if lesson.starts_at > clock.now():
        raise LessonAhead(field="lesson_id")
    known = queries.attendance_at(session, lesson.id)
    for enrolment_id in dict.fromkeys(present):
        if enrolment_id in known:
            continue
        place = _expected(session, lesson, enrolment_id)
        _refuse_elsewhere(session, lesson, place)
        session.add(
            Attendance(
                lesson_id=lesson.id, enrolment_id=place.id, class_id=lesson.class_id, person_id=place.person_id,
                provider_id=lesson.provider_id, centre_id=lesson.centre_id, method=Method.REGISTER, hours=lesson.hours,
                account_id=actor.account_id,
            )
        )  # fmt: skip
    lesson.reported_at, lesson.reported_by = clock.now(), actor.account_id
    audit.note(session, actor, action="lesson.report", subject=f"lesson:{lesson.id}", detail={"present": len(present)})
    session.flush()
    settle_absences(session, lesson.class_id)
    return lesson


def complete_class(session: Session, actor: Actor, *, class_id: int) -> int:
    """Let everybody with enough hours finish the course; returns how many (结业). The rest fall short."""
    require(actor, Permission.REPORT_TRAINING)
    training = training_class(session, class_id)
    threshold = float(policy(session, "attendance-threshold", on=training.end_on))
    hours = queries.hours_of(session, class_id)
    completed = 0
    places = session.scalars(queries.trainees_now(class_id)).all()
    for place in places:
        enough = hours[place.id].reaches(threshold)
        reason = "" if enough else f"{hours[place.id].percent}%"
        move(session, actor, place, ENROLMENTS, "complete" if enough else "fall-short", reason=reason)
        completed += enough
    session.flush()
    events.publish(session, TrainingEnded(class_id, [place.person_id for place in places]))
    return completed


def _refuse_idle(session: Session, lesson: Lesson) -> None:
    if training_class(session, lesson.class_id).state is not ClassState.IN_SESSION:
        raise ClassNotRunning(field="lesson_id")


def _expected(session: Session, lesson: Lesson, enrolment_id: int) -> Enrolment:
    try:
        place = enrolment(session, enrolment_id)
    except NotFound:
        raise NotAttending(field="enrolment_id") from None
    if place.class_id != lesson.class_id or place.state is not EnrolmentState.ATTENDING:
        raise NotAttending(field="enrolment_id")
    return place


def _check_out(session: Session, lesson: Lesson, known: Attendance | None, at: datetime) -> Attendance:
    if known is None or known.in_at is None or at < known.in_at:
        raise NotAttending(field="enrolment_id")
    grace = timedelta(minutes=int(policy(session, "late-grace-minutes", on=clock.today())))
    known.out_at = at
    known.hours = credited_hours(lesson, lesson.hours, known.in_at, at, grace=grace)
    session.flush()
    return known


def _lock_school(session: Session, provider_id: int) -> None:
    # Two lessons moved at once would each miss the other's room; the school's row makes them queue.
    session.execute(
        select(TrainingProvider.id).where(TrainingProvider.id == provider_id).with_for_update(key_share=True)
    )


def _refuse_taken(
    session: Session, training: TrainingClass, new: Sequence[Span], *, room: str, teacher: str, besides: int = 0
) -> None:
    first, last = min(span.starts_at for span in new), max(span.ends_at for span in new)
    others = (
        select(Lesson)
        .join(TrainingClass, TrainingClass.id == Lesson.class_id)
        .where(
            Lesson.provider_id == training.provider_id,
            TrainingClass.state != ClassState.CANCELLED,
            Lesson.id != besides,
            Lesson.starts_at < last,
            Lesson.ends_at > first,
        )
        .order_by(Lesson.starts_at, Lesson.id)
    )
    for other in session.scalars(others):
        if first_clash(new, [other]) is None:
            continue
        class_no = training_class(session, other.class_id).class_no
        if room and room == other.room:
            raise RoomTaken(field="room", room=room, class_no=class_no)
        if teacher and teacher == other.teacher:
            raise TeacherTaken(field="teacher", teacher=teacher, class_no=class_no)


def _refuse_busy_trainees(session: Session, training: TrainingClass, draft: LessonDraft) -> None:
    with seeing_everything(session):
        own = select(Enrolment.person_id).where(Enrolment.class_id == training.id, Enrolment.state.not_in(ENDED))
        people = list(session.scalars(own))
        busy = [
            other
            for other in session.scalars(queries.lessons_elsewhere(people, training.id))
            if clash(draft, other)
        ]  # fmt: skip
        if busy:
            there = select(Enrolment.person_id).where(
                Enrolment.class_id.in_({other.class_id for other in busy}), Enrolment.person_id.in_(people)
            )
            raise TraineesTaken(field="starts_at", count=len(set(session.scalars(there))))


def _refuse_elsewhere(session: Session, lesson: Lesson, place: Enrolment) -> None:
    with seeing_everything(session):
        others = (
            select(Lesson)
            .join(Attendance, Attendance.lesson_id == Lesson.id)
            .where(
                Attendance.person_id == place.person_id,
                Lesson.id != lesson.id,
                Lesson.starts_at < lesson.ends_at,
                Lesson.ends_at > lesson.starts_at,
            )
            .order_by(Lesson.id)
        )
        if first_clash([lesson], session.scalars(others)) is not None:
            raise ElsewhereNow(field="enrolment_id")
