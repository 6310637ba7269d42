"""Enrolments: states and their transitions, and who may enrol."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from centre.calendar import age_on
from centre.errors import Conflict, Refusal
from centre.people import PersonCategory
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_
from training.classes.rules import Timetable, first_overlap
from training.providers.prices import Entitlement


class EnrolmentState(StrEnum):
    """Where a learner stands in a class (报名状态)."""

    APPLIED = "applied"
    ACCEPTED = "accepted"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ATTENDING = "attending"
    COMPLETED = "completed"
    RESIT = "resit"
    FAILED = "failed"
    DROPPED = "dropped"
    CERTIFIED = "certified"
    EMPLOYED = "employed"


STATE_LABELS = {
    EnrolmentState.APPLIED: N_("待核对"),
    EnrolmentState.ACCEPTED: N_("已录取"),
    EnrolmentState.WAITLISTED: N_("候补"),
    EnrolmentState.OFFERED: N_("有名额，等本人确认"),
    EnrolmentState.REFUSED: N_("未录取"),
    EnrolmentState.WITHDRAWN: N_("已退出"),
    EnrolmentState.ATTENDING: N_("在学"),
    EnrolmentState.COMPLETED: N_("已结业"),
    EnrolmentState.RESIT: N_("待补考"),
    EnrolmentState.FAILED: N_("未通过"),
    EnrolmentState.DROPPED: N_("中途退学"),
    EnrolmentState.CERTIFIED: N_("已取证"),
    EnrolmentState.EMPLOYED: N_("已就业"),
}

ENDED = frozenset({EnrolmentState.REFUSED, EnrolmentState.WITHDRAWN, EnrolmentState.DROPPED})
"""States in which a learner is no longer in the class."""

SEATLESS = ENDED | {EnrolmentState.WAITLISTED}
"""States that hold no seat; every other one holds one of the class's `taken`."""

RELEASABLE = frozenset(
    {
        EnrolmentState.APPLIED,
        EnrolmentState.ACCEPTED,
        EnrolmentState.WAITLISTED,
        EnrolmentState.OFFERED,
        EnrolmentState.ATTENDING,
    }
)
"""States that end with the class: people in them are released when it is cancelled or broken off."""

S = EnrolmentState
ENROLMENTS = Machine(
    "enrolment",
    [
        Move(S.APPLIED, "accept", S.ACCEPTED, Permission.ENROL),
        Move(S.APPLIED, "refuse", S.REFUSED, Permission.APPROVE_CLASS),
        Move(S.APPLIED, "withdraw", S.WITHDRAWN, Permission.ENROL),
        Move(S.ACCEPTED, "withdraw", S.WITHDRAWN, Permission.ENROL),
        Move(S.WAITLISTED, "withdraw", S.WITHDRAWN, Permission.ENROL),
        Move(S.WAITLISTED, "offer", S.OFFERED),
        Move(S.OFFERED, "take", S.ACCEPTED, Permission.ENROL),
        Move(S.OFFERED, "check", S.APPLIED, Permission.ENROL),
        Move(S.OFFERED, "withdraw", S.WITHDRAWN, Permission.ENROL),
        Move(S.OFFERED, "lapse", S.WITHDRAWN),
        Move(S.WITHDRAWN, "return", S.APPLIED, Permission.ENROL),
        Move(S.REFUSED, "return", S.APPLIED, Permission.ENROL),
        Move(S.APPLIED, "wait", S.WAITLISTED, Permission.ENROL),
        *(Move(state, "release", S.WITHDRAWN) for state in sorted(RELEASABLE)),
        Move(S.ACCEPTED, "begin", S.ATTENDING, Permission.REPORT_TRAINING),
        Move(S.ATTENDING, "complete", S.COMPLETED, Permission.REPORT_TRAINING),
        Move(S.ATTENDING, "drop", S.DROPPED, Permission.REPORT_TRAINING),
        Move(S.ATTENDING, "fall-short", S.FAILED, Permission.REPORT_TRAINING),
        Move(S.COMPLETED, "pass", S.CERTIFIED, Permission.REPORT_TRAINING),
        Move(S.COMPLETED, "fail", S.RESIT, Permission.REPORT_TRAINING),
        Move(S.RESIT, "pass", S.CERTIFIED, Permission.REPORT_TRAINING),
        Move(S.RESIT, "fail", S.FAILED, Permission.REPORT_TRAINING),
        Move(S.RESIT, "expire", S.FAILED),
        Move(S.CERTIFIED, "place", S.EMPLOYED),
        Move(S.CERTIFIED, "revoke", S.FAILED),
        Move(S.EMPLOYED, "revoke", S.FAILED),
    ],
    STATE_LABELS,
)


class Relation(StrEnum):
    """How a learner belongs to the worker whose recognition counts (与困难职工关系)."""

    SELF = "self"
    CHILD = "child"
    SPOUSE = "spouse"


