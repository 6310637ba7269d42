"""Lessons and attendance: times, hours that count, absences, and the one rule of what meets at the same time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Protocol, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from centre.drafts import Draft, Line, NearMoment, RecordId
from centre.errors import Conflict
from centre.translation import N_
from training.classes.rules import Daypart, Timetable, meeting_days

SHANGHAI = ZoneInfo("Asia/Shanghai")

Times = Mapping[str, tuple[str, str, int]]
"""First and last minute of a part of the day and its lesson hours of 45 minutes, as the policy `lesson-times` gives."""


class Method(StrEnum):
    """How attendance was taken (签到方式)."""

    CODE = "code"
    CARD = "card"
    FACE = "face"
    REGISTER = "register"


METHOD_LABELS = {
    Method.CODE: N_("扫码"),
    Method.CARD: N_("刷卡"),
    Method.FACE: N_("人脸"),
    Method.REGISTER: N_("点名册"),
}


class OfferOutcome(StrEnum):
    """What became of an offered seat (候补名额结果)."""

    TAKEN = "taken"
    DECLINED = "declined"
    LAPSED = "lapsed"


class AttendanceStanding(StrEnum):
    """The status that follows from a person's absences (缺勤情况)."""

    FINE = "fine"
    WARNED = "warned"
    OUT = "out"


class Span(Protocol):
    """Anything that lasts: from an instant, included, to an instant that no longer belongs to it."""

    @property
    def starts_at(self) -> datetime:
        """The first instant."""

    @property
    def ends_at(self) -> datetime:
        """The instant after the last one."""


Some = TypeVar("Some", bound=Span)


@dataclass(frozen=True, slots=True)
class LessonPlan:
    """A lesson as the timetable gives it, in lesson hours of 45 minutes (课次)."""

    starts_at: datetime
    ends_at: datetime
    hours: int


_PARTS = {Daypart.FULL_DAY: (Daypart.MORNING, Daypart.AFTERNOON)}


def clash(first: Span, second: Span) -> bool:
    """Whether two spans share an instant; touching ends do not, and an empty span meets nothing (VR17)."""
    return max(first.starts_at, second.starts_at) < min(first.ends_at, second.ends_at)


def first_clash(new: Iterable[Span], others: Iterable[Some]) -> Some | None:
    """The first of `others` that meets at the same time as any of `new`, in one pass over both sorted by time."""
    coming = sorted(new, key=lambda span: span.starts_at)
    for other in others:
        for span in coming:
            if span.starts_at >= other.ends_at:
                break
            if clash(span, other):
                return other
    return None


def lessons_of(timetable: Timetable, times: Times) -> Iterator[LessonPlan]:
    """Every lesson of a timetable in the order of time; a full day is a morning and an afternoon."""
    for day in meeting_days(timetable):
        for part in _PARTS.get(timetable.daypart, (timetable.daypart,)):
            first, last, hours = times[part.value]
            starts, ends = (datetime.combine(day, time.fromisoformat(at), SHANGHAI) for at in (first, last))
            yield LessonPlan(starts, ends, hours)


def credited_hours(lesson: Span, hours: int, came: datetime, went: datetime | None, *, grace: timedelta) -> int:
    """Whole lesson hours that count for a stay; coming or going within `grace` of the bell costs nothing.

    Without a check-out no hours are credited: hours are paid for and need both ends.
    """
    if went is None:
        return 0
    begun = lesson.starts_at if came <= lesson.starts_at + grace else came
    ended = lesson.ends_at if went >= lesson.ends_at - grace else went
    stayed = (min(ended, lesson.ends_at) - max(begun, lesson.starts_at)).total_seconds()
    return max(0, int(hours * stayed // (lesson.ends_at - lesson.starts_at).total_seconds()))


def absent_run(days: Sequence[bool]) -> int:
    """How many class days in a row a person has now been absent; True is a day of presence."""
    run = 0
    for came in reversed(days):
        if came:
            break
        run += 1
    return run


def standing(run: int, *, warn: int, out: int) -> AttendanceStanding:
    """The consequence of consecutive absences."""
    if run >= out:
        return AttendanceStanding.OUT
    return AttendanceStanding.WARNED if run >= warn else AttendanceStanding.FINE


@dataclass(frozen=True, slots=True)
class Hours:
    """Lesson hours that a person attended, of those that were held for them (课时)."""

    attended: int
    due: int

    def reaches(self, threshold: float) -> bool:
        """Whether the share is enough, without rounding: 0.8 of 40 hours are 32."""
        return self.due > 0 and self.attended * 1000 >= self.due * round(threshold * 1000)

    @property
    def percent(self) -> int:
        """The share in whole percent, rounded down."""
        return self.attended * 100 // self.due if self.due else 0


class NotAttending(Conflict):
    """The person is not in the class, or not any more."""

    code = "not-attending"
    message = N_("这名学员不在这个班上课")


class LessonNotNow(Conflict):
    """Attendance is taken around the lesson only."""

    code = "lesson-not-now"
    message = N_("不在这节课的签到时间内")


class AlreadyCheckedIn(Conflict):
    """The person has checked in to the lesson."""

    code = "already-checked-in"
    message = N_("已经在 {at} 签到过了")


class ElsewhereNow(Conflict):
    """The person sits in another lesson at that time."""

    code = "elsewhere-now"
    message = N_("这名学员同一时间已在另一个班签到")


class TraineesTaken(Conflict):
    """Trainees of the class have another lesson at that time."""

    code = "trainees-taken"
    message = N_("有 {count} 名学员这个时间在别的班上课")


class ClassNotRunning(Conflict):
    """The class has not begun, is suspended or is over: attendance cannot be recorded."""

    code = "class-not-running"
    message = N_("这个班现在没有在上课，不能签到、调课或上报考勤")


class LessonAhead(Conflict):
    """A lesson is reported once it has begun."""

    code = "lesson-ahead"
    message = N_("这节课还没有上，不能上报")


class LessonDraft(Draft):
    """A lesson moved to another time, room or teacher (调课)."""

    starts_at: NearMoment
    ends_at: NearMoment
    room: Annotated[Line, StringConstraints(max_length=60)] = ""
    teacher: Annotated[Line, StringConstraints(max_length=60)] = ""


class CheckInDraft(Draft):
    """One check-in or check-out as a device or the school sends it; `at` is now when it is not given (签到)."""

    enrolment_id: RecordId
    at: NearMoment | None = None
    method: Method = Method.CODE
    place: Annotated[Line, StringConstraints(max_length=60)] = ""
    leaving: bool = False


class ReportDraft(Draft):
    """Who was there, by the paper register; closes the lesson (上报考勤)."""

    present: Annotated[list[RecordId], Field(default_factory=list, max_length=600)]
