"""The slow scorer that can be checked by hand; the fast one must give the same points (对照评分器)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from matching.engine.fit.conditions import Condition, ConditionCheck, conditions, failures, skill_held
from matching.engine.fit.order import list_key, standing
from matching.engine.fit.profiles import Ground, Id, OpeningProfile, Risk, WorkerProfile
from matching.engine.fit.score import Factor, fit, points_of
from matching.engine.fit.trades import neighbour_of

# Gaps that a course can close; all others are facts or preferences.
TEACHABLE = frozenset({Condition.TRADE, Condition.SKILL, Condition.CERTIFICATE})
# Failures of the opening itself: it is no longer available, so no condition is counted against it.
FINAL = frozenset({"expired", "filled", "employer-suspended"})


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A worker and an opening that fit (推荐). `factors` add up to `points`; `watched` calls for a warning."""

    worker_id: Id
    opening_id: Id
    points: int
    factors: tuple[Factor, ...]
    checks: tuple[ConditionCheck, ...]
    lifted: bool = False
    watched: bool = False


@dataclass(frozen=True, slots=True)
class Transfer:
    """An opening within reach through a course (转岗机会): the suggestion and what it still needs."""

    suggestion: Suggestion
    occupation: str | None = None
    skills: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """A list of suggestions, the transfers through training, and how many more pairs one change would add.

    `blocked[condition]` counts the pairs that fail this condition only: for the region it is "this many more if you
    would move".
    """

    suggestions: tuple[Suggestion, ...]
    transfers: tuple[Transfer, ...]
    blocked: Mapping[Condition, int]


def suggest(worker: WorkerProfile, opening: OpeningProfile, ground: Ground, *, lifted: bool = False) -> Suggestion:
    """Everything known about one pair, whether it fits or not."""
    factors = fit(worker, opening, ground)
    checks = conditions(worker, opening, ground)
    watched = opening.risk is Risk.WATCH
    return Suggestion(worker.id, opening.id, points_of(factors), factors, checks, lifted, watched)


def transfer(worker: WorkerProfile, opening: OpeningProfile, ground: Ground, suggestion: Suggestion) -> Transfer | None:
    """What a course would have to teach for this pair; None where something else stands in the way."""
    gaps = {check.condition for check in failures(suggestion.checks)}
    if not gaps or not gaps <= TEACHABLE or opening.accepts_training is False or worker.accepts_training is False:
        return None
    occupation = opening.occupation if Condition.TRADE in gaps else None
    if occupation is not None and neighbour_of(worker, occupation, ground) is None:
        return None
    lacking = tuple(need.term for need in opening.skills if need.must and skill_held(worker, need) < 2)
    failed = failures(suggestion.checks)
    papers = tuple(str(check.params["certificate"]) for check in failed if check.condition is Condition.CERTIFICATE)
    return Transfer(suggestion, occupation, lacking if Condition.SKILL in gaps else (), papers)


def rank(worker: WorkerProfile, openings: Iterable[OpeningProfile], ground: Ground, *, top: int = 20) -> Ranking:
    """The best openings for a worker."""
    return _ranking([(worker, opening) for opening in openings], ground, top, of_workers=False)


def rank_workers(
    opening: OpeningProfile, workers: Iterable[WorkerProfile], ground: Ground, *, top: int = 20
) -> Ranking:
    """The best workers for an opening, by the same scores."""
    return _ranking([(worker, opening) for worker in workers], ground, top, of_workers=True)


def _ranking(
    pairs: list[tuple[WorkerProfile, OpeningProfile]], ground: Ground, top: int, *, of_workers: bool
) -> Ranking:
    fitting: list[tuple[object, Suggestion]] = []
    reachable: list[tuple[object, Transfer]] = []
    blocked: Counter[Condition] = Counter()
    for worker, opening in pairs:
        place = standing(worker if of_workers else opening)
        suggestion = suggest(worker, opening, ground, lifted=place.lifted)
        key = list_key(suggestion.points, place)
        gaps = failures(suggestion.checks)
        if not gaps:
            fitting.append((key, suggestion))
            continue
        if len(gaps) == 1 and gaps[0].code not in FINAL:
            blocked[gaps[0].condition] += 1
        way = transfer(worker, opening, ground, suggestion)
        if way is not None:
            reachable.append((key, way))
    fitting.sort(key=lambda entry: entry[0])  # type: ignore[arg-type,return-value]
    reachable.sort(key=lambda entry: entry[0])  # type: ignore[arg-type,return-value]
    return Ranking(
        tuple(suggestion for _, suggestion in fitting[:top]), tuple(way for _, way in reachable[:top]), dict(blocked)
    )
