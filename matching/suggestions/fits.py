"""Who fits what, in both directions, with reasons in the reader's language and courses that open more (智能推荐)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.errors import NotFound
from centre.people import Person, PersonCategory, recognised_categories
from centre.permissions import Actor, Permission, require
from centre.policy import PolicyMissing, policy
from centre.records.queries import refusing
from centre.translation import N_, translate
from employers.openings.models import Opening
from employers.openings.queries import is_open_to, reserved_openings
from employers.openings.rules import SEX_GROUND_LABELS, SexGround
from matching.engine.fit.conditions import Condition, failures
from matching.engine.fit.profiles import Ground, WorkerProfile
from matching.engine.fit.reasons import CHANGES, shown
from matching.engine.fit.reference import Suggestion, Transfer, rank_workers, suggest
from matching.engine.fit.ways import WayIn, way_in
from matching.live.listing import Listed, listed_now
from matching.live.openings import View, board
from matching.live.workers import PURPOSE, best_workers, workers_of
from matching.plans.queries import Planned, people_planned, planned_for
from matching.profiles.queries import person_in_sight
from matching.suggestions.together import in_words, not_split, plan_first, suitable_together, workers_planned
from matching.suggestions.wording import Fit, WorkerWay, fit_in_words, name_of
from training.classes.models import TrainingClass
from training.classes.queries import recruiting
from training.enrolments.effects import split_of
from training.providers.models import Major, TrainingProvider
from training.providers.prices import Entitlement, PriceSplit

DEEP = 60
"""How deep the engine searches for openings and for transfers through training."""
TRANSFERS = 6
SEX_REASON = N_("国家规定禁忌妇女从事的劳动：{ground}")


@dataclass(frozen=True, slots=True)
class Match:
    """An opening suggested to a worker; `why_not` says why the plan of the night prefers another one (推荐岗位)."""

    listed: Listed
    fit: Fit
    is_planned: bool = False
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A worker suggested for an opening, for the centre's staff only (推荐人选)."""

    person_id: int
    name: str
    fit: Fit
    is_planned: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """A course that closes a gap, with its next class and the price for this person (培训课程).

    `classes` counts all classes for the occupation that are recruiting now.
    """

    major_id: int
    name: str
    occupation: str
    hours: int
    provider: str
    price: PriceSplit
    usual_fen: int
    class_id: int | None = None
    starts_on: date | None = None
    seats_left: int = 0
    classes: int = 0


