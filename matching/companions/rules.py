"""Who goes together, how one joins, and when a group may be split (结伴)."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from centre.drafts import Draft, Line, RecordId
from centre.errors import Conflict
from centre.translation import N_

MOST = 12
"""More people than this travel as a batch, not as one group of friends."""


class TravelTie(StrEnum):
    """What binds the people of a group (结伴关系)."""

    COUPLE = "couple"
    FAMILY = "family"
    VILLAGE = "village"
    FRIENDS = "friends"


TIE_LABELS = {
    TravelTie.COUPLE: N_("夫妻"),
    TravelTie.FAMILY: N_("兄弟姐妹或亲属"),
    TravelTie.VILLAGE: N_("同村一班人"),
    TravelTie.FRIENDS: N_("朋友、老乡"),
}


class TravelGroupDraft(Draft):
    """A new group; the others join with its code, or at the counter (结伴登记)."""

    tie: TravelTie
    may_split: bool = False


class TravelCode(Draft):
    """The group code received from a companion (结伴码)."""

    code: Annotated[Line, AfterValidator(str.upper), Field(min_length=9, max_length=9)]


class TravelSplit(Draft):
    """Whether the people of a group may be suggested apart (可以分开)."""

    may_split: bool


class TravelTeam(Draft):
    """The people whom the counter puts together, each of whom has said so (窗口结伴登记)."""

    tie: TravelTie
    may_split: bool = False
    person_ids: Annotated[tuple[RecordId, ...], Field(min_length=2, max_length=MOST)]


class TravelGroupFull(Conflict):
    """A group has no room for one more."""

    code = "travel-group-full"
    message = N_("这一组已经满 {most} 人")


class AlreadyTogether(Conflict):
    """A person cannot be in two groups at once."""

    code = "already-together"
    message = N_("已经和别人结伴了，请先退出原来的一组")


class TravelCodeUnknown(Conflict):
    """No group has this code."""

    code = "travel-code-unknown"
    message = N_("没有这个结伴码，请核对后再填")
