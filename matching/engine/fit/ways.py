"""What one side would have to change for a pair to fit: proposed by the failed condition, proved by asking it again.

Nothing here decides whether a condition holds. A step changes a profile where the verdict points; then all conditions
are asked again, so a way that is shown has been seen to work.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from matching.engine.fit.conditions import (
    Condition,
    ConditionCheck,
    FitVerdict,
    conditions,
    failures,
    skill_held,
    valid,
)
from matching.engine.fit.profiles import (
    Certificate,
    Ground,
    OpeningProfile,
    Skill,
    WageUnit,
    WorkerProfile,
)

MOST_STEPS = 8
"""More steps than this are no way in but another job."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """The changes of a worker after which an opening fits, in order, and the worker as changed (够得着的办法)."""

    steps: tuple[ConditionCheck, ...]
    worker: WorkerProfile

    @property
    def only(self) -> Condition | None:
        """The single condition that stands in the way; None where there are several."""
        standing = {step.condition for step in self.steps}
        return next(iter(standing)) if len(standing) == 1 else None


Step = Callable[[WorkerProfile, OpeningProfile, ConditionCheck, Ground], WorkerProfile | None]


def way_in(worker: WorkerProfile, opening: OpeningProfile, ground: Ground) -> WayIn | None:
    """The smallest changes on the worker's side that make every condition pass.

    None where it fits already, or where no change of hers would help: the places are gone, the employer is suspended.
    """
    changed, steps = worker, list[ConditionCheck]()
    while gaps := failures(conditions(changed, opening, ground)):
        step = STEPS.get(gaps[0].code)
        again = step(changed, opening, gaps[0], ground) if step else None
        if again is None or again == changed or len(steps) == MOST_STEPS:
            return None
        changed, steps = again, [*steps, gaps[0]]
    return WayIn(tuple(steps), changed) if steps else None


def _earlier(
    worker: WorkerProfile, opening: OpeningProfile, _gap: ConditionCheck, ground: Ground
) -> WorkerProfile | None:
    """Free on the last day that still passes."""
    days = {day for day in (opening.valid_until, opening.starts_on, ground.today) if day is not None}
    for day in sorted(days, reverse=True):
        sooner = replace(worker, available_from=day)
        if valid(sooner, opening, ground).verdict is not FitVerdict.FAIL:
            return sooner
    return None


def _later(
    worker: WorkerProfile, _opening: OpeningProfile, gap: ConditionCheck, _ground: Ground
) -> WorkerProfile | None:
    """Wait for the birthday; of no use where the first day is fixed, as the next question will tell."""
    day = gap.params.get("on")
    return replace(worker, available_from=day) if isinstance(day, date) else None


def _there(
    worker: WorkerProfile, opening: OpeningProfile, _gap: ConditionCheck, _ground: Ground
) -> WorkerProfile | None:
    return replace(worker, regions=(*worker.regions, opening.region)) if opening.region else None


def _for_less(
    worker: WorkerProfile, _opening: OpeningProfile, gap: ConditionCheck, _ground: Ground
) -> WorkerProfile | None:
    most = gap.params.get("high")
    return replace(worker, wage_floor_fen=most, wage_unit=WageUnit.MONTH) if isinstance(most, int) else None


def _with_paper(
    worker: WorkerProfile, _opening: OpeningProfile, gap: ConditionCheck, _ground: Ground
) -> WorkerProfile | None:
    level = gap.params.get("level")
    paper = Certificate(str(gap.params["certificate"]), level if isinstance(level, int) else None)
    return replace(worker, certificates=(*(worker.certificates or ()), paper))


def _with_skills(
    worker: WorkerProfile, opening: OpeningProfile, _gap: ConditionCheck, _ground: Ground
) -> WorkerProfile | None:
    lacking = [need for need in opening.skills if need.must and skill_held(worker, need) < 2]
    return replace(worker, skills=(*(worker.skills or ()), *(Skill(need.term, need.level) for need in lacking)))


def _schooled(
    worker: WorkerProfile, opening: OpeningProfile, _gap: ConditionCheck, _ground: Ground
) -> WorkerProfile | None:
    return replace(worker, education=opening.min_education)


def _at_night(
    worker: WorkerProfile, _opening: OpeningProfile, _gap: ConditionCheck, _ground: Ground
) -> WorkerProfile | None:
    return replace(worker, night_ok=True)


def _in_shifts(
    worker: WorkerProfile, _opening: OpeningProfile, _gap: ConditionCheck, _ground: Ground
) -> WorkerProfile | None:
    return replace(worker, shift_ok=True)


def _engaged(
    worker: WorkerProfile, opening: OpeningProfile, _gap: ConditionCheck, _ground: Ground
) -> WorkerProfile | None:
    kind = opening.employment_type
    return replace(worker, employment_types=(*worker.employment_types, kind)) if kind else None


def _own_bed(
    worker: WorkerProfile, _opening: OpeningProfile, _gap: ConditionCheck, _ground: Ground
) -> WorkerProfile | None:
    return replace(worker, needs_lodging=False)


def _own_meals(
    worker: WorkerProfile, _opening: OpeningProfile, _gap: ConditionCheck, _ground: Ground
) -> WorkerProfile | None:
    return replace(worker, needs_board=False)


def _new_trade(
    worker: WorkerProfile, opening: OpeningProfile, _gap: ConditionCheck, _ground: Ground
) -> WorkerProfile | None:
    return replace(worker, wanted=(*(worker.wanted or ()), opening.occupation)) if opening.occupation else None


STEPS: Mapping[str, Step] = {
    "free-too-late": _earlier,
    "under-16": _later,
    "minor-hazardous": _later,
    "minor-night": _later,
    "under-age": _later,
    "too-far": _there,
    "wage-below": _for_less,
    "certificate-expired": _with_paper,
    "certificate-level": _with_paper,
    "certificate-missing": _with_paper,
    "skill-missing": _with_skills,
    "education-short": _schooled,
    "night-refused": _at_night,
    "shift-refused": _in_shifts,
    "engagement-other": _engaged,
    "no-lodging": _own_bed,
    "no-board": _own_meals,
    "trade-unrelated": _new_trade,
}
"""What a worker can change, by the code of the failed condition; all other failures are the opening's own."""


