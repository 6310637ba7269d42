"""What a report is: tables of whole numbers with their units, parts that are never added, totals, and its period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from centre.drafts import Draft, Line, NearDay, RecordId
from centre.errors import Conflict
from centre.translation import N_

MOST_YEARS = 30


class ReportKey(StrEnum):
    """The ten reports (报表)."""

    SUPPLY = "r1"
    DEMAND = "r2"
    SHORTAGE = "r3"
    SEEKERS = "r4"
    PLACEMENT = "r5"
    TRAINING = "r6"
    EXPORT = "r7"
    FAIRS = "r8"
    LEDGER = "r9"
    SCORECARD = "r10"


REPORT_LABELS = {
    ReportKey.SUPPLY: N_("供求总体情况"),
    ReportKey.DEMAND: N_("用人需求：行业、单位性质、职业"),
    ReportKey.SHORTAGE: N_("短缺和富余的职业"),
    ReportKey.SEEKERS: N_("求职人员构成"),
    ReportKey.PLACEMENT: N_("职业介绍月报"),
    ReportKey.TRAINING: N_("技能培训月报"),
    ReportKey.EXPORT: N_("劳务输出月报"),
    ReportKey.FAIRS: N_("招聘会情况"),
    ReportKey.LEDGER: N_("接待服务台账"),
    ReportKey.SCORECARD: N_("各中心考核表"),
}

REPORT_TEXTS = {
    ReportKey.SUPPLY: N_("岗位数和求职人数：上期结转、本期新增、合计和求人倍率"),
    ReportKey.DEMAND: N_("本期新增岗位按行业、单位性质和职业大类分"),
    ReportKey.SHORTAGE: N_("岗位比人多、人比岗位多的前十个职业"),
    ReportKey.SEEKERS: N_("本期新登记的求职人员是哪些人"),
    ReportKey.PLACEMENT: N_("登记、推荐、录用，其中妇女、困难人员和农村劳动力"),
    ReportKey.TRAINING: N_("开班、录取、结业、取证、就业和经费由谁出"),
    ReportKey.EXPORT: N_("外出就业的人数、去向、组织和自发、稳岗和返乡"),
    ReportKey.FAIRS: N_("参会单位、岗位、到场人数、意向和录用"),
    ReportKey.LEDGER: N_("五类服务的人次、人数和金额，热线单列"),
    ReportKey.SCORECARD: N_("业务量、回访、反馈和按时月结"),
}


class Unit(StrEnum):
    """What a figure counts (计量单位)."""

    PERSONS = "persons"
    PERSON_TIMES = "person_times"
    PLACES = "places"
    ITEMS = "items"
    HOURS = "hours"
    FEN = "fen"
    SHARE = "share"
    RATIO = "ratio"


UNIT_LABELS = {
    Unit.PERSONS: N_("人"),
    Unit.PERSON_TIMES: N_("人次"),
    Unit.PLACES: N_("个岗位"),
    Unit.ITEMS: N_("个"),
    Unit.HOURS: N_("课时"),
    Unit.FEN: N_("元"),
    Unit.SHARE: N_("%"),
    Unit.RATIO: N_("倍"),
}

HUNDREDTHS = frozenset({Unit.FEN, Unit.SHARE, Unit.RATIO})
"""Units whose figures are kept in hundredths: fen, hundredths of a percent, hundredths of a ratio."""

Figure = int | None
"""A whole number in its unit; None where nothing can be said, which prints as a dash."""


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column of a table. `adds` says whether its figures may be added up: persons, shares and ratios may not.

    `part_of` names the column that holds it as an "of which".
    """

    key: str
    label: str
    unit: Unit
    adds: bool = True
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A row of a table; one with `part_of` is an "of which" of the row of that key and never added (RE-04)."""

    key: str
    label: str
    figures: Mapping[str, Figure]
    part_of: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table of a report; the total is given, since not everything adds up."""

    key: str
    title: str
    head: str
    columns: Sequence[ReportColumn]
    rows: Sequence[ReportRow]
    total: ReportRow | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report with its scope: which centres, which days, which programme, and whether the period is closed."""

    key: ReportKey
    since: date
    until: date
    centre: str
    tables: Sequence[ReportTable]
    programme: str = ""
    closed: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)


class PartAdded(ValueError):
    """A part was about to be added to the whole that holds it: a programming error."""


def add_up(columns: Sequence[ReportColumn], rows: Sequence[ReportRow], **known: Figure) -> ReportRow:
    """The total of a table: every column that adds, over the rows that are not parts; `known` gives the others.

    Raises PartAdded when a row names a whole that is not there.
    """
    keys = {row.key for row in rows}
    if lost := [row.key for row in rows if row.part_of and row.part_of not in keys]:
        raise PartAdded(", ".join(lost))
    whole = [row for row in rows if not row.part_of]
    sums: dict[str, Figure] = {
        column.key: sum(row.figures.get(column.key) or 0 for row in whole) for column in columns if column.adds
    }
    return ReportRow("total", N_("合计"), sums | known)


def share(part: int, whole: int) -> Figure:
    """A share in hundredths of a percent, rounded half up; None of nothing.

    >>> share(3600, 49154)
    732
    """
    return (20_000 * part + whole) // (2 * whole) if whole else None


def ratio(upper: int, lower: int) -> Figure:
    """A ratio in hundredths, rounded half up; None of nothing.

    >>> ratio(1800, 1200)
    150
    """
    return (200 * upper + lower) // (2 * lower) if lower else None


class ReportDraft(Draft):
    """Which days, which centre and which programme a report is asked for (报表条件)."""

    since: NearDay | None = None
    until: NearDay | None = None
    centre_id: RecordId | None = None
    programme: Annotated[Line, Field(max_length=60)] = ""

    @model_validator(mode="after")
    def _in_order(self) -> "ReportDraft":
        if self.since and self.until and self.since > self.until:
            raise PydanticCustomError("period_order", N_("开始日期要在结束日期之前"))
        if self.since and self.until and self.until.year - self.since.year > MOST_YEARS:
            raise PydanticCustomError("period_long", N_("一张报表最多 30 年"))
        return self


class MonthDraft(Draft):
    """The month that is closed, named by any of its days (月结)."""

    month: NearDay
    centre_id: RecordId | None = None


class MonthRunning(Conflict):
    """A month is closed after its last day."""

    code = "month-running"
    message = N_("{month} 还没有结束，月底之后才能月结")


class AlreadyClosed(Conflict):
    """The month is closed already; a closed month never changes."""

    code = "already-closed"
    message = N_("{month} 已经月结，不能再改")


class NotClosed(Conflict):
    """Figures are published from closed months only."""

    code = "month-open"
    message = N_("{month} 还有中心没有月结，月结以后才能公布")


class AlreadyPublished(Conflict):
    """The figures of the month are public; what was published never changes."""

    code = "already-published"
    message = N_("{month} 已经公布")
