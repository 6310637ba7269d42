"""Living relief: small sums on the same day by two people, larger ones by three, in money or goods (生活救助)."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.desk.cases.kinds import Kind, Step
from centre.desk.cases.models import PersonCase
from centre.desk.cases.rules import Coded, Money, NotPermitted, StepReason, StepRemark, Told, missing
from centre.drafts import Draft, Line, RecordId, Words
from centre.errors import NotFound
from centre.funds.models import Fund, FundMovement
from centre.funds.movements import bring_in, spend
from centre.funds.queries import funds
from centre.funds.rules import FundPurpose, MovementKind
from centre.ledger import ServiceCategory
from centre.network import Centre, CentreLevel
from centre.people import Person
from centre.permissions import Actor, Permission
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.states import Machine, Move
from centre.tables import coded
from centre.translation import N_, Term

YEAR = timedelta(days=365)


class ReliefForm(Coded):
    """In what form help is given (救助形式)."""

    CASH = "cash", N_("现金")
    GOODS = "goods", N_("实物")
    STUDY = "study", N_("助学")
    MEDICAL = "medical", N_("医疗")


class ReliefState(Coded):
    """Where an application for relief stands (救助状态)."""

    APPLIED = "applied", N_("已申请")
    REVIEWED = "reviewed", N_("已复核")
    APPROVED = "approved", N_("已批准")
    PAID = "paid", N_("已发放")
    SIGNED = "signed", N_("已签收")
    CLOSED = "closed", N_("已办结")
    REFUSED = "refused", N_("未批准")
    VOID = "void", N_("记错作废")


_S = ReliefState
_WORK, _DECIDE = Permission.WORK_AT_DESK, Permission.DECIDE_AT_DESK
RELIEF_MACHINE = Machine(
    "relief",
    [
        Move(_S.APPLIED, "approve-fast", _S.APPROVED, _WORK),
        Move(_S.APPLIED, "review", _S.REVIEWED, _WORK),
        Move(_S.REVIEWED, "approve", _S.APPROVED, _DECIDE),
        Move(_S.APPROVED, "pay", _S.PAID, _WORK),
        Move(_S.PAID, "sign", _S.SIGNED, _WORK),
        Move(_S.SIGNED, "close", _S.CLOSED, _WORK),
        *(Move(state, "refuse", _S.REFUSED, _WORK) for state in (_S.APPLIED, _S.REVIEWED)),
        *(Move(state, "void", _S.VOID, _DECIDE) for state in (_S.APPLIED, _S.APPROVED, _S.PAID, _S.SIGNED)),
    ],
    {state: state.label for state in _S},
)


class ReliefDraft(Told):
    """An application for relief on one page (救助申请)."""

    form: ReliefForm = ReliefForm.CASH
    asked_fen: Money
    household: Annotated[int, Field(ge=1, le=20)] = 1
    goods: Line = ""
    can_work: bool = False


class FastApproval(Draft):
    """The approval of a small sum by a second person (快速审批)."""

    fund_id: RecordId
    reason: Line = ""


class Approval(Draft):
    """The approval of a reviewed application (审批)."""

    fund_id: RecordId
    granted_fen: Money
    reason: Line = ""


class Payment(Draft):
    """The voucher of the payment or of the goods (发放)."""

    voucher: Annotated[Words, StringConstraints(max_length=60)]


class Receipt(Draft):
    """The receipt that the person signed (签收)."""

    receipt_no: Annotated[Words, StringConstraints(max_length=60)]


class Relief(PersonCase):
    """Help in money or goods for a household in need (生活救助)."""

    __table_args__ = (
        CheckConstraint("asked_fen > 0 AND granted_fen >= 0", name="money"),
        CheckConstraint("approved_by IS NULL OR approved_by <> opened_by", name="approver"),
        CheckConstraint("reviewed_by IS NULL OR (reviewed_by <> opened_by AND reviewed_by <> approved_by)",
                        name="reviewer"),
        CheckConstraint("paid_by IS NULL OR paid_by <> approved_by", name="payer"),
        CheckConstraint("state NOT IN ('paid', 'signed', 'closed') OR movement_id IS NOT NULL", name="paid"),
        Index("ix_relief_state", "state", "centre_id"),
    )  # fmt: skip

    state: Mapped[ReliefState] = mapped_column(coded(ReliefState), default=ReliefState.APPLIED)
    form: Mapped[ReliefForm] = mapped_column(coded(ReliefForm))
    asked_fen: Mapped[int]
    granted_fen: Mapped[int] = mapped_column(default=0)
    household: Mapped[int] = mapped_column(default=1)
    goods: Mapped[str] = mapped_column(String(200), default="")
    can_work: Mapped[bool] = mapped_column(default=False)
    repeats: Mapped[int] = mapped_column(default=0)
    is_fast: Mapped[bool] = mapped_column(default=False)
    fund_id: Mapped[int | None] = mapped_column(ForeignKey("fund.id"))
    reviewed_by: Mapped[int | None]
    approved_by: Mapped[int | None]
    paid_by: Mapped[int | None]
    paid_on: Mapped[date | None]
    movement_id: Mapped[int | None] = mapped_column(ForeignKey("fund_movement.id"), unique=True)
    voucher: Mapped[str] = mapped_column(String(60), default="")
    receipt_no: Mapped[str] = mapped_column(String(60), default="")


def earlier_relief(session: Session, person_id: int, on: date) -> int:
    """How often a person was paid relief, at whatever centre, in the year before a day."""
    with seeing_everything(session):
        count = select(func.count()).where(
            Relief.person_id == person_id, Relief.paid_on > on - YEAR, Relief.paid_on <= on,
            Relief.state.in_((_S.PAID, _S.SIGNED, _S.CLOSED)),
        )  # fmt: skip
        return int(session.scalar(count) or 0)


def promised_relief(session: Session, case: Relief) -> int:
    """How many other applications of the same person are approved and not yet paid, at whatever centre."""
    with seeing_everything(session):
        count = select(func.count()).where(
            Relief.person_id == case.person_id, Relief.id != case.id, Relief.state == _S.APPROVED
        )
        return int(session.scalar(count) or 0)


def lock_person(session: Session, person_id: int) -> None:
    """Serialise approvals for one person: two at once would each miss the other, and exceed the yearly limit."""
    with seeing_everything(session):
        session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def relief_funds(session: Session) -> list[tuple[int, str]]:
    """The funds whose purpose is relief: the reader's own and the city's, which pays for the cases of all counties."""
    own = [(fund.id, fund.name) for fund in session.scalars(funds(FundPurpose.RELIEF))]
    with seeing_everything(session):
        cities = select(Centre.id).where(Centre.level == CentreLevel.CITY)
        shared = session.scalars(funds(FundPurpose.RELIEF).where(Fund.centre_id.in_(cities)))
        return list(dict([*own, *((fund.id, fund.name) for fund in shared)]).items())


def require_relief_fund(session: Session, fund_id: int) -> None:
    """Refuse a fund that is not one to choose from, such as another county's. Raises NotFound."""
    if fund_id not in dict(relief_funds(session)):
        raise NotFound


