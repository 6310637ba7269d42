"""Queries on talks, complaints and the figures of a fair."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from centre import clock
from centre.errors import NotFound
from centre.permissions import Actor
from centre.scopes import seeing_everything
from employers.fairs.booth_rules import BoothState
from employers.fairs.models import Booth, Fair
from employers.fairs.queries import booths as booths_of
from employers.fairs.queries import midnight, shown_openings
from employers.fairs.rules import OVER, FairState, FairTheme
from matching.fairs.contacts.models import BoothContact, FairComplaint
from matching.fairs.contacts.rules import WILLING, Figures, Outcome, Talk, figures
from matching.fairs.visitors.models import Visitor
from matching.fairs.visitors.queries import day_truth
from matching.introductions.models import Introduction, Placement
from matching.introductions.queries import last_day_at_work

CAME = (BoothState.PRESENT, BoothState.SERVED)
RECORDING = (FairState.LIVE, FairState.ENDED)
FOLLOWED_DAYS = 60
"""Work that begins so long after a fair is counted as its fruit."""
COMPARED = 12
"""Fairs side by side: a year of monthly ones."""


def contacts(fair_id: int) -> Select[BoothContact]:
    """The talks of a fair, the newest first, with the tickets."""
    return (
        select(BoothContact)
        .where(BoothContact.fair_id == fair_id)
        .order_by(BoothContact.at.desc(), BoothContact.id.desc())
        .options(joinedload(BoothContact.visitor))
    )


def contacts_at(session: Session, booth_id: int) -> list[BoothContact]:
    """The talks of one booth; the caller has checked the right to the booth."""
    with seeing_everything(session):
        wanted = select(BoothContact).where(BoothContact.booth_id == booth_id)
        wanted = wanted.order_by(BoothContact.at.desc(), BoothContact.id.desc())
        return list(session.scalars(wanted.options(joinedload(BoothContact.visitor))))


def complaints(fair_id: int) -> Select[FairComplaint]:
    """The complaints of a fair, open ones first."""
    wanted = select(FairComplaint).where(FairComplaint.fair_id == fair_id)
    return wanted.order_by(FairComplaint.handled_at.is_not(None), FairComplaint.id)


def complaint_in_sight(session: Session, complaint_id: int) -> FairComplaint:
    """A complaint that the session may see. Raises NotFound."""
    complaint = session.scalar(select(FairComplaint).where(FairComplaint.id == complaint_id))
    if complaint is None:
        raise NotFound
    return complaint


def talks_by_booth(session: Session, fair_id: int) -> dict[int, dict[Outcome, int]]:
    """How many talks of each outcome each booth has."""
    counts: dict[int, dict[Outcome, int]] = {}
    counted = select(BoothContact.booth_id, BoothContact.outcome, func.count()).where(BoothContact.fair_id == fair_id)
    for booth_id, outcome, count in session.execute(counted.group_by(BoothContact.booth_id, BoothContact.outcome)):
        counts.setdefault(booth_id, {})[outcome] = count
    return counts


def figures_of(session: Session, fair: Fair) -> Figures:
    """The figures of a fair from what was recorded: the report begins with them, and its organiser may correct them."""
    with seeing_everything(session):
        came = select(func.count(Booth.id)).where(Booth.fair_id == fair.id, Booth.state.in_(CAME))
        rows = session.execute(
            select(BoothContact.booth_id, BoothContact.visitor_id, BoothContact.outcome).where(
                BoothContact.fair_id == fair.id
            )
        ).all()
        employers = session.scalar(came) or 0
    openings = {opening.id: opening.headcount for _, opening in shown_openings(session, fair.id)}
    return figures(
        employers=employers,
        positions=sum(openings.values()),
        visitors=day_truth(session, fair.id).entered,
        talks=[Talk(*row) for row in rows],
    )


@dataclass(frozen=True, slots=True)
class TalkFunnel:
    """How many visitors went how far, each counted once at every step (漏斗)."""

    registered: int
    came: int
    talked: int
    willing: int
    hired: int
    after_30: int
    after_90: int
    known: int
    """Visitors with an account, the only ones whose work after the fair is known."""


def funnel(session: Session, fair: Fair) -> TalkFunnel:
    """From the ticket to those who are known to work after 30 and 90 days: silence is no work.

    People without a call, or who answered none, are in neither figure.
    """
    stays = day_truth(session, fair.id).stays
    with seeing_everything(session):
        tickets = session.execute(
            select(Visitor.id, Visitor.subject, Visitor.person_id).where(
                Visitor.fair_id == fair.id, Visitor.cancelled_at.is_(None)
            )
        ).all()
        rows = session.execute(
            select(BoothContact.visitor_id, BoothContact.outcome).where(
                BoothContact.fair_id == fair.id, BoothContact.visitor_id.is_not(None)
            )
        ).all()
        people = {person_id for _, _, person_id in tickets if person_id}
        known = _known_days(session, fair, people)
    outcomes: dict[int, set[Outcome]] = {}
    for visitor_id, outcome in rows:
        outcomes.setdefault(visitor_id or 0, set()).add(outcome)
    return TalkFunnel(
        registered=len(tickets),
        came=sum(1 for _, subject, _ in tickets if subject in stays and stays[subject].first_in is not None),
        talked=len(outcomes),
        willing=sum(1 for seen in outcomes.values() if seen & set(WILLING)),
        hired=sum(1 for seen in outcomes.values() if Outcome.OFFER in seen),
        after_30=sum(days >= 30 for days in known.values()),
        after_90=sum(days >= 90 for days in known.values()),
        known=len(people),
    )


def _known_days(session: Session, fair: Fair, people: Collection[int]) -> dict[int, int]:
    """For how many days each visitor is known to have worked for an employer of the fair, by person."""
    day = clock.local(fair.starts_at).date()
    employers = select(Booth.employer_id).where(Booth.fair_id == fair.id)
    placed = session.execute(
        select(Placement.id, Placement.person_id, Placement.starts_on, Placement.ended_on).where(
            Placement.person_id.in_(sorted(people)),
            Placement.employer_id.in_(employers),
            Placement.starts_on >= day,
            Placement.starts_on <= day + timedelta(days=FOLLOWED_DAYS),
        )
    ).all()
    calls = last_day_at_work(session, [placement_id for placement_id, _, _, _ in placed])
    known: dict[int, int] = {}
    for placement_id, person_id, starts_on, ended_on in placed:
        days = max(calls.get(placement_id, 0), (ended_on - starts_on).days if ended_on else 0)
        known[person_id] = max(known.get(person_id, 0), days)
    return known


@dataclass(frozen=True, slots=True)
class BoothResult:
    """What an employer got from a fair, and what it answered: people, each counted once (参会成果)."""

    booth: Booth
    talked: int
    willing: int
    offered: int
    letters: int
    """Letters to its openings, since the day of the fair, for people who had a ticket."""
    answered: int
    """Those of the letters that it answered."""
    at_work: int


def results_by_booth(session: Session, fair: Fair) -> list[BoothResult]:
    """What each employer that came got and answered, within sixty days from the fair."""
    first = clock.local(fair.starts_at).date()
    last = first + timedelta(days=FOLLOWED_DAYS)
    with seeing_everything(session):
        came = session.scalars(booths_of(fair.id).where(Booth.state.in_(CAME))).all()
        talks = session.execute(
            select(BoothContact.booth_id, BoothContact.id, BoothContact.outcome).where(BoothContact.fair_id == fair.id)
        ).all()
        holders = select(Visitor.person_id).where(Visitor.fair_id == fair.id, Visitor.person_id.is_not(None))
        letters = session.execute(
            select(Introduction.employer_id, Introduction.result_at).where(
                Introduction.person_id.in_(holders),
                Introduction.issued_at >= midnight(first),
                Introduction.issued_at < midnight(last),
            )
        ).all()
        begun = session.execute(
            select(Placement.employer_id, Placement.person_id)
            .where(Placement.person_id.in_(holders), Placement.starts_on >= first, Placement.starts_on <= last)
            .distinct()
        ).all()
    return [
        BoothResult(
            booth,
            sum(booth_id == booth.id for booth_id, _, _ in talks),
            sum(booth_id == booth.id and outcome in WILLING for booth_id, _, outcome in talks),
            sum(booth_id == booth.id and outcome is Outcome.OFFER for booth_id, _, outcome in talks),
            sum(employer_id == booth.employer_id for employer_id, _ in letters),
            sum(employer_id == booth.employer_id and answered is not None for employer_id, answered in letters),
            sum(employer_id == booth.employer_id for employer_id, _ in begun),
        )
        for booth in came
    ]


@dataclass(frozen=True, slots=True)
class ComparedFair:
    """A fair that was held beside others: its figures as reported, or as recorded so far, and its funnel."""

    fair: Fair
    figures: Figures
    funnel: TalkFunnel

    @property
    def name_and_visitors(self) -> tuple[str, int]:
        """What a chart of visitors shows."""
        return f"{self.fair.name} {clock.local(self.fair.starts_at):%m-%d}", self.figures.visitors


def compared_fairs(session: Session, actor: Actor, theme: FairTheme | None = None) -> list[ComparedFair]:
    """The last fairs of the actor's centre that were held, of one theme or of all, the newest first."""
    wanted = select(Fair).where(Fair.state.in_(OVER))
    if not actor.scope.all_centres:
        wanted = wanted.where(Fair.centre_id == actor.centre_id)
    if theme is not None:
        wanted = wanted.where(Fair.theme == theme)
    held = session.scalars(wanted.order_by(Fair.starts_at.desc(), Fair.id.desc()).limit(COMPARED)).all()
    return [
        ComparedFair(
            fair, Figures(**fair.figures) if fair.figures else figures_of(session, fair), funnel(session, fair)
        )
        for fair in held
    ]
