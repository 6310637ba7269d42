"""Rules for halls: how one gets in, when one cannot be used, and how one is refused. Pure."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from centre.drafts import Draft, Line, RegionCode, Words
from centre.errors import Conflict
from centre.translation import N_

MOST_ENTRANCES = 12
FARTHEST = 59
"""The last column and row of the largest grid."""


class EntranceUse(StrEnum):
    """Whom a way into a hall is for (入口用途)."""

    EVERYBODY = "everybody"
    VISITORS = "visitors"
    EXHIBITORS = "exhibitors"


USE_LABELS = {
    EntranceUse.EVERYBODY: N_("求职者和单位都走"),
    EntranceUse.VISITORS: N_("求职者入口"),
    EntranceUse.EXHIBITORS: N_("参展单位和布展入口"),
}


class BlockKind(StrEnum):
    """Why a hall cannot be used (停用原因)."""

    REPAIR = "repair"
    LET = "let"
    OTHER = "other"


BLOCK_LABELS = {
    BlockKind.REPAIR: N_("维修"),
    BlockKind.LET: N_("租借给别人"),
    BlockKind.OTHER: N_("别的原因"),
}


class VenueDraft(Draft):
    """A hall for one fair at a time (招聘场地)."""

    name: Words
    hall: Line = ""
    region_code: RegionCode
    address: Line = ""
    directions: Line = ""
    booth_limit: Annotated[int, Field(ge=1, le=2000)] | None = None
    visitor_limit: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class EntranceDraft(Draft):
    """A way into a hall; with its square if the hall has a grid (场地入口)."""

    name: Annotated[Words, Field(max_length=60)]
    use: EntranceUse = EntranceUse.EVERYBODY
    step_free: bool = False
    directions: Line = ""
    x: Annotated[int, Field(ge=0, le=FARTHEST)] | None = None
    y: Annotated[int, Field(ge=0, le=FARTHEST)] | None = None


class BlockDraft(Draft):
    """A time in which a hall cannot be used (停用时段).

    `anyway` keeps it although fairs are planned in it: their organisers are notified, and these fairs need a new hall.
    """

    starts_at: datetime
    ends_at: datetime
    kind: BlockKind = BlockKind.REPAIR
    reason: Line = ""
    anyway: bool = False


class VenueTaken(Conflict):
    """Another fair occupies the hall at that time."""

    code = "venue-taken"
    message = N_("“{venue}”在 {when} 已安排“{fair}”，请换一个时间或场地")


class HallBlocked(Conflict):
    """The hall is closed for repair or let to another party at that time."""

    code = "hall-blocked"
    message = N_("“{venue}”在 {when} 停用（{why}），请换一个时间或场地")


class BlockMeetsFairs(Conflict):
    """Fairs are planned in the hall at the time for which it is to be closed."""

    code = "block-meets-fairs"
    message = N_("这段时间里已安排：{fairs}。先改期，或者勾选“仍然停用”，由系统通知主办方改期")


class HallTooSmall(Conflict):
    """A fair that is planned in the hall needs more than the new limit."""

    code = "hall-too-small"
    message = N_("“{fair}”已按 {number} 安排，上限不能比它小")


class RegionFixed(Conflict):
    """Fairs are planned in the hall, and their deadlines follow from its county."""

    code = "region-fixed"
    message = N_("这个场地还有没办的“{fair}”，县区现在不能改")


class HallNamed(Conflict):
    """A hall with the same name, or an entrance of the hall, is there already."""

    code = "hall-named"
    message = N_("已经有“{name}”了，请换一个名称")


class TooManyEntrances(Conflict):
    """A hall has more entrances than anybody can choose from."""

    code = "too-many-entrances"
    message = N_("一个场地最多 {most} 个入口")


class EntranceOutside(Conflict):
    """The square of an entrance lies outside the grid of the hall, or in a wall."""

    code = "entrance-outside"
    message = N_("入口“{name}”在第 {column} 列第 {row} 行，那里是墙或者场外")