def _apply(session: Session, actor: Actor, case: Relief, draft: ReliefDraft) -> None:
    if draft.form is ReliefForm.GOODS and not draft.goods:
        raise missing("goods", N_("发实物的，请写明是什么、多少"))
    case.repeats = earlier_relief(session, case.person_id or 0, clock.today())


def _approve_fast(session: Session, actor: Actor, case: Relief, draft: FastApproval) -> None:
    require_relief_fund(session, draft.fund_id)
    today = clock.today()
    limit = int(policy(session, "relief-fast-limit-fen", on=today))
    most = int(policy(session, "relief-fast-times-per-year", on=today))
    if case.asked_fen > limit:
        raise NotPermitted(why=Term(N_("超过快速审批的限额，请走复核和主任审批")))
    lock_person(session, case.person_id or 0)
    if earlier_relief(session, case.person_id or 0, today) + promised_relief(session, case) >= most:
        raise NotPermitted(why=Term(N_("十二个月内已经领过或批准过，请走复核和主任审批")))
    case.granted_fen, case.is_fast = case.asked_fen, True


def _approve(session: Session, actor: Actor, case: Relief, draft: Approval) -> None:
    require_relief_fund(session, draft.fund_id)
    limit = int(policy(session, "relief-limit-fen", on=clock.today()))
    if draft.granted_fen > limit:
        raise NotPermitted(why=Term(N_("超过一次救助的最高限额，请减少金额")))


