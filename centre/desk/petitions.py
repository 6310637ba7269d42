"""Visits, letters and calls with a request: answered in working days, closed with the person's verdict (信访接待)."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.calendar import add_working_days
from centre.desk.cases.kinds import Kind, Step
from centre.desk.cases.models import PersonCase
from centre.desk.cases.rules import Coded, StepReason, StepRemark, Told
from centre.drafts import Draft, Line, Words
from centre.ledger import Channel, ServiceCategory
from centre.permissions import Actor, Permission
from centre.policy import policy
from centre.states import Machine, Move
from centre.tables import coded
from centre.translation import N_


class PetitionTopic(Coded):
    """The subject of a petition (信访事项)."""

    WORK = "work", N_("找工作")
    TRAINING = "training", N_("想学技能")
    WAGES = "wages", N_("拖欠工资")
    LABOUR = "labour", N_("劳动争议")
    HARDSHIP = "hardship", N_("生活困难")
    MEDICAL = "medical", N_("看病减免")
    SCHOOLING = "schooling", N_("子女上学")
    INSURANCE = "insurance", N_("社会保险")
    COMPLAINT = "complaint", N_("对服务不满意")
    OTHER = "other", N_("其他")


class Satisfaction(Coded):
    """The person's verdict on the answer (满意度)."""

    SATISFIED = "satisfied", N_("满意")
    FAIR = "fair", N_("基本满意")
    DISSATISFIED = "dissatisfied", N_("不满意")
    UNASKED = "unasked", N_("没有问到")


class PetitionState(Coded):
    """Where a petition stands (信访件状态)."""

    RECEIVED = "received", N_("已登记")
    ASSIGNED = "assigned", N_("已交办")
    CONTACTED = "contacted", N_("已联系本人")
    ANSWERED = "answered", N_("已答复")
    CLOSED = "closed", N_("已办结")
    VOID = "void", N_("记错作废")


_S = PetitionState
_WORK = Permission.WORK_AT_DESK
PETITIONS = Machine(
    "petition",
    [
        Move(_S.RECEIVED, "assign", _S.ASSIGNED, _WORK),
        Move(_S.RECEIVED, "answer", _S.ANSWERED, _WORK),
        Move(_S.ASSIGNED, "contact", _S.CONTACTED, _WORK),
        Move(_S.ASSIGNED, "answer", _S.ANSWERED, _WORK),
        Move(_S.CONTACTED, "answer", _S.ANSWERED, _WORK),
        Move(_S.ANSWERED, "close", _S.CLOSED, _WORK),
        Move(_S.ANSWERED, "reopen", _S.ASSIGNED, _WORK),
        Move(_S.CLOSED, "reopen", _S.ASSIGNED, _WORK),
        *(Move(state, "void", _S.VOID, _WORK) for state in (_S.RECEIVED, _S.ASSIGNED, _S.CONTACTED)),
    ],
    {state: state.label for state in _S},
)


class PetitionDraft(Told):
    """A visit, a letter or a call as it is registered; giving a name is optional (信访登记)."""

    channel: Channel = Channel.COUNTER
    topic: PetitionTopic
    wait_seconds: Annotated[int, Field(ge=0, le=7200)] | None = None


class Assigning(Draft):
    """Who handles it (交办)."""

    handler: Words


class PetitionAnswer(Draft):
    """The answer that was given (答复)."""

    answer: Words


class PetitionVerdict(Draft):
    """The person's verdict (满意度)."""

    satisfaction: Satisfaction = Satisfaction.UNASKED
    reason: Line = ""


