"""Labour brands: states, what statements measure and how exact they are, drafts (劳务品牌)."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from centre.drafts import Draft, Line, Paragraph, RegionCode, Words
from centre.errors import Conflict, Problem
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_
from training.providers.rules import OccupationCode

MOST = 10**9


class BrandState(StrEnum):
    """Whether everybody reads of a brand (劳务品牌状态)."""

    DRAFT = "draft"
    PUBLISHED = "published"


BRAND_LABELS = {
    BrandState.DRAFT: N_("没有公布"),
    BrandState.PUBLISHED: N_("已公布"),
}

LABOUR_BRAND = Machine(
    "labour_brand",
    [
        Move(BrandState.DRAFT, "publish", BrandState.PUBLISHED, Permission.KEEP_BRANDS),
        Move(BrandState.PUBLISHED, "withdraw", BrandState.DRAFT, Permission.KEEP_BRANDS),
    ],
    BRAND_LABELS,
)


class BrandLevel(StrEnum):
    """Which government has recognised a brand (品牌认定级别)."""

    NONE = "none"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    NATIONAL = "national"


LEVEL_LABELS = {
    BrandLevel.NONE: N_("暂无认定"),
    BrandLevel.COUNTY: N_("县区级"),
    BrandLevel.CITY: N_("市级"),
    BrandLevel.PROVINCE: N_("省级"),
    BrandLevel.NATIONAL: N_("国家级"),
}


class Measure(StrEnum):
    """What a statement about a brand counts (品牌数字指标)."""

    PLACED = "placed"
    AWAY = "away"
    INCOME = "income"
    PREMISES = "premises"


MEASURE_LABELS = {
    Measure.PLACED: N_("吸纳就业"),
    Measure.AWAY: N_("外出务工"),
    Measure.INCOME: N_("人均月收入"),
    Measure.PREMISES: N_("门店"),
}

MEASURE_UNITS = {
    Measure.PLACED: N_("人"),
    Measure.AWAY: N_("人"),
    Measure.INCOME: N_("元/月"),
    Measure.PREMISES: N_("家"),
}


class Qualifier(StrEnum):
    """How exact the source is about a figure; it is shown with the figure always (数字的限定语)."""

    EXACT = "exact"
    ABOUT = "about"
    OVER = "over"
    NEARLY = "nearly"


QUALIFIER_LABELS = {
    Qualifier.EXACT: N_("正好这个数"),
    Qualifier.ABOUT: N_("约"),
    Qualifier.OVER: N_("多于"),
    Qualifier.NEARLY: N_("接近"),
}

QUALIFIED = {
    Qualifier.EXACT: N_("{amount} {unit}"),
    Qualifier.ABOUT: N_("约 {amount} {unit}"),
    Qualifier.OVER: N_("{amount} 多{unit}"),
    Qualifier.NEARLY: N_("近 {amount} {unit}"),
}
"""A figure as its source says it."""


class BrandExists(Conflict):
    """The place has a brand of this name."""

    code = "brand-exists"
    message = N_("这个地方已经有叫“{name}”的劳务品牌")


class StatementWithdrawn(Conflict):
    """The statement was withdrawn before."""

    code = "statement-withdrawn"
    message = N_("这条数字已经撤下了")


class LabourBrandDraft(Draft):
    """A trade for which a place is known (劳务品牌)."""

    name: Annotated[Words, Field(max_length=60)]
    occupation_code: OccupationCode
    region_code: RegionCode
    level: BrandLevel = BrandLevel.NONE
    carrier: Line = ""
    training_base: Line = ""
    story: Paragraph = ""


class BrandStatementDraft(Draft):
    """A figure that somebody has published about a brand; `amount` is in the unit of its measure (品牌数字)."""

    measure: Measure
    qualifier: Qualifier
    amount: Annotated[int, Field(ge=1, le=MOST)]
    period: Line = ""
    source: Words
    year: Annotated[int, Field(ge=1949, le=2100)]
    year_about: bool = False


class StatementWithdrawal(Draft):
    """Why a statement no longer stands (撤下理由)."""

    reason: Words


OCCUPATION_UNKNOWN = Problem("occupation_code", "occupation-unknown", N_("职业分类大典里没有这个代码"))
REGION_UNKNOWN = Problem("region_code", "region-unknown", N_("没有这个地区代码，请从列表里选"))
