"""Outcomes of talks at a booth, complaints, and the figures of a fair. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from centre.drafts import Draft, Line, Paragraph, RecordId
from centre.errors import Conflict
from centre.scans.rules import MOST_AT_ONCE, ScanDraft
from centre.translation import N_


class Outcome(StrEnum):
    """What came of a talk at a booth (洽谈结果)."""

    TALKED = "talked"
    INTENTION = "intention"
    INTERVIEW_SET = "interview_set"
    OFFER = "offer"
    NONE = "none"


OUTCOME_LABELS = {
    Outcome.TALKED: N_("谈过了"),
    Outcome.INTENTION: N_("达成意向"),
    Outcome.INTERVIEW_SET: N_("约了面试"),
    Outcome.OFFER: N_("当场录用"),
    Outcome.NONE: N_("不合适"),
}

WILLING = (Outcome.INTENTION, Outcome.INTERVIEW_SET, Outcome.OFFER)
"""Outcomes that count as an intention: both sides wish to go on (达成意向)."""


class ComplaintKind(StrEnum):
    """What a complaint at a fair is about (投诉事项)."""

    FEE = "fee"
    FALSE = "false"
    DISCRIMINATION = "discrimination"
    PROXY = "proxy"
    SAFETY = "safety"
    OTHER = "other"


COMPLAINT_LABELS = {
    ComplaintKind.FEE: N_("收费、收押金、扣证件"),
    ComplaintKind.FALSE: N_("岗位和说的不一样"),
    ComplaintKind.DISCRIMINATION: N_("歧视"),
    ComplaintKind.PROXY: N_("不是这家单位，替别人招人"),
    ComplaintKind.SAFETY: N_("现场安全"),
    ComplaintKind.OTHER: N_("其他"),
}


class ContactDraft(Draft):
    """One talk: a ticket or card, or an unnamed visitor, and the outcome (洽谈登记)."""

    code: Line = ""
    outcome: Outcome
    opening_id: RecordId | None = None


class TalkScan(ScanDraft):
    """One talk as a device at a booth sends it; the subject is that of the ticket or card, or empty (离线洽谈)."""

    outcome: Outcome


class TalkBatch(Draft):
    """The talks that a device at a booth recorded, with or without network (洽谈队列)."""

    device: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{8,40}$")]
    scans: Annotated[tuple[TalkScan, ...], Field(max_length=MOST_AT_ONCE)] = ()


class ComplaintDraft(Draft):
    """A complaint at a fair; the name of the one who complains is not asked (现场投诉)."""

    kind: ComplaintKind
    booth_no: Annotated[int, Field(ge=1, le=2000)] | None = None
    text: Annotated[Paragraph, StringConstraints(min_length=1)]


class AnswerDraft(Draft):
    """What was done about a complaint (处理结果)."""

    answer: Annotated[Line, StringConstraints(min_length=1)]


class AlreadyAnswered(Conflict):
    """What was done about the complaint has already been recorded."""

    code = "complaint-answered"
    message = N_("这条投诉已经处理过：{answer}")


class NotTheDay(Conflict):
    """Talks and complaints are recorded from the day of the fair on, until its figures are reported."""

    code = "not-the-day"
    message = N_("招聘会当天才能登记，上报以后不能再改")


class UnknownTicket(Conflict):
    """No ticket of this fair has the code."""

    code = "unknown-ticket"
    message = N_("这场招聘会没有这个入场号，请核对；没有票的人请不填号码")


@dataclass(frozen=True, slots=True)
class Talk:
    """One pair of visitor and booth with its outcome; without a visitor each talk is its own (洽谈)."""

    booth_id: int
    visitor_id: int | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures that a fair reports (统计数字)."""

    employers: int
    positions: int
    visitors: int
    intentions: int
    hired: int


def figures(*, employers: int, positions: int, visitors: int, talks: Iterable[Talk]) -> Figures:
    """The figures of a fair: an intention is a pair of visitor and booth, a hire is a visitor; nothing counts twice."""
    talks = list(talks)
    willing = {(talk.booth_id, talk.visitor_id) for talk in talks if talk.visitor_id and talk.outcome in WILLING}
    unnamed = sum(talk.visitor_id is None and talk.outcome in WILLING for talk in talks)
    hired = {talk.visitor_id for talk in talks if talk.visitor_id and talk.outcome is Outcome.OFFER}
    unnamed_hired = sum(talk.visitor_id is None and talk.outcome is Outcome.OFFER for talk in talks)
    return Figures(employers, positions, visitors, len(willing) + unnamed, len(hired) + unnamed_hired)
