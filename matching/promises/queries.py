"""Queries on promises: the chain of one introduction, what an employer kept, and the order among equals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.orm import Session, joinedload

from centre import clock
from centre.errors import NotFound
from centre.people import Person
from centre.permissions import Actor, Permission
from centre.policy import policy
from centre.scopes import seeing_everything
from employers.openings.models import Opening
from employers.openings.terms import Terms
from matching.introductions.fair_share import Standings, standings
from matching.introductions.models import Introduction, Placement
from matching.introductions.queries import introductions
from matching.introductions.rules import PlacementState
from matching.live.listing import wage_basis
from matching.planning.evidence import known_stays
from matching.planning.rules import stay_shares
from matching.promises.models import StatedTerms
from matching.promises.rules import PromiseStage, StatementState, TermKind, TermsSource, Yardstick, kept_health

WINDOW = timedelta(days=180)
"""What an employer kept or broke in the last half year is held for or against it, as with its answers to letters."""


@dataclass(frozen=True, slots=True)
class PromiseChain:
    """What was promised at the application, and what each later document states, in order (兑现过程)."""

    promised: Terms | None
    statements: tuple[StatedTerms, ...]

    @property
    def worse_kinds(self) -> tuple[TermKind, ...]:
        """The terms that were reported as worse and have not been dismissed."""
        open_to = [row for row in self.statements if row.state is not StatementState.DISMISSED]
        return tuple(kind for kind in TermKind if any(kind in row.worse_kinds for row in open_to))


@dataclass(frozen=True, slots=True)
class BrokenWord:
    """How often an employer's terms got worse in the last half year, and which; for the next worker (变差记录)."""

    times: int
    kinds: tuple[TermKind, ...]
    here: bool
    """Whether one of them concerns the same opening."""


@dataclass(frozen=True, slots=True)
class KeptStandings:
    """The shares of the openings, and the employers' health: answers, promises kept, hires that last (岗位排序依据).

    `stays` holds for employers with known stays how they compare with the usual share, in thousandths of it.
    """

    answers: Standings
    promises: dict[int, tuple[int, int]]
    stays: dict[int, int] = field(default_factory=dict)

    def is_underserved(self, opening_id: int) -> bool:
        """Whether an opening got less than its share."""
        return self.answers.is_underserved(opening_id)

    def health(self, employer_id: int) -> int:
        """How well an employer responds, keeps its promises and retains its people, 0 to 100."""
        checked, broken = self.promises.get(employer_id, (0, 0))
        health = kept_health(self.answers.health(employer_id), checked=checked, broken=broken)
        return health * min(1000, self.stays.get(employer_id, 1000)) // 1000


def is_worse() -> ColumnElement[bool]:
    """The SQL condition that a statement names a worse term."""
    return cast(StatedTerms.worse, String) != "[]"


def promise_chain(session: Session, introduction: Introduction) -> PromiseChain:
    """The chain of one introduction, as far as the reader may see it."""
    rows = session.scalars(
        select(StatedTerms).where(StatedTerms.introduction_id == introduction.id).order_by(StatedTerms.id)
    ).all()
    order = list(PromiseStage)
    return PromiseChain(
        Terms.of_row(introduction.promised) if introduction.promised else None,
        tuple(sorted(rows, key=lambda row: (order.index(row.stage), row.id))),
    )


def statement_in_sight(session: Session, statement_id: int) -> StatedTerms:
    """One statement with its introduction. Raises NotFound."""
    row = session.scalar(
        select(StatedTerms)
        .where(StatedTerms.id == statement_id)
        .options(joinedload(StatedTerms.introduction).joinedload(Introduction.opening).joinedload(Opening.employer))
    )
    if row is None:
        raise NotFound
    return row


def source_of(actor: Actor, introduction: Introduction) -> TermsSource:
    """The side for which an account states terms. Raises NotFound for an account that is neither side nor staff."""
    if actor.scope.person_id is not None and actor.scope.person_id == introduction.person_id:
        return TermsSource.WORKER
    if actor.scope.employer_id is not None and actor.scope.employer_id == introduction.employer_id:
        return TermsSource.EMPLOYER
    if actor.may(Permission.RECORD_SERVICE):
        return TermsSource.CLERK
    raise NotFound


