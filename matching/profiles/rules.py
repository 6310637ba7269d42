"""What a registration, a skill profile and a wish may hold, and how a registration moves."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from centre import regions
from centre.drafts import Draft, Fen, Line, RecordId, RegionCode, Words
from centre.errors import Refusal
from centre.people import Education, PersonCategory
from centre.permissions import Permission
from centre.person_names import parse_name
from centre.states import Machine, Move
from centre.text import fold_width
from centre.translation import N_
from employers.openings.rules import CertificateKind, EmploymentType, WageUnit
from matching.engine.fit.profiles import Leave

CONSENT_VERSION = "2026-01"
CONSENT_PURPOSE = "job-service"


class RegistrationState(StrEnum):
    """Where a job-seeker registration stands (求职登记状态)."""

    DRAFT = "draft"
    ACTIVE = "active"
    IN_TRAINING = "in_training"
    PLACED = "placed"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


REGISTRATION_LABELS = {
    RegistrationState.DRAFT: N_("未提交"),
    RegistrationState.ACTIVE: N_("求职中"),
    RegistrationState.IN_TRAINING: N_("培训中"),
    RegistrationState.PLACED: N_("已上岗"),
    RegistrationState.LAPSED: N_("登记已过期"),
    RegistrationState.WITHDRAWN: N_("已退出求职"),
    RegistrationState.CLOSED: N_("稳定就业"),
}

SEEKING = (RegistrationState.ACTIVE, RegistrationState.IN_TRAINING)
"""States in which a person is offered work."""

REMIND_BEFORE = timedelta(days=14)
"""How long before its last day a registration may be renewed with one tap, and its owner is reminded of that."""

ENDED = (RegistrationState.WITHDRAWN, RegistrationState.CLOSED)
"""States that no event leaves."""

_LIVING = tuple(state for state in RegistrationState if state not in ENDED)

REGISTRATION = Machine(
    "registration",
    [
        Move(RegistrationState.DRAFT, "submit", RegistrationState.ACTIVE, Permission.EDIT_PROFILE),
        Move(RegistrationState.ACTIVE, "start_training", RegistrationState.IN_TRAINING),
        Move(RegistrationState.IN_TRAINING, "end_training", RegistrationState.ACTIVE),
        Move(RegistrationState.ACTIVE, "hire", RegistrationState.PLACED),
        Move(RegistrationState.IN_TRAINING, "hire", RegistrationState.PLACED),
        Move(RegistrationState.PLACED, "lose_job", RegistrationState.ACTIVE),
        Move(RegistrationState.PLACED, "settle", RegistrationState.CLOSED),
        Move(RegistrationState.ACTIVE, "lapse", RegistrationState.LAPSED),
        Move(RegistrationState.LAPSED, "renew", RegistrationState.ACTIVE, Permission.EDIT_PROFILE),
        *(Move(state, "withdraw", RegistrationState.WITHDRAWN, Permission.EDIT_PROFILE) for state in _LIVING),
    ],
    REGISTRATION_LABELS,
)


class Limit(StrEnum):
    """Work that a person prefers to avoid; a private wish, never shown to employers (身体限制)."""

    NO_NIGHT = "no_night"
    NO_STANDING = "no_standing"
    NO_LIFTING = "no_lifting"
    NO_HEIGHT = "no_height"


LIMIT_LABELS = {
    Limit.NO_NIGHT: N_("不上夜班"),
    Limit.NO_STANDING: N_("不能久站"),
    Limit.NO_LIFTING: N_("不能搬重物"),
    Limit.NO_HEIGHT: N_("不能登高"),
}

LEAVE_LABELS = {
    Leave.NONE: N_("只在家附近"),
    Leave.COUNTY: N_("本县区"),
    Leave.CITY: N_("全市都行"),
    Leave.PROVINCE: N_("全省都行"),
    Leave.ANY: N_("外省也行"),
}

UNIT_LABELS = {
    WageUnit.MONTH: N_("每月"),
    WageUnit.DAY: N_("每天"),
    WageUnit.HOUR: N_("每小时"),
    WageUnit.PIECE: N_("每件"),
}

EDUCATION_SCALE = {education: rank for rank, education in enumerate(reversed(Education))}
"""Schooling as a number that grows, for the engine; senior school and both vocational ways count alike."""
EDUCATION_SCALE[Education.TECHNICAL] = EDUCATION_SCALE[Education.SECONDARY_VOCATIONAL] = EDUCATION_SCALE[
    Education.SENIOR
]

_OCCUPATION = r"^[0-9]-[0-9]{2}(-[0-9]{2}){0,2}$"


def _person_name(value: str) -> str:
    """A name as the register writes it (VR26): `王　芳` -> `王芳`, one kind of middle dot."""
    try:
        return parse_name(value)
    except Refusal as fault:
        raise PydanticCustomError("bad_name", "{message}", {**fault.params, "message": fault.message}) from None


def _known_region(code: str) -> str:
    if not regions.exists(code):
        raise PydanticCustomError("region_unknown", N_("没有这个地区代码，请从列表里选"))
    return code


def _digits(value: str) -> str:
    return fold_width(value)


def _agreed(value: bool) -> bool:
    if not value:
        raise PydanticCustomError("no_consent", N_("没有本人同意，不能登记"))
    return value


KnownRegion = Annotated[RegionCode, AfterValidator(_known_region)]
"""A region code that is, or once was, in the table."""

Agreed = Annotated[bool, AfterValidator(_agreed)]
"""A yes that has to be there."""

PersonName = Annotated[Words, AfterValidator(_person_name)]
"""A person's name, 2 to 50 characters."""