def _pay(session: Session, actor: Actor, case: Relief, draft: Payment) -> None:
    movement = spend(
        session, fund_id=case.fund_id or 0, purpose=FundPurpose.RELIEF, kind=MovementKind.PAYMENT,
        amount_fen=case.granted_fen, subject=f"relief:{case.id}", account_id=actor.account_id, voucher=draft.voucher,
    )  # fmt: skip
    case.movement_id, case.paid_on = movement.id, clock.today()


def _void(session: Session, actor: Actor, case: Relief, draft: StepReason) -> None:
    """Money that was paid by mistake goes back to its fund."""
    if case.movement_id is None:
        return
    with seeing_everything(session):
        paid = session.get_one(FundMovement, case.movement_id)
    bring_in(
        session, fund_id=paid.fund_id, kind=MovementKind.REPAYMENT, amount_fen=-paid.amount_fen,
        subject=f"relief:{case.id}", account_id=actor.account_id, reverses=paid,
    )  # fmt: skip


def _ways(case: Relief) -> list[tuple[str, str]]:
    """A person who is able to work is offered a job and training at once (S10)."""
    if not case.can_work or case.person_id is None:
        return []
    there = f"/counter/people/{case.person_id}"
    return [(N_("推荐岗位"), f"{there}#matches"), (N_("推荐培训"), f"{there}#paths")]


RELIEF = Kind(
    name="relief",
    path="relief",
    label=N_("生活救助"),
    start=N_("申请生活救助"),
    icon="care",
    model=Relief,
    machine=RELIEF_MACHINE,
    draft=ReliefDraft,
    steps=(
        Step(
            "approve-fast",
            N_("快速批准（限额以内）"),
            FastApproval,
            _approve_fast,
            "approved_by",
            ("opened_by",),
            tells=True,
        ),
        Step("review", N_("复核"), StepRemark, None, "reviewed_by", ("opened_by",)),
        Step("approve", N_("批准"), Approval, _approve, "approved_by", ("opened_by", "reviewed_by"), tells=True),
        Step("pay", N_("发放"), Payment, _pay, "paid_by", ("approved_by",), records=True),
        Step("sign", N_("本人签收"), Receipt),
        Step("close", N_("办结"), StepRemark),
        Step("refuse", N_("不批准"), StepReason, None, "", ("opened_by",), tells=True),
        Step("void", N_("记错了，作废"), StepReason, _void, "", ("opened_by",)),
    ),
    columns=("form", "asked_fen", "granted_fen", "repeats"),
    labels={
        "form": N_("救助形式"),
        "asked_fen": N_("申请金额"),
        "household": N_("家里几口人"),
        "goods": N_("什么实物、多少"),
        "can_work": N_("能干活、愿意找工作"),
        "repeats": N_("十二个月内已领次数"),
        "is_fast": N_("快速审批"),
        "paid_on": N_("发放日期"),
    },
    hints={"asked_fen": N_("实物按折合金额填")},
    options={"fund_id": relief_funds},
    opening=_apply,
    person="must",
    category=ServiceCategory.RELIEF,
    topic="relief",
    amount="granted_fen",
    signatures=(N_("经办人"), N_("审批人"), N_("领取人")),
    links=_ways,
)
