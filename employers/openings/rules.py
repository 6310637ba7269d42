"""Rules for openings: code lists, the state machine, the draft, and what publication requires."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from centre.drafts import Draft, Fen, Line, Paragraph, RecordId, RegionCode, Words
from centre.errors import Conflict
from centre.people import Education
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_, translate


@dataclass(frozen=True, slots=True)
class OpeningChanged:
    """An opening was added or changed; caches should reload it."""

    opening_id: int


class OpeningState(StrEnum):
    """The stage of an opening between draft and closure (岗位状态)."""

    DRAFT = "draft"
    LINT = "lint"
    TO_VERIFY = "to_verify"
    VERIFIED = "verified"
    OPEN = "open"
    PAUSED = "paused"
    FILLED = "filled"
    EXPIRED = "expired"
    FROZEN = "frozen"
    CLOSED = "closed"


OPENING_LABELS = {
    OpeningState.DRAFT: N_("草稿"),
    OpeningState.LINT: N_("内容审查中"),
    OpeningState.TO_VERIFY: N_("待核实"),
    OpeningState.VERIFIED: N_("已核实"),
    OpeningState.OPEN: N_("招聘中"),
    OpeningState.PAUSED: N_("已暂停"),
    OpeningState.FILLED: N_("已招满"),
    OpeningState.EXPIRED: N_("已过期"),
    OpeningState.FROZEN: N_("已冻结"),
    OpeningState.CLOSED: N_("已关闭"),
}

_POST, _VERIFY, _PUBLISH = Permission.POST_OPENING, Permission.VERIFY_OPENING, Permission.PUBLISH_OPENING

OPENING = Machine(
    "opening",
    [
        Move(OpeningState.DRAFT, "submit", OpeningState.LINT, _POST),
        Move(OpeningState.LINT, "pass", OpeningState.TO_VERIFY),
        Move(OpeningState.TO_VERIFY, "confirm", OpeningState.VERIFIED, _VERIFY),
        Move(OpeningState.TO_VERIFY, "return", OpeningState.DRAFT, _VERIFY),
        Move(OpeningState.VERIFIED, "publish", OpeningState.OPEN, _PUBLISH),
        *(
            Move(state, "revise", OpeningState.DRAFT, _POST)
            for state in (OpeningState.TO_VERIFY, OpeningState.VERIFIED, OpeningState.PAUSED, OpeningState.EXPIRED)
        ),
        Move(OpeningState.OPEN, "fill", OpeningState.FILLED),
        Move(OpeningState.FILLED, "reopen", OpeningState.OPEN),
        Move(OpeningState.OPEN, "pause", OpeningState.PAUSED, _PUBLISH),
        Move(OpeningState.PAUSED, "resume", OpeningState.OPEN, _PUBLISH),
        Move(OpeningState.OPEN, "expire", OpeningState.EXPIRED),
        Move(OpeningState.PAUSED, "expire", OpeningState.EXPIRED),
        Move(OpeningState.FROZEN, "expire", OpeningState.EXPIRED),
        Move(OpeningState.EXPIRED, "renew", OpeningState.OPEN, _PUBLISH),
        Move(OpeningState.OPEN, "freeze", OpeningState.FROZEN),
        Move(OpeningState.FILLED, "freeze", OpeningState.FROZEN),
        Move(OpeningState.FROZEN, "clear", OpeningState.OPEN),
        *(
            Move(state, "close", OpeningState.CLOSED, _PUBLISH)
            for state in OpeningState
            if state not in (OpeningState.CLOSED, OpeningState.LINT)
        ),
    ],
    OPENING_LABELS,
)


class WageUnit(StrEnum):
    """The unit that a wage is paid for (计薪单位)."""

    MONTH = "month"
    DAY = "day"
    HOUR = "hour"
    PIECE = "piece"


WAGE_UNIT_LABELS = {
    WageUnit.MONTH: N_("元/月"),
    WageUnit.DAY: N_("元/天"),
    WageUnit.HOUR: N_("元/小时"),
    WageUnit.PIECE: N_("元/件"),
}


class EmploymentType(StrEnum):
    """How people are employed (用工形式)."""

    DIRECT = "direct"
    AGENCY = "agency"
    PIECEWORK = "piecework"
    SEASONAL = "seasonal"
    HOUSEHOLD = "household"
    FLEXIBLE = "flexible"


EMPLOYMENT_LABELS = {
    EmploymentType.DIRECT: N_("直接签合同"),
    EmploymentType.AGENCY: N_("劳务派遣或代招"),
    EmploymentType.PIECEWORK: N_("计件"),
    EmploymentType.SEASONAL: N_("季节工"),
    EmploymentType.HOUSEHOLD: N_("家政雇佣"),
    EmploymentType.FLEXIBLE: N_("灵活用工"),
}


class ContractParty(StrEnum):
    """Who signs the labour contract (合同签订方)."""

    EMPLOYER = "employer"
    AGENCY = "agency"


CONTRACT_LABELS = {ContractParty.EMPLOYER: N_("实际用工单位"), ContractParty.AGENCY: N_("派遣单位")}


RECRUITS_FOR = N_("{employer}（替 {client} 招人）")


def recruiter(locale: str, employer: str, client: str) -> str:
    """The displayed name of who offers a job: an agency with the employer for whom it recruits (EM-10)."""
    return translate(locale, RECRUITS_FOR, employer=employer, client=client) if client else employer


class Provision(StrEnum):
    """Whether the employer gives board or lodging (食宿提供)."""

    UNSTATED = "unstated"
    FREE = "free"
    SUBSIDY = "subsidy"
    PAID = "paid"
    NONE = "none"


PROVISION_LABELS = {
    Provision.UNSTATED: N_("未说明"),
    Provision.FREE: N_("免费提供"),
    Provision.SUBSIDY: N_("有补贴"),
    Provision.PAID: N_("提供，自费"),
    Provision.NONE: N_("不提供"),
}


class Payer(StrEnum):
    """Who pays for travel or for the health check (费用承担方)."""

    UNSTATED = "unstated"
    EMPLOYER = "employer"
    CENTRE = "centre"
    SELF = "self"


PAYER_LABELS = {
    Payer.UNSTATED: N_("未说明"),
    Payer.EMPLOYER: N_("用人单位"),
    Payer.CENTRE: N_("援助中心"),
    Payer.SELF: N_("本人"),
}


class OpeningKind(StrEnum):
    """The programme that an opening belongs to (岗位类别)."""

    LOCAL = "local"
    EXPORT = "export"
    FLEXIBLE = "flexible"
    WELFARE = "welfare"


KIND_LABELS = {
    OpeningKind.LOCAL: N_("本地岗位"),
    OpeningKind.EXPORT: N_("劳务输出岗位"),
    OpeningKind.FLEXIBLE: N_("灵活就业岗位"),
    OpeningKind.WELFARE: N_("公益性岗位"),
}


class OpeningSource(StrEnum):
    """The source of an opening (岗位来源)."""

    DIRECT = "direct"
    FAIR = "fair"
    PARTNER_CENTRE = "partner_centre"
    REPOST = "repost"


SOURCE_LABELS = {
    OpeningSource.DIRECT: N_("单位直接发布"),
    OpeningSource.FAIR: N_("招聘会"),
    OpeningSource.PARTNER_CENTRE: N_("合作中心"),
    OpeningSource.REPOST: N_("转载"),
}


class SexGround(StrEnum):
    """The only lawful grounds to limit a post by sex, from the annex of the 2012 rules (女职工禁忌劳动)."""

    MINE_UNDERGROUND = "mine_underground"
    GRADE_FOUR_LABOUR = "grade_four_labour"
    HEAVY_LIFTING = "heavy_lifting"


SEX_GROUND_LABELS = {
    SexGround.MINE_UNDERGROUND: N_("矿山井下作业"),
    SexGround.GRADE_FOUR_LABOUR: N_("第四级体力劳动强度的作业"),
    SexGround.HEAVY_LIFTING: N_("每小时负重六次以上且每次超过20公斤，或间断负重每次超过25公斤"),
}


class CertificateKind(StrEnum):
    """Kinds of certificates that an opening may require (证书种类)."""

    SKILL_LEVEL = "skill_level"
    QUALIFICATION = "qualification"
    SPECIAL_ABILITY = "special_ability"
    TRAINING = "training"
    SPECIAL_OPERATION = "special_operation"
    HEALTH = "health"
    DRIVING = "driving"


CERTIFICATE_LABELS = {
    CertificateKind.SKILL_LEVEL: N_("职业技能等级证书"),
    CertificateKind.QUALIFICATION: N_("职业资格证书"),
    CertificateKind.SPECIAL_ABILITY: N_("专项职业能力证书"),
    CertificateKind.TRAINING: N_("培训合格证书"),
    CertificateKind.SPECIAL_OPERATION: N_("特种作业操作证"),
    CertificateKind.HEALTH: N_("健康证"),
    CertificateKind.DRIVING: N_("驾驶证"),
}
PLAIN_CERTIFICATE_LABELS = {
    **CERTIFICATE_LABELS,
    CertificateKind.SPECIAL_ABILITY: N_("单项手艺证（专项职业能力证书）"),
}
"""The same for jobseekers, with the name that stands on the paper where a plainer word comes first."""


class ReservedFor(StrEnum):
    """Groups that an opening is reserved for (定向招用对象)."""

    HARD_TO_EMPLOY = "hard_to_employ"
    ZERO_EMPLOYMENT_HOUSEHOLD = "zero_employment_household"
    UNION_HARDSHIP = "union_hardship"
    PAIRED = "paired"


RESERVED_LABELS = {
    ReservedFor.HARD_TO_EMPLOY: N_("就业困难人员"),
    ReservedFor.ZERO_EMPLOYMENT_HOUSEHOLD: N_("零就业家庭成员"),
    ReservedFor.UNION_HARDSHIP: N_("困难职工"),
    ReservedFor.PAIRED: N_("结对帮扶对象"),
}


class SkillRequirement(Draft):
    """One skill or trade that an opening requires (技能要求)."""

    term: Line = ""
    occupation_code: Annotated[str, Field(pattern=r"^([0-9]-[0-9]{2}(-[0-9]{2}){0,2})?$")] = ""
    level: Annotated[int, Field(ge=1, le=5)] | None = None
    must: bool = False


class CertificateRequirement(Draft):
    """One certificate that an opening requires (证书要求)."""

    kind: CertificateKind
    name: Line = ""
    level: Annotated[int, Field(ge=1, le=5)] | None = None
    must: bool = False


class OpeningDraft(Draft):
    """An opening as an employer or an officer writes it; a draft may be incomplete (招聘简章)."""

    title: Words
    employer_id: RecordId | None = None
    occupation_code: Annotated[str, Field(pattern=r"^([0-9]-[0-9]{2}(-[0-9]{2}){0,2})?$")] = ""
    kind: OpeningKind = OpeningKind.LOCAL
    headcount: Annotated[int, Field(ge=1, le=10_000)] = 1
    content: Paragraph = ""
    conditions: Paragraph = ""
    region_code: RegionCode | None = None
    address: Line = ""
    wage_min_fen: Fen | None = None
    wage_max_fen: Fen | None = None
    wage_unit: WageUnit = WageUnit.MONTH
    base_pay_fen: Fen | None = None
    overtime_rule: Line = ""
    pay_day: Annotated[int, Field(ge=1, le=31)] | None = None
    employment_type: EmploymentType = EmploymentType.DIRECT
    contract_party: ContractParty | None = None
    client_name: Line = ""
    hours_per_week: Annotated[int, Field(ge=1, le=100)] | None = None
    shift: Line = ""
    night_shift: bool | None = None
    hazardous: bool = False
    board: Provision = Provision.UNSTATED
    lodging: Provision = Provision.UNSTATED
    travel_paid_by: Payer = Payer.UNSTATED
    medical_paid_by: Payer = Payer.UNSTATED
    social_insurance: Annotated[tuple[Line, ...], Field(max_length=8)] = ()
    min_education: Education | None = None
    skill_requirements: Annotated[tuple[SkillRequirement, ...], Field(max_length=12)] = ()
    certificate_requirements: Annotated[tuple[CertificateRequirement, ...], Field(max_length=8)] = ()
    age_min: Annotated[int, Field(ge=16, le=80)] | None = None
    age_max: Annotated[int, Field(ge=16, le=80)] | None = None
    age_reason: Line = ""
    sex_limit_ground: SexGround | None = None
    sex_limit_evidence: Line = ""
    accepts_training: bool = False
    reserved_for: Annotated[tuple[ReservedFor, ...], Field(max_length=4)] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    source: OpeningSource = OpeningSource.DIRECT
    source_name: Line = ""


class OpeningFull(Conflict):
    """All places of the opening are taken."""

    code = "opening-full"
    message = N_("这个岗位已招满")


class HeadcountBelowTaken(Conflict):
    """The new headcount is below the number of people already hired."""

    code = "headcount-below-taken"
    message = N_("已经录用 {taken} 人，招聘人数不能少于这个数")
