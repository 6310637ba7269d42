"""The states of an introduction and of the placement after it, and how a letter is numbered (职业介绍)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from centre.drafts import Draft, Fen, Line, RecordId
from centre.errors import Conflict
from centre.ledger import Channel
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_


class IntroductionState(StrEnum):
    """The state of an introduction (推荐状态)."""

    RECOMMENDED = "recommended"
    LETTER_ISSUED = "letter_issued"
    INTERVIEWED = "interviewed"
    OFFERED = "offered"
    HIRED = "hired"
    REFUSED_BY_EMPLOYER = "refused_by_employer"
    REFUSED_BY_WORKER = "refused_by_worker"
    NO_SHOW = "no_show"
    UNKNOWN = "unknown"
    SET_ASIDE = "set_aside"
    VOID = "void"


S = IntroductionState

INTRODUCTION_LABELS = {
    S.RECOMMENDED: N_("等待开推荐信"),
    S.LETTER_ISSUED: N_("已开推荐信"),
    S.INTERVIEWED: N_("已面试"),
    S.OFFERED: N_("单位愿意录用"),
    S.HIRED: N_("已录用"),
    S.REFUSED_BY_EMPLOYER: N_("单位未录用"),
    S.REFUSED_BY_WORKER: N_("本人不去"),
    S.NO_SHOW: N_("没有去面试"),
    S.UNKNOWN: N_("没有回音"),
    S.SET_ASIDE: N_("未开推荐信"),
    S.VOID: N_("岗位停招，推荐信作废"),
}

DONE = frozenset({S.HIRED, S.REFUSED_BY_EMPLOYER, S.REFUSED_BY_WORKER, S.NO_SHOW, S.SET_ASIDE})
"""States that no event leaves."""

KNOWN = frozenset({S.HIRED, S.REFUSED_BY_EMPLOYER, S.REFUSED_BY_WORKER, S.NO_SHOW})
"""Results that were reported; silence is not one of them."""

REFUSED = frozenset({S.REFUSED_BY_EMPLOYER, S.REFUSED_BY_WORKER, S.NO_SHOW})
"""Results after which the same pair is left alone for the rest of the day."""

WITH_EMPLOYER = frozenset(S) - {S.RECOMMENDED, S.SET_ASIDE}
"""States in which the employer sees the introduction: the worker has agreed and a letter has been issued."""

_RESULT, _INTRODUCE = Permission.RECORD_RESULT, Permission.INTRODUCE

INTRODUCTION = Machine(
    "introduction",
    [
        Move(S.RECOMMENDED, "agree", S.LETTER_ISSUED, _INTRODUCE),
        Move(S.RECOMMENDED, "decline", S.REFUSED_BY_WORKER, _INTRODUCE),
        Move(S.RECOMMENDED, "set_aside", S.SET_ASIDE, _RESULT),
        Move(S.LETTER_ISSUED, "silence", S.UNKNOWN),
        *(Move(state, "void", S.VOID) for state in (S.LETTER_ISSUED, S.UNKNOWN, S.INTERVIEWED, S.OFFERED)),
        *(
            move
            for source in (S.LETTER_ISSUED, S.UNKNOWN, S.VOID)
            for move in (
                Move(source, "interview", S.INTERVIEWED, _RESULT),
                Move(source, "refuse", S.REFUSED_BY_EMPLOYER, _RESULT),
                Move(source, "decline", S.REFUSED_BY_WORKER, _RESULT),
                Move(source, "absent", S.NO_SHOW, _RESULT),
            )
        ),
        Move(S.INTERVIEWED, "offer", S.OFFERED, _RESULT),
        Move(S.INTERVIEWED, "refuse", S.REFUSED_BY_EMPLOYER, _RESULT),
        Move(S.INTERVIEWED, "decline", S.REFUSED_BY_WORKER, _RESULT),
        Move(S.OFFERED, "accept", S.HIRED, _RESULT),
        Move(S.OFFERED, "refuse", S.REFUSED_BY_EMPLOYER, _RESULT),
        Move(S.OFFERED, "decline", S.REFUSED_BY_WORKER, _RESULT),
    ],
    INTRODUCTION_LABELS,
)


class Result(StrEnum):
    """The reported result of a letter (推荐结果)."""

    INTERVIEWED = "interviewed"
    OFFERED = "offered"
    HIRED = "hired"
    REFUSED_BY_EMPLOYER = "refused_by_employer"
    REFUSED_BY_WORKER = "refused_by_worker"
    NO_SHOW = "no_show"


RESULT_LABELS = {result: INTRODUCTION_LABELS[IntroductionState(result.value)] for result in Result}

_TO_HIRE = ("interview", "offer", "accept")
_STANDS_AT = {S.LETTER_ISSUED: 0, S.UNKNOWN: 0, S.VOID: 0, S.INTERVIEWED: 1, S.OFFERED: 2}
_LEADS_TO = {Result.INTERVIEWED: 1, Result.OFFERED: 2, Result.HIRED: 3}
_ENDS = {Result.REFUSED_BY_EMPLOYER: "refuse", Result.REFUSED_BY_WORKER: "decline", Result.NO_SHOW: "absent"}


def events_to(state: IntroductionState, result: Result) -> tuple[str, ...]:
    """The events that lead from a state to a reported result: a hire implies interview and offer.

    >>> events_to(IntroductionState.LETTER_ISSUED, Result.HIRED)
    ('interview', 'offer', 'accept')
    """
    if result in _ENDS:
        return (_ENDS[result],)
    at = _STANDS_AT.get(state, 0)
    steps = _TO_HIRE[at : _LEADS_TO[result]]
    return steps or (_TO_HIRE[_LEADS_TO[result] - 1],)


class ResultSource(StrEnum):
    """Who reported the result (结果来源)."""

    EMPLOYER = "employer"
    WORKER = "worker"
    VISIT = "visit"
    INSURANCE = "insurance"


SOURCE_LABELS = {
    ResultSource.EMPLOYER: N_("单位反馈"),
    ResultSource.WORKER: N_("本人反馈"),
    ResultSource.VISIT: N_("上门走访"),
    ResultSource.INSURANCE: N_("社保记录"),
}


class ResultReason(StrEnum):
    """Why a person was not hired or did not go (未成原因)."""

    PAY = "pay"
    DISTANCE = "distance"
    FAMILY = "family"
    HEALTH = "health"
    SKILL = "skill"
    PLACES_GONE = "places_gone"
    CONDITIONS_DIFFER = "conditions_differ"
    FOUND_OTHER = "found_other"
    OTHER = "other"


REASON_LABELS = {
    ResultReason.PAY: N_("工资不合适"),
    ResultReason.DISTANCE: N_("路太远"),
    ResultReason.FAMILY: N_("要照顾家里"),
    ResultReason.HEALTH: N_("身体原因"),
    ResultReason.SKILL: N_("技能不够"),
    ResultReason.PLACES_GONE: N_("岗位已招满"),
    ResultReason.CONDITIONS_DIFFER: N_("实际条件与招聘说的不一样"),
    ResultReason.FOUND_OTHER: N_("找到了别的工作"),
    ResultReason.OTHER: N_("其他原因"),
}


class PlacementState(StrEnum):
    """The state of a placement (上岗跟踪状态)."""

    HIRED = "hired"
    WORKING = "working"
    DAY_7 = "d7"
    DAY_30 = "d30"
    STABLE = "stable"
    LOST_CONTACT = "lost_contact"
    ENDED = "ended"


P = PlacementState

PLACEMENT_LABELS = {
    P.HIRED: N_("待上岗"),
    P.WORKING: N_("已上岗"),
    P.DAY_7: N_("干满 7 天"),
    P.DAY_30: N_("干满 30 天"),
    P.STABLE: N_("稳定就业"),
    P.LOST_CONTACT: N_("联系不上"),
    P.ENDED: N_("已离岗"),
}

PLACEMENT = Machine(
    "placement",
    [
        Move(P.HIRED, "start", P.WORKING, _RESULT),
        Move(P.WORKING, "day_7", P.DAY_7, _RESULT),
        Move(P.DAY_7, "day_30", P.DAY_30, _RESULT),
        Move(P.DAY_30, "day_90", P.STABLE, _RESULT),
        *(Move(state, "lose", P.LOST_CONTACT, _RESULT) for state in (P.WORKING, P.DAY_7, P.DAY_30)),
        Move(P.LOST_CONTACT, "find", P.WORKING, _RESULT),
        *(Move(state, "leave", P.ENDED, _RESULT) for state in P if state is not P.ENDED),
    ],
    PLACEMENT_LABELS,
)

FOLLOW_UP_DAYS = (7, 30, 90)
MOST_CALLS = 3
STABLE_AFTER = timedelta(days=180)
EDITABLE = timedelta(days=60)
CHASE_DAYS = (3, 7)


class FollowUpOutcome(StrEnum):
    """The finding of a follow-up call (回访结果)."""

    WORKING = "working"
    LEFT = "left"
    NO_ANSWER = "no_answer"


OUTCOME_LABELS = {
    FollowUpOutcome.WORKING: N_("在岗"),
    FollowUpOutcome.LEFT: N_("已离岗"),
    FollowUpOutcome.NO_ANSWER: N_("没有接通"),
}


@dataclass(frozen=True, slots=True)
class PlacementMoved:
    """A follow-up call or a departure changed the state of a placement."""

    placement_id: int
    person_id: int
    state: PlacementState


@dataclass(frozen=True, slots=True)
class LetterWritten:
    """A letter was written; what the opening promises on this day is compared with the application."""

    introduction_id: int


class LeaveReason(StrEnum):
    """Why a job ended (离岗原因)."""

    PAY = "pay"
    DISTANCE = "distance"
    FAMILY_CARE = "family_care"
    HEALTH = "health"
    CONDITIONS_DIFFER = "conditions_differ"
    CONTRACT_END = "contract_end"
    DISMISSED = "dismissed"
    BETTER_JOB = "better_job"
    OTHER = "other"


LEAVE_REASON_LABELS = {
    LeaveReason.PAY: N_("工资不合适"),
    LeaveReason.DISTANCE: N_("路太远"),
    LeaveReason.FAMILY_CARE: N_("要照顾家里"),
    LeaveReason.HEALTH: N_("身体原因"),
    LeaveReason.CONDITIONS_DIFFER: N_("实际条件与招聘说的不一样"),
    LeaveReason.CONTRACT_END: N_("合同到期"),
    LeaveReason.DISMISSED: N_("被辞退"),
    LeaveReason.BETTER_JOB: N_("有了更好的工作"),
    LeaveReason.OTHER: N_("其他原因"),
}


class Recommendation(Draft):
    """A clerk's or officer's proposal; `agreed` says that the worker is present and agrees (推荐)."""

    person_id: RecordId
    opening_id: RecordId
    channel: Channel = Channel.COUNTER
    agreed: bool = False
    share_phone: bool = False


class IntroductionResultDraft(Draft):
    """The result of a letter (推荐结果登记)."""

    result: Result
    source: ResultSource = ResultSource.EMPLOYER
    reason: ResultReason | None = None
    starts_on: date | None = None
    wage_fen: Fen | None = None
    note: Line = ""


class FollowUpDraft(Draft):
    """The finding of a follow-up call (回访登记)."""

    outcome: FollowUpOutcome
    leave_reason: LeaveReason | None = None
    ended_on: date | None = None
    note: Line = ""


class OpeningNotOpen(Conflict):
    """The opening is not accepting applicants at the moment."""

    code = "opening-not-open"
    message = N_("这个岗位现在不招人，看看相近的岗位")


class NotRegistered(Conflict):
    """The worker has no valid registration."""

    code = "not-registered"
    message = N_("还没有有效的求职登记，请先登记或续期")


class FollowUpEarly(Conflict):
    """A call is recorded on its day or later; what will be so then is not known before."""

    code = "follow-up-early"
    message = N_("这次回访的日期是 {due}，还没到；如果本人已离职，可以现在登记")


class AlreadyIntroduced(Conflict):
    """An introduction to this opening is in progress."""

    code = "already-introduced"
    message = N_("已经推荐过这个岗位，正在等结果")


class RefusedToday(Conflict):
    """The worker or the employer said no to this pair today."""

    code = "refused-today"
    message = N_("这个岗位今天已经推荐过，没有成。请看看别的岗位，或者改天再推荐")


class KeptForOthers(Conflict):
    """The opening is kept for groups to which the worker does not belong."""

    code = "kept-for-others"
    message = N_("这个岗位只招：{groups}")


class NotLawful(Conflict):
    """The law does not allow this worker to do this work; the worker is shown the reason."""

    code = "not-lawful"
    message = N_("依法不能推荐：{reason}")


class AnswerTooLate(Conflict):
    """The letter went unanswered for so long that its result can no longer be entered."""

    code = "answer-too-late"
    message = N_("推荐信已超过 {days} 天没有回音，不能再登记结果")


@dataclass(frozen=True, slots=True)
class Rates:
    """Figures of a set of letters that count silence as silence (推荐成功率)."""

    letters: int
    hired: int
    known: int
    unknown: int

    @property
    def of_known(self) -> float:
        """Hires among the letters with a known result, 0 to 1."""
        return self.hired / self.known if self.known else 0.0

    @property
    def of_all(self) -> float:
        """Hires among all letters, 0 to 1."""
        return self.hired / self.letters if self.letters else 0.0


_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letter_number(centre_code: str, day: date, serial: int) -> str:
    """The number of a letter: centre, day, serial of the day, check character (ISO 7064, mod 37,36).

    >>> letter_number("XY", date(2026, 3, 2), 7)
    'XY-20260302-0007-R'
    """
    body = f"{centre_code}-{day:%Y%m%d}-{serial:04d}"
    return f"{body}-{_check(body)}"


def is_letter_number(text: str) -> bool:
    """Whether the check character of a letter number is right."""
    body, _, check = text.strip().upper().rpartition("-")
    return bool(body) and set(body) <= {*_ALPHABET, "-"} and _check(body) == check


def _check(body: str) -> str:
    rest = 36
    for letter in body:
        if letter in _ALPHABET:
            rest = (rest + _ALPHABET.index(letter)) % 36 or 36
            rest = rest * 2 % 37
    return _ALPHABET[(37 - rest) % 36]
