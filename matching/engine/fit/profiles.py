"""What a match may depend on, and nothing else: the two profiles, the weights and the day.

Sex, ethnicity, marital status and household register have no field here, so no score can depend on them. `None` always
means "not recorded" and is neutral; an empty tuple means "recorded as none".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

Id = int | str
MOST_FEN = 2_000_000_000
"""Monthly pay is capped at 20 million yuan; higher figures count as that."""


class WageUnit(StrEnum):
    """The unit of a wage (计薪单位)."""

    MONTH = "month"
    DAY = "day"
    HOUR = "hour"
    PIECE = "piece"


class Leave(StrEnum):
    """How far from home a worker is willing to go (外出意愿)."""

    NONE = "none"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    ANY = "any"


class Risk(StrEnum):
    """Standing of the employer (用人单位风险状态)."""

    NORMAL = "normal"
    WATCH = "watch"
    SUSPENDED = "suspended"
    BLACKLISTED = "blacklisted"


class EmploymentType(StrEnum):
    """The type of employment (用工形式)."""

    DIRECT = "direct"
    AGENCY = "agency"
    PIECEWORK = "piecework"
    SEASONAL = "seasonal"
    HOUSEHOLD = "household"
    FLEXIBLE = "flexible"


@dataclass(frozen=True, slots=True)
class Practice:
    """An occupation that the worker has worked in (从业经历).

    `level` is the national skill level, 1 (高级技师) to 5 (初级工); `verified` says that somebody else confirmed it.
    """

    code: str
    years: int | None = None
    level: int | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill term with its level, 1 (knows a little) to 5 (master) (技能)."""

    term: str
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that the worker holds (证书). `level` 1 is the highest, as in the national scale."""

    kind: str
    level: int | None = None
    expires_on: date | None = None
    review_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class SkillNeed:
    """A skill that an opening asks for; `must` makes it a hard condition (技能要求)."""

    term: str
    level: int | None = None
    must: bool = False


@dataclass(frozen=True, slots=True)
class CertificateNeed:
    """A certificate that an opening asks for; `must` makes it a hard condition (证书要求)."""

    kind: str
    level: int | None = None
    must: bool = True


@dataclass(frozen=True, slots=True)
class WorkerProfile:
    """What may influence the matches of a worker (劳动者画像).

    `regions` are region codes in order of preference (610404, 6104, 61 or 320000: trailing zeros mean the whole
    region); `home` is the code of the home county. Wages in fen per `wage_unit`. `education` is any scale that grows
    with schooling, the same as for openings. `hardship` breaks ties and never adds points.
    """

    id: Id
    wanted: tuple[str, ...] | None = None
    practised: tuple[Practice, ...] | None = None
    skills: tuple[Skill, ...] | None = None
    certificates: tuple[Certificate, ...] | None = None
    regions: tuple[str, ...] = ()
    leave_home_ok: Leave | None = None
    home: str | None = None
    wage_floor_fen: int | None = None
    wage_unit: WageUnit = WageUnit.MONTH
    employment_types: tuple[EmploymentType, ...] = ()
    night_ok: bool | None = None
    shift_ok: bool | None = None
    needs_board: bool = False
    needs_lodging: bool = False
    education: int | None = None
    birth_date: date | None = None
    available_from: date | None = None
    accepts_training: bool | None = None
    registered_on: date = date.min
    hardship: bool = False


@dataclass(frozen=True, slots=True)
class OpeningProfile:
    """What may influence the matches of an opening (岗位画像).

    Wages in fen per `wage_unit`. `starts_on` is the first working day where it is fixed. `underserved` (fewer
    introductions than its fair share) and `health` (0-100, how well the employer answers) order equal scores only.
    """

    id: Id
    occupation: str | None = None
    region: str | None = None
    remaining: int | None = None
    wage_min_fen: int | None = None
    wage_max_fen: int | None = None
    wage_unit: WageUnit = WageUnit.MONTH
    skills: tuple[SkillNeed, ...] = ()
    certificates: tuple[CertificateNeed, ...] = ()
    employment_type: EmploymentType | None = None
    night: bool | None = None
    shift: bool | None = None
    hazardous: bool = False
    board: bool | None = None
    lodging: bool | None = None
    min_education: int | None = None
    min_age: int | None = None
    accepts_training: bool | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    starts_on: date | None = None
    risk: Risk = Risk.NORMAL
    registered_on: date = date.min
    underserved: bool = False
    health: int = 50


@dataclass(frozen=True, slots=True)
class WageBasis:
    """The assumption that makes wages of different units comparable (工资折算口径).

    Days a month in hundredths (2600 = 26 days), hours a day, and pieces a month; without a piece figure, piece wages
    are unknown and exclude nobody.
    """

    days_hundredths: int = 2600
    hours: int = 8
    pieces: int | None = None

    def monthly(self, fen: int | None, unit: WageUnit) -> int | None:
        """Fen a month for `fen` per `unit`, at most MOST_FEN; None where that cannot be known."""
        if fen is None:
            return None
        match unit:
            case WageUnit.MONTH:
                month = fen
            case WageUnit.DAY:
                month = fen * self.days_hundredths // 100
            case WageUnit.HOUR:
                month = fen * self.hours * self.days_hundredths // 100
            case WageUnit.PIECE:
                if self.pieces is None:
                    return None
                month = fen * self.pieces
        return min(month, MOST_FEN)


@dataclass(frozen=True, slots=True)
class Weights:
    """Points of the fit, all integers; the five factors' maxima and the trade's add up to 100 (匹配权重).

    A triple is (same occupation, same small group, same field). `wanted` counts for occupations that the worker asks
    for, `held` for those practised but not asked for. `*_unknown` are the neutral values for missing data.
    """

    version: str = "prior-1"
    wanted: tuple[int, int, int] = (40, 28, 16)
    held: tuple[int, int, int] = (32, 22, 12)
    neighbour: int = 10
    skill_only: int = 6
    trade_unknown: int = 20
    year: int = 2
    years_full: int = 5
    years_unknown: int = 4
    level_unknown: int = 2
    experience_unknown: int = 7
    skills: int = 20
    skills_unknown: int = 10
    wage_met: int = 6
    wage_above: int = 4
    wage_partly: int = 3
    wage_unknown: int = 5
    place: tuple[int, ...] = (10, 8, 6)
    distance: tuple[int, int, int, int] = (10, 7, 4, 2)
    place_unknown: int = 5
    engagement: tuple[int, int] = (2, 1)
    living: tuple[int, int] = (3, 2)

    @property
    def experience(self) -> int:
        """The maximum points for experience: full years and the highest verified level."""
        return self.year * self.years_full + 5

    @property
    def wage(self) -> int:
        """The maximum points for the wage."""
        return self.wage_met + self.wage_above

    @property
    def best_place(self) -> int:
        """The maximum points for the place."""
        return max(*self.place, *self.distance)

    @property
    def total(self) -> int:
        """The maximum points of a pair; 100 for any weights that may be used."""
        terms = self.engagement[0] + self.living[0]
        return self.wanted[0] + self.experience + self.skills + self.wage + self.best_place + terms


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything besides the two profiles that a match depends on (匹配依据).

    `adjacency` maps an occupation code to the neighbouring codes that its people move to, each with or without a course
    (转岗方向). The same profiles on the same ground give the same points and order on any machine.
    """

    today: date
    weights: Weights = field(default_factory=Weights)
    wages: WageBasis = field(default_factory=WageBasis)
    adjacency: Mapping[str, frozenset[str]] = field(default_factory=dict)


def area(code: str | None) -> str | None:
    """The part of a region code that says something; one area lies inside another when it starts with it.

    Trailing zeros mean "all of it", streets fall to their county, and a name that is no code stands for itself.

    >>> area("610404002"), area("610400"), area("61"), area("Weicheng")
    ('610404', '6104', '61', '~Weicheng~')
    """
    text = (code or "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and (len(text) >= 6 or len(text) in (2, 4))):
        return f"~{text}~"
    head = text[:6]
    while len(text) >= 6 and len(head) > 2 and head.endswith("00"):
        head = head[:-2]
    return head


def order_key(registered_on: date, key: Id) -> tuple[date, int, int, str]:
    """Ties are broken by registration date, then by id; numbers come before words."""
    return (registered_on, 0, key, "") if isinstance(key, int) else (registered_on, 1, 0, key)
