"""Open openings as lists, the engine and the text index see them, each from one database row (在招岗位)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from centre import clock
from centre.people import Sex
from centre.policy import PolicyMissing, policy
from centre.skills.vocabulary import vocabulary
from centre.text import normalise
from employers.companies.models import Employer
from employers.companies.rules import RISKS
from employers.openings.models import Opening
from employers.openings.rules import CertificateRequirement, Provision, SkillRequirement, recruiter
from employers.openings.screening import without_phones
from matching.engine.fit.conditions import LEGAL_PAPERS
from matching.engine.fit.profiles import (
    CertificateNeed,
    EmploymentType,
    OpeningProfile,
    Risk,
    SkillNeed,
    WageBasis,
    WageUnit,
)
from matching.engine.text.terms import level_shifts
from matching.profiles.rules import EDUCATION_SCALE

if TYPE_CHECKING:
    from matching.engine.text.terms import Document

AGES = "ages"
"""The facet of the ages that openings ask for; for searches only, no page counts it."""

_GIVEN = {Provision.FREE: True, Provision.SUBSIDY: True, Provision.PAID: True, Provision.NONE: False}
_ROTATING = ("两班", "三班", "倒班", "四班", "轮班")
_NIGHT = ("夜班", "三班", "两班倒", "四班")
_NO_NIGHT = ("无夜班", "不上夜班", "没有夜班", "不夜班")
_DAYLIGHT = ("白班", "长白", "日班")
_DAY = ("白班", "长白", "日班", "双休", "单休")


@dataclass(frozen=True, slots=True)
class Listed:
    """An open opening as shown in lists, with its data for the engine (在招岗位)."""

    id: int
    title: str
    employer_id: int
    employer: str
    client_name: str
    region_code: str
    occupation: str
    wage_min_fen: int | None
    wage_max_fen: int | None
    wage_unit: str
    employment_type: str
    headcount: int
    remaining: int
    board: bool | None
    lodging: bool | None
    shift: str
    accepts_training: bool
    valid_until: date | None
    posted_on: date
    risk: Risk
    sex_ground: str
    contract_party: str
    hours_per_week: int | None
    min_education: str
    skills: tuple[SkillRequirement, ...]
    certificates: tuple[CertificateRequirement, ...]
    updated_at: datetime
    profile: OpeningProfile
    mark: tuple[int, int]

    def recruiter(self, locale: str) -> str:
        """The displayed name of who offers the job, an agency with the employer for whom it recruits."""
        return recruiter(locale, self.employer, self.client_name)

    def is_closed_to(self, sex: Sex | None) -> bool:
        """Whether the law keeps this work from people of a sex; its only grounds protect women (MA-07)."""
        return bool(self.sex_ground) and sex is Sex.FEMALE


def wage_basis(session: Session) -> WageBasis:
    """The assumption that makes daily and hourly wages comparable, from today's policy."""
    today = clock.today()
    try:
        days = float(policy(session, "days-per-month", on=today))
        hours = float(policy(session, "hours-per-month", on=today))
    except PolicyMissing:
        return WageBasis()
    return WageBasis(days_hundredths=round(days * 100), hours=round(hours / days))


def rows() -> Select[Any]:
    """All data about openings for lists and indexes, in one select with the employer."""
    columns = (
        Opening.id, Opening.title, Opening.employer_id, Opening.region_code, Opening.occupation_code, Opening.content,
        Opening.conditions, Opening.address, Opening.wage_min_fen, Opening.wage_max_fen, Opening.wage_unit,
        Opening.employment_type, Opening.headcount, Opening.taken, Opening.board, Opening.lodging, Opening.shift,
        Opening.night_shift, Opening.hazardous, Opening.accepts_training, Opening.skill_requirements,
        Opening.certificate_requirements, Opening.min_education, Opening.age_min, Opening.age_max, Opening.age_reason,
        Opening.sex_limit_ground, Opening.social_insurance, Opening.valid_from, Opening.valid_until, Opening.state,
        Opening.client_name, Opening.contract_party, Opening.hours_per_week,
        Opening.reserved_for, Opening.posted_at, Opening.created_at, Opening.updated_at, Opening.version,
        Employer.name.label("employer"),
        Employer.state.label("employer_state"), Employer.updated_at.label("employer_updated_at"),
        Employer.version.label("employer_version"),
    )  # fmt: skip
    return select(*columns).join(Employer, Employer.id == Opening.employer_id).order_by(Opening.id)


def covers(first: date | None, last: date | None, today: date) -> bool:
    """Whether an opening is valid on a day; without an end it stays valid."""
    return (first is None or first <= today) and (last is None or last >= today)


def listing(row: Any) -> Listed:
    """A database row as a list entry; a missing occupation is derived from the title."""
    occupation = row.occupation_code or _guessed(row.title)
    posted = clock.local(row.posted_at or row.created_at).date()
    risk = Risk(RISKS[row.employer_state].value) if row.employer_state in RISKS else Risk.NORMAL
    boarded, lodged = _GIVEN.get(row.board), _GIVEN.get(row.lodging)
    return Listed(
        id=row.id,
        title=without_phones(row.title),
        employer_id=row.employer_id,
        employer=row.employer,
        client_name=without_phones(row.client_name),
        region_code=row.region_code,
        occupation=occupation,
        wage_min_fen=row.wage_min_fen,
        wage_max_fen=row.wage_max_fen,
        wage_unit=row.wage_unit.value,
        employment_type=row.employment_type.value,
        headcount=row.headcount,
        remaining=row.headcount - row.taken,
        board=boarded,
        lodging=lodged,
        shift=without_phones(row.shift),
        accepts_training=row.accepts_training,
        valid_until=row.valid_until,
        posted_on=posted,
        risk=risk,
        sex_ground=row.sex_limit_ground.value if row.sex_limit_ground else "",
        contract_party=row.contract_party.value if row.contract_party else "",
        hours_per_week=row.hours_per_week,
        min_education=row.min_education.value if row.min_education else "",
        skills=tuple(map(SkillRequirement.model_validate, row.skill_requirements)),
        certificates=tuple(map(CertificateRequirement.model_validate, row.certificate_requirements)),
        updated_at=row.updated_at,
        profile=_profile(row, occupation, posted, risk),
        mark=(row.version, row.employer_version),
    )


