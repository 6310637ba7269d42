"""Subsidies: the four patterns of terms, who is refused and why, and the states of a claim (培训补贴)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from centre.drafts import Draft, Line, RecordId
from centre.errors import Conflict, Forbidden
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_


class Programme(StrEnum):
    """By which pattern a subsidy is calculated (补贴方式)."""

    PER_DAY = "per_day"
    PER_CERTIFICATE = "per_certificate"
    PER_LEVEL = "per_level"
    PER_HOUR = "per_hour"


PROGRAMME_LABELS = {
    Programme.PER_DAY: N_("按天数"),
    Programme.PER_CERTIFICATE: N_("按证书"),
    Programme.PER_LEVEL: N_("按等级"),
    Programme.PER_HOUR: N_("按课时"),
}


class ClaimState(StrEnum):
    """Where a claim stands (补贴申请状态)."""

    CHECKING = "checking"
    REVIEWED = "reviewed"
    NOTICED = "noticed"
    RELEASED = "released"
    PAID = "paid"
    CLAWBACK = "clawback"
    ARCHIVED = "archived"
    RETURNED = "returned"


STATE_LABELS = {
    ClaimState.CHECKING: N_("核查中"),
    ClaimState.REVIEWED: N_("审核通过"),
    ClaimState.NOTICED: N_("公示中"),
    ClaimState.RELEASED: N_("批准拨付"),
    ClaimState.PAID: N_("已拨付"),
    ClaimState.CLAWBACK: N_("追回中"),
    ClaimState.ARCHIVED: N_("已归档"),
    ClaimState.RETURNED: N_("已退回"),
}

UNPAID = (ClaimState.CHECKING, ClaimState.REVIEWED, ClaimState.NOTICED, ClaimState.RELEASED)
"""States in which a claim may still go back to the school."""

_C = ClaimState
CLAIMS = Machine(
    "claim",
    [
        Move(_C.CHECKING, "review", _C.REVIEWED, Permission.REVIEW_CLAIM),
        Move(_C.REVIEWED, "notice", _C.NOTICED, Permission.REVIEW_CLAIM),
        Move(_C.NOTICED, "release", _C.RELEASED, Permission.REVIEW_CLAIM),
        Move(_C.RELEASED, "pay", _C.PAID, Permission.PAY_CLAIM),
        Move(_C.PAID, "claw-back", _C.CLAWBACK, Permission.REVIEW_CLAIM),
        Move(_C.CLAWBACK, "claw-back", _C.CLAWBACK, Permission.REVIEW_CLAIM),
        Move(_C.ARCHIVED, "claw-back", _C.CLAWBACK, Permission.REVIEW_CLAIM),
        Move(_C.CLAWBACK, "repay", _C.ARCHIVED, Permission.PAY_CLAIM),
        Move(_C.PAID, "archive", _C.ARCHIVED, Permission.REVIEW_CLAIM),
        *(Move(state, "return", _C.RETURNED, Permission.REVIEW_CLAIM) for state in UNPAID),
    ],
    STATE_LABELS,
)


class ClaimVerdict(StrEnum):
    """What a claim says of one trainee (补贴结论)."""

    GRANTED = "granted"
    REFUSED = "refused"


VERDICT_LABELS = {ClaimVerdict.GRANTED: N_("予以补贴"), ClaimVerdict.REFUSED: N_("不予补贴")}


class LineState(StrEnum):
    """What has become of the money of one trainee (补贴明细状态)."""

    REFUSED = "refused"
    GRANTED = "granted"
    RETURNED = "returned"
    PAID = "paid"
    DEMANDED = "demanded"
    REPAID = "repaid"


LINE_LABELS = {
    LineState.REFUSED: N_("不予补贴"),
    LineState.GRANTED: N_("予以补贴"),
    LineState.RETURNED: N_("申请已退回"),
    LineState.PAID: N_("已拨付"),
    LineState.DEMANDED: N_("追回中"),
    LineState.REPAID: N_("已追回"),
}

Fen = Annotated[int, Field(ge=0, le=10**9)]


class ClaimAct(Draft):
    """So much a day, up to a day of the course; the last step has no end."""

    until: Annotated[int, Field(ge=1)] | None = None
    fen: Fen


class DayTerms(Draft):
    """So much for each class day, in steps, up to a number of days (按天数)."""

    pattern: Literal["per_day"]
    steps: Annotated[list[ClaimAct], Field(min_length=1)]
    cap_days: Annotated[int, Field(ge=1)]


class CertificateTerms(Draft):
    """So much for a certificate; of several of one occupation in a year one counts (按证书)."""

    pattern: Literal["per_certificate"]
    fen: Fen


class LevelTerms(Draft):
    """So much by level of the certificate; in a year the highest one counts, once (按等级)."""

    pattern: Literal["per_level"]
    fen: dict[str, Fen]


class HourTerms(Draft):
    """So much for a lesson hour that was attended, up to an amount a person and year (按课时)."""

    pattern: Literal["per_hour"]
    fen: Fen
    cap_year_fen: Fen


Terms = DayTerms | CertificateTerms | LevelTerms | HourTerms
_TERMS: TypeAdapter[Terms] = TypeAdapter(Annotated[Terms, Field(discriminator="pattern")])


def read_terms(kept: Any) -> Terms:
    """The terms of a dated policy row. Raises pydantic's ValidationError for a row that says something else."""
    return _TERMS.validate_python(kept)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A subsidy that the person has or is about to get, at whatever school."""

    line_id: int
    programme: Programme
    occupation: str
    level: int
    year: int
    fen: int


@dataclass(frozen=True, slots=True)
class SubsidyCase:
    """What is known of one trainee when the subsidy is calculated; `government_fen` is its part of the tuition."""

    occupation: str
    level: int
    completed_on: date
    days: int
    hours: int
    completed: bool
    certified: bool
    percent: int = 100
    retired: bool = False
    government_fen: int = 0
    earlier: Sequence[Earlier] = ()

    def this_year(self, programme: Programme | None = None) -> list[Earlier]:
        """What the person got for courses completed in the same calendar year."""
        year = self.completed_on.year
        return [subsidy for subsidy in self.earlier if subsidy.year == year and programme in (None, subsidy.programme)]


@dataclass(frozen=True, slots=True)
class Decision:
    """An amount in fen, or the reason for none; `line_id` names the earlier subsidy that stands in the way."""

    fen: int = 0
    reason: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    line_id: int | None = None


REASONS = {
    "below-attendance": N_("出勤 {percent}%，没有达到要求"),
    "not-certified": N_("没有取得证书"),
    "government-split": N_("学费里政府已经出过这笔钱，不重复补贴"),
    "retired": N_("已到法定退休年龄，不能享受补贴"),
    "already-subsidised": N_("这个职业这个等级已经享受过补贴"),
    "year-count": N_("本年度享受补贴已满 {most} 次"),
    "year-occupation": N_("本年度同一职业的证书已补贴一次"),
    "year-level": N_("本年度已按同等或更高等级补贴"),
    "year-amount": N_("本年度补贴金额已到上限"),
    "level-unknown": N_("这个等级没有补贴标准"),
}
"""Why a trainee is not subsidised; the school reads these words and never another school's name (TR-05)."""


