"""Donations: pledged, received, receipted, put into a fund or handed out, spent, or given back (捐款捐物)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import CheckConstraint, ForeignKey, Select, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.desk.cases.kinds import Kind, Step
from centre.desk.cases.models import Case
from centre.desk.cases.rules import Coded, Money, StepReason, StepRemark
from centre.drafts import Draft, Line, RecordId, Words
from centre.errors import Conflict
from centre.funds.movements import bring_in, spend
from centre.funds.queries import fund, funds, spent_of_donations
from centre.funds.rules import FundPurpose, MovementKind
from centre.permissions import Actor, Permission
from centre.scopes import seeing_everything
from centre.states import Machine, Move, move
from centre.tables import coded
from centre.translation import N_


class DonationPurpose(Coded):
    """What the donor wants done with it (捐赠意向)."""

    RELIEF = "relief", N_("生活救助")
    TUITION = "tuition", N_("学费补助")
    ANY = "any", N_("由中心安排")


class DonationState(Coded):
    """Where a donation stands (捐赠状态)."""

    PLEDGED = "pledged", N_("已认捐")
    RECEIVED = "received", N_("已收到")
    RECEIPTED = "receipted", N_("已开收据")
    ALLOCATED = "allocated", N_("已入资金")
    SPENT = "spent", N_("已用完")
    RETURNED = "returned", N_("已退还")
    WITHDRAWN = "withdrawn", N_("不捐了")


_S = DonationState
_WORK, _DECIDE = Permission.WORK_AT_DESK, Permission.DECIDE_AT_DESK
DONATIONS = Machine(
    "donation",
    [
        Move(_S.PLEDGED, "receive", _S.RECEIVED, _WORK),
        Move(_S.PLEDGED, "withdraw", _S.WITHDRAWN, _WORK),
        Move(_S.RECEIVED, "receipt", _S.RECEIPTED, _WORK),
        Move(_S.RECEIPTED, "allocate", _S.ALLOCATED, _DECIDE),
        Move(_S.RECEIPTED, "hand-out", _S.SPENT, _DECIDE),
        Move(_S.ALLOCATED, "spend", _S.SPENT),
        *(Move(state, "return", _S.RETURNED, _DECIDE) for state in (_S.RECEIVED, _S.RECEIPTED, _S.ALLOCATED)),
    ],
    {state: state.label for state in _S},
)
HELD = (_S.RECEIVED, _S.RECEIPTED)
"""States in which money is in the house and in no fund."""


class WishDiffers(Conflict):
    """The fund serves another purpose than the donor named."""

    code = "donation-wish"
    message = N_("捐赠人指定了用途，请选用途相同的资金")


class GoodsAreHandedOut(Conflict):
    """Goods cannot lie in a fund of money."""

    code = "donation-goods"
    message = N_("捐的是实物，不能划入资金，请登记发给了谁")


class MoneyGoesToAFund(Conflict):
    """Money is spent through a fund, never handed out."""

    code = "donation-money"
    message = N_("捐的是钱，请划入资金，从资金里支出")


class DonationSpent(Conflict):
    """What has been spent cannot be given back."""

    code = "donation-spent"
    message = N_("这笔捐款已经用了 {spent} 元，不能退还")


class DonationDraft(Draft):
    """A donation as it is promised (认捐)."""

    donor: Words
    anonymous: bool = False
    campaign: Line = ""
    wish: DonationPurpose = DonationPurpose.ANY
    amount_fen: Money
    goods: Line = ""


class Receiving(Draft):
    """The voucher of what came in (入账)."""

    voucher: Annotated[Words, StringConstraints(max_length=60)]


class Receipting(Draft):
    """The number of the receipt for the donor (收据)."""

    receipt_no: Annotated[Words, StringConstraints(max_length=60)]


class Allocation(Draft):
    """The fund that gets the money (分配)."""

    fund_id: RecordId


class HandingOut(Draft):
    """Who got the goods (发放)."""

    used_for: Words


class Donation(Case):
    """A gift of money or goods (捐赠)."""

    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("allocated_by IS NULL OR allocated_by <> opened_by", name="allocator"),
        CheckConstraint("returned_by IS NULL OR returned_by <> opened_by", name="returner"),
        CheckConstraint("state <> 'allocated' OR fund_id IS NOT NULL", name="fund"),
    )

    state: Mapped[DonationState] = mapped_column(coded(DonationState), default=DonationState.PLEDGED)
    donor: Mapped[str] = mapped_column(String(200))
    anonymous: Mapped[bool] = mapped_column(default=False)
    campaign: Mapped[str] = mapped_column(String(200), default="")
    wish: Mapped[DonationPurpose] = mapped_column(coded(DonationPurpose))
    amount_fen: Mapped[int]
    goods: Mapped[str] = mapped_column(String(200), default="")
    received_on: Mapped[date | None]
    receipt_no: Mapped[str] = mapped_column(String(60), default="")
    voucher: Mapped[str] = mapped_column(String(60), default="")
    fund_id: Mapped[int | None] = mapped_column(ForeignKey("fund.id"))
    used_for: Mapped[str] = mapped_column(String(200), default="")
    allocated_by: Mapped[int | None]
    returned_by: Mapped[int | None]


def published_donations() -> Select[Donation]:
    """Donations received, for the public list, newest first."""
    living = Donation.state.in_((*HELD, _S.ALLOCATED, _S.SPENT))
    return select(Donation).where(living).order_by(Donation.received_on.desc(), Donation.id.desc())


def unattributed_fen(session: Session) -> int:
    """Money received that is not yet in a fund."""
    waiting = (Donation.state.in_(HELD), Donation.goods == "")
    return int(session.scalar(select(func.sum(Donation.amount_fen)).where(*waiting)) or 0)


def spent_fen(session: Session, donations: Sequence[Donation]) -> dict[int, int]:
    """How much of each donation has been spent, in fen by its id."""
    in_funds = {case.fund_id for case in donations if case.fund_id is not None}
    with seeing_everything(session):
        shares = {subject: fen for fund_id in in_funds for subject, fen in spent_of_donations(session, fund_id).items()}
    return {
        case.id: case.amount_fen if case.state is _S.SPENT else shares.get(f"donation:{case.id}", 0)
        for case in donations
    }


def settle_donations(session: Session) -> None:
    """Mark the donations in funds as spent once the whole of their money is gone."""
    with seeing_everything(session):
        waiting = select(Donation).where(Donation.state == _S.ALLOCATED).order_by(Donation.id)
        donations = session.scalars(waiting).all()
        spent = spent_fen(session, donations)
        for donation in donations:
            if spent[donation.id] >= donation.amount_fen:
                move(session, Actor.system(), donation, DONATIONS, "spend")


def donation_funds(session: Session) -> list[tuple[int, str]]:
    """The funds that donations may go to; government subsidies take none."""
    return [(row.id, row.name) for row in session.scalars(funds()) if row.purpose is not FundPurpose.SUBSIDY]


def _receive(session: Session, actor: Actor, case: Donation, draft: Receiving) -> None:
    case.received_on = clock.today()


def _allocate(session: Session, actor: Actor, case: Donation, draft: Allocation) -> None:
    if case.goods:
        raise GoodsAreHandedOut
    chosen = fund(session, draft.fund_id)
    if case.wish is not DonationPurpose.ANY and chosen.purpose.value != case.wish.value:
        raise WishDiffers
    bring_in(
        session, fund_id=chosen.id, kind=MovementKind.DONATION, amount_fen=case.amount_fen,
        subject=f"donation:{case.id}", account_id=actor.account_id, voucher=case.voucher,
    )  # fmt: skip


def _hand_out(session: Session, actor: Actor, case: Donation, draft: HandingOut) -> None:
    if not case.goods:
        raise MoneyGoesToAFund


def _return(session: Session, actor: Actor, case: Donation, draft: StepReason) -> None:
    """Take the money out of its fund again. Raises DonationSpent when a part is spent, or FundShort."""
    if case.fund_id is None:
        return
    if spent := spent_fen(session, [case])[case.id]:
        raise DonationSpent(spent=f"{Decimal(spent) / 100:,.2f}")
    with seeing_everything(session):
        purpose = fund(session, case.fund_id).purpose
    spend(
        session, fund_id=case.fund_id, purpose=purpose, kind=MovementKind.RETURN, amount_fen=case.amount_fen,
        subject=f"donation:{case.id}", account_id=actor.account_id,
    )  # fmt: skip


DONATION = Kind(
    name="donation",
    path="donations",
    label=N_("捐款捐物"),
    start=N_("登记捐款捐物"),
    icon="wage",
    model=Donation,
    machine=DONATIONS,
    draft=DonationDraft,
    steps=(
        Step("receive", N_("已收到"), Receiving, _receive),
        Step("receipt", N_("开收据"), Receipting),
        Step("allocate", N_("划入资金"), Allocation, _allocate, "allocated_by", ("opened_by",)),
        Step("hand-out", N_("发放实物"), HandingOut, _hand_out, "allocated_by", ("opened_by",)),
        Step("return", N_("退还"), StepReason, _return, "returned_by", ("opened_by", "allocated_by")),
        Step("withdraw", N_("不捐了"), StepRemark),
    ),
    columns=("donor", "campaign", "amount_fen", "wish"),
    labels={
        "donor": N_("捐赠人"),
        "anonymous": N_("公示时不写名字"),
        "campaign": N_("哪项活动"),
        "wish": N_("捐赠意向"),
        "goods": N_("什么实物、多少"),
        "received_on": N_("收到日期"),
        "fund_id": N_("划入哪项资金"),
        "used_for": N_("实物发给了谁"),
    },
    hints={"amount_fen": N_("实物按折合金额填")},
    options={"fund_id": donation_funds},
    signatures=(N_("经办人"), N_("捐赠人"), N_("负责人")),
    group="money",
)
