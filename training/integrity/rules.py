"""What the integrity desk checks (4.8): each check is a function of the facts and of its row in the policy."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from math import ceil, comb
from typing import Annotated, Any

from pydantic import StringConstraints

from centre.calendar import RetirementRule, age_on, retirement_date
from centre.drafts import Draft, Line, RecordId
from centre.errors import Conflict, Forbidden
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_

Terms = Mapping[str, Any]


class CheckOutcome(StrEnum):
    """The result of a check; an unavailable source never counts as passed (核查结果)."""

    OK = "ok"
    FLAGGED = "flagged"
    NOT_CHECKED = "not_checked"


OUTCOME_LABELS = {
    CheckOutcome.OK: N_("未见异常"),
    CheckOutcome.FLAGGED: N_("有疑点"),
    CheckOutcome.NOT_CHECKED: N_("未核查"),
}


class FlagState(StrEnum):
    """The state of a flag (疑点状态)."""

    OPEN = "open"
    HALF_CLEARED = "half_cleared"
    CLEARED = "cleared"
    CONFIRMED = "confirmed"


FLAG_LABELS = {
    FlagState.OPEN: N_("待核实"),
    FlagState.HALF_CLEARED: N_("一人已核实，等第二人"),
    FlagState.CLEARED: N_("已解除"),
    FlagState.CONFIRMED: N_("查实违规"),
}

FLAGS = Machine(
    "flag",
    [
        Move(FlagState.OPEN, "clear", FlagState.HALF_CLEARED, Permission.CLEAR_FLAG),
        Move(FlagState.HALF_CLEARED, "clear", FlagState.CLEARED, Permission.CLEAR_FLAG),
        Move(FlagState.OPEN, "confirm", FlagState.CONFIRMED, Permission.CLEAR_FLAG),
        Move(FlagState.HALF_CLEARED, "confirm", FlagState.CONFIRMED, Permission.CLEAR_FLAG),
    ],
    FLAG_LABELS,
)


class CallOutcome(StrEnum):
    """What a trainee said on the telephone (电话抽查结果)."""

    CONFIRMED = "confirmed"
    DENIED = "denied"
    UNREACHABLE = "unreachable"


CALL_LABELS = {
    CallOutcome.CONFIRMED: N_("本人确认参加"),
    CallOutcome.DENIED: N_("本人说没有参加"),
    CallOutcome.UNREACHABLE: N_("打不通"),
}


@dataclass(frozen=True, slots=True)
class CheckedTrainee:
    """A trainee as the checks see them: digests instead of numbers, no name."""

    enrolment_id: int
    phone: str | None = None
    bank: str | None = None
    birth_on: date | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Stamp:
    """One electronic check-in with its lesson."""

    enrolment_id: int
    lesson_id: int
    starts_at: datetime
    ends_at: datetime
    in_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the checks of one class may use."""

    start_on: date
    end_on: date
    trainees: Sequence[CheckedTrainee] = ()
    stamps: Sequence[Stamp] = ()
    elsewhere: Collection[int] = ()
    room: str = ""
    teacher: str = ""
    lessons: int = 0
    hours: int = 0
    occupation: str = ""
    scope: Collection[str] = ()
    capacity: int = 0
    teacher_elsewhere: int = 0
    recent_classes: int = 0
    usual_classes: float = 0.0
    assessed: int = 0
    passed: int = 0
    peers_assessed: int = 0
    peers_passed: int = 0
    retirement: Sequence[RetirementRule] = ()


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """The finding of a check: how many cases, and which trainees."""

    count: int
    enrolment_ids: tuple[int, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)

    def digest(self, rule: str) -> str:
        """The digest of a finding, so that a flag that two people cleared does not come back."""
        return sha256(f"{rule}:{self.count}:{self.enrolment_ids}".encode()).hexdigest()


class Unknown(Exception):
    """The data for a check is missing, so the check is neither passed nor failed."""


def shared_phone(facts: Facts, terms: Terms) -> CheckFinding | None:
    """One telephone, by its blind index, on more trainees than a household has (VR10)."""
    _need(any(trainee.phone for trainee in facts.trainees))
    return _shared(((trainee.phone, trainee) for trainee in facts.trainees), int(terms["most"]))


def shared_bank(facts: Facts, terms: Terms) -> CheckFinding | None:
    """One bank account on several trainees."""
    _need(any(trainee.bank for trainee in facts.trainees))
    return _shared(((trainee.bank, trainee) for trainee in facts.trainees), int(terms["most"]))


def same_second(facts: Facts, terms: Terms) -> CheckFinding | None:
    """Check-ins to one lesson in the same second: a script, not people."""
    _need(facts.stamps)
    seconds: dict[tuple[int, datetime], list[int]] = defaultdict(list)
    for stamp in facts.stamps:
        seconds[stamp.lesson_id, stamp.in_at.replace(microsecond=0)].append(stamp.enrolment_id)
    worst = max(seconds.values(), key=len, default=[])
    return CheckFinding(len(worst), tuple(sorted(worst))) if len(worst) > int(terms["most"]) else None