def better_paid(opening: OpeningProfile, fen: int, ground: Ground) -> OpeningProfile | None:
    """The opening with `fen` a month more, in its own unit; None where its pay is unknown or by the piece."""
    ends = (opening.wage_min_fen, opening.wage_max_fen)
    sample = ground.wages.monthly(1_000_000, opening.wage_unit)
    if sample is None or ends == (None, None):
        return None
    more = -(-fen * 1_000_000 // sample)  # rounded up, so that a month brings at least as much more
    low, high = (None if end is None else end + more for end in ends)
    return replace(opening, wage_min_fen=low, wage_max_fen=high)


def without_age_note(opening: OpeningProfile) -> OpeningProfile | None:
    """The opening without its own age limit; the ages of the law still hold."""
    return replace(opening, min_age=None) if opening.min_age is not None else None


def by_day(opening: OpeningProfile) -> OpeningProfile | None:
    """The opening without night work."""
    return replace(opening, night=False) if opening.night else None


def with_lodging(opening: OpeningProfile) -> OpeningProfile | None:
    """The opening with lodging."""
    return replace(opening, lodging=True) if opening.lodging is False else None


def without_schooling(opening: OpeningProfile) -> OpeningProfile | None:
    """The opening without a demand of schooling."""
    return replace(opening, min_education=None) if opening.min_education is not None else None


def at_any_pay(opening: OpeningProfile) -> OpeningProfile:
    """The opening without its pay condition: those who fit then show what pay suitable people expect."""
    return replace(opening, wage_min_fen=None, wage_max_fen=None)