class Petition(PersonCase):
    """A visit, letter or call with a request and its clocks (信访件)."""

    __table_args__ = (
        CheckConstraint("state NOT IN ('answered', 'closed') OR answered_on IS NOT NULL", name="answered"),
        CheckConstraint("reopened >= 0", name="reopened"),
        Index("ix_petition_state", "state", "due_on"),
    )

    state: Mapped[PetitionState] = mapped_column(coded(PetitionState), default=PetitionState.RECEIVED)
    channel: Mapped[Channel] = mapped_column(coded(Channel))
    topic: Mapped[PetitionTopic] = mapped_column(coded(PetitionTopic))
    wait_seconds: Mapped[int | None]
    answered_in_time: Mapped[bool | None]
    handler: Mapped[str] = mapped_column(String(200), default="")
    contacted_on: Mapped[date | None]
    answer: Mapped[str] = mapped_column(String(200), default="")
    answered_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    satisfaction: Mapped[Satisfaction | None] = mapped_column(coded(Satisfaction))
    reopened: Mapped[int] = mapped_column(default=0)


def _receive(session: Session, actor: Actor, case: Petition, draft: PetitionDraft) -> None:
    today = clock.today()
    case.due_on = add_working_days(today, int(policy(session, "petition-contact-working-days", on=today)))
    if draft.channel is Channel.HOTLINE and draft.wait_seconds is not None:
        case.answered_in_time = draft.wait_seconds <= int(policy(session, "hotline-answer-seconds", on=today))


def _give_closing_day(session: Session, actor: Actor, case: Petition, draft: Any) -> None:
    today = clock.today()
    case.contacted_on = case.contacted_on or today
    case.due_on = add_working_days(today, int(policy(session, "petition-close-working-days", on=today)))


def _answer(session: Session, actor: Actor, case: Petition, draft: PetitionAnswer) -> None:
    case.contacted_on = case.contacted_on or clock.today()
    case.answered_on = clock.today()


def _close(session: Session, actor: Actor, case: Petition, draft: PetitionVerdict) -> None:
    case.closed_on, case.due_on = clock.today(), None


def _reopen(session: Session, actor: Actor, case: Petition, draft: StepReason) -> None:
    case.reopened += 1
    case.closed_on = case.satisfaction = case.contacted_on = None
    _receive(session, actor, case, PetitionDraft(topic=case.topic))


def _stop_clock(session: Session, actor: Actor, case: Petition, draft: StepReason) -> None:
    case.due_on = None


def _ways(case: Petition) -> list[tuple[str, str]]:
    """A request for work or training leads to the registration of the same person, without entering data again."""
    if case.topic not in (PetitionTopic.WORK, PetitionTopic.TRAINING):
        return []
    if case.person_id is None:
        return [(N_("办求职登记"), "/counter/register")]
    return [(N_("办求职登记、填技能和意向"), f"/counter/people/{case.person_id}/profile")]


PETITION = Kind(
    name="petition",
    path="petitions",
    label=N_("信访和热线"),
    start=N_("登记来访、来信、来电"),
    icon="phone",
    model=Petition,
    machine=PETITIONS,
    draft=PetitionDraft,
    steps=(
        Step("assign", N_("交办"), Assigning),
        Step("contact", N_("已联系本人"), StepRemark, _give_closing_day),
        Step("answer", N_("答复"), PetitionAnswer, _answer, tells=True),
        Step("close", N_("办结"), PetitionVerdict, _close),
        Step("reopen", N_("重新办理"), StepReason, _reopen),
        Step("void", N_("记错了，作废"), StepReason, _stop_clock),
    ),
    columns=("topic", "channel", "handler"),
    labels={
        "handler": N_("谁来办"),
        "wait_seconds": N_("电话等了几秒"),
        "answered_in_time": N_("规定秒数内接起"),
        "contacted_on": N_("联系本人"),
        "answer": N_("怎么答复的"),
        "answered_on": N_("答复日期"),
        "closed_on": N_("办结日期"),
        "satisfaction": N_("满意吗"),
        "reopened": N_("重新办理次数"),
    },
    hints={"wait_seconds": N_("只有热线要填"), "words": N_("不写姓名和证件号；内容加密保存")},
    opening=_receive,
    person="may",
    category=ServiceCategory.PETITION,
    counts_opening=True,
    links=_ways,
)
