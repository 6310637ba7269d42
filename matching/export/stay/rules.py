"""Contract, return and travel subsidy of those who were sent: drafts, states, refusals (到达以后)."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from centre.drafts import Draft, Fen, Line, NearDay, RecordId
from centre.errors import Conflict, Forbidden
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_
from matching.introductions.rules import LeaveReason


class HandOverDraft(Draft):
    """The employer's signature under the list of those who arrived; on paper it names the sheet (到达交接签收)."""

    signer: Annotated[Line, Field(max_length=60)] = ""
    agrees: bool = False
    paper_no: Annotated[Line, Field(max_length=60)] = ""


class ContractDraft(Draft):
    """What the contract says, compared with what was promised before anybody signs (合同核对)."""

    wage_fen: Fen
    starts_on: NearDay
    knows_less: bool = False


class RefusalDraft(Draft):
    """Why a worker does not sign (不签合同的原因)."""

    reason: Line = ""


class ReturnDraft(Draft):
    """Why and when a worker returned (返乡登记)."""

    reason: LeaveReason
    on: NearDay


class SubsidyState(StrEnum):
    """The state of a travel subsidy (交通补贴状态)."""

    ENTERED = "entered"
    APPROVED = "approved"
    PAID = "paid"
    REFUSED = "refused"
    DEMANDED = "demanded"


SUBSIDY_LABELS = {
    SubsidyState.ENTERED: N_("待审核"),
    SubsidyState.APPROVED: N_("已同意，待拨付"),
    SubsidyState.PAID: N_("已拨付"),
    SubsidyState.REFUSED: N_("未同意"),
    SubsidyState.DEMANDED: N_("要求退回"),
}

_PAY = Permission.PAY_TRAVEL

TRAVEL_SUBSIDY = Machine(
    "travel_subsidy",
    [
        Move(SubsidyState.ENTERED, "approve", SubsidyState.APPROVED, _PAY),
        Move(SubsidyState.ENTERED, "refuse", SubsidyState.REFUSED, _PAY),
        Move(SubsidyState.APPROVED, "pay", SubsidyState.PAID, _PAY),
        Move(SubsidyState.PAID, "demand", SubsidyState.DEMANDED),
    ],
    SUBSIDY_LABELS,
)


class SubsidyPayment(Draft):
    """The fund and the voucher of a payment (拨付)."""

    fund_id: RecordId
    voucher: Annotated[Line, Field(min_length=1, max_length=60)]


class ContractNotChecked(Conflict):
    """The contract must be compared with the promise before signing."""

    code = "contract-not-checked"
    message = N_("请先核对合同上的工资，再登记签约")


class ContractWorse(Conflict):
    """The contract is worse than what was promised; the worker must confirm knowing this before signing."""

    code = "contract-worse"
    message = N_("合同工资比招工时说的低。请先把情况告诉本人，本人知道了还愿意签，才能登记签约")


class NotSigned(Conflict):
    """The employer signs the list with a name, or the centre with the number of the signed paper."""

    code = "hand-over-unsigned"
    message = N_("请由用人单位签名确认；在纸上签的，请填写纸质交接单编号")


class SameHand(Forbidden):
    """The person who entered or approved a subsidy cannot take its next step."""

    code = "same-hand"
    message = N_("录入、审核、拨付要由不同的人办理")


class NothingToEnter(Conflict):
    """No member of the batch has stayed long enough, or every subsidy is entered already."""

    code = "nothing-to-enter"
    message = N_("这一批暂时没有人达到稳岗 {days} 天，或者都已经录入")


def subsidy_fen(terms: dict[str, int], *, same_province: bool) -> int:
    """The travel subsidy in fen by the policy of the day.

    >>> subsidy_fen({"in_province_fen": 20_000, "elsewhere_fen": 50_000}, same_province=False)
    50000
    """
    return int(terms["in_province_fen"] if same_province else terms["elsewhere_fen"])


def is_worse(wage_fen: int, promised_fen: int) -> bool:
    """Whether a contract says less than the least that was promised, both a month's (EX-04)."""
    return wage_fen < promised_fen


def within_a_month(arrived_on: date, signed_on: date) -> bool:
    """Whether the contract came within the month that the Labour Contract Law gives (第十条)."""
    return (signed_on - arrived_on).days <= 31