RawNumber = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_digits)]
"""A number as people write it; the actions read it by centre.numbers and refuse with the reason."""

OccupationCode = Annotated[str, StringConstraints(pattern=_OCCUPATION)]
"""A code of the national classification, any level."""

Years = Annotated[int, Field(ge=0, le=60)]
SkillLevel = Annotated[int, Field(ge=1, le=5)]


class SelfRegistration(Draft):
    """What a person enters to register at home: the minimum that identifies a person (网上求职登记)."""

    name: PersonName
    phone: RawNumber
    id_number: RawNumber
    live_region: KnownRegion | None = None
    password: Annotated[str, StringConstraints(max_length=100, strip_whitespace=False)] = ""
    """May be left out: the telephone is proved by a code, and a code opens the account again."""
    consent: Agreed


class CounterRegistration(Draft):
    """What a clerk enters with the person at the counter (窗口求职登记)."""

    name: PersonName
    phone: RawNumber
    id_number: RawNumber
    live_region: KnownRegion | None = None
    home_region: KnownRegion | None = None
    education: Education | None = None
    categories: Annotated[tuple[PersonCategory, ...], Field(max_length=16)] = ()
    literacy_aid: bool = False
    consent: Agreed


class OccupationDraft(Draft):
    """An occupation in which a person has worked; one strong skill is enough (从业经历)."""

    occupation: OccupationCode
    years: Years | None = None
    last_used_year: Annotated[int, Field(ge=1950, le=2100)] | None = None
    level: SkillLevel | None = None


class SkillDraft(Draft):
    """One skill in the person's own words or from the list (技能)."""

    term: Words
    level: SkillLevel | None = None


class CertificateDraft(Draft):
    """A certificate as it is printed (证书)."""

    kind: CertificateKind
    number: Annotated[Line, StringConstraints(max_length=40)] = ""
    occupation: OccupationCode | None = None
    level: SkillLevel | None = None
    issuer: Annotated[Line, StringConstraints(max_length=100)] = ""
    issued_on: date | None = None
    expires_on: date | None = None
    reviewed: bool = False


class ProfileDraft(Draft):
    """A person's complete skills; a part that is left out stays as it is (技能档案)."""

    occupations: Annotated[list[OccupationDraft], Field(max_length=10)] | None = None
    skills: Annotated[list[SkillDraft], Field(max_length=30)] | None = None
    certificates: Annotated[list[CertificateDraft], Field(max_length=20)] | None = None
    limits: Annotated[list[Limit], Field(max_length=8)] | None = None
    education: Education | None = None
    literacy_aid: bool | None = None


class WishDraft(Draft):
    """The work that a person wants; a part that is left out stays as it is (求职意向)."""

    occupations: Annotated[list[OccupationCode], Field(max_length=5)] | None = None
    regions: Annotated[list[KnownRegion], Field(max_length=8)] | None = None
    leave_home_ok: Leave | None = None
    wage_floor_fen: Fen | None = None
    wage_unit: WageUnit | None = None
    employment_types: Annotated[list[EmploymentType], Field(max_length=6)] | None = None
    night_ok: bool | None = None
    shift_ok: bool | None = None
    needs_board: bool | None = None
    needs_lodging: bool | None = None
    available_from_on: date | None = None
    accepts_training: bool | None = None


class PersonSearch(Draft):
    """How a clerk searches for a person: identity number, telephone or name (查找服务对象)."""

    q: Line = ""
    id: RecordId | None = None
