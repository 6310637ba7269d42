"""Stage one: hard conditions, each with the verdict pass, fail or unknown (硬性条件).

Unknown never fails. Every condition is a function of the two profiles and the ground; `CONDITIONS` lists them all in
display order.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from matching.engine.fit.profiles import (
    Certificate,
    CertificateNeed,
    Ground,
    Leave,
    OpeningProfile,
    Risk,
    SkillNeed,
    WorkerProfile,
    area,
)
from matching.engine.fit.trades import Kin, nearest, trade_known

ADULT = 18
LEGAL_PAPERS = frozenset({"special_operation", "driving", "health"})
"""Papers without which the law forbids the work, so that no letter is written; others are the employer's wish."""
WORKING_AGE = 16


class FitVerdict(StrEnum):
    """The verdict of a hard condition (通过、不通过、未知)."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNKNOWN = "unknown"


class Condition(StrEnum):
    """What a condition checks (条件)."""

    VALID = "valid"
    PLACES = "places"
    EMPLOYER = "employer"
    AGE = "age"
    REGION = "region"
    WAGE = "wage"
    CERTIFICATE = "certificate"
    SKILL = "skill"
    EDUCATION = "education"
    HOURS = "hours"
    ENGAGEMENT = "engagement"
    LIVING = "living"
    TRADE = "trade"


@dataclass(frozen=True, slots=True)
class ConditionCheck:
    """The verdict of one condition: `code` names the sentence that explains it, `params` fill that sentence."""

    condition: Condition
    verdict: FitVerdict
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


Asking = Callable[[WorkerProfile, OpeningProfile, Ground], ConditionCheck]


def is_unlawful(check: ConditionCheck) -> bool:
    """Whether a failed condition is one of the law: the age, or a paper that the work needs (VR12, VR22)."""
    if check.verdict is not FitVerdict.FAIL:
        return False
    is_paper = check.condition is Condition.CERTIFICATE and check.params.get("certificate") in LEGAL_PAPERS
    return check.condition is Condition.AGE or is_paper


def _passed(condition: Condition, code: str, **params: object) -> ConditionCheck:
    return ConditionCheck(condition, FitVerdict.PASS, code, params)


def _failed(condition: Condition, code: str, **params: object) -> ConditionCheck:
    return ConditionCheck(condition, FitVerdict.FAIL, code, params)


def _unknown(condition: Condition, code: str, **params: object) -> ConditionCheck:
    return ConditionCheck(condition, FitVerdict.UNKNOWN, code, params)


def start_of(worker: WorkerProfile, opening: OpeningProfile, today: date) -> date:
    """The first day on which this worker could start this job."""
    if opening.starts_on is not None:
        return opening.starts_on
    return max(today, opening.valid_from or today, worker.available_from or today)


def birthday(born: date, age: int) -> date:
    """The day on which a person turns `age`; for those born on 29 February it is 1 March in other years."""
    year = born.year + age
    if (born.month, born.day) == (2, 29) and not (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)):
        return date(year, 3, 1)
    return born.replace(year=year)


def valid(worker: WorkerProfile, opening: OpeningProfile, ground: Ground) -> ConditionCheck:
    """The opening is still on offer, and the worker is free before it ends or starts."""
    name = Condition.VALID
    until = opening.valid_until
    if until is not None and until < ground.today:
        return _failed(name, "expired", on=until)
    last = opening.starts_on if until is None else until if opening.starts_on is None else min(until, opening.starts_on)
    free = worker.available_from
    if last is not None and free is not None and max(free, ground.today) > max(last, ground.today):
        return _failed(name, "free-too-late", on=free)
    return _unknown(name, "no-end") if until is None else _passed(name, "offered", on=until)


def places(_worker: WorkerProfile, opening: OpeningProfile, _ground: Ground) -> ConditionCheck:
    """At least one place is left."""
    if opening.remaining is None:
        return _unknown(Condition.PLACES, "places-unknown")
    if opening.remaining < 1:
        return _failed(Condition.PLACES, "filled")
    return _passed(Condition.PLACES, "places-left", n=opening.remaining)


def employer(_worker: WorkerProfile, opening: OpeningProfile, _ground: Ground) -> ConditionCheck:
    """The employer is neither suspended nor blacklisted; one on the watch list passes with a warning."""
    if opening.risk in (Risk.SUSPENDED, Risk.BLACKLISTED):
        return _failed(Condition.EMPLOYER, "employer-suspended")
    return _passed(Condition.EMPLOYER, "employer-watched" if opening.risk is Risk.WATCH else "employer-sound")


def age(worker: WorkerProfile, opening: OpeningProfile, ground: Ground) -> ConditionCheck:
    """At least 16 on the first day; 16 and 17 neither at night nor at hazardous work (劳动法 15, 64)."""
    name = Condition.AGE
    if worker.birth_date is None:
        return _unknown(name, "age-unknown")
    start = start_of(worker, opening, ground.today)
    if start < birthday(worker.birth_date, WORKING_AGE):
        return _failed(name, "under-16", on=birthday(worker.birth_date, WORKING_AGE))
    adult_on = birthday(worker.birth_date, ADULT)
    if start < adult_on and opening.hazardous:
        return _failed(name, "minor-hazardous", on=adult_on)
    if start < adult_on and opening.night:
        return _failed(name, "minor-night", on=adult_on)
    if opening.min_age is not None and start < birthday(worker.birth_date, opening.min_age):
        return _failed(name, "under-age", age=opening.min_age, on=birthday(worker.birth_date, opening.min_age))
    return _passed(name, "age-lawful")


def allowed_areas(worker: WorkerProfile) -> tuple[str, ...] | None:
    """The areas in which a worker would work; None means anywhere or unknown. Areas that the worker lists are always
    included."""
    listed = tuple(region for region in map(area, worker.regions) if region)
    home = area(worker.home)
    leave = worker.leave_home_ok
    if leave is Leave.ANY:
        return None
    if leave in (Leave.CITY, Leave.PROVINCE) and home is not None and not home.startswith("~"):
        return (*listed, home[: 4 if leave is Leave.CITY else 2])
    if listed:
        return listed
    return None if home is None or leave is None else (home,)


def region(worker: WorkerProfile, opening: OpeningProfile, _ground: Ground) -> ConditionCheck:
    """The workplace lies where the worker is willing to go."""
    name = Condition.REGION
    where = area(opening.region)
    allowed = allowed_areas(worker)
    if allowed is None:
        code = "anywhere" if worker.leave_home_ok is Leave.ANY else "no-region-wish"
        return _passed(name, code) if worker.leave_home_ok is Leave.ANY else _unknown(name, code)
    if where is None:
        return _unknown(name, "place-unknown")
    if any(where.startswith(wish) for wish in allowed):
        return _passed(name, "place-allowed", region=opening.region)
    if any(wish.startswith(where) for wish in allowed):
        return _unknown(name, "place-coarse", region=opening.region)
    return _failed(name, "too-far", region=opening.region)


def monthly_range(opening: OpeningProfile, ground: Ground) -> tuple[int | None, int | None]:
    """Minimum and maximum pay in fen a month, by the stated assumption; a single figure counts as both."""
    low, high = opening.wage_min_fen, opening.wage_max_fen
    low, high = (high if low is None else low), (low if high is None else high)
    return ground.wages.monthly(low, opening.wage_unit), ground.wages.monthly(high, opening.wage_unit)


def wage(worker: WorkerProfile, opening: OpeningProfile, ground: Ground) -> ConditionCheck:
    """The maximum pay reaches the worker's minimum, both converted to monthly pay."""
    name = Condition.WAGE
    floor = ground.wages.monthly(worker.wage_floor_fen, worker.wage_unit)
    low, high = monthly_range(opening, ground)
    if floor is None:
        return _unknown(name, "no-wage-wish")
    if low is None or high is None:
        return _unknown(name, "wage-unknown")
    if high < floor:
        return _failed(name, "wage-below", low=low, high=high, floor=floor, gap=floor - high)
    return _passed(name, "wage-met" if low >= floor else "wage-partly", low=low, high=high, floor=floor)