def listed_now(opening: Opening) -> Listed:
    """An opening just read, with its employer, as the board lists it."""
    return listing(_AsRow(opening))


class _AsRow:
    """An opening and its employer under the column names of `rows`."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self.employer = opening.employer.name
        self.employer_state = opening.employer.state
        self.employer_version = opening.employer.version

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opening, name)


def _guessed(title: str) -> str:
    mentions = vocabulary().find(normalise(title))
    return mentions[0][1][0] if mentions else ""


def _profile(row: Any, occupation: str, posted: date, risk: Risk) -> OpeningProfile:
    return OpeningProfile(
        id=row.id,
        occupation=occupation or None,
        region=row.region_code or None,
        remaining=row.headcount - row.taken,
        wage_min_fen=row.wage_min_fen,
        wage_max_fen=row.wage_max_fen,
        wage_unit=WageUnit(row.wage_unit.value),
        skills=tuple(_skill_need(need) for need in row.skill_requirements if _term(need)),
        certificates=tuple(sorted(map(_certificate_need, row.certificate_requirements), key=_is_wish)),
        employment_type=EmploymentType(row.employment_type.value),
        night=nights(row.night_shift, row.shift),
        shift=_rotates(row.shift),
        hazardous=row.hazardous,
        board=_GIVEN.get(row.board),
        lodging=_GIVEN.get(row.lodging),
        min_education=EDUCATION_SCALE[row.min_education] if row.min_education else None,
        # An age limit without a recorded reason excludes nobody (DOMAIN 4.4).
        min_age=row.age_min if row.age_reason else None,
        accepts_training=row.accepts_training,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        risk=risk,
        registered_on=posted,
    )


def _term(need: Mapping[str, Any]) -> str:
    code = need.get("occupation_code") or ""
    return normalise(need.get("term") or (vocabulary().name(code) if code else ""))


def _certificate_need(need: Mapping[str, Any]) -> CertificateNeed:
    return CertificateNeed(need["kind"], need.get("level"), bool(need.get("must")))


def _is_wish(need: CertificateNeed) -> bool:
    """Papers that the law asks for come first, so that the first one missing tells whether the work is lawful."""
    return need.kind not in LEGAL_PAPERS


def _skill_need(need: Mapping[str, Any]) -> SkillNeed:
    return SkillNeed(_term(need), None, bool(need.get("must")))


def _rotates(shift: str) -> bool | None:
    shift = level_shifts(shift)
    if any(word in shift for word in _ROTATING):
        return True
    return False if any(word in shift for word in _DAY) else None


def nights(stated: bool | None, shift: str) -> bool | None:
    """Whether the work goes on at night: as the employer stated it, else by the shift described; None when unsaid.

    >>> nights(None, "三班倒"), nights(None, "长白班，双休"), nights(None, "双休")
    (True, False, None)
    """
    if stated is not None:
        return stated
    if any(word in shift for word in _NIGHT) and not any(word in shift for word in _NO_NIGHT):
        return True
    return False if any(word in shift for word in (*_DAYLIGHT, *_NO_NIGHT)) else None


def document(row: Any, listed: Listed, wages: WageBasis) -> "Document":
    """A row as the text index sees it."""
    from matching.engine.text.terms import Document

    unit = WageUnit(listed.wage_unit)
    return Document(
        id=listed.id,
        title=listed.title,
        occupations=(listed.occupation,) if listed.occupation else (),
        employer=listed.employer,
        description=f"{row.content}\n{row.conditions}\n{row.shift}\n{row.address}",
        region=listed.region_code,
        wage_min_fen=wages.monthly(listed.wage_min_fen, unit),
        wage_max_fen=wages.monthly(listed.wage_max_fen, unit),
        order=int((row.posted_at or row.created_at).timestamp()),
        facets={"employment": (listed.employment_type,), "offer": offers(row, listed), AGES: (_ages(row),)},
    )


def _ages(row: Any) -> str:
    """The ages that an opening asks for, as `18-45`; a limit without a recorded reason excludes nobody (DOMAIN 4.4)."""
    return f"{row.age_min or ''}-{row.age_max or ''}" if row.age_reason else "-"


def welcomes(ages: str, age: int) -> bool:
    """Whether an age lies within the limits: welcomes("18-45", 50) is False."""
    youngest, _, oldest = ages.partition("-")
    return (not youngest or int(youngest) <= age) and (not oldest or age <= int(oldest))


def offers(row: Any, listed: Listed) -> tuple[str, ...]:
    """The benefits of an opening, as the filters of the search page."""
    ticks = {
        "board": listed.board,
        "lodging": listed.lodging,
        "day": listed.profile.night is False,
        "night": listed.profile.night is True,
        "training": listed.accepts_training,
        "insurance": bool(row.social_insurance),
    }
    return tuple(name for name, held in ticks.items() if held)
