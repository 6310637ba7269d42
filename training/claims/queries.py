"""What is known of claims."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from centre.errors import NotFound
from centre.scopes import seeing_everything
from centre.text import mask_name
from training.claims.models import Claim, ClaimLine
from training.claims.rules import ClaimState, ClaimVerdict, Earlier, LineState
from training.classes.models import TrainingClass
from training.enrolments.models import Enrolment
from training.enrolments.rules import EnrolmentState
from training.providers.models import Major, TrainingProvider

STARTED = (
    EnrolmentState.ATTENDING,
    EnrolmentState.COMPLETED,
    EnrolmentState.RESIT,
    EnrolmentState.FAILED,
    EnrolmentState.CERTIFIED,
    EnrolmentState.EMPLOYED,
)
"""Trainees that a claim covers: all who stayed to the end, whatever their result."""


def claims(state: ClaimState | None = None) -> Select[Claim, TrainingClass, Major, TrainingProvider]:
    """Claims with their class, major and school, the newest first."""
    query = (
        select(Claim, TrainingClass, Major, TrainingProvider)
        .join(TrainingClass, TrainingClass.id == Claim.class_id)
        .join(Major, Major.id == TrainingClass.major_id)
        .join(TrainingProvider, TrainingProvider.id == TrainingClass.provider_id)
        .order_by(Claim.id.desc())
    )
    return query if state is None else query.where(Claim.state == state)


def claim(session: Session, claim_id: int) -> Claim:
    """One claim. Raises NotFound, also for another school's."""
    row = session.scalar(select(Claim).where(Claim.id == claim_id))
    if row is None:
        raise NotFound
    return row


def lines(claim_id: int) -> Select[ClaimLine, Enrolment]:
    """The lines of a claim with their trainees, the refused ones first."""
    return (
        select(ClaimLine, Enrolment)
        .join(Enrolment, Enrolment.id == ClaimLine.enrolment_id)
        .where(ClaimLine.claim_id == claim_id)
        .order_by(ClaimLine.verdict.desc(), ClaimLine.id)
    )


def claimed_places(class_id: int) -> Select[Enrolment]:
    """The trainees of a class that a claim covers."""
    return (
        select(Enrolment)
        .where(Enrolment.class_id == class_id, Enrolment.state.in_(STARTED))
        .order_by(Enrolment.enrolled_at, Enrolment.id)
    )


def earlier_subsidies(
    session: Session, person_ids: list[int], *, before: Claim | None = None
) -> dict[int, list[Earlier]]:
    """What some people have been subsidised with, at every school and centre (VR18).

    With `before` only what was claimed earlier than that claim counts, and what was paid since.
    """
    by_person: dict[int, list[Earlier]] = defaultdict(list)
    with seeing_everything(session):
        counted = (
            select(ClaimLine)
            .where(ClaimLine.person_id.in_(person_ids), ClaimLine.once.is_not(None))
            .order_by(ClaimLine.completed_on, ClaimLine.id)
        )
        if before is not None:
            counted = counted.where(
                ClaimLine.claim_id != before.id,
                or_(ClaimLine.claim_id < before.id, ClaimLine.state == LineState.PAID),
            )
        for line in session.scalars(counted):
            by_person[line.person_id].append(
                Earlier(
                    line.id, line.programme, line.occupation_code, line.level, line.completed_on.year, line.amount_fen
                )
            )  # fmt: skip
    return by_person


@dataclass(frozen=True, slots=True)
class PublicLine:
    """One trainee on a public notice: a masked name and an amount (公示名单)."""

    name: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Notice:
    """A reviewed claim that is up for objections (公示)."""

    claim: Claim
    training: TrainingClass
    major: Major
    provider: TrainingProvider
    lines: list[PublicLine]


def notices(session: Session, today: date) -> list[Notice]:
    """What everybody may read before subsidies are paid: school, class, amounts, masked names; the newest first."""
    with seeing_everything(session):
        shown = claims(ClaimState.NOTICED).where(Claim.notice_until_on >= today)
        return [
            Notice(
                *row,
                [
                    PublicLine(mask_name(place.trainee_name), line.amount_fen)
                    for line, place in session.execute(lines(row[0].id))
                    if line.verdict is ClaimVerdict.GRANTED
                ],
            )
            for row in session.execute(shown).all()
        ]


def schools_in_the_way(session: Session, claim_id: int) -> dict[int, str]:
    """For staff: at which school the earlier subsidy was, by line; a school's own session finds only its own."""
    rows = session.execute(
        select(ClaimLine.id, ClaimLine.other_line_id).where(
            ClaimLine.claim_id == claim_id, ClaimLine.other_line_id.is_not(None)
        )
    ).all()
    named = session.execute(
        select(ClaimLine.id, TrainingProvider.name)
        .join(TrainingProvider, TrainingProvider.id == ClaimLine.provider_id)
        .where(ClaimLine.id.in_([other for _, other in rows]))
    ).all()
    names = {row[0]: row[1] for row in named}
    return {line_id: names[other] for line_id, other in rows if other in names}
