"""Donations: pledged, received, receipted, put into a fund, spent from it, or given back (捐款捐物)."""

from datetime import date
from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import CheckConstraint, ForeignKey, Select, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.desk.cases.kinds import Kind, Step
from centre.desk.cases.models import Case
from centre.desk.cases.rules import Because, Coded, Money, Reason
from centre.drafts import Draft, Line, RecordId, Words
from centre.errors import Conflict
from centre.funds.movements import bring_in, spend
from centre.funds.queries import fund, funds
from centre.funds.rules import FundPurpose, MovementKind
from centre.permissions import Actor, Permission
from centre.scopes import seeing_everything
from centre.states import Machine, Move
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


class Donation(Case):
    """Money or goods that somebody gives (捐赠)."""

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
    allocated_by: Mapped[int | None]
    returned_by: Mapped[int | None]


def published_donations() -> Select[Donation]:
    """Donations that have come in, for the public list, newest first."""
    living = Donation.state.in_((*HELD, _S.ALLOCATED))
    return select(Donation).where(living).order_by(Donation.received_on.desc(), Donation.id.desc())


def unattributed_fen(session: Session) -> int:
    """Money that has come in and is in no fund yet."""
    return int(session.scalar(select(func.sum(Donation.amount_fen)).where(Donation.state.in_(HELD))) or 0)


def donation_funds(session: Session) -> list[tuple[int, str]]:
    """The funds that donations may go to; government subsidies take none."""
    return [(row.id, row.name) for row in session.scalars(funds()) if row.purpose is not FundPurpose.SUBSIDY]


def _receive(session: Session, actor: Actor, case: Donation, draft: Receiving) -> None:
    case.received_on = clock.today()


def _allocate(session: Session, actor: Actor, case: Donation, draft: Allocation) -> None:
    chosen = fund(session, draft.fund_id)
    if case.wish is not DonationPurpose.ANY and chosen.purpose.value != case.wish.value:
        raise WishDiffers
    bring_in(
        session, fund_id=chosen.id, kind=MovementKind.DONATION, amount_fen=case.amount_fen,
        subject=f"donation:{case.id}", account_id=actor.account_id, voucher=case.voucher,
    )  # fmt: skip


def _return(session: Session, actor: Actor, case: Donation, draft: Because) -> None:
    """Take the money out of its fund again; what has been spent cannot be given back. Raises FundShort."""
    if case.fund_id is None:
        return
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
        Step("return", N_("退还"), Because, _return, "returned_by", ("opened_by", "allocated_by")),
        Step("withdraw", N_("不捐了"), Reason),
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
    },
    hints={"amount_fen": N_("实物按折合金额填")},
    options={"fund_id": donation_funds},
    signatures=(N_("经办人"), N_("捐赠人"), N_("负责人")),
    group="money",
)