def no_variance(facts: Facts, terms: Terms) -> CheckFinding | None:
    """Trainees who arrive at the same second of the lesson every day, which is implausible."""
    _need(facts.stamps)
    offsets: dict[int, list[float]] = defaultdict(list)
    for stamp in facts.stamps:
        offsets[stamp.enrolment_id].append((stamp.in_at - stamp.starts_at).total_seconds())
    least, most = int(terms["lessons"]), float(terms["seconds"])
    punctual = sorted(
        enrolment_id for enrolment_id, seen in offsets.items() if len(seen) >= least and max(seen) - min(seen) <= most
    )  # fmt: skip
    return CheckFinding(len(punctual), tuple(punctual)) if punctual else None


def outside_timetable(facts: Facts, terms: Terms) -> CheckFinding | None:
    """Check-ins far outside the lesson's hours."""
    _need(facts.stamps)
    margin = timedelta(minutes=int(terms["minutes"]))
    late = [stamp for stamp in facts.stamps if not stamp.starts_at - margin <= stamp.in_at <= stamp.ends_at + margin]
    enrolment_ids = tuple(sorted({stamp.enrolment_id for stamp in late}))
    return CheckFinding(len(late), enrolment_ids) if enrolment_ids else None


def two_places(facts: Facts, terms: Terms) -> CheckFinding | None:
    """Trainees whose other classes meet at the same hours."""
    del terms
    return CheckFinding(len(facts.elsewhere), tuple(sorted(facts.elsewhere))) if facts.elsewhere else None


def past_retirement(facts: Facts, terms: Terms) -> CheckFinding | None:
    """Trainees past the statutory retirement age on the last day (VR13)."""
    del terms
    _need(any(trainee.birth_on and trainee.group for trainee in facts.trainees))
    enrolment_ids = tuple(
        trainee.enrolment_id for trainee in facts.trainees if retired(trainee, facts.end_on, facts.retirement)
    )
    return CheckFinding(len(enrolment_ids), enrolment_ids) if enrolment_ids else None


def too_young(facts: Facts, terms: Terms) -> CheckFinding | None:
    """Trainees under the age for training on the first day (VR12)."""
    least = int(terms["age"])
    _need(any(trainee.birth_on for trainee in facts.trainees))
    enrolment_ids = tuple(
        trainee.enrolment_id
        for trainee in facts.trainees
        if trainee.birth_on and age_on(trainee.birth_on, facts.start_on) < least
    )
    return CheckFinding(len(enrolment_ids), enrolment_ids) if enrolment_ids else None


def no_place(facts: Facts, terms: Terms) -> CheckFinding | None:
    """A class without a room, a teacher or lessons."""
    del terms
    missing = [not facts.room, not facts.teacher, not facts.lessons]
    return CheckFinding(sum(missing)) if any(missing) else None


def teacher_twice(facts: Facts, terms: Terms) -> CheckFinding | None:
    """Lessons whose teacher has another class at the same time, at whatever school."""
    del terms
    _need(facts.teacher and facts.lessons)
    return CheckFinding(facts.teacher_elsewhere) if facts.teacher_elsewhere else None


def too_few_hours(facts: Facts, terms: Terms) -> CheckFinding | None:
    """Fewer lesson hours than the standard of the occupation, where one is known (VR17)."""
    least = int(terms["standard"].get(facts.occupation, 0))
    _need(least)
    return CheckFinding(least - facts.hours, params={"least": least}) if facts.hours < least else None


def out_of_scope(facts: Facts, terms: Terms) -> CheckFinding | None:
    """An occupation outside the school's licence."""
    del terms
    _need(facts.scope)
    return CheckFinding(1) if facts.occupation not in facts.scope else None


def over_capacity(facts: Facts, terms: Terms) -> CheckFinding | None:
    """More trainees than the school has places."""
    del terms
    _need(facts.capacity)
    over = len(facts.trainees) - facts.capacity
    return CheckFinding(over) if over > 0 else None


def ramp_up(facts: Facts, terms: Terms) -> CheckFinding | None:
    """Far more classes in two months than usual for the school."""
    many = facts.recent_classes >= int(terms["least"])
    return (
        CheckFinding(facts.recent_classes)
        if many and facts.recent_classes > float(terms["times"]) * max(1.0, facts.usual_classes)
        else None
    )


