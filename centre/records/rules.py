"""Rules for reveals, consent and erasure. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from centre.drafts import Draft, Line
from centre.errors import Conflict, Refusal
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_

ERASED_NAME = "已注销"


class SealedColumn(StrEnum):
    """The encrypted value to reveal (查看的内容)."""

    IDENTITY = "identity"
    PHONE = "phone"


COLUMN_LABELS = {SealedColumn.IDENTITY: N_("身份证号码"), SealedColumn.PHONE: N_("手机号码")}


class RevealReason(StrEnum):
    """The reason for a reveal (查看事由)."""

    CALL = "call"
    CHECK = "check"
    FORM = "form"
    PAYMENT = "payment"
    COMPLAINT = "complaint"
    OTHER = "other"


REASON_LABELS = {
    RevealReason.CALL: N_("电话联系本人"),
    RevealReason.CHECK: N_("核对证件"),
    RevealReason.FORM: N_("填报材料"),
    RevealReason.PAYMENT: N_("发放补贴"),
    RevealReason.COMPLAINT: N_("处理投诉或维权"),
    RevealReason.OTHER: N_("其他（请写明）"),
}


class RevealDraft(Draft):
    """A request to reveal a value, with the reason (查看申请)."""

    column: SealedColumn
    reason: RevealReason
    words: Annotated[Line, StringConstraints(max_length=200)] = ""


class ConsentDraft(Draft):
    """A purpose to consent to or to withdraw from (同意事项)."""

    purpose: Annotated[str, StringConstraints(pattern=r"^[a-z-]{1,40}$")]


class ErasureDraft(Draft):
    """A request for erasure (注销申请)."""

    sure: Annotated[bool, Field(strict=False)] = False


class ErasureState(StrEnum):
    """The state of an erasure request (注销申请状态)."""

    ASKED = "asked"
    WITHDRAWN = "withdrawn"
    DONE = "done"


ERASURE_LABELS = {
    ErasureState.ASKED: N_("已申请"),
    ErasureState.WITHDRAWN: N_("已撤回"),
    ErasureState.DONE: N_("已注销"),
}

ERASURE = Machine(
    "erasure",
    [
        Move(ErasureState.ASKED, "withdraw", ErasureState.WITHDRAWN, Permission.KEEP_OWN_RECORDS),
        Move(ErasureState.ASKED, "erase", ErasureState.DONE, Permission.ERASE_PEOPLE),
    ],
    ERASURE_LABELS,
)

BLANKED_NAMES = frozenset({"trainee_name", "worker_name"})
"""Columns of any table about a person that repeat the person's name."""

BLANKED_WORDS = frozenset(
    {
        "answer", "ban", "business", "card_no", "evidence", "file_no", "goal", "guarantor", "health_no", "note",
        "number", "opponent", "plan", "question", "verified_by",
    }
)  # fmt: skip
"""Columns of any table about a person that hold numbers or words of and about the person, or name who is close."""

HIDDEN_COLUMNS = frozenset(
    {"version", "updated_at", "created_at", "is_demo", "name_norm", "name_spelt", "pin_hash", "token_digest"}
)
"""Technical columns that a data copy omits."""


def is_secret(column: str) -> bool:
    """Whether a column holds keys or indexes, which are never shown."""
    return column in HIDDEN_COLUMNS or column.endswith(("_index", "_digest", "_hash")) or "key" in column.split("_")


@dataclass(frozen=True, slots=True)
class PersonErased:
    """A person was erased; subscribers delete their data about the person in the same transaction."""

    person_id: int
    name: str
    numbers: tuple[str, ...] = ()
    """Telephone and identity number in clear, to be found in what others wrote; never kept."""


class ReasonMissing(Refusal):
    """The reason needs words."""

    code = "reason-missing"
    status = 422
    message = N_("选“其他”时请写明事由")


class BudgetSpent(Refusal):
    """The account has used up its daily budget of reveals."""

    code = "reveal-budget"
    status = 429
    message = N_("今天查看完整信息的人数已到上限（{limit} 人），请联系主任；明天恢复")


class NothingToReveal(Conflict):
    """The person has no such value."""

    code = "nothing-to-reveal"
    message = N_("没有登记这项内容")


class UnknownPurpose(Refusal):
    """No text of consent has this purpose."""

    code = "consent-unknown"
    status = 422
    message = N_("没有这个同意事项")


class NeededConsent(Conflict):
    """The service needs this consent; to end it, request erasure."""

    code = "consent-needed"
    message = N_("求职服务离不开这一项；不想继续使用，请申请注销个人信息")


class ErasureAsked(Conflict):
    """The person has already requested erasure."""

    code = "erasure-asked"
    message = N_("您已经申请过注销")


class NotSure(Refusal):
    """The box that says "I am sure" was not ticked."""

    code = "not-sure"
    status = 422
    message = N_("请先勾选“我已了解”")
