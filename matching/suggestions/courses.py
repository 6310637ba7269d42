"""Which openings a course leads to, and which of them it would unlock for one person (学完能做的工作)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from matching.engine.fit.conditions import failures
from matching.engine.fit.profiles import Certificate, Practice, WorkerProfile
from matching.engine.fit.reference import suggest
from matching.engine.fit.trades import Kin, kin
from matching.live.listing import Listed
from matching.live.openings import board
from matching.live.workers import with_trade_words, workers_of
from matching.profiles.queries import person_in_sight
from matching.suggestions.wording import Fit, fit_in_words
from training.providers.models import Major

PAPERS = ("skill_level", "training")
"""A course may end with either; both count, since the assessment decides which one it is."""


@dataclass(frozen=True, slots=True)
class Unlocked:
    """An opening that a course leads to; `fit` says how it suits the person after the course (对口岗位)."""

    listed: Listed
    fit: Fit | None = None
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class CourseProspects:
    """The openings behind a course, newly unlocked ones first; `places` sums their free places (就业去向)."""

    openings: Sequence[Unlocked] = ()
    places: int = 0

    @property
    def new(self) -> int:
        """How many openings the person could not take before, and can after."""
        return sum(opening.is_new for opening in self.openings)


def openings_after(session: Session, major: Major, *, person_id: int | None = None, locale: str) -> CourseProspects:
    """The openings in the trade of a course; for a person, what changes once they have learned it."""
    view = board().look()
    near = [
        listed
        for listed in view.in_field([major.occupation_code])
        if listed.occupation and kin(listed.occupation, major.occupation_code) <= Kin.NEAR and listed.remaining
    ]
    places = sum(listed.remaining for listed in near)
    if person_id is None:
        ranked = sorted(
            near,
            key=lambda listed: (listed.occupation != major.occupation_code, -(listed.wage_max_fen or 0), listed.id),
        )
        return CourseProspects([Unlocked(listed) for listed in ranked], places)
    person = person_in_sight(session, person_id)
    lawful = [listed for listed in near if not listed.is_closed_to(person.sex)]
    (before,) = workers_of(session, [person_id])
    after = with_trade_words(having_learned(before, major))
    unlocked = []
    for listed in lawful:
        then = suggest(after, listed.profile, view.ground)
        if not failures(then.checks):
            is_new = bool(failures(suggest(before, listed.profile, view.ground).checks))
            unlocked.append(Unlocked(listed, fit_in_words(then, locale), is_new))
    unlocked.sort(
        key=lambda opening: (not opening.is_new, -(opening.fit.points if opening.fit else 0), opening.listed.id)
    )
    return CourseProspects(unlocked, places)


def having_learned(worker: WorkerProfile, major: Major) -> WorkerProfile:
    """The same worker with the trade of a course at its level, and with the certificate at its end."""
    learned = Practice(major.occupation_code, level=major.level, verified=True)
    papers = tuple(Certificate(kind, level=major.level) for kind in PAPERS)
    return replace(
        worker, practised=(*(worker.practised or ()), learned), certificates=(*(worker.certificates or ()), *papers)
    )  # fmt: skip