def holds(held: Certificate, need: CertificateNeed, start: date) -> bool:
    """Kind and level match, and on the first day the certificate is neither expired nor overdue for review (VR22)."""
    if held.kind != need.kind or (held.expires_on is not None and held.expires_on < start):
        return False
    if held.review_due_on is not None and held.review_due_on < start:
        return False
    return need.level is None or held.level is None or held.level <= need.level


def certificate(worker: WorkerProfile, opening: OpeningProfile, ground: Ground) -> ConditionCheck:
    """Every required certificate is held and valid on the first day."""
    name = Condition.CERTIFICATE
    needs = [need for need in opening.certificates if need.must]
    if not needs:
        return _passed(name, "no-certificate-needed")
    if worker.certificates is None:
        return _unknown(name, "certificates-unknown", certificate=needs[0].kind)
    start = start_of(worker, opening, ground.today)
    for need in needs:
        if any(holds(held, need, start) for held in worker.certificates):
            continue
        low = any(held.kind == need.kind and not holds(held, need, date.min) for held in worker.certificates)
        overdue = any(holds(held, need, date.min) for held in worker.certificates)
        code = "certificate-expired" if overdue else "certificate-level" if low else "certificate-missing"
        return _failed(name, code, certificate=need.kind, level=need.level)
    return _passed(name, "certificate-held", certificate=needs[0].kind)