def decide(terms: Terms, case: SubsidyCase, *, most_a_year: int) -> Decision:
    """What one trainee is subsidised with, or why not: VR13, VR18, TR-04, TR-05, TR-09 and the pattern's own caps."""
    if case.retired:
        return Decision(reason="retired")
    if not case.completed:
        return Decision(reason="below-attendance", params={"percent": case.percent})
    if isinstance(terms, CertificateTerms | LevelTerms) and not case.certified:
        return Decision(reason="not-certified")
    for subsidy in case.earlier:
        if (subsidy.occupation, subsidy.level) == (case.occupation, case.level):
            return Decision(reason="already-subsidised", line_id=subsidy.line_id)
    if len(case.this_year()) >= most_a_year:
        return Decision(reason="year-count", params={"most": most_a_year}, line_id=case.this_year()[-1].line_id)
    decision = _amount(terms, case)
    if not decision.fen or not case.government_fen:
        return decision
    # The price was divided with the government already; only what goes beyond that part may be claimed.
    rest = decision.fen - case.government_fen
    return Decision(rest) if rest > 0 else Decision(reason="government-split")


def _amount(terms: Terms, case: SubsidyCase) -> Decision:
    match terms:
        case DayTerms():
            return Decision(day_table(terms, case.days))
        case CertificateTerms():
            same = [
                subsidy
                for subsidy in case.this_year(Programme.PER_CERTIFICATE)
                if subsidy.occupation == case.occupation
            ]
            if same:
                return Decision(reason="year-occupation", line_id=same[-1].line_id)
            return Decision(terms.fen)
        case LevelTerms():
            if str(case.level) not in terms.fen:
                return Decision(reason="level-unknown")
            had = case.this_year(Programme.PER_LEVEL)
            fen = terms.fen[str(case.level)] - sum(subsidy.fen for subsidy in had)
            return Decision(fen) if fen > 0 else Decision(reason="year-level", line_id=had[-1].line_id if had else None)
        case HourTerms():
            had = case.this_year(Programme.PER_HOUR)
            fen = min(case.hours * terms.fen, terms.cap_year_fen - sum(subsidy.fen for subsidy in had))
            return Decision(fen) if fen > 0 else Decision(reason="year-amount")


def day_table(terms: DayTerms, days: int) -> int:
    """The amount for a number of class days, in fen (TR-04)."""
    total, counted = 0, 0
    for step in terms.steps:
        end = min(days, terms.cap_days, step.until or days)
        total += max(0, end - counted) * step.fen
        counted = max(counted, end)
    return total


class ClaimOpen(Conflict):
    """A claim for the class is under way or was paid."""

    code = "claim-open"
    message = N_("这个班已经申请过补贴")


class ClaimBlocked(Conflict):
    """The integrity desk has open questions about the class."""

    code = "claim-blocked"
    message = N_("这个班有 {count} 个疑点没有解除，补贴申请暂停办理")


class NothingGranted(Conflict):
    """No member of the class is subsidised, so there is nothing to claim."""

    code = "nothing-granted"
    message = N_("没有一名学员符合补贴条件")


class OwnClaim(Forbidden):
    """A user who entered a claim, or belongs to its school, cannot decide on it, whatever roles the account holds."""

    code = "own-claim"
    message = N_("谁申请谁不能审核，请换一位同事办理")


class SamePerson(Forbidden):
    """Releasing and paying take two people."""

    code = "same-person"
    message = N_("批准拨付和拨付要由两个人办理")


class NoticeRunning(Conflict):
    """The public notice has not been up for its days."""

    code = "notice-running"
    message = N_("公示到 {until} 结束，之后才能批准拨付")


class ClaimDraft(Draft):
    """A claim for a class that was assessed (补贴申请)."""

    class_id: RecordId
    programme: Programme


class PaymentDraft(Draft):
    """From which fund a claim is paid, and the voucher (拨付)."""

    fund_id: RecordId
    voucher: Annotated[Line, StringConstraints(min_length=1, max_length=60)]


class ClawbackDraft(Draft):
    """Whose subsidies are demanded back, and why; without names, everybody's (追回)."""

    enrolment_ids: Annotated[list[RecordId], Field(default_factory=list, max_length=600)]
    reason: Annotated[Line, StringConstraints(min_length=1)]
