"""Lessons, check-ins from devices, attendance reports, and seat offers."""

from datetime import datetime

from api.dependencies import PUBLIC, Routes, Unit
from api.versions import expect_version
from api.wire import Wire
from centre.drafts import RecordId
from centre.permissions import Permission
from training.attendance import actions, offers, queries
from training.attendance import jobs as due
from training.attendance.models import Attendance, Lesson
from training.attendance.rules import CheckInDraft, LessonDraft, Method, ReportDraft
from training.classes.queries import training_class
from training.enrolments.rules import EnrolmentState

routes = Routes(tags=["attendance"])


class LessonOut(Wire):
    """One meeting of a class, in lesson hours of 45 minutes; If-Match takes its `version` (课次)."""

    id: int
    class_id: int
    starts_at: datetime
    ends_at: datetime
    hours: int
    room: str
    reported: bool
    version: int

    @classmethod
    def of(cls, lesson: Lesson) -> "LessonOut":
        """A lesson without the teacher's name, which only the school and the centre see."""
        return cls(
            id=lesson.id, class_id=lesson.class_id, starts_at=lesson.starts_at, ends_at=lesson.ends_at,
            hours=lesson.hours, room=lesson.room, reported=lesson.reported_at is not None,
            version=lesson.version,
        )  # fmt: skip


class AttendanceOut(Wire):
    """One trainee at one lesson (考勤)."""

    lesson_id: int
    enrolment_id: int
    in_at: datetime | None
    out_at: datetime | None
    method: Method
    hours: int

    @classmethod
    def of(cls, attendance: Attendance) -> "AttendanceOut":
        """A recorded attendance."""
        return cls(
            lesson_id=attendance.lesson_id, enrolment_id=attendance.enrolment_id, in_at=attendance.in_at,
            out_at=attendance.out_at, method=attendance.method, hours=attendance.hours,
        )  # fmt: skip


class OfferAnswer(Wire):
    """The trainee's state after answering a seat offer."""

    enrolment_id: int
    state: EnrolmentState


@routes.get("/classes/{class_id}/lessons", allow=PUBLIC)
def lessons(unit: Unit, class_id: RecordId) -> list[LessonOut]:
    """List the lessons of a class that has begun."""
    training_class(unit.session, class_id)
    return [LessonOut.of(lesson) for lesson in unit.session.scalars(queries.lessons(class_id))]


@routes.put("/lessons/{lesson_id}", allow=Permission.REPORT_TRAINING)
def move_lesson(unit: Unit, lesson_id: RecordId, draft: LessonDraft) -> LessonOut:
    """Move a lesson: 409 when the room, the teacher or a trainee is taken at that time."""
    expect_version(unit, queries.lesson(unit.session, lesson_id))
    return LessonOut.of(actions.move_lesson(unit.session, unit.actor, lesson_id=lesson_id, draft=draft))


@routes.post("/lessons/{lesson_id}/check-ins", allow=Permission.REPORT_TRAINING, status_code=201)
def check_in(unit: Unit, lesson_id: RecordId, draft: CheckInDraft) -> AttendanceOut:
    """Check a trainee in, or out with `leaving`."""
    return AttendanceOut.of(actions.check_in(unit.session, unit.actor, lesson_id=lesson_id, draft=draft))


@routes.post("/lessons/{lesson_id}/report", allow=Permission.REPORT_TRAINING)
def report(unit: Unit, lesson_id: RecordId, draft: ReportDraft) -> LessonOut:
    """Close a lesson with its attendance register; absences take effect."""
    done = actions.report_lesson(unit.session, unit.actor, lesson_id=lesson_id, present=draft.present)
    return LessonOut.of(done)


@routes.post("/seat-offers/{offer_id}/acceptance", allow=Permission.ENROL)
def take_offer(unit: Unit, offer_id: RecordId) -> OfferAnswer:
    """Accept a seat offer: 409 `offer-over` once it has expired."""
    place = offers.take_offer(unit.session, unit.actor, offer_id=offer_id)
    return OfferAnswer(enrolment_id=place.id, state=place.state)


__all__ = ["due", "routes"]
