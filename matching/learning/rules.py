"""When learned weights may be used, and whether they shift any group of people (权重说明卡). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from centre.errors import Conflict
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_

GUARDED = ("sex", "age", "hardship")
"""Groups that new weights must not shift; a county may shift with the weight of the place."""
SMALLEST = 30
MOST_SHIFT = 2.0
"""The most points by which new weights may shift a group against all others, on average."""
TELLING = 0.1
"""A part separates a group when it ranks its members against the others this much better than chance."""


class WeightsVerdict(StrEnum):
    """The verdict on a round of learning (检验结论)."""

    BETTER = "better"
    NO_BETTER = "no_better"
    UNEVEN = "uneven"


VERDICT_LABELS = {
    WeightsVerdict.BETTER: N_("比原来的权重准，可以启用"),
    WeightsVerdict.NO_BETTER: N_("没有比原来的权重准，不启用"),
    WeightsVerdict.UNEVEN: N_("会让某些人群的得分整体偏移，不启用"),
}


class CardState(StrEnum):
    """The state of a card (权重状态)."""

    PROPOSED = "proposed"
    IN_USE = "in_use"
    RETIRED = "retired"


CARD_LABELS = {
    CardState.PROPOSED: N_("待决定"),
    CardState.IN_USE: N_("使用中"),
    CardState.RETIRED: N_("未启用或已停用"),
}

MODEL_CARD = Machine(
    "model_card",
    [
        Move(CardState.PROPOSED, "adopt", CardState.IN_USE, Permission.MANAGE_POLICY),
        Move(CardState.PROPOSED, "retire", CardState.RETIRED, Permission.MANAGE_POLICY),
        Move(CardState.IN_USE, "retire", CardState.RETIRED, Permission.MANAGE_POLICY),
    ],
    CARD_LABELS,
)


class WeightsNotBetter(Conflict):
    """Weights that are no better on held-out results, or that shift a group, are not used."""

    code = "weights-not-better"
    message = N_("这组权重没有通过检验，不能启用")


@dataclass(frozen=True, slots=True)
class Shift:
    """How new weights shift one group: its mean points before and after, relative to everybody's shift (分组偏移)."""

    attribute: str
    group: str
    count: int
    before: float
    after: float
    shift: float


@dataclass(frozen=True, slots=True)
class Proxy:
    """A part that separates a group from the others, so that its weight acts as a weight on the group (代理变量)."""

    attribute: str
    group: str
    part: str
    order: float


def verdict(*, is_better: bool, moved: Sequence[Shift]) -> WeightsVerdict:
    """Whether weights may be used: better on held-out results, and no guarded group shifted."""
    if not is_better:
        return WeightsVerdict.NO_BETTER
    uneven = any(abs(group.shift) > MOST_SHIFT for group in moved if group.attribute in GUARDED)
    return WeightsVerdict.UNEVEN if uneven else WeightsVerdict.BETTER
