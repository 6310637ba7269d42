"""Rosters: states, verdicts and the faults that a row can have."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from centre.errors import Conflict, Problem, Refusal
from centre.people import Education, PersonCategory
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_
from training.enrolments.rules import Relation


class RosterState(StrEnum):
    """Where an upload stands (花名册状态)."""

    UPLOADED = "uploaded"
    CHECKED = "checked"
    IMPORTING = "importing"
    CONFIRMED = "confirmed"
    UNDOING = "undoing"
    UNDONE = "undone"
    DISCARDED = "discarded"


STATE_LABELS = {
    RosterState.UPLOADED: N_("已上传，还没有检查完"),
    RosterState.CHECKED: N_("已检查，待确认"),
    RosterState.IMPORTING: N_("正在导入"),
    RosterState.CONFIRMED: N_("已导入"),
    RosterState.UNDOING: N_("正在撤回"),
    RosterState.UNDONE: N_("已撤回"),
    RosterState.DISCARDED: N_("已作废"),
}

R = RosterState
ROSTERS = Machine(
    "roster",
    [
        Move(R.UPLOADED, "check", R.CHECKED, Permission.IMPORT_ROSTER),
        Move(R.CHECKED, "check", R.CHECKED, Permission.IMPORT_ROSTER),
        Move(R.CHECKED, "reread", R.UPLOADED, Permission.IMPORT_ROSTER),
        Move(R.CHECKED, "confirm", R.CONFIRMED, Permission.IMPORT_ROSTER),
        Move(R.CHECKED, "queue", R.IMPORTING, Permission.IMPORT_ROSTER),
        Move(R.IMPORTING, "confirm", R.CONFIRMED),
        Move(R.IMPORTING, "stop", R.UNDOING, Permission.IMPORT_ROSTER),
        Move(R.CONFIRMED, "undo", R.UNDOING, Permission.IMPORT_ROSTER),
        Move(R.UNDOING, "finish", R.UNDONE, Permission.IMPORT_ROSTER),
        Move(R.UPLOADED, "discard", R.DISCARDED, Permission.IMPORT_ROSTER),
        Move(R.CHECKED, "discard", R.DISCARDED, Permission.IMPORT_ROSTER),
    ],
    STATE_LABELS,
)

AT_WORK = frozenset({R.IMPORTING, R.UNDOING})
"""States in which the worker changes records; the school can watch and stop."""

AT_ONCE = 2_000
"""The most rows that are checked and imported within the request; longer rosters are left to the worker."""


class Source(StrEnum):
    """How a roster arrived (来源)."""

    FILE = "file"
    API = "api"


SOURCE_LABELS = {Source.FILE: N_("学校的表格"), Source.API: N_("学校的软件")}


class RosterVerdict(StrEnum):
    """What confirming would do with a row (检查结论)."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    ERROR = "error"
    IGNORED = "ignored"


VERDICT_LABELS = {
    RosterVerdict.CREATE: N_("新增学员"),
    RosterVerdict.UPDATE: N_("补充资料"),
    RosterVerdict.UNCHANGED: N_("没有变化"),
    RosterVerdict.ERROR: N_("有错误"),
    RosterVerdict.IGNORED: N_("不是学员行"),
}


class RosterSettled(Conflict):
    """The upload was imported or discarded, and its personal data is deleted."""

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


class RosterHasErrors(Conflict):
    """Rows with errors are skipped only if the school says so."""

    code = "roster-has-errors"
    message = N_("有 {errors} 行有错误。请先改正，或者明确选择“只导入正确的行”")


class RosterBusy(Conflict):
    """The worker has not finished with the upload."""

    code = "roster-busy"
    message = N_("这份名单正在处理，请等处理完再试")


class ColumnsMissing(Conflict):
    """The columns with the names and the identity numbers are not yet known."""

    code = "roster-columns-missing"
    message = N_("还没有指定姓名和身份证号是哪一列")


class UndoTooLate(Conflict):
    """The period for undoing an import is over, or the class has begun."""

    code = "roster-undo-late"
    message = N_("导入后 {days} 天内、开班以前可以撤回，现在已经过了")


class TooManyRows(Refusal):
    """The file is longer than a roster of one class can be."""

    code = "roster-too-many-rows"
    status = 422
    message = N_("名单太长：一次最多 {limit} 行")


class RosterFull(Conflict):
    """More valid rows than seats: nothing was imported."""

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
        plain = {name: getattr(self, name) for name in self.__slots__}
        return plain | {"birth_on": self.birth_on.isoformat()}

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


class Fate(StrEnum):
    """What happens to a value from the file (字段处理)."""

    SAME = "same"
    FILL = "fill"
    REPLACE = "replace"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class FieldOrigin:
    """The origin of a field's last value from a roster: the school, the source and the value's digest (字段来源)."""

    provider_id: int
    source: Source
    digest: str


def fate_of(
    *, current: str, coming: str, digest: str, kept: FieldOrigin | None, provider_id: int, source: Source
) -> Fate:
    """What a roster's value does to the value on record: staff edit > school's software > school's file > blank.

    `digest` is that of `current`. A value whose digest is not the one that a roster wrote was entered or corrected by
    a person, and stays; so does what another school wrote, and what software wrote when a file says otherwise.
    """
    if not coming or coming == current:
        return Fate.SAME
    if not current:
        return Fate.FILL
    if kept is None or kept.digest != digest or kept.provider_id != provider_id:
        return Fate.KEEP
    return Fate.KEEP if kept.source is Source.API and source is Source.FILE else Fate.REPLACE


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a row compared with the records: the stored value, the file's value and the decision (改动)."""

    field: str
    before: str
    after: str
    fate: Fate
    why: str = ""


KEPT_BECAUSE = {
    "person": N_("与工作人员或本人登记的不同；以登记的为准，没有改动"),
    "software": N_("与学校软件传来的不同；以软件的为准，没有改动"),
    "school": N_("与另一所学校登记的不同；以已登记的为准，没有改动"),
}
"""Why a stored value takes precedence over the file's."""


@dataclass(slots=True)
class RosterReading:
    """A row of the file: its position, its cells and the trainee read from it.

    `number` is the identity number of a row that was read as a trainee, including duplicates; `index` is its blind
    index, once computed.
    """

    sheet: str
    row_no: int
    cells: dict[str, str] = field(default_factory=dict)
    trainee: Trainee | None = None
    verdict: RosterVerdict = RosterVerdict.ERROR
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    changes: list[FieldChange] = field(default_factory=list)
    number: str = ""
    index: str = ""