def pass_rate(facts: Facts, terms: Terms) -> CheckFinding | None:
    """A pass rate very unlikely for this course elsewhere: the upper tail of the binomial distribution."""
    _need(min(facts.assessed, facts.peers_assessed) >= int(terms["least"]))
    chance = (facts.peers_passed + 1) / (facts.peers_assessed + 2)
    tail = upper_tail(facts.assessed, facts.passed, chance)
    return CheckFinding(facts.passed * 100 // facts.assessed) if tail < float(terms["chance"]) else None


def upper_tail(tries: int, hits: int, chance: float) -> float:
    """The probability of at least this many hits."""
    return sum(comb(tries, count) * chance**count * (1 - chance) ** (tries - count) for count in range(hits, tries + 1))


def retired(trainee: CheckedTrainee, on: date, rules: Iterable[RetirementRule], *, surely: bool = False) -> bool:
    """Whether a person has reached retirement age on a day.

    For women the table has two ages, by kind of post: a flag uses the earlier one, a refusal the later.
    """
    if trainee.birth_on is None or not trainee.group:
        return False
    kinds = {"female": ("female-worker", "female-cadre")}.get(trainee.group, (trainee.group,))
    dates = [retirement_date(trainee.birth_on, kind, rules) for kind in kinds]
    return (max(dates) if surely else min(dates)) <= on


def phone_sample(enrolment_ids: Iterable[int], *, share: float, seed: str) -> list[int]:
    """The trainees to be telephoned: the same seed and people always give the same sample in the same order."""
    ranked = sorted(enrolment_ids, key=lambda enrolment_id: sha256(f"{seed}:{enrolment_id}".encode()).hexdigest())
    return ranked[: ceil(len(ranked) * share)]


@dataclass(frozen=True, slots=True)
class CheckRule:
    """One check: its name for readers and its function, which raises Unknown where it cannot run."""

    label: str
    look: Callable[[Facts, Terms], CheckFinding | None]


CHECKS: Mapping[str, CheckRule] = {
    "shared-phone": CheckRule(N_("多名学员共用一个电话"), shared_phone),
    "shared-bank": CheckRule(N_("多名学员共用一个银行账户"), shared_bank),
    "same-second": CheckRule(N_("多人在同一秒签到"), same_second),
    "no-variance": CheckRule(N_("每天签到时间分秒不差"), no_variance),
    "outside-timetable": CheckRule(N_("在上课时间以外签到"), outside_timetable),
    "two-places": CheckRule(N_("同一时间在两个班上课"), two_places),
    "past-retirement": CheckRule(N_("学员已到退休年龄"), past_retirement),
    "too-young": CheckRule(N_("学员年龄不够"), too_young),
    "no-place": CheckRule(N_("没有教室、教师或课表"), no_place),
    "teacher-twice": CheckRule(N_("教师同一时间在两个班上课"), teacher_twice),
    "too-few-hours": CheckRule(N_("课时少于职业标准"), too_few_hours),
    "out-of-scope": CheckRule(N_("专业超出办学许可范围"), out_of_scope),
    "over-capacity": CheckRule(N_("学员超过培训能力"), over_capacity),
    "ramp-up": CheckRule(N_("短期内开班数量激增"), ramp_up),
    "pass-rate": CheckRule(N_("通过率异常偏高"), pass_rate),
}

PHONE_CHECK = "phone-sample"

SOURCES = {
    "retirement-register": N_("退休人员名册"),
    "student-register": N_("在校学生学籍"),
    "death-register": N_("死亡人员名册"),
    "custody-register": N_("服刑人员名册"),
}
"""Registers of other offices (VR19); without access to one, its check is `not_checked`."""

RULE_LABELS = {name: check.label for name, check in CHECKS.items()} | {PHONE_CHECK: N_("电话抽查")} | SOURCES


def _need(there: object) -> None:
    if not there:
        raise Unknown


def _shared(pairs: Iterable[tuple[str | None, CheckedTrainee]], most: int) -> CheckFinding | None:
    held: dict[str, list[int]] = defaultdict(list)
    for value, trainee in pairs:
        if value:
            held[value].append(trainee.enrolment_id)
    enrolment_ids = sorted(enrolment_id for holders in held.values() if len(holders) > most for enrolment_id in holders)
    return CheckFinding(len(enrolment_ids), tuple(enrolment_ids)) if enrolment_ids else None


class SampleMissing(Conflict):
    """A trainee of the phone sample has not been called yet, or no sample was drawn."""

    code = "phone-sample-missing"
    message = N_("电话抽查还没有做完，还差 {count} 人")


class OwnFlag(Forbidden):
    """Two different people clear a flag, neither of them from the school nor the claimant."""

    code = "own-flag"
    message = N_("疑点要由两位不同的工作人员核实解除")


class ClearDraft(Draft):
    """Why a flag is cleared or confirmed (核实说明)."""

    reason: Annotated[Line, StringConstraints(min_length=2)]


class CallDraft(Draft):
    """What a trainee said on the telephone (电话抽查)."""

    enrolment_id: RecordId
    outcome: CallOutcome
    note: Line = ""