def statement_of(
    session: Session, introduction_id: int, stage: PromiseStage, source: TermsSource
) -> StatedTerms | None:
    """What one side has stated at one link, as far as the reader may see it."""
    return session.scalar(
        select(StatedTerms).where(
            StatedTerms.introduction_id == introduction_id,
            StatedTerms.stage == stage,
            StatedTerms.source == source,
        )
    )


def placements_to_compare(session: Session, stage: PromiseStage, started: date) -> Sequence[Introduction]:
    """Introductions whose work began in the week up to a day and lasts, where the worker has not stated the link."""
    stated = select(StatedTerms.introduction_id).where(
        StatedTerms.stage == stage, StatedTerms.source == TermsSource.WORKER
    )
    rows = (
        introductions()
        .join(Placement, Placement.introduction_id == Introduction.id)
        .where(
            Placement.state != PlacementState.ENDED,
            Placement.starts_on <= started,
            Placement.starts_on > started - timedelta(days=7),
            Introduction.id.not_in(stated),
        )
    )
    ordered = session.scalars(rows.order_by(None).order_by(Introduction.id))
    return [introduction for introduction in ordered if introduction.promised]


def yardstick(session: Session, person_id: int) -> Yardstick:
    """What today's comparisons for a person rest on."""
    with seeing_everything(session):
        home = session.scalar(select(Person.live_region).where(Person.id == person_id))
    tolerance = int(policy(session, "promise-pay-tolerance-percent", on=clock.today()))
    return Yardstick(wage_basis(session), tolerance, home or "")


def broken_word(session: Session, *, employer_id: int, opening_id: int) -> BrokenWord | None:
    """What the next worker is warned of; None where the employer kept its word."""
    with seeing_everything(session):
        rows = session.execute(
            select(StatedTerms.introduction_id, StatedTerms.opening_id, StatedTerms.worse)
            .where(StatedTerms.employer_id == employer_id, *_counted(clock.today() - WINDOW))
            .order_by(StatedTerms.id)
        ).all()
    if not rows:
        return None
    named = {kind for row in rows for kind in row.worse}
    return BrokenWord(
        times=len({row.introduction_id for row in rows}),
        kinds=tuple(kind for kind in TermKind if kind.value in named),
        here=any(row.opening_id == opening_id for row in rows),
    )


def times_broken(session: Session, employer_id: int, since: date) -> int:
    """How many workers of an employer found terms worse than promised since a day, as confirmed."""
    with seeing_everything(session):
        workers = select(func.count(StatedTerms.introduction_id.distinct())).where(
            StatedTerms.employer_id == employer_id, *_counted(since)
        )
        return session.scalar(workers) or 0


def kept_standings(session: Session) -> KeptStandings:
    """Today's standings over the whole network, with the promises that each employer kept."""
    since = clock.today() - WINDOW
    with seeing_everything(session):
        rows = session.execute(
            select(StatedTerms.employer_id, StatedTerms.introduction_id, is_worse()).where(
                StatedTerms.stated_on >= since,
                StatedTerms.state == StatementState.CONFIRMED,
                or_(StatedTerms.source != TermsSource.OPENING, is_worse()),  # an advertisement alone keeps no word
            )
        ).all()
        stays, usual = stay_shares(known_stays(session))
    promises = _promises((row[0], row[1], bool(row[2])) for row in rows)
    compared = {employer: 1000 * stayed // max(1, usual) for employer, stayed in stays.items()}
    return KeptStandings(standings(session), promises, compared)


def _promises(rows: Iterable[tuple[int, int, bool]]) -> dict[int, tuple[int, int]]:
    """For each employer the introductions of which something was stated, and those with a worse term."""
    checked: dict[int, set[int]] = {}
    broken: dict[int, set[int]] = {}
    for employer, introduction, worse in rows:
        checked.setdefault(employer, set()).add(introduction)
        if worse:
            broken.setdefault(employer, set()).add(introduction)
    return {employer: (len(those), len(broken.get(employer, ()))) for employer, those in checked.items()}


def _counted(since: date) -> Sequence[ColumnElement[bool]]:
    return (StatedTerms.state == StatementState.CONFIRMED, StatedTerms.stated_on >= since, is_worse())
