"""Providers and majors: code lists and drafts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from centre.drafts import Draft, Fen, Line, NearDay, RecordId, RegionCode, Words
from centre.errors import Conflict, Forbidden
from centre.permissions import Actor, Permission
from centre.states import Machine, Move
from centre.translation import N_


class ProviderState(StrEnum):
    """Whether a provider may open classes (机构状态)."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


STATE_LABELS = {
    ProviderState.ACTIVE: N_("正常办学"),
    ProviderState.SUSPENDED: N_("暂停开班"),
    ProviderState.ENDED: N_("已终止"),
}

PROVIDERS = Machine(
    "provider",
    [
        Move(ProviderState.ACTIVE, "suspend", ProviderState.SUSPENDED, Permission.MANAGE_PROVIDERS),
        Move(ProviderState.SUSPENDED, "resume", ProviderState.ACTIVE, Permission.MANAGE_PROVIDERS),
        Move(ProviderState.ACTIVE, "end", ProviderState.ENDED, Permission.MANAGE_PROVIDERS),
        Move(ProviderState.SUSPENDED, "end", ProviderState.ENDED, Permission.MANAGE_PROVIDERS),
    ],
    STATE_LABELS,
)


class MajorKind(StrEnum):
    """What sort of training a major is (培训类型)."""

    SKILL = "skill"
    ENTREPRENEURSHIP = "entrepreneurship"
    ON_THE_JOB = "on_the_job"
    ORIENTATION = "orientation"


MAJOR_KIND_LABELS = {
    MajorKind.SKILL: N_("技能培训"),
    MajorKind.ENTREPRENEURSHIP: N_("创业培训"),
    MajorKind.ON_THE_JOB: N_("岗位培训"),
    MajorKind.ORIENTATION: N_("就业引导"),
}

LEVEL_LABELS = {
    5: N_("五级/初级工"),
    4: N_("四级/中级工"),
    3: N_("三级/高级工"),
    2: N_("二级/技师"),
    1: N_("一级/高级技师"),
}
"""Skill levels as the certificates number them: 5 is the lowest, 1 the highest (职业技能等级)."""

OccupationCode = Annotated[str, StringConstraints(pattern=r"^[1-8]-[0-9]{2}-[0-9]{2}-[0-9]{2}$")]
"""A code of the national occupation classification, for example 6-05-01-03."""


class ProviderNotActive(Conflict):
    """The work with the school is suspended or has ended: nothing new begins with it."""

    code = "provider-not-active"
    message = N_("中心和这所学校的合作已暂停或终止，目前不能办理")


def require_active(state: ProviderState) -> None:
    """Let nothing new begin with a school whose work is suspended or over. Raises ProviderNotActive."""
    if state is not ProviderState.ACTIVE:
        raise ProviderNotActive


@dataclass(frozen=True, slots=True)
class ProviderMoved:
    """A school was suspended, taken back or given up; published in the same transaction."""

    provider_id: int
    event: str
    reason: str


class OtherCentre(Forbidden):
    """The school belongs to another centre, whose staff decide about its classes."""

    code = "school-of-other-centre"
    message = N_("这所学校由别的中心管理，请联系该中心办理")


def require_responsible(actor: Actor, *, provider_id: int, centre_id: int) -> None:
    """Let only the school itself, its centre and the city decide about its classes. Raises OtherCentre."""
    scope = actor.scope
    if not (scope.everything or scope.all_centres or scope.provider_id == provider_id or scope.centre_id == centre_id):
        raise OtherCentre


class ProviderDraft(Draft):
    """A training provider as staff enter it."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,8}$")]
    name: Annotated[Words, StringConstraints(max_length=100)]
    employer_code: Line = ""
    licence_no: Line = ""
    region_code: RegionCode
    address: Line = ""
    phone: Annotated[Line, StringConstraints(max_length=40)] = ""
    occupations: Annotated[list[OccupationCode], Field(default_factory=list, max_length=100)]
    capacity: Annotated[int, Field(ge=0, le=100_000)] = 0
    is_own: bool = False


class AgreementDraft(Draft):
    """What the centre and a school agreed on (联合办学协议)."""

    provider_id: RecordId
    from_on: NearDay
    to_on: NearDay
    quota: Annotated[int, Field(ge=0, le=100_000)] = 0


class PriceDraft(Draft):
    """What a course costs from now on; who is enrolled already keeps the price of their day (调价)."""

    tuition_fen: Fen
    school_waiver_fen: Fen = 0
    centre_subsidy_fen: Fen = 0
    government_fen: Fen = 0


class MajorDraft(Draft):
    """A course with its price as staff enter it (专业)."""

    provider_id: RecordId
    name: Annotated[Words, StringConstraints(max_length=60)]
    occupation_code: OccupationCode
    level: Annotated[int, Field(ge=1, le=5)] | None = None
    kind: MajorKind = MajorKind.SKILL
    hours: Annotated[int, Field(ge=1, le=5_000)]
    days: Annotated[int, Field(ge=1, le=1_000)] | None = None
    tuition_fen: Fen
    school_waiver_fen: Fen = 0
    centre_subsidy_fen: Fen = 0
    government_fen: Fen = 0
