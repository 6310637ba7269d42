"""Classes: states and their moves, days and times, drafts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import Field, StringConstraints

from centre.calendar import is_public_holiday, is_working_day
from centre.drafts import Draft, Line, NearDay, RecordId, Words
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_


class ClassState(StrEnum):
    """Where a class stands (培训班状态)."""

    DRAFT = "draft"
    APPLIED = "applied"
    RECRUITING = "recruiting"
    LOCKED = "locked"
    IN_SESSION = "in_session"
    SUSPENDED = "suspended"
    FINISHED = "finished"
    ASSESSED = "assessed"
    CLAIMING = "claiming"
    REVIEWED = "reviewed"
    NOTICED = "noticed"
    PAID = "paid"
    CLAWBACK = "clawback"
    ARCHIVED = "archived"
    CANCELLED = "cancelled"


STATE_LABELS = {
    ClassState.DRAFT: N_("草稿"),
    ClassState.APPLIED: N_("待审批"),
    ClassState.RECRUITING: N_("招生中"),
    ClassState.LOCKED: N_("名单已锁定"),
    ClassState.IN_SESSION: N_("开课中"),
    ClassState.SUSPENDED: N_("暂停"),
    ClassState.FINISHED: N_("已结课"),
    ClassState.ASSESSED: N_("已考核"),
    ClassState.CLAIMING: N_("补贴申请中"),
    ClassState.REVIEWED: N_("补贴已审核"),
    ClassState.NOTICED: N_("公示中"),
    ClassState.PAID: N_("补贴已拨付"),
    ClassState.CLAWBACK: N_("补贴追回中"),
    ClassState.ARCHIVED: N_("已归档"),
    ClassState.CANCELLED: N_("已取消"),
}

HIDDEN = frozenset({ClassState.DRAFT, ClassState.APPLIED})
"""States in which only the school and staff can see a class."""

BEFORE_SESSION = (ClassState.DRAFT, ClassState.APPLIED, ClassState.RECRUITING, ClassState.LOCKED)

RUNNING = (ClassState.IN_SESSION, ClassState.SUSPENDED)

JOINABLE = (ClassState.RECRUITING, ClassState.LOCKED, *RUNNING)
"""States in which people under review or on the waiting list may still join."""

ONWARD = frozenset({"lock", "begin", "resume"})
"""Events that only a school in good standing may cause; ending what runs stays possible for any."""

ENDINGS = frozenset({"cancel", "break-off"})
"""Events that end a class before its time."""

BY_HAND = frozenset({"lock", "begin", "finish", "suspend", "resume", "cancel", "break-off"})
"""Events that a school or an officer causes; approval, assessment and claims have actions of their own."""

CLAIMED = (ClassState.CLAIMING, ClassState.REVIEWED, ClassState.NOTICED)
"""States in which a claim is under way and may be sent back."""

CLASSES = Machine(
    "class",
    [
        Move(ClassState.DRAFT, "apply", ClassState.APPLIED, Permission.APPLY_FOR_CLASS),
        Move(ClassState.APPLIED, "approve", ClassState.RECRUITING, Permission.APPROVE_CLASS),
        Move(ClassState.APPLIED, "refuse", ClassState.DRAFT, Permission.APPROVE_CLASS),
        Move(ClassState.RECRUITING, "lock", ClassState.LOCKED, Permission.APPLY_FOR_CLASS),
        Move(ClassState.LOCKED, "begin", ClassState.IN_SESSION, Permission.REPORT_TRAINING),
        Move(ClassState.IN_SESSION, "suspend", ClassState.SUSPENDED, Permission.APPROVE_CLASS),
        Move(ClassState.SUSPENDED, "resume", ClassState.IN_SESSION, Permission.APPROVE_CLASS),
        Move(ClassState.IN_SESSION, "finish", ClassState.FINISHED, Permission.REPORT_TRAINING),
        Move(ClassState.FINISHED, "assess", ClassState.ASSESSED, Permission.REPORT_TRAINING),
        Move(ClassState.ASSESSED, "claim", ClassState.CLAIMING, Permission.REPORT_TRAINING),
        Move(ClassState.CLAIMING, "review", ClassState.REVIEWED, Permission.APPROVE_CLASS),
        Move(ClassState.REVIEWED, "notice", ClassState.NOTICED, Permission.APPROVE_CLASS),
        Move(ClassState.NOTICED, "pay", ClassState.PAID, Permission.APPROVE_CLASS),
        Move(ClassState.PAID, "archive", ClassState.ARCHIVED, Permission.APPROVE_CLASS),
        Move(ClassState.PAID, "claw-back", ClassState.CLAWBACK, Permission.APPROVE_CLASS),
        Move(ClassState.CLAWBACK, "claw-back", ClassState.CLAWBACK, Permission.APPROVE_CLASS),
        Move(ClassState.ARCHIVED, "claw-back", ClassState.CLAWBACK, Permission.APPROVE_CLASS),
        Move(ClassState.CLAWBACK, "repay", ClassState.ARCHIVED, Permission.APPROVE_CLASS),
        *(Move(state, "return", ClassState.ASSESSED, Permission.APPROVE_CLASS) for state in CLAIMED),
        *(Move(state, "cancel", ClassState.CANCELLED, Permission.APPLY_FOR_CLASS) for state in BEFORE_SESSION),
        *(Move(state, "break-off", ClassState.CANCELLED, Permission.APPROVE_CLASS) for state in RUNNING),
    ],
    STATE_LABELS,
)


@dataclass(frozen=True, slots=True)
class ClassMoved:
    """A class took a step by hand, for example began or finished; published in the same transaction."""

    class_id: int
    event: str
    reason: str = ""


class Daypart(StrEnum):
    """The part of the day in which a class meets (上课时段)."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    FULL_DAY = "full_day"


