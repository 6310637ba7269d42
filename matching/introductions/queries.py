"""Queries for introductions and placements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from centre.batches import batches
from centre.errors import NotFound
from centre.scopes import ScopedSession
from centre.text import mask_phone
from employers.companies.models import Employer
from employers.openings.models import Opening
from matching.introductions.credentials import LetterSkill
from matching.introductions.models import FollowUp, Introduction, Placement
from matching.introductions.rules import KNOWN, FollowUpOutcome, IntroductionState, Rates


@dataclass(frozen=True, slots=True)
class Applicant:
    """What an employer sees of an applicant: never a number, never a hardship (应聘者)."""

    id: int
    letter_no: str
    name: str
    phone: str
    opening_id: int
    title: str
    state: IntroductionState
    issued_at: datetime | None
    expires_on: date | None
    skills: tuple[LetterSkill, ...]


def introductions() -> Select[Introduction]:
    """All introductions with their opening and its employer, the newest first."""
    return (
        select(Introduction)
        .options(joinedload(Introduction.opening).joinedload(Opening.employer))
        .order_by(Introduction.id.desc())
    )


def introductions_of(session: Session, person_id: int, limit: int = 50) -> Sequence[Introduction]:
    """The introductions of one person, the newest first."""
    return session.scalars(introductions().where(Introduction.person_id == person_id).limit(limit)).all()


def introduction_in_sight(session: Session, introduction_id: int) -> Introduction:
    """One introduction with its opening. Raises NotFound, also when it exists but is not visible."""
    introduction = session.scalar(introductions().where(Introduction.id == introduction_id))
    if introduction is None:
        raise NotFound
    return introduction


def waiting(session: Session, limit: int = 50) -> Sequence[Introduction]:
    """People who asked for a letter and wait for the centre, the longest waiting first."""
    return session.scalars(
        introductions()
        .where(Introduction.state == IntroductionState.RECOMMENDED, Introduction.agreed_at.is_not(None))
        .order_by(None)
        .order_by(Introduction.id)
        .limit(limit)
    ).all()


def flagged(session: Session, limit: int = 50) -> Sequence[Introduction]:
    """Letters that need attention, because the employer or the opening is in trouble."""
    return session.scalars(introductions().where(Introduction.flag != "").limit(limit)).all()


def applicants(session: Session, *, opening_id: int | None = None, limit: int = 100) -> list[Applicant]:
    """The applicants of the employer of this session, with what it may know of them (SE-01).

    A number shared by the worker is visible to that employer; others see it masked and reveal it with a reason.
    """
    shared_with = session.scope.employer_id if isinstance(session, ScopedSession) else None
    statement = introductions().where(Introduction.letter_no.is_not(None)).limit(limit)
    if opening_id is not None:
        statement = statement.where(Introduction.opening_id == opening_id)
    return [_applicant(row, shared_with=shared_with) for row in session.scalars(statement)]


def _applicant(row: Introduction, *, shared_with: int | None) -> Applicant:
    """An introduction with a letter as the reader may see it."""
    return Applicant(
        id=row.id,
        letter_no=row.letter_no or "",
        name=row.worker_name,
        phone=row.shared_phone if row.employer_id == shared_with else mask_phone(row.shared_phone),
        opening_id=row.opening_id,
        title=row.opening.title,
        state=row.state,
        issued_at=row.issued_at,
        expires_on=row.expires_on,
        skills=tuple(map(LetterSkill.of_row, row.skills)),
    )


def follow_ups_due(session: Session, on: date, limit: int = 50) -> Sequence[FollowUp]:
    """Calls that are due on a day, the longest due first."""
    return session.scalars(
        select(FollowUp)
        .join(Placement, Placement.id == FollowUp.placement_id)
        .options(joinedload(FollowUp.placement))
        .where(FollowUp.done_at.is_(None), FollowUp.due_on <= on, Placement.ended_on.is_(None))
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(limit)
    ).all()


def last_day_at_work(session: Session, placement_ids: Sequence[int]) -> dict[int, int]:
    """The last day of following, 7 to 180, on which a call found the worker at work, by placement."""
    latest = select(FollowUp.placement_id, func.max(FollowUp.day)).where(FollowUp.outcome == FollowUpOutcome.WORKING)
    days: dict[int, int] = {}
    for part in batches(placement_ids):
        rows = session.execute(latest.where(FollowUp.placement_id.in_(part)).group_by(FollowUp.placement_id))
        days |= dict(rows.all())
    return days


def called_about(session: Session, calls: Sequence[FollowUp]) -> dict[int, tuple[str, str]]:
    """Whom the calls are about: the worker's name and the opening by introduction."""
    numbers = sorted({call.placement.introduction_id for call in calls if call.placement.introduction_id})
    if not numbers:
        return {}
    rows = session.scalars(introductions().where(Introduction.id.in_(numbers)))
    return {row.id: (row.worker_name, row.opening.title) for row in rows}


def placements_of(session: Session, person_id: int) -> Sequence[tuple[Placement, str]]:
    """The placements of one person with the employers' names, the newest first."""
    rows = session.execute(
        select(Placement, Employer.name)
        .join(Employer, Employer.id == Placement.employer_id, isouter=True)
        .where(Placement.person_id == person_id)
        .order_by(Placement.id.desc())
    )
    return [(row[0], row[1] or "") for row in rows]


def introduction_rates(
    session: Session, *, since: datetime | None = None, until: datetime | None = None, centre_id: int | None = None
) -> Rates:
    """How many letters led to a hire, of those with a known result and of all (MA-11)."""
    statement = (
        select(Introduction.state, func.count()).where(Introduction.letter_no.is_not(None)).group_by(Introduction.state)
    )
    if since is not None:
        statement = statement.where(Introduction.issued_at >= since)
    if until is not None:
        statement = statement.where(Introduction.issued_at < until)
    if centre_id is not None:
        statement = statement.where(Introduction.centre_id == centre_id)
    counts: dict[IntroductionState, int] = {row[0]: row[1] for row in session.execute(statement)}
    return Rates(
        letters=sum(counts.values()),
        hired=counts.get(IntroductionState.HIRED, 0),
        known=sum(counts.get(state, 0) for state in KNOWN),
        unknown=counts.get(IntroductionState.UNKNOWN, 0),
    )
