"""Rules for employers: code lists, the state machine and the registration draft."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from centre.drafts import Draft, Line, RecordId, RegionCode, Words
from centre.errors import Conflict, Forbidden
from centre.numbers import BadNumber, parse_employer_code, parse_phone
from centre.permissions import Actor, Permission
from centre.states import Machine, Move
from centre.translation import N_


class EmployerNature(StrEnum):
    """The legal nature of an employer (单位性质)."""

    STATE = "state"
    COLLECTIVE = "collective"
    PRIVATE = "private"
    FOREIGN = "foreign"
    SOLE_TRADER = "sole_trader"
    NON_PROFIT = "non_profit"
    HOUSEHOLD = "household"
    PUBLIC_BODY = "public_body"


NATURE_LABELS = {
    EmployerNature.STATE: N_("国有企业"),
    EmployerNature.COLLECTIVE: N_("集体企业"),
    EmployerNature.PRIVATE: N_("民营企业"),
    EmployerNature.FOREIGN: N_("外资企业"),
    EmployerNature.SOLE_TRADER: N_("个体工商户"),
    EmployerNature.NON_PROFIT: N_("民办非企业单位"),
    EmployerNature.HOUSEHOLD: N_("家庭雇主"),
    EmployerNature.PUBLIC_BODY: N_("机关事业单位"),
}


class EmployerState(StrEnum):
    """How far an employer is trusted (用人单位状态)."""

    REGISTERED = "registered"
    CHECKING = "checking"
    ACTIVE = "active"
    WATCH = "watch"
    SUSPENDED = "suspended"
    BLACKLISTED = "blacklisted"
    REJECTED = "rejected"


EMPLOYER_LABELS = {
    EmployerState.REGISTERED: N_("已登记"),
    EmployerState.CHECKING: N_("核验中"),
    EmployerState.ACTIVE: N_("正常"),
    EmployerState.WATCH: N_("重点关注"),
    EmployerState.SUSPENDED: N_("暂停服务"),
    EmployerState.BLACKLISTED: N_("失信名单"),
    EmployerState.REJECTED: N_("未通过核验"),
}


class Risk(StrEnum):
    """The risk that a jobseeker is warned of (风险等级)."""

    NORMAL = "normal"
    WATCH = "watch"
    SUSPENDED = "suspended"
    BLACKLISTED = "blacklisted"


RISKS = {
    EmployerState.WATCH: Risk.WATCH,
    EmployerState.SUSPENDED: Risk.SUSPENDED,
    EmployerState.BLACKLISTED: Risk.BLACKLISTED,
}

LISTED = frozenset({EmployerState.ACTIVE, EmployerState.WATCH})
"""States in which the employer and its openings are public."""

BARRED = frozenset({EmployerState.SUSPENDED, EmployerState.BLACKLISTED, EmployerState.REJECTED})
"""States in which an employer may do nothing new: no openings, no booths."""

UNVERIFIED = frozenset({EmployerState.REGISTERED, EmployerState.CHECKING, EmployerState.REJECTED})
"""States in which the centre has not seen who the employer is: everything may still be changed."""

SHUT_OUT = frozenset({EmployerState.SUSPENDED, EmployerState.BLACKLISTED})
"""States that end an employer's sessions and tokens on entry."""

EMPLOYER = Machine(
    "employer",
    [
        Move(EmployerState.REGISTERED, "submit", EmployerState.CHECKING, Permission.REGISTER_EMPLOYER),
        Move(EmployerState.REJECTED, "submit", EmployerState.CHECKING, Permission.REGISTER_EMPLOYER),
        Move(EmployerState.CHECKING, "verify", EmployerState.ACTIVE, Permission.VERIFY_EMPLOYER),
        Move(EmployerState.CHECKING, "reject", EmployerState.REJECTED, Permission.VERIFY_EMPLOYER),
        Move(EmployerState.ACTIVE, "warn", EmployerState.WATCH, Permission.VERIFY_EMPLOYER),
        Move(EmployerState.WATCH, "clear", EmployerState.ACTIVE, Permission.VERIFY_EMPLOYER),
        Move(EmployerState.WATCH, "suspend", EmployerState.SUSPENDED, Permission.VERIFY_EMPLOYER),
        Move(EmployerState.SUSPENDED, "remedy", EmployerState.WATCH, Permission.MANAGE_RISK),
        Move(EmployerState.SUSPENDED, "blacklist", EmployerState.BLACKLISTED, Permission.MANAGE_RISK),
        *(
            Move(state, "licence_expired", EmployerState.CHECKING, Permission.VERIFY_EMPLOYER)
            for state in (EmployerState.ACTIVE, EmployerState.WATCH)
        ),
    ],
    EMPLOYER_LABELS,
)

FREEZING = frozenset({"suspend", "blacklist", "licence_expired"})
"""Events after which the employer's openings are frozen."""

