"""Rules for fairs: code lists, state machines, drafts."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from centre.drafts import Draft, Line, Paragraph, RecordId, RegionCode, WallTime, Words
from centre.errors import Conflict
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_


class FairKind(StrEnum):
    """One-off or recurring; the filing rules differ (招聘会类型)."""

    ONE_OFF = "one_off"
    PERIODIC = "periodic"


KIND_LABELS = {FairKind.ONE_OFF: N_("专场招聘会"), FairKind.PERIODIC: N_("定期招聘会")}


class FairMode(StrEnum):
    """On site, online or both (举办形式)."""

    ON_SITE = "on_site"
    ONLINE = "online"
    HYBRID = "hybrid"


MODE_LABELS = {FairMode.ON_SITE: N_("现场"), FairMode.ONLINE: N_("线上"), FairMode.HYBRID: N_("现场加线上")}


class FairTheme(StrEnum):
    """What a fair is about (招聘会主题)."""

    GENERAL = "general"
    SPRING_ACTION = "spring_action"
    EXPORT = "export"
    MIGRANT = "migrant"
    WOMEN = "women"
    TEXTILE = "textile"
    FOOT_THERAPY = "foot_therapy"
    PRIVATE_FIRMS = "private_firms"
    DISABLED = "disabled"
    GRADUATE = "graduate"
    VETERAN = "veteran"
    SEASONAL = "seasonal"
    SKILLED = "skilled"
    HARDSHIP = "hardship"
    LIVE_STREAM = "live_stream"


THEME_LABELS = {
    FairTheme.GENERAL: N_("综合招聘"),
    FairTheme.SPRING_ACTION: N_("春风行动"),
    FairTheme.EXPORT: N_("劳务输出专场"),
    FairTheme.MIGRANT: N_("农民工专场"),
    FairTheme.WOMEN: N_("妇女专场"),
    FairTheme.TEXTILE: N_("纺织专场"),
    FairTheme.FOOT_THERAPY: N_("足疗家政专场"),
    FairTheme.PRIVATE_FIRMS: N_("民营企业专场"),
    FairTheme.DISABLED: N_("残疾人专场"),
    FairTheme.GRADUATE: N_("毕业生专场"),
    FairTheme.VETERAN: N_("退役军人专场"),
    FairTheme.SEASONAL: N_("季节工专场"),
    FairTheme.SKILLED: N_("技能人才专场"),
    FairTheme.HARDSHIP: N_("就业援助专场"),
    FairTheme.LIVE_STREAM: N_("直播带岗"),
}


class FairState(StrEnum):
    """The stage of a fair between planning and archive (招聘会状态)."""

    DRAFT = "draft"
    READY = "ready"
    FILED = "filed"
    CLEARED = "cleared"
    PUBLISHED = "published"
    BOOTH_OPEN = "booth_open"
    BOOTH_CLOSED = "booth_closed"
    LIVE = "live"
    ENDED = "ended"
    REPORTED = "reported"
    ARCHIVED = "archived"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


FAIR_LABELS = {
    FairState.DRAFT: N_("筹备中"),
    FairState.READY: N_("方案齐备"),
    FairState.FILED: N_("已备案"),
    FairState.CLEARED: N_("可以发布"),
    FairState.PUBLISHED: N_("已发布"),
    FairState.BOOTH_OPEN: N_("展位申请中"),
    FairState.BOOTH_CLOSED: N_("展位申请截止"),
    FairState.LIVE: N_("正在举行"),
    FairState.ENDED: N_("已结束"),
    FairState.REPORTED: N_("已上报"),
    FairState.ARCHIVED: N_("已归档"),
    FairState.POSTPONED: N_("延期待定"),
    FairState.CANCELLED: N_("已取消"),
}

PUBLIC_STATES = frozenset(FairState) - {FairState.DRAFT, FairState.READY, FairState.FILED, FairState.CLEARED}
"""Public states; a fair that is cancelled before its announcement stays hidden."""

HOLDING_STATES = frozenset(FairState) - {FairState.CANCELLED, FairState.POSTPONED}
"""States in which a fair occupies its hall."""

ANNOUNCED = (FairState.PUBLISHED, FairState.BOOTH_OPEN, FairState.BOOTH_CLOSED)
"""States between the announcement of a fair and its day."""

PROMOTING = (*ANNOUNCED, FairState.POSTPONED, FairState.LIVE)
"""States in which a released booth goes to the next on the waiting list."""

CLEARED_STATES = (FairState.CLEARED, *ANNOUNCED, FairState.POSTPONED)
"""States that a large fair reaches only with its safety permit."""

OVER = (FairState.ENDED, FairState.REPORTED, FairState.ARCHIVED)
"""States of fairs that took place."""

BEFORE_LIVE = (FairState.DRAFT, FairState.READY, FairState.FILED, FairState.CLEARED, *ANNOUNCED, FairState.POSTPONED)
_MANAGE = Permission.MANAGE_FAIRS

FAIR = Machine(
    "fair",
    [
        Move(FairState.DRAFT, "prepare", FairState.READY, _MANAGE),
        Move(FairState.READY, "file", FairState.FILED, _MANAGE),
        Move(FairState.FILED, "clear", FairState.CLEARED, _MANAGE),
        Move(FairState.CLEARED, "publish", FairState.PUBLISHED, _MANAGE),
        Move(FairState.PUBLISHED, "open_booths", FairState.BOOTH_OPEN, _MANAGE),
        Move(FairState.BOOTH_OPEN, "close_booths", FairState.BOOTH_CLOSED, _MANAGE),
        Move(FairState.BOOTH_CLOSED, "open_booths", FairState.BOOTH_OPEN, _MANAGE),
        *(Move(state, "start", FairState.LIVE, _MANAGE) for state in ANNOUNCED),
        Move(FairState.LIVE, "finish", FairState.ENDED, _MANAGE),
        Move(FairState.ENDED, "report", FairState.REPORTED, _MANAGE),
        Move(FairState.REPORTED, "archive", FairState.ARCHIVED, _MANAGE),
        *(Move(state, "postpone", FairState.POSTPONED, _MANAGE) for state in ANNOUNCED),
        Move(FairState.POSTPONED, "reschedule", FairState.PUBLISHED, _MANAGE),
        *(Move(state, "cancel", FairState.CANCELLED, _MANAGE) for state in BEFORE_LIVE),
    ],
    FAIR_LABELS,
)


PLANS = {
    "organisation_plan": N_("组织实施办法"),
    "emergency_plan": N_("突发事件应急预案"),
    "security_plan": N_("安全保卫工作方案"),
}
"""The three plans that a fair needs before it is ready."""


class FairDraft(Draft):
    """A fair as an organiser schedules it (招聘会方案)."""

    name: Words
    theme: FairTheme = FairTheme.GENERAL
    kind: FairKind = FairKind.ONE_OFF
    mode: FairMode = FairMode.ON_SITE
    centre_id: RecordId | None = None
    venue_id: RecordId | None = None
    region_code: RegionCode | None = None
    online_url: Line = ""
    starts_at: datetime
    ends_at: datetime
    booth_count: Annotated[int, Field(ge=0, le=2000)] = 0
    expected_visitors: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    open_to_public: bool = True
    summary: Paragraph = ""
    co_organisers: Annotated[tuple[Line, ...], Field(max_length=10)] = ()
    organisation_plan: Line = ""
    emergency_plan: Line = ""
    security_plan: Line = ""


class SeriesDraft(Draft):
    """A fair that returns every week (定期招聘会)."""

    name: Words
    theme: FairTheme = FairTheme.GENERAL
    centre_id: RecordId | None = None
    venue_id: RecordId
    weekday: Annotated[int, Field(ge=0, le=6)]
    from_on: date
    to_on: date
    starts: WallTime
    ends: WallTime
    booth_count: Annotated[int, Field(ge=1, le=2000)]
    expected_visitors: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    summary: Paragraph = ""


class FairOver(Conflict):
    """The fair has ended or was cancelled, so nothing is decided about its booths any more."""

    code = "fair-over"
    message = N_("这场招聘会已经结束或取消，不能再办理展位")


class FairFixed(Conflict):
    """What a fair was is on record once it is live, over or cancelled; its plan is no longer changed."""

    code = "fair-fixed"
    message = N_("“{fair}”{state}，方案和设置不能再改；现场记录和上报不受影响")


class LateFiling(Conflict):
    """The day by which the fair had to be filed has passed, so a reason is required (FA-01)."""

    code = "late-filing"
    message = N_("备案要在 {day} 前办，已经过期；请写明原因再备案")


class BeforeTheDay(Conflict):
    """What happens on the day of a fair cannot be recorded ahead of it: its start and end, who came and who did not."""

    code = "before-the-day"
    message = N_("招聘会在 {day}，到那天才能办这一步")


class PlansMissing(Conflict):
    """A fair needs its three plans before it is ready."""

    code = "plans-missing"
    message = N_("还缺这些方案：{missing}")


class PermitMissing(Conflict):
    """Large fairs need the police's safety permit."""

    code = "permit-missing"
    message = N_("预计到场 {expected} 人，达到 {limit} 人要先办理大型活动安全许可，请填写许可编号")


class NoticeMissing(Conflict):
    """Cancelling or moving a published fair needs a public notice."""

    code = "notice-missing"
    message = N_("这场招聘会已经公布，取消或改期要写明公告内容")


class FewerBooths(Conflict):
    """The new number of booths is below the number already taken."""

    code = "fewer-booths"
    message = N_("已有 {taken} 家单位占用展位，展位数不能少于这个数")
