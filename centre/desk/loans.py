"""Small start-up loans: asked here, decided by the bank, repaid in parts; the cap is a dated rule (小额贷款)."""

from datetime import date
from typing import Annotated

from pydantic import Field
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.calendar import add_months
from centre.desk.cases.kinds import Kind, Lines, Step
from centre.desk.cases.models import CaseLine, PersonCase
from centre.desk.cases.rules import Coded, Money, NotPermitted, StepReason, StepRemark, Told
from centre.drafts import Draft, Line, NearDay, Words
from centre.ledger import ServiceCategory
from centre.permissions import Actor, Permission
from centre.policy import policy
from centre.states import Machine, Move
from centre.tables import coded
from centre.translation import N_, Term


class LoanState(Coded):
    """Where a loan stands (贷款状态)."""

    ASKED = "asked", N_("已申请")
    SUBMITTED = "submitted", N_("已报银行")
    GRANTED = "granted", N_("银行已批准")
    REPAYING = "repaying", N_("还款中")
    OVERDUE = "overdue", N_("逾期")
    REPAID = "repaid", N_("已还清")
    REFUSED = "refused", N_("未批准")


_S = LoanState
_WORK, _DECIDE = Permission.WORK_AT_DESK, Permission.DECIDE_AT_DESK
LOANS = Machine(
    "loan",
    [
        Move(_S.ASKED, "submit", _S.SUBMITTED, _DECIDE),
        Move(_S.SUBMITTED, "grant", _S.GRANTED, _WORK),
        Move(_S.GRANTED, "pay-out", _S.REPAYING, _WORK),
        Move(_S.REPAYING, "fall-due", _S.OVERDUE, _WORK),
        Move(_S.OVERDUE, "resume", _S.REPAYING, _WORK),
        Move(_S.REPAYING, "settle", _S.REPAID, _WORK),
        Move(_S.OVERDUE, "settle", _S.REPAID, _WORK),
        *(Move(state, "refuse", _S.REFUSED, _WORK) for state in (_S.ASKED, _S.SUBMITTED)),
    ],
    {state: state.label for state in _S},
)


class LoanDraft(Told):
    """An application for a loan (贷款申请)."""

    purpose: Words
    guarantor: Line = ""
    bank: Line = ""
    asked_fen: Money


class Granting(Draft):
    """What the bank granted, and for how long (批准)."""

    granted_fen: Money
    months: Annotated[int, Field(ge=1, le=60)] = 24


class RepaymentDraft(Draft):
    """One repayment (还款)."""

    paid_on: NearDay
    amount_fen: Money


class MicroLoan(PersonCase):
    """A small loan for a start in business, granted by a bank (小额贷款)."""

    __table_args__ = (
        CheckConstraint("granted_fen >= 0 AND repaid_fen >= 0 AND repaid_fen <= granted_fen", name="money"),
        CheckConstraint("submitted_by IS NULL OR submitted_by <> opened_by", name="submitter"),
    )

    state: Mapped[LoanState] = mapped_column(coded(LoanState), default=LoanState.ASKED)
    purpose: Mapped[str] = mapped_column(String(200))
    guarantor: Mapped[str] = mapped_column(String(200), default="")
    bank: Mapped[str] = mapped_column(String(200), default="")
    asked_fen: Mapped[int]
    granted_fen: Mapped[int] = mapped_column(default=0)
    months: Mapped[int | None]
    granted_on: Mapped[date | None]
    repaid_fen: Mapped[int] = mapped_column(default=0)
    submitted_by: Mapped[int | None]


class LoanRepayment(CaseLine):
    """One repayment of a loan (还款记录)."""

    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("micro_loan.id"), index=True)
    paid_on: Mapped[date]
    amount_fen: Mapped[int]


def _ask(session: Session, actor: Actor, case: MicroLoan, draft: LoanDraft) -> None:
    _keep_cap(session, draft.asked_fen)


def _grant(session: Session, actor: Actor, case: MicroLoan, draft: Granting) -> None:
    _keep_cap(session, draft.granted_fen)
    case.granted_on = clock.today()
    case.due_on = add_months(clock.today(), draft.months)


def _keep_cap(session: Session, fen: int) -> None:
    if fen > int(policy(session, "loan-cap-fen", on=clock.today())):
        raise NotPermitted(why=Term(N_("超过小额贷款的最高额度，请减少金额")))


def _repay(session: Session, actor: Actor, case: MicroLoan, line: LoanRepayment) -> None:
    if case.repaid_fen + line.amount_fen > case.granted_fen:
        raise NotPermitted(why=Term(N_("还款加起来超过了贷款金额，请核对")))
    case.repaid_fen += line.amount_fen


def _settle(session: Session, actor: Actor, case: MicroLoan, draft: Draft) -> None:
    if case.repaid_fen < case.granted_fen:
        raise NotPermitted(why=Term(N_("还没有还清，请先登记还款")))
    case.due_on = None


LOAN = Kind(
    name="loan",
    path="loans",
    label=N_("小额贷款"),
    start=N_("申请小额贷款"),
    icon="wage",
    model=MicroLoan,
    machine=LOANS,
    draft=LoanDraft,
    steps=(
        Step("submit", N_("审核后报银行"), StepRemark, None, "submitted_by", ("opened_by",)),
        Step("grant", N_("银行批准"), Granting, _grant, records=True, tells=True),
        Step("pay-out", N_("已放款"), StepRemark),
        Step("fall-due", N_("逾期"), StepRemark),
        Step("resume", N_("恢复还款"), StepRemark),
        Step("settle", N_("还清"), StepRemark, _settle),
        Step("refuse", N_("未批准"), StepReason, tells=True),
    ),
    columns=("purpose", "asked_fen", "granted_fen", "repaid_fen"),
    labels={
        "purpose": N_("做什么用"),
        "guarantor": N_("担保人"),
        "bank": N_("银行"),
        "asked_fen": N_("申请金额"),
        "months": N_("几个月还清"),
        "granted_on": N_("批准日期"),
        "repaid_fen": N_("已还金额"),
        "paid_on": N_("还款日期"),
    },
    opening=_ask,
    person="must",
    category=ServiceCategory.OTHER,
    topic="loan",
    amount="granted_fen",
    lines=Lines(
        "repayments", N_("还款记录"), LoanRepayment, RepaymentDraft, ("paid_on", "amount_fen"), _repay,
        frozenset({LoanState.REPAYING.value, LoanState.OVERDUE.value}),
    ),
    signatures=(N_("经办人"), N_("担保人"), N_("借款人")),
    group="money",
)  # fmt: skip
