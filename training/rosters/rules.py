"""Rosters: states, verdicts and the faults that a row can have."""

from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from centre.errors import Conflict, Problem, Refusal
from centre.people import Education, PersonCategory
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.words import N_
from training.enrolments.rules import Relation


class RosterState(StrEnum):
    """Where an upload stands (花名册状态)."""

    UPLOADED = "uploaded"
    CHECKED = "checked"
    CONFIRMED = "confirmed"
    DISCARDED = "discarded"


STATE_LABELS = {
    RosterState.UPLOADED: N_("已上传"),
    RosterState.CHECKED: N_("已检查，待确认"),
    RosterState.CONFIRMED: N_("已导入"),
    RosterState.DISCARDED: N_("已作废"),
}

ROSTERS = Machine(
    "roster",
    [
        Move(RosterState.UPLOADED, "check", RosterState.CHECKED, Permission.IMPORT_ROSTER),
        Move(RosterState.CHECKED, "check", RosterState.CHECKED, Permission.IMPORT_ROSTER),
        Move(RosterState.CHECKED, "confirm", RosterState.CONFIRMED, Permission.IMPORT_ROSTER),
        Move(RosterState.UPLOADED, "discard", RosterState.DISCARDED, Permission.IMPORT_ROSTER),
        Move(RosterState.CHECKED, "discard", RosterState.DISCARDED, Permission.IMPORT_ROSTER),
    ],
)


class Verdict(StrEnum):
    """What confirming would do with a row (检查结论)."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    ERROR = "error"
    IGNORED = "ignored"


VERDICT_LABELS = {
    Verdict.CREATE: N_("新增学员"),
    Verdict.UPDATE: N_("补充资料"),
    Verdict.UNCHANGED: N_("没有变化"),
    Verdict.ERROR: N_("有错误"),
    Verdict.IGNORED: N_("不是学员行"),
}


class RosterSettled(Conflict):
    """The upload was imported or discarded, and what was personal in it is gone."""

    code = "roster-settled"
    message = N_("这份花名册已处理完毕，原文件已按规定删除；需要时请重新上传")


class NoHeader(Refusal):
    """No line of the file names the columns."""

    code = "roster-no-header"
    status = 422
    message = N_("没有找到表头：至少要有“姓名”和“身份证号”两列。可以下载模板，把名单复制进去")


class NothingToImport(Conflict):
    """No row can be imported."""

    code = "roster-nothing"
    message = N_("没有可以导入的行，请先改正错误再上传")


class TooManyRows(Refusal):
    """The file is longer than a roster of one class can be."""

    code = "roster-too-many-rows"
    status = 422
    message = N_("名单太长：一次最多 {limit} 行")


class RosterFull(Conflict):
    """More good rows than seats: nothing was imported."""

    code = "roster-class-full"
    message = N_("可以导入 {rows} 人，但这个班只剩 {left} 个名额，没有导入任何人。请删去几行，或请中心调整名额")


@dataclass(frozen=True, slots=True)
class Trainee:
    """One row of a roster as we understand it, every value checked (学员)."""

    name: str
    number: str
    birth_on: date
    sex: str
    legacy_number: bool = False
    phone: str = ""
    education: Education | None = None
    category: PersonCategory | None = None
    relation: Relation = Relation.SELF
    hardship_no: str = ""
    bank: str = ""
    card_no: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {"birth_on": self.birth_on.isoformat()}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Trainee":
        """The trainee that `as_dict` made plain."""
        education, category = plain["education"], plain["category"]
        return cls(
            **plain
            | {
                "birth_on": date.fromisoformat(plain["birth_on"]),
                "education": Education(education) if education else None,
                "category": PersonCategory(category) if category else None,
                "relation": Relation(plain["relation"]),
            }
        )


@dataclass(slots=True)
class Reading:
    """A row of the file: where it stands, what is in it, what we make of it."""

    sheet: str
    row_no: int
    cells: dict[str, str] = field(default_factory=dict)
    trainee: Trainee | None = None
    verdict: Verdict = Verdict.ERROR
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
