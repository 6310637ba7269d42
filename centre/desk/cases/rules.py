"""What all desk cases have in common: labelled code lists, drafts without fields, and the refusals."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from centre.drafts import Draft, Line, Paragraph
from centre.errors import Conflict, Invalid, Problem, Refusal
from centre.translation import N_


class Coded(StrEnum):
    """A code list whose members carry their label: `COUNTER = "counter", N_("...")`."""

    label: str
    _value_: str

    def __new__(cls, value: str, label: str) -> Self:
        """A member with its stored value and its label in the source language."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class Nothing(Draft):
    """A step that needs no further data."""


class StepRemark(Draft):
    """A step with an optional remark, kept in the history (说明)."""

    reason: Line = ""


class StepReason(Draft):
    """A step that must say why (理由)."""

    reason: Annotated[Line, StringConstraints(min_length=2)]


class Told(Draft):
    """The base of drafts with the words of the person, which are sealed under the person's key (陈述)."""

    words: Paragraph = ""


Money = Annotated[int, Field(ge=1, le=10**11)]
"""Money in fen, more than nothing."""

Count = Annotated[int, Field(ge=0, le=1_000_000)]
"""A number of people, days or things."""


class SamePerson(Conflict):
    """The account has already signed another step of the case that this one checks."""

    code = "desk-same-person"
    message = N_("这一步要由另一位同事办：经手、复核和审批不能是同一个人")


class PersonNeeded(Refusal):
    """The case concerns a person, who must be named."""

    code = "person-needed"
    status = 422
    message = N_("请先在窗口找到或登记这个人，再从他的页面办理")


class NotPermitted(Conflict):
    """A criterion of the rule is not met; the message names it, and what would change the answer."""

    code = "desk-criterion"
    message = N_("现在不能办：{why}")


def missing(field: str, message: str) -> Invalid:
    """The refusal of a draft that lacks one field."""
    return Invalid([Problem(field, "missing", message)])
