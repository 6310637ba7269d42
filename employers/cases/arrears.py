"""Wages owed: complainants, what is claimed, proved and got back; proof puts the employer on watch (欠薪投诉)."""

from datetime import date
from typing import Annotated

from pydantic import Field
from sqlalchemy import CheckConstraint, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.calendar import add_working_days
from centre.desk.cases.kinds import Kind, Lines, Step
from centre.desk.cases.models import Case, CaseLine
from centre.desk.cases.rules import Coded, Money, NotPermitted, StepReason, StepRemark, Told
from centre.drafts import Draft, Fen, Line, RecordId, Words
from centre.ledger import Channel, ServiceCategory
from centre.people import Person
from centre.permissions import Actor, Permission
from centre.policy import policy
from centre.states import Machine, Move
from centre.tables import coded
from centre.translation import N_, Term
from employers.cases.choices import all_employers, employer_named
from employers.companies.actions import judge_employer
from employers.companies.models import Employer
from employers.companies.rules import EmployerState


class ArrearsState(Coded):
    """Where a complaint stands (欠薪投诉状态)."""

    RECEIVED = "received", N_("已收到")
    REGISTERED = "registered", N_("已登记")
    VERIFYING = "verifying", N_("核实中")
    REFERRED = "referred", N_("已转劳动监察")
    MEDIATING = "mediating", N_("调解追讨中")
    PART_RECOVERED = "part_recovered", N_("追回一部分")
    RECOVERED = "recovered", N_("全部追回")
    ESCALATED = "escalated", N_("仲裁或诉讼")
    CLOSED = "closed", N_("已结案")


_S = ArrearsState
_WORK, _VERIFY = Permission.WORK_AT_DESK, Permission.VERIFY_EMPLOYER
ARREARS_MACHINE = Machine(
    "arrears",
    [
        Move(_S.RECEIVED, "register", _S.REGISTERED, _WORK),
        Move(_S.REGISTERED, "accept", _S.VERIFYING, _WORK),
        Move(_S.REGISTERED, "refer", _S.REFERRED, _WORK),
        Move(_S.REGISTERED, "close", _S.CLOSED, _WORK),
        Move(_S.REFERRED, "accept", _S.VERIFYING, _WORK),
        Move(_S.VERIFYING, "verify", _S.MEDIATING, _VERIFY),
        Move(_S.VERIFYING, "close", _S.CLOSED, _WORK),
        Move(_S.MEDIATING, "recover", _S.PART_RECOVERED, _WORK),
        Move(_S.MEDIATING, "recover-all", _S.RECOVERED, _WORK),
        Move(_S.PART_RECOVERED, "recover", _S.PART_RECOVERED, _WORK),
        Move(_S.PART_RECOVERED, "recover-all", _S.RECOVERED, _WORK),
        Move(_S.MEDIATING, "escalate", _S.ESCALATED, _VERIFY),
        Move(_S.PART_RECOVERED, "escalate", _S.ESCALATED, _VERIFY),
        Move(_S.ESCALATED, "recover-all", _S.RECOVERED, _WORK),
        Move(_S.ESCALATED, "close", _S.CLOSED, _WORK),
        Move(_S.RECOVERED, "close", _S.CLOSED, _WORK),
    ],
    {state: state.label for state in _S},
)


PROVED = N_("欠薪投诉经核实属实")
"""Why an employer with a proved claim is watched."""

OWING = (_S.MEDIATING, _S.PART_RECOVERED, _S.ESCALATED)
"""States of a proved claim that is not paid."""


class ArrearsDraft(Told):
    """A complaint about unpaid wages (欠薪投诉)."""

    channel: Channel = Channel.COUNTER
    accused_id: RecordId | None = None
    employer_name: Words
    site: Line = ""
    people: Annotated[int, Field(ge=1, le=10_000)] = 1
    owed_from: date | None = None
    claimed_fen: Money
    evidence: Line = ""


class Verification(Draft):
    """What is proved, and with which bodies (核实)."""

    accused_id: RecordId | None = None
    verified_fen: Money
    partner: Line = ""
    reason: Line = ""


class Recovery(Draft):
    """What has been paid to the workers this time (追回)."""

    recovered_now_fen: Money
    reason: Line = ""


class ComplainantDraft(Draft):
    """One of the workers who complain (投诉人)."""

    person_id: RecordId | None = None
    trainee_name: Line = ""
    owed_fen: Fen = 0


class WageArrears(Case):
    """A complaint about unpaid wages (欠薪投诉)."""

    __table_args__ = (
        CheckConstraint("claimed_fen > 0 AND verified_fen >= 0 AND recovered_fen >= 0", name="money"),
        CheckConstraint("recovered_fen <= verified_fen", name="recovered"),
        CheckConstraint("verified_by IS NULL OR verified_by <> opened_by", name="verifier"),
    )

    state: Mapped[ArrearsState] = mapped_column(coded(ArrearsState), default=ArrearsState.RECEIVED)
    channel: Mapped[Channel] = mapped_column(coded(Channel))
    accused_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id"), index=True)
    employer_name: Mapped[str] = mapped_column(String(200))
    site: Mapped[str] = mapped_column(String(200), default="")
    people: Mapped[int] = mapped_column(default=1)
    owed_from: Mapped[date | None]
    claimed_fen: Mapped[int]
    verified_fen: Mapped[int] = mapped_column(default=0)
    recovered_fen: Mapped[int] = mapped_column(default=0)
    recovered_now_fen: Mapped[int] = mapped_column(default=0)
    evidence: Mapped[str] = mapped_column(String(200), default="")
    partner: Mapped[str] = mapped_column(String(200), default="")
    verified_by: Mapped[int | None]
    closed_on: Mapped[date | None]