def skill_held(worker: WorkerProfile, need: SkillNeed) -> int:
    """How far the worker meets a skill need: 2 fully, 1 at a lower level, 0 not at all. Any level meets an unstated
    one."""
    best = 0
    for held in worker.skills or ():
        if held.term == need.term:
            enough = need.level is None or held.level is None or held.level >= need.level
            best = max(best, 2 if enough else 1)
    return best


def skill(worker: WorkerProfile, opening: OpeningProfile, _ground: Ground) -> ConditionCheck:
    """Every required skill is present at the required level."""
    name = Condition.SKILL
    needs = [need for need in opening.skills if need.must]
    if not needs:
        return _passed(name, "no-skill-needed")
    if worker.skills is None:
        return _unknown(name, "skills-unknown", skill=needs[0].term)
    missing = [need.term for need in needs if skill_held(worker, need) < 2]
    if missing:
        return _failed(name, "skill-missing", skill="、".join(missing))
    return _passed(name, "skill-held", skill="、".join(need.term for need in needs))


def education(worker: WorkerProfile, opening: OpeningProfile, _ground: Ground) -> ConditionCheck:
    """Education meets the requirement."""
    name = Condition.EDUCATION
    if opening.min_education is None:
        return _passed(name, "no-education-needed")
    if worker.education is None:
        return _unknown(name, "education-unknown")
    enough = worker.education >= opening.min_education
    return _passed(name, "education-enough") if enough else _failed(name, "education-short")


def hours(worker: WorkerProfile, opening: OpeningProfile, _ground: Ground) -> ConditionCheck:
    """Night work and rotating shifts are excluded only for workers who have refused them."""
    name = Condition.HOURS
    if opening.night and worker.night_ok is False:
        return _failed(name, "night-refused")
    if opening.shift and worker.shift_ok is False:
        return _failed(name, "shift-refused")
    refuses = worker.night_ok is False or worker.shift_ok is False
    if (opening.night is None or opening.shift is None) and refuses:
        return _unknown(name, "hours-unknown")
    return _passed(name, "hours-suit")


def engagement(worker: WorkerProfile, opening: OpeningProfile, _ground: Ground) -> ConditionCheck:
    """The type of employment is one that the worker accepts."""
    name = Condition.ENGAGEMENT
    if not worker.employment_types or opening.employment_type is None:
        return _unknown(name, "engagement-unknown")
    wished = opening.employment_type in worker.employment_types
    return _passed(name, "engagement-suits") if wished else _failed(name, "engagement-other")


def living(worker: WorkerProfile, opening: OpeningProfile, _ground: Ground) -> ConditionCheck:
    """Board and lodging are provided where the worker cannot do without."""
    name = Condition.LIVING
    if worker.needs_lodging and opening.lodging is False:
        return _failed(name, "no-lodging")
    if worker.needs_board and opening.board is False:
        return _failed(name, "no-board")
    lacking = (worker.needs_lodging and opening.lodging is None) or (worker.needs_board and opening.board is None)
    return _unknown(name, "living-unknown") if lacking else _passed(name, "living-suits")


def trade(worker: WorkerProfile, opening: OpeningProfile, _ground: Ground) -> ConditionCheck:
    """Worker and opening have something in common: the same, a near or a related occupation, or a required skill."""
    name = Condition.TRADE
    if opening.occupation is None or not trade_known(worker):
        return _unknown(name, "trade-unknown")
    near, code = nearest(worker, opening.occupation)
    if near is not Kin.NONE:
        return _passed(name, "trade-near", mine=code, occupation=opening.occupation)
    if any(skill_held(worker, need) for need in opening.skills):
        return _passed(name, "trade-by-skill", occupation=opening.occupation)
    return _failed(name, "trade-unrelated", occupation=opening.occupation)


CONDITIONS: Mapping[Condition, Asking] = {
    Condition.VALID: valid,
    Condition.PLACES: places,
    Condition.EMPLOYER: employer,
    Condition.AGE: age,
    Condition.REGION: region,
    Condition.WAGE: wage,
    Condition.CERTIFICATE: certificate,
    Condition.SKILL: skill,
    Condition.EDUCATION: education,
    Condition.HOURS: hours,
    Condition.ENGAGEMENT: engagement,
    Condition.LIVING: living,
    Condition.TRADE: trade,
}


def conditions(worker: WorkerProfile, opening: OpeningProfile, ground: Ground) -> tuple[ConditionCheck, ...]:
    """All verdicts for a pair, in display order."""
    return tuple(check(worker, opening, ground) for check in CONDITIONS.values())


def failures(checks: tuple[ConditionCheck, ...]) -> tuple[ConditionCheck, ...]:
    """The failed checks; a pair is suggested when there are none."""
    return tuple(check for check in checks if check.verdict is FitVerdict.FAIL)