DAYPART_LABELS = {
    Daypart.MORNING: N_("上午"),
    Daypart.AFTERNOON: N_("下午"),
    Daypart.EVENING: N_("晚上"),
    Daypart.FULL_DAY: N_("全天"),
}

_HALVES = {
    Daypart.MORNING: {1},
    Daypart.AFTERNOON: {2},
    Daypart.EVENING: {3},
    Daypart.FULL_DAY: {1, 2},
}

WORKDAYS = [1, 2, 3, 4, 5]


class Timetable(Protocol):
    """Anything that meets on weekdays between two days: a class, a draft of one."""

    @property
    def start_on(self) -> date:
        """The first day."""

    @property
    def end_on(self) -> date:
        """The last day, included."""

    @property
    def daypart(self) -> Daypart:
        """The part of those days."""

    @property
    def weekdays(self) -> Sequence[int]:
        """ISO numbers of the days of the week, Monday is 1."""


def meeting_days(timetable: Timetable) -> Iterator[date]:
    """The days on which a class meets, in their order."""
    yield from _days(timetable, timetable.start_on, timetable.end_on)


def _days(timetable: Timetable, first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if _meets(timetable, day):
            yield day


def _meets(timetable: Timetable, day: date) -> bool:
    """Whether a class meets: on its weekdays outside public holidays, and on made-up working days if on all workdays.

    A Sunday that offices work in place of a Tuesday is a class day for whoever learns from Monday to Friday.
    """
    if day.isoweekday() in timetable.weekdays:
        return not is_public_holiday(day)
    return day.isoweekday() > 5 and set(WORKDAYS) <= set(timetable.weekdays) and is_working_day(day)


def overlap(first_class: Timetable, second_class: Timetable) -> bool:
    """Whether nobody could attend both: they meet on a common day in a common part of it (TR-07)."""
    if not _HALVES[first_class.daypart] & _HALVES[second_class.daypart]:
        return False
    first, last = max(first_class.start_on, second_class.start_on), min(first_class.end_on, second_class.end_on)
    return any(_meets(second_class, day) for day in _days(first_class, first, last))


def first_overlap(new: Timetable, others: Iterable[Timetable]) -> Timetable | None:
    """The first of `others` that meets at the same time as `new`."""
    return next((other for other in others if overlap(new, other)), None)


class ClassDraft(Draft):
    """A class as a school applies for it (开班申请)."""

    major_id: RecordId
    class_no: Annotated[Words, StringConstraints(max_length=40)]
    start_on: NearDay
    end_on: NearDay
    daypart: Daypart = Daypart.FULL_DAY
    weekdays: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)] = WORKDAYS
    room: Annotated[Line, StringConstraints(max_length=60)] = ""
    teacher: Annotated[Line, StringConstraints(max_length=60)] = ""
    seats: Annotated[int, Field(ge=1, le=500)]
