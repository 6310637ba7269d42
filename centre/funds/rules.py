"""Funds: the purpose of their money, its movements, and the refusals."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from centre.drafts import Draft, Line, Words
from centre.errors import Conflict
from centre.translation import N_


class FundPurpose(StrEnum):
    """The purpose of a fund (资金用途)."""

    TUITION = "tuition"
    SUBSIDY = "subsidy"
    RELIEF = "relief"
    TRAVEL = "travel"


PURPOSE_LABELS = {
    FundPurpose.TUITION: N_("学费补助（中心）"),
    FundPurpose.SUBSIDY: N_("培训补贴（政府）"),
    FundPurpose.RELIEF: N_("生活救助"),
    FundPurpose.TRAVEL: N_("外出交通补贴"),
}


class MovementKind(StrEnum):
    """Why money moved (资金变动)."""

    GRANT = "grant"
    CHARGE = "charge"
    RELEASE = "release"
    PAYMENT = "payment"
    REPAYMENT = "repayment"
    DONATION = "donation"
    RETURN = "return"


KIND_LABELS = {
    MovementKind.GRANT: N_("拨入"),
    MovementKind.CHARGE: N_("录取时列支"),
    MovementKind.RELEASE: N_("退班退回"),
    MovementKind.PAYMENT: N_("拨付补贴"),
    MovementKind.REPAYMENT: N_("追回"),
    MovementKind.DONATION: N_("捐赠划入"),
    MovementKind.RETURN: N_("退还捐赠"),
}


class FundShort(Conflict):
    """The fund holds less than the amount to be spent."""

    code = "fund-short"
    message = N_("资金“{fund}”余额不足，无法列支")


class FundPurposeDiffers(Conflict):
    """The fund has another purpose."""

    code = "fund-purpose"
    message = N_("资金“{fund}”的用途不符，不能用于这项支出")


class FundKnown(Conflict):
    """A fund with this code already exists."""

    code = "fund-known"
    message = N_("已有编号相同的资金")


Amount = Annotated[int, Field(ge=1, le=10**12)]


class FundDraft(Draft):
    """A fund as managers open it (资金)."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{2,40}$")]
    name: Annotated[Words, StringConstraints(max_length=100)]
    purpose: FundPurpose


class GrantDraft(Draft):
    """Money paid into a fund (拨入)."""

    amount_fen: Amount
    voucher: Annotated[Line, StringConstraints(max_length=60)] = ""