@dataclass(frozen=True, slots=True)
class Path:
    """Openings within reach through one course (转岗机会)."""

    course: Course
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The suggestions for a worker. `elsewhere` counts openings that fit except for the place (推荐结果)."""

    matches: tuple[Match, ...] = ()
    paths: tuple[Path, ...] = ()
    elsewhere: int = 0
    blocked: dict[str, int] = field(default_factory=dict)
    unlawful: tuple[str, ...] = ()
    is_off: bool = False
    planned: Planned | None = None


def suggestions_for(session: Session, person_id: int, *, locale: str, top: int = 20) -> Suggestions:
    """The best openings for a person, the courses that open more, and what one change would add. Raises NotFound."""
    person = person_in_sight(session, person_id)
    (worker,) = workers_of(session, [person_id])
    view, ranking = board().rank(worker, top=max(top, DEEP))
    lawful, unlawful = _lawful(person, _listed(view, ranking.suggestions), locale)
    lawful = sorted([*lawful, *_reserved(session, worker, view.ground)], key=lambda pair: -pair[1].points)
    planned = planned_for(session, person_id)
    chosen = plan_first(planned, worker, suitable_together(session, person_id, lawful, view.ground), view)
    ways = [way for way in ranking.transfers if int(way.suggestion.opening_id) in view.listed]
    return Suggestions(
        matches=tuple(
            Match(
                listed,
                fit_in_words(suggestion, locale),
                is_planned=planned is not None and planned.opening_id == listed.id,
                why_not=in_words(planned.others.get(listed.id), locale) if planned else "",
            )
            for listed, suggestion in chosen[:top]
        ),
        paths=_paths(session, person_id, ways, view, locale),
        elsewhere=ranking.blocked.get(Condition.REGION, 0),
        blocked={condition.value: count for condition, count in ranking.blocked.items()},
        unlawful=unlawful,
        planned=planned,
    )


def _reserved(session: Session, worker: WorkerProfile, ground: Ground) -> list[tuple[Listed, Suggestion]]:
    """The openings kept for a group of this person, which no public list shows, as far as they fit."""
    person_id, today = int(worker.id), clock.today()
    kept = [
        listed_now(opening)
        for opening in session.scalars(reserved_openings(today)).all()
        if is_open_to(session, opening, person_id, today)
    ]
    ranked = [(listed, suggest(worker, listed.profile, ground)) for listed in kept if not listed.sex_ground]
    return [pair for pair in ranked if not failures(pair[1].checks)]


def own_suggestions(session: Session, person_id: int, *, locale: str, top: int = 20) -> Suggestions:
    """Suggestions made unasked: none for a person who has opted out. Raises NotFound."""
    if refusing(session, [person_id], PURPOSE):
        return Suggestions(is_off=True)
    return suggestions_for(session, person_id, locale=locale, top=top)


def _listed(view: View, suggestions: Iterable[Suggestion]) -> list[tuple[Listed, Suggestion]]:
    """Suggestions with their openings; openings that have just left the board are left out."""
    pairs = ((view.listed.get(int(suggestion.opening_id)), suggestion) for suggestion in suggestions)
    return [(listed, suggestion) for listed, suggestion in pairs if listed is not None]


def fit_of(session: Session, person_id: int, listed: Listed, *, locale: str) -> Fit:
    """How one person fits one opening, with everything that stands in the way. Raises NotFound."""
    person = person_in_sight(session, person_id)
    (worker,) = workers_of(session, [person_id])
    ground = board().look().ground
    suggestion = suggest(worker, listed.profile, ground)
    fit = fit_in_words(suggestion, locale)
    _, unlawful = _lawful(person, [(listed, suggestion)], locale)
    if unlawful:
        return replace(fit, blocks=(*unlawful, *fit.blocks))
    return replace(fit, way=_way_in_words(way_in(worker, listed.profile, ground), locale))


def matches_among(
    session: Session, person_id: int, openings: Sequence[Listed], *, locale: str
) -> tuple[Match, ...]:  # fmt: skip
    """How one person fits each of some openings, in their order, without those that the law closes. Raises NotFound."""
    person = person_in_sight(session, person_id)
    (worker,) = workers_of(session, [person_id])
    ground = board().look().ground
    pairs = [(listed, suggest(worker, listed.profile, ground)) for listed in openings]
    lawful, _ = _lawful(person, pairs, locale)
    return tuple(Match(listed, fit_in_words(suggestion, locale)) for listed, suggestion in lawful)


def _way_in_words(way: WayIn | None, locale: str) -> WorkerWay | None:
    if way is None:
        return None
    steps = (translate(locale, CHANGES[step.code], **shown(step.params, name_of)) for step in way.steps)
    return WorkerWay(tuple(dict.fromkeys(steps)), way.only is not None)


def candidates_for(
    session: Session, actor: Actor, *, opening_id: int, locale: str, top: int = 20
) -> tuple[Candidate, ...]:
    """The best workers of the centre for an opening, the hard to employ first among equals. Raises NotFound."""
    require(actor, Permission.LIST_PEOPLE)
    view = board().look()
    listed, kept_for = view.listed.get(opening_id), None
    if listed is None:
        kept_for = session.scalar(reserved_openings(clock.today()).where(Opening.id == opening_id))
        if kept_for is None:
            raise NotFound
        listed = listed_now(kept_for)
    ranked = ranked_candidates(session, listed, view.ground, top=top if kept_for is None else DEEP * top)
    if kept_for is not None:
        today = clock.today()
        allowed = (match for match in ranked if is_open_to(session, kept_for, int(match.worker_id), today))
        ranked = tuple(allowed)[:top]
    by_plan = {int(suggestion.worker_id) for suggestion in ranked} & {*people_planned(session, listed.id)}
    names = select(Person.id, Person.name).where(Person.id.in_([int(suggestion.worker_id) for suggestion in ranked]))
    called = {number: name for number, name in session.execute(names)}  # noqa: C416  (rows are no plain pairs to mypy)
    return tuple(
        Candidate(
            int(suggestion.worker_id),
            called[int(suggestion.worker_id)],
            fit_in_words(suggestion, locale),
            is_planned=int(suggestion.worker_id) in by_plan,
        )
        for suggestion in sorted(ranked, key=lambda suggestion: int(suggestion.worker_id) not in by_plan)
    )


def ranked_candidates(session: Session, listed: Listed, ground: Ground, *, top: int) -> tuple[Suggestion, ...]:
    """The best workers for an opening among those visible to the reader; those planned for it are among them."""
    planned = workers_planned(session, listed, top)
    workers = {int(worker.id): worker for worker in (*planned, *best_workers(session, listed, ground, top=top))}
    ranked = rank_workers(listed.profile, workers.values(), ground, top=len(workers)).suggestions
    first = {int(worker.id) for worker in planned}
    chosen = sorted(not_split(session, listed, ranked, ground), key=lambda each: int(each.worker_id) not in first)[:top]
    return tuple(each for each in ranked if each in chosen)


def _lawful(
    person: Person, pairs: Iterable[tuple[Listed, Suggestion]], locale: str
) -> tuple[list[tuple[Listed, Suggestion]], tuple[str, ...]]:
    """The openings that the law leaves open to this person, and the printed reasons for the others (MA-07)."""
    kept, reasons = [], dict[str, None]()
    for listed, suggestion in pairs:
        if listed.is_closed_to(person.sex):
            reasons[unlawful_reason(listed.sex_ground, locale)] = None
        else:
            kept.append((listed, suggestion))
    return kept, tuple(reasons)


def unlawful_reason(ground: str, locale: str) -> str:
    """The sentence that names the legal ground of a limit."""
    return translate(locale, SEX_REASON, ground=translate(locale, SEX_GROUND_LABELS[SexGround(ground)]))


def _paths(
    session: Session, person_id: int, transfers: Sequence[Transfer], view: View, locale: str
) -> tuple[Path, ...]:
    """The openings within reach, grouped by the course that unlocks them, the best first."""
    wanted: dict[str, list[Suggestion]] = {}
    for way in transfers:
        code = way.occupation or view.listed[int(way.suggestion.opening_id)].occupation
        if code:
            wanted.setdefault(code, []).append(way.suggestion)
    courses = next_courses(session, list(wanted), person_id) if wanted else {}
    return tuple(
        Path(
            courses[code],
            tuple(
                Match(listed, fit_in_words(suggestion, locale)) for listed, suggestion in _listed(view, suggestions[:3])
            ),
        )
        for code, suggestions in list(wanted.items())
        if code in courses
    )[:TRANSFERS]


def next_courses(session: Session, occupations: Sequence[str], person_id: int | None) -> dict[str, Course]:
    """For each occupation the course with the next class that has seats, otherwise a course without a date."""
    today = clock.today()
    entitlement = entitlement_of(session, person_id, today) if person_id else None
    courses: dict[str, Course] = {}
    rows = session.execute(recruiting(today).where(Major.occupation_code.in_(occupations))).all()
    count = Counter(major.occupation_code for _, major, _ in rows)
    for group, major, provider in sorted(rows, key=lambda row: row[0].taken >= row[0].seats):
        course = _course(major, provider, entitlement, group)
        courses.setdefault(major.occupation_code, replace(course, classes=count[major.occupation_code]))
    missing = [code for code in occupations if code not in courses]
    if missing:
        undated = (
            select(Major, TrainingProvider)
            .join(TrainingProvider, TrainingProvider.id == Major.provider_id)
            .where(Major.occupation_code.in_(missing), Major.active)
            .order_by(Major.id)
        )
        for major, provider in session.execute(undated):
            courses.setdefault(major.occupation_code, _course(major, provider, entitlement, None))
    return courses


def entitlement_of(session: Session, person_id: int, on: date) -> Entitlement | None:
    """The recognition that entitles a person to free training on a day, if there is one."""
    try:
        free = {PersonCategory(category) for category in policy(session, "free-training-categories", on=on)}
    except PolicyMissing:
        return None
    held = sorted(recognised_categories(session, person_id, on) & free)
    return Entitlement(held[0].value) if held else None


def _course(
    major: Major, provider: TrainingProvider, entitlement: Entitlement | None, group: TrainingClass | None
) -> Course:
    split = split_of(major, entitlement)
    return Course(
        major_id=major.id,
        name=major.name,
        occupation=major.occupation_code,
        hours=major.hours,
        provider=provider.name,
        price=split,
        usual_fen=major.learner_fen,
        class_id=group.id if group else None,
        starts_on=group.start_on if group else None,
        seats_left=group.seats_left if group else 0,
    )