class Complainant(CaseLine):
    """One of the workers who complain (投诉人)."""

    __table_args__ = (CheckConstraint("owed_fen >= 0", name="owed"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("wage_arrears.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    trainee_name: Mapped[str] = mapped_column(String(200))
    owed_fen: Mapped[int] = mapped_column(default=0)


def recovered_fen(session: Session) -> int:
    """What has been got back in all; each sum counts once."""
    return int(session.scalar(select(func.sum(WageArrears.recovered_fen))) or 0)


def _receive(session: Session, actor: Actor, case: WageArrears, draft: ArrearsDraft) -> None:
    case.accused_id = case.accused_id or employer_named(session, case.employer_name)
    days = int(policy(session, "arrears-verify-working-days", on=clock.today()))
    case.due_on = add_working_days(clock.today(), days)


def _complain(draft: ArrearsDraft, person: Person) -> ComplainantDraft:
    """Who complains alone is owed the whole claim."""
    owed_fen = draft.claimed_fen if draft.people == 1 else 0
    return ComplainantDraft(person_id=person.id, trainee_name=person.name, owed_fen=owed_fen)


def _verify(session: Session, actor: Actor, case: WageArrears, draft: Verification) -> None:
    """A proved claim puts the employer on watch at once; without a registered employer the claim alone is kept."""
    case.due_on = None
    _judge(session, actor, case, EmployerState.ACTIVE, "warn", PROVED)


def _escalate(session: Session, actor: Actor, case: WageArrears, draft: StepReason) -> None:
    """A refusal to pay suspends, also an employer that was cleared meanwhile."""
    _judge(session, actor, case, EmployerState.ACTIVE, "warn", PROVED)
    _judge(session, actor, case, EmployerState.WATCH, "suspend", N_("欠薪拒不支付，已进入仲裁或诉讼"))


def _judge(session: Session, actor: Actor, case: WageArrears, source: EmployerState, event: str, reason: str) -> None:
    """Move the accused employer if it is registered and stands in `source`; the database is asked for its state."""
    if case.accused_id is None:
        return
    state = session.scalar(select(Employer.state).where(Employer.id == case.accused_id))
    if state is source:
        judge_employer(session, actor, employer_id=case.accused_id, event=event, reason=reason)


def _recover(session: Session, actor: Actor, case: WageArrears, draft: Recovery) -> None:
    if case.recovered_fen + draft.recovered_now_fen > case.verified_fen:
        raise NotPermitted(why=Term(N_("追回的钱超过了核实的金额，请核对")))
    case.recovered_fen += draft.recovered_now_fen


def _recover_all(session: Session, actor: Actor, case: WageArrears, draft: StepRemark) -> None:
    case.recovered_now_fen = case.verified_fen - case.recovered_fen
    case.recovered_fen = case.verified_fen


def _close(session: Session, actor: Actor, case: WageArrears, draft: StepReason) -> None:
    case.closed_on, case.due_on = clock.today(), None


ARREARS = Kind(
    name="arrears",
    path="arrears",
    label=N_("欠薪投诉"),
    start=N_("登记欠薪投诉"),
    icon="warn",
    model=WageArrears,
    machine=ARREARS_MACHINE,
    draft=ArrearsDraft,
    steps=(
        Step("register", N_("登记立案"), StepRemark),
        Step("accept", N_("开始核实"), StepRemark),
        Step("refer", N_("转劳动监察"), StepReason),
        Step("verify", N_("核实属实"), Verification, _verify, "verified_by", ("opened_by",)),
        Step("recover", N_("追回一部分"), Recovery, _recover),
        Step("recover-all", N_("余款全部追回"), StepRemark, _recover_all),
        Step("escalate", N_("申请仲裁或起诉"), StepReason, _escalate),
        Step("close", N_("结案"), StepReason, _close),
    ),
    columns=("employer_name", "site", "people", "claimed_fen", "recovered_fen"),
    labels={
        "accused_id": N_("被投诉单位（已登记的）"),
        "employer_name": N_("单位名称"),
        "site": N_("工地或车间"),
        "people": N_("多少人"),
        "owed_from": N_("从哪天起欠"),
        "claimed_fen": N_("要求支付"),
        "verified_fen": N_("核实金额"),
        "recovered_fen": N_("已追回"),
        "recovered_now_fen": N_("这次追回"),
        "evidence": N_("证据"),
        "partner": N_("配合部门"),
        "closed_on": N_("结案日期"),
        "trainee_name": N_("姓名"),
        "owed_fen": N_("欠多少"),
    },
    hints={"accused_id": N_("没有登记过的单位可以不选")},
    options={"accused_id": all_employers},
    opening=_receive,
    category=ServiceCategory.PETITION,
    topic="wages",
    counts_opening=True,
    lines=Lines("complainants", N_("投诉人"), Complainant, ComplainantDraft, ("trainee_name", "owed_fen")),
    first_line=_complain,
    signatures=(N_("经办人"), N_("投诉人代表")),
    group="work",
)