RELATION_LABELS = {Relation.SELF: N_("本人"), Relation.CHILD: N_("子女"), Relation.SPOUSE: N_("配偶")}


class Origin(StrEnum):
    """By which way an enrolment came (报名来源)."""

    WEB = "web"
    COUNTER = "counter"
    ROSTER = "roster"


class ClassFull(Conflict):
    """Every seat is taken."""

    code = "class-full"
    message = N_("这个班 {seats} 个名额已满，可以排队等候")


class ClassNotOpen(Conflict):
    """The class does not recruit: not approved yet, locked, begun or over."""

    code = "class-not-open"
    message = N_("这个班现在不招生")


class AlreadyEnrolled(Conflict):
    """The person is in the class."""

    code = "already-enrolled"
    message = N_("已经报过这个班，不用重复报名")


class ClassOverlap(Conflict):
    """The person is in another class that meets at the same time."""

    code = "class-overlap"
    message = N_("与已报的另一个班上课时间冲突，不能同时参加")


class TooYoung(Conflict):
    """The person is under the age for training on the first day."""

    code = "too-young"
    message = N_("开班时未满 {age} 周岁，不能参加培训")


TO_CHECK_LABELS = {
    "name": N_("姓名与档案不一致"),
    "beneficiary": N_("困难职工档案号没有查到"),
    "relation": N_("与困难职工的关系要核对"),
}
"""Why the centre looks at an enrolment before it accepts it."""


class BeneficiaryMissing(Refusal):
    """A child or a spouse learns on a worker's recognition, and no worker was named."""

    code = "beneficiary-missing"
    status = 422
    message = N_("子女或配偶报名，请填写困难职工本人")


@dataclass(frozen=True, slots=True)
class Application:
    """An application for a class, apart from the person and the class.

    The worker on whose recognition a child or spouse learns is named by staff with an id, by others with the number
    of the worker's file; ids can be guessed, and would tell who is recognised.
    """

    origin: Origin = Origin.COUNTER
    relation: Relation = Relation.SELF
    beneficiary_of_id: int | None = None
    hardship_no: str = ""
    category: PersonCategory | None = None
    trainee_name: str = ""
    to_check: str = ""
    may_wait: bool = False
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Enrolled:
    """People were accepted into a class, one or many at once; published in the same transaction.

    `places` are pairs of enrolment and person.
    """

    class_id: int
    places: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Left:
    """People who had been accepted left a class, one or many at once; published in the same transaction."""

    class_id: int
    enrolment_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class TrainingStarted:
    """People of a class attend it from now on; published in the same transaction."""

    class_id: int
    person_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class TrainingEnded:
    """People attend a class no longer: they finished it, left it, or it was broken off."""

    class_id: int
    person_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class SeatFreed:
    """A seat of a class came back; published in the same transaction."""

    class_id: int


def needs_holder(application: Application, *, trusted: bool) -> bool:
    """Whether the worker of `hardship_no` has to be looked up first. Raises BeneficiaryMissing when there is none.

    `trusted` actors, staff and the service itself, may name the worker by id.
    """
    if application.relation is Relation.SELF or (application.beneficiary_of_id is not None and trusted):
        return False
    if not application.hardship_no:
        raise BeneficiaryMissing(field="hardship_no")
    return True


def with_beneficiary(application: Application, holder_id: int | None, *, trusted: bool) -> Application:
    """Name the worker on whose recognition a relative learns; statements by others than staff are checked first."""
    if application.relation is Relation.SELF:
        return replace(application, beneficiary_of_id=None)
    if not needs_holder(application, trusted=trusted):
        return application
    if holder_id is None:
        unknown = application.to_check or "beneficiary"
        return replace(application, relation=Relation.SELF, beneficiary_of_id=None, to_check=unknown)
    return replace(application, beneficiary_of_id=holder_id, to_check=application.to_check or "relation")


def refuse_by_rules(timetable: Timetable, *, birth_on: date | None, age: int, others: Iterable[Timetable]) -> None:
    """Refuse the too young and those who sit elsewhere at that hour. Raises TooYoung or ClassOverlap."""
    if birth_on is not None and age_on(birth_on, timetable.start_on) < age:
        raise TooYoung(field="person_id", age=age)
    if first_overlap(timetable, others) is not None:
        raise ClassOverlap(field="class_id")


def category_at_enrol(application: Application, known: Sequence[str], entitled: Entitlement | None) -> PersonCategory:
    """The category that is frozen with an enrolment: by entitlement, else as applied for, else as `known`."""
    if entitled and application.relation is Relation.CHILD:
        return PersonCategory.HARDSHIP_CHILD
    if entitled and application.relation is Relation.SELF:
        return PersonCategory(entitled.category)
    return application.category or (PersonCategory(known[0]) if known else PersonCategory.OTHER)