THAWING = frozenset({"verify", "remedy", "clear"})
"""Events after which frozen openings are restored."""


@dataclass(frozen=True, slots=True)
class ServiceLicenceGone:
    """An employer no longer has the licence to recruit for others (人力资源服务许可证已取消)."""

    employer_id: int
    actor: Actor


@dataclass(frozen=True, slots=True)
class EmployerMoved:
    """An employer changed state through an event of its machine; `actor` caused it."""

    employer_id: int
    event: str
    state: EmployerState
    reason: str
    actor: Actor


PAPERS = ("licence_expires_on", "service_licence", "dispatch_licence", "hygiene_permit")
"""What the centre has seen on paper when it verifies; afterwards only the centre enters a new one."""

LICENCE_NOTICES = (30, 7, 1)
"""Days before a licence expires on which its employer is warned."""


class EmployerKnown(Conflict):
    """An employer with this unified social credit code is already registered."""

    code = "employer-known"
    message = N_("统一社会信用代码 {uscc} 已登记为“{name}”，不用重复登记")


class LicenceEnded(Conflict):
    """The licence has expired; an employer cannot be verified on it."""

    code = "licence-ended"
    message = N_("营业执照已于 {day} 到期，请先登记新执照的有效期，再核验通过")


class EmployerNotActive(Conflict):
    """The employer is not verified yet, or is restricted."""

    code = "employer-not-active"
    message = N_("用人单位“{name}”还没有通过核验或正在受限，暂时不能办理")


def _code(value: str) -> str:
    try:
        return parse_employer_code(value) if value else ""
    except BadNumber as wrong:
        raise PydanticCustomError("employer_code", "{message}", {"message": wrong.message}) from None


def _present(value: str) -> str:
    if not value:
        raise PydanticCustomError("missing", N_("请填写这一项"))
    return value


def _true(value: bool) -> bool:
    if not value:
        raise PydanticCustomError("not_truthful", N_("请确认填写的内容真实"))
    return value


def _phone(value: str) -> str:
    try:
        return parse_phone(value) if value else ""
    except BadNumber as wrong:
        raise PydanticCustomError("phone", "{message}", {"message": wrong.message}) from None


EmployerCode = Annotated[str, Field(max_length=40), AfterValidator(_code)]
"""A unified social credit code, or empty (统一社会信用代码)."""

Phone = Annotated[str, Field(max_length=40), AfterValidator(_phone)]
"""A telephone number, or empty."""

ShortLine = Annotated[Line, Field(max_length=60)]
"""A name or the number of a licence."""


class EmployerDraft(Draft):
    """An employer as it is registered (单位登记)."""

    name: Words
    uscc: EmployerCode = ""
    nature: EmployerNature = EmployerNature.PRIVATE
    industry_code: Annotated[str, Field(max_length=4, pattern=r"^([A-T]([0-9]{2})?)?$")] = ""
    region_code: RegionCode
    address: Line = ""
    size_band: Annotated[Line, Field(max_length=40)] = ""
    legal_person: ShortLine = ""
    contact_name: ShortLine = ""
    contact_phone: Phone = ""
    licence_file: Line = ""
    licence_expires_on: date | None = None
    service_licence: ShortLine = ""
    dispatch_licence: ShortLine = ""
    hygiene_permit: ShortLine = ""
    association: ShortLine = ""
    centre_id: RecordId | None = None


class EmployerRegistration(Draft):
    """What an employer fills in to register online; verification needs all of it (单位网上登记)."""

    name: Words
    nature: EmployerNature = EmployerNature.PRIVATE
    uscc: Annotated[EmployerCode, Field(validate_default=True)] = ""
    region_code: RegionCode
    address: Line = ""
    legal_person: ShortLine = ""
    contact_name: Annotated[Words, Field(max_length=60)]
    contact_phone: Annotated[Phone, AfterValidator(_present)]
    licence_expires_on: date | None = None
    password: Annotated[str, StringConstraints(min_length=8, max_length=100, strip_whitespace=False)]
    truthful: Annotated[bool, AfterValidator(_true)]

    @field_validator("uscc")
    @classmethod
    def _code_of_an_organisation(cls, value: str, info: ValidationInfo) -> str:
        """A household that hires has no social credit code; everybody else has one (EM-09)."""
        return value if info.data.get("nature") is EmployerNature.HOUSEHOLD else _present(value)


class OwnBusiness(Forbidden):
    """An account of an employer neither verifies it nor decides on its affairs, whatever other roles it holds."""

    code = "own-business"
    message = N_("不能核实、审批自己单位的事项，请换一位同事办理")


def check_stranger(actor: Actor, employer_id: int) -> None:
    """Keep accounts of an employer from deciding on its affairs. Raises OwnBusiness."""
    if actor.scope.employer_id == employer_id:
        raise OwnBusiness
